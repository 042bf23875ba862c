/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that die of loss, as they look where the loss cannot be seen itself: the other end of
 * it. What is told here is what hosts did on a path that dropped most packets. */
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

#define SECOND_NS INT64_C(1000000000)

enum { ISN = 100000, SERVER_ISN = 500000, HELLO_OCTETS = 120 };

/* Begin before the first SYN, with a clock that the test moves. */
static void begin(struct play *play, uint16_t port)
{
    play_begin_midway(play, 0);
    play->server_port = port;
    play->next[SIDE_CLIENT] = ISN + 1;
    play->next[SIDE_SERVER] = SERVER_ISN + 1;
}

static void wait(struct play *play, int64_t seconds)
{
    play->now_ns += seconds * SECOND_NS;
}

/* A segment without payload; play->next of its side stays. */
static void give(struct play *play, enum side from, uint8_t flags, uint32_t sequence)
{
    struct segment segment = play_segment(play, from, flags);

    segment.sequence = sequence;
    play_give(play, &segment);
}

static void syn(struct play *play)
{
    give(play, SIDE_CLIENT, TCP_SYN, ISN);
}

static void syn_ack(struct play *play)
{
    give(play, SIDE_SERVER, TCP_SYN | TCP_ACK, SERVER_ISN);
}

/* Octets of a ClientHello that nobody can read in full: what matters is that it is one. */
static void hello(struct play *play, uint8_t flags)
{
    static uint8_t octets[HELLO_OCTETS] = {TLS_CONTENT_HANDSHAKE,
                                           3,
                                           1,
                                           0,
                                           HELLO_OCTETS - TLS_RECORD_HEADER_LENGTH,
                                           TLS_HANDSHAKE_CLIENT_HELLO,
                                           0,
                                           0,
                                           HELLO_OCTETS - TLS_RECORD_HEADER_LENGTH
                                               - TLS_HANDSHAKE_HEADER_LENGTH,
                                           3,
                                           3};
    struct segment segment = play_segment(play, SIDE_CLIENT, (uint8_t)(TCP_ACK | flags));

    segment.sequence = ISN + 1;
    segment.payload = bytes_of(octets, sizeof(octets));
    segment.payload_length = sizeof(octets);
    segment.ip_length += sizeof(octets);
    play_give(play, &segment);
    play->next[SIDE_CLIENT] = ISN + 1 + HELLO_OCTETS + ((flags & TCP_FIN) != 0 ? 1 : 0);
}

/* The client goes on asking, the server goes on answering, and neither gets anywhere. */
static void open_in_vain(struct play *play, uint16_t port, unsigned syns, unsigned syn_acks)
{
    begin(play, port);
    syn(play);
    for (unsigned i = 1; i < syns || i <= syn_acks; i++) {
        if (i <= syn_acks)
            syn_ack(play);
        wait(play, 2);
        if (i < syns)
            syn(play);
    }
}

static void a_connection_that_never_opens_died_of_loss(void)
{
    static const struct {
        uint16_t port;
        unsigned syns;
        unsigned syn_acks;
        enum outcome outcome;
    } cases[] = {
        {443, 4, 5, OUTCOME_FAILED},
        {443, 4, 3, OUTCOME_FAILED},
        {8080, 4, 5, OUTCOME_NOT_TLS}, /* nobody speaks TLS there */
        {443, 1, 5, OUTCOME_NOT_TLS},  /* half open: a scanner, or a forged address */
        {443, 2, 5, OUTCOME_NOT_TLS},
        {443, 4, 2, OUTCOME_NOT_TLS}, /* it may have gone on where the capture did not look */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        open_in_vain(&play, cases[i].port, cases[i].syns, cases[i].syn_acks);
        play_end_after(&play, 10 * SECOND_NS);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].outcome == OUTCOME_FAILED ? "packet_loss" : "");
        if (cases[i].outcome == OUTCOME_FAILED)
            CU_ASSERT_EQUAL(play.stage, STAGE_TCP_CONNECT);
    }
}

/* The SYN-ACK comes when the client has given up: its host knows nothing of the connection. */
static void a_syn_ack_that_comes_too_late_died_of_loss(void)
{
    static const struct {
        unsigned syns;
        uint8_t flags;
        uint32_t sequence;
        enum outcome outcome;
    } cases[] = {
        {4, TCP_RST, ISN + 1, OUTCOME_FAILED},
        {1, TCP_RST, ISN + 1, OUTCOME_NOT_TLS},           /* a scanner */
        {4, TCP_RST | TCP_ACK, ISN + 1, OUTCOME_NOT_TLS}, /* closed by a client that had it */
        {4, TCP_RST, ISN + 1 + 700, OUTCOME_NOT_TLS},     /* data that was not captured */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        open_in_vain(&play, 443, cases[i].syns, 0);
        syn_ack(&play);
        give(&play, SIDE_CLIENT, cases[i].flags, cases[i].sequence);
        play_end_after(&play, 10 * SECOND_NS);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
    }
}

/* What a client sends again after it has closed carries its FIN. */
static void a_hello_that_comes_with_the_fin_is_late(void)
{
    static const struct {
        unsigned syn_acks;
        const char *cause;
    } cases[] = {{3, "packet_loss"}, {1, "client_abandoned"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        begin(&play, 443);
        syn(&play);
        for (unsigned n = 0; n < cases[i].syn_acks; n++) {
            syn_ack(&play);
            wait(&play, 2);
        }
        hello(&play, TCP_FIN);
        give(&play, SIDE_SERVER, TCP_ACK, SERVER_ISN + 1);
        give(&play, SIDE_SERVER, TCP_ACK | TCP_FIN, SERVER_ISN + 1);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].cause);
    }
}

/* The server's flight comes to a host that no longer has the connection; or to a client that looks
 * at the certificate and leaves. */
static void a_flight_that_comes_too_late_is_not_refused(void)
{
    static const struct {
        uint8_t flags;
        const char *cause;
    } cases[] = {{TCP_RST, "packet_loss"}, {TCP_RST | TCP_ACK, "certificate_rejected"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        begin(&play, 443);
        syn(&play);
        syn_ack(&play);
        give(&play, SIDE_CLIENT, TCP_ACK, ISN + 1);
        for (unsigned n = 0; n < 4; n++) {
            hello(&play, 0);
            wait(&play, 3);
        }
        play_server_hello(&play, true);
        play.step_ns = 0;
        play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 900);
        give(&play, SIDE_CLIENT, cases[i].flags, play.next[SIDE_CLIENT]);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].cause);
    }
}

static void syns_without_answer_count_where_tls_is_expected(void)
{
    static const struct {
        uint16_t port;
        unsigned syns;
        enum outcome outcome;
    } cases[] = {
        {443, 2, OUTCOME_FAILED},
        {443, 1,
         OUTCOME_INCOMPLETE}, /* the client may have given up, the capture missed the rest */
        {8080, 2, OUTCOME_NOT_TLS},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin_midway(&play, 0);
        play.server_port = cases[i].port;
        for (unsigned n = 0; n < cases[i].syns; n++) {
            play.next[SIDE_CLIENT] -= n; /* the same number again */
            play_syn(&play);
        }
        play_end_after(&play, INT64_C(60000000000));
        CU_ASSERT_EQUAL(play.verdicts, 1);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
        CU_ASSERT_EQUAL(play.stage, STAGE_TCP_CONNECT);
    }
}

/* The capture may well have what came next: it was not read any more. */
static void a_silence_that_the_time_out_ended_is_told_as_that(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, true);
    play_server_hello(&play, true);
    play_end_after(&play, 130 * SECOND_NS);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
    CU_ASSERT_PTR_NOT_NULL(strstr(play.incomplete, "nothing came for 120 s"));
}

/* What came is the same as where the capture ends: the server had the hello, and two minutes. */
static void a_server_that_says_nothing_until_the_time_out_is_silent(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, true);
    give(&play, SIDE_SERVER, TCP_ACK, play.next[SIDE_SERVER]);
    play_end_after(&play, 130 * SECOND_NS);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_STRING_EQUAL(play.cause, "server_silent");
}

/* Nothing is missing of a connection that its client closed unused. */
static void a_client_that_leaves_without_a_word_is_not_refused(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_fin(&play, SIDE_CLIENT);
    play_alert(&play, SIDE_SERVER, TLS_ALERT_LEVEL_FATAL, TLS_ALERT_DECODE_ERROR);
    play_reset(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
}

static void a_hello_that_was_not_captured_is_told_as_that(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_missing(&play, SIDE_CLIENT, 500);
    play_server_hello(&play, false);
    play_server_flight(&play);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
    CU_ASSERT_STRING_EQUAL(play.incomplete, "the capture has no ClientHello");
}

/* A host that has no such connection any more says that it has nothing to say; unless its numbers
 * tell of octets that the capture does not have. */
static void a_rst_that_answers_the_fin_is_an_answer(void)
{
    static const struct {
        enum outcome outcome;
        uint32_t unseen;
        bool is_answered;
    } cases[] = {
        {OUTCOME_INCOMPLETE, 0, false},
        {OUTCOME_FAILED, 0, true},
        {OUTCOME_INCOMPLETE, 300, true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin(&play, 443, 0);
        play_client_hello(&play, true);
        wait(&play, 8);
        give(&play, SIDE_CLIENT, TCP_FIN | TCP_ACK, play.next[SIDE_CLIENT]);
        if (cases[i].is_answered)
            give(&play, SIDE_SERVER, TCP_RST, play.next[SIDE_SERVER] + cases[i].unseen);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
        if (cases[i].outcome == OUTCOME_FAILED)
            CU_ASSERT_STRING_EQUAL(play.cause, "server_silent");
    }
}

/* One that is sent again was not ACKed: the capture did not end before that, the path did. */
static void a_fin_that_is_sent_again_is_lost(void)
{
    static const struct {
        unsigned again;
        enum outcome outcome;
        const char *cause;
    } cases[] = {
        {0, OUTCOME_INCOMPLETE, ""},
        {1, OUTCOME_FAILED, "server_silent"},
        {2, OUTCOME_FAILED, "packet_loss"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        play_begin(&play, 443, 0);
        play_client_hello(&play, true);
        wait(&play, 7);
        for (unsigned n = 0; n <= cases[i].again; n++) {
            give(&play, SIDE_CLIENT, TCP_FIN | TCP_ACK, play.next[SIDE_CLIENT]);
            play.now_ns += SECOND_NS / 5;
        }
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].cause);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a connection that never opens died of loss", a_connection_that_never_opens_died_of_loss},
        {"a SYN-ACK that comes too late died of loss", a_syn_ack_that_comes_too_late_died_of_loss},
        {"a hello that comes with the FIN is late", a_hello_that_comes_with_the_fin_is_late},
        {"a flight that comes too late is not refused",
         a_flight_that_comes_too_late_is_not_refused},
        {"SYNs without answer count where TLS is expected",
         syns_without_answer_count_where_tls_is_expected},
        {"a silence that the time-out ended is told as that",
         a_silence_that_the_time_out_ended_is_told_as_that},
        {"a server that says nothing until the time-out is silent",
         a_server_that_says_nothing_until_the_time_out_is_silent},
        {"a client that leaves without a word is not refused",
         a_client_that_leaves_without_a_word_is_not_refused},
        {"a hello that was not captured is told as that",
         a_hello_that_was_not_captured_is_told_as_that},
        {"a RST that answers the FIN is an answer", a_rst_that_answers_the_fin_is_an_answer},
        {"a FIN that is sent again is lost", a_fin_that_is_sent_again_is_lost},
        CU_TEST_INFO_NULL,
    };

    return suite_run("loss", tests);
}
