/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event_parts.h"
#include "dissect/certificate_list.h"
#include "dissect/fingerprint.h"
#include "dissect/names.h"
#include "dissect/sslv2.h"

/* tls.version and tls.version_protocol, which is lower case and without the number. */
static const struct version_row {
    uint16_t version;
    const char *number;
    const char *protocol;
} version_rows[] = {
    {TLS_VERSION_SSL2, "2.0", "ssl"}, {TLS_VERSION_SSL3, "3.0", "ssl"},
    {TLS_VERSION_1_0, "1.0", "tls"},  {TLS_VERSION_1_1, "1.1", "tls"},
    {TLS_VERSION_1_2, "1.2", "tls"},  {TLS_VERSION_1_3, "1.3", "tls"},
};

static char *put_version(char *out, uint16_t version)
{
    if (version_is_tls_1_3(version)) /* its drafts too */
        version = TLS_VERSION_1_3;
    for (size_t i = 0; i < sizeof(version_rows) / sizeof(version_rows[0]); i++) {
        const struct version_row *row = &version_rows[i];

        if (row->version != version)
            continue;
        out = json_put_name(out, "version", row->number);
        return json_put_name(out, "version_protocol", row->protocol);
    }
    return out;
}

/* Octets of what was negotiated at the most, but for two names: six members. */
enum { NEGOTIATED_MAX = 6 * (16 + JSON_MEMBER_MAX + 8) };

static void add_negotiated(struct json *json, struct json_at tls, const struct verdict *verdict)
{
    const struct facts *facts = verdict->facts;
    uint16_t group = facts_chosen_group(facts);
    const char *curve = group != 0 ? names_group(group) : NULL;
    size_t curve_length = curve != NULL ? strlen(curve) : 0;
    size_t suite_length = facts->suite != NULL ? strlen(facts->suite->name) : 0;
    char *out;

    if (!json_begin_members(json, tls, NEGOTIATED_MAX + curve_length + suite_length, &out))
        return;
    out = json_put_bool(out, "established", verdict->outcome == OUTCOME_ESTABLISHED);
    out = put_version(out, facts->version);
    if (suite_length > 0)
        out = json_put_digits(out, "cipher", facts->suite->name, suite_length);
    if (curve_length > 0)
        out = json_put_digits(out, "curve", curve, curve_length);
    if (facts->server_hello_read)
        out = json_put_bool(out, "resumed", facts->resumed);
    json_end_members(json, out);
}

static void add_next_protocol(struct json *json, struct json_at tls, const struct facts *facts)
{
    struct bytes protocols = facts->server_extensions.alpn.protocols;
    struct bytes protocol;

    if (facts->server_hello_read && list_name_next(&protocols, &protocol))
        json_add_octets(json, tls, "next_protocol", protocol);
}

static void add_suites(struct json *json, struct json_at client, struct bytes suites)
{
    struct json_at array = json_add_array(json, client, "supported_ciphers");
    uint16_t suite;

    for (size_t count = 0; count < JSON_NAMES_MAX && list_u16_next(&suites, &suite);) {
        if (tls_is_grease(suite))
            continue;
        json_append_name(json, array, names_cipher_suite(suite), suite);
        count++;
    }
}

static void add_sslv2_kinds(struct json *json, struct json_at client, struct bytes kinds)
{
    struct json_at array = json_add_array(json, client, "supported_ciphers");
    char hex[NAMES_HEX_SIZE];
    uint32_t kind;

    for (size_t count = 0; count < JSON_NAMES_MAX && sslv2_cipher_spec_next(&kinds, &kind); count++)
        json_append_constant(json, array,
                             names_or_hex(hex, sizeof(hex), names_ssl2_cipher_kind(kind), kind, 6));
}

static void add_client_hello(struct json *json, struct json_at client, const struct facts *facts,
                             const struct memo_key *key)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    struct bytes kinds;
    char ja3[JA3_TEXT_SIZE];
    size_t mark;

    if (!event_client_hello(facts, &hello, &extensions)) {
        if (event_sslv2_kinds(facts, &kinds))
            add_sslv2_kinds(json, client, kinds);
        return;
    }
    json_add_octets(json, client, "server_name", extensions->server_name.host_name);
    if (event_recall(json, client, EVENT_MEMO_CLIENT, key))
        return;
    mark = json_mark(json, client);
    add_suites(json, client, hello->cipher_suites);
    if (ja3_client(hello, ja3))
        json_add_text(json, client, "ja3", ja3);
    event_remember(json, client, EVENT_MEMO_CLIENT, key, mark);
}

static void add_server_hello(struct json *json, struct json_at server, const struct facts *facts)
{
    struct memo_key key;
    char ja3s[JA3_TEXT_SIZE];
    size_t mark;

    if (!facts->server_hello_read)
        return;
    event_server_key(&key, &facts->server_hello);
    if (event_recall(json, server, EVENT_MEMO_SERVER, &key))
        return;
    mark = json_mark(json, server);
    if (ja3_server(&facts->server_hello, ja3s))
        json_add_text(json, server, "ja3s", ja3s);
    event_remember(json, server, EVENT_MEMO_SERVER, &key, mark);
}

/* Whole certificates, as many as there is room for. */
static void add_chain(struct json *json, struct json_at side, const struct facts *facts,
                      const struct note *note)
{
    struct certificate_list list;
    struct certificate_entry entry;
    struct json_at array;
    size_t octets = 0;
    size_t count = 0;

    if (!facts_certificate_list(facts, note, &list) || list.count == 0)
        return;
    array = json_add_array(json, side, "certificate_chain");
    while (count++ < CHAIN_CERTIFICATES_MAX && certificate_list_next(&list, &entry)) {
        octets += entry.certificate.len;
        if (octets > EVENT_CHAIN_OCTETS_MAX)
            return;
        json_append_base64(json, array, entry.certificate);
    }
}

/* Add what a side said of itself; nothing when it said nothing. */
static void add_side(struct json *json, struct json_at tls, const char *key,
                     const struct facts *facts, enum side side, bool has_chain,
                     const struct memo_key *hello)
{
    struct json_at object = json_add_optional(json, tls, key);

    if (side == SIDE_CLIENT)
        add_client_hello(json, object, facts, hello);
    else
        add_server_hello(json, object, facts);
    if (facts->certificates[side] != NULL && facts->certificates[side]->count > 0)
        event_add_certificate(json, object, facts->certificates[side]->certificates[0]);
    if (has_chain)
        add_chain(json, object, facts,
                  side == SIDE_CLIENT ? facts->client_certificate_note
                                      : facts->server_certificate_note);
}

void event_add_tls(struct json *json, struct json_at root, const struct verdict *verdict,
                   const struct event_options *options, const struct memo_key *hello)
{
    struct json_at tls = json_add_object(json, root, "tls");

    add_negotiated(json, tls, verdict);
    add_next_protocol(json, tls, verdict->facts);
    add_side(json, tls, "client", verdict->facts, SIDE_CLIENT, options->certificate_chain, hello);
    add_side(json, tls, "server", verdict->facts, SIDE_SERVER, options->certificate_chain, hello);
}
