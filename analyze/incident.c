/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident.h"

#include <stdlib.h>

#include "analyze/knowledge_table.h"
#include "analyze/text.h"
#include "capture/siphash.h"
#include "dissect/fingerprint.h"

#define SECOND_NS INT64_C(1000000000)

/* Two tables: by server (and name), and by client. */
struct incidents {
    uint64_t hash_key[2];
    struct knowledge_table *at_server;
    struct knowledge_table *of_client;
};

const char *incident_scope_name(enum incident_scope scope)
{
    static const char *const names[] = {
        [INCIDENT_SERVER] = "server",
        [INCIDENT_NAME] = "server_name",
        [INCIDENT_CLIENT] = "client",
    };

    return names[scope];
}

static struct knowledge_table *new_table(const uint64_t hash_key[2])
{
    const struct knowledge_table_options options = {
        .record_size = sizeof(struct incident),
        .key_size = sizeof(((struct incident *)NULL)->key),
        .records_max = INCIDENTS_MAX,
        .hash_key = {hash_key[0], hash_key[1]},
    };

    return knowledge_table_new(&options);
}

struct incidents *incidents_new(const uint64_t hash_key[2])
{
    struct incidents *incidents = calloc(1, sizeof(*incidents));

    if (incidents == NULL)
        return NULL;
    memcpy(incidents->hash_key, hash_key, sizeof(incidents->hash_key));
    incidents->at_server = new_table(hash_key);
    incidents->of_client = new_table(hash_key);
    if (incidents->at_server == NULL || incidents->of_client == NULL) {
        incidents_free(incidents);
        return NULL;
    }
    return incidents;
}

void incidents_free(struct incidents *incidents)
{
    if (incidents == NULL)
        return;
    knowledge_table_free(incidents->at_server);
    knowledge_table_free(incidents->of_client);
    free(incidents);
}

struct incident_key {
    uint8_t octets[INCIDENT_CAUSE_KEY + INCIDENT_PARTY_KEY];
};

static void key_begin(struct incident_key *key, const struct cause *cause)
{
    size_t length = strlen(cause->id);

    *key = (struct incident_key){0};
    memcpy(key->octets, cause->id, length < INCIDENT_CAUSE_KEY ? length : INCIDENT_CAUSE_KEY);
}

static void put_number(uint8_t *out, uint64_t number)
{
    for (size_t i = 0; i < sizeof(number); i++)
        out[i] = (uint8_t)(number >> (56 - 8 * i));
}

static bool is_about_name(const struct verdict *verdict)
{
    return verdict->cause->layer == LAYER_SERVER_NAME
           && verdict->facts->client_extensions.server_name.state == EXTENSION_WELL_FORMED;
}

static struct bytes asked_name(const struct facts *facts)
{
    return facts->client_extensions.server_name.host_name;
}

/* Cause, address, port, and for a cause about the name a keyed hash of it. */
static void server_key(const struct incidents *incidents, const struct verdict *verdict,
                       struct incident_key *key)
{
    const struct endpoint *server = &verdict->facts->connection->endpoint[SIDE_SERVER];
    struct bytes name = asked_name(verdict->facts);
    uint8_t *party = key->octets + INCIDENT_CAUSE_KEY;

    key_begin(key, verdict->cause);
    memcpy(party, server->address.octets, sizeof(server->address.octets));
    party[16] = (uint8_t)(server->port >> 8);
    party[17] = (uint8_t)server->port;
    if (is_about_name(verdict))
        put_number(party + 18, siphash_1_3(incidents->hash_key, name.data, name.len));
}

/* Cause, address, and the kind of client; a client that sent no hello is known by its address. */
static void client_key(const struct incidents *incidents, const struct verdict *verdict,
                       struct incident_key *key)
{
    const struct facts *facts = verdict->facts;
    const struct endpoint *client = &facts->connection->endpoint[SIDE_CLIENT];
    uint8_t *party = key->octets + INCIDENT_CAUSE_KEY;
    char ja4[JA4_TEXT_SIZE];

    key_begin(key, verdict->cause);
    memcpy(party, client->address.octets, sizeof(client->address.octets));
    if (facts->client_hello_read && ja4_client(&facts->client_hello, JA4_TCP, ja4))
        put_number(party + 18, siphash_1_3(incidents->hash_key, ja4, strlen(ja4)));
}

static uint64_t hash_endpoint(const struct incidents *incidents, const struct endpoint *endpoint,
                              bool with_port)
{
    uint8_t octets[sizeof(endpoint->address.octets) + 2] = {0};

    memcpy(octets, endpoint->address.octets, sizeof(endpoint->address.octets));
    if (with_port) {
        octets[16] = (uint8_t)(endpoint->port >> 8);
        octets[17] = (uint8_t)endpoint->port;
    }
    return siphash_1_3(incidents->hash_key, octets, sizeof(octets));
}

/* The limit of validity that the cause is about. */
static int64_t certificate_limit_ns(const struct verdict *verdict)
{
    const struct chain_judgement *judgement = verdict->facts->chain[SIDE_SERVER];

    if (judgement == NULL || judgement->validity_of == NULL)
        return 0;
    if (strcmp(verdict->cause->id, "certificate_expired") == 0)
        return judgement->validity_of->not_after * SECOND_NS;
    if (strcmp(verdict->cause->id, "certificate_not_yet_valid") == 0)
        return judgement->validity_of->not_before * SECOND_NS;
    return 0;
}

static void begin(struct incident *incident, const struct verdict *verdict,
                  enum incident_scope scope)
{
    const struct facts *facts = verdict->facts;
    struct text name = text_begin(incident->name, sizeof(incident->name));

    incident->scope = scope;
    incident->cause = verdict->cause;
    incident->refused_by = verdict->refused_by;
    incident->server = facts->connection->endpoint[SIDE_SERVER];
    incident->client = facts->connection->endpoint[SIDE_CLIENT];
    incident->first_ns = INT64_MAX;
    text_add_untrusted(&name, asked_name(facts));
}

static void note_time(struct incident *incident, int64_t at_ns, const struct incident_past *past)
{
    if (at_ns < incident->first_ns) {
        incident->first_ns = at_ns;
        incident->before = *past;
    }
    if (at_ns >= incident->last_ns) {
        incident->last_ns = at_ns;
        incident->established_by_last = past->established;
    }
}

static void note_name(struct incident *incident, const struct facts *facts)
{
    char buffer[INCIDENT_NAME_SIZE];
    struct text name = text_begin(buffer, sizeof(buffer));

    text_add_untrusted(&name, asked_name(facts));
    if (strcmp(incident->name, buffer) != 0)
        incident->more_names = true;
}

/* What the party of the incident managed, as far as it is known by now. */
static void note_successes(struct incident *incident, const struct facts *facts)
{
    const struct known *known = facts->known;
    const struct known_count *successes = NULL;

    if (known != NULL && incident->scope == INCIDENT_CLIENT && known->client != NULL)
        successes = &known->client->established;
    else if (known != NULL && incident->scope == INCIDENT_SERVER && known->server != NULL)
        successes = &known->server->established;
    else if (known != NULL && incident->scope == INCIDENT_NAME && known->name != NULL)
        successes = &known->name->established;
    if (successes == NULL || successes->last_ns < incident->established.last_ns)
        return;
    incident->established = *successes;
}

static void count(struct incidents *incidents, struct incident *incident,
                  const struct verdict *verdict, const struct incident_past *past)
{
    const struct facts *facts = verdict->facts;
    const struct endpoint *ends = facts->connection->endpoint;

    incident->failures++;
    if (verdict->confidence > incident->confidence)
        incident->confidence = verdict->confidence;
    if (incident->certificate_ns == 0)
        incident->certificate_ns = certificate_limit_ns(verdict);
    note_time(incident, facts->connection->first.time_ns, past);
    note_name(incident, facts);
    note_successes(incident, facts);
    sketch_add(&incident->clients, hash_endpoint(incidents, &ends[SIDE_CLIENT], false));
    sketch_add(&incident->servers, hash_endpoint(incidents, &ends[SIDE_SERVER], true));
}

void incidents_add(struct incidents *incidents, const struct verdict *verdict,
                   const struct incident_past *past)
{
    struct incident_key key;
    struct incident *incident;

    server_key(incidents, verdict, &key);
    incident = knowledge_table_get(incidents->at_server, &key);
    if (incident != NULL && incident->failures == 0)
        begin(incident, verdict, is_about_name(verdict) ? INCIDENT_NAME : INCIDENT_SERVER);
    if (incident != NULL)
        count(incidents, incident, verdict, past);
    client_key(incidents, verdict, &key);
    incident = knowledge_table_get(incidents->of_client, &key);
    if (incident != NULL && incident->failures == 0)
        begin(incident, verdict, INCIDENT_CLIENT);
    if (incident != NULL)
        count(incidents, incident, verdict, past);
}

struct incident *incidents_find(struct incidents *incidents, const struct verdict *verdict)
{
    struct incident_key key;
    struct incident *at_server;
    struct incident *of_client;
    struct incident *found;

    server_key(incidents, verdict, &key);
    at_server = knowledge_table_find(incidents->at_server, &key);
    client_key(incidents, verdict, &key);
    of_client = knowledge_table_find(incidents->of_client, &key);
    found = at_server;
    if (of_client != NULL && sketch_count(&of_client->servers) > 1
        && (at_server == NULL || sketch_count(&at_server->clients) <= 1))
        found = of_client;
    if (found == NULL || found->failures < INCIDENT_FAILURES_MIN)
        return NULL;
    found->is_used = true;
    return found;
}

bool incident_admits(struct incident *incident, int64_t at_ns, uint32_t per_minute)
{
    int64_t minute = at_ns / (60 * SECOND_NS);

    if (minute > incident->minute) {
        incident->minute = minute;
        incident->minute_events = 0;
    }
    if (incident->minute_events < per_minute) {
        incident->minute_events++;
        return true;
    }
    incident->folded++;
    return false;
}

/* Keyed with zero: it is a name for the incident, and nothing looks it up. */
const char *incident_id(const struct incident *incident, char out[INCIDENT_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    static const uint64_t keys[2][2] = {{0, 0}, {0, 1}};
    uint8_t octets[INCIDENT_CAUSE_KEY + 2 * 18 + INCIDENT_NAME_SIZE + 9] = {0};
    const struct endpoint *ends[] = {&incident->server, &incident->client};
    size_t length = strlen(incident->cause->id);

    memcpy(octets, incident->cause->id, length < INCIDENT_CAUSE_KEY ? length : INCIDENT_CAUSE_KEY);
    length = INCIDENT_CAUSE_KEY;
    for (size_t i = 0; i < 2; i++, length += 18) {
        memcpy(octets + length, ends[i]->address.octets, sizeof(ends[i]->address.octets));
        octets[length + 16] = (uint8_t)(ends[i]->port >> 8);
        octets[length + 17] = (uint8_t)ends[i]->port;
    }
    memcpy(octets + length, incident->name, strlen(incident->name));
    length += INCIDENT_NAME_SIZE;
    put_number(octets + length, (uint64_t)incident->first_ns);
    octets[length + 8] = (uint8_t)incident->scope;
    for (size_t i = 0; i < INCIDENT_ID_SIZE - 1; i++) {
        uint64_t hash = siphash_2_4(keys[i / 16], octets, sizeof(octets));

        out[i] = digits[hash >> (60 - 4 * (i % 16)) & 0xf];
    }
    out[INCIDENT_ID_SIZE - 1] = '\0';
    return out;
}

bool incident_is_total(const struct incident *incident)
{
    return incident->scope == INCIDENT_SERVER && sketch_count(&incident->clients) > 1
           && incident->established_by_last == incident->before.established;
}

bool incident_is_over(const struct incident *incident, int64_t end_ns)
{
    if (incident_is_total(incident) && incident->established.last_ns > incident->last_ns)
        return true;
    return end_ns - incident->last_ns >= INCIDENT_QUIET_NS;
}

static int compare(const void *a, const void *b)
{
    const struct incident *left = *(struct incident *const *)a;
    const struct incident *right = *(struct incident *const *)b;

    if (left->first_ns != right->first_ns)
        return left->first_ns < right->first_ns ? -1 : 1;
    /* The hash at the end of a key is another one each time. */
    return memcmp(left->key, right->key, INCIDENT_CAUSE_KEY + KNOWLEDGE_ADDRESS_KEY);
}

static size_t collect(const struct knowledge_table *table, struct incident **out)
{
    size_t used = 0;

    for (uint32_t i = 0; i < knowledge_table_count(table); i++) {
        struct incident *incident = knowledge_table_at(table, i);

        if (incident->is_used)
            out[used++] = incident;
    }
    return used;
}

struct incident **incidents_list(const struct incidents *incidents, size_t *count)
{
    size_t all = (size_t)knowledge_table_count(incidents->at_server)
                 + knowledge_table_count(incidents->of_client);
    struct incident **list = malloc((all + 1) * sizeof(struct incident *));

    if (list == NULL)
        return NULL;
    *count = collect(incidents->at_server, list);
    *count += collect(incidents->of_client, list + *count);
    qsort(list, *count, sizeof(struct incident *), compare);
    return list;
}

uint64_t incidents_evictions(const struct incidents *incidents)
{
    return knowledge_table_evictions(incidents->at_server)
           + knowledge_table_evictions(incidents->of_client);
}

size_t incidents_memory(const struct incidents *incidents)
{
    return knowledge_table_memory(incidents->at_server)
           + knowledge_table_memory(incidents->of_client);
}
