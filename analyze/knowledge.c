/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge.h"

#include <endian.h>
#include <stddef.h>
#include <stdlib.h>

#include "analyze/causes/server_flight.h"
#include "analyze/fold.h"
#include "analyze/knowledge_internal.h"
#include "analyze/text.h"
#include "capture/siphash.h"

enum {
    LEAF_HASHED = 64 /* octets at the end of a certificate that tell whether it is another one: they
                        are of its signature */
};

static const struct knowledge_table_options servers_table = {
    .record_size = sizeof(struct known_server),
    .key_size = KNOWLEDGE_ADDRESS_KEY,
    .clear_size = offsetof(struct known_server, pauses), /* of which there is a number */
    .rare_size = sizeof(struct known_server_rare),
    .rare_offset = offsetof(struct known_server, rare),
};

static const struct knowledge_table_options names_table = {
    .record_size = sizeof(struct known_name),
    .key_size = KNOWLEDGE_NAME_KEY,
};

static const struct knowledge_table_options clients_table = {
    .record_size = sizeof(struct known_client),
    .key_size = KNOWLEDGE_CLIENT_KEY,
    .rare_size = sizeof(struct known_client_rare),
    .rare_offset = offsetof(struct known_client, rare),
};

static const struct knowledge_table_options retries_table = {
    .record_size = sizeof(struct known_retry),
    .key_size = KNOWLEDGE_RETRY_KEY,
};

/* What knowledge.h says of the memory at the limits. */
#define TAKES(octets, records, mib)                                                                \
    _Static_assert((octets) * (records) <= (size_t)(mib) << 20, "as knowledge.h says")
#define STRIDE(record) KNOWLEDGE_TABLE_STRIDE(sizeof(record))

TAKES(STRIDE(struct known_server), KNOWLEDGE_SERVERS_MAX, 11);
TAKES(STRIDE(struct known_server) + sizeof(struct known_server_rare), KNOWLEDGE_SERVERS_MAX, 22);
TAKES(STRIDE(struct known_name), KNOWLEDGE_NAMES_MAX, 10);
TAKES(STRIDE(struct known_client), KNOWLEDGE_CLIENTS_MAX, 6);
TAKES(STRIDE(struct known_client) + sizeof(struct known_client_rare), KNOWLEDGE_CLIENTS_MAX, 19);
TAKES(STRIDE(struct known_retry), KNOWLEDGE_RETRIES_MAX, 3);

static struct knowledge_table *new_table(const struct knowledge_options *options,
                                         struct knowledge_table_options table, uint32_t records_max)
{
    table.records_max = records_max;
    table.hash_key[0] = options->hash_key[0];
    table.hash_key[1] = options->hash_key[1];
    return knowledge_table_new(&table);
}

static uint32_t or_default(uint32_t value, uint32_t other)
{
    return value > 0 ? value : other;
}

struct knowledge *knowledge_new(const struct knowledge_options *options)
{
    struct knowledge *knowledge = calloc(1, sizeof(*knowledge));

    if (knowledge == NULL)
        return NULL;
    knowledge->options = *options;
    knowledge->servers =
        new_table(options, servers_table, or_default(options->servers_max, KNOWLEDGE_SERVERS_MAX));
    knowledge->names =
        new_table(options, names_table, or_default(options->names_max, KNOWLEDGE_NAMES_MAX));
    knowledge->clients =
        new_table(options, clients_table, or_default(options->clients_max, KNOWLEDGE_CLIENTS_MAX));
    knowledge->retries = new_table(options, retries_table,
                                   or_default(options->clients_max / 4, KNOWLEDGE_RETRIES_MAX));
    if (knowledge->servers == NULL || knowledge->names == NULL || knowledge->clients == NULL
        || knowledge->retries == NULL) {
        knowledge_free(knowledge);
        return NULL;
    }
    return knowledge;
}

void knowledge_free(struct knowledge *knowledge)
{
    if (knowledge == NULL)
        return;
    knowledge_table_free(knowledge->servers);
    knowledge_table_free(knowledge->names);
    knowledge_table_free(knowledge->clients);
    knowledge_table_free(knowledge->retries);
    free(knowledge);
}

static void put_hash(uint8_t *key, uint64_t hash)
{
    hash = htole64(hash);
    memcpy(key, &hash, sizeof(hash));
}

/* Names are compared without regard to case (RFC 6066 section 3, RFC 4343). */
static uint64_t hash_name(const struct knowledge *knowledge, struct bytes name)
{
    uint8_t folded[FOLD_ROOM];
    size_t length = fold_name(folded, name);

    return siphash_1_3(knowledge->options.hash_key, folded, length);
}

uint64_t knowledge_hash_name(const struct knowledge *knowledge, const struct facts *facts)
{
    return hash_name(knowledge, facts->client_extensions.server_name.host_name);
}

/* The server that TLS is spoken with: behind a proxy it is the target. */
void knowledge_put_peer_key(const struct knowledge *knowledge, uint8_t *key,
                            const struct facts *facts)
{
    const struct proxy_target *target = &facts->starttls.target;
    struct endpoint peer = facts->connection->endpoint[SIDE_SERVER];

    if (facts->starttls.has_target) {
        peer.port = target->port;
        memcpy(peer.address.octets, target->address, sizeof(peer.address.octets));
    }
    endpoint_put(key, &peer);
    if (facts->starttls.has_target && !target->has_address)
        put_hash(key, hash_name(knowledge, target->host));
}

static void put_name_key(const struct knowledge *knowledge, uint8_t *key, const struct facts *facts)
{
    knowledge_put_peer_key(knowledge, key, facts);
    put_hash(key + KNOWLEDGE_ADDRESS_KEY, knowledge_hash_name(knowledge, facts));
}

/* What a JA4 fingerprint tells apart, without its two SHA-256 digests: which suites, extensions,
 * signature schemes and protocols a client offers up to which version. Browsers shuffle their
 * extensions, and nobody the suites. */
static uint64_t hash_kind(const struct knowledge *knowledge, const struct facts *facts,
                          struct bytes alpn, uint64_t low_types)
{
    const struct hello_extensions *extensions = &facts->client_extensions;
    const uint64_t *key = knowledge->options.hash_key;
    const uint64_t numbers[] = {
        facts->offer.version_max,
        facts->offer.suites_number,
        low_types,
        extensions->high_types,
        list_u16_number(extensions->signature_algorithms.list),
        alpn.len > 0 ? siphash_1_3(key, alpn.data, alpn.len) : 0,
    };

    return siphash_1_3(key, numbers, sizeof(numbers));
}

uint64_t knowledge_kind_of_hello(const struct knowledge *knowledge, const struct facts *facts)
{
    const struct hello_extensions *extensions = &facts->client_extensions;

    return hash_kind(knowledge, facts, extensions->alpn.protocols, extensions->low_types);
}

uint64_t knowledge_kind_but_alpn(const struct knowledge *knowledge, const struct facts *facts)
{
    const uint64_t alpn = UINT64_C(1) << TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION;

    return hash_kind(knowledge, facts, bytes_of("", 0), facts->client_extensions.low_types & ~alpn);
}

/* A keyed hash of the client's address, for sketches and for the key of the client. */
static uint64_t hash_client(const struct knowledge *knowledge, const struct facts *facts)
{
    const struct address *address = &facts->connection->endpoint[SIDE_CLIENT].address;

    return siphash_1_3(knowledge->options.sketch_key, address->octets, sizeof(address->octets));
}

/* False: the kind of hello cannot be told. */
static bool put_client_key(const struct knowledge *knowledge, uint8_t *key,
                           const struct facts *facts, uint64_t client_hash)
{
    if (!facts->client_hello_read)
        return false;
    put_hash(key, client_hash);
    put_hash(key + sizeof(uint64_t), knowledge_kind_of_hello(knowledge, facts));
    return true;
}

uint64_t knowledge_kind_met(const struct knowledge_parties *parties)
{
    uint64_t kind;

    if (!parties->has_client)
        return 0;
    memcpy(&kind, parties->client_key + sizeof(uint64_t), sizeof(kind));
    return le64toh(kind);
}

uint64_t knowledge_hash_message(const struct knowledge *knowledge, struct bytes body)
{
    struct bytes rest = body;
    struct bytes list, leaf;

    if (!bytes_vector(&rest, 3, &list) || !bytes_vector(&list, 3, &leaf))
        leaf = body;
    if (leaf.len > LEAF_HASHED && !bytes_skip(&leaf, leaf.len - LEAF_HASHED))
        return 0;
    return siphash_1_3(knowledge->options.hash_key, leaf.data, leaf.len) ^ body.len;
}

void known_count_add(struct known_count *count, int64_t time_ns)
{
    if (count->count < UINT32_MAX)
        count->count++;
    if (time_ns > count->last_ns)
        count->last_ns = time_ns;
}

enum version_class version_class_of(uint16_t version_max)
{
    if (version_max >= TLS_VERSION_1_3)
        return VERSION_CLASS_1_3;
    if (version_max <= TLS_VERSION_SSL3)
        return VERSION_CLASS_SSL;
    return (enum version_class)(VERSION_CLASS_1_0 + (version_max - TLS_VERSION_1_0));
}

/* The server refused behind its hello, before it had the client's answer to that: it may have found
 * out then that its key or certificate does not do for this hello. */
static bool server_thought_better(const struct facts *facts)
{
    return facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == SIDE_SERVER
           && !server_refused_after_client_certificate(facts);
}

/* A server that went on after the hello has taken it up, be it that it refused a certificate of the
 * client in the end. */
enum treatment treatment_of(const struct facts *facts)
{
    bool is_over = facts->refusal.kind != REFUSAL_NONE;

    if (facts->outcome == OUTCOME_ESTABLISHED)
        return TREATMENT_ACCEPTED;
    if (facts->server_hello_read)
        return server_thought_better(facts) ? TREATMENT_UNKNOWN : TREATMENT_ACCEPTED;
    if (facts->outcome != OUTCOME_FAILED || facts->server_hello_note != NULL
        || facts->stage == STAGE_TCP_CONNECT
        || (is_over && facts->refusal.by == SIDE_CLIENT && facts->refusal.kind == REFUSAL_ALERT))
        return TREATMENT_UNKNOWN;
    return TREATMENT_REFUSED;
}

static bool is_tls(const struct facts *facts)
{
    return facts->handshake->spoke_tls[SIDE_CLIENT] || facts->handshake->spoke_tls[SIDE_SERVER];
}

/* The server sent certificates in clear that are not known yet for this name. */
static bool wants_certificate(const struct knowledge *knowledge, const struct known_name *name,
                              const struct facts *facts)
{
    const struct note *note = facts->server_certificate_note;

    if (facts->chain[SIDE_SERVER] != NULL || note == NULL || note->offset == NOTE_NOT_KEPT)
        return false;
    return !name->certificate.known
           || name->certificate.message_hash
                  != knowledge_hash_message(knowledge, handshake_body(facts->handshake, note));
}

static void count_name(struct known_server *server, const struct known_name *name,
                       struct bytes host)
{
    struct text text;
    uint64_t hash;

    memcpy(&hash, name->key + KNOWLEDGE_ADDRESS_KEY, sizeof(hash));
    if (hash != server->name_hash) { /* most often it is the same name again */
        text = text_begin(server->name, sizeof(server->name));
        text_add_untrusted(&text, host);
        server->name_hash = hash;
    }
    server->names_accepted += name->hellos.accepted.count == 0 && host.len > 0;
}

uint64_t knowledge_hash_peer(const struct knowledge *knowledge, const struct facts *facts)
{
    uint8_t key[KNOWLEDGE_ADDRESS_KEY];

    knowledge_put_peer_key(knowledge, key, facts);
    return siphash_1_3(knowledge->options.sketch_key, key, sizeof(key));
}

/* Returns the name if its certificates should be examined, else NULL. */
static struct known_name *learn_name(struct knowledge *knowledge, const struct facts *facts,
                                     struct known_server *server, struct known_client *client,
                                     const struct knowledge_parties *parties)
{
    struct known_name *name;
    int64_t at_ns = facts->connection->last.time_ns;
    enum treatment how = treatment_of(facts);

    if (client != NULL && how == TREATMENT_ACCEPTED)
        knowledge_note_taken(knowledge, client, facts);
    name = knowledge_table_get_expected(knowledge->names, parties->name_key, parties->name_expected,
                                        facts->outcome == OUTCOME_ESTABLISHED);
    if (name == NULL)
        return NULL;
    if (how == TREATMENT_ACCEPTED)
        count_name(server, name, facts->client_extensions.server_name.host_name);
    if (how == TREATMENT_REFUSED || name->hellos.refused.count > 0)
        knowledge_learn_return(server, name, facts, how);
    known_treatment_add(&name->hellos, server, how, at_ns);
    if (facts->outcome == OUTCOME_ESTABLISHED)
        known_count_add(&name->established, at_ns);
    if (client != NULL && how == TREATMENT_REFUSED)
        knowledge_note_reset(knowledge, client, name, facts);
    knowledge_learn_certificate(knowledge, name, facts);
    knowledge_learn_flight(&name->flights, facts, parties->client_hash);
    knowledge_note_word(name, facts);
    if (wants_certificate(knowledge, name, facts))
        return name;
    if (client != NULL)
        knowledge_note_issuer(knowledge, client, name, facts);
    return NULL;
}

/* Returns what is known of the client; NULL: nothing is kept. Of one direction alone failures can
 * be told and successes cannot: who counted would find that the client never succeeds. */
static struct known_client *learn_client(struct knowledge *knowledge, const struct facts *facts,
                                         const struct knowledge_parties *parties)
{
    struct known_client *client;

    if (!parties->has_client || facts->one_direction_only)
        return NULL;
    client = knowledge_table_get_expected(knowledge->clients, parties->client_key,
                                          parties->client_expected,
                                          facts->outcome == OUTCOME_ESTABLISHED);
    if (client == NULL)
        return NULL;
    if (facts->outcome == OUTCOME_ESTABLISHED) {
        known_count_add(&client->established, facts->connection->last.time_ns);
        if (has_certificate_flight(facts))
            client->taken = (struct known_taken){
                .began_ns = facts->connection->first.time_ns,
                .asked = parties->name_expected,
            };
        sketch_add_apart(&client->servers, &client->rare->servers,
                         knowledge_hash_peer(knowledge, facts));
    } else if (facts->outcome == OUTCOME_FAILED) {
        if (client->failed.count == 0)
            client->rare->failures = (struct known_client_failures){0};
        known_count_add(&client->failed, facts->connection->last.time_ns);
        sketch_add(&client->rare->failures.servers, knowledge_hash_peer(knowledge, facts));
    }
    return client;
}

void knowledge_learn_issuer(struct knowledge *knowledge, const struct known_name *name,
                            const struct facts *facts)
{
    uint8_t key[KNOWLEDGE_CLIENT_KEY];
    struct known_client *client = NULL;

    if (put_client_key(knowledge, key, facts, hash_client(knowledge, facts)))
        client = knowledge_table_find(knowledge->clients, key);
    if (client != NULL)
        knowledge_note_issuer(knowledge, client, name, facts);
}

/* Connection attempts matter only where TLS was spoken: other servers get no record. */
static void learn_attempt(struct known_server *server, const struct facts *facts)
{
    const struct connection *connection = facts->connection;

    if (facts->stage > STAGE_TCP_CONNECT || moment_seen(connection->direction[SIDE_SERVER].syn))
        known_count_add(&server->answered, connection->last.time_ns);
    else if (connection->direction[SIDE_SERVER].packets == 0)
        known_count_add(&server->unanswered, connection->last.time_ns);
}

/* A failure is remembered at once, for others may fail likewise. */
static struct known_server *server_to_learn(struct knowledge *knowledge, const uint8_t *key,
                                            const struct facts *facts)
{
    if (!is_tls(facts))
        return knowledge_table_find(knowledge->servers, key);
    return facts->outcome == OUTCOME_ESTABLISHED
               ? knowledge_table_get_again(knowledge->servers, key)
               : knowledge_table_get(knowledge->servers, key);
}

uint32_t knowledge_expect(const struct knowledge *knowledge, const struct endpoint *server)
{
    uint8_t key[KNOWLEDGE_ADDRESS_KEY];

    endpoint_put(key, server);
    return knowledge_table_expect(knowledge->servers, key);
}

void knowledge_approach(const struct knowledge *knowledge, uint32_t expected)
{
    knowledge_table_approach(knowledge->servers, expected);
}

void knowledge_meet(const struct knowledge *knowledge, const struct facts *facts,
                    struct knowledge_parties *out)
{
    out->has_name = facts->client_hello_read && is_tls(facts);
    out->has_client = false;
    if (!is_tls(facts))
        return;
    out->client_hash = hash_client(knowledge, facts);
    if (!out->has_name)
        return;
    out->has_client = put_client_key(knowledge, out->client_key, facts, out->client_hash);
    if (out->has_client)
        out->client_expected = knowledge_table_expect(knowledge->clients, out->client_key);
    put_name_key(knowledge, out->name_key, facts);
    out->name_expected = knowledge_table_expect(knowledge->names, out->name_key);
}

/* They come while the server is looked at. */
static void approach(const struct knowledge *knowledge, const struct knowledge_parties *parties)
{
    if (parties->has_client)
        knowledge_table_approach(knowledge->clients, parties->client_expected);
    if (parties->has_name)
        knowledge_table_approach(knowledge->names, parties->name_expected);
}

struct lesson knowledge_learn(struct knowledge *knowledge, const struct facts *facts,
                              const struct knowledge_parties *parties)
{
    struct lesson lesson = {0};
    uint8_t key[KNOWLEDGE_ADDRESS_KEY];
    struct known_server *server;
    struct known_client *client;

    approach(knowledge, parties);
    knowledge_put_peer_key(knowledge, key, facts);
    server = server_to_learn(knowledge, key, facts);
    if (server == NULL) {
        lesson.is_counted_only = is_tls(facts);
        return lesson;
    }
    learn_attempt(server, facts);
    if (!is_tls(facts))
        return lesson;
    knowledge_learn_server(server, facts, parties);
    if (!parties->has_name)
        return lesson;
    knowledge_note_offer(knowledge, server, facts);
    client = learn_client(knowledge, facts, parties);
    knowledge_learn_attempt(knowledge, server, client, facts, parties);
    lesson.unexamined = learn_name(knowledge, facts, server, client, parties);
    return lesson;
}

/* The last flight that the client took with this kind of hello is of the server and name with this
 * hash. */
static bool took_last(const struct known_client *client, uint32_t asked)
{
    return client != NULL && client->taken.began_ns != 0 && client->taken.asked == asked;
}

/* With this kind of hello. */
static bool was_served(const struct knowledge *knowledge, const struct facts *facts,
                       const struct known_client *client)
{
    return client != NULL
           && sketch_has_early(&client->servers, knowledge_hash_peer(knowledge, facts));
}

/* With the hello that this server refused, the client never reached it, and with the same one but
 * for its protocols it did. */
static bool is_taken_without_alpn(const struct knowledge *knowledge, const struct facts *facts,
                                  const struct known *known, uint64_t client_hash)
{
    uint8_t key[KNOWLEDGE_CLIENT_KEY];

    if (known->client_was_served)
        return false;
    put_hash(key, client_hash);
    put_hash(key + sizeof(uint64_t), knowledge_kind_but_alpn(knowledge, facts));
    return was_served(knowledge, facts, knowledge_table_find(knowledge->clients, key));
}

void knowledge_find(struct knowledge *knowledge, const struct facts *facts, struct known *known)
{
    uint8_t server_key[KNOWLEDGE_ADDRESS_KEY];
    uint8_t name_key[KNOWLEDGE_NAME_KEY];
    uint8_t client_key[KNOWLEDGE_CLIENT_KEY];
    uint64_t client_hash;

    knowledge_put_peer_key(knowledge, server_key, facts);
    *known = (struct known){.server = knowledge_table_find(knowledge->servers, server_key)};
    if (!facts->client_hello_read)
        return;
    put_name_key(knowledge, name_key, facts);
    known->name = knowledge_table_find(knowledge->names, name_key);
    client_hash = hash_client(knowledge, facts);
    if (put_client_key(knowledge, client_key, facts, client_hash))
        known->client = knowledge_table_find(knowledge->clients, client_key);
    known->client_was_served = was_served(knowledge, facts, known->client);
    known->client_took_flight =
        known->name != NULL
        && (sketch_has_early(&known->name->flights.clients_taken.first, client_hash)
            || took_last(known->client, knowledge_table_expect(knowledge->names, name_key)));
    if (known->server != NULL)
        known->offer_taken_ns = knowledge_offer_taken(knowledge, known->server, facts);
    known->taken_without_alpn = facts_server_refused_hello(facts)
                                && facts->client_extensions.alpn.state == EXTENSION_WELL_FORMED
                                && is_taken_without_alpn(knowledge, facts, known, client_hash);
    knowledge_find_attempt(knowledge, facts, known);
    known->resets = knowledge_find_resets(knowledge, known, facts);
}

const struct known_server *knowledge_find_server(struct knowledge *knowledge,
                                                 const struct endpoint *server)
{
    uint8_t key[KNOWLEDGE_ADDRESS_KEY];

    endpoint_put(key, server);
    return knowledge_table_find(knowledge->servers, key);
}

const struct known_count *knowledge_established(struct knowledge *knowledge,
                                                enum knowledge_kind kind, const uint8_t *key)
{
    const struct known_server *server;
    const struct known_name *name;
    const struct known_client *client;

    if (kind == KNOWLEDGE_NAME) {
        name = knowledge_table_find(knowledge->names, key);
        return name != NULL ? &name->established : NULL;
    }
    if (kind == KNOWLEDGE_CLIENT) {
        client = knowledge_table_find(knowledge->clients, key);
        return client != NULL ? &client->established : NULL;
    }
    server = knowledge_table_find(knowledge->servers, key);
    return server != NULL ? &server->established : NULL;
}

struct knowledge_counters knowledge_counters(const struct knowledge *knowledge)
{
    const uint64_t servers = knowledge_table_evictions(knowledge->servers);
    const uint64_t names = knowledge_table_evictions(knowledge->names);
    const uint64_t clients = knowledge_table_evictions(knowledge->clients);

    return (struct knowledge_counters){
        .servers = knowledge_table_count(knowledge->servers),
        .names = knowledge_table_count(knowledge->names),
        .clients = knowledge_table_count(knowledge->clients),
        .evicted_servers = servers,
        .evicted_names = names,
        .evicted_clients = clients,
        .evicted = servers + names + clients,
        .memory = knowledge_table_memory(knowledge->servers)
                  + knowledge_table_memory(knowledge->names)
                  + knowledge_table_memory(knowledge->clients)
                  + knowledge_table_memory(knowledge->retries),
    };
}
