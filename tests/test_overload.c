/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/suite.h"
#include "tools/tlswhy/overload.h"

enum { STEP_MS = 250 };

static void without_a_sign_nothing_is_left_out(void)
{
    struct overload overload = {0};
    const struct overload_signs signs = {.lag_ms = OVERLOAD_LAG_MS};

    for (int64_t now_ms = 0; now_ms < 10000; now_ms += STEP_MS)
        CU_ASSERT_FALSE(overload_look(&overload, &signs, now_ms));
    CU_ASSERT_EQUAL(overload.level, CONNECTIONS_SHED_NOTHING);
}

static void drops_raise_the_level_step_by_step_up_to_the_last(void)
{
    static const enum connections_shed expected[] = {CONNECTIONS_SHED_MIDWAY,
                                                     CONNECTIONS_SHED_OTHERS, CONNECTIONS_SHED_NEW,
                                                     CONNECTIONS_SHED_NEW};
    struct overload overload = {0};
    struct overload_signs signs = {0};

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        signs.dropped += 7;
        CU_ASSERT_TRUE(overload_look(&overload, &signs, (int64_t)i * STEP_MS));
        CU_ASSERT_EQUAL(overload.level, expected[i]);
    }
}

static void drops_of_before_are_no_sign(void)
{
    struct overload overload = {0};
    const struct overload_signs signs = {.dropped = 100};

    CU_ASSERT_TRUE(overload_look(&overload, &signs, 0));
    CU_ASSERT_FALSE(overload_look(&overload, &signs, STEP_MS));
    CU_ASSERT_EQUAL(overload.level, CONNECTIONS_SHED_MIDWAY);
}

static void a_worker_that_lags_is_behind_before_it_drops(void)
{
    struct overload overload = {0};
    const struct overload_signs signs = {.lag_ms = OVERLOAD_LAG_MS + 1};

    CU_ASSERT_TRUE(overload_look(&overload, &signs, 0));
    CU_ASSERT_EQUAL(overload.level, CONNECTIONS_SHED_MIDWAY);
}

static void it_goes_down_one_step_after_each_time_of_calm(void)
{
    struct overload overload = {.level = CONNECTIONS_SHED_NEW, .worse_ms = 1000};
    const struct overload_signs signs = {0};

    overload_look(&overload, &signs, 1000 + OVERLOAD_CALM_MS - 1);
    CU_ASSERT_EQUAL(overload.level, CONNECTIONS_SHED_NEW);
    overload_look(&overload, &signs, 1000 + OVERLOAD_CALM_MS);
    CU_ASSERT_EQUAL(overload.level, CONNECTIONS_SHED_OTHERS);
    overload_look(&overload, &signs, 1000 + OVERLOAD_CALM_MS + STEP_MS);
    CU_ASSERT_EQUAL(overload.level, CONNECTIONS_SHED_OTHERS);
    overload_look(&overload, &signs, 1000 + 2 * OVERLOAD_CALM_MS);
    overload_look(&overload, &signs, 1000 + 3 * OVERLOAD_CALM_MS);
    CU_ASSERT_EQUAL(overload.level, CONNECTIONS_SHED_NOTHING);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"without a sign nothing is left out", without_a_sign_nothing_is_left_out},
        {"drops raise the level step by step up to the last",
         drops_raise_the_level_step_by_step_up_to_the_last},
        {"drops of before are no sign", drops_of_before_are_no_sign},
        {"a worker that lags is behind before it drops",
         a_worker_that_lags_is_behind_before_it_drops},
        {"it goes down one step after each time of calm",
         it_goes_down_one_step_after_each_time_of_calm},
        CU_TEST_INFO_NULL,
    };

    return suite_run("overload", tests);
}
