/* SPDX-License-Identifier: GPL-2.0-or-later */
/* defer.h -- connections whose verdict waits for what later ones tell.
 *
 * Keeps a copy of all that facts_build needs, within a budget. When the budget is used up, the one
 * that waited longest is handed back to be judged with what is known by then. Those that wait only
 * to be told in order never drive out one that others may decide.
 */
#ifndef TLSWHY_ANALYZE_DEFER_H
#define TLSWHY_ANALYZE_DEFER_H

#include "analyze/incident.h"

/* Octets of verdicts that wait for their order alone, at most: some thousand of them. What is told
 * of a small capture is in the order of its connections; of a large one, what went well is told as
 * it ends. */
#define DEFER_ORDER_MAX ((size_t)4 << 20)

/* What goes with a connection that waits. */
struct defer_note {
    bool is_attempt; /* a connection attempt on a port where nobody spoke TLS so far */
    bool for_order;  /* no later connection decides it */
    struct incident_past past;
    struct earlier_verdict verdict; /* of one that was judged, and may be judged anew */
    int64_t judged_ns;              /* for the first time */
    uint8_t looks;                  /* at it again, so far */
};

/* One that waits. The observation points at copies, all in one block of memory. */
struct deferred {
    struct observation observation;
    struct defer_note note;
    struct incident_failure failure; /* what it was counted with when nothing more came */
    struct deferred *next;           /* the one that came after it */
    size_t octets;
};

struct defer_counters {
    uint64_t waiting;
    uint64_t early; /* judged before the end, for want of memory; those that wait for their order
                       are not counted */
    uint64_t memory;
    uint64_t memory_peak;
};

struct defer;

/* A store of at most memory_max octets. NULL: no memory. */
struct defer *defer_new(size_t memory_max);

/* Free the store and all that waits in it. NULL is harmless. */
void defer_free(struct defer *defer);

/* Take out the one that waited longest, when there is no room for what is observed, first of those
 * that wait for their order alone; it is the caller's to judge and free. When there is none for one
 * that waits for its order, all of those are handed out, and no more kept. NULL: there is room, or
 * nothing more to take. */
struct deferred *defer_make_room(struct defer *defer, const struct observation *observation,
                                 const struct defer_note *note);

/* Copy what is observed. False, and nothing copied: there is no room or no memory. */
MUST_USE bool defer_keep(struct defer *defer, const struct observation *observation,
                         const struct defer_note *note);

/* Take all of them, linked by next, in the order of their connections' first packets. NULL: there
 * are none. They are the caller's. */
struct deferred *defer_take_all(struct defer *defer);

/* Take out the one that waited longest, if it was judged at until_ns or before; it is the caller's.
 * NULL: there is none. */
struct deferred *defer_take_judged(struct defer *defer, int64_t until_ns);

/* What becomes of the body that a handshake shares with others. */
enum deferred_body {
    DEFERRED_COPIES_BODY, /* into the transcript */
    DEFERRED_SHARES_BODY  /* who makes the copy holds it as long as the copy is needed */
};

/* The octets of a copy of what is observed. */
size_t deferred_octets(const struct observation *observation, enum deferred_body body);

/* Make the copy, which has octets as deferred_octets says, at the beginning of block, which is so
 * long at least, and aligned as malloc(3) does. The block stays the caller's. */
struct deferred *deferred_make(void *block, size_t octets, const struct observation *observation,
                               enum deferred_body body, const struct defer_note *note);

/* Free one that the store handed out. NULL is harmless. */
void deferred_free(struct deferred *deferred);

struct defer_counters defer_counters(const struct defer *defer);

#endif
