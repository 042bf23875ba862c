/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp.h -- the header of TCP (RFC 9293 section 3.1), and what those around it say of a segment. */
#ifndef TLSWHY_CAPTURE_TCP_H
#define TLSWHY_CAPTURE_TCP_H

#include "capture/ip.h"
#include "capture/link.h"

enum { TCP_HEADER_LEN = 20 };

/* Read the ports at the front of a header that ip carries: with its addresses they are the key. */
ALWAYS_INLINE bool tcp_read_key(struct bytes *in, const struct ip *ip, struct segment *segment)
{
    struct flow_key *key = &segment->key;
    uint16_t source_port;
    uint16_t destination_port;
    struct address source;
    struct address destination;

    if (!bytes_u16(in, &source_port) || !bytes_u16(in, &destination_port))
        return false;
    if (ip->version == 4) {
        segment->half = (uint8_t)flow_key_of_ipv4(ip->source, source_port, ip->destination,
                                                  destination_port, key);
        return true;
    }
    memcpy(&source, ip->source, sizeof(source));
    memcpy(&destination, ip->destination, sizeof(destination));
    segment->half = (uint8_t)flow_key_of(&source, source_port, &destination, destination_port, key);
    return true;
}

ALWAYS_INLINE void tcp_describe_path(const struct link *link, const struct ip *ip,
                                     struct segment *segment)
{
    segment->hop_limit = ip->hop_limit;
    segment->ip_id = ip->id;
    segment->ip_length = ip->length;
    segment->vlan_id = link->vlan_id;
    segment->has_mac = link->addresses != NULL;
    if (segment->has_mac)
        memcpy(&segment->mac, link->addresses, sizeof(segment->mac));
}

/* Read the segment that ip carries. missing: octets on the wire behind the payload of ip. All but
 * the tunnels is set; of what is no PACKET_TCP, some may be. Always inlined: of headers that are
 * read in one go nothing is then stored but the segment, and that as soon as it is read, as there
 * are more members than registers. */
ALWAYS_INLINE enum packet_kind tcp_decode(struct moment at, const struct link *link,
                                          const struct ip *ip, size_t missing,
                                          struct segment *segment)
{
    struct bytes rest = ip->payload;
    struct bytes payload = ip->payload;
    struct bytes in;
    uint8_t offset;
    size_t header;

    segment->at = at;
    tcp_describe_path(link, ip, segment);
    if (!bytes_take(&rest, TCP_HEADER_LEN, &in) || !tcp_read_key(&in, ip, segment)
        || !bytes_u32(&in, &segment->sequence) || !bytes_u32(&in, &segment->acknowledgment)
        || !bytes_u8(&in, &offset) || !bytes_u8(&in, &segment->flags)
        || !bytes_u16(&in, &segment->window))
        return missing > 0 ? PACKET_CUT : PACKET_MALFORMED;
    header = (size_t)(offset >> 4) * 4;
    if (header < TCP_HEADER_LEN || header > payload.len + missing)
        return PACKET_MALFORMED;
    if (!bytes_take(&payload, header, &segment->options)
        || !bytes_skip(&segment->options, TCP_HEADER_LEN))
        return missing > 0 ? PACKET_CUT : PACKET_MALFORMED;
    segment->payload = payload;
    segment->payload_length = (uint32_t)(payload.len + missing);
    return PACKET_TCP;
}

#endif
