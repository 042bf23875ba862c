/* SPDX-License-Identifier: GPL-2.0-or-later */
/* siphash.h -- SipHash, a fast keyed hash for tables that an attacker fills.
 *
 * J.-P. Aumasson, D. J. Bernstein: "SipHash: a fast short-input PRF", 2012. With a
 * secret key nobody outside can choose inputs that collide. SipHash-1-3 is what
 * hash tables use; SipHash-2-4 is the cautious original with published vectors.
 */
#ifndef TLSWHY_CAPTURE_SIPHASH_H
#define TLSWHY_CAPTURE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dissect/bytes.h"

struct siphash_state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t siphash_rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static inline void siphash_round(struct siphash_state *s)
{
    s->v0 += s->v1;
    s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
    s->v0 = siphash_rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
    s->v2 = siphash_rotate(s->v2, 32);
}

/* At most four; no loop: where the number is known to the compiler, the rounds alone are left. */
static inline void siphash_rounds(struct siphash_state *s, unsigned rounds)
{
    if (rounds > 0)
        siphash_round(s);
    if (rounds > 1)
        siphash_round(s);
    if (rounds > 2)
        siphash_round(s);
    if (rounds > 3)
        siphash_round(s);
}

/* count octets (at most 8) as a little-endian number, on any machine. */
static inline uint64_t siphash_load(const uint8_t *data, size_t count)
{
    uint64_t value = 0;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&value, data, count);
#else
    for (size_t i = 0; i < count; i++)
        value |= (uint64_t)data[i] << (8 * i);
#endif
    return value;
}

static inline struct siphash_state siphash_begin(const uint64_t key[2])
{
    return (struct siphash_state){
        .v0 = key[0] ^ 0x736f6d6570736575u,
        .v1 = key[1] ^ 0x646f72616e646f6du,
        .v2 = key[0] ^ 0x6c7967656e657261u,
        .v3 = key[1] ^ 0x7465646279746573u,
    };
}

/* The next eight octets; the last word holds fewer, and the length of all in its upper octet. */
static inline void siphash_absorb(struct siphash_state *s, uint64_t word,
                                  unsigned compression_rounds)
{
    s->v3 ^= word;
    siphash_rounds(s, compression_rounds);
    s->v0 ^= word;
}

static inline uint64_t siphash_end(struct siphash_state *s, unsigned finalization_rounds)
{
    s->v2 ^= 0xff;
    siphash_rounds(s, finalization_rounds);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* SipHash-c-d of length octets at data under a key of two 64-bit words. data may be NULL only when
 * length is 0, as that of a struct bytes. */
ALWAYS_INLINE uint64_t siphash(const uint64_t key[2], const void *data, size_t length,
                               unsigned compression_rounds, unsigned finalization_rounds)
{
    const uint8_t *octets = data;
    size_t whole = length / 8 * 8;
    struct siphash_state s = siphash_begin(key);
    uint64_t last = length > whole ? siphash_load(octets + whole, length - whole) : 0;

    for (size_t i = 0; i < whole; i += 8)
        siphash_absorb(&s, siphash_load(octets + i, 8), compression_rounds);
    siphash_absorb(&s, (uint64_t)length << 56 | last, compression_rounds);
    return siphash_end(&s, finalization_rounds);
}

/* SipHash-2-4 with a result of 128 bits, of at most 31 numbers, each as eight octets, the
 * lowest first; and the result likewise. */
static inline void siphash_128(const uint64_t key[2], const uint64_t *numbers, size_t count,
                               uint64_t result[2])
{
    struct siphash_state s = siphash_begin(key);

    s.v1 ^= 0xee;
    for (size_t i = 0; i < count; i++)
        siphash_absorb(&s, numbers[i], 2);
    siphash_absorb(&s, (uint64_t)(8 * count) << 56, 2);
    s.v2 ^= 0xee;
    siphash_rounds(&s, 4);
    result[0] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
    s.v1 ^= 0xdd;
    siphash_rounds(&s, 4);
    result[1] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* Always inlined: with a length known to the compiler no loop is left of it. */
ALWAYS_INLINE uint64_t siphash_1_3(const uint64_t key[2], const void *data, size_t length)
{
    return siphash(key, data, length, 1, 3);
}

static inline uint64_t siphash_2_4(const uint64_t key[2], const void *data, size_t length)
{
    return siphash(key, data, length, 2, 4);
}

#endif
