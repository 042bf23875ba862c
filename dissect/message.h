/* SPDX-License-Identifier: GPL-2.0-or-later */

/* message.h -- cut a run of handshake octets into handshake messages.
 *
 *   struct {                      RFC 8446 section 4
 *       HandshakeType msg_type;   1 octet
 *       uint24 length;            3 octets
 *       opaque body[length];
 *   } Handshake;
 *
 * The input is what the fragments of consecutive plain handshake records hold, joined: one
 * record may hold several messages and one message may fill several records. Encrypted fragments
 * must not get here, they look like anything. Framing only, no allocation, no state.
 */
#ifndef TLSWHY_DISSECT_MESSAGE_H
#define TLSWHY_DISSECT_MESSAGE_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

/* The longest body that is taken. Peers have their own limits and none of the usual ones is
 * above: GnuTLS and NSS refuse messages from 128 KiB on, OpenSSL and BoringSSL certificate lists
 * from 100 KiB on. So a longer one is no handshake that could have succeeded. */
#define MESSAGE_BODY_MAX ((size_t)128 * 1024)

/* The same with the header: the most that message_next() ever asks for. */
#define MESSAGE_MAX (TLS_HANDSHAKE_HEADER_LENGTH + MESSAGE_BODY_MAX)

enum message_status {
    MESSAGE_OK,      /* *out is set, *handshake moved past the message */
    MESSAGE_PARTIAL, /* call again when *need octets are there */
    MESSAGE_TOO_LONG /* the header announces more than MESSAGE_BODY_MAX */
};

struct message {
    uint8_t type; /* enum tls_handshake_type, or a value that it does not name */
    struct bytes body;
};

/* Take the next message from the front of *handshake.
 *
 * On MESSAGE_OK, out->body points into the caller's buffer.
 * On MESSAGE_PARTIAL, *need is the total number of octets, counted from handshake->data, at
 * which a new call can do better: first TLS_HANDSHAKE_HEADER_LENGTH, then the whole message, at
 * most MESSAGE_MAX. When *handshake holds the header, out->type is already set and out->body
 * empty; otherwise *out is unchanged.
 * On MESSAGE_TOO_LONG, out->type is set, out->body is empty and *need is the announced total.
 * Except on MESSAGE_OK *handshake is unchanged. *need is always written.
 */
MUST_USE enum message_status message_next(struct bytes *handshake, struct message *out,
                                          size_t *need);

#endif
