/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS 1.3: what comes by where a Finished is expected and is none, such as early data, and a flight
 * that may not have arrived. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* The client sends so much early data (RFC 8446 section 2.3), of which some comes by behind the
 * ServerHello, and so does the rest of the server's flight. */
static void begin_early_data(struct story *story, bool has_resumed)
{
    struct story_choice choice = story_choice_1_3();
    struct story_offer offer = story_modern_offer();

    offer.early_data = true;
    choice.psk = has_resumed;
    story_begin(story);
    story_client_hello(story, &offer);
    story_protected(story, SIDE_CLIENT, 400);
    story_server_hello(story, &choice);
    story_protected(story, SIDE_CLIENT, 900);
    story_protected(story, SIDE_SERVER, 1800);
    story_protected(story, SIDE_SERVER, STORY_FINISHED_RECORD);
}

static void early_data_is_no_finished(void)
{
    for (int has_resumed = 0; has_resumed < 2; has_resumed++) {
        struct story story;

        begin_early_data(&story, has_resumed);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
        begin_early_data(&story, has_resumed);
        story_rst(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
        begin_early_data(&story, has_resumed);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_rst(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

/* Its whole flight may be one record of any length: that the server goes on behind it tells. */
static void an_answer_tells_that_a_finished_came_behind_early_data(void)
{
    struct story story;

    begin_early_data(&story, false);
    story_protected(&story, SIDE_CLIENT, 2029);
    story_protected(&story, SIDE_SERVER, 82);
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* A ServerHello that was cut: what the client had sent before it is early data, and the server's
 * flight is no answer to that. */
static void an_unknown_version_may_have_early_data(void)
{
    struct story story;

    story_begin_hello(&story);
    story_protected(&story, SIDE_CLIENT, 400);
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO, bytes_of("", 0))->offset =
        NOTE_NOT_KEPT;
    story_protected(&story, SIDE_SERVER, 1800);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
}

/* Of TLS_SHA384_SHA384, whose tag is an HMAC. */
static void a_long_alert_is_no_finished(void)
{
    enum { SHA384_SHA384 = 0xc0b5, TAG = 48, ALERT = 2 + 1 + TAG, FINISHED = 4 + 48 + 1 + TAG };
    static const uint16_t lengths[] = {ALERT, FINISHED};
    struct story_choice choice = story_choice_1_3();
    struct story_offer offer = story_modern_offer();

    choice.suite = SHA384_SHA384;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct story story;

        story_begin(&story);
        story_client_hello(&story, &offer);
        story_server_hello(&story, &choice);
        story_protected(&story, SIDE_SERVER, 2048);
        story_protected(&story, SIDE_SERVER, FINISHED);
        story_protected(&story, SIDE_CLIENT, lengths[i]);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome,
                        lengths[i] == ALERT ? OUTCOME_FAILED : OUTCOME_ESTABLISHED);
    }
}

/* The server may refuse what it has; the capture ends first. A flight that is not sent again has
 * arrived: the capture lacks the ACKs. */
static void a_certificate_under_way_is_still_to_be_judged(void)
{
    static const struct {
        bool is_acknowledged;
        int64_t waited_ns;
        enum outcome outcome;
    } rows[] = {
        {true, 500 * STORY_MILLISECOND, OUTCOME_ESTABLISHED},
        {false, 500 * STORY_MILLISECOND, OUTCOME_INCOMPLETE},
        {false, 1500 * STORY_MILLISECOND, OUTCOME_ESTABLISHED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, 900);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        if (!rows[i].is_acknowledged)
            story.connection.direction[SIDE_CLIENT].unacknowledged_octets =
                905 + STORY_FINISHED_RECORD + 5;
        story_wait(&story, rows[i].waited_ns);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"early data is no Finished", early_data_is_no_finished},
        {"an answer tells that a Finished came behind early data",
         an_answer_tells_that_a_finished_came_behind_early_data},
        {"an unknown version may have early data", an_unknown_version_may_have_early_data},
        {"a long alert is no Finished", a_long_alert_is_no_finished},
        {"a certificate under way is still to be judged",
         a_certificate_under_way_is_still_to_be_judged},
        CU_TEST_INFO_NULL,
    };

    return suite_run("early data", tests);
}
