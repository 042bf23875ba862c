/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/tally.h"

#include <stdlib.h>

#include "capture/siphash.h"

enum {
    SLOTS_FIRST = 64,
    ALLOCATION_OCTETS = 16 /* what the C library needs for each */
};

/* Rows in the order of coming, and a hash table of their places. */
struct table {
    struct tally_row *rows;
    size_t count;
    size_t room;
    size_t *slots;     /* place + 1; 0: free */
    size_t slot_count; /* a power of two */
    uint64_t hash_key[2];
    uint64_t left_out;
};

struct tally {
    struct table tables[TALLY_TABLES];
    struct tally_limits limits;
    size_t memory; /* octets of all tables */
};

struct tally *tally_new(const struct tally_limits *limits, const uint64_t hash_key[2])
{
    struct tally *tally = calloc(1, sizeof(*tally));

    if (tally == NULL)
        return NULL;
    tally->limits = *limits;
    for (size_t i = 0; i < TALLY_TABLES; i++)
        memcpy(tally->tables[i].hash_key, hash_key, sizeof(tally->tables[i].hash_key));
    return tally;
}

static void release_table(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        distinct_release(&table->rows[i].clients);
        distinct_release(&table->rows[i].servers);
    }
    free(table->rows);
    free(table->slots);
}

void tally_free(struct tally *tally)
{
    if (tally == NULL)
        return;
    for (size_t i = 0; i < TALLY_TABLES; i++)
        release_table(&tally->tables[i]);
    free(tally);
}

uint64_t tally_sum(uint64_t a, uint64_t b)
{
    return a < TALLY_COUNT_MAX && b < TALLY_COUNT_MAX - a ? a + b : TALLY_COUNT_MAX;
}

static bool is_same(const struct tally_key *a, const struct tally_key *b)
{
    return a->cause == b->cause && a->port == b->port
           && memcmp(&a->address, &b->address, sizeof(a->address)) == 0;
}

static uint64_t hash_of(const struct table *table, const struct tally_key *key)
{
    uint8_t octets[sizeof(key->address) + sizeof(key->port) + sizeof(key->cause)];
    uint8_t *end = octets;

    memcpy(end, &key->address, sizeof(key->address));
    memcpy(end += sizeof(key->address), &key->port, sizeof(key->port));
    memcpy(end + sizeof(key->port), &key->cause, sizeof(key->cause));
    return siphash_1_3(table->hash_key, octets, sizeof(octets));
}

/* The slot of a key, or the free one where it belongs. There is always one. */
static size_t *find_slot(const struct table *table, const struct tally_key *key)
{
    size_t mask = table->slot_count - 1;
    size_t slot = (size_t)hash_of(table, key) & mask;

    while (table->slots[slot] != 0 && !is_same(&table->rows[table->slots[slot] - 1].key, key))
        slot = (slot + 1) & mask;
    return &table->slots[slot];
}

static size_t slots_next(const struct table *table)
{
    return table->slot_count > 0 ? 2 * table->slot_count : SLOTS_FIRST;
}

/* At most half of the slots are used. */
static bool grow(struct table *table)
{
    size_t slot_count = slots_next(table);
    struct tally_row *rows = realloc(table->rows, slot_count / 2 * sizeof(rows[0]));
    size_t *slots;

    if (rows == NULL)
        return false;
    table->rows = rows;
    slots = calloc(slot_count, sizeof(slots[0]));
    if (slots == NULL)
        return false;
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    table->room = slot_count / 2;
    for (size_t i = 0; i < table->count; i++)
        *find_slot(table, &table->rows[i].key) = i + 1;
    return true;
}

/* The row of a key, NULL when there is none. */
static struct tally_row *find_row(const struct table *table, const struct tally_key *key)
{
    size_t slot = table->slot_count > 0 ? *find_slot(table, key) : 0;

    return slot > 0 ? &table->rows[slot - 1] : NULL;
}

/* One more row. NULL: no memory. */
static struct tally_row *make_row(struct table *table, const struct tally_key *key)
{
    if ((table->rows == NULL || table->count == table->room) && !grow(table))
        return NULL;
    table->rows[table->count] = (struct tally_row){.key = *key};
    *find_slot(table, key) = table->count + 1;
    return &table->rows[table->count++];
}

/* Octets that a connection more may need, in the row that is there, or in one more. */
static size_t growth(const struct table *table, const struct tally_row *there,
                     const struct tally_row *row)
{
    static const struct tally_row none = {0};
    const struct tally_row *sum = there != NULL ? there : &none;
    size_t octets = 0;

    if (row->clients.count > 0)
        octets += distinct_growth(&sum->clients);
    if (row->servers.count > 0)
        octets += distinct_growth(&sum->servers);
    if (there != NULL)
        return octets;
    if (table->count == table->room)
        octets += (slots_next(table) - table->slot_count)
                  * (sizeof(table->rows[0]) / 2 + sizeof(table->slots[0]));
    return octets + 2 * (size_t)ALLOCATION_OCTETS;
}

static bool add_distinct(struct distinct *sum, const struct distinct *other)
{
    sum->has_more = sum->has_more || other->has_more;
    for (size_t i = 0; i < other->count; i++)
        if (!distinct_add(sum, other->hashes[i]))
            return false;
    return true;
}

bool tally_add_row(struct tally *tally, enum tally_table number, const struct tally_row *row)
{
    struct table *table = &tally->tables[number];
    struct tally_row *sum = find_row(table, &row->key);
    size_t octets = growth(table, sum, row);

    if (octets > tally->limits.memory_max - tally->memory
        || (sum == NULL && table->count == tally->limits.rows_max)) {
        tally_add_left_out(tally, number, row->connections);
        return true;
    }
    if (sum == NULL)
        sum = make_row(table, &row->key);
    if (sum == NULL)
        return false;
    tally->memory += octets;
    if (sum->connections == 0 || row->first_ns < sum->first_ns)
        sum->first_ns = row->first_ns;
    if (sum->connections == 0 || row->last_ns > sum->last_ns)
        sum->last_ns = row->last_ns;
    sum->connections = tally_sum(sum->connections, row->connections);
    return add_distinct(&sum->clients, &row->clients) && add_distinct(&sum->servers, &row->servers);
}

void tally_add_left_out(struct tally *tally, enum tally_table table, uint64_t connections)
{
    uint64_t *left_out = &tally->tables[table].left_out;

    *left_out = tally_sum(*left_out, connections);
}

static uint64_t hash_endpoint(const struct endpoint *endpoint, bool has_port)
{
    uint8_t octets[ENDPOINT_OCTETS];

    endpoint_put(octets, endpoint);
    return distinct_hash(octets, has_port ? sizeof(octets) : sizeof(endpoint->address.octets));
}

bool tally_add(struct tally *tally, const struct verdict *verdict)
{
    const struct endpoint *client = &verdict->facts->connection->endpoint[SIDE_CLIENT];
    const struct endpoint *server = &verdict->facts->connection->endpoint[SIDE_SERVER];
    int64_t began_ns = verdict->facts->connection->first.time_ns;
    uint64_t client_hash = hash_endpoint(client, false);
    uint64_t server_hash = hash_endpoint(server, true);
    const struct distinct clients = {.hashes = &client_hash, .count = 1};
    const struct distinct servers = {.hashes = &server_hash, .count = 1};
    struct tally_row row = {.connections = 1, .first_ns = began_ns, .last_ns = began_ns};

    row.clients = clients;
    row.key = (struct tally_key){
        .address = server->address, .port = server->port, .cause = verdict->cause};
    if (verdict->outcome == OUTCOME_ESTABLISHED)
        return tally_add_row(tally, TALLY_ESTABLISHED, &row);
    if (verdict->outcome != OUTCOME_FAILED)
        return true;
    if (!tally_add_row(tally, TALLY_SERVERS, &row))
        return false;
    row.servers = servers;
    row.key = (struct tally_key){.cause = verdict->cause};
    if (!tally_add_row(tally, TALLY_CAUSES, &row))
        return false;
    row.clients = (struct distinct){0};
    row.key = (struct tally_key){.address = client->address, .cause = verdict->cause};
    return tally_add_row(tally, TALLY_CLIENTS, &row);
}

const char *tally_table_name(enum tally_table table)
{
    static const char *const names[] = {
        [TALLY_CAUSES] = "causes",
        [TALLY_SERVERS] = "servers",
        [TALLY_CLIENTS] = "clients",
        [TALLY_ESTABLISHED] = "established",
    };

    return names[table];
}

static void write_distinct(struct json *json, struct json_at row, const char *key,
                           const struct distinct *distinct)
{
    struct json_at object;
    struct json_at hashes;

    if (distinct->count == 0)
        return;
    object = json_add_object(json, row, key);
    json_add_unsigned(json, object, "count", distinct_count(distinct));
    json_add_bool(json, object, "exact", !distinct->has_more);
    hashes = json_add_array(json, object, "hashes");
    for (size_t i = 0; i < distinct->count; i++) {
        uint8_t octets[sizeof(distinct->hashes[i])];

        for (size_t octet = 0; octet < sizeof(octets); octet++)
            octets[octet] = (uint8_t)(distinct->hashes[i] >> (56 - 8 * octet));
        json_append_hex(json, hashes, bytes_of(octets, sizeof(octets)));
    }
}

static void write_row(struct json *json, struct json_at array, enum tally_table table,
                      const struct tally_row *row)
{
    struct json_at object = json_append_object(json, array);
    char text[ADDRESS_TEXT_MAX];

    if (table != TALLY_CAUSES)
        json_add_text(json, object, "ip", address_format(&row->key.address, text));
    if (table == TALLY_SERVERS || table == TALLY_ESTABLISHED)
        json_add_unsigned(json, object, "port", row->key.port);
    if (row->key.cause != NULL)
        json_add_constant(json, object, "cause", row->key.cause->id);
    json_add_unsigned(json, object, "connections", row->connections);
    json_add_time(json, object, "first", row->first_ns);
    json_add_time(json, object, "last", row->last_ns);
    write_distinct(json, object, "clients", &row->clients);
    write_distinct(json, object, "servers", &row->servers);
}

/* For qsort: by address, port and identifier of the cause. */
static int compare(const void *left, const void *right)
{
    const struct tally_key *a = &(*(const struct tally_row *const *)left)->key;
    const struct tally_key *b = &(*(const struct tally_row *const *)right)->key;
    int order = memcmp(&a->address, &b->address, sizeof(a->address));

    if (order == 0)
        order = (a->port > b->port) - (a->port < b->port);
    if (order == 0 && a->cause != NULL && b->cause != NULL)
        order = strcmp(a->cause->id, b->cause->id);
    return order;
}

static bool write_table(struct json *json, struct json_at object, enum tally_table number,
                        const struct table *table)
{
    struct json_at array = json_add_array(json, object, tally_table_name(number));
    const struct tally_row **rows;

    if (table->count == 0)
        return true;
    rows = calloc(table->count, sizeof(rows[0]));
    if (rows == NULL)
        return false;
    for (size_t i = 0; i < table->count; i++)
        rows[i] = &table->rows[i];
    qsort(rows, table->count, sizeof(rows[0]), compare);
    for (size_t i = 0; i < table->count; i++)
        write_row(json, array, number, rows[i]);
    free(rows);
    return true;
}

bool tally_write(const struct tally *tally, struct json *json, struct json_at object)
{
    struct json_at left_out;

    for (size_t i = 0; i < TALLY_TABLES; i++)
        if (!write_table(json, object, (enum tally_table)i, &tally->tables[i]))
            return false;
    left_out = json_add_object(json, object, "left_out");
    for (size_t i = 0; i < TALLY_TABLES; i++)
        json_add_unsigned(json, left_out, tally_table_name((enum tally_table)i),
                          tally->tables[i].left_out);
    return true;
}
