/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/extension.h"
#include "dissect/hello.h"
#include "tests/support/wire.h"

#include <stdio.h>

/* A random of 32 octets, for hellos in text. */
#define RANDOM "5f5e1000 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c"

/* A ClientHello as old as can be: SSL 3.0, no extensions field. */
static const char ssl3_hello[] = "0300"          /* client_version */
    RANDOM "00"                                  /* session_id */
                                 "0004 002f000a" /* cipher_suites */
                                 "01 00";        /* compression_methods */

/* A ServerHello of TLS 1.2 with a session ID and renegotiation_info. */
static const char tls12_server_hello[] = "0303"             /* server_version */
    RANDOM "04 a1a2a3a4"                                    /* session_id */
                                         "c02f"             /* cipher_suite */
                                         "00"               /* compression_method */
                                         "0005 ff01000100"; /* extensions */

static void the_client_hello_of_rfc_8448_is_read(void)
{
    struct guard guard = guard_new();
    struct client_hello hello;

    CU_ASSERT_TRUE_FATAL(
        client_hello_parse(guard_vector_body(&guard, "rfc8448_3_client_hello"), &hello));
    CU_ASSERT_EQUAL(hello.legacy_version, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(hello.random.len, 32);
    CU_ASSERT_EQUAL(hello.random.data[0], 0xcb);
    CU_ASSERT_EQUAL(hello.random.data[31], 0xe7);
    CU_ASSERT_EQUAL(hello.session_id.len, 0);
    CU_ASSERT_EQUAL(hello.cipher_suites.len, 6);
    CU_ASSERT_TRUE(list_u16_contains(hello.cipher_suites, 0x1303));
    CU_ASSERT_EQUAL(hello.compression_methods.len, 1);
    CU_ASSERT_TRUE(hello.has_extensions);
    CU_ASSERT_EQUAL(hello.extensions.len, 0x91);
    CU_ASSERT_TRUE(client_hello_offers_version(&hello, TLS_VERSION_1_3));
    CU_ASSERT_FALSE(client_hello_offers_version(&hello, TLS_VERSION_1_2));
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), TLS_VERSION_1_3);
    guard_free(&guard);
}

static void a_hello_without_extensions_is_read(void)
{
    struct guard guard = guard_new();
    struct client_hello hello;

    CU_ASSERT_TRUE_FATAL(client_hello_parse(guard_hex(&guard, ssl3_hello), &hello));
    CU_ASSERT_EQUAL(hello.legacy_version, TLS_VERSION_SSL3);
    CU_ASSERT_FALSE(hello.has_extensions);
    CU_ASSERT_EQUAL(hello.extensions.len, 0);
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), TLS_VERSION_SSL3);
    CU_ASSERT_TRUE(client_hello_offers_version(&hello, TLS_VERSION_SSL3));
    CU_ASSERT_FALSE(client_hello_offers_version(&hello, TLS_VERSION_1_0));
    CU_ASSERT_FALSE(client_hello_offers_version(&hello, TLS_VERSION_SSL2));
    guard_free(&guard);
}

static bool parse_client(struct bytes in)
{
    struct client_hello hello;

    return client_hello_parse(in, &hello);
}

static bool parse_server(struct bytes in)
{
    struct server_hello hello;

    return server_hello_parse(in, &hello);
}

static bool parse_draft_retry(struct bytes in)
{
    struct server_hello hello;

    return draft_hello_retry_request_parse(in, &hello);
}

/* A hello may end before its extensions, and nowhere else. */
static void no_other_prefix_is_a_hello(void)
{
    static const char *const clients[] = {"rfc8448_3_client_hello", "rfc8448_4_client_hello",
                                          "rfc8448_5_client_hello_2"};
    static const char *const servers[] = {"rfc8448_3_server_hello",
                                          "rfc8448_5_hello_retry_request"};
    struct guard guard = guard_new();

    for (size_t i = 0; i < 3; i++) /* version, random, and three lists of 0, 6 and 1 octets */
        check_prefixes_of(guard_vector_body(&guard, clients[i]), parse_client, 34 + 1 + 8 + 2);
    for (size_t i = 0; i < 2; i++) /* version, random, session ID, suite and compression */
        check_prefixes_of(guard_vector_body(&guard, servers[i]), parse_server, 34 + 1 + 2 + 1);
    check_prefixes(ssl3_hello, parse_client, SIZE_MAX);
    check_prefixes(tls12_server_hello, parse_server, 34 + 5 + 2 + 1);
    guard_free(&guard);
}

static void a_malformed_client_hello_is_refused(void)
{
    static const char *const malformed[] = {
        "0303" RANDOM "21 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021"
        "0002 002f 01 00",                          /* a session ID of 33 octets */
        "0303" RANDOM "00 0000 01 00",              /* no suite */
        "0303" RANDOM "00 0001 00 01 00",           /* half a suite */
        "0303" RANDOM "00 0003 002f00 01 00",       /* one and a half */
        "0303" RANDOM "00 0002 002f 00",            /* no compression method */
        "0303" RANDOM "00 0002 002f 01 00 0000 00", /* an octet after the extensions */
        "0303" RANDOM "00 0002 002f 01 00 0001",    /* extensions that are cut */
        "0303" RANDOM "00 0002 002f 01 00 00",      /* half a length */
        "0303" RANDOM "00 ffff 002f 01 00",         /* suites beyond the message */
    };
    struct guard guard = guard_new();
    struct client_hello hello = {.legacy_version = 99};

    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        CU_ASSERT_FALSE(client_hello_parse(guard_hex(&guard, malformed[i]), &hello));
    CU_ASSERT_EQUAL(hello.legacy_version, 99);
    CU_ASSERT_TRUE(
        client_hello_parse(guard_hex(&guard, "0303" RANDOM "00 0002 002f 01 00 0000"), &hello));
    CU_ASSERT_TRUE(hello.has_extensions);
    CU_ASSERT_EQUAL(hello.extensions.len, 0);
    guard_free(&guard);
}

static void a_session_id_of_32_octets_is_taken(void)
{
    struct guard guard = guard_new();
    struct client_hello hello;

    CU_ASSERT_TRUE_FATAL(client_hello_parse(
        guard_hex(&guard, "0303" RANDOM
                          "20 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
                          "0002 002f 01 00"),
        &hello));
    CU_ASSERT_EQUAL(hello.session_id.len, 32);
    CU_ASSERT_EQUAL(hello.session_id.data[31], 0x20);
    guard_free(&guard);
}

static void a_malformed_server_hello_is_refused(void)
{
    static const char *const malformed[] = {
        "0303" RANDOM "21 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021"
        "c02f 00",
        "0303" RANDOM "00 c02f 00 0000 00",
        "0303" RANDOM "00 c02f 00 0005 ff010001",
    };
    struct guard guard = guard_new();
    struct server_hello hello = {.legacy_version = 99};

    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        CU_ASSERT_FALSE(server_hello_parse(guard_hex(&guard, malformed[i]), &hello));
    CU_ASSERT_EQUAL(hello.legacy_version, 99);
    guard_free(&guard);
}

static void the_version_of_a_server_hello_is_the_negotiated_one(void)
{
    struct guard guard = guard_new();
    struct server_hello hello;

    CU_ASSERT_TRUE_FATAL(
        server_hello_parse(guard_vector_body(&guard, "rfc8448_3_server_hello"), &hello));
    CU_ASSERT_EQUAL(hello.legacy_version, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(server_hello_version(&hello), TLS_VERSION_1_3);
    CU_ASSERT_EQUAL(hello.cipher_suite, 0x1301);
    CU_ASSERT_FALSE(hello.is_hello_retry_request);
    CU_ASSERT_TRUE_FATAL(server_hello_parse(guard_hex(&guard, tls12_server_hello), &hello));
    CU_ASSERT_EQUAL(server_hello_version(&hello), TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(hello.session_id.len, 4);
    CU_ASSERT_EQUAL(hello.cipher_suite, 0xc02f);
    CU_ASSERT_EQUAL(hello.compression_method, 0);
    /* A supported_versions that is malformed says nothing. */
    CU_ASSERT_TRUE_FATAL(server_hello_parse(
        guard_hex(&guard, "0303" RANDOM "00 c02f 00 0007 002b 0003 030400"), &hello));
    CU_ASSERT_EQUAL(server_hello_version(&hello), TLS_VERSION_1_2);
    guard_free(&guard);
}

static void a_hello_retry_request_is_known_by_its_random(void)
{
    struct guard guard = guard_new();
    struct server_hello hello;

    CU_ASSERT_TRUE_FATAL(
        server_hello_parse(guard_vector_body(&guard, "rfc8448_5_hello_retry_request"), &hello));
    CU_ASSERT_TRUE(hello.is_hello_retry_request);
    CU_ASSERT_EQUAL(server_hello_version(&hello), TLS_VERSION_1_3);
    CU_ASSERT_EQUAL(server_hello_downgrade(&hello), DOWNGRADE_NONE);
    guard_free(&guard);
}

/* Drafts of TLS 1.3 up to 21: draft-ietf-tls-tls13-18 section 4.1.3. */
static const char draft_server_hello[] = "7f12" RANDOM "1301"
                                         "0004 abcd0000"; /* one unknown extension */

static void hellos_of_tls_1_3_drafts_are_read(void)
{
    struct guard guard = guard_new();
    struct server_hello hello;

    CU_ASSERT_TRUE_FATAL(server_hello_parse(guard_hex(&guard, draft_server_hello), &hello));
    CU_ASSERT_EQUAL(server_hello_version(&hello), 0x7f12);
    CU_ASSERT_TRUE(version_is_tls_1_3(server_hello_version(&hello)));
    CU_ASSERT_EQUAL(hello.cipher_suite, 0x1301);
    CU_ASSERT_EQUAL(hello.session_id.len, 0);
    CU_ASSERT_EQUAL(hello.extensions.len, 4);
    CU_ASSERT_EQUAL(server_hello_downgrade(&hello), DOWNGRADE_NONE);
    check_prefixes(draft_server_hello, parse_server, 36);
    guard_free(&guard);
}

/* Drafts up to 14 called themselves 0x0304; a server of today that does has the final form. */
static void a_hello_of_version_0304_has_the_form_that_fits(void)
{
    struct guard guard = guard_new();
    struct server_hello hello;

    CU_ASSERT_TRUE_FATAL(
        server_hello_parse(guard_hex(&guard, "0304" RANDOM "c02b 0004 abcd0000"), &hello));
    CU_ASSERT_EQUAL(hello.cipher_suite, 0xc02b);
    CU_ASSERT_EQUAL(hello.extensions.len, 4);
    CU_ASSERT_EQUAL(hello.session_id.len, 0);
    CU_ASSERT_TRUE_FATAL(server_hello_parse(
        guard_hex(&guard, "0304" RANDOM "02 a1a2 1301 00 0004 abcd0000"), &hello));
    CU_ASSERT_EQUAL(hello.cipher_suite, 0x1301);
    CU_ASSERT_EQUAL(hello.session_id.len, 2);
    CU_ASSERT_FALSE(
        server_hello_parse(guard_hex(&guard, "0303" RANDOM "c02b 0004 abcd0000"), &hello));
    guard_free(&guard);
}

static void retry_requests_of_tls_1_3_drafts_are_read(void)
{
    struct guard guard = guard_new();
    struct server_hello hello;

    CU_ASSERT_TRUE_FATAL(
        draft_hello_retry_request_parse(guard_hex(&guard, "7f12 0006 0028 0002 001d"), &hello));
    CU_ASSERT_TRUE(hello.is_hello_retry_request);
    CU_ASSERT_EQUAL(hello.cipher_suite, 0);
    CU_ASSERT_EQUAL(hello.extensions.len, 6);
    CU_ASSERT_TRUE_FATAL(draft_hello_retry_request_parse(
        guard_hex(&guard, "7f15 1302 0006 0028 0002 001d"), &hello));
    CU_ASSERT_EQUAL(hello.legacy_version, 0x7f15);
    CU_ASSERT_EQUAL(hello.cipher_suite, 0x1302);
    CU_ASSERT_TRUE_FATAL(/* the first that names the suite */
                         draft_hello_retry_request_parse(guard_hex(&guard, "7f13 1301 0000"),
                                                         &hello));
    CU_ASSERT_EQUAL(hello.cipher_suite, 0x1301);
    check_prefixes("7f12 0006 0028 0002 001d", parse_draft_retry, 2);
    check_prefixes("7f15 1302 0006 0028 0002 001d", parse_draft_retry, 4);
    guard_free(&guard);
}

static void only_1_3_and_its_drafts_are_tls_1_3(void)
{
    CU_ASSERT_TRUE(version_is_tls_1_3(TLS_VERSION_1_3));
    CU_ASSERT_TRUE(version_is_tls_1_3(0x7f1c));
    CU_ASSERT_FALSE(version_is_tls_1_3(TLS_VERSION_1_2));
    CU_ASSERT_FALSE(version_is_tls_1_3(0x0305));
    CU_ASSERT_FALSE(version_is_tls_1_3(0x7e1c));
}

/* A ClientHello with this supported_versions extension, its data given in full. */
static void hello_with_versions(const struct guard *guard, const char *legacy, const char *data,
                                struct client_hello *hello)
{
    char text[256];

    snprintf(text, sizeof text, "%s" RANDOM "00 0002 1301 01 00 %s", legacy, data);
    CU_ASSERT_TRUE_FATAL(client_hello_parse(guard_hex(guard, text), hello));
}

static void versions_offered_are_those_of_supported_versions(void)
{
    struct guard guard = guard_new();
    struct client_hello hello;

    /* GREASE, TLS 1.3, TLS 1.2 */
    hello_with_versions(&guard, "0303", "000b 002b 0007 06 fafa 0304 0303", &hello);
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), TLS_VERSION_1_3);
    CU_ASSERT_TRUE(client_hello_offers_version(&hello, TLS_VERSION_1_2));
    CU_ASSERT_FALSE(client_hello_offers_version(&hello, TLS_VERSION_1_1));
    /* A draft counts as TLS 1.3. */
    hello_with_versions(&guard, "0303", "0009 002b 0005 04 7f17 0303", &hello);
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), TLS_VERSION_1_3);
    CU_ASSERT_TRUE(client_hello_offers_version(&hello, TLS_VERSION_1_3));
    CU_ASSERT_TRUE(client_hello_offers_version(&hello, 0x7f17));
    CU_ASSERT_FALSE(client_hello_offers_version(&hello, TLS_VERSION_1_1));
    hello_with_versions(&guard, "0303", "0007 002b 0003 02 0303", &hello);
    CU_ASSERT_FALSE(client_hello_offers_version(&hello, TLS_VERSION_1_3));
    /* Nothing but GREASE. */
    hello_with_versions(&guard, "0303", "0007 002b 0003 02 0a0a", &hello);
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), 0);
    guard_free(&guard);
}

static void without_supported_versions_legacy_version_counts_up_to_1_2(void)
{
    struct guard guard = guard_new();
    struct client_hello hello;

    hello_with_versions(&guard, "0304", "", &hello);
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), TLS_VERSION_1_2);
    CU_ASSERT_FALSE(client_hello_offers_version(&hello, TLS_VERSION_1_3));
    CU_ASSERT_TRUE(client_hello_offers_version(&hello, TLS_VERSION_1_2));
    /* Half a version: the extension says nothing. */
    hello_with_versions(&guard, "0302", "0008 002b 0004 03 0304 03", &hello);
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), TLS_VERSION_1_1);
    /* An octet after the list. */
    hello_with_versions(&guard, "0302", "0008 002b 0004 02 0304 03", &hello);
    CU_ASSERT_EQUAL(client_hello_version_max(&hello), TLS_VERSION_1_1);
    guard_free(&guard);
}

#define RANDOM_START "5f5e1000 0102030405060708090a0b0c0d0e0f1011121314"

static enum downgrade downgrade_of(const char *text)
{
    struct guard guard = guard_new();
    struct server_hello hello;
    enum downgrade downgrade;

    CU_ASSERT_TRUE_FATAL(server_hello_parse(guard_hex(&guard, text), &hello));
    downgrade = server_hello_downgrade(&hello);
    guard_free(&guard);
    return downgrade;
}

static void the_downgrade_sentinels_are_seen(void)
{
    struct server_hello empty = {.legacy_version = TLS_VERSION_1_2};

    CU_ASSERT_EQUAL(downgrade_of("0303" RANDOM_START "444f574e47524401 00 c02f 00"),
                    DOWNGRADE_TO_1_2);
    CU_ASSERT_EQUAL(downgrade_of("0302" RANDOM_START "444f574e47524400 00 c013 00"),
                    DOWNGRADE_TO_1_1);
    CU_ASSERT_EQUAL(downgrade_of("0303" RANDOM_START "444f574e47524402 00 c02f 00"),
                    DOWNGRADE_NONE);
    /* In TLS 1.3 these octets mean nothing. */
    CU_ASSERT_EQUAL(
        downgrade_of("0303" RANDOM_START "444f574e47524401 00 1301 00 0006 002b 0002 0304"),
        DOWNGRADE_NONE);
    CU_ASSERT_EQUAL(server_hello_downgrade(&empty), DOWNGRADE_NONE);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"the ClientHello of RFC 8448 is read", the_client_hello_of_rfc_8448_is_read},
        {"a hello without extensions is read", a_hello_without_extensions_is_read},
        {"no other prefix is a hello", no_other_prefix_is_a_hello},
        {"a malformed ClientHello is refused", a_malformed_client_hello_is_refused},
        {"a session ID of 32 octets is taken", a_session_id_of_32_octets_is_taken},
        {"a malformed ServerHello is refused", a_malformed_server_hello_is_refused},
        {"the version of a ServerHello is the negotiated one",
         the_version_of_a_server_hello_is_the_negotiated_one},
        {"a HelloRetryRequest is known by its random",
         a_hello_retry_request_is_known_by_its_random},
        {"hellos of TLS 1.3 drafts are read", hellos_of_tls_1_3_drafts_are_read},
        {"a hello of version 0x0304 has the form that fits",
         a_hello_of_version_0304_has_the_form_that_fits},
        {"retry requests of TLS 1.3 drafts are read", retry_requests_of_tls_1_3_drafts_are_read},
        {"only 1.3 and its drafts are TLS 1.3", only_1_3_and_its_drafts_are_tls_1_3},
        {"versions offered are those of supported_versions",
         versions_offered_are_those_of_supported_versions},
        {"without supported_versions legacy_version counts up to 1.2",
         without_supported_versions_legacy_version_counts_up_to_1_2},
        {"the downgrade sentinels are seen", the_downgrade_sentinels_are_seen},
        CU_TEST_INFO_NULL,
    };

    return suite_run("hello", tests);
}
