/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets that come when others, from behind them, have come before. */
#include "capture/transport.h"

#include "capture/moment.h"

static int64_t rtt_of(const struct connection *connection)
{
    if (connection->syn_rtt_ns < 0 || connection->ack_rtt_ns < 0)
        return -1;
    return later_ns(connection->syn_rtt_ns, connection->ack_rtt_ns);
}

/* For how long the hole that the segment fills was known. */
static int64_t hole_age_ns(const struct direction *direction, const struct segment *segment)
{
    return elapsed_ns(segment->at.time_ns, direction_trouble(direction)->disorder.time_ns);
}

bool transport_is_late(const struct connection *connection, const struct direction *direction,
                       const struct segment *segment)
{
    int64_t rtt_ns = rtt_of(connection);
    int64_t limit = rtt_ns < 0 ? TRANSPORT_RTO_NS : rtt_ns;

    if (limit < TRANSPORT_REORDER_NS)
        limit = TRANSPORT_REORDER_NS;
    return hole_age_ns(direction, segment) > limit;
}

bool transport_is_too_late(const struct connection *connection, const struct direction *direction,
                           const struct segment *segment)
{
    bool is_client = direction == &connection->direction[SIDE_CLIENT];
    const struct direction *receiver =
        &connection->direction[is_client ? SIDE_SERVER : SIDE_CLIENT];

    return (moment_seen(receiver->fin) || moment_seen(direction_reset(receiver)->at))
           && hole_age_ns(direction, segment) > TRANSPORT_TOO_LATE_NS;
}
