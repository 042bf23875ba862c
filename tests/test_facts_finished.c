/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum {
    FLIGHT_OCTETS = STORY_FINISHED_RECORD + 5, /* with the header of the record */
    REQUEST_RECORD = 90,
    FINISHED_1_2_RECORD = 40,                          /* AES-GCM: nonce, message, tag */
    FINISHED_1_2_OCTETS = 6 + FINISHED_1_2_RECORD + 5, /* with the change_cipher_spec before it */
    ENCRYPTED_ALERT_1_2 = 26                           /* AES-GCM: nonce, two octets, tag */
};

/* The client believes to be connected, and sends its request. So many octets of that were never
 * ACKed. */
static void send_flight(struct story *story, uint32_t unacknowledged)
{
    story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(story, SIDE_CLIENT, REQUEST_RECORD);
    story->connection.direction[SIDE_CLIENT].unacknowledged_octets = unacknowledged;
}

static void send_again(struct story *story, enum side side, uint32_t times)
{
    struct direction *sender = &story->connection.direction[side];

    sender->most_retransmitted = times;
    sender->retransmissions = times;
    sender->largest_unacknowledged = sender->mss;
    sender->smallest_unacknowledged = sender->mss;
}

/* Nothing of it was ACKed, and it was sent again so many times. */
static void begin_lost_flight(struct story *story, uint32_t times)
{
    story_begin_flight_1_3(story);
    send_flight(story, FLIGHT_OCTETS + REQUEST_RECORD + 5);
    send_again(story, SIDE_CLIENT, times);
}

static void a_flight_that_never_arrives_finishes_nothing(void)
{
    struct story story;

    begin_lost_flight(&story, 6);
    story_wait(&story, 8 * STORY_SECOND);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    CU_ASSERT_TRUE(story_considers(&story, "packet_loss"));
}

/* Nor does a certificate count that did not arrive. */
static void a_certificate_that_never_arrives_is_not_refused(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    send_flight(&story, 905 + FLIGHT_OCTETS + REQUEST_RECORD + 5);
    send_again(&story, SIDE_CLIENT, 6);
    story_wait(&story, 8 * STORY_SECOND);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_rejected"));
}

static void a_request_that_never_arrives_follows_a_handshake(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    send_flight(&story, REQUEST_RECORD + 5);
    send_again(&story, SIDE_CLIENT, 6);
    story_fin(&story, SIDE_CLIENT);
    story.connection.direction[SIDE_CLIENT].unacknowledged_octets++; /* the FIN */
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* Once is no loss: an ACK may have been late, or not captured. */
static void a_flight_that_is_sent_again_once_may_have_arrived(void)
{
    struct story story;

    begin_lost_flight(&story, 1);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* Data of the server before the client's Finished prove nothing (RFC 8446 section 2), those behind
 * it do. */
static void an_answer_tells_that_the_flight_arrived(void)
{
    struct story story;

    begin_lost_flight(&story, 6);
    story_protected(&story, SIDE_SERVER, 250);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* What the capture lacks of the client's octets, or was not read, may be what was not ACKed. */
static void octets_that_were_not_captured_prove_no_loss(void)
{
    for (unsigned dropped = 0; dropped < 2; dropped++) {
        struct story story;
        struct trouble *trouble;

        begin_lost_flight(&story, 6);
        trouble = direction_have_trouble(&story.connection.direction[SIDE_CLIENT]);
        trouble->unseen_octets = dropped ? 0 : 1000;
        trouble->dropped_octets = dropped ? 1000 : 0;
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

/* However much of it that was, more is lost. */
static void octets_that_were_not_captured_are_not_all_that_is_lost(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    send_flight(&story, FLIGHT_OCTETS + REQUEST_RECORD + 5 + 100);
    send_again(&story, SIDE_CLIENT, 6);
    direction_have_trouble(&story.connection.direction[SIDE_CLIENT])->unseen_octets = 100;
    story_wait(&story, 8 * STORY_SECOND);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_NOT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* Two attempts within a quarter of a second are no loss yet: the capture ends too early. */
static void a_flight_that_is_still_sent_again_leaves_it_open(void)
{
    struct story story;

    begin_lost_flight(&story, 2);
    direction_have_trouble(&story.connection.direction[SIDE_CLIENT])->first_retransmission.time_ns =
        story.now_ns;
    story_wait(&story, 250 * STORY_MILLISECOND);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

static void a_server_that_left_before_finishes_nothing(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_fin(&story, SIDE_SERVER);
    send_flight(&story, FLIGHT_OCTETS + REQUEST_RECORD + 5);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
}

/* The certificate comes too late to be the reason. */
static void a_server_that_left_before_refuses_no_certificate(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_fin(&story, SIDE_SERVER);
    story_protected(&story, SIDE_CLIENT, 900);
    send_flight(&story, 905 + FLIGHT_OCTETS + REQUEST_RECORD + 5);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_rejected"));
}

/* The server refuses the empty Certificate, and has closed when the Finished comes. */
static void a_server_that_left_before_the_finished_may_have_refused(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    story_refuse(&story);
    send_flight(&story, FLIGHT_OCTETS + REQUEST_RECORD + 5);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
}

/* Whether its host took the flight or nothing tells: the server had left before. One that has sent
 * data with its own Finished, and need not wait for the client's, may be content. */
static void a_server_that_closes_before_the_flight_finishes_nothing(void)
{
    static const struct {
        uint32_t unacknowledged;
        uint16_t data;
        bool resets;
        enum outcome outcome;
    } rows[] = {
        {0, 0, true, OUTCOME_FAILED},
        {0, 0, false, OUTCOME_FAILED},
        {FLIGHT_OCTETS + REQUEST_RECORD + 5, 0, false, OUTCOME_FAILED},
        {0, 300, true, OUTCOME_ESTABLISHED},
        {0, 300, false, OUTCOME_ESTABLISHED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        if (rows[i].data > 0)
            story_protected(&story, SIDE_SERVER, rows[i].data);
        story_fin(&story, SIDE_SERVER);
        send_flight(&story, rows[i].unacknowledged);
        if (rows[i].resets)
            story_rst(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
        if (rows[i].outcome == OUTCOME_FAILED)
            CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
    }
}

/* A ServerHello that nobody can read: it was cut. What the server says last may be an alert of TLS
 * 1.3, and is an answer when it is longer. */
static void the_end_of_an_unknown_version_may_be_an_alert(void)
{
    static const struct {
        uint16_t record;
        enum outcome outcome;
    } rows[] = {{STORY_ALERT_RECORD, OUTCOME_INCOMPLETE}, {250, OUTCOME_ESTABLISHED}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO, bytes_of("", 0))->offset =
            NOTE_NOT_KEPT;
        story.handshake.gap_octets[SIDE_SERVER] = 2000;
        direction_have_trouble(&story.connection.direction[SIDE_SERVER])->cut_octets = 2000;
        story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_SERVER, rows[i].record);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* TLS 1.2: behind the Finished the client sent an alert, its close_notify or a refusal. What the
 * server says then tells which; where the capture ends before that, nothing does. */
static void an_alert_behind_the_finished_waits_for_the_server(void)
{
    static const struct {
        bool is_answered;
        enum outcome outcome;
    } rows[] = {{false, OUTCOME_INCOMPLETE}, {true, OUTCOME_FAILED}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story_client_flight_1_2(&story);
        story_note(&story, SIDE_CLIENT, NOTE_ENCRYPTED_ALERT)->length = ENCRYPTED_ALERT_1_2;
        if (rows[i].is_answered)
            story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
        CU_ASSERT_TRUE(story_denies(&story, "record_corruption"));
    }
}

static void finish_1_2(struct story *story, enum side side)
{
    story_ccs(story, side);
    story_note(story, side, NOTE_ENCRYPTED_HANDSHAKE)->length = FINISHED_1_2_RECORD;
}

/* What the server sent last is sent again so many times for so long, and of it so many octets are
 * not ACKed. */
static void lose_last(struct story *story, uint32_t times, int64_t during_ns,
                      uint32_t unacknowledged)
{
    struct direction *server = &story->connection.direction[SIDE_SERVER];

    server->unacknowledged_octets = unacknowledged;
    send_again(story, SIDE_SERVER, times);
    story_wait(story, during_ns);
    direction_have_trouble(server)->last_retransmission.time_ns = story->now_ns;
}

/* TLS 1.2: that is the server's Finished. */
static void lose_finished(struct story *story, uint32_t times, int64_t during_ns,
                          uint32_t unacknowledged)
{
    story_begin_flight_1_2(story);
    story_client_flight_1_2(story);
    finish_1_2(story, SIDE_SERVER);
    lose_last(story, times, during_ns, unacknowledged);
}

/* The client goes on sending packets that acknowledge no more. */
static void client_is_heard(struct story *story)
{
    story->connection.last_by[SIDE_CLIENT].time_ns = story->now_ns;
    story->connection.last_by[SIDE_CLIENT].packet = story->packet;
}

static void a_last_finished_that_never_arrives_finishes_nothing(void)
{
    static const struct {
        uint32_t times;
        int64_t during_ns;
        bool is_heard;
        enum outcome outcome;
    } rows[] = {
        {2, 600 * STORY_MILLISECOND, true, OUTCOME_FAILED},
        {2, 600 * STORY_MILLISECOND, false, OUTCOME_ESTABLISHED},
        {2, 100 * STORY_MILLISECOND, true, OUTCOME_ESTABLISHED},
        {1, 600 * STORY_MILLISECOND, true, OUTCOME_ESTABLISHED},
        {4, 3 * STORY_SECOND, false, OUTCOME_FAILED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        lose_finished(&story, rows[i].times, rows[i].during_ns, FINISHED_1_2_OCTETS);
        if (rows[i].is_heard)
            client_is_heard(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
        if (rows[i].outcome == OUTCOME_FAILED)
            CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
    }
}

/* The capture lacks the ServerHello: that the Finished did not arrive is seen all the same. */
static void a_last_finished_may_be_lost_behind_an_unseen_server_hello(void)
{
    static const struct {
        uint32_t times;
        enum outcome outcome;
    } rows[] = {{1, OUTCOME_ESTABLISHED}, {4, OUTCOME_INCOMPLETE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story.handshake.gap_octets[SIDE_SERVER] = 1448;
        story_client_flight_1_2(&story);
        finish_1_2(&story, SIDE_SERVER);
        lose_last(&story, rows[i].times, 3 * STORY_SECOND, FINISHED_1_2_OCTETS);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* The client gave up meanwhile, and the capture ends before the server does. */
static void a_client_that_leaves_without_the_last_finished_did_not_go_on(void)
{
    struct story story;

    lose_finished(&story, 3, 900 * STORY_MILLISECOND, FINISHED_1_2_OCTETS);
    story_fin(&story, SIDE_CLIENT);
    client_is_heard(&story);
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
}

/* A RST may be another host's, and is no sign of what the client has. */
static void a_reset_does_not_tell_that_the_last_finished_is_lost(void)
{
    struct story story;

    lose_finished(&story, 2, 600 * STORY_MILLISECOND, FINISHED_1_2_OCTETS);
    story_rst(&story, SIDE_CLIENT);
    client_is_heard(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* In an abbreviated handshake the client's Finished comes last (RFC 5246 section 7.3). */
static void the_last_finished_of_an_abbreviated_handshake_is_the_clients(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    finish_1_2(&story, SIDE_SERVER);
    finish_1_2(&story, SIDE_CLIENT);
    story.connection.direction[SIDE_CLIENT].unacknowledged_octets = FINISHED_1_2_OCTETS;
    send_again(&story, SIDE_CLIENT, 7);
    story_wait(&story, 7 * STORY_SECOND);
    direction_have_trouble(&story.connection.direction[SIDE_CLIENT])->last_retransmission.time_ns =
        story.now_ns;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_FAILED);
    CU_ASSERT_TRUE(story_considers(&story, "packet_loss"));
}

/* What is lost is what came behind the Finished, or what the capture lacks; or the client has sent
 * data, which may be an answer. */
static void a_last_finished_that_may_have_arrived_ends_a_handshake(void)
{
    enum { ACKED, UNSEEN, WITH_DATA, WAYS };

    for (unsigned way = 0; way < WAYS; way++) {
        struct story story;
        struct direction *server;

        lose_finished(&story, 6, 8 * STORY_SECOND, FINISHED_1_2_OCTETS);
        server = &story.connection.direction[SIDE_SERVER];
        if (way == ACKED) {
            story_note(&story, SIDE_SERVER, NOTE_ENCRYPTED_ALERT)->length = ENCRYPTED_ALERT_1_2;
            story_fin(&story, SIDE_SERVER);
            server->unacknowledged_octets = ENCRYPTED_ALERT_1_2 + 5 + 1;
        } else if (way == UNSEEN) {
            direction_have_trouble(server)->unseen_octets = 1000;
        } else {
            story_protected(&story, SIDE_CLIENT, REQUEST_RECORD);
        }
        client_is_heard(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

/* Packets of the server were cut by the capture. */
static void cut(struct story *story)
{
    enum { OCTETS = 500 };

    story_note(story, SIDE_SERVER, NOTE_GAP)->length = OCTETS;
    story->handshake.gap_octets[SIDE_SERVER] += OCTETS;
}

/* What is cut in front of it changes nothing about what was not ACKed; what comes behind it may be
 * what was not. */
static void a_cut_in_front_of_a_lost_finished_leaves_it_open(void)
{
    static const enum outcome outcomes[] = {OUTCOME_INCOMPLETE, OUTCOME_ESTABLISHED};

    for (size_t behind = 0; behind < 2; behind++) {
        struct story story;

        story_begin_flight_1_2(&story);
        if (behind == 0)
            cut(&story);
        story_client_flight_1_2(&story);
        finish_1_2(&story, SIDE_SERVER);
        if (behind == 1)
            cut(&story);
        lose_last(&story, 6, 8 * STORY_SECOND, FINISHED_1_2_OCTETS + 600);
        client_is_heard(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, outcomes[behind]);
    }
}

/* A RST that does not fit the connection tells nothing of its server. */
static void a_rst_of_another_connection_does_not_show_who_left(void)
{
    struct story story;

    for (int is_before = 0; is_before < 2; is_before++) {
        story_begin_flight_1_3(&story);
        if (is_before)
            story_rst(&story, SIDE_SERVER);
        send_flight(&story, FLIGHT_OCTETS + REQUEST_RECORD + 5);
        if (!is_before)
            story_rst(&story, SIDE_SERVER);
        direction_have_trouble(&story.connection.direction[SIDE_SERVER])->reset.fit = RESET_OUTSIDE;
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

/* Up to TLS 1.2 the server does not answer the client's Finished, and the client gives up. The ACK
 * of its FIN tells whether the server had sent anything. */
static void await_the_finished(struct story *story, int64_t wait_ns, bool is_acknowledged)
{
    story_begin_flight_1_2(story);
    story_client_flight_1_2(story);
    story_wait(story, wait_ns);
    story_fin(story, SIDE_CLIENT);
    sent_by(story, SIDE_CLIENT)->fin_acknowledged = is_acknowledged;
}

static void a_server_that_owes_its_finished_is_silent(void)
{
    struct story story;

    await_the_finished(&story, 5 * STORY_SECOND, true);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
}

static void a_finished_that_may_be_missing_is_not_owed(void)
{
    struct story story;

    await_the_finished(&story, 5 * STORY_SECOND, false);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);

    await_the_finished(&story, STORY_SECOND, true);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);

    await_the_finished(&story, 5 * STORY_SECOND, true);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->unseen_octets = 45;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* Behind this choice the server sends what should be its Finished, of this length, and data; the
 * client leaves. */
static enum outcome outcome_of_disguise(struct story_choice choice, uint32_t length)
{
    struct story story;

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_ccs(&story, SIDE_SERVER);
    story_note(&story, SIDE_SERVER, NOTE_ENCRYPTED_HANDSHAKE)->length = length;
    story_protected(&story, SIDE_SERVER, 37);
    story_fin(&story, SIDE_CLIENT);
    story_fin(&story, SIDE_SERVER);
    return story_facts(&story)->outcome;
}

/* A message that is out of step, as behind a record that was cut on the way, is no Finished. */
static void a_broken_flight_is_no_disguise(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    choice.truncated = true;
    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_note(&story, SIDE_SERVER, NOTE_MALFORMED)->type = MALFORMED_MESSAGE_SIZE;
    story_note(&story, SIDE_SERVER, NOTE_ENCRYPTED_HANDSHAKE)->length = 4;
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_LIKELY));
}

/* Tunnels dress as an abbreviated handshake, and put what they carry where the Finished should be. */
static void what_only_looks_like_tls_is_none(void)
{
    struct story_choice choice = story_choice_1_2();

    CU_ASSERT_EQUAL(outcome_of_disguise(choice, 250), OUTCOME_NOT_TLS);
    CU_ASSERT_EQUAL(outcome_of_disguise(choice, 40), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_disguise(choice, 30), OUTCOME_FAILED); /* a piece */
    choice.suite = 0xc013; /* TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: there may be padding */
    CU_ASSERT_EQUAL(outcome_of_disguise(choice, 250), OUTCOME_FAILED);
    choice.truncated = true;
    CU_ASSERT_EQUAL(outcome_of_disguise(choice, 40), OUTCOME_NOT_TLS);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a flight that never arrives finishes nothing",
         a_flight_that_never_arrives_finishes_nothing},
        {"a certificate that never arrives is not refused",
         a_certificate_that_never_arrives_is_not_refused},
        {"a request that never arrives follows a handshake",
         a_request_that_never_arrives_follows_a_handshake},
        {"a flight that is sent again once may have arrived",
         a_flight_that_is_sent_again_once_may_have_arrived},
        {"an answer tells that the flight arrived", an_answer_tells_that_the_flight_arrived},
        {"octets that were not captured prove no loss",
         octets_that_were_not_captured_prove_no_loss},
        {"octets that were not captured are not all that is lost",
         octets_that_were_not_captured_are_not_all_that_is_lost},
        {"a flight that is still sent again leaves it open",
         a_flight_that_is_still_sent_again_leaves_it_open},
        {"a server that left before finishes nothing", a_server_that_left_before_finishes_nothing},
        {"a server that left before refuses no certificate",
         a_server_that_left_before_refuses_no_certificate},
        {"a server that left before the Finished may have refused",
         a_server_that_left_before_the_finished_may_have_refused},
        {"a RST of another connection does not show who left",
         a_rst_of_another_connection_does_not_show_who_left},
        {"a server that closes before the flight finishes nothing",
         a_server_that_closes_before_the_flight_finishes_nothing},
        {"the end of an unknown version may be an alert",
         the_end_of_an_unknown_version_may_be_an_alert},
        {"an alert behind the Finished waits for the server",
         an_alert_behind_the_finished_waits_for_the_server},
        {"a last Finished that never arrives finishes nothing",
         a_last_finished_that_never_arrives_finishes_nothing},
        {"a last Finished may be lost behind an unseen ServerHello",
         a_last_finished_may_be_lost_behind_an_unseen_server_hello},
        {"a client that leaves without the last Finished did not go on",
         a_client_that_leaves_without_the_last_finished_did_not_go_on},
        {"a reset does not tell that the last Finished is lost",
         a_reset_does_not_tell_that_the_last_finished_is_lost},
        {"the last Finished of an abbreviated handshake is the client's",
         the_last_finished_of_an_abbreviated_handshake_is_the_clients},
        {"a last Finished that may have arrived ends a handshake",
         a_last_finished_that_may_have_arrived_ends_a_handshake},
        {"a cut in front of a lost Finished leaves it open",
         a_cut_in_front_of_a_lost_finished_leaves_it_open},
        {"a server that owes its Finished is silent", a_server_that_owes_its_finished_is_silent},
        {"a Finished that may be missing is not owed", a_finished_that_may_be_missing_is_not_owed},
        {"a broken flight is no disguise", a_broken_flight_is_no_disguise},
        {"what only looks like TLS is none", what_only_looks_like_tls_is_none},
        CU_TEST_INFO_NULL,
    };

    return suite_run("whether a handshake finished", tests);
}
