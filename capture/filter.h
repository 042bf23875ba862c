/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.h -- tcpdump's filter expressions, compiled by libpcap once per link type.
 *
 * Of link types behind whose headers libpcap finds no IP, such as PKTAP, what the headers lead to
 * (link.h) is filtered as IP alone.
 */
#ifndef TLSWHY_CAPTURE_FILTER_H
#define TLSWHY_CAPTURE_FILTER_H

#include "capture/packet.h"

enum {
    FILTER_ERROR_MAX = 512 /* octets of an error text and its NUL */
};

struct filter;

/* Compile an expression. NULL when it suits no link type at all: error names the expression
 * and the reason. */
struct filter *filter_new(const char *expression, char error[FILTER_ERROR_MAX]);
void filter_free(struct filter *filter); /* NULL is harmless */

/* Whether the expression has a meaning for this link type. If not, error says why. */
bool filter_suits(const struct filter *filter, int link_type, char error[FILTER_ERROR_MAX]);

/* True when the packet passes; false also when its link type does not suit. */
bool filter_match(const struct filter *filter, const struct raw_packet *packet);

/* libpcap's name of a link type, read or not; NULL when it has none. */
const char *filter_link_type_name(int link_type);

#endif
