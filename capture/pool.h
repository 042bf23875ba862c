/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pool.h -- objects of one size, named by 32-bit numbers.
 *
 * Memory comes in chunks when it is first needed and goes back with pool_clear
 * only; objects given back are used again. A number is half the size of a pointer
 * and stays valid while the pool grows, and so does the address of an object.
 */
#ifndef TLSWHY_CAPTURE_POOL_H
#define TLSWHY_CAPTURE_POOL_H

#include <stddef.h>
#include <stdint.h>

enum { POOL_NONE = UINT32_MAX / 2 /* the number of no object, and the ceiling of a pool */ };

struct pool {
    uint8_t **chunks;
    size_t object_size;
    size_t memory;     /* octets allocated */
    uint32_t capacity; /* of the array chunks */
    uint32_t shift;    /* a chunk holds 1 << shift objects */
    uint32_t fresh;    /* objects from this number on were never taken */
    uint32_t given;    /* the last object given back, POOL_NONE: none */
    uint32_t used;     /* objects taken now */
};

/* Make an empty pool of objects of object_size octets (a multiple of 8), chunks of
 * 1 << shift objects. Allocates nothing yet. */
void pool_init(struct pool *pool, size_t object_size, uint32_t shift);

/* Take an object, with undefined contents. POOL_NONE when memory is short. */
uint32_t pool_take(struct pool *pool);

/* Give an object back. */
void pool_give(struct pool *pool, uint32_t number);

/* Free all memory; the pool is empty again. */
void pool_clear(struct pool *pool);

static inline void *pool_at(const struct pool *pool, uint32_t number)
{
    uint32_t inside = number & ((1u << pool->shift) - 1);

    return pool->chunks[number >> pool->shift] + inside * pool->object_size;
}

#endif
