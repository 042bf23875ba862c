/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/hello.h"
#include "dissect/extension.h"

static const uint8_t retry_random[TLS_RANDOM_LENGTH] = TLS_HELLO_RETRY_REQUEST_RANDOM;
static const uint8_t sentinel_1_2[TLS_DOWNGRADE_SENTINEL_LENGTH] = TLS_DOWNGRADE_TO_1_2;
static const uint8_t sentinel_1_1[TLS_DOWNGRADE_SENTINEL_LENGTH] = TLS_DOWNGRADE_TO_1_1;

static bool version_is_draft(uint16_t version)
{
    return (version & TLS_VERSION_1_3_DRAFT_MASK) == TLS_VERSION_1_3_DRAFT;
}

bool version_is_tls_1_3(uint16_t version)
{
    return version == TLS_VERSION_1_3 || version_is_draft(version);
}

static bool session_id_take(struct bytes *in, struct bytes *out)
{
    return bytes_vector(in, 1, out) && out->len <= TLS_SESSION_ID_MAX;
}

/* The rest of a hello: nothing, or the extensions to its very end. A list shorter than an
 * extension is below the minimum of RFC 8446, but SSL 3.0 and TLS 1.0 stacks send empty ones. */
static bool extensions_to_end(struct bytes in, bool *has_extensions, struct bytes *out)
{
    *has_extensions = in.len > 0;
    *out = in;
    return in.len == 0 || (bytes_vector(&in, 2, out) && in.len == 0);
}

bool client_hello_parse(struct bytes body, struct client_hello *out)
{
    struct client_hello hello;

    if (!bytes_u16(&body, &hello.legacy_version)
        || !bytes_take(&body, TLS_RANDOM_LENGTH, &hello.random)
        || !session_id_take(&body, &hello.session_id))
        return false;
    if (!bytes_vector(&body, 2, &hello.cipher_suites) || hello.cipher_suites.len < 2
        || hello.cipher_suites.len % 2 != 0)
        return false;
    if (!bytes_vector(&body, 1, &hello.compression_methods) || hello.compression_methods.len < 1)
        return false;
    if (!extensions_to_end(body, &hello.has_extensions, &hello.extensions))
        return false;
    *out = hello;
    return true;
}

/* What follows the version, with or without session ID and compression method. */
ALWAYS_INLINE bool server_hello_fields(struct bytes in, bool has_session_id,
                                       struct server_hello *out)
{
    out->session_id = (struct bytes){.len = 0};
    out->compression_method = 0;
    return bytes_take(&in, TLS_RANDOM_LENGTH, &out->random)
           && (!has_session_id || session_id_take(&in, &out->session_id))
           && bytes_u16(&in, &out->cipher_suite)
           && (!has_session_id || bytes_u8(&in, &out->compression_method))
           && extensions_to_end(in, &out->has_extensions, &out->extensions);
}

/* The drafts of TLS 1.3 up to 21 had dropped the session ID and the compression method. They
 * name themselves by 0x7f.., and up to 14 also by 0x0304, which is no legacy_version of the final
 * protocol but sent by servers that get it wrong: then what fits counts. */
static bool server_hello_body(struct bytes in, struct server_hello *out)
{
    const uint16_t version = out->legacy_version;

    return (!version_is_draft(version) && server_hello_fields(in, true, out))
           || (version_is_tls_1_3(version) && server_hello_fields(in, false, out));
}

bool server_hello_parse(struct bytes body, struct server_hello *out)
{
    struct server_hello hello;

    if (!bytes_u16(&body, &hello.legacy_version) || !server_hello_body(body, &hello))
        return false;
    hello.is_hello_retry_request =
        bytes_equal(hello.random, bytes_of(retry_random, sizeof retry_random));
    *out = hello;
    return true;
}

/* The first draft whose HelloRetryRequest names the suite. */
#define DRAFT_RETRY_WITH_SUITE 0x7f13

bool draft_hello_retry_request_parse(struct bytes body, struct server_hello *out)
{
    struct server_hello hello = {.is_hello_retry_request = true};

    if (!bytes_u16(&body, &hello.legacy_version))
        return false;
    if (hello.legacy_version >= DRAFT_RETRY_WITH_SUITE && !bytes_u16(&body, &hello.cipher_suite))
        return false;
    if (!extensions_to_end(body, &hello.has_extensions, &hello.extensions))
        return false;
    *out = hello;
    return true;
}

uint16_t server_hello_version(const struct server_hello *hello)
{
    struct bytes data;
    uint16_t version;

    if (extension_find(hello->extensions, TLS_EXTENSION_SUPPORTED_VERSIONS, &data)
        && data.len == sizeof version && bytes_u16(&data, &version))
        return version;
    return hello->legacy_version;
}

/* The client's supported_versions. False if there is none that can be read. */
static bool supported_versions_find(const struct client_hello *hello, struct bytes *versions)
{
    struct bytes data;

    return extension_find(hello->extensions, TLS_EXTENSION_SUPPORTED_VERSIONS, &data)
           && bytes_vector(&data, 1, versions) && data.len == 0 && versions->len % 2 == 0;
}

bool client_hello_offers_version(const struct client_hello *hello, uint16_t version)
{
    struct bytes versions;
    uint16_t offered;

    if (!supported_versions_find(hello, &versions))
        return version >= TLS_VERSION_SSL3 && version <= TLS_VERSION_1_2
               && version <= hello->legacy_version;
    while (list_u16_next(&versions, &offered)) {
        if (offered == version || (version == TLS_VERSION_1_3 && version_is_draft(offered)))
            return true;
    }
    return false;
}

uint16_t client_hello_version_max(const struct client_hello *hello)
{
    struct bytes versions;
    uint16_t offered;
    uint16_t highest = 0;

    if (!supported_versions_find(hello, &versions))
        return hello->legacy_version < TLS_VERSION_1_2 ? hello->legacy_version : TLS_VERSION_1_2;
    while (list_u16_next(&versions, &offered)) {
        if (version_is_draft(offered))
            offered = TLS_VERSION_1_3;
        if (!tls_is_grease(offered) && offered > highest)
            highest = offered;
    }
    return highest;
}

static enum downgrade sentinel_of(struct bytes random)
{
    if (!bytes_skip(&random, TLS_RANDOM_LENGTH - TLS_DOWNGRADE_SENTINEL_LENGTH))
        return DOWNGRADE_NONE;
    if (bytes_equal(random, bytes_of(sentinel_1_2, sizeof sentinel_1_2)))
        return DOWNGRADE_TO_1_2;
    if (bytes_equal(random, bytes_of(sentinel_1_1, sizeof sentinel_1_1)))
        return DOWNGRADE_TO_1_1;
    return DOWNGRADE_NONE;
}

enum downgrade server_hello_downgrade(const struct server_hello *hello)
{
    const enum downgrade sentinel = sentinel_of(hello->random);

    if (sentinel == DOWNGRADE_NONE || hello->is_hello_retry_request
        || server_hello_version(hello) > TLS_VERSION_1_2)
        return DOWNGRADE_NONE;
    return sentinel;
}
