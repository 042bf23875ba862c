/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/ip.h"

enum {
    IPV4_HEADER_LEN = 20,
    IPV4_MORE_FRAGMENTS = 0x2000,
    IPV4_FRAGMENT_OFFSET = 0x1fff,
    IPV6_HEADER_LEN = 40
};

/* Cut ip->payload to length octets: what is beyond is padding, what is not there is missing. */
static void bound_payload(struct ip *ip, size_t length)
{
    ip->missing = length > ip->payload.len ? length - ip->payload.len : 0;
    if (ip->payload.len > length)
        ip->payload.len = length;
}

static enum ip_status skip_authentication(struct ip *ip)
{
    uint8_t next;
    uint8_t words;

    if (!bytes_u8(&ip->payload, &next) || !bytes_u8(&ip->payload, &words)
        || !bytes_skip(&ip->payload, ((size_t)words + 2) * 4 - 2))
        return IP_SHORT;
    ip->protocol = next;
    return IP_WHOLE;
}

static enum ip_status skip_options(struct ip *ip)
{
    uint8_t next;
    uint8_t units;

    if (!bytes_u8(&ip->payload, &next) || !bytes_u8(&ip->payload, &units)
        || !bytes_skip(&ip->payload, ((size_t)units + 1) * 8 - 2))
        return IP_SHORT;
    ip->protocol = next;
    return IP_WHOLE;
}

/* RFC 8200 section 4.5. A packet that is its only fragment is whole (RFC 6946). */
static enum ip_status read_fragment(struct ip *ip)
{
    uint16_t next;
    uint16_t offset;

    if (!bytes_u16(&ip->payload, &next) || !bytes_u16(&ip->payload, &offset)
        || !bytes_u32(&ip->payload, &ip->fragment_id))
        return IP_SHORT;
    ip->protocol = (uint8_t)(next >> 8);
    ip->fragment_offset = offset & 0xfff8;
    ip->more_fragments = (offset & 1) != 0;
    return ip->fragment_offset == 0 && !ip->more_fragments ? IP_WHOLE : IP_FRAGMENT;
}

bool ip_is_extension(uint8_t version, uint8_t protocol)
{
    if (protocol == IP_PROTOCOL_AUTHENTICATION)
        return true;
    return version == 6
           && (protocol == IP_PROTOCOL_FRAGMENT || protocol == IP_PROTOCOL_HOP_BY_HOP
               || protocol == IP_PROTOCOL_ROUTING || protocol == IP_PROTOCOL_DESTINATION_OPTIONS);
}

static enum ip_status skip_extension(struct ip *ip)
{
    if (ip->protocol == IP_PROTOCOL_AUTHENTICATION)
        return skip_authentication(ip);
    if (ip->protocol == IP_PROTOCOL_FRAGMENT)
        return read_fragment(ip);
    ip->is_routed = ip->is_routed || ip->protocol == IP_PROTOCOL_ROUTING;
    return skip_options(ip);
}

enum ip_status ip_skip_extensions(struct ip *ip)
{
    if (ip->protocol == IP_PROTOCOL_TCP || ip->protocol == IP_PROTOCOL_UDP)
        return IP_WHOLE;
    for (int i = 0; i <= IP_EXTENSIONS_MAX; i++) {
        enum ip_status status;

        if (!ip_is_extension(ip->version, ip->protocol))
            return IP_WHOLE;
        status = skip_extension(ip);
        if (status != IP_WHOLE)
            return status;
    }
    return IP_UNSUPPORTED;
}

/* The fixed header is taken first: its length is then known to the compiler, which drops the
 * checks of the single fields. */
static enum ip_status decode_ipv4(struct bytes data, size_t wire_length, struct ip *ip)
{
    struct bytes in;
    struct bytes addresses;
    uint8_t version_length;
    uint16_t length;
    uint16_t fragment;
    size_t header;

    if (!bytes_take(&data, IPV4_HEADER_LEN, &in) || !bytes_u8(&in, &version_length)
        || !bytes_skip(&in, 1) || !bytes_u16(&in, &length) || !bytes_u16(&in, &ip->id)
        || !bytes_u16(&in, &fragment) || !bytes_u8(&in, &ip->hop_limit)
        || !bytes_u8(&in, &ip->protocol) || !bytes_skip(&in, 2) || !bytes_take(&in, 8, &addresses))
        return IP_SHORT;
    header = (size_t)(version_length & 0x0f) * 4;
    if (length == 0 && wire_length > IP_LENGTH_MAX)
        return IP_MALFORMED;
    ip->length = length != 0 ? length : (uint32_t)wire_length;
    if (header < IPV4_HEADER_LEN || ip->length < header)
        return IP_MALFORMED;
    if (!bytes_skip(&data, header - IPV4_HEADER_LEN))
        return IP_SHORT;
    ip->source = addresses.data;
    ip->destination = addresses.data + 4;
    ip->payload = data;
    bound_payload(ip, ip->length - header);
    ip->more_fragments = (fragment & IPV4_MORE_FRAGMENTS) != 0;
    ip->fragment_id = ip->id;
    ip->fragment_offset = (uint32_t)(fragment & IPV4_FRAGMENT_OFFSET) * 8;
    if (ip->more_fragments || ip->fragment_offset != 0)
        return IP_FRAGMENT;
    return ip_skip_extensions(ip);
}

/* A payload length of 0 stands for a jumbogram (RFC 2675) or a segment before it was cut
 * by the network card: what the layer below holds counts. */
static enum ip_status decode_ipv6(struct bytes data, size_t wire_length, struct ip *ip)
{
    struct bytes in = data;
    struct bytes addresses;
    uint16_t length;

    if (!bytes_skip(&in, 4) || !bytes_u16(&in, &length) || !bytes_u8(&in, &ip->protocol)
        || !bytes_u8(&in, &ip->hop_limit) || !bytes_take(&in, 32, &addresses))
        return IP_SHORT;
    if (length == 0 && (wire_length < IPV6_HEADER_LEN || wire_length > IP_LENGTH_MAX))
        return IP_MALFORMED;
    ip->length = length != 0 ? (uint32_t)length + IPV6_HEADER_LEN : (uint32_t)wire_length;
    ip->source = addresses.data;
    ip->destination = addresses.data + 16;
    ip->payload = in;
    bound_payload(ip, ip->length - IPV6_HEADER_LEN);
    ip->more_fragments = false;
    ip->id = 0;
    ip->fragment_offset = 0;
    return ip_skip_extensions(ip);
}

enum ip_status ip_decode(uint8_t version, struct bytes data, size_t wire_length, struct ip *ip)
{
    if (data.len == 0)
        return IP_SHORT;
    if (data.data[0] >> 4 != version)
        return IP_MALFORMED;
    ip->version = version;
    ip->is_routed = false;
    if (version == 4)
        return decode_ipv4(data, wire_length, ip);
    return version == 6 ? decode_ipv6(data, wire_length, ip) : IP_MALFORMED;
}
