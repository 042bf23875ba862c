/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handshakes in packets of TDS: packets of any size, in segments of any size, up to the end of what
 * is encrypted; and the messages that come before. */
#include "dissect/tds.h"

#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

/* What a side says before TLS, with the octets of its option ENCRYPTION. */
#define PRELOGIN(type, encryption)                                                                 \
    type "\1\0\x1a\0\0\1\0\0\0\x0b\0\6\1\0\x11\0\1\xff\x0f\0\0\0\0\0" encryption

#define RANDOM "0123456789abcdef0123456789abcdef"

static const size_t pieces[] = {0, 1, 5, 7, 11};

enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };

static void say_prelogin(struct play *play)
{
    play_octets(play, SIDE_CLIENT, PRELOGIN("\x12", "\1"), 26);
    play_octets(play, SIDE_SERVER, PRELOGIN("\4", "\1"), 26);
}

static void begin(struct play *play, size_t packet, size_t piece)
{
    play_begin(play, 1433, piece);
    say_prelogin(play);
    play->tds = packet;
}

/* What comes behind the handshake: TLS alone, the login first. */
static void go_on_encrypted(struct play *play)
{
    play->tds = 0;
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 200);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 300);
    play_fin(play, SIDE_CLIENT);
    play_end(play);
}

static void a_handshake_in_packets_of_any_size_is_read(void)
{
    static const size_t packets[] = {1, 2, 5, 6, 43, 100, 512, 4088};

    for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
        for (size_t piece = 0; piece < PIECES; piece++) {
            struct play play;

            begin(&play, packets[i] < 11 ? 100 : packets[i], pieces[piece]);
            play_client_hello(&play, false); /* a shorter packet can not be told from others */
            play.tds = packets[i];
            play_server_hello(&play, false);
            play_finish(&play);
            go_on_encrypted(&play);
            CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
            CU_ASSERT_EQUAL(play.version, TLS_VERSION_1_2);
            CU_ASSERT_TRUE(play.switched);
            CU_ASSERT_FALSE(play.framing_lost);
        }
}

static void an_alert_in_a_packet_is_read(void)
{
    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        begin(&play, 4088, pieces[piece]);
        play_client_hello(&play, false);
        play_server_hello(&play, false);
        play_server_flight(&play);
        play_alert(&play, SIDE_CLIENT, 2, TLS_ALERT_CERTIFICATE_EXPIRED);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_EQUAL(play.alert, TLS_ALERT_CERTIFICATE_EXPIRED);
        CU_ASSERT_EQUAL(play.refused, SIDE_CLIENT);
        CU_ASSERT_FALSE(play.framing_lost);
    }
}

/* As where the login alone is encrypted: the server answers it in clear, and so goes the client. */
static void what_follows_an_encrypted_login_is_no_tls(void)
{
    static const char response[] = "\4\1\0\x10\0\x33\1\0\xfd\0\0\0\0\0\0\0";
    static const char batch[] = "\1\1\0\x10\0\0\1\0\x73\0\x65\0\x6c\0\x65\0";

    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        begin(&play, 4088, pieces[piece]);
        play_handshake(&play);
        play.tds = 0;
        play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 200);
        CU_ASSERT_EQUAL(play.verdicts, 0);
        play_octets(&play, SIDE_SERVER, response, sizeof(response) - 1);
        CU_ASSERT_EQUAL(play.verdicts, 1); /* nothing of a session that lasts is kept */
        play_octets(&play, SIDE_CLIENT, batch, sizeof(batch) - 1);
        play_octets(&play, SIDE_SERVER, response, sizeof(response) - 1);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(play.verdicts, 1);
        CU_ASSERT_STRING_EQUAL(play.findings, "unreadable_certificate "); /* that of all plays */
    }
}

/* The capture began behind the first two messages, or sees the server first. */
static void a_packet_with_a_hello_is_enough(void)
{
    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        play_begin_midway(&play, pieces[piece]);
        play.tds = 4088;
        play_handshake(&play);
        go_on_encrypted(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_FALSE(play.framing_lost);

        play_begin_midway(&play, pieces[piece]);
        play.server_port = 50000; /* nothing but the hello tells who is the server */
        play_octets(&play, SIDE_SERVER, PRELOGIN("\4", "\1"), 26);
        play.tds = 4088;
        play_handshake(&play);
        go_on_encrypted(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_EQUAL(play.client_port, 40000);
    }
}

/* A hello and a warning in one packet, of a client that was taken for the server until then. */
static void sides_are_exchanged_within_a_packet(void)
{
    static const char packet[] = "\x12\1\0\x41\0\0\1\0"
                                 "\x16\3\1\0\x2d\1\0\0\x29\3\3" RANDOM "\0\0\2\xc0\x2f\1\0"
                                 "\x15\3\3\0\2\1\x64";

    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        play_begin_midway(&play, pieces[piece]);
        play.server_port = 50000;
        play_octets(&play, SIDE_SERVER, PRELOGIN("\4", "\1"), 26);
        play_octets(&play, SIDE_CLIENT, packet, sizeof(packet) - 1);
        play.tds = 4088;
        play_server_hello(&play, false);
        play_finish(&play);
        go_on_encrypted(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_FALSE(play.framing_lost);
    }
}

/* A packet of the server may have come in part when the client's hello is captured. */
static void the_hello_may_be_captured_anywhere(void)
{
    static const char octets[] =
        PRELOGIN("\4", "\1") "\x12\1\0\x37\0\0\1\0"
                             "\x16\3\3\0\x2a\2\0\0\x26\3\3" RANDOM "\0\xc0\x2f\0";

    for (size_t cut = 0; cut < sizeof(octets) - 1; cut++)
        for (size_t piece = 0; piece < PIECES; piece++) {
            struct play play;

            play_begin(&play, 1433, pieces[piece]);
            play_octets(&play, SIDE_CLIENT, PRELOGIN("\x12", "\1"), 26);
            play_octets(&play, SIDE_SERVER, octets, cut);
            play.tds = 4088;
            play_client_hello(&play, false);
            play_octets(&play, SIDE_SERVER, octets + cut, sizeof(octets) - 1 - cut);
            play_finish(&play);
            go_on_encrypted(&play);
            CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
            CU_ASSERT_FALSE(play.framing_lost);
            if (play.outcome != OUTCOME_ESTABLISHED)
                printf("cut at %zu, pieces of %zu: %s\n", cut, pieces[piece], play.cause);
        }
}

/* What the capture lacks is held against nobody. */
static void missing_octets_make_it_incomplete(void)
{
    for (uint32_t missing = 1; missing < 40; missing++) {
        struct play play;

        begin(&play, 4088, 0);
        play_client_hello(&play, false);
        play_missing(&play, SIDE_SERVER, missing);
        play_server_flight(&play);
        play_client_finishes(&play);
        play_fin(&play, SIDE_CLIENT);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
    }
}

/* Nothing is read behind what is no packet and no TLS, wherever a segment begins. */
static void what_follows_other_octets_is_not_read(void)
{
    static const char response[] = "500 not possible"
                                   "\x15\3\3\0\2\2\x46";
    static const size_t sizes[] = {0, 1, 8, 16};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct play play;

        begin(&play, 4088, sizes[i]);
        play_client_hello(&play, false);
        play_octets(&play, SIDE_SERVER, response, sizeof(response) - 1);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_EQUAL(play.refusal, REFUSAL_FIN);
    }
}

/* The header has to be what the client said last. */
static void a_header_somewhere_before_the_hello_means_nothing(void)
{
    enum { HEADER_AT = HANDSHAKE_PRELUDE_MAX - TDS_HEADER_LENGTH };
    char text[HANDSHAKE_PRELUDE_MAX + 100];

    memset(text, 'x', sizeof(text));
    memcpy(text + HEADER_AT, "\x12\1\0\x10\0\0\1\0", TDS_HEADER_LENGTH);
    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        play_begin(&play, 1433, pieces[piece]);
        play_octets(&play, SIDE_CLIENT, text, sizeof(text));
        play_handshake(&play);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_FALSE(play.framing_lost);
    }
}

/* A packet that is shorter than its header. */
static void packets_that_contradict_themselves_are_not_followed(void)
{
    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        begin(&play, 4088, pieces[piece]);
        play_client_hello(&play, false);
        play_octets(&play, SIDE_SERVER, "\x12\1\0\7\0\0\1\0", TDS_HEADER_LENGTH);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_TRUE(play.framing_lost);
    }
}

static void headers_are_read(void)
{
    static const struct {
        const char *octets;
        size_t length;
        uint8_t type; /* 0: it is none */
        uint16_t content;
        bool is_usual;
    } cases[] = {
        {"\x12\0\x10\0\0\0\1\0", 8, TDS_PRELOGIN, 0xff8, true},
        {"\x12\1\0\x08\0\0\xff\0", 8, TDS_PRELOGIN, 0, true},
        {"\4\1\0\x09\0\0\1\0", 8, TDS_RESPONSE, 1, false},
        {"\x12\1\0\7\0\0\1\0", 8, 0, 0, false},
        {"\x12\1\0\x09\0\0\1", 7, 0, 0, false},
        {"\x12\2\0\x09\0\0\1\0", 8, TDS_PRELOGIN, 1, false}, /* another status, */
        {"\x12\1\0\x09\0\0\1\1", 8, TDS_PRELOGIN, 1, false}, /* another window */
        {"\1\1\0\x09\0\0\1\0", 8, 0, 0, false},
        {"", 0, 0, 0, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes in = bytes_of(cases[i].octets, cases[i].length);
        struct bytes usual = in;
        struct tds_header header = {0};

        CU_ASSERT_EQUAL(tds_header_take(&in, &header), cases[i].type != 0);
        CU_ASSERT_EQUAL(header.type, cases[i].type);
        CU_ASSERT_EQUAL(header.length, cases[i].content);
        CU_ASSERT_EQUAL(in.len, cases[i].type != 0 ? 0 : cases[i].length);
        CU_ASSERT_EQUAL(tds_prelogin_header_take(&usual, &header), cases[i].is_usual);
        CU_ASSERT_EQUAL(usual.len, cases[i].is_usual ? 0 : cases[i].length);
    }
}

static void what_is_said_of_encryption_is_read(void)
{
    static const struct {
        const char *message;
        size_t length;
        enum tds_encryption encryption;
    } cases[] = {
        {PRELOGIN("\x12", "\0"), 26, TDS_ENCRYPT_OFF},
        {PRELOGIN("\x12", "\1"), 26, TDS_ENCRYPT_ON},
        {PRELOGIN("\4", "\2"), 26, TDS_ENCRYPT_NOT_SUPPORTED},
        {PRELOGIN("\4", "\3"), 26, TDS_ENCRYPT_REQUIRED},
        {PRELOGIN("\x12", "\x81"), 26, TDS_ENCRYPT_ON}, /* and a certificate of the client */
        {PRELOGIN("\x12", "\4"), 26, TDS_ENCRYPT_UNSAID},
        {PRELOGIN("\x12", "\1"), 25, TDS_ENCRYPT_UNSAID},
        {"\x12\1\0\x0e\0\0\1\0\0\0\6\0\0\xff\1\1", 16, TDS_ENCRYPT_UNSAID},
        {"\x12\1\0\x0e\0\0\1\0\1\0\6", 11, TDS_ENCRYPT_UNSAID},
        {"\x12\1", 2, TDS_ENCRYPT_UNSAID},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(tds_encryption(bytes_of(cases[i].message, cases[i].length)),
                        cases[i].encryption);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a handshake in packets of any size is read", a_handshake_in_packets_of_any_size_is_read},
        {"an alert in a packet is read", an_alert_in_a_packet_is_read},
        {"what follows an encrypted login is no TLS", what_follows_an_encrypted_login_is_no_tls},
        {"a packet with a hello is enough", a_packet_with_a_hello_is_enough},
        {"sides are exchanged within a packet", sides_are_exchanged_within_a_packet},
        {"the hello may be captured anywhere", the_hello_may_be_captured_anywhere},
        {"missing octets make it incomplete", missing_octets_make_it_incomplete},
        {"what follows other octets is not read", what_follows_other_octets_is_not_read},
        {"a header somewhere before the hello means nothing",
         a_header_somewhere_before_the_hello_means_nothing},
        {"packets that contradict themselves are not followed",
         packets_that_contradict_themselves_are_not_followed},
        {"headers are read", headers_are_read},
        {"what is said of encryption is read", what_is_said_of_encryption_is_read},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tds", tests);
}
