/* SPDX-License-Identifier: GPL-2.0-or-later */
/* icmp.h -- ICMP and ICMPv6 errors that quote a TCP segment (RFC 792, RFC 1191, RFC 4443). */
#ifndef TLSWHY_CAPTURE_ICMP_H
#define TLSWHY_CAPTURE_ICMP_H

#include "capture/ip.h"

/* Types and codes that are looked at (IANA). */
enum {
    ICMP_UNREACHABLE = 3,
    ICMP_SOURCE_QUENCH = 4,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
    ICMP_FRAGMENTATION_NEEDED = 4, /* code of ICMP_UNREACHABLE: about a size, RFC 1191 section 4 */
    ICMPV6_UNREACHABLE = 1,
    ICMPV6_PACKET_TOO_BIG = 2,
    ICMPV6_TIME_EXCEEDED = 3,
    ICMPV6_PARAMETER_PROBLEM = 4,
    ICMPV6_INFORMATIONAL = 128 /* from here on no errors, RFC 4443 section 2.1 */
};

/* True when messages of this type quote the packet that they are about; version is that of IP. */
bool icmp_is_error(uint8_t version, uint8_t type);

/* Read the ICMP message that ip carries (its protocol is ICMP or ICMPv6). True when it is an
 * error that quotes at least the ports and the sequence number of a TCP segment: *error is
 * set, except at. */
MUST_USE bool icmp_decode_error(const struct ip *ip, struct icmp_error *error);

#endif
