/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event_parts.h"
#include "dissect/fingerprint.h"
#include "dissect/names.h"

bool event_client_hello(const struct facts *facts, const struct client_hello **hello,
                        const struct hello_extensions **extensions)
{
    bool is_first = facts->client_hello_read;

    *hello = is_first ? &facts->client_hello : &facts->second_client_hello;
    *extensions = is_first ? &facts->client_extensions : &facts->second_client_extensions;
    return is_first || facts->second_client_hello_read;
}

/* The transcript holds the message from msg_type on (dissect/sslv2.h), which parsed when it
 * came. */
bool event_sslv2_kinds(const struct facts *facts, struct bytes *kinds)
{
    struct bytes body;
    uint16_t version;
    uint16_t length;

    if (facts->sslv2_hello_note == NULL)
        return false;
    body = handshake_body(facts->handshake, facts->sslv2_hello_note);
    return bytes_skip(&body, 1) && bytes_u16(&body, &version) && bytes_u16(&body, &length)
           && bytes_skip(&body, 4) && bytes_take(&body, length, kinds);
}

static void add_names(struct json *json, struct json_at offer, const char *key, struct bytes list,
                      const char *(*name)(uint16_t))
{
    struct json_at array;
    uint16_t value;

    if (list.len == 0)
        return;
    array = json_add_array(json, offer, key);
    for (size_t count = 0; count < JSON_NAMES_MAX && list_u16_next(&list, &value);) {
        if (tls_is_grease(value))
            continue;
        json_append_name(json, array, name(value), value);
        count++;
    }
}

static void add_version(struct json *json, struct json_at offer, uint16_t version)
{
    json_append_name(json, json_add_array(json, offer, "versions"), names_version(version),
                     version);
}

/* The next protocol of a list that is not reserved (RFC 8701). */
static bool next_protocol(struct bytes *protocols, struct bytes *protocol)
{
    while (list_name_next(protocols, protocol))
        if (protocol->len != 2
            || !tls_is_grease((uint16_t)(protocol->data[0] << 8 | protocol->data[1])))
            return true;
    return false;
}

/* What finds no room is counted: names that nobody registered are long or many only when somebody
 * means them to be. */
static void add_alpn(struct json *json, struct json_at offer, struct bytes protocols)
{
    struct bytes protocol;
    struct json_at array;
    size_t count = 0;
    size_t octets = 0;
    uint64_t left_out = 0;

    if (protocols.len == 0)
        return;
    array = json_add_array(json, offer, "alpn");
    while (next_protocol(&protocols, &protocol)) {
        octets += protocol.len;
        if (count == JSON_NAMES_MAX || octets > EVENT_ALPN_OCTETS_MAX) {
            left_out++;
            continue;
        }
        json_append_octets(json, array, protocol);
        count++;
    }
    if (left_out > 0)
        json_add_unsigned(json, offer, "alpn_left_out", left_out);
}

static void add_key_shares(struct json *json, struct json_at offer, struct bytes shares)
{
    struct key_share share;
    struct json_at array;

    if (shares.len == 0)
        return;
    array = json_add_array(json, offer, "key_shares");
    for (size_t count = 0; count < JSON_NAMES_MAX && key_share_next(&shares, &share); count++)
        if (!tls_is_grease(share.group))
            json_append_name(json, array, names_group(share.group), share.group);
}

static void add_extensions(struct json *json, struct json_at offer, struct bytes extensions)
{
    struct extension extension;
    struct json_at array;

    if (extensions.len == 0)
        return;
    array = json_add_array(json, offer, "extensions");
    for (size_t count = 0; count < JSON_NAMES_MAX && extension_next(&extensions, &extension);
         count++)
        if (!tls_is_grease(extension.type))
            json_append_name(json, array, names_extension(extension.type), extension.type);
}

static void add_hello(struct json *json, struct json_at why, const struct client_hello *hello,
                      const struct hello_extensions *extensions)
{
    struct json_at offer = json_add_object(json, why, "offer");
    char ja4[JA4_TEXT_SIZE];

    if (extensions->supported_versions.versions.len > 0)
        add_names(json, offer, "versions", extensions->supported_versions.versions, names_version);
    else /* one number is on the wire: the highest (RFC 8446 appendix D) */
        add_version(json, offer, hello->legacy_version);
    add_names(json, offer, "groups", extensions->supported_groups.list, names_group);
    add_names(json, offer, "signature_schemes", extensions->signature_algorithms.list,
              names_signature_scheme);
    add_alpn(json, offer, extensions->alpn.protocols);
    add_key_shares(json, offer, extensions->key_share.shares);
    add_extensions(json, offer, hello->extensions);
    if (ja4_client(hello, JA4_TCP, ja4))
        json_add_text(json, why, "ja4", ja4);
}

void event_add_offer(struct json *json, struct json_at why, const struct facts *facts,
                     const struct memo_key *key)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    size_t mark;

    if (!event_client_hello(facts, &hello, &extensions)) {
        if (facts->sslv2_hello_note != NULL)
            add_version(json, json_add_object(json, why, "offer"), facts->sslv2_hello_version);
        return;
    }
    if (event_recall(json, why, EVENT_MEMO_OFFER, key))
        return;
    mark = json_mark(json, why);
    add_hello(json, why, hello, extensions);
    event_remember(json, why, EVENT_MEMO_OFFER, key, mark);
}
