/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/icmp.h"

bool icmp_is_error(uint8_t version, uint8_t type)
{
    if (version == 6)
        return type >= ICMPV6_UNREACHABLE && type <= ICMPV6_PARAMETER_PROBLEM;
    return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_TIME_EXCEEDED
           || type == ICMP_PARAMETER_PROBLEM;
}

/* The 32 bits behind the checksum hold the MTU: all of them in ICMPv6, the lower half in ICMP. */
static uint32_t next_hop_mtu(uint8_t version, uint8_t type, uint8_t code, uint32_t field)
{
    if (version == 6)
        return type == ICMPV6_PACKET_TOO_BIG ? field : 0;
    return type == ICMP_UNREACHABLE && code == ICMP_FRAGMENTATION_NEEDED ? field & 0xffff : 0;
}

/* The start of the packet that caused the error; it ends where the reporter cut it. */
static bool read_quote(uint8_t version, struct bytes in, struct icmp_error *error)
{
    struct ip quoted;
    enum ip_status status = ip_decode(version, in, in.len, &quoted);
    struct bytes tcp;

    if (status == IP_FRAGMENT && quoted.fragment_offset == 0)
        status = ip_skip_extensions(&quoted);
    if (status != IP_WHOLE || quoted.protocol != IP_PROTOCOL_TCP)
        return false;
    tcp = quoted.payload;
    if (!bytes_u16(&tcp, &error->source_port) || !bytes_u16(&tcp, &error->destination_port)
        || !bytes_u32(&tcp, &error->sequence))
        return false;
    ip_address(version, quoted.source, &error->source);
    ip_address(version, quoted.destination, &error->destination);
    return true;
}

bool icmp_decode_error(const struct ip *ip, struct icmp_error *error)
{
    struct bytes in = ip->payload;
    uint32_t field;

    if (!bytes_u8(&in, &error->type) || !bytes_u8(&in, &error->code) || !bytes_skip(&in, 2)
        || !bytes_u32(&in, &field))
        return false;
    if (!icmp_is_error(ip->version, error->type) || !read_quote(ip->version, in, error))
        return false;
    error->is_ipv6 = ip->version == 6;
    error->mtu = next_hop_mtu(ip->version, error->type, error->code, field);
    ip_address(ip->version, ip->source, &error->sender);
    return true;
}
