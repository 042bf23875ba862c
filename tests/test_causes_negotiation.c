/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* A client refuses what a server of TLS 1.2 chose. */
static void refuse_choice(struct story *story, const struct story_choice *choice, size_t dh_bits,
                          uint8_t alert)
{
    story_begin(story);
    story_modern_hello(story);
    story_flight_1_2(story, choice, dh_bits);
    story_fatal(story, SIDE_CLIENT, alert);
}

/* The same packets at another time, in seconds since 1970. */
static void refuse_at(struct story *story, const struct story_offer *offer, uint8_t alert,
                      int64_t seconds)
{
    story_refuse_offer(story, offer, alert);
    story->connection.first.time_ns = seconds * STORY_SECOND;
}

static struct story_offer offer_1_0(void)
{
    struct story_offer offer = story_offer_1_2();

    offer.legacy_version = TLS_VERSION_1_0;
    memset(offer.schemes, 0, sizeof(offer.schemes));
    return offer;
}

static void protocol_version_of_the_server_is_certain(void)
{
    struct story story;
    struct story_offer offer = offer_1_0();

    story_refuse_offer(&story, &offer, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_CERTAIN));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
    CU_ASSERT_EQUAL(story.verdict.alternative_count, 0);
    CU_ASSERT_TRUE(story.verdict.evidence.count >= 2);
}

static void protocol_version_of_the_client_after_a_server_hello_is_certain(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    choice.legacy_version = TLS_VERSION_1_0;
    choice.suite = 0xc013;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_server_hello(&story, &choice);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_CERTAIN));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
}

static void protocol_version_of_the_client_about_plaintext_is_no_mismatch(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n");
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_CERTAIN));
}

static void a_version_chosen_outside_the_list_is_a_mismatch(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.legacy_version = TLS_VERSION_1_0;
    choice.suite = 0xc013;
    refuse_choice(&story, &choice, 0, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
}

/* The client leaves at the signature of the server's key exchange with internal_error(80). */
static void give_up_at_signature(struct story *story, uint16_t version)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    choice.legacy_version = version;
    story_begin_choice_1_2(story, &offer, &choice, 2048);
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
}

static void a_version_whose_signatures_are_refused_is_a_mismatch(void)
{
    struct story story;

    give_up_at_signature(&story, TLS_VERSION_1_0);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
    give_up_at_signature(&story, TLS_VERSION_1_2);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
}

static void an_obsolete_version_stands_out_today_only(void)
{
    struct story story;
    struct story_offer offer = offer_1_0();

    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    refuse_at(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE, INT64_C(1325376000)); /* 2012 */
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
}

static void a_hello_in_ssl2_format_that_is_hung_up_on_is_a_mismatch(void)
{
    struct story story;
    struct note *note;

    story_begin(&story);
    note = story_note(&story, SIDE_CLIENT, NOTE_SSLV2_HELLO);
    note->type = TLS_HANDSHAKE_CLIENT_HELLO;
    note->version = TLS_VERSION_SSL2;
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
}

static void a_modern_offer_is_no_version_mismatch(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
}

static void an_obsolete_version_closed_on_late_is_no_refusal_of_it(void)
{
    struct story story;
    struct story_offer offer = offer_1_0();

    story_begin(&story);
    story_client_hello(&story, &offer);
    story_wait(&story, 30 * STORY_SECOND);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
}

static void inappropriate_fallback_is_certain_with_the_scsv(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    story_refuse_offer(&story, &offer, TLS_ALERT_INAPPROPRIATE_FALLBACK);
    CU_ASSERT_TRUE(story_says(&story, "inappropriate_fallback", CAUSE_LIKELY));
    offer.suites[8] = TLS_FALLBACK_SCSV;
    story_refuse_offer(&story, &offer, TLS_ALERT_INAPPROPRIATE_FALLBACK);
    CU_ASSERT_TRUE(story_says(&story, "inappropriate_fallback", CAUSE_CERTAIN));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "inappropriate_fallback"));
}

static void a_server_without_secure_renegotiation_is_refused(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.renegotiation = false;
    refuse_choice(&story, &choice, 0, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "legacy_renegotiation", CAUSE_LIKELY));
    choice.renegotiation = true;
    refuse_choice(&story, &choice, 0, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "legacy_renegotiation"));
}

static void secure_renegotiation_is_no_matter_of_tls_1_3(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_flight_1_3(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "legacy_renegotiation"));
    CU_ASSERT_TRUE(story_denies(&story, "missing_extended_master_secret"));
}

/* As BusyBox's wget, whose hello lists no schemes. */
static void suites_are_a_guess_beside_the_extended_master_secret(void)
{
    for (int has_secret = 0; has_secret < 2; has_secret++) {
        struct story_offer offer = story_offer_1_2();
        struct story story;

        memset(offer.schemes, 0, sizeof(offer.schemes));
        offer.master_secret = has_secret;
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story_considers(&story, "missing_extended_master_secret"), !has_secret);
        CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    }
}

static void a_server_without_extended_master_secret_is_refused(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.master_secret = false;
    refuse_choice(&story, &choice, 0, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "missing_extended_master_secret", CAUSE_LIKELY));
    choice.master_secret = true;
    refuse_choice(&story, &choice, 0, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "missing_extended_master_secret"));
}

static void with_both_missing_secure_renegotiation_is_the_better_guess(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.master_secret = false;
    choice.renegotiation = false;
    refuse_choice(&story, &choice, 0, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "legacy_renegotiation", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "missing_extended_master_secret"));
}

/* Only clients that know more than those without it seem to have turned it off. */
static void a_client_without_extended_master_secret_may_be_refused_for_it(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    offer.master_secret = false;
    offer.mac_order = true;
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "missing_extended_master_secret", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
    refuse_at(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE, INT64_C(1420070400)); /* 2015 */
    CU_ASSERT_TRUE(story_denies(&story, "missing_extended_master_secret"));
}

/* It may have turned nothing off, and know no more than that. */
static void a_client_that_succeeds_without_extended_master_secret_meets_other_reasons(void)
{
    for (uint32_t established = 0; established < 2; established++) {
        struct known_client_rare rare = {0};
        struct known_client client = {.established = {.count = established}, .rare = &rare};
        struct known known = {.client = &client};
        struct story story;
        struct story_offer offer = story_offer_1_2();

        offer.master_secret = false;
        offer.mac_order = true;
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        (void)story_facts(&story);
        story.facts.known = &known;
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_TRUE(story_says(
            &story, established > 0 ? "no_shared_cipher" : "missing_extended_master_secret",
            CAUSE_POSSIBLE));
        CU_ASSERT_TRUE(story_considers(&story, "missing_extended_master_secret"));
    }
}

static void a_client_that_never_has_extended_master_secret_meets_other_reasons(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    offer.master_secret = false;
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "missing_extended_master_secret"));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_signature_algorithm"));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
    offer.name = NULL;
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_POSSIBLE));
}

static void no_schemes_weigh_more_than_no_extended_master_secret(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    offer.master_secret = false;
    memset(offer.schemes, 0, sizeof(offer.schemes));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "missing_extended_master_secret"));
    refuse_at(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE, INT64_C(1600000000)); /* 2020 */
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
    memcpy(offer.suites, (story_list){0x002f, 0x0035}, sizeof(offer.suites));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_signature_algorithm"));
}

/* BoringSSL sends its certificates before it looks for a scheme. */
static void a_server_may_find_no_scheme_behind_its_certificates(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();
    const struct story_choice choice = story_choice_1_2();

    memcpy(offer.schemes, (story_list){0x0403}, sizeof(offer.schemes));
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_server_hello(&story, &choice);
    story_certificate(&story, SIDE_SERVER);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.alternative_count, 0);
}

static void a_small_prime_is_weak(void)
{
    static const struct {
        size_t bits;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {512, TLS_ALERT_INSUFFICIENT_SECURITY, CAUSE_CERTAIN},
        {1024, TLS_ALERT_INSUFFICIENT_SECURITY, CAUSE_CERTAIN},
        {1024, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {1024, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_choice choice = story_choice_1_2();

        refuse_choice(&story, &choice, rows[i].bits, rows[i].alert);
        CU_ASSERT_EQUAL(story_facts(&story)->server_key_exchange.modulus_bits, rows[i].bits);
        CU_ASSERT_TRUE(story_says(&story, "weak_parameters", rows[i].certainty));
    }
}

static void without_secure_renegotiation_the_prime_is_the_worse_guess(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.renegotiation = false;
    refuse_choice(&story, &choice, 1024, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "legacy_renegotiation", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story_certainty(&story, "weak_parameters"), CAUSE_POSSIBLE);
    refuse_choice(&story, &choice, 1024, TLS_ALERT_INSUFFICIENT_SECURITY);
    CU_ASSERT_TRUE(story_says(&story, "weak_parameters", CAUSE_CERTAIN));
}

static void a_prime_of_2048_bits_is_not_weak(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    refuse_choice(&story, &choice, 2048, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_EQUAL(story_facts(&story)->server_key_exchange.modulus_bits, 2048);
    CU_ASSERT_TRUE(story_denies(&story, "weak_parameters"));
}

static void a_small_prime_is_not_blamed_once_the_client_went_on(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_flight_1_2(&story, &choice, 1024);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_RECORD_MAC);
    CU_ASSERT_TRUE(story_denies(&story, "weak_parameters"));
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_CERTAIN));
}

static void the_downgrade_mark_and_illegal_parameter_are_certain(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.downgrade = DOWNGRADE_TO_1_2;
    refuse_choice(&story, &choice, 0, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "downgrade_detected", CAUSE_CERTAIN));
    choice.downgrade = DOWNGRADE_NONE;
    refuse_choice(&story, &choice, 0, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_denies(&story, "downgrade_detected"));
}

static void the_downgrade_mark_means_nothing_to_a_client_of_tls_1_2(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    choice.downgrade = DOWNGRADE_TO_1_2;
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "downgrade_detected"));
}

static void what_the_capture_may_have_missed_is_not_certain(void)
{
    struct story story;
    struct story_offer offer = offer_1_0();

    story_begin(&story);
    story_client_hello(&story, &offer);
    story_note(&story, SIDE_SERVER, NOTE_GAP)->length = 100;
    story.handshake.gap_octets[SIDE_SERVER] = 100;
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
}

static void the_downgrade_mark_with_another_refusal_is_only_possible(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.downgrade = DOWNGRADE_TO_1_2;
    refuse_choice(&story, &choice, 0, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_EQUAL(story_certainty(&story, "downgrade_detected"), CAUSE_POSSIBLE);
}

/* The client ends the handshake with illegal_parameter when a server that has TLS 1.3 chose 1.2. */
static void refuse_marked_choice(struct story *story, const struct story_offer *offer)
{
    struct story_choice choice = story_choice_1_2();

    choice.downgrade = DOWNGRADE_TO_1_2;
    story_begin_choice_1_2(story, offer, &choice, 0);
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
}

static void a_fallback_that_meets_the_downgrade_mark_is_likely(void)
{
    struct story_offer offer = story_offer_1_2();
    struct story story;

    offer.suites[0] = 0x5600; /* TLS_FALLBACK_SCSV */
    refuse_marked_choice(&story, &offer);
    CU_ASSERT_TRUE(story_says(&story, "downgrade_detected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "inappropriate_fallback"));
    CU_ASSERT_TRUE(story_tells(&story, "fallback_scsv", "a second attempt"));
}

static void a_hello_that_lost_its_versions_on_the_way_is_likely(void)
{
    struct story_offer offer = story_modern_offer();
    struct story story;

    memset(offer.versions, 0, sizeof(offer.versions));
    refuse_marked_choice(&story, &offer);
    CU_ASSERT_TRUE(story_says(&story, "downgrade_detected", CAUSE_LIKELY));
}

/* Every TLS 1.2 of such a server is marked. */
static void the_downgrade_mark_is_seldom_why_a_client_of_tls_1_2_refuses(void)
{
    struct story_offer offer = story_offer_1_2();
    struct story story;

    refuse_marked_choice(&story, &offer);
    CU_ASSERT_FALSE(story_considers(&story, "inappropriate_fallback"));
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "downgrade_detected"));
}

/* The server's hello lacks what the client did not ask for, and the client refuses. */
static void what_was_not_asked_for_is_not_missed(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();

    offer.renegotiation = false;
    offer.master_secret = false;
    choice.renegotiation = false;
    choice.master_secret = false;
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "legacy_renegotiation"));
    CU_ASSERT_TRUE(story_denies(&story, "missing_extended_master_secret"));
}

static void missing_extensions_are_not_blamed_for_other_alerts(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.renegotiation = false;
    choice.master_secret = false;
    refuse_choice(&story, &choice, 0, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "legacy_renegotiation"));
    CU_ASSERT_TRUE(story_denies(&story, "missing_extended_master_secret"));
}

static void missing_extensions_are_not_blamed_once_the_client_went_on(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.renegotiation = false;
    choice.master_secret = false;
    story_begin(&story);
    story_modern_hello(&story);
    story_flight_1_2(&story, &choice, 0);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "legacy_renegotiation"));
    CU_ASSERT_TRUE(story_denies(&story, "missing_extended_master_secret"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"protocol_version of the server is certain", protocol_version_of_the_server_is_certain},
        {"protocol_version of the client after a ServerHello is certain",
         protocol_version_of_the_client_after_a_server_hello_is_certain},
        {"protocol_version of the client about plaintext is no mismatch",
         protocol_version_of_the_client_about_plaintext_is_no_mismatch},
        {"a version chosen outside the list is a mismatch",
         a_version_chosen_outside_the_list_is_a_mismatch},
        {"a version whose signatures are refused is a mismatch",
         a_version_whose_signatures_are_refused_is_a_mismatch},
        {"an obsolete version stands out today only", an_obsolete_version_stands_out_today_only},
        {"a hello in SSL 2.0 format that is hung up on is a mismatch",
         a_hello_in_ssl2_format_that_is_hung_up_on_is_a_mismatch},
        {"a modern offer is no version mismatch", a_modern_offer_is_no_version_mismatch},
        {"an obsolete version closed on late is no refusal of it",
         an_obsolete_version_closed_on_late_is_no_refusal_of_it},
        {"inappropriate_fallback is certain with the SCSV",
         inappropriate_fallback_is_certain_with_the_scsv},
        {"a server without secure renegotiation is refused",
         a_server_without_secure_renegotiation_is_refused},
        {"secure renegotiation is no matter of TLS 1.3",
         secure_renegotiation_is_no_matter_of_tls_1_3},
        {"suites are a guess beside the extended master secret",
         suites_are_a_guess_beside_the_extended_master_secret},
        {"a server without extended master secret is refused",
         a_server_without_extended_master_secret_is_refused},
        {"with both missing secure renegotiation is the better guess",
         with_both_missing_secure_renegotiation_is_the_better_guess},
        {"a client without extended master secret may be refused for it",
         a_client_without_extended_master_secret_may_be_refused_for_it},
        {"a client that succeeds without extended master secret meets other reasons",
         a_client_that_succeeds_without_extended_master_secret_meets_other_reasons},
        {"a client that never has extended master secret meets other reasons",
         a_client_that_never_has_extended_master_secret_meets_other_reasons},
        {"a server may find no scheme behind its certificates",
         a_server_may_find_no_scheme_behind_its_certificates},
        {"no schemes weigh more than no extended master secret",
         no_schemes_weigh_more_than_no_extended_master_secret},
        {"a small prime is weak", a_small_prime_is_weak},
        {"without secure renegotiation the prime is the worse guess",
         without_secure_renegotiation_the_prime_is_the_worse_guess},
        {"a prime of 2048 bits is not weak", a_prime_of_2048_bits_is_not_weak},
        {"a small prime is not blamed once the client went on",
         a_small_prime_is_not_blamed_once_the_client_went_on},
        {"the downgrade mark and illegal_parameter are certain",
         the_downgrade_mark_and_illegal_parameter_are_certain},
        {"the downgrade mark means nothing to a client of TLS 1.2",
         the_downgrade_mark_means_nothing_to_a_client_of_tls_1_2},
        {"what the capture may have missed is not certain",
         what_the_capture_may_have_missed_is_not_certain},
        {"the downgrade mark with another refusal is only possible",
         the_downgrade_mark_with_another_refusal_is_only_possible},
        {"a fallback that meets the downgrade mark is likely",
         a_fallback_that_meets_the_downgrade_mark_is_likely},
        {"a hello that lost its versions on the way is likely",
         a_hello_that_lost_its_versions_on_the_way_is_likely},
        {"the downgrade mark is seldom why a client of TLS 1.2 refuses",
         the_downgrade_mark_is_seldom_why_a_client_of_tls_1_2_refuses},
        {"what was not asked for is not missed", what_was_not_asked_for_is_not_missed},
        {"missing extensions are not blamed for other alerts",
         missing_extensions_are_not_blamed_for_other_alerts},
        {"missing extensions are not blamed once the client went on",
         missing_extensions_are_not_blamed_once_the_client_went_on},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of negotiation", tests);
}
