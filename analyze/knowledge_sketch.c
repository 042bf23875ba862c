/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge_sketch.h"

static void add_bit(struct sketch_map *map, uint32_t part)
{
    uint32_t bit = part % SKETCH_BITS;

    map->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool has_part(const struct sketch_first *first, uint32_t part)
{
    for (uint32_t i = 0; i < first->count && i < SKETCH_EXACT_MAX; i++)
        if (first->parts[i] == part)
            return true;
    return false;
}

/* Most things are met by few others: the map is not touched before it is needed. */
static void add_first(struct sketch_first *first, struct sketch_map *map, uint32_t part)
{
    if (has_part(first, part))
        return;
    if (first->count < SKETCH_EXACT_MAX) {
        first->parts[first->count++] = part;
        return;
    }
    *map = (struct sketch_map){0};
    for (uint32_t i = 0; i < SKETCH_EXACT_MAX; i++)
        add_bit(map, first->parts[i]);
    add_bit(map, part);
    first->count++;
}

void sketch_add_apart(struct sketch_first *first, struct sketch_map *map, uint64_t hash)
{
    uint32_t part = (uint32_t)(hash >> 32);

    if (first->count <= SKETCH_EXACT_MAX)
        add_first(first, map, part);
    else
        add_bit(map, part);
}

bool sketch_has_early(const struct sketch_first *first, uint64_t hash)
{
    return has_part(first, (uint32_t)(hash >> 32));
}

uint32_t sketch_common_early(const struct sketch_first *one, const struct sketch_first *other)
{
    uint32_t common = 0;

    for (uint32_t i = 0; i < one->count && i < SKETCH_EXACT_MAX; i++)
        common += has_part(other, one->parts[i]) ? 1 : 0;
    return common;
}

/* Each new thing leaves a clear bit clear with the chance 1 - 1/SKETCH_BITS: the smallest number
 * of things that is expected to leave no more clear bits than there are. */
uint32_t sketch_count_apart(const struct sketch_first *first, const struct sketch_map *map)
{
    double expected = SKETCH_BITS;
    unsigned clear = 0;
    uint32_t count = 0;

    if (first->count <= SKETCH_EXACT_MAX)
        return first->count;
    for (unsigned bit = 0; bit < SKETCH_BITS; bit++)
        clear += (map->words[bit / 64] >> (bit % 64) & 1) == 0;
    /* Half a bit of tolerance keeps small counts from drifting up. */
    while (expected > clear + 0.5 && count < SKETCH_COUNT_MAX) {
        expected -= expected / SKETCH_BITS;
        count++;
    }
    return count > SKETCH_EXACT_MAX ? count : SKETCH_EXACT_MAX + 1;
}

void sketch_add(struct sketch *sketch, uint64_t hash)
{
    sketch_add_apart(&sketch->first, &sketch->map, hash);
}

uint32_t sketch_count(const struct sketch *sketch)
{
    return sketch_count_apart(&sketch->first, &sketch->map);
}
