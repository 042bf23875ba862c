/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident.h"

#include <stdlib.h>

#include "analyze/big_endian.h"
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

void incident_tables_free(struct knowledge_table *tables[INCIDENT_TABLES])
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        knowledge_table_free(tables[i]);
}

bool incident_tables_new(const struct incidents *incidents,
                         struct knowledge_table *tables[INCIDENT_TABLES])
{
    const struct knowledge_table_options options = {
        .record_size = sizeof(struct incident),
        .key_size = INCIDENT_KEY,
        .records_max = incidents->records_max > 0 ? incidents->records_max : INCIDENTS_MAX,
        .hash_key = {incidents->hash_key[0], incidents->hash_key[1]},
    };
    bool are_there = true;

    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        tables[i] = knowledge_table_new(&options);
        are_there = are_there && tables[i] != NULL;
    }
    if (!are_there)
        incident_tables_free(tables);
    return are_there;
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
    if (incident_tables_new(incidents, incidents->tables))
        return incidents;
    free(incidents);
    return NULL;
}

void incidents_free(struct incidents *incidents)
{
    if (incidents == NULL)
        return;
    incident_tables_free(incidents->tables);
    free(incidents);
}

/* As it is compared: in small letters. */
static void add_name(struct text *text, struct bytes name)
{
    uint8_t folded[FOLD_ROOM];
    size_t length = fold_name(folded, name);

    text_add_untrusted(text, bytes_of(folded, length));
}

static uint64_t hash_endpoint(const struct incidents *incidents, const struct endpoint *endpoint,
                              bool with_port)
{
    uint8_t octets[ENDPOINT_OCTETS];

    endpoint_put(octets, endpoint);
    return siphash_1_3(incidents->sketch_key, octets,
                       with_port ? sizeof(octets) : sizeof(endpoint->address.octets));
}

static void note_target(struct incident *incident, const struct incident_failure *failure)
{
    const struct proxy_target *target = &failure->target;
    struct text name = text_begin(incident->target, sizeof(incident->target));
    struct endpoint endpoint = {0};

    if (!failure->has_target)
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

static enum incident_scope scope_of(enum incident_table table,
                                    const struct incident_failure *failure)
{
    if (table == INCIDENT_OF_CLIENT)
        return INCIDENT_CLIENT;
    if (table == INCIDENT_ON_PATH)
        return INCIDENT_PATH;
    return incident_is_about_name(failure) ? INCIDENT_NAME : INCIDENT_SERVER;
}

static void begin(struct incident *incident, const struct incident_failure *failure,
                  enum incident_table table)
{
    const struct endpoint *ends = failure->connection->endpoint;
    struct incident before = *incident;
    struct text name = text_begin(incident->name, sizeof(incident->name));

    *incident = (struct incident){.generation = before.generation};
    memcpy(incident->key, before.key, sizeof(incident->key));
    incident->scope = scope_of(table, failure);
    incident->cause = failure->cause;
    incident->refused_by = failure->refused_by;
    incident->server = ends[SIDE_SERVER];
    incident->client = ends[SIDE_CLIENT];
    incident->first_ns = INT64_MAX;
    add_name(&name, failure->name);
    if (table == INCIDENT_AT_SERVER) {
        incident->way = failure->way;
        note_target(incident, failure);
    }
    if (table == INCIDENT_ON_PATH)
        incident->path = incident_path_of(failure);
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

static void note_certificate_limit(struct incident *incident,
                                   const struct incident_failure *failure)
{
    if (incident->has_certificate_limit || !failure->has_limit)
        return;
    incident->certificate_limit = failure->certificate_limit;
    incident->has_certificate_limit = true;
}

static void note_name(struct incident *incident, const struct incident_failure *failure)
{
    char buffer[INCIDENT_NAME_SIZE];
    struct text name = text_begin(buffer, sizeof(buffer));

    add_name(&name, failure->name);
    if (strcmp(incident->name, buffer) != 0)
        incident->more_names = true;
}

/* The party of the incident, as far as something is known of it. */
static void note_party(struct incident *incident, const struct incident_failure *failure)
{
    if (incident->has_known_key)
        return;
    incident->has_known_key = true;
    if (incident->scope == INCIDENT_CLIENT && failure->client != NULL)
        memcpy(incident->known_key, failure->client->key, sizeof(failure->client->key));
    else if (incident->scope == INCIDENT_SERVER && failure->server != NULL)
        memcpy(incident->known_key, failure->server->key, sizeof(failure->server->key));
    else if (incident->scope == INCIDENT_NAME && failure->named != NULL)
        memcpy(incident->known_key, failure->named->key, sizeof(failure->named->key));
    else
        incident->has_known_key = false;
}

/* What that party managed, as far as it is known by now. */
static void note_successes(struct incident *incident, const struct incident_failure *failure)
{
    const struct known_count *successes = NULL;

    if (incident->scope == INCIDENT_CLIENT && failure->client != NULL)
        successes = &failure->client->established;
    else if (incident->scope == INCIDENT_SERVER && failure->server != NULL)
        successes = &failure->server->established;
    else if (incident->scope == INCIDENT_NAME && failure->named != NULL)
        successes = &failure->named->established;
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
                  const struct incident_failure *failure, const struct incident_past *past)
{
    const struct endpoint *ends = failure->connection->endpoint;

    incident->failures++;
    incident->scans += failure->is_of_scan;
    if (failure->confidence > incident->confidence)
        incident->confidence = failure->confidence;
    note_certificate_limit(incident, failure);
    note_time(incident, failure->connection->first.time_ns, past);
    note_name(incident, failure);
    note_party(incident, failure);
    note_successes(incident, failure);
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

void incident_add_to(struct incidents *incidents, enum incident_table table,
                     const struct incident_failure *failure, const struct incident_past *past)
{
    int64_t at_ns = failure->connection->first.time_ns;
    struct incident_key key;
    struct incident *incident;

    if (!incident_key_of(incidents->hash_key, table, failure, &key))
        return;
    incident = knowledge_table_get(incidents->tables[table], &key);
    if (incident != NULL && incident->failures > 0 && was_over(incident, at_ns, past))
        incident = incident_archive(incidents->tables[table], incident);
    if (incident == NULL)
        return;
    if (incident->failures == 0)
        begin(incident, failure, table);
    count(incidents, incident, failure, past);
}

void incidents_add(struct incidents *incidents, const struct incident_failure *failure,
                   const struct incident_past *past)
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        incident_add_to(incidents, (enum incident_table)i, failure, past);
}

/* The one that was going on at the time, which may be over. */
static struct incident *find_in(const struct incidents *incidents, enum incident_table table,
                                const struct incident_failure *failure)
{
    int64_t at_ns = failure->connection->first.time_ns;
    struct incident_key key;
    struct incident *found;

    if (!incident_key_of(incidents->hash_key, table, failure, &key))
        return NULL;
    found = knowledge_table_find(incidents->tables[table], &key);
    while (found != NULL && at_ns < found->first_ns && found->generation > 0) {
        struct incident *earlier;

        incident_key_set_generation(&key, found->generation);
        earlier = knowledge_table_find(incidents->tables[table], &key);
        if (earlier == NULL)
            break;
        found = earlier;
    }
    return found;
}

void incidents_take_back(struct incidents *incidents, const struct incident_failure *failure,
                         const struct cause *cause)
{
    struct incident_failure before = *failure;

    before.cause = cause;
    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        struct incident *incident = find_in(incidents, (enum incident_table)i, &before);

        if (incident != NULL && incident->failures > 0)
            incident->failures--;
    }
}

void incidents_move_folded(struct incidents *incidents, const struct incident_failure *failure,
                           const struct earlier_verdict *earlier, struct incident *now)
{
    struct incident_failure before = *failure;

    before.cause = earlier->cause;
    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        struct incident *incident = find_in(incidents, (enum incident_table)i, &before);
        char id[INCIDENT_ID_SIZE];

        if (incident != NULL && incident->folded > 0
            && strcmp(incident_id(incident, id), earlier->incident) == 0)
            incident->folded--;
    }
    if (now != NULL)
        now->folded++;
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

static void find_all(const struct incidents *incidents, const struct incident_failure *failure,
                     struct incident *found[INCIDENT_TABLES])
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        found[i] = find_in(incidents, (enum incident_table)i, failure);
}

enum incident_table incident_table_of(const struct incidents *incidents,
                                      const struct incident_failure *failure)
{
    struct incident *found[INCIDENT_TABLES];

    find_all(incidents, failure, found);
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

/* Some failure belongs to it; NULL: it would be the only one. */
static struct incident *use(struct incident *incident)
{
    if (incident == NULL || incident->failures < INCIDENT_FAILURES_MIN)
        return NULL;
    incident->is_used = true;
    if (incident->named_ns == 0)
        incident->named_ns = incident->first_ns;
    incident->merged_into[0] = '\0'; /* it explains more again */
    return incident;
}

struct incident *incidents_find(struct incidents *incidents, const struct incident_failure *failure,
                                bool is_growing)
{
    struct incident *found[INCIDENT_TABLES];
    struct incident *chosen;
    enum incident_table table;

    if (incidents->is_assigned)
        return use(find_in(incidents, failure->table, failure));
    find_all(incidents, failure, found);
    table = choose(found);
    chosen = use(found[table]);
    if (chosen != NULL && is_growing)
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
    uint64_t evictions = incidents->evictions;

    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        evictions += knowledge_table_evictions(incidents->tables[i]);
    return evictions;
}

size_t incidents_memory(const struct incidents *incidents)
{
    size_t memory = 0;

    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        memory += knowledge_table_memory(incidents->tables[i]);
    return memory;
}
