/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/half_opens.h"

#include "tests/support/segments.h"
#include "tests/support/suite.h"

enum { KEYS = 3000 };

/* The table, and what it should hold: numbers of keys in their order. */
struct model {
    struct half_opens table;
    uint32_t order[KEYS];
    uint32_t count;
    uint64_t packets;
    uint32_t state; /* of the random numbers */
};

static struct model *model_new(uint32_t max)
{
    struct model *model = calloc(1, sizeof(*model));

    if (model == NULL)
        abort();
    half_opens_init(&model->table, max);
    model->state = 1;
    return model;
}

static void model_free(struct model *model)
{
    half_opens_clear(&model->table);
    free(model);
}

static uint32_t random_below(struct model *model, uint32_t end)
{
    model->state = model->state * 1664525 + 1013904223;
    return (model->state >> 8) % end;
}

static struct flow_key key_of(uint32_t number)
{
    struct flow_key key;
    struct address client = address_v4(10, 0, (uint8_t)(number >> 8), (uint8_t)number);
    struct address server = address_v4(192, 0, 2, 1);

    (void)flow_key_of(&client, 1024, &server, 443, &key);
    return key;
}

/* Many keys share a hash, and many hashes a bucket. */
static uint32_t hash_of(uint32_t number)
{
    return number / 2 * 2654435761u;
}

static struct half_open *find(const struct model *model, uint32_t number)
{
    struct flow_key key = key_of(number);

    return half_opens_find(&model->table, &key, hash_of(number));
}

static bool add(struct model *model, uint32_t number)
{
    struct flow_key key = key_of(number);
    struct half_open *half_open = half_opens_add(&model->table, &key, hash_of(number));
    struct segment syn = {.flags = TCP_SYN, .sequence = number, .at.packet = ++model->packets};

    if (half_open == NULL)
        return false;
    half_open_begin(half_open, &syn);
    model->order[model->count++] = number;
    return true;
}

static void drop(struct model *model, uint32_t place)
{
    model->count--;
    memmove(&model->order[place], &model->order[place + 1],
            (model->count - place) * sizeof(model->order[0]));
}

static void remove_at(struct model *model, uint32_t place)
{
    half_opens_remove(&model->table, find(model, model->order[place]));
    drop(model, place);
}

static void queue(struct model *model)
{
    uint32_t oldest = model->order[0];

    half_opens_queue(&model->table);
    drop(model, 0);
    model->order[model->count++] = oldest;
}

static void check(const struct model *model)
{
    const struct half_open *oldest = half_opens_oldest(&model->table);
    uint32_t found = 0;

    CU_ASSERT_EQUAL(model->table.count, model->count);
    CU_ASSERT_EQUAL(oldest != NULL, model->count > 0);
    CU_ASSERT(oldest == NULL || oldest->isn == model->order[0]);
    for (uint32_t number = 0; number < KEYS; number++) {
        const struct half_open *half_open = find(model, number);

        found += half_open != NULL;
        CU_ASSERT(half_open == NULL || half_open->isn == number);
    }
    CU_ASSERT_EQUAL(found, model->count);
}

static void what_is_there_is_found_and_nothing_else(void)
{
    struct model *model = model_new(KEYS);

    for (uint32_t step = 0; step < 200000; step++) {
        uint32_t number = random_below(model, KEYS);
        uint32_t what = random_below(model, 8);

        if (what < 5 && find(model, number) == NULL)
            CU_ASSERT_TRUE(add(model, number));
        if (what == 5 && model->count > 0)
            queue(model);
        if (what > 5 && model->count > 0)
            remove_at(model, random_below(model, model->count));
        if (step % 20000 == 0)
            check(model);
    }
    check(model);
    model_free(model);
}

static void they_come_out_in_the_order_of_queueing(void)
{
    struct model *model = model_new(KEYS);

    for (uint32_t number = 0; number < KEYS; number++)
        CU_ASSERT_TRUE(add(model, number));
    for (uint32_t i = 0; i < KEYS / 2; i++)
        queue(model);
    while (model->count > 0) {
        CU_ASSERT_EQUAL(half_opens_oldest(&model->table)->isn, model->order[0]);
        remove_at(model, 0);
    }
    CU_ASSERT_PTR_NULL(half_opens_oldest(&model->table));
    model_free(model);
}

static void sorted_they_are_in_the_order_of_their_first_packets(void)
{
    struct model *model = model_new(KEYS);
    uint64_t before = 0;

    for (uint32_t number = 0; number < KEYS; number++)
        (void)add(model, number);
    for (uint32_t i = 0; i < KEYS / 3; i++)
        queue(model);
    remove_at(model, 7);
    half_opens_sort(&model->table);
    CU_ASSERT_EQUAL(model->table.count, KEYS - 1);
    while (half_opens_oldest(&model->table) != NULL) {
        struct half_open *oldest = half_opens_oldest(&model->table);

        CU_ASSERT(oldest->first.packet > before);
        before = oldest->first.packet;
        half_opens_remove(&model->table, oldest);
    }
    model_free(model);
}

/* Add so many of this hash, with numbers from the model's count of packets on. */
static void add_alike(struct model *model, uint32_t hash, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct segment syn = {.flags = TCP_SYN, .at.packet = ++model->packets};
        struct flow_key key = key_of((uint32_t)model->packets);
        struct half_open *half_open = half_opens_add(&model->table, &key, hash);

        CU_ASSERT_PTR_NOT_NULL_FATAL(half_open);
        half_open_begin(half_open, &syn);
    }
}

/* The first ones fill the part of the index that those behind them in the ring share with them:
 * in the order of the ring not all of them have a slot. */
static void sorted_none_is_left_out(void)
{
    enum {
        PROBED = 56, /* slots that are looked at for a hash */
        SHARED = 28, /* by hashes four buckets apart */
        OTHERS = 10
    };
    struct model *model = model_new(KEYS);
    uint32_t ended = 0;

    add_alike(model, 0, PROBED);
    add_alike(model, 4, SHARED);
    for (uint32_t i = 0; i < PROBED; i++)
        half_opens_remove(&model->table, half_opens_oldest(&model->table));
    add_alike(model, 0, PROBED);
    add_alike(model, 20, OTHERS);
    half_opens_oldest(&model->table)->first.packet = model->packets + 1;
    half_opens_sort(&model->table);
    CU_ASSERT_EQUAL(model->table.count, PROBED + SHARED + OTHERS);
    for (; half_opens_oldest(&model->table) != NULL; ended++)
        half_opens_remove(&model->table, half_opens_oldest(&model->table));
    CU_ASSERT_EQUAL(ended, PROBED + SHARED + OTHERS);
    CU_ASSERT_EQUAL(model->table.count, 0);
    model_free(model);
}

/* Nothing is added beyond the ceiling, and each costs what the header says at most. */
static void the_ceiling_is_kept(void)
{
    enum { MAX = 1000 };
    struct model *model = model_new(MAX);

    for (uint32_t number = 0; number < MAX; number++)
        CU_ASSERT_TRUE(add(model, number));
    CU_ASSERT_FALSE(add(model, MAX));
    CU_ASSERT(model->table.memory <= (size_t)MAX * HALF_OPENS_COST);
    for (uint32_t number = MAX; number < KEYS; number++) {
        remove_at(model, 0);
        CU_ASSERT_TRUE(add(model, number));
    }
    check(model);
    CU_ASSERT(model->table.memory <= (size_t)MAX * HALF_OPENS_COST);
    model_free(model);
}

/* The numbers that the table gives begin anew after 2^32. */
static void numbers_may_wrap(void)
{
    struct model *model = model_new(KEYS);

    CU_ASSERT_TRUE(add(model, 0));
    remove_at(model, 0);
    model->table.first = UINT32_MAX - KEYS;
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t number = 0; number < KEYS; number++)
            CU_ASSERT_TRUE(add(model, number));
        check(model);
        while (model->count > 0)
            remove_at(model, model->count > 1 ? random_below(model, 2) : 0);
    }
    model_free(model);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is there is found, and nothing else", what_is_there_is_found_and_nothing_else},
        {"they come out in the order of queueing", they_come_out_in_the_order_of_queueing},
        {"sorted they are in the order of their first packets",
         sorted_they_are_in_the_order_of_their_first_packets},
        {"sorted none is left out", sorted_none_is_left_out},
        {"the ceiling is kept", the_ceiling_is_kept},
        {"numbers may wrap", numbers_may_wrap},
        CU_TEST_INFO_NULL,
    };

    return suite_run("half_opens", tests);
}
