/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* The server's first words are few, and it sends no tickets (RFC 8446 section 4.6.1). */
static enum outcome outcome_of_words(void (*begin)(struct story *story), uint16_t words,
                                     enum side closes)
{
    struct story story;

    begin(&story);
    story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, words);
    story_fin(&story, closes);
    story_fin(&story, side_other(closes));
    return story_facts(&story)->outcome;
}

/* Who does not pad its Finished has alerts of one length only. */
static void few_words_of_a_server_that_does_not_pad_are_no_alert(void)
{
    for (int side = SIDE_CLIENT; side < SIDES; side++) {
        enum side closes = (enum side)side;

        CU_ASSERT_EQUAL(outcome_of_words(story_begin_flight_1_3, 18, closes), OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(outcome_of_words(story_begin_flight_1_3, 21, closes), OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(outcome_of_words(story_begin_flight_1_3, STORY_PADDED_ALERT_RECORD, closes),
                        OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(outcome_of_words(story_begin_flight_1_3, STORY_ALERT_RECORD, closes),
                        OUTCOME_FAILED);
        CU_ASSERT_EQUAL(
            outcome_of_words(story_begin_padded_flight_1_3, STORY_PADDED_ALERT_RECORD, closes),
            OUTCOME_FAILED);
    }
}

/* The server says what is as short as an alert, and closes when the client has. */
static enum outcome outcome_of_stay(uint16_t certificate, uint16_t pause_ms, uint16_t good_bye)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, certificate);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_wait(&story, pause_ms * STORY_MILLISECOND);
    if (good_bye > 0)
        story_protected(&story, SIDE_CLIENT, good_bye);
    else
        story_fin(&story, SIDE_CLIENT);
    story_fin(&story, SIDE_SERVER);
    return story_facts(&story)->outcome;
}

/* Two octets of data are as long as an alert. Who refuses closes with it, and not when a client
 * leaves that has read what came. One that leaves at once may have been as fast as the server. */
static void a_server_that_stays_until_the_client_leaves_may_be_content(void)
{
    CU_ASSERT_EQUAL(outcome_of_stay(900, 40, 0), OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_stay(900, 40, STORY_ALERT_RECORD), OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_stay(STORY_EMPTY_CERTIFICATE_RECORD, 40, 0), OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_stay(900, 1, 0), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_stay(900, 40, 60), OUTCOME_INCOMPLETE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"few words of a server that does not pad are no alert",
         few_words_of_a_server_that_does_not_pad_are_no_alert},
        {"a server that stays until the client leaves may be content",
         a_server_that_stays_until_the_client_leaves_may_be_content},
        CU_TEST_INFO_NULL,
    };

    return suite_run("few words of a server behind a client's certificate", tests);
}
