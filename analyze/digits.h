/* SPDX-License-Identifier: GPL-2.0-or-later */
/* digits.h -- numbers as digits, some at a time. Every event has some hundred: printf would be
 * most of their cost. No NUL is written. */
#ifndef TLSWHY_ANALYZE_DIGITS_H
#define TLSWHY_ANALYZE_DIGITS_H

#include "dissect/bytes.h"

enum {
    DIGITS_MAX = 20, /* of UINT64_MAX */
    /* Between '9' and the letters. */
    DIGITS_GAP_UPPER = 'A' - '9' - 1,
    DIGITS_GAP_LOWER = 'a' - '9' - 1
};

/* Write a value below 100 as two digits at out. */
static inline void digits_put_pair(char *out, unsigned value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";

    memcpy(out, pairs + 2 * (size_t)value, 2);
}

/* Write the octets of a word, the lowest first: without the loop they are one store. */
static inline void digits_put_word(char out[8], uint64_t word)
{
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++)
        out[i] = (char)(word >> 8 * i);
}

enum { DIGITS_AT_ONCE = 8 };
#define DIGITS_LIMIT UINT64_C(100000000) /* of numbers with so many */

/* The decimal digits of a number below DIGITS_LIMIT, an octet each, the first one lowest: all of
 * them at once. Division by 100 and by 10 is multiplication, exact for what can be there. */
static inline uint64_t digits_of(uint64_t value)
{
    uint64_t fours = value / 10000 | value % 10000 << 32;
    uint64_t high = (fours * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    uint64_t pairs = high | (fours - 100 * high) << 16;
    uint64_t tens = (pairs * 103 >> 10) & UINT64_C(0x000f000f000f000f);

    return tens | (pairs - 10 * tens) << 8;
}

/* Write digits but for the first skipped, as many octets as there are at once. */
static inline void digits_put_all(char out[DIGITS_AT_ONCE], uint64_t digits, size_t skipped)
{
    digits_put_word(out, (digits | '0' * UINT64_C(0x0101010101010101)) >> 8 * skipped);
}

/* Write value, below DIGITS_LIMIT, without zeros before it; returns how many digits it has. */
static inline size_t digits_put_first(char out[DIGITS_AT_ONCE], uint64_t value)
{
    /* What comes next waits for the length, not for the digits. */
    size_t length = 1u + (value >= 10) + (value >= 100) + (value >= 1000) + (value >= 10000)
                    + (value >= 100000) + (value >= 1000000) + (value >= 10000000);

    digits_put_all(out, digits_of(value), DIGITS_AT_ONCE - length);
    return length;
}

enum {
    DIGITS_FEW = 4,
    DIGITS_FEW_LIMIT = 10000 /* of numbers with so many */
};

/* The same for a value below DIGITS_FEW_LIMIT, in half the steps. */
static inline size_t digits_put_few(char out[DIGITS_FEW], uint32_t value)
{
    size_t length = 1u + (value >= 10) + (value >= 100) + (value >= 1000);
    uint32_t high = value * 5243 >> 19;
    uint32_t pairs = high | (value - 100 * high) << 16;
    uint32_t tens = (pairs * 103 >> 10) & 0x000f000f;
    uint32_t digits = tens | (pairs - 10 * tens) << 8 | '0' * UINT32_C(0x01010101);

    digits >>= 8 * (DIGITS_FEW - length);
#pragma GCC unroll 4
    for (size_t i = 0; i < DIGITS_FEW; i++)
        out[i] = (char)(digits >> 8 * i);
    return length;
}

/* Write value in decimal at out; returns how many digits it has. What is written after them has no
 * meaning. */
static inline size_t digits_put(char out[DIGITS_MAX], uint64_t value)
{
    uint64_t high;
    size_t length;

    if (value < DIGITS_FEW_LIMIT) /* most are */
        return digits_put_few(out, (uint32_t)value);
    high = value / DIGITS_LIMIT;
    if (high == 0)
        return digits_put_first(out, value);
    if (high < DIGITS_LIMIT) {
        length = digits_put_first(out, high);
    } else {
        length = digits_put_first(out, high / DIGITS_LIMIT);
        digits_put_all(out + length, digits_of(high % DIGITS_LIMIT), 0);
        length += DIGITS_AT_ONCE;
    }
    digits_put_all(out + length, digits_of(value % DIGITS_LIMIT), 0);
    return length + DIGITS_AT_ONCE;
}

/* Write four octets as eight hexadecimal digits at out, all of them at once: each has an octet of a
 * word. gap is one of the above. */
static inline void digits_put_hex(char out[8], const uint8_t octets[4], uint64_t gap)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t digits = (uint64_t)octets[3] << 48 | (uint64_t)octets[2] << 32
                      | (uint64_t)octets[1] << 16 | octets[0];
    uint64_t letters; /* 1 where a digit is 10 or more */

    digits = (digits >> 4 | digits << 8) & 0xf * ones;
    letters = (digits + 6 * ones) >> 4 & ones;
    digits += '0' * ones + gap * letters;
    digits_put_word(out, digits);
}

#endif
