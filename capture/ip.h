/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip.h -- IPv4 and IPv6 headers (RFC 791, RFC 8200).
 *
 * Finds what the packet carries: the protocol behind options and extension
 * headers, and its octets, without the padding that short Ethernet frames
 * have and with the number of octets that the capture does not hold.
 */
#ifndef TLSWHY_CAPTURE_IP_H
#define TLSWHY_CAPTURE_IP_H

#include "capture/packet.h"

/* Protocol numbers (IANA) that are looked at. */
enum {
    IP_PROTOCOL_HOP_BY_HOP = 0,
    IP_PROTOCOL_ICMP = 1,
    IP_PROTOCOL_IPV4 = 4,
    IP_PROTOCOL_TCP = 6,
    IP_PROTOCOL_UDP = 17,
    IP_PROTOCOL_IPV6 = 41,
    IP_PROTOCOL_ROUTING = 43,
    IP_PROTOCOL_FRAGMENT = 44,
    IP_PROTOCOL_GRE = 47,
    IP_PROTOCOL_AUTHENTICATION = 51,
    IP_PROTOCOL_ICMPV6 = 58,
    IP_PROTOCOL_DESTINATION_OPTIONS = 60,
    IP_PROTOCOL_ETHERIP = 97,
    IP_PROTOCOL_MPLS = 137
};

enum {
    IP_EXTENSIONS_MAX = 8,  /* RFC 8200 section 4.1 knows seven places for extension headers */
    IP_LENGTH_MAX = 1 << 20 /* octets where the header has no length; Linux goes to half of that */
};

enum ip_status {
    IP_WHOLE,       /* ip is set */
    IP_FRAGMENT,    /* ip is set, payload is a part of the datagram's */
    IP_SHORT,       /* the octets end within the headers */
    IP_UNSUPPORTED, /* more extension headers than IP_EXTENSIONS_MAX */
    IP_MALFORMED
};

/* One IP header. Addresses and payload are views into the packet. */
struct ip {
    uint8_t version;  /* 4 or 6 */
    uint8_t protocol; /* what payload begins with */
    uint8_t hop_limit;
    bool more_fragments;
    bool is_routed;             /* there was an IPv6 routing header */
    uint16_t id;                /* IPv4 identification, 0 for IPv6 */
    uint32_t fragment_id;       /* IP_FRAGMENT: identification of the datagram */
    uint32_t fragment_offset;   /* IP_FRAGMENT: in octets */
    uint32_t length;            /* of the whole packet, headers included */
    const uint8_t *source;      /* 4 or 16 octets */
    const uint8_t *destination; /* likewise */
    struct bytes payload;       /* captured octets */
    size_t missing;             /* octets of the payload behind the captured ones */
};

/* Read the IP packet of this version (4 or 6) at data. wire_length is what the layer below
 * holds, captured or not; it is the packet's length where the header has 0 for it, as
 * captures of a machine that leaves segmentation to its network card do. */
enum ip_status ip_decode(uint8_t version, struct bytes data, size_t wire_length, struct ip *ip);

/* True when a header of this protocol number is stepped over in IP of this version, or tells of a
 * fragment. */
bool ip_is_extension(uint8_t version, uint8_t protocol);

/* Step over the extension headers at the front of ip->payload; ip->protocol says which comes
 * first. For a datagram put together from fragments. */
enum ip_status ip_skip_extensions(struct ip *ip);

/* The IPv4 (4 octets) or IPv6 (16 octets) address at octets. */
ALWAYS_INLINE void ip_address(uint8_t version, const uint8_t *octets, struct address *address)
{
    if (version == 6)
        memcpy(address->octets, octets, sizeof(address->octets));
    else
        address_map_ipv4(address, octets);
}

#endif
