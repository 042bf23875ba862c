/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What servers answer to a client that speaks SSL 2.0, and a client that TCP calls the server: in
 * one piece and in many. */
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

static void send_hello(struct play *play)
{
    static const char hello[] = "\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80"
                                "0123456789abcdef";

    play_octets(play, SIDE_CLIENT, hello, sizeof(hello) - 1);
}

/* SERVER-HELLO with a certificate of four octets; what follows is encrypted. */
static void send_server_hello(struct play *play)
{
    static const char hello[] = "\x80\x22\x04\x00\x01\x00\x02\x00\x04\x00\x03\x00\x10"
                                "\x30\x02\x00\x00\x01\x00\x80"
                                "0123456789abcdef";

    play_octets(play, SIDE_SERVER, hello, sizeof(hello) - 1);
}

static void send_encrypted(struct play *play, enum side from)
{
    static const char record[] = "\x80\x08\x65ncrypted";

    play_octets(play, from, record, sizeof(record) - 1);
}

static void answered(struct play *play)
{
    send_server_hello(play);
    for (int i = 0; i < 3; i++) {
        send_encrypted(play, SIDE_CLIENT);
        send_encrypted(play, SIDE_SERVER);
    }
}

/* NO-CIPHER-ERROR, appendix of the SSL 2.0 specification. */
static void refused(struct play *play)
{
    play_octets(play, SIDE_SERVER, "\x80\x03\x00\x00\x01", 5);
    play_fin(play, SIDE_SERVER);
}

static void left_after_the_hello(struct play *play)
{
    send_server_hello(play);
    play_fin(play, SIDE_CLIENT);
}

/* Neither a hello nor an error of SSL 2.0, nor TLS. */
static void answered_with_something_else(struct play *play)
{
    play_text(play, SIDE_SERVER, "500 what was that?\r\n");
    play_fin(play, SIDE_SERVER);
}

static void closed(struct play *play)
{
    play_fin(play, SIDE_SERVER);
}

/* A TLS alert in answer to SSL 2.0, as servers without it send. */
static void refused_by_an_alert(struct play *play)
{
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_PROTOCOL_VERSION);
    play_fin(play, SIDE_SERVER);
}

static const struct answer {
    const char *name;
    void (*act)(struct play *play);
    enum outcome outcome;
    enum stage stage;
    enum refusal_kind refusal;
    enum side by;
    uint8_t alert;
    uint16_t version;
} answers[] = {
    {"a hello, then encrypted records", answered, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE,
     SIDE_CLIENT, 0, TLS_VERSION_SSL2},
    {"an error", refused, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_ALERT, SIDE_SERVER, 0, 0},
    {"a hello that the client leaves", left_after_the_hello, OUTCOME_FAILED, STAGE_SERVER_HELLO,
     REFUSAL_FIN, SIDE_CLIENT, 0, TLS_VERSION_SSL2},
    {"another protocol", answered_with_something_else, OUTCOME_FAILED, STAGE_CLIENT_HELLO,
     REFUSAL_PLAINTEXT, SIDE_SERVER, 0, 0},
    {"a close", closed, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_FIN, SIDE_SERVER, 0, 0},
    {"an alert of TLS", refused_by_an_alert, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_ALERT,
     SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION, 0},
};

static void check_answer(const struct answer *answer, size_t piece)
{
    struct play play;

    play_begin(&play, 443, piece);
    send_hello(&play);
    answer->act(&play);
    play_end(&play);
    if (play.outcome != answer->outcome || play.stage != answer->stage
        || play.refusal != answer->refusal || play.version != answer->version)
        fprintf(stderr, "%s, pieces of %zu: %s at %s, refusal %d, version %x\n", answer->name,
                piece, outcome_name(play.outcome), stage_name(play.stage), play.refusal,
                play.version);
    CU_ASSERT_EQUAL(play.verdicts, 1);
    CU_ASSERT_EQUAL(play.outcome, answer->outcome);
    CU_ASSERT_EQUAL(play.stage, answer->stage);
    CU_ASSERT_EQUAL(play.refusal, answer->refusal);
    CU_ASSERT_EQUAL(play.alert, answer->alert);
    CU_ASSERT_EQUAL(play.version, answer->version);
    CU_ASSERT(play.refusal == REFUSAL_NONE || play.refused == answer->by);
    CU_ASSERT_EQUAL(play.cause[0] != '\0', answer->outcome == OUTCOME_FAILED);
}

static void every_answer_to_ssl_2_has_its_outcome_in_any_pieces(void)
{
    static const size_t pieces[] = {0, 1, 2, 7};

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
            check_answer(&answers[i], pieces[p]);
}

/* 2024-05-01T00:00:00Z: servers have given up the format (RFC 6176 is of 2011). */
#define TODAY_NS (INT64_C(1714521600) * 1000000000)

static void a_server_that_closes_on_ssl_2_has_no_version_in_common(void)
{
    struct play play;

    play_begin_midway(&play, 0);
    play.now_ns = TODAY_NS;
    send_hello(&play);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_STRING_EQUAL(play.cause, "version_mismatch");
}

static void say_certificate(struct play *play)
{
    static const char certificate[] = "\0\0\x06\0\0\x03\1\2\3";

    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE,
                 bytes_of(certificate, sizeof(certificate) - 1));
}

/* The capture begins with what the server says: its port tells which side that is, or a message that
 * servers alone send. */
static void sides_are_told_by_ports_and_messages(void)
{
    static const struct {
        uint16_t server_port;
        void (*say)(struct play *play);
    } rows[] = {
        {443, say_certificate},
        {8443, say_certificate},
        {22, say_certificate},
        {40443, play_server_flight},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play play;

        play_begin_midway(&play, 0);
        play.server_port = rows[i].server_port;
        rows[i].say(&play);
        play_alert(&play, SIDE_CLIENT, 2, TLS_ALERT_UNKNOWN_CA);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_EQUAL(play.refused, SIDE_CLIENT);
    }
}

static void hellos_are_read_and_the_client_refuses(struct play *play)
{
    play_client_hello(play, true);
    play_server_hello(play, true);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 1800);
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_CERTIFICATE_EXPIRED);
    play_fin(play, SIDE_CLIENT);
    play_end(play);
    CU_ASSERT_EQUAL(play->outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play->version, TLS_VERSION_1_3);
    CU_ASSERT_EQUAL(play->alert, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_EQUAL(play->refused, SIDE_CLIENT);
}

/* The capture lacks a HelloRetryRequest: the hellos behind the change_cipher_specs are in clear all the
 * same, and no Finished. */
static void second_hellos_are_read_without_the_retry(void)
{
    static const size_t pieces[] = {0, 1, 2, 6, 7, 9, 10, 11, 40};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct play play;

        play_begin(&play, 443, pieces[i]);
        play_client_hello(&play, true);
        play_missing(&play, SIDE_SERVER, 93);
        play_change_cipher_spec(&play, SIDE_SERVER);
        play_change_cipher_spec(&play, SIDE_CLIENT);
        hellos_are_read_and_the_client_refuses(&play);
    }
}

/* The capture begins behind a HelloRetryRequest, with the server's change_cipher_spec: who says the
 * hello is the client all the same. */
static void a_hello_behind_a_change_of_cipher_tells_the_client(void)
{
    static const size_t pieces[] = {0, 1, 6, 7, 11, 40};

    for (size_t i = 0; i < 2 * sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct play play;

        play_begin_midway(&play, pieces[i / 2]);
        play_change_cipher_spec(&play, SIDE_SERVER);
        if (i % 2 == 0)
            play_change_cipher_spec(&play, SIDE_CLIENT);
        hellos_are_read_and_the_client_refuses(&play);
    }
}

/* The snapshot length cuts a record of two messages behind the first one, an empty Certificate. */
static void whole_messages_of_a_cut_record_are_read(void)
{
    enum { ON_THE_WIRE = 5 + 44 };
    static const uint8_t empty[] = {
        TLS_CONTENT_HANDSHAKE, 3, 3, 0, 44, TLS_HANDSHAKE_CERTIFICATE, 0, 0, 3, 0, 0, 0, 16};
    struct play play;
    struct segment cut;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    play_server_hello(&play, false);
    play_message(&play, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE,
                 bytes_of("\0\0\x06\0\0\x03\1\2\3", 9));
    play_message(&play, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST,
                 bytes_of("\1\1\0\2\4\1\0\0", 8));
    play_message(&play, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    cut = play_segment(&play, SIDE_CLIENT, TCP_ACK);
    cut.payload = bytes_of(empty, sizeof(empty));
    cut.payload_length = ON_THE_WIRE;
    cut.ip_length += ON_THE_WIRE;
    play_give(&play, &cut);
    play.next[SIDE_CLIENT] += ON_THE_WIRE;
    play_alert(&play, SIDE_SERVER, 2, TLS_ALERT_HANDSHAKE_FAILURE);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_STRING_EQUAL(play.cause, "client_certificate_required");
}

/* As in active FTP: who took the TCP connection speaks in clear, then says the ClientHello and, all
 * in one segment, something more. */
static void what_follows_a_hello_has_its_sender(void)
{
    static const uint8_t hello[] = "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"
                                   "0123456789abcdef0123456789abcdef"
                                   "\0\0\x04\xc0\x2f\xc0\x30\1\0";
    static const uint8_t alert[] = {TLS_CONTENT_ALERT, 3, 3, 0, 2, 2, TLS_ALERT_INTERNAL_ERROR};
    static const size_t pieces[] = {0, 1, 100};
    uint8_t said[517];
    const size_t alert_at = sizeof(said) - sizeof(alert);
    const size_t hello_at = alert_at - (sizeof(hello) - 1);

    /* A hello is looked for in 512 octets at a time: the alert begins in them and ends behind. */
    memset(said, '.', sizeof(said));
    memcpy(said, "220 ", strlen("220 "));
    memcpy(said + hello_at, hello, sizeof(hello) - 1);
    memcpy(said + alert_at, alert, sizeof(alert));
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct play play;

        play_begin(&play, 21, pieces[i]);
        play_octets(&play, SIDE_SERVER, said, sizeof(said));
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_EQUAL(play.refusal, REFUSAL_ALERT);
        CU_ASSERT_EQUAL(play.refused, SIDE_CLIENT);
        CU_ASSERT_EQUAL(play.alert, TLS_ALERT_INTERNAL_ERROR);
    }
}

static struct play play_odd_alert(size_t piece, const char *const *fragments)
{
    struct play play;

    play_begin(&play, 443, piece);
    play_client_hello(&play, true);
    for (; *fragments != NULL; fragments++)
        play_record(&play, SIDE_SERVER, TLS_CONTENT_ALERT,
                    bytes_of(*fragments, strlen(*fragments)));
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    return play;
}

/* What its sender meant counts, not how. */
static void an_odd_alert_is_read(void)
{
    static const struct {
        const char *fragments[4];
        enum refusal_kind refusal;
        uint8_t alert;
    } cases[] = {
        {{"\2", "\x28"}, REFUSAL_ALERT, TLS_ALERT_HANDSHAKE_FAILURE}, /* in two records */
        {{"\1", "\x70", "\2\x28"}, REFUSAL_ALERT, TLS_ALERT_HANDSHAKE_FAILURE},
        {{"\5\x28"}, REFUSAL_ALERT, TLS_ALERT_HANDSHAKE_FAILURE}, /* of no level */
        {{"\2"}, REFUSAL_FIN, 0},                                 /* half of one */
        {{"\2", "\2\x28"}, REFUSAL_ALERT, TLS_ALERT_HANDSHAKE_FAILURE},
        {{"\5\xfe"}, REFUSAL_ALERT, 0xfe}, /* of no description either */
        {{"\5"}, REFUSAL_FIN, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 3; piece++) {
            struct play play = play_odd_alert(piece, cases[i].fragments);

            CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
            CU_ASSERT_EQUAL(play.refusal, cases[i].refusal);
            CU_ASSERT_EQUAL(play.refused, SIDE_SERVER);
            CU_ASSERT_EQUAL(play.alert, cases[i].alert);
        }
}

enum { ODD_PIECES = 12 }; /* octets of a segment: one more than show what the record holds */

/* A server's hello that chooses TLS 1.2, in a record of version 5.5. */
static void begin_odd_version(struct play *play, size_t piece)
{
    static const char hello[] = "\x16\x05\x05\x00\x2a\x02\x00\x00\x26\x03\x03"
                                "0123456789abcdef0123456789abcdef"
                                "\0\xc0\x2f\0";

    play_begin(play, 443, piece);
    play_client_hello(play, false);
    play_octets(play, SIDE_SERVER, hello, sizeof(hello) - 1);
}

/* RFC 8446 section 5.1 wants the version of a record to be ignored: Go and Java do so. */
static void a_hello_in_a_record_of_odd_version_is_read(void)
{
    for (size_t piece = 0; piece <= ODD_PIECES; piece++) {
        struct play play;

        begin_odd_version(&play, piece);
        play_finish(&play);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(play.version, TLS_VERSION_1_2);
    }
}

/* OpenSSL and Mbed TLS do not. */
static void an_odd_version_of_a_record_may_be_refused(void)
{
    for (size_t piece = 0; piece <= ODD_PIECES; piece++) {
        struct play play;

        begin_odd_version(&play, piece);
        play_alert(&play, SIDE_CLIENT, 2, TLS_ALERT_PROTOCOL_VERSION);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_STRING_EQUAL(play.cause, "malformed_record");
        CU_ASSERT_EQUAL(play.confidence, CAUSE_CERTAIN);
        CU_ASSERT_EQUAL(play.refused_by, PARTY_CLIENT);
    }
}

/* What begins so and goes on otherwise is none. */
static void another_answer_is_no_hello_of_odd_version(void)
{
    static const char *const others[] = {
        "\x16What do you want?",
        "\x16\x05\x05\1\1What do you want?",
        "\x16\x05\x05\1\1\2\1\1\1What do you want?",
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        for (size_t piece = 0; piece <= ODD_PIECES; piece++) {
            struct play play;

            play_begin(&play, 443, piece);
            play_client_hello(&play, false);
            play_text(&play, SIDE_SERVER, others[i]);
            play_fin(&play, SIDE_SERVER);
            play_end(&play);
            CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
            CU_ASSERT_EQUAL(play.refusal, REFUSAL_PLAINTEXT);
            CU_ASSERT_EQUAL(play.prelude[SIDE_SERVER], PRELUDE_UNKNOWN);
        }
}

/* While nobody minds it, it is no end. */
static void an_odd_version_of_a_record_ends_nothing(void)
{
    struct play play;

    begin_odd_version(&play, 0);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every answer to SSL 2.0 has its outcome, in any pieces",
         every_answer_to_ssl_2_has_its_outcome_in_any_pieces},
        {"a server that closes on SSL 2.0 has no version in common",
         a_server_that_closes_on_ssl_2_has_no_version_in_common},
        {"sides are told by ports and messages", sides_are_told_by_ports_and_messages},
        {"second hellos are read without the retry", second_hellos_are_read_without_the_retry},
        {"whole messages of a cut record are read", whole_messages_of_a_cut_record_are_read},
        {"a hello behind a change of cipher tells the client",
         a_hello_behind_a_change_of_cipher_tells_the_client},
        {"what follows a ClientHello has its sender", what_follows_a_hello_has_its_sender},
        {"an odd alert is read", an_odd_alert_is_read},
        {"a hello in a record of odd version is read", a_hello_in_a_record_of_odd_version_is_read},
        {"an odd version of a record may be refused", an_odd_version_of_a_record_may_be_refused},
        {"another answer is no hello of odd version", another_answer_is_no_hello_of_odd_version},
        {"an odd version of a record ends nothing", an_odd_version_of_a_record_ends_nothing},
        CU_TEST_INFO_NULL,
    };

    return suite_run("reader", tests);
}
