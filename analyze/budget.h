/* SPDX-License-Identifier: GPL-2.0-or-later */
/* budget.h -- memory within a limit, in blocks that are used again, and buffers that grow in them.
 *
 * A budget belongs to one thread.
 */
#ifndef TLSWHY_ANALYZE_BUDGET_H
#define TLSWHY_ANALYZE_BUDGET_H

#include "dissect/bytes.h"

enum {
    BUFFER_FIRST_CAPACITY = 512, /* octets: a hello of a program, and what the server answers in TLS
                                    1.3, fits as a rule */
    BUDGET_SPARE_KINDS = 10 /* 12 KiB: a handshake with its certificates, and the notes on it */
};

struct spare_block {
    struct spare_block *next;
};

/* Set limit and spare_max, and the rest to zero. */
struct budget {
    size_t limit;
    size_t used;
    size_t peak;
    /* Blocks that were given back, for those who take one next; they are not counted as used. Of
     * each kind, which is a size, a list; so many octets at most. */
    size_t spare_max;
    size_t spare_octets;
    uint32_t spare_count[BUDGET_SPARE_KINDS];
    struct spare_block *spare[BUDGET_SPARE_KINDS];
};

/* Count so many octets as used. False, and nothing changed: they are above the limit. */
MUST_USE bool budget_take(struct budget *budget, size_t octets);

/* A block of at least so many octets, counted as used. NULL: above the limit, or no memory. */
void *budget_take_block(struct budget *budget, size_t octets);

/* Give back a block of so many octets, and count it no longer. */
void budget_give_block(struct budget *budget, void *block, size_t octets);

/* Free the spare blocks. */
void budget_clear(struct budget *budget);

/* A growing buffer with a ceiling. */
struct buffer {
    uint8_t *data;
    uint32_t length;
    uint32_t capacity;
};

/* Append octets; false, and nothing changed, when the ceiling, the budget or memory forbids. */
MUST_USE bool buffer_append(struct buffer *buffer, struct budget *budget, struct bytes octets,
                            uint32_t ceiling);

/* Make room for so many octets in all, if there is memory for it. */
void buffer_reserve(struct buffer *buffer, struct budget *budget, size_t octets);

/* The part of buffer_release() for a buffer that has memory. */
void buffer_give_back(struct buffer *buffer, struct budget *budget);

/* Give the memory back; the buffer is empty afterwards. Most buffers never had any. */
static inline void buffer_release(struct buffer *buffer, struct budget *budget)
{
    if (buffer->data != NULL)
        buffer_give_back(buffer, budget);
}

#endif
