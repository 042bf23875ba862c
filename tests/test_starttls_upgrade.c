/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How TLS begins in protocols that mostly stay what they are: HTTP, with Upgrade (RFC 2817), ICAP,
 * and Telnet. Whole connections, delivered whole, octet by octet and in odd pieces. */
#include "tests/support/opening.h"

#define ASKS       "OPTIONS * HTTP/1.1\r\nConnection: Upgrade\r\nupgrade: TLS/1.2,TLS/1.0\r\n\r\n"
#define AGREES     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2\r\n\r\n"
#define WANTS      "HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\n\r\n"
#define PLAIN_POST "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n\3"

static const struct opening list[] = {
    {{CLIENT_SAYS(ASKS), SERVER_SAYS(AGREES)}},
    {{CLIENT_SAYS(PLAIN_POST), SERVER_SAYS(WANTS), CLIENT_SAYS(ASKS), SERVER_SAYS(AGREES)}},
    {{CLIENT_SAYS("OPTIONS icap://x/ ICAP/1.0\r\nUpgrade: TLS/1.0\r\n\r\n"),
      SERVER_SAYS("ICAP/1.0 101 Switching Protocols\r\n\r\n")}},
    {{SERVER_SAYS("\xff\xfd\x2e"), CLIENT_SAYS("\xff\xfb\x2e"),
      SERVER_SAYS("\xff\xfa\x2e\1\xff\xf0"), CLIENT_SAYS("\xff\xfa\x2e\1\xff\xf0")}},
};

static const struct openings openings = {631, list, sizeof(list) / sizeof(list[0])};

static void tls_begins_behind_the_answer(void)
{
    opening_expect(&openings, play_handshake, OUTCOME_ESTABLISHED, "");
    opening_expect(&openings, opening_refuse, OUTCOME_FAILED, "version_mismatch");
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
