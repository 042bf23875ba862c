/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/plain.h"

enum {
    ETHERNET_LEN = 14,
    IPV4_LEN = 20,
    IPV6_LEN = 40,
    IPV4_VERSION_LENGTH = 0x45, /* version 4, five words: no options */
    IPV4_DONT_FRAGMENT = 0x4000,
    IPV4_FRAGMENT = 0x3fff, /* more fragments, or an offset */
    IPV6_VERSION = 6
};

static bool is_known(uint8_t protocol)
{
    return protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP;
}

/* No fragment, and nothing of it missing. Members are set one by one: compilers clear a struct that
 * is set as a whole with an instruction that takes longer than all of the decoding. */
static void set_whole(struct ip *ip)
{
    ip->more_fragments = false;
    ip->is_routed = false;
    ip->fragment_id = 0;
    ip->fragment_offset = 0;
    ip->missing = 0;
}

/* The headers are taken as a whole: their length is then known to the compiler, which drops the
 * checks of the single fields. */
static bool plain_ipv4(struct bytes data, struct ip *ip)
{
    struct bytes in;
    struct bytes addresses;
    uint8_t version_length;
    uint16_t length;
    uint16_t id;
    uint16_t fragment;
    uint8_t hop_limit;
    uint8_t protocol;

    if (!bytes_take(&data, IPV4_LEN, &in) || !bytes_u8(&in, &version_length) || !bytes_skip(&in, 1)
        || !bytes_u16(&in, &length) || !bytes_u16(&in, &id) || !bytes_u16(&in, &fragment)
        || !bytes_u8(&in, &hop_limit) || !bytes_u8(&in, &protocol) || !bytes_skip(&in, 2)
        || !bytes_take(&in, 8, &addresses))
        return false;
    if (version_length != IPV4_VERSION_LENGTH || (fragment & IPV4_FRAGMENT) != 0
        || !is_known(protocol) || length < IPV4_LEN || length - (size_t)IPV4_LEN > data.len)
        return false;
    set_whole(ip);
    ip->version = 4;
    ip->protocol = protocol;
    ip->hop_limit = hop_limit;
    ip->dont_fragment = (fragment & IPV4_DONT_FRAGMENT) != 0;
    ip->id = id;
    ip->length = length;
    ip->source = addresses.data;
    ip->destination = addresses.data + 4;
    ip->payload = bytes_of(data.data, length - (size_t)IPV4_LEN);
    return true;
}

static bool plain_ipv6(struct bytes data, struct ip *ip)
{
    struct bytes in;
    struct bytes addresses;
    uint8_t version;
    uint16_t length;
    uint8_t protocol;
    uint8_t hop_limit;

    if (!bytes_take(&data, IPV6_LEN, &in) || !bytes_u8(&in, &version) || !bytes_skip(&in, 3)
        || !bytes_u16(&in, &length) || !bytes_u8(&in, &protocol) || !bytes_u8(&in, &hop_limit)
        || !bytes_take(&in, 32, &addresses))
        return false;
    if (version >> 4 != IPV6_VERSION || !is_known(protocol) || length == 0 || length > data.len)
        return false;
    set_whole(ip);
    ip->version = IPV6_VERSION;
    ip->protocol = protocol;
    ip->hop_limit = hop_limit;
    ip->dont_fragment = true;
    ip->id = 0;
    ip->length = (uint32_t)length + IPV6_LEN;
    ip->source = addresses.data;
    ip->destination = addresses.data + 16;
    ip->payload = bytes_of(data.data, length);
    return true;
}

bool plain_decode(struct bytes frame, struct link *link, struct ip *ip)
{
    struct bytes in;
    struct bytes addresses;
    uint16_t type;

    if (!bytes_take(&frame, ETHERNET_LEN, &in) || !bytes_take(&in, 12, &addresses)
        || !bytes_u16(&in, &type))
        return false;
    if (!(type == ETHERTYPE_IPV4 && plain_ipv4(frame, ip))
        && !(type == ETHERTYPE_IPV6 && plain_ipv6(frame, ip)))
        return false;
    link->addresses = addresses.data;
    return true;
}
