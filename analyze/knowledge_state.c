/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge_state.h"

#include <stdlib.h>

#include "analyze/certificate_parts.h"
#include "analyze/knowledge_internal.h"

static const char magic[] = "tlswhy state";

enum { MAGIC_LEN = sizeof(magic) - 1, LENGTH_OFFSET = 16, HEADER_LEN = 48 };

/* One walk over a record writes it or reads it, so that the two cannot differ. */
struct codec {
    bool is_reading;
    struct bytes in;   /* reading: what is left */
    uint8_t *out;      /* writing: where to; NULL: octets are only counted */
    size_t length;     /* of what was written or counted */
    const char *fault; /* reading: what is wrong, NULL: nothing yet */
};

static void fail(struct codec *codec, const char *reason)
{
    if (codec->fault == NULL)
        codec->fault = reason;
}

static void walk_octets(struct codec *codec, void *octets, size_t length)
{
    struct bytes taken;

    if (codec->is_reading) {
        if (codec->fault == NULL && bytes_take(&codec->in, length, &taken))
            memcpy(octets, taken.data, length);
        else
            fail(codec, "a record is cut off");
        return;
    }
    if (codec->out != NULL)
        memcpy(codec->out + codec->length, octets, length);
    codec->length += length;
}

/* The lowest count octets of a number. */
static uint64_t walk_number(struct codec *codec, uint64_t number, size_t count)
{
    uint8_t octets[sizeof(number)] = {0};

    for (size_t i = 0; i < count; i++)
        octets[i] = (uint8_t)(number >> (8 * (count - 1 - i)));
    walk_octets(codec, octets, count);
    number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | octets[i];
    return number;
}

static void walk_u16(struct codec *codec, uint16_t *number)
{
    *number = (uint16_t)walk_number(codec, *number, sizeof(*number));
}

static void walk_u32(struct codec *codec, uint32_t *number)
{
    *number = (uint32_t)walk_number(codec, *number, sizeof(*number));
}

static void walk_u64(struct codec *codec, uint64_t *number)
{
    *number = walk_number(codec, *number, sizeof(*number));
}

static void walk_time(struct codec *codec, int64_t *time_ns)
{
    *time_ns = (int64_t)walk_number(codec, (uint64_t)*time_ns, sizeof(*time_ns));
}

/* A number of one octet that is at most max. */
static unsigned walk_small(struct codec *codec, unsigned number, unsigned max)
{
    unsigned read = (unsigned)walk_number(codec, number, 1);

    if (read <= max)
        return read;
    fail(codec, "a number is out of its range");
    return 0;
}

static void walk_flag(struct codec *codec, bool *flag)
{
    *flag = walk_small(codec, *flag, 1) == 1;
}

static void walk_count(struct codec *codec, struct known_count *count)
{
    walk_u32(codec, &count->count);
    walk_time(codec, &count->last_ns);
}

static void walk_treatment(struct codec *codec, struct known_treatment *treatment)
{
    walk_count(codec, &treatment->accepted);
    walk_count(codec, &treatment->refused);
    walk_u32(codec, &treatment->accepted_then);
    walk_u32(codec, &treatment->refused_since);
}

static void walk_values(struct codec *codec, struct known_values *values)
{
    values->count = (uint8_t)walk_small(codec, values->count, KNOWLEDGE_VALUES_MAX);
    walk_flag(codec, &values->incomplete);
    for (size_t i = 0; i < values->count; i++) {
        walk_u16(codec, &values->items[i].value);
        walk_count(codec, &values->items[i].seen);
    }
}

static void walk_alpn(struct codec *codec, struct known_server *server)
{
    server->alpn_count = (uint8_t)walk_small(codec, server->alpn_count, KNOWLEDGE_ALPN_MAX);
    for (size_t i = 0; i < server->alpn_count; i++) {
        struct known_protocol *protocol = &server->alpn[i];

        protocol->length = (uint8_t)walk_small(codec, protocol->length, KNOWLEDGE_ALPN_OCTETS);
        walk_octets(codec, protocol->octets, protocol->length);
    }
}

static void walk_alerts(struct codec *codec, struct known_server *server)
{
    server->alert_count = (uint8_t)walk_small(codec, server->alert_count, KNOWLEDGE_ALERTS_MAX);
    for (size_t i = 0; i < server->alert_count; i++) {
        struct known_alert *alert = &server->alerts[i];

        alert->description = (uint8_t)walk_small(codec, alert->description, UINT8_MAX);
        walk_count(codec, &alert->sent);
        walk_u16(codec, &alert->version_lowest);
        walk_u16(codec, &alert->version_highest);
        walk_u32(codec, &alert->nameless);
        walk_u32(codec, &alert->split);
    }
}

/* Most sketches are of few things: then there is no map. */
static void walk_sketch(struct codec *codec, struct sketch *sketch)
{
    sketch->first_count = walk_small(codec, sketch->first_count, SKETCH_EXACT_MAX + 1);
    for (size_t i = 0; i < sketch->first_count && i < SKETCH_EXACT_MAX; i++)
        walk_u32(codec, &sketch->first[i]);
    for (size_t i = 0; sketch->first_count > SKETCH_EXACT_MAX && i < SKETCH_BITS / 64; i++)
        walk_u64(codec, &sketch->words[i]);
}

/* Text, which ends within its room and is as text.h leaves it. */
static void walk_text(struct codec *codec, char *text, size_t size)
{
    size_t length = codec->is_reading ? 0 : strlen(text);

    length = walk_small(codec, (unsigned)length, (unsigned)size - 1);
    walk_octets(codec, text, length);
    for (size_t i = 0; codec->is_reading && i < length; i++)
        if ((uint8_t)text[i] < ' ' || text[i] == 0x7f)
            fail(codec, "a name has control characters");
}

static void walk_server(struct codec *codec, struct known_server *server)
{
    walk_octets(codec, server->key, sizeof(server->key));
    walk_count(codec, &server->established);
    walk_count(codec, &server->failed);
    walk_treatment(codec, &server->hellos);
    for (size_t i = 0; i < VERSION_CLASSES; i++)
        walk_treatment(codec, &server->by_version[i]);
    walk_treatment(codec, &server->without_name);
    walk_treatment(codec, &server->with_name);
    walk_treatment(codec, &server->split);
    walk_treatment(codec, &server->unsplit);
    walk_u32(codec, &server->largest_accepted);
    walk_u32(codec, &server->smallest_split_refused);
    walk_values(codec, &server->versions);
    walk_values(codec, &server->suites);
    walk_values(codec, &server->groups);
    walk_values(codec, &server->schemes);
    walk_alerts(codec, server);
    walk_alpn(codec, server);
    walk_count(codec, &server->chose_lower);
    walk_count(codec, &server->asked_certificate);
    walk_count(codec, &server->unanswered);
    walk_count(codec, &server->answered);
    walk_u32(codec, &server->names_accepted);
    walk_text(codec, server->name, sizeof(server->name));
    walk_sketch(codec, &server->clients);
    walk_sketch(codec, &server->clients_failed);
}

static void walk_certificate(struct codec *codec, struct known_certificate *certificate)
{
    walk_flag(codec, &certificate->known);
    if (!certificate->known)
        return;
    walk_time(codec, &certificate->seen_ns);
    walk_u64(codec, &certificate->message_hash);
    walk_octets(codec, certificate->sha256, sizeof(certificate->sha256));
    walk_u64(codec, &certificate->issuer);
    walk_time(codec, &certificate->valid_from);
    walk_time(codec, &certificate->valid_until);
    certificate->end = (enum chain_end)walk_small(codec, certificate->end, CHAIN_END_UNKNOWN);
    certificate->name = (enum name_match)walk_small(codec, certificate->name, NAME_MATCH_UNDECIDED);
    certificate->purpose = (enum chain_purpose_problem)walk_small(codec, certificate->purpose,
                                                                  PURPOSE_NAME_CONSTRAINTS);
    certificate->weakness = walk_small(codec, certificate->weakness, UINT8_MAX);
    walk_flag(codec, &certificate->revoked);
    walk_flag(codec, &certificate->trust_known);
    walk_flag(codec, &certificate->lacks_intermediate);
}

static void walk_name(struct codec *codec, struct known_name *name)
{
    walk_octets(codec, name->key, sizeof(name->key));
    walk_treatment(codec, &name->hellos);
    walk_count(codec, &name->established);
    walk_certificate(codec, &name->certificate);
    walk_count(codec, &name->flights.taken);
    walk_count(codec, &name->flights.refused);
    walk_count(codec, &name->flights.told);
    walk_sketch(codec, &name->flights.clients_taken);
    walk_sketch(codec, &name->flights.clients_refused);
}

/* --- writing --- */

static void write_header(struct codec *codec, const struct knowledge *knowledge, uint64_t length)
{
    char name[MAGIC_LEN];

    memcpy(name, magic, sizeof(name));
    walk_octets(codec, name, sizeof(name));
    (void)walk_number(codec, KNOWLEDGE_STATE_VERSION, sizeof(uint32_t));
    (void)walk_number(codec, length, sizeof(uint64_t));
    (void)walk_number(codec, knowledge->options.hash_key[0], sizeof(uint64_t));
    (void)walk_number(codec, knowledge->options.hash_key[1], sizeof(uint64_t));
    (void)walk_number(codec, knowledge_table_count(knowledge->servers), sizeof(uint32_t));
    (void)walk_number(codec, knowledge_table_count(knowledge->names), sizeof(uint32_t));
}

/* Both walks change nothing when they write. */
static void write_records(struct codec *codec, const struct knowledge *knowledge)
{
    struct knowledge_table *servers = knowledge->servers;
    struct knowledge_table *names = knowledge->names;

    for (uint32_t at = knowledge_table_oldest(servers); at != KNOWLEDGE_TABLE_NONE;
         at = knowledge_table_newer(servers, at))
        walk_server(codec, knowledge_table_at(servers, at));
    for (uint32_t at = knowledge_table_oldest(names); at != KNOWLEDGE_TABLE_NONE;
         at = knowledge_table_newer(names, at))
        walk_name(codec, knowledge_table_at(names, at));
}

bool knowledge_state_write(const struct knowledge *knowledge, struct bytes *out)
{
    struct codec codec = {.length = HEADER_LEN};
    uint64_t length;

    write_records(&codec, knowledge);
    length = codec.length + CERTIFICATE_SHA256_LEN;
    codec = (struct codec){.out = malloc((size_t)length)};
    if (codec.out == NULL)
        return false;
    write_header(&codec, knowledge, length);
    write_records(&codec, knowledge);
    certificate_sha256(bytes_of(codec.out, codec.length), codec.out + codec.length);
    *out = bytes_of(codec.out, (size_t)length);
    return true;
}

/* --- reading --- */

struct header {
    uint32_t version;
    uint64_t length;
    uint64_t hash_key[2];
    uint32_t servers;
    uint32_t names;
};

static bool refuse(uint64_t offset, const char *reason, struct knowledge_state_error *error)
{
    *error = (struct knowledge_state_error){.offset = offset, .reason = reason};
    return false;
}

static bool read_header(struct bytes state, struct header *out, struct knowledge_state_error *error)
{
    struct codec codec = {.is_reading = true, .in = state};
    char name[MAGIC_LEN] = {0};

    if (state.len < MAGIC_LEN || memcmp(state.data, magic, MAGIC_LEN) != 0)
        return refuse(0, "is no state of tlswhy", error);
    walk_octets(&codec, name, sizeof(name));
    walk_u32(&codec, &out->version);
    if (codec.fault == NULL && out->version != KNOWLEDGE_STATE_VERSION)
        return refuse(MAGIC_LEN, "is of a version of the format that this program does not read",
                      error);
    walk_u64(&codec, &out->length);
    walk_u64(&codec, &out->hash_key[0]);
    walk_u64(&codec, &out->hash_key[1]);
    walk_u32(&codec, &out->servers);
    walk_u32(&codec, &out->names);
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

/* Read one record and put it in its table. False when that fails. */
static bool read_server(struct codec *codec, const struct knowledge *knowledge)
{
    struct known_server server = {.is_begun = true};
    struct known_server *kept;

    walk_server(codec, &server);
    if (codec->fault != NULL)
        return false;
    kept = knowledge_table_get(knowledge->servers, server.key);
    if (kept != NULL)
        *kept = server;
    return kept != NULL;
}

static bool read_name(struct codec *codec, const struct knowledge *knowledge)
{
    struct known_name name = {0};
    struct known_name *kept;

    walk_name(codec, &name);
    if (codec->fault != NULL)
        return false;
    kept = knowledge_table_get(knowledge->names, name.key);
    if (kept != NULL)
        *kept = name;
    return kept != NULL;
}

static bool read_records(struct codec *codec, const struct header *header,
                         const struct knowledge *knowledge)
{
    for (uint32_t i = 0; i < header->servers; i++)
        if (!read_server(codec, knowledge))
            return false;
    for (uint32_t i = 0; i < header->names; i++)
        if (!read_name(codec, knowledge))
            return false;
    return codec->in.len == 0;
}

bool knowledge_state_read(struct knowledge *knowledge, struct bytes state,
                          struct knowledge_state_error *error)
{
    struct header header = {0};
    struct codec codec = {.is_reading = true, .in = state};

    if (!read_header(state, &header, error) || !check_digest(state, error))
        return false;
    codec.in = bytes_of(state.data + HEADER_LEN, state.len - HEADER_LEN - CERTIFICATE_SHA256_LEN);
    if (!read_records(&codec, &header, knowledge)) {
        uint64_t offset = state.len - CERTIFICATE_SHA256_LEN - codec.in.len;

        knowledge_table_clear(knowledge->servers);
        knowledge_table_clear(knowledge->names);
        return refuse(offset, codec.fault != NULL ? codec.fault : "has records without meaning",
                      error);
    }
    memcpy(knowledge->options.hash_key, header.hash_key, sizeof(header.hash_key));
    return true;
}
