/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/pool.h"

#include <string.h>

#include "capture/fetch.h"
#include "capture/region.h"

void pool_init(struct pool *pool, size_t object_size, uint32_t max)
{
    *pool = (struct pool){.object_size = object_size, .max = max, .given = POOL_NONE};
}

/* The object that is taken next, as far as is known: it comes while this one is used. */
static void fetch_next(const struct pool *pool)
{
    uint32_t next = pool->given != POOL_NONE ? pool->given : pool->fresh;

    if (next < pool->max)
        fetch(pool_at(pool, next), pool->object_size);
}

uint32_t pool_take(struct pool *pool)
{
    uint32_t number = pool->given;

    if (number == POOL_NONE) {
        if (pool->objects == NULL)
            pool->objects = region_new(pool->max * pool->object_size);
        if (pool->objects == NULL || pool->fresh == pool->max)
            return POOL_NONE;
        number = pool->fresh++;
    } else {
        memcpy(&pool->given, pool_at(pool, number), sizeof(pool->given));
    }
    pool->used++;
    fetch_next(pool);
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
    region_free(pool->objects, pool->max * pool->object_size);
    pool_init(pool, pool->object_size, pool->max);
}
