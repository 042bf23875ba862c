/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reference.h -- a reassembler too simple to be wrong, to compare stream.h with.
 *
 * One cell per octet: the first copy captured wins. After each step these must hold:
 * what was delivered is what the cells say, in order; a gap covers no captured octet;
 * and the next octet is not at hand, else it should have been delivered.
 */
#ifndef TLSWHY_TESTS_SUPPORT_REFERENCE_H
#define TLSWHY_TESTS_SUPPORT_REFERENCE_H

#include "capture/stream.h"

enum { REFERENCE_MAX = 1 << 14 };

enum reference_cell { CELL_NONE = -1, CELL_CUT = -2 };

struct reference {
    int16_t cells[REFERENCE_MAX]; /* an octet, or a reference_cell */
    int64_t position;             /* of the next octet delivered */
    uint64_t delivered;
    uint64_t wrong; /* violations */
    uint64_t gaps[3];
    uint64_t stop_after; /* callbacks until the sink wants no more, 0: never */
};

static inline void reference_init(struct reference *reference)
{
    *reference = (struct reference){.position = 0};
    for (size_t i = 0; i < REFERENCE_MAX; i++)
        reference->cells[i] = CELL_NONE;
}

static inline bool reference_more(struct reference *reference)
{
    return reference->stop_after == 0 || --reference->stop_after > 0;
}

static inline bool reference_data(void *context, struct bytes data, struct moment at)
{
    struct reference *reference = context;

    (void)at;
    reference->wrong += data.len == 0;
    for (size_t i = 0; i < data.len; i++)
        reference->wrong += reference->cells[reference->position++] != data.data[i];
    reference->delivered += data.len;
    return reference_more(reference);
}

static inline bool reference_gap(void *context, uint64_t missing, enum stream_gap why,
                                 struct moment at)
{
    struct reference *reference = context;
    enum reference_cell expected = why == STREAM_GAP_CUT ? CELL_CUT : CELL_NONE;

    (void)at;
    reference->wrong += missing == 0;
    reference->gaps[why] += missing;
    for (uint64_t i = 0; i < missing; i++)
        reference->wrong += reference->cells[reference->position++] != (int16_t)expected;
    return reference_more(reference);
}

static inline struct stream_sink reference_sink(struct reference *reference)
{
    return (struct stream_sink){
        .context = reference,
        .data = reference_data,
        .gap = reference_gap,
    };
}

/* What stream_push gets too: captured octets, the beginning of length. */
static inline void reference_push(struct reference *reference, int64_t start, struct bytes captured,
                                  uint32_t length)
{
    for (int64_t i = 0; i < length; i++) {
        int16_t *cell = &reference->cells[start + i];

        if (start + i < reference->position || *cell != CELL_NONE)
            continue;
        *cell = i < (int64_t)captured.len ? captured.data[i] : (int16_t)CELL_CUT;
    }
}

/* True when everything holds that must. */
static inline bool reference_agrees(const struct reference *reference, const struct stream *stream)
{
    return reference->wrong == 0 && stream->next == reference->position
           && (stream->next >= REFERENCE_MAX || reference->cells[stream->next] == CELL_NONE);
}

#endif
