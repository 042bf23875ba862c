/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident.h"

#include <stdlib.h>

#include "analyze/big_endian.h"
#include "analyze/causes/causes.h"
#include "analyze/fold.h"
#include "analyze/incident_internal.h"
#include "analyze/summary.h"
#include "capture/siphash.h"
#include "capture/time_unit.h"

const char *incident_scope_name(enum incident_scope scope)
{
    static const char *const names[] = {
        [INCIDENT_SERVER] = "server",
        [INCIDENT_NAME] = "server_name",
        [INCIDENT_CLIENT] = "client",
        [INCIDENT_PATH] = "path",
    };

    return names[scope];
}

const char *incident_path_kind_name(enum incident_path_kind kind)
{
    static const char *const names[] = {
        [INCIDENT_PATH_NONE] = NULL,
        [INCIDENT_PATH_ROUTER] = "router",
        [INCIDENT_PATH_HOP_LIMIT] = "hop_limit",
        [INCIDENT_PATH_SERVER_NETWORK] = "server_network",
        [INCIDENT_PATH_CLIENT_NETWORK] = "client_network",
    };

    return names[kind];
}

struct knowledge_table *incident_table_new(const struct incidents *incidents)
{
    const struct knowledge_table_options options = {
        .record_size = sizeof(struct incident),
        .key_size = INCIDENT_KEY,
        .records_max = incidents->records_max > 0 ? incidents->records_max : INCIDENTS_MAX,
        .hash_key = {incidents->hash_key[0], incidents->hash_key[1]},
    };

    return knowledge_table_new(&options);
}

struct incidents *incidents_new(const uint64_t hash_key[2], const uint64_t sketch_key[2],
                                uint32_t records_max)
{
    struct incidents *incidents = calloc(1, sizeof(*incidents));

    if (incidents == NULL)
        return NULL;
    memcpy(incidents->hash_key, hash_key, sizeof(incidents->hash_key));
    memcpy(incidents->sketch_key, sketch_key, sizeof(incidents->sketch_key));
    incidents->records_max = records_max;
    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        incidents->tables[i] = incident_table_new(incidents);
        if (incidents->tables[i] == NULL) {
            incidents_free(incidents);
            return NULL;
        }
    }
    return incidents;
}

void incidents_free(struct incidents *incidents)
{
    if (incidents == NULL)
        return;
    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        knowledge_table_free(incidents->tables[i]);
        knowledge_table_free(incidents->assigned[i]);
    }
    free(incidents);
}

/* As it is compared: in small letters. */
static void add_name(struct text *text, struct bytes name)
{
    uint8_t folded[FOLD_ROOM];
    size_t length = fold_name(folded, name);

    text_add_untrusted(text, bytes_of(folded, length));
}

static void add_asked_name(struct text *text, const struct facts *facts)
{
    add_name(text, facts->client_extensions.server_name.host_name);
}

static uint64_t hash_endpoint(const struct incidents *incidents, const struct endpoint *endpoint,
                              bool with_port)
{
    uint8_t octets[ENDPOINT_OCTETS];

    endpoint_put(octets, endpoint);
    return siphash_1_3(incidents->sketch_key, octets,
                       with_port ? sizeof(octets) : sizeof(endpoint->address.octets));
}

static void note_target(struct incident *incident, const struct facts *facts)
{
    const struct proxy_target *target = incident_target(facts);
    struct text name = text_begin(incident->target, sizeof(incident->target));
    struct endpoint endpoint = {0};

    if (target == NULL)
        return;
    if (!target->has_address) {
        add_name(&name, target->host);
        text_add(&name, ":%u", target->port);
        return;
    }
    memcpy(endpoint.address.octets, target->address, sizeof(target->address));
    endpoint.port = target->port;
    summary_add_endpoint(&name, &endpoint);
}

static enum incident_scope scope_of(enum incident_table table, const struct verdict *verdict)
{
    if (table == INCIDENT_OF_CLIENT)
        return INCIDENT_CLIENT;
    if (table == INCIDENT_ON_PATH)
        return INCIDENT_PATH;
    return incident_is_about_name(verdict) ? INCIDENT_NAME : INCIDENT_SERVER;
}

static void begin(struct incident *incident, const struct verdict *verdict,
                  enum incident_table table)
{
    const struct facts *facts = verdict->facts;
    struct incident before = *incident;
    struct text name = text_begin(incident->name, sizeof(incident->name));

    *incident = (struct incident){.generation = before.generation};
    memcpy(incident->key, before.key, sizeof(incident->key));
    incident->scope = scope_of(table, verdict);
    incident->cause = verdict->cause;
    incident->refused_by = verdict->refused_by;
    incident->server = facts->connection->endpoint[SIDE_SERVER];
    incident->client = facts->connection->endpoint[SIDE_CLIENT];
    incident->first_ns = INT64_MAX;
    add_asked_name(&name, facts);
    if (table == INCIDENT_AT_SERVER) {
        incident->way = verdict->way;
        note_target(incident, facts);
    }
    if (table == INCIDENT_ON_PATH)
        incident->path = incident_path_of(verdict);
}

static void note_time(struct incident *incident, int64_t at_ns, const struct incident_past *past)
{
    if (at_ns < incident->first_ns) {
        incident->first_ns = at_ns;
        incident->before = *past;
    }
    if (at_ns >= incident->last_ns) {
        incident->last_ns = at_ns;
        incident->by_last = *past;
    }
}

/* The limit of validity that the cause is about. Certificates have dates that nanoseconds cannot
 * hold. */
static void note_certificate_limit(struct incident *incident, const struct verdict *verdict)
{
    const struct chain_judgement *judgement = verdict->facts->chain[SIDE_SERVER];
    bool is_end = verdict->cause == &cause_certificate_expired;

    if (incident->has_certificate_limit || judgement == NULL || judgement->validity_of == NULL
        || (!is_end && verdict->cause != &cause_certificate_not_yet_valid))
        return;
    incident->certificate_limit =
        is_end ? judgement->validity_of->not_after : judgement->validity_of->not_before;
    incident->has_certificate_limit = true;
}

static void note_name(struct incident *incident, const struct facts *facts)
{
    char buffer[INCIDENT_NAME_SIZE];
    struct text name = text_begin(buffer, sizeof(buffer));

    add_asked_name(&name, facts);
    if (strcmp(incident->name, buffer) != 0)
        incident->more_names = true;
}

/* The party of the incident, as far as something is known of it. */
static void note_party(struct incident *incident, const struct facts *facts)
{
    const struct known *known = facts->known;

    if (known == NULL || incident->has_known_key)
        return;
    incident->has_known_key = true;
    if (incident->scope == INCIDENT_CLIENT && known->client != NULL)
        memcpy(incident->known_key, known->client->key, sizeof(known->client->key));
    else if (incident->scope == INCIDENT_SERVER && known->server != NULL)
        memcpy(incident->known_key, known->server->key, sizeof(known->server->key));
    else if (incident->scope == INCIDENT_NAME && known->name != NULL)
        memcpy(incident->known_key, known->name->key, sizeof(known->name->key));
    else
        incident->has_known_key = false;
}

/* What that party managed, as far as it is known by now. */
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

void incident_refresh(struct incident *incident, struct knowledge *knowledge)
{
    static const enum knowledge_kind kinds[] = {
        [INCIDENT_SERVER] = KNOWLEDGE_SERVER,
        [INCIDENT_NAME] = KNOWLEDGE_NAME,
        [INCIDENT_CLIENT] = KNOWLEDGE_CLIENT,
    };
    const struct known_count *successes;

    if (!incident->has_known_key)
        return;
    successes = knowledge_established(knowledge, kinds[incident->scope], incident->known_key);
    if (successes != NULL && successes->last_ns >= incident->established.last_ns)
        incident->established = *successes;
}

static void count(struct incidents *incidents, struct incident *incident,
                  const struct verdict *verdict, const struct incident_past *past)
{
    const struct facts *facts = verdict->facts;
    const struct endpoint *ends = facts->connection->endpoint;

    incident->failures++;
    incident->scans += verdict_has_finding(verdict, "client_scans");
    if (verdict->confidence > incident->confidence)
        incident->confidence = verdict->confidence;
    note_certificate_limit(incident, verdict);
    note_time(incident, facts->connection->first.time_ns, past);
    note_name(incident, facts);
    note_party(incident, facts);
    note_successes(incident, facts);
    sketch_add(&incident->clients, hash_endpoint(incidents, &ends[SIDE_CLIENT], false));
    sketch_add(&incident->servers, hash_endpoint(incidents, &ends[SIDE_SERVER], true));
}

/* A full table may give the archived record the very place of the one that was there. */
struct incident *incident_archive(struct knowledge_table *table, const struct incident *incident)
{
    const struct incident copy = *incident;
    struct incident_key key;
    struct incident *kept;
    struct incident *current;

    memcpy(key.octets, copy.key, sizeof(key.octets));
    incident_key_set_generation(&key, copy.generation + 1);
    kept = knowledge_table_get(table, &key);
    if (kept != NULL) {
        *kept = copy;
        memcpy(kept->key, key.octets, sizeof(kept->key));
    }
    current = knowledge_table_get(table, copy.key);
    if (current == NULL)
        return NULL;
    *current = (struct incident){.generation = copy.generation + 1};
    memcpy(current->key, copy.key, sizeof(current->key));
    return current;
}

/* Whether it was over when a failure began at at_ns. */
static bool was_over(const struct incident *incident, int64_t at_ns,
                     const struct incident_past *past)
{
    if (at_ns - incident->last_ns >= INCIDENT_QUIET_NS)
        return true;
    return incident_is_total(incident) && past->established > incident->by_last.established
           && at_ns - incident->last_ns >= INCIDENT_RECOVERED_NS;
}

void incident_add_to(struct incidents *incidents, struct knowledge_table *const *tables,
                     enum incident_table table, const struct verdict *verdict,
                     const struct incident_past *past)
{
    int64_t at_ns = verdict->facts->connection->first.time_ns;
    struct incident_key key;
    struct incident *incident;

    if (!incident_key_of(incidents->hash_key, table, verdict, &key))
        return;
    incident = knowledge_table_get(tables[table], &key);
    if (incident != NULL && incident->failures > 0 && was_over(incident, at_ns, past))
        incident = incident_archive(tables[table], incident);
    if (incident == NULL)
        return;
    if (incident->failures == 0)
        begin(incident, verdict, table);
    count(incidents, incident, verdict, past);
}

void incidents_add(struct incidents *incidents, const struct verdict *verdict,
                   const struct incident_past *past)
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        incident_add_to(incidents, incidents->tables, (enum incident_table)i, verdict, past);
}

/* The one that was going on at the time, which may be over. */
static struct incident *find_in(const struct incidents *incidents,
                                struct knowledge_table *const *tables, enum incident_table table,
                                const struct verdict *verdict)
{
    int64_t at_ns = verdict->facts->connection->first.time_ns;
    struct incident_key key;
    struct incident *found;

    if (!incident_key_of(incidents->hash_key, table, verdict, &key))
        return NULL;
    found = knowledge_table_find(tables[table], &key);
    while (found != NULL && at_ns < found->first_ns && found->generation > 0) {
        struct incident *earlier;

        incident_key_set_generation(&key, found->generation);
        earlier = knowledge_table_find(tables[table], &key);
        if (earlier == NULL)
            break;
        found = earlier;
    }
    return found;
}

void incidents_take_back(struct incidents *incidents, const struct verdict *verdict,
                         const struct cause *cause)
{
    struct verdict before = {.facts = verdict->facts, .cause = cause};

    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        struct incident *incident =
            find_in(incidents, incidents->tables, (enum incident_table)i, &before);

        if (incident != NULL && incident->failures > 0)
            incident->failures--;
    }
}

void incidents_move_folded(struct incidents *incidents, const struct verdict *verdict,
                           const struct earlier_verdict *earlier)
{
    struct verdict before = {.facts = verdict->facts, .cause = earlier->cause};

    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        struct incident *incident =
            find_in(incidents, incidents->tables, (enum incident_table)i, &before);
        char id[INCIDENT_ID_SIZE];

        if (incident != NULL && incident->folded > 0
            && strcmp(incident_id(incident, id), earlier->incident) == 0)
            incident->folded--;
    }
    if (verdict->incident != NULL)
        verdict->incident->folded++;
}

/* Not more than half of what happens on the path. */
static bool is_small_part(const struct incident *part, const struct incident *path)
{
    return part == NULL || 2 * part->failures <= path->failures;
}

bool incident_spans_path(const struct incident *incident)
{
    return sketch_count(&incident->servers) >= INCIDENT_PATH_SERVERS_MIN
           && sketch_count(&incident->clients) >= INCIDENT_PATH_CLIENTS_MIN;
}

bool incident_spans_servers(const struct incident *incident)
{
    return sketch_count(&incident->servers) > 1;
}

static bool is_of_path(struct incident *const found[INCIDENT_TABLES])
{
    const struct incident *path = found[INCIDENT_ON_PATH];

    return path != NULL && incident_spans_path(path)
           && is_small_part(found[INCIDENT_AT_SERVER], path)
           && is_small_part(found[INCIDENT_OF_CLIENT], path);
}

static bool is_of_client(struct incident *const found[INCIDENT_TABLES])
{
    const struct incident *client = found[INCIDENT_OF_CLIENT];
    const struct incident *server = found[INCIDENT_AT_SERVER];

    return client != NULL && incident_spans_servers(client)
           && (server == NULL || sketch_count(&server->clients) <= 1);
}

static enum incident_table choose(struct incident *const found[INCIDENT_TABLES])
{
    if (is_of_path(found))
        return INCIDENT_ON_PATH;
    return is_of_client(found) ? INCIDENT_OF_CLIENT : INCIDENT_AT_SERVER;
}

static void find_all(const struct incidents *incidents, const struct verdict *verdict,
                     struct incident *found[INCIDENT_TABLES])
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        found[i] = find_in(incidents, incidents->tables, (enum incident_table)i, verdict);
}

enum incident_table incident_table_of(const struct incidents *incidents,
                                      const struct verdict *verdict)
{
    struct incident *found[INCIDENT_TABLES];

    find_all(incidents, verdict, found);
    return choose(found);
}

/* What the failures before made of it, and what explains more now. */
static void merge(struct incident *const found[INCIDENT_TABLES], enum incident_table chosen)
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        if (i != chosen && found[i] != NULL && found[i]->is_used
            && found[i]->merged_into[0] == '\0')
            (void)incident_id(found[chosen], found[i]->merged_into);
}

struct incident *incidents_find(struct incidents *incidents, const struct verdict *verdict,
                                bool is_growing)
{
    struct incident *found[INCIDENT_TABLES];
    struct incident *chosen;
    enum incident_table table;

    find_all(incidents, verdict, found);
    table = choose(found);
    chosen = incidents->is_assigned ? find_in(incidents, incidents->assigned, table, verdict)
                                    : found[table];
    if (chosen == NULL || chosen->failures < INCIDENT_FAILURES_MIN)
        return NULL;
    chosen->is_used = true;
    if (chosen->named_ns == 0)
        chosen->named_ns = chosen->first_ns;
    chosen->merged_into[0] = '\0'; /* it explains more again */
    if (is_growing)
        merge(found, table);
    return chosen;
}

bool incident_admits(struct incident *incident, int64_t at_ns, uint32_t per_minute)
{
    int64_t minute = at_ns / (60 * SECOND_NS);

    /* Verdicts come out of order by minutes; an hour back is a clock that was set back. */
    if (minute > incident->minute || minute < incident->minute - 60) {
        incident->minute = minute;
        incident->minute_events = 0;
    }
    incident->is_last_folded = incident->minute_events >= per_minute;
    if (incident->is_last_folded)
        incident->folded++;
    else
        incident->minute_events++;
    return !incident->is_last_folded;
}

/* Keyed with zero: it is a name for the incident, and nothing looks it up. */
static const char *format_id(const struct incident *incident, uint32_t number,
                             char out[INCIDENT_ID_SIZE])
{
    enum {
        TIME = INCIDENT_CAUSE_KEY + 2 * ENDPOINT_OCTETS + 2 * INCIDENT_NAME_SIZE,
        SCOPE = TIME + sizeof(int64_t),
        LENGTH = SCOPE + 1
    };
    static const char digits[] = "0123456789abcdef";
    const uint64_t keys[2][2] = {{number, 0}, {number, 1}};
    uint8_t octets[LENGTH] = {0};
    const struct endpoint *ends[] = {&incident->server, &incident->client};
    size_t length = strlen(incident->cause->id);

    memcpy(octets, incident->cause->id, length < INCIDENT_CAUSE_KEY ? length : INCIDENT_CAUSE_KEY);
    length = INCIDENT_CAUSE_KEY;
    for (size_t i = 0; i < 2; i++, length += ENDPOINT_OCTETS)
        endpoint_put(octets + length, ends[i]);
    memcpy(octets + length, incident->name, strlen(incident->name));
    memcpy(octets + length + INCIDENT_NAME_SIZE, incident->target, strlen(incident->target));
    big_endian_put(octets + TIME,
                   (uint64_t)(incident->named_ns != 0 ? incident->named_ns : incident->first_ns));
    octets[SCOPE] = (uint8_t)incident->scope;
    for (size_t half = 0; half < 2; half++) {
        uint64_t hash = siphash_2_4(keys[half], octets, sizeof(octets));

        for (size_t i = 0; i < 16; i++)
            out[16 * half + i] = digits[hash >> (60 - 4 * i) & 0xf];
    }
    out[INCIDENT_ID_SIZE - 1] = '\0';
    return out;
}

const char *incident_id(const struct incident *incident, char out[INCIDENT_ID_SIZE])
{
    return format_id(incident, 0, out);
}

const char *incident_event_id(const struct incident *incident, char out[INCIDENT_ID_SIZE])
{
    return format_id(incident, incident->told_times, out);
}

static bool is_about(const struct incident_past *past)
{
    return past->established > 0 && past->established_last_ns == 0;
}

/* Two estimates are made when different things are known: the later one may be the smaller. */
uint32_t incident_successes_meanwhile(const struct incident *incident)
{
    const uint32_t before = incident->before.established;
    const uint32_t by_last = incident->by_last.established;

    return by_last > before ? by_last - before : 0;
}

bool incident_estimates_successes(const struct incident *incident)
{
    return is_about(&incident->before) || is_about(&incident->by_last);
}

bool incident_is_total(const struct incident *incident)
{
    return incident->scope == INCIDENT_SERVER && sketch_count(&incident->clients) > 1
           && incident_successes_meanwhile(incident) == 0
           && !incident_estimates_successes(incident);
}

bool incident_tells_successes(const struct incident *incident)
{
    if (incident->scope == INCIDENT_PATH)
        return false;
    return incident->scope != INCIDENT_CLIENT || incident->has_known_key;
}

bool incident_is_over(const struct incident *incident, int64_t end_ns)
{
    if (incident->merged_into[0] != '\0')
        return true;
    if (incident_is_total(incident) && incident->established.last_ns > incident->last_ns
        && end_ns - incident->last_ns >= INCIDENT_RECOVERED_NS)
        return true;
    return end_ns - incident->last_ns >= INCIDENT_QUIET_NS;
}

uint64_t incidents_evictions(const struct incidents *incidents)
{
    uint64_t evictions = 0;

    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        evictions += knowledge_table_evictions(incidents->tables[i]);
        if (incidents->is_assigned)
            evictions += knowledge_table_evictions(incidents->assigned[i]);
    }
    return evictions;
}

size_t incidents_memory(const struct incidents *incidents)
{
    size_t memory = 0;

    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        memory += knowledge_table_memory(incidents->tables[i]);
        if (incidents->is_assigned)
            memory += knowledge_table_memory(incidents->assigned[i]);
    }
    return memory;
}
