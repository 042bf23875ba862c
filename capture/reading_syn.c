/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of the first SYN, of which a half-open connection keeps too little to tell them by a hash
 * as copies of others are. */
#include "capture/moment.h"
#include "capture/reading_internal.h"

/* No host sends a SYN again so soon (RFC 6298 section 2.1: not within a second). */
static bool is_copy(const struct reading *reading, unsigned half, const struct segment *syn)
{
    const struct direction *direction = &reading->connection.direction[side_of(reading, half)];

    return direction->syn_count > 0 && (syn->flags & TCP_ACK) == 0
           && syn->sequence + 1 == reading->half[half].stream.base
           && elapsed_ns(syn->at.time_ns, direction->last_syn.time_ns)
                  <= TRANSPORT_DUPLICATE_FAR_NS;
}

bool reading_take_copied_syn(struct reading *reading, unsigned half, const struct segment *syn)
{
    struct direction *direction = direction_of(reading, half);
    struct transport *transport = &reading->half[half].transport;

    if (!is_copy(reading, half, syn))
        return false;
    direction->duplicates++;
    if (syn->hop_limit != transport->hop_limit)
        transport_routed(direction, transport, syn);
    return true;
}
