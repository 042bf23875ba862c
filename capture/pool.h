/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pool.h -- objects of one size, named by 32-bit numbers.
 *
 * They stand in one region, which is as large as all that there may be but has memory for those
 * that were ever taken; objects given back are used again. A number is half the size of a pointer
 * and stays valid, and so does the address of an object, until pool_clear.
 */
#ifndef TLSWHY_CAPTURE_POOL_H
#define TLSWHY_CAPTURE_POOL_H

#include <stddef.h>
#include <stdint.h>

enum { POOL_NONE = UINT32_MAX / 2 /* the number of no object, and the ceiling of a pool */ };

struct pool {
    uint8_t *objects; /* NULL: none was taken yet */
    size_t object_size;
    uint32_t max;   /* objects */
    uint32_t fresh; /* objects from this number on were never taken */
    uint32_t given; /* the last object given back, POOL_NONE: none */
    uint32_t used;  /* objects taken now */
};

/* Make an empty pool of at most max (1 to POOL_NONE) objects of object_size octets (a multiple of
 * 8). Allocates nothing yet. */
void pool_init(struct pool *pool, size_t object_size, uint32_t max);

/* Take an object, with undefined contents. POOL_NONE when all are taken, or memory is short. */
uint32_t pool_take(struct pool *pool);

/* Give an object back. */
void pool_give(struct pool *pool, uint32_t number);

/* The number of an object that is taken. */
static inline uint32_t pool_number(const struct pool *pool, const void *object)
{
    return (uint32_t)((size_t)((const uint8_t *)object - pool->objects) / pool->object_size);
}

/* Free all memory; the pool is empty again. */
void pool_clear(struct pool *pool);

/* Octets of memory in use, up to the last object that was ever taken. */
static inline size_t pool_memory(const struct pool *pool)
{
    return pool->fresh * pool->object_size;
}

static inline void *pool_at(const struct pool *pool, uint32_t number)
{
    return pool->objects + number * pool->object_size;
}

#endif
