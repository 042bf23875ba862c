/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/budget.h"
#include "tests/support/suite.h"

enum { MEMORY = 1 << 20 };

/* Each size of block holds what it is for, and the next one begins where it ends. */
static void a_buffer_grows_by_half_at_most(void)
{
    struct budget budget = {.limit = MEMORY};

    for (size_t length = 1; length <= 10000; length++) {
        static const uint8_t octets[10000];
        struct buffer buffer = {0};

        CU_ASSERT_TRUE(buffer_append(&buffer, &budget, bytes_of(octets, length), sizeof(octets)));
        CU_ASSERT_TRUE(buffer.capacity >= length);
        CU_ASSERT_TRUE(buffer.capacity == BUFFER_FIRST_CAPACITY
                       || (size_t)buffer.capacity * 2 < length * 3);
        CU_ASSERT_EQUAL(budget.used, buffer.capacity);
        buffer_release(&buffer, &budget);
    }
    CU_ASSERT_EQUAL(budget.used, 0);
    budget_clear(&budget);
}

static void a_block_that_was_given_back_is_the_next_one_of_its_kind(void)
{
    struct budget budget = {.limit = MEMORY, .spare_max = 3072};
    void *first = budget_take_block(&budget, 3000);
    void *second = budget_take_block(&budget, 3000);

    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    budget_give_block(&budget, first, 3000);
    budget_give_block(&budget, second, 3000);
    CU_ASSERT_EQUAL(budget.used, 0);
    CU_ASSERT_PTR_EQUAL(budget_take_block(&budget, 2900), first);
    budget_give_block(&budget, first, 2900);
    budget_clear(&budget); /* the other was freed at once: a leak would be told */
}

static void a_block_above_the_limit_is_none(void)
{
    struct budget budget = {.limit = 4096};
    void *block = budget_take_block(&budget, 4096);

    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    CU_ASSERT_PTR_NULL(budget_take_block(&budget, 1));
    CU_ASSERT_EQUAL(budget.used, 4096);
    budget_give_block(&budget, block, 4096);
    CU_ASSERT_EQUAL(budget.peak, 4096);
    budget_clear(&budget);
}

static void spare_blocks_stay_within_what_they_are_given(void)
{
    enum { BLOCKS = 8, OCTETS = 4096 };
    struct budget budget = {.limit = MEMORY, .spare_max = (size_t)3 * OCTETS + 1};
    void *blocks[BLOCKS];

    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = budget_take_block(&budget, OCTETS);
        CU_ASSERT_PTR_NOT_NULL_FATAL(blocks[i]);
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        budget_give_block(&budget, blocks[i], OCTETS);
        CU_ASSERT_EQUAL(budget.spare_octets, (i < 3 ? i + 1 : 3) * OCTETS);
    }
    for (size_t i = 3; i > 0; i--)
        CU_ASSERT_PTR_EQUAL(budget_take_block(&budget, OCTETS), blocks[i - 1]);
    CU_ASSERT_EQUAL(budget.spare_octets, 0);
    for (size_t i = 0; i < 3; i++)
        budget_give_block(&budget, blocks[i], OCTETS);
    budget_clear(&budget);
    CU_ASSERT_EQUAL(budget.spare_octets, 0);
}

/* They would be there for nothing when the traffic is another one than before. */
static void what_is_spare_most_makes_room_for_another_kind(void)
{
    enum { LONG = 12288, SHORT = 512 };
    struct budget budget = {.limit = MEMORY, .spare_max = (size_t)2 * LONG};
    void *first = budget_take_block(&budget, LONG);
    void *second = budget_take_block(&budget, LONG);
    void *other = budget_take_block(&budget, SHORT);

    budget_give_block(&budget, first, LONG);
    budget_give_block(&budget, second, LONG);
    CU_ASSERT_EQUAL(budget.spare_octets, (size_t)2 * LONG);
    budget_give_block(&budget, other, SHORT);
    CU_ASSERT_EQUAL(budget.spare_octets, LONG + SHORT);
    CU_ASSERT_PTR_EQUAL(budget_take_block(&budget, SHORT), other);
    CU_ASSERT_PTR_EQUAL(budget_take_block(&budget, LONG), first);
    budget_give_block(&budget, first, LONG);
    budget_give_block(&budget, other, SHORT);
    budget_clear(&budget);
}

/* Not the one with the most blocks. */
static void the_kind_with_the_most_octets_makes_room(void)
{
    enum { LONG = 12288, MIDDLE = 4096, SHORT = 512, SHORT_COUNT = 8 };
    struct budget budget = {.limit = MEMORY, .spare_max = LONG + (size_t)SHORT_COUNT * SHORT};
    void *many[SHORT_COUNT];
    void *one = budget_take_block(&budget, LONG);
    void *other = budget_take_block(&budget, MIDDLE);

    for (size_t i = 0; i < SHORT_COUNT; i++)
        many[i] = budget_take_block(&budget, SHORT);
    for (size_t i = 0; i < SHORT_COUNT; i++)
        budget_give_block(&budget, many[i], SHORT);
    budget_give_block(&budget, one, LONG);
    budget_give_block(&budget, other, MIDDLE);
    CU_ASSERT_EQUAL(budget.spare_octets, (size_t)SHORT_COUNT * SHORT + MIDDLE);
    budget_clear(&budget);
}

static void what_is_too_long_to_be_spare_drives_out_nothing(void)
{
    enum { LONG = 12288, SHORT = 512 };
    struct budget budget = {.limit = MEMORY, .spare_max = LONG - 1};
    void *first = budget_take_block(&budget, SHORT);
    void *second = budget_take_block(&budget, LONG);

    budget_give_block(&budget, first, SHORT);
    budget_give_block(&budget, second, LONG);
    CU_ASSERT_EQUAL(budget.spare_octets, SHORT);
    budget_clear(&budget);
}

/* Blocks that are longer than any spare one, and a budget that keeps none. */
static void what_is_not_kept_is_freed(void)
{
    enum { LONG = 12289, SHORT = 512 };
    struct budget budget = {.limit = MEMORY, .spare_max = MEMORY};
    struct budget none = {.limit = MEMORY};

    budget_give_block(&budget, budget_take_block(&budget, LONG), LONG);
    CU_ASSERT_EQUAL(budget.spare_octets, 0);
    budget_give_block(&none, budget_take_block(&none, SHORT), SHORT);
    CU_ASSERT_EQUAL(none.spare_octets, 0); /* a leak would be told */
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a buffer grows by half at most", a_buffer_grows_by_half_at_most},
        {"a block that was given back is the next one of its kind",
         a_block_that_was_given_back_is_the_next_one_of_its_kind},
        {"a block above the limit is none", a_block_above_the_limit_is_none},
        {"spare blocks stay within what they are given",
         spare_blocks_stay_within_what_they_are_given},
        {"what is spare most makes room for another kind",
         what_is_spare_most_makes_room_for_another_kind},
        {"the kind with the most octets makes room", the_kind_with_the_most_octets_makes_room},
        {"what is too long to be spare drives out nothing",
         what_is_too_long_to_be_spare_drives_out_nothing},
        {"what is not kept is freed", what_is_not_kept_is_freed},
        CU_TEST_INFO_NULL,
    };

    return suite_run("budget", tests);
}
