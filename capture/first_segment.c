/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/first_segment.h"

#include <stdlib.h>

struct first_segment {
    struct segment segment; /* its views are into octets */
    size_t memory;
    uint8_t octets[]; /* options and payload */
};

static struct bytes copy(struct bytes octets, uint8_t *out)
{
    if (octets.len > 0)
        memcpy(out, octets.data, octets.len);
    return bytes_of(out, octets.len);
}

static bool has_room(const struct stream_budget *budget, size_t memory)
{
    const size_t max = budget->max / FIRST_SEGMENTS_PART;

    return budget->used + memory <= budget->max && budget->first_segments + memory <= max;
}

struct first_segment *first_segment_new(const struct segment *segment, struct stream_budget *budget)
{
    size_t octets = segment->options.len + segment->payload.len;
    size_t memory = sizeof(struct first_segment) + octets;
    struct first_segment *first;

    if (octets > STREAM_HELD_OCTETS_TIGHT || !has_room(budget, memory))
        return NULL;
    first = malloc(memory);
    if (first == NULL)
        return NULL;
    first->segment = *segment;
    first->memory = memory;
    first->segment.options = copy(segment->options, first->octets);
    first->segment.payload = copy(segment->payload, first->octets + segment->options.len);
    budget->used += memory;
    budget->first_segments += memory;
    return first;
}

void first_segment_free(struct first_segment *first, struct stream_budget *budget)
{
    if (first == NULL)
        return;
    budget->used -= first->memory;
    budget->first_segments -= first->memory;
    free(first);
}

const struct segment *first_segment_of(const struct first_segment *first)
{
    return &first->segment;
}

bool first_segment_follows(const struct first_segment *first, const struct segment *segment)
{
    uint32_t distance = first->segment.sequence - segment->sequence;

    return (segment->flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0 && distance > 0
           && distance <= segment->payload_length;
}
