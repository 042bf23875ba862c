/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Fingerprints are compared with published ones. A JA3 and a JA4 depend only on lists that are
 * published with them, so hellos with these lists are built here. Sources: the README of
 * github.com/salesforce/ja3 for JA3; for JA4 the expected outputs under python/test/testdata of
 * github.com/FoxIO-LLC/ja4 (their raw forms, JA4_ro), and technical_details/JA4.md there. */
#include "dissect/extension.h"
#include "dissect/fingerprint.h"
#include "tests/support/wire.h"

#include <stdio.h>
#include <stdlib.h>

/* What a hello is built from: lists of numbers in text. NULL: none. */
struct recipe {
    uint16_t legacy_version;
    const char *suites;
    const char *types; /* of extensions, in order */
    const char *groups;
    const char *formats;
    const char *schemes;
    const char *versions;
    const char *alpn; /* one protocol name */
};

struct builder {
    int base; /* of the numbers: 10 or 16 */
    size_t length;
    uint8_t octets[16384];
};

static void put(struct builder *builder, size_t width, size_t value)
{
    CU_ASSERT_TRUE_FATAL(builder->length + width <= sizeof builder->octets);
    for (size_t i = width; i > 0; i--)
        builder->octets[builder->length++] = (uint8_t)(value >> (i - 1) * 8);
}

/* Write the length of what was written since a field of this width. */
static void close_vector(struct builder *builder, size_t at, size_t width)
{
    size_t length = builder->length - at - width;

    for (size_t i = 0; i < width; i++)
        builder->octets[at + i] = (uint8_t)(length >> (width - 1 - i) * 8);
}

static void put_numbers(struct builder *builder, size_t width, const char *text)
{
    char *end;

    while (text != NULL && *text != '\0') {
        put(builder, width, strtoul(text, &end, builder->base));
        CU_ASSERT_TRUE_FATAL(end > text);
        text = end + strspn(end, "-,");
    }
}

static void put_list(struct builder *builder, size_t prefix, size_t width, const char *text)
{
    size_t at = builder->length;

    put(builder, prefix, 0);
    put_numbers(builder, width, text);
    close_vector(builder, at, prefix);
}

static void put_alpn(struct builder *builder, const char *name)
{
    size_t at = builder->length;

    put(builder, 2, 0);
    put(builder, 1, strlen(name));
    for (; *name != '\0'; name++)
        put(builder, 1, (uint8_t)*name);
    close_vector(builder, at, 2);
}

static void put_extension(struct builder *builder, unsigned long type, const struct recipe *recipe)
{
    size_t at;

    put(builder, 2, type);
    at = builder->length;
    put(builder, 2, 0);
    if (type == TLS_EXTENSION_SUPPORTED_GROUPS)
        put_list(builder, 2, 2, recipe->groups);
    else if (type == TLS_EXTENSION_EC_POINT_FORMATS)
        put_list(builder, 1, 1, recipe->formats);
    else if (type == TLS_EXTENSION_SIGNATURE_ALGORITHMS)
        put_list(builder, 2, 2, recipe->schemes);
    else if (type == TLS_EXTENSION_SUPPORTED_VERSIONS)
        put_list(builder, 1, 2, recipe->versions);
    else if (type == TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
        put_alpn(builder, recipe->alpn);
    close_vector(builder, at, 2);
}

/* Build the body of a ClientHello; its views live as long as the builder. */
static void build(struct builder *builder, int base, const struct recipe *recipe,
                  struct client_hello *hello)
{
    const char *text = recipe->types;
    size_t at;
    char *end;

    builder->base = base;
    builder->length = 0;
    put(builder, 2, recipe->legacy_version);
    for (size_t i = 0; i < TLS_RANDOM_LENGTH; i++)
        put(builder, 1, i);
    put(builder, 1, 0);
    put_list(builder, 2, 2, recipe->suites);
    put(builder, 2, 0x0100); /* compression_methods: null */
    at = builder->length;
    if (text != NULL)
        put(builder, 2, 0);
    while (text != NULL && *text != '\0') {
        put_extension(builder, strtoul(text, &end, base), recipe);
        text = end + strspn(end, "-,");
    }
    if (recipe->types != NULL)
        close_vector(builder, at, 2);
    CU_ASSERT_TRUE_FATAL(client_hello_parse(bytes_of(builder->octets, builder->length), hello));
}

static void check_ja3(const struct recipe *recipe, const char *expected)
{
    static struct builder builder;
    struct client_hello hello;
    char text[JA3_TEXT_SIZE];

    build(&builder, 10, recipe, &hello);
    CU_ASSERT_TRUE(ja3_client(&hello, text));
    CU_ASSERT_STRING_EQUAL(text, expected);
}

static void check_ja4(const struct recipe *recipe, const char *expected)
{
    static struct builder builder;
    struct client_hello hello;
    char text[JA4_TEXT_SIZE];

    build(&builder, 16, recipe, &hello);
    CU_ASSERT_TRUE(ja4_client(&hello, JA4_TCP, text));
    if (strcmp(text, expected) != 0)
        fprintf(stderr, "%s, not %s\n", text, expected);
    CU_ASSERT_STRING_EQUAL(text, expected);
}

/* 769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0 */
static const struct recipe ja3_recipe = {.legacy_version = 769,
                                         .suites = "47-53-5-10-49161-49162-49171-49172-50-56-19-4",
                                         .types = "0-10-11",
                                         .groups = "23-24-25",
                                         .formats = "0"};

static void published_ja3_values_are_met(void)
{
    /* 769,4-5-10-9-100-98-3-6-19-18-99,,, */
    struct recipe bare = {.legacy_version = 769, .suites = "4-5-10-9-100-98-3-6-19-18-99"};

    check_ja3(&ja3_recipe, "ada70206e40642a3e4461f35503241d5");
    check_ja3(&bare, "de350869b8c85de67a350c8d186f11e6");
}

/* GREASE in suites, extensions and groups changes nothing. */
static void ja3_leaves_grease_out(void)
{
    struct recipe recipe = ja3_recipe;

    recipe.suites = "2570-47-53-5-10-49161-49162-49171-49172-50-56-19-4";
    recipe.types = "6682-0-10-11-64250";
    recipe.groups = "10794-23-24-25";
    check_ja3(&recipe, "ada70206e40642a3e4461f35503241d5");
}

/* The MD5 of "771,49199,65281-0-11" and of "771,4865,", by md5sum. */
static void ja3s_is_made_of_the_servers_choice(void)
{
    struct guard guard = guard_new();
    struct server_hello hello = {.legacy_version = TLS_VERSION_1_2, .cipher_suite = 0xc02f};
    char text[JA3_TEXT_SIZE];

    hello.extensions = guard_hex(&guard, "ff01 0001 00   1a1a 0000   0000 0000   000b 0002 0100");
    CU_ASSERT_TRUE(ja3_server(&hello, text));
    CU_ASSERT_STRING_EQUAL(text, "a704460bd0a887c62e4f462bf1bba96b");
    hello.extensions.len = 0;
    hello.cipher_suite = 0x1301;
    CU_ASSERT_TRUE(ja3_server(&hello, text));
    CU_ASSERT_STRING_EQUAL(text, "e8c07683aecf9b16e8e33f10a5161e4e");
    guard_free(&guard);
}

/* What Chromium 110 offers; browsers-x509.pcapng, stream 0. GREASE is put where Chromium puts it.*/
static const struct recipe chromium = {
    .legacy_version = TLS_VERSION_1_2,
    .suites = "0a0a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
    .types = "1a1a,000d,0000,000a,0005,000b,002b,001b,ff01,0033,4469,002d,0023,0017,0012,0010,"
             "2a2a,0015",
    .groups = "caca,001d,0017,0018",
    .formats = "0",
    .schemes = "0403,0804,0401,0503,0805,0501,0806,0601",
    .versions = "3a3a,0304,0303",
    .alpn = "h2",
};

static void published_ja4_values_are_met(void)
{
    struct recipe recipe = chromium;

    check_ja4(&chromium, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    /* tls3.pcapng, stream 9: resumption, so pre_shared_key and no padding */
    recipe.types = "0033,000a,0005,000d,0012,0000,0010,002b,0023,001b,0017,002d,ff01,4469,000b,"
                   "0029";
    check_ja4(&recipe, "t13d1516h2_8daaf6152771_9b887d9acb53");
    /* sigalg-grease.pcapng */
    recipe.types = "fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,000b,ca34,002d,0000,0005,"
                   "001b,0012";
    recipe.schemes = "0a0a,0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601";
    check_ja4(&recipe, "t13d1517h2_8daaf6152771_cb7bf5808d99");
}

/* latest.pcapng, stream 3: TLS 1.2, no ALPN. */
static void a_published_ja4_of_tls_1_2_is_met(void)
{
    struct recipe recipe = {
        .legacy_version = TLS_VERSION_1_2,
        .suites = "c02c,c02b,c030,c02f,c024,c023,c028,c027,c00a,c009,c014,c013,009d,009c,003d,"
                  "003c,0035,002f,000a",
        .types = "0000,0005,000a,000b,000d,0023,0017,ff01",
        .schemes = "0804,0805,0806,0401,0501,0201,0403,0503,0203,0202,0601,0603",
    };

    check_ja4(&recipe, "t12d190800_d83cc789557e_7af1ed941c26");
}

/* The text of a JA4, or "none". */
static const char *ja4_of(const struct recipe *recipe, enum ja4_transport transport)
{
    static struct builder builder;
    static char text[JA4_TEXT_SIZE];
    struct client_hello hello;

    build(&builder, 16, recipe, &hello);
    return ja4_client(&hello, transport, text) ? text : "none";
}

/* Whether the first part of a JA4 is this. */
static void check_first_part(const struct recipe *recipe, const char *expected)
{
    const char *text = ja4_of(recipe, JA4_TCP);

    if (strncmp(text, expected, strlen(expected)) != 0)
        fprintf(stderr, "%s, not %s\n", text, expected);
    CU_ASSERT_EQUAL(strncmp(text, expected, strlen(expected)), 0);
}

static void the_transport_is_the_first_letter(void)
{
    CU_ASSERT_STRING_EQUAL(ja4_of(&chromium, JA4_QUIC), "q13d1516h2_8daaf6152771_e5627efa2ab1");
    CU_ASSERT_STRING_EQUAL(ja4_of(&chromium, JA4_DTLS), "d13d1516h2_8daaf6152771_e5627efa2ab1");
}

static void the_version_has_two_letters(void)
{
    static const struct {
        uint16_t version;
        const char *text;
    } cases[] = {{0x0304, "t13i"}, {0x0303, "t12i"}, {0x0302, "t11i"}, {0x0301, "t10i"},
                 {0x0300, "ts3i"}, {0x0002, "ts2i"}, {0xfeff, "td1i"}, {0xfefd, "td2i"},
                 {0xfefc, "td3i"}, {0x0305, "t00i"}};
    struct recipe recipe = {.suites = "002f"};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        recipe.legacy_version = cases[i].version;
        check_first_part(&recipe, cases[i].text);
    }
    recipe.types = "002b"; /* supported_versions counts more than legacy_version */
    recipe.versions = "0303,0302";
    check_first_part(&recipe, "t12i0101");
}

/* JA4.md: the letters of the hexadecimal form where the first or last one is neither letter nor
 * digit. */
static void alpn_gives_two_letters(void)
{
    static const struct {
        const char *alpn;
        const char *text;
    } cases[] = {{"h2", "t12i0101h2"},
                 {"a0Z", "t12i0101aZ"},
                 {"A9z", "t12i0101Az"},
                 {"0-9", "t12i010109"},
                 {":a", "t12i010131"},
                 {"@a", "t12i010141"},
                 {"a[", "t12i01016b"},
                 {"a`", "t12i010160"},
                 {"a{", "t12i01016b"},
                 {"http/1.1", "t12i0101h1"},
                 {"h", "t12i0101hh"},
                 {"\xab", "t12i0101ab"},
                 {"\xab\xcd", "t12i0101ad"},
                 {"0\xab", "t12i01013b"},
                 {"01-\xab", "t12i01013b"},
                 {"\x30\x31\xab\xcd", "t12i01013d"},
                 {"/a", "t12i010121"},
                 {"0\xab\xcd"
                  "1",
                  "t12i010101"}};
    struct recipe recipe = {.legacy_version = TLS_VERSION_1_2, .suites = "002f", .types = "0010"};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        recipe.alpn = cases[i].alpn;
        check_first_part(&recipe, cases[i].text);
    }
    recipe.types = "0017";
    check_first_part(&recipe, "t12i010100");
}

static void nothing_to_hash_gives_zeros(void)
{
    struct recipe recipe = {.legacy_version = TLS_VERSION_1_2, .suites = "0a0a"};

    check_ja4(&recipe, "t12i000000_000000000000_000000000000");
    recipe.types = "0000,0010"; /* these are counted and not hashed */
    recipe.alpn = "h2";
    check_ja4(&recipe, "t12d0002h2_000000000000_000000000000");
}

/* As many suites as asked for, 0x1000 and up, as the middle of a recipe. */
static const char *many_numbers(size_t count)
{
    static char text[(JA4_SORTED_MAX + 2) * 5];
    size_t length = 0;

    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%04zx,", 0x5000 - i);
    return text;
}

static void counts_stop_at_99(void)
{
    struct recipe recipe = {.legacy_version = TLS_VERSION_1_2};

    recipe.suites = many_numbers(98);
    check_first_part(&recipe, "t12i9800");
    recipe.suites = many_numbers(100);
    check_first_part(&recipe, "t12i9900");
}

/* The SHA-256 of the 512 numbers from 4e01 to 5000 in order, by sha256sum. */
static void beyond_the_limit_there_is_no_ja4(void)
{
    struct recipe recipe = {.legacy_version = TLS_VERSION_1_2};

    recipe.suites = many_numbers(JA4_SORTED_MAX);
    check_ja4(&recipe, "t12i990000_9272ce2648ff_000000000000");
    recipe.suites = many_numbers(JA4_SORTED_MAX + 1);
    CU_ASSERT_STRING_EQUAL(ja4_of(&recipe, JA4_TCP), "none");
    recipe.types = recipe.suites;
    recipe.suites = "002f";
    CU_ASSERT_STRING_EQUAL(ja4_of(&recipe, JA4_TCP), "none");
}

static void of_cut_extensions_there_is_no_fingerprint(void)
{
    static struct builder builder;
    struct client_hello hello;
    struct server_hello server = {.legacy_version = TLS_VERSION_1_2};
    char ja3[JA3_TEXT_SIZE] = "x";
    char ja4[JA4_TEXT_SIZE] = "x";

    build(&builder, 16, &chromium, &hello);
    hello.extensions.len--;
    CU_ASSERT_FALSE(ja3_client(&hello, ja3));
    CU_ASSERT_STRING_EQUAL(ja3, "");
    CU_ASSERT_FALSE(ja4_client(&hello, JA4_TCP, ja4));
    CU_ASSERT_STRING_EQUAL(ja4, "");
    server.extensions = bytes_of("\0", 1);
    CU_ASSERT_FALSE(ja3_server(&server, ja3));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"published JA3 values are met", published_ja3_values_are_met},
        {"JA3 leaves GREASE out", ja3_leaves_grease_out},
        {"JA3S is made of the server's choice", ja3s_is_made_of_the_servers_choice},
        {"published JA4 values are met", published_ja4_values_are_met},
        {"a published JA4 of TLS 1.2 is met", a_published_ja4_of_tls_1_2_is_met},
        {"the transport is the first letter", the_transport_is_the_first_letter},
        {"the version has two letters", the_version_has_two_letters},
        {"ALPN gives two letters", alpn_gives_two_letters},
        {"nothing to hash gives zeros", nothing_to_hash_gives_zeros},
        {"counts stop at 99", counts_stop_at_99},
        {"beyond the limit there is no JA4", beyond_the_limit_there_is_no_ja4},
        {"of cut extensions there is no fingerprint", of_cut_extensions_there_is_no_fingerprint},
        CU_TEST_INFO_NULL,
    };

    return suite_run("fingerprint", tests);
}
