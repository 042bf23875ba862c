/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is thought of when a client leaves at something that the server chose, and does not say so. */
#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* The client's minimum is not on the wire. */
static void leaving_at_an_old_version_may_be_about_it(void)
{
    static const struct {
        uint16_t version;
        bool considered;
    } rows[] = {{TLS_VERSION_1_0, true}, {TLS_VERSION_1_1, true}, {TLS_VERSION_1_2, false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_offer_1_2();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        choice.legacy_version = rows[i].version;
        story_begin_choice_1_2(&story, &offer, &choice, 0);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
        CU_ASSERT_EQUAL(story_considers(&story, "version_mismatch"), rows[i].considered);
    }
}

/* How a client that does not take SHA-1 leaves behind a signature with it. */
static const struct signature_row {
    uint16_t schemes[2];
    uint16_t version;
    size_t dh_bits; /* 0: nothing is signed */
    enum certainty certainty;
} signature_rows[] = {
    {{0x0403, 0x0401}, TLS_VERSION_1_0, 2048, CAUSE_POSSIBLE},
    {{0x0403, 0x0401}, TLS_VERSION_1_1, 2048, CAUSE_POSSIBLE},
    {{0x0403, 0x0401}, TLS_VERSION_1_2, 2048, CAUSE_NO},
    {{0x0403, 0x0401}, TLS_VERSION_1_0, 0, CAUSE_NO},
    {{0x0401, 0x0201}, TLS_VERSION_1_0, 2048, CAUSE_NO}, /* RSA with SHA-1 */
    {{0x0401, 0x0203}, TLS_VERSION_1_0, 2048, CAUSE_NO}, /* ECDSA with SHA-1 */
    {{0}, TLS_VERSION_1_0, 2048, CAUSE_NO},              /* no list: SHA-1 */
};

static void begin_signature(struct story *story, const struct signature_row *row)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    memset(offer.schemes, 0, sizeof(offer.schemes));
    memcpy(offer.schemes, row->schemes, sizeof(row->schemes));
    choice.legacy_version = row->version;
    story_begin_choice_1_2(story, &offer, &choice, row->dh_bits);
}

static void leaving_at_a_signature_with_sha_1_may_be_about_it(void)
{
    for (size_t i = 0; i < sizeof(signature_rows) / sizeof(signature_rows[0]); i++) {
        const struct signature_row *row = &signature_rows[i];
        struct story story;

        begin_signature(&story, row);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, "version_mismatch"), row->certainty);
        CU_ASSERT_TRUE(story_considers(&story, "certificate_rejected"));
        CU_ASSERT_EQUAL(story_tells(&story, "signature", "does not list"),
                        row->certainty != CAUSE_NO);
    }
}

/* A client that falls back shows that it knows TLS 1.2 (RFC 7507). */
static void an_error_at_a_signature_with_sha_1_is_about_it_behind_a_fallback(void)
{
    for (int falls_back = 0; falls_back < 2; falls_back++) {
        struct story_offer offer = story_offer_1_0();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        if (falls_back)
            offer.suites[8] = TLS_FALLBACK_SCSV;
        choice.legacy_version = TLS_VERSION_1_0;
        story_begin_choice_1_2(&story, &offer, &choice, 2048);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR);
        CU_ASSERT_EQUAL(story_certainty(&story, "version_mismatch"),
                        falls_back ? CAUSE_LIKELY : CAUSE_NO);
    }
}

/* An offer of less than TLS 1.2 has no list that counts, and who waits has another reason. */
static void leaving_for_another_reason_is_not_about_a_signature(void)
{
    struct story_offer offer = story_offer_1_0();
    struct story_choice choice = story_choice_1_2();
    struct story story;

    begin_signature(&story, &signature_rows[0]);
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_POSSIBLE));
    begin_signature(&story, &signature_rows[0]);
    story_wait(&story, 6 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    begin_signature(&story, &signature_rows[0]);
    story_client_flight_1_2(&story);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    offer.schemes[0] = 0x0401;
    choice.legacy_version = TLS_VERSION_1_0;
    story_begin_choice_1_2(&story, &offer, &choice, 2048);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
}

/* Other connections tell what the client, or all clients, make of the certificate. */
static void others_tell_what_leaving_at_a_signature_is_about(void)
{
    struct known_name name = {.flights.told.count = 1};
    struct known_attempt attempt = {.is_taken = true};
    struct known known = {.name = &name};
    struct story story;

    for (uint64_t i = 1; i <= 3; i++)
        sketch_add(&name.flights.clients_refused, i * UINT64_C(0x9e3779b97f4a7c15));
    begin_signature(&story, &signature_rows[0]);
    story_fin(&story, SIDE_CLIENT);
    (void)story_facts(&story);
    story.facts.known = &known;
    CU_ASSERT_EQUAL(story_certainty(&story, "certificate_rejected"), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(story_certainty(&story, "version_mismatch"), CAUSE_POSSIBLE);
    known.attempt = &attempt;
    CU_ASSERT_EQUAL(story_certainty(&story, "version_mismatch"), CAUSE_NO);
}

static void a_choice_that_cannot_be_seen_may_be_about_alpn(void)
{
    static const struct {
        const char *alpn;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {"smtp", TLS_ALERT_DECODE_ERROR, CAUSE_POSSIBLE},
        {"smtp", TLS_ALERT_UNKNOWN_CA, CAUSE_NO},
        {"http/1.1", TLS_ALERT_DECODE_ERROR, CAUSE_NO}, /* what servers choose by default */
        {NULL, TLS_ALERT_DECODE_ERROR, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        offer.alpn = rows[i].alpn;
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_flight_1_3(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_alpn"), rows[i].certainty);
    }
}

/* The server refuses encrypted, with or without EncryptedExtensions, where its choice would be. */
static void refuse_encrypted(struct story *story, const char *alpn, bool has_chosen)
{
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_3();

    offer.alpn = alpn;
    story_begin(story);
    story_client_hello(story, &offer);
    story_server_hello(story, &choice);
    if (has_chosen)
        story_protected(story, SIDE_SERVER, 40);
    story_refuse(story);
}

static void an_encrypted_refusal_right_after_server_hello_has_several_reasons(void)
{
    static const struct {
        const char *alpn;
        const char *cause;
        bool has_chosen;
    } rows[] = {
        {"mqtt", "no_shared_alpn", false},
        {"http/1.1", "no_shared_alpn", false},
        {NULL, "peer_alert", false},
        {"mqtt", "peer_alert", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse_encrypted(&story, rows[i].alpn, rows[i].has_chosen);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_POSSIBLE));
        CU_ASSERT_EQUAL(story_considers(&story, "no_shared_alpn"),
                        rows[i].alpn != NULL && !rows[i].has_chosen);
        CU_ASSERT_EQUAL(story_considers(&story, "no_shared_signature_algorithm"),
                        !rows[i].has_chosen);
        CU_ASSERT_TRUE(story_considers(&story, "internal_error"));
    }
}

static void an_encrypted_refusal_of_all_http_is_hardly_about_alpn(void)
{
    struct story story;

    refuse_encrypted(&story, "h2", false);
    (void)story_facts(&story);
    story.facts.client_extensions.alpn.protocols = bytes_of("\2h2\10http/1.1", 12);
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_alpn"));
}

static void a_choice_that_is_not_there_is_not_about_alpn(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_3();

    offer.alpn = "smtp";
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_server_hello(&story, &choice);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_alpn"));
    choice = story_choice_1_2();
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECODE_ERROR);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_alpn"));
}

/* How a client can leave behind the flight of a server that chose TLS 1.1. */
enum leaving {
    LEAVES_AT_ONCE,
    LEAVES_LATE,
    LEAVES_AFTER_ITS_FLIGHT,
    LEAVES_ITS_OWN_VERSION,
    LEAVES_UNREAD_CHOICE
};

static void leave_tls_1_1(struct story *story, enum leaving how, bool lists_it)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    choice.legacy_version = TLS_VERSION_1_1;
    choice.truncated = how == LEAVES_UNREAD_CHOICE;
    if (how == LEAVES_ITS_OWN_VERSION)
        offer.legacy_version = TLS_VERSION_1_1;
    if (lists_it)
        memcpy(offer.versions, (story_list){TLS_VERSION_1_2, TLS_VERSION_1_1},
               sizeof(offer.versions));
    story_begin_choice_1_2(story, &offer, &choice, 0);
    if (how == LEAVES_AFTER_ITS_FLIGHT)
        story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("", 0));
    story_wait(story, how == LEAVES_LATE ? 6 * STORY_SECOND : 0);
    story_fin(story, SIDE_CLIENT);
}

static void leaving_for_another_reason_is_not_about_an_old_version(void)
{
    struct story story;

    leave_tls_1_1(&story, LEAVES_AT_ONCE, false);
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
    leave_tls_1_1(&story, LEAVES_AT_ONCE, true);
    CU_ASSERT_FALSE(story_considers(&story, "version_mismatch"));
    leave_tls_1_1(&story, LEAVES_LATE, false);
    CU_ASSERT_FALSE(story_considers(&story, "version_mismatch"));
    leave_tls_1_1(&story, LEAVES_AFTER_ITS_FLIGHT, false);
    CU_ASSERT_FALSE(story_considers(&story, "version_mismatch"));
    leave_tls_1_1(&story, LEAVES_ITS_OWN_VERSION, false);
    CU_ASSERT_FALSE(story_considers(&story, "version_mismatch"));
    leave_tls_1_1(&story, LEAVES_UNREAD_CHOICE, false);
    CU_ASSERT_FALSE(story_considers(&story, "version_mismatch"));
}

/* Where it is known to look at the protocols of others. */
static void a_server_for_one_protocol_may_close_at_a_client_without_any(void)
{
    static const struct {
        uint8_t refused_with; /* 0: others were not refused */
        const char *alpn;
        bool is_considered;
    } cases[] = {
        {TLS_ALERT_NO_APPLICATION_PROTOCOL, NULL, true},
        {TLS_ALERT_NO_APPLICATION_PROTOCOL, "h2", false},
        {TLS_ALERT_HANDSHAKE_FAILURE, NULL, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct known_server_rare rare = {.alerts[0].description = cases[i].refused_with};
        struct known_server server = {.rare = &rare, .alert_count = 1};
        struct known known = {.server = &server};
        struct story_offer offer = story_offer_1_2();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        offer.alpn = cases[i].alpn;
        story_begin_choice_1_2(&story, &offer, &choice, 0);
        story_client_flight_1_2(&story);
        story_fin(&story, SIDE_SERVER);
        story_facts(&story);
        story.facts.known = &known;
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_EQUAL(story_considers(&story, "no_shared_alpn"), cases[i].is_considered);
        CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story_tells(&story, "no_alpn", "may close"), cases[i].is_considered);
    }
}

/* Its groups and suites have no size that a server chooses: what is left is the certificate. */
static void what_is_too_weak_in_tls_1_3_may_be_the_certificate(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_INSUFFICIENT_SECURITY);
    CU_ASSERT_TRUE(story_says(&story, "weak_parameters", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "weak_certificate"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"leaving at an old version may be about it", leaving_at_an_old_version_may_be_about_it},
        {"leaving at a signature with SHA-1 may be about it",
         leaving_at_a_signature_with_sha_1_may_be_about_it},
        {"leaving for another reason is not about a signature",
         leaving_for_another_reason_is_not_about_a_signature},
        {"others tell what leaving at a signature is about",
         others_tell_what_leaving_at_a_signature_is_about},
        {"a choice that cannot be seen may be about ALPN",
         a_choice_that_cannot_be_seen_may_be_about_alpn},
        {"an encrypted refusal right after ServerHello has several reasons",
         an_encrypted_refusal_right_after_server_hello_has_several_reasons},
        {"an encrypted refusal of all HTTP is hardly about ALPN",
         an_encrypted_refusal_of_all_http_is_hardly_about_alpn},
        {"a choice that is not there is not about ALPN",
         a_choice_that_is_not_there_is_not_about_alpn},
        {"leaving for another reason is not about an old version",
         leaving_for_another_reason_is_not_about_an_old_version},
        {"a server for one protocol may close at a client without any",
         a_server_for_one_protocol_may_close_at_a_client_without_any},
        {"an error at a signature with SHA-1 is about it behind a fallback",
         an_error_at_a_signature_with_sha_1_is_about_it_behind_a_fallback},
        {"what is too weak in TLS 1.3 may be the certificate",
         what_is_too_weak_in_tls_1_3_may_be_the_certificate},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes in what the server chose", tests);
}
