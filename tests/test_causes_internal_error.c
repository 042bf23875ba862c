/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients that give up for a reason of their own. */
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

static void an_alert_in_place_of_a_hello_is_the_clients_own(void)
{
    static const struct {
        uint8_t alert;
        const char *words;
    } rows[] = {
        {TLS_ALERT_PROTOCOL_VERSION, "leave no version of TLS, or"},
        {TLS_ALERT_INTERNAL_ERROR, "leave no version or cipher suite, or"},
        {TLS_ALERT_HANDSHAKE_FAILURE, "leave no version or cipher suite, or"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
        CU_ASSERT_EQUAL(story.verdict.alternative_count, 0);
        CU_ASSERT_TRUE(story_tells(&story, "no_hello", rows[i].words));
        story_begin_hello(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        (void)story_cause(&story);
        CU_ASSERT_FALSE(story_tells(&story, "no_hello", ""));
    }
}

/* ServerDHParams with a prime of so many octets, signed without a scheme (RFC 4346 section 7.4.3).
 */
static void send_parameters(struct story *story, size_t octets)
{
    static const uint8_t rest[] = {0, 1, 2, 0, 2, 5, 5, 0, 2, 0xab, 0xcd}; /* dh_g to signature */
    uint8_t body[512];

    body[0] = (uint8_t)(octets >> 8);
    body[1] = (uint8_t)octets;
    memset(body + 2, 0xf7, octets);
    memcpy(body + 2 + octets, rest, sizeof(rest));
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE,
                  bytes_of(body, 2 + octets + sizeof(rest)));
}

/* The client says internal_error at a key exchange of TLS 1.0 with a prime of so many octets. */
static void fail_at_key_exchange(struct story *story, const struct story_offer *offer,
                                 size_t octets)
{
    struct story_choice choice = story_choice_1_2();

    choice.legacy_version = TLS_VERSION_1_0;
    choice.suite = offer->suites[0];
    choice.master_secret = offer->master_secret;
    story_begin(story);
    story_client_hello(story, offer);
    story_server_hello(story, &choice);
    story_certificate(story, SIDE_SERVER);
    send_parameters(story, octets);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
}

static void an_old_client_fails_at_a_long_prime(void)
{
    struct story_offer offer = story_offer_1_0();
    struct story story;

    offer.suites[0] = 0x0033; /* TLS_DHE_RSA_WITH_AES_128_CBC_SHA */
    offer.master_secret = false;
    fail_at_key_exchange(&story, &offer, 256);
    CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "modulus_bits", "2048 bits"));
    fail_at_key_exchange(&story, &offer, 128);
    CU_ASSERT_NOT_EQUAL(story_certainty(&story, "internal_error"), CAUSE_LIKELY);
    offer.master_secret = true; /* a new one that was told to offer no more */
    fail_at_key_exchange(&story, &offer, 256);
    CU_ASSERT_NOT_EQUAL(story_certainty(&story, "internal_error"), CAUSE_LIKELY);
}

static void an_error_at_a_good_certificate_is_first_of_all_an_error(void)
{
    static const struct {
        const char *files;
        const char *cause;
        const char *other;
    } rows[] = {
        {"leaf intermediate", "internal_error", "certificate_rejected"},
        {"leaf", "certificate_rejected", "internal_error"},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        judged_chain(&judged, rows[i].files, "www.example.test", CERTIFICATES_TIME);
        story_begin_flight_1_2(&story);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
        (void)story_facts(&story);
        story.facts.chain[SIDE_SERVER] = &judged.judgement;
        CU_ASSERT_EQUAL(story_certainty(&story, "certificate_rejected"),
                        i == 0 ? CAUSE_NO : CAUSE_POSSIBLE);
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_TRUE(story_considers(&story, rows[i].cause));
        CU_ASSERT_TRUE(story_considers(&story, rows[i].other));
    }
    judged_end(&judged);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an alert in place of a hello is the client's own",
         an_alert_in_place_of_a_hello_is_the_clients_own},
        {"an old client fails at a long prime", an_old_client_fails_at_a_long_prime},
        {"an error at a good certificate is first of all an error",
         an_error_at_a_good_certificate_is_first_of_all_an_error},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes_internal_error", tests);
}
