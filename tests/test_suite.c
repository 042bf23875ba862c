/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table says of a suite is worked out here a second time, from its name, by rules written
 * apart from those of tools/gen-def. Record lengths are added up by hand from the RFCs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/suite.h"
#include "dissect/tls.h"
#include "tests/support/suite.h"

static const uint16_t values[] = {
#define SUITE(value, ...) (value),
#include "dissect/def/suite.def"
#undef SUITE
};

static const char *const cipher_tokens[SUITE_CIPHER_COUNT] = {
#define CIPHER(token, ...) [SUITE_CIPHER_##token] = #token,
#include "dissect/def/cipher.def"
#undef CIPHER
};

/* How names spell ciphers and hashes whose token is spelt otherwise. */
struct spelling {
    const char *name;
    const char *token;
};

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* What follows _WITH_, or follows TLS_ in the names of TLS 1.3. */
static const char *protection_of(const struct suite *suite)
{
    const char *with = strstr(suite->name, "_WITH_");

    return with ? with + strlen("_WITH_") : suite->name + strlen("TLS_");
}

static bool is_for_tls_1_3(const struct suite *suite)
{
    return strstr(suite->name, "_MGM_")
           || (!strstr(suite->name, "_WITH_") && suite->strength != SUITE_STRENGTH_SIGNAL);
}

static bool is_aead(const struct suite *suite)
{
    return strstr(suite->name, "_GCM") || strstr(suite->name, "_CCM")
           || strstr(suite->name, "POLY1305") || strstr(suite->name, "AEGIS")
           || strstr(suite->name, "_MGM");
}

static void expect(bool holds, const char *what, const struct suite *suite)
{
    if (!holds)
        fprintf(stderr, "%s: %s\n", suite ? suite->name : "no suite", what);
    CU_ASSERT(holds);
}

static void for_each_suite(void (*check)(const struct suite *suite))
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct suite *suite = suite_find(values[i]);

        if (!suite || suite->value != values[i]) {
            CU_FAIL("a row is not found under its value");
            continue;
        }
        check(suite);
    }
}

static void every_row_is_found_and_nothing_else(void)
{
    size_t found = 0;

    for (uint32_t value = 0; value <= 0xffff; value++)
        found += suite_find((uint16_t)value) != NULL;
    CU_ASSERT_EQUAL(found, sizeof(values) / sizeof(values[0]));
    CU_ASSERT_PTR_NULL(suite_find(0x0a0a)); /* GREASE */
    CU_ASSERT_PTR_NULL(suite_find(0xe013)); /* TLCP */
}

/* Names begin with key exchange and authentication; the longest beginning that fits decides. */
struct beginning {
    const char *text;
    enum suite_key_exchange key_exchange;
    enum suite_authentication authentication;
};

#define BEGINNING(text, exchange, proof)                                                           \
    {                                                                                              \
        (text), SUITE_KEY_EXCHANGE_##exchange, SUITE_AUTHENTICATION_##proof                        \
    }
static const struct beginning beginnings[] = {
    BEGINNING("TLS_", ANY, ANY),
    BEGINNING("TLS_EMPTY_RENEGOTIATION_INFO_SCSV", NONE, NONE),
    BEGINNING("TLS_FALLBACK_SCSV", NONE, NONE),
    BEGINNING("TLS_NULL_WITH_NULL_NULL", NONE, NONE),
    BEGINNING("TLS_RSA_", RSA, RSA),
    BEGINNING("SSL_RSA_", RSA, RSA),
    BEGINNING("SSL_FORTEZZA_KEA_", KEA, DSS),
    BEGINNING("TLS_DH_DSS_", DH, DSS),
    BEGINNING("TLS_DH_RSA_", DH, RSA),
    BEGINNING("TLS_DH_anon_", DHE, ANON),
    BEGINNING("TLS_DHE_DSS_", DHE, DSS),
    BEGINNING("TLS_DHE_RSA_", DHE, RSA),
    BEGINNING("TLS_ECDH_ECDSA_", ECDH, ECDSA),
    BEGINNING("TLS_ECDH_RSA_", ECDH, RSA),
    BEGINNING("TLS_ECDH_anon_", ECDHE, ANON),
    BEGINNING("TLS_ECDHE_ECDSA_", ECDHE, ECDSA),
    BEGINNING("TLS_ECDHE_RSA_", ECDHE, RSA),
    BEGINNING("TLS_PSK_", PSK, PSK),
    BEGINNING("TLS_PSK_DHE_", DHE_PSK, PSK),
    BEGINNING("TLS_DHE_PSK_", DHE_PSK, PSK),
    BEGINNING("TLS_RSA_PSK_", RSA_PSK, RSA),
    BEGINNING("TLS_ECDHE_PSK_", ECDHE_PSK, PSK),
    BEGINNING("TLS_SRP_SHA_", SRP, PASSWORD),
    BEGINNING("TLS_SRP_SHA_RSA_", SRP, RSA),
    BEGINNING("TLS_SRP_SHA_DSS_", SRP, DSS),
    BEGINNING("TLS_ECCPWD_", ECCPWD, PASSWORD),
    BEGINNING("TLS_ECJPAKE_", ECJPAKE, PASSWORD),
    BEGINNING("TLS_KRB5_", KRB5, KRB5),
    BEGINNING("TLS_GOSTR34", GOST, GOST),
    BEGINNING("TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM", ANY, ANY), /* RFC 9367 */
    BEGINNING("TLS_GOSTR341112_256_WITH_MAGMA_MGM", ANY, ANY),
};

static void check_key_exchange(const struct suite *suite)
{
    const struct beginning *best = &beginnings[0];

    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
        if (strlen(beginnings[i].text) >= strlen(best->text)
            && starts_with(suite->name, beginnings[i].text))
            best = &beginnings[i];
    expect(suite->key_exchange == best->key_exchange, "key exchange", suite);
    expect(suite->authentication == best->authentication, "authentication", suite);
}

static void key_exchange_and_authentication_agree_with_the_name(void)
{
    for_each_suite(check_key_exchange);
}

/* The token, after its spelling is looked up, is how the name goes on, up to the hash. */
static void check_cipher(const struct suite *suite)
{
    static const struct spelling spellings[] = {
        {"NULL", "NONE"},          {"DES_CBC_40", "DES40_CBC"}, {"ESTREAM_SALSA20", "SALSA20"},
        {"SHA256_SHA256", "NONE"}, {"SHA384_SHA384", "NONE"},
    };
    const char *protection = protection_of(suite);
    const char *token = cipher_tokens[suite->cipher];
    const char *rest = protection + strlen(token);

    if (suite->strength == SUITE_STRENGTH_SIGNAL) {
        expect(suite->cipher == SUITE_CIPHER_NONE, "a signal has no cipher", suite);
        return;
    }
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
        if (starts_with(protection, spellings[i].name)) {
            expect(strcmp(token, spellings[i].token) == 0, "cipher", suite);
            return;
        }
    expect(starts_with(protection, token), "cipher", suite);
    expect(*rest == '\0' || starts_with(rest, "_SHA") || strcmp(rest, "_MD5") == 0
               || strcmp(rest, "_SM3") == 0,
           "a longer cipher name", suite);
}

static void the_cipher_agrees_with_the_name(void)
{
    for_each_suite(check_cipher);
}

static void check_mode(const struct suite *suite)
{
    const struct suite_layout *layout = suite_layout(suite);
    const char *name = suite->name;

    expect((layout->mode == SUITE_MODE_CBC) == (strstr(name, "_CBC") != NULL), "CBC", suite);
    expect((layout->mode == SUITE_MODE_AEAD) == is_aead(suite), "AEAD", suite);
    expect((layout->mode == SUITE_MODE_STREAM)
               == (strstr(name, "_RC4_") || strstr(name, "SALSA20") || strstr(name, "_CNT_IMIT")
                   || strstr(name, "_OMAC")),
           "stream", suite);
    expect((layout->block > 1) == (layout->mode == SUITE_MODE_CBC), "only CBC has blocks", suite);
    expect((layout->explicit_nonce == 8) == (strstr(name, "_GCM") || strstr(name, "_CCM")),
           "explicit nonce", suite);
    if (strstr(name, "_128"))
        expect(layout->key_bits == 128 || strstr(name, "EXPORT"), "128 bits", suite);
    if (strstr(name, "AES_256") || strstr(name, "CAMELLIA_256") || strstr(name, "ARIA_256"))
        expect(layout->key_bits == 256, "256 bits", suite);
}

static void the_layout_agrees_with_the_name(void)
{
    for_each_suite(check_mode);
}

static void check_hash(const struct suite *suite)
{
    static const struct {
        const char *end;
        enum suite_hash hash;
    } ends[] = {
        {"_MD5", SUITE_HASH_MD5},       {"_SHA", SUITE_HASH_SHA1},
        {"_SHA1", SUITE_HASH_SHA1},     {"_SHA256", SUITE_HASH_SHA256},
        {"_SHA384", SUITE_HASH_SHA384}, {"_SHA512", SUITE_HASH_SHA512},
        {"_SM3", SUITE_HASH_SM3},       {"_CCM", SUITE_HASH_SHA256},
        {"_CCM_8", SUITE_HASH_SHA256},  {"_GOSTR3411", SUITE_HASH_GOSTR3411},
        {"_SCSV", SUITE_HASH_NONE},     {"_NULL_NULL", SUITE_HASH_NONE},
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ends_with(suite->name, ends[i].end)) {
            expect(suite->hash == ends[i].hash, "hash", suite);
            return;
        }
    expect(strstr(suite->name, "GOSTR34") != NULL, "no hash in the name", suite);
    expect(suite->hash
               == (strstr(suite->name, "GOSTR341112") ? SUITE_HASH_STREEBOG_256
                                                      : SUITE_HASH_GOSTR3411),
           "GOST hash", suite);
}

static void the_hash_agrees_with_the_name(void)
{
    for_each_suite(check_hash);
}

static void check_versions(const struct suite *suite)
{
    const char *name = suite->name;

    expect(suite->minimum_version >= TLS_VERSION_SSL3, "lowest", suite);
    expect(suite->minimum_version <= suite->maximum_version, "lowest above highest", suite);
    if (suite->strength == SUITE_STRENGTH_SIGNAL)
        return;
    expect((suite->minimum_version == TLS_VERSION_1_3) == is_for_tls_1_3(suite), "1.3", suite);
    expect((suite->maximum_version == TLS_VERSION_1_3) == is_for_tls_1_3(suite), "1.3", suite);
    if (is_aead(suite)) /* RFC 5246 section 6.2.3.3 is the first to have them */
        expect(suite->minimum_version >= TLS_VERSION_1_2, "AEAD", suite);
    if (strstr(name, "EXPORT")) /* RFC 4346 appendix A.5 */
        expect(suite->maximum_version == TLS_VERSION_1_0, "export", suite);
    else if (strstr(name, "_DES_CBC") || strstr(name, "_IDEA_")) /* RFC 5469 */
        expect(suite->maximum_version <= TLS_VERSION_1_1, "DES and IDEA", suite);
    if (starts_with(name, "TLS_EC")) /* RFC 8422: they need extensions */
        expect(suite->minimum_version >= TLS_VERSION_1_0, "elliptic curves", suite);
    if (ends_with(name, "_CBC_SHA256") && !strstr(name, "PSK")) /* RFC 5246 appendix A.5 */
        expect(suite->minimum_version == TLS_VERSION_1_2, "HMAC-SHA256", suite);
    if (ends_with(name, "RSA_WITH_AES_128_CBC_SHA"))
        expect(suite->maximum_version == TLS_VERSION_1_2, "CBC lives on in TLS 1.2", suite);
}

static void the_versions_agree_with_the_name(void)
{
    for_each_suite(check_versions);
}

/* Each fault a suite has caps its strength; the gravest is what is left. */
static enum suite_strength derived_strength(const struct suite *suite)
{
    const char *name = suite->name;

    if (ends_with(name, "_SCSV"))
        return SUITE_STRENGTH_SIGNAL;
    if (strstr(name, "WITH_NULL") || strstr(name, "SHA256_SHA256") || strstr(name, "SHA384_SHA384"))
        return SUITE_STRENGTH_UNENCRYPTED;
    if (strstr(name, "_anon_"))
        return SUITE_STRENGTH_ANONYMOUS;
    if (strstr(name, "EXPORT"))
        return SUITE_STRENGTH_EXPORT;
    if (strstr(name, "_RC4") || strstr(name, "_RC2") || strstr(name, "DES") || strstr(name, "IDEA")
        || strstr(name, "_FORTEZZA_CBC") || ends_with(name, "_MD5"))
        return SUITE_STRENGTH_WEAK;
    if (!is_aead(suite) || strstr(name, "_DSS_"))
        return SUITE_STRENGTH_LEGACY;
    if (is_for_tls_1_3(suite) || strstr(name, "DHE_") || strstr(name, "ECCPWD")
        || strstr(name, "ECJPAKE"))
        return SUITE_STRENGTH_MODERN;
    return SUITE_STRENGTH_LEGACY;
}

static void check_strength(const struct suite *suite)
{
    expect(suite->strength == derived_strength(suite), "strength", suite);
}

static void the_strength_agrees_with_the_name(void)
{
    for_each_suite(check_strength);
}

/* Whole rows, copied by hand. */
static void facts_of_well_known_suites(void)
{
    static const struct suite expected[] = {
        {0xc02f, TLS_VERSION_1_2, TLS_VERSION_1_2, SUITE_KEY_EXCHANGE_ECDHE,
         SUITE_AUTHENTICATION_RSA, SUITE_CIPHER_AES_128_GCM, SUITE_HASH_SHA256,
         SUITE_STRENGTH_MODERN, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
        {0x1302, TLS_VERSION_1_3, TLS_VERSION_1_3, SUITE_KEY_EXCHANGE_ANY, SUITE_AUTHENTICATION_ANY,
         SUITE_CIPHER_AES_256_GCM, SUITE_HASH_SHA384, SUITE_STRENGTH_MODERN,
         "TLS_AES_256_GCM_SHA384"},
        {0x000a, TLS_VERSION_SSL3, TLS_VERSION_1_2, SUITE_KEY_EXCHANGE_RSA,
         SUITE_AUTHENTICATION_RSA, SUITE_CIPHER_3DES_EDE_CBC, SUITE_HASH_SHA1, SUITE_STRENGTH_WEAK,
         "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
        {0x009d, TLS_VERSION_1_2, TLS_VERSION_1_2, SUITE_KEY_EXCHANGE_RSA, SUITE_AUTHENTICATION_RSA,
         SUITE_CIPHER_AES_256_GCM, SUITE_HASH_SHA384, SUITE_STRENGTH_LEGACY,
         "TLS_RSA_WITH_AES_256_GCM_SHA384"},
    };

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const struct suite *suite = suite_find(expected[i].value);

        expect(suite && suite->minimum_version == expected[i].minimum_version
                   && suite->maximum_version == expected[i].maximum_version
                   && suite->key_exchange == expected[i].key_exchange
                   && suite->authentication == expected[i].authentication
                   && suite->cipher == expected[i].cipher && suite->hash == expected[i].hash
                   && suite->strength == expected[i].strength
                   && strcmp(suite->name, expected[i].name) == 0,
               "a well-known row", &expected[i]);
    }
}

/* Lengths of an alert record, added up from the RFCs that dissect/suite.c and cipher.def name.
 * Where a second length is given it is that of encrypt-then-MAC. */
struct length_case {
    uint16_t suite;
    uint16_t version;
    size_t length;
    size_t other;
};

static const struct length_case alert_lengths[] = {
    {0x1301, TLS_VERSION_1_3, 2 + 1 + 16, 0},         /* AES_128_GCM */
    {0x1303, TLS_VERSION_1_3, 2 + 1 + 16, 0},         /* CHACHA20_POLY1305 */
    {0x1304, TLS_VERSION_1_3, 2 + 1 + 16, 0},         /* AES_128_CCM */
    {0x1305, TLS_VERSION_1_3, 2 + 1 + 8, 0},          /* AES_128_CCM_8 */
    {0x00c6, TLS_VERSION_1_3, 2 + 1 + 16, 0},         /* SM4_GCM */
    {0xc0b4, TLS_VERSION_1_3, 2 + 1 + 32, 0},         /* HMAC-SHA256, RFC 9150 */
    {0xc0b5, TLS_VERSION_1_3, 2 + 1 + 48, 0},         /* HMAC-SHA384, RFC 9150 */
    {0xc103, TLS_VERSION_1_3, 2 + 1 + 16, 0},         /* Kuznyechik MGM, RFC 9367 */
    {0xc104, TLS_VERSION_1_3, 2 + 1 + 8, 0},          /* Magma MGM, RFC 9367 */
    {0xc02f, TLS_VERSION_1_2, 8 + 2 + 16, 0},         /* AES_128_GCM */
    {0xc030, TLS_VERSION_1_2, 8 + 2 + 16, 0},         /* AES_256_GCM */
    {0xc09c, TLS_VERSION_1_2, 8 + 2 + 16, 0},         /* AES_128_CCM */
    {0xc0ae, TLS_VERSION_1_2, 8 + 2 + 8, 0},          /* AES_128_CCM_8 */
    {0xc060, TLS_VERSION_1_2, 8 + 2 + 16, 0},         /* ARIA_128_GCM */
    {0xc08a, TLS_VERSION_1_2, 8 + 2 + 16, 0},         /* CAMELLIA_128_GCM */
    {0xcca8, TLS_VERSION_1_2, 2 + 16, 0},             /* CHACHA20_POLY1305, no explicit nonce */
    {0xc013, TLS_VERSION_1_2, 16 + 32, 16 + 16 + 20}, /* AES_128_CBC_SHA: 2+20+1 -> 32 */
    {0xc013, TLS_VERSION_1_1, 16 + 32, 16 + 16 + 20}, /* the IV since TLS 1.1 */
    {0xc013, TLS_VERSION_1_0, 32, 16 + 20},           /* no IV */
    {0x002f, TLS_VERSION_SSL3, 32, 32},               /* no encrypt-then-MAC in SSL 3.0 */
    {0xc027, TLS_VERSION_1_2, 16 + 48, 16 + 16 + 32}, /* CBC_SHA256: 2+32+1 -> 48 */
    {0xc028, TLS_VERSION_1_2, 16 + 64, 16 + 16 + 48}, /* CBC_SHA384: 2+48+1 -> 64 */
    {0x000a, TLS_VERSION_1_2, 8 + 24, 8 + 8 + 20},    /* 3DES_EDE_CBC_SHA: 2+20+1 -> 24 */
    {0x000a, TLS_VERSION_1_0, 24, 8 + 20},            /* 3DES without IV */
    {0x0009, TLS_VERSION_1_0, 24, 8 + 20},            /* DES_CBC_SHA */
    {0x0006, TLS_VERSION_1_0, 24, 8 + 16},            /* RC2_CBC_40_MD5: 2+16+1 -> 24 */
    {0x0004, TLS_VERSION_1_0, 2 + 16, 0},             /* RC4_128_MD5 */
    {0x0005, TLS_VERSION_SSL3, 2 + 20, 0},            /* RC4_128_SHA */
    {0xc011, TLS_VERSION_1_2, 2 + 20, 0},             /* RC4_128_SHA */
    {0x003b, TLS_VERSION_1_2, 2 + 32, 0},             /* NULL_SHA256 */
    {0x0081, TLS_VERSION_1_0, 2 + 4, 0},              /* 28147_CNT_IMIT */
    {0xc100, TLS_VERSION_1_2, 2 + 16, 0},             /* KUZNYECHIK_CTR_OMAC */
    {0xc101, TLS_VERSION_1_2, 2 + 8, 0},              /* MAGMA_CTR_OMAC */
};

/* Every length up to 128 is tried: the expected ones fit and no other does. */
static void check_lengths(const struct length_case *cases, size_t count,
                          bool (*fits)(const struct suite *, uint16_t, size_t), const char *what)
{
    for (size_t i = 0; i < count; i++) {
        const struct suite *suite = suite_find(cases[i].suite);

        for (size_t length = 1; length <= 128; length++)
            expect(fits(suite, cases[i].version, length)
                       == (length == cases[i].length || length == cases[i].other),
                   what, suite);
    }
}

static void alert_records_have_the_lengths_of_the_rfcs(void)
{
    check_lengths(alert_lengths, sizeof(alert_lengths) / sizeof(alert_lengths[0]),
                  suite_alert_length, "alert length");
}

static const struct length_case finished_lengths[] = {
    {0x1301, TLS_VERSION_1_3, 4 + 32 + 1 + 16, 0},    /* SHA-256 */
    {0x1302, TLS_VERSION_1_3, 4 + 48 + 1 + 16, 0},    /* SHA-384 */
    {0xc030, TLS_VERSION_1_2, 8 + 4 + 12 + 16, 0},    /* AES_256_GCM: 12 octets whatever hash */
    {0xcca8, TLS_VERSION_1_2, 4 + 12 + 16, 0},        /* CHACHA20_POLY1305 */
    {0xc013, TLS_VERSION_1_2, 16 + 48, 16 + 32 + 20}, /* 16+20+1 -> 48; 16+1 -> 32 */
    {0xc027, TLS_VERSION_1_2, 16 + 64, 16 + 32 + 32}, /* 16+32+1 -> 64; 16+1 -> 32 */
    {0x0005, TLS_VERSION_1_0, 4 + 12 + 20, 0},        /* RC4_128_SHA */
    {0x0005, TLS_VERSION_SSL3, 4 + 36 + 20, 0},       /* MD5 and SHA-1 hash, RFC 6101 */
};

static void finished_records_have_the_lengths_of_the_rfcs(void)
{
    check_lengths(finished_lengths, sizeof(finished_lengths) / sizeof(finished_lengths[0]),
                  suite_finished_length, "Finished length");
}

/* Each suite has a length for an alert in every version of its range, and TLS 1.3 suites in no
 * other. */
static void check_has_a_length(const struct suite *suite)
{
    for (unsigned version = TLS_VERSION_SSL3; version <= TLS_VERSION_1_3; version++) {
        size_t lengths = 0;

        for (size_t length = 0; length <= 256; length++)
            lengths += suite_alert_length(suite, (uint16_t)version, length);
        if (suite->strength == SUITE_STRENGTH_SIGNAL
            || (version == TLS_VERSION_1_3) != is_for_tls_1_3(suite))
            expect(lengths == 0, "a length in a version that it is not for", suite);
        else
            expect(lengths == 1 || (lengths == 2 && suite_layout(suite)->mode == SUITE_MODE_CBC),
                   "one length, or two for CBC", suite);
    }
}

static void every_suite_has_a_length_in_its_versions(void)
{
    for_each_suite(check_has_a_length);
}

static void what_cannot_be_protected_has_no_length(void)
{
    const struct suite *gcm = suite_find(0x1301);

    CU_ASSERT_FALSE(suite_alert_length(NULL, TLS_VERSION_1_2, 26));
    CU_ASSERT_FALSE(suite_finished_length(NULL, TLS_VERSION_1_2, 40));
    CU_ASSERT_FALSE(suite_alert_length(gcm, TLS_VERSION_1_2, 19));
    CU_ASSERT_FALSE(suite_alert_length(gcm, 0x0305, 19));
    CU_ASSERT_FALSE(suite_alert_length(suite_find(0xc02f), TLS_VERSION_SSL2, 26));
    CU_ASSERT_FALSE(suite_alert_length(suite_find(0x00ff), TLS_VERSION_1_2, 2));
    CU_ASSERT_TRUE(suite_record_length(gcm, TLS_VERSION_1_3, TLS_PLAINTEXT_MAX, 16384 + 17));
    CU_ASSERT_FALSE(suite_record_length(gcm, TLS_VERSION_1_3, TLS_PLAINTEXT_MAX + 1, 16385 + 17));
    CU_ASSERT_FALSE(suite_record_length(gcm, TLS_VERSION_1_3, SIZE_MAX, 16));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"every row is found and nothing else", every_row_is_found_and_nothing_else},
        {"key exchange and authentication agree with the name",
         key_exchange_and_authentication_agree_with_the_name},
        {"the cipher agrees with the name", the_cipher_agrees_with_the_name},
        {"the layout agrees with the name", the_layout_agrees_with_the_name},
        {"the hash agrees with the name", the_hash_agrees_with_the_name},
        {"the versions agree with the name", the_versions_agree_with_the_name},
        {"the strength agrees with the name", the_strength_agrees_with_the_name},
        {"facts of well-known suites", facts_of_well_known_suites},
        {"alert records have the lengths of the RFCs", alert_records_have_the_lengths_of_the_rfcs},
        {"Finished records have the lengths of the RFCs",
         finished_records_have_the_lengths_of_the_rfcs},
        {"every suite has a length in its versions", every_suite_has_a_length_in_its_versions},
        {"what cannot be protected has no length", what_cannot_be_protected_has_no_length},
        CU_TEST_INFO_NULL,
    };

    return suite_run("suite", tests);
}
