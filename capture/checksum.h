/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum.h -- the Internet checksum (RFC 1071) of IPv4 headers, TCP, ICMP and ICMPv6.
 *
 * Hosts drop what has a wrong sum. Captures of the host that sent a packet see it before the
 * network card has put in the sum, and data in one packet that the card will cut into many: there
 * wrong sums are honest. So nothing here is asked unless the user says so.
 */
#ifndef TLSWHY_CAPTURE_CHECKSUM_H
#define TLSWHY_CAPTURE_CHECKSUM_H

#include "capture/ip.h"

/* True unless the sum over the IPv4 header at the beginning of packet is wrong (RFC 791 section
 * 3.1). For a header that ip_decode has read. */
bool checksum_header_is_good(struct bytes packet);

/* True unless the sum over the payload of ip, which carries TCP, ICMP or ICMPv6, is wrong (RFC 9293
 * section 3.1, RFC 792, RFC 4443 section 2.3). True also where it cannot be known: octets that were
 * not captured, another protocol, and a packet with an IPv6 routing header, whose sum covers an
 * address that it does not have yet (RFC 8200 section 8.1). */
bool checksum_payload_is_good(const struct ip *ip);

#endif
