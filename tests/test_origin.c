/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/origin.h"
#include "tests/support/suite.h"

#include <string.h>

/* As "path 12", or "-". */
static void check(const struct origins *origins, uint64_t packet, const char *path,
                  uint64_t in_file)
{
    struct origin origin = {.path = "-"};
    bool is_known = origins_find(origins, packet, &origin);

    CU_ASSERT_EQUAL(is_known, path != NULL);
    if (!is_known)
        return;
    CU_ASSERT_STRING_EQUAL(origin.path, path);
    CU_ASSERT_EQUAL(origin.packet, in_file);
}

static void a_packet_is_of_the_file_noted_last_before_it(void)
{
    struct origins *origins = origins_new();

    CU_ASSERT_PTR_NOT_NULL_FATAL(origins);
    check(origins, 1, NULL, 0);
    origins_note(origins, 1, "a", 1);
    origins_note(origins, 4, "b", 1);
    origins_note(origins, 6, "a", 4);
    check(origins, 1, "a", 1);
    check(origins, 3, "a", 3);
    check(origins, 4, "b", 1);
    check(origins, 5, "b", 2);
    check(origins, 1000, "a", 998);
    origins_free(origins);
    check(NULL, 1, NULL, 0);
}

static void what_is_beyond_the_limit_is_not_known(void)
{
    struct origins *origins = origins_new();

    CU_ASSERT_PTR_NOT_NULL_FATAL(origins);
    for (uint64_t i = 0; i < ORIGINS_MAX + 2; i++)
        origins_note(origins, 10 * i + 1, i % 2 == 0 ? "a" : "b", 5 * i + 1);
    check(origins, 12, "b", 7);
    check(origins, UINT64_C(10) * (ORIGINS_MAX - 2) + 10, "a",
          UINT64_C(5) * (ORIGINS_MAX - 2) + 10);
    check(origins, UINT64_C(10) * (ORIGINS_MAX - 1) + 1, NULL, 0);
    check(origins, UINT64_C(10) * (ORIGINS_MAX + 1) + 1, NULL, 0);
    origins_free(origins);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a packet is of the file noted last before it",
         a_packet_is_of_the_file_noted_last_before_it},
        {"what is beyond the limit is not known", what_is_beyond_the_limit_is_not_known},
        CU_TEST_INFO_NULL,
    };

    return suite_run("origin", tests);
}
