/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/report_parts.h"
#include "capture/siphash.h"

static size_t bucket_of(const struct report *report, const struct report_key *key)
{
    return siphash_1_3(report->options.hash_key, key, sizeof(*key)) % REPORT_BUCKETS;
}

static bool is_same(const struct report_key *a, const struct report_key *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

struct report_entry *report_entry_get(struct report *report, const struct report_key *key)
{
    struct report_entry **bucket = &report->entry_buckets[bucket_of(report, key)];
    struct report_entry *entry = *bucket;

    while (entry != NULL && !is_same(&entry->key, key))
        entry = entry->next;
    if (entry != NULL || report->entry_count >= REPORT_ENTRIES_MAX)
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

struct report_server *report_server_get(struct report *report, const struct report_key *key)
{
    struct report_server **bucket = &report->server_buckets[bucket_of(report, key)];
    struct report_server *server = *bucket;

    while (server != NULL && !is_same(&server->key, key))
        server = server->next;
    if (server != NULL || report->server_count >= REPORT_SERVERS_MAX)
        return server;
    server = calloc(1, sizeof(*server));
    if (server == NULL)
        return NULL;
    server->key = *key;
    server->next = *bucket;
    *bucket = server;
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
        for (struct report_server *server = report->server_buckets[i]; server != NULL;
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
        while (report->server_buckets[i] != NULL) {
            struct report_server *server = report->server_buckets[i];

            report->server_buckets[i] = server->next;
            free(server);
        }
    }
}
