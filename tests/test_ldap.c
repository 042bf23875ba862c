/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What asks for StartTLS in LDAP, and what servers answer, in the forms of BER that they write. */
#include "dissect/ldap.h"

#include "tests/support/wire.h"

#define OCTETS(text) text, sizeof(text) - 1

static const struct {
    const char *octets;
    size_t length;
    uint8_t code;
    const char *message; /* NULL: it is no result */
} cases[] = {
    {OCTETS("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0"), 0, ""},
    {OCTETS("\x30\x1d\2\1\1\x78\x18\x0a\1\x34\4\0\4\x11TLS not available"), 52,
     "TLS not available"},
    {OCTETS("\x30\x84\0\0\0\x17\2\1\1\x78\x84\0\0\0\x0e\x0a\1\2\4\0\4\7no such"), 2, "no such"},
    {OCTETS("\x30\x1d\2\1\1\x78\x18\x0a\1\x34\4\0\4\x11TLS"), 52, "TLS"}, /* cut */
    {OCTETS("\x30\x0c\2\1\1\x78\7\x0a\1\1"), 1, ""},
    {OCTETS("\x30\x0c\2\1\1\x78\7"), 0, NULL},
    {OCTETS("\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"), 0, NULL},                 /* of a bind */
    {OCTETS("\x30\x84\0\0\0\x17\2\1\1\x78\x80\x0a\1\2\4\0\4\0\0\0"), 0, NULL}, /* no length */
    {OCTETS("\x30\x84\xff\xff\xff\xff\2\1\1\x78\x84\xff\xff\xff\xff\x0a\1\2\4\0\4\0"), 2, ""},
    {OCTETS(""), 0, NULL},
};

static void a_result_has_a_code_and_words(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ldap_result result;
        bool found =
            ldap_result_find(guard_copy(&guard, cases[i].octets, cases[i].length), &result);

        CU_ASSERT_EQUAL(found, cases[i].message != NULL);
        if (!found || cases[i].message == NULL)
            continue;
        CU_ASSERT_EQUAL(result.code, cases[i].code);
        CU_ASSERT_TRUE(
            bytes_equal(result.message, bytes_of(cases[i].message, strlen(cases[i].message))));
    }
    guard_free(&guard);
}

/* The code of a part is that of the whole, or there is none. */
static void a_part_tells_nothing_else(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t length = 0; length < cases[i].length; length++) {
            struct ldap_result result;

            if (ldap_result_find(guard_copy(&guard, cases[i].octets, length), &result))
                CU_ASSERT_EQUAL(result.code, cases[i].code);
        }
    guard_free(&guard);
}

#define START_TLS "1.3.6.1.4.1.1466.20037"

static const struct {
    const char *octets;
    size_t length;
    bool asks;
} requests[] = {
    {OCTETS("\x30\x1d\2\1\1\x77\x18\x80\x16" START_TLS), true},
    {OCTETS("\x30\x84\0\0\0\x25\2\1\1\x77\x84\0\0\0\x1c\x80\x84\0\0\0\x16" START_TLS), true},
    {OCTETS("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0\x30\x1d\2\1\2\x77\x18\x80\x16" START_TLS),
     true}, /* behind a bind */
    {OCTETS("\x30\x1d\2\1\1\x77\x18\x80\x16"
            "1.3.6.1.4.1.1466.2003"),
     false}, /* cut */
    {OCTETS("\x30\x1f\2\1\1\x77\x1a\x80\x18" START_TLS "00"), false},
    {OCTETS("\xa3\x2c\4\x12supportedExtension\4\x16" START_TLS), false}, /* of a search */
    {OCTETS(""), false},
};

static void a_request_is_an_operation_of_its_own(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        bool asks = ldap_asks_for_tls(guard_copy(&guard, requests[i].octets, requests[i].length));

        CU_ASSERT_EQUAL(asks, requests[i].asks);
    }
    guard_free(&guard);
}

static void codes_have_names(void)
{
    CU_ASSERT_STRING_EQUAL(ldap_result_name(52), "unavailable");
    CU_ASSERT_PTR_NULL(ldap_result_name(49));
    CU_ASSERT_PTR_NULL(ldap_result_name(255));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a result has a code and words", a_result_has_a_code_and_words},
        {"a part tells nothing else", a_part_tells_nothing_else},
        {"a request is an operation of its own", a_request_is_an_operation_of_its_own},
        {"codes have names", codes_have_names},
        CU_TEST_INFO_NULL,
    };

    return suite_run("ldap", tests);
}
