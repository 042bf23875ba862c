/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS behind proxies: the PROXY protocol in front of it, CONNECT and SOCKS. Whole connections,
 * delivered whole, octet by octet and in odd pieces. */
#include "analyze/session.h"
#include "dissect/tls.h"
#include "tests/support/step.h"
#include "tests/support/suite.h"

enum { STEPS_MAX = 8, PIECES = 3 };

static const size_t pieces[PIECES] = {0, 1, 7};

static const char header_v1[] = "PROXY TCP4 203.0.113.7 198.51.100.1 50000 443\r\n";
static const char header_v2[] =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\7\xc6\x33\x64\1\xc3P\1\xbb";

static const struct step proxy_headers[] = {
    {SIDE_CLIENT, header_v1, sizeof(header_v1) - 1},
    {SIDE_CLIENT, header_v2, sizeof(header_v2) - 1},
};

static void begin_proxied(struct play *play, size_t header, size_t piece)
{
    play_begin(play, 443, piece);
    say(play, &proxy_headers[header]);
}

static void check_proxy(const struct play *play, size_t header)
{
    static const uint8_t client[] = {203, 0, 113, 7};

    CU_ASSERT_EQUAL(play->proxy.version, header + 1);
    CU_ASSERT_EQUAL(play->proxy.client.port, 50000);
    CU_ASSERT_EQUAL(memcmp(play->proxy.client.address + 12, client, sizeof(client)), 0);
}

static void a_proxy_header_tells_the_client(void)
{
    for (size_t header = 0; header < 2; header++)
        for (size_t piece = 0; piece < PIECES; piece++) {
            struct play play;

            begin_proxied(&play, header, pieces[piece]);
            play_handshake(&play);
            play_end(&play);
            CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
            check_proxy(&play, header);
        }
}

static void a_proxy_header_comes_before_other_protocols_too(void)
{
    struct play play;

    play_begin(&play, 25, 0);
    play_text(&play, SIDE_CLIENT, header_v1);
    play_text(&play, SIDE_SERVER, "220 mail ESMTP\r\n");
    play_text(&play, SIDE_CLIENT, "EHLO a\r\n");
    play_text(&play, SIDE_SERVER, "250 STARTTLS\r\n");
    play_text(&play, SIDE_CLIENT, "STARTTLS\r\n");
    play_text(&play, SIDE_SERVER, "454 no\r\n");
    play_end(&play);
    CU_ASSERT_STRING_EQUAL(play.cause, "starttls_refused");
    CU_ASSERT_EQUAL(play.starttls_status, 454);
    check_proxy(&play, 0);
}

/* Who waits in vain for a proxy, or for an answer that it had. */
static void what_is_not_for_tls_or_was_answered_is_not_ignored(void)
{
    static const struct {
        const char *request;
        const char *answer; /* NULL: none */
        enum outcome outcome;
    } cases[] = {
        {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", NULL, OUTCOME_FAILED},
        {"CONNECT www.example.org:80 HTTP/1.1\r\n\r\n", NULL, OUTCOME_NOT_TLS},
        {"STARTTLS\r\n", "250 \r\n", OUTCOME_NOT_TLS},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin(&play, 3128, 0);
        play_text(&play, SIDE_CLIENT, cases[i].request);
        if (cases[i].answer != NULL)
            play_text(&play, SIDE_SERVER, cases[i].answer);
        play.now_ns += INT64_C(5000000000);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
    }
}

/* How servers that take the header for a record react to it. */
static void a_server_that_does_not_expect_the_header_is_named(void)
{
    enum reaction { FIN, RST, ALERT_10, ALERT_50, ALERT_70, HTTP, REACTIONS };

    for (size_t header = 0; header < 2; header++)
        for (int reaction = FIN; reaction < REACTIONS; reaction++) {
            struct play play;

            begin_proxied(&play, header, 0);
            play_client_hello(&play, true);
            if (reaction == ALERT_10)
                play_alert(&play, SIDE_SERVER, 2, TLS_ALERT_UNEXPECTED_MESSAGE);
            if (reaction == ALERT_50)
                play_alert(&play, SIDE_SERVER, 2, TLS_ALERT_DECODE_ERROR);
            if (reaction == ALERT_70)
                play_alert(&play, SIDE_SERVER, 2, TLS_ALERT_PROTOCOL_VERSION);
            if (reaction == HTTP)
                play_text(&play, SIDE_SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n");
            if (reaction == RST)
                play_reset(&play, SIDE_SERVER);
            else
                play_fin(&play, SIDE_SERVER);
            play_end(&play);
            CU_ASSERT_STRING_EQUAL(play.cause, "plaintext_on_tls_port");
            CU_ASSERT_EQUAL(play.confidence, CAUSE_LIKELY);
            check_proxy(&play, header);
        }
}

/* nginx does not wait for what follows. */
static void an_answer_to_the_header_may_come_before_the_hello(void)
{
    static const struct {
        const char *answer;
        bool is_refused;
    } cases[] = {
        {"HTTP/1.1 400 Bad Request\r\nServer: a\r\n\r\n", true},
        {"220 mail ESMTP\r\n", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        begin_proxied(&play, 0, 0);
        play_text(&play, SIDE_SERVER, cases[i].answer);
        play_fin(&play, SIDE_SERVER);
        play_client_hello(&play, true);
        play_reset(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_EQUAL(strcmp(play.cause, "plaintext_on_tls_port") == 0, cases[i].is_refused);
    }
}

/* What a server says that has understood the header is said of the hello. */
static void a_server_that_understands_the_header_may_refuse_the_hello(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_NO_APPLICATION_PROTOCOL, TLS_ALERT_UNRECOGNIZED_NAME,
                                     TLS_ALERT_HANDSHAKE_FAILURE};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct play play;

        begin_proxied(&play, 0, 0);
        play_client_hello(&play, true);
        play_alert(&play, SIDE_SERVER, 2, alerts[i]);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_STRING_NOT_EQUAL(play.cause, "plaintext_on_tls_port");
    }
}

/* CONNECT with a header field of that length, as tokens of Kerberos have it. */
static void ask_proxy(struct play *play, size_t length)
{
    static const char request[] = "CONNECT www.example.org:443 HTTP/1.1\r\nProxy-Authorization: ";
    static const char end[] = "\r\n\r\n";
    uint8_t octets[4096];
    size_t at = sizeof(request) - 1;

    memcpy(octets, request, at);
    memset(octets + at, 'x', length);
    memcpy(octets + at + length, end, sizeof(end) - 1);
    play_octets(play, SIDE_CLIENT, octets, at + length + sizeof(end) - 1);
}

/* A further CONNECT, with a password, on the same connection: each of so many octets. */
static void a_request_may_be_repeated(void)
{
    static const size_t lengths[][3] = {
        {0, 20}, {20, 3000}, {900, 20}, {940, 20}, {950, 950, 20}, {3000, 3000}, {20, 3000, 3000},
    };

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (size_t piece = 0; piece < PIECES; piece++) {
            struct play play;

            play_begin(&play, 3128, pieces[piece]);
            ask_proxy(&play, lengths[i][0]);
            for (size_t again = 1; again < 3 && lengths[i][again] > 0; again++) {
                play_text(&play, SIDE_SERVER, "HTTP/1.1 407 Authentication Required\r\n\r\n");
                ask_proxy(&play, lengths[i][again]);
            }
            play_text(&play, SIDE_SERVER, "HTTP/1.1 200 OK\r\n\r\n");
            play_client_hello(&play, true);
            play_fin(&play, SIDE_SERVER);
            play_end(&play);
            CU_ASSERT_TRUE(play.switched);
            CU_ASSERT_FALSE(play.starttls_refused);
            CU_ASSERT_EQUAL(play.starttls_status, 200);
            CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
            CU_ASSERT_STRING_EQUAL(play.server_name, "www.example.org");
        }
}

/* TLS is not looked for without end, and who asked for it has to know. */
static void a_long_answer_ends_the_search(void)
{
    static const char body[PRELUDE_SEARCH_MAX];

    for (int is_long = 0; is_long <= 1; is_long++) {
        struct play play;
        const struct tracker_counters *counters;

        play_begin(&play, 3128, 0);
        ask_proxy(&play, 20);
        play_text(&play, SIDE_SERVER, "HTTP/1.1 407 Authentication Required\r\n\r\n");
        for (size_t i = 0; i < sizeof(body) / 1024 && is_long; i++)
            play_octets(&play, SIDE_SERVER, body, 1024);
        ask_proxy(&play, 20);
        play_text(&play, SIDE_SERVER, "HTTP/1.1 200 OK\r\n\r\n");
        play_handshake(&play);
        connections_finish(play.connections);
        counters = tracker_counters(play.tracker);
        CU_ASSERT_EQUAL(counters->searches_ended, (uint64_t)is_long);
        play_end(&play);
    }
}

/* The last answer counts. */
static void a_request_may_be_refused_again(void)
{
    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        play_begin(&play, 3128, pieces[piece]);
        ask_proxy(&play, 1200);
        play_text(&play, SIDE_SERVER, "HTTP/1.1 407 Authentication Required\r\n\r\n");
        ask_proxy(&play, 1200);
        play_text(&play, SIDE_SERVER, "HTTP/1.1 403 Forbidden\r\n\r\n");
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_TRUE(play.starttls_refused);
        CU_ASSERT_EQUAL(play.starttls_status, 403);
    }
}

static void a_proxy_that_refuses_another_port_refuses_no_tls(void)
{
    static const struct {
        const char *request;
        bool is_failure;
    } cases[] = {
        {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", true},
        {"CONNECT www.example.org:8443 HTTP/1.1\r\n\r\n", true},
        {"CONNECT www.example.org:22 HTTP/1.1\r\n\r\n", false},
        {"CONNECT www.example.org:80 HTTP/1.1\r\n\r\n", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin(&play, 3128, 0);
        play_text(&play, SIDE_CLIENT, cases[i].request);
        play_text(&play, SIDE_SERVER, "HTTP/1.1 403 Forbidden\r\n\r\n");
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.starttls_refused, cases[i].is_failure);
        CU_ASSERT_EQUAL(play.outcome, cases[i].is_failure ? OUTCOME_FAILED : OUTCOME_NOT_TLS);
        CU_ASSERT_EQUAL(play.starttls_status, 403);
        CU_ASSERT_STRING_EQUAL(play.starttls_reply, "HTTP/1.1 403 Forbidden");
        CU_ASSERT_TRUE(play.starttls_answered);
    }
}

/* The method comes before the target: nobody knows what it would have been for. */
static void a_proxy_that_knows_no_target_refuses_no_tls(void)
{
    static const struct step answers[][3] = {
        {CLIENT_SAYS("\5\1\2"), SERVER_SAYS("\5\xff")},
        {CLIENT_SAYS("\5\1\2"), SERVER_SAYS("\5\2"), CLIENT_SAYS("\1\4user\4word")},
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct play play;

        play_begin(&play, 1080, 0);
        for (size_t step = 0; step < 3; step++)
            say(&play, &answers[i][step]);
        if (i == 1)
            play_octets(&play, SIDE_SERVER, "\1\1", 2);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_FALSE(play.starttls_refused);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
    }
}

/* Behind its yes, which a proxy gives before it has reached the target, too. */
static void a_proxy_that_agrees_and_ends_the_connection_has_failed(void)
{
    static const struct {
        const char *request;
        const char *reply;
        enum side by;
        enum outcome outcome;
    } cases[] = {
        {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", SIDE_SERVER,
         OUTCOME_FAILED},
        {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", SIDE_SERVER,
         OUTCOME_NOT_TLS},
        {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n",
         SIDE_SERVER, OUTCOME_NOT_TLS},
        {"CONNECT www.example.org:22 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", SIDE_SERVER,
         OUTCOME_NOT_TLS},
        {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", SIDE_CLIENT,
         OUTCOME_NOT_TLS},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin(&play, 3128, 0);
        play_text(&play, SIDE_CLIENT, cases[i].request);
        play_text(&play, SIDE_SERVER, cases[i].reply);
        play_reset(&play, cases[i].by);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
        CU_ASSERT_STRING_EQUAL(play.cause, i == 0 ? "reset_by_server" : "");
    }
}

/* The hello of these plays has no server name. */
static void the_target_of_a_proxy_is_the_server_name(void)
{
    static const struct {
        struct step steps[STEPS_MAX];
        const char *name;
    } cases[] = {
        {{CLIENT_SAYS("CONNECT www.example.org:443 HTTP/1.1\r\n\r\n"),
          SERVER_SAYS("HTTP/1.1 200 OK\r\n\r\n")},
         "www.example.org"},
        {{CLIENT_SAYS("\4\1\1\xbb\0\0\0\1user\0www.example.org\0"),
          SERVER_SAYS("\0\x5a\0\0\0\0\0\0")},
         "www.example.org"},
        {{CLIENT_SAYS("\5\1\0"), SERVER_SAYS("\5\0"),
          CLIENT_SAYS("\5\1\0\3\x0fwww.example.org\1\xbb"), SERVER_SAYS("\5\0\0\1\0\0\0\0\0\0")},
         "www.example.org"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < PIECES; piece++) {
            struct play play;

            play_begin(&play, 1080, pieces[piece]);
            for (size_t step = 0; cases[i].steps[step].text != NULL; step++)
                say(&play, &cases[i].steps[step]);
            play_handshake(&play);
            play_end(&play);
            CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
            CU_ASSERT_STRING_EQUAL(play.server_name, cases[i].name);
            CU_ASSERT_EQUAL(play.target_port, 443);
            CU_ASSERT_TRUE(play.starttls_answered);
        }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a PROXY header tells the client", a_proxy_header_tells_the_client},
        {"a PROXY header comes before other protocols too",
         a_proxy_header_comes_before_other_protocols_too},
        {"a server that does not expect the PROXY header is named",
         a_server_that_does_not_expect_the_header_is_named},
        {"an answer to the PROXY header may come before the hello",
         an_answer_to_the_header_may_come_before_the_hello},
        {"a server that understands the PROXY header may refuse the hello",
         a_server_that_understands_the_header_may_refuse_the_hello},
        {"a request may be repeated", a_request_may_be_repeated},
        {"a long answer ends the search", a_long_answer_ends_the_search},
        {"a request may be refused again", a_request_may_be_refused_again},
        {"a proxy that refuses another port refuses no TLS",
         a_proxy_that_refuses_another_port_refuses_no_tls},
        {"a proxy that knows no target refuses no TLS",
         a_proxy_that_knows_no_target_refuses_no_tls},
        {"a proxy that agrees and ends the connection has failed",
         a_proxy_that_agrees_and_ends_the_connection_has_failed},
        {"the target of a proxy is the server name", the_target_of_a_proxy_is_the_server_name},
        {"what is not for TLS, or was answered, is not ignored",
         what_is_not_for_tls_or_was_answered_is_not_ignored},
        CU_TEST_INFO_NULL,
    };

    return suite_run("starttls_proxy", tests);
}
