/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tunnel.h -- what an IP packet carries besides TCP: other IP packets.
 *
 * Reads the headers of GRE (RFC 2784, 2890; PPTP's of RFC 2637, EoIP), ERSPAN
 * types I to III, IP in IP (RFC 2003, 2473, 4213), EtherIP (RFC 3378), MPLS in
 * IP (RFC 4023), VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281)
 * and L2TPv2 (RFC 2661), and says what the inside begins with.
 *
 * A UDP port proves nothing: such a tunnel is only a guess until the inside
 * turns out to be a consistent packet.
 */
#ifndef TLSWHY_CAPTURE_TUNNEL_H
#define TLSWHY_CAPTURE_TUNNEL_H

#include "capture/packet.h"

struct tunnel_content {
    enum tunnel tunnel;
    uint32_t protocol; /* what data begins with: an EtherType or LINK_PROTOCOL_ (link.h) */
    struct bytes data; /* captured octets of the inside */
    bool is_guess;     /* by a UDP port */
};

enum tunnel_status {
    TUNNEL_FOUND,       /* *content is set */
    TUNNEL_ABSENT,      /* the packet is no tunnel */
    TUNNEL_UNSUPPORTED, /* a tunnel of a form that is not read */
    TUNNEL_SHORT        /* the octets end within its header */
};

enum {
    TUNNEL_GTP_EXTENSIONS_MAX = 8 /* extension headers of one GTP-U packet; in use are one or two */
};

/* Look into the payload of an IP packet with this protocol number. missing is the number of
 * octets on the wire behind payload. */
enum tunnel_status tunnel_open(uint8_t ip_protocol, struct bytes payload, size_t missing,
                               struct tunnel_content *content);

/* True when tunnel_open looks into payloads of this protocol number; of UDP, only where one of the
 * ports is one with tunnel_has_port. */
bool tunnel_has_protocol(uint8_t ip_protocol);
bool tunnel_has_port(uint16_t port);

#endif
