/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a packet was captured twice. */
#include "capture/transport.h"

#include "capture/siphash.h"

enum { TIMESTAMPS_LEN = 12 }; /* alone, as RFC 7323 appendix A lays them out: most segments */

static inline uint64_t mix(uint64_t sum, struct bytes octets)
{
    return (sum ^ siphash_load(octets.data, octets.len)) * UINT64_C(0x9e3779b97f4a7c15);
}

ALWAYS_INLINE uint32_t sum_of(struct bytes options)
{
    uint64_t sum = options.len;
    struct bytes word;

    while (bytes_take(&options, 8, &word))
        sum = mix(sum, word);
    if (bytes_take(&options, 4, &word))
        sum = mix(sum, word);
    return (uint32_t)(sum >> 32);
}

/* Enough to tell SACK blocks and timestamps apart. With a length that the compiler knows, no loop
 * is left of it. */
static inline uint32_t options_checksum(struct bytes options)
{
    if (options.len == TIMESTAMPS_LEN)
        return sum_of(bytes_of(options.data, TIMESTAMPS_LEN));
    return sum_of(options);
}

/* The same for packets that are the same. */
static uint32_t tag_of(const struct segment *segment)
{
    uint32_t acknowledgment = segment->flags & TCP_ACK ? segment->acknowledgment : 0;

    return (segment->sequence ^ acknowledgment << 16 ^ acknowledgment >> 16)
           + (segment->payload_length ^ (uint32_t)segment->ip_id << 16);
}

static struct recent_packet recent_packet_of(const struct segment *segment)
{
    return (struct recent_packet){
        .sequence = segment->sequence,
        .acknowledgment = segment->flags & TCP_ACK ? segment->acknowledgment : 0,
        .options = options_checksum(segment->options),
        .time_lower = (uint32_t)segment->at.time_ns,
        .time_upper = (uint16_t)(segment->at.time_ns >> 32),
        .ip_id = segment->ip_id,
        .window = segment->window,
        .flags = segment->flags,
        .hop_limit = segment->hop_limit,
    };
}

static uint64_t time_of(const struct recent_packet *recent)
{
    return (uint64_t)recent->time_upper << 32 | recent->time_lower;
}

static bool are_near(const struct recent_packet *a, const struct recent_packet *b)
{
    const uint64_t limit = TRANSPORT_DUPLICATE_NS;
    uint64_t apart = time_of(a) - time_of(b) + limit;

    return apart << 16 >> 16 <= 2 * limit;
}

/* Of two with the same tag. A router on the way between two capture points takes one off the hop
 * limit; either copy may be captured first. */
static bool are_copies(const struct recent_packet *a, const struct recent_packet *b)
{
    int hops = a->hop_limit - b->hop_limit;

    return a->sequence == b->sequence && a->acknowledgment == b->acknowledgment
           && a->options == b->options && a->ip_id == b->ip_id && a->window == b->window
           && a->flags == b->flags && hops >= -1 && hops <= 1 && are_near(a, b);
}

/* In nearly every case it is not. */
static bool is_tag_recent(const struct transport *transport, uint32_t tag)
{
    const uint32_t *tags = transport->recent_tag;

    _Static_assert(TRANSPORT_RECENT_MAX == 4, "all of them are compared");
    return (tags[0] == tag) | (tags[1] == tag) | (tags[2] == tag) | (tags[3] == tag);
}

NEVER_INLINE static bool is_recent(const struct transport *transport, uint32_t tag,
                                   const struct segment *segment)
{
    const struct recent_packet now = recent_packet_of(segment);

    for (uint32_t i = 0; i < transport->recent_count; i++)
        if (transport->recent_tag[i] == tag && are_copies(&transport->recent[i], &now))
            return true;
    return false;
}

bool transport_is_duplicate(struct direction *direction, struct transport *transport,
                            const struct segment *segment)
{
    const uint32_t tag = tag_of(segment);
    const uint32_t place = transport->recent_next;

    if (is_tag_recent(transport, tag) && is_recent(transport, tag, segment)) {
        direction->duplicates++;
        return true;
    }
    transport->recent_tag[place] = tag;
    transport->recent[place] = recent_packet_of(segment);
    transport->recent_next = (place + 1) % TRANSPORT_RECENT_MAX;
    if (transport->recent_count < TRANSPORT_RECENT_MAX)
        transport->recent_count++;
    return false;
}
