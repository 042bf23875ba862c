/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that says something in clear before the client's hello. */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

#define MAIL_GREETING "220 mail.example.com ESMTP\r\n"
#define OWN_GREETING  "INFO {\"tls_required\":true}\r\n"

/* Up to the hello behind this greeting. */
static void begin_greeting(struct story *story, const char *greeting)
{
    story_begin(story);
    story_plaintext(story, SIDE_SERVER, greeting);
    story_modern_hello(story);
}

static void wait_and_leave(struct story *story)
{
    story_wait(story, 20 * STORY_SECOND);
    story_fin(story, SIDE_CLIENT);
}

static void what_ends_it_behind_the_hello_is_the_end(void)
{
    struct story story;

    begin_greeting(&story, OWN_GREETING);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_not_tls"));

    begin_greeting(&story, OWN_GREETING);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));

    begin_greeting(&story, OWN_GREETING);
    wait_and_leave(&story);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
}

static void the_greeting_of_another_protocol_is_likely_not_tls(void)
{
    struct story story;

    begin_greeting(&story, MAIL_GREETING);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_LIKELY));
}

/* It reads the greeting as TLS. */
static void a_client_that_leaves_at_once_did_not_expect_it(void)
{
    struct story story;

    begin_greeting(&story, OWN_GREETING);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_LIKELY));
}

static void words_behind_the_hello_are_certain(void)
{
    struct story story;

    begin_greeting(&story, MAIL_GREETING);
    story_wait(&story, STORY_MILLISECOND);
    sent_by(&story, SIDE_SERVER)->last_data = (struct moment){story.now_ns, ++story.packet};
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_CERTAIN));
}

static void an_answer_behind_the_end_of_the_capture_is_not_known(void)
{
    struct story story;

    begin_greeting(&story, MAIL_GREETING);
    story.reason = CONNECTION_END_CAPTURE;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

static void learn_of_success(struct knowledge *knowledge)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_hello(&story);
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    story_learn(knowledge, story_facts(&story));
}

/* Others finished their handshakes behind the same greeting. */
static void a_server_that_is_known_to_speak_tls_does(void)
{
    static const char *const greetings[] = {OWN_GREETING, "220 Daemon: SSL Required\r\n"};
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);

    learn_of_success(knowledge);
    for (size_t i = 0; i < sizeof(greetings) / sizeof(greetings[0]); i++) {
        struct story story;

        begin_greeting(&story, greetings[i]);
        story.knowledge = knowledge;
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_TRUE(story_denies(&story, "server_not_tls"));
        CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    }
    knowledge_free(knowledge);
}

/* They may have asked for it (RFC 3207). */
static void success_behind_a_request_for_tls_does_not_count(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story story;

    learn_of_success(knowledge);
    begin_greeting(&story, MAIL_GREETING);
    story.knowledge = knowledge;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

static void an_answer_that_leads_elsewhere_is_of_a_portal(void)
{
    static const struct {
        const char *answer;
        bool is_portal;
    } rows[] = {
        {"HTTP/1.1 302 Found\r\nLocation: http://portal.hotel.example/login\r\n\r\n", true},
        {"HTTP/1.1 511 Network Authentication Required\r\n\r\n", true},
        {"HTTP/1.1 301 Moved\r\nLocation: /login\r\n\r\n", false},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_plaintext(&story, SIDE_SERVER, rows[i].answer);
        CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_CERTAIN));
        CU_ASSERT_EQUAL(story_tells(&story, "portal", "captive portal"), rows[i].is_portal);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what ends it behind the hello is the end", what_ends_it_behind_the_hello_is_the_end},
        {"the greeting of another protocol is likely not TLS",
         the_greeting_of_another_protocol_is_likely_not_tls},
        {"a client that leaves at once did not expect it",
         a_client_that_leaves_at_once_did_not_expect_it},
        {"words behind the hello are certain", words_behind_the_hello_are_certain},
        {"an answer behind the end of the capture is not known",
         an_answer_behind_the_end_of_the_capture_is_not_known},
        {"a server that is known to speak TLS does", a_server_that_is_known_to_speak_tls_does},
        {"success behind a request for TLS does not count",
         success_behind_a_request_for_tls_does_not_count},
        {"an answer that leads elsewhere is of a portal",
         an_answer_that_leads_elsewhere_is_of_a_portal},
        CU_TEST_INFO_NULL,
    };

    return suite_run("a greeting in clear before the hello", tests);
}
