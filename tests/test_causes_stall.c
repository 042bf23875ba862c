/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers that fall silent in the middle of their flight. */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum {
    EXTENSIONS_RECORD = 23, /* EncryptedExtensions with nothing in it */
    FLIGHT_RECORD = 900     /* octets that may be, or hold, a certificate */
};

#define TIME_OUT_NS (4 * STORY_SECOND)

/* Of one second, which began with the connection. */
#define SHORT_TIME_OUT_NS (850 * STORY_MILLISECOND)

/* TLS 1.3: behind the ServerHello comes one record of the server. */
static void begin_stall(struct story *story, uint32_t length)
{
    struct story_choice choice = story_choice_1_3();

    story_begin_hello(story);
    story_server_hello(story, &choice);
    story_protected(story, SIDE_SERVER, length);
}

/* As programs on GnuTLS do when their own timer fires. */
static void give_up_with_close_notify(struct story *story, int64_t after_ns)
{
    story_ccs(story, SIDE_CLIENT);
    story_wait(story, after_ns);
    story_protected(story, SIDE_CLIENT, STORY_ALERT_RECORD);
    story_fin(story, SIDE_CLIENT);
}

static void a_flight_of_1_2_without_its_end_is_a_silent_server(void)
{
    static const struct {
        int64_t wait_ns;
        bool is_silent;
    } rows[] = {{TIME_OUT_NS, true}, {SHORT_TIME_OUT_NS, true}, {STORY_SECOND / 2, false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        story_certificate(&story, SIDE_SERVER);
        story_wait(&story, rows[i].wait_ns);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, "server_silent"),
                        rows[i].is_silent ? CAUSE_LIKELY : CAUSE_NO);
    }
}

/* What comes when the client has closed is too late for it. */
static void a_flight_of_1_2_whose_end_comes_late_is_a_silent_server(void)
{
    static const struct {
        int64_t wait_ns;
        const char *cause;
    } rows[] = {{TIME_OUT_NS, "server_silent"}, {STORY_SECOND / 10, "client_abandoned"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        story_wait(&story, rows[i].wait_ns);
        story_fin(&story, SIDE_CLIENT);
        story_wait(&story, STORY_SECOND);
        story_certificate(&story, SIDE_SERVER);
        story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
        sent_by(&story, SIDE_SERVER)->last_data = (struct moment){story.now_ns, story.packet};
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
    }
}

/* Of its first record the beginning alone came. */
static void a_server_that_stops_within_its_first_record_is_silent(void)
{
    for (int stops = 0; stops < 2; stops++) {
        struct story story;

        story_begin_hello(&story);
        story.handshake.begun_octets[SIDE_SERVER] = stops ? 11 : 0;
        sent_by(&story, SIDE_SERVER)->payload_octets = 11;
        sent_by(&story, SIDE_SERVER)->last_data = (struct moment){story.now_ns, story.packet};
        story_wait(&story, TIME_OUT_NS);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, "server_silent") == CAUSE_LIKELY, stops);
        CU_ASSERT_EQUAL(story_tells(&story, "record_begun", "11 octets of a record"), stops);
    }
}

/* A flight that needs round trips may still come. */
static void a_slow_path_is_no_silent_server(void)
{
    struct story story;

    begin_stall(&story, EXTENSIONS_RECORD);
    story.connection.syn_rtt_ns = STORY_SECOND / 2;
    story_wait(&story, SHORT_TIME_OUT_NS);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
}

static void a_flight_of_1_2_with_its_end_is_the_clients_turn(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_wait(&story, TIME_OUT_NS);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
}

static void empty_extensions_are_no_alert(void)
{
    struct story story;

    begin_stall(&story, EXTENSIONS_RECORD);
    story_wait(&story, TIME_OUT_NS);
    story_fin(&story, SIDE_CLIENT);
    story_wait(&story, TIME_OUT_NS);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story_facts(&story)->refusal.by, SIDE_CLIENT);

    begin_stall(&story, EXTENSIONS_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind, REFUSAL_FIN);
}

/* Of a server that pads its alerts, who gets one closes at once, too. */
static void a_client_that_waits_behind_a_short_record_got_no_alert(void)
{
    struct story story;

    begin_stall(&story, STORY_PADDED_ALERT_RECORD);
    story_fin(&story, SIDE_CLIENT);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind, REFUSAL_ENCRYPTED_ALERT);

    begin_stall(&story, STORY_PADDED_ALERT_RECORD);
    story_wait(&story, TIME_OUT_NS);
    story_fin(&story, SIDE_CLIENT);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
}

static void a_close_notify_at_a_time_out_refuses_no_certificate(void)
{
    struct story story;

    begin_stall(&story, FLIGHT_RECORD);
    story.handshake.broken_octets[SIDE_SERVER] = FLIGHT_RECORD / 3;
    give_up_with_close_notify(&story, TIME_OUT_NS);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "certificate_rejected"));
}

/* Records that are whole, and none of them must be a Finished: it may share one of them. */
static void a_flight_whose_end_does_not_show_may_be_whole(void)
{
    struct story story;

    begin_stall(&story, FLIGHT_RECORD);
    give_up_with_close_notify(&story, TIME_OUT_NS);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "server_silent"));

    begin_stall(&story, FLIGHT_RECORD);
    give_up_with_close_notify(&story, STORY_SECOND);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
}

/* One message in each record, and the last one is as long as a certificate: the rest is to come. */
static void a_flight_that_ends_with_the_certificate_is_not_whole(void)
{
    static const struct {
        int64_t wait_ns;
        const char *cause;
        enum certainty confidence;
    } rows[] = {{TIME_OUT_NS, "server_silent", CAUSE_LIKELY},
                {SHORT_TIME_OUT_NS, "server_silent", CAUSE_LIKELY},
                {STORY_SECOND / 10, "certificate_rejected", CAUSE_POSSIBLE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_stall(&story, EXTENSIONS_RECORD);
        story_protected(&story, SIDE_SERVER, FLIGHT_RECORD);
        story_wait(&story, rows[i].wait_ns);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].confidence));
        CU_ASSERT_TRUE(story_considers(&story, "certificate_rejected"));
    }
}

static void an_alert_behind_the_finished_is_about_the_flight(void)
{
    struct story story;

    begin_stall(&story, FLIGHT_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_FINISHED_RECORD);
    give_up_with_close_notify(&story, TIME_OUT_NS);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
}

/* What was lost on its way the server did send. */
static void octets_lost_on_their_way_are_no_stall(void)
{
    struct story story;

    begin_stall(&story, EXTENSIONS_RECORD);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->unseen_octets = FLIGHT_RECORD;
    story_wait(&story, TIME_OUT_NS);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "server_silent"), CAUSE_NO);

    begin_stall(&story, EXTENSIONS_RECORD);
    sent_by(&story, SIDE_SERVER)->retransmissions = 1;
    story_wait(&story, TIME_OUT_NS);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "server_silent"), CAUSE_POSSIBLE);
}

/* The hello gets through after so long, and the client leaves so long after that; then comes the
 * server's whole flight. */
static void be_heard_late(struct story *story, int64_t lost_ns, int64_t heard_ns)
{
    struct story_choice choice = story_choice_1_2();
    struct direction *client = sent_by(story, SIDE_CLIENT);

    story_begin_hello(story);
    client->retransmissions = 3;
    client->most_retransmitted = 2;
    story_wait(story, lost_ns);
    direction_have_trouble(client)->last_retransmission.time_ns = story->now_ns;
    story_wait(story, heard_ns);
    story_fin(story, SIDE_CLIENT);
    story_flight_1_2(story, &choice, 0);
}

static void a_server_that_got_the_hello_late_had_no_time_to_answer(void)
{
    static const struct {
        int64_t lost_ns;
        int64_t heard_ns;
        enum certainty lost;
        enum certainty silent;
    } rows[] = {
        {26 * STORY_SECOND, STORY_MILLISECOND, CAUSE_LIKELY, CAUSE_NO},
        {26 * STORY_SECOND, 2 * STORY_SECOND, CAUSE_LIKELY, CAUSE_NO},
        {26 * STORY_SECOND, 5 * STORY_SECOND, CAUSE_LIKELY, CAUSE_POSSIBLE},
        {3 * STORY_SECOND, 26 * STORY_SECOND, CAUSE_POSSIBLE, CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        be_heard_late(&story, rows[i].lost_ns, rows[i].heard_ns);
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), rows[i].lost);
        CU_ASSERT_EQUAL(story_certainty(&story, "server_silent"), rows[i].silent);
        CU_ASSERT_EQUAL(story_tells(&story, "heard_late", "got through after"),
                        rows[i].lost == CAUSE_LIKELY);
    }
}

/* Sent so many times again, the last time so long after the first. */
static void send_again(struct story *story, enum side side, uint32_t times, int64_t for_ns)
{
    struct direction *direction = sent_by(story, side);
    struct trouble *trouble = direction_have_trouble(direction);

    direction->retransmissions = times;
    direction->most_retransmitted = times;
    trouble->first_retransmission.time_ns = story->now_ns;
    story_wait(story, for_ns);
    trouble->last_retransmission.time_ns = story->now_ns;
    direction->again_in_need = true;
}

static void a_server_that_closes_when_its_flight_got_through_at_last_had_waited(void)
{
    static const struct {
        uint32_t times;
        int64_t lost_ns;
        int64_t then_ns;
        enum certainty lost;
    } rows[] = {
        {8, 26 * STORY_SECOND, STORY_MILLISECOND, CAUSE_LIKELY},
        {8, 26 * STORY_SECOND, 30 * STORY_SECOND, CAUSE_NO},
        {3, 2 * STORY_SECOND, STORY_MILLISECOND, CAUSE_NO},
        {2, 26 * STORY_SECOND, STORY_MILLISECOND, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        send_again(&story, SIDE_SERVER, rows[i].times, rows[i].lost_ns);
        story_client_flight_1_2(&story);
        story_wait(&story, rows[i].then_ns);
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), rows[i].lost);
        CU_ASSERT_TRUE(story_considers(&story, "reset_by_server"));
        sent_by(&story, SIDE_SERVER)->again_in_need = false; /* it was ACKed long before */
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), CAUSE_NO);
    }
}

/* As of a host under load: its queue drops SYNs, and then its program does not come to it. */
static void a_server_that_says_nothing_for_long_lost_no_answer(void)
{
    static const struct {
        int64_t waited_ns;
        bool is_acknowledged;
        uint64_t unseen_octets;
        enum certainty lost;
    } rows[] = {
        {20 * STORY_SECOND, true, 0, CAUSE_POSSIBLE},
        {2 * STORY_SECOND, true, 0, CAUSE_LIKELY}, /* no time to send it again */
        {20 * STORY_SECOND, false, 0, CAUSE_LIKELY},
        {20 * STORY_SECOND, true, 100, CAUSE_LIKELY}, /* it had answered */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct direction *client = sent_by(&story, SIDE_CLIENT);

        story_begin_hello(&story);
        client->syn_count = 3;
        send_again(&story, SIDE_CLIENT, 1, STORY_MILLISECOND);
        story_wait(&story, rows[i].waited_ns);
        story_fin(&story, SIDE_CLIENT);
        client->fin_acknowledged = rows[i].is_acknowledged;
        direction_have_trouble(sent_by(&story, SIDE_SERVER))->unseen_octets = rows[i].unseen_octets;
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), rows[i].lost);
        CU_ASSERT_EQUAL(story_says(&story, "server_silent", CAUSE_LIKELY),
                        rows[i].lost == CAUSE_POSSIBLE);
    }
}

static void an_answer_that_comes_late_with_the_ack_of_the_fin_was_lost_before(void)
{
    for (uint32_t fin_again = 0; fin_again <= 3; fin_again += 3) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        story_begin_hello(&story);
        send_again(&story, SIDE_CLIENT, 3, STORY_MILLISECOND);
        story_wait(&story, 6 * STORY_SECOND);
        story_fin(&story, SIDE_CLIENT);
        sent_by(&story, SIDE_CLIENT)->fin_again = fin_again;
        story_flight_1_2(&story, &choice, 0);
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"),
                        fin_again > 0 ? CAUSE_LIKELY : CAUSE_POSSIBLE);
    }
}

static void close_window(struct story *story, enum side side, uint32_t times)
{
    sent_by(story, side)->window_closed = true;
    sent_by(story, side)->zero_windows = times;
}

/* One window of 0 alone is no end: it was not probed. */
static void a_client_that_reads_no_more_is_the_one_that_stalls(void)
{
    for (uint32_t times = 1; times <= 2; times++) {
        struct story story;

        begin_stall(&story, EXTENSIONS_RECORD);
        story_protected(&story, SIDE_SERVER, FLIGHT_RECORD);
        story.handshake.broken_octets[SIDE_SERVER] = FLIGHT_RECORD / 3;
        close_window(&story, SIDE_CLIENT, times);
        story_wait(&story, TIME_OUT_NS);
        story_rst(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(times > 1 ? story_says(&story, "client_abandoned", CAUSE_LIKELY)
                                 : story_says(&story, "server_silent", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story_considers(&story, "server_silent"), times == 1);
        CU_ASSERT_EQUAL(story_tells(&story, "window_closed", "receive window of 0"), times > 1);
    }
}

/* The client cannot even close: its FIN stands behind what it may not send. */
static void a_server_that_reads_no_more_is_silent(void)
{
    struct story story;

    story_begin_hello(&story);
    story.handshake.hello_broke_off = true;
    story.handshake.partial_hello_octets = 100;
    close_window(&story, SIDE_SERVER, 2);
    story_wait(&story, 2 * TIME_OUT_NS);
    story.connection.last.time_ns = story.now_ns;
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "packet_loss"));
}

/* Some hosts probe a closed window with an octet of what they have (RFC 9293 section 3.8.6.1), which
 * is not acknowledged. */
static void a_probe_of_a_closed_window_is_not_lost(void)
{
    for (uint32_t times = 0; times <= 5; times += 5) {
        struct story story;
        struct direction *server;

        begin_stall(&story, EXTENSIONS_RECORD);
        server = sent_by(&story, SIDE_SERVER);
        server->unacknowledged_octets = 1;
        server->largest_unacknowledged = 1;
        server->most_retransmitted = 5;
        close_window(&story, SIDE_CLIENT, times);
        story_wait(&story, TIME_OUT_NS);
        story_rst(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss") == CAUSE_NO, times > 0);
    }
}

/* The alert comes when of the last record, such as the Finished, the beginning alone has come. */
static void a_certificate_may_be_refused_before_the_flight_is_whole(void)
{
    static const struct {
        uint32_t lengths[3]; /* of the server's records; 0: there are fewer */
        int64_t wait_ns;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {{FLIGHT_RECORD, FLIGHT_RECORD, FLIGHT_RECORD},
         STORY_MILLISECOND,
         "certificate_rejected",
         CAUSE_LIKELY},
        {{EXTENSIONS_RECORD, FLIGHT_RECORD, FLIGHT_RECORD},
         STORY_MILLISECOND,
         "certificate_rejected",
         CAUSE_LIKELY},
        /* The first record may be padded, and has no certificate then. */
        {{FLIGHT_RECORD, FLIGHT_RECORD}, STORY_MILLISECOND, "peer_alert", CAUSE_POSSIBLE},
        {{EXTENSIONS_RECORD, FLIGHT_RECORD}, STORY_MILLISECOND, "peer_alert", CAUSE_POSSIBLE},
        {{FLIGHT_RECORD}, STORY_MILLISECOND, "peer_alert", CAUSE_POSSIBLE},
        /* Who waits so long for the rest has not judged what came before. */
        {{FLIGHT_RECORD, FLIGHT_RECORD, FLIGHT_RECORD}, TIME_OUT_NS, "server_silent", CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_stall(&story, rows[i].lengths[0]);
        for (size_t record = 1; record < 3 && rows[i].lengths[record] > 0; record++)
            story_protected(&story, SIDE_SERVER, rows[i].lengths[record]);
        story.handshake.broken_octets[SIDE_SERVER] = FLIGHT_RECORD / 3;
        story_ccs(&story, SIDE_CLIENT);
        story_wait(&story, rows[i].wait_ns);
        story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a flight of 1.2 without its end is a silent server",
         a_flight_of_1_2_without_its_end_is_a_silent_server},
        {"a slow path is no silent server", a_slow_path_is_no_silent_server},
        {"a flight of 1.2 with its end is the client's turn",
         a_flight_of_1_2_with_its_end_is_the_clients_turn},
        {"empty extensions are no alert", empty_extensions_are_no_alert},
        {"a client that waits behind a short record got no alert",
         a_client_that_waits_behind_a_short_record_got_no_alert},
        {"a close_notify at a time-out refuses no certificate",
         a_close_notify_at_a_time_out_refuses_no_certificate},
        {"a flight whose end does not show may be whole",
         a_flight_whose_end_does_not_show_may_be_whole},
        {"a flight that ends with the certificate is not whole",
         a_flight_that_ends_with_the_certificate_is_not_whole},
        {"an alert behind the Finished is about the flight",
         an_alert_behind_the_finished_is_about_the_flight},
        {"a flight of 1.2 whose end comes late is a silent server",
         a_flight_of_1_2_whose_end_comes_late_is_a_silent_server},
        {"a server that stops within its first record is silent",
         a_server_that_stops_within_its_first_record_is_silent},
        {"octets lost on their way are no stall", octets_lost_on_their_way_are_no_stall},
        {"a server that got the hello late had no time to answer",
         a_server_that_got_the_hello_late_had_no_time_to_answer},
        {"a server that closes when its flight got through at last had waited",
         a_server_that_closes_when_its_flight_got_through_at_last_had_waited},
        {"a server that says nothing for long lost no answer",
         a_server_that_says_nothing_for_long_lost_no_answer},
        {"an answer that comes late with the ACK of the FIN was lost before",
         an_answer_that_comes_late_with_the_ack_of_the_fin_was_lost_before},
        {"a client that reads no more is the one that stalls",
         a_client_that_reads_no_more_is_the_one_that_stalls},
        {"a server that reads no more is silent", a_server_that_reads_no_more_is_silent},
        {"a probe of a closed window is not lost", a_probe_of_a_closed_window_is_not_lost},
        {"a certificate may be refused before the flight is whole",
         a_certificate_may_be_refused_before_the_flight_is_whole},
        CU_TEST_INFO_NULL,
    };

    return suite_run("servers that stall", tests);
}
