/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody does who wants the handshake on the wire and the one that is judged to differ, or
 * wants the judge to work for nothing. Each test says what tlswhy does about it. */
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

enum {
    MEMORY_MAX = 1 << 20, /* of play.c's tracker */
    FAR_OUTSIDE = 1 << 24,
    THOUSANDS = 5000
};

static void refuse(struct play *play)
{
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_HANDSHAKE_FAILURE);
    play_fin(play, SIDE_SERVER);
}

/* A segment beside the stream: octets at a distance from the next octet of that side. */
static void inject(struct play *play, enum side from, uint8_t flags, int32_t distance,
                   struct bytes payload)
{
    struct segment segment = play_segment(play, from, flags);

    segment.sequence += (uint32_t)distance;
    segment.payload = payload;
    segment.payload_length = (uint32_t)payload.len;
    segment.ip_length += segment.payload_length;
    play_give(play, &segment);
}

static const uint8_t fatal_alert[] = {TLS_CONTENT_ALERT,          3, 3, 0, 2, 2,
                                      TLS_ALERT_HANDSHAKE_FAILURE};

static struct bytes alert_octets(void)
{
    return bytes_of(fatal_alert, sizeof(fatal_alert));
}

static void check_established(const struct play *play)
{
    CU_ASSERT_EQUAL(play->verdicts, 1);
    CU_ASSERT_EQUAL(play->outcome, OUTCOME_ESTABLISHED);
    CU_ASSERT_STRING_EQUAL(play->cause, "");
}

static void check_refused(const struct play *play)
{
    CU_ASSERT_EQUAL(play->verdicts, 1);
    CU_ASSERT_EQUAL(play->outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play->refusal, REFUSAL_ALERT);
    CU_ASSERT_EQUAL(play->refused, SIDE_SERVER);
    CU_ASSERT_EQUAL(play->alert, TLS_ALERT_HANDSHAKE_FAILURE);
}

/* The octets captured first win; what comes again in their place is not read. */
static void octets_sent_again_with_other_content_are_not_read(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    play_server_hello(&play, false);
    inject(&play, SIDE_SERVER, TCP_ACK, -(int32_t)sizeof(fatal_alert), alert_octets());
    play_finish(&play);
    play_end(&play);
    check_established(&play);
}

/* A hole's octets come twice, with different content: the first copy stays. */
static void of_two_copies_behind_a_hole_the_first_one_stays(void)
{
    static const char other[] = "\x15\x03\x03\0\2\2\0";
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    inject(&play, SIDE_SERVER, TCP_ACK, 3, bytes_of(fatal_alert + 3, sizeof(fatal_alert) - 3));
    inject(&play, SIDE_SERVER, TCP_ACK, 3, bytes_of(other + 3, sizeof(other) - 1 - 3));
    play_octets(&play, SIDE_SERVER, other, sizeof(other) - 1);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    check_refused(&play);
}

/* Pieces of one octet, and pairs of them exchanged, and every segment captured twice. */
static void tiny_segments_change_nothing(void)
{
    for (unsigned how = 0; how < 4; how++) {
        struct play play;

        play_begin(&play, 443, 1);
        play.swapped = how & 1;
        play.doubled = how & 2;
        play_handshake(&play);
        play_end(&play);
        check_established(&play);

        play_begin(&play, 443, 1);
        play.swapped = how & 1;
        play.doubled = how & 2;
        play_client_hello(&play, true);
        refuse(&play);
        play_end(&play);
        check_refused(&play);
    }
}

/* No receiver takes octets so far outside of its window. */
static void octets_outside_of_the_window_are_not_read(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    inject(&play, SIDE_SERVER, TCP_ACK, FAR_OUTSIDE, alert_octets());
    inject(&play, SIDE_SERVER, TCP_ACK, -FAR_OUTSIDE, alert_octets());
    play_server_hello(&play, false);
    play_finish(&play);
    play_end(&play);
    check_established(&play);
}

/* A RST outside of the window ends nothing (RFC 5961 section 3.2), wherever it comes from. */
static void a_reset_with_a_wrong_number_ends_nothing(void)
{
    for (int side = 0; side < SIDES; side++) {
        struct play play;

        play_begin(&play, 443, 0);
        play_client_hello(&play, false);
        inject(&play, (enum side)side, TCP_RST, FAR_OUTSIDE, bytes_of("", 0));
        play_server_hello(&play, false);
        play_finish(&play);
        play_end(&play);
        check_established(&play);
    }
}

/* A RST that reaches the monitor and not the peer, by its hop limit, with a number that fits: the
 * handshake goes on, and is judged by how it ends. */
static void a_reset_that_the_peer_never_got_ends_nothing(void)
{
    struct segment reset;
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    reset = play_segment(&play, SIDE_CLIENT, TCP_RST);
    reset.hop_limit = 1;
    play_give(&play, &reset);
    play_server_hello(&play, false);
    play_finish(&play);
    play_end(&play);
    check_established(&play);
}

/* Octets that reach the monitor and not the peer, by their hop limit, and then the true ones: what
 * was captured first is read, so a stranger on the way can hide a handshake or spoil it. That the
 * two differ is counted. */
/* In the name of either side, within the window or exact. Both go on, so that it ended nothing: the
 * handshake fails later, or does not. */
static void a_reset_that_both_ignore_ends_nothing(void)
{
    static const int32_t distances[] = {0, 100};

    for (int by = 0; by < SIDES; by++)
        for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++)
            for (int is_refused = 0; is_refused < 2; is_refused++) {
                struct play play;

                play_begin(&play, 443, 0);
                play_client_hello(&play, false);
                inject(&play, (enum side)by, TCP_RST, distances[i], bytes_of("", 0));
                play_server_hello(&play, false);
                play_server_flight(&play);
                play_client_finishes(&play);
                if (is_refused)
                    refuse(&play);
                else
                    play_server_finishes(&play);
                play_end(&play);
                if (is_refused)
                    check_refused(&play);
                else
                    check_established(&play);
            }
}

/* The refusal of the hello is the only record behind it, and the client, which sent no RST, closes
 * then. */
static void a_refusal_behind_a_false_reset_stands(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    inject(&play, SIDE_CLIENT, TCP_RST, 100, bytes_of("", 0));
    refuse(&play);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    check_refused(&play);
}

/* What was on its way when a side reset the connection does not undo that. */
static void what_was_on_its_way_undoes_no_reset(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    inject(&play, SIDE_CLIENT, TCP_RST, 0, bytes_of("", 0));
    play_server_hello(&play, false);
    play_server_flight(&play);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play.refusal, REFUSAL_RST);
    CU_ASSERT_EQUAL(play.refused, SIDE_CLIENT);
}

static void octets_that_the_peer_never_got_are_told_apart_by_nothing(void)
{
    static const uint8_t other[sizeof(fatal_alert)] = {TLS_CONTENT_ALERT,   3, 3, 0, 2, 2,
                                                       TLS_ALERT_UNKNOWN_CA};
    struct segment false_one;
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    false_one = play_segment(&play, SIDE_SERVER, TCP_ACK | TCP_PSH);
    false_one.hop_limit = 1;
    false_one.payload = bytes_of(other, sizeof(other));
    false_one.payload_length = sizeof(other);
    play_give(&play, &false_one);
    play_octets(&play, SIDE_SERVER, fatal_alert, sizeof(fatal_alert));
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    CU_ASSERT_EQUAL(play.verdicts, 1);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play.alert, TLS_ALERT_UNKNOWN_CA);
}

/* Reserved values in every list of a hello that has any (RFC 8701): none of them means anything. */
static void reserved_values_everywhere_change_nothing(void)
{
    static const char body[] = "\3\3"
                               "0123456789abcdef0123456789abcdef"
                               "\0"
                               "\0\x08\x0a\x0a\xc0\x2f\xfa\xfa\xc0\x30" /* suites */
                               "\1\0"
                               "\0\x46"
                               "\x1a\x1a\0\0"                             /* extensions */
                               "\x2a\x2a\0\3\x0a\x0a\x0a"                 /* one with a body */
                               "\0\x0a\0\6\0\4\x3a\x3a\0\x17"             /* groups */
                               "\0\x0d\0\6\0\4\x4a\x4a\4\3"               /* schemes */
                               "\0\x10\0\x0e\0\x0c\2\x5a\x5a\x08http/1.1" /* protocols */
                               "\0\x2b\0\5\4\x6a\x6a\3\3"                 /* versions */
                               "\0\x2d\0\3\2\x0b\1"                       /* modes */
                               "\xea\xea\0\1\0";
    struct bytes hello = bytes_of(body, sizeof(body) - 1);
    struct play play;

    play_begin(&play, 443, 0);
    play_message(&play, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO, hello);
    play_server_hello(&play, false);
    play_finish(&play);
    play_end(&play);
    check_established(&play);
    CU_ASSERT_EQUAL(play.version, TLS_VERSION_1_2);

    play_begin(&play, 443, 0);
    play_message(&play, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO, hello);
    refuse(&play);
    play_end(&play);
    check_refused(&play);
    CU_ASSERT_STRING_NOT_EQUAL(play.cause, "malformed_record");
}

/* Octets in a SYN (RFC 9293 section 3.10.7.4, RFC 7413) belong to the stream. */
static void octets_of_a_syn_are_read(void)
{
    static const char hello[] = "\x16\x03\x01\0\x31\1\0\0\x2d\3\3"
                                "0123456789abcdef0123456789abcdef"
                                "\0\0\4\xc0\x2f\xc0\x30\1\0\0\0";
    struct bytes octets = bytes_of(hello, sizeof(hello) - 1);
    struct segment syn;
    struct play play;

    play_begin_midway(&play, 0);
    syn = play_segment(&play, SIDE_CLIENT, TCP_SYN);
    syn.payload = octets;
    syn.payload_length = (uint32_t)octets.len;
    play_give(&play, &syn);
    play.next[SIDE_CLIENT] += 1 + (uint32_t)octets.len;
    syn = play_segment(&play, SIDE_SERVER, TCP_SYN | TCP_ACK);
    play_give(&play, &syn);
    play.next[SIDE_SERVER]++;
    refuse(&play);
    play_end(&play);
    check_refused(&play);
    CU_ASSERT_EQUAL(play.stage, STAGE_CLIENT_HELLO);
}

/* The urgent flag takes no octet out of the stream (RFC 6093 section 6). */
static void urgent_octets_stay_in_their_place(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    inject(&play, SIDE_SERVER, TCP_ACK | TCP_URG | TCP_PSH, 0, alert_octets());
    play.next[SIDE_SERVER] += sizeof(fatal_alert);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    check_refused(&play);
}

/* Empty records carry nothing: the handshake between them is read, in the memory it always
 * needs. */
static void thousands_of_empty_records_cost_nothing(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    play_server_hello(&play, false);
    for (int i = 0; i < THOUSANDS; i++)
        play_record(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, bytes_of("", 0));
    CU_ASSERT(tracker_counters(play.tracker)->memory <= MEMORY_MAX / 16);
    play_alert(&play, SIDE_CLIENT, 2, TLS_ALERT_UNKNOWN_CA);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
}

/* A message of 16 MiB - 1 is longer than any that is read: nothing is set aside for it. */
static void a_message_that_announces_16_mib_is_not_waited_for(void)
{
    static const uint8_t types[] = {TLS_HANDSHAKE_CLIENT_HELLO, TLS_HANDSHAKE_CERTIFICATE, 25};
    static const uint8_t zeros[16000];

    for (size_t i = 0; i < sizeof(types); i++) {
        const uint8_t header[] = {types[i], 0xff, 0xff, 0xff};
        struct play play;

        play_begin(&play, 443, 0);
        if (types[i] != TLS_HANDSHAKE_CLIENT_HELLO)
            play_client_hello(&play, false);
        play_record(&play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, bytes_of(header, sizeof(header)));
        for (int record = 0; record < 100; record++)
            play_record(&play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, bytes_of(zeros, sizeof(zeros)));
        CU_ASSERT(tracker_counters(play.tracker)->memory <= MEMORY_MAX / 4);
        refuse(&play);
        play_end(&play);
        CU_ASSERT_EQUAL(play.verdicts, 1);
        CU_ASSERT_NOT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
    }
}

/* CompressedCertificate (RFC 8879 section 4) announces 16 MiB: nothing is decompressed, ever. */
static void a_compressed_certificate_is_not_decompressed(void)
{
    static const char body[] = "\0\2\xff\xff\xff\0\0\4abcd";
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    play_server_hello(&play, false);
    play_message(&play, SIDE_SERVER, 25, bytes_of(body, sizeof(body) - 1));
    CU_ASSERT(tracker_counters(play.tracker)->memory <= MEMORY_MAX / 16);
    play_alert(&play, SIDE_CLIENT, 2, TLS_ALERT_BAD_CERTIFICATE);
    play_end(&play);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play.alert, TLS_ALERT_BAD_CERTIFICATE);
}

/* Nor is a handshake finished by records that merely cannot be read. */
static void what_cannot_be_read_is_no_finished(void)
{
    static const char octets[] = "\x77\xff\xff\xff no message";
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    for (int i = 0; i < 2; i++)
        play_record(&play, SIDE_SERVER, TLS_CONTENT_HANDSHAKE,
                    bytes_of(octets, sizeof(octets) - 1));
    play_message(&play, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("0123", 4));
    play_change_cipher_spec(&play, SIDE_CLIENT);
    play_protected(&play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, 40);
    refuse(&play);
    play_end(&play);
    check_refused(&play);
}

/* What the two understood of each other counts, not what is understood here. */
static void a_server_hello_that_cannot_be_read_fails_nothing(void)
{
    static const char octets[] = "\x77\xff\xff\xff no message";
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    play_record(&play, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, bytes_of(octets, sizeof(octets) - 1));
    play_finish(&play);
    play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 100);
    play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 100);
    play_protected(&play, SIDE_CLIENT, TLS_CONTENT_ALERT, 26);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    check_established(&play);
}

/* The first handshake decides; the tracker has let go when the next ones come. */
static void renegotiation_is_not_followed(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_handshake(&play);
    play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 100);
    play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 100);
    for (int i = 0; i < THOUSANDS; i++)
        play_protected(&play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, 200);
    CU_ASSERT_EQUAL(tracker_counters(play.tracker)->memory, 0);
    play_reset(&play, SIDE_SERVER);
    play_end(&play);
    check_established(&play);
}

/* HelloRequests and hellos without end before anything was agreed on. */
static void hellos_without_end_stay_within_the_memory(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    for (int i = 0; i < THOUSANDS; i++) {
        play_client_hello(&play, false);
        play_message(&play, SIDE_SERVER, TLS_HANDSHAKE_HELLO_REQUEST, bytes_of("", 0));
    }
    CU_ASSERT(tracker_counters(play.tracker)->memory <= MEMORY_MAX);
    refuse(&play);
    play_end(&play);
    CU_ASSERT_EQUAL(play.verdicts, 1);
    CU_ASSERT_NOT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
}

/* Warnings decide nothing, however many; the fatal alert behind them does not count less. */
static void a_flood_of_warnings_hides_no_handshake(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    for (int i = 0; i < THOUSANDS; i++)
        play_alert(&play, SIDE_SERVER, 1, TLS_ALERT_UNRECOGNIZED_NAME);
    CU_ASSERT(tracker_counters(play.tracker)->memory <= MEMORY_MAX / 16);
    refuse(&play);
    play_end(&play);
    check_refused(&play);
}

/* A hello within another protocol whose record has a version that no record has. */
static void what_only_looks_like_a_hello_switches_to_nothing(void)
{
    static const char mark[] = "GET / HTTP/1.1\r\n\x16\x03\x34\0\x35\1\0\0\x31\3\3";
    struct play play;

    play_begin(&play, 443, 0);
    play_octets(&play, SIDE_CLIENT, mark, sizeof(mark) - 1);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    CU_ASSERT_EQUAL(play.verdicts, 1);
    CU_ASSERT_FALSE(play.switched);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what cannot be read is no Finished", what_cannot_be_read_is_no_finished},
        {"a ServerHello that cannot be read fails nothing",
         a_server_hello_that_cannot_be_read_fails_nothing},
        {"octets sent again with other content are not read",
         octets_sent_again_with_other_content_are_not_read},
        {"of two copies behind a hole the first one stays",
         of_two_copies_behind_a_hole_the_first_one_stays},
        {"tiny segments change nothing", tiny_segments_change_nothing},
        {"octets outside of the window are not read", octets_outside_of_the_window_are_not_read},
        {"a RST with a wrong number ends nothing", a_reset_with_a_wrong_number_ends_nothing},
        {"a RST that the peer never got ends nothing",
         a_reset_that_the_peer_never_got_ends_nothing},
        {"octets that the peer never got are told apart by nothing",
         octets_that_the_peer_never_got_are_told_apart_by_nothing},
        {"reserved values everywhere change nothing", reserved_values_everywhere_change_nothing},
        {"octets of a SYN are read", octets_of_a_syn_are_read},
        {"urgent octets stay in their place", urgent_octets_stay_in_their_place},
        {"thousands of empty records cost nothing", thousands_of_empty_records_cost_nothing},
        {"a message that announces 16 MiB is not waited for",
         a_message_that_announces_16_mib_is_not_waited_for},
        {"a compressed certificate is not decompressed",
         a_compressed_certificate_is_not_decompressed},
        {"renegotiation is not followed", renegotiation_is_not_followed},
        {"hellos without end stay within the memory", hellos_without_end_stay_within_the_memory},
        {"a flood of warnings hides no handshake", a_flood_of_warnings_hides_no_handshake},
        {"what only looks like a hello switches to nothing",
         what_only_looks_like_a_hello_switches_to_nothing},
        {"a RST that both ignore ends nothing", a_reset_that_both_ignore_ends_nothing},
        {"a refusal behind a false RST stands", a_refusal_behind_a_false_reset_stands},
        {"what was on its way undoes no RST", what_was_on_its_way_undoes_no_reset},
        CU_TEST_INFO_NULL,
    };

    return suite_run("evasion", tests);
}
