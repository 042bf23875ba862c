/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is taken for octets that changed on the way, and for keys that differ. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

static void bad_record_mac_is_certain_from_either_side(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_BAD_RECORD_MAC);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_CERTAIN));
    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_DECRYPTION_FAILED);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_CERTAIN));
}

static void decrypt_error_about_the_finished_is_likely(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "bad_certificate"));
}

static bool has_evidence(const struct story *story, const char *fact)
{
    bool found = false;

    for (size_t i = 0; i < story->verdict.evidence.count; i++)
        found |= strcmp(story->verdict.evidence.items[i].fact, fact) == 0;
    return found;
}

/* Nothing was protected: no record can be corrupt, and a ticket may be another server's. */
static void bad_record_mac_to_a_hello_is_possible(void)
{
    struct story_offer offer = story_modern_offer();
    struct story story;

    offer.session_id = 32;
    story_refuse_offer(&story, &offer, TLS_ALERT_BAD_RECORD_MAC);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_POSSIBLE));
    CU_ASSERT_FALSE(has_evidence(&story, "resumption"));
    story_begin_hello(&story);
    story_protected(&story, SIDE_CLIENT, 100); /* early data */
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_RECORD_MAC);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_CERTAIN));
    memset(offer.versions, 0, sizeof(offer.versions));
    story_refuse_offer(&story, &offer, TLS_ALERT_BAD_RECORD_MAC);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(has_evidence(&story, "resumption"));
    offer.session_id = 0;
    offer.broken = TLS_EXTENSION_SESSION_TICKET;
    story_refuse_offer(&story, &offer, TLS_ALERT_BAD_RECORD_MAC);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(has_evidence(&story, "resumption"));
}

static bool evidence_begins_with(const struct story *story, const char *fact)
{
    return story->verdict.evidence.count > 0
           && strcmp(story->verdict.evidence.items[0].fact, fact) == 0;
}

/* RFC 8446 section 4.2.11.2: a binder that does not verify ends the handshake. */
static void decrypt_error_to_a_hello_with_a_key_is_about_that_key(void)
{
    struct story_offer offer = story_modern_offer();
    struct story story;

    offer.broken = TLS_EXTENSION_PRE_SHARED_KEY;
    story_refuse_offer(&story, &offer, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_LIKELY));
    CU_ASSERT_TRUE(evidence_begins_with(&story, "pre_shared_key"));
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
    offer.broken = 0;
    story_refuse_offer(&story, &offer, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_LIKELY));
    CU_ASSERT_FALSE(evidence_begins_with(&story, "pre_shared_key"));
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_FALSE(story_considers(&story, "record_corruption"));
}

/* The extension of a hello that offers a key of this name, and a binder of 32 octets. */
#define OFFERED_KEY(length, identity, age)                                                         \
    "\x00\x29\x00" length identity age "\x00\x21\x20"                                              \
    "0123456789abcdef0123456789abcdef"

#define EXTERNAL_KEY OFFERED_KEY("\x2e\x00\x09\x00\x03", "pc1", "\0\0\0\0")
#define TICKET       OFFERED_KEY("\x2e\x00\x09\x00\x03", "pc1", "\0\0\0\1")
#define BINARY_KEY   OFFERED_KEY("\x2e\x00\x09\x00\x03", "p\xff\xfe", "\0\0\0\0")

static struct story_offer offer_of_key(const char *extension)
{
    struct story_offer offer = story_modern_offer();

    offer.further = bytes_of(extension, sizeof(EXTERNAL_KEY) - 1);
    return offer;
}

static void an_external_key_that_is_refused_is_another_one(void)
{
    static const struct {
        const char *extension;
        int how;
        const char *cause;
        enum certainty certainty;
        bool is_told;
    } rows[] = {
        {EXTERNAL_KEY, TLS_ALERT_ILLEGAL_PARAMETER, "record_corruption", CAUSE_LIKELY, true},
        {EXTERNAL_KEY, TLS_ALERT_DECRYPT_ERROR, "record_corruption", CAUSE_LIKELY, true},
        {EXTERNAL_KEY, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_cipher", CAUSE_POSSIBLE, true},
        {EXTERNAL_KEY, TLS_ALERT_UNKNOWN_PSK_IDENTITY, "peer_alert", CAUSE_LIKELY, true},
        {EXTERNAL_KEY, TLS_ALERT_CLOSE_NOTIFY, "record_corruption", CAUSE_LIKELY, true},
        {EXTERNAL_KEY, STORY_CLOSES, "record_corruption", CAUSE_LIKELY, true},
        {TICKET, STORY_CLOSES, "server_closed", CAUSE_LIKELY, false},
        {TICKET, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter", CAUSE_LIKELY, false},
        {BINARY_KEY, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter", CAUSE_LIKELY, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = offer_of_key(rows[i].extension);
        struct story story;

        story_refuse_offer(&story, &offer, rows[i].how);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_EQUAL(story_tells(&story, "psk_identity", "key \"pc1\""), rows[i].is_told);
    }
}

/* The server finds no certificate for a client whose key it does not know: that it has TLS 1.3, of
 * which the key is, tells as much. */
static void a_server_of_tls_1_3_may_not_know_the_key_by_its_name(void)
{
    static const uint16_t versions[] = {TLS_VERSION_1_2, TLS_VERSION_1_3};

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        struct known_server_rare rare = {0};
        struct known_server server = {.rare = &rare};
        struct known known = {.server = &server};
        struct story_offer offer = offer_of_key(EXTERNAL_KEY);
        struct story story;

        server.chosen[KNOWN_VERSIONS].count = 1;
        server.chosen[KNOWN_VERSIONS].few[0].value = versions[i];
        story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        (void)story_facts(&story);
        story.facts.known = &known;
        CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
        CU_ASSERT_EQUAL(story_certainty(&story, "record_corruption"),
                        versions[i] == TLS_VERSION_1_3 ? CAUSE_LIKELY : CAUSE_POSSIBLE);
    }
}

/* RFC 4279 section 2, RFC 5054 section 2.6. */
static void a_bad_record_with_a_shared_secret_is_about_that_secret(void)
{
    static const struct {
        uint16_t suite;
        const char *secret; /* NULL: the suite has none */
    } rows[] = {
        {0x00a8, "pre-shared key"}, /* TLS_PSK_WITH_AES_128_GCM_SHA256 */
        {0xc037, "pre-shared key"}, /* TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256 */
        {0xc01d, "password"},       /* TLS_SRP_SHA_WITH_AES_128_CBC_SHA */
        {0xc02f, NULL},             /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        choice.suite = rows[i].suite;
        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
        story_client_flight_1_2(&story);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_RECORD_MAC);
        CU_ASSERT_TRUE(story_certainty(&story, "record_corruption") == CAUSE_CERTAIN);
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_EQUAL(evidence_begins_with(&story, "shared_secret"), rows[i].secret != NULL);
        if (rows[i].secret != NULL)
            CU_ASSERT_PTR_NOT_NULL(strstr(story.verdict.evidence.items[0].text, rows[i].secret));
    }
}

/* The suite of a secret, the client's name for it, and how the server ends it behind the client's
 * key: what is likely or possible then, and not without the secret. */
static void begin_secret(struct story *story, uint16_t suite, const char *client_key)
{
    struct story_choice choice = story_choice_1_2();

    choice.suite = suite;
    story_begin_hello(story);
    story_server_hello(story, &choice);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    if (client_key != NULL)
        story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE,
                      bytes_of(client_key, strlen(client_key + 1) + 1));
}

enum { PSK_SUITE = 0x00a8, SRP_SUITE = 0xc01d, OTHER_SUITE = 0xc02f };

static const char key_exchange[] = "\0\5Psk 7"; /* an identity of five octets */

static void a_server_that_leaves_at_a_secret_has_another_one(void)
{
    static const struct {
        uint16_t suite;
        int how;
        enum certainty certainty;
    } rows[] = {
        {PSK_SUITE, STORY_CLOSES, CAUSE_LIKELY},
        {PSK_SUITE, STORY_RESETS, CAUSE_LIKELY},
        {PSK_SUITE, TLS_ALERT_CLOSE_NOTIFY, CAUSE_LIKELY},
        {SRP_SUITE, STORY_CLOSES, CAUSE_LIKELY},
        {PSK_SUITE, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_POSSIBLE},
        {PSK_SUITE, TLS_ALERT_UNKNOWN_PSK_IDENTITY, CAUSE_NO},
        {PSK_SUITE, TLS_ALERT_INTERNAL_ERROR, CAUSE_NO},
        {OTHER_SUITE, STORY_CLOSES, CAUSE_NO},
        {OTHER_SUITE, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_secret(&story, rows[i].suite, key_exchange);
        story_refuse_how(&story, rows[i].how);
        if (rows[i].certainty != CAUSE_NO)
            CU_ASSERT_TRUE(story_says(&story, "record_corruption", rows[i].certainty));
        CU_ASSERT_EQUAL(story_certainty(&story, "record_corruption"), rows[i].certainty);
        CU_ASSERT_EQUAL(has_evidence(&story, "psk_identity"),
                        rows[i].suite == PSK_SUITE && rows[i].how != TLS_ALERT_INTERNAL_ERROR);
    }
}

static void a_server_that_leaves_elsewhere_says_nothing_of_a_secret(void)
{
    struct story story;

    begin_secret(&story, PSK_SUITE, NULL);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "record_corruption"));
    begin_secret(&story, PSK_SUITE, key_exchange);
    story_wait(&story, 2 * STORY_SECOND); /* it may have waited for the client's Finished */
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "record_corruption"));
    begin_secret(&story, PSK_SUITE, key_exchange);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "record_corruption"));
    begin_secret(&story, PSK_SUITE, key_exchange);
    story_rst(&story, SIDE_SERVER);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.hop_limit = 40; /* another host */
    CU_ASSERT_TRUE(story_denies(&story, "record_corruption"));
}

/* It is shown where it is text: what is not breaks no terminal. */
static void the_name_of_a_pre_shared_key_is_evidence(void)
{
    static const struct {
        const char *key_exchange;
        const char *told;
    } rows[] = {
        {"\0\5Psk 7", "key \"Psk 7\""},
        {"\0\3a\x1b\n", "key \"a\\x1b\\x0a\""},
        {"\0\3a\xff\xfe", NULL},
        {"\0\5four", NULL}, /* cut */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_secret(&story, PSK_SUITE, rows[i].key_exchange);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_RECORD_MAC);
        CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_CERTAIN));
        CU_ASSERT_EQUAL(has_evidence(&story, "psk_identity"), rows[i].told != NULL);
        if (rows[i].told != NULL)
            CU_ASSERT_TRUE(story_tells(&story, "psk_identity", rows[i].told));
    }
}

static void an_encrypted_alert_in_place_of_the_servers_finished_is_corruption(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_ccs(&story, SIDE_SERVER);
    story_note(&story, SIDE_SERVER, NOTE_ENCRYPTED_ALERT)->length = 26;
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_LIKELY));
}

static void a_server_that_leaves_at_the_finished_may_have_found_corruption(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_client_flight_1_2(&story);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
}

static void a_server_that_left_before_the_finished_has_found_no_corruption(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fin(&story, SIDE_SERVER);
    story_client_flight_1_2(&story);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "record_corruption"));
}

static void a_refused_hello_is_no_corruption(void)
{
    struct story story;

    story_begin_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "record_corruption"));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"bad_record_mac is certain from either side", bad_record_mac_is_certain_from_either_side},
        {"decrypt_error about the Finished is likely", decrypt_error_about_the_finished_is_likely},
        {"bad_record_mac to a hello is possible", bad_record_mac_to_a_hello_is_possible},
        {"decrypt_error to a hello with a key is about that key",
         decrypt_error_to_a_hello_with_a_key_is_about_that_key},
        {"an external key that is refused is another one",
         an_external_key_that_is_refused_is_another_one},
        {"a server of TLS 1.3 may not know the key by its name",
         a_server_of_tls_1_3_may_not_know_the_key_by_its_name},
        {"a bad record with a shared secret is about that secret",
         a_bad_record_with_a_shared_secret_is_about_that_secret},
        {"a server that leaves at a secret has another one",
         a_server_that_leaves_at_a_secret_has_another_one},
        {"a server that leaves elsewhere says nothing of a secret",
         a_server_that_leaves_elsewhere_says_nothing_of_a_secret},
        {"the name of a pre-shared key is evidence", the_name_of_a_pre_shared_key_is_evidence},
        {"an encrypted alert in place of the server's Finished is corruption",
         an_encrypted_alert_in_place_of_the_servers_finished_is_corruption},
        {"a server that leaves at the Finished may have found corruption",
         a_server_that_leaves_at_the_finished_may_have_found_corruption},
        {"a server that left before the Finished has found no corruption",
         a_server_that_left_before_the_finished_has_found_no_corruption},
        {"a refused hello is no corruption", a_refused_hello_is_no_corruption},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of corruption", tests);
}
