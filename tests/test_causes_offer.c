/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

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

static void suites_that_stand_out_are_likely_the_reason(void)
{
    static const story_list lists[] = {
        {0x0004, 0x0005, 0x000a}, /* RC4 and 3DES */
        {0x002f, 0x0035, 0x009c}, /* RSA key exchange */
        {0xc009, 0xc02b, 0xc02c}, /* nothing for an RSA key */
        {0xc013, 0xc02f, 0xc030}, /* nothing for an ECDSA key */
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct story story;
        struct story_offer offer = story_offer_1_2();

        memcpy(offer.suites, lists[i], sizeof(lists[i]));
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    }
}

/* What RFC 8446 section 6.2 calls parameters can also be groups and signatures. */
static void insufficient_security_is_about_suites_first_of_all(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_INSUFFICIENT_SECURITY);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_signature_algorithm"));
}

static void an_offer_of_tls_1_3_without_the_mandatory_suite_stands_out(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.suites, (story_list){0x1303}, sizeof(offer.suites));
    memcpy(offer.versions, (story_list){TLS_VERSION_1_3}, sizeof(offer.versions));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
}

static void suites_are_not_blamed_for_other_alerts(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_UNRECOGNIZED_NAME,
                                     TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_DECODE_ERROR};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;
        struct story_offer offer = story_offer_1_2();

        memcpy(offer.suites, (story_list){0x0004}, sizeof(offer.suites));
        story_refuse_offer(&story, &offer, alerts[i]);
        CU_ASSERT_TRUE(story_denies(&story, "no_shared_cipher"));
    }
}

static void suites_are_not_blamed_after_a_server_hello(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    memcpy(offer.suites, (story_list){0x0004}, sizeof(offer.suites));
    choice.suite = 0x0004;
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_cipher"));
}

static void two_suspects_that_stand_out_equally_are_only_possible(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.groups, (story_list){25}, sizeof(offer.groups));
    memcpy(offer.schemes, (story_list){0x0403}, sizeof(offer.schemes));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_group"), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_signature_algorithm"), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(story.verdict.confidence, CAUSE_POSSIBLE);
}

static void rare_groups_are_likely_the_reason(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ILLEGAL_PARAMETER,
                                     TLS_ALERT_INSUFFICIENT_SECURITY};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        memcpy(offer.groups, (story_list){0x0a0a, 25, 256}, sizeof(offer.groups));
        memcpy(offer.shares, (story_list){25}, sizeof(offer.shares));
        story_refuse_offer(&story, &offer, alerts[i]);
        CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_LIKELY));
    }
}

/* Where the suites fit nearly every server too, they are a guess as good as others. */
static void common_groups_are_blamed_where_the_suites_fit_alone(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
    memcpy(offer.suites, (story_list){0xc009, 0xc013, 0x002f}, sizeof(offer.suites)); /* CBC */
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
}

static void a_group_chosen_outside_the_offer_is_certain(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_3();

    choice.share = 25;
    choice.retry = true;
    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_CERTAIN));
}

/* The client refuses a ServerKeyExchange with a group that it did not offer. */
static void refuse_group_of_1_2(struct story *story, bool renegotiation, uint8_t alert)
{
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();

    offer.renegotiation = true;
    choice.renegotiation = renegotiation;
    story_begin(story);
    story_client_hello(story, &offer);
    story_server_hello(story, &choice);
    story_certificate(story, SIDE_SERVER);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE,
                  bytes_of("\3\0\31\1x\4\1\0\1x", 10));
    story_fatal(story, SIDE_CLIENT, alert);
}

/* A general alert may be about what stands in front of the group. */
static void a_general_alert_at_a_group_outside_the_offer_is_not_certain(void)
{
    struct story story;

    refuse_group_of_1_2(&story, true, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_CERTAIN));
    refuse_group_of_1_2(&story, true, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_LIKELY));
    refuse_group_of_1_2(&story, false, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "legacy_renegotiation", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
}

static void missing_extension_is_about_the_group_lists_when_one_is_missing(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memset(offer.groups, 0, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_MISSING_EXTENSION);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_LIKELY));
    offer = story_modern_offer();
    story_refuse_offer(&story, &offer, TLS_ALERT_MISSING_EXTENSION);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
}

static void schemes_of_one_kind_of_key_are_likely_the_reason(void)
{
    static const story_list lists[] = {
        {0x0403, 0x0503, 0x0807}, /* no RSA */
        {0x0804, 0x0401},         /* nothing but RSA */
        {0x0201, 0x0203},         /* nothing but SHA-1 */
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        memcpy(offer.schemes, lists[i], sizeof(lists[i]));
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
    }
}

static void unsupported_certificate_before_any_is_about_schemes(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_UNSUPPORTED_CERTIFICATE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
}

static void a_full_list_of_schemes_is_not_blamed_where_suites_may_be(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memcpy(offer.suites, (story_list){0xc009, 0xc013, 0x002f}, sizeof(offer.suites)); /* CBC */
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_signature_algorithm"));
}

static void suites_decide_before_schemes_of_the_same_kind(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memcpy(offer.suites, (story_list){0xc009, 0xc02b, 0xc02c}, sizeof(offer.suites));
    memcpy(offer.schemes, (story_list){0x0403, 0x0503}, sizeof(offer.schemes));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
}

static void no_application_protocol_is_certain_where_alpn_was_offered(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_NO_APPLICATION_PROTOCOL);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_alpn", CAUSE_CERTAIN));
    offer.alpn = NULL;
    story_refuse_offer(&story, &offer, TLS_ALERT_NO_APPLICATION_PROTOCOL);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_alpn", CAUSE_LIKELY));
}

static void a_protocol_that_was_not_offered_is_refused(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    choice.alpn = "h2";
    refuse_choice(&story, &choice, 0, TLS_ALERT_DECODE_ERROR);
    CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_alpn"), CAUSE_LIKELY);
    choice.alpn = "http/1.1";
    refuse_choice(&story, &choice, 0, TLS_ALERT_DECODE_ERROR);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_alpn"));
}

static void a_missing_name_is_certain_with_unrecognized_name(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.name = NULL;
    story_refuse_offer(&story, &offer, TLS_ALERT_UNRECOGNIZED_NAME);
    CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_denies(&story, "unrecognized_sni"));
}

static void a_missing_name_is_what_stands_out(void)
{
    static const struct {
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {TLS_ALERT_MISSING_EXTENSION, CAUSE_LIKELY},
        {TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        offer.name = NULL;
        story_refuse_offer(&story, &offer, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, "missing_sni", rows[i].certainty));
    }
}

static void a_name_that_is_there_is_not_missing(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "missing_sni"));
}

static void a_missing_name_is_not_blamed_when_the_server_went_on(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.name = NULL;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_flight_1_3(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "missing_sni"));
}

static void an_unknown_name_is_certain_with_unrecognized_name(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_UNRECOGNIZED_NAME);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_CERTAIN));
}

static void with_an_offer_that_fits_everywhere_the_name_is_possible_too(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
}

static void the_warning_alone_is_not_the_cause(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_UNRECOGNIZED_NAME);
    story_flight_1_2(&story, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "unrecognized_sni"));
    CU_ASSERT_TRUE(story_says(&story, "untrusted_ca", CAUSE_POSSIBLE));
}

static void the_warning_and_then_the_end_is_the_name(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_UNRECOGNIZED_NAME);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
}

/* Ways in which an offer can be unusual. */
enum oddity { ODD_GROUPS, ODD_ONE_GROUP, ODD_SCHEMES, ODD_NAME, ODD_SUITES, ODD_VERSION };

static struct story_offer odd_offer(enum oddity oddity)
{
    struct story_offer offer = story_modern_offer();

    if (oddity == ODD_GROUPS) {
        memcpy(offer.groups, (story_list){25}, sizeof(offer.groups));
        memcpy(offer.shares, (story_list){25}, sizeof(offer.shares));
    }
    if (oddity == ODD_ONE_GROUP) {
        memcpy(offer.groups, (story_list){23}, sizeof(offer.groups));
        memcpy(offer.shares, (story_list){23}, sizeof(offer.shares));
    }
    if (oddity == ODD_SCHEMES)
        memcpy(offer.schemes, (story_list){0x0403}, sizeof(offer.schemes));
    if (oddity == ODD_NAME)
        offer.name = NULL;
    if (oddity == ODD_SUITES)
        memcpy(offer.suites, (story_list){0x0004, 0x0005}, sizeof(offer.suites));
    if (oddity == ODD_VERSION) {
        offer = story_offer_1_2();
        offer.legacy_version = TLS_VERSION_1_0;
        memset(offer.schemes, 0, sizeof(offer.schemes));
    }
    return offer;
}

static void refuse_oddly(struct story *story, enum oddity oddity, int how)
{
    struct story_offer offer = odd_offer(oddity);

    story_refuse_offer(story, &offer, how);
}

/* Which alerts fit which oddity, and how well. */
static void each_way_to_refuse_says_something_else(void)
{
    static const struct {
        enum oddity oddity;
        int how;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {ODD_GROUPS, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group", CAUSE_LIKELY},
        {ODD_GROUPS, TLS_ALERT_INSUFFICIENT_SECURITY, "no_shared_group", CAUSE_LIKELY},
        {ODD_GROUPS, TLS_ALERT_ILLEGAL_PARAMETER, "no_shared_group", CAUSE_LIKELY},
        {ODD_GROUPS, TLS_ALERT_UNEXPECTED_MESSAGE, "no_shared_group", CAUSE_POSSIBLE},
        {ODD_GROUPS, TLS_ALERT_INTERNAL_ERROR, "no_shared_group", CAUSE_POSSIBLE},
        {ODD_GROUPS, TLS_ALERT_DECODE_ERROR, "no_shared_group", CAUSE_NO},
        {ODD_GROUPS, STORY_CLOSES, "no_shared_group", CAUSE_POSSIBLE},
        {ODD_ONE_GROUP, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group", CAUSE_LIKELY},
        {ODD_ONE_GROUP, TLS_ALERT_ILLEGAL_PARAMETER, "no_shared_group", CAUSE_POSSIBLE},
        {ODD_SCHEMES, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_signature_algorithm", CAUSE_LIKELY},
        {ODD_SCHEMES, TLS_ALERT_INSUFFICIENT_SECURITY, "no_shared_signature_algorithm",
         CAUSE_LIKELY},
        {ODD_SCHEMES, TLS_ALERT_ILLEGAL_PARAMETER, "no_shared_signature_algorithm", CAUSE_POSSIBLE},
        {ODD_SCHEMES, TLS_ALERT_INTERNAL_ERROR, "no_shared_signature_algorithm", CAUSE_POSSIBLE},
        {ODD_SCHEMES, STORY_CLOSES, "no_shared_signature_algorithm", CAUSE_POSSIBLE},
        {ODD_NAME, TLS_ALERT_HANDSHAKE_FAILURE, "missing_sni", CAUSE_LIKELY},
        {ODD_NAME, TLS_ALERT_INTERNAL_ERROR, "missing_sni", CAUSE_POSSIBLE},
        {ODD_NAME, TLS_ALERT_INSUFFICIENT_SECURITY, "missing_sni", CAUSE_NO},
        {ODD_NAME, STORY_CLOSES, "missing_sni", CAUSE_POSSIBLE},
        {ODD_SUITES, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_cipher", CAUSE_LIKELY},
        {ODD_SUITES, TLS_ALERT_INSUFFICIENT_SECURITY, "no_shared_cipher", CAUSE_LIKELY},
        {ODD_SUITES, TLS_ALERT_ILLEGAL_PARAMETER, "no_shared_cipher", CAUSE_POSSIBLE},
        {ODD_SUITES, STORY_CLOSES, "no_shared_cipher", CAUSE_POSSIBLE},
        {ODD_VERSION, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch", CAUSE_LIKELY},
        {ODD_VERSION, TLS_ALERT_INSUFFICIENT_SECURITY, "version_mismatch", CAUSE_POSSIBLE},
        {ODD_VERSION, TLS_ALERT_INTERNAL_ERROR, "version_mismatch", CAUSE_POSSIBLE},
        {ODD_VERSION, STORY_CLOSES, "version_mismatch", CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        enum certainty certainty;

        refuse_oddly(&story, rows[i].oddity, rows[i].how);
        certainty = story_certainty(&story, rows[i].cause);
        if (certainty != rows[i].certainty)
            fprintf(stderr, "row %zu: %s is %s\n", i, rows[i].cause, certainty_name(certainty));
        CU_ASSERT_EQUAL(certainty, rows[i].certainty);
    }
}

static void an_encrypted_refusal_is_weighed_like_a_plain_one(void)
{
    struct story story;
    struct story_offer offer = odd_offer(ODD_SCHEMES);
    struct story_choice choice = story_choice_1_3();

    story_begin(&story);
    story_client_hello(&story, &offer);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_SERVER, 19);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_alpn"));
}

static void a_hello_that_was_not_read_is_not_weighed(void)
{
    struct story story;
    struct story_offer offer = odd_offer(ODD_SUITES);

    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    story.handshake.notes[0].offset = NOTE_NOT_KEPT;
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_cipher"));
    CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_POSSIBLE));
}

static void groups_do_not_matter_without_elliptic_curves(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memcpy(offer.suites, (story_list){0x002f, 0x0035, 0x009c}, sizeof(offer.suites));
    memcpy(offer.groups, (story_list){25}, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
}

static void a_missing_list_of_groups_lets_a_server_of_tls_1_2_choose(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memset(offer.groups, 0, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
}

static void a_missing_list_of_schemes_means_sha_1(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memset(offer.schemes, 0, sizeof(offer.schemes));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
}

static void an_offer_of_tls_1_3_alone_may_meet_an_older_server(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.suites, (story_list){0x1301, 0x1302, 0x1303}, sizeof(offer.suites));
    memcpy(offer.versions, (story_list){TLS_VERSION_1_3}, sizeof(offer.versions));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    CU_ASSERT_TRUE(story_denies(&story, "unrecognized_sni"));
}

static void a_choice_has_settled_what_it_chose(void)
{
    struct story story;
    struct story_offer offer = odd_offer(ODD_ONE_GROUP);
    struct story_choice retry = story_choice_1_3();

    offer.name = NULL;
    retry.retry = true;
    retry.share = 23;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_server_hello(&story, &retry);
    offer.shares[0] = 23;
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_cipher"));
    CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_LIKELY));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"suites that stand out are likely the reason",
         suites_that_stand_out_are_likely_the_reason},
        {"insufficient_security is about suites first of all",
         insufficient_security_is_about_suites_first_of_all},
        {"an offer of TLS 1.3 without the mandatory suite stands out",
         an_offer_of_tls_1_3_without_the_mandatory_suite_stands_out},
        {"suites are not blamed for other alerts", suites_are_not_blamed_for_other_alerts},
        {"suites are not blamed after a ServerHello", suites_are_not_blamed_after_a_server_hello},
        {"two suspects that stand out equally are only possible",
         two_suspects_that_stand_out_equally_are_only_possible},
        {"rare groups are likely the reason", rare_groups_are_likely_the_reason},
        {"common groups are blamed where the suites fit alone",
         common_groups_are_blamed_where_the_suites_fit_alone},
        {"a general alert at a group outside the offer is not certain",
         a_general_alert_at_a_group_outside_the_offer_is_not_certain},
        {"a group chosen outside the offer is certain",
         a_group_chosen_outside_the_offer_is_certain},
        {"missing_extension is about the group lists when one is missing",
         missing_extension_is_about_the_group_lists_when_one_is_missing},
        {"schemes of one kind of key are likely the reason",
         schemes_of_one_kind_of_key_are_likely_the_reason},
        {"unsupported_certificate before any is about schemes",
         unsupported_certificate_before_any_is_about_schemes},
        {"a full list of schemes is not blamed where suites may be",
         a_full_list_of_schemes_is_not_blamed_where_suites_may_be},
        {"suites decide before schemes of the same kind",
         suites_decide_before_schemes_of_the_same_kind},
        {"no_application_protocol is certain where ALPN was offered",
         no_application_protocol_is_certain_where_alpn_was_offered},
        {"a protocol that was not offered is refused", a_protocol_that_was_not_offered_is_refused},
        {"a missing name is certain with unrecognized_name",
         a_missing_name_is_certain_with_unrecognized_name},
        {"a missing name is what stands out", a_missing_name_is_what_stands_out},
        {"a name that is there is not missing", a_name_that_is_there_is_not_missing},
        {"a missing name is not blamed when the server went on",
         a_missing_name_is_not_blamed_when_the_server_went_on},
        {"an unknown name is certain with unrecognized_name",
         an_unknown_name_is_certain_with_unrecognized_name},
        {"with an offer that fits everywhere the name is possible too",
         with_an_offer_that_fits_everywhere_the_name_is_possible_too},
        {"the warning alone is not the cause", the_warning_alone_is_not_the_cause},
        {"the warning and then the end is the name", the_warning_and_then_the_end_is_the_name},
        {"each way to refuse says something else", each_way_to_refuse_says_something_else},
        {"an encrypted refusal is weighed like a plain one",
         an_encrypted_refusal_is_weighed_like_a_plain_one},
        {"a hello that was not read is not weighed", a_hello_that_was_not_read_is_not_weighed},
        {"groups do not matter without elliptic curves",
         groups_do_not_matter_without_elliptic_curves},
        {"a missing list of groups lets a server of TLS 1.2 choose",
         a_missing_list_of_groups_lets_a_server_of_tls_1_2_choose},
        {"a missing list of schemes means SHA-1", a_missing_list_of_schemes_means_sha_1},
        {"an offer of TLS 1.3 alone may meet an older server",
         an_offer_of_tls_1_3_alone_may_meet_an_older_server},
        {"a choice has settled what it chose", a_choice_has_settled_what_it_chose},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes in what the client offers", tests);
}
