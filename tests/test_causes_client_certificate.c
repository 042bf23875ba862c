/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum {
    EMPTY_AND_FINISHED_RECORD = 61, /* both messages in one */
    EARLY_DATA_RECORD = 500
};

#define ROUND_TRIP (20 * STORY_MILLISECOND)

static void ask_for_certificate(struct story *story, struct bytes list)
{
    story_begin_request(story);
    story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, list);
    story_client_flight_1_2(story);
}

static void an_empty_list_that_is_refused_is_a_required_certificate(void)
{
    static const struct {
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_CERTAIN},
        {TLS_ALERT_BAD_CERTIFICATE, CAUSE_CERTAIN},
        {TLS_ALERT_CERTIFICATE_REQUIRED, CAUSE_CERTAIN},
        {TLS_ALERT_DECODE_ERROR, CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        ask_for_certificate(&story, bytes_of("\0\0\0", 3));
        story_fatal(&story, SIDE_SERVER, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", rows[i].certainty));
        CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
    }
}

static void an_empty_list_and_a_close_is_a_required_certificate(void)
{
    struct story story;

    ask_for_certificate(&story, bytes_of("\0\0\0", 3));
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
}

static void the_alert_of_ssl_3_is_an_empty_list(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_NO_CERTIFICATE);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
}

/* Of the server nothing is captured: the client went on, and closed in the end. */
static void a_client_that_goes_on_has_not_refused_with_a_warning(void)
{
    struct story story;

    story_begin_hello(&story);
    story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_NO_CERTIFICATE);
    story_client_flight_1_2(&story);
    story_fin(&story, SIDE_CLIENT);
    sent_by(&story, SIDE_SERVER)->packets = 0;
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_INCOMPLETE);
    story_begin_hello(&story);
    story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_NO_CERTIFICATE);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_LIKELY));
}

static void a_certificate_that_is_refused_is_rejected(void)
{
    static const struct bytes list = {(const uint8_t *)"\0\0\4\0\0\1x", 7};
    static const uint8_t alerts[] = {TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_CERTIFICATE_EXPIRED,
                                     TLS_ALERT_UNKNOWN_CA, TLS_ALERT_ACCESS_DENIED};
    struct story story;

    for (size_t i = 0; i < sizeof(alerts); i++) {
        ask_for_certificate(&story, list);
        story_fatal(&story, SIDE_SERVER, alerts[i]);
        CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_CERTAIN));
        CU_ASSERT_TRUE(story_denies(&story, "client_certificate_required"));
    }
    ask_for_certificate(&story, list);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
}

/* A server that asks for certificates got these and refused them. */
static void reject_chain(struct story *story, struct judged *judged, const char *files)
{
    judged_chain(judged, files, NULL, CERTIFICATES_TIME);
    ask_for_certificate(story, bytes_of("\0\0\4\0\0\1x", 7));
    story_fatal(story, SIDE_SERVER, TLS_ALERT_BAD_CERTIFICATE);
    story_tell_chain(story, SIDE_CLIENT, &judged->judgement);
    CU_ASSERT_TRUE(story_says(story, "client_certificate_rejected", CAUSE_CERTAIN));
}

static void what_is_wrong_with_a_rejected_certificate_is_evidence(void)
{
    static const struct {
        const char *files;
        const char *fact;
        const char *words;
    } rows[] = {
        {"leaf_expired intermediate", "not_after", "the certificate expired on 20"},
        {"leaf_future intermediate", "not_before", "the certificate is not valid before 20"},
        {"leaf_code_signing intermediate", "purpose", "its extended key usage does not allow"},
        {"leaf_is_ca intermediate", "purpose", "used as a client's"},
        {"leaf_client", "issuer_missing", "is neither sent nor in the trust store"},
        {"self_signed", "self_signed", "the certificate is its own issuer"},
        {"leaf_client intermediate", "certificate", "issued by "},
    };
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        reject_chain(&story, &judged, rows[i].files);
        CU_ASSERT_TRUE(story_tells(&story, rows[i].fact, rows[i].words));
        CU_ASSERT_FALSE(story_tells(&story, "chain_complete", ""));
    }
    judged_end(&judged);
}

/* A signature: in its chain, in a CRL of the server, or of CertificateVerify. */
static void a_client_certificate_is_rejected_when_a_signature_does_not_verify(void)
{
    struct story story;

    ask_for_certificate(&story, bytes_of("\0\0\4\0\0\1x", 7));
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
    ask_for_certificate(&story, bytes_of("\0\0\0", 3));
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_rejected"));
}

static void a_client_certificate_is_not_blamed_for_a_broken_record(void)
{
    struct story story;

    ask_for_certificate(&story, bytes_of("\0\0\4\0\0\1x", 7));
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_RECORD_MAC);
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_rejected"));
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_CERTAIN));
}

/* Libraries whose program says no to a certificate and not why. */
static void a_server_that_breaks_at_a_client_certificate_has_likely_rejected_it(void)
{
    struct story story;

    ask_for_certificate(&story, bytes_of("\0\0\4\0\0\1x", 7));
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story_certainty(&story, "internal_error"), CAUSE_POSSIBLE);
    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_FALSE(story_considers(&story, "client_certificate_rejected"));
}

/* It is asked for one, and its program fails to produce it. */
static void a_client_that_breaks_at_the_request_may_have_no_certificate(void)
{
    struct story story;

    story_begin_request(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "client_certificate_required"));
    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_FALSE(story_considers(&story, "client_certificate_required"));
}

static void no_client_certificate_is_blamed_where_none_was_sent(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_required"));
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_rejected"));
}

static void in_tls_1_3_the_size_of_an_empty_certificate_tells(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_ccs(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
}

/* Java adds 16 octets, Mbed TLS fills up to a multiple of 16. */
static void in_tls_1_3_an_empty_certificate_may_be_padded(void)
{
    static const uint16_t records[][2] = {{41, 69}, {32, 64}, {44, 80}};

    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_ccs(&story, SIDE_CLIENT);
        story_protected(&story, SIDE_CLIENT, records[i][0]);
        story_protected(&story, SIDE_CLIENT, records[i][1]);
        story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_denies(&story, "client_certificate_rejected"));
    }
}

static void in_tls_1_3_a_padded_finished_is_no_client_certificate(void)
{
    static const uint16_t records[] = {64, 69, 80, 85};

    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, records[i]);
        story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

/* BoringSSL puts both messages into one record. */
static void in_tls_1_3_an_empty_certificate_may_share_the_finished_record(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_ccs(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_CLIENT, EMPTY_AND_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
}

/* A client that sends its request at once, one as short as an alert. */
static void in_tls_1_3_what_follows_a_finished_is_no_refusal(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_ccs(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_CLIENT, STORY_PADDED_ALERT_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_SERVER);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
}

static void in_tls_1_3_more_than_a_finished_is_a_certificate(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_ccs(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
}

/* An answer may have any size, also that of a record of the server's flight. */
static void in_tls_1_3_an_answer_as_long_as_a_finished_is_no_refusal(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_FINISHED_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* A server without tickets that answers in one short record, and closes. */
static void in_tls_1_3_a_short_answer_is_no_refusal(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_ccs(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD + 20);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

/* Some stacks pad an alert, and some send two. */
static void in_tls_1_3_alerts_of_any_shape_are_a_refusal(void)
{
    static const uint16_t records[][2] = {{STORY_ALERT_RECORD, STORY_ALERT_RECORD},
                                          {STORY_ALERT_RECORD, STORY_PADDED_ALERT_RECORD},
                                          {STORY_PADDED_ALERT_RECORD, 0}};

    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        struct story story;

        story_begin_padded_flight_1_3(&story);
        story_ccs(&story, SIDE_CLIENT);
        story_protected(&story, SIDE_CLIENT, 900);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_SERVER, records[i][0]);
        if (records[i][1] > 0)
            story_protected(&story, SIDE_SERVER, records[i][1]);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    }
}

/* The client goes at the first of two alerts, before the second one comes by. */
static void in_tls_1_3_the_first_of_two_alerts_is_the_refusal(void)
{
    const struct note *first;
    struct story story;

    story_begin_flight_1_3(&story);
    story_ccs(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_CLIENT, 900);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    first = &story.notes[story.handshake.note_count - 1];
    story_fin(&story, SIDE_CLIENT);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
    CU_ASSERT_PTR_EQUAL(story.facts.refusal.note, first);
}

static void in_tls_1_3_a_finished_alone_is_no_client_certificate(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_required"));
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_rejected"));
}

/* The client sends early data, and the server's hello takes its PSK or not. */
static void begin_early_data(struct story *story, bool psk)
{
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_3();

    offer.early_data = true;
    choice.psk = psk;
    story_begin(story);
    story->connection.ack_rtt_ns = ROUND_TRIP;
    story_client_hello(story, &offer);
    story_protected(story, SIDE_CLIENT, EARLY_DATA_RECORD);
    story_server_hello(story, &choice);
    story_protected(story, SIDE_SERVER, 1200);
}

static void the_end_of_early_data_is_no_client_certificate(void)
{
    struct story story;

    begin_early_data(&story, true);
    story_wait(&story, ROUND_TRIP);
    story_protected(&story, SIDE_CLIENT, 21); /* EndOfEarlyData */
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_refuse(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
}

static void a_client_certificate_may_follow_early_data_that_was_refused(void)
{
    static const struct {
        uint16_t record;
        const char *cause;
    } rows[] = {
        {STORY_EMPTY_CERTIFICATE_RECORD, "client_certificate_required"},
        {900, "client_certificate_rejected"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_early_data(&story, false);
        story_protected(&story, SIDE_SERVER, STORY_FINISHED_RECORD);
        story_wait(&story, ROUND_TRIP);
        story_protected(&story, SIDE_CLIENT, rows[i].record);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story.connection.direction[SIDE_CLIENT].retransmissions = 1; /* of what was not lost */
        story_refuse(&story);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
    }
}

/* A second hello has no early data behind it, however soon its answer comes. */
static void a_client_certificate_may_follow_a_retry(void)
{
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_3();
    struct story story;

    offer.early_data = true;
    choice.retry = true;
    story_begin(&story);
    story.connection.ack_rtt_ns = ROUND_TRIP;
    story_client_hello(&story, &offer);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_CLIENT, EARLY_DATA_RECORD);
    story_modern_hello(&story);
    story_flight_1_3(&story);
    story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_refuse(&story);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
}

/* A server that closes at once, while early data that it skips crosses its flight: in the middle of
 * it, behind it, or behind it for want of a segment. */
static void early_data_that_crosses_is_no_client_certificate(void)
{
    static const struct {
        bool in_the_middle;
        bool lost;
    } rows[] = {{true, false}, {false, false}, {false, true}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct direction *client;
        struct story story;

        begin_early_data(&story, false);
        client = &story.connection.direction[SIDE_CLIENT];
        if (rows[i].in_the_middle)
            story_protected(&story, SIDE_CLIENT, EARLY_DATA_RECORD);
        story_protected(&story, SIDE_SERVER, STORY_FINISHED_RECORD);
        if (rows[i].lost) {
            story_wait(&story, ROUND_TRIP);
            direction_have_trouble(client)->disorder.packet = 1;
            client->retransmissions = 1;
        }
        if (!rows[i].in_the_middle)
            story_protected(&story, SIDE_CLIENT, EARLY_DATA_RECORD);
        story_wait(&story, ROUND_TRIP);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_refuse(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    }
}

static void the_clients_certificate_is_judged_before_the_servers(void)
{
    struct story story;

    ask_for_certificate(&story, bytes_of("\0\0\4\0\0\1x", 7));
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_TRUE(story_denies(&story, "certificate_expired"));
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_CERTAIN));
}

/* Packets cross: the server had refused before the client's flight was there. */
static void a_flight_that_comes_after_the_refusal_is_not_what_was_refused(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_refuse(&story);
    story_protected(&story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_required"));
}

/* The client's Finished, which is still to come, has a packet of its own. */
static void send_half_a_flight(struct story *story)
{
    story_begin_flight_1_3(story);
    story_protected(story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
}

/* The client closes when it is refused: what it sent before that is no alert. */
static void an_empty_certificate_is_refused_before_the_finished_comes(void)
{
    struct story story;

    send_half_a_flight(&story);
    story_refuse(&story);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
    send_half_a_flight(&story);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
}

static void half_a_flight_that_waits_is_not_what_was_refused(void)
{
    struct story story;

    send_half_a_flight(&story);
    story_wait(&story, 10 * STORY_SECOND);
    story_refuse(&story);
    CU_ASSERT_TRUE(story_denies(&story, "client_certificate_required"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an empty list that is refused is a required certificate",
         an_empty_list_that_is_refused_is_a_required_certificate},
        {"an empty list and a close is a required certificate",
         an_empty_list_and_a_close_is_a_required_certificate},
        {"the alert of SSL 3.0 is an empty list", the_alert_of_ssl_3_is_an_empty_list},
        {"a client that goes on has not refused with a warning",
         a_client_that_goes_on_has_not_refused_with_a_warning},
        {"a certificate that is refused is rejected", a_certificate_that_is_refused_is_rejected},
        {"what is wrong with a rejected certificate is evidence",
         what_is_wrong_with_a_rejected_certificate_is_evidence},
        {"a client certificate is rejected when a signature does not verify",
         a_client_certificate_is_rejected_when_a_signature_does_not_verify},
        {"a server that breaks at a client certificate has likely rejected it",
         a_server_that_breaks_at_a_client_certificate_has_likely_rejected_it},
        {"a client that breaks at the request may have no certificate",
         a_client_that_breaks_at_the_request_may_have_no_certificate},
        {"a client certificate is not blamed for a broken record",
         a_client_certificate_is_not_blamed_for_a_broken_record},
        {"no client certificate is blamed where none was sent",
         no_client_certificate_is_blamed_where_none_was_sent},
        {"in TLS 1.3 the size of an empty Certificate tells",
         in_tls_1_3_the_size_of_an_empty_certificate_tells},
        {"in TLS 1.3 an empty certificate may be padded",
         in_tls_1_3_an_empty_certificate_may_be_padded},
        {"in TLS 1.3 a padded Finished is no client certificate",
         in_tls_1_3_a_padded_finished_is_no_client_certificate},
        {"in TLS 1.3 an empty Certificate may share the record of the Finished",
         in_tls_1_3_an_empty_certificate_may_share_the_finished_record},
        {"in TLS 1.3 more than a Finished is a certificate",
         in_tls_1_3_more_than_a_finished_is_a_certificate},
        {"in TLS 1.3 what follows a Finished is no refusal",
         in_tls_1_3_what_follows_a_finished_is_no_refusal},
        {"in TLS 1.3 an answer as long as a Finished is no refusal",
         in_tls_1_3_an_answer_as_long_as_a_finished_is_no_refusal},
        {"in TLS 1.3 a short answer is no refusal", in_tls_1_3_a_short_answer_is_no_refusal},
        {"in TLS 1.3 alerts of any shape are a refusal",
         in_tls_1_3_alerts_of_any_shape_are_a_refusal},
        {"in TLS 1.3 the first of two alerts is the refusal",
         in_tls_1_3_the_first_of_two_alerts_is_the_refusal},
        {"in TLS 1.3 a Finished alone is no client certificate",
         in_tls_1_3_a_finished_alone_is_no_client_certificate},
        {"the end of early data is no client certificate",
         the_end_of_early_data_is_no_client_certificate},
        {"a client certificate may follow early data that was refused",
         a_client_certificate_may_follow_early_data_that_was_refused},
        {"a client certificate may follow a retry", a_client_certificate_may_follow_a_retry},
        {"early data that crosses is no client certificate",
         early_data_that_crosses_is_no_client_certificate},
        {"the client's certificate is judged before the server's",
         the_clients_certificate_is_judged_before_the_servers},
        {"a flight that comes after the refusal is not what was refused",
         a_flight_that_comes_after_the_refusal_is_not_what_was_refused},
        {"an empty certificate is refused before the Finished comes",
         an_empty_certificate_is_refused_before_the_finished_comes},
        {"half a flight that waits is not what was refused",
         half_a_flight_that_waits_is_not_what_was_refused},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes about client certificates", tests);
}
