/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a packet was captured twice. */
#include "capture/transport.h"

#include "capture/siphash.h"

enum { TIMESTAMPS_LEN = 12 }; /* alone, as RFC 7323 appendix A lays them out: most segments */

/* An odd number: multiplied by it, different numbers stay different. */
#define MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t mix(uint64_t sum, struct bytes octets)
{
    return (sum ^ siphash_load(octets.data, octets.len)) * MULTIPLIER;
}

ALWAYS_INLINE uint64_t sum_of(struct bytes options)
{
    uint64_t sum = options.len;
    struct bytes word;

    while (bytes_take(&options, 8, &word))
        sum = mix(sum, word);
    if (bytes_take(&options, 4, &word))
        sum = mix(sum, word);
    return sum;
}

/* Enough to tell SACK blocks and timestamps apart. With a length that the compiler knows, no loop
 * is left of it. */
static inline uint64_t sum_of_options(struct bytes options)
{
    if (options.len == TIMESTAMPS_LEN)
        return sum_of(bytes_of(options.data, TIMESTAMPS_LEN));
    return sum_of(options);
}

/* A hash of what copies of one packet have in common. It has no key: whoever makes two packets
 * collide has the second one left out, as if it were a copy, and that a copy does too. */
static inline uint64_t hash_of(const struct segment *segment)
{
    uint64_t acknowledgment = segment->flags & TCP_ACK ? segment->acknowledgment : 0;
    uint64_t rest = (uint64_t)segment->payload_length << 40 | (uint64_t)segment->flags << 32
                    | (uint64_t)segment->window << 16 | segment->ip_id;
    uint64_t sum = sum_of_options(segment->options);

    sum = (sum ^ sum >> 32 ^ (acknowledgment << 32 | segment->sequence)) * MULTIPLIER;
    sum = (sum ^ sum >> 32 ^ rest) * MULTIPLIER;
    return sum ^ sum >> 32;
}

static inline uint32_t time_of(struct moment at)
{
    return (uint32_t)((uint64_t)at.time_ns / TRANSPORT_RECENT_UNIT);
}

/* How much later a copy may come: a host gives a packet that it sends again another
 * identification, if it gives any, and waits long before it sends a SYN again. */
static int64_t longest_wait(const struct segment *segment)
{
    bool is_unlike_others = segment->ip_id != 0 || (segment->flags & TCP_SYN) != 0;

    if (is_unlike_others)
        return TRANSPORT_DUPLICATE_FAR_NS;
    return segment->payload_length > 0 || (segment->flags & TCP_FIN) ? TRANSPORT_DUPLICATE_NS
                                                                     : TRANSPORT_DUPLICATE_ACK_NS;
}

/* Of two with the same tag. Routers between two capture points take some off the hop limit; either
 * copy may be captured first. */
static bool is_copy(const struct transport *transport, uint32_t place, uint64_t hash,
                    const struct segment *segment)
{
    const uint32_t limit = (uint32_t)(longest_wait(segment) / TRANSPORT_RECENT_UNIT);
    uint32_t apart = time_of(segment->at) - transport->recent_time[place];

    return transport->recent_check[place] == hash >> 48 && apart + limit <= 2 * limit;
}

/* In nearly every case it is not. */
static bool is_tag_recent(const struct transport *transport, uint32_t tag)
{
    const uint32_t *tags = transport->recent_tag;

    _Static_assert(TRANSPORT_RECENT_MAX == 4, "all of them are compared");
    return (tags[0] == tag) | (tags[1] == tag) | (tags[2] == tag) | (tags[3] == tag);
}

/* The packet is a copy of the one at this place, before or behind a router. Of several RSTs one is
 * described: that the others went through says nothing of it. */
static void note_routed(struct direction *direction, struct transport *transport, uint32_t place,
                        const struct segment *segment)
{
    if ((segment->flags & TCP_RST) == 0)
        transport_routed(direction, transport, segment);
    else if (transport->recent_time[place] == time_of(direction_reset(direction)->at))
        direction_have_trouble(direction)->reset.routed = true;
}

/* Looks for the packet among the last ones, and counts a copy. */
NEVER_INLINE static bool is_recent(struct direction *direction, struct transport *transport,
                                   uint64_t hash, const struct segment *segment)
{
    for (uint32_t i = 0; i < TRANSPORT_RECENT_MAX; i++) {
        if (transport->recent_tag[i] != (uint32_t)hash || !is_copy(transport, i, hash, segment))
            continue;
        direction->duplicates++;
        if (segment->hop_limit != transport->recent_hop_limit[i])
            note_routed(direction, transport, i, segment);
        return true;
    }
    return false;
}

bool transport_is_duplicate(struct direction *direction, struct transport *transport,
                            const struct segment *segment)
{
    const uint64_t hash = hash_of(segment);
    const uint32_t place = transport->packets % TRANSPORT_RECENT_MAX;

    if (is_tag_recent(transport, (uint32_t)hash) && is_recent(direction, transport, hash, segment))
        return true;
    transport->recent_tag[place] = (uint32_t)hash;
    transport->recent_check[place] = (uint16_t)(hash >> 48);
    transport->recent_time[place] = time_of(segment->at);
    transport->recent_hop_limit[place] = segment->hop_limit;
    return false;
}
