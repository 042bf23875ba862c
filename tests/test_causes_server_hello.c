/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client has to refuse of a ServerHello or a HelloRetryRequest, whatever it says then. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum { OTHER_GROUP = 24 };

/* Of TLS 1.3, a retry maybe, with this suite. */
static void answer(struct story *story, bool retry, uint16_t suite, uint16_t share)
{
    struct story_choice choice = story_choice_1_3();

    choice.retry = retry;
    choice.suite = suite;
    choice.share = share;
    story_server_hello(story, &choice);
}

static void answer_without_session_id(struct story *story)
{
    struct story_offer offer = story_modern_offer();

    offer.session_id = TLS_SESSION_ID_MAX;
    story_begin(story);
    story_client_hello(story, &offer);
    answer(story, false, 0x1301, offer.shares[0]);
}

static void answer_otherwise_than_retry(struct story *story)
{
    struct story_offer offer = story_modern_offer();

    story_begin(story);
    story_client_hello(story, &offer);
    answer(story, true, 0x1302, OTHER_GROUP);
    offer.shares[0] = OTHER_GROUP;
    story_client_hello(story, &offer);
    answer(story, false, 0x1301, OTHER_GROUP);
}

static void ask_for_the_share_again(struct story *story)
{
    struct story_offer offer = story_modern_offer();

    story_begin(story);
    story_client_hello(story, &offer);
    answer(story, true, 0x1301, offer.shares[0]);
}

static void answer_with_an_extension_twice(struct story *story)
{
    static const uint8_t twice[] = {
        0x03, 0x03, 0, 0,    0, 0, 0, 0,    0, 0, 0, 0, 0, 0, 0, 0, 0,
        0,    0,    0, 0,    0, 0, 0, 0,    0, 0, 0, 0, 0, 0, 0, 0, 0, /* random */
        0,                                                             /* no session ID */
        0xc0, 0x2f, 0,                                                 /* suite and compression */
        0,    8,    0, 0x17, 0, 0, 0, 0x17, 0, 0,
    };

    story_begin_hello(story);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO, bytes_of(twice, sizeof(twice)));
}

static void answer_twice(struct story *story)
{
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(story);
    story_server_hello(story, &choice);
    story_server_hello(story, &choice);
}

static void a_hello_that_must_be_refused_is_likely_the_reason(void)
{
    static const struct {
        void (*begin)(struct story *story);
        const char *cause;
        uint8_t alert; /* that the RFC has for it */
        const char *fact;
        const char *text;
    } rows[] = {
        {answer_without_session_id, "illegal_parameter", TLS_ALERT_ILLEGAL_PARAMETER,
         "illegal_field", "does not echo the session ID"},
        {answer_otherwise_than_retry, "illegal_parameter", TLS_ALERT_ILLEGAL_PARAMETER,
         "illegal_field", "another cipher suite than the HelloRetryRequest"},
        {ask_for_the_share_again, "illegal_parameter", TLS_ALERT_ILLEGAL_PARAMETER, "illegal_field",
         "a key share that the hello had already"},
        {answer_with_an_extension_twice, "illegal_parameter", TLS_ALERT_ILLEGAL_PARAMETER,
         "illegal_field", "an extension twice"},
        {answer_twice, "unexpected_message", TLS_ALERT_UNEXPECTED_MESSAGE, "out_of_order",
         "a second ServerHello"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        rows[i].begin(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_CERTAIN));
        CU_ASSERT_TRUE(story_tells(&story, rows[i].fact, rows[i].text));
        rows[i].begin(&story);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_EQUAL(story_certainty(&story, rows[i].cause), CAUSE_LIKELY);
        rows[i].begin(&story);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, rows[i].cause), CAUSE_LIKELY);
    }
}

static void a_hello_that_the_client_took_is_no_reason(void)
{
    struct story story;

    answer_without_session_id(&story);
    story_protected(&story, SIDE_SERVER, 1200);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "illegal_parameter"));
    answer_without_session_id(&story);
    story_protected(&story, SIDE_SERVER, 1200);
    story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "illegal_parameter"));
}

static void a_hello_as_it_must_be_is_no_reason(void)
{
    struct story_offer offer = story_modern_offer();
    struct story story;

    story_begin(&story);
    story_client_hello(&story, &offer);
    answer(&story, true, 0x1301, OTHER_GROUP);
    offer.shares[0] = OTHER_GROUP;
    story_client_hello(&story, &offer);
    answer(&story, false, 0x1301, OTHER_GROUP);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "illegal_parameter"));
    CU_ASSERT_TRUE(story_denies(&story, "unexpected_message"));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a hello that must be refused is likely the reason",
         a_hello_that_must_be_refused_is_likely_the_reason},
        {"a hello that the client took is no reason", a_hello_that_the_client_took_is_no_reason},
        {"a hello as it must be is no reason", a_hello_as_it_must_be_is_no_reason},
        CU_TEST_INFO_NULL,
    };

    return suite_run("server hellos that a client must refuse", tests);
}
