/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of which the beginning alone came. */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum {
    MISSING = 33, /* octets of a Finished that break off */
    CERTIFICATE_RECORD = 900,
    SIGNATURE_RECORD = 286
};

/* The side's last record announces more than came of it. */
static void break_off(struct story *story, enum side side)
{
    story->handshake.broken_octets[side] = MISSING;
}

/* TLS 1.3: of the client's Finished the beginning comes. */
static void begin_broken_finished(struct story *story)
{
    story_begin_flight_1_3(story);
    story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    break_off(story, SIDE_CLIENT);
}

static void half_a_finished_of_the_client_finishes_nothing(void)
{
    struct story story;

    begin_broken_finished(&story);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(story_facts(&story)->stage, STAGE_ENCRYPTED_SERVER_FLIGHT);
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));

    begin_broken_finished(&story);
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_client", CAUSE_LIKELY));
}

/* The server waits for the rest, and gives up. */
static void half_a_finished_leaves_the_turn_with_the_client(void)
{
    struct story story;

    begin_broken_finished(&story);
    story_wait(&story, 8 * STORY_SECOND);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
}

/* Nobody ended it: the rest may be what the capture has not. */
static void half_a_finished_at_the_end_of_the_capture_is_open(void)
{
    struct story story;

    begin_broken_finished(&story);
    story_wait(&story, 8 * STORY_SECOND);
    story.reason = CONNECTION_END_CAPTURE;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* What is missing may have been sent: the capture lacks octets. */
static void octets_that_were_not_captured_break_nothing_off(void)
{
    for (unsigned row = 0; row < 6; row++) {
        struct story story;
        struct trouble *trouble;

        begin_broken_finished(&story);
        trouble = direction_have_trouble(sent_by(&story, SIDE_CLIENT));
        trouble->unseen_octets = row == 0 ? MISSING : 0;
        trouble->missed_octets = row == 1 ? MISSING : 0;
        trouble->cut_octets = row == 2 ? MISSING : 0;
        trouble->dropped_octets = row == 3 ? MISSING : 0;
        story.handshake.gap_octets[SIDE_CLIENT] = row == 4 ? MISSING : 0;
        trouble->reset.unseen_octets = row == 5 ? MISSING : 0;
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

/* A request that breaks off follows a handshake. */
static void half_a_request_follows_a_handshake(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_CLIENT, 16000);
    break_off(&story, SIDE_CLIENT);
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

static void half_a_finished_of_1_2_finishes_nothing(void)
{
    for (unsigned side = 0; side < SIDES; side++) {
        struct story story;

        story_begin_flight_1_2(&story);
        if (side == SIDE_SERVER)
            story_finish_1_2(&story);
        else
            story_client_flight_1_2(&story);
        break_off(&story, (enum side)side);
        story_rst(&story, (enum side)side);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
        CU_ASSERT_PTR_NULL(story_facts(&story)->finished_note[side]);
    }
}

static void half_a_finished_without_hellos_finishes_nothing(void)
{
    for (unsigned is_broken = 0; is_broken < 2; is_broken++) {
        struct story story;

        story_begin(&story);
        story.connection.syn_seen = false;
        for (unsigned side = 0; side < SIDES; side++) {
            story_ccs(&story, (enum side)side);
            story_note(&story, (enum side)side, NOTE_ENCRYPTED_HANDSHAKE)->length = 40;
        }
        if (is_broken)
            break_off(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome,
                        is_broken ? OUTCOME_INCOMPLETE : OUTCOME_ESTABLISHED);
    }
}

/* The client's certificate, so many of its records, and a client that leaves long after. */
static void send_certificate(struct story *story, unsigned records)
{
    static const uint32_t lengths[] = {CERTIFICATE_RECORD, SIGNATURE_RECORD, STORY_FINISHED_RECORD};

    story_begin_flight_1_3(story);
    for (unsigned i = 0; i < records; i++)
        story_protected(story, SIDE_CLIENT, lengths[i]);
}

static void leave(struct story *story)
{
    story_wait(story, STORY_SECOND);
    story_rst(story, SIDE_CLIENT);
}

/* A server judges nothing before it has the Finished, or the record that is all of the flight. */
static void a_certificate_without_its_finished_is_not_taken(void)
{
    struct story story;

    for (unsigned records = 1; records < 4; records++) {
        send_certificate(&story, records);
        leave(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome,
                        records < 3 ? OUTCOME_INCOMPLETE : OUTCOME_ESTABLISHED);
        send_certificate(&story, records);
        break_off(&story, SIDE_CLIENT);
        leave(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome,
                        records == 1 ? OUTCOME_FAILED : OUTCOME_INCOMPLETE);
    }
}

/* More records than a flight has: the rest is data. */
static void data_behind_a_certificate_ends_the_flight(void)
{
    struct story story;

    send_certificate(&story, 2);
    story_protected(&story, SIDE_CLIENT, 300);
    story_protected(&story, SIDE_CLIENT, 300);
    leave(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"half a Finished of the client finishes nothing",
         half_a_finished_of_the_client_finishes_nothing},
        {"half a Finished leaves the turn with the client",
         half_a_finished_leaves_the_turn_with_the_client},
        {"half a Finished at the end of the capture is open",
         half_a_finished_at_the_end_of_the_capture_is_open},
        {"octets that were not captured break nothing off",
         octets_that_were_not_captured_break_nothing_off},
        {"half a request follows a handshake", half_a_request_follows_a_handshake},
        {"half a Finished of 1.2 finishes nothing", half_a_finished_of_1_2_finishes_nothing},
        {"half a Finished without hellos finishes nothing",
         half_a_finished_without_hellos_finishes_nothing},
        {"a certificate without its Finished is not taken",
         a_certificate_without_its_finished_is_not_taken},
        {"data behind a certificate ends the flight", data_behind_a_certificate_ends_the_flight},
        CU_TEST_INFO_NULL,
    };

    return suite_run("records that break off", tests);
}
