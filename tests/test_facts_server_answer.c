/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum {
    PADDED_RECORD = 528, /* content, its type and padding fill up 512 octets */
    PADDED_ALERT = 35    /* 19 octets, and as many of padding as a block has */
};

/* The server pads all its records to one size, and sends these after the client's flight. */
static enum outcome outcome_of_padded(uint16_t certificate, uint16_t first, uint16_t second,
                                      bool closes)
{
    struct story_choice choice = story_choice_1_3();
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_SERVER, PADDED_RECORD);
    story_protected(&story, SIDE_SERVER, 2064);
    story_protected(&story, SIDE_SERVER, PADDED_RECORD);
    if (certificate > 0)
        story_protected(&story, SIDE_CLIENT, certificate);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, first);
    if (second > 0)
        story_protected(&story, SIDE_SERVER, second);
    story_fin(&story, closes ? SIDE_SERVER : SIDE_CLIENT);
    return story_facts(&story)->outcome;
}

/* It may be a ticket of a server that is content as well (RFC 8446 section 5.4). */
static void one_record_of_a_server_that_pads_proves_nothing(void)
{
    CU_ASSERT_EQUAL(outcome_of_padded(STORY_EMPTY_CERTIFICATE_RECORD, PADDED_RECORD, 0, true),
                    OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_padded(900, PADDED_RECORD, 0, true), OUTCOME_INCOMPLETE);
}

static void more_of_a_server_that_pads_is_no_refusal(void)
{
    CU_ASSERT_EQUAL(outcome_of_padded(900, PADDED_RECORD, PADDED_RECORD, true),
                    OUTCOME_ESTABLISHED);
    CU_ASSERT_EQUAL(outcome_of_padded(900, 2 * PADDED_RECORD, 0, true), OUTCOME_ESTABLISHED);
    CU_ASSERT_EQUAL(outcome_of_padded(900, PADDED_RECORD, 0, false), OUTCOME_ESTABLISHED);
    CU_ASSERT_EQUAL(outcome_of_padded(0, PADDED_RECORD, 0, true), OUTCOME_ESTABLISHED);
}

/* What the server says behind it may be its own close_notify, or what it was not waited for
 * with. */
static void what_answers_a_client_that_leaves_tells_nothing(void)
{
    static const struct {
        uint16_t certificate;
        uint16_t good_bye;
        bool closes;
        bool is_reset;
    } rows[] = {
        {900, STORY_ALERT_RECORD, false, false},
        {900, STORY_ALERT_RECORD, true, false},
        {900, STORY_ALERT_RECORD, false, true},
        {900, 0, true, false},
        {STORY_EMPTY_CERTIFICATE_RECORD, STORY_ALERT_RECORD, true, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, rows[i].certificate);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        if (rows[i].good_bye > 0)
            story_protected(&story, SIDE_CLIENT, rows[i].good_bye);
        if (rows[i].closes)
            story_fin(&story, SIDE_CLIENT);
        if (rows[i].is_reset)
            story_rst(&story, SIDE_SERVER);
        else
            story_refuse(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
        CU_ASSERT_STRING_EQUAL(
            story.facts.incomplete_reason,
            "the client left before the server's answer to its certificate could tell");
    }
}

/* A client that pads shows it by its Finished, and its close_notify is padded, too. */
static void a_client_that_pads_may_leave_as_well(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD + 16);
    story_protected(&story, SIDE_CLIENT, STORY_PADDED_ALERT_RECORD);
    story_refuse(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* Two records of one length may be its Finished and a request, and what the server sends then its
 * close_notify, or a refusal of a certificate. */
static void what_a_client_that_pads_sent_is_not_known(void)
{
    static const struct {
        uint16_t second;
        uint16_t third;
        enum outcome outcome;
    } rows[] = {
        {PADDED_RECORD, 0, OUTCOME_INCOMPLETE},
        {PADDED_RECORD, PADDED_RECORD, OUTCOME_INCOMPLETE},
        {PADDED_RECORD, STORY_FINISHED_RECORD, OUTCOME_FAILED},
        {280, STORY_FINISHED_RECORD, OUTCOME_FAILED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, PADDED_RECORD);
        story_protected(&story, SIDE_CLIENT, rows[i].second);
        if (rows[i].third > 0)
            story_protected(&story, SIDE_CLIENT, rows[i].third);
        story_refuse(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* Up to the client's close_notify behind its flight, with a certificate. */
static void begin_and_say_good_bye(struct story *story)
{
    story_begin_flight_1_3(story);
    story_protected(story, SIDE_CLIENT, 900);
    story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(story, SIDE_CLIENT, STORY_ALERT_RECORD);
}

/* What a server has not read when it closes, which its RST tells, it did not answer. */
static void what_answers_no_good_bye_is_a_refusal(void)
{
    struct story story;

    begin_and_say_good_bye(&story);
    story_refuse(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
}

/* Behind the client's FIN that proves nothing. */
static void what_comes_behind_a_fin_is_no_refusal(void)
{
    struct story story;

    begin_and_say_good_bye(&story);
    story_fin(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

/* A record as short as an alert, before another one, is no close_notify. */
static void short_data_is_no_good_bye(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_PADDED_ALERT_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_CLIENT);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
}

/* A ticket tells that the server is content, whoever left before. */
static void a_ticket_for_a_client_that_left_is_content(void)
{
    struct story story;

    begin_and_say_good_bye(&story);
    story_fin(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_SERVER, 250);
    story_refuse(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* A server without tickets that has nothing to say to a client that closes. */
static void silence_for_a_client_that_left_is_content(void)
{
    struct story story;

    begin_and_say_good_bye(&story);
    story_fin(&story, SIDE_CLIENT);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* The server closes without a word, so long after the client's flight. */
static void close_without_a_word(struct story *story, uint16_t certificate, int64_t after_ns)
{
    story_begin_flight_1_3(story);
    story_protected(story, SIDE_CLIENT, certificate);
    story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_wait(story, after_ns);
    story_fin(story, SIDE_SERVER);
}

/* Some servers have no alert for it (RFC 8446 section 6.2 wants one), but need no time either. */
static void a_close_without_a_word_may_require_a_certificate(void)
{
    struct story story;

    close_without_a_word(&story, STORY_EMPTY_CERTIFICATE_RECORD, STORY_MILLISECOND);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
}

static void a_close_without_a_word_tells_nothing_of_a_certificate(void)
{
    struct story story;

    close_without_a_word(&story, 900, STORY_MILLISECOND);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
    CU_ASSERT_STRING_EQUAL(
        story.facts.incomplete_reason,
        "the server closed without a word: it refused the client's certificate, or was done");
}

static void a_server_that_has_waited_for_the_client_was_content(void)
{
    struct story story;

    close_without_a_word(&story, STORY_EMPTY_CERTIFICATE_RECORD, 5 * STORY_SECOND);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

static void a_finished_alone_and_a_close_is_a_handshake(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* It may be the alert, whoever closes first. */
static void what_was_not_captured_of_the_server_may_be_its_answer(void)
{
    for (size_t i = 0; i < 4; i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, i / 2 == 0 ? 900 : STORY_EMPTY_CERTIFICATE_RECORD);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_fin(&story, i % 2 == 0 ? SIDE_SERVER : SIDE_CLIENT);
        story.handshake.gap_octets[SIDE_SERVER] = 24;
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
        CU_ASSERT_STRING_EQUAL(story.facts.incomplete_reason, "the capture missed packets");
    }
}

static void a_ticket_tells_whatever_was_not_captured(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, 250);
    story.handshake.gap_octets[SIDE_SERVER] = 24;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* A record that is padded is an alert where the server closes behind it, and its FIN may be what the
 * capture missed. */
static void a_fin_may_be_what_was_not_captured(void)
{
    static const struct {
        uint64_t unseen;
        enum outcome outcome;
    } rows[] = {{0, OUTCOME_ESTABLISHED}, {1, OUTCOME_INCOMPLETE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_padded_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, 900);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_SERVER, PADDED_ALERT);
        story_fin(&story, SIDE_CLIENT);
        direction_have_trouble(&story.connection.direction[SIDE_SERVER])->unseen_octets =
            rows[i].unseen;
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

/* Records of a client and the pause before each; the last one has no octets. */
struct sent {
    uint16_t length;
    uint16_t after_ms;
};

enum { SENT_MAX = 5 };

static void send_records(struct story *story, const struct sent sent[SENT_MAX])
{
    for (size_t i = 0; i < SENT_MAX && sent[i].length > 0; i++) {
        story_wait(story, sent[i].after_ms * STORY_MILLISECOND);
        story_protected(story, SIDE_CLIENT, sent[i].length);
    }
}

/* Behind the client's records the server says what is as short as an alert, so many milliseconds
 * later. Of all of this the network takes a round trip. */
static enum outcome outcome_of_alert(const struct sent sent[SENT_MAX], uint16_t round_trip_ms,
                                     uint16_t answer_ms)
{
    struct story story;

    story_begin_hello(&story);
    story.connection.syn_rtt_ns = round_trip_ms * STORY_MILLISECOND;
    story_wait(&story, round_trip_ms * STORY_MILLISECOND);
    story_flight_1_3(&story);
    send_records(&story, sent);
    story_wait(&story, answer_ms * STORY_MILLISECOND);
    story_refuse(&story);
    return story_facts(&story)->outcome;
}

static const struct sent request_at_once[SENT_MAX] = {
    {900, 1}, {STORY_FINISHED_RECORD, 0}, {60, 0}};
static const struct sent request_later[SENT_MAX] = {{900, 1}, {STORY_FINISHED_RECORD, 0}, {60, 70}};
static const struct sent no_request[SENT_MAX] = {{900, 1}, {STORY_FINISHED_RECORD, 0}};

/* A server that took the certificate may have no tickets, and close at what it does not like. */
static void what_may_answer_later_data_tells_nothing(void)
{
    static const struct sent empty[SENT_MAX] = {
        {STORY_EMPTY_CERTIFICATE_RECORD, 1}, {STORY_FINISHED_RECORD, 0}, {60, 70}};

    CU_ASSERT_EQUAL(outcome_of_alert(request_later, 0, 0), OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_alert(request_later, 0, 50), OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_alert(empty, 0, 0), OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_alert(request_later, 40, 40), OUTCOME_INCOMPLETE);
}

/* The hello tells of a round trip, and of what the server thought about it. */
static void without_the_syn_it_tells_no_more(void)
{
    static const struct {
        uint16_t hello_ms, answer_ms;
    } rows[] = {{100, 101}, {2, 1}, {2, 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story.connection.syn_rtt_ns = -1;
        story_wait(&story, rows[i].hello_ms * STORY_MILLISECOND);
        story_flight_1_3(&story);
        send_records(&story, request_later);
        story_wait(&story, rows[i].answer_ms * STORY_MILLISECOND);
        story_refuse(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
    }
}

static void what_answers_the_flight_refuses_it(void)
{
    CU_ASSERT_EQUAL(outcome_of_alert(no_request, 0, 0), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_alert(no_request, 0, 400), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_alert(request_at_once, 0, 0), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_alert(request_at_once, 0, 400), OUTCOME_FAILED);
}

/* The network is slower than the client. */
static void data_on_its_way_is_not_answered(void)
{
    CU_ASSERT_EQUAL(outcome_of_alert(request_later, 400, 332), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_alert(request_at_once, 900, 902), OUTCOME_FAILED);
}

/* A server needs less time to refuse than to give up waiting. */
static void a_pause_before_the_end_tells_nothing(void)
{
    CU_ASSERT_EQUAL(outcome_of_alert(no_request, 0, 2500), OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(outcome_of_alert(request_at_once, 0, 2500), OUTCOME_INCOMPLETE);
}

/* TCP may hold the rest of the flight back until the first segment is ACKed (RFC 896). */
static void a_flight_ends_with_its_finished(void)
{
    static const struct sent held[SENT_MAX] = {
        {900, 1}, {281, 45}, {STORY_FINISHED_RECORD, 0}, {60, 0}};
    static const struct sent padded[SENT_MAX] = {{1728, 1}, {288, 45}, {64, 0}, {64, 0}};
    static const struct sent coalesced[SENT_MAX] = {{1300, 1}, {64, 70}};

    CU_ASSERT_EQUAL(outcome_of_alert(held, 0, 0), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_alert(padded, 0, 0), OUTCOME_FAILED);
    CU_ASSERT_EQUAL(outcome_of_alert(coalesced, 0, 0), OUTCOME_INCOMPLETE);
}

/* It may have had to wait for an address or for a way. */
static void a_slow_syn_is_no_round_trip(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story.connection.syn_rtt_ns = STORY_SECOND;
    send_records(&story, request_later);
    story_refuse(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
    CU_ASSERT_STRING_EQUAL(story.facts.incomplete_reason,
                           "the server closed, not at once: for the client's certificate, or for "
                           "something else");
}

/* Neither does a FIN or a RST there. */
static void a_bare_end_may_answer_data(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    send_records(&story, (struct sent[SENT_MAX]){{STORY_FINISHED_RECORD, 0}, {60, 70}});
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);

    story_begin_flight_1_3(&story);
    send_records(&story, request_later);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
}

static const struct facts *untimed_facts(struct story *story,
                                         const struct sent records[static SENT_MAX])
{
    story_begin_flight_1_3(story);
    send_records(story, records);
    story_refuse(story);
    story->connection.last.time_ns = story->connection.first.time_ns;
    return story_facts(story);
}

/* A capture in whole seconds. */
static void without_times_nothing_was_sent_directly(void)
{
    struct story story;

    CU_ASSERT_EQUAL(untimed_facts(&story, request_at_once)->outcome, OUTCOME_INCOMPLETE);
    CU_ASSERT_PTR_NOT_NULL(strstr(story.facts.incomplete_reason, "have no times"));
    CU_ASSERT_EQUAL(untimed_facts(&story, no_request)->outcome, OUTCOME_FAILED);
}

/* What is as short as an alert does not tell which one. */
static void a_refusal_may_be_a_close(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    send_records(&story, no_request);
    story_refuse(&story);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
}

/* The request is there when the server says it, and it has no tickets: who took the flight, and not
 * the request, says the same. The evidence tells of it. */
static void what_may_close_at_a_request_is_told(void)
{
    static const struct sent empty[SENT_MAX] = {
        {STORY_EMPTY_CERTIFICATE_RECORD, 1}, {STORY_FINISHED_RECORD, 0}, {60, 0}};
    struct story story;

    story_begin_flight_1_3(&story);
    send_records(&story, request_at_once);
    story_refuse(&story);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
    CU_ASSERT_TRUE(story_tells(&story, "close_at_data", "close_notify"));

    story_begin_flight_1_3(&story);
    send_records(&story, empty);
    story_refuse(&story);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
    CU_ASSERT_TRUE(story_tells(&story, "close_at_data", "close_notify"));
}

/* Who did not read the request did not answer it. The client's FIN is nothing to read. */
static void a_request_that_was_not_read_was_not_answered(void)
{
    for (size_t i = 0; i < 2; i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        send_records(&story, request_at_once);
        story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
        if (i == 1)
            story_fin(&story, SIDE_CLIENT);
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
        CU_ASSERT_FALSE(story_tells(&story, "close_at_data", "close_notify"));
    }
}

/* Nor one that it cannot have had by then. */
static void a_request_on_its_way_was_not_answered(void)
{
    struct story story;

    story_begin_hello(&story);
    story.connection.syn_rtt_ns = 400 * STORY_MILLISECOND;
    story_wait(&story, 400 * STORY_MILLISECOND);
    story_flight_1_3(&story);
    send_records(&story, request_later);
    story_wait(&story, 200 * STORY_MILLISECOND);
    story_refuse(&story);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_tells(&story, "close_at_data", "close_notify"));
}

/* A host that has closed for long knows nothing of the connection when the FIN comes. */
static void a_reset_for_a_late_fin_tells_nothing(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    send_records(&story, request_at_once);
    story_refuse(&story);
    story_fin(&story, SIDE_CLIENT);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "close_at_data", "close_notify"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"one record of a server that pads proves nothing",
         one_record_of_a_server_that_pads_proves_nothing},
        {"more of a server that pads is no refusal", more_of_a_server_that_pads_is_no_refusal},
        {"what answers a client that leaves tells nothing",
         what_answers_a_client_that_leaves_tells_nothing},
        {"a client that pads may leave as well", a_client_that_pads_may_leave_as_well},
        {"what a client that pads sent is not known", what_a_client_that_pads_sent_is_not_known},
        {"what answers no good-bye is a refusal", what_answers_no_good_bye_is_a_refusal},
        {"what comes behind a FIN is no refusal", what_comes_behind_a_fin_is_no_refusal},
        {"short data is no good-bye", short_data_is_no_good_bye},
        {"a ticket for a client that left is content", a_ticket_for_a_client_that_left_is_content},
        {"silence for a client that left is content", silence_for_a_client_that_left_is_content},
        {"a close without a word may require a certificate",
         a_close_without_a_word_may_require_a_certificate},
        {"a close without a word tells nothing of a certificate",
         a_close_without_a_word_tells_nothing_of_a_certificate},
        {"a server that has waited for the client was content",
         a_server_that_has_waited_for_the_client_was_content},
        {"a finished alone and a close is a handshake",
         a_finished_alone_and_a_close_is_a_handshake},
        {"what was not captured of the server may be its answer",
         what_was_not_captured_of_the_server_may_be_its_answer},
        {"a ticket tells whatever was not captured", a_ticket_tells_whatever_was_not_captured},
        {"what may answer later data tells nothing", what_may_answer_later_data_tells_nothing},
        {"what answers the flight refuses it", what_answers_the_flight_refuses_it},
        {"data on its way is not answered", data_on_its_way_is_not_answered},
        {"a pause before the end tells nothing", a_pause_before_the_end_tells_nothing},
        {"a flight ends with its Finished", a_flight_ends_with_its_finished},
        {"a slow SYN is no round trip", a_slow_syn_is_no_round_trip},
        {"a bare end may answer data", a_bare_end_may_answer_data},
        {"without times nothing was sent directly", without_times_nothing_was_sent_directly},
        {"a refusal may be a close", a_refusal_may_be_a_close},
        {"what may close at a request is told", what_may_close_at_a_request_is_told},
        {"a request that was not read was not answered",
         a_request_that_was_not_read_was_not_answered},
        {"a request on its way was not answered", a_request_on_its_way_was_not_answered},
        {"a reset for a late FIN tells nothing", a_reset_for_a_late_fin_tells_nothing},
        {"a FIN may be what was not captured", a_fin_may_be_what_was_not_captured},
        {"without the SYN it tells no more", without_the_syn_it_tells_no_more},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what a server makes of a client's certificate", tests);
}
