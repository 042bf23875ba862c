/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a connection begins and ends for the tracker, beside what its handshake comes to. */
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

#define SILENCE_NS INT64_C(60000000000)

static void a_finished_handshake_that_closes_at_once_is_told(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_handshake(&play);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
    CU_ASSERT_PTR_NOT_NULL(strstr(play.findings, "closed_right_after_handshake"));
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
        CU_ASSERT_EQUAL(strstr(play.findings, "closed_right_after_handshake") != NULL, more == 0);
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

int main(void)
{
    CU_TestInfo tests[] = {
        {"a finished handshake that closes at once is told",
         a_finished_handshake_that_closes_at_once_is_told},
        {"a good-bye right behind the Finished is told",
         a_good_bye_right_behind_the_finished_is_told},
        {"a server that falls silent behind its go-ahead is told",
         a_server_that_falls_silent_behind_its_go_ahead_is_told},
        {"a connection picked up at the ServerHello is turned round",
         a_connection_picked_up_at_the_server_hello_is_turned_round},
        {"a connection in the middle is incomplete", a_connection_in_the_middle_is_incomplete},
        {"silence after an acknowledged hello is a failure",
         silence_after_an_acknowledged_hello_is_a_failure},
        {"an end of the capture in the handshake is incomplete",
         an_end_of_the_capture_in_the_handshake_is_incomplete},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tracker_end", tests);
}
