/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracker_internal.h -- what judging and judging again share, private to analyze/tracker*.c. */
#ifndef TLSWHY_ANALYZE_TRACKER_INTERNAL_H
#define TLSWHY_ANALYZE_TRACKER_INTERNAL_H

#include "analyze/examiner.h"
#include "analyze/session.h"
#include "capture/pool.h"

/* Losses that are kept: of two pairs of hosts at most within LOSS_NEAR_NS, so that these go back
 * further than a silent connection lasts until it is judged. Older ones give way. */
enum { TRACKER_LOSSES_MAX = 256 };

/* When the capture lacked packets of a connection, and between whom that was. */
struct tracker_loss {
    int64_t at_ns;
    struct address host[SIDES];
};

struct tracker_losses {
    struct tracker_loss losses[TRACKER_LOSSES_MAX];
    uint64_t total; /* all that were noted, of which the last are kept */
};

struct tracker {
    struct tracker_options options;
    struct verdict_sink sink;
    struct tracker_counters counters;
    struct session_memory memory;
    struct examiner *examiner;
    struct knowledge *knowledge;
    struct insight *insight;
    struct incidents *incidents;
    struct defer *defer; /* NULL: no verdict waits */
    /* To be judged again, by how often they were; NULL: none. */
    struct defer *judged[TRACKER_LOOKS];
    uint64_t attempts_waiting; /* of the verdicts that wait, those of mere connection attempts */
    struct pool sessions;
    int64_t revised_ns; /* tracker_revise's latest time */
    bool has_loss;      /* the capture lost packets */
    int64_t loss_ns;
    struct tracker_losses losses;
};

/* Attempts to connect to ports where TLS may yet be spoken, waiting: a scan has more of them than
 * anybody wants to know. */
enum { TRACKER_ATTEMPTS_WAITING_MAX = 2048 };

/* Count the limits that a connection hit. */
void tracker_count_limits(struct tracker *tracker, const struct facts *facts);

/* Work out the verdict, with what is known by now of server and client. */
void tracker_weigh(struct tracker *tracker, struct facts *facts, struct known *known,
                   struct verdict *verdict);

/* The facts of one that waited: by now it may be known that its server speaks TLS. */
void tracker_build_deferred(struct tracker *tracker, struct deferred *deferred,
                            struct facts *facts);

/* What a verdict says, in short. */
struct earlier_verdict tracker_earlier_of(const struct verdict *verdict);

/* Keep a connection whose verdict others may change. */
void tracker_keep_judged(struct tracker *tracker, const struct observation *observation,
                         enum outcome outcome, const struct defer_note *note);

/* Note when the capture lacked packets of this connection, which is concluded, if it is known. */
void tracker_see_loss(struct tracker_losses *losses, const struct connection *connection);

/* The capture lacked packets a second at most from the last one of this connection: of others
 * between its hosts, or of two pairs of hosts, for what a single one lacks is anybody's to make up,
 * and no burst. */
bool tracker_lost_near(const struct tracker_losses *losses, const struct connection *connection);

/* tracker_assign.c: all failures are counted; count each of these, the first and those after it,
 * with its own incident alone. */
void tracker_assign_failures(struct incidents *incidents, struct deferred *first);

/* Nothing more comes: look again at all that were given lately. */
void tracker_revise_all(struct tracker *tracker);

#endif
