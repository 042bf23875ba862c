/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fold.h -- host names without regard to case (RFC 4343), for keys: the letters of ASCII alone. */
#ifndef TLSWHY_ANALYZE_FOLD_H
#define TLSWHY_ANALYZE_FOLD_H

#include <stdint.h>
#include <string.h>

#include "dissect/bytes.h"

enum {
    FOLD_NAME_MAX = 255, /* octets of a host name (RFC 1035 section 2.3.4) */
    FOLD_ROOM = 256      /* whole words of them */
};

/* Eight octets at once, in whatever order: added to seven bits, 0x3f and 0x25 reach the eighth from
 * 'A' on and behind 'Z'. What is a capital letter gets 0x20, which is a quarter of that bit. */
static inline uint64_t fold_eight(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = word & ones * 0x7f;
    uint64_t is_capital = (low + ones * 0x3f) & ~(low + ones * 0x25) & ~word & ones * 0x80;

    return word | is_capital >> 2;
}

/* Copy at most FOLD_NAME_MAX octets of a name to out, small letters for capital ones; returns how
 * many. */
static inline size_t fold_name(uint8_t out[FOLD_ROOM], struct bytes name)
{
    size_t length = name.len < FOLD_NAME_MAX ? name.len : FOLD_NAME_MAX;
    uint64_t word = 0;
    size_t at = 0;

    for (; length - at >= sizeof(word); at += sizeof(word)) {
        memcpy(&word, name.data + at, sizeof(word));
        word = fold_eight(word);
        memcpy(out + at, &word, sizeof(word));
    }
    if (at == length)
        return length;
    if (at == 0) { /* shorter than a word */
        memcpy(&word, name.data, length);
        word = fold_eight(word);
        memcpy(out, &word, length);
        return length;
    }
    memcpy(&word, name.data + length - sizeof(word), sizeof(word));
    word = fold_eight(word);
    memcpy(out + length - sizeof(word), &word, sizeof(word));
    return length;
}

#endif
