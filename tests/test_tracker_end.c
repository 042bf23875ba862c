/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a connection begins and ends for the tracker, beside what its handshake comes to. */
#include "capture/time_unit.h"
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

#define SILENCE_NS INT64_C(60000000000)

/* The finding is one of those of the verdict. */
static bool is_told(const struct play *play, const char *finding)
{
    const char *at = strstr(play->findings, finding);

    return at != NULL && (at == play->findings || at[-1] == ' ');
}

static void a_finished_handshake_that_closes_at_once_is_told(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_handshake(&play);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
    CU_ASSERT_TRUE(is_told(&play, "closed_right_after_handshake"));
}

/* TLS 1.3, and the server closes before the client does. */
static void a_good_bye_right_behind_the_finished_is_told(void)
{
    enum { ALERT = 2 + 1 + 16, FINISHED = 4 + 32 + 1 + 16, TICKET = 234 };

    for (unsigned more = 0; more < 3; more++) {
        struct play play;

        play_begin(&play, 443, 0);
        play_client_hello(&play, true);
        play_server_hello(&play, true);
        play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 2000);
        play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, FINISHED);
        play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, TICKET);
        if (more == 1) /* who closes first is not the client */
            play_fin(&play, SIDE_SERVER);
        play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, ALERT);
        if (more == 2) /* it was data, such as the length of what follows */
            play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, ALERT);
        if (more != 1)
            play_fin(&play, SIDE_SERVER);
        play_reset(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(is_told(&play, "closed_right_after_handshake"), more == 0);
    }
}

/* The records of these lengths, which mean nothing; ends at the first 0. */
static void send_protected(struct play *play, enum side from, const uint16_t lengths[])
{
    for (size_t i = 0; lengths[i] != 0; i++)
        play_protected(play, from, TLS_CONTENT_APPLICATION_DATA, lengths[i]);
}

static void begin_flight_1_3(struct play *play)
{
    play_begin(play, 443, 0);
    play_client_hello(play, true);
    play_server_hello(play, true);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 2000);
}

/* Some stacks pad their records by 16 octets, and say user_canceled and close_notify. One short
 * record behind a flight in a single record is data. */
static void a_padded_good_bye_is_told(void)
{
    static const struct {
        uint16_t client[5];
        uint16_t server[3];
        bool is_told;
    } rows[] = {
        {{69, 35, 35}, {0}, true},
        {{69, 35, 35}, {19}, true},
        {{2003, 35}, {9067, 19}, false},
        {{69, 90, 35}, {0}, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play play;

        begin_flight_1_3(&play);
        send_protected(&play, SIDE_CLIENT, (const uint16_t[]){rows[i].client[0], 0});
        send_protected(&play, SIDE_SERVER, (const uint16_t[]){250, 250, 0});
        send_protected(&play, SIDE_CLIENT, rows[i].client + 1);
        send_protected(&play, SIDE_SERVER, rows[i].server);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(is_told(&play, "closed_right_after_handshake"), rows[i].is_told);
        CU_ASSERT_FALSE(is_told(&play, "server_closed_right_after_handshake"));
    }
}

/* TLS 1.3: the client sends this behind its flight, and closes. What is longer than an alert is data,
 * be it a short request. */
static void a_short_request_is_no_good_bye(void)
{
    static const struct {
        uint16_t client[5];
        bool is_told;
    } rows[] = {
        {{53}, true},           {{53, 19}, true},           {{53, 26}, false},
        {{53, 116}, false},     {{53, 19, 19}, false},      {{25, 53, 19}, true},
        {{25, 53, 116}, false}, {{900, 281, 53, 19}, true}, {{900, 281, 53, 116}, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play play;

        begin_flight_1_3(&play);
        send_protected(&play, SIDE_CLIENT, rows[i].client);
        play_fin(&play, SIDE_CLIENT);
        send_protected(&play, SIDE_SERVER, (const uint16_t[]){250, 250, 400, 0});
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(is_told(&play, "closed_right_after_handshake"), rows[i].is_told);
    }
}

/* What it said first, as short as an alert, was data: it closes when the client has. */
static void a_server_that_closes_behind_the_client_is_not_told(void)
{
    for (int waits = 0; waits < 2; waits++) {
        struct play play;

        begin_flight_1_3(&play);
        send_protected(&play, SIDE_CLIENT, (const uint16_t[]){53, 19, 0});
        send_protected(&play, SIDE_SERVER, (const uint16_t[]){19, 0});
        if (waits) {
            play.now_ns += SECOND_NS / 4;
            send_protected(&play, SIDE_CLIENT, (const uint16_t[]){19, 0});
            play_fin(&play, SIDE_CLIENT);
        } else {
            send_protected(&play, SIDE_CLIENT, (const uint16_t[]){90, 0});
        }
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(is_told(&play, "server_closed_right_after_handshake"), !waits);
    }
}

/* A full handshake of TLS 1.2, in which the server asks for a certificate and the client has none.
 */
static void play_request(struct play *play)
{
    play_begin(play, 443, 0);
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\4\0\0\1x", 7));
    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST,
                 bytes_of("\1\1\0\2\4\1\0\0", 8));
    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    play_message(play, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\0", 3));
    play_client_finishes(play);
    play_server_finishes(play);
}

static void a_server_that_asked_for_a_certificate_and_leaves_at_once_is_told(void)
{
    enum { AT_ONCE, ANSWERED, LATE, AFTER_CLIENT, WAYS };

    for (unsigned way = 0; way < WAYS; way++) {
        struct play play;

        play_request(&play);
        if (way == ANSWERED)
            play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 100);
        if (way == LATE)
            play.now_ns += SILENCE_NS;
        if (way == AFTER_CLIENT)
            play_fin(&play, SIDE_CLIENT);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(is_told(&play, "server_closed_right_after_handshake"), way == AT_ONCE);
    }
}

/* Of one that asked for none, nothing is to be said: it has accepted all that there is. */
static void a_server_that_asked_for_nothing_may_leave_at_once(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_handshake(&play);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_FALSE(is_told(&play, "server_closed_right_after_handshake"));
}

/* TLS 1.3: behind the client's flight session tickets are alike; nothing but an alert is no sign
 * that the server accepted it, and tickets are, unless it had asked for a certificate. */
static void a_server_that_leaves_right_behind_the_finished_is_told(void)
{
    static const struct {
        uint16_t client[5];
        uint16_t server[5];
        bool is_told;
    } rows[] = {
        {{53, 90}, {19}, true},
        {{53}, {19}, true},
        {{53, 90}, {0}, true},
        {{53, 90}, {250, 250, 19}, false},
        {{53, 90}, {250, 19}, false},
        {{53, 19}, {19}, false},
        {{25, 53}, {250, 250, 19}, true},
        {{25, 53}, {250, 19}, false},
        {{25, 53}, {250, 250, 400}, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play play;

        begin_flight_1_3(&play);
        send_protected(&play, SIDE_CLIENT, rows[i].client);
        send_protected(&play, SIDE_SERVER, rows[i].server);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(is_told(&play, "server_closed_right_after_handshake"), rows[i].is_told);
    }
}

/* The answer to the request for TLS is none to the hello. */
static void a_server_that_falls_silent_behind_its_go_ahead_is_told(void)
{
    static const struct {
        uint16_t port;
        const char *request;
        const char *answer;
    } cases[] = {
        {8080, "CONNECT www.example.com:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"},
        {25, "STARTTLS\r\n", "220 go ahead\r\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin(&play, cases[i].port, 0);
        play_text(&play, SIDE_CLIENT, cases[i].request);
        play_text(&play, SIDE_SERVER, cases[i].answer);
        play_client_hello(&play, true);
        play.now_ns += SILENCE_NS;
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_STRING_EQUAL(play.cause, "server_silent");
    }
}

static void a_connection_picked_up_at_the_server_hello_is_turned_round(void)
{
    struct play play;

    play_begin_midway(&play, 0);
    play_server_hello(&play, false);
    play_finish(&play);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
    CU_ASSERT_EQUAL(play.client_port, 40000);
}

static void a_connection_in_the_middle_is_incomplete(void)
{
    struct play play;

    play_begin_midway(&play, 0);
    play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 500);
    play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 500);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
}

/* Nobody knows whose it is, and what it answers. */
static void an_alert_in_the_middle_alone_is_incomplete(void)
{
    for (size_t side = 0; side < SIDES; side++) {
        struct play play;

        play_begin_midway(&play, 0);
        play_alert(&play, (enum side)side, 2, TLS_ALERT_PROTOCOL_VERSION);
        play_fin(&play, (enum side)side);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
        CU_ASSERT_STRING_EQUAL(play.incomplete, "the connection began before the capture");
    }
}

/* That it begins with another message than ServerHello is the capture's doing. */
static void an_alert_to_a_flight_whose_beginning_is_not_captured_is_about_its_rest(void)
{
    struct play play;

    play_begin_midway(&play, 0);
    play_server_flight(&play);
    play_alert(&play, SIDE_CLIENT, 2, TLS_ALERT_INTERNAL_ERROR);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_STRING_EQUAL(play.cause, "internal_error");
}

/* The server's change_cipher_spec belongs to the HelloRetryRequest in front of the capture. */
static void a_capture_that_begins_behind_a_retry_shows_no_disorder(void)
{
    struct play play;

    play_begin_midway(&play, 0);
    play_change_cipher_spec(&play, SIDE_SERVER);
    play_client_hello(&play, true);
    play_server_hello(&play, true);
    play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 1800);
    play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 19);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_STRING_EQUAL(play.cause, "certificate_rejected");
}

static void silence_after_an_acknowledged_hello_is_a_failure(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, true);
    play_end_after(&play, SILENCE_NS);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play.refusal, REFUSAL_NONE);
}

static void an_end_of_the_capture_in_the_handshake_is_incomplete(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, true);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
}

/* TLS 1.3: behind both Finished the client sends data, and the server a record. When that one can be
 * no alert, the verdict does not wait for the end. */
static void what_is_no_alert_settles_a_handshake(void)
{
    enum { REQUEST = 60 };
    static const struct {
        uint16_t suite;
        uint16_t flight[6];
        uint16_t client;
        uint16_t answer;
        bool settles;
    } rows[] = {
        {0x1301, {23, 900, 281, 53}, 53, 39, true},
        {0x1301, {23, 900, 281, 53}, 53, 19, false},
        {0x1302, {23, 900, 281, 69}, 69, 39, true},
        {0x1302, {23, 900, 281, 69}, 69, 19, false},
        {0x1302, {23, 900, 281, 69}, 69, 250, true},
        {0x1305, {23, 900, 281, 45}, 45, 11, false}, /* CCM_8 */
        {0x1305, {23, 900, 281, 45}, 45, 30, true},
        {0x1302, {45, 129, 1702, 281, 69}, 69, 19, false}, /* EncryptedExtensions of 45 */
        {0x1302, {45, 129, 1702, 281, 69}, 69, 250, true},
        {0x1301, {1297}, 53, 39, false},               /* all in one record */
        {0x1301, {281, 900, 281, 281}, 53, 39, false}, /* padded */
        {0x1301, {512, 512, 512}, 512, 512, false},
        {0xc0b4, {39, 900, 313, 69}, 69, 35, false}, /* RFC 9150 */
        {0xc0b5, {55, 900, 345, 101}, 101, 51, false},
        {0x1301, {23, 900, 281, 53, 119}, 53, 39, true}, /* a ticket behind the Finished */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play play;

        play_begin(&play, 443, 0);
        play_client_hello(&play, true);
        play_server_hello_1_3(&play, rows[i].suite);
        send_protected(&play, SIDE_SERVER, rows[i].flight);
        send_protected(&play, SIDE_CLIENT, (const uint16_t[]){rows[i].client, REQUEST, 0});
        CU_ASSERT_EQUAL(play.verdicts, 0);
        send_protected(&play, SIDE_SERVER, (const uint16_t[]){rows[i].answer, 0});
        CU_ASSERT_EQUAL(play.verdicts == 1, rows[i].settles);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what is no alert settles a handshake", what_is_no_alert_settles_a_handshake},
        {"a finished handshake that closes at once is told",
         a_finished_handshake_that_closes_at_once_is_told},
        {"a padded good-bye is told", a_padded_good_bye_is_told},
        {"a short request is no good-bye", a_short_request_is_no_good_bye},
        {"a server that closes behind the client is not told",
         a_server_that_closes_behind_the_client_is_not_told},
        {"a server that asked for a certificate and leaves at once is told",
         a_server_that_asked_for_a_certificate_and_leaves_at_once_is_told},
        {"a server that asked for nothing may leave at once",
         a_server_that_asked_for_nothing_may_leave_at_once},
        {"a server that leaves right behind the Finished is told",
         a_server_that_leaves_right_behind_the_finished_is_told},
        {"a good-bye right behind the Finished is told",
         a_good_bye_right_behind_the_finished_is_told},
        {"a server that falls silent behind its go-ahead is told",
         a_server_that_falls_silent_behind_its_go_ahead_is_told},
        {"a connection picked up at the ServerHello is turned round",
         a_connection_picked_up_at_the_server_hello_is_turned_round},
        {"a connection in the middle is incomplete", a_connection_in_the_middle_is_incomplete},
        {"an alert in the middle alone is incomplete", an_alert_in_the_middle_alone_is_incomplete},
        {"an alert to a flight whose beginning is not captured is about its rest",
         an_alert_to_a_flight_whose_beginning_is_not_captured_is_about_its_rest},
        {"a capture that begins behind a retry shows no disorder",
         a_capture_that_begins_behind_a_retry_shows_no_disorder},
        {"silence after an acknowledged hello is a failure",
         silence_after_an_acknowledged_hello_is_a_failure},
        {"an end of the capture in the handshake is incomplete",
         an_end_of_the_capture_in_the_handshake_is_incomplete},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tracker_end", tests);
}
