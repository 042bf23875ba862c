/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which parts of an offer are weighed against each other when a server refuses it. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* An offer of TLS 1.2 with these suites and schemes is refused without a reason. */
static void refuse_suites_and_schemes(struct story *story, const story_list suites,
                                      const story_list schemes)
{
    struct story_offer offer = story_offer_1_2();

    memcpy(offer.suites, suites, sizeof(offer.suites));
    memcpy(offer.schemes, schemes, sizeof(offer.schemes));
    story_refuse_offer(story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
}

static const story_list suites_of_rsa = {0xc030, 0xc02f, 0xc028, 0xc013};
static const story_list suites_of_ecdsa = {0xc009, 0xc02b, 0xc02c};

static void schemes_that_do_not_fit_the_keys_of_the_suites_are_as_good_a_reason(void)
{
    static const struct {
        const story_list *suites;
        story_list schemes;
    } rows[] = {
        {&suites_of_rsa, {0x0804, 0x0805, 0x0806}}, /* RSASSA-PSS, which TLS 1.2 did not have */
        {&suites_of_rsa, {0x0809, 0x080a}},         /* and that for keys of its own */
        {&suites_of_rsa, {0x0201}},                 /* SHA-1 */
        {&suites_of_ecdsa, {0x0807}},               /* Ed25519 */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse_suites_and_schemes(&story, *rows[i].suites, rows[i].schemes);
        CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
        CU_ASSERT_TRUE(story_considers(&story, "no_shared_signature_algorithm"));
    }
}

static void schemes_that_fit_the_keys_of_the_suites_are_no_reason(void)
{
    static const struct {
        const story_list *suites;
        story_list schemes;
    } rows[] = {
        {&suites_of_rsa, {0x0804, 0x0401}},
        {&suites_of_ecdsa, {0x0403}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse_suites_and_schemes(&story, *rows[i].suites, rows[i].schemes);
        CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_denies(&story, "no_shared_signature_algorithm"));
    }
}

/* Without an ephemeral key exchange, or without certificates. */
static void schemes_do_not_matter_where_nothing_is_signed(void)
{
    static const story_list lists[] = {
        {0x002f, 0x0035, 0x009c}, /* RSA */
        {0xc035, 0xc036},         /* ECDHE_PSK */
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct story story;

        refuse_suites_and_schemes(&story, lists[i], (story_list){0x0804});
        CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_denies(&story, "no_shared_signature_algorithm"));
    }
}

/* Profiles of high security have suites for one kind of key, and P-384. */
static void p_384_does_not_stand_out_beside_few_suites(void)
{
    static const struct {
        story_list groups;
        enum certainty certainty;
    } rows[] = {{{24}, CAUSE_POSSIBLE},
                {{24, 25}, CAUSE_POSSIBLE},
                {{25}, CAUSE_LIKELY},
                {{26, 30}, CAUSE_LIKELY}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_offer offer = story_offer_1_2();

        memcpy(offer.suites, (story_list){0xc02c}, sizeof(offer.suites));
        memcpy(offer.groups, rows[i].groups, sizeof(offer.groups));
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_group"), rows[i].certainty);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), rows[i].certainty == CAUSE_POSSIBLE
                                                        ? "no_shared_cipher"
                                                        : "no_shared_group");
    }
}

static void p_384_alone_stands_out_where_the_suites_fit(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memcpy(offer.groups, (story_list){24}, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_LIKELY));
    story_refuse_offer(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_POSSIBLE));
}

/* The group that every server of TLS 1.3 must have. */
static void p_256_alone_is_no_better_a_reason_than_a_few_modern_suites(void)
{
    static const struct {
        story_list suites;
        uint16_t group;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {{0x1301, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0x00ff}, 23, "no_shared_cipher", CAUSE_POSSIBLE},
        {{0x1301, 0xc02b, 0xc02c, 0xc02f, 0xc030}, 29, "no_shared_group", CAUSE_LIKELY},
        {{0x1301, 0xc02b, 0xc02f, 0xc013, 0x002f}, 23, "no_shared_group", CAUSE_LIKELY},
        {{0x1301, 0x1302, 0x1303}, 23, "no_shared_group", CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        memcpy(offer.suites, rows[i].suites, sizeof(offer.suites));
        memcpy(offer.groups, (story_list){rows[i].group}, sizeof(offer.groups));
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
        CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    }
}

/* The mandatory suite of TLS 1.3 fits nobody when that version is not offered. */
static void a_suite_of_tls_1_3_means_nothing_without_that_version(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memcpy(offer.suites, (story_list){0x1301, 0xc009, 0xc013, 0x002f}, sizeof(offer.suites));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
}

/* Suites for both kinds of key, yet somebody chose them. */
static void two_suites_are_few(void)
{
    struct story story;
    struct story_offer offer = story_offer_1_2();

    memcpy(offer.suites, (story_list){0xc02b, 0xc02f}, sizeof(offer.suites));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    memcpy(offer.suites, (story_list){0xc02b, 0xc02f, 0xc009}, sizeof(offer.suites));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
}

/* The hello has no name, this protocol, and goes to this port. */
static enum certainty missing_name_explains(const char *alpn, uint16_t port, uint16_t proxied)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.name = NULL;
    offer.alpn = alpn;
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    story.connection.endpoint[SIDE_SERVER].port = port;
    (void)story_facts(&story);
    story.facts.starttls.has_target = proxied != 0;
    story.facts.starttls.target.port = proxied;
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_TRUE(story_considers(&story, "missing_sni"));
    return strcmp(story.verdict.cause->id, "missing_sni") == 0 ? story.verdict.confidence
                                                               : CAUSE_NO;
}

/* Clients of name service, mail and the like seldom send one. */
static void a_missing_name_is_unusual_on_the_web_alone(void)
{
    CU_ASSERT_EQUAL(missing_name_explains(NULL, 443, 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(missing_name_explains(NULL, 8443, 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(missing_name_explains("http/1.1", 7500, 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(missing_name_explains("h2", 7500, 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(missing_name_explains(NULL, 3128, 443), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(missing_name_explains(NULL, 443, 853), CAUSE_NO);
    CU_ASSERT_EQUAL(missing_name_explains("dot", 853, 0), CAUSE_NO);
    CU_ASSERT_EQUAL(missing_name_explains(NULL, 465, 0), CAUSE_NO);
}

/* OpenSSL, BoringSSL and Go serve no suite with ECDHE to a client that lists no groups. */
static void elliptic_suites_count_for_nothing_without_groups(void)
{
    static const struct {
        uint16_t version;
        story_list groups;
        const char *cause;
    } rows[] = {
        {TLS_VERSION_1_2, {0}, "no_shared_cipher"},
        {TLS_VERSION_1_2, {29, 23}, "no_shared_signature_algorithm"},
        {TLS_VERSION_1_1, {0}, "version_mismatch"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_offer_1_2();
        struct story story;

        offer.legacy_version = rows[i].version;
        memcpy(offer.groups, rows[i].groups, sizeof(offer.groups));
        memcpy(offer.schemes, (story_list){0x0401}, sizeof(offer.schemes));
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story_tells(&story, "suites_without_groups", "lists no groups"), i == 0);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"schemes that do not fit the keys of the suites are as good a reason",
         schemes_that_do_not_fit_the_keys_of_the_suites_are_as_good_a_reason},
        {"schemes that fit the keys of the suites are no reason",
         schemes_that_fit_the_keys_of_the_suites_are_no_reason},
        {"schemes do not matter where nothing is signed",
         schemes_do_not_matter_where_nothing_is_signed},
        {"P-384 does not stand out beside few suites", p_384_does_not_stand_out_beside_few_suites},
        {"P-384 alone stands out where the suites fit",
         p_384_alone_stands_out_where_the_suites_fit},
        {"P-256 alone is no better a reason than a few modern suites",
         p_256_alone_is_no_better_a_reason_than_a_few_modern_suites},
        {"a suite of TLS 1.3 means nothing without that version",
         a_suite_of_tls_1_3_means_nothing_without_that_version},
        {"two suites are few", two_suites_are_few},
        {"a missing name is unusual on the web alone", a_missing_name_is_unusual_on_the_web_alone},
        {"elliptic suites count for nothing without groups",
         elliptic_suites_count_for_nothing_without_groups},
        CU_TEST_INFO_NULL,
    };

    return suite_run("offer_weight", tests);
}
