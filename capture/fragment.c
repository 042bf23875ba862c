/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/fragment.h"

#include "capture/time_unit.h"

#include <stdlib.h>

enum { LENGTH_UNKNOWN = UINT16_MAX + 1 }; /* longer than any datagram */

enum slot_state {
    SLOT_FREE,
    SLOT_WAITING,
    SLOT_BROKEN,   /* dropped; stays to catch the fragments still to come */
    SLOT_DELIVERED /* complete, its buffer is lent until fragments_release */
};

struct part {
    uint32_t start;
    uint32_t end;
};

struct slot {
    enum slot_state state;
    struct fragment_key key;
    int64_t first_ns;
    uint64_t used;   /* counts up with each fragment: the smallest was idle for longest */
    uint32_t length; /* of the datagram, once its last fragment is there */
    uint32_t received;
    uint32_t part_count;
    uint8_t protocol;
    struct part parts[FRAGMENT_PARTS_MAX];
    uint8_t *buffer; /* FRAGMENT_DATAGRAM_LEN_MAX octets, kept when the slot is free */
};

struct fragments {
    struct fragment_counters counters;
    uint64_t clock;
    uint32_t delivered;
    size_t slot_count; /* that are used */
    struct slot slots[FRAGMENT_DATAGRAMS_MAX];
};

_Static_assert(sizeof(struct fragment_key) == 40, "no padding: keys are compared with memcmp");

struct fragments *fragments_new(void)
{
    struct fragments *fragments = calloc(1, sizeof(*fragments));

    if (fragments != NULL)
        fragments->slot_count = FRAGMENT_DATAGRAMS_MAX;
    return fragments;
}

void fragments_limit(struct fragments *fragments, size_t octets)
{
    size_t count = octets / FRAGMENT_DATAGRAM_LEN_MAX;

    if (count < FRAGMENT_DATAGRAMS_MIN)
        count = FRAGMENT_DATAGRAMS_MIN;
    fragments->slot_count = count < FRAGMENT_DATAGRAMS_MAX ? count : FRAGMENT_DATAGRAMS_MAX;
}

void fragments_free(struct fragments *fragments)
{
    if (fragments == NULL)
        return;
    for (size_t i = 0; i < FRAGMENT_DATAGRAMS_MAX; i++)
        free(fragments->slots[i].buffer);
    free(fragments);
}

const struct fragment_counters *fragments_counters(const struct fragments *fragments)
{
    return &fragments->counters;
}

void fragments_release(struct fragments *fragments)
{
    if (fragments->delivered == 0)
        return;
    for (size_t i = 0; i < FRAGMENT_DATAGRAMS_MAX; i++)
        if (fragments->slots[i].state == SLOT_DELIVERED)
            fragments->slots[i].state = SLOT_FREE;
    fragments->delivered = 0;
}

/* Start over with the fragments of another datagram. */
static void slot_start(struct fragments *fragments, struct slot *slot,
                       const struct fragment *fragment)
{
    if (slot->state == SLOT_WAITING)
        fragments->counters.dropped += slot->part_count;
    else
        fragments->counters.waiting++;
    slot->state = SLOT_WAITING;
    slot->key = fragment->key;
    slot->first_ns = fragment->time_ns;
    slot->length = LENGTH_UNKNOWN;
    slot->received = 0;
    slot->part_count = 0;
    slot->protocol = 0;
}

static enum fragment_status slot_break(struct fragments *fragments, struct slot *slot)
{
    fragments->counters.dropped += slot->part_count + 1;
    fragments->counters.waiting--;
    slot->part_count = 0;
    slot->state = SLOT_BROKEN;
    return FRAGMENT_DROPPED;
}

/* A free slot, else the one idle for longest. Few are delivered at a time, so there is one. */
static struct slot *slot_to_use(struct fragments *fragments)
{
    struct slot *oldest = NULL;

    for (size_t i = 0; i < fragments->slot_count; i++) {
        struct slot *slot = &fragments->slots[i];

        if (slot->state == SLOT_FREE)
            return slot;
        if (slot->state != SLOT_DELIVERED && (oldest == NULL || slot->used < oldest->used))
            oldest = slot;
    }
    return oldest;
}

static struct slot *slot_find(struct fragments *fragments, const struct fragment_key *key)
{
    for (size_t i = 0; i < fragments->slot_count; i++) {
        struct slot *slot = &fragments->slots[i];

        if (slot->key.id == key->id && memcmp(&slot->key, key, sizeof(*key)) == 0
            && (slot->state == SLOT_WAITING || slot->state == SLOT_BROKEN))
            return slot;
    }
    return NULL;
}

/* The slot of the fragment's datagram, a new one for its first. NULL when memory is short. */
static struct slot *slot_get(struct fragments *fragments, const struct fragment *fragment)
{
    struct slot *slot = slot_find(fragments, &fragment->key);

    if (slot == NULL) {
        slot = slot_to_use(fragments);
        if (slot == NULL)
            return NULL;
        slot_start(fragments, slot, fragment);
    } else if (fragment->time_ns - slot->first_ns > FRAGMENT_TIMEOUT_S * SECOND_NS) {
        slot_start(fragments, slot, fragment);
    }
    if (slot->buffer == NULL) {
        slot->buffer = malloc(FRAGMENT_DATAGRAM_LEN_MAX);
        fragments->counters.memory += slot->buffer != NULL ? FRAGMENT_DATAGRAM_LEN_MAX : 0;
    }
    slot->used = ++fragments->clock;
    return slot->buffer != NULL ? slot : NULL;
}

/* True when the fragment cannot be right, whatever the others are. */
static bool is_impossible(const struct fragment *fragment)
{
    size_t len = fragment->data.len;

    return len == 0 || fragment->offset > FRAGMENT_DATAGRAM_LEN_MAX
           || len > FRAGMENT_DATAGRAM_LEN_MAX - fragment->offset
           || (fragment->more && len % 8 != 0);
}

enum overlap { OVERLAP_NONE, OVERLAP_COPY, OVERLAP_CONFLICT };

/* The same octets at the same place, and as much the last ones or not. */
static bool is_copy(const struct slot *slot, struct part part, struct part added,
                    const struct fragment *fragment)
{
    return part.start == added.start && part.end == added.end
           && fragment->more == (part.end != slot->length)
           && memcmp(slot->buffer + part.start, fragment->data.data, fragment->data.len) == 0;
}

/* How a new part fits those that are there and the end of the datagram. */
static enum overlap find_overlap(const struct slot *slot, struct part added,
                                 const struct fragment *fragment)
{
    for (uint32_t i = 0; i < slot->part_count; i++) {
        struct part part = slot->parts[i];

        if (is_copy(slot, part, added, fragment))
            return OVERLAP_COPY;
        if (part.start < added.end && added.start < part.end)
            return OVERLAP_CONFLICT;
        if (!fragment->more && part.end > added.end)
            return OVERLAP_CONFLICT;
    }
    return added.end > slot->length ? OVERLAP_CONFLICT : OVERLAP_NONE;
}

static void slot_store(struct slot *slot, struct part part, const struct fragment *fragment)
{
    slot->parts[slot->part_count++] = part;
    slot->received += part.end - part.start;
    memcpy(slot->buffer + part.start, fragment->data.data, fragment->data.len);
    if (!fragment->more)
        slot->length = part.end;
    if (part.start == 0)
        slot->protocol = fragment->protocol;
}

enum fragment_status fragments_add(struct fragments *fragments, const struct fragment *fragment,
                                   struct bytes *datagram, uint8_t *protocol)
{
    struct part part;
    struct slot *slot;
    enum overlap overlap;

    slot = is_impossible(fragment) ? NULL : slot_get(fragments, fragment);
    if (slot == NULL || slot->state == SLOT_BROKEN) {
        fragments->counters.dropped++;
        return FRAGMENT_DROPPED;
    }
    part.start = fragment->offset;
    part.end = fragment->offset + (uint32_t)fragment->data.len;
    overlap = find_overlap(slot, part, fragment);
    if (overlap == OVERLAP_COPY)
        return FRAGMENT_WAITING;
    if (overlap == OVERLAP_CONFLICT || slot->part_count == FRAGMENT_PARTS_MAX)
        return slot_break(fragments, slot);
    slot_store(slot, part, fragment);
    if (slot->received != slot->length)
        return FRAGMENT_WAITING;
    slot->state = SLOT_DELIVERED;
    fragments->delivered++;
    fragments->counters.waiting--;
    fragments->counters.completed++;
    *datagram = bytes_of(slot->buffer, slot->length);
    *protocol = slot->protocol;
    return FRAGMENT_COMPLETE;
}
