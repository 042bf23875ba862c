/* SPDX-License-Identifier: GPL-2.0-or-later */
/* icmp.h -- ICMP and ICMPv6 errors that quote a TCP segment (RFC 792, RFC 1191, RFC 4443). */
#ifndef TLSWHY_CAPTURE_ICMP_H
#define TLSWHY_CAPTURE_ICMP_H

#include "capture/ip.h"

/* Read the ICMP message that ip carries (its protocol is ICMP or ICMPv6). True when it is an
 * error that quotes at least the ports and the sequence number of a TCP segment: *error is
 * set, except at. */
MUST_USE bool icmp_decode_error(const struct ip *ip, struct icmp_error *error);

#endif
