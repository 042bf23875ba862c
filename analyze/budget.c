/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/budget.h"

#include <stdlib.h>

#include "capture/fetch.h"

enum {
    LIMIT_FROM_KIND = 2, /* for blocks above 1 KiB ever less of the memory is there */
    LIMIT_STEPS = 4,     /* it is less with each doubling, but never less than half */
    LIMIT_SHARES = 8
};

/* Blocks of kind 0, 2, 4 ... are twice as large as the one before, those between half as much
 * larger. */
static size_t octets_of_kind(unsigned kind)
{
    return (size_t)(kind % 2 == 0 ? BUFFER_FIRST_CAPACITY : BUFFER_FIRST_CAPACITY / 2 * 3)
           << kind / 2;
}

/* The first block that is large enough; above BUDGET_SPARE_KINDS: one that is never spare. */
static unsigned kind_of_block(size_t octets)
{
    _Static_assert((BUFFER_FIRST_CAPACITY & (BUFFER_FIRST_CAPACITY - 1)) == 0, "a power of two");
    unsigned doublings;

    if (octets <= BUFFER_FIRST_CAPACITY)
        return 0;
    doublings = (unsigned)(__builtin_clzl(BUFFER_FIRST_CAPACITY) - __builtin_clzl(octets - 1));
    return 2 * doublings + (octets <= octets_of_kind(2 * doublings + 1) ? 1 : 2);
}

/* Take the first spare block of this kind, which there is, off its list. */
static struct spare_block *take_spare(struct budget *budget, unsigned kind)
{
    struct spare_block *block = budget->spare[kind];

    budget->spare[kind] = block->next;
    budget->spare_count[kind]--;
    budget->spare_octets -= octets_of_kind(kind);
    return block;
}

static void *take_block(struct budget *budget, unsigned kind)
{
    struct spare_block *block;

    if (kind >= BUDGET_SPARE_KINDS || budget->spare[kind] == NULL)
        return malloc(octets_of_kind(kind));
    block = take_spare(budget, kind);
    if (block->next != NULL) /* it comes while this one is used */
        fetch(block->next, sizeof(*block));
    return block;
}

/* The kind whose spare blocks have the most octets. */
static unsigned fullest_kind(const struct budget *budget)
{
    unsigned fullest = 0;

    for (unsigned kind = 1; kind < BUDGET_SPARE_KINDS; kind++)
        if (budget->spare_count[kind] * octets_of_kind(kind)
            > budget->spare_count[fullest] * octets_of_kind(fullest))
            fullest = kind;
    return fullest;
}

/* Have room for one more spare block. Of what nobody took for long there may be the most: it makes
 * room. False: of its own kind there are enough, or one alone is too much. */
static bool have_spare_room(struct budget *budget, unsigned kind)
{
    if (octets_of_kind(kind) > budget->spare_max)
        return false;
    while (budget->spare_max - budget->spare_octets < octets_of_kind(kind)) {
        const unsigned fullest = fullest_kind(budget);

        if (fullest == kind)
            return false;
        free(take_spare(budget, fullest));
    }
    return true;
}

static void give_block(struct budget *budget, void *data, unsigned kind)
{
    struct spare_block *block = data;

    if (data == NULL || kind >= BUDGET_SPARE_KINDS || !have_spare_room(budget, kind)) {
        free(data);
        return;
    }
    block->next = budget->spare[kind];
    budget->spare[kind] = block;
    budget->spare_count[kind]++;
    budget->spare_octets += octets_of_kind(kind);
}

void budget_clear(struct budget *budget)
{
    for (unsigned kind = 0; kind < BUDGET_SPARE_KINDS; kind++)
        while (budget->spare[kind] != NULL)
            free(take_spare(budget, kind));
}

/* What is long leaves room for what is short: all handshakes that are read at a time, with
 * hellos of usual length, fit beside messages that never end. */
static bool fits(const struct budget *budget, unsigned kind, size_t octets)
{
    const size_t share = budget->limit / LIMIT_SHARES;
    unsigned step = kind > LIMIT_FROM_KIND ? (kind - LIMIT_FROM_KIND + 1) / 2 : 0;

    if (budget->used + octets <= share * (LIMIT_SHARES - LIMIT_STEPS))
        return true;
    return budget->used + octets
           <= share * (LIMIT_SHARES - (step < LIMIT_STEPS ? step : LIMIT_STEPS));
}

bool budget_take(struct budget *budget, size_t octets)
{
    if (budget->limit - budget->used < octets)
        return false;
    budget->used += octets;
    if (budget->used > budget->peak)
        budget->peak = budget->used;
    return true;
}

void *budget_take_block(struct budget *budget, size_t octets)
{
    unsigned kind = kind_of_block(octets);
    size_t capacity = octets_of_kind(kind);
    void *block;

    if (!budget_take(budget, capacity))
        return NULL;
    block = take_block(budget, kind);
    if (block == NULL)
        budget->used -= capacity;
    return block;
}

void budget_give_block(struct budget *budget, void *block, size_t octets)
{
    unsigned kind = kind_of_block(octets);

    if (block == NULL)
        return;
    give_block(budget, block, kind);
    budget->used -= octets_of_kind(kind);
}

static bool buffer_grow(struct buffer *buffer, struct budget *budget, size_t needed)
{
    unsigned kind = kind_of_block(needed);
    size_t capacity = octets_of_kind(kind);
    uint8_t *data;

    if (!fits(budget, kind, capacity - buffer->capacity)
        || !budget_take(budget, capacity - buffer->capacity))
        return false;
    data = take_block(budget, kind);
    if (data == NULL) {
        budget->used -= capacity - buffer->capacity;
        return false;
    }
    if (buffer->length > 0)
        memcpy(data, buffer->data, buffer->length);
    give_block(budget, buffer->data, kind_of_block(buffer->capacity));
    buffer->data = data;
    buffer->capacity = (uint32_t)capacity;
    return true;
}

void buffer_reserve(struct buffer *buffer, struct budget *budget, size_t octets)
{
    if (octets > buffer->capacity)
        (void)buffer_grow(buffer, budget, octets);
}

bool buffer_append(struct buffer *buffer, struct budget *budget, struct bytes octets,
                   uint32_t ceiling)
{
    size_t needed = buffer->length + octets.len;

    if (octets.len > ceiling || needed > ceiling
        || (needed > buffer->capacity && !buffer_grow(buffer, budget, needed)))
        return false;
    if (octets.len > 0)
        memcpy(buffer->data + buffer->length, octets.data, octets.len);
    buffer->length = (uint32_t)needed;
    return true;
}

void buffer_give_back(struct buffer *buffer, struct budget *budget)
{
    give_block(budget, buffer->data, kind_of_block(buffer->capacity));
    budget->used -= buffer->capacity;
    *buffer = (struct buffer){0};
}
