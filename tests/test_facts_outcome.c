/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an end means: each sign that a rule asks for is taken away, one at a time. */
#include "analyze/facts_internal.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* A SYN that is sent again for 7 s, and so are the SYN-ACKs: these do not get through. */
static void lose_opening(struct story *story)
{
    story_begin(story);
    for (size_t side = 0; side < SIDES; side++) {
        struct direction *direction = sent_by(story, (enum side)side);

        direction->syn_count = 3;
        direction->packets = 3;
        direction->last_syn = direction->syn;
        direction->last_syn.time_ns += 7 * STORY_SECOND;
    }
    story_wait(story, 7 * STORY_SECOND);
    story->reason = CONNECTION_END_IDLE;
}

static void no_tls_is_expected(struct story *story)
{
    story->tls_expected = false;
}

static void the_syn_is_not_captured(struct story *story)
{
    story->connection.syn_seen = false;
}

static void the_client_sent_two_syns(struct story *story)
{
    sent_by(story, SIDE_CLIENT)->syn_count = 2;
    sent_by(story, SIDE_CLIENT)->packets = 2;
}

static void the_client_sent_an_ack(struct story *story)
{
    sent_by(story, SIDE_CLIENT)->packets++;
}

static void they_gave_up_at_once(struct story *story)
{
    for (size_t side = 0; side < SIDES; side++)
        sent_by(story, (enum side)side)->last_syn.time_ns =
            sent_by(story, (enum side)side)->syn.time_ns + STORY_SECOND;
}

static void the_client_sent_octets(struct story *story)
{
    sent_by(story, SIDE_CLIENT)->payload_octets = 1;
}

static void the_server_sent_octets(struct story *story)
{
    sent_by(story, SIDE_SERVER)->payload_octets = 1;
}

static void an_octet_of_the_client_is_not_captured(struct story *story)
{
    direction_have_trouble(sent_by(story, SIDE_CLIENT))->unseen_octets = 1;
}

static void the_client_closed(struct story *story)
{
    sent_by(story, SIDE_CLIENT)->fin = sent_by(story, SIDE_CLIENT)->last_syn;
}

static void the_server_closed(struct story *story)
{
    sent_by(story, SIDE_SERVER)->fin = sent_by(story, SIDE_SERVER)->last_syn;
}

static void the_server_reset(struct story *story)
{
    direction_have_trouble(sent_by(story, SIDE_SERVER))->reset =
        (struct reset){.at = sent_by(story, SIDE_SERVER)->last_syn, .fit = RESET_EXACT, .count = 1};
}

static bool opening_is_lost(struct story *story)
{
    const struct facts *facts = story_facts(story);

    return facts->outcome == OUTCOME_FAILED && facts->stage == STAGE_TCP_CONNECT;
}

static void a_lost_opening_has_many_signs(void)
{
    static void (*const changes[])(struct story *) = {
        no_tls_is_expected,       the_syn_is_not_captured,
        the_client_sent_two_syns, the_client_sent_an_ack,
        they_gave_up_at_once,     the_client_sent_octets,
        the_server_sent_octets,   an_octet_of_the_client_is_not_captured,
        the_client_closed,        the_server_closed,
        the_server_reset,
    };
    struct story story;

    lose_opening(&story);
    CU_ASSERT_TRUE(opening_is_lost(&story));
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        lose_opening(&story);
        changes[i](&story);
        CU_ASSERT_FALSE(opening_is_lost(&story));
    }
}

/* A server that sends nothing but one SYN-ACK again may still have been answered: the client's own
 * SYNs tell, when it sends them for two time-outs. */
static void syns_in_vain_are_enough(void)
{
    struct story story;

    lose_opening(&story);
    sent_by(&story, SIDE_SERVER)->last_syn = sent_by(&story, SIDE_SERVER)->syn;
    CU_ASSERT_TRUE(opening_is_lost(&story));
}

/* The client closes behind its hello, and nothing tells whether the server had answered. */
static void close_unanswered(struct story *story)
{
    story_begin_hello(story);
    story_fin(story, SIDE_CLIENT);
    sent_by(story, SIDE_CLIENT)->fin_acknowledged = false;
}

static void what_was_sent_again_was_not_answered(void)
{
    struct story story;

    close_unanswered(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
    close_unanswered(&story);
    sent_by(&story, SIDE_CLIENT)->retransmissions = 1;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    close_unanswered(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 3;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
}

/* The RST of a host that has no such connection any more tells that nothing was on its way; one
 * that an honest receiver ignores (RFC 5961 section 3.2) is nobody's. */
static void a_reset_answers_a_close_where_it_fits(void)
{
    struct story story;

    close_unanswered(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    close_unanswered(&story);
    story_rst(&story, SIDE_SERVER);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.fit = RESET_OUTSIDE;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* The client closes without a word, and the server says something in TLS. */
static void leave_unheard(struct story *story)
{
    story_begin(story);
    the_client_sent_an_ack(story);
    story_fin(story, SIDE_CLIENT);
    story_fatal(story, SIDE_SERVER, TLS_ALERT_DECODE_ERROR);
}

/* What was not captured may be its hello. */
static void a_client_left_unheard_where_nothing_is_missing(void)
{
    struct story story;

    leave_unheard(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_NOT_TLS);
    leave_unheard(&story);
    story.handshake.gap_octets[SIDE_CLIENT] = 300;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

static void a_server_that_spoke_was_not_waited_for(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_fin(&story, SIDE_CLIENT);
    sent_by(&story, SIDE_CLIENT)->fin_acknowledged = false;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
}

/* Up to TLS 1.2 one packet more finishes the handshake; that one may not have been captured. */
static void a_silence_before_the_last_flight_proves_nothing(void)
{
    struct story story;

    story_begin_hello(&story);
    story.reason = CONNECTION_END_CAPTURE;
    story_wait(&story, 20 * STORY_SECOND);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story.reason = CONNECTION_END_CAPTURE;
    story_wait(&story, 20 * STORY_SECOND);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* The server's flight got through in the end, and half a second later the capture ends. */
static void what_was_late_is_not_lost(void)
{
    static const struct {
        uint32_t unacknowledged;
        int64_t waited_ns;
        enum outcome outcome;
    } rows[] = {
        {0, STORY_SECOND / 2, OUTCOME_INCOMPLETE},
        {700, STORY_SECOND / 2, OUTCOME_FAILED},
        {0, 20 * STORY_SECOND, OUTCOME_FAILED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        sent_by(&story, SIDE_SERVER)->most_retransmitted = 2;
        sent_by(&story, SIDE_SERVER)->unacknowledged_octets = rows[i].unacknowledged;
        story.reason = CONNECTION_END_CAPTURE;
        story_wait(&story, rows[i].waited_ns);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* The client's RST came another way than its SYN; a scanner's host sends it to a SYN-ACK that it
 * did not ask for. */
static void reset_from_elsewhere(struct story *story)
{
    story_begin(story);
    sent_by(story, SIDE_CLIENT)->hop_limit = 64;
    story_rst(story, SIDE_CLIENT);
    direction_have_trouble(sent_by(story, SIDE_CLIENT))->reset.hop_limit = 48;
    direction_have_trouble(sent_by(story, SIDE_CLIENT))->reset.has_ack = false;
}

static void who_sent_an_ack_does_not_scan(void)
{
    struct story story;

    reset_from_elsewhere(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_NOT_TLS);
    reset_from_elsewhere(&story);
    the_client_sent_an_ack(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    reset_from_elsewhere(&story);
    the_client_sent_an_ack(&story);
    story.handshake.stream_octets[SIDE_SERVER] = 1;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_NOT_TLS);
}

/* The server closes at once, before the client's hello. */
static void turn_away(struct story *story)
{
    story_begin(story);
    the_client_sent_an_ack(story);
    story_fin(story, SIDE_SERVER);
}

static void who_is_turned_away_was_there_and_had_not_begun(void)
{
    struct story story;

    turn_away(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    turn_away(&story);
    sent_by(&story, SIDE_CLIENT)->packets--;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_NOT_TLS);
    turn_away(&story);
    story.handshake.stream_octets[SIDE_SERVER] = 1;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_NOT_TLS);
}

static void the_client_closes(struct story *story)
{
    story_fin(story, SIDE_CLIENT);
}

static void a_minute_passes(struct story *story)
{
    story_wait(story, 60 * STORY_SECOND);
}

/* Where nobody spoke because the capture ended, it may have been TLS. */
static void a_capture_that_ends_behind_the_opening_tells_nothing(void)
{
    static const struct {
        void (*change)(struct story *story);
        enum outcome outcome;
    } rows[] = {
        {NULL, OUTCOME_INCOMPLETE},
        {the_client_sent_an_ack, OUTCOME_INCOMPLETE},
        {no_tls_is_expected, OUTCOME_NOT_TLS},
        {the_syn_is_not_captured, OUTCOME_NOT_TLS},
        {the_client_closes, OUTCOME_NOT_TLS}, /* as health checks do */
        {a_minute_passes, OUTCOME_NOT_TLS},   /* kept in reserve */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin(&story);
        story.reason = CONNECTION_END_CAPTURE;
        if (rows[i].change != NULL)
            rows[i].change(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* The outcome is that nothing can be told, for this reason. */
static bool lacks(struct story *story, const char *reason)
{
    const struct facts *facts = story_facts(story);

    return facts->outcome == OUTCOME_INCOMPLETE && facts->incomplete_reason != NULL
           && strstr(facts->incomplete_reason, reason) != NULL;
}

/* A segment of the server with no SYN-ACK in the capture comes from an open connection, but not its
 * RST. */
static void a_segment_of_the_server_shows_a_connection(void)
{
    struct story story;

    story_begin_syn(&story);
    CU_ASSERT_FALSE(facts_tcp_is_connected(story_facts(&story)));
    story_begin_syn(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_FALSE(facts_tcp_is_connected(story_facts(&story)));
    story_begin_syn(&story);
    sent_by(&story, SIDE_SERVER)->packets = 1;
    CU_ASSERT_TRUE(facts_tcp_is_connected(story_facts(&story)));
}

/* A RST that does not answer the SYN is of another connection, or of one that is not captured. */
static void only_a_reset_that_answers_the_syn_refuses_it(void)
{
    struct story story;

    story_begin_syn(&story);
    story_rst(&story, SIDE_SERVER);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.answers_syn = true;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    story_begin_syn(&story);
    story_rst(&story, SIDE_SERVER);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.answers_syn = false;
    CU_ASSERT_TRUE(lacks(&story, "missed packets"));
}

/* One SYN has to wait until the next one would have come. */
static void one_syn_waits_for_its_answer(void)
{
    static const struct {
        enum connection_end reason;
        int64_t waited_ns;
        const char *text;
    } rows[] = {
        {CONNECTION_END_CAPTURE, STORY_MILLISECOND, "ends before an answer"},
        {CONNECTION_END_CAPTURE, 60 * STORY_SECOND, "gave up at once"},
        {CONNECTION_END_IDLE, STORY_MILLISECOND, "gave up at once"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_syn(&story);
        story.reason = rows[i].reason;
        story_wait(&story, rows[i].waited_ns);
        CU_ASSERT_TRUE(lacks(&story, rows[i].text));
    }
}

static enum stage stage_of(struct story *story)
{
    return story_facts(story)->stage;
}

/* A SYN with a hello in it reached nobody; a hello without its SYN came when there was one. */
static void a_hello_in_vain_has_its_syn(void)
{
    struct story story;

    story_begin_syn(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->packets = 1;
    CU_ASSERT_EQUAL(stage_of(&story), STAGE_TCP_CONNECT);
    story_begin_syn(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->packets = 1;
    story.connection.syn_seen = false;
    CU_ASSERT_EQUAL(stage_of(&story), STAGE_CLIENT_HELLO);
}

/* The stage is the last one that was reached up to TLS 1.2. */
static void stages_follow_each_other(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_hello(&story);
    story_ccs(&story, SIDE_SERVER); /* it makes no sense yet */
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(stage_of(&story), STAGE_CLIENT_HELLO);
    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(stage_of(&story), STAGE_SERVER_HELLO);
    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_ccs(&story, SIDE_SERVER);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(stage_of(&story), STAGE_CHANGE_CIPHER_SPEC);
    choice.retry = true; /* which does not say that it is of TLS 1.3 */
    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(stage_of(&story), STAGE_SERVER_HELLO);
    choice.retry = false;
    story_begin_hello(&story);
    story_flight_1_2(&story, &choice, 2048);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_EQUAL(stage_of(&story), STAGE_KEY_EXCHANGE);
}

/* A RST from before the FIN is no answer to it. */
static void a_reset_before_a_close_does_not_answer_it(void)
{
    struct story story;

    close_unanswered(&story);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset =
        (struct reset){.at = sent_by(&story, SIDE_CLIENT)->syn, .fit = RESET_EXACT, .count = 1};
    CU_ASSERT_TRUE(lacks(&story, "ends with the client's FIN"));
}

/* The numbers of a RST tell what its host had sent; those of somebody else's RST tell nothing. */
static void a_hosts_own_reset_tells_of_unseen_octets(void)
{
    for (uint8_t hop_limit = 63; hop_limit <= 64; hop_limit++) {
        struct story story;

        story_begin_hello(&story);
        sent_by(&story, SIDE_SERVER)->hop_limit = 64;
        story_rst(&story, SIDE_SERVER);
        direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.hop_limit = hop_limit;
        direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.unseen_octets = 90;
        CU_ASSERT_EQUAL(story_facts(&story)->outcome,
                        hop_limit == 64 ? OUTCOME_INCOMPLETE : OUTCOME_FAILED);
    }
}

/* What the capture lacks is told, the first of what explains most. */
static void what_is_missing_is_told(void)
{
    struct story story;

    story_begin_hello(&story);
    story.reason = CONNECTION_END_EVICTED;
    CU_ASSERT_TRUE(lacks(&story, "--max-memory"));
    story_begin_hello(&story);
    story_fin(&story, SIDE_CLIENT);
    sent_by(&story, SIDE_SERVER)->packets = 0;
    CU_ASSERT_TRUE(lacks(&story, "one direction"));
    story_begin_flight_1_2(&story);
    story.handshake.gap_octets[SIDE_SERVER] = 300;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(lacks(&story, "missed packets"));
    story_begin_flight_1_2(&story);
    story.handshake.gap_octets[SIDE_SERVER] = 300;
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->cut_octets = 300;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(lacks(&story, "snapshot length"));
}

/* Up to TLS 1.2 the client is done but for the server's Finished, and closes. */
static void finish_and_close(struct story *story)
{
    story_begin_flight_1_2(story);
    story_client_flight_1_2(story);
    story_fin(story, SIDE_CLIENT);
}

static void the_server_ends_with_a_reset(struct story *story)
{
    direction_have_trouble(sent_by(story, SIDE_SERVER))->reset = (struct reset){
        .at = sent_by(story, SIDE_CLIENT)->fin, .fit = RESET_EXACT, .has_ack = true, .count = 1};
}

/* The client answers octets that come behind its FIN with a RST. */
static void the_client_resets(struct story *story, uint64_t packets_later)
{
    struct reset reset = {.at = sent_by(story, SIDE_CLIENT)->fin, .fit = RESET_EXACT, .count = 1};

    reset.at.packet += packets_later;
    direction_have_trouble(sent_by(story, SIDE_CLIENT))->reset = reset;
}

static bool goes_on(struct story *story)
{
    return lacks(story, "the client went on");
}

static void who_closes_may_have_been_answered(void)
{
    struct story story;

    finish_and_close(&story);
    CU_ASSERT_TRUE(goes_on(&story));
    finish_and_close(&story);
    the_server_ends_with_a_reset(&story);
    CU_ASSERT_FALSE(goes_on(&story));
}

/* A RST of the client tells of octets that are not captured, unless it came before its FIN, or what
 * it answers is there. */
static void what_a_closed_client_resets_was_not_captured(void)
{
    struct story story;

    finish_and_close(&story);
    the_server_ends_with_a_reset(&story);
    the_client_resets(&story, 1);
    CU_ASSERT_TRUE(goes_on(&story));
    finish_and_close(&story);
    the_server_ends_with_a_reset(&story);
    the_client_resets(&story, 0);
    CU_ASSERT_FALSE(goes_on(&story));
    finish_and_close(&story);
    the_server_ends_with_a_reset(&story);
    the_client_resets(&story, 1);
    sent_by(&story, SIDE_SERVER)->last_data = sent_by(&story, SIDE_CLIENT)->fin;
    CU_ASSERT_FALSE(goes_on(&story));
    finish_and_close(&story);
    the_client_resets(&story, 1);
    sent_by(&story, SIDE_SERVER)->fin = sent_by(&story, SIDE_CLIENT)->fin;
    CU_ASSERT_FALSE(goes_on(&story));
}

/* What is as long as an alert may be the client's good-bye where the beginning is not captured. */
static void a_good_bye_of_a_part_may_follow_an_answer(void)
{
    for (size_t i = 0; i < 2; i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story_client_flight_1_2(&story);
        story_note(&story, SIDE_CLIENT, NOTE_ENCRYPTED_ALERT)->length = 26;
        story_fin(&story, SIDE_SERVER);
        story.connection.syn_seen = i == 0;
        CU_ASSERT_EQUAL(goes_on(&story), i == 1);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a lost opening has many signs", a_lost_opening_has_many_signs},
        {"SYNs in vain are enough", syns_in_vain_are_enough},
        {"what was sent again was not answered", what_was_sent_again_was_not_answered},
        {"a reset answers a close where it fits", a_reset_answers_a_close_where_it_fits},
        {"a client left unheard where nothing is missing",
         a_client_left_unheard_where_nothing_is_missing},
        {"a server that spoke was not waited for", a_server_that_spoke_was_not_waited_for},
        {"a silence before the last flight proves nothing",
         a_silence_before_the_last_flight_proves_nothing},
        {"what was late is not lost", what_was_late_is_not_lost},
        {"who sent an ACK does not scan", who_sent_an_ack_does_not_scan},
        {"who is turned away was there and had not begun",
         who_is_turned_away_was_there_and_had_not_begun},
        {"a segment of the server shows a connection", a_segment_of_the_server_shows_a_connection},
        {"only a reset that answers the SYN refuses it",
         only_a_reset_that_answers_the_syn_refuses_it},
        {"one SYN waits for its answer", one_syn_waits_for_its_answer},
        {"a hello in vain has its SYN", a_hello_in_vain_has_its_syn},
        {"a capture that ends behind the opening tells nothing",
         a_capture_that_ends_behind_the_opening_tells_nothing},
        {"stages follow each other", stages_follow_each_other},
        {"a reset before a close does not answer it", a_reset_before_a_close_does_not_answer_it},
        {"a host's own reset tells of unseen octets", a_hosts_own_reset_tells_of_unseen_octets},
        {"what is missing is told", what_is_missing_is_told},
        {"who closes may have been answered", who_closes_may_have_been_answered},
        {"what a closed client resets was not captured",
         what_a_closed_client_resets_was_not_captured},
        {"a good-bye of a part may follow an answer", a_good_bye_of_a_part_may_follow_an_answer},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what an end means", tests);
}
