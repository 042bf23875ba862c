/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How NBD agrees on TLS, with messages as doc/proto.md of the NBD project has them. */
#include "dissect/nbd.h"

#include "tests/support/wire.h"

#define FLAGS        "\0\0\0\3"
#define STARTTLS     "IHAVEOPT\0\0\0\5\0\0\0\0"
#define LIST         "IHAVEOPT\0\0\0\3\0\0\0\0"
#define ABORT        "IHAVEOPT\0\0\0\2\0\0\0\0"
#define NAME         "IHAVEOPT\0\0\0\1\0\0\0\4disk"
#define REPLY        "\0\3\xe8\x89\4\x55\x65\xa9"
#define OCTETS(text) text, sizeof(text) - 1

static void a_request_is_an_option(void)
{
    static const struct {
        const char *octets;
        size_t length;
        bool asks;
    } cases[] = {
        {OCTETS(FLAGS STARTTLS), true},
        {OCTETS(FLAGS LIST STARTTLS), true},
        {OCTETS(FLAGS NAME STARTTLS), true},
        {OCTETS(FLAGS LIST), false},
        {OCTETS(FLAGS NAME), false},
        {OCTETS(FLAGS "IHAVENOT\0\0\0\5\0\0\0\0"), false},
        {OCTETS(FLAGS "IHAVEOPT\0\0\0\1\xff\xff\xff\xff" STARTTLS), false}, /* a name without end */
        {OCTETS(FLAGS), false},
        {OCTETS("\0"), false},
    };
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(nbd_asks_for_tls(guard_copy(&guard, cases[i].octets, cases[i].length)),
                        cases[i].asks);
    guard_free(&guard);
}

static void an_error_refuses(void)
{
    static const struct {
        const char *octets;
        size_t length;
        const char *name;
    } cases[] = {
        {OCTETS(REPLY "\0\0\0\5\x80\0\0\1\0\0\0\0"),
         "NBD error 1: the server does not know STARTTLS"},
        {OCTETS(REPLY "\0\0\0\5\x80\0\0\2\0\0\0\2no"),
         "NBD error 2: the server's policy forbids TLS, or it has no certificate"},
        {OCTETS(REPLY "\0\0\0\3\x80\0\0\5\0\0\0\2no" REPLY "\0\0\0\5\x80\0\0\x7f\0\0\0\0"),
         "NBD error: another one"},
        {OCTETS(REPLY "\0\0\0\5\0\0\0\1\0\0\0\0"), NULL},   /* it agrees */
        {OCTETS(REPLY "\0\0\0\7\x80\0\0\5\0\0\0\0"), NULL}, /* TLS is what it wants */
        {OCTETS(REPLY "\0\0\0\5\x80\0\0\1\0\0"), NULL},     /* not all came */
        {OCTETS("12345678\0\0\0\5\x80\0\0\1\0\0\0\0"), NULL},
        {OCTETS(""), NULL},
    };
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *name = nbd_refusal(guard_copy(&guard, cases[i].octets, cases[i].length));

        CU_ASSERT_TRUE(
            name == cases[i].name
            || (name != NULL && cases[i].name != NULL && strcmp(name, cases[i].name) == 0));
    }
    guard_free(&guard);
}

static void an_abort_comes_first(void)
{
    CU_ASSERT_TRUE(nbd_aborts(bytes_of(OCTETS(ABORT))));
    CU_ASSERT_FALSE(nbd_aborts(bytes_of(OCTETS(LIST ABORT))));
    CU_ASSERT_FALSE(nbd_aborts(bytes_of(OCTETS("IHAVEOPT"))));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a request is an option", a_request_is_an_option},
        {"an error refuses", an_error_refuses},
        {"an abort comes first", an_abort_comes_first},
        CU_TEST_INFO_NULL,
    };

    return suite_run("nbd", tests);
}
