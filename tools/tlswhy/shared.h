/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shared.h -- what verdicts add to, behind a lock: the report of the text output, and the
 * certificates. The collector adds, and whoever tells of the certificates looks, such as the
 * metrics. Only handshakes that are judged come here, never packets.
 */
#ifndef TLSWHY_TOOLS_SHARED_H
#define TLSWHY_TOOLS_SHARED_H

#include <pthread.h>

#include "analyze/inventory.h"
#include "analyze/report.h"
#include "tools/tlswhy/options.h"
#include "tools/tlswhy/stats.h"

/* What to do with news of a certificate. */
struct shared_news {
    void *context;
    void (*take)(void *context, const struct inventory_news *news);
};

struct shared {
    pthread_mutex_t lock;
    struct report *report;          /* NULL: events are written */
    struct inventory *inventory;    /* NULL: nobody asked for certificates */
    const struct shared_news *news; /* of the call that holds the lock; NULL: not wanted */
};

/* Make what the options ask for; a report goes to file, borrowed, in the form for the terminal that
 * this descriptor is, if it is one. False after a complaint; shared_close is due in either case. */
bool shared_open(struct shared *shared, const struct options *options, FILE *file, int terminal);
void shared_close(struct shared *shared);

/* Add a verdict; one that takes the place of another changes the report alone. news gets what the
 * certificates bring, during the call; it may be NULL. */
void shared_add(struct shared *shared, const struct verdict *verdict,
                const struct shared_news *news);

/* Set what the inventory has, and what it left out. */
void shared_stats(struct shared *shared, struct stats *stats);

#endif
