/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ClientHello of which only a part came: what began is TLS, and why the rest did not come is told
 * by how the connection ends. */
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

#define SECOND_NS INT64_C(1000000000)

enum { HELLO = 600, PART = 400, HEADERS = TLS_RECORD_HEADER_LENGTH + TLS_HANDSHAKE_HEADER_LENGTH };

/* Octets of a record with a ClientHello, from the first on. */
static void part_of_hello(struct play *play, size_t octets)
{
    uint8_t hello[HELLO] = {TLS_CONTENT_HANDSHAKE,
                            3,
                            1,
                            (HELLO - TLS_RECORD_HEADER_LENGTH) >> 8,
                            (HELLO - TLS_RECORD_HEADER_LENGTH) & 0xff,
                            TLS_HANDSHAKE_CLIENT_HELLO,
                            0,
                            (HELLO - HEADERS) >> 8,
                            (HELLO - HEADERS) & 0xff,
                            3,
                            3};

    play_octets(play, SIDE_CLIENT, hello, octets);
}

static void begin(struct play *play, size_t octets)
{
    play_begin(play, 443, 0);
    part_of_hello(play, octets);
}

static void expect(const struct play *play, const char *cause)
{
    CU_ASSERT_EQUAL(play->outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play->stage, STAGE_CLIENT_HELLO);
    CU_ASSERT_STRING_EQUAL(play->cause, cause);
}

static void who_ends_it_is_the_cause(void)
{
    static const struct {
        void (*end)(struct play *play, enum side by);
        const char *cause;
        enum side by;
        enum certainty confidence;
    } cases[] = {
        {play_fin, "server_closed", SIDE_SERVER, CAUSE_LIKELY},
        {play_fin, "client_abandoned", SIDE_CLIENT, CAUSE_LIKELY},
        {play_reset, "reset_by_server", SIDE_SERVER, CAUSE_LIKELY},
        {play_reset, "reset_by_client", SIDE_CLIENT, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t piece = 0; piece < PART; piece += 150) {
            struct play play;

            play_begin(&play, 443, piece);
            part_of_hello(&play, PART);
            play.now_ns += 3 * SECOND_NS;
            cases[i].end(&play, cases[i].by);
            play_end(&play);
            expect(&play, cases[i].cause);
            CU_ASSERT_EQUAL(play.refused, cases[i].by);
            CU_ASSERT_EQUAL(play.confidence, cases[i].confidence);
        }
    }
}

/* Some clients send it in a segment of its own: that is enough for a server to hang up. */
static void the_header_of_a_record_is_a_beginning(void)
{
    for (size_t octets = TLS_RECORD_HEADER_LENGTH; octets <= HEADERS + 1; octets++) {
        struct play play;

        begin(&play, octets);
        play_reset(&play, SIDE_SERVER);
        play_end(&play);
        expect(&play, "reset_by_server");
    }
}

static void the_header_of_a_record_is_answered_in_clear(void)
{
    struct play play;

    begin(&play, TLS_RECORD_HEADER_LENGTH);
    play_text(&play, SIDE_SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n");
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    expect(&play, "server_not_tls");
}

/* By the client's numbers there is more, and nobody ever acknowledged it. */
static void a_rest_that_was_lost_died_of_loss(void)
{
    struct play play;
    struct segment segment;

    begin(&play, PART);
    play.now_ns += 9 * SECOND_NS;
    segment = play_segment(&play, SIDE_SERVER, TCP_FIN | TCP_ACK);
    play_give(&play, &segment);
    play.next[SIDE_SERVER]++;
    play.next[SIDE_CLIENT] += HELLO - PART;
    segment = play_segment(&play, SIDE_CLIENT, TCP_ACK);
    play_give(&play, &segment);
    play_end(&play);
    expect(&play, "packet_loss");
}

/* An alert in answer to the client's FIN is not its reason. */
static void a_complaint_about_the_end_is_no_reason(void)
{
    struct play play;

    begin(&play, PART);
    play_fin(&play, SIDE_CLIENT);
    play_alert(&play, SIDE_SERVER, TLS_ALERT_LEVEL_FATAL, TLS_ALERT_DECODE_ERROR);
    play_end(&play);
    expect(&play, "client_abandoned");
}

/* Its records are whole, and one is missing. */
static void a_hello_over_records_can_break_off(void)
{
    struct play play;
    uint8_t message[PART] = {TLS_HANDSHAKE_CLIENT_HELLO, 0, HELLO >> 8, HELLO & 0xff, 3, 3};

    play_begin(&play, 443, 0);
    play_record(&play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, bytes_of(message, 100));
    play_record(&play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, bytes_of(message + 100, 100));
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    expect(&play, "server_closed");
}

/* Behind a proxy or STARTTLS the hello is not what the client says first. */
static void a_hello_behind_another_protocol_can_break_off(void)
{
    struct play play;

    play_begin(&play, 8080, 0);
    play_text(&play, SIDE_CLIENT, "CONNECT www.example.com:443 HTTP/1.1\r\n\r\n");
    play_text(&play, SIDE_SERVER, "HTTP/1.1 200 OK\r\n\r\n");
    part_of_hello(&play, PART);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    expect(&play, "client_abandoned");
    CU_ASSERT_TRUE(play.switched);
}

static void what_the_capture_lacks_is_nobodys_fault(void)
{
    struct play play;

    begin(&play, PART);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
    CU_ASSERT_EQUAL(play.stage, STAGE_CLIENT_HELLO);

    begin(&play, PART); /* what was acknowledged and not captured is there */
    play_missing(&play, SIDE_CLIENT, HELLO - PART);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);

    begin(&play, PART); /* nobody says a word any more */
    play_end_after(&play, 60 * SECOND_NS);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
}

static void what_merely_looks_like_a_hello_counts_for_nothing(void)
{
    struct play play;

    play_begin_midway(&play, 0); /* it may be the middle of anything */
    part_of_hello(&play, PART);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_NOT_EQUAL(play.outcome, OUTCOME_FAILED);

    begin(&play, TLS_RECORD_HEADER_LENGTH - 1); /* nor is a header */
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);

    play_begin(&play, 443, 0);
    play_octets(&play, SIDE_CLIENT, "\x16\3\1\2\0\1\0\0\x20\3\3", 11); /* lengths that contradict */
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
}

static void a_hello_that_is_whole_in_the_end_is_not_broken(void)
{
    struct play play;

    play_begin(&play, 443, 7);
    play_handshake(&play);
    play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 100);
    part_of_hello(&play, PART);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
}

/* No octet of a hello came at all: the server did not wait for one. */
static void a_client_that_is_turned_away_failed(void)
{
    static const struct {
        void (*end)(struct play *play, enum side by);
        const char *cause; /* "": none */
        int64_t after_ns;
        enum side by;
        uint16_t port;
    } cases[] = {
        {play_reset, "reset_by_server", 0, SIDE_SERVER, 443},
        {play_fin, "server_closed", 0, SIDE_SERVER, 443},
        {play_fin, "", 0, SIDE_SERVER, 80},                /* TLS is not spoken there */
        {play_fin, "", SECOND_NS / 2, SIDE_SERVER, 443},   /* it got no hello */
        {play_fin, "", 5 * SECOND_NS, SIDE_SERVER, 443},   /* nobody wanted to say a word */
        {play_reset, "", 5 * SECOND_NS, SIDE_SERVER, 443}, /* likewise */
        {play_fin, "", 0, SIDE_CLIENT, 443},               /* a health check */
        {play_reset, "", 0, SIDE_CLIENT, 443},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin(&play, cases[i].port, 0);
        play.now_ns += cases[i].after_ns;
        cases[i].end(&play, cases[i].by);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, cases[i].cause[0] != '\0' ? OUTCOME_FAILED : OUTCOME_NOT_TLS);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].cause);
    }
}

/* Its host knows nothing of the connection any more when the server closes. */
static void a_client_that_had_left_is_not_turned_away(void)
{
    struct play play;
    struct segment segment;

    play_begin(&play, 443, 0);
    segment = play_segment(&play, SIDE_SERVER, TCP_FIN | TCP_ACK);
    play_give(&play, &segment);
    segment = play_segment(&play, SIDE_CLIENT, TCP_RST);
    play_give(&play, &segment);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
}

/* The RST acknowledges a hello that the capture does not have. */
static void a_hello_that_was_not_captured_is_not_turned_away(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play.next[SIDE_CLIENT] += HELLO;
    play_reset(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_NOT_EQUAL(play.outcome, OUTCOME_FAILED);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"who ends it is the cause", who_ends_it_is_the_cause},
        {"the header of a record is a beginning", the_header_of_a_record_is_a_beginning},
        {"the header of a record is answered in clear",
         the_header_of_a_record_is_answered_in_clear},
        {"a rest that was lost died of loss", a_rest_that_was_lost_died_of_loss},
        {"a complaint about the end is no reason", a_complaint_about_the_end_is_no_reason},
        {"a hello over records can break off", a_hello_over_records_can_break_off},
        {"a hello behind another protocol can break off",
         a_hello_behind_another_protocol_can_break_off},
        {"what the capture lacks is nobody's fault", what_the_capture_lacks_is_nobodys_fault},
        {"what merely looks like a hello counts for nothing",
         what_merely_looks_like_a_hello_counts_for_nothing},
        {"a hello that is whole in the end is not broken",
         a_hello_that_is_whole_in_the_end_is_not_broken},
        {"a client that is turned away failed", a_client_that_is_turned_away_failed},
        {"a client that had left is not turned away", a_client_that_had_left_is_not_turned_away},
        {"a hello that was not captured is not turned away",
         a_hello_that_was_not_captured_is_not_turned_away},
        CU_TEST_INFO_NULL,
    };

    return suite_run("partial hello", tests);
}
