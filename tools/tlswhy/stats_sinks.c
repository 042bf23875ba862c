/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/stats_sinks.h"

#include <stddef.h>
#include <string.h>

const struct stats_sink_row stats_sink_rows[] = {
    {"events_delivered", "delivered", "tlswhy_events_delivered_total", "Events delivered",
     offsetof(struct sink_counters, written), false},
    {"events_lost", "lost", "tlswhy_events_lost_total", "Events lost",
     offsetof(struct sink_counters, lost), false},
    {"events_queued", "queued", "tlswhy_events_queued", "Events that wait in memory",
     offsetof(struct sink_counters, waiting), true},
    {"events_spooled", "spooled", "tlswhy_events_spooled", "Events that wait on disk",
     offsetof(struct sink_counters, spooled), true},
    {"events_sent_again", "sent_again", "tlswhy_events_sent_again_total",
     "Events sent again to a receiver that may have had them",
     offsetof(struct sink_counters, sent_again), false},
    {"sink_failures", "failures", "tlswhy_sink_failures_total", "Times that a receiver failed",
     offsetof(struct sink_counters, failures), false},
};

const size_t stats_sink_row_count = sizeof(stats_sink_rows) / sizeof(stats_sink_rows[0]);

/* It is nothing but counters. */
_Static_assert(sizeof(struct sink_counters) % sizeof(uint64_t) == 0, "counters only");

uint64_t stats_sink_value(const struct sink_counters *counters, const struct stats_sink_row *row)
{
    uint64_t value;

    memcpy(&value, (const uint8_t *)counters + row->offset, sizeof(value));
    return value;
}

uint64_t stats_sinks_total(const struct stats_sinks *sinks, const struct stats_sink_row *row)
{
    uint64_t total = 0;

    for (size_t i = 0; i < sinks->count; i++)
        total += stats_sink_value(&sinks->items[i].counters, row);
    return total;
}
