/* SPDX-License-Identifier: GPL-2.0-or-later */
/* digits.h -- numbers as digits, two at a time. Every event has some hundred: printf would be
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

/* How many digits value has. */
static inline size_t digits_count(uint64_t value)
{
    size_t count = 1;

    for (; value >= 10000; value /= 10000)
        count += 4;
    return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* Write value in decimal at out; returns how many digits it has. */
static inline size_t digits_put(char out[DIGITS_MAX], uint64_t value)
{
    size_t count = digits_count(value);
    size_t at = count;

    for (; at >= 2; value /= 100) {
        at -= 2;
        digits_put_pair(out + at, (unsigned)(value % 100));
    }
    if (at > 0)
        out[0] = (char)('0' + value);
    return count;
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
    for (size_t i = 0; i < 8; i++)
        out[i] = (char)(digits >> 8 * i);
}

#endif
