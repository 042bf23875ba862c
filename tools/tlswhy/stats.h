/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.h -- what a worker has seen, or the collector judged, copied out of it for others to
 * read, and added up. */
#ifndef TLSWHY_TOOLS_STATS_H
#define TLSWHY_TOOLS_STATS_H

#include <stddef.h>

#include "analyze/tracker.h"
#include "capture/live.h"
#include "tools/tlswhy/docket.h"

enum { STATS_CAUSES_MAX = 128 /* twice what there are */ };

struct stats {
    struct packet_counters packets;
    struct connections_counters connections;
    struct tracker_counters tracker;
    struct live_counters live;         /* of all its interfaces */
    uint64_t causes[STATS_CAUSES_MAX]; /* failed handshakes, by place in cause_list */
    uint64_t unserialised;             /* events lost for want of memory */
    uint64_t folded;                   /* failures that only an incident's event tells of */
    int64_t first_ns;                  /* time of the first packet, 0: there was none */
    int64_t last_ns;
    uint64_t busy_ns; /* of processor time */
    uint64_t wall_ns; /* since the worker began */
    uint64_t interfaces_down;
    uint64_t shed_level;             /* enum connections_shed, of all workers added up */
    uint64_t unjudged[DOCKET_KINDS]; /* connections that the docket refused */
    uint64_t inventory;              /* certificates in it */
    uint64_t inventory_left_out;     /* sightings of others */
    uint64_t docket_level;           /* connections on it */
    uint64_t docket_octets;          /* and their memory */
};

/* One counter or level, as every form of output tells it. */
struct stats_row {
    const char *key;    /* in a tlswhy_stats event */
    const char *metric; /* of Prometheus; NULL: it has labels, and metrics.c writes it */
    const char *help;   /* what it is, for people */
    size_t offset;      /* of a uint64_t in struct stats */
    bool is_level;      /* it can go down */
};

extern const struct stats_row stats_rows[];
extern const size_t stats_row_count;

/* The value that a row tells of. */
uint64_t stats_value(const struct stats *stats, const struct stats_row *row);

/* Add one worker's to a sum that began as all zero. */
void stats_add(struct stats *sum, const struct stats *other);

/* Add the counters of one interface. */
void stats_add_live(struct live_counters *sum, const struct live_counters *other);

/* Count a failure by its cause. */
void stats_count_cause(struct stats *stats, const struct cause *cause);

#endif
