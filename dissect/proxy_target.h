/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proxy_target.h -- where a client asks a proxy to connect to: the target of CONNECT (RFC 9110
 * section 9.3.6), of SOCKS4 with its extension 4A, and of SOCKS5 (RFC 1928 section 4).
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_PROXY_TARGET_H
#define TLSWHY_DISSECT_PROXY_TARGET_H

#include "dissect/prelude.h"

struct proxy_target {
    struct bytes host;   /* a view of the name, or of the address where it was sent as text; empty
                            when the address was sent as octets */
    bool has_address;    /* the target is an address */
    uint8_t address[16]; /* in network order, IPv4 in the mapped form (RFC 4291 section 2.5.5.2) */
    uint16_t port;
};

/* Read the target from what a client sent to a proxy from its first octet on; protocol is
 * PRELUDE_HTTP_CONNECT, PRELUDE_SOCKS4 or PRELUDE_SOCKS5. Of several CONNECT requests, one behind
 * the other, the last one counts. False: none, malformed, or the request is
 * not complete; *out is unchanged. */
MUST_USE bool proxy_target_parse(enum prelude protocol, struct bytes client,
                                 struct proxy_target *out);

#endif
