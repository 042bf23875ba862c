/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.h -- a thread with rings and tables of its own: packets in, observed connections out.
 *
 * It shares nothing with other workers; what it observes is judged by the collector.
 */
#ifndef TLSWHY_TOOLS_WORKER_H
#define TLSWHY_TOOLS_WORKER_H

#include "tools/tlswhy/docket.h"
#include "tools/tlswhy/options.h"
#include "tools/tlswhy/stats.h"

enum {
    WORKER_LIVES_MAX = 2 * SERVICE_INTERFACES_MAX, /* with a reserve of each */
    WORKER_BATCH = 4096,        /* packets of one ring before the next has its turn */
    WORKER_CARE_MS = 250,       /* between looks at clocks, interfaces and statistics */
    WORKER_BUSY = 256,          /* packets at once that tell of more to come */
    WORKER_NAP_MS = 2,          /* how long packets are let gather when more are to come */
    WORKER_NAP_RING = 16 << 20, /* rings that nap have so many octets: at 40 Gbit/s 10 MB come */
    WORKER_LAST_READS_MAX = 64  /* batches read after the stop, of what the rings hold */
};

struct worker_options {
    const struct options *options;
    size_t number;         /* 0 for the first */
    size_t memory_max;     /* octets for its tables */
    struct docket *docket; /* where what it observed goes */
};

struct worker;

/* Make a worker and open its tables, not its thread. NULL after a
 * complaint. */
struct worker *worker_new(const struct worker_options *options);
void worker_free(struct worker *worker); /* NULL is harmless; only when it is not running */

/* Give it a ring, which is its own from now on. At most WORKER_LIVES_MAX. */
void worker_add(struct worker *worker, struct live *live);

/* Begin, on this processor unless it is negative. False after a complaint. */
bool worker_start(struct worker *worker, int cpu);

/* Have it read what its rings hold and hand over what is open; worker_join waits for that. */
void worker_stop(struct worker *worker);

/* Wait for its end, until_ms of system_clock_now_ms at most. False: it has not ended. */
bool worker_join(struct worker *worker, int64_t until_ms);

/* What it has seen, as of a moment ago. */
void worker_stats(struct worker *worker, struct stats *out);

/* When it last looked at the clock; one that hangs does not. */
int64_t worker_seen_ms(struct worker *worker);

/* True when it will never again see a packet. */
bool worker_is_lost(struct worker *worker);

#endif
