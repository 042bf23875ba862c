/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/fold.h"
#include "tests/support/suite.h"

static void capital_letters_alone_become_small(void)
{
    for (unsigned octet = 0; octet < 256; octet++)
        for (size_t at = 0; at < 11; at++) { /* eight at once, and what is left */
            uint8_t name[11] = {0};
            uint8_t folded[FOLD_ROOM];
            bool is_capital = octet >= 'A' && octet <= 'Z';

            name[at] = (uint8_t)octet;
            CU_ASSERT_EQUAL(fold_name(folded, bytes_of(name, sizeof(name))), sizeof(name));
            CU_ASSERT_EQUAL(folded[at], is_capital ? octet + ('a' - 'A') : octet);
            name[at] = folded[at];
            CU_ASSERT_EQUAL(memcmp(name, folded, sizeof(name)), 0);
        }
}

static void any_length_is_folded(void)
{
    static const char name[] = "WWW.Example.COM:[`{@Z";
    static const char small[] = "www.example.com:[`{@z";
    uint8_t folded[FOLD_ROOM];

    for (size_t length = 0; length < sizeof(name); length++) {
        CU_ASSERT_EQUAL(fold_name(folded, bytes_of(name, length)), length);
        CU_ASSERT_EQUAL(memcmp(folded, small, length), 0);
    }
}

static void a_name_that_is_too_long_is_cut(void)
{
    uint8_t name[FOLD_NAME_MAX + 1];
    uint8_t folded[FOLD_ROOM];

    memset(name, 'X', sizeof(name));
    CU_ASSERT_EQUAL(fold_name(folded, bytes_of(name, sizeof(name))), FOLD_NAME_MAX);
    CU_ASSERT_EQUAL(folded[FOLD_NAME_MAX - 1], 'x');
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"capital letters alone become small", capital_letters_alone_become_small},
        {"any length is folded", any_length_is_folded},
        {"a name that is too long is cut", a_name_that_is_too_long_is_cut},
        CU_TEST_INFO_NULL,
    };

    return suite_run("fold", tests);
}
