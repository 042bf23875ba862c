/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/distinct.h"

#include "tests/support/suite.h"

/* Things are their numbers; each is added twice. */
static void add_range(struct distinct *distinct, uint32_t first, uint32_t count)
{
    for (uint32_t number = first; number < first + count; number++)
        for (int i = 0; i < 2; i++)
            CU_ASSERT_TRUE(distinct_add(distinct, distinct_hash(&number, sizeof(number))));
}

static void few_are_counted_exactly(void)
{
    struct distinct distinct = {0};

    CU_ASSERT_EQUAL(distinct_count(&distinct), 0);
    for (uint32_t number = 0; number < DISTINCT_HASHES_MAX; number++) {
        add_range(&distinct, number, 1);
        CU_ASSERT_EQUAL(distinct_count(&distinct), number + 1);
        CU_ASSERT_FALSE(distinct.has_more);
    }
    add_range(&distinct, DISTINCT_HASHES_MAX, 1);
    CU_ASSERT_TRUE(distinct.has_more);
    CU_ASSERT_EQUAL(distinct.count, DISTINCT_HASHES_MAX);
    distinct_release(&distinct);
}

/* Three times the standard error that the header promises. */
static void many_are_estimated(void)
{
    for (uint32_t count = 200; count <= 200000; count *= 10) {
        struct distinct distinct = {0};
        double off;

        add_range(&distinct, count, count);
        off = ((double)distinct_count(&distinct) - count) / count;
        CU_ASSERT_TRUE(off > -0.27 && off < 0.27);
        distinct_release(&distinct);
    }
}

static void the_order_of_adding_makes_no_difference(void)
{
    struct distinct up = {0};
    struct distinct down = {0};

    add_range(&up, 0, 1000);
    for (uint32_t number = 1000; number-- > 0;)
        add_range(&down, number, 1);
    CU_ASSERT_EQUAL(up.count, down.count);
    CU_ASSERT_EQUAL(memcmp(up.hashes, down.hashes, up.count * sizeof(up.hashes[0])), 0);
    for (size_t i = 1; i < up.count; i++)
        CU_ASSERT_TRUE(up.hashes[i] > up.hashes[i - 1]);
    distinct_release(&up);
    distinct_release(&down);
}

/* Whoever chooses addresses for it can make it wrong, and nothing worse. */
static void chosen_hashes_make_a_large_number_only(void)
{
    struct distinct distinct = {0};

    for (uint64_t hash = 0; hash < UINT64_C(2) * DISTINCT_HASHES_MAX; hash++)
        CU_ASSERT_TRUE(distinct_add(&distinct, hash));
    CU_ASSERT_EQUAL(distinct_count(&distinct), UINT32_MAX);
    distinct_release(&distinct);
    CU_ASSERT_EQUAL(distinct.count, 0);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"few are counted exactly", few_are_counted_exactly},
        {"many are estimated", many_are_estimated},
        {"the order of adding makes no difference", the_order_of_adding_makes_no_difference},
        {"chosen hashes make a large number only", chosen_hashes_make_a_large_number_only},
        CU_TEST_INFO_NULL,
    };

    return suite_run("distinct", tests);
}
