/* SPDX-License-Identifier: GPL-2.0-or-later */
/* distinct.h -- how many different things there were, in a form that adds up: of several parts
 * of the input, in any order and however they are put together, it is the same as of the whole.
 *
 * The smallest hashes are kept (Z. Bar-Yossef et al., "Counting distinct elements in a data
 * stream", 2002): as long as there are few, all of them; of many, how close together they lie
 * tells how many there are. The hash has no secret key, since counts of different runs are
 * added: whoever knows the function can choose addresses that make such an estimate wrong.
 * Nothing rests on it.
 */
#ifndef TLSWHY_ANALYZE_DISTINCT_H
#define TLSWHY_ANALYZE_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DISTINCT_HASHES_MAX = 128, /* counted exactly up to here; beyond, off by 9 in 100 */
    DISTINCT_ROOM_FIRST = 2    /* hashes; most things are met by few others */
};

/* One that is all zero is empty. */
struct distinct {
    uint64_t *hashes; /* owned, ascending, each once; NULL: none */
    uint16_t count;
    uint16_t room;
    bool has_more; /* than are kept */
};

/* Forget all, and free what was kept. */
void distinct_release(struct distinct *distinct);

/* The hash of a thing, the same in every run. */
uint64_t distinct_hash(const void *octets, size_t length);

/* How many octets of memory one more hash may need. */
size_t distinct_growth(const struct distinct *distinct);

/* Add the thing with this hash. False when memory is short. */
bool distinct_add(struct distinct *distinct, uint64_t hash);

/* About how many there were; exact unless has_more. */
uint64_t distinct_count(const struct distinct *distinct);

#endif
