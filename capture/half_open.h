/* SPDX-License-Identifier: GPL-2.0-or-later */
/* half_open.h -- what is kept of a SYN that nobody answered so far.
 *
 * A SYN flood makes millions of these, so it is two cache lines; a struct connection
 * is made of it when something else happens, or when it ends.
 */
#ifndef TLSWHY_CAPTURE_HALF_OPEN_H
#define TLSWHY_CAPTURE_HALF_OPEN_H

#include "capture/connection.h"
#include "capture/flow.h"
#include "capture/transport.h"

struct half_open {
    struct flow_key key;
    uint32_t hash; /* of the key */
    struct moment first;
    int64_t last_ns;
    uint32_t last_packet; /* counted from the first */
    uint32_t isn;         /* initial sequence number */
    uint16_t count;       /* SYNs, without duplicates; 0: none at all */
    uint16_t duplicates;
    uint16_t ip_length;
    uint16_t mss;
    uint16_t window;
    uint16_t ip_id; /* of the last SYN */
    uint16_t vlan_id;
    int8_t window_scale;
    uint8_t hop_limit;
    uint8_t hop_limit_other;
    bool sack_permitted;
    bool has_mac;
    bool timestamps;
    bool is_like_linux;
    uint8_t multipath;
    bool touched;   /* the SYN came again since it was queued: eviction passes it by once */
    uint8_t opener; /* the half of the key that sent it */
    uint8_t tunnels[PACKET_TUNNELS_MAX];
    uint8_t mac[SIDES][6];
};

/* Note the first SYN. Key and hash are set before. */
void half_open_begin(struct half_open *half_open, const struct segment *syn);

/* Note a SYN with the same sequence number. */
void half_open_again(struct half_open *half_open, const struct segment *syn);

/* The facts of a connection that consists of these SYNs: everything but the
 * addresses and ports. *connection is zero but for those; *transport, of what its client sent, is
 * as transport_init left it. */
void half_open_facts(const struct half_open *half_open, struct connection *connection,
                     struct transport *transport);

#endif
