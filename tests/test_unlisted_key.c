/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server's key that the client's hello does not list. */
#include "analyze/causes/unlisted_key.h"

#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* A client that offers P-256 and ECDSA or RSA with SHA-256 refuses the leaf of this chain, which
 * has a key of this name. */
static enum certainty refuse_key(struct judged *judged, const char *files, enum certificate_key key,
                                 const char *key_name, uint8_t alert)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();
    struct certificate leaf;
    struct story story;

    memset(offer.groups, 0, sizeof(offer.groups));
    memset(offer.schemes, 0, sizeof(offer.schemes));
    offer.groups[0] = 23;
    offer.schemes[0] = 0x0403;
    offer.schemes[1] = 0x0401;
    judged_chain(judged, files, "www.example.test", CERTIFICATES_TIME);
    leaf = *judged->judgement.leaf;
    leaf.key = key;
    leaf.key_name = key_name;
    judged->judgement.leaf = &leaf;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_flight_1_2(&story, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, alert);
    (void)story_facts(&story);
    story.facts.chain[SIDE_SERVER] = &judged->judgement;
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_EQUAL(story_tells(&story, "server_key", key_name),
                    strcmp(story.verdict.cause->id, "no_shared_signature_algorithm") == 0);
    return story_certainty(&story, "no_shared_signature_algorithm");
}

static void a_key_that_is_not_listed_is_the_reason_for_alerts_of_its_kind(void)
{
    static const char good[] = "leaf intermediate";
    static const struct {
        const char *files;
        enum certificate_key key;
        const char *key_name;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {good, KEY_EC, "EC brainpoolP256r1", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_LIKELY},
        {good, KEY_EC, "EC P-521", TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {good, KEY_EC, "EC P-521", TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
        {good, KEY_EC, "EC P-521", TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
        {good, KEY_EC, "EC P-521", TLS_ALERT_UNKNOWN_CA, CAUSE_NO},
        {good, KEY_ED448, "Ed448", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_LIKELY},
        {good, KEY_EC, "EC P-256", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_NO},
        {good, KEY_EC, "EC", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_NO}, /* which is not known */
        {good, KEY_RSA, "RSA", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_NO},
        {"leaf", KEY_EC, "EC P-521", TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(
            refuse_key(&judged, rows[i].files, rows[i].key, rows[i].key_name, rows[i].alert),
            rows[i].certainty);
    judged_end(&judged);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a key that is not listed is the reason for alerts of its kind",
         a_key_that_is_not_listed_is_the_reason_for_alerts_of_its_kind},
        CU_TEST_INFO_NULL,
    };

    return suite_run("unlisted_key", tests);
}
