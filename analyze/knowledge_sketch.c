/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge_sketch.h"

#include <string.h>

static void add_bit(struct sketch *sketch, uint32_t part)
{
    uint32_t bit = part % SKETCH_BITS;

    sketch->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/* Most things are met by few others: the map is not touched before it is needed. */
static void add_first(struct sketch *sketch, uint32_t part)
{
    for (uint32_t i = 0; i < sketch->first_count; i++)
        if (sketch->first[i] == part)
            return;
    if (sketch->first_count < SKETCH_EXACT_MAX) {
        sketch->first[sketch->first_count++] = part;
        return;
    }
    memset(sketch->words, 0, sizeof(sketch->words));
    for (uint32_t i = 0; i < SKETCH_EXACT_MAX; i++)
        add_bit(sketch, sketch->first[i]);
    add_bit(sketch, part);
    sketch->first_count++;
}

void sketch_add(struct sketch *sketch, uint64_t hash)
{
    uint32_t part = (uint32_t)(hash >> 32);

    if (sketch->first_count <= SKETCH_EXACT_MAX)
        add_first(sketch, part);
    else
        add_bit(sketch, part);
}

bool sketch_has_early(const struct sketch *sketch, uint64_t hash)
{
    for (uint32_t i = 0; i < sketch->first_count && i < SKETCH_EXACT_MAX; i++)
        if (sketch->first[i] == (uint32_t)(hash >> 32))
            return true;
    return false;
}

/* Each new thing leaves a clear bit clear with the chance 1 - 1/SKETCH_BITS: the smallest number
 * of things that is expected to leave no more clear bits than there are. */
uint32_t sketch_count(const struct sketch *sketch)
{
    double expected = SKETCH_BITS;
    unsigned clear = 0;
    uint32_t count = 0;

    if (sketch->first_count <= SKETCH_EXACT_MAX)
        return sketch->first_count;
    for (unsigned bit = 0; bit < SKETCH_BITS; bit++)
        clear += (sketch->words[bit / 64] >> (bit % 64) & 1) == 0;
    /* Half a bit of tolerance keeps small counts from drifting up. */
    while (expected > clear + 0.5 && count < SKETCH_COUNT_MAX) {
        expected -= expected / SKETCH_BITS;
        count++;
    }
    return count > SKETCH_EXACT_MAX ? count : SKETCH_EXACT_MAX + 1;
}
