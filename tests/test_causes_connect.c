/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that were never there: no answer to the SYN, or a RST. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

static void one_syn_alone_proves_nothing(void)
{
    struct story story;

    story_begin_syn(&story);
    story.reason = CONNECTION_END_IDLE;
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "incomplete");
}

static void a_syn_sent_again_and_again_is_certain(void)
{
    struct story story;

    story_begin_syn(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 3;
    sent_by(&story, SIDE_CLIENT)->packets = 3;
    CU_ASSERT_TRUE(story_says(&story, "connect_timeout", CAUSE_CERTAIN));
    CU_ASSERT_FALSE(story_tells(&story, "refusal", "")); /* all is told */
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_NETWORK);
}

/* The capture ends while the answer to the second one may still come. */
static void a_capture_may_end_before_a_syn_is_in_vain(void)
{
    static const struct {
        int64_t waited_ns;
        enum outcome outcome;
    } rows[] = {{1010 * STORY_MILLISECOND, OUTCOME_INCOMPLETE}, {3 * STORY_SECOND, OUTCOME_FAILED}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_syn(&story);
        sent_by(&story, SIDE_CLIENT)->syn_count = 2;
        sent_by(&story, SIDE_CLIENT)->packets = 2;
        story.reason = CONNECTION_END_CAPTURE;
        story_wait(&story, rows[i].waited_ns);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

static void a_client_that_sent_more_than_syns_got_an_answer(void)
{
    struct story story;

    story_begin_syn(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 2;
    sent_by(&story, SIDE_CLIENT)->packets = 4;
    CU_ASSERT_TRUE(story_denies(&story, "connect_timeout"));
}

static void an_open_connection_did_not_time_out(void)
{
    struct story story;

    hello_and_leave(&story, 5 * STORY_SECOND);
    CU_ASSERT_TRUE(story_denies(&story, "connect_timeout"));
    CU_ASSERT_TRUE(story_denies(&story, "connection_refused"));
}

static void a_rst_to_the_syn_refuses(void)
{
    struct story story;

    story_begin_syn(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "connection_refused", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "syn", "the client's SYN was sent once"));
    CU_ASSERT_FALSE(story_tells(&story, "refusal", ""));
    CU_ASSERT_TRUE(story_denies(&story, "reset_by_server"));
    CU_ASSERT_TRUE(story_denies(&story, "connect_timeout"));
}

/* A load balancer without a listener on that port, for one. */
static void a_rst_to_the_syn_may_say_why(void)
{
    struct story story;

    story_begin_syn(&story);
    story_rst(&story, SIDE_SERVER);
    story_reset_text(&story, "No local listener");
    CU_ASSERT_TRUE(story_says(&story, "connection_refused", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "reset_text", "17 octets: \"No local listener\""));
}

static void a_rst_later_does_not_refuse_the_connection(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "connection_refused"));
}

/* A SYN with a hello in it (RFC 7413). */
static void begin_with_hello_in_syn(struct story *story)
{
    story_begin_syn(story);
    story_modern_hello(story);
    sent_by(story, SIDE_CLIENT)->packets = 1;
}

static void a_rst_to_a_syn_with_a_hello_refuses_the_connection(void)
{
    struct story story;

    begin_with_hello_in_syn(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "connection_refused", CAUSE_CERTAIN));
    CU_ASSERT_EQUAL(story.facts.stage, STAGE_TCP_CONNECT);
    CU_ASSERT_TRUE(story_denies(&story, "reset_by_server"));
}

static void a_rst_that_answers_no_syn_refuses_no_connection(void)
{
    struct story story;

    begin_with_hello_in_syn(&story);
    story_rst(&story, SIDE_SERVER);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.answers_syn = false;
    CU_ASSERT_TRUE(story_denies(&story, "connection_refused"));
}

static void a_syn_with_a_hello_may_get_no_answer(void)
{
    struct story story;

    begin_with_hello_in_syn(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 3;
    sent_by(&story, SIDE_CLIENT)->packets = 3;
    CU_ASSERT_TRUE(story_says(&story, "connect_timeout", CAUSE_CERTAIN));
}

static void one_syn_with_a_hello_proves_nothing(void)
{
    struct story story;

    begin_with_hello_in_syn(&story);
    story.tls_expected = false;
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "incomplete");
}

static void more_than_a_syn_with_a_hello_had_an_answer(void)
{
    struct story story;

    begin_with_hello_in_syn(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 3;
    sent_by(&story, SIDE_CLIENT)->packets = 4;
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "incomplete");
    CU_ASSERT_TRUE(story.facts.one_direction_only);
}

/* Sent again, and answered by a router. */
static void syns_with_hop_limit(struct story *story, uint8_t first, uint8_t last)
{
    struct direction *client = sent_by(story, SIDE_CLIENT);

    story_begin_syn(story);
    client->hop_limit = first;
    client->hop_limit_other = last;
    client->syn_count = client->packets = 3;
    story->connection.icmp = (struct icmp_facts){
        .count = 1, .at = story->connection.last, .type = 11, .quoted = SIDE_CLIENT};
}

static void syns_that_trace_the_path_are_no_handshake(void)
{
    struct story story;

    syns_with_hop_limit(&story, 1, 30);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "not_tls");
    story.connection.icmp.count = 0; /* a router that says nothing */
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "not_tls");
    syns_with_hop_limit(&story, 6, 6);
    story.connection.icmp.count = 0;
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "not_tls");
    story_begin_syn(&story);
    sent_by(&story, SIDE_CLIENT)->hop_limit = sent_by(&story, SIDE_CLIENT)->hop_limit_other = 12;
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "connection_refused", CAUSE_CERTAIN));
}

static void syns_of_systems_may_expire_in_a_loop(void)
{
    struct story story;

    syns_with_hop_limit(&story, 32, 32);
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_CERTAIN));
    syns_with_hop_limit(&story, 60, 2); /* seen within it */
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_CERTAIN));
    syns_with_hop_limit(&story, 2, 60);
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_CERTAIN));
    syns_with_hop_limit(&story, 0, 0); /* not known */
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_CERTAIN));
    syns_with_hop_limit(&story, 31, 31); /* of one that began with 32, or came far */
    story.connection.icmp.type = 3;
    story.connection.icmp.code = 13;
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_CERTAIN));
    syns_with_hop_limit(&story, 31, 31);
    story.connection.icmp.count = 0;
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "connect_timeout");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"one SYN alone proves nothing", one_syn_alone_proves_nothing},
        {"a SYN sent again and again is certain", a_syn_sent_again_and_again_is_certain},
        {"a capture may end before a SYN is in vain", a_capture_may_end_before_a_syn_is_in_vain},
        {"a client that sent more than SYNs got an answer",
         a_client_that_sent_more_than_syns_got_an_answer},
        {"an open connection did not time out", an_open_connection_did_not_time_out},
        {"a RST to the SYN refuses", a_rst_to_the_syn_refuses},
        {"a RST to the SYN may say why", a_rst_to_the_syn_may_say_why},
        {"a RST later does not refuse the connection", a_rst_later_does_not_refuse_the_connection},
        {"a RST to a SYN with a hello refuses the connection",
         a_rst_to_a_syn_with_a_hello_refuses_the_connection},
        {"a RST that answers no SYN refuses no connection",
         a_rst_that_answers_no_syn_refuses_no_connection},
        {"a SYN with a hello may get no answer", a_syn_with_a_hello_may_get_no_answer},
        {"one SYN with a hello proves nothing", one_syn_with_a_hello_proves_nothing},
        {"more than a SYN with a hello had an answer", more_than_a_syn_with_a_hello_had_an_answer},
        {"SYNs that trace the path are no handshake", syns_that_trace_the_path_are_no_handshake},
        {"SYNs of systems may expire in a loop", syns_of_systems_may_expire_in_a_loop},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes_connect", tests);
}
