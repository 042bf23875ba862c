/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/issuer_history.h"

#include <stdlib.h>

#include "analyze/fold.h"
#include "analyze/state_codec.h"
#include "analyze/text.h"
#include "capture/siphash.h"

enum {
    NAME_KEY_LEN = 16 /* a keyed hash of a name */
};

struct name_record {
    uint8_t key[NAME_KEY_LEN];
    struct issuer_sighting issuers[ISSUERS_OF_NAME]; /* in the order in which they were learned */
    size_t count;
};

/* A name as a client sent it, and its key. */
struct keyed_name {
    size_t length; /* 0: none */
    uint8_t octets[FOLD_ROOM];
    uint8_t key[NAME_KEY_LEN];
};

struct issuer_history {
    uint64_t hash_key[2];
    struct knowledge_table *names;
    struct keyed_name last; /* each connection is asked about, and then learned from */
};

struct issuer_history *issuer_history_new(const uint64_t hash_key[2], uint32_t names_max)
{
    const struct knowledge_table_options options = {
        .record_size = sizeof(struct name_record),
        .key_size = NAME_KEY_LEN,
        .records_max = names_max > 0 ? names_max : ISSUER_NAMES_MAX,
        .hash_key = {hash_key[0], hash_key[1]},
    };
    struct issuer_history *history = calloc(1, sizeof(*history));

    if (history == NULL)
        return NULL;
    memcpy(history->hash_key, hash_key, sizeof(history->hash_key));
    history->names = knowledge_table_new(&options);
    if (history->names == NULL) {
        free(history);
        return NULL;
    }
    return history;
}

void issuer_history_free(struct issuer_history *history)
{
    if (history == NULL)
        return;
    knowledge_table_free(history->names);
    free(history);
}

/* Make the key of a name, and keep both; case does not count. */
static void keep_name(struct issuer_history *history, struct bytes name)
{
    const uint64_t second[] = {~history->hash_key[0], history->hash_key[1]};
    struct keyed_name *last = &history->last;
    uint8_t folded[FOLD_ROOM];
    size_t length = fold_name(folded, name);
    const uint64_t hashes[2] = {
        siphash_1_3(history->hash_key, folded, length),
        siphash_1_3(second, folded, length),
    };

    last->length = name.len;
    memcpy(last->octets, name.data, name.len);
    memcpy(last->key, hashes, NAME_KEY_LEN);
}

/* The key of the name that the client asked for, valid until the next call; NULL: of none. */
static const uint8_t *name_key(struct issuer_history *history, const struct facts *facts)
{
    const struct keyed_name *last = &history->last;
    struct bytes name = facts_server_name(facts);

    if (!facts->client_hello_read || name.len == 0 || name.len > sizeof(last->octets))
        return NULL;
    if (!bytes_equal(name, bytes_of(last->octets, last->length)))
        keep_name(history, name);
    return last->key;
}

/* What this connection shows, without a text; false when that is nothing. */
static bool see(const struct facts *facts, struct issuer_sighting *sighting)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    const struct certificate *leaf = chain != NULL ? chain->leaf : NULL;

    /* A certificate for other names is the server's default one and says nothing on this name. */
    if (leaf == NULL || leaf->reading == CERTIFICATE_UNREADABLE
        || (chain->name != NAME_MATCH_SAN && chain->name != NAME_MATCH_COMMON_NAME))
        return false;
    *sighting = (struct issuer_sighting){.issuer = leaf->issuer_id};
    if (chain->anchor != NULL)
        sighting->root = chain->anchor->subject_id;
    else if (chain->end == CHAIN_END_UNTRUSTED_ROOT)
        sighting->root = chain->last->issuer_id;
    sighting->is_anchored = chain->end == CHAIN_END_ANCHORED;
    sighting->at = facts->server_certificate_note->at;
    sighting->server = facts->connection->endpoint[SIDE_SERVER];
    return true;
}

/* Keep a sighting, and who the issuer is. */
static void keep(struct issuer_sighting *kept, const struct issuer_sighting *sighting,
                 const struct certificate *leaf)
{
    struct text text;

    *kept = *sighting;
    text = text_begin(kept->text, sizeof(kept->text));
    text_add_string(&text, leaf->issuer[0] != '\0' ? leaf->issuer : "an issuer without a name");
}

static bool has_root(const struct issuer_sighting *sighting)
{
    static const struct certificate_name_id none;

    return !certificate_name_id_equal(&sighting->root, &none);
}

static struct issuer_sighting *find_issuer(struct name_record *record,
                                           const struct certificate_name_id *issuer)
{
    for (size_t i = 0; i < record->count; i++)
        if (certificate_name_id_equal(&record->issuers[i].issuer, issuer))
            return &record->issuers[i];
    return NULL;
}

void issuer_history_learn(struct issuer_history *history, const struct facts *facts)
{
    struct issuer_sighting sighting;
    struct issuer_sighting *known;
    struct name_record *record;
    const uint8_t *key;

    if (!see(facts, &sighting))
        return;
    key = name_key(history, facts);
    if (key == NULL)
        return;
    record = knowledge_table_get(history->names, key);
    if (record == NULL)
        return;
    known = find_issuer(record, &sighting.issuer);
    if (known == NULL && record->count < ISSUERS_OF_NAME)
        keep(&record->issuers[record->count++], &sighting, facts->chain[SIDE_SERVER]->leaf);
    else if (known != NULL && sighting.at.time_ns < known->at.time_ns)
        /* Connections end in another order than they begin. */
        keep(known, &sighting, facts->chain[SIDE_SERVER]->leaf);
}

static const struct issuer_sighting *first_of(const struct name_record *record)
{
    const struct issuer_sighting *first = &record->issuers[0];

    for (size_t i = 1; i < record->count; i++)
        if (record->issuers[i].at.time_ns < first->at.time_ns)
            first = &record->issuers[i];
    return first;
}

const struct issuer_sighting *issuer_history_find(struct issuer_history *history,
                                                  const struct facts *facts)
{
    const struct issuer_sighting *first;
    const struct issuer_sighting *known;
    struct issuer_sighting sighting;
    struct name_record *record;
    const uint8_t *key;

    if (!see(facts, &sighting))
        return NULL;
    key = name_key(history, facts);
    if (key == NULL)
        return NULL;
    record = knowledge_table_find(history->names, key);
    if (record == NULL || record->count == 0)
        return NULL;
    first = first_of(record);
    if (certificate_name_id_equal(&first->issuer, &sighting.issuer)
        || first->at.time_ns >= sighting.at.time_ns
        || (has_root(first) && certificate_name_id_equal(&first->root, &sighting.root)))
        return NULL;
    known = find_issuer(record, &sighting.issuer);
    if (first->is_anchored && sighting.is_anchored && known != NULL
        && known->at.time_ns < sighting.at.time_ns)
        return NULL;
    return first;
}

/* A packet of an earlier run has no number in this one. */
static void walk_sighting(struct state_codec *codec, struct issuer_sighting *sighting)
{
    state_codec_octets(codec, sighting->issuer.octets, sizeof(sighting->issuer.octets));
    state_codec_octets(codec, sighting->root.octets, sizeof(sighting->root.octets));
    state_codec_flag(codec, &sighting->is_anchored);
    state_codec_time_ns(codec, &sighting->at.time_ns);
    state_codec_octets(codec, sighting->server.address.octets,
                       sizeof(sighting->server.address.octets));
    state_codec_u16(codec, &sighting->server.port);
    state_codec_text(codec, sighting->text, sizeof(sighting->text));
}

static void walk_name(struct state_codec *codec, void *record)
{
    struct name_record *name = record;

    state_codec_octets(codec, name->key, sizeof(name->key));
    name->count = state_codec_small(codec, (unsigned)name->count, ISSUERS_OF_NAME);
    for (size_t i = 0; i < name->count; i++)
        walk_sighting(codec, &name->issuers[i]);
}

void issuer_history_walk(struct issuer_history *history, struct state_codec *codec)
{
    const struct state_table names = {history->names, sizeof(struct name_record), walk_name};

    state_codec_table(codec, &names);
}

void issuer_history_clear(struct issuer_history *history)
{
    knowledge_table_clear(history->names);
}

void issuer_history_set_hash_key(struct issuer_history *history, const uint64_t hash_key[2])
{
    memcpy(history->hash_key, hash_key, sizeof(history->hash_key));
    history->last.length = 0; /* its key is that of the old one */
}

uint64_t issuer_history_evictions(const struct issuer_history *history)
{
    return knowledge_table_evictions(history->names);
}

size_t issuer_history_memory(const struct issuer_history *history)
{
    return knowledge_table_memory(history->names);
}
