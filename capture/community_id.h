/* SPDX-License-Identifier: GPL-2.0-or-later */
/* community_id.h -- Community ID version 1: one identifier of a flow for every monitor
 * (github.com/corelight/community-id-spec). */
#ifndef TLSWHY_CAPTURE_COMMUNITY_ID_H
#define TLSWHY_CAPTURE_COMMUNITY_ID_H

#include "capture/packet.h"

enum {
    COMMUNITY_ID_MAX = 31 /* "1:", 28 characters of base64, and the NUL */
};

/* Write the identifier of the flow between two endpoints, in either order. protocol is the IP
 * protocol number of one that has ports (TCP is 6), ports are in host order, seed is 0 unless
 * the monitors agreed on another. text becomes empty if the digest fails. */
void community_id(uint16_t seed, uint8_t protocol, const struct address *address_a, uint16_t port_a,
                  const struct address *address_b, uint16_t port_b, char text[COMMUNITY_ID_MAX]);

#endif
