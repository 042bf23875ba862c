/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one subflow of Multipath TCP tells, and what it does not. */
#include "analyze/finding.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* The server takes the hello at once and says no more, which is server_silent. */
static void the_server_is_silent(struct story *story)
{
    story_begin_hello(story);
    sent_by(story, SIDE_SERVER)->packets = 2; /* its SYN-ACK, and an ACK of the hello */
    story_wait(story, 20 * STORY_SECOND);
    story_fin(story, SIDE_CLIENT);
}

/* It sends a RST, and had sent nothing but its SYN-ACK. */
static void the_server_resets(struct story *story)
{
    story_begin_hello(story);
    story_rst(story, SIDE_SERVER);
    sent_by(story, SIDE_SERVER)->packets = sent_by(story, SIDE_SERVER)->syn_count
                                           + direction_reset(sent_by(story, SIDE_SERVER))->count;
}

static void the_server_sends_an_alert(struct story *story)
{
    story_begin_hello(story);
    story_fatal(story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    sent_by(story, SIDE_SERVER)->packets = 2;
}

static void the_server_answers_in_http(struct story *story)
{
    story_begin_hello(story);
    story_plaintext(story, SIDE_SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n");
    sent_by(story, SIDE_SERVER)->packets = 2;
}

static void the_server_sends_something(struct story *story)
{
    story_begin_hello(story);
    story_plaintext(story, SIDE_SERVER, "\x82\x13\xf0\x9a\x01\x77\x10\xee\xc4");
    sent_by(story, SIDE_SERVER)->packets = 2;
}

static void both_finish(struct story *story)
{
    story_begin_flight_1_2(story);
    story_finish_1_2(story);
    sent_by(story, SIDE_SERVER)->packets = 4;
}

enum ways { ONE_WAY, CLIENT_OFFERS, SERVER_AGREES, JOINS };

static void say(struct story *story, enum ways ways)
{
    static const enum multipath said[][SIDES] = {
        [ONE_WAY] = {MULTIPATH_NONE, MULTIPATH_NONE},
        [CLIENT_OFFERS] = {MULTIPATH_CAPABLE, MULTIPATH_NONE},
        [SERVER_AGREES] = {MULTIPATH_CAPABLE, MULTIPATH_CAPABLE},
        [JOINS] = {MULTIPATH_JOIN, MULTIPATH_NONE},
    };

    for (size_t side = 0; side < SIDES; side++)
        sent_by(story, (enum side)side)->multipath = (uint8_t)said[ways][side];
}

static void only_what_was_said_decides(void)
{
    static const struct {
        void (*happens)(struct story *);
        enum outcome outcome[JOINS + 1];
    } rows[] = {
        {the_server_is_silent,
         {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_INCOMPLETE, OUTCOME_INCOMPLETE}},
        {the_server_resets, {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_INCOMPLETE}},
        {the_server_sends_an_alert,
         {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_INCOMPLETE}},
        {the_server_answers_in_http,
         {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_INCOMPLETE}},
        {the_server_sends_something,
         {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_INCOMPLETE, OUTCOME_INCOMPLETE}},
        {both_finish,
         {OUTCOME_ESTABLISHED, OUTCOME_ESTABLISHED, OUTCOME_ESTABLISHED, OUTCOME_INCOMPLETE}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (enum ways ways = ONE_WAY; ways <= JOINS; ways++) {
            const struct facts *facts;
            struct story story;

            rows[i].happens(&story);
            say(&story, ways);
            facts = story_facts(&story);
            CU_ASSERT_EQUAL(facts->outcome, rows[i].outcome[ways]);
            CU_ASSERT_EQUAL(facts->incomplete_reason != NULL, facts->outcome == OUTCOME_INCOMPLETE);
        }
}

/* Without the client's SYN, the SYN-ACK tells. */
static void a_syn_ack_joins_as_well(void)
{
    struct story story;

    the_server_resets(&story);
    sent_by(&story, SIDE_SERVER)->multipath = MULTIPATH_JOIN;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* Nobody took a SYN that joins: that is no TLS connection that was refused. */
static void a_join_that_is_refused_is_no_failure(void)
{
    for (int expected = 0; expected < 2; expected++)
        for (enum ways ways = ONE_WAY; ways <= JOINS; ways += JOINS) {
            enum outcome refused = ways == JOINS ? OUTCOME_INCOMPLETE : OUTCOME_FAILED;
            struct story story;

            story_begin_syn(&story);
            story_rst(&story, SIDE_SERVER);
            direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.answers_syn = true;
            sent_by(&story, SIDE_SERVER)->packets = 1;
            story.tls_expected = expected;
            say(&story, ways);
            CU_ASSERT_EQUAL(story_facts(&story)->outcome, expected ? refused : OUTCOME_NOT_TLS);
        }
}

/* The client may have sent its data on another subflow. */
static void one_subflow_does_not_tell_who_left(void)
{
    for (enum ways ways = ONE_WAY; ways <= SERVER_AGREES; ways++) {
        struct story story;
        bool is_told;

        both_finish(&story);
        story_fin(&story, SIDE_CLIENT);
        say(&story, ways);
        (void)story_facts(&story);
        diagnose(&story.facts, &story.verdict);
        is_told = verdict_has_finding(&story.verdict, "closed_right_after_handshake");
        CU_ASSERT_EQUAL(is_told, ways != SERVER_AGREES);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"only what was said decides", only_what_was_said_decides},
        {"a SYN-ACK joins as well", a_syn_ack_joins_as_well},
        {"a join that is refused is no failure", a_join_that_is_refused_is_no_failure},
        {"one subflow does not tell who left", one_subflow_does_not_tell_who_left},
        CU_TEST_INFO_NULL,
    };

    return suite_run("subflows", tests);
}
