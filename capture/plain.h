/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plain.h -- the headers that nearly all packets have, read in one go.
 *
 * An Ethernet frame with whole IPv4 without options, or whole IPv6 without extension headers, and
 * TCP or UDP in it. What link.h and ip.h find step by step for every packet, this finds for these
 * alone, and the same of them.
 */
#ifndef TLSWHY_CAPTURE_PLAIN_H
#define TLSWHY_CAPTURE_PLAIN_H

#include "capture/ip.h"
#include "capture/link.h"

/* Set *ip, and the addresses of *link. False, and nothing is set: the frame is none of these, or
 * the capture lacks a part of it. */
bool plain_decode(struct bytes frame, struct link *link, struct ip *ip);

#endif
