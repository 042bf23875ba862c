/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/report_parts.h"
#include "capture/region.h"

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

static int compare_places(const struct address *a, uint16_t a_port, const struct address *b,
                          uint16_t b_port)
{
    int order = memcmp(a->octets, b->octets, sizeof(a->octets));

    return order != 0 ? order : a_port - b_port;
}

int report_server_compare(const struct report_server *a, const struct report_server *b)
{
    return compare_places(&a->address, a->port, &b->address, b->port);
}

int report_key_compare(const struct report_key *a, const struct report_key *b)
{
    int order = compare_places(&a->address, a->port, &b->address, b->port);

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
    return server->port == endpoint->port
           && memcmp(&server->address, &endpoint->address, sizeof(endpoint->address)) == 0;
}

/* Where a server stands, or one of those before it. */
static size_t first_place(const struct report *report, const struct endpoint *endpoint)
{
    return hash_server(report, endpoint) & (report->server_slots - 1);
}

/* There are more places than servers: one of them is not used. */
static struct report_server *place_of(const struct report *report, const struct endpoint *endpoint)
{
    size_t place = first_place(report, endpoint);

    while (report->servers[place].is_used && !is_server(&report->servers[place], endpoint))
        place = (place + 1) & (report->server_slots - 1);
    return &report->servers[place];
}

static bool have_servers(struct report *report)
{
    if (report->servers == NULL)
        report->servers = region_new(report->server_slots * sizeof(*report->servers));
    return report->servers != NULL;
}

struct report_server *report_server_get(struct report *report, const struct endpoint *endpoint)
{
    struct report_server *server = have_servers(report) ? place_of(report, endpoint) : NULL;

    if (server == NULL || server->is_used)
        return server;
    if (report->server_count >= report->servers_max)
        return NULL;
    server->address = endpoint->address;
    server->port = endpoint->port;
    server->is_used = true;
    report->server_count++;
    return server;
}

struct report_server_details *report_server_detail(struct report_server *server)
{
    if (server->details == NULL)
        server->details = calloc(1, sizeof(*server->details));
    return server->details;
}

void report_expect(const struct report *report, const struct endpoint *server)
{
    if (report->servers != NULL)
        fetch(&report->servers[first_place(report, server)], sizeof(*report->servers));
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
    for (size_t i = 0; count < report->server_count; i++)
        if (report->servers[i].is_used)
            servers[count++] = &report->servers[i];
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
    }
    for (size_t i = 0; report->servers != NULL && i < report->server_slots; i++) {
        if (report->servers[i].details == NULL)
            continue;
        free(report->servers[i].details->posture);
        free(report->servers[i].details);
    }
    region_free(report->servers, report->server_slots * sizeof(*report->servers));
}
