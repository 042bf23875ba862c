/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <wolfssl/options.h>

#include <wolfssl/wolfcrypt/md5.h>
#include <wolfssl/wolfcrypt/sha256.h>

#include "dissect/ascii.h"
#include "dissect/extension.h"
#include "dissect/fingerprint.h"

static const char digits[] = "0123456789abcdef";

/* Write the first count hexadecimal digits of octets, and a NUL. */
static void write_hex(const uint8_t *octets, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = digits[i % 2 == 0 ? octets[i / 2] >> 4 : octets[i / 2] & 0xf];
    out[count] = '\0';
}

/* JA3 */

struct ja3 {
    wc_Md5 md5;
    bool is_good; /* no step has failed so far */
};

static void ja3_put(struct ja3 *ja3, const char *text, size_t length)
{
    ja3->is_good = ja3->is_good && wc_Md5Update(&ja3->md5, (const byte *)text, (word32)length) == 0;
}

/* Add a number in decimal, after a dash unless it is the first of its list. */
static void ja3_put_number(struct ja3 *ja3, uint16_t value, bool *is_first)
{
    char text[6];
    size_t at = sizeof text;

    do {
        text[--at] = digits[value % 10];
        value = (uint16_t)(value / 10);
    } while (value > 0);
    if (!*is_first)
        text[--at] = '-';
    *is_first = false;
    ja3_put(ja3, text + at, sizeof text - at);
}

/* Add the numbers of a list of 16 bits each. */
static void ja3_put_list(struct ja3 *ja3, struct bytes list)
{
    bool is_first = true;
    uint16_t value;

    while (list_u16_next(&list, &value)) {
        if (!tls_is_grease(value))
            ja3_put_number(ja3, value, &is_first);
    }
}

static void ja3_put_extensions(struct ja3 *ja3, struct bytes extensions)
{
    struct extension extension;
    bool is_first = true;

    while (extension_next(&extensions, &extension)) {
        if (!tls_is_grease(extension.type))
            ja3_put_number(ja3, extension.type, &is_first);
    }
    if (extensions.len > 0)
        ja3->is_good = false;
}

/* The list in an extension that is one vector; empty if there is none. */
static struct bytes extension_list(struct bytes extensions, uint16_t type, size_t prefix)
{
    struct bytes data;
    struct bytes list = {.len = 0};

    if (!extension_find(extensions, type, &data) || !bytes_vector(&data, prefix, &list))
        list.len = 0;
    return list;
}

static void ja3_put_point_formats(struct ja3 *ja3, struct bytes extensions)
{
    struct bytes formats = extension_list(extensions, TLS_EXTENSION_EC_POINT_FORMATS, 1);
    bool is_first = true;
    uint8_t format;

    while (list_u8_next(&formats, &format))
        ja3_put_number(ja3, format, &is_first);
}

static void ja3_begin(struct ja3 *ja3, uint16_t version)
{
    bool is_first = true;

    ja3->is_good = wc_InitMd5(&ja3->md5) == 0;
    ja3_put_number(ja3, version, &is_first);
    ja3_put(ja3, ",", 1);
}

static bool ja3_end(struct ja3 *ja3, char out[JA3_TEXT_SIZE])
{
    uint8_t digest[WC_MD5_DIGEST_SIZE] = {0};

    out[0] = '\0';
    ja3->is_good = ja3->is_good && wc_Md5Final(&ja3->md5, digest) == 0;
    wc_Md5Free(&ja3->md5);
    if (ja3->is_good)
        write_hex(digest, JA3_TEXT_SIZE - 1, out);
    return ja3->is_good;
}

bool ja3_client(const struct client_hello *hello, char out[JA3_TEXT_SIZE])
{
    struct ja3 ja3;

    ja3_begin(&ja3, hello->legacy_version);
    ja3_put_list(&ja3, hello->cipher_suites);
    ja3_put(&ja3, ",", 1);
    ja3_put_extensions(&ja3, hello->extensions);
    ja3_put(&ja3, ",", 1);
    ja3_put_list(&ja3, extension_list(hello->extensions, TLS_EXTENSION_SUPPORTED_GROUPS, 2));
    ja3_put(&ja3, ",", 1);
    ja3_put_point_formats(&ja3, hello->extensions);
    return ja3_end(&ja3, out);
}

bool ja3_server(const struct server_hello *hello, char out[JA3_TEXT_SIZE])
{
    struct ja3 ja3;
    bool is_first = true;

    ja3_begin(&ja3, hello->legacy_version);
    ja3_put_number(&ja3, hello->cipher_suite, &is_first);
    ja3_put(&ja3, ",", 1);
    ja3_put_extensions(&ja3, hello->extensions);
    return ja3_end(&ja3, out);
}

/* JA4 */

#define JA4_HASH_DIGITS 12
#define JA4_COUNT_MAX   99

struct sorted {
    size_t count;
    uint16_t values[JA4_SORTED_MAX];
};

/* Add a value, unless it is GREASE. False if there is no room. */
static bool sorted_add(struct sorted *list, uint16_t value)
{
    if (tls_is_grease(value))
        return true;
    if (list->count == JA4_SORTED_MAX)
        return false;
    list->values[list->count++] = value;
    return true;
}

/* Shell's sort: short, in place, and far from quadratic at this size. */
static void sorted_sort(struct sorted *list)
{
    for (size_t gap = JA4_SORTED_MAX / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < list->count; i++) {
            uint16_t value = list->values[i];
            size_t at = i;

            for (; at >= gap && list->values[at - gap] > value; at -= gap)
                list->values[at] = list->values[at - gap];
            list->values[at] = value;
        }
    }
}

struct ja4_hash {
    wc_Sha256 sha256;
    bool is_good;
    bool is_empty; /* nothing was added */
};

/* Add a value as four digits after this separator; the first of all has none. */
static void ja4_put(struct ja4_hash *hash, char separator, uint16_t value)
{
    const uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    char text[6];
    size_t skipped = hash->is_empty ? 1 : 0;

    text[0] = separator;
    write_hex(octets, 4, text + 1);
    hash->is_empty = false;
    hash->is_good =
        hash->is_good
        && wc_Sha256Update(&hash->sha256, (const byte *)text + skipped, (word32)(5 - skipped)) == 0;
}

static void ja4_begin(struct ja4_hash *hash)
{
    hash->is_empty = true;
    hash->is_good = wc_InitSha256(&hash->sha256) == 0;
}

/* Write twelve digits, which are zeros for nothing at all. */
static bool ja4_end(struct ja4_hash *hash, char *out)
{
    uint8_t digest[WC_SHA256_DIGEST_SIZE] = {0};
    bool is_good = hash->is_good && wc_Sha256Final(&hash->sha256, digest) == 0;

    wc_Sha256Free(&hash->sha256);
    if (!is_good)
        return false;
    if (hash->is_empty)
        memset(digest, 0, sizeof digest);
    write_hex(digest, JA4_HASH_DIGITS, out);
    return true;
}

static bool ja4_hash_suites(const struct sorted *suites, char *out)
{
    struct ja4_hash hash;

    ja4_begin(&hash);
    for (size_t i = 0; i < suites->count; i++)
        ja4_put(&hash, ',', suites->values[i]);
    return ja4_end(&hash, out);
}

/* The extensions but server_name and ALPN, which may differ from one server to the next; then the
 * signature algorithms in the order of the wire. */
static bool ja4_hash_extensions(const struct sorted *types, struct bytes schemes, char *out)
{
    struct ja4_hash hash;
    char separator = '_';
    uint16_t scheme;

    ja4_begin(&hash);
    for (size_t i = 0; i < types->count; i++) {
        if (types->values[i] != TLS_EXTENSION_SERVER_NAME
            && types->values[i] != TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
            ja4_put(&hash, ',', types->values[i]);
    }
    while (!hash.is_empty && list_u16_next(&schemes, &scheme)) {
        if (tls_is_grease(scheme))
            continue;
        ja4_put(&hash, separator, scheme);
        separator = ',';
    }
    return ja4_end(&hash, out);
}

/* The highest version that is offered, as two letters. */
static const char *ja4_version(const struct client_hello *hello)
{
    static const struct {
        uint16_t version;
        const char *text;
    } names[] = {{TLS_VERSION_1_3, "13"}, {TLS_VERSION_1_2, "12"},  {TLS_VERSION_1_1, "11"},
                 {TLS_VERSION_1_0, "10"}, {TLS_VERSION_SSL3, "s3"}, {TLS_VERSION_SSL2, "s2"},
                 {0xfeff, "d1"},          {0xfefd, "d2"},           {0xfefc, "d3"}};
    struct bytes versions = extension_list(hello->extensions, TLS_EXTENSION_SUPPORTED_VERSIONS, 1);
    uint16_t highest = versions.len > 0 ? 0 : hello->legacy_version;
    uint16_t version;

    while (list_u16_next(&versions, &version)) {
        if (!tls_is_grease(version) && version > highest)
            highest = version;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].version == highest)
            return names[i].text;
    }
    return "00";
}

/* First and last letter of the first protocol; of its hexadecimal form if one of them is not a
 * letter or a digit; "00" without protocols. */
static void ja4_write_alpn(struct bytes extensions, char *out)
{
    struct bytes list =
        extension_list(extensions, TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION, 2);
    struct bytes name;
    uint8_t first, last;

    out[0] = out[1] = '0';
    if (!list_name_next(&list, &name))
        return;
    first = name.data[0];
    last = name.data[name.len - 1];
    if (ascii_is_alphanumeric(first) && ascii_is_alphanumeric(last)) {
        out[0] = (char)first;
        out[1] = (char)last;
        return;
    }
    out[0] = digits[first >> 4];
    out[1] = digits[last & 0xf];
}

static void ja4_write_count(size_t count, char *out)
{
    size_t shown = count < JA4_COUNT_MAX ? count : JA4_COUNT_MAX;

    out[0] = digits[shown / 10];
    out[1] = digits[shown % 10];
}

/* Collect suites and extension types, sorted. False if there are too many, or the extensions are
 * cut. */
static bool ja4_collect(const struct client_hello *hello, struct sorted *suites,
                        struct sorted *types)
{
    struct bytes list = hello->cipher_suites;
    struct bytes extensions = hello->extensions;
    struct extension extension;
    uint16_t suite;

    suites->count = types->count = 0;
    while (list_u16_next(&list, &suite)) {
        if (!sorted_add(suites, suite))
            return false;
    }
    while (extension_next(&extensions, &extension)) {
        if (!sorted_add(types, extension.type))
            return false;
    }
    sorted_sort(suites);
    sorted_sort(types);
    return extensions.len == 0;
}

/* The parts of a JA4 and where they stand: "t13d1516h2_" and two hashes with '_' between. */
enum {
    JA4_AT_VERSION = 1,
    JA4_AT_NAME = 3,
    JA4_AT_SUITES = 4,
    JA4_AT_EXTENSIONS = 6,
    JA4_AT_ALPN = 8,
    JA4_AT_SUITE_HASH = 11,
    JA4_AT_EXTENSION_HASH = JA4_AT_SUITE_HASH + JA4_HASH_DIGITS + 1
};

bool ja4_client(const struct client_hello *hello, enum ja4_transport transport,
                char out[JA4_TEXT_SIZE])
{
    struct sorted suites, types;
    struct bytes name;
    bool has_name = extension_find(hello->extensions, TLS_EXTENSION_SERVER_NAME, &name);
    struct bytes schemes = extension_list(hello->extensions, TLS_EXTENSION_SIGNATURE_ALGORITHMS, 2);

    if (!ja4_collect(hello, &suites, &types) || !ja4_hash_suites(&suites, out + JA4_AT_SUITE_HASH)
        || !ja4_hash_extensions(&types, schemes, out + JA4_AT_EXTENSION_HASH)) {
        out[0] = '\0';
        return false;
    }
    out[0] = (char)transport;
    memcpy(out + JA4_AT_VERSION, ja4_version(hello), 2);
    out[JA4_AT_NAME] = has_name ? 'd' : 'i';
    ja4_write_count(suites.count, out + JA4_AT_SUITES);
    ja4_write_count(types.count, out + JA4_AT_EXTENSIONS);
    ja4_write_alpn(hello->extensions, out + JA4_AT_ALPN);
    out[JA4_AT_SUITE_HASH - 1] = out[JA4_AT_EXTENSION_HASH - 1] = '_';
    return true;
}
