/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracker_loss.c -- when the capture was seen to lack packets, by any connection. */
#include "analyze/tracker_internal.h"
#include "capture/moment.h"

#include <string.h>

/* A burst of lost packets hits others this near to it, and a connection as short as this all
 * along. */
#define LOSS_NEAR_NS SECOND_NS

/* Octets that were ACKed and not captured, of a connection that the capture has both sides of. What
 * was cut, or given up here, tells nothing of others. */
static bool lacks_octets(const struct connection *connection)
{
    uint64_t missed_octets = 0;

    for (size_t side = 0; side < SIDES; side++) {
        const struct direction *direction = &connection->direction[side];
        const struct trouble *trouble = direction_trouble(direction);

        if (direction->packets == 0 || trouble->cut_octets > 0 || trouble->dropped_octets > 0)
            return false;
        missed_octets += trouble->missed_octets;
    }
    return missed_octets > 0;
}

static bool has_hosts(const struct tracker_loss *loss, const struct address *client,
                      const struct address *server)
{
    return memcmp(&loss->host[SIDE_CLIENT], client, sizeof(*client)) == 0
           && memcmp(&loss->host[SIDE_SERVER], server, sizeof(*server)) == 0;
}

void tracker_see_loss(struct tracker_losses *losses, const struct connection *connection)
{
    const int64_t at_ns = connection->last.time_ns;
    const bool has_trouble = connection->direction[SIDE_CLIENT].has_trouble
                             || connection->direction[SIDE_SERVER].has_trouble;

    if (!has_trouble || !times_are_within(LOSS_NEAR_NS, connection->first.time_ns, at_ns)
        || !lacks_octets(connection) || tracker_lost_near(losses, connection))
        return;
    losses->losses[losses->total % TRACKER_LOSSES_MAX] = (struct tracker_loss){
        .at_ns = at_ns,
        .host = {connection->endpoint[SIDE_CLIENT].address,
                 connection->endpoint[SIDE_SERVER].address},
    };
    losses->total++;
}

bool tracker_lost_near(const struct tracker_losses *losses, const struct connection *connection)
{
    const struct address *client = &connection->endpoint[SIDE_CLIENT].address;
    const struct address *server = &connection->endpoint[SIDE_SERVER].address;
    const struct tracker_loss *other = NULL;

    for (size_t i = 0; i < losses->total && i < TRACKER_LOSSES_MAX; i++) {
        const struct tracker_loss *loss = &losses->losses[i];

        if (!times_are_within(LOSS_NEAR_NS, loss->at_ns, connection->last.time_ns))
            continue;
        if (has_hosts(loss, client, server)
            || (other != NULL
                && !has_hosts(loss, &other->host[SIDE_CLIENT], &other->host[SIDE_SERVER])))
            return true;
        other = loss;
    }
    return false;
}
