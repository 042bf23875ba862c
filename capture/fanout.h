/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fanout.h -- which of several rings a packet goes to: packet(7), PACKET_FANOUT.
 *
 * The kernel's own hash looks at ports, which fragments and ICMP errors do not have, and so
 * takes them to other rings than the connection they belong to. The program that is used here
 * combines the two IP addresses only, those of the quoted packet for an ICMP error: the same in
 * both directions. All connections of one client with one server go to one ring; tunnels are
 * told apart by their ends, and what is not IP goes to the first ring.
 */
#ifndef TLSWHY_CAPTURE_FANOUT_H
#define TLSWHY_CAPTURE_FANOUT_H

#include "dissect/bytes.h"

/* Make packet sockets of one interface a group. False on error, with errno set; then none of
 * them is of use. */
MUST_USE bool fanout_join(const int *sockets, size_t count);

#endif
