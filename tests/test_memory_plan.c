/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/suite.h"
#include "tools/tlswhy/memory_plan.h"

static size_t sum(const struct memory_plan *plan, size_t workers)
{
    return (plan->tables + plan->waiting) * workers + plan->knowledge + plan->state + plan->seen
           + plan->summary + plan->lines;
}

static void the_shares_of_all_workers_are_all_there_is(void)
{
    static const uint64_t sizes[] = {UINT64_C(8) << 20, (UINT64_C(8) << 20) + 7,
                                     UINT64_C(512) << 20, UINT64_C(64) << 40};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t workers = 1; workers <= 64; workers++) {
            const struct memory_plan plan = memory_plan_make(sizes[i], workers);

            CU_ASSERT_TRUE(sum(&plan, workers) <= sizes[i]);
            CU_ASSERT_TRUE(sum(&plan, workers) > sizes[i] - 2 * workers - 32);
        }
    }
}

static void tables_have_most(void)
{
    const struct memory_plan plan = memory_plan_make(UINT64_C(512) << 20, 1);

    CU_ASSERT_EQUAL(plan.tables, (size_t)256 << 20);
    CU_ASSERT_EQUAL(plan.waiting, (size_t)48 << 20);
    CU_ASSERT_EQUAL(plan.knowledge, (size_t)80 << 20);
    CU_ASSERT_EQUAL(plan.state, (size_t)16 << 20);
    CU_ASSERT_EQUAL(plan.seen, (size_t)48 << 20);
    CU_ASSERT_EQUAL(plan.summary, (size_t)16 << 20);
    CU_ASSERT_EQUAL(plan.lines, (size_t)48 << 20);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"the shares of all workers are all there is", the_shares_of_all_workers_are_all_there_is},
        {"tables have most", tables_have_most},
        CU_TEST_INFO_NULL,
    };

    return suite_run("memory_plan", tests);
}
