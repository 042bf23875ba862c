/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident.h"

#include <stdlib.h>

#include "analyze/incident_internal.h"

static struct knowledge_table *new_table(struct incidents *incidents)
{
    const struct knowledge_table_options options = {
        .record_size = sizeof(struct incident),
        .key_size = INCIDENT_KEY,
        .records_max = incidents->records_max > 0 ? incidents->records_max : INCIDENTS_MAX,
        .hash_key = {incidents->hash_key[0], incidents->hash_key[1]},
        .is_spared = incident_is_spared,
        .evict = incident_evict,
        .context = incidents,
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
        incidents->tables[i] = new_table(incidents);
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
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        knowledge_table_free(incidents->tables[i]);
    free(incidents->evicted);
    free(incidents);
}

/* A full table may give the archived record the very place of the one that was there. */
struct incident *incident_archive(struct knowledge_table *table, struct incident *incident)
{
    const struct incident copy = *incident;
    struct incident_key key;
    struct incident *kept;
    struct incident *current;

    memcpy(key.octets, copy.key, sizeof(key.octets));
    incident_key_set_generation(&key, copy.generation + 1);
    incident->told = INCIDENT_CLOSED; /* what is to be told yet is told of the one that is kept */
    kept = knowledge_table_get(table, &key);
    if (kept == NULL && incident_is_spared(&copy)) {
        incident->told = copy.told;
        return NULL;
    }
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
                     struct incident_failure *failure, const struct incident_past *past)
{
    int64_t at_ns = failure->connection->first.time_ns;
    struct incident_key key;
    struct incident *incident;

    failure->number[table] = 0;
    if (!incident_key_of(incidents->hash_key, table, failure, &key))
        return;
    incident = knowledge_table_get(incidents->tables[table], &key);
    if (incident != NULL && incident->failures > 0 && was_over(incident, at_ns, past))
        incident = incident_archive(incidents->tables[table], incident);
    if (incident == NULL)
        return;
    if (incident->failures == 0)
        incident_begin(incident, failure, table);
    failure->number[table] = incident->generation + 1;
    incident_count(incidents, incident, failure, past);
}

void incidents_add(struct incidents *incidents, struct incident_failure *failure,
                   const struct incident_past *past)
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        incident_add_to(incidents, (enum incident_table)i, failure, past);
}

/* The one of this number with the key of the latest. */
static struct incident *find_numbered(struct knowledge_table *table, struct incident *latest,
                                      const struct incident_key *key, uint32_t number)
{
    struct incident_key archived = *key;

    if (latest != NULL && latest->generation + 1 == number)
        return latest;
    incident_key_set_generation(&archived, number);
    return knowledge_table_find(table, &archived);
}

/* The latest one that had begun by then. */
static struct incident *find_begun(struct knowledge_table *table, struct incident *latest,
                                   const struct incident_key *key, int64_t at_ns)
{
    struct incident *found = latest;

    while (found != NULL && at_ns < found->first_ns)
        found = found->generation > 0 ? find_numbered(table, NULL, key, found->generation) : NULL;
    return found;
}

/* The one that a failure was counted with, which may be over. NULL: it had to make room. */
static struct incident *find_in(const struct incidents *incidents, enum incident_table table,
                                const struct incident_failure *failure)
{
    int64_t at_ns = failure->connection->first.time_ns;
    struct knowledge_table *records = incidents->tables[table];
    struct incident_key key;
    struct incident *found;

    if (!incident_key_of(incidents->hash_key, table, failure, &key))
        return NULL;
    found = knowledge_table_find(records, &key);
    if (failure->number[table] != 0)
        found = find_numbered(records, found, &key, failure->number[table]);
    else
        found = find_begun(records, found, &key, at_ns);
    /* One that had to make room may have left its number to another one. */
    return found != NULL && found->first_ns <= at_ns && at_ns <= found->last_ns ? found : NULL;
}

/* A failure as it was counted: with which incident is known of its own cause alone. */
static struct incident_failure with_cause(const struct incident_failure *failure,
                                          const struct cause *cause)
{
    struct incident_failure before = *failure;

    if (cause != failure->cause)
        memset(before.number, 0, sizeof(before.number));
    before.cause = cause;
    return before;
}

void incidents_take_back(struct incidents *incidents, const struct incident_failure *failure,
                         const struct cause *cause)
{
    const struct incident_failure before = with_cause(failure, cause);

    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        struct incident *incident = find_in(incidents, (enum incident_table)i, &before);
        bool is_counted = !incidents->is_assigned || failure->table == i;

        if (is_counted && incident != NULL && incident->failures > 0)
            incident->failures--;
    }
}

void incidents_move_folded(struct incidents *incidents, const struct incident_failure *failure,
                           const struct earlier_verdict *earlier, struct incident *now)
{
    const struct incident_failure before = with_cause(failure, earlier->cause);

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
    return incident_choice(found, failure);
}

/* Not by one that has less than half as many failures, nor when it went on by itself after that:
 * whoever is told of it would hear of its end and its return for as long as both last. */
static bool is_explained(const struct incident *incident, const struct incident *by)
{
    return incident->is_used && incident->merged_into[0] == '\0' && !incident->is_reopened
           && 2 * by->failures >= incident->failures;
}

/* What the failures before made of it, and what explains more now. */
static void merge(struct incident *const found[INCIDENT_TABLES], enum incident_table chosen)
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        if (i != chosen && found[i] != NULL && is_explained(found[i], found[chosen]))
            (void)incident_id(found[chosen], found[i]->merged_into);
}

/* It was told as closed, for it was merged, and goes on under its identifier. */
static void reopen(struct incident *incident)
{
    incident->is_reopened = true;
    incident->told = INCIDENT_UPDATED;
    incident->told_failures = 0; /* that is told with the next news */
    incident->told_ns = 0;
}

/* Some failure belongs to it; NULL: it would be the only one. */
static struct incident *use(struct incident *incident)
{
    if (incident == NULL || incident->failures < INCIDENT_FAILURES_MIN)
        return NULL;
    incident->is_used = true;
    if (incident->named_ns == 0)
        incident->named_ns = incident->first_ns;
    if (incident->merged_into[0] != '\0' && incident->told == INCIDENT_CLOSED)
        reopen(incident);
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
    table = incident_choice(found, failure);
    chosen = use(found[table]);
    if (chosen != NULL && is_growing)
        merge(found, table);
    return chosen;
}

void incidents_settle(struct incidents *incidents, struct incident_failure *failure,
                      const struct incident_past *past)
{
    const struct incident *of_client = find_in(incidents, INCIDENT_OF_CLIENT, failure);

    if (failure->table != INCIDENT_OF_CLIENT || of_client == NULL
        || incident_spans_servers(of_client))
        return;
    incidents_take_back(incidents, failure, failure->cause);
    failure->table = INCIDENT_AT_SERVER;
    incidents_assign(incidents, failure, past);
}

uint64_t incidents_evictions(const struct incidents *incidents)
{
    uint64_t evictions = 0;

    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        evictions += knowledge_table_evictions(incidents->tables[i]);
    return evictions;
}

uint64_t incidents_refusals(const struct incidents *incidents)
{
    uint64_t refusals = 0;

    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        refusals += knowledge_table_refusals(incidents->tables[i]);
    return refusals;
}

size_t incidents_memory(const struct incidents *incidents)
{
    size_t memory = 0;

    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        memory += knowledge_table_memory(incidents->tables[i]);
    if (incidents->evicted != NULL)
        memory += INCIDENTS_EVICTED_MAX * sizeof(struct incident);
    return memory;
}
