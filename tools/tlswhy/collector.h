/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collector.h -- a thread that judges the connections that all workers observed.
 *
 * One owner of what is known of servers and clients, of incidents, certificates and the trust
 * store: what one worker saw helps with what another one sees, and nothing of it needs a lock.
 * Dividing servers among several owners would do for servers, but not for the clients that fail
 * at many of them. Handshakes are few beside packets, and one thread judges more of them than
 * several workers can read.
 */
#ifndef TLSWHY_TOOLS_COLLECTOR_H
#define TLSWHY_TOOLS_COLLECTOR_H

#include "tools/tlswhy/docket.h"
#include "tools/tlswhy/feed.h"
#include "tools/tlswhy/shared.h"
#include "tools/tlswhy/stats.h"
#include "tools/tlswhy/trust_files.h"

enum {
    COLLECTOR_TURN = 64,    /* connections of one worker before the next has its turn */
    COLLECTOR_CARE_MS = 250 /* between looks at clocks and statistics */
};

struct collector_options {
    const struct options *options; /* borrowed */
    size_t worker_count;
    size_t knowledge_max;  /* octets for what is known of servers and clients */
    size_t state_max;      /* octets of that while it is written */
    size_t docket_octets;  /* memory for what waits, of each worker: a quarter of it for what was
                                 judged and may be judged again */
    struct outlet *outlet; /* where its lines go */
    struct shared *shared;
    bool examine_all; /* certificates of every handshake */
};

struct collector;

/* Make it, and open its tables and trust store, not its thread. NULL after a complaint. */
struct collector *collector_new(const struct collector_options *options);
void collector_free(struct collector *collector); /* NULL is harmless; only when not running */

/* Where a worker puts what it observed. */
struct docket *collector_docket(struct collector *collector, size_t worker);

/* Begin. False after a complaint. */
bool collector_start(struct collector *collector);

/* When the workers have ended: judge what they left, and what is known by then; collector_join
 * waits for that until until_ms of the clock of system_clock_now_ms. False: it has not ended. */
void collector_stop(struct collector *collector);
bool collector_join(struct collector *collector, int64_t until_ms);

/* Where the trust store was found; NULL: nowhere. */
const char *collector_trust_path(const struct collector *collector);

/* Judge by another trust store and other revocation lists from the next handshake on. *files is
 * the collector's from now on. */
void collector_set_trust(struct collector *collector, const struct trust_files *files);

/* What it has counted, as of a moment ago. */
void collector_stats(struct collector *collector, struct stats *out);

/* What it knows, as knowledge_state_write writes it, for file_free(). While it runs, what was asked
 * for with collector_ask_state, once; when it does not, as of now. False: there is none, or,
 * after a complaint, no memory. */
void collector_ask_state(struct collector *collector);
MUST_USE bool collector_take_state(struct collector *collector, struct bytes *out);

/* Its incidents; only when it is not running. */
const struct incidents *collector_incidents(const struct collector *collector);

/* When it last looked at the clock; one that hangs does not. */
int64_t collector_seen_ms(struct collector *collector);

#endif
