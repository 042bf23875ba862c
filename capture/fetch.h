/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fetch.h -- memory that will be needed soon is brought near while other things are done. */
#ifndef TLSWHY_CAPTURE_FETCH_H
#define TLSWHY_CAPTURE_FETCH_H

#include <stddef.h>
#include <stdint.h>

enum { FETCH_LINE = 64 }; /* octets of a cache line */

/* Have the processor fetch octets (> 0) of memory that begins a cache line, one line after the
 * other; of other memory the last line may stay away. The statement in
 * assembly is empty: a function that does nothing but fetch is to gcc 12 one that does nothing, and
 * is not called. */
static inline void fetch(const void *memory, size_t octets)
{
#pragma GCC unroll 4 /* objects of a pool are two dozen lines */
    for (size_t i = 0; i < octets; i += FETCH_LINE)
        __builtin_prefetch((const uint8_t *)memory + i, 1);
    __asm__ volatile("");
}

#endif
