/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/flow.h"
#include "tests/support/segments.h"
#include "tests/support/suite.h"

static const uint64_t secret[2] = {3, 4};

enum { FLOWS_MAX = 300000 };

static struct flow_key key_number(uint32_t number)
{
    struct address client =
        address_v4(10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number);
    struct address server = address_v4(192, 0, 2, 1);
    struct flow_key key;

    (void)flow_key_of(&client, (uint16_t)(1024 + number % 7), &server, 443, &key);
    return key;
}

static uint32_t find(const struct flow_table *table, uint32_t number)
{
    struct flow_key key = key_number(number);

    return flow_find(table, &key, flow_hash(table, &key));
}

static uint32_t add(struct flow_table *table, uint32_t number)
{
    struct flow_key key = key_number(number);

    return flow_add(table, &key, flow_hash(table, &key), FLOW_DONE);
}

static void both_directions_have_one_key(void)
{
    struct address a = address_v4(192, 0, 2, 1);
    struct address b = address_v4(192, 0, 2, 2);
    struct flow_key there;
    struct flow_key back;

    CU_ASSERT_EQUAL(flow_key_of(&a, 443, &b, 40000, &there), 0);
    CU_ASSERT_EQUAL(flow_key_of(&b, 40000, &a, 443, &back), 1);
    CU_ASSERT_EQUAL(memcmp(&there, &back, sizeof(there)), 0);
    /* One address with itself: the ports decide. */
    CU_ASSERT_EQUAL(flow_key_of(&a, 443, &a, 40000, &there), 0);
    CU_ASSERT_EQUAL(flow_key_of(&a, 40000, &a, 443, &back), 1);
    CU_ASSERT_EQUAL(memcmp(&there, &back, sizeof(there)), 0);
}

/* All pairs of a few ends, the same one twice among them. */
static void ipv4_ends_have_the_key_of_their_mapped_form(void)
{
    static const uint8_t ends[][4] = {
        {192, 0, 2, 1}, {192, 0, 2, 2}, {1, 2, 0, 192}, {0, 0, 0, 0}, {255, 255, 255, 255}};
    static const uint16_t ports[] = {0, 443, 40000, 65535};
    enum { ENDS = 5, PORTS = 4, ALL = ENDS * PORTS };

    for (size_t i = 0; i < (size_t)ALL * ALL; i++) {
        const uint8_t *source = ends[i % ENDS];
        const uint8_t *destination = ends[i / ALL % ENDS];
        uint16_t source_port = ports[i / ENDS % PORTS];
        uint16_t destination_port = ports[i / ALL / ENDS];
        struct address mapped[2];
        struct flow_key key;
        struct flow_key of_mapped;
        unsigned half = flow_key_of_ipv4(source, source_port, destination, destination_port, &key);

        address_map_ipv4(&mapped[0], source);
        address_map_ipv4(&mapped[1], destination);
        CU_ASSERT_EQUAL(
            half, flow_key_of(&mapped[0], source_port, &mapped[1], destination_port, &of_mapped));
        CU_ASSERT_TRUE(flow_key_is(&key, &of_mapped));
        CU_ASSERT_EQUAL(memcmp(&key, &of_mapped, sizeof(key)), 0);
        CU_ASSERT_EQUAL(memcmp(&key.address[half], &mapped[0], sizeof(mapped[0])), 0);
        CU_ASSERT_EQUAL(key.port[half], source_port);
    }
}

static void keys_differ_in_each_octet(void)
{
    const struct flow_key key = key_number(1);

    for (size_t i = 0; i < sizeof(key); i++) {
        struct flow_key other = key;

        CU_ASSERT_TRUE(flow_key_is(&key, &other));
        ((uint8_t *)&other)[i] ^= 1;
        CU_ASSERT_FALSE(flow_key_is(&key, &other));
    }
}

/* What is left out of the hash of IPv4 addresses changes nothing. */
static void the_hash_of_ipv4_is_that_of_any_key(void)
{
    struct flow_table table;

    CU_ASSERT_TRUE_FATAL(flow_table_init(&table, secret, FLOWS_MAX));
    for (uint32_t number = 0; number < 100; number++) {
        struct flow_key key = key_number(number * 2654435761u);

        key.address[number % 2].octets[12] = (uint8_t)(number * 37);
        key.port[number % 2] = (uint16_t)(number * 40503);
        CU_ASSERT_EQUAL(flow_hash(&table, &key), flow_hash_any(&table, &key));
        key.address[0].octets[number % 12] ^= 1; /* not IPv4 any more */
        CU_ASSERT_EQUAL(flow_hash(&table, &key), flow_hash_any(&table, &key));
    }
    flow_table_clear(&table);
}

static void the_hash_depends_on_the_secret_and_each_part(void)
{
    static const uint64_t other[2] = {3, 5};
    struct flow_table table;
    struct flow_table table2;
    struct flow_key key = key_number(1);
    uint32_t hash;

    CU_ASSERT_TRUE_FATAL(flow_table_init(&table, secret, FLOWS_MAX));
    CU_ASSERT_TRUE_FATAL(flow_table_init(&table2, other, FLOWS_MAX));
    hash = flow_hash(&table, &key);
    CU_ASSERT_NOT_EQUAL(flow_hash(&table2, &key), hash);
    key.port[0] ^= 1;
    CU_ASSERT_NOT_EQUAL(flow_hash(&table, &key), hash);
    key.port[0] ^= 1;
    key.address[0].octets[15] ^= 1;
    CU_ASSERT_NOT_EQUAL(flow_hash(&table, &key), hash);
    key.address[0].octets[15] ^= 1;
    key.address[1].octets[0] ^= 1; /* not IPv4 any more */
    CU_ASSERT_NOT_EQUAL(flow_hash(&table, &key), hash);
    flow_table_clear(&table);
    flow_table_clear(&table2);
}

/* Keys as they come: the ports of a client, the addresses of a network, IPv6 likewise. */
static struct flow_key regular_key(unsigned kind, uint32_t number)
{
    struct flow_key key = key_number(0);

    key.port[1] = kind == 0 ? (uint16_t)number : 443;
    if (kind == 2)
        key.address[1] = (struct address){{0x20, 0x01, 0x0d, 0xb8}};
    if (kind > 0) {
        key.address[1].octets[14] = (uint8_t)(number >> 8);
        key.address[1].octets[15] = (uint8_t)number;
    }
    return key;
}

/* The greatest number of COUNT hashes that agree in some of their bits, a thousand combinations. */
static uint32_t most_alike(const struct flow_table *table, unsigned kind, unsigned shift)
{
    enum { COUNT = 16384, PLACES = 1024 };
    uint32_t places[PLACES] = {0};
    uint32_t most = 0;

    for (uint32_t i = 0; i < COUNT; i++) {
        struct flow_key key = regular_key(kind, i);
        uint32_t *place = &places[flow_hash(table, &key) >> shift & (PLACES - 1)];

        if (++*place > most)
            most = *place;
    }
    return most;
}

/* 16 of a place on the average; more than 45 of a random hash once in a million tables or so. */
static void hashes_of_regular_keys_are_spread(void)
{
    for (uint64_t seed = 0; seed < 32; seed++) {
        const uint64_t hash_key[2] = {seed, 1};
        struct flow_table table;

        CU_ASSERT_TRUE_FATAL(flow_table_init(&table, hash_key, FLOWS_MAX));
        for (unsigned kind = 0; kind < 3; kind++) {
            CU_ASSERT_TRUE(most_alike(&table, kind, 0) <= 45);  /* the slot */
            CU_ASSERT_TRUE(most_alike(&table, kind, 22) <= 45); /* the segment */
        }
        flow_table_clear(&table);
    }
}

/* Grows over many segments, then loses two thirds at random places. */
static void what_was_added_is_found_until_it_is_removed(void)
{
    enum { COUNT = 100000 };
    struct flow_table table;
    uint32_t wrong = 0;

    CU_ASSERT_TRUE_FATAL(flow_table_init(&table, secret, FLOWS_MAX));
    for (uint32_t i = 0; i < COUNT; i++) {
        wrong += find(&table, i) != POOL_NONE;
        wrong += add(&table, i) == POOL_NONE;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        if (i % 3 != 0)
            flow_remove(&table, find(&table, i));
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t number = find(&table, i);
        struct flow_key key = key_number(i);

        wrong += (number == POOL_NONE) != (i % 3 != 0);
        if (number != POOL_NONE)
            wrong += memcmp(&flow_at(&table, number)->key, &key, sizeof(key)) != 0;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(table.flows.used, (COUNT + 2) / 3);
    CU_ASSERT_EQUAL(table.lists[FLOW_DONE].count, (COUNT + 2) / 3);
    flow_table_clear(&table);
}

static void a_flow_costs_what_the_header_says(void)
{
    struct flow_table table;
    size_t worst = 0;

    CU_ASSERT_TRUE_FATAL(flow_table_init(&table, secret, FLOWS_MAX));
    for (uint32_t i = 0; i < FLOWS_MAX; i++) {
        size_t each;

        (void)add(&table, i);
        each = (table.memory + pool_memory(&table.flows)) / (i + 1);
        if (i > 10000 && each > worst)
            worst = each;
    }
    CU_ASSERT(worst <= FLOW_COST);
    flow_table_clear(&table);
}

static void lists_keep_the_order_of_queuing(void)
{
    struct flow_table table;
    uint32_t numbers[4];

    CU_ASSERT_TRUE_FATAL(flow_table_init(&table, secret, FLOWS_MAX));
    for (uint32_t i = 0; i < 4; i++)
        numbers[i] = add(&table, i);
    flow_queue(&table, numbers[1], FLOW_DONE);
    flow_queue(&table, numbers[0], FLOW_OVER);
    CU_ASSERT_EQUAL(table.lists[FLOW_DONE].oldest, numbers[2]);
    CU_ASSERT_EQUAL(table.lists[FLOW_DONE].newest, numbers[1]);
    CU_ASSERT_EQUAL(table.lists[FLOW_DONE].count, 3);
    CU_ASSERT_EQUAL(table.lists[FLOW_OVER].oldest, numbers[0]);
    flow_remove(&table, numbers[2]);
    CU_ASSERT_EQUAL(table.lists[FLOW_DONE].oldest, numbers[3]);
    flow_table_clear(&table);
}

static uint64_t rank(const void *context, const struct flow *flow)
{
    (void)context;
    return (uint64_t)flow->seen_ns;
}

static void a_list_is_sorted_by_rank(void)
{
    enum { COUNT = 1000 };
    struct flow_table table;
    int64_t before = -1;
    uint32_t count = 0;

    CU_ASSERT_TRUE_FATAL(flow_table_init(&table, secret, FLOWS_MAX));
    for (uint32_t i = 0; i < COUNT; i++)
        flow_at(&table, add(&table, i))->seen_ns = (int64_t)(i * 7919 % COUNT);
    flow_list_sort(&table, FLOW_DONE, rank, NULL);
    for (uint32_t n = table.lists[FLOW_DONE].oldest; n != POOL_NONE;
         n = flow_at(&table, n)->newer) {
        CU_ASSERT(flow_at(&table, n)->seen_ns > before);
        before = flow_at(&table, n)->seen_ns;
        count++;
    }
    CU_ASSERT_EQUAL(count, COUNT);
    CU_ASSERT_EQUAL(table.lists[FLOW_DONE].count, COUNT);
    flow_table_clear(&table);
}

static void pool_objects_are_used_again(void)
{
    struct pool pool;
    uint32_t numbers[100];

    pool_init(&pool, 24, 100);
    for (int i = 0; i < 100; i++) {
        numbers[i] = pool_take(&pool);
        memset(pool_at(&pool, numbers[i]), i, 24);
    }
    for (int i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(*(const uint8_t *)pool_at(&pool, numbers[i]), i);
    CU_ASSERT_EQUAL(pool_take(&pool), POOL_NONE);
    for (int i = 0; i < 100; i++)
        pool_give(&pool, numbers[i]);
    CU_ASSERT_EQUAL(pool.used, 0);
    for (int i = 0; i < 100; i++)
        CU_ASSERT(pool_take(&pool) < 100);
    CU_ASSERT_EQUAL(pool_memory(&pool), (size_t)100 * 24);
    pool_clear(&pool);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"both directions have one key", both_directions_have_one_key},
        {"IPv4 ends have the key of their mapped form",
         ipv4_ends_have_the_key_of_their_mapped_form},
        {"keys differ in each octet", keys_differ_in_each_octet},
        {"the hash of IPv4 is that of any key", the_hash_of_ipv4_is_that_of_any_key},
        {"the hash depends on the secret and each part",
         the_hash_depends_on_the_secret_and_each_part},
        {"hashes of regular keys are spread", hashes_of_regular_keys_are_spread},
        {"what was added is found until it is removed",
         what_was_added_is_found_until_it_is_removed},
        {"a flow costs what the header says", a_flow_costs_what_the_header_says},
        {"lists keep the order of queuing", lists_keep_the_order_of_queuing},
        {"a list is sorted by rank", a_list_is_sorted_by_rank},
        {"pool objects are used again", pool_objects_are_used_again},
        CU_TEST_INFO_NULL,
    };

    return suite_run("flow", tests);
}
