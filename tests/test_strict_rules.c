/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for certificates that few clients have. */
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

#define JULY_2019      INT64_C(1561939200)
#define SEPTEMBER_2020 INT64_C(1598918400)
#define DAY            INT64_C(86400)

enum { LEAF, ISSUER };

/* A leaf of an authority below a root of the trust store, which breaks no rule. */
struct scene {
    struct judged judged;
    struct certificate leaf;
    struct certificate issuer;
    struct certificate root;
};

static void begin(struct scene *scene)
{
    judged_begin(&scene->judged);
    judged_chain(&scene->judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    CU_ASSERT_EQUAL_FATAL(scene->judged.judgement.end, CHAIN_END_ANCHORED);
    scene->leaf = *scene->judged.chain.certificates[LEAF];
    scene->issuer = *scene->judged.chain.certificates[ISSUER];
    scene->root = *scene->judged.judgement.anchor;
    scene->judged.chain.certificates[LEAF] = &scene->leaf;
    scene->judged.chain.certificates[ISSUER] = &scene->issuer;
    scene->judged.judgement.anchor = &scene->root;
    scene->leaf.not_before = SEPTEMBER_2020;
    scene->leaf.not_after = SEPTEMBER_2020 + 398 * DAY;
}

/* The client refuses it so: an alert, or STORY_CLOSES. */
static void refuse(struct story *story, const struct scene *scene, int how)
{
    story_begin_flight_1_2(story);
    if (how == STORY_CLOSES)
        story_fin(story, SIDE_CLIENT);
    else
        story_fatal(story, SIDE_CLIENT, (uint8_t)how);
    (void)story_facts(story);
    story->facts.certificates[SIDE_SERVER] = &scene->judged.chain;
    story->facts.chain[SIDE_SERVER] = &scene->judged.judgement;
    diagnose(&story->facts, &story->verdict);
}

static bool is_told(const struct scene *scene, int how, const char *fact, const char *words)
{
    struct story story;

    refuse(&story, scene, how);
    return story_tells(&story, fact, words);
}

static bool nothing_is_told(const struct scene *scene, int how)
{
    return !is_told(scene, how, "long_validity", "") && !is_told(scene, how, "no_purpose", "")
           && !is_told(scene, how, "strict_form", "");
}

static void what_breaks_no_rule_is_told_of_none(void)
{
    struct scene scene;

    begin(&scene);
    CU_ASSERT_TRUE(nothing_is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN));
    judged_end(&scene.judged);
}

static void a_validity_that_apple_refuses_is_told(void)
{
    static const struct {
        int64_t not_before;
        int64_t validity;
        bool is_public;
        const char *days; /* NULL: not told */
    } rows[] = {
        {JULY_2019, 825 * DAY + 1, false, "825 days"},
        {JULY_2019, 825 * DAY, false, NULL},
        {JULY_2019 - 1, 3650 * DAY, false, NULL},
        {SEPTEMBER_2020, 398 * DAY + 1, true, "398 days"},
        {SEPTEMBER_2020, 398 * DAY, true, NULL},
        {SEPTEMBER_2020, 398 * DAY + 1, false, NULL}, /* roots of one's own are exempt */
        {SEPTEMBER_2020 - 1, 398 * DAY + 1, true, NULL},
        {SEPTEMBER_2020, 826 * DAY, true, "825 days"},
    };
    struct scene scene;

    begin(&scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        scene.leaf.not_before = rows[i].not_before;
        scene.leaf.not_after = rows[i].not_before + rows[i].validity;
        scene.leaf.has_sct_list = rows[i].is_public;
        CU_ASSERT_EQUAL(is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN, "long_validity",
                                rows[i].days != NULL ? rows[i].days : ""),
                        rows[i].days != NULL);
    }
    scene.leaf.has_purposes = false;
    CU_ASSERT_TRUE(is_told(&scene, TLS_ALERT_BAD_CERTIFICATE, "no_purpose",
                           "has no extended key usage; Apple's systems refuse that"));
    judged_end(&scene.judged);
}

/* Leaf, issuer, root: each by the rules of its place. */
static void what_openssl_refuses_when_it_is_strict_is_told(void)
{
    struct scene scene;

    begin(&scene);
    scene.leaf.subject_key_id.length = 0; /* an authority alone needs it */
    scene.leaf.has_key_usage = false;
    scene.leaf.constraints_are_critical = false;
    scene.root.authority_key_id.length = 0; /* the last one needs none */
    CU_ASSERT_TRUE(nothing_is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN));
    scene.root.has_key_usage = false;
    CU_ASSERT_TRUE(is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN, "strict_form", "error 92"));
    scene.issuer.constraints_are_critical = false;
    CU_ASSERT_TRUE(is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN, "strict_form", "error 89"));
    scene.issuer.subject_key_id.length = 0;
    CU_ASSERT_TRUE(is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN, "strict_form", "error 86"));
    CU_ASSERT_TRUE(
        is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN, "strict_form", scene.issuer.subject));
    scene.leaf.authority_key_id.length = 0;
    CU_ASSERT_TRUE(is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN, "strict_form", "error 85"));
    CU_ASSERT_TRUE(
        is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN, "strict_form", scene.leaf.subject));
    judged_end(&scene.judged);
}

/* Not of an alert that says something else, nor where something else is wrong. */
static void a_strict_rule_is_no_reason_beside_another(void)
{
    static const struct {
        int how;
        bool is_told;
    } rows[] = {
        {TLS_ALERT_CERTIFICATE_UNKNOWN, true},
        {TLS_ALERT_BAD_CERTIFICATE, true},
        {STORY_CLOSES, true},
        {TLS_ALERT_UNKNOWN_CA, false},
        {TLS_ALERT_CERTIFICATE_EXPIRED, false},
        {TLS_ALERT_DECRYPT_ERROR, false},
    };
    struct scene scene;

    begin(&scene);
    scene.leaf.authority_key_id.length = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(is_told(&scene, rows[i].how, "strict_form", ""), rows[i].is_told);
    scene.judged.judgement.end = CHAIN_END_UNTRUSTED_ROOT;
    CU_ASSERT_TRUE(nothing_is_told(&scene, TLS_ALERT_CERTIFICATE_UNKNOWN));
    judged_end(&scene.judged);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what breaks no rule is told of none", what_breaks_no_rule_is_told_of_none},
        {"a validity that Apple refuses is told", a_validity_that_apple_refuses_is_told},
        {"what OpenSSL refuses when it is strict is told",
         what_openssl_refuses_when_it_is_strict_is_told},
        {"a strict rule is no reason beside another", a_strict_rule_is_no_reason_beside_another},
        CU_TEST_INFO_NULL,
    };

    return suite_run("strict_rules", tests);
}
