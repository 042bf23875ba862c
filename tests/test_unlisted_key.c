/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key that makes no signature which the other side lists: a server's, and a client's. */
#include "analyze/key_scheme.h"
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

struct key {
    enum certificate_key kind;
    const char *name;
    uint16_t group;
};

/* Judge this chain as one whose leaf has this key. */
static void judge_key(struct judged *judged, const char *files, const char *name,
                      const struct key *key, struct certificate *leaf)
{
    judged_chain(judged, files, name, CERTIFICATES_TIME);
    *leaf = *judged->judgement.leaf;
    leaf->key = key->kind;
    leaf->key_name = key->name;
    leaf->key_group = key->group;
    judged->judgement.leaf = leaf;
}

/* A client that offers P-256 and ECDSA or RSA with SHA-256 refuses the leaf of this chain, which
 * has this key. */
static enum certainty refuse_key(struct judged *judged, const char *files, const struct key *key,
                                 uint8_t alert)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();
    struct certificate leaf;
    struct story story;

    memcpy(offer.groups, (story_list){23}, sizeof(offer.groups));
    memcpy(offer.schemes, (story_list){0x0403, 0x0401}, sizeof(offer.schemes));
    judge_key(judged, files, "www.example.test", key, &leaf);
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, alert);
    story_tell_chain(&story, SIDE_SERVER, &judged->judgement);
    CU_ASSERT_EQUAL(story_tells(&story, "server_key", key->name),
                    strcmp(story.verdict.cause->id, "no_shared_signature_algorithm") == 0);
    return story_certainty(&story, "no_shared_signature_algorithm");
}

static void a_key_that_is_not_listed_is_the_reason_for_alerts_of_its_kind(void)
{
    static const char good[] = "leaf intermediate";
    static const struct {
        const char *files;
        struct key key;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {good, {KEY_EC, "EC brainpoolP256r1", 26}, TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_LIKELY},
        {good, {KEY_EC, "EC P-521", 25}, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {good, {KEY_EC, "EC P-521", 25}, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
        {good, {KEY_EC, "EC P-521", 25}, TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
        {good, {KEY_EC, "EC P-521", 25}, TLS_ALERT_UNKNOWN_CA, CAUSE_NO},
        {good, {KEY_ED448, "Ed448", 0}, TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_LIKELY},
        {good, {KEY_EC, "EC P-256", 23}, TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_NO},
        /* A curve that is not known may be any. */
        {good, {KEY_EC, "EC", 0}, TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_NO},
        {good, {KEY_RSA, "RSA", 0}, TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_NO},
        {"leaf", {KEY_EC, "EC P-521", 25}, TLS_ALERT_UNSUPPORTED_CERTIFICATE, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(refuse_key(&judged, rows[i].files, &rows[i].key, rows[i].alert),
                        rows[i].certainty);
    judged_end(&judged);
}

static void a_key_makes_the_schemes_of_its_kind(void)
{
    static const struct {
        enum certificate_key key;
        uint8_t scheme[2];
        bool makes_it;
    } rows[] = {
        {KEY_RSA, {0x04, 0x01}, true},      {KEY_RSA, {0x02, 0x01}, true},
        {KEY_RSA, {0x08, 0x06}, true},      {KEY_RSA, {0x08, 0x09}, false},
        {KEY_RSA, {0x04, 0x03}, false},     {KEY_RSA_PSS, {0x08, 0x0b}, true},
        {KEY_RSA_PSS, {0x08, 0x04}, false}, {KEY_EC, {0x06, 0x03}, true},
        {KEY_EC, {0x08, 0x07}, false},      {KEY_ED25519, {0x08, 0x07}, true},
        {KEY_ED25519, {0x04, 0x03}, false}, {KEY_ED448, {0x08, 0x08}, true},
        {KEY_ED448, {0x08, 0x07}, false},   {KEY_DSA, {0x02, 0x02}, true},
        {KEY_UNKNOWN, {0x04, 0x03}, true}, /* nobody knows */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct certificate certificate = {.reading = CERTIFICATE_READ, .key = rows[i].key};

        CU_ASSERT_EQUAL(key_scheme_fits_none(&certificate, bytes_of(rows[i].scheme, 2)),
                        !rows[i].makes_it);
    }
}

/* A server's certificate has a key of this kind; a client that lists no scheme but these of ECDSA
 * or RSA sees the server end the handshake behind it. */
static enum certainty give_up_behind_certificate(enum certificate_key key, uint16_t suite, int how)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();
    struct certificate leaf = {.reading = CERTIFICATE_READ, .key = key, .key_name = "of a kind"};
    struct chain_judgement judgement = {.leaf = &leaf, .path_length = 1};
    struct story story;

    memcpy(offer.schemes, (story_list){0x0403, 0x0804}, sizeof(offer.schemes));
    choice.suite = suite;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_server_hello(&story, &choice);
    story_certificate(&story, SIDE_SERVER);
    story_refuse_how(&story, how);
    story_tell_chain(&story, SIDE_SERVER, &judgement);
    return story_certainty(&story, "no_shared_signature_algorithm");
}

static void a_server_that_stops_where_it_has_to_sign_has_no_listed_key(void)
{
    enum { SIGNED_SUITE = 0xc02b, DECRYPTING_SUITE = 0x009c };
    static const struct {
        enum certificate_key key;
        uint16_t suite;
        int how;
        enum certainty certainty;
    } rows[] = {
        {KEY_ED25519, SIGNED_SUITE, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {KEY_ED25519, SIGNED_SUITE, TLS_ALERT_INTERNAL_ERROR, CAUSE_LIKELY},
        {KEY_ED25519, SIGNED_SUITE, STORY_CLOSES, CAUSE_LIKELY},
        {KEY_ED25519, SIGNED_SUITE, TLS_ALERT_UNRECOGNIZED_NAME, CAUSE_NO},
        {KEY_EC, SIGNED_SUITE, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_NO},
        {KEY_RSA_PSS, DECRYPTING_SUITE, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(give_up_behind_certificate(rows[i].key, rows[i].suite, rows[i].how),
                        rows[i].certainty);
}

/* How a handshake ends in which the client sent a certificate. */
enum end { CLIENT_ENDS, CLIENT_ENDS_SIGNED, SERVER_ENDS };

/* The server asks for a signature with RSA and SHA-256; the client sends a certificate with a key
 * of this kind. */
static enum certainty answer_request(enum certificate_key key, enum end end, int how)
{
    struct certificate leaf = {
        .reading = CERTIFICATE_READ, .key = key, .key_name = "of another kind"};
    struct chain_judgement judgement = {.leaf = &leaf, .path_length = 1};
    enum side by = end == SERVER_ENDS ? SIDE_SERVER : SIDE_CLIENT;
    enum certainty certainty;
    struct story story;

    story_begin_request(&story);
    story_certificate(&story, SIDE_CLIENT);
    if (end != CLIENT_ENDS)
        story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE_VERIFY,
                      bytes_of("\4\3\0\1s", 5));
    if (end == SERVER_ENDS)
        story_client_flight_1_2(&story);
    story_end_how(&story, by, how);
    story_tell_chain(&story, SIDE_CLIENT, &judgement);
    certainty = story_certainty(&story, "no_shared_signature_algorithm");
    if (certainty == CAUSE_LIKELY) {
        CU_ASSERT_TRUE(story_tells(&story, "client_key", leaf.key_name));
        CU_ASSERT_TRUE(story_tells(&story, "requested_signature_schemes", "rsa_pkcs1_sha256"));
    }
    return certainty;
}

static void a_client_with_another_key_than_the_server_asks_for_fails_at_its_signature(void)
{
    static const struct {
        enum certificate_key key;
        enum end end;
        int how;
        enum certainty certainty;
    } rows[] = {
        {KEY_EC, CLIENT_ENDS, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
        {KEY_EC, CLIENT_ENDS, TLS_ALERT_INTERNAL_ERROR, CAUSE_LIKELY},
        {KEY_EC, CLIENT_ENDS, STORY_CLOSES, CAUSE_POSSIBLE},
        {KEY_EC, SERVER_ENDS, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
        {KEY_EC, SERVER_ENDS, TLS_ALERT_CERTIFICATE_EXPIRED, CAUSE_NO},
        {KEY_EC, CLIENT_ENDS_SIGNED, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_NO},
        {KEY_RSA, CLIENT_ENDS, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(answer_request(rows[i].key, rows[i].end, rows[i].how), rows[i].certainty);
}

/* The key would do: the client, which lists ECDSA and RSA with SHA-256, ends the handshake behind a
 * key exchange that is signed with another scheme. */
static enum certainty refuse_signature(struct story *story, const struct chain_judgement *judgement,
                                       uint16_t scheme, int how)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    memcpy(offer.schemes, (story_list){0x0403, 0x0401}, sizeof(offer.schemes));
    offer.master_secret = true;
    choice.master_secret = false;
    choice.renegotiation = true;
    story_begin_choice_1_2(story, &offer, &choice, 2048);
    story_end_how(story, SIDE_CLIENT, how);
    (void)story_facts(story);
    story->facts.server_key_exchange.signature_scheme = scheme;
    story_tell_chain(story, SIDE_SERVER, judgement);
    return story_certainty(story, "no_shared_signature_algorithm");
}

static void a_signature_that_is_not_listed_is_the_reason_for_alerts_of_its_kind(void)
{
    enum { RSA_SHA1 = 0x0201, RSA_SHA256 = 0x0401 };
    static const char good[] = "leaf intermediate";
    static const struct {
        const char *files;
        uint16_t scheme;
        int how;
        enum certainty certainty;
    } rows[] = {
        {good, RSA_SHA1, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
        {good, RSA_SHA1, TLS_ALERT_UNEXPECTED_MESSAGE, CAUSE_LIKELY},
        {good, RSA_SHA1, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {good, RSA_SHA1, TLS_ALERT_INTERNAL_ERROR, CAUSE_LIKELY},
        {good, RSA_SHA1, TLS_ALERT_CERTIFICATE_EXPIRED, CAUSE_NO},
        {good, RSA_SHA1, STORY_CLOSES, CAUSE_POSSIBLE},
        {good, RSA_SHA256, TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_NO},
        /* Who lacks an issuer says unknown_ca(48). */
        {"leaf", RSA_SHA1, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        judged_chain(&judged, rows[i].files, "www.example.test", CERTIFICATES_TIME);
        CU_ASSERT_EQUAL(refuse_signature(&story, &judged.judgement, rows[i].scheme, rows[i].how),
                        rows[i].certainty);
        if (rows[i].certainty == CAUSE_LIKELY)
            CU_ASSERT_TRUE(story_tells(&story, "signature_scheme", "with rsa_pkcs1_sha1, which"));
    }
    judged_end(&judged);
}

/* A client may say the same of a certificate, and looks at that before. */
static void a_wrong_certificate_comes_before_a_signature(void)
{
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "other.example.test", CERTIFICATES_TIME);
    CU_ASSERT_EQUAL(
        refuse_signature(&story, &judged.judgement, 0x0201, TLS_ALERT_HANDSHAKE_FAILURE),
        CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(
        refuse_signature(&story, &judged.judgement, 0x0201, TLS_ALERT_ILLEGAL_PARAMETER),
        CAUSE_LIKELY);
    judged_end(&judged);
}

/* It takes what it does not list: the extension that the ServerHello lacks is what is left. */
static void what_the_client_took_before_is_less_likely_the_reason(void)
{
    struct known_attempt attempt = {.is_taken = true};
    struct known known = {.attempt = &attempt};
    struct judged judged;
    struct story story;

    judged_begin(&judged);
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    (void)refuse_signature(&story, &judged.judgement, 0x0201, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_considers(&story, "missing_extended_master_secret"));
    story.facts.known = &known;
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_signature_algorithm"), CAUSE_POSSIBLE);
    judged_end(&judged);
}

/* The server asks for RSA with SHA-256. */
static void a_client_that_signs_with_another_hash_than_the_server_asks_for_is_refused(void)
{
    static const struct {
        const char *verify;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {"\2\1\0\1s", TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {"\2\1\0\1s", TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
        {"\2\1\0\1s", TLS_ALERT_UNKNOWN_CA, CAUSE_NO},
        {"\4\1\0\1s", TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_request(&story);
        story_certificate(&story, SIDE_CLIENT);
        story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE_VERIFY,
                      bytes_of(rows[i].verify, 5));
        story_client_flight_1_2(&story);
        story_fatal(&story, SIDE_SERVER, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_signature_algorithm"),
                        rows[i].certainty);
        CU_ASSERT_EQUAL(story_tells(&story, "requested_signature_schemes", "rsa_pkcs1_sha256"),
                        rows[i].certainty == CAUSE_LIKELY);
    }
}

/* The server asks for any certificate, and the client's signs as it has to. */
static void answer_any_request(struct story *story)
{
    const struct story_choice choice = story_choice_1_2();

    story_begin_hello(story);
    story_server_hello(story, &choice);
    story_certificate(story, SIDE_SERVER);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST,
                  bytes_of("\2\1\100\0\4\4\1\4\3\0\0", 11));
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    story_certificate(story, SIDE_CLIENT);
    story_client_flight_1_2(story);
}

/* OpenSSL compares the curve of the client's key with the groups. */
static void a_client_key_of_a_curve_that_few_take_is_refused(void)
{
    static const struct {
        struct key key;
        uint8_t alert;
        const char *cause;
        bool is_considered; /* the client's certificate is, if that is not the cause */
    } rows[] = {
        {{KEY_EC, "EC brainpoolP256r1", 26}, 47, "client_certificate_rejected", true},
        {{KEY_EC, "EC P-521", 25}, 47, "client_certificate_rejected", true}, /* not in the hello */
        {{KEY_EC, "EC P-256", 23}, 47, "illegal_parameter", true},
        {{KEY_RSA, "RSA", 0}, 47, "illegal_parameter", true},
        {{KEY_EC, "EC brainpoolP256r1", 26}, 10, "unexpected_message", false},
    };
    static struct certificate leaf;
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        judge_key(&judged, "leaf intermediate", "", &rows[i].key, &leaf);
        answer_any_request(&story);
        story_fatal(&story, SIDE_SERVER, rows[i].alert);
        story_tell_chain(&story, SIDE_CLIENT, &judged.judgement);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, story.verdict.confidence));
        CU_ASSERT_EQUAL(story_considers(&story, "client_certificate_rejected"),
                        rows[i].is_considered);
        CU_ASSERT_EQUAL(story_tells(&story, "client_key", "a curve that not every server takes"),
                        i < 2);
    }
    judged_end(&judged);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a key that is not listed is the reason for alerts of its kind",
         a_key_that_is_not_listed_is_the_reason_for_alerts_of_its_kind},
        {"a key makes the schemes of its kind", a_key_makes_the_schemes_of_its_kind},
        {"a server that stops where it has to sign has no listed key",
         a_server_that_stops_where_it_has_to_sign_has_no_listed_key},
        {"a client with another key than the server asks for fails at its signature",
         a_client_with_another_key_than_the_server_asks_for_fails_at_its_signature},
        {"a signature that is not listed is the reason for alerts of its kind",
         a_signature_that_is_not_listed_is_the_reason_for_alerts_of_its_kind},
        {"a wrong certificate comes before a signature",
         a_wrong_certificate_comes_before_a_signature},
        {"what the client took before is less likely the reason",
         what_the_client_took_before_is_less_likely_the_reason},
        {"a client that signs with another hash than the server asks for is refused",
         a_client_that_signs_with_another_hash_than_the_server_asks_for_is_refused},
        {"a client key of a curve that few take is refused",
         a_client_key_of_a_curve_that_few_take_is_refused},
        CU_TEST_INFO_NULL,
    };

    return suite_run("unlisted_key", tests);
}
