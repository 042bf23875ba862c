/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats_event.h -- statistics as one line of JSON: the event tlswhy_stats. */
#ifndef TLSWHY_TOOLS_STATS_EVENT_H
#define TLSWHY_TOOLS_STATS_EVENT_H

#include "analyze/json.h"
#include "tools/tlswhy/options.h"
#include "tools/tlswhy/stats.h"
#include "tools/tlswhy/stats_sinks.h"

struct stats_event {
    const struct options *options;
    const struct stats *sum;     /* of all */
    const struct stats *workers; /* and of each */
    size_t worker_count;
    const struct stats_sinks *sinks;
    bool is_last; /* at the end of the capture */
};

/* Write the event into *line, valid until the next use of json. False when memory is short. */
MUST_USE bool stats_event_write(const struct stats_event *event, struct json *json,
                                struct bytes *line);

#endif
