/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/public_name.h"
#include "tests/support/wire.h"

static bool is_public(const char *name)
{
    return public_name_is(bytes_of(name, strlen(name)));
}

static void names_below_a_top_level_domain_are_public(void)
{
    static const char *const names[] = {"example.org", "www.example.co.uk", "WWW.EXAMPLE.COM",
                                        "a.xn--p1ai",  "example.org.",      "mail.example.de"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CU_ASSERT_TRUE(is_public(names[i]));
}

static void reserved_and_private_names_are_not(void)
{
    static const char *const names[] = {"www.lab.test", "printer.local", "nas.home.arpa",
                                        "db.internal",  "a.EXAMPLE",     "router.lan",
                                        "mail.corp",    "x.onion",       "www.lab.test."};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CU_ASSERT_FALSE(is_public(names[i]));
}

static void what_is_no_name_of_the_internet_is_not(void)
{
    static const char *const names[] = {"",  ".",          "localhost", "192.0.2.1", "2001:db8::1",
                                        "x", "example.o_", ".org",      "a.b",       "host.123"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CU_ASSERT_FALSE(is_public(names[i]));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"names below a top level domain are public", names_below_a_top_level_domain_are_public},
        {"reserved and private names are not", reserved_and_private_names_are_not},
        {"what is no name of the Internet is not", what_is_no_name_of_the_internet_is_not},
        CU_TEST_INFO_NULL,
    };

    return suite_run("public_name", tests);
}
