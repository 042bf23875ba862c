/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/digest_block.h"

#include "tlswhy_config.h"

#if HAVE_SHA_INSTRUCTIONS

#include <immintrin.h>

/* Of the functions that run only where these instructions are. */
#define WITH_SHA __attribute__((target("sha,sse4.1")))

enum { LANES = 4 /* words of 32 bits in a vector, of which lane 0 is the lowest */ };

#ifdef __clang_analyzer__ /* clang-tidy may be older than the compiler, and not know the name */

static bool has_instructions(void)
{
    return true;
}

#else

static bool has_instructions(void)
{
    return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1");
}

#endif

static void put_block(uint8_t block[DIGEST_BLOCK_SIZE], struct bytes message)
{
    size_t bits = 8 * message.len;

    memset(block, 0, DIGEST_BLOCK_SIZE);
    if (message.len > 0)
        memcpy(block, message.data, message.len);
    block[message.len] = 0x80;
    block[DIGEST_BLOCK_SIZE - 2] = (uint8_t)(bits >> 8);
    block[DIGEST_BLOCK_SIZE - 1] = (uint8_t)bits;
}

WITH_SHA static inline __m128i load(const void *octets)
{
    return _mm_loadu_si128((const __m128i *)octets);
}

WITH_SHA static inline void store(void *octets, __m128i vector)
{
    _mm_storeu_si128((__m128i *)octets, vector);
}

/* Four words in network order to numbers, the first one in lane 3; and back. */
WITH_SHA static inline __m128i from_highest(__m128i vector)
{
    return _mm_shuffle_epi8(vector, _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
}

/* The same, the first one in lane 0. */
WITH_SHA static inline __m128i from_lowest(__m128i vector)
{
    return _mm_shuffle_epi8(vector, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

/* The next four words of the message schedule of SHA-1, in place of those 16 words before them. */
WITH_SHA static inline void sha1_extend(__m128i words[LANES], size_t at)
{
    __m128i sums = _mm_sha1msg1_epu32(words[at], words[(at + 1) % LANES]);

    sums = _mm_xor_si128(sums, words[(at + 2) % LANES]);
    words[at] = _mm_sha1msg2_epu32(sums, words[(at + 3) % LANES]);
}

/* Four rounds of SHA-1. The instruction has function and constant of each twenty rounds in it. */
WITH_SHA static inline __m128i sha1_rounds(__m128i abcd, __m128i e, size_t twenty)
{
    switch (twenty) {
    case 0:
        return _mm_sha1rnds4_epu32(abcd, e, 0);
    case 1:
        return _mm_sha1rnds4_epu32(abcd, e, 1);
    case 2:
        return _mm_sha1rnds4_epu32(abcd, e, 2);
    default:
        return _mm_sha1rnds4_epu32(abcd, e, 3);
    }
}

/* FIPS 180-4 section 6.1.2; the initial values are those of section 5.3.1, a in lane 3. */
WITH_SHA static void sha1(const uint8_t block[DIGEST_BLOCK_SIZE], uint8_t digest[DIGEST_SHA1_SIZE])
{
    const __m128i first = _mm_set_epi32(0x67452301, (int)0xefcdab89, (int)0x98badcfe, 0x10325476);
    const __m128i first_e = _mm_set_epi32((int)0xc3d2e1f0, 0, 0, 0);
    __m128i abcd = first;
    __m128i before = first; /* e of four rounds comes from what a was four rounds before */
    __m128i words[LANES];
    uint8_t last[16];

    for (size_t i = 0; i < LANES; i++)
        words[i] = from_highest(load(block + 16 * i));
#pragma GCC unroll 20
    for (size_t i = 0; i < 20; i++) {
        __m128i e;

        if (i >= LANES)
            sha1_extend(words, i % LANES);
        e = i == 0 ? _mm_add_epi32(first_e, words[0])
                   : _mm_sha1nexte_epu32(before, words[i % LANES]);
        before = abcd;
        abcd = sha1_rounds(abcd, e, i / 5);
    }
    store(digest, from_highest(_mm_add_epi32(abcd, first)));
    store(last, from_highest(_mm_sha1nexte_epu32(before, first_e)));
    memcpy(digest + 16, last, 4);
}

/* FIPS 180-4 section 4.2.2. */
static const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* As sha1_extend, of SHA-256. */
WITH_SHA static inline void sha256_extend(__m128i words[LANES], size_t at)
{
    __m128i last = words[(at + 3) % LANES];
    __m128i sums = _mm_sha256msg1_epu32(words[at], words[(at + 1) % LANES]);

    sums = _mm_add_epi32(sums, _mm_alignr_epi8(last, words[(at + 2) % LANES], 4));
    words[at] = _mm_sha256msg2_epu32(sums, last);
}

/* FIPS 180-4 section 6.2.2; the initial values are those of section 5.3.3, a and c in lane 3. The
 * instruction does two rounds, after which what was abef is cdgh. */
WITH_SHA static void sha256(const uint8_t block[DIGEST_BLOCK_SIZE],
                            uint8_t digest[DIGEST_SHA256_SIZE])
{
    const __m128i first_abef =
        _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
    const __m128i first_cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
    __m128i abef = first_abef;
    __m128i cdgh = first_cdgh;
    __m128i words[LANES];

    for (size_t i = 0; i < LANES; i++)
        words[i] = from_lowest(load(block + 16 * i));
#pragma GCC unroll 16
    for (size_t i = 0; i < 16; i++) {
        __m128i sums;

        if (i >= LANES)
            sha256_extend(words, i % LANES);
        sums = _mm_add_epi32(words[i % LANES], load(&sha256_constants[LANES * i]));
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sums);
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_unpackhi_epi64(sums, sums));
    }
    abef = _mm_add_epi32(abef, first_abef);
    cdgh = _mm_add_epi32(cdgh, first_cdgh);
    store(digest, from_highest(_mm_unpackhi_epi64(cdgh, abef)));
    store(digest + 16, from_highest(_mm_unpacklo_epi64(cdgh, abef)));
}

bool digest_block_sha1(struct bytes message, uint8_t digest[DIGEST_SHA1_SIZE])
{
    uint8_t block[DIGEST_BLOCK_SIZE];

    if (message.len > DIGEST_BLOCK_MESSAGE_MAX || !has_instructions())
        return false;
    put_block(block, message);
    sha1(block, digest);
    return true;
}

bool digest_block_sha256(struct bytes message, uint8_t digest[DIGEST_SHA256_SIZE])
{
    uint8_t block[DIGEST_BLOCK_SIZE];

    if (message.len > DIGEST_BLOCK_MESSAGE_MAX || !has_instructions())
        return false;
    put_block(block, message);
    sha256(block, digest);
    return true;
}

#else

bool digest_block_sha1(struct bytes message, uint8_t digest[DIGEST_SHA1_SIZE])
{
    (void)message;
    (void)digest;
    return false;
}

bool digest_block_sha256(struct bytes message, uint8_t digest[DIGEST_SHA256_SIZE])
{
    (void)message;
    (void)digest;
    return false;
}

#endif
