/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/plain.h"

#include "capture/tcp.h"

enum {
    ETHERNET_LEN = 14,
    VLAN_TAG_LEN = 4,
    IPV4_LEN = 20,
    IPV6_LEN = 40,
    IPV4_VERSION_LENGTH = 0x45, /* version 4, five words: no options */
    IPV4_FRAGMENT = 0x3fff,     /* more fragments, or an offset */
    IPV6_VERSION = 6
};

static bool is_known(uint8_t protocol)
{
    return protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP;
}

/* No fragment, and nothing of it missing. Members are set one by one: compilers clear a struct that
 * is set as a whole with an instruction that takes longer than all of the decoding. */
static inline void set_whole(struct ip *ip)
{
    ip->more_fragments = false;
    ip->is_routed = false;
    ip->fragment_id = 0;
    ip->fragment_offset = 0;
    ip->missing = 0;
}

/* The headers are taken as a whole: their length is then known to the compiler, which drops the
 * checks of the single fields. Each field is looked at as soon as it is read, as there are more of
 * them than registers. */
ALWAYS_INLINE bool plain_ipv4(struct bytes data, struct ip *ip)
{
    struct bytes in;
    struct bytes addresses;
    uint8_t version_length;
    uint16_t length;
    uint16_t fragment;

    if (!bytes_take(&data, IPV4_LEN, &in) || !bytes_u8(&in, &version_length)
        || version_length != IPV4_VERSION_LENGTH || !bytes_skip(&in, 1) || !bytes_u16(&in, &length)
        || length < IPV4_LEN || length - (size_t)IPV4_LEN > data.len || !bytes_u16(&in, &ip->id)
        || !bytes_u16(&in, &fragment) || (fragment & IPV4_FRAGMENT) != 0
        || !bytes_u8(&in, &ip->hop_limit) || !bytes_u8(&in, &ip->protocol)
        || !is_known(ip->protocol) || !bytes_skip(&in, 2) || !bytes_take(&in, 8, &addresses))
        return false;
    set_whole(ip);
    ip->version = 4;
    ip->length = length;
    ip->source = addresses.data;
    ip->destination = addresses.data + 4;
    ip->payload = bytes_of(data.data, length - (size_t)IPV4_LEN);
    return true;
}

ALWAYS_INLINE bool plain_ipv6(struct bytes data, struct ip *ip)
{
    struct bytes in;
    struct bytes addresses;
    uint8_t version;
    uint16_t length;

    if (!bytes_take(&data, IPV6_LEN, &in) || !bytes_u8(&in, &version)
        || version >> 4 != IPV6_VERSION || !bytes_skip(&in, 3) || !bytes_u16(&in, &length)
        || length == 0 || length > data.len || !bytes_u8(&in, &ip->protocol)
        || !is_known(ip->protocol) || !bytes_u8(&in, &ip->hop_limit)
        || !bytes_take(&in, 32, &addresses))
        return false;
    set_whole(ip);
    ip->version = IPV6_VERSION;
    ip->id = 0;
    ip->length = (uint32_t)length + IPV6_LEN;
    ip->source = addresses.data;
    ip->destination = addresses.data + 16;
    ip->payload = bytes_of(data.data, length);
    return true;
}

/* What stands behind the header of Ethernet is left in *frame. */
ALWAYS_INLINE bool plain_ethernet(struct bytes *frame, struct link *link, uint16_t *type)
{
    struct bytes in;
    struct bytes addresses;

    if (!bytes_take(frame, ETHERNET_LEN, &in)
        || !bytes_take(&in, LINK_ETHERNET_ADDRESSES, &addresses))
        return false;
    link->addresses = addresses.data;
    link->vlan_id = 0;
    return bytes_u16(&in, type);
}

/* The tag of a VLAN (IEEE 802.1Q), likewise. */
static inline bool plain_tag(struct bytes *frame, struct link *link, uint16_t *type)
{
    struct bytes in;
    uint16_t control;

    if (!bytes_take(frame, VLAN_TAG_LEN, &in) || !bytes_u16(&in, &control))
        return false;
    link->vlan_id = control & LINK_VLAN_IDENTIFIER;
    return bytes_u16(&in, type);
}

bool plain_decode(struct bytes frame, struct link *link, struct ip *ip)
{
    struct link found;
    uint16_t type;

    if (!plain_ethernet(&frame, &found, &type)
        || (type == ETHERTYPE_VLAN && !plain_tag(&frame, &found, &type))
        || (!(type == ETHERTYPE_IPV4 && plain_ipv4(frame, ip))
            && !(type == ETHERTYPE_IPV6 && plain_ipv6(frame, ip))))
        return false;
    link->addresses = found.addresses;
    link->vlan_id = found.vlan_id;
    return true;
}

ALWAYS_INLINE bool plain_tcp(const struct link *link, const struct ip *ip, struct moment at,
                             struct segment *segment)
{
    if (ip->protocol != IP_PROTOCOL_TCP || tcp_decode(at, link, ip, 0, segment) != PACKET_TCP)
        return false;
    memset(segment->tunnels, TUNNEL_NONE, sizeof(segment->tunnels));
    return true;
}

/* Each version by itself: to the compiler the lengths of its addresses are then known. */
ALWAYS_INLINE bool plain_segment(const struct link *link, uint16_t type, struct bytes packet,
                                 struct moment at, struct segment *segment)
{
    struct ip ip;

    if (type == ETHERTYPE_IPV4)
        return plain_ipv4(packet, &ip) && plain_tcp(link, &ip, at, segment);
    return type == ETHERTYPE_IPV6 && plain_ipv6(packet, &ip) && plain_tcp(link, &ip, at, segment);
}

/* Apart, so that frames without a tag pay nothing for it. */
NEVER_INLINE static bool plain_tagged_segment(const uint8_t *addresses, struct bytes frame,
                                              struct moment at, struct segment *segment)
{
    struct link link = {.addresses = addresses};
    uint16_t type;

    return plain_tag(&frame, &link, &type) && plain_segment(&link, type, frame, at, segment);
}

bool plain_decode_segment(struct bytes frame, struct moment at, struct segment *segment)
{
    struct link link;
    uint16_t type;

    if (!plain_ethernet(&frame, &link, &type))
        return false;
    if (type == ETHERTYPE_VLAN)
        return plain_tagged_segment(link.addresses, frame, at, segment);
    return plain_segment(&link, type, frame, at, segment);
}
