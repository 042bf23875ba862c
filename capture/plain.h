/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plain.h -- the headers that nearly all packets have, read in one go.
 *
 * An Ethernet frame, with one tag of a VLAN or none, with whole IPv4 without options, or whole IPv6
 * without extension headers, and TCP or UDP in it. What link.h and ip.h find step by step for every
 * packet, this finds for these alone, and the same of them.
 */
#ifndef TLSWHY_CAPTURE_PLAIN_H
#define TLSWHY_CAPTURE_PLAIN_H

#include "capture/ip.h"
#include "capture/link.h"

/* Set *ip, and the addresses and the VLAN of *link. False: the frame is none of these, or the
 * capture lacks a part of it; some of *ip may be set, *link is as it was. */
bool plain_decode(struct bytes frame, struct link *link, struct ip *ip);

/* Set *segment, of the moment given, from such a frame. False: it is none, or carries no TCP that
 * can be read; some of *segment may be set. */
bool plain_decode_segment(struct bytes frame, struct moment at, struct segment *segment);

#endif
