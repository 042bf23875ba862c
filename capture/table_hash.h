/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table_hash.h -- a keyed hash for tables that an attacker fills, at a fraction of SipHash's cost.
 *
 * Multilinear-HM of D. Lemire, O. Kaser: "Strongly universal string hashing is fast", 2014: over
 * the choice of the keys, the hashes of any two different inputs of one length are independent and
 * evenly spread. Somebody who does not know the keys can choose no inputs that collide.
 *
 * That holds as long as nobody sees a hash or what follows from it: it is for places in memory, not
 * for numbers that are shown or kept. Inputs of different lengths need keys of their own.
 */
#ifndef TLSWHY_CAPTURE_TABLE_HASH_H
#define TLSWHY_CAPTURE_TABLE_HASH_H

#include <sys/random.h>

#include "capture/siphash.h"

enum { TABLE_HASH_OCTETS_MAX = 96, TABLE_HASH_KEYS = 1 + TABLE_HASH_OCTETS_MAX / 4 };

struct table_hash {
    uint64_t keys[TABLE_HASH_KEYS]; /* one for the sum, one for each 32 bits of the input */
};

/* A secret of 128 bits. Where the kernel has none to give, a table still works: it can be
 * attacked. */
static inline void table_hash_secret(uint64_t secret[2])
{
    if (getrandom(secret, 2 * sizeof(secret[0]), 0) >= 0)
        return;
    secret[0] = (uint64_t)(uintptr_t)secret;
    secret[1] = 0;
}

/* Keys from a secret of 128 bits. */
static inline struct table_hash table_hash_of(const uint64_t secret[2])
{
    struct table_hash hash;

    for (uint64_t i = 0; i < TABLE_HASH_KEYS; i++)
        hash.keys[i] = siphash_2_4(secret, &i, sizeof(i));
    return hash;
}

/* The summand of the octets from 4 * place on, of which there are eight, the last ones zero. */
static inline uint64_t table_hash_summand(const struct table_hash *hash, uint64_t eight,
                                          size_t place)
{
    return (hash->keys[1 + place] + (uint32_t)eight) * (hash->keys[2 + place] + (eight >> 32));
}

/* What the hash of length (at most TABLE_HASH_OCTETS_MAX) octets is the upper half of. Always
 * inlined: with a length known to the compiler no loop is left of it. */
ALWAYS_INLINE uint64_t table_hash_sum(const struct table_hash *hash, const uint8_t *octets,
                                      size_t length)
{
    uint64_t sum = hash->keys[0];
    size_t taken = 0;

#pragma GCC unroll 12 /* TABLE_HASH_OCTETS_MAX / 8 */
    for (; length - taken >= 8; taken += 8)
        sum += table_hash_summand(hash, siphash_load(octets + taken, 8), taken / 4);
    if (taken < length)
        sum += table_hash_summand(hash, siphash_load(octets + taken, length - taken), taken / 4);
    return sum;
}

/* The hash of length (at most TABLE_HASH_OCTETS_MAX) octets, 32 bits. Always inlined as above. */
ALWAYS_INLINE uint32_t table_hash(const struct table_hash *hash, const void *data, size_t length)
{
    return (uint32_t)(table_hash_sum(hash, data, length) >> 32);
}

/* The hash of any number of octets: SipHash-1-3 under the same secret of their length and of the
 * sums of TABLE_HASH_OCTETS_MAX of them after the other. It takes half of the time that SipHash
 * alone takes; two inputs collide when that does, or two different sums of one place do. */
static inline uint64_t table_hash_long(const struct table_hash *hash, const uint64_t secret[2],
                                       struct bytes octets)
{
    struct siphash_state state = siphash_begin(secret);
    size_t taken = 0;

    for (; octets.len - taken >= TABLE_HASH_OCTETS_MAX; taken += TABLE_HASH_OCTETS_MAX)
        siphash_absorb(&state, table_hash_sum(hash, octets.data + taken, TABLE_HASH_OCTETS_MAX), 1);
    siphash_absorb(&state, table_hash_sum(hash, octets.data + taken, octets.len - taken), 1);
    siphash_absorb(&state, octets.len, 1);
    return siphash_end(&state, 3);
}

#endif
