/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats_sinks.h -- what became of the events, as every form of output tells it. */
#ifndef TLSWHY_TOOLS_STATS_SINKS_H
#define TLSWHY_TOOLS_STATS_SINKS_H

#include "tools/tlswhy/feed.h"

/* One sink at one moment. */
struct stats_sink {
    const char *name; /* what --sink said; borrowed */
    struct sink_counters counters;
};

struct stats_sinks {
    size_t count;
    struct stats_sink items[SINKS_MAX + 1];
};

/* One counter or level. */
struct stats_sink_row {
    const char *total;  /* of all sinks, in a tlswhy_stats event */
    const char *key;    /* of one of them, there */
    const char *metric; /* of Prometheus, the same for both */
    const char *help;   /* what it is, for people */
    size_t offset;      /* of a uint64_t in struct sink_counters */
    bool is_level;      /* it can go down */
};

extern const struct stats_sink_row stats_sink_rows[];
extern const size_t stats_sink_row_count;

/* The value that a row tells of. */
uint64_t stats_sink_value(const struct sink_counters *counters, const struct stats_sink_row *row);

/* That of all sinks added up: each counts a line for itself. */
uint64_t stats_sinks_total(const struct stats_sinks *sinks, const struct stats_sink_row *row);

#endif
