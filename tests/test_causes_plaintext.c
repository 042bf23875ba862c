/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

static void plain_http_that_an_alert_answers_is_certain(void)
{
    struct story story;

    story_begin(&story);
    story_plaintext(&story, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_CERTAIN));
}

static void plain_http_that_the_page_answers_is_certain(void)
{
    struct story story;

    story_begin(&story);
    story_plaintext(&story, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    story_plaintext(&story, SIDE_SERVER,
                    "HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to "
                    "HTTPS port</html>");
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_CERTAIN));
    CU_ASSERT_EQUAL(story.facts.refusal.kind, REFUSAL_PLAINTEXT);
    CU_ASSERT_EQUAL(story.facts.refusal.by, SIDE_SERVER);
    CU_ASSERT_TRUE(story_tells(&story, "refusal",
                               "after octets in clear (HTTP request) of the "
                               "client"));
}

static void a_client_of_another_protocol_that_an_alert_answers_is_named(void)
{
    struct story story;

    story_begin(&story);
    story_plaintext(&story, SIDE_CLIENT, "\x16\1\1");
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "client_plaintext", "TLCP"));
}

static void a_server_of_another_protocol_is_named(void)
{
    struct story story;

    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "\x15\1\1");
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "refusal", "sent something else than TLS: TLCP"));
    CU_ASSERT_FALSE(story_tells(&story, "server_protocol", "TLCP")); /* once is enough */
}

/* The server's last packet is the first with this hop limit; those before it have 57. */
static void take_other_path(struct story *story, uint8_t hop_limit)
{
    const struct note *last = &story->notes[story->handshake.note_count - 1];
    struct trouble *trouble = direction_have_trouble(sent_by(story, SIDE_SERVER));

    trouble->other_path_packet = (uint32_t)last->at.packet & ((1u << PATH_PACKET_BITS) - 1);
    trouble->other_path_hop_limit = hop_limit;
}

/* A firewall that has a page of its own, for one. */
static void who_answers_from_elsewhere_need_not_be_the_server(void)
{
    static const struct {
        uint8_t hop_limit;
        enum certainty certainty;
    } rows[] = {
        {250, CAUSE_LIKELY},
        {63, CAUSE_LIKELY},
        {121, CAUSE_CERTAIN}, /* as far away as 57 of 64 is */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_plaintext(&story, SIDE_SERVER, "HTTP/1.1 403 Forbidden\r\n\r\n");
        take_other_path(&story, rows[i].hop_limit);
        CU_ASSERT_TRUE(story_says(&story, "server_not_tls", rows[i].certainty));
        CU_ASSERT_EQUAL(story_tells(&story, "answer_hop_limit",
                                    "those of the server before it "
                                    "have 57"),
                        rows[i].certainty == CAUSE_LIKELY);
    }
}

/* Whatever it is, but for a RST, of which more is told. */
static void an_end_that_came_another_way_is_told(void)
{
    static const struct {
        int end;
        bool is_of_earlier_packet;
        bool is_told;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, false, true},
        {TLS_ALERT_HANDSHAKE_FAILURE, true, false},
        {STORY_CLOSES, false, true},
        {STORY_RESETS, false, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_refuse_how(&story, rows[i].end);
        take_other_path(&story, 250);
        if (rows[i].is_of_earlier_packet)
            direction_have_trouble(sent_by(&story, SIDE_SERVER))->other_path_packet--;
        (void)story_cause(&story);
        CU_ASSERT_EQUAL(story_tells(&story, "answer_hop_limit", "has hop limit (TTL) 250"),
                        rows[i].is_told);
    }
}

static void words_of_no_known_protocol_are_not_called_one(void)
{
    struct story story;

    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "go away\r\n");
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "refusal", "a protocol that is not recognised, \"go away"));
}

static void the_alert_that_answers_plain_text_is_told(void)
{
    struct story story;

    story_begin(&story);
    story_plaintext(&story, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "server_alert", "unexpected_message(10)"));
}

static void plain_http_that_is_answered_is_none_of_ours(void)
{
    struct story story;

    story_begin(&story);
    story_plaintext(&story, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    story_plaintext(&story, SIDE_SERVER, "HTTP/1.1 200 OK\r\n\r\nhello");
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "not_tls");
    CU_ASSERT_TRUE(story_denies(&story, "plaintext_on_tls_port"));
}

static void octets_without_a_meaning_are_another_protocol(void)
{
    struct story story;

    story_begin(&story);
    story_plaintext(&story, SIDE_CLIENT, "\x01\x02\x03\xff\xfe");
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
    CU_ASSERT_TRUE(story_tells(&story, "client_plaintext", "the octets 01 02 03 ff fe"));
    story_begin(&story);
    story.connection.syn_seen = false;
    story_plaintext(&story, SIDE_CLIENT, "\x01\x02\x03\xff\xfe");
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_denies(&story, "plaintext_on_tls_port"));
}

static void a_banner_in_answer_to_a_hello_is_not_tls(void)
{
    static const char *const banners[] = {
        "SSH-2.0-OpenSSH_9.2p1\r\n",
        "220 mail.example.com ESMTP\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "+OK POP3 ready\r\n",
    };

    for (size_t i = 0; i < sizeof(banners) / sizeof(banners[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_plaintext(&story, SIDE_SERVER, banners[i]);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_CERTAIN));
    }
}

static void text_of_no_known_protocol_is_likely_not_tls(void)
{
    struct story story;

    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "hello, who is there?\n");
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_LIKELY));
}

/* A server that is known to answer in TLS sends them for another reason. */
static void octets_without_a_meaning_are_a_binary_protocol(void)
{
    const struct known_server server = {.answered_in_tls = true};
    const struct known known = {.server = &server};
    struct story story;

    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "\x01\x02\x03\xff\xfe\xfd\xfc\xfb\xfa\xf9");
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_not_tls"));
    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "\x84\x01\x02 Invalid or unsupported version (22)");
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "malformed_record"));
    story.facts.known = &known;
    CU_ASSERT_EQUAL(story_certainty(&story, "server_not_tls"), CAUSE_NO);
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_STRING_EQUAL(story.verdict.cause->id, "malformed_record");
    CU_ASSERT_EQUAL(story.verdict.confidence, CAUSE_LIKELY);
}

/* It says itself that it speaks TLS; or the client's first octet told it that this is none. */
static void a_server_of_tls_may_answer_in_clear(void)
{
    struct story story;

    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER,
                    "HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to "
                    "HTTPS port</html>");
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_POSSIBLE));
    story_begin(&story);
    story_protected(&story, SIDE_CLIENT, 20);
    story_modern_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n");
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_not_tls"));
}

static void a_server_that_speaks_tls_is_tls(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECODE_ERROR);
    CU_ASSERT_TRUE(story_denies(&story, "server_not_tls"));
    CU_ASSERT_TRUE(story_denies(&story, "plaintext_on_tls_port"));
}

/* The client asks for TLS, the server answers this. */
static void ask_for_tls(struct story *story, const char *command, const char *reply)
{
    story_begin(story);
    story->connection.endpoint[SIDE_SERVER].port = 25;
    story->tls_expected = false;
    story_plaintext(story, SIDE_CLIENT, command);
    story->handshake.starttls_at = story->connection.last;
    story_plaintext(story, SIDE_SERVER, reply);
}

static void a_refused_starttls_is_certain(void)
{
    static const struct {
        const char *command;
        const char *reply;
    } rows[] = {
        {"EHLO a\r\nSTARTTLS\r\n", "454 TLS not available\r\n"},
        {"a1 STARTTLS\r\n", "a1 BAD no\r\n"},
        {"STLS\r\n", "-ERR no\r\n"},
        {"AUTH TLS\r\n", "534 no\r\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        ask_for_tls(&story, rows[i].command, rows[i].reply);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "starttls_refused", CAUSE_CERTAIN));
    }
}

/* The capture ends so long after the refusal, when nobody has closed, or the client has. */
static void ask_for_a_tunnel(struct story *story, const char *request, const char *reply,
                             int64_t wait_ns, bool closes)
{
    ask_for_tls(story, request, reply);
    story->connection.direction[SIDE_CLIENT].payload_octets = strlen(request);
    story->handshake.starttls_answered_at = story->connection.last;
    story_wait(story, wait_ns);
    if (closes)
        story_fin(story, SIDE_CLIENT);
    story->reason = CONNECTION_END_CAPTURE;
}

/* A proxy that wants a name and a password gets them on the same connection, or in another one. */
static void a_client_may_ask_a_proxy_again(void)
{
    static const char request[] = "CONNECT a.example.org:443 HTTP/1.1\r\n\r\n";
    static const char reply[] = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    struct story story;

    ask_for_a_tunnel(&story, request, reply, STORY_SECOND, false);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
    ask_for_a_tunnel(&story, request, reply, 5 * STORY_SECOND, false);
    CU_ASSERT_TRUE(story_says(&story, "starttls_refused", CAUSE_LIKELY));
    ask_for_a_tunnel(&story, request, reply, STORY_SECOND, true);
    CU_ASSERT_TRUE(story_says(&story, "starttls_refused", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "proxy_answer", "may come again with them"));
    ask_for_a_tunnel(&story, request, reply, STORY_SECOND, true);
    story.connection.direction[SIDE_CLIENT].payload_octets++; /* that are not kept */
    CU_ASSERT_TRUE(story_says(&story, "starttls_refused", CAUSE_CERTAIN));
    ask_for_a_tunnel(&story, request, "HTTP/1.1 403 Forbidden\r\n\r\n", STORY_SECOND, false);
    CU_ASSERT_TRUE(story_says(&story, "starttls_refused", CAUSE_CERTAIN));
}

static void a_proxy_that_got_credentials_has_refused_them(void)
{
    static const char *const requests[] = {
        "CONNECT a.example.org:443 HTTP/1.1\r\nProxy-Authorization: Basic YTpi\r\n\r\n",
        "CONNECT a.example.org:443 HTTP/1.1\r\n\r\n"
        "CONNECT a.example.org:443 HTTP/1.1\r\nproxy-authorization:Basic YTpi\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct story story;

        ask_for_a_tunnel(&story, requests[i], "HTTP/1.1 407 No\r\n\r\n", STORY_SECOND, true);
        CU_ASSERT_TRUE(story_says(&story, "starttls_refused", CAUSE_CERTAIN));
    }
}

/* A client asks for TLS and gets no answer. */
static void begin_request(struct story *story)
{
    story_begin(story);
    story->tls_expected = false;
    story_plaintext(story, SIDE_CLIENT, "EHLO a\r\nSTARTTLS\r\n");
    story->handshake.starttls_at = story->connection.last;
}

static void a_server_that_hangs_up_at_the_request_has_refused(void)
{
    struct story story;

    begin_request(&story);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "starttls_refused", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "starttls_reply", "instead of an answer"));

    begin_request(&story);
    story.tls_expected = true;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_LIKELY));

    begin_request(&story);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->unseen_octets = 20;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_NOT_TLS);
}

/* Clients of LDAP always say good-bye, and so in clear. */
static void a_good_bye_in_clear_is_no_end_of_waiting(void)
{
    for (int64_t seconds = 1; seconds < 6; seconds += 4) {
        struct story story;

        begin_request(&story);
        story_wait(&story, seconds * STORY_SECOND);
        sent_by(&story, SIDE_CLIENT)->last_data = (struct moment){story.now_ns, ++story.packet};
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), seconds == 1 ? "not_tls" : "server_silent");
    }
}

static void a_granted_starttls_is_not_refused(void)
{
    struct story story;

    ask_for_tls(&story, "EHLO a\r\nSTARTTLS\r\n", "220 go ahead\r\n");
    CU_ASSERT_TRUE(story_denies(&story, "starttls_refused"));
}

/* A port where TLS is spoken, a client that does not, and a server that says nothing. */
static void begin_plain(struct story *story, const char *request)
{
    story_begin(story);
    story_plaintext(story, SIDE_CLIENT, request);
}

static void on_a_tls_port_a_silent_server_expected_tls(void)
{
    struct story story;

    begin_plain(&story, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_LIKELY));
    begin_plain(&story, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    story.tls_expected = false;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "plaintext_on_tls_port"));
}

/* Some servers wait for the rest of what they take for TLS. */
static void on_a_tls_port_a_client_may_wait_in_vain(void)
{
    static const struct {
        const char *request;
        int64_t wait_ns;
        enum outcome outcome;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 5 * STORY_SECOND, OUTCOME_FAILED},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 5 * STORY_SECOND, OUTCOME_FAILED},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", STORY_SECOND, OUTCOME_NOT_TLS},
        /* It may be the server behind that is slow, or the change to TLS that is to come. */
        {"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 5 * STORY_SECOND, OUTCOME_NOT_TLS},
        {"EHLO x\r\n", 5 * STORY_SECOND, OUTCOME_NOT_TLS},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        begin_plain(&story, cases[i].request);
        story_wait(&story, cases[i].wait_ns);
        story_fin(&story, SIDE_CLIENT);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, cases[i].outcome);
        if (cases[i].outcome == OUTCOME_FAILED) {
            CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_POSSIBLE));
            CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
        }
    }
}

static void elsewhere_nobody_waits_for_tls(void)
{
    for (unsigned i = 0; i < 3; i++) {
        struct story story;

        begin_plain(&story, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        story.tls_expected = i != 0;
        if (i == 1)
            story.connection.direction[SIDE_CLIENT].unacknowledged_octets = 27;
        if (i == 2)
            direction_have_trouble(&story.connection.direction[SIDE_SERVER])->unseen_octets = 9;
        story_wait(&story, 5 * STORY_SECOND);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), "not_tls");
    }
}

/* No HTTP server has another answer to what was not meant for it; a page is one, and elsewhere it
 * may be the client's own fault. */
static void a_preface_that_is_a_bad_request_came_without_tls(void)
{
    static const struct {
        const char *request;
        const char *answer;
        const char *cause; /* NULL: none */
        bool tls_expected;
    } cases[] = {
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n",
         "plaintext_on_tls_port", true},
        {"PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\n", "HTTP/1.0 400 Bad Request\r\n\r\n",
         "plaintext_on_tls_port", true},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", NULL, false},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", NULL, true},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", NULL, true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        begin_plain(&story, cases[i].request);
        story.tls_expected = cases[i].tls_expected;
        story_plaintext(&story, SIDE_SERVER, cases[i].answer);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome,
                        cases[i].cause != NULL ? OUTCOME_FAILED : OUTCOME_NOT_TLS);
        if (cases[i].cause != NULL)
            CU_ASSERT_TRUE(story_says(&story, cases[i].cause, CAUSE_POSSIBLE));
    }
}

/* The page of some servers has words of their own. A proxy is asked for others. */
static void a_plain_request_that_is_bad_at_a_server_of_tls_came_without_it(void)
{
    static const char bad[] = "HTTP/1.1 400 Bad Request\r\n\r\nThis is a secure port.\r\n";
    static const struct {
        const char *request;
        const char *answer;
        bool tls_seen;
        bool is_told;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bad, true, true},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bad, false, false},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n", true, false},
        {"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", bad, true, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        begin_plain(&story, cases[i].request);
        story.tls_seen = cases[i].tls_seen;
        story_plaintext(&story, SIDE_SERVER, cases[i].answer);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome,
                        cases[i].is_told ? OUTCOME_FAILED : OUTCOME_NOT_TLS);
        if (cases[i].is_told)
            CU_ASSERT_STRING_EQUAL(story_cause(&story), "plaintext_on_tls_port");
    }
}

static void a_readable_line_of_no_known_protocol_is_likely_plaintext(void)
{
    struct story story;

    begin_plain(&story, "who is there?\n");
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "plaintext_on_tls_port", CAUSE_LIKELY));
}

static void a_client_that_came_to_tls_did_not_speak_plaintext(void)
{
    struct story story;

    begin_plain(&story, "EHLO a\r\nSTARTTLS\r\n");
    story.handshake.switched = true;
    story_modern_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_denies(&story, "plaintext_on_tls_port"));
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"plain HTTP that an alert answers is certain",
         plain_http_that_an_alert_answers_is_certain},
        {"plain HTTP that the page answers is certain",
         plain_http_that_the_page_answers_is_certain},
        {"a client of another protocol that an alert answers is named",
         a_client_of_another_protocol_that_an_alert_answers_is_named},
        {"a server of another protocol is named", a_server_of_another_protocol_is_named},
        {"who answers from elsewhere need not be the server",
         who_answers_from_elsewhere_need_not_be_the_server},
        {"an end that came another way is told", an_end_that_came_another_way_is_told},
        {"words of no known protocol are not called one",
         words_of_no_known_protocol_are_not_called_one},
        {"the alert that answers plain text is told", the_alert_that_answers_plain_text_is_told},
        {"plain HTTP that is answered is none of ours",
         plain_http_that_is_answered_is_none_of_ours},
        {"octets without a meaning are another protocol",
         octets_without_a_meaning_are_another_protocol},
        {"a banner in answer to a hello is not TLS", a_banner_in_answer_to_a_hello_is_not_tls},
        {"text of no known protocol is likely not TLS",
         text_of_no_known_protocol_is_likely_not_tls},
        {"octets without a meaning are a binary protocol",
         octets_without_a_meaning_are_a_binary_protocol},
        {"a server of TLS may answer in clear", a_server_of_tls_may_answer_in_clear},
        {"a server that speaks TLS is TLS", a_server_that_speaks_tls_is_tls},
        {"a refused STARTTLS is certain", a_refused_starttls_is_certain},
        {"a client may ask a proxy again", a_client_may_ask_a_proxy_again},
        {"a proxy that got credentials has refused them",
         a_proxy_that_got_credentials_has_refused_them},
        {"a server that hangs up at the request has refused",
         a_server_that_hangs_up_at_the_request_has_refused},
        {"a good-bye in clear is no end of waiting", a_good_bye_in_clear_is_no_end_of_waiting},
        {"a granted STARTTLS is not refused", a_granted_starttls_is_not_refused},
        {"on a TLS port a silent server expected TLS", on_a_tls_port_a_silent_server_expected_tls},
        {"on a TLS port a client may wait in vain", on_a_tls_port_a_client_may_wait_in_vain},
        {"elsewhere nobody waits for TLS", elsewhere_nobody_waits_for_tls},
        {"a preface that is a bad request came without TLS",
         a_preface_that_is_a_bad_request_came_without_tls},
        {"a plain request that is bad at a server of TLS came without it",
         a_plain_request_that_is_bad_at_a_server_of_tls_came_without_it},
        {"a readable line of no known protocol is likely plaintext",
         a_readable_line_of_no_known_protocol_is_likely_plaintext},
        {"a client that came to TLS did not speak plaintext",
         a_client_that_came_to_tls_did_not_speak_plaintext},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes where one side speaks no TLS", tests);
}
