/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/certificate_cache.h"

#include <stdlib.h>

#include "capture/table_hash.h"

struct entry {
    struct entry *next;  /* in its bucket */
    struct entry *older; /* in the order of use */
    struct entry *newer;
    uint64_t hash;
    struct certificate certificate;
    size_t length;
    uint8_t der[];
};

/* Certificates whose entry is guessed before it is looked for: those of a large network. */
enum { RECENT = 1024 };

struct certificate_cache {
    uint64_t hash_key[2];
    struct table_hash table_hash; /* of the same */
    struct certificate_cache_limits limits;
    struct certificate_cache_stats stats;
    struct entry *oldest;
    struct entry *newest;
    struct entry *recent[RECENT];
    size_t buckets; /* a power of two */
    struct entry *bucket[];
};

static size_t at_least(size_t value, size_t minimum, size_t otherwise)
{
    if (value == 0)
        return otherwise;
    return value < minimum ? minimum : value;
}

struct certificate_cache *certificate_cache_new(const struct certificate_cache_limits *limits)
{
    struct certificate_cache_limits wanted =
        limits != NULL ? *limits : (struct certificate_cache_limits){0};
    struct certificate_cache *cache;
    size_t buckets = 1;

    wanted.entries =
        at_least(wanted.entries, CERTIFICATE_CACHE_ENTRIES_MIN, CERTIFICATE_CACHE_ENTRIES);
    wanted.octets = at_least(wanted.octets, CERTIFICATE_CACHE_OCTETS_MIN, CERTIFICATE_CACHE_OCTETS);
    while (buckets < wanted.entries && buckets < SIZE_MAX / sizeof(struct entry *) / 4)
        buckets *= 2;
    cache = calloc(1, sizeof(*cache) + buckets * sizeof(struct entry *));
    if (cache == NULL)
        return NULL;
    cache->limits = wanted;
    cache->buckets = buckets;
    table_hash_secret(cache->hash_key);
    cache->table_hash = table_hash_of(cache->hash_key);
    return cache;
}

void certificate_cache_free(struct certificate_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->oldest != NULL) {
        struct entry *entry = cache->oldest;

        cache->oldest = entry->newer;
        free(entry);
    }
    free(cache);
}

static struct entry **bucket_of(struct certificate_cache *cache, uint64_t hash)
{
    return &cache->bucket[hash & (cache->buckets - 1)];
}

/* Where an entry is guessed: by the end of a signature, which no two have in common. Who makes
 * certificates for which that is not so gains that they are looked for. */
static struct entry **recent_of(struct certificate_cache *cache, struct bytes der)
{
    uint64_t word = 0;

    if (der.len >= sizeof(word))
        memcpy(&word, der.data + der.len - sizeof(word), sizeof(word));
    return &cache->recent[(word ^ word >> 32 ^ der.len) % RECENT];
}

static void guess_no_more(struct certificate_cache *cache, const struct entry *entry)
{
    struct entry **recent = recent_of(cache, bytes_of(entry->der, entry->length));

    if (*recent == entry)
        *recent = NULL;
}

static bool is_of(const struct entry *entry, struct bytes der)
{
    return bytes_equal(der, bytes_of(entry->der, entry->length));
}

static void use_end(struct certificate_cache *cache, struct entry *entry)
{
    if (entry->older != NULL)
        entry->older->newer = entry->newer;
    else
        cache->oldest = entry->newer;
    if (entry->newer != NULL)
        entry->newer->older = entry->older;
    else
        cache->newest = entry->older;
}

static void use_begin(struct certificate_cache *cache, struct entry *entry)
{
    entry->older = cache->newest;
    entry->newer = NULL;
    if (cache->newest != NULL)
        cache->newest->newer = entry;
    else
        cache->oldest = entry;
    cache->newest = entry;
}

static size_t octets_of(size_t der_length)
{
    return sizeof(struct entry) + der_length;
}

static void evict_oldest(struct certificate_cache *cache)
{
    struct entry *entry = cache->oldest;
    struct entry **link = bucket_of(cache, entry->hash);

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    use_end(cache, entry);
    cache->stats.evictions++;
    cache->stats.entries--;
    cache->stats.octets -= octets_of(entry->length);
    guess_no_more(cache, entry);
    free(entry);
}

static struct entry *entry_find(struct certificate_cache *cache, uint64_t hash, struct bytes der)
{
    struct entry *entry = *bucket_of(cache, hash);

    while (entry != NULL && (entry->hash != hash || !is_of(entry, der)))
        entry = entry->next;
    return entry;
}

static struct entry *entry_add(struct certificate_cache *cache, uint64_t hash, struct bytes der)
{
    struct entry **bucket = bucket_of(cache, hash);
    size_t octets = octets_of(der.len);
    struct entry *entry;

    while (cache->stats.entries == cache->limits.entries
           || octets > cache->limits.octets - cache->stats.octets)
        evict_oldest(cache);
    entry = malloc(octets);
    if (entry == NULL)
        return NULL;
    certificate_read(der, &entry->certificate);
    memcpy(entry->der, der.data, der.len);
    entry->length = der.len;
    entry->hash = hash;
    entry->next = *bucket;
    *bucket = entry;
    use_begin(cache, entry);
    cache->stats.reads++;
    cache->stats.unreadable += entry->certificate.reading != CERTIFICATE_READ;
    cache->stats.entries++;
    cache->stats.octets += octets;
    return entry;
}

/* By a guess, else by the hash; NULL: it is not there. */
static struct entry *find(struct certificate_cache *cache, struct entry **recent, uint64_t *hash,
                          struct bytes der)
{
    if (*recent != NULL && is_of(*recent, der))
        return *recent;
    *hash = table_hash_long(&cache->table_hash, cache->hash_key, der);
    return entry_find(cache, *hash, der);
}

const struct certificate *certificate_cache_get(struct certificate_cache *cache, struct bytes der)
{
    struct entry **recent;
    struct entry *entry;
    uint64_t hash = 0;

    if (der.len == 0 || der.len > CERTIFICATE_DER_MAX)
        return NULL;
    recent = recent_of(cache, der);
    entry = find(cache, recent, &hash, der);
    if (entry == NULL) {
        entry = entry_add(cache, hash, der);
        *recent = entry;
        return entry != NULL ? &entry->certificate : NULL;
    }
    *recent = entry;
    use_end(cache, entry);
    use_begin(cache, entry);
    cache->stats.hits++;
    return &entry->certificate;
}

const struct certificate *certificate_cache_find_issuer(const struct certificate_cache *cache,
                                                        const struct certificate *certificate)
{
    for (const struct entry *entry = cache->newest; entry != NULL; entry = entry->older)
        if (&entry->certificate != certificate
            && certificate_may_issue(&entry->certificate, certificate))
            return &entry->certificate;
    return NULL;
}

struct certificate_cache_stats certificate_cache_stats(const struct certificate_cache *cache)
{
    return cache->stats;
}
