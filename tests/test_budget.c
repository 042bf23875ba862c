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
    struct budget budget = {.limit = MEMORY, .spare_max = 1};
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

/* The next kind of block begins where the one before it ends. */
static void spare_blocks_stay_within_what_they_are_given(void)
{
    enum { LARGEST = 12288 }; /* of those that are ever spare */
    size_t one_of_each = 0;
    size_t octets = 0;

    while (octets < LARGEST) {
        struct budget budget = {.limit = MEMORY};
        void *block = budget_take_block(&budget, octets + 1);

        CU_ASSERT_PTR_NOT_NULL_FATAL(block);
        octets = budget.used;
        one_of_each += octets;
        budget_give_block(&budget, block, octets);
    }
    CU_ASSERT_EQUAL(budget_spare_within(one_of_each - 1), 0);
    CU_ASSERT_EQUAL(budget_spare_within(one_of_each), 1);
    CU_ASSERT_EQUAL(budget_spare_within(one_of_each * 100), 100);
    CU_ASSERT_EQUAL(budget_spare_within(SIZE_MAX), UINT16_MAX);
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
        CU_TEST_INFO_NULL,
    };

    return suite_run("budget", tests);
}
