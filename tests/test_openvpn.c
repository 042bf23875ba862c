/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handshakes in the control channel of OpenVPN: messages of any size, in segments of any size; and
 * the packets themselves. */
#include "dissect/openvpn.h"

#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

enum {
    PORT = 1194,
    SHA1_AUTHENTICATION = 20 + 8, /* octets of tls-auth in each packet */
    SHA512_AUTHENTICATION = 64 + 8
};

static const size_t pieces[] = {0, 1, 5, 7, 11};

enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };

static void begin(struct play *play, size_t message, size_t authentication, size_t piece)
{
    play_begin(play, PORT, piece);
    play->openvpn_authentication = authentication;
    play_openvpn_opening(play);
    play->openvpn = message;
}

static void a_handshake_in_messages_of_any_size_is_read(void)
{
    static const size_t messages[] = {1, 5, 43, 100, 1200};
    static const size_t authentications[] = {0, SHA1_AUTHENTICATION, SHA512_AUTHENTICATION};

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        for (size_t j = 0; j < sizeof(authentications) / sizeof(authentications[0]); j++)
            for (size_t piece = 0; piece < PIECES; piece++) {
                struct play play;

                begin(&play, messages[i], authentications[j], pieces[piece]);
                play_handshake(&play);
                play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 200);
                play_fin(&play, SIDE_CLIENT);
                play_end(&play);
                CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
                CU_ASSERT_EQUAL(play.version, TLS_VERSION_1_2);
                CU_ASSERT_TRUE(play.switched);
                CU_ASSERT_FALSE(play.framing_lost);
            }
}

/* The capture begins behind the opening of both sides: what carries the records is not known. */
static void a_handshake_behind_an_opening_that_is_not_there_is_not_judged(void)
{
    struct play play;

    play_begin_midway(&play, 0);
    play_openvpn_message(&play, SIDE_CLIENT, 0, bytes_of("", 0));
    play.openvpn = 1200;
    play_handshake(&play);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_INCOMPLETE);
}

static void an_alert_in_a_message_is_read(void)
{
    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        begin(&play, 1200, 0, pieces[piece]);
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

/* Data packets, ACKs, another key, and what is sent again. */
static void packets_without_a_part_of_the_handshake_are_passed_by(void)
{
    static const char data[] = "\0\x07\x48\0\0\0dat";
    static const char ack[] = "\0\x16\x28SESSION1\1\0\0\0\1SESSION2";
    static const char next_key[] = "\0\x12\x21SESSION1\0\0\0\0\1\x15\3\3\0";
    struct play play;

    begin(&play, 1200, 0, 0);
    play_client_hello(&play, false);
    play_octets(&play, SIDE_SERVER, ack, sizeof(ack) - 1);
    play_openvpn_again(&play, SIDE_CLIENT, bytes_of("again", 5));
    play_octets(&play, SIDE_CLIENT, data, sizeof(data) - 1);
    play_octets(&play, SIDE_SERVER, next_key, sizeof(next_key) - 1);
    play_server_hello(&play, false);
    play_finish(&play);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
    CU_ASSERT_FALSE(play.framing_lost);
}

/* A part of the handshake that is not there, or no packet at all. */
static void what_does_not_follow_is_not_read(void)
{
    static const char none[] = "\0\0\0\0\0\0";
    static const char many_acks[] = "\0\x12\x20SESSION1\x09\0\0\0\1\x16\3\3\0";

    for (unsigned way = 0; way < 3; way++) {
        struct play play;

        begin(&play, 1200, 0, 0);
        play_client_hello(&play, false);
        play.openvpn_message[SIDE_SERVER] += way == 0;
        if (way == 1)
            play_octets(&play, SIDE_SERVER, none, sizeof(none) - 1);
        if (way == 2)
            play_octets(&play, SIDE_SERVER, many_acks, sizeof(many_acks) - 1);
        play_server_hello(&play, false);
        play_alert(&play, SIDE_SERVER, 2, TLS_ALERT_HANDSHAKE_FAILURE);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        CU_ASSERT_EQUAL(play.alert, 0);
        CU_ASSERT_FALSE(play.framing_lost);
    }
}

/* Nobody answers, as a server does that finds the authentication of the packet wrong. */
static void a_channel_that_is_not_opened_is_a_request_in_vain(void)
{
    static const char opening[] = "\0\x0e\x38SESSION1\0\0\0\0\0";
    struct play play;

    play_begin(&play, PORT, 0);
    play_octets(&play, SIDE_CLIENT, opening, sizeof(opening) - 1);
    play.now_ns += INT64_C(60000000000);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_STRING_EQUAL(play.cause, "server_silent");
    CU_ASSERT_EQUAL(play.prelude[SIDE_CLIENT], PRELUDE_OPENVPN);
}

#define SESSION "SESSION1"
#define HMAC_20 "0123456789abcdefghij"
#define HMAC_32 HMAC_20 "0123456789ab"
#define FIRST   "\0\0\0\1TIME"

static void an_opening_tells_how_the_channel_is_protected(void)
{
    static const struct {
        const char *octets;
        size_t length;
        bool from_client;
        enum openvpn_status status;
        bool encrypted;
        uint8_t authentication;
    } cases[] = {
        {"\0\x0e\x38" SESSION "\0\0\0\0\0", 16, true, OPENVPN_OK, false, 0},
        {"\0\x0e\x38" SESSION "\0\0\0\0\0", 15, true, OPENVPN_PARTIAL, false, 0},
        {"\0\x0e\x38", 3, true, OPENVPN_PARTIAL, false, 0},
        {"\0\x0e", 2, true, OPENVPN_PARTIAL, false, 0},
        {"\0", 1, true, OPENVPN_PARTIAL, false, 0},
        {"\2", 1, true, OPENVPN_ALIEN, false, 0},
        {"\0\x0e\x38" SESSION "\0\0\0\0\1", 16, true, OPENVPN_ALIEN, false, 0},
        {"\0\x0e\x38" SESSION "\0\0\0\0\0", 16, false, OPENVPN_ALIEN, false, 0},
        {"\0\x0d\x38" SESSION "\0\0\0\0", 15, true, OPENVPN_ALIEN, false, 0},
        {"\0\x1a\x40" SESSION "\1\0\0\0\0SESSION2\0\0\0\0", 28, false, OPENVPN_OK, false, 0},
        {"\0\x2a\x38" SESSION HMAC_20 FIRST "\0\0\0\0\0", 44, true, OPENVPN_OK, false, 28},
        {"\0\x2a\x38" SESSION HMAC_20 "\0\0\0\2TIME\0\0\0\0\0", 44, true, OPENVPN_ALIEN, false, 0},
        {"\0\x36\x38" SESSION HMAC_32 FIRST "\0\0\0\0\0", 56, true, OPENVPN_OK, false, 40},
        {"\0\x36\x38" SESSION FIRST HMAC_32 "crypt", 56, true, OPENVPN_OK, true, 0},
        {"\1\x40\x50" SESSION FIRST, 19, true, OPENVPN_OK, true, 0},
        {"\0\x35\x50" SESSION FIRST, 19, true, OPENVPN_ALIEN, false, 0},
        {"\1\x40\x38" SESSION FIRST, 19, true, OPENVPN_ALIEN, false, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct openvpn_protection protection = {0};

        CU_ASSERT_EQUAL(openvpn_opening(bytes_of(cases[i].octets, cases[i].length),
                                        cases[i].from_client, &protection),
                        cases[i].status);
        if (cases[i].status != OPENVPN_OK)
            continue;
        CU_ASSERT_EQUAL(protection.encrypted, cases[i].encrypted);
        CU_ASSERT_EQUAL(protection.authentication, cases[i].authentication);
    }
}

/* All that is missing is in the channel, and nothing of it is read. */
static void an_encrypted_channel_is_no_tls(void)
{
    static const char client[] = "\0\x36\x38" SESSION FIRST HMAC_32 "crypt";
    static const char server[] = "\0\x42\x40" SESSION FIRST HMAC_32 "and crypt to answer";
    struct play play;

    play_begin(&play, PORT, 0);
    play_octets(&play, SIDE_CLIENT, client, sizeof(client) - 1);
    play_octets(&play, SIDE_SERVER, server, sizeof(server) - 1);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
    CU_ASSERT_EQUAL(play.prelude[SIDE_CLIENT], PRELUDE_OPENVPN);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a handshake in messages of any size is read",
         a_handshake_in_messages_of_any_size_is_read},
        {"a handshake behind an opening that is not there is not judged",
         a_handshake_behind_an_opening_that_is_not_there_is_not_judged},
        {"an alert in a message is read", an_alert_in_a_message_is_read},
        {"packets without a part of the handshake are passed by",
         packets_without_a_part_of_the_handshake_are_passed_by},
        {"what does not follow is not read", what_does_not_follow_is_not_read},
        {"a channel that is not opened is a request in vain",
         a_channel_that_is_not_opened_is_a_request_in_vain},
        {"an opening tells how the channel is protected",
         an_opening_tells_how_the_channel_is_protected},
        {"an encrypted channel is no TLS", an_encrypted_channel_is_no_tls},
        CU_TEST_INFO_NULL,
    };

    return suite_run("openvpn", tests);
}
