/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS 1.3: captures that lack the client's flight, or end before it is known what became of it. */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum { SHORT_RECORD = 35 }; /* an alert with 16 octets of padding */

/* The client's flight was not captured, and then the client sends a request. */
static void begin_without_flight(struct story *story)
{
    story_begin_flight_1_3(story);
    story_note(story, SIDE_CLIENT, NOTE_GAP)->length = 110;
    story->handshake.gap_octets[SIDE_CLIENT] = 110;
}

/* The server answered the flight, or has not yet. */
static void an_alert_behind_a_flight_that_is_not_there_tells_nothing(void)
{
    static const struct {
        uint16_t answers[2]; /* before and behind the request; 0: none */
        enum outcome outcome;
    } rows[] = {
        {{STORY_ALERT_RECORD, 0}, OUTCOME_INCOMPLETE},
        {{0, STORY_ALERT_RECORD}, OUTCOME_INCOMPLETE},
        {{0, 0}, OUTCOME_INCOMPLETE},
        {{200, 0}, OUTCOME_ESTABLISHED}, /* a ticket */
        {{0, 300}, OUTCOME_ESTABLISHED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_without_flight(&story);
        if (rows[i].answers[0] > 0)
            story_protected(&story, SIDE_SERVER, rows[i].answers[0]);
        story_protected(&story, SIDE_CLIENT, 99);
        if (rows[i].answers[1] > 0)
            story_protected(&story, SIDE_SERVER, rows[i].answers[1]);
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* A server that pads its alerts says one, or a little data, and nobody knows whether it closed. */
static void a_padded_record_at_the_end_of_a_capture_may_be_an_alert(void)
{
    static const struct {
        uint16_t certificate; /* 0: the client was not asked for one */
        enum outcome outcome;
    } rows[] = {
        {STORY_EMPTY_CERTIFICATE_RECORD, OUTCOME_INCOMPLETE},
        {900, OUTCOME_INCOMPLETE},
        {0, OUTCOME_ESTABLISHED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_padded_flight_1_3(&story);
        if (rows[i].certificate > 0)
            story_protected(&story, SIDE_CLIENT, rows[i].certificate);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_CLIENT, 200);
        story_protected(&story, SIDE_SERVER, SHORT_RECORD);
        story.reason = CONNECTION_END_CAPTURE;
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* The client's close is not in the capture, and the server's shows what the record was. */
static void a_short_record_that_the_server_closes_at_is_an_alert(void)
{
    static const struct {
        int64_t pause_ns;
        const char *cause;
    } rows[] = {{0, "certificate_rejected"}, {4 * STORY_SECOND, "server_closed"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_ccs(&story, SIDE_CLIENT);
        story_protected(&story, SIDE_CLIENT, SHORT_RECORD);
        story_wait(&story, rows[i].pause_ns);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), rows[i].cause);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an alert behind a flight that is not there tells nothing",
         an_alert_behind_a_flight_that_is_not_there_tells_nothing},
        {"a padded record at the end of a capture may be an alert",
         a_padded_record_at_the_end_of_a_capture_may_be_an_alert},
        {"a short record that the server closes at is an alert",
         a_short_record_that_the_server_closes_at_is_an_alert},
        CU_TEST_INFO_NULL,
    };

    return suite_run("client flights that are not all there", tests);
}
