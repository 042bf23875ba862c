/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

static void decode_error_about_a_hello_that_does_not_parse_is_certain(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.truncated = true;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_DECODE_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_CERTAIN));
}

static void a_broken_hello_is_malformed_whatever_the_alert(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ILLEGAL_PARAMETER,
                                     TLS_ALERT_UNEXPECTED_MESSAGE};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;
        struct story_choice choice = story_choice_1_2();

        choice.truncated = true;
        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        story_fatal(&story, SIDE_CLIENT, alerts[i]);
        CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_CERTAIN));
    }
}

static void decode_error_about_a_malformed_extension_is_certain(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.broken = TLS_EXTENSION_PRE_SHARED_KEY;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_DECODE_ERROR);
    CU_ASSERT_TRUE(story_facts(&story)->client_extensions.has_malformed);
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_CERTAIN));
}

static void decode_error_alone_is_likely(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECODE_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "malformed", "could not read is among what the "));
}

static void octets_that_are_not_tls_are_malformed(void)
{
    struct story story;

    story_begin_hello(&story);
    story_note(&story, SIDE_SERVER, NOTE_MALFORMED)->type = MALFORMED_RECORD_SIZE;
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_RECORD_OVERFLOW);
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_CERTAIN));
    story_begin_hello(&story);
    story_note(&story, SIDE_SERVER, NOTE_MALFORMED)->type = MALFORMED_RECORD;
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_LIKELY));
}

static void a_good_hello_is_not_malformed(void)
{
    struct story story;

    story_begin_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "malformed_record"));
}

static void a_second_hello_is_unexpected(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_modern_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_CERTAIN));
}

static void application_data_before_encryption_is_unexpected(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_note(&story, SIDE_CLIENT, NOTE_APPLICATION_DATA)->length = 40;
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_CERTAIN));
}

/* RFC 8446 appendix D.3: the server says so, or the client leaves by itself. */
static void early_data_for_an_older_version_is_unexpected(void)
{
    for (size_t side = 0; side < SIDES; side++) {
        struct story_offer offer = story_modern_offer();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        offer.early_data = true;
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_ccs(&story, SIDE_CLIENT);
        story_protected(&story, SIDE_CLIENT, 40);
        story_flight_1_2(&story, &choice, 0);
        if (side == SIDE_SERVER)
            story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
        else
            story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "unexpected_message",
                                  side == SIDE_SERVER ? CAUSE_CERTAIN : CAUSE_LIKELY));
    }
}

static void server_hello_done_without_a_certificate_is_unexpected(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_CERTAIN));
}

/* The server asks for a certificate, which the client has nothing to say to, and refuses. */
static void leave_certificate_out(struct story *story, uint8_t alert)
{
    story_begin_request(story);
    story_client_flight_1_2(story);
    story_fatal(story, SIDE_SERVER, alert);
}

static void no_answer_to_a_certificate_request_is_unexpected(void)
{
    struct story story;

    leave_certificate_out(&story, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_CERTAIN));
    leave_certificate_out(&story, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "unexpected_message"));
    leave_certificate_out(&story, TLS_ALERT_UNEXPECTED_MESSAGE);
    story.handshake.gap_octets[SIDE_CLIENT] = 7; /* it may have been in there */
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_POSSIBLE));
}

static void a_server_that_begins_without_a_hello_is_unexpected(void)
{
    struct story story;

    story_begin_hello(&story);
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_FINISHED, bytes_of("abcdefghijkl", 12));
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_CERTAIN));
}

static void a_first_hello_cannot_come_unexpected(void)
{
    struct story story;

    story_begin_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_EQUAL(story_certainty(&story, "unexpected_message"), CAUSE_POSSIBLE);
}

static void a_handshake_in_order_is_not_unexpected(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "unexpected_message"));
}

/* A server of TLS 1.2 chooses something, the client refuses with this alert. */
static void refuse_choice(struct story *story, const struct story_choice *choice, uint8_t alert)
{
    story_begin_hello(story);
    story_flight_1_2(story, choice, 0);
    story_fatal(story, SIDE_CLIENT, alert);
}

static void a_suite_that_was_not_offered_is_illegal(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.suite = 0xcca8;
    refuse_choice(&story, &choice, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
    refuse_choice(&story, &choice, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_LIKELY));
}

static void a_compression_that_was_not_offered_is_illegal(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.compression = TLS_COMPRESSION_DEFLATE;
    refuse_choice(&story, &choice, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
}

static void an_extension_that_was_not_offered_is_illegal(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();

    offer.master_secret = false;
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNSUPPORTED_EXTENSION);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
}

static void the_signalling_suite_offers_secure_renegotiation(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();

    offer.renegotiation = false;
    offer.suites[12] = TLS_EMPTY_RENEGOTIATION_INFO_SCSV;
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "illegal_parameter"));
}

static void a_share_that_was_not_offered_is_illegal(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_3();

    choice.share = 23;
    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
}

static void a_hello_without_null_compression_is_illegal(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.no_compression = true;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
}

static void an_extension_twice_is_illegal(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.twice = TLS_EXTENSION_ENCRYPT_THEN_MAC;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
}

static void illegal_parameter_without_a_visible_reason_is_likely(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_LIKELY));
}

static void a_choice_from_the_offer_is_legal(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "illegal_parameter"));
}

static void internal_error_says_what_it_is(void)
{
    struct story story;

    story_begin_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
    story_begin_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_ACCESS_DENIED);
    CU_ASSERT_TRUE(story_denies(&story, "internal_error"));
}

/* TLS 1.3: what comes behind the Certificate is signed. A flight that stops there for want of a
 * signature is not one that stops later, or for which somebody waited. */
static void a_flight_that_stops_at_its_signature_is_an_error_of_the_server(void)
{
    static const struct {
        uint16_t records[4]; /* of the server, up to 0 */
        int64_t pause_ns;
        bool is_told;
    } rows[] = {
        {{23, 914}, 0, true},       {{23, 914}, 5 * STORY_SECOND, false},
        {{23, 914, 281}, 0, false}, {{23, 914, 281, STORY_FINISHED_RECORD}, 0, false},
        {{23}, 0, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_3();
        struct story story;

        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        for (size_t record = 0; record < 4 && rows[i].records[record] > 0; record++)
            story_protected(&story, SIDE_SERVER, rows[i].records[record]);
        story_wait(&story, rows[i].pause_ns);
        story_refuse(&story);
        CU_ASSERT_EQUAL(story_says(&story, "internal_error", CAUSE_POSSIBLE), rows[i].is_told);
        CU_ASSERT_EQUAL(story_considers(&story, "no_shared_signature_algorithm"), rows[i].is_told);
    }
}

static void alerts_that_nothing_explains_are_named(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_ACCESS_DENIED, TLS_ALERT_UNKNOWN_PSK_IDENTITY,
                                     TLS_ALERT_EXPORT_RESTRICTION, TLS_ALERT_GENERAL_ERROR, 200};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;

        story_begin_hello(&story);
        story_fatal(&story, SIDE_SERVER, alerts[i]);
        CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_LIKELY));
    }
}

static void an_ambiguous_alert_is_only_possibly_just_an_alert(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_POSSIBLE));
}

static void a_close_is_no_alert(void)
{
    struct story story;

    story_begin_hello(&story);
    story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CLOSE_NOTIFY);
    CU_ASSERT_TRUE(story_denies(&story, "peer_alert"));
    story_begin_hello(&story);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "peer_alert"));
}

static void what_no_rule_explains_is_unknown(void)
{
    struct story story;

    /* The client's record is in a protocol of TLS, but no hello; the server hangs up. */
    story_begin(&story);
    story_note(&story, SIDE_CLIENT, NOTE_HEARTBEAT);
    story_rst(&story, SIDE_SERVER);
    direction_have_trouble(&story.connection.direction[SIDE_SERVER])->reset.hop_limit = 57;
    story_wait(&story, STORY_SECOND);
    CU_ASSERT_TRUE(story_denies(&story, "server_closed"));
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    story_begin(&story);
    story_note(&story, SIDE_CLIENT, NOTE_HEARTBEAT);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "unknown", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story.verdict.evidence.count >= 1);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"decode_error about a hello that does not parse is certain",
         decode_error_about_a_hello_that_does_not_parse_is_certain},
        {"a broken hello is malformed whatever the alert",
         a_broken_hello_is_malformed_whatever_the_alert},
        {"decode_error about a malformed extension is certain",
         decode_error_about_a_malformed_extension_is_certain},
        {"decode_error alone is likely", decode_error_alone_is_likely},
        {"octets that are not TLS are malformed", octets_that_are_not_tls_are_malformed},
        {"a good hello is not malformed", a_good_hello_is_not_malformed},
        {"a second hello is unexpected", a_second_hello_is_unexpected},
        {"application data before encryption is unexpected",
         application_data_before_encryption_is_unexpected},
        {"early data for an older version is unexpected",
         early_data_for_an_older_version_is_unexpected},
        {"ServerHelloDone without a certificate is unexpected",
         server_hello_done_without_a_certificate_is_unexpected},
        {"no answer to a certificate request is unexpected",
         no_answer_to_a_certificate_request_is_unexpected},
        {"a server that begins without a hello is unexpected",
         a_server_that_begins_without_a_hello_is_unexpected},
        {"a first hello cannot come unexpected", a_first_hello_cannot_come_unexpected},
        {"a handshake in order is not unexpected", a_handshake_in_order_is_not_unexpected},
        {"a suite that was not offered is illegal", a_suite_that_was_not_offered_is_illegal},
        {"a compression that was not offered is illegal",
         a_compression_that_was_not_offered_is_illegal},
        {"an extension that was not offered is illegal",
         an_extension_that_was_not_offered_is_illegal},
        {"the signalling suite offers secure renegotiation",
         the_signalling_suite_offers_secure_renegotiation},
        {"a share that was not offered is illegal", a_share_that_was_not_offered_is_illegal},
        {"a hello without null compression is illegal",
         a_hello_without_null_compression_is_illegal},
        {"an extension twice is illegal", an_extension_twice_is_illegal},
        {"illegal_parameter without a visible reason is likely",
         illegal_parameter_without_a_visible_reason_is_likely},
        {"a choice from the offer is legal", a_choice_from_the_offer_is_legal},
        {"internal_error says what it is", internal_error_says_what_it_is},
        {"a flight that stops at its signature is an error of the server",
         a_flight_that_stops_at_its_signature_is_an_error_of_the_server},
        {"alerts that nothing explains are named", alerts_that_nothing_explains_are_named},
        {"an ambiguous alert is only possibly just an alert",
         an_ambiguous_alert_is_only_possibly_just_an_alert},
        {"a close is no alert", a_close_is_no_alert},
        {"what no rule explains is unknown", what_no_rule_explains_is_unknown},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes in the protocol", tests);
}
