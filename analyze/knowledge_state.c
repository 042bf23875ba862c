/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge_state.h"

#include <stdlib.h>

#include "analyze/certificate_parts.h"
#include "analyze/knowledge_internal.h"
#include "analyze/state_codec.h"

static const char magic[] = "tlswhy state";

enum { MAGIC_LEN = sizeof(magic) - 1, LENGTH_OFFSET = 16, HEADER_LEN = 40 };

enum { HALVINGS_MAX = 31 /* of a table that has as many records as can be: one is left */ };

static void walk_count(struct state_codec *codec, struct known_count *count)
{
    int64_t last_ns = count->last_ns;

    state_codec_u32(codec, &count->count);
    state_codec_time_ns(codec, &last_ns);
    count->last_ns = last_ns;
}

static void walk_treatment(struct state_codec *codec, struct known_treatment *treatment)
{
    walk_count(codec, &treatment->accepted);
    walk_count(codec, &treatment->refused);
    state_codec_u32(codec, &treatment->accepted_then);
    state_codec_u32(codec, &treatment->refused_since);
}

static void walk_values(struct state_codec *codec, struct known_server *server,
                        enum known_choice choice)
{
    struct known_values *values = &server->chosen[choice];

    values->count = (uint8_t)state_codec_small(codec, values->count, KNOWLEDGE_VALUES_MAX);
    state_codec_flag(codec, &values->incomplete);
    for (size_t i = 0; i < values->count; i++) {
        struct known_value *value = known_value_at(server, choice, i);

        state_codec_u16(codec, &value->value);
        walk_count(codec, &value->chosen);
    }
}

static void walk_alpn(struct state_codec *codec, struct known_server *server)
{
    server->alpn_count = (uint8_t)state_codec_small(codec, server->alpn_count, KNOWLEDGE_ALPN_MAX);
    for (size_t i = 0; i < server->alpn_count; i++) {
        struct known_protocol *protocol = &server->alpn[i];

        protocol->length =
            (uint8_t)state_codec_small(codec, protocol->length, KNOWLEDGE_ALPN_OCTETS);
        state_codec_octets(codec, protocol->octets, protocol->length);
    }
}

static void walk_alerts(struct state_codec *codec, struct known_server *server)
{
    server->alert_count =
        (uint8_t)state_codec_small(codec, server->alert_count, KNOWLEDGE_ALERTS_MAX);
    for (size_t i = 0; i < server->alert_count; i++) {
        struct known_alert *alert = &server->rare->alerts[i];

        alert->description = (uint8_t)state_codec_small(codec, alert->description, UINT8_MAX);
        walk_count(codec, &alert->sent);
        state_codec_u16(codec, &alert->version_lowest);
        state_codec_u16(codec, &alert->version_highest);
        state_codec_u32(codec, &alert->nameless);
        state_codec_u32(codec, &alert->split);
        state_codec_u32(codec, &alert->ordinary);
    }
}

/* Most sketches are of few things: then there is no map. */
static void walk_sketch_apart(struct state_codec *codec, struct sketch_first *first,
                              struct sketch_map *map)
{
    first->count = state_codec_small(codec, first->count, SKETCH_EXACT_MAX + 1);
    for (size_t i = 0; i < first->count && i < SKETCH_EXACT_MAX; i++)
        state_codec_u32(codec, &first->parts[i]);
    for (size_t i = 0; first->count > SKETCH_EXACT_MAX && i < SKETCH_BITS / 64; i++)
        state_codec_u64(codec, &map->words[i]);
}

static void walk_sketch(struct state_codec *codec, struct sketch *sketch)
{
    walk_sketch_apart(codec, &sketch->first, &sketch->map);
}

/* One that is set only when there were failures. */
static void walk_failures(struct state_codec *codec, const struct known_count *failed,
                          struct sketch *sketch)
{
    struct sketch none = {0};

    walk_sketch(codec, codec->is_reading || failed->count > 0 ? sketch : &none);
}

/* They stand with the failures. */
static void walk_ordinary(struct state_codec *codec, struct known_server *server)
{
    uint32_t none = 0;
    bool is_set = codec->is_reading || server->failed.count > 0;

    state_codec_u32(codec, is_set ? &server->rare->ordinary_closed : &none);
    state_codec_u32(codec, is_set ? &server->rare->ordinary_reset : &none);
}

static void walk_server(struct state_codec *codec, void *record)
{
    struct known_server *server = record;

    state_codec_octets(codec, server->key, sizeof(server->key));
    walk_count(codec, &server->established);
    walk_count(codec, &server->failed);
    walk_treatment(codec, &server->hellos);
    for (size_t i = 0; i < VERSION_CLASSES; i++)
        walk_treatment(codec, &server->by_version[i]);
    walk_treatment(codec, &server->without_name);
    walk_treatment(codec, &server->with_name);
    walk_treatment(codec, &server->split);
    walk_treatment(codec, &server->unsplit);
    state_codec_u32(codec, &server->largest_accepted);
    state_codec_u32(codec, &server->smallest_split_refused);
    for (size_t i = 0; i < KNOWN_CHOICES; i++)
        walk_values(codec, server, (enum known_choice)i);
    walk_alerts(codec, server);
    walk_alpn(codec, server);
    walk_count(codec, &server->chose_lower);
    walk_count(codec, &server->asked_certificate);
    walk_count(codec, &server->unanswered);
    walk_count(codec, &server->answered);
    state_codec_u32(codec, &server->names_accepted);
    state_codec_text(codec, server->name, sizeof(server->name));
    walk_sketch(codec, &server->clients);
    walk_failures(codec, &server->failed, &server->rare->failed_clients);
    walk_ordinary(codec, server);
    if (codec->is_reading) {
        server->repeats_before = known_repeats(server);
        memset(server->rare->offers, 0, sizeof(server->rare->offers));
        memset(server->rare->traits, 0, sizeof(server->rare->traits));
        server->rare->names = (struct known_names){0};
        memset(server->rare->too_early, 0, sizeof(server->rare->too_early));
        server->traits_taken = server->hellos.accepted.count > 0 ? UINT8_MAX : 0;
    }
}

static void walk_certificate(struct state_codec *codec, struct known_certificate *certificate)
{
    state_codec_flag(codec, &certificate->known);
    if (!certificate->known)
        return;
    state_codec_time_ns(codec, &certificate->seen_ns);
    state_codec_u64(codec, &certificate->message_hash);
    state_codec_octets(codec, certificate->sha256, sizeof(certificate->sha256));
    state_codec_u64(codec, &certificate->issuer);
    state_codec_seconds(codec, &certificate->valid_from);
    state_codec_seconds(codec, &certificate->valid_until);
    certificate->end =
        (enum chain_end)state_codec_small(codec, certificate->end, CHAIN_END_UNKNOWN);
    certificate->name =
        (enum name_match)state_codec_small(codec, certificate->name, NAME_MATCH_UNDECIDED);
    certificate->purpose = (enum chain_purpose_problem)state_codec_small(
        codec, certificate->purpose, PURPOSE_ANY_ONLY);
    certificate->weakness = state_codec_small(codec, certificate->weakness, UINT8_MAX);
    state_codec_flag(codec, &certificate->revoked);
    state_codec_flag(codec, &certificate->trust_known);
    certificate->lack =
        (enum known_lack)state_codec_small(codec, certificate->lack, KNOWN_LACKS_ROOT);
}

static void walk_name(struct state_codec *codec, void *record)
{
    struct known_name *name = record;

    state_codec_octets(codec, name->key, sizeof(name->key));
    walk_treatment(codec, &name->hellos);
    walk_count(codec, &name->established);
    walk_certificate(codec, &name->certificate);
    walk_count(codec, &name->flights.taken);
    walk_count(codec, &name->flights.refused);
    walk_count(codec, &name->flights.told);
    walk_sketch(codec, &name->flights.clients_taken);
    walk_sketch(codec, &name->flights.clients_refused);
}

static void walk_issuer(struct state_codec *codec, struct known_client *client, size_t number)
{
    struct known_issuer *issuer = known_issuer_at(client, number);
    struct known_client_failures *failures = &client->rare->failures;
    struct known_count none = {0};
    bool has_failures = codec->is_reading || client->failed.count > 0;

    state_codec_u64(codec, &issuer->issuer);
    walk_count(codec, &issuer->taken);
    walk_count(codec, has_failures ? &failures->refused[number] : &none);
    issuer->servers = (uint8_t)state_codec_small(codec, issuer->servers, KNOWLEDGE_ISSUER_SERVERS);
    for (size_t i = 0; i < issuer->servers; i++)
        state_codec_u32(codec, &failures->refused_at[number][i]);
}

static void walk_client(struct state_codec *codec, void *record)
{
    struct known_client *client = record;

    state_codec_octets(codec, client->key, sizeof(client->key));
    walk_count(codec, &client->established);
    walk_count(codec, &client->failed);
    walk_sketch_apart(codec, &client->servers, &client->rare->servers);
    walk_failures(codec, &client->failed, &client->rare->failures.servers);
    client->issuer_count =
        (uint8_t)state_codec_small(codec, client->issuer_count, KNOWLEDGE_ISSUERS_MAX);
    for (size_t i = 0; i < client->issuer_count; i++)
        walk_issuer(codec, client, i);
}

static void walk_all(struct state_codec *codec, const struct knowledge *knowledge,
                     struct insight *insight)
{
    const struct state_table tables[] = {
        {knowledge->servers, sizeof(struct known_server), walk_server},
        {knowledge->names, sizeof(struct known_name), walk_name},
        {knowledge->clients, sizeof(struct known_client), walk_client},
    };

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        state_codec_table(codec, &tables[i]);
    insight_walk(insight, codec);
}

static void forget_all(struct knowledge *knowledge, struct insight *insight)
{
    knowledge_table_clear(knowledge->servers);
    knowledge_table_clear(knowledge->names);
    knowledge_table_clear(knowledge->clients);
    insight_clear(insight);
}

/* --- writing --- */

static void write_header(struct state_codec *codec, const struct knowledge *knowledge,
                         uint64_t length)
{
    char name[MAGIC_LEN];

    memcpy(name, magic, sizeof(name));
    state_codec_octets(codec, name, sizeof(name));
    (void)state_codec_number(codec, KNOWLEDGE_STATE_VERSION, sizeof(uint32_t));
    (void)state_codec_number(codec, length, sizeof(uint64_t));
    (void)state_codec_number(codec, knowledge->options.hash_key[0], sizeof(uint64_t));
    (void)state_codec_number(codec, knowledge->options.hash_key[1], sizeof(uint64_t));
}

/* The octets of a state and its records that are left out, before it is written. */
static struct state_codec measure(struct knowledge *knowledge, struct insight *insight,
                                  unsigned halvings)
{
    struct state_codec codec = {.length = HEADER_LEN, .halvings = halvings};

    walk_all(&codec, knowledge, insight);
    codec.length += CERTIFICATE_SHA256_LEN;
    return codec;
}

/* Walks change nothing when they write. */
bool knowledge_state_write(struct knowledge *knowledge, struct insight *insight, size_t octets_max,
                           struct bytes *out, uint64_t *left_out)
{
    struct state_codec codec = measure(knowledge, insight, 0);
    size_t length;

    while (codec.length > octets_max && codec.halvings < HALVINGS_MAX)
        codec = measure(knowledge, insight, codec.halvings + 1);
    length = codec.length;
    *left_out = codec.left_out;
    codec = (struct state_codec){.out = malloc(length), .halvings = codec.halvings};
    if (codec.out == NULL)
        return false;
    write_header(&codec, knowledge, length);
    walk_all(&codec, knowledge, insight);
    certificate_sha256(bytes_of(codec.out, codec.length), codec.out + codec.length);
    *out = bytes_of(codec.out, length);
    return true;
}

/* --- reading --- */

struct header {
    uint32_t version;
    uint64_t length;
    uint64_t hash_key[2];
};

static bool refuse(uint64_t offset, const char *reason, struct knowledge_state_error *error)
{
    *error = (struct knowledge_state_error){.offset = offset, .reason = reason};
    return false;
}

static bool read_header(struct bytes state, struct header *out, struct knowledge_state_error *error)
{
    struct state_codec codec = {.is_reading = true, .in = state};
    char name[MAGIC_LEN] = {0};

    if (state.len < MAGIC_LEN || memcmp(state.data, magic, MAGIC_LEN) != 0)
        return refuse(0, "is no state of tlswhy", error);
    state_codec_octets(&codec, name, sizeof(name));
    state_codec_u32(&codec, &out->version);
    if (codec.fault == NULL && out->version != KNOWLEDGE_STATE_VERSION)
        return refuse(MAGIC_LEN, "is of a version of the format that this program does not read",
                      error);
    state_codec_u64(&codec, &out->length);
    state_codec_u64(&codec, &out->hash_key[0]);
    state_codec_u64(&codec, &out->hash_key[1]);
    if (codec.fault != NULL || state.len < out->length)
        return refuse(state.len, "is cut off", error);
    if (state.len > out->length || out->length < HEADER_LEN + CERTIFICATE_SHA256_LEN)
        return refuse(LENGTH_OFFSET, "is not as long as it says", error);
    return true;
}

static bool check_digest(struct bytes state, struct knowledge_state_error *error)
{
    size_t signed_len = state.len - CERTIFICATE_SHA256_LEN;
    uint8_t digest[CERTIFICATE_SHA256_LEN];

    certificate_sha256(bytes_of(state.data, signed_len), digest);
    if (memcmp(digest, state.data + signed_len, sizeof(digest)) != 0)
        return refuse(signed_len, "does not have the checksum that it says: it is damaged", error);
    return true;
}

bool knowledge_state_read(struct knowledge *knowledge, struct insight *insight, struct bytes state,
                          struct knowledge_state_error *error)
{
    struct header header = {0};
    struct state_codec codec = {.is_reading = true, .in = state};

    if (!read_header(state, &header, error) || !check_digest(state, error))
        return false;
    codec.in = bytes_of(state.data + HEADER_LEN, state.len - HEADER_LEN - CERTIFICATE_SHA256_LEN);
    walk_all(&codec, knowledge, insight);
    if (codec.fault == NULL && codec.in.len > 0)
        state_codec_fail(&codec, "has records without meaning");
    if (codec.fault != NULL) {
        uint64_t offset = state.len - CERTIFICATE_SHA256_LEN - codec.in.len;

        forget_all(knowledge, insight);
        return refuse(offset, codec.fault, error);
    }
    memcpy(knowledge->options.hash_key, header.hash_key, sizeof(header.hash_key));
    memcpy(knowledge->options.sketch_key, header.hash_key, sizeof(header.hash_key));
    insight_set_hash_key(insight, header.hash_key);
    return true;
}
