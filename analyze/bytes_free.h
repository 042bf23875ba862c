/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes_free.h -- give back octets that are a view of memory of their own. */
#ifndef TLSWHY_ANALYZE_BYTES_FREE_H
#define TLSWHY_ANALYZE_BYTES_FREE_H

#include <stdlib.h>

#include "dissect/bytes.h"

/* Free what malloc gave, and what has been const since it was written. */
static inline void bytes_free(struct bytes octets)
{
    union {
        const uint8_t *octets;
        void *memory;
    } allocated = {.octets = octets.data};

    free(allocated.memory);
}

#endif
