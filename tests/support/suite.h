/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite.h -- run one table of tests as a program. */
#ifndef TLSWHY_TESTS_SUPPORT_SUITE_H
#define TLSWHY_TESTS_SUPPORT_SUITE_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdlib.h>

/* Run the tests of a module. Returns the exit status. */
static inline int suite_run(const char *name, CU_TestInfo *tests)
{
    CU_SuiteInfo suites[] = {
        {.pName = name, .pTests = tests},
        CU_SUITE_INFO_NULL,
    };
    unsigned failures;

    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
