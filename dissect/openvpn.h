/* SPDX-License-Identifier: GPL-2.0-or-later */
/* openvpn.h -- the packets of OpenVPN over TCP, in whose control channel a TLS handshake comes
 * (OpenVPN Wire Protocol, draft-openvpn-wire-protocol-00 sections 2 and 4).
 *
 *   length          2 octets, without themselves
 *   opcode, key     5 and 3 bits
 *   session         8 octets                         from here on of the control channel alone
 *   authentication  a HMAC, packet 4, time 4         tls-auth: with a key that both sides have
 *   ACKs            count 1, 4 octets each, session of the other side 8, which ACKs alone have
 *   message         4 octets: its number
 *   content
 *
 * With tls-crypt all behind the time is encrypted, and the HMAC comes behind it. Pure functions, no
 * state.
 */
#ifndef TLSWHY_DISSECT_OPENVPN_H
#define TLSWHY_DISSECT_OPENVPN_H

#include "dissect/bytes.h"

enum {
    OPENVPN_HMAC_MAX = 64, /* octets: SHA-512 */
    OPENVPN_ACKS_MAX = 8,  /* in a packet */
    OPENVPN_HEADER_MAX = 2 + 1 + 8 + OPENVPN_HMAC_MAX + 8 + 1 + OPENVPN_ACKS_MAX * 4 + 8 + 4
};

enum openvpn_status {
    OPENVPN_OK,
    OPENVPN_PARTIAL, /* more octets are needed to say */
    OPENVPN_ALIEN    /* no such packet */
};

/* How the control channel is protected. */
struct openvpn_protection {
    bool encrypted;         /* by tls-crypt: the handshake cannot be read */
    uint8_t authentication; /* octets: of tls-auth in each packet, 0: none */
};

/* What stands in front of a packet's content, or of all that is no content of TLS. */
struct openvpn_header {
    bool has_tls;     /* the content is a part of the first handshake, or of what follows it */
    uint32_t message; /* meaningful if has_tls; counted from 1, sent again under the same number */
    uint16_t length;  /* octets of the packet that follow */
};

/* Whether octets, the first ones of a connection's side, are the packet with which a client opens
 * the control channel, or a server answers. *out is written with OPENVPN_OK. */
enum openvpn_status openvpn_opening(struct bytes octets, bool from_client,
                                    struct openvpn_protection *out);

/* Take the header of a packet off *in, in a channel with so many octets of authentication. *in and
 * *out change with OPENVPN_OK alone. At most OPENVPN_HEADER_MAX octets are needed. */
enum openvpn_status openvpn_header_next(struct bytes *in, uint8_t authentication,
                                        struct openvpn_header *out);

#endif
