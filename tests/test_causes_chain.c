/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a chain that leads nowhere lacks, by what is known of its end. */
#include "analyze/authority_name.h"
#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* A client refuses this chain, which came in the flight of the story, with an alert. */
static void refuse_flight(struct story *story, const struct judged *judged,
                          const struct known *known, uint8_t alert)
{
    story_fatal(story, SIDE_CLIENT, alert);
    story_fin(story, SIDE_CLIENT);
    (void)story_facts(story);
    story->facts.known = known;
    story->facts.certificates[SIDE_SERVER] = &judged->chain;
    story->facts.chain[SIDE_SERVER] = &judged->judgement;
    diagnose(&story->facts, &story->verdict);
}

static void refuse(struct story *story, const struct judged *judged, uint8_t alert)
{
    story_begin_flight_1_2(story);
    refuse_flight(story, judged, NULL, alert);
}

/* The root may be left out, so that below it nothing may be missing. */
static void what_is_missing_above_a_leaf_may_be_a_root_or_an_intermediate(void)
{
    static const struct {
        const char *shown; /* by another connection; NULL: nothing */
        const char *chain;
        const char *cause;
        enum certainty certainty;
        const char *other;
        bool is_other; /* an alternative, too */
    } rows[] = {
        {NULL, "leaf", "incomplete_chain", CAUSE_LIKELY, "untrusted_ca", true},
        {NULL, "no_spaces", "incomplete_chain", CAUSE_POSSIBLE, "untrusted_ca", true},
        {NULL, "leaf_aia", "incomplete_chain", CAUSE_LIKELY, "untrusted_ca", true},
        {NULL, "leaf_public intermediate", "incomplete_chain", CAUSE_LIKELY, "untrusted_ca", true},
        {NULL, "leaf_public", "untrusted_ca", CAUSE_LIKELY, "incomplete_chain", true},
        {NULL, "leaf intermediate_lost", "untrusted_ca", CAUSE_LIKELY, "incomplete_chain", true},
        {"intermediate", "leaf", "incomplete_chain", CAUSE_CERTAIN, "untrusted_ca", false},
        {"intermediate_lost", "leaf", "incomplete_chain", CAUSE_LIKELY, "untrusted_ca", true},
        {"other_root", "leaf_public", "untrusted_ca", CAUSE_LIKELY, "incomplete_chain", false},
        {NULL, "leaf_public other_root", "untrusted_ca", CAUSE_CERTAIN, "incomplete_chain", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct judged judged;
        struct story story;

        judged_begin(&judged);
        judged.knows_others = true;
        if (rows[i].shown != NULL)
            judged_chain(&judged, rows[i].shown, "www.example.test", CERTIFICATES_TIME);
        judged_chain(&judged, rows[i].chain, "www.example.test", CERTIFICATES_TIME);
        refuse(&story, &judged, TLS_ALERT_UNKNOWN_CA);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_EQUAL(story_considers(&story, rows[i].other), rows[i].is_other);
        judged_end(&judged);
    }
}

static void the_name_of_an_authority_may_tell_its_place(void)
{
    static const struct {
        const char *name;
        enum authority_place place;
    } rows[] = {
        {"", AUTHORITY_PLACE_UNSAID},
        {"corp-DC01-CA", AUTHORITY_PLACE_UNSAID},
        {"Grassroots CA", AUTHORITY_PLACE_UNSAID},
        {"Subways and Roots", AUTHORITY_PLACE_UNSAID},
        {"Example Root CA", AUTHORITY_PLACE_ROOT},
        {"MyRootCA2", AUTHORITY_PLACE_ROOT},
        {"EXAMPLE ROOTCA", AUTHORITY_PLACE_ROOT},
        {"lab-root", AUTHORITY_PLACE_ROOT},
        {"Lab Inter CA", AUTHORITY_PLACE_INTERMEDIATE},
        {"ExampleIssuingCA", AUTHORITY_PLACE_INTERMEDIATE},
        {"intermediate", AUTHORITY_PLACE_INTERMEDIATE},
        {"Example Sub-CA 1", AUTHORITY_PLACE_INTERMEDIATE},
        {"Issuing CA of Example Root", AUTHORITY_PLACE_UNSAID},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(authority_place_of(rows[i].name), rows[i].place);
}

static void a_root_that_was_not_sent_is_named(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged.knows_others = true;
    judged_chain(&judged, "other_root", "www.example.test", CERTIFICATES_TIME);
    judged_chain(&judged, "leaf_public", "www.example.org", CERTIFICATES_TIME);
    refuse(&story, &judged, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_STRING_EQUAL(story.verdict.evidence.items[0].text,
                           "the chain ends at a root that is not in the trust store: "
                           "CN=Other Root,O=Test");
    judged_end(&judged);
}

/* As `openssl req -x509` makes it, which few clients that trust it mind. */
static void an_authority_of_its_own_is_refused_for_that_first(void)
{
    static const struct {
        uint8_t alert;
        bool is_about_purpose;
    } rows[] = {
        {TLS_ALERT_UNKNOWN_CA, false},
        {TLS_ALERT_BAD_CERTIFICATE, false},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, true},
        {TLS_ALERT_UNSUPPORTED_CERTIFICATE, true},
    };
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "self_signed", "self.example.test", CERTIFICATES_TIME);
    judged.judgement.purpose = PURPOSE_CA_AS_LEAF;
    judged.judgement.purpose_of = judged.judgement.leaf;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        refuse(&story, &judged, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "certificate_purpose") != CAUSE_NO,
                        rows[i].is_about_purpose);
    }
    judged_end(&judged);
}

static void what_can_be_seen_is_a_better_reason_than_none(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf", "www.example.test", CERTIFICATES_TIME);
    refuse(&story, &judged, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_TRUE(story_says(&story, "incomplete_chain", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "certificate_rejected"));
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    refuse(&story, &judged, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
    judged_end(&judged);
}

/* A must-staple certificate is refused that came without a staple. */
static void a_staple_that_is_missing_explains_alerts_about_certificates(void)
{
    static const struct {
        const char *name;
        uint8_t alert; /* TLS_ALERT_CLOSE_NOTIFY: the client leaves without one */
        enum certainty certainty;
    } rows[] = {
        {"www.example.test", TLS_ALERT_BAD_CERTIFICATE, CAUSE_LIKELY},
        {"www.example.test", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_LIKELY},
        {"www.example.test", TLS_ALERT_UNKNOWN_CA, CAUSE_POSSIBLE},
        {"www.example.test", TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE},
        {"www.example.test", TLS_ALERT_CLOSE_NOTIFY, CAUSE_POSSIBLE},
        {"www.example.test", TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE, CAUSE_CERTAIN},
        {"www.elsewhere.test", TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        judged_chain(&judged, "leaf_must_staple intermediate", rows[i].name, CERTIFICATES_TIME);
        judged.judgement.staple = STAPLE_OK;
        refuse(&story, &judged, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "ocsp_response_bad"),
                        rows[i].certainty == CAUSE_CERTAIN ? CAUSE_CERTAIN : CAUSE_NO);
        judged.judgement.staple = STAPLE_MISSING;
        refuse(&story, &judged, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "ocsp_response_bad"), rows[i].certainty);
        if (rows[i].certainty == CAUSE_LIKELY)
            CU_ASSERT_TRUE(story_tells(&story, "stapled_response", "(must-staple)"));
    }
    judged_end(&judged);
}

/* RSA of 2048 bits in a chain in which nothing is wrong for most clients. */
static void a_strict_policy_may_refuse_a_key_that_others_take(void)
{
    static const struct {
        const char *chain;
        uint8_t alert;
        enum certainty certainty;
        bool is_considered;
    } rows[] = {
        {"leaf intermediate", TLS_ALERT_BAD_CERTIFICATE, CAUSE_NO, true},
        {"leaf intermediate", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_NO, true},
        {"leaf intermediate", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_NO, true},
        {"leaf intermediate", TLS_ALERT_UNKNOWN_CA, CAUSE_NO, false},
        {"leaf intermediate", TLS_ALERT_INSUFFICIENT_SECURITY, CAUSE_LIKELY, true},
        {"leaf_rsa_3072 intermediate", TLS_ALERT_BAD_CERTIFICATE, CAUSE_NO, false},
        {"leaf_p256 intermediate", TLS_ALERT_INSUFFICIENT_SECURITY, CAUSE_NO, false},
        {"leaf", TLS_ALERT_BAD_CERTIFICATE, CAUSE_NO, false}, /* something else is wrong */
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        judged_chain(&judged, rows[i].chain, "www.example.test", CERTIFICATES_TIME);
        refuse(&story, &judged, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "weak_certificate"), rows[i].certainty);
        CU_ASSERT_EQUAL(story_considers(&story, "weak_certificate"), rows[i].is_considered);
        CU_ASSERT_EQUAL(story_tells(&story, "key_size", "RSA of 2048 bits"), rows[i].is_considered);
    }
    judged_end(&judged);
}

/* Diffie-Hellman may be what is too weak then. */
static void a_key_is_not_all_that_is_weak_beside_diffie_hellman(void)
{
    struct story_choice choice = story_choice_1_2();
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    choice.suite = 0x009e; /* TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 */
    story_begin_hello(&story);
    story_flight_1_2(&story, &choice, 0);
    refuse_flight(&story, &judged, NULL, TLS_ALERT_INSUFFICIENT_SECURITY);
    CU_ASSERT_TRUE(story_says(&story, "weak_parameters", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "weak_certificate"));
    judged_end(&judged);
}

/* Verifiers have an alert for an issuer that they do not know, or a vague one for certificates. */
static void a_general_alert_may_be_about_something_else_than_trust(void)
{
    static const char *const chains[] = {"leaf", "leaf intermediate_lost"};
    static const struct {
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_BAD_CERTIFICATE, CAUSE_LIKELY},  {TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_LIKELY},
        {TLS_ALERT_ACCESS_DENIED, CAUSE_LIKELY},    {TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_POSSIBLE},
        {TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t j = 0; j < sizeof(chains) / sizeof(chains[0]); j++) {
            struct story story;

            judged_chain(&judged, chains[j], "www.example.test", CERTIFICATES_TIME);
            refuse(&story, &judged, rows[i].alert);
            CU_ASSERT_EQUAL(story.verdict.confidence, rows[i].certainty);
            CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
        }
    judged_end(&judged);
}

static void what_is_seen_to_be_wrong_is_not_about_a_missing_issuer(void)
{
    struct story_choice choice = story_choice_1_2();
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate_lost", "www.example.test", CERTIFICATES_TIME);
    choice.suite = 0xc0ac; /* TLS_ECDHE_ECDSA_WITH_AES_128_CCM */
    story_begin_hello(&story);
    story_flight_1_2(&story, &choice, 0);
    refuse_flight(&story, &judged, NULL, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
    judged_end(&judged);
}

static void a_certificate_that_comes_when_the_client_has_left_is_not_why(void)
{
    struct story_choice choice = story_choice_1_2();
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf", "www.example.test", CERTIFICATES_TIME);
    hello_and_leave(&story, STORY_SECOND);
    story_flight_1_2(&story, &choice, 0);
    story_tell_chain(&story, SIDE_SERVER, &judged.judgement);
    CU_ASSERT_FALSE(story_considers(&story, "incomplete_chain"));
    judged_end(&judged);
}

/* The trust store here is not the client's. */
static void an_issuer_that_the_client_takes_elsewhere_is_no_reason(void)
{
    static const struct {
        uint32_t taken;
        uint8_t alert;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {0, TLS_ALERT_BAD_CERTIFICATE, "untrusted_ca", CAUSE_LIKELY},
        {1, TLS_ALERT_BAD_CERTIFICATE, "bad_certificate", CAUSE_POSSIBLE},
        {1, TLS_ALERT_UNKNOWN_CA, "untrusted_ca", CAUSE_LIKELY},
    };
    struct known_name name = {.certificate = {.known = true, .issuer = 1}};
    struct judged judged;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate_lost", "www.example.test", CERTIFICATES_TIME);
    memcpy(name.certificate.sha256, judged.judgement.leaf->sha256, CERTIFICATE_SHA256_LEN);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_client_rare rare = {.failures = {.refused = {{0}}}};
        const struct known_client client = {
            .issuer_count = 1,
            .issuer = {.issuer = 1, .taken = {.count = rows[i].taken}},
            .rare = &rare,
        };
        const struct known known = {.name = &name, .client = &client};
        struct story story;

        story_begin_flight_1_2(&story);
        refuse_flight(&story, &judged, &known, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_TRUE(i != 1 || story_considers(&story, "untrusted_ca"));
    }
    judged_end(&judged);
}

/* The root was left out, and another connection showed that it is one. */
static void a_root_that_the_client_takes_elsewhere_is_no_likely_reason(void)
{
    struct known_name name = {.certificate = {.known = true, .issuer = 1}};
    struct judged judged;

    judged_begin(&judged);
    judged.knows_others = true;
    judged_chain(&judged, "other_root", "", CERTIFICATES_TIME);
    judged_chain(&judged, "leaf_public", "www.example.org", CERTIFICATES_TIME);
    memcpy(name.certificate.sha256, judged.judgement.leaf->sha256, CERTIFICATE_SHA256_LEN);
    for (uint32_t taken = 0; taken < 2; taken++) {
        struct known_client_rare rare = {.failures = {.refused = {{0}}}};
        const struct known_client client = {
            .issuer_count = 1,
            .issuer = {.issuer = 1, .taken = {.count = taken}},
            .rare = &rare,
        };
        const struct known known = {.name = &name, .client = &client};
        struct story story;

        story_begin_flight_1_2(&story);
        refuse_flight(&story, &judged, &known, TLS_ALERT_BAD_CERTIFICATE);
        CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"),
                        taken == 0 ? CAUSE_LIKELY : CAUSE_POSSIBLE);
    }
    judged_end(&judged);
}

/* Which of two faults a client means that says certificate_unknown of both. */
static void a_fault_of_the_path_comes_before_names_and_dates(void)
{
    static const struct {
        uint8_t alert;
        enum chain_end end;
        size_t path_length;
        enum certainty path;
        enum certainty dates;
    } rows[] = {
        {TLS_ALERT_CERTIFICATE_UNKNOWN, CHAIN_END_SELF_SIGNED, 1, CAUSE_LIKELY, CAUSE_POSSIBLE},
        {TLS_ALERT_BAD_CERTIFICATE, CHAIN_END_SELF_SIGNED, 1, CAUSE_LIKELY, CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, CHAIN_END_UNTRUSTED_ROOT, 2, CAUSE_LIKELY, CAUSE_POSSIBLE},
        {TLS_ALERT_BAD_CERTIFICATE, CHAIN_END_UNTRUSTED_ROOT, 2, CAUSE_LIKELY, CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, CHAIN_END_ANCHORED, 2, CAUSE_NO, CAUSE_LIKELY},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *path = rows[i].end == CHAIN_END_SELF_SIGNED ? "self_signed" : "untrusted_ca";
        struct story story;

        judged_chain(&judged, "leaf_expired intermediate", "www.example.test", CERTIFICATES_TIME);
        judged.judgement.end = rows[i].end;
        judged.judgement.path_length = rows[i].path_length;
        story_begin_flight_1_2(&story);
        refuse_flight(&story, &judged, NULL, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, path), rows[i].path);
        CU_ASSERT_EQUAL(story_certainty(&story, "certificate_expired"), rows[i].dates);
    }
    judged_end(&judged);
}

/* The client may well have the root that is not known here. */
static void a_fault_for_everybody_is_more_likely_than_an_unknown_root(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "unknown_critical intermediate", "www.example.test", CERTIFICATES_TIME);
    judged.judgement.end = CHAIN_END_UNTRUSTED_ROOT;
    story_begin_flight_1_2(&story);
    refuse_flight(&story, &judged, NULL, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_TRUE(story_says(&story, "bad_certificate", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    judged.judgement.end = CHAIN_END_UNTRUSTED_ROOT;
    judged.judgement.purpose = PURPOSE_SUITE_KEY_USAGE;
    story_begin_flight_1_2(&story);
    refuse_flight(&story, &judged, NULL, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_TRUE(story_says(&story, "certificate_purpose", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
    judged_end(&judged);
}

/* Who goes by an address sends no name (RFC 6066 section 3). */
static void a_certificate_without_the_address_may_be_for_another_name(void)
{
    static const struct {
        const char *name;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {NULL, TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
        {NULL, TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_POSSIBLE},
        {NULL, TLS_ALERT_CERTIFICATE_EXPIRED, CAUSE_NO},
        {"www.example.test", TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_NO},
    };
    const struct story_choice choice = story_choice_1_2();
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_offer_1_2();
        struct story story;

        offer.name = rows[i].name;
        judged_chain(&judged, "leaf intermediate", rows[i].name != NULL ? rows[i].name : "",
                     CERTIFICATES_TIME);
        story_begin_choice_1_2(&story, &offer, &choice, 0);
        refuse_flight(&story, &judged, NULL, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "hostname_mismatch"), rows[i].certainty);
    }
    judged_end(&judged);
}

/* Where the certificate has the address by which clients go. */
struct address_place {
    bool is_dns_name;
    bool is_common_name;
    enum certainty certainty;
    const char *words; /* of the evidence */
};

static void expect_address(const struct address_place *place)
{
    const struct story_choice choice = story_choice_1_2();
    struct story_offer offer = story_offer_1_2();
    struct address_text address;
    struct certificate leaf;
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "", CERTIFICATES_TIME);
    offer.name = NULL;
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    address_text_make(&address, &story.connection.endpoint[SIDE_SERVER].address);
    leaf = *judged.judgement.leaf;
    judged.judgement.leaf = &leaf;
    leaf.name_count = place->is_dns_name;
    leaf.names[0] = (struct certificate_name){.type = NAME_DNS, .length = (uint16_t)address.length};
    memcpy(leaf.name_octets, address.text, address.length);
    snprintf(leaf.common_name, sizeof(leaf.common_name), "%s",
             place->is_common_name ? address.text : "");
    refuse_flight(&story, &judged, NULL, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_EQUAL(
        cause_find("hostname_mismatch")->match(story_facts(&story), &story.verdict.evidence),
        place->certainty);
    CU_ASSERT_TRUE(story_tells(&story, "server_address", place->words));
    judged_end(&judged);
}

/* As of `openssl req -addext subjectAltName=DNS:192.0.2.1 -subj /CN=192.0.2.1`. */
static void an_address_as_dns_name_is_no_address(void)
{
    static const struct address_place rows[] = {
        {true, true, CAUSE_LIKELY, "stands as a DNS name, not as an IP address"},
        {false, true, CAUSE_POSSIBLE, "stands as the common name, not as an IP address"},
        {false, false, CAUSE_POSSIBLE, "in the certificate, which is not for "},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_address(&rows[i]);
}

/* How a server's leaf that comes alone fared with other clients. */
struct other_clients {
    uint64_t count; /* that took it */
    bool still_do;  /* after the refusal */
    bool is_other;  /* another chain was seen as well */
    enum certainty certainty;
};

static void know_others(struct known_name *name, const struct other_clients *others)
{
    *name = (struct known_name){.certificate = {.known = true, .lack = KNOWN_LACKS_ISSUER}};
    for (uint64_t i = 0; i < others->count; i++)
        sketch_add(&name->flights.clients_taken, (i + 1) << 32);
    name->flights.taken.count = (uint32_t)others->count;
    name->flights.taken.last_ns = STORY_TIME + (others->still_do ? STORY_SECOND : -STORY_SECOND);
    name->former.known = others->is_other;
}

static void a_client_may_lack_the_issuer_that_others_have(void)
{
    static const struct other_clients rows[] = {
        {3, true, false, CAUSE_LIKELY},
        {2, true, false, CAUSE_POSSIBLE},
        {3, false, false, CAUSE_POSSIBLE},
        {3, true, true, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    judged_chain(&judged, "no_spaces", "www.example.test", CERTIFICATES_TIME);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_name name;
        const struct known known = {.name = &name};
        struct story story;

        know_others(&name, &rows[i]);
        story_begin_flight_1_2(&story);
        refuse_flight(&story, &judged, &known, TLS_ALERT_UNKNOWN_CA);
        CU_ASSERT_EQUAL(story_certainty(&story, "untrusted_ca"), rows[i].certainty);
        CU_ASSERT_EQUAL(story_certainty(&story, "incomplete_chain"), CAUSE_POSSIBLE);
        CU_ASSERT_EQUAL(story_tells(&story, "issuer_held", "3 clients took"),
                        rows[i].certainty == CAUSE_LIKELY);
    }
    judged_end(&judged);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is missing above a leaf may be a root or an intermediate",
         what_is_missing_above_a_leaf_may_be_a_root_or_an_intermediate},
        {"the name of an authority may tell its place",
         the_name_of_an_authority_may_tell_its_place},
        {"a root that was not sent is named", a_root_that_was_not_sent_is_named},
        {"an authority of its own is refused for that first",
         an_authority_of_its_own_is_refused_for_that_first},
        {"what can be seen is a better reason than none",
         what_can_be_seen_is_a_better_reason_than_none},
        {"a staple that is missing explains alerts about certificates",
         a_staple_that_is_missing_explains_alerts_about_certificates},
        {"a strict policy may refuse a key that others take",
         a_strict_policy_may_refuse_a_key_that_others_take},
        {"a key is not all that is weak beside Diffie-Hellman",
         a_key_is_not_all_that_is_weak_beside_diffie_hellman},
        {"a general alert may be about something else than trust",
         a_general_alert_may_be_about_something_else_than_trust},
        {"what is seen to be wrong is not about a missing issuer",
         what_is_seen_to_be_wrong_is_not_about_a_missing_issuer},
        {"a certificate that comes when the client has left is not why",
         a_certificate_that_comes_when_the_client_has_left_is_not_why},
        {"an issuer that the client takes elsewhere is no reason",
         an_issuer_that_the_client_takes_elsewhere_is_no_reason},
        {"a root that the client takes elsewhere is no likely reason",
         a_root_that_the_client_takes_elsewhere_is_no_likely_reason},
        {"an address as DNS name is no address", an_address_as_dns_name_is_no_address},
        {"a fault of the path comes before names and dates",
         a_fault_of_the_path_comes_before_names_and_dates},
        {"a fault for everybody is more likely than an unknown root",
         a_fault_for_everybody_is_more_likely_than_an_unknown_root},
        {"a certificate without the address may be for another name",
         a_certificate_without_the_address_may_be_for_another_name},
        {"a client may lack the issuer that others have",
         a_client_may_lack_the_issuer_that_others_have},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes_chain", tests);
}
