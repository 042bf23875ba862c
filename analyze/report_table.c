/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/report_parts.h"

static size_t entry_bucket(const struct report *report, const struct report_key *key)
{
    const uint8_t numbers[] = {(uint8_t)(key->port >> 8), (uint8_t)key->port, key->refusal, key->by,
                               key->alert};
    uint8_t octets[sizeof(key->address.octets) + sizeof(numbers) + sizeof(key->name)];
    size_t length = 0;

    memcpy(octets, key->address.octets, sizeof(key->address.octets));
    length += sizeof(key->address.octets);
    memcpy(octets + length, numbers, sizeof(numbers));
    length += sizeof(numbers);
    memcpy(octets + length, key->name, strlen(key->name));
    length += strlen(key->name);
    return siphash_1_3(report->options.hash_key, octets, length) % REPORT_BUCKETS;
}

/* Of every connection: its server. */
static uint32_t hash_server(const struct report *report, const struct endpoint *key)
{
    uint8_t octets[sizeof(key->address.octets) + sizeof(key->port)];

    memcpy(octets, key->address.octets, sizeof(key->address.octets));
    memcpy(octets + sizeof(key->address.octets), &key->port, sizeof(key->port));
    return table_hash(&report->server_hash, octets, sizeof(octets));
}

int report_key_compare(const struct report_key *a, const struct report_key *b)
{
    int order = memcmp(a->address.octets, b->address.octets, sizeof(a->address.octets));

    if (order == 0)
        order = a->port - b->port;
    if (order == 0)
        order = strcmp(a->name, b->name);
    if (order == 0)
        order = a->refusal - b->refusal;
    if (order == 0)
        order = a->by - b->by;
    return order != 0 ? order : a->alert - b->alert;
}

static bool is_same(const struct report_key *a, const struct report_key *b)
{
    return a->cause == b->cause && report_key_compare(a, b) == 0;
}

struct report_entry *report_entry_find(const struct report *report, const struct report_key *key)
{
    struct report_entry *entry = report->entry_buckets[entry_bucket(report, key)];

    while (entry != NULL && !is_same(&entry->key, key))
        entry = entry->next;
    return entry;
}

struct report_entry *report_entry_get(struct report *report, const struct report_key *key)
{
    struct report_entry **bucket = &report->entry_buckets[entry_bucket(report, key)];
    struct report_entry *entry = report_entry_find(report, key);

    if (entry != NULL || report->entry_count >= report->entries_max)
        return entry;
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->key = *key;
    entry->next = *bucket;
    *bucket = entry;
    report->entry_count++;
    return entry;
}

static bool is_server(const struct report_server *server, const struct endpoint *endpoint)
{
    return server->key.port == endpoint->port
           && memcmp(&server->key.address, &endpoint->address, sizeof(endpoint->address)) == 0;
}

struct report_server *report_server_get(struct report *report, const struct endpoint *endpoint)
{
    uint32_t hash = hash_server(report, endpoint);
    struct report_bucket *bucket = &report->server_buckets[hash % REPORT_BUCKETS];
    uint32_t mark = UINT32_C(1) << (hash >> 27);
    struct report_server *server = (bucket->marks & mark) != 0 ? bucket->first : NULL;

    while (server != NULL && !is_server(server, endpoint))
        server = server->next;
    if (server != NULL || report->server_count >= report->servers_max)
        return server;
    server = calloc(1, sizeof(*server));
    if (server == NULL)
        return NULL;
    server->key.address = endpoint->address;
    server->key.port = endpoint->port;
    server->next = bucket->first;
    bucket->first = server;
    bucket->marks |= mark;
    report->server_count++;
    return server;
}

struct report_entry **report_entries(const struct report *report,
                                     int (*compare)(const void *, const void *))
{
    struct report_entry **entries = malloc((report->entry_count + 1) * sizeof(*entries));
    size_t count = 0;

    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < REPORT_BUCKETS; i++)
        for (struct report_entry *entry = report->entry_buckets[i]; entry != NULL;
             entry = entry->next)
            entries[count++] = entry;
    qsort(entries, count, sizeof(entries[0]), compare);
    return entries;
}

struct report_server **report_servers(const struct report *report,
                                      int (*compare)(const void *, const void *))
{
    struct report_server **servers = malloc((report->server_count + 1) * sizeof(*servers));
    size_t count = 0;

    if (servers == NULL)
        return NULL;
    for (size_t i = 0; i < REPORT_BUCKETS; i++)
        for (struct report_server *server = report->server_buckets[i].first; server != NULL;
             server = server->next)
            servers[count++] = server;
    qsort(servers, count, sizeof(servers[0]), compare);
    return servers;
}

void report_tables_free(struct report *report)
{
    for (size_t i = 0; i < REPORT_BUCKETS; i++) {
        while (report->entry_buckets[i] != NULL) {
            struct report_entry *entry = report->entry_buckets[i];

            report->entry_buckets[i] = entry->next;
            free(entry);
        }
        while (report->server_buckets[i].first != NULL) {
            struct report_server *server = report->server_buckets[i].first;

            report->server_buckets[i].first = server->next;
            free(server->posture);
            free(server);
        }
    }
}
