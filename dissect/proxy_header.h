/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proxy_header.h -- the header that a proxy puts before the octets of a connection which it passes
 * on: "The PROXY protocol", versions 1 and 2 (the specification comes with HAProxy).
 *
 *   version 1, section 2.1                       version 2, section 2.2
 *       "PROXY" SP "TCP4" or "TCP6"                  signature        12 octets
 *       SP client SP server                          version, command  4 bits each
 *       SP client-port SP server-port CR LF          family, protocol  4 bits each
 *       at most 107 octets                           length            2 octets
 *                                                    addresses, ports, then TLVs
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_PROXY_HEADER_H
#define TLSWHY_DISSECT_PROXY_HEADER_H

#include "dissect/bytes.h"

struct proxy_endpoint {
    uint8_t address[16]; /* network order, IPv4 in the mapped form (RFC 4291 section 2.5.5.2) */
    uint16_t port;
};

struct proxy_header {
    uint8_t version;              /* 1 or 2; 0: there was none */
    bool has_addresses;           /* false: the proxy speaks for itself (LOCAL), or does not know */
    struct proxy_endpoint client; /* who opened the connection to the proxy */
    struct proxy_endpoint server; /* where it came in there */
};

/* Take a header from the front of *in. True: *out is set and *in is past the header, or empty when
 * the end of its TLVs is missing. False, and nothing changed: none, one that is malformed, or not
 * enough of one. */
MUST_USE bool proxy_header_take(struct bytes *in, struct proxy_header *out);

#endif
