/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/checksum.h"

enum { SUM_GOOD = 0xffff }; /* ones' complement of the sum that was left out when it was made */

/* Add 16-bit words; an odd octet at the end counts as one with a zero behind it. Sums of packets
 * are far from 2^64. */
static uint64_t add_octets(uint64_t sum, struct bytes in)
{
    uint16_t word;

    while (bytes_u16(&in, &word))
        sum += word;
    return in.len > 0 ? sum + ((uint64_t)in.data[0] << 8) : sum;
}

static bool is_good(uint64_t sum)
{
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return sum == SUM_GOOD;
}

bool checksum_header_is_good(struct bytes packet)
{
    struct bytes header;

    return !bytes_take(&packet, (size_t)(packet.data[0] & 0x0f) * 4, &header)
           || is_good(add_octets(0, header));
}

/* RFC 9293 section 3.1, RFC 8200 section 8.1: addresses, protocol and length. */
static uint64_t add_pseudo_header(const struct ip *ip)
{
    size_t address_len = ip->version == 6 ? 16 : 4;
    uint64_t sum = add_octets(0, bytes_of(ip->source, address_len));

    sum = add_octets(sum, bytes_of(ip->destination, address_len));
    return sum + ip->protocol + ip->payload.len;
}

bool checksum_payload_is_good(const struct ip *ip)
{
    bool is_icmp = ip->version == 4 && ip->protocol == IP_PROTOCOL_ICMP;

    if (ip->missing > 0 || ip->is_routed)
        return true;
    if (ip->protocol != IP_PROTOCOL_TCP && ip->protocol != IP_PROTOCOL_ICMPV6 && !is_icmp)
        return true;
    return is_good(add_octets(is_icmp ? 0 : add_pseudo_header(ip), ip->payload));
}
