/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/host_name.h"
#include "tests/support/wire.h"

static void what_is_no_host_name_is_told(void)
{
    static const struct {
        const char *name;
        const char *says; /* part of it; NULL: nothing is odd */
    } rows[] = {
        {"", NULL},
        {"a", NULL},
        {"localhost", NULL},
        {"www.Example.test", NULL},
        {"xn--bcher-kva.example.test", NULL},
        {"a--b.example.test", NULL},
        {"192.0.2.1", NULL},
        {"my_host.example.test", "other characters"},
        {"www.example.test:443", "other characters"},
        {"b\xc3\xbc"
         "cher.example.test",
         "other characters"},
        {"www.example.test.", "ends with a dot"},
        {".", "ends with a dot"},
        {"www..example.test", "label"},
        {".example.test", "label"},
        {"-www.example.test", "label"},
        {"www-.example.test", "label"},
        {"www.-example.test", "label"},
        {"www.example.test-", "label"},
        {"-", "label"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *oddity = host_name_oddity(bytes_of(rows[i].name, strlen(rows[i].name)));

        bool is_told = rows[i].says == NULL
                           ? oddity == NULL
                           : oddity != NULL && strstr(oddity, rows[i].says) != NULL;

        if (!is_told)
            fprintf(stderr, "%s: %s\n", rows[i].name, oddity != NULL ? oddity : "nothing odd");
        CU_ASSERT_TRUE(is_told);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what is no host name is told", what_is_no_host_name_is_told},
        CU_TEST_INFO_NULL,
    };

    return suite_run("host names", tests);
}
