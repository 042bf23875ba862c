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

static void an_answer_may_be_a_refusal(void)
{
    static const struct {
        const char *octets;
        size_t length;
        const char *refusal;
    } cases[] = {
        {OCTETS(CONFIRM "\3\0\x08\0\1\0\0\0"), "RDP failure 1: the server requires TLS"},
        {OCTETS(CONFIRM "\3\0\x08\0\6\0\0\0"),
         "RDP failure 6: the server requires TLS and a certificate of the client"},
        {OCTETS(CONFIRM "\3\0\x08\0\7\0\0\0"), "RDP failure: unassigned code"},
        {OCTETS(CONFIRM "\2\0\x08\0\0\0\0\0"), "RDP: the server chose RDP's own security"},
        {OCTETS("\3\0\0\x0b\x06\xd0\0\0\x12\x34\0"),
         "RDP: the server does not negotiate, so its security is RDP's own"},
        {OCTETS(CONFIRM "\2\x1f\x08\0\2\0\0\0"), NULL}, /* CredSSP, within TLS */
        {OCTETS(CONFIRM "\2\0\x08\0\1\0\0\0"), NULL},
        {OCTETS(CONFIRM "\3\0\x08\0"), NULL}, /* not all of it came */
        {OCTETS(CONFIRM), NULL},
        {OCTETS("\3\0\0\x0b\x06\xf0\0\0\x12\x34\0"), NULL}, /* data */
        {OCTETS("\3\0\0\3"), NULL},
        {OCTETS(""), NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *refusal = rdp_refusal(bytes_of(cases[i].octets, cases[i].length));

        CU_ASSERT_EQUAL(refusal == NULL, cases[i].refusal == NULL);
        if (refusal != NULL && cases[i].refusal != NULL)
            CU_ASSERT_STRING_EQUAL(refusal, cases[i].refusal);
    }
}

static void a_client_may_disconnect(void)
{
    CU_ASSERT_TRUE(rdp_disconnects(bytes_of(OCTETS("\3\0\0\x0b\6\x80\0\0\0\0\0"))));
    CU_ASSERT_FALSE(rdp_disconnects(bytes_of(OCTETS("\3\0\0\x0c\2\xf0\x80\4\1\0\1\0"))));
    CU_ASSERT_FALSE(rdp_disconnects(bytes_of(OCTETS("\3\0\0\x0b\6\x80"))));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a request says what the client wants", a_request_says_what_the_client_wants},
        {"an answer may be a refusal", an_answer_may_be_a_refusal},
        {"a client may disconnect", a_client_may_disconnect},
        CU_TEST_INFO_NULL,
    };

    return suite_run("rdp", tests);
}
