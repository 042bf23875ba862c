/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_filter.h -- the kernel's filter of a live capture for which the user gives none.
 *
 * It lets pass what the decoder (packet.h) may find TCP or an ICMP error in, and is put together
 * from what link.h, ip.h, tunnel.h and icmp.h say they read: TCP, all fragments (those that are
 * whole together are let go of together), ICMP errors, extension headers, tunnels, and what lies
 * between the link layer and IP.
 */
#ifndef TLSWHY_CAPTURE_LIVE_FILTER_H
#define TLSWHY_CAPTURE_LIVE_FILTER_H

#include <stdbool.h>

enum {
    LIVE_FILTER_MAX = 2048 /* octets of an expression and its NUL; it has half of that */
};

/* Write the expression, in the syntax of pcap-filter(7). has_ether_types: with what may lie between
 * the link layer and IP, which libpcap does not know of every link type. False: it does not fit. */
bool live_filter_write(char text[LIVE_FILTER_MAX], bool has_ether_types);

#endif
