/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables are compared with single values out of the RFCs, and each one is walked as a whole:
 * sorted, without a value or a name twice, every row found by its lookup. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/names.h"
#include "dissect/tls.h"
#include "tests/support/suite.h"

struct row {
    uint32_t value;
    const char *name;
};

/* One lookup, widened so that one loop can check them all. */
typedef const char *lookup_function(uint32_t value);

#define LOOKUP(function, type)                                                                     \
    static const char *find_##function(uint32_t value)                                             \
    {                                                                                              \
        return names_##function((type)value);                                                      \
    }
LOOKUP(alert, uint8_t)
LOOKUP(alert_level, uint8_t)
LOOKUP(cipher_suite, uint16_t)
LOOKUP(extension, uint16_t)
LOOKUP(group, uint16_t)
LOOKUP(handshake_type, uint8_t)
LOOKUP(signature_scheme, uint16_t)
LOOKUP(ssl2_cipher_kind, uint32_t)
LOOKUP(version, uint16_t)

/* clang-format off */
#define NAME(value, text) {(value), (text)},
#define SUITE(value, text, ...) {(value), #text},
static const struct row alerts[] = {
#include "dissect/def/alert.def"
};
static const struct row alert_levels[] = {
#include "dissect/def/alert_level.def"
};
static const struct row cipher_suites[] = {
#include "dissect/def/suite.def"
};
static const struct row extensions[] = {
#include "dissect/def/extension.def"
};
static const struct row groups[] = {
#include "dissect/def/group.def"
};
static const struct row handshake_types[] = {
#include "dissect/def/handshake_type.def"
};
static const struct row signature_schemes[] = {
#include "dissect/def/signature_scheme.def"
};
static const struct row ssl2_cipher_kinds[] = {
#include "dissect/def/ssl2_cipher_kind.def"
};
static const struct row tlcp_suites[] = {
#include "dissect/def/tlcp_suite.def"
};
static const struct row versions[] = {
#include "dissect/def/version.def"
};
/* clang-format on */

/* What the registry holds that this build must know: assigned values, and the unregistered ones
 * added to them. A row lost in regenerating the tables shows here. */
struct table {
    const char *title;
    lookup_function *find;
    const struct row *rows;
    size_t count;
    size_t registered;
    size_t unregistered;
    uint32_t highest; /* value that the wire's field can hold */
};

#define TABLE(stem, function, in_registry, beside_it, most)                                        \
    {                                                                                              \
        .title = #stem, .find = find_##function, .rows = (stem),                                   \
        .count = sizeof(stem) / sizeof((stem)[0]), .registered = (in_registry),                    \
        .unregistered = (beside_it), .highest = (most)                                             \
    }
static const struct table tables[] = {
    TABLE(alerts, alert, 37, 0, 0xff),
    TABLE(alert_levels, alert_level, 2, 0, 0xff),
    TABLE(cipher_suites, cipher_suite, 352, 37, 0xffff),
    TABLE(extensions, extension, 64, 15, 0xffff),
    TABLE(groups, group, 59, 4, 0xffff),
    TABLE(handshake_types, handshake_type, 25, 2, 0xff),
    TABLE(signature_schemes, signature_scheme, 49, 15, 0xffff),
    TABLE(ssl2_cipher_kinds, ssl2_cipher_kind, 0, 10, 0xffffff),
    TABLE(tlcp_suites, cipher_suite, 0, 19, 0xffff),
    TABLE(versions, version, 6, 22, 0xffff),
};

/* Say which table and row a failed check was about. */
static void check(bool holds, const char *what, const struct table *table, size_t row)
{
    if (!holds)
        fprintf(stderr, "%s, row %zu (0x%x): %s\n", table->title, row,
                (unsigned)table->rows[row].value, what);
    CU_ASSERT(holds);
}

static void expect_name(const char *name, const char *expected)
{
    bool same = name && strcmp(name, expected) == 0;

    if (!same)
        fprintf(stderr, "%s instead of %s\n", name ? name : "no name", expected);
    CU_ASSERT(same);
}

static void check_row(const struct table *table, size_t row)
{
    const struct row *rows = table->rows;
    const char *found = table->find(rows[row].value);

    check(rows[row].name[0] != '\0', "empty name", table, row);
    check(strpbrk(rows[row].name, "\"\\") == NULL, "an escape in JSON", table, row);
    check(rows[row].value <= table->highest, "does not fit its field", table, row);
    check(row == 0 || rows[row - 1].value < rows[row].value, "not sorted", table, row);
    check(found && strcmp(found, rows[row].name) == 0, "not found", table, row);
}

static void every_row_is_sorted_named_and_found(void)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        for (size_t row = 0; row < tables[i].count; row++)
            check_row(&tables[i], row);
}

static void the_tables_are_complete(void)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        check(tables[i].count == tables[i].registered + tables[i].unregistered, "count changed",
              &tables[i], tables[i].count - 1);
}

/* How often the table has this name. SSL_RSA_FIPS has two values for each of its two suites, and
 * ChaCha20-Poly1305 kept its names when it got new values. */
static size_t occurrences(const struct table *table, const char *name)
{
    size_t times = 0;

    for (size_t row = 0; row < table->count; row++)
        times += strcmp(table->rows[row].name, name) == 0;
    return times;
}

static bool may_be_twice(const char *name)
{
    return strncmp(name, "SSL_RSA_FIPS_", 13) == 0
           || strstr(name, "_RSA_WITH_CHACHA20_POLY1305_SHA256")
           || strcmp(name, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256") == 0;
}

static void no_name_is_there_twice(void)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct table *table = &tables[i];

        for (size_t row = 0; row < table->count; row++)
            check(occurrences(table, table->rows[row].name) == 1
                      || (table->rows == cipher_suites && may_be_twice(table->rows[row].name)),
                  "name used twice", table, row);
    }
}

/* Over all values of the field: what has no row has no name, but for GREASE. */
static void what_has_no_row_has_no_name(void)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct table *table = &tables[i];
        uint32_t end = table->highest > 0xffff ? 0x10000 : table->highest + 1;
        size_t named = 0;

        if (table->rows == ssl2_cipher_kinds || table->rows == tlcp_suites)
            continue;
        for (uint32_t value = 0; value < end; value++) {
            const char *name = table->find(value);

            named += name && strcmp(name, "GREASE") != 0;
        }
        if (table->rows == cipher_suites)
            named -= sizeof(tlcp_suites) / sizeof(tlcp_suites[0]);
        check(named == table->count, "values named without a row", table, 0);
    }
}

static void names_are_those_of_the_rfcs(void)
{
    expect_name(names_cipher_suite(0x1301), "TLS_AES_128_GCM_SHA256"); /* RFC 8446 B.4 */
    expect_name(names_cipher_suite(0xc02f),
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"); /* RFC 5289 section 3.2 */
    expect_name(names_cipher_suite(0xcca9),
                "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"); /* RFC 7905 */
    expect_name(names_cipher_suite(0x000a),
                "TLS_RSA_WITH_3DES_EDE_CBC_SHA"); /* RFC 5246 appendix A.5 */
    expect_name(names_cipher_suite(0xc0aa),
                "TLS_PSK_DHE_WITH_AES_128_CCM_8"); /* RFC 6655 section 4 */
    expect_name(names_cipher_suite(0x00ff), "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
    expect_name(names_cipher_suite(0x5600), "TLS_FALLBACK_SCSV");
    expect_name(names_group(23), "secp256r1");        /* RFC 8446 section 4.2.7 */
    expect_name(names_group(0x001d), "x25519");       /* RFC 8446 section 4.2.7 */
    expect_name(names_group(0x0100), "ffdhe2048");    /* RFC 7919 section 2 */
    expect_name(names_group(4588), "X25519MLKEM768"); /* the registry */
    expect_name(names_group(0x11eb), "SecP256r1MLKEM768");
    expect_name(names_group(0x11ed), "SecP384r1MLKEM1024");
    expect_name(names_group(0x6399), "X25519Kyber768Draft00");
    expect_name(names_signature_scheme(0x0804), "rsa_pss_rsae_sha256");
    expect_name(names_signature_scheme(0x0403), "ecdsa_secp256r1_sha256");
    expect_name(names_signature_scheme(0x0201), "rsa_pkcs1_sha1");
    expect_name(names_signature_scheme(0x0202), "dsa_sha1");   /* RFC 5246 7.4.1.4.1 */
    expect_name(names_signature_scheme(0x0708), "sm2sig_sm3"); /* RFC 8998 */
    expect_name(names_signature_scheme(0x0904), "mldsa44");
    expect_name(names_version(0x0300), "SSL 3.0");
    expect_name(names_version(0x7f1c), "TLS 1.3 draft 28");
}

/* The constants and the tables were written apart: they must say the same. */
static void constants_agree_with_the_names(void)
{
    expect_name(names_alert(TLS_ALERT_HANDSHAKE_FAILURE), "handshake_failure");
    expect_name(names_alert(TLS_ALERT_CLOSE_NOTIFY), "close_notify");
    expect_name(names_alert(TLS_ALERT_CERTIFICATE_EXPIRED), "certificate_expired");
    expect_name(names_alert(TLS_ALERT_UNKNOWN_CA), "unknown_ca");
    expect_name(names_alert(TLS_ALERT_PROTOCOL_VERSION), "protocol_version");
    expect_name(names_alert(TLS_ALERT_INAPPROPRIATE_FALLBACK), "inappropriate_fallback");
    expect_name(names_alert(TLS_ALERT_NO_RENEGOTIATION), "no_renegotiation");
    expect_name(names_alert(TLS_ALERT_UNRECOGNIZED_NAME), "unrecognized_name");
    expect_name(names_alert(TLS_ALERT_CERTIFICATE_REQUIRED), "certificate_required");
    expect_name(names_alert(TLS_ALERT_ECH_REQUIRED), "ech_required");
    expect_name(names_alert_level(TLS_ALERT_LEVEL_FATAL), "fatal");
    expect_name(names_handshake_type(TLS_HANDSHAKE_CLIENT_HELLO), "client_hello");
    expect_name(names_handshake_type(TLS_HANDSHAKE_FINISHED), "finished");
    expect_name(names_handshake_type(TLS_HANDSHAKE_MESSAGE_HASH), "message_hash");
    expect_name(names_handshake_type(TLS_HANDSHAKE_NEXT_PROTOCOL), "next_protocol");
    expect_name(names_extension(TLS_EXTENSION_SERVER_NAME), "server_name");
    expect_name(names_extension(TLS_EXTENSION_KEY_SHARE), "key_share");
    expect_name(names_extension(TLS_EXTENSION_TLS_FLAGS), "tls_flags");
    expect_name(names_extension(TLS_EXTENSION_NEXT_PROTOCOL_NEGOTIATION),
                "next_protocol_negotiation");
    expect_name(names_extension(TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO), "encrypted_client_hello");
    expect_name(names_extension(TLS_EXTENSION_RENEGOTIATION_INFO), "renegotiation_info");
    expect_name(names_version(TLS_VERSION_1_3), "TLS 1.3");
    expect_name(names_version(TLS_VERSION_SSL2), "SSL 2.0");
}

static void unknown_values_have_no_name(void)
{
    CU_ASSERT_PTR_NULL(names_cipher_suite(0x1300));
    CU_ASSERT_PTR_NULL(names_cipher_suite(0xffff));
    CU_ASSERT_PTR_NULL(names_group(0));
    CU_ASSERT_PTR_NULL(names_alert(255));
    CU_ASSERT_PTR_NULL(names_extension(0xffff));
    CU_ASSERT_PTR_NULL(names_ssl2_cipher_kind(0xffffff));
    CU_ASSERT_PTR_NULL(names_ssl2_cipher_kind(UINT32_MAX));
}

static void ssl2_kinds_that_begin_with_zero_are_suites(void)
{
    expect_name(names_ssl2_cipher_kind(0x010080), "SSL_CK_RC4_128_WITH_MD5");
    expect_name(names_ssl2_cipher_kind(0x00002f), "TLS_RSA_WITH_AES_128_CBC_SHA");
}

/* RFC 8701 section 2, copied out. */
static void the_grease_values_are_known(void)
{
    static const uint16_t values[] = {0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a,
                                      0x6a6a, 0x7a7a, 0x8a8a, 0x9a9a, 0xaaaa, 0xbaba,
                                      0xcaca, 0xdada, 0xeaea, 0xfafa};
    size_t found = 0;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        CU_ASSERT_TRUE(tls_is_grease(values[i]));
        expect_name(names_cipher_suite(values[i]), "GREASE");
        expect_name(names_group(values[i]), "GREASE");
        expect_name(names_extension(values[i]), "GREASE");
        expect_name(names_signature_scheme(values[i]), "GREASE");
        expect_name(names_version(values[i]), "GREASE");
    }
    for (uint32_t value = 0; value <= 0xffff; value++)
        found += tls_is_grease((uint16_t)value);
    CU_ASSERT_EQUAL(found, sizeof(values) / sizeof(values[0]));
}

static void a_value_without_a_name_is_shown_in_hexadecimal(void)
{
    char buffer[NAMES_HEX_SIZE];
    char small[4];

    expect_name(names_or_hex(buffer, sizeof(buffer), "x25519", 29, 4), "x25519");
    expect_name(names_or_hex(buffer, sizeof(buffer), NULL, 0xff, 4), "0x00ff");
    expect_name(names_or_hex(buffer, sizeof(buffer), NULL, 0xff, 2), "0xff");
    expect_name(names_or_hex(buffer, sizeof(buffer), NULL, 0xffffffff, 99), "0xffffffff");
    expect_name(names_or_hex(small, sizeof(small), NULL, 0x1234, 4), "0x1");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"every row is sorted, named and found", every_row_is_sorted_named_and_found},
        {"the tables are complete", the_tables_are_complete},
        {"no name is there twice", no_name_is_there_twice},
        {"what has no row has no name", what_has_no_row_has_no_name},
        {"names are those of the RFCs", names_are_those_of_the_rfcs},
        {"constants agree with the names", constants_agree_with_the_names},
        {"unknown values have no name", unknown_values_have_no_name},
        {"SSL 2.0 kinds that begin with zero are suites",
         ssl2_kinds_that_begin_with_zero_are_suites},
        {"the GREASE values are known", the_grease_values_are_known},
        {"a value without a name is shown in hexadecimal",
         a_value_without_a_name_is_shown_in_hexadecimal},
        CU_TEST_INFO_NULL,
    };

    return suite_run("names", tests);
}
