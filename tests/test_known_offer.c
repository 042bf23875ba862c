/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a server tells of offers that look ordinary. */
#include "analyze/causes/known.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

#define MINUTE (INT64_C(60) * STORY_SECOND)

/* A server that took up some hellos a minute before the story. */
struct fixture {
    struct story story;
    struct known_server_rare rare;
    struct known_server server;
    struct known_name name;
    struct known known;
};

static void take_up(struct known_count *count, uint32_t hellos)
{
    *count = (struct known_count){.count = hellos, .last_ns = STORY_TIME - MINUTE};
}

static void begin(struct fixture *fixture, uint32_t hellos)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture->server.rare = &fixture->rare;
    take_up(&fixture->server.hellos.accepted, hellos);
    take_up(&fixture->server.with_name.accepted, hellos);
    fixture->known.server = &fixture->server;
}

/* Each time the server chose this. */
static void choose(struct fixture *fixture, enum known_choice choice, uint16_t chosen)
{
    struct known_values *values = &fixture->server.chosen[choice];
    struct known_value *value = &values->few[values->count++];

    value->value = chosen;
    take_up(&value->chosen, fixture->server.hellos.accepted.count);
}

static void choose_group(struct fixture *fixture, uint16_t group)
{
    choose(fixture, KNOWN_GROUPS, group);
}

static struct story_offer plain_offer_1_2(void)
{
    struct story_offer offer = story_modern_offer();

    memset(offer.versions, 0, sizeof(offer.versions));
    memset(offer.shares, 0, sizeof(offer.shares));
    memcpy(offer.groups, (story_list){29, 23}, sizeof(offer.groups));
    offer.master_secret = false;
    return offer;
}

static bool refusal_says(struct fixture *fixture, const struct story_offer *offer, int how,
                         const char *cause, enum certainty certainty)
{
    story_refuse_offer(&fixture->story, offer, how);
    story_facts(&fixture->story);
    fixture->story.facts.known = &fixture->known;
    diagnose(&fixture->story.facts, &fixture->story.verdict);
    return story_says(&fixture->story, cause, certainty);
}

static void a_server_that_chose_rare_groups_alone_has_none_of_the_common_ones(void)
{
    struct fixture fixture;
    struct story_offer offer = plain_offer_1_2();

    begin(&fixture, 8);
    choose_group(&fixture, 24);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group",
                                CAUSE_LIKELY));
    offer.groups[2] = 24;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_cipher",
                                CAUSE_POSSIBLE));
}

/* A server that others made choose x25519 has P-256 as well. */
static void a_server_that_chose_a_common_group_may_have_others(void)
{
    struct fixture fixture;
    struct story_offer offer = plain_offer_1_2();

    begin(&fixture, 8);
    choose_group(&fixture, 24);
    choose_group(&fixture, 0x11ec);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_cipher",
                                CAUSE_POSSIBLE));
}

static void rare_groups_say_nothing_of_a_client_without_a_list_or_without_curves(void)
{
    struct fixture fixture;
    struct story_offer offer = plain_offer_1_2();

    begin(&fixture, 8);
    choose_group(&fixture, 24);
    memset(offer.groups, 0, sizeof(offer.groups));
    CU_ASSERT_FALSE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group",
                                 CAUSE_LIKELY));
    offer = plain_offer_1_2();
    memcpy(offer.suites, (story_list){0x009c, 0x002f, 0x009d}, sizeof(offer.suites));
    CU_ASSERT_FALSE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group",
                                 CAUSE_LIKELY));
}

static void certificates_with_sha1_are_refused_by_a_list_without_it(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_INSUFFICIENT_SECURITY};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct fixture fixture;
        struct story_offer offer = story_modern_offer();

        begin(&fixture, 5);
        fixture.known.name = &fixture.name;
        take_up(&fixture.name.hellos.accepted, 5);
        fixture.name.certificate.weakness = WEAK_SHA1;
        CU_ASSERT_TRUE(
            refusal_says(&fixture, &offer, alerts[i], "no_shared_cipher", CAUSE_POSSIBLE));
        fixture.name.certificate.known = true;
        CU_ASSERT_TRUE(refusal_says(&fixture, &offer, alerts[i], "no_shared_signature_algorithm",
                                    CAUSE_LIKELY));
        offer.schemes[6] = 0x0201;
        CU_ASSERT_TRUE(
            refusal_says(&fixture, &offer, alerts[i], "no_shared_cipher", CAUSE_POSSIBLE));
    }
}

/* The server fails others as well, but it answers. */
static void illegal_parameter_to_a_name_that_was_never_taken_up_may_be_about_it(void)
{
    struct fixture fixture;
    struct story_offer offer = story_modern_offer();

    begin(&fixture, 6);
    take_up(&fixture.server.hellos.refused, 4);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter",
                                CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "unrecognized_sni"));
    fixture.known.name = &fixture.name;
    fixture.server.names_accepted = 1;
    take_up(&fixture.name.hellos.refused, 2);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_ILLEGAL_PARAMETER, "unrecognized_sni",
                                CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "illegal_parameter"));
    offer.name = NULL;
    CU_ASSERT_TRUE(
        refusal_says(&fixture, &offer, TLS_ALERT_ILLEGAL_PARAMETER, "missing_sni", CAUSE_POSSIBLE));
    offer.no_compression = true;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter",
                                CAUSE_CERTAIN));
}

/* The suites say nothing where the server's complaint is not of them. */
static void a_narrow_offer_can_be_refused_for_its_name(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_ACCESS_DENIED,
                                     TLS_ALERT_ILLEGAL_PARAMETER};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct fixture fixture;
        struct story_offer offer = story_modern_offer();

        memcpy(offer.suites, (story_list){0x1301, 0xc02f, 0xc030, 0xc013}, sizeof(offer.suites));
        begin(&fixture, 6);
        fixture.known.name = &fixture.name;
        fixture.server.names_accepted = 1;
        take_up(&fixture.server.hellos.refused, 1);
        take_up(&fixture.name.hellos.refused, 1);
        CU_ASSERT_TRUE(refusal_says(&fixture, &offer, alerts[i], "unrecognized_sni", CAUSE_LIKELY));
    }
}

/* Small stacks have no other alert for it. */
static void illegal_parameter_is_about_suites_where_the_server_takes_others_alone(void)
{
    struct fixture fixture;
    struct story_offer offer = plain_offer_1_2();
    struct known_values *suites;

    begin(&fixture, 5);
    suites = &fixture.server.chosen[KNOWN_SUITES];
    suites->count = 1;
    suites->few[0].value = 0x002f; /* TLS_RSA_WITH_AES_128_CBC_SHA */
    take_up(&suites->few[0].chosen, 5);
    memcpy(offer.suites, (story_list){0xc02f, 0xc02b, 0xc030}, sizeof(offer.suites));
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_ILLEGAL_PARAMETER, "no_shared_cipher",
                                CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "illegal_parameter"));
}

static void a_name_that_is_no_host_name_is_a_wrong_field_unless_it_is_served(void)
{
    struct fixture fixture;
    struct story_offer offer = story_modern_offer();

    offer.name = "my_host.example.test";
    begin(&fixture, 6);
    fixture.known.name = &fixture.name;
    fixture.server.names_accepted = 1;
    take_up(&fixture.server.hellos.refused, 1);
    take_up(&fixture.name.hellos.refused, 1);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter",
                                CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "unrecognized_sni"));
    take_up(&fixture.name.hellos.accepted, 1);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter",
                                CAUSE_POSSIBLE));
}

static void a_key_may_be_all_that_differs_from_what_was_served(void)
{
    struct fixture fixture;
    struct story_offer offer = story_modern_offer();
    const struct evidence *evidence = &fixture.story.verdict.evidence;
    bool is_told = false;

    begin(&fixture, 1);
    story_refuse_offer(&fixture.story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    story_facts(&fixture.story);
    fixture.known.client_took_flight = true;
    fixture.story.facts.known = &fixture.known;
    fixture.story.facts.client_extensions.pre_shared_key.state = EXTENSION_WELL_FORMED;
    diagnose(&fixture.story.facts, &fixture.story.verdict);
    for (size_t i = 0; i < evidence->count; i++)
        is_told |= strstr(evidence->items[i].text, "all that is different") != NULL;
    CU_ASSERT_TRUE(is_told);
}

/* What the story says of a suspect, with what is known. */
static enum known_says says_of(struct fixture *fixture, enum suspect suspect)
{
    story_facts(&fixture->story);
    fixture->story.facts.known = &fixture->known;
    return known_about(&fixture->story.facts, suspect);
}

/* RFC 5246 section 7.4.1.4.1: SHA-1 is what it stands for. */
static void a_missing_list_excludes_no_certificate_with_sha1(void)
{
    struct fixture fixture;
    struct story_offer offer = plain_offer_1_2();

    begin(&fixture, 5);
    fixture.known.name = &fixture.name;
    fixture.name.certificate.known = true;
    fixture.name.certificate.weakness = WEAK_SHA1;
    story_refuse_offer(&fixture.story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_EQUAL(says_of(&fixture, SUSPECT_SCHEMES), KNOWN_HINTS);
    memset(offer.schemes, 0, sizeof(offer.schemes));
    story_refuse_offer(&fixture.story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_EQUAL(says_of(&fixture, SUSPECT_SCHEMES), KNOWN_NOTHING);
}

/* It fails others as well: only an alert tells that it was up, and only many that it works. */
static void names_are_hinted_at_by_a_server_that_is_up_and_known(void)
{
    struct fixture fixture;
    struct story_offer offer = story_modern_offer();

    begin(&fixture, 3);
    take_up(&fixture.server.hellos.refused, 4);
    take_up(&fixture.name.hellos.refused, 2);
    fixture.known.name = &fixture.name;
    fixture.server.names_accepted = 1;
    story_refuse_offer(&fixture.story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_EQUAL(says_of(&fixture, SUSPECT_NAME), KNOWN_HINTS);
    take_up(&fixture.server.hellos.accepted, 2);
    CU_ASSERT_EQUAL(says_of(&fixture, SUSPECT_NAME), KNOWN_NOTHING);
    take_up(&fixture.server.hellos.accepted, 3);
    story_begin(&fixture.story);
    story_client_hello(&fixture.story, &offer);
    story_fin(&fixture.story, SIDE_SERVER);
    CU_ASSERT_EQUAL(says_of(&fixture, SUSPECT_NAME), KNOWN_NOTHING);
}

/* The server, which chose this suite so often, closes at these, by FIN or RST, without a word. */
static enum certainty closes_for_suites(uint32_t chosen, const story_list suites, bool is_reset)
{
    struct fixture fixture;
    struct story_offer offer = plain_offer_1_2();
    struct known_values *values;

    begin(&fixture, chosen);
    values = &fixture.server.chosen[KNOWN_SUITES];
    values->count = 1;
    values->few[0].value = 0xc030;
    take_up(&values->few[0].chosen, chosen);
    memcpy(offer.suites, suites, sizeof(offer.suites));
    story_begin(&fixture.story);
    story_client_hello(&fixture.story, &offer);
    if (is_reset)
        story_rst(&fixture.story, SIDE_SERVER);
    else
        story_fin(&fixture.story, SIDE_SERVER);
    story_facts(&fixture.story);
    fixture.story.facts.known = &fixture.known;
    diagnose(&fixture.story.facts, &fixture.story.verdict);
    return strcmp(fixture.story.verdict.cause->id, "no_shared_cipher") == 0
               ? fixture.story.verdict.confidence
               : CAUSE_NO;
}

/* As it does for versions: what others chose tells what the close was for. */
static void a_close_can_be_for_suites_that_a_server_never_chose(void)
{
    static const story_list without_curves = {0x002f};

    CU_ASSERT_EQUAL(closes_for_suites(3, without_curves, false), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(closes_for_suites(3, without_curves, true), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(closes_for_suites(2, without_curves, false), CAUSE_NO);
}

static void ordinary_suites_are_no_reason_to_close(void)
{
    static const story_list ordinary = {0xc02b, 0xc02f, 0x002f};

    CU_ASSERT_EQUAL(closes_for_suites(3, ordinary, false), CAUSE_NO);
    CU_ASSERT_EQUAL(closes_for_suites(3, (story_list){0x002f, 0xc030}, false), CAUSE_NO);
}

/* Where most servers refuse them anyway. */
static void a_close_can_be_for_groups_or_schemes_that_a_server_never_chose(void)
{
    static const struct {
        enum known_choice choice;
        uint16_t chosen;
        uint16_t groups[2];
        uint16_t scheme; /* 0: those that are common */
        const char *cause;
    } cases[] = {
        {KNOWN_GROUPS, 29, {30}, 0, "no_shared_group"},
        {KNOWN_GROUPS, 23, {29, 30}, 0, "server_closed"},
        {KNOWN_SCHEMES, 0x0403, {29, 23}, 0x0201, "no_shared_signature_algorithm"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        struct story_offer offer = plain_offer_1_2();

        memset(offer.groups, 0, sizeof(offer.groups));
        memcpy(offer.groups, cases[i].groups, sizeof(cases[i].groups));
        if (cases[i].scheme != 0)
            memcpy(offer.schemes, (story_list){cases[i].scheme}, sizeof(offer.schemes));
        begin(&fixture, 8);
        choose(&fixture, cases[i].choice, cases[i].chosen);
        CU_ASSERT_TRUE(refusal_says(&fixture, &offer, STORY_CLOSES, cases[i].cause, CAUSE_LIKELY));
        begin(&fixture, 2);
        choose(&fixture, cases[i].choice, cases[i].chosen);
        CU_ASSERT_TRUE(refusal_says(&fixture, &offer, STORY_CLOSES, "server_closed", CAUSE_LIKELY));
    }
}

static struct story_offer offer_up_to(uint16_t version)
{
    struct story_offer offer = plain_offer_1_2();

    offer.legacy_version = version;
    memset(offer.schemes, 0, sizeof(offer.schemes));
    return offer;
}

/* Libraries that may not sign with SHA-1 find that out when they have taken the version. */
static void internal_error_is_about_a_version_that_the_server_may_not_sign_for(void)
{
    static const uint16_t versions[] = {TLS_VERSION_1_0, TLS_VERSION_1_1};

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        struct fixture fixture;
        struct story_offer offer = offer_up_to(versions[i]);

        begin(&fixture, 0);
        CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_INTERNAL_ERROR, "version_mismatch",
                                    CAUSE_POSSIBLE));
        CU_ASSERT_TRUE(story_considers(&fixture.story, "internal_error"));
        begin(&fixture, 12);
        fixture.server.by_version[version_class_of(versions[i])].refused_since = 2;
        CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_INTERNAL_ERROR, "version_mismatch",
                                    CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&fixture.story, "internal_error"));
    }
}

/* From TLS 1.2 on the client lists what it takes. */
static void internal_error_is_not_about_a_version_without_a_fixed_signature(void)
{
    struct fixture fixture;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.versions, (story_list){TLS_VERSION_1_3}, sizeof(offer.versions));
    begin(&fixture, 12);
    take_up(&fixture.server.chose_lower, 12);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch",
                                CAUSE_CERTAIN));
    CU_ASSERT_TRUE(
        refusal_says(&fixture, &offer, TLS_ALERT_INTERNAL_ERROR, "internal_error", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&fixture.story, "version_mismatch"));
}

/* RFC 7568: SSL 3.0, with the suites of its time. */
static struct story_offer offer_ssl3(void)
{
    struct story_offer offer = {.legacy_version = TLS_VERSION_SSL3, .suites = {0x000a, 0x002f}};

    return offer;
}

/* It refused others later: what it would take of an old hello was not seen. */
static void begin_modern_server(struct fixture *fixture, uint32_t hellos)
{
    begin(fixture, hellos);
    take_up(&fixture->server.hellos.refused, 4);
    choose(fixture, KNOWN_VERSIONS, TLS_VERSION_1_2);
    choose(fixture, KNOWN_VERSIONS, TLS_VERSION_1_3);
    choose(fixture, KNOWN_SUITES, 0x1301);
    choose(fixture, KNOWN_SUITES, 0xc030);
}

static void a_version_comes_before_the_suites_that_come_with_it(void)
{
    static const int ways[] = {TLS_ALERT_HANDSHAKE_FAILURE, STORY_CLOSES, STORY_RESETS};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct fixture fixture;
        struct story_offer offer = offer_ssl3();

        begin_modern_server(&fixture, 5);
        CU_ASSERT_TRUE(refusal_says(&fixture, &offer, ways[i], "version_mismatch", CAUSE_LIKELY));
        CU_ASSERT_TRUE(
            story_tells(&fixture.story, "server_known", "has accepted only TLS 1.2, TLS 1.3"));
    }
}

/* TLS 1.0 has an alert for versions: the general one can be about suites just as well. */
static void the_general_alert_leaves_version_and_suites_open(void)
{
    struct fixture fixture;
    struct story_offer offer = offer_ssl3();

    offer.legacy_version = TLS_VERSION_1_0;
    begin_modern_server(&fixture, 5);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch",
                                CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "no_shared_cipher"));
}

/* It never took the version, which others need not offer: suites that hardly any server takes may
 * still be what it means. */
static void the_general_alert_may_be_about_obsolete_suites_of_an_old_version(void)
{
    struct fixture fixture;
    struct story_offer offer = offer_up_to(TLS_VERSION_1_0);

    begin(&fixture, 12);
    fixture.server.by_version[VERSION_CLASS_1_0].refused_since = 2;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch",
                                CAUSE_LIKELY));
    memcpy(offer.suites, (story_list){0x000a, 0x0005}, sizeof(offer.suites));
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch",
                                CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "no_shared_cipher"));
}

static void suites_come_first_where_the_version_was_chosen_before(void)
{
    struct fixture fixture;
    struct story_offer offer = offer_ssl3();

    begin_modern_server(&fixture, 5);
    fixture.server.chosen[KNOWN_VERSIONS].few[0].value = TLS_VERSION_SSL3;
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_cipher",
                                CAUSE_LIKELY));
    begin_modern_server(&fixture, 1);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch",
                                CAUSE_LIKELY));
}

/* The server chose this after the story. */
static void choose_later(struct fixture *fixture, enum known_choice choice, uint16_t value)
{
    struct known_values *values = &fixture->server.chosen[choice];

    values->count = 1;
    values->few[0].value = value;
    values->few[0].chosen = (struct known_count){.count = 3, .last_ns = STORY_TIME + MINUTE};
}

/* Several servers behind one address: one of them takes what another one refuses. */
static void what_is_unusual_comes_first_where_all_was_taken_up_from_others(void)
{
    struct fixture fixture;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.versions, (story_list){TLS_VERSION_1_3}, sizeof(offer.versions));
    memcpy(offer.groups, (story_list){29}, sizeof(offer.groups));
    begin(&fixture, 3);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group",
                                CAUSE_LIKELY));
    choose_later(&fixture, KNOWN_VERSIONS, TLS_VERSION_1_3);
    choose_later(&fixture, KNOWN_SUITES, 0x1301);
    choose_later(&fixture, KNOWN_GROUPS, 29);
    CU_ASSERT_TRUE(refusal_says(&fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group",
                                CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "version_mismatch"));
    CU_ASSERT_TRUE(story_considers(&fixture.story, "no_shared_cipher"));
}

static bool refuses_version(struct fixture *fixture, uint16_t version)
{
    struct story_offer offer = story_modern_offer();

    memset(offer.versions, 0, sizeof(offer.versions));
    offer.versions[0] = version;
    return refusal_says(fixture, &offer, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch",
                        CAUSE_POSSIBLE);
}

static void begin_tls_1_3_server(struct fixture *fixture, uint32_t hellos)
{
    begin(fixture, hellos);
    take_up(&fixture->server.by_version[VERSION_CLASS_1_3].accepted, hellos);
    choose_later(fixture, KNOWN_VERSIONS, TLS_VERSION_1_3);
}

static void a_server_that_goes_on_to_choose_tls_1_3_has_it(void)
{
    enum { DRAFT_23 = 0x7f17 };
    struct fixture fixture;

    begin_tls_1_3_server(&fixture, 10);
    CU_ASSERT_FALSE(refuses_version(&fixture, TLS_VERSION_1_3));
    CU_ASSERT_TRUE(story_denies(&fixture.story, "version_mismatch"));
    CU_ASSERT_TRUE(refuses_version(&fixture, DRAFT_23)); /* another version */
    take_up(&fixture.server.chosen[KNOWN_VERSIONS].few[0].chosen, 10);
    CU_ASSERT_TRUE(refuses_version(&fixture, TLS_VERSION_1_3)); /* it may have been turned off */
    begin_tls_1_3_server(&fixture, 10);
    take_up(&fixture.server.chose_lower, 1);
    CU_ASSERT_TRUE(refuses_version(&fixture, TLS_VERSION_1_3)); /* one host may be without */
    begin_tls_1_3_server(&fixture, 9);
    CU_ASSERT_TRUE(refuses_version(&fixture, TLS_VERSION_1_3)); /* likewise: it is little */
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a server that chose rare groups alone has none of the common ones",
         a_server_that_chose_rare_groups_alone_has_none_of_the_common_ones},
        {"a server that chose a common group may have others",
         a_server_that_chose_a_common_group_may_have_others},
        {"rare groups say nothing of a client without a list or without curves",
         rare_groups_say_nothing_of_a_client_without_a_list_or_without_curves},
        {"certificates with SHA-1 are refused by a list without it",
         certificates_with_sha1_are_refused_by_a_list_without_it},
        {"illegal_parameter to a name that was never taken up may be about it",
         illegal_parameter_to_a_name_that_was_never_taken_up_may_be_about_it},
        {"a narrow offer can be refused for its name", a_narrow_offer_can_be_refused_for_its_name},
        {"illegal_parameter is about suites where the server takes others alone",
         illegal_parameter_is_about_suites_where_the_server_takes_others_alone},
        {"a name that is no host name is a wrong field unless it is served",
         a_name_that_is_no_host_name_is_a_wrong_field_unless_it_is_served},
        {"a key may be all that differs from what was served",
         a_key_may_be_all_that_differs_from_what_was_served},
        {"a missing list excludes no certificate with SHA-1",
         a_missing_list_excludes_no_certificate_with_sha1},
        {"names are hinted at by a server that is up and known",
         names_are_hinted_at_by_a_server_that_is_up_and_known},
        {"a close can be for suites that a server never chose",
         a_close_can_be_for_suites_that_a_server_never_chose},
        {"a close can be for groups or schemes that a server never chose",
         a_close_can_be_for_groups_or_schemes_that_a_server_never_chose},
        {"ordinary suites are no reason to close", ordinary_suites_are_no_reason_to_close},
        {"internal_error is about a version that the server may not sign for",
         internal_error_is_about_a_version_that_the_server_may_not_sign_for},
        {"internal_error is not about a version without a fixed signature",
         internal_error_is_not_about_a_version_without_a_fixed_signature},
        {"a server that goes on to choose TLS 1.3 has it",
         a_server_that_goes_on_to_choose_tls_1_3_has_it},
        {"a version comes before the suites that come with it",
         a_version_comes_before_the_suites_that_come_with_it},
        {"the general alert leaves version and suites open",
         the_general_alert_leaves_version_and_suites_open},
        {"the general alert may be about obsolete suites of an old version",
         the_general_alert_may_be_about_obsolete_suites_of_an_old_version},
        {"suites come first where the version was chosen before",
         suites_come_first_where_the_version_was_chosen_before},
        {"what is unusual comes first where all was taken up from others",
         what_is_unusual_comes_first_where_all_was_taken_up_from_others},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what is known of ordinary offers", tests);
}
