/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/half_opens.h"

#include <stdlib.h>

#include "capture/fetch.h"
#include "capture/region.h"

enum {
    CAPACITY_MIN = 256,
    /* Buckets looked at for one hash: with half of the slots in use, three in a row are seldom
     * full. */
    PROBES_MAX = 8
};

_Static_assert(sizeof(struct half_open_bucket) == 64, "a bucket is one cache line");

void half_opens_init(struct half_opens *table, uint32_t max)
{
    *table = (struct half_opens){.capacity_max = max};
}

static size_t ring_octets(uint32_t capacity)
{
    return capacity * sizeof(struct half_open);
}

static size_t bucket_octets(uint32_t bucket_mask)
{
    return ((size_t)bucket_mask + 1) * sizeof(struct half_open_bucket);
}

static void release(struct half_opens *table)
{
    region_free(table->ring, ring_octets(table->capacity));
    region_free(table->buckets, bucket_octets(table->bucket_mask));
}

void half_opens_clear(struct half_opens *table)
{
    release(table);
    half_opens_init(table, table->capacity_max);
}

/* The place that many places behind the oldest one. */
static uint32_t place_behind(const struct half_opens *table, uint32_t distance)
{
    uint32_t to_end = table->capacity - table->first_at;

    return distance < to_end ? table->first_at + distance : distance - to_end;
}

static struct half_open *at(const struct half_opens *table, uint32_t distance)
{
    return &table->ring[place_behind(table, distance)];
}

/* How long ago a number was given: 1 for the newest one, at most span for one that is there. */
static uint32_t age(const struct half_opens *table, uint32_t number)
{
    return table->first + table->span - number;
}

static bool is_gone(const struct half_opens *table, uint32_t number)
{
    return age(table, number) - 1 >= table->span;
}

static struct half_open_bucket *bucket_at(const struct half_opens *table, uint32_t hash,
                                          uint32_t probe)
{
    return &table->buckets[(hash + probe) & table->bucket_mask];
}

void half_opens_fetch(const struct half_opens *table, uint32_t hash)
{
    if (table->buckets != NULL)
        fetch(bucket_at(table, hash, 0), sizeof(struct half_open_bucket));
}

static struct half_open *find_in(const struct half_opens *table,
                                 const struct half_open_bucket *bucket, const struct flow_key *key,
                                 uint32_t hash)
{
    for (uint32_t i = 0; i < HALF_OPENS_SLOTS; i++) {
        struct half_open *half_open;

        if (bucket->hash[i] != hash || is_gone(table, bucket->number[i]))
            continue;
        half_open = at(table, bucket->number[i] - table->first);
        if (half_open->count > 0 && flow_key_is(&half_open->key, key))
            return half_open;
    }
    return NULL;
}

struct half_open *half_opens_find(const struct half_opens *table, const struct flow_key *key,
                                  uint32_t hash)
{
    if (table->count == 0)
        return NULL;
    for (uint32_t probe = 0; probe < PROBES_MAX; probe++) {
        const struct half_open_bucket *bucket = bucket_at(table, hash, probe);
        struct half_open *half_open = find_in(table, bucket, key, hash);

        if (half_open != NULL || is_gone(table, bucket->passed))
            return half_open;
    }
    return NULL;
}

/* The slot of a bucket that was written first. */
static uint32_t oldest_slot(const struct half_opens *table, const struct half_open_bucket *bucket)
{
    uint32_t oldest = 0;

    for (uint32_t i = 1; i < HALF_OPENS_SLOTS; i++)
        if (age(table, bucket->number[i]) > age(table, bucket->number[oldest]))
            oldest = i;
    return oldest;
}

/* Note the number of this hash, which is the next one. False: there is no slot free for it. */
static bool index_add(struct half_opens *table, uint32_t hash, uint32_t number)
{
    for (uint32_t probe = 0; probe < PROBES_MAX; probe++) {
        struct half_open_bucket *bucket = bucket_at(table, hash, probe);
        uint32_t slot = oldest_slot(table, bucket);

        if (is_gone(table, bucket->number[slot])) {
            bucket->hash[slot] = hash;
            bucket->number[slot] = number;
            return true;
        }
        bucket->passed = number;
    }
    return false;
}

/* Number those that are in the ring anew, from the oldest one on; there are no gaps. One that finds
 * no slot is taken out. */
static void index_all(struct half_opens *table)
{
    uint32_t count = table->count;
    struct half_open_bucket none = {.passed = table->first - 1};

    for (uint32_t slot = 0; slot < HALF_OPENS_SLOTS; slot++)
        none.number[slot] = none.passed;
    for (uint32_t i = 0; i <= table->bucket_mask; i++)
        table->buckets[i] = none;
    table->span = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct half_open *half_open = at(table, i);

        if (!index_add(table, half_open->hash, table->first + i)) {
            half_open->count = 0;
            table->count--;
        }
        table->span++;
    }
}

/* Copy those that are there to the front of a new ring, in their order. */
static void copy_ring(const struct half_opens *table, struct half_open *ring)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < table->span; i++)
        if (at(table, i)->count > 0)
            ring[count++] = *at(table, i);
}

/* Move everything to a ring of this capacity, which has room for it. */
static bool move(struct half_opens *table, uint32_t capacity)
{
    struct half_open *ring = region_new(ring_octets(capacity));
    uint32_t bucket_mask = 0;
    struct half_open_bucket *buckets;

    while (((size_t)bucket_mask + 1) * HALF_OPENS_SLOTS < 2 * (size_t)capacity)
        bucket_mask = 2 * bucket_mask + 1;
    buckets = region_new(bucket_octets(bucket_mask));
    if (ring == NULL || buckets == NULL) {
        region_free(ring, ring_octets(capacity));
        region_free(buckets, bucket_octets(bucket_mask));
        return false;
    }
    copy_ring(table, ring);
    release(table);
    *table = (struct half_opens){
        .ring = ring,
        .buckets = buckets,
        .capacity = capacity,
        .capacity_max = table->capacity_max,
        .bucket_mask = bucket_mask,
        .first = table->first,
        .span = table->count,
        .count = table->count,
        .memory = ring_octets(capacity) + bucket_octets(bucket_mask),
    };
    index_all(table);
    return true;
}

/* Close the gaps: each one moves to an older place, or stays. */
static void close_gaps(struct half_opens *table)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < table->span; i++) {
        const struct half_open *half_open = at(table, i);

        if (half_open->count == 0)
            continue;
        if (i != count)
            *at(table, count) = *half_open;
        count++;
    }
    index_all(table);
}

static bool grow(struct half_opens *table)
{
    uint32_t capacity = table->capacity == 0 ? CAPACITY_MIN : 2 * table->capacity;

    if (capacity > table->capacity_max)
        capacity = table->capacity_max;
    return capacity > table->capacity && move(table, capacity);
}

/* Have a free place behind the newest one. To close gaps pays when a quarter of the ring is free
 * afterwards. */
static bool make_place(struct half_opens *table)
{
    if (table->span < table->capacity)
        return true;
    if (table->count < table->capacity / 4 * 3) {
        close_gaps(table);
        return true;
    }
    return grow(table);
}

/* Behind the newest one. NULL: the index has no slot for it. */
static struct half_open *push(struct half_opens *table, uint32_t hash)
{
    if (!index_add(table, hash, table->first + table->span))
        return NULL;
    table->span++;
    table->count++;
    return at(table, table->span - 1);
}

struct half_open *half_opens_add(struct half_opens *table, const struct flow_key *key,
                                 uint32_t hash)
{
    struct half_open *half_open;

    if (!make_place(table))
        return NULL;
    half_open = push(table, hash);
    if (half_open == NULL)
        return NULL;
    half_open->key = *key;
    half_open->hash = hash;
    return half_open;
}

/* The oldest one is no gap. */
void half_opens_remove(struct half_opens *table, struct half_open *half_open)
{
    half_open->count = 0;
    table->count--;
    while (table->span > 0 && table->ring[table->first_at].count == 0) {
        table->first_at = place_behind(table, 1);
        table->first++;
        table->span--;
    }
}

struct half_open *half_opens_oldest(const struct half_opens *table)
{
    return table->count > 0 ? &table->ring[table->first_at] : NULL;
}

void half_opens_queue(struct half_opens *table)
{
    struct half_open oldest = table->ring[table->first_at];

    if (!index_add(table, oldest.hash, table->first + table->span))
        return; /* it stays where it is */
    half_opens_remove(table, &table->ring[table->first_at]);
    table->span++;
    table->count++;
    *at(table, table->span - 1) = oldest;
}

static int compare_first(const void *left, const void *right)
{
    const struct half_open *a = left;
    const struct half_open *b = right;

    return (a->first.packet > b->first.packet) - (a->first.packet < b->first.packet);
}

static bool is_sorted(const struct half_opens *table)
{
    uint64_t before = 0;

    for (uint32_t i = 0; i < table->span; i++) {
        const struct half_open *half_open = at(table, i);

        if (half_open->count == 0)
            continue;
        if (half_open->first.packet < before)
            return false;
        before = half_open->first.packet;
    }
    return true;
}

/* In another order some might find no slot in the index: it has none of their new numbers. */
void half_opens_sort(struct half_opens *table)
{
    struct half_open *ring;

    if (is_sorted(table))
        return;
    ring = region_new(ring_octets(table->capacity));
    if (ring == NULL)
        return;
    copy_ring(table, ring);
    region_free(table->ring, ring_octets(table->capacity));
    table->ring = ring;
    table->first += table->span;
    table->first_at = 0;
    table->span = table->count;
    qsort(ring, table->count, sizeof(*ring), compare_first);
}
