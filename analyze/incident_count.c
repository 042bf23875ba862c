/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_count.c -- what one more failure adds to an incident. */
#include "analyze/fold.h"
#include "analyze/incident_internal.h"
#include "analyze/summary.h"
#include "capture/siphash.h"

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

void incident_begin(struct incident *incident, const struct incident_failure *failure,
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
    incident->is_half_seen = failure->is_half_seen;
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

/* What is known of the party that an incident is of. */
struct known_party {
    const uint8_t *key;
    size_t key_size;
    const struct known_count *established;
};

/* False: nothing is, or it has no party, as a path. */
static bool find_party(const struct incident *incident, const struct incident_failure *failure,
                       struct known_party *out)
{
    const struct known_client *client = failure->client;
    const struct known_server *server = failure->server;
    const struct known_name *name = failure->named;

    if (incident->scope == INCIDENT_CLIENT && client != NULL)
        *out = (struct known_party){client->key, sizeof(client->key), &client->established};
    else if (incident->scope == INCIDENT_SERVER && server != NULL)
        *out = (struct known_party){server->key, sizeof(server->key), &server->established};
    else if (incident->scope == INCIDENT_NAME && name != NULL)
        *out = (struct known_party){name->key, sizeof(name->key), &name->established};
    else
        return false;
    return true;
}

/* What the party managed, unless later things are known already. */
static void note_established(struct incident *incident, const struct known_count *established)
{
    if (established->last_ns >= incident->established.last_ns)
        incident->established = *established;
}

static void note_party(struct incident *incident, const struct incident_failure *failure)
{
    struct known_party party;

    if (!find_party(incident, failure, &party))
        return;
    if (!incident->has_known_key)
        memcpy(incident->known_key, party.key, party.key_size);
    incident->has_known_key = true;
    note_established(incident, party.established);
}

void incident_refresh(struct incident *incident, struct knowledge *knowledge)
{
    static const enum knowledge_kind kinds[] = {
        [INCIDENT_SERVER] = KNOWLEDGE_SERVER,
        [INCIDENT_NAME] = KNOWLEDGE_NAME,
        [INCIDENT_CLIENT] = KNOWLEDGE_CLIENT,
    };
    const struct known_count *established;

    if (!incident->has_known_key)
        return;
    established = knowledge_established(knowledge, kinds[incident->scope], incident->known_key);
    if (established != NULL)
        note_established(incident, established);
}

void incident_count(const struct incidents *incidents, struct incident *incident,
                    const struct incident_failure *failure, const struct incident_past *past)
{
    const struct endpoint *ends = failure->connection->endpoint;

    incident->failures++;
    incident->scans += failure->is_of_scan;
    incident->is_half_seen = incident->is_half_seen && failure->is_half_seen;
    if (failure->confidence > incident->confidence)
        incident->confidence = failure->confidence;
    note_certificate_limit(incident, failure);
    note_time(incident, failure->connection->first.time_ns, past);
    note_name(incident, failure);
    note_party(incident, failure);
    sketch_add(&incident->clients, hash_endpoint(incidents, &ends[SIDE_CLIENT], false));
    sketch_add(&incident->servers, hash_endpoint(incidents, &ends[SIDE_SERVER], true));
}
