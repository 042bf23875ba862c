/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that says decrypt_error(51): which signature does not verify is not said. */
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* A missing issuer would have another alert: without its key there is nothing to verify with. */
static void the_key_exchange_may_be_what_does_not_verify(void)
{
    static const struct {
        const char *files;
        size_t dh_bits; /* of a key exchange that is signed; 0: there is none */
        enum certainty certainty;
    } rows[] = {
        {"leaf intermediate", 2048, CAUSE_POSSIBLE},
        {"leaf intermediate", 0, CAUSE_LIKELY},
        {"leaf", 2048, CAUSE_POSSIBLE},
        {"leaf", 0, CAUSE_LIKELY},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        judged_chain(&judged, rows[i].files, "www.example.test", CERTIFICATES_TIME);
        story_begin_hello(&story);
        story_flight_1_2(&story, &choice, rows[i].dh_bits);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR);
        story_tell_chain(&story, SIDE_SERVER, &judged.judgement);
        CU_ASSERT_TRUE(story_says(&story, "bad_certificate", rows[i].certainty));
        CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
        CU_ASSERT_FALSE(story_considers(&story, "incomplete_chain"));
    }
    judged_end(&judged);
}

/* A client that ends the handshake with this alert behind a key exchange of which this is known. */
static void refuse_key_exchange(struct story *story, struct judged *judged, uint8_t alert,
                                enum signature_check check)
{
    struct story_choice choice = story_choice_1_2();

    judged_chain(judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    story_begin_hello(story);
    story_flight_1_2(story, &choice, 2048);
    story_fatal(story, SIDE_CLIENT, alert);
    (void)story_facts(story);
    story->facts.chain[SIDE_SERVER] = &judged->judgement;
    story->facts.server_key_exchange.has_signature = true;
    story->facts.key_exchange_signature = check;
    diagnose(&story->facts, &story->verdict);
}

static void a_signature_that_does_not_verify_is_the_cause(void)
{
    static const struct {
        uint8_t alert;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_DECRYPT_ERROR, "record_corruption", CAUSE_CERTAIN},
        {TLS_ALERT_UNEXPECTED_MESSAGE, "record_corruption", CAUSE_LIKELY},
        {TLS_ALERT_HANDSHAKE_FAILURE, "record_corruption", CAUSE_LIKELY},
        {TLS_ALERT_BAD_CERTIFICATE, "bad_certificate", CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse_key_exchange(&story, &judged, rows[i].alert, SIGNATURE_WRONG);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_TRUE(rows[i].certainty > CAUSE_POSSIBLE
                       || story_considers(&story, "record_corruption"));
    }
    judged_end(&judged);
}

static void a_signature_that_verifies_acquits_the_private_key(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    refuse_key_exchange(&story, &judged, TLS_ALERT_DECRYPT_ERROR, SIGNATURE_VERIFIES);
    CU_ASSERT_TRUE(story_says(&story, "bad_certificate", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "signature_check", "the private key is the right one"));
    refuse_key_exchange(&story, &judged, TLS_ALERT_UNEXPECTED_MESSAGE, SIGNATURE_VERIFIES);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "bad_certificate"));
    judged_end(&judged);
}

/* All messages are in their places, and some clients say so of a signature. */
static void an_unexpected_message_behind_a_key_exchange_may_mean_its_signature(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    refuse_key_exchange(&story, &judged, TLS_ALERT_UNEXPECTED_MESSAGE, SIGNATURE_UNKNOWN);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "bad_certificate"));
    CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
    judged_end(&judged);
}

/* Of server_certificate_type (RFC 7250): X.509 is 0, a raw public key 2. */
static void an_unsupported_certificate_may_be_one_of_another_type(void)
{
    static const struct {
        const char *extension;
        size_t length;
        enum certainty certainty;
    } rows[] = {
        {"\0\x14\0\2\1\2", 6, CAUSE_POSSIBLE},
        {"\0\x13\0\2\1\2", 6, CAUSE_POSSIBLE}, /* of the client */
        {"\0\x14\0\3\2\2\0", 7, CAUSE_LIKELY},
        {"", 0, CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_modern_offer();
        struct story story;

        offer.further = bytes_of(rows[i].extension, rows[i].length);
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNSUPPORTED_CERTIFICATE);
        CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", rows[i].certainty));
        CU_ASSERT_EQUAL(story_tells(&story, "certificate_types", "raw public keys"),
                        rows[i].certainty == CAUSE_POSSIBLE);
    }
}

/* The server may have the right kind of key, and another hash. */
static void a_single_scheme_may_be_the_one_that_is_missing(void)
{
    static const story_list schemes[] = {{0x0401}, {0x0401, 0x0601}};

    for (int i = 0; i < 2; i++) {
        struct story_offer offer = story_offer_1_2();
        struct story story;

        memcpy(offer.suites, (story_list){0xc030, 0xc02f, 0xc014, 0x009d}, sizeof(offer.suites));
        memcpy(offer.schemes, schemes[i], sizeof(offer.schemes));
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), "no_shared_cipher");
        CU_ASSERT_EQUAL(story_considers(&story, "no_shared_signature_algorithm"), i == 0);
    }
}

/* A client with this offer calls the server's key exchange of TLS 1.2, signed so, illegal. */
static void refuse_signature(struct story *story, const struct story_offer *offer, uint16_t scheme,
                             enum signature_check check)
{
    struct story_choice choice = story_choice_1_2();

    story_begin(story);
    story_client_hello(story, offer);
    story_flight_1_2(story, &choice, 2048);
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
    (void)story_facts(story);
    story->facts.server_key_exchange.has_signature = true;
    story->facts.server_key_exchange.has_scheme = true;
    story->facts.server_key_exchange.signature_scheme = scheme;
    story->facts.key_exchange_signature = check;
    diagnose(&story->facts, &story->verdict);
}

static void a_scheme_may_be_listed_for_tls_1_3_alone(void)
{
    static const struct {
        uint16_t scheme;
        enum signature_check check;
        const char *cause;
    } rows[] = {
        {0x0804, SIGNATURE_VERIFIES, "no_shared_signature_algorithm"},
        {0x0804, SIGNATURE_UNKNOWN, "no_shared_signature_algorithm"},
        {0x0804, SIGNATURE_WRONG, "record_corruption"},
        {0x0401, SIGNATURE_VERIFIES, "illegal_parameter"}, /* rsa_pkcs1_sha256 is for TLS 1.2 */
    };
    struct story_offer offer = story_modern_offer();
    struct story story;

    memcpy(offer.schemes, (story_list){0x0804, 0x0401}, sizeof(offer.schemes));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        refuse_signature(&story, &offer, rows[i].scheme, rows[i].check);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "illegal_parameter"));
    }
    offer = story_offer_1_2(); /* whoever has no TLS 1.3 lists it for TLS 1.2 */
    memcpy(offer.schemes, (story_list){0x0804, 0x0401}, sizeof(offer.schemes));
    refuse_signature(&story, &offer, 0x0804, SIGNATURE_VERIFIES);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "no_shared_signature_algorithm"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the key exchange may be what does not verify",
         the_key_exchange_may_be_what_does_not_verify},
        {"a signature that does not verify is the cause",
         a_signature_that_does_not_verify_is_the_cause},
        {"a signature that verifies acquits the private key",
         a_signature_that_verifies_acquits_the_private_key},
        {"an unexpected message behind a key exchange may mean its signature",
         an_unexpected_message_behind_a_key_exchange_may_mean_its_signature},
        {"an unsupported certificate may be one of another type",
         an_unsupported_certificate_may_be_one_of_another_type},
        {"a single scheme may be the one that is missing",
         a_single_scheme_may_be_the_one_that_is_missing},
        {"a scheme may be listed for TLS 1.3 alone", a_scheme_may_be_listed_for_tls_1_3_alone},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes_signature", tests);
}
