/* SPDX-License-Identifier: GPL-2.0-or-later */
/* half_opens.h -- the table of all SYNs that nobody answered so far.
 *
 * A flood adds millions of them, each of a new address, and what one costs is a write at the end of
 * a ring, which is in the order of arrival, and one into an index of hashes. Nothing is linked,
 * nothing is allocated for one, and to drop the oldest is to count on: each has a number, those
 * below the oldest's are gone, and so are the slots of the index that still name them. Those that
 * were answered leave a gap in the ring; gaps are closed when the ring is full, and the ring grows,
 * up to its ceiling, when they are few.
 */
#ifndef TLSWHY_CAPTURE_HALF_OPENS_H
#define TLSWHY_CAPTURE_HALF_OPENS_H

#include "capture/half_open.h"

enum { HALF_OPENS_SLOTS = 7 /* of a bucket: as many as a cache line holds */ };

/* A part of the index. */
struct half_open_bucket {
    uint32_t hash[HALF_OPENS_SLOTS];
    uint32_t number[HALF_OPENS_SLOTS];
    uint32_t passed; /* the newest one that found no place here and is in a bucket behind */
    uint32_t unused;
};

struct half_opens {
    struct half_open *ring;
    struct half_open_bucket *buckets;
    uint32_t capacity; /* of the ring */
    uint32_t capacity_max;
    uint32_t bucket_mask; /* number of buckets minus 1 */
    uint32_t first;       /* number of the oldest one */
    uint32_t first_at;    /* its place in the ring */
    uint32_t span;        /* numbers from there on, gaps included */
    uint32_t count;       /* half-open connections among them */
    size_t memory;        /* octets allocated */
};

/* Octets that one costs at most when the ring is full: its place there, and four slots of 64/7
 * octets each, a quarter of them in use. */
enum { HALF_OPENS_COST = sizeof(struct half_open) + 40 };

/* Make an empty table for at most max (> 0) of them. Allocates nothing yet. */
void half_opens_init(struct half_opens *table, uint32_t max);
void half_opens_clear(struct half_opens *table);

/* Have the processor fetch the part of the index where one of this hash is looked for. */
void half_opens_fetch(const struct half_opens *table, uint32_t hash);

/* The one with this key, NULL when there is none. Pointers are valid until one is added. */
struct half_open *half_opens_find(const struct half_opens *table, const struct flow_key *key,
                                  uint32_t hash);

/* Add one, the newest, with key and hash; all else is for half_open_begin. There must be none with
 * this key. NULL when the table is full, or memory is short: make room, if there are any. When the
 * table grows, one of the others may be left out that the index has no slot for: see count. */
struct half_open *half_opens_add(struct half_opens *table, const struct flow_key *key,
                                 uint32_t hash);

void half_opens_remove(struct half_opens *table, struct half_open *half_open);

/* The one that was added or queued first, NULL when there is none. */
struct half_open *half_opens_oldest(const struct half_opens *table);

/* Make the oldest one the newest, as is done with one that was used again. Without a slot for it
 * in the index it stays where it is. */
void half_opens_queue(struct half_opens *table);

/* Bring them into the order of their first packets, in which they are to be removed: they may be
 * found by their keys no more. When memory is short they stay as they are. */
void half_opens_sort(struct half_opens *table);

#endif
