/* SPDX-License-Identifier: GPL-2.0-or-later */
/* big_endian.h -- numbers as octets that are the same on every processor. */
#ifndef TLSWHY_ANALYZE_BIG_ENDIAN_H
#define TLSWHY_ANALYZE_BIG_ENDIAN_H

#include <stddef.h>
#include <stdint.h>

/* Write a number, its highest octet first. */
static inline void big_endian_put(uint8_t out[8], uint64_t number)
{
#pragma GCC unroll 8 /* then it is one store */
    for (size_t i = 0; i < sizeof(number); i++)
        out[i] = (uint8_t)(number >> (56 - 8 * i));
}

#endif
