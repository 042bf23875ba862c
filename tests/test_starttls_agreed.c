/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that asks for TLS within another protocol, gets a yes, and never begins. */
#include "tests/support/opening.h"

/* Up to the yes. */
static const struct opening list[] = {
    {{SERVER_SAYS("220 mail.example.org ESMTP\r\n"), CLIENT_SAYS("EHLO client\r\n"),
      SERVER_SAYS("250-mail.example.org\r\n250 STARTTLS\r\n"), CLIENT_SAYS("STARTTLS\r\n"),
      SERVER_SAYS("220 Go ahead\r\n")}},
    {{SERVER_SAYS("* OK IMAP4rev1 ready\r\n"), CLIENT_SAYS("a002 STARTTLS\r\n"),
      SERVER_SAYS("* OK still here\r\na002 OK Begin TLS negotiation now\r\n")}},
    {{SERVER_SAYS("+OK POP3 ready\r\n"), CLIENT_SAYS("STLS\r\n"), SERVER_SAYS("+OK Begin\r\n")}},
    {{SERVER_SAYS("220 FTP server ready\r\n"), CLIENT_SAYS("AUTH TLS\r\n"),
      SERVER_SAYS("234 Proceed with negotiation.\r\n")}},
    {{SERVER_SAYS("200 NNTP service ready, posting allowed\r\n"), CLIENT_SAYS("STARTTLS\r\n"),
      SERVER_SAYS("382 Continue with TLS negotiation\r\n")}},
    {{SERVER_SAYS("\"IMPLEMENTATION\" \"Example\"\r\n\"STARTTLS\"\r\nOK\r\n"),
      CLIENT_SAYS("STARTTLS\r\n"), SERVER_SAYS("OK \"Begin TLS negotiation now.\"\r\n")}},
    {{CLIENT_SAYS("<?xml version='1.0'?><stream:stream to='example.org' version='1.0'>"),
      SERVER_SAYS("<?xml version='1.0'?><stream:stream from='example.org'><stream:features/>"),
      CLIENT_SAYS("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
      SERVER_SAYS("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")}},
    {{CLIENT_SAYS("\0\0\0\x08\x04\xd2\x16\x2f"), SERVER_SAYS("S")}},
};

static const struct openings openings = {5999, list, sizeof(list) / sizeof(list[0])};

static void close_both(struct play *play)
{
    play_fin(play, SIDE_CLIENT);
    play_fin(play, SIDE_SERVER);
}

static void reset_by_client(struct play *play)
{
    play_reset(play, SIDE_CLIENT);
}

static void who_leaves_before_the_hello_has_failed(void)
{
    opening_expect(&openings, close_both, OUTCOME_FAILED, "client_abandoned");
    opening_expect(&openings, reset_by_client, OUTCOME_FAILED, "reset_by_client");
}

static void stay(struct play *play)
{
    (void)play;
}

/* The capture ends before anybody was heard of it. */
static void close_last(struct play *play)
{
    play_fin(play, SIDE_CLIENT);
}

static void what_the_capture_does_not_show_is_open(void)
{
    opening_expect(&openings, stay, OUTCOME_INCOMPLETE, "");
}

static void go_on_in_clear(struct play *play)
{
    play_text(play, SIDE_CLIENT, "QUIT\r\n");
    close_both(play);
}

static void a_client_that_goes_on_in_clear_wants_no_tls(void)
{
    opening_expect(&openings, go_on_in_clear, OUTCOME_NOT_TLS, "");
}

static void hang_up(struct play *play)
{
    play_fin(play, SIDE_SERVER);
    play_fin(play, SIDE_CLIENT);
}

static void reset_by_server(struct play *play)
{
    play_reset(play, SIDE_SERVER);
}

/* The server has waited for a hello. */
static void hang_up_later(struct play *play)
{
    play->now_ns += INT64_C(10000000000);
    hang_up(play);
}

static void a_server_that_agrees_and_ends_the_connection_has_failed(void)
{
    opening_expect(&openings, hang_up, OUTCOME_FAILED, "server_closed");
    opening_expect(&openings, reset_by_server, OUTCOME_FAILED, "reset_by_server");
    opening_expect(&openings, hang_up_later, OUTCOME_NOT_TLS, "");
}

/* What is no yes, or not yet. */
static void half_a_yes_is_none(void)
{
    static const struct opening half[] = {
        {{SERVER_SAYS("220 ready\r\n"), CLIENT_SAYS("STARTTLS\r\n"), SERVER_SAYS("220 Go ahea")}},
        {{SERVER_SAYS("+OK ready\r\n"), CLIENT_SAYS("STLS\r\n"), SERVER_SAYS("+OK Begi")}},
        {{SERVER_SAYS("* OK ready\r\n"), CLIENT_SAYS("a STARTTLS\r\n"), SERVER_SAYS("* OK\r\n")}},
        {{CLIENT_SAYS("STARTTLS\r\n"), SERVER_SAYS("220 mail ESMTP\r\n")}},
        {{SERVER_SAYS("220 ready\r\n"), CLIENT_SAYS("STARTTLS\r\n"), SERVER_SAYS("250 Well\r\n")}},
    };
    static const struct openings halves = {5999, half, sizeof(half) / sizeof(half[0])};

    opening_expect(&halves, close_last, OUTCOME_NOT_TLS, "");
}

static void the_client_is_who_ended_it(void)
{
    struct play play;

    play_begin(&play, 5432, 0);
    play_octets(&play, SIDE_CLIENT, "\0\0\0\x08\x04\xd2\x16\x2f", 8);
    play_text(&play, SIDE_SERVER, "S");
    close_both(&play);
    play_end(&play);
    CU_ASSERT_STRING_EQUAL(play.cause, "client_abandoned");
    CU_ASSERT_EQUAL(play.refused_by, PARTY_CLIENT);
    CU_ASSERT_EQUAL(play.confidence, CAUSE_LIKELY);
    CU_ASSERT_FALSE(play.starttls_refused);
}

static void hello_and_close(struct play *play)
{
    play_client_hello(play, false);
    play_fin(play, SIDE_CLIENT);
    play_fin(play, SIDE_SERVER);
}

/* What the client reads in place of a ServerHello. */
static void a_yes_with_words_behind_it_is_no_tls(void)
{
    static const struct opening thoughts[] = {
        {{SERVER_SAYS("220 mail.example.org ESMTP\r\n"), CLIENT_SAYS("STARTTLS\r\n"),
          SERVER_SAYS("220 Ready\r\n"), SERVER_SAYS("454 4.7.0 TLS not available\r\n")}},
        {{SERVER_SAYS("+OK POP3 ready\r\n"), CLIENT_SAYS("STLS\r\n"),
          SERVER_SAYS("+OK Begin\r\n-ERR no key\r\n")}},
        {{CLIENT_SAYS("CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\n\r\n"),
          SERVER_SAYS("HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n"),
          SERVER_SAYS("HTTP/1.1 502 Bad Gateway\r\n\r\n")}},
    };
    static const struct openings said = {5999, thoughts, sizeof(thoughts) / sizeof(thoughts[0])};
    /* The target greets, and the client asks it in turn. */
    static const struct opening nested[] = {
        {{CLIENT_SAYS("CONNECT host.example:25 HTTP/1.1\r\nHost: host.example:25\r\n\r\n"),
          SERVER_SAYS("HTTP/1.1 200 Connection established\r\n\r\n"),
          SERVER_SAYS("220 mail ESMTP\r\n"), CLIENT_SAYS("STARTTLS\r\n"),
          SERVER_SAYS("220 Ready\r\n")}},
    };
    static const struct openings others = {5999, nested, 1};
    static const struct opening long_yes[] = {
        {{SERVER_SAYS("220 mail.example.org ESMTP\r\n"), CLIENT_SAYS("STARTTLS\r\n"),
          SERVER_SAYS("220-Ready\r\n220 Go ahead\r\n")}},
        {{SERVER_SAYS("220 FTP server ready\r\n"), CLIENT_SAYS("AUTH TLS\r\n"),
          SERVER_SAYS("234-Well,\r\n this is\r\n234 a yes\r\n")}},
    };
    static const struct openings lines = {5999, long_yes, sizeof(long_yes) / sizeof(long_yes[0])};

    opening_expect(&said, hello_and_close, OUTCOME_FAILED, "server_not_tls");
    opening_expect(&openings, hello_and_close, OUTCOME_FAILED, "client_abandoned");
    opening_expect(&others, hello_and_close, OUTCOME_FAILED, "client_abandoned");
    opening_expect(&lines, hello_and_close, OUTCOME_FAILED, "client_abandoned");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"who leaves before the hello has failed", who_leaves_before_the_hello_has_failed},
        {"what the capture does not show is open", what_the_capture_does_not_show_is_open},
        {"a client that goes on in clear wants no TLS",
         a_client_that_goes_on_in_clear_wants_no_tls},
        {"a server that agrees and ends the connection has failed",
         a_server_that_agrees_and_ends_the_connection_has_failed},
        {"half a yes is none", half_a_yes_is_none},
        {"the client is who ended it", the_client_is_who_ended_it},
        {"a yes with words behind it is no TLS", a_yes_with_words_behind_it_is_no_tls},
        CU_TEST_INFO_NULL,
    };

    return suite_run("starttls_agreed", tests);
}
