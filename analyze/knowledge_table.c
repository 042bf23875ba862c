/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge_table.h"

#include <stdbool.h>
#include <stdlib.h>

#include "analyze/knowledge.h"
#include "capture/region.h"
#include "capture/table_hash.h"

enum {
    BLOCK_RECORDS = 256, /* records allocated at once, at most: a small input needs one block */
    DOOR_WORDS = 8192,   /* of the bits that remember keys: 64 KiB, which a cache holds */
    DOOR_BITS = DOOR_WORDS * 64,
    SPARES_EACH = 4,  /* records that are spared for each that makes room */
    ASKED_MAX = 256,  /* records that are asked to make room for one */
    FETCHED_MAX = 704 /* octets of a record and its link: what is looked at first */
};

#define NONE KNOWLEDGE_TABLE_NONE

_Static_assert((int)KNOWLEDGE_TABLE_KEY_MAX <= (int)TABLE_HASH_OCTETS_MAX,
               "every key can be hashed");

/* What ties a record to the table: it stands before the record, most often in the cache line where
 * the key is. */
struct link {
    uint32_t next; /* in the same bucket */
    uint32_t newer;
    uint32_t older;
    uint32_t hash : 31;    /* of the key: another one is told without a look at the record */
    uint32_t was_used : 1; /* since it got its place in the order of use */
};

_Static_assert(sizeof(struct link) == KNOWLEDGE_TABLE_LINK, "as the stride counts it");
_Static_assert(sizeof(struct link) % _Alignof(max_align_t) == 0,
               "so a record is aligned behind it");

/* The records whose hashes end alike. Most keys that are looked for in a crowd are not there: which
 * other bits their hashes have tells that, without a look at any record. */
struct bucket {
    uint32_t first;
    uint32_t marks; /* one bit for each value of the five highest bits of a hash */
};

struct knowledge_table {
    struct knowledge_table_options options;
    struct table_hash hash;
    uint8_t **blocks; /* of BLOCK_RECORDS links and records each, the last one of what is left */
    size_t stride;    /* octets from one to the next, whole cache lines */
    uint8_t *rare;    /* the second parts, as they were left by others; NULL: none so far */
    struct bucket *buckets;
    uint32_t bucket_count; /* a power of two */
    uint64_t *door;        /* bits of keys that came once; NULL: none had to wait so far */
    uint32_t door_count;   /* of the bits that are set */
    uint32_t count;
    uint32_t newest;
    uint32_t oldest;
    uint32_t spares; /* how many may be spared yet, so that to find room takes no long search */
    uint64_t evictions;
    uint64_t refusals;
    size_t memory;
};

static uint32_t blocks_max(const struct knowledge_table_options *options)
{
    return (options->records_max - 1) / BLOCK_RECORDS + 1;
}

struct knowledge_table *knowledge_table_new(const struct knowledge_table_options *options)
{
    struct knowledge_table *table = calloc(1, sizeof(*table));

    if (table == NULL)
        return NULL;
    table->options = *options;
    table->hash = table_hash_of(options->hash_key);
    if (options->clear_size == 0)
        table->options.clear_size = options->record_size;
    table->stride = KNOWLEDGE_TABLE_STRIDE(options->record_size);
    table->newest = NONE;
    table->oldest = NONE;
    table->spares = options->records_max;
    table->bucket_count = 1;
    while (table->bucket_count < options->records_max && table->bucket_count < UINT32_MAX / 2)
        table->bucket_count *= 2;
    table->blocks = calloc(blocks_max(options), sizeof(*table->blocks));
    table->buckets = malloc(table->bucket_count * sizeof(*table->buckets));
    if (table->blocks == NULL || table->buckets == NULL) {
        knowledge_table_free(table);
        return NULL;
    }
    for (uint32_t i = 0; i < table->bucket_count; i++)
        table->buckets[i] = (struct bucket){.first = NONE};
    table->memory = sizeof(*table) + blocks_max(options) * sizeof(*table->blocks)
                    + table->bucket_count * sizeof(*table->buckets);
    return table;
}

void knowledge_table_free(struct knowledge_table *table)
{
    if (table == NULL)
        return;
    for (uint32_t i = 0; table->blocks != NULL && i < blocks_max(&table->options); i++)
        free(table->blocks[i]);
    free(table->blocks);
    region_free(table->rare, table->options.records_max * table->options.rare_size);
    free(table->buckets);
    free(table->door);
    free(table);
}

static struct link *link_at(const struct knowledge_table *table, uint32_t place)
{
    return (struct link *)(void *)(table->blocks[place / BLOCK_RECORDS]
                                   + place % BLOCK_RECORDS * table->stride);
}

void *knowledge_table_at(const struct knowledge_table *table, uint32_t place)
{
    return link_at(table, place) + 1;
}

/* With a size that the compiler knows, no loop is left of it: those of the tables that every
 * handshake asks. */
static uint32_t sum_of(const struct knowledge_table *table, const void *key)
{
    switch (table->options.key_size) {
    case KNOWLEDGE_CLIENT_KEY:
        return table_hash(&table->hash, key, KNOWLEDGE_CLIENT_KEY);
    case KNOWLEDGE_ADDRESS_KEY:
        return table_hash(&table->hash, key, KNOWLEDGE_ADDRESS_KEY);
    case KNOWLEDGE_NAME_KEY:
        return table_hash(&table->hash, key, KNOWLEDGE_NAME_KEY);
    default:
        return table_hash(&table->hash, key, table->options.key_size);
    }
}

static uint32_t hash_of(const struct knowledge_table *table, const void *key)
{
    return sum_of(table, key) & UINT32_MAX >> 1;
}

static struct bucket *bucket_of(const struct knowledge_table *table, uint32_t hash)
{
    return &table->buckets[hash & (table->bucket_count - 1)];
}

/* Take a record out of the order of use. */
static void unlink_use(struct knowledge_table *table, uint32_t place)
{
    const struct link *link = link_at(table, place);

    if (link->newer != NONE)
        link_at(table, link->newer)->older = link->older;
    else
        table->newest = link->older;
    if (link->older != NONE)
        link_at(table, link->older)->newer = link->newer;
    else
        table->oldest = link->newer;
}

static void link_newest(struct knowledge_table *table, uint32_t place)
{
    struct link *link = link_at(table, place);

    link->newer = NONE;
    link->older = table->newest;
    if (table->newest != NONE)
        link_at(table, table->newest)->newer = place;
    table->newest = place;
    if (table->oldest == NONE)
        table->oldest = place;
}

static bool is_at(const struct knowledge_table *table, uint32_t place, const void *key,
                  uint32_t hash)
{
    return link_at(table, place)->hash == hash
           && memcmp(knowledge_table_at(table, place), key, table->options.key_size) == 0;
}

static uint32_t mark_of(uint32_t hash)
{
    return UINT32_C(1) << (hash >> 26 & 31);
}

static void *find(struct knowledge_table *table, const void *key, uint32_t hash)
{
    const struct bucket *bucket = bucket_of(table, hash);
    uint32_t place = bucket->first;

    if ((bucket->marks & mark_of(hash)) == 0)
        return NULL;
    while (place != NONE && !is_at(table, place, key, hash))
        place = link_at(table, place)->next;
    if (place == NONE)
        return NULL;
    link_at(table, place)->was_used = true;
    return knowledge_table_at(table, place);
}

void *knowledge_table_find(struct knowledge_table *table, const void *key)
{
    return find(table, key, hash_of(table, key));
}

/* Make sure that there is room for second parts, most of which are never written. */
static bool have_rare(struct knowledge_table *table)
{
    size_t octets = table->options.records_max * table->options.rare_size;

    if (octets > 0 && table->rare == NULL)
        table->rare = region_new_sparse(octets);
    return octets == 0 || table->rare != NULL;
}

/* Make sure that the block of the next record is there. */
static bool grow(struct knowledge_table *table)
{
    uint8_t **slot = &table->blocks[table->count / BLOCK_RECORDS];
    const uint32_t left = table->options.records_max - table->count;
    const uint32_t records = left < BLOCK_RECORDS ? left : BLOCK_RECORDS;
    const size_t octets = records * table->stride;

    if (*slot != NULL)
        return true;
    if (have_rare(table))
        *slot = aligned_alloc(FETCH_LINE, octets);
    if (*slot == NULL)
        return false;
    table->memory += octets + records * table->options.rare_size;
    return true;
}

static void unlink_bucket(struct knowledge_table *table, uint32_t place)
{
    struct bucket *bucket = bucket_of(table, link_at(table, place)->hash);
    uint32_t *slot = &bucket->first;

    bucket->marks = 0;
    while (*slot != NONE) {
        struct link *link = link_at(table, *slot);

        if (*slot == place) {
            *slot = link->next;
            continue;
        }
        bucket->marks |= mark_of(link->hash);
        slot = &link->next;
    }
}

/* Give the record at the end of the order of use its place there. Done only when somebody asks who
 * that is: to move it each time it is used would touch its neighbours, far off in memory. */
static bool move_used(struct knowledge_table *table, uint32_t place)
{
    struct link *link = link_at(table, place);

    if (!link->was_used)
        return false;
    link->was_used = false;
    if (place != table->newest) {
        unlink_use(table, place);
        link_newest(table, place);
    }
    return true;
}

/* Give the record at the end of the order of use, which was not used, a new place all the same. */
static bool spare(struct knowledge_table *table, uint32_t place)
{
    if (table->options.is_spared == NULL || table->spares == 0
        || !table->options.is_spared(knowledge_table_at(table, place)))
        return false;
    table->spares--;
    link_at(table, place)->was_used = true;
    return move_used(table, place);
}

static bool may_evict(const struct knowledge_table *table, uint32_t place)
{
    return table->options.evict == NULL
           || table->options.evict(table->options.context, knowledge_table_at(table, place));
}

void knowledge_table_set_rare(const struct knowledge_table *table, void *record, void *rare)
{
    if (table->options.rare_size > 0)
        memcpy((uint8_t *)record + table->options.rare_offset, &rare, sizeof(rare));
}

static void *rare_of(const struct knowledge_table *table, const void *record)
{
    void *rare;

    memcpy(&rare, (const uint8_t *)record + table->options.rare_offset, sizeof(rare));
    return rare;
}

static void link_rare(struct knowledge_table *table, uint32_t place)
{
    if (table->options.rare_size > 0)
        knowledge_table_set_rare(table, knowledge_table_at(table, place),
                                 table->rare + place * table->options.rare_size);
}

/* The place of a record that may make room; NONE: there is none, or none of those asked may. */
static uint32_t find_oldest(struct knowledge_table *table)
{
    for (unsigned asked = 0; asked < ASKED_MAX && table->oldest != NONE; asked++) {
        while (move_used(table, table->oldest) || spare(table, table->oldest))
            ;
        if (may_evict(table, table->oldest))
            return table->oldest;
        link_at(table, table->oldest)->was_used = true; /* the next one is asked first */
    }
    return NONE;
}

/* A place for a new record, NONE: no memory and nothing to evict. */
static uint32_t take_place(struct knowledge_table *table)
{
    uint32_t place;

    if (table->count < table->options.records_max && grow(table))
        return table->count++;
    place = find_oldest(table);
    if (place == NONE) {
        table->refusals++;
        return NONE;
    }
    table->evictions++;
    unlink_bucket(table, place);
    unlink_use(table, place);
    if (table->options.records_max - table->spares >= SPARES_EACH)
        table->spares += SPARES_EACH;
    return place;
}

static void *add(struct knowledge_table *table, const void *key, uint32_t hash)
{
    struct bucket *bucket = bucket_of(table, hash);
    uint32_t place = take_place(table);
    uint8_t *record;

    if (place == NONE)
        return NULL;
    record = knowledge_table_at(table, place);
    memset(record, 0, table->options.clear_size);
    memcpy(record, key, table->options.key_size);
    link_rare(table, place);
    *link_at(table, place) = (struct link){.hash = hash & UINT32_MAX >> 1, .next = bucket->first};
    bucket->first = place;
    bucket->marks |= mark_of(hash);
    link_newest(table, place);
    return record;
}

void knowledge_table_copy(const struct knowledge_table *table, void *record, const void *other)
{
    const size_t rare_size = table->options.rare_size;
    void *rare = rare_size > 0 ? rare_of(table, record) : NULL;

    memcpy(record, other, table->options.record_size);
    if (rare_size == 0)
        return;
    /* Where both are zero, as in most records, it goes on taking no memory. */
    if (memcmp(rare, rare_of(table, other), rare_size) != 0)
        memcpy(rare, rare_of(table, other), rare_size);
    knowledge_table_set_rare(table, record, rare);
}

/* Fibonacci hashing, to 31 bits. */
static uint64_t spread_of(uint32_t hash)
{
    return hash * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static uint64_t *door_word(const struct knowledge_table *table, uint64_t spread)
{
    return &table->door[spread >> 18 & (DOOR_WORDS - 1)];
}

/* Three bits of one word, which may coincide. */
static uint64_t door_bits(uint64_t spread)
{
    return UINT64_C(1) << (spread & 63) | UINT64_C(1) << (spread >> 6 & 63)
           | UINT64_C(1) << (spread >> 12 & 63);
}

/* Whether the key came before, as far as is remembered (B. Bloom, 1970; F. Putze et al., "Cache-,
 * hash- and space-efficient Bloom filters", 2007): when half of the bits are set, all is forgotten.
 * Until then one in eight is taken for one that came before, on average one in thirty. */
static bool has_come_before(struct knowledge_table *table, uint32_t hash)
{
    uint64_t spread = spread_of(hash);
    uint64_t *word = door_word(table, spread);
    uint64_t missing = door_bits(spread) & ~*word;

    if (missing == 0)
        return true;
    if (table->door_count >= DOOR_BITS / 2) {
        memset(table->door, 0, DOOR_WORDS * sizeof(*table->door));
        table->door_count = 0;
        missing = door_bits(spread);
    }
    *word |= missing;
    for (; missing != 0; missing &= missing - 1)
        table->door_count++;
    return false;
}

static bool open_door(struct knowledge_table *table)
{
    if (table->door != NULL)
        return true;
    table->door = calloc(DOOR_WORDS, sizeof(*table->door));
    if (table->door != NULL)
        table->memory += DOOR_WORDS * sizeof(*table->door);
    return table->door != NULL;
}

/* Whether a new record costs an old one. */
static bool is_full(const struct knowledge_table *table)
{
    return table->count == table->options.records_max;
}

void *knowledge_table_get_expected(struct knowledge_table *table, const void *key, uint32_t hash,
                                   bool may_wait)
{
    void *record = find(table, key, hash);

    if (record != NULL)
        return record;
    if (may_wait && is_full(table) && open_door(table) && !has_come_before(table, hash)) {
        table->evictions++; /* what is not kept is counted like what is forgotten */
        return NULL;
    }
    return add(table, key, hash);
}

void *knowledge_table_get(struct knowledge_table *table, const void *key)
{
    return knowledge_table_get_expected(table, key, hash_of(table, key), false);
}

void *knowledge_table_get_again(struct knowledge_table *table, const void *key)
{
    return knowledge_table_get_expected(table, key, hash_of(table, key), true);
}

uint32_t knowledge_table_expect(const struct knowledge_table *table, const void *key)
{
    uint32_t hash = hash_of(table, key);

    fetch(bucket_of(table, hash), sizeof(struct bucket));
    if (table->door != NULL)
        fetch(door_word(table, spread_of(hash)), sizeof(uint64_t));
    return hash;
}

void knowledge_table_approach(const struct knowledge_table *table, uint32_t hash)
{
    const struct bucket *bucket = bucket_of(table, hash);

    if ((bucket->marks & mark_of(hash)) == 0)
        return;
    fetch(link_at(table, bucket->first), table->stride < FETCHED_MAX ? table->stride : FETCHED_MAX);
}

uint32_t knowledge_table_count(const struct knowledge_table *table)
{
    return table->count;
}

uint32_t knowledge_table_oldest(struct knowledge_table *table)
{
    uint32_t last = table->newest;
    uint32_t next = table->oldest;

    for (uint32_t place = NONE; place != last;) {
        place = next;
        next = link_at(table, place)->newer;
        (void)move_used(table, place);
    }
    return table->oldest;
}

uint32_t knowledge_table_newer(const struct knowledge_table *table, uint32_t place)
{
    return link_at(table, place)->newer;
}

void knowledge_table_clear(struct knowledge_table *table)
{
    for (uint32_t i = 0; i < table->bucket_count; i++)
        table->buckets[i] = (struct bucket){.first = NONE};
    table->count = 0;
    table->newest = NONE;
    table->oldest = NONE;
    table->spares = table->options.records_max;
}

uint64_t knowledge_table_evictions(const struct knowledge_table *table)
{
    return table->evictions;
}

uint64_t knowledge_table_refusals(const struct knowledge_table *table)
{
    return table->refusals;
}

size_t knowledge_table_memory(const struct knowledge_table *table)
{
    return table->memory;
}
