/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_ALIGNMENT = 64, /* a cache line: objects of 64 octets touch one only */
    CHUNKS_FIRST = 16     /* room for chunk addresses at first, doubled when used up */
};

void pool_init(struct pool *pool, size_t object_size, uint32_t shift)
{
    *pool = (struct pool){.object_size = object_size, .shift = shift, .given = POOL_NONE};
}

static bool grow_directory(struct pool *pool)
{
    uint32_t capacity = pool->capacity == 0 ? CHUNKS_FIRST : pool->capacity * 2;
    uint8_t **chunks = realloc(pool->chunks, capacity * sizeof(*chunks));

    if (chunks == NULL)
        return false;
    pool->memory += (capacity - pool->capacity) * sizeof(*chunks);
    pool->chunks = chunks;
    pool->capacity = capacity;
    return true;
}

/* Make the chunk that object number fresh lies in. */
static bool grow(struct pool *pool)
{
    uint32_t chunk = pool->fresh >> pool->shift;
    size_t size = pool->object_size << pool->shift;

    if (chunk >= pool->capacity && !grow_directory(pool))
        return false;
    size = (size + CHUNK_ALIGNMENT - 1) / CHUNK_ALIGNMENT * CHUNK_ALIGNMENT;
    pool->chunks[chunk] = aligned_alloc(CHUNK_ALIGNMENT, size);
    if (pool->chunks[chunk] == NULL)
        return false;
    pool->memory += size;
    return true;
}

uint32_t pool_take(struct pool *pool)
{
    uint32_t number = pool->given;

    if (number != POOL_NONE) {
        memcpy(&pool->given, pool_at(pool, number), sizeof(pool->given));
    } else {
        bool chunk_begins = (pool->fresh & ((1u << pool->shift) - 1)) == 0;

        if (pool->fresh >= POOL_NONE || (chunk_begins && !grow(pool)))
            return POOL_NONE;
        number = pool->fresh++;
    }
    pool->used++;
    return number;
}

void pool_give(struct pool *pool, uint32_t number)
{
    memcpy(pool_at(pool, number), &pool->given, sizeof(pool->given));
    pool->given = number;
    pool->used--;
}

void pool_clear(struct pool *pool)
{
    uint64_t objects = 1u << pool->shift;
    uint64_t chunks = (pool->fresh + objects - 1) / objects;

    for (uint64_t i = 0; i < chunks; i++)
        free(pool->chunks[i]);
    free(pool->chunks);
    pool_init(pool, pool->object_size, pool->shift);
}
