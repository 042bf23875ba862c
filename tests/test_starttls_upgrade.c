/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How TLS begins in protocols that mostly stay what they are: HTTP, with Upgrade (RFC 2817), ICAP,
 * and Telnet. Whole connections, delivered whole, octet by octet and in odd pieces. */
#include "dissect/tls.h"
#include "tests/support/step.h"
#include "tests/support/suite.h"

enum { STEPS_MAX = 6, PIECES = 3 };

static const size_t pieces[PIECES] = {0, 1, 7};

#define ASKS       "OPTIONS * HTTP/1.1\r\nConnection: Upgrade\r\nupgrade: TLS/1.2,TLS/1.0\r\n\r\n"
#define AGREES     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2\r\n\r\n"
#define WANTS      "HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\n\r\n"
#define PLAIN_POST "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n\3"

/* Up to the hello. */
static const struct step openings[][STEPS_MAX] = {
    {CLIENT_SAYS(ASKS), SERVER_SAYS(AGREES)},
    {CLIENT_SAYS(PLAIN_POST), SERVER_SAYS(WANTS), CLIENT_SAYS(ASKS), SERVER_SAYS(AGREES)},
    {CLIENT_SAYS("OPTIONS icap://x/ ICAP/1.0\r\nUpgrade: TLS/1.0\r\n\r\n"),
     SERVER_SAYS("ICAP/1.0 101 Switching Protocols\r\n\r\n")},
    {SERVER_SAYS("\xff\xfd\x2e"), CLIENT_SAYS("\xff\xfb\x2e"),
     SERVER_SAYS("\xff\xfa\x2e\1\xff\xf0"), CLIENT_SAYS("\xff\xfa\x2e\1\xff\xf0")},
};

enum { OPENINGS = sizeof(openings) / sizeof(openings[0]) };

typedef void act(struct play *play);

/* What happens behind each opening, in pieces of each size. */
static void expect(act *perform, enum outcome outcome, const char *cause)
{
    for (size_t i = 0; i < OPENINGS; i++)
        for (size_t piece = 0; piece < PIECES; piece++) {
            struct play play;

            play_begin(&play, 631, pieces[piece]);
            for (size_t k = 0; k < STEPS_MAX; k++)
                say(&play, &openings[i][k]);
            perform(&play);
            play_end(&play);
            CU_ASSERT_EQUAL(play.verdicts, 1);
            CU_ASSERT_EQUAL(play.outcome, outcome);
            CU_ASSERT_STRING_EQUAL(play.cause, cause);
            if (play.outcome != outcome)
                printf("\nopening %zu in pieces of %zu: %s, %s\n", i, pieces[piece],
                       outcome_name(play.outcome), play.cause);
        }
}

static void refuse(struct play *play)
{
    play_client_hello(play, false);
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_PROTOCOL_VERSION);
    play_fin(play, SIDE_SERVER);
}

static void tls_begins_behind_the_answer(void)
{
    expect(play_handshake, OUTCOME_ESTABLISHED, "");
    expect(refuse, OUTCOME_FAILED, "version_mismatch");
}

/* A conversation in clear that looks like those that lead to TLS, and does not. */
static void a_server_may_stay_in_clear(void)
{
    static const struct step answers[] = {
        SERVER_SAYS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        SERVER_SAYS("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        SERVER_SAYS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct play play;

        play_begin(&play, 631, 0);
        play_text(&play, SIDE_CLIENT, ASKS);
        say(&play, &answers[i]);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
    }
}

static void a_demand_for_tls_that_nobody_follows_is_told(void)
{
    struct play play;

    play_begin(&play, 631, 0);
    play_text(&play, SIDE_CLIENT, PLAIN_POST);
    play_text(&play, SIDE_SERVER, WANTS);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_STRING_EQUAL(play.cause, "plaintext_on_tls_port");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"TLS begins behind the answer", tls_begins_behind_the_answer},
        {"a server may stay in clear", a_server_may_stay_in_clear},
        {"a demand for TLS that nobody follows is told",
         a_demand_for_tls_that_nobody_follows_is_told},
        CU_TEST_INFO_NULL,
    };

    return suite_run("an upgrade to TLS", tests);
}
