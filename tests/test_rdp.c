/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How RDP agrees on TLS, with the messages of [MS-RDPBCGR] section 4.1 and changes to them. */
#include "dissect/rdp.h"

#include "tests/support/suite.h"

#define REQUEST      "\3\0\0\x13\x0e\xe0\0\0\0\0\0"
#define CONFIRM      "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0"
#define OCTETS(text) text, sizeof(text) - 1

static void a_request_says_what_the_client_wants(void)
{
    static const struct {
        const char *octets;
        size_t length;
        bool asks;
    } cases[] = {
        {OCTETS(REQUEST "\1\0\x08\0\1\0\0\0"), true},
        {OCTETS(REQUEST "\1\0\x08\0\x0b\0\0\0"), true},
        {OCTETS(REQUEST "Cookie: mstshash=a\r\n\1\0\x08\0\3\0\0\0"), true},
        {OCTETS(REQUEST "Cookie: mstshash=a\r\n"), false},
        {OCTETS(REQUEST "\1\0\x08\0\0\0\0\0"), false}, /* RDP's own security */
        {OCTETS(REQUEST "\2\0\x08\0\1\0\0\0"), false},
        {OCTETS(REQUEST "\1\0\x09\0\1\0\0\0"), false},
        {OCTETS(REQUEST "\1\0\x08\0"), false},
        {OCTETS(REQUEST), false},
        {OCTETS("\3\0\0"), false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(rdp_asks_for_tls(bytes_of(cases[i].octets, cases[i].length)),
                        cases[i].asks);
}

static void an_answer_may_be_a_failure(void)
{
    static const struct {
        const char *octets;
        size_t length;
        uint8_t failure;
    } cases[] = {
        {OCTETS(CONFIRM "\3\0\x08\0\5\0\0\0"), 5},
        {OCTETS(CONFIRM "\3\0\x08\0\2\0\0\0"), 2},
        {OCTETS(CONFIRM "\2\x1f\x08\0\2\0\0\0"), 0}, /* what was chosen */
        {OCTETS(CONFIRM "\3\0\x08\0"), 0},
        {OCTETS(CONFIRM), 0}, /* a server that knows no TLS goes on without it */
        {OCTETS(""), 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(rdp_failure(bytes_of(cases[i].octets, cases[i].length)), cases[i].failure);
}

static void every_failure_has_a_name(void)
{
    CU_ASSERT_STRING_EQUAL(rdp_failure_name(1), "RDP failure 1: the server requires TLS");
    CU_ASSERT_STRING_EQUAL(
        rdp_failure_name(6),
        "RDP failure 6: the server requires TLS and a certificate of the client");
    CU_ASSERT_STRING_EQUAL(rdp_failure_name(0), "RDP failure: unassigned code");
    CU_ASSERT_STRING_EQUAL(rdp_failure_name(7), "RDP failure: unassigned code");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a request says what the client wants", a_request_says_what_the_client_wants},
        {"an answer may be a failure", an_answer_may_be_a_failure},
        {"every failure has a name", every_failure_has_a_name},
        CU_TEST_INFO_NULL,
    };

    return suite_run("rdp", tests);
}
