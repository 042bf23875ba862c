/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_sketch.h -- how many different things were seen, without keeping any of them.
 *
 * The first few are told apart by their hashes. Beyond, linear counting (K. Whang, B.
 * Vander-Zanden, H. Taylor, 1990): each thing sets one bit of a map, chosen by a keyed hash; the
 * share of bits that are still clear tells how many things there were.
 */
#ifndef TLSWHY_ANALYZE_KNOWLEDGE_SKETCH_H
#define TLSWHY_ANALYZE_KNOWLEDGE_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SKETCH_EXACT_MAX = 8,   /* so many are counted exactly */
    SKETCH_BITS = 512,      /* off by 3 in 100 up to some hundred things */
    SKETCH_COUNT_MAX = 2000 /* from here on the map is nearly full and says only "at least" */
};

/* The first few things. */
struct sketch_first {
    uint32_t count;                   /* above SKETCH_EXACT_MAX: there were more */
    uint32_t parts[SKETCH_EXACT_MAX]; /* of hashes */
};

struct sketch_map {
    uint64_t words[SKETCH_BITS / 64];
};

struct sketch {
    struct sketch_first first;
    struct sketch_map map; /* set only when there were more than the first */
};

/* Add the thing with this keyed hash. */
void sketch_add(struct sketch *sketch, uint64_t hash);

/* About how many different things were added; exact up to SKETCH_EXACT_MAX.
 * SKETCH_COUNT_MAX stands for that many or more. */
uint32_t sketch_count(const struct sketch *sketch);

/* The same for a sketch whose map stands elsewhere: it is not looked at before it is set. */
void sketch_add_apart(struct sketch_first *first, struct sketch_map *map, uint64_t hash);
uint32_t sketch_count_apart(const struct sketch_first *first, const struct sketch_map *map);

/* How many of the first few things of one sketch are among the first few of the other, where both
 * were added with the same key. */
uint32_t sketch_common_early(const struct sketch_first *one, const struct sketch_first *other);

/* Whether the thing with this keyed hash is one of the first few that were added. */
bool sketch_has_early(const struct sketch_first *first, uint64_t hash);

#endif
