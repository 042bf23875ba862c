/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/flow.h"

#include <stdlib.h>

#include "capture/fetch.h"

enum {
    PAGE_BITS = 10,
    PAGE_SLOTS = 1 << PAGE_BITS,
    PAGE_FULL = PAGE_SLOTS * 4 / 5, /* split from here on: probing stays short */
    DEPTH_MAX = 32 - PAGE_BITS      /* what is left of the hash to choose a page by */
};

struct flow_slot {
    uint32_t hash;
    uint32_t number_1; /* of the flow, plus 1; 0: an empty slot */
};

/* The upper bits of a hash choose the page, the lower ones the slot from which
 * on the flow is looked for. */
struct flow_page {
    uint32_t depth; /* upper bits that all of its hashes have in common */
    uint32_t used;
    struct flow_slot slots[PAGE_SLOTS];
};

_Static_assert(sizeof(struct flow_key) == 36, "the key has no padding: it is compared as octets");
_Static_assert(sizeof(struct flow) == 64, "a flow is one cache line");

/* Upper bits of a hash that choose an entry of the directory. */
static uint32_t depth_of(const struct flow_table *table)
{
    return 32 - table->shift;
}

static struct flow_page *page_of(const struct flow_table *table, uint32_t hash)
{
    return table->directory[(uint64_t)hash >> table->shift];
}

enum {
    /* Words of 32 bits of a key. */
    WORD_MAPPED = 2, /* of the first address: 0xffff0000, if it is of IPv4 */
    WORD_IPV4 = 3,
    WORDS_ADDRESS = 4,
    WORD_PORTS = 8
};

/* The sum of a key of IPv4 addresses, solved for what differs among them: table_hash_sum multiplies
 * words in pairs, of which one is known, or is the last one, whose partner is 0. */
static struct flow_hash_ipv4 solve_ipv4(const struct table_hash *hash)
{
    static const uint8_t mapped[4] = {[2] = 0xff, [3] = 0xff};
    const uint64_t *keys = &hash->keys[1]; /* one for each word */
    struct flow_hash_ipv4 ipv4 = {
        .sum = hash->keys[0] + keys[WORD_PORTS] * keys[WORD_PORTS + 1],
        .ports = keys[WORD_PORTS + 1],
    };

    for (unsigned i = 0; i < 2; i++) {
        const uint64_t *words = keys + (size_t)i * WORDS_ADDRESS;

        ipv4.address[i] = words[WORD_MAPPED] + siphash_load(mapped, sizeof(mapped));
        ipv4.sum += words[0] * words[1] + ipv4.address[i] * words[WORD_IPV4];
    }
    return ipv4;
}

uint32_t flow_hash_any(const struct flow_table *table, const struct flow_key *key)
{
    return flow_hash_mix(table_hash_sum(&table->hash, (const uint8_t *)key, sizeof(*key)));
}

static void clear_lists(struct flow_table *table)
{
    for (int i = 0; i < FLOW_STATES; i++)
        table->lists[i] = (struct flow_list){.oldest = POOL_NONE, .newest = POOL_NONE};
}

bool flow_table_init(struct flow_table *table, const uint64_t hash_key[2], uint32_t max)
{
    *table = (struct flow_table){.hash = table_hash_of(hash_key)};
    table->hash_ipv4 = solve_ipv4(&table->hash);
    table->shift = 32;
    pool_init(&table->flows, sizeof(struct flow), max);
    clear_lists(table);
    table->directory = malloc(sizeof(*table->directory));
    if (table->directory == NULL)
        return false;
    table->directory[0] = calloc(1, sizeof(struct flow_page));
    if (table->directory[0] == NULL) {
        free(table->directory);
        table->directory = NULL;
        return false;
    }
    table->memory = sizeof(*table->directory) + sizeof(struct flow_page);
    return true;
}

void flow_table_clear(struct flow_table *table)
{
    uint32_t entries = 1u << depth_of(table);

    if (table->directory == NULL)
        return;
    for (uint32_t i = 0; i < entries;) {
        uint32_t same = 1u << (depth_of(table) - table->directory[i]->depth);

        free(table->directory[i]);
        i += same;
    }
    free(table->directory);
    table->directory = NULL;
    table->memory = 0;
    pool_clear(&table->flows);
}

const struct flow_page *flow_fetch_slot(const struct flow_table *table, uint32_t hash)
{
    const struct flow_page *page = page_of(table, hash);

    fetch(&page->slots[hash % PAGE_SLOTS], 1);
    return page;
}

struct flow *flow_fetch(const struct flow_table *table, const struct flow_page *page, uint32_t hash)
{
    for (uint32_t i = hash;; i++) {
        const struct flow_slot *slot = &page->slots[i % PAGE_SLOTS];

        if (slot->number_1 == 0)
            return NULL;
        if (slot->hash == hash) {
            struct flow *flow = flow_at(table, slot->number_1 - 1);

            fetch(flow, sizeof(*flow));
            return flow;
        }
    }
}

uint32_t flow_find(const struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
    const struct flow_page *page = page_of(table, hash);

    for (uint32_t i = hash;; i++) {
        const struct flow_slot *slot = &page->slots[i % PAGE_SLOTS];

        if (slot->number_1 == 0)
            return POOL_NONE;
        if (slot->hash == hash && flow_key_is(&flow_at(table, slot->number_1 - 1)->key, key))
            return slot->number_1 - 1;
    }
}

/* The newest one stands where a search begins, as most segments are of the newest flows: the search
 * is over at once, and a processor guesses that it will be. The one that stood there is still
 * found: there is no empty slot between. */
static void page_insert(struct flow_page *page, struct flow_slot slot)
{
    struct flow_slot *first = &page->slots[slot.hash % PAGE_SLOTS];
    uint32_t i = slot.hash;

    while (page->slots[i % PAGE_SLOTS].number_1 != 0)
        i++;
    page->slots[i % PAGE_SLOTS] = *first;
    *first = slot;
    page->used++;
}

static bool double_directory(struct flow_table *table)
{
    size_t entries = (size_t)1 << depth_of(table);
    struct flow_page **directory;

    if (depth_of(table) >= DEPTH_MAX)
        return false;
    directory = malloc(2 * entries * sizeof(*directory));
    if (directory == NULL)
        return false;
    for (size_t i = 0; i < entries; i++)
        directory[2 * i] = directory[2 * i + 1] = table->directory[i];
    free(table->directory);
    table->directory = directory;
    table->shift--;
    table->memory += entries * sizeof(*directory);
    return true;
}

/* Distribute the flows of the page of hash over two. */
static bool split(struct flow_table *table, uint32_t hash)
{
    struct flow_page *lower = page_of(table, hash);
    struct flow_page *upper;
    struct flow_page before = *lower;
    uint32_t count;
    uint32_t first;

    if (lower->depth == depth_of(table) && !double_directory(table))
        return false;
    upper = calloc(1, sizeof(*upper));
    if (upper == NULL)
        return false;
    table->memory += sizeof(*upper);
    memset(lower, 0, sizeof(*lower));
    lower->depth = upper->depth = before.depth + 1;
    for (uint32_t i = PAGE_SLOTS; i-- > 0;) { /* which leaves those in front there */
        struct flow_slot slot = before.slots[i];
        bool in_upper = slot.hash >> (31 - before.depth) & 1;

        if (slot.number_1 != 0)
            page_insert(in_upper ? upper : lower, slot);
    }
    count = 1u << (depth_of(table) - lower->depth);
    first = (uint32_t)((uint64_t)hash >> table->shift) & ~(2 * count - 1);
    for (uint32_t i = 0; i < count; i++)
        table->directory[first + count + i] = upper;
    return true;
}

static void list_append(struct flow_table *table, uint32_t number, enum flow_state state)
{
    struct flow_list *list = &table->lists[state];
    struct flow *flow = flow_at(table, number);

    flow->state = (uint8_t)state;
    flow->older = list->newest;
    flow->newer = POOL_NONE;
    if (list->newest != POOL_NONE)
        flow_at(table, list->newest)->newer = number;
    else
        list->oldest = number;
    list->newest = number;
    list->count++;
}

static void list_remove(struct flow_table *table, const struct flow *flow)
{
    struct flow_list *list = &table->lists[flow->state];

    if (flow->older != POOL_NONE)
        flow_at(table, flow->older)->newer = flow->newer;
    else
        list->oldest = flow->newer;
    if (flow->newer != POOL_NONE)
        flow_at(table, flow->newer)->older = flow->older;
    else
        list->newest = flow->older;
    list->count--;
}

void flow_queue(struct flow_table *table, uint32_t number, enum flow_state state)
{
    list_remove(table, flow_at(table, number));
    list_append(table, number, state);
}

uint32_t flow_add(struct flow_table *table, const struct flow_key *key, uint32_t hash,
                  enum flow_state state)
{
    uint32_t number;

    if (page_of(table, hash)->used >= PAGE_FULL)
        (void)split(table, hash);
    /* When memory is short a page may fill up, but for the slot that ends a search. */
    if (page_of(table, hash)->used >= PAGE_SLOTS - 1)
        return POOL_NONE;
    number = pool_take(&table->flows);
    if (number == POOL_NONE)
        return POOL_NONE;
    *flow_at(table, number) = (struct flow){.key = *key, .record = POOL_NONE};
    table->added++;
    list_append(table, number, state);
    page_insert(page_of(table, hash), (struct flow_slot){.hash = hash, .number_1 = number + 1});
    return number;
}

/* Empty slot i: those behind it that belong before the hole move up. */
static void page_remove(struct flow_page *page, uint32_t i)
{
    uint32_t hole = i % PAGE_SLOTS;

    for (uint32_t j = (hole + 1) % PAGE_SLOTS; page->slots[j].number_1 != 0;
         j = (j + 1) % PAGE_SLOTS) {
        uint32_t displaced = (j - page->slots[j].hash) % PAGE_SLOTS;

        if (displaced >= (j - hole) % PAGE_SLOTS) {
            page->slots[hole] = page->slots[j];
            hole = j;
        }
    }
    page->slots[hole] = (struct flow_slot){.number_1 = 0};
    page->used--;
}

void flow_remove(struct flow_table *table, uint32_t number)
{
    struct flow *flow = flow_at(table, number);
    uint32_t hash = flow_hash(table, &flow->key);
    struct flow_page *page = page_of(table, hash);
    uint32_t i = hash;

    while (page->slots[i % PAGE_SLOTS].number_1 != number + 1)
        i++;
    page_remove(page, i);
    list_remove(table, flow);
    flow->state = FLOW_NONE;
    pool_give(&table->flows, number);
}

void flow_remove_all(struct flow_table *table)
{
    uint32_t entries = 1u << depth_of(table);

    for (uint32_t i = 0; i < entries;) {
        struct flow_page *page = table->directory[i];

        page->used = 0;
        memset(page->slots, 0, sizeof(page->slots));
        i += 1u << (depth_of(table) - page->depth);
    }
    clear_lists(table);
    pool_clear(&table->flows);
}

/* A way to compare flows. */
struct ranking {
    const struct flow_table *table;
    uint64_t (*rank)(const void *context, const struct flow *flow);
    const void *context;
};

static uint64_t rank_of(const struct ranking *ranking, uint32_t number)
{
    return ranking->rank(ranking->context, flow_at(ranking->table, number));
}

/* Merge two chains (through newer) that are in order. */
static uint32_t merge(const struct ranking *ranking, uint32_t a, uint32_t b)
{
    uint32_t head = POOL_NONE;
    uint32_t *end = &head;

    while (a != POOL_NONE && b != POOL_NONE) {
        uint32_t *lower = rank_of(ranking, b) < rank_of(ranking, a) ? &b : &a;

        *end = *lower;
        end = &flow_at(ranking->table, *lower)->newer;
        *lower = *end;
    }
    *end = a != POOL_NONE ? a : b;
    return head;
}

/* Sort a chain. While it is taken apart, parts[i] holds none or 1 << i flows in order. */
static uint32_t sort(const struct ranking *ranking, uint32_t chain)
{
    enum { PARTS = 32 };
    uint32_t parts[PARTS];
    uint32_t sorted = POOL_NONE;

    for (int i = 0; i < PARTS; i++)
        parts[i] = POOL_NONE;
    while (chain != POOL_NONE) {
        struct flow *flow = flow_at(ranking->table, chain);
        uint32_t part = chain;
        int i;

        chain = flow->newer;
        flow->newer = POOL_NONE;
        for (i = 0; i < PARTS - 1 && parts[i] != POOL_NONE; i++) {
            part = merge(ranking, parts[i], part);
            parts[i] = POOL_NONE;
        }
        parts[i] = part;
    }
    for (int i = 0; i < PARTS; i++)
        sorted = merge(ranking, parts[i], sorted);
    return sorted;
}

/* Lists are in the order of being queued: that of the beginnings, as a rule. */
static bool is_sorted(const struct ranking *ranking, uint32_t chain)
{
    uint64_t before = 0;

    for (; chain != POOL_NONE; chain = flow_at(ranking->table, chain)->newer) {
        uint64_t rank = rank_of(ranking, chain);

        if (rank < before)
            return false;
        before = rank;
    }
    return true;
}

void flow_list_sort(struct flow_table *table, enum flow_state state,
                    uint64_t (*rank)(const void *context, const struct flow *flow),
                    const void *context)
{
    const struct ranking ranking = {.table = table, .rank = rank, .context = context};
    uint32_t chain;

    if (is_sorted(&ranking, table->lists[state].oldest))
        return;
    chain = sort(&ranking, table->lists[state].oldest);
    table->lists[state] = (struct flow_list){.oldest = POOL_NONE, .newest = POOL_NONE};
    while (chain != POOL_NONE) {
        uint32_t next = flow_at(table, chain)->newer;

        list_append(table, chain, state);
        chain = next;
    }
}
