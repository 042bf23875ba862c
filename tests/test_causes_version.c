/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protocol_version(70) that the offer, the choice or what is known of the server contradicts, and
 * versions that a server may mean without it. */
#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

#define MINUTE (INT64_C(60) * STORY_SECOND)
#define DAY    (INT64_C(24) * 60 * MINUTE)

/* A server that took this version from somebody, a while before the story. */
struct fixture {
    struct story story;
    struct known_server_rare rare;
    struct known_server server;
    struct known known;
};

static void begin(struct fixture *fixture, uint16_t version, int64_t before)
{
    struct known_values *versions;

    memset(fixture, 0, sizeof(*fixture));
    versions = &fixture->server.chosen[KNOWN_VERSIONS];
    fixture->server.rare = &fixture->rare;
    fixture->known.server = &fixture->server;
    versions->count = 1;
    versions->few[0].value = version;
    versions->few[0].chosen = (struct known_count){.count = 1, .last_ns = STORY_TIME - before};
    fixture->server.hellos.accepted = versions->few[0].chosen;
}

static void refuse(struct fixture *fixture, const struct story_offer *offer, uint8_t alert)
{
    story_refuse_offer(&fixture->story, offer, alert);
    (void)story_facts(&fixture->story);
    fixture->story.facts.known = &fixture->known;
    diagnose(&fixture->story.facts, &fixture->story.verdict);
}

/* The server refuses the offer with protocol_version. */
static bool refusal_says(struct fixture *fixture, const struct story_offer *offer,
                         enum certainty certainty)
{
    refuse(fixture, offer, TLS_ALERT_PROTOCOL_VERSION);
    return story_says(&fixture->story, "version_mismatch", certainty);
}

static struct story_offer old_offer(void)
{
    struct story_offer offer = story_offer_1_2();

    offer.legacy_version = TLS_VERSION_1_1;
    memset(offer.schemes, 0, sizeof(offer.schemes));
    return offer;
}

/* A server that does not have it is rare. */
static void an_offer_of_tls_1_2_is_likely_refused_for_its_versions(void)
{
    struct story_offer offers[] = {story_offer_1_2(), story_modern_offer()};

    for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        struct story story;

        offers[i].alpn = NULL;
        story_refuse_offer(&story, &offers[i], TLS_ALERT_PROTOCOL_VERSION);
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story.verdict.alternative_count, 0);
        offers[i].alpn = "h2";
        story_refuse_offer(&story, &offers[i], TLS_ALERT_PROTOCOL_VERSION);
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "no_shared_alpn"));
    }
}

/* What it offers is not known. */
static void a_hello_that_was_not_read_is_not_certain_to_be_refused_for_its_versions(void)
{
    struct story_offer offer = old_offer();
    struct story story;

    story_refuse_offer(&story, &offer, TLS_ALERT_PROTOCOL_VERSION);
    (void)story_facts(&story);
    story.facts.client_hello_read = false;
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
}

static void an_offer_without_it_is_certainly_refused_for_its_versions(void)
{
    struct story_offer offers[] = {old_offer(), story_modern_offer()};

    memcpy(offers[1].versions, (story_list){TLS_VERSION_1_3}, sizeof(offers[1].versions));
    for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        struct story story;

        offers[i].alpn = "h2";
        story_refuse_offer(&story, &offers[i], TLS_ALERT_PROTOCOL_VERSION);
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_CERTAIN));
        CU_ASSERT_EQUAL(story.verdict.alternative_count, 0);
    }
}

static void a_version_that_the_server_takes_is_hardly_the_reason(void)
{
    struct story_offer offer = story_modern_offer();
    struct fixture fixture;

    offer.alpn = "h2";
    begin(&fixture, TLS_VERSION_1_3, MINUTE);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "no_shared_alpn"));
    CU_ASSERT_TRUE(story_tells(&fixture.story, "server_known", ""));
    begin(&fixture, TLS_VERSION_1_3, -MINUTE); /* it is known from a later connection */
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_POSSIBLE));
    offer = story_offer_1_2();
    memcpy(offer.suites, (story_list){0xc009, 0xc00a}, sizeof(offer.suites));
    begin(&fixture, TLS_VERSION_1_2, MINUTE);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "no_shared_cipher"));
}

static void other_versions_that_the_server_takes_leave_it_certain(void)
{
    struct story_offer offer = story_offer_1_2();
    struct fixture fixture;

    begin(&fixture, TLS_VERSION_1_3, MINUTE);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_CERTAIN));
    offer = old_offer();
    begin(&fixture, TLS_VERSION_1_2, MINUTE);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_CERTAIN));
    offer = story_modern_offer();
    memcpy(offer.versions, (story_list){0x7f1c}, sizeof(offer.versions)); /* a draft */
    begin(&fixture, TLS_VERSION_1_3, MINUTE);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_CERTAIN));
}

/* With the same kind of hello, protocols and all. */
static void what_it_took_from_the_same_client_another_server_may_lack(void)
{
    struct story_offer offer = story_offer_1_2();
    struct fixture fixture;

    offer.alpn = "h2";
    begin(&fixture, TLS_VERSION_1_2, MINUTE);
    fixture.known.client_was_served = true;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_LIKELY));
    CU_ASSERT_EQUAL(fixture.story.verdict.alternative_count, 0);
    CU_ASSERT_TRUE(story_tells(&fixture.story, "server_known", "not all have it"));
    begin(&fixture, TLS_VERSION_1_3, MINUTE); /* which this hello does not offer */
    fixture.known.client_was_served = true;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_CERTAIN));
}

/* Once is enough to think of it, where the alert names nothing. */
static void a_server_that_chose_better_versions_alone_may_mean_the_version(void)
{
    static const struct {
        uint16_t version;
        uint8_t alert;
        bool is_considered;
    } rows[] = {
        {TLS_VERSION_1_3, TLS_ALERT_HANDSHAKE_FAILURE, true},
        {TLS_VERSION_1_3, TLS_ALERT_INSUFFICIENT_SECURITY, true},
        {TLS_VERSION_1_2, TLS_ALERT_HANDSHAKE_FAILURE, false},
        {TLS_VERSION_1_3, TLS_ALERT_ILLEGAL_PARAMETER, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_offer_1_2();
        struct fixture fixture;

        begin(&fixture, rows[i].version, MINUTE);
        refuse(&fixture, &offer, rows[i].alert);
        CU_ASSERT_EQUAL(story_considers(&fixture.story, "version_mismatch"), rows[i].is_considered);
    }
}

static void a_server_may_have_been_changed(void)
{
    struct story_offer offer = story_offer_1_2();
    struct fixture fixture;
    struct known_treatment *like;

    begin(&fixture, TLS_VERSION_1_2, 2 * DAY);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_LIKELY));
    begin(&fixture, TLS_VERSION_1_2, MINUTE);
    like = &fixture.server.by_version[VERSION_CLASS_1_2];
    like->accepted = fixture.server.hellos.accepted;
    like->accepted_then = 1;
    like->refused_since = 2;
    fixture.server.hellos.accepted.count = 3;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_POSSIBLE));
    fixture.server.hellos.accepted.count = 4; /* three others by now */
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_LIKELY));
    like->refused_since = 1;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, CAUSE_POSSIBLE));
}

/* RFC 8446 section 4.2.1: the client is prepared to negotiate what it lists, and by RFC 5246 section
 * 7.4.1.2 what it names as its best version. */
static void a_choice_that_it_names_is_hardly_what_the_client_complains_of(void)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
    CU_ASSERT_TRUE(story_tells(&story, "offered_version", "offers TLS 1.2, which the server"));
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
    CU_ASSERT_TRUE(story_tells(&story, "offered_version", "offers TLS 1.2 as its best, which"));
    story_begin_flight_1_3(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
}

/* The choice may be one that the client names. */
static void a_choice_in_answer_to_a_hello_that_was_not_read_is_not_certain_to_be_refused(void)
{
    static const struct {
        uint16_t version;
        bool is_read;
        enum certainty certainty;
    } rows[] = {
        {TLS_VERSION_1_1, true, CAUSE_CERTAIN},
        {TLS_VERSION_1_1, false, CAUSE_LIKELY},
        {TLS_VERSION_1_2, false, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_offer_1_2();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        choice.legacy_version = rows[i].version;
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_server_hello(&story, &choice);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
        (void)story_facts(&story);
        story.facts.client_hello_read = rows[i].is_read;
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", rows[i].certainty));
    }
}

static void the_size_of_a_prime_may_be_what_it_complains_of(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    choice.suite = 0x009e; /* TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 */
    story_begin_hello(&story);
    story_flight_1_2(&story, &choice, 1024);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "weak_parameters", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
}

/* What is in a flight that is not complete yet is not judged. */
static void a_listed_choice_without_a_flight_explains_nothing(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
}

static void a_server_of_1_3_alone_may_find_no_suite(void)
{
    const struct {
        struct story_offer offer;
        uint8_t alert;
        bool considers;
    } rows[] = {
        {story_offer_1_2(), TLS_ALERT_HANDSHAKE_FAILURE, true},
        {story_modern_offer(), TLS_ALERT_HANDSHAKE_FAILURE, false},
        {story_offer_1_2(), TLS_ALERT_DECODE_ERROR, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_refuse_offer(&story, &rows[i].offer, rows[i].alert);
        CU_ASSERT_EQUAL(story_considers(&story, "version_mismatch"), rows[i].considers);
        CU_ASSERT_TRUE(story_certainty(&story, "version_mismatch") < CAUSE_LIKELY);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an offer of TLS 1.2 is likely refused for its versions",
         an_offer_of_tls_1_2_is_likely_refused_for_its_versions},
        {"a hello that was not read is not certain to be refused for its versions",
         a_hello_that_was_not_read_is_not_certain_to_be_refused_for_its_versions},
        {"an offer without it is certainly refused for its versions",
         an_offer_without_it_is_certainly_refused_for_its_versions},
        {"a version that the server takes is hardly the reason",
         a_version_that_the_server_takes_is_hardly_the_reason},
        {"other versions that the server takes leave it certain",
         other_versions_that_the_server_takes_leave_it_certain},
        {"what it took from the same client another server may lack",
         what_it_took_from_the_same_client_another_server_may_lack},
        {"a server that chose better versions alone may mean the version",
         a_server_that_chose_better_versions_alone_may_mean_the_version},
        {"a server may have been changed", a_server_may_have_been_changed},
        {"a choice that it names is hardly what the client complains of",
         a_choice_that_it_names_is_hardly_what_the_client_complains_of},
        {"a choice in answer to a hello that was not read is not certain to be refused",
         a_choice_in_answer_to_a_hello_that_was_not_read_is_not_certain_to_be_refused},
        {"the size of a prime may be what it complains of",
         the_size_of_a_prime_may_be_what_it_complains_of},
        {"a listed choice without a flight explains nothing",
         a_listed_choice_without_a_flight_explains_nothing},
        {"a server of TLS 1.3 alone may find no suite", a_server_of_1_3_alone_may_find_no_suite},
        CU_TEST_INFO_NULL,
    };

    return suite_run("versions that are refused, and what is known of them", tests);
}
