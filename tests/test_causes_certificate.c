/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

static void alerts_of_the_client_name_what_is_wrong(void)
{
    static const struct {
        uint8_t alert;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_BAD_CERTIFICATE, "bad_certificate", CAUSE_POSSIBLE},
        {TLS_ALERT_UNSUPPORTED_CERTIFICATE, "certificate_purpose", CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_REVOKED, "certificate_revoked", CAUSE_CERTAIN},
        {TLS_ALERT_CERTIFICATE_EXPIRED, "certificate_expired", CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, "certificate_rejected", CAUSE_LIKELY},
        {TLS_ALERT_UNKNOWN_CA, "untrusted_ca", CAUSE_POSSIBLE},
        {TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE, "ocsp_response_bad", CAUSE_CERTAIN},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
        /* In TLS 1.3 some clients send the same in clear. */
        story_begin_flight_1_3(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
    }
}

/* RFC 8446 section 6.2: decrypt_error is about a handshake operation, which at this point only
 * signatures are; octets changed on the way are another explanation. */
static void decrypt_error_after_the_certificate_is_about_a_signature(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "bad_certificate", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
    story_begin_flight_1_3(&story); /* signed, as it always is */
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "bad_certificate", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
}

/* There is no certificate to verify. */
static void decrypt_error_in_a_resumed_handshake_is_not_about_a_certificate(void)
{
    struct story_choice choice = story_choice_1_3();
    struct story story;

    choice.psk = true;
    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_SERVER, 1000);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "bad_certificate"));
}

/* RFC 8446 section 6.2: unknown_ca is for partial chains too, certificate_expired for certificates
 * that are not valid yet. What bad_certificate is sent for is nearly anything. */
static void an_alert_on_a_hidden_certificate_leaves_open_what_it_stands_for_too(void)
{
    static const struct {
        uint8_t alert;
        const char *other;
    } rows[] = {
        {TLS_ALERT_UNKNOWN_CA, "self_signed"},
        {TLS_ALERT_UNKNOWN_CA, "incomplete_chain"},
        {TLS_ALERT_CERTIFICATE_EXPIRED, "certificate_not_yet_valid"},
        {TLS_ALERT_CERTIFICATE_EXPIRED, "client_clock_skew"},
        {TLS_ALERT_BAD_CERTIFICATE, "certificate_expired"},
        {TLS_ALERT_BAD_CERTIFICATE, "certificate_not_yet_valid"},
        {TLS_ALERT_BAD_CERTIFICATE, "hostname_mismatch"},
        {TLS_ALERT_BAD_CERTIFICATE, "weak_certificate"},
        {TLS_ALERT_BAD_CERTIFICATE, "untrusted_ca"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_TRUE(story_considers(&story, rows[i].other));
        CU_ASSERT_TRUE(story_denies(&story, rows[i].other));
        story_begin_flight_1_3(&story);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_UNKNOWN);
        CU_ASSERT_FALSE(story_considers(&story, rows[i].other));
    }
}

static void the_same_alerts_of_the_server_are_not_about_its_own_certificate(void)
{
    static const char *const causes[] = {"bad_certificate",      "certificate_revoked",
                                         "certificate_expired",  "untrusted_ca",
                                         "certificate_rejected", "ocsp_response_bad"};
    static const uint8_t alerts[] = {
        TLS_ALERT_BAD_CERTIFICATE,     TLS_ALERT_CERTIFICATE_REVOKED,
        TLS_ALERT_CERTIFICATE_EXPIRED, TLS_ALERT_UNKNOWN_CA,
        TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story_fatal(&story, SIDE_SERVER, alerts[i]);
        for (size_t j = 0; j < sizeof(causes) / sizeof(causes[0]); j++)
            CU_ASSERT_TRUE(story_denies(&story, causes[j]));
    }
}

/* The client refuses this chain, with the alert or by leaving. */
static void check_authority(const char *files, const char *name, uint8_t alert,
                            enum certainty certainty)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, files, name, CERTIFICATES_TIME);
    story_begin_flight_1_2(&story);
    if (alert != TLS_ALERT_CLOSE_NOTIFY)
        story_fatal(&story, SIDE_CLIENT, alert);
    story_fin(&story, SIDE_CLIENT);
    (void)story_facts(&story);
    story.facts.chain[SIDE_SERVER] = &judged.judgement;
    CU_ASSERT_EQUAL(story_certainty(&story, "certificate_purpose"), certainty);
    judged_end(&judged);
}

static void a_server_that_is_an_authority_is_refused_when_nothing_else_is_wrong(void)
{
    static const char chain[] = "leaf_is_ca intermediate";

    check_authority(chain, "www.example.test", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_LIKELY);
    check_authority(chain, "www.example.test", TLS_ALERT_BAD_CERTIFICATE, CAUSE_LIKELY);
    check_authority(chain, "www.elsewhere.test", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_POSSIBLE);
    check_authority("leaf_is_ca", "www.example.test", TLS_ALERT_CERTIFICATE_UNKNOWN,
                    CAUSE_POSSIBLE);
    check_authority(chain, "www.example.test", TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE);
    check_authority(chain, "www.example.test", TLS_ALERT_CLOSE_NOTIFY, CAUSE_POSSIBLE);
}

/* A client that got this chain closes. */
static void leave_chain(struct story *story, const struct chain_judgement *judgement)
{
    story_fin(story, SIDE_CLIENT);
    story_tell_chain(story, SIDE_SERVER, judgement);
}

/* A client that got this chain ends the handshake: with an alert, or close_notify for none. */
static void refuse_chain(struct story *story, const struct chain_judgement *judgement,
                         uint8_t alert)
{
    story_begin_flight_1_2(story);
    if (alert != TLS_ALERT_CLOSE_NOTIFY)
        story_fatal(story, SIDE_CLIENT, alert);
    leave_chain(story, judgement);
}

/* OpenSSL has the same alert for a limit of depth, and for a CRL that it does not have. */
static void unknown_ca_at_a_complete_path_may_be_about_something_else(void)
{
    struct known_client client = {.issuer_count = 1, .issuer = {.issuer = 7}};
    struct known_name name = {.certificate = {.known = true, .issuer = 7}};
    struct known known = {.name = &name, .client = &client};
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    refuse_chain(&story, &judged.judgement, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_says(&story, "untrusted_ca", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "certificate_rejected"));
    story.facts.known = &known;
    CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"), CAUSE_LIKELY);
    client.issuer.taken.count =
        1; /* it takes an issuer elsewhere: of another certificate, of this */
    CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"), CAUSE_LIKELY);
    memcpy(name.certificate.sha256, judged.judgement.leaf->sha256, CERTIFICATE_SHA256_LEN);
    CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"), CAUSE_POSSIBLE);
    judged_chain(&judged, "leaf_below_subordinate subordinate intermediate", "www.example.test",
                 CERTIFICATES_TIME);
    refuse_chain(&story, &judged.judgement, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"), CAUSE_LIKELY);
    judged.judgement.path_length++;
    CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"), CAUSE_POSSIBLE);
    judged.judgement.end = CHAIN_END_UNTRUSTED_ROOT;
    refuse_chain(&story, &judged.judgement, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"), CAUSE_LIKELY);
    judged_end(&judged);
}

/* In 1970 there was no TLS 1.2: the dates may have been wrong. */
static void a_capture_whose_clock_was_not_set_leaves_the_dates_open(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "www.elsewhere.test", CERTIFICATES_TIME);
    refuse_chain(&story, &judged.judgement, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_EQUAL(story_certainty(&story, "hostname_mismatch"), CAUSE_LIKELY);
    story.connection.first.time_ns = 0;
    CU_ASSERT_EQUAL(story_certainty(&story, "hostname_mismatch"), CAUSE_POSSIBLE);
    judged_end(&judged);
}

/* RFC 5280 section 4.2. */
static void a_critical_extension_that_is_not_known_has_to_be_refused(void)
{
    static const struct {
        const char *files;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {"unknown_critical intermediate", TLS_ALERT_BAD_CERTIFICATE, CAUSE_LIKELY},
        {"unknown_critical intermediate", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_LIKELY},
        {"unknown_critical intermediate", TLS_ALERT_CLOSE_NOTIFY, CAUSE_LIKELY},
        {"unknown_critical intermediate", TLS_ALERT_UNKNOWN_CA, CAUSE_POSSIBLE},
        {"unknown_critical intermediate", TLS_ALERT_PROTOCOL_VERSION, CAUSE_POSSIBLE},
        {"unknown_critical intermediate", TLS_ALERT_UNEXPECTED_MESSAGE, CAUSE_NO},
        {"leaf intermediate", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_NO},
        {"leaf intermediate", TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        judged_chain(&judged, rows[i].files, "www.example.test", CERTIFICATES_TIME);
        refuse_chain(&story, &judged.judgement, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "bad_certificate"), rows[i].certainty);
    }
    judged_end(&judged);
}

/* What only some clients mind, and which alerts they send for it. */
static void a_purpose_that_is_debatable_is_as_likely_as_the_alert_has_it(void)
{
    static const struct {
        enum chain_purpose_problem purpose;
        const char *name;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {PURPOSE_ANY_ONLY, "www", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_LIKELY},
        {PURPOSE_ANY_ONLY, "www", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_POSSIBLE},
        {PURPOSE_ANY_ONLY, "www", TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
        {PURPOSE_SUITE_KEY_USAGE, "elsewhere", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_LIKELY},
        {PURPOSE_SUITE_KEY_USAGE, "www", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_LIKELY},
        {PURPOSE_SUITE_KEY_USAGE, "elsewhere", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_POSSIBLE},
        {PURPOSE_SUITE_KEY_USAGE, "www", TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
        {PURPOSE_SUITE_KEY_USAGE, "www", TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE},
        {PURPOSE_SUITE_KEY_USAGE, "www", TLS_ALERT_UNEXPECTED_MESSAGE, CAUSE_NO},
        {PURPOSE_EXTENDED_KEY_USAGE, "www", TLS_ALERT_BAD_CERTIFICATE, CAUSE_LIKELY},
    };
    struct judged judged;
    char name[64];

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        snprintf(name, sizeof(name), "%s.example.test", rows[i].name);
        judged_chain(&judged, "leaf intermediate", name, CERTIFICATES_TIME);
        judged.judgement.purpose = rows[i].purpose;
        judged.judgement.purpose_of = judged.judgement.leaf;
        refuse_chain(&story, &judged.judgement, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "certificate_purpose"), rows[i].certainty);
        /* What looks right but for that leaves open what the client sees. */
        CU_ASSERT_EQUAL(rows[i].alert == TLS_ALERT_BAD_CERTIFICATE
                            && story_considers(&story, "hostname_mismatch"),
                        rows[i].alert == TLS_ALERT_BAD_CERTIFICATE
                            && rows[i].purpose != PURPOSE_EXTENDED_KEY_USAGE);
    }
    judged_end(&judged);
}

static void what_looks_right_may_be_wrong_for_the_client(void)
{
    static const char *const causes[] = {"client_clock_skew", "hostname_mismatch", "untrusted_ca"};
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        refuse_chain(&story, &judged.judgement, TLS_ALERT_BAD_CERTIFICATE);
        CU_ASSERT_TRUE(story_says(&story, "bad_certificate", CAUSE_POSSIBLE));
        CU_ASSERT_TRUE(story_considers(&story, causes[i]));
        refuse_chain(&story, &judged.judgement, TLS_ALERT_CLOSE_NOTIFY);
        CU_ASSERT_FALSE(story_considers(&story, causes[i]));
    }
    judged.judgement.leaf = NULL; /* it cannot be read */
    refuse_chain(&story, &judged.judgement, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_TRUE(story_says(&story, "bad_certificate", CAUSE_LIKELY));
    judged_chain(&judged, "leaf_expired intermediate", "www.example.test", CERTIFICATES_TIME);
    refuse_chain(&story, &judged.judgement, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_TRUE(story_says(&story, "certificate_expired", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "hostname_mismatch"));
    judged_end(&judged);
}

/* A client that leaves without an alert may miss what the trust store here lacks, too. */
static void leaving_at_a_chain_without_a_root_may_be_about_trust(void)
{
    static const struct {
        enum chain_end end;
        bool incomplete;
        bool untrusted;
    } rows[] = {
        {CHAIN_END_ANCHORED, false, false},
        {CHAIN_END_ISSUER_MISSING, true, true},
        {CHAIN_END_UNTRUSTED_ROOT, false, true},
    };
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        judged.judgement.end = rows[i].end;
        refuse_chain(&story, &judged.judgement, TLS_ALERT_CLOSE_NOTIFY);
        CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
        CU_ASSERT_EQUAL(story_considers(&story, "incomplete_chain"), rows[i].incomplete);
        CU_ASSERT_EQUAL(story_considers(&story, "untrusted_ca"), rows[i].untrusted);
    }
    judged_end(&judged);
}

/* Trust is in doubt only where the client says nothing, and had nothing but the flight. */
static void what_a_client_says_or_goes_on_with_is_not_about_trust(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    judged.judgement.end = CHAIN_END_ISSUER_MISSING;
    judged.judgement.issuer_seen_completes = true;
    refuse_chain(&story, &judged.judgement, TLS_ALERT_CLOSE_NOTIFY);
    CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
    refuse_chain(&story, &judged.judgement, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_FALSE(story_considers(&story, "untrusted_ca"));
    story_begin_flight_1_2(&story);
    story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CLOSE_NOTIFY);
    leave_chain(&story, &judged.judgement);
    CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
    story_begin_flight_1_2(&story);
    story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("\1\4", 2));
    leave_chain(&story, &judged.judgement);
    CU_ASSERT_STRING_EQUAL(story.verdict.cause->id, "client_abandoned");
    CU_ASSERT_FALSE(story_considers(&story, "untrusted_ca"));
    judged_end(&judged);
}

/* A capturing host without a clock begins in 1970, or thereabouts. */
static void dates_mean_nothing_to_a_clock_before_the_version(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf_future intermediate", "www.example.test", CERTIFICATES_TIME);
    refuse_chain(&story, &judged.judgement, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_TRUE(story_says(&story, "certificate_not_yet_valid", CAUSE_CERTAIN));
    story.connection.first.time_ns = INT64_C(94608000) * STORY_SECOND; /* in 1972 */
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_TRUE(story_says(&story, "certificate_not_yet_valid", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "certificate_expired"));
    refuse_chain(&story, &judged.judgement, TLS_ALERT_UNEXPECTED_MESSAGE); /* not about dates */
    story.connection.first.time_ns = INT64_C(94608000) * STORY_SECOND;
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_FALSE(story_considers(&story, "certificate_expired"));
    judged_end(&judged);
}

/* Its program looked at the certificate, and said no without a reason. */
static void internal_error_behind_the_flight_may_be_about_the_certificate(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "internal_error"));
    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
}

static void a_certificate_alert_before_any_certificate_is_just_an_alert(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_POSSIBLE));
}

static void an_alert_after_the_servers_fin_is_a_consequence(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fin(&story, SIDE_SERVER);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_TRUE(story_denies(&story, "certificate_rejected"));
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
}

static void an_encrypted_alert_in_answer_to_the_flight_rejects_the_certificate(void)
{
    static const uint32_t lengths[] = {STORY_ALERT_RECORD, STORY_PADDED_ALERT_RECORD};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_ccs(&story, SIDE_CLIENT);
        story_protected(&story, SIDE_CLIENT, lengths[i]);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
    }
}

static void an_encrypted_alert_in_place_of_a_certificate_is_not_about_one(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_3();

    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "certificate_rejected"));
}

static void a_client_that_verifies_late_rejects_encrypted_in_tls_1_2(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("\1\4", 2));
    story_ccs(&story, SIDE_CLIENT);
    story_note(&story, SIDE_CLIENT, NOTE_ENCRYPTED_ALERT)->length = 26;
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
}

static void leaving_right_after_the_flight_may_be_about_the_certificate(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
    story_begin_flight_1_2(&story);
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "reset_by_client"));
}

static void leaving_long_after_the_flight_is_not_about_the_certificate(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_wait(&story, 20 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "certificate_rejected"));
}

/* A library may hold its error back so that the time tells nothing. */
static void a_late_good_bye_after_the_flight_may_be_about_the_certificate(void)
{
    static const struct {
        int64_t waited_ns;
        enum certainty certainty;
    } rows[] = {
        {12 * STORY_SECOND, CAUSE_POSSIBLE},
        {30 * STORY_SECOND, CAUSE_POSSIBLE},
        {60 * STORY_SECOND, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_wait(&story, rows[i].waited_ns);
        story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CLOSE_NOTIFY);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, "certificate_rejected"), rows[i].certainty);
        CU_ASSERT_EQUAL(story_certainty(&story, "client_abandoned"), CAUSE_POSSIBLE);
    }
}

static void leaving_before_the_flight_arrives_is_not_about_the_certificate(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_fin(&story, SIDE_CLIENT);
    story_flight_1_2(&story, &choice, 0);
    CU_ASSERT_TRUE(story_denies(&story, "certificate_rejected"));
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
}

static void leaving_after_going_on_is_not_about_the_certificate(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "certificate_rejected"));
}

/* Up to TLS 1.2: the server asks, the client answers with this list. */
int main(void)
{
    CU_TestInfo tests[] = {
        {"alerts of the client name what is wrong", alerts_of_the_client_name_what_is_wrong},
        {"decrypt_error after the certificate is about a signature",
         decrypt_error_after_the_certificate_is_about_a_signature},
        {"decrypt_error in a resumed handshake is not about a certificate",
         decrypt_error_in_a_resumed_handshake_is_not_about_a_certificate},
        {"an alert on a hidden certificate leaves open what it stands for too",
         an_alert_on_a_hidden_certificate_leaves_open_what_it_stands_for_too},
        {"the same alerts of the server are not about its own certificate",
         the_same_alerts_of_the_server_are_not_about_its_own_certificate},
        {"a server that is an authority is refused when nothing else is wrong",
         a_server_that_is_an_authority_is_refused_when_nothing_else_is_wrong},
        {"unknown_ca at a complete path may be about something else",
         unknown_ca_at_a_complete_path_may_be_about_something_else},
        {"a capture whose clock was not set leaves the dates open",
         a_capture_whose_clock_was_not_set_leaves_the_dates_open},
        {"a critical extension that is not known has to be refused",
         a_critical_extension_that_is_not_known_has_to_be_refused},
        {"a purpose that is debatable is as likely as the alert has it",
         a_purpose_that_is_debatable_is_as_likely_as_the_alert_has_it},
        {"what looks right may be wrong for the client",
         what_looks_right_may_be_wrong_for_the_client},
        {"leaving at a chain without a root may be about trust",
         leaving_at_a_chain_without_a_root_may_be_about_trust},
        {"what a client says or goes on with is not about trust",
         what_a_client_says_or_goes_on_with_is_not_about_trust},
        {"dates mean nothing to a clock before the version",
         dates_mean_nothing_to_a_clock_before_the_version},
        {"internal_error behind the flight may be about the certificate",
         internal_error_behind_the_flight_may_be_about_the_certificate},
        {"a certificate alert before any certificate is just an alert",
         a_certificate_alert_before_any_certificate_is_just_an_alert},
        {"an alert after the server's FIN is a consequence",
         an_alert_after_the_servers_fin_is_a_consequence},
        {"an encrypted alert in answer to the flight rejects the certificate",
         an_encrypted_alert_in_answer_to_the_flight_rejects_the_certificate},
        {"an encrypted alert in place of a certificate is not about one",
         an_encrypted_alert_in_place_of_a_certificate_is_not_about_one},
        {"a client that verifies late rejects encrypted in TLS 1.2",
         a_client_that_verifies_late_rejects_encrypted_in_tls_1_2},
        {"leaving right after the flight may be about the certificate",
         leaving_right_after_the_flight_may_be_about_the_certificate},
        {"leaving long after the flight is not about the certificate",
         leaving_long_after_the_flight_is_not_about_the_certificate},
        {"a late good-bye after the flight may be about the certificate",
         a_late_good_bye_after_the_flight_may_be_about_the_certificate},
        {"leaving before the flight arrives is not about the certificate",
         leaving_before_the_flight_arrives_is_not_about_the_certificate},
        {"leaving after going on is not about the certificate",
         leaving_after_going_on_is_not_about_the_certificate},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes about certificates", tests);
}
