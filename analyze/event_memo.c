/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event_parts.h"
#include "analyze/scan.h"

bool event_recall(struct json *json, struct json_at object, enum event_memo kind,
                  const struct memo_key *key)
{
    struct bytes members;

    if (!memo_find(json->memo, (uint8_t)kind, key, &members))
        return false;
    json_add_members(json, object, members);
    return true;
}

void event_remember(struct json *json, struct json_at object, enum event_memo kind,
                    const struct memo_key *key, size_t mark)
{
    struct bytes members = json_since(json, object, mark);

    if (!json->failed)
        memo_keep(json->memo, (uint8_t)kind, key, members);
}

/* GREASE is drawn anew for each hello and never told: one value stands for all. */
static void put_value(uint8_t *out, uint16_t value)
{
    if (tls_is_grease(value))
        value = 0x0a0a;
    memcpy(out, &value, sizeof(value));
}

static void put_length(uint8_t *out, size_t length)
{
    const uint16_t number = (uint16_t)length; /* of a vector with at most 2^16 - 1 octets */

    memcpy(out, &number, sizeof(number));
}

/* Where both octets of a value end in the digit a, as those of GREASE do, and a few others. */
static inline scan_octets find_suspects(scan_octets octets)
{
    typedef uint16_t values __attribute__((vector_size(SCAN_OCTETS)));

    return (scan_octets)(((values)octets & 0x0f0f) == 0x0a0a);
}

static void fold_grease(uint8_t *values, size_t octets)
{
    octets -= octets % 2;
    if (!scan_has(bytes_of(values, octets), find_suspects))
        return;
    for (size_t at = 0; at < octets; at += 2)
        if (tls_is_grease((uint16_t)(values[at] << 8 | values[at + 1])))
            memset(values + at, 0x0a, 2);
}

/* Each list follows its length, so that different hellos have different keys. */
static void add_list(struct memo_key *key, struct bytes octets, size_t plain)
{
    uint8_t *added = memo_key_extend(key, 2 + octets.len);

    if (added == NULL)
        return;
    put_length(added, octets.len);
    if (octets.len == 0)
        return;
    memcpy(added + 2, octets.data, octets.len);
    if (octets.len > plain)
        fold_grease(added + 2 + plain, octets.len - plain);
}

/* Extensions whose content is told or is part of a fingerprint: octets before a list of GREASE and
 * others, and one more. */
static const uint16_t told[] = {
    [TLS_EXTENSION_SUPPORTED_GROUPS] = 2 + 1,
    [TLS_EXTENSION_EC_POINT_FORMATS] = UINT16_MAX,
    [TLS_EXTENSION_SIGNATURE_ALGORITHMS] = 2 + 1,
    [TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION] = UINT16_MAX,
    [TLS_EXTENSION_SUPPORTED_VERSIONS] = 1 + 1,
};

static void add_extension(struct memo_key *key, const struct extension *extension)
{
    bool is_told = extension->type < sizeof(told) / sizeof(told[0]) && told[extension->type] != 0;
    uint8_t *added = memo_key_extend(key, 2);

    if (added != NULL)
        put_value(added, extension->type);
    if (is_told)
        add_list(key, extension->data, told[extension->type] - 1u);
}

/* A count, then as many extensions, and what cannot be read after them. */
static void add_extensions(struct memo_key *key, struct bytes extensions)
{
    uint8_t *counted = memo_key_extend(key, 2);
    struct extension extension;
    size_t count = 0;

    while (extension_next(&extensions, &extension)) {
        add_extension(key, &extension);
        count++;
    }
    if (counted != NULL)
        put_length(counted, count);
    add_list(key, extensions, SIZE_MAX);
}

/* The lists that an event tells are those of the extensions; of key shares it tells the groups. */
void event_hello_key(struct memo_key *key, const struct facts *facts)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    struct bytes shares;
    struct key_share share;

    memo_key_begin(key);
    if (!event_client_hello(facts, &hello, &extensions))
        return;
    memo_key_add_u16(key, hello->legacy_version);
    add_list(key, hello->cipher_suites, 0);
    add_extensions(key, hello->extensions);
    shares = extensions->key_share.shares;
    while (key_share_next(&shares, &share)) {
        uint8_t *added = memo_key_extend(key, 2);

        if (added != NULL)
            put_value(added, share.group);
    }
    memo_key_finish(key);
}

void event_server_key(struct memo_key *key, const struct server_hello *hello)
{
    struct bytes extensions = hello->extensions;
    struct extension extension;

    memo_key_begin(key);
    memo_key_add_u16(key, hello->legacy_version);
    memo_key_add_u16(key, hello->cipher_suite);
    while (extension_next(&extensions, &extension))
        memo_key_add_u16(key, extension.type);
    memo_key_add(key, extensions);
    memo_key_finish(key);
}
