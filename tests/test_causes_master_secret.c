/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extensions of TLS 1.2 that one side insists on and the other one lacks. */
#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* The client refuses a server whose hello lacks one of the two extensions. */
static void refuse_hello(struct story *story, bool master_secret, bool renegotiation)
{
    struct story_choice choice = story_choice_1_2();

    choice.master_secret = master_secret;
    choice.renegotiation = renegotiation;
    story_begin_hello(story);
    story_flight_1_2(story, &choice, 0);
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
    (void)story_facts(story);
}

/* With this kind of hello it was established with a server that chose these versions. */
static enum certainty refuse_known(struct story *story, const char *cause, uint16_t version,
                                   uint16_t other_version)
{
    struct known_server_rare rare = {0};
    struct known_server server = {.rare = &rare};
    const struct known known = {.server = &server, .client_was_served = true};
    struct known_values *versions = &server.chosen[KNOWN_VERSIONS];

    versions->few[0].value = version;
    versions->few[1].value = other_version;
    versions->count = other_version != 0 ? 2 : 1;
    story->facts.known = &known;
    diagnose(&story->facts, &story->verdict);
    return story_certainty(story, cause);
}

static void a_client_that_finished_without_an_extension_does_not_insist_on_it(void)
{
    static const char *const causes[] = {"legacy_renegotiation", "missing_extended_master_secret"};

    for (int i = 0; i < 2; i++) {
        struct story story;

        refuse_hello(&story, i == 0, i == 1);
        CU_ASSERT_EQUAL(refuse_known(&story, causes[i], TLS_VERSION_1_2, 0), CAUSE_POSSIBLE);
        /* It may have been TLS 1.3 that the client finished, which needs neither. */
        CU_ASSERT_EQUAL(refuse_known(&story, causes[i], TLS_VERSION_1_2, TLS_VERSION_1_3),
                        CAUSE_LIKELY);
        CU_ASSERT_EQUAL(refuse_known(&story, causes[i], TLS_VERSION_1_3, 0), CAUSE_LIKELY);
    }
}

static void a_wrong_certificate_is_the_better_guess(void)
{
    static const struct {
        const char *files;
        const char *name;
        const char *cause;
    } rows[] = {
        {"leaf intermediate", "www.example.test", "missing_extended_master_secret"},
        {"leaf intermediate", "other.example.test", "hostname_mismatch"},
        /* Who lacks an issuer says unknown_ca(48). */
        {"leaf", "www.example.test", "missing_extended_master_secret"},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        judged_chain(&judged, rows[i].files, rows[i].name, CERTIFICATES_TIME);
        refuse_hello(&story, false, true);
        story_tell_chain(&story, SIDE_SERVER, &judged.judgement);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "missing_extended_master_secret"));
    }
    judged_end(&judged);
}

/* The client's key exchange comes behind a flight; who sends the alert does so then. */
static enum certainty give_up_at_keys(struct story *story, bool is_chosen, enum side by,
                                      uint8_t alert)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    offer.master_secret = by == SIDE_CLIENT;
    choice.master_secret = is_chosen;
    story_begin_choice_1_2(story, &offer, &choice, 0);
    if (by == SIDE_SERVER)
        story_client_flight_1_2(story);
    else
        story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("\1\4", 2));
    story_fatal(story, by, alert);
    return story_certainty(story, "missing_extended_master_secret");
}

/* As modules for FIPS do. */
static void keys_that_are_not_derived_may_lack_the_extension(void)
{
    static const struct {
        bool is_chosen;
        enum side by;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {false, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {false, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE},
        {false, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_NO},
        {true, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_NO},
        {false, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_POSSIBLE},
        {false, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE},
        {false, SIDE_SERVER, TLS_ALERT_BAD_RECORD_MAC, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        CU_ASSERT_EQUAL(give_up_at_keys(&story, rows[i].is_chosen, rows[i].by, rows[i].alert),
                        rows[i].certainty);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a client that finished without an extension does not insist on it",
         a_client_that_finished_without_an_extension_does_not_insist_on_it},
        {"a wrong certificate is the better guess", a_wrong_certificate_is_the_better_guess},
        {"keys that are not derived may lack the extension",
         keys_that_are_not_derived_may_lack_the_extension},
        CU_TEST_INFO_NULL,
    };

    return suite_run("extensions that one side insists on", tests);
}
