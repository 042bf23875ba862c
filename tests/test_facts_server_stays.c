/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS 1.3: a server that was sent a client's certificate answers with what is as short as an alert,
 * and does not close then; or nothing of it is seen. */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* A request of the client and, of so many octets, the server's answer to it. */
static void ask(struct story *story, uint16_t request, uint16_t answer)
{
    story_protected(story, SIDE_CLIENT, request);
    story_protected(story, SIDE_SERVER, answer);
}

/* Up to the first answer. */
static void begin_and_ask(struct story *story, uint16_t certificate)
{
    story_begin_flight_1_3(story);
    story_protected(story, SIDE_CLIENT, certificate);
    story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    ask(story, 60, STORY_ALERT_RECORD);
}

static const uint16_t flights[] = {900, STORY_EMPTY_CERTIFICATE_RECORD};

/* It may be data, in an idle connection or behind the end of the capture. */
static void a_server_that_does_not_close_has_not_refused(void)
{
    for (size_t i = 0; i < sizeof(flights) / sizeof(flights[0]); i++) {
        struct story story;

        begin_and_ask(&story, flights[i]);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
        CU_ASSERT_PTR_NOT_NULL(strstr(story.facts.incomplete_reason, "it did not close at once"));
    }
}

static void a_server_that_closes_later_may_not_have_refused(void)
{
    struct story story;

    begin_and_ask(&story, 900);
    story_wait(&story, STORY_SECOND);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* When its record has come in segments, it is their last one that counts. */
static void a_server_that_closes_behind_its_last_segment_has_refused(void)
{
    struct story story;

    begin_and_ask(&story, 900);
    story_wait(&story, 50 * STORY_MILLISECOND);
    sent_by(&story, SIDE_SERVER)->last_data = (struct moment){story.now_ns, story.packet};
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
}

static void answers_to_later_requests_are_data(void)
{
    for (size_t i = 0; i < sizeof(flights) / sizeof(flights[0]); i++) {
        struct story story;

        begin_and_ask(&story, flights[i]);
        story_wait(&story, STORY_SECOND);
        ask(&story, 60, STORY_ALERT_RECORD);
        story_wait(&story, STORY_SECOND);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

/* The first answer is so late that it might be a close, but for what follows. */
static void a_late_answer_before_others_is_data(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_wait(&story, 2 * STORY_SECOND);
    ask(&story, 60, STORY_ALERT_RECORD);
    story_wait(&story, STORY_SECOND);
    ask(&story, 60, STORY_ALERT_RECORD);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* Who only writes does not know of the alert, nor does a request on its way. */
static void a_request_without_an_answer_proves_nothing(void)
{
    struct story story;

    begin_and_ask(&story, 900);
    story_wait(&story, STORY_SECOND);
    story_protected(&story, SIDE_CLIENT, 60);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);

    begin_and_ask(&story, 900);
    story_protected(&story, SIDE_CLIENT, 60);
    story_refuse(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
}

/* A server that has noticed only then that it is to close. */
static void an_alert_and_a_close_are_no_answer(void)
{
    struct story story;

    begin_and_ask(&story, 900);
    story_wait(&story, STORY_SECOND);
    story_protected(&story, SIDE_CLIENT, 60);
    story_refuse(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* A check that is content when it has sent its flight sees no refusal. */
static void a_client_that_does_not_wait_sees_no_refusal(void)
{
    for (size_t i = 0; i < 2 * sizeof(flights) / sizeof(flights[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, flights[i / 2]);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        if (i % 2 == 0)
            story_rst(&story, SIDE_CLIENT);
        else
            story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
        CU_ASSERT_PTR_NOT_NULL(strstr(story.facts.incomplete_reason, "the client left before"));
    }
}

static void nor_does_a_capture_that_ends_there(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story.reason = CONNECTION_END_CAPTURE;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
    CU_ASSERT_PTR_NOT_NULL(strstr(story.facts.incomplete_reason, "the capture ends before"));
}

/* It was not asked for a certificate, or it waited and the server said nothing. */
static void a_client_that_need_not_wait_is_established(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_wait(&story, STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* What it left unread of a request and a good-bye may be the good-bye: it may have closed at the
 * request. Behind a good-bye alone there is nothing else that it could not like. */
static void what_a_server_left_unread_may_be_the_good_bye(void)
{
    static const char *const causes[] = {"client_certificate_rejected",
                                         "client_certificate_required"};

    for (size_t i = 0; i < 4; i++) {
        bool has_request = i >= 2;
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, flights[i % 2]);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        if (has_request)
            story_protected(&story, SIDE_CLIENT, 35);
        story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
        story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_TRUE(
            story_says(&story, causes[i % 2], has_request ? CAUSE_POSSIBLE : CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story_tells(&story, "close_at_data", "close_notify"), has_request);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a server that does not close has not refused",
         a_server_that_does_not_close_has_not_refused},
        {"a server that closes later may not have refused",
         a_server_that_closes_later_may_not_have_refused},
        {"a server that closes behind its last segment has refused",
         a_server_that_closes_behind_its_last_segment_has_refused},
        {"answers to later requests are data", answers_to_later_requests_are_data},
        {"a late answer before others is data", a_late_answer_before_others_is_data},
        {"a request without an answer proves nothing", a_request_without_an_answer_proves_nothing},
        {"an alert and a close are no answer", an_alert_and_a_close_are_no_answer},
        {"a client that does not wait sees no refusal",
         a_client_that_does_not_wait_sees_no_refusal},
        {"nor does a capture that ends there", nor_does_a_capture_that_ends_there},
        {"a client that need not wait is established", a_client_that_need_not_wait_is_established},
        {"what a server left unread may be the good-bye",
         what_a_server_left_unread_may_be_the_good_bye},
        CU_TEST_INFO_NULL,
    };

    return suite_run("a server that does not close behind a client's certificate", tests);
}
