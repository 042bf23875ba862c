/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/inventory.h"

#include <stdlib.h>

#include "analyze/chain_problem.h"
#include "capture/siphash.h"
#include "capture/time_unit.h"

enum {
    BUCKETS = INVENTORY_ENTRIES_MAX, /* an entry in each */
    DAY = 86400,
    ALLOCATION_OCTETS = 16 /* what malloc(3) adds */
};

/* A certificate as it was read: many servers have the same one, and it is ten times as large as
 * what is to be said of a server. */
struct kept {
    struct kept *next; /* in the same bucket */
    struct certificate certificate;
};

struct inventory {
    struct inventory_options options; /* the levels, highest first */
    struct inventory_sink sink;
    struct inventory_entry *buckets[BUCKETS];
    struct kept *kept[BUCKETS];
    size_t count;
    uint64_t left_out;
    uint64_t hidden;
};

const char *inventory_role_name(enum inventory_role role)
{
    static const char *const names[] = {
        [INVENTORY_SERVER] = "server",
        [INVENTORY_CLIENT] = "client",
        [INVENTORY_ISSUER] = "issuer",
    };

    return names[role];
}

const char *inventory_occasion_name(enum inventory_occasion occasion)
{
    static const char *const names[] = {
        [INVENTORY_FIRST_SEEN] = "first_seen",
        [INVENTORY_EXPIRING] = "expiring",
        [INVENTORY_EXPIRED] = "expired",
        [INVENTORY_LISTED] = "listed",
    };

    return names[occasion];
}

static int compare_levels(const void *a, const void *b)
{
    return *(const uint16_t *)b - *(const uint16_t *)a;
}

size_t inventory_entries_within(size_t octets)
{
    /* No two have a certificate in common, at worst. */
    const size_t entry = sizeof(struct inventory_entry) + ALLOCATION_OCTETS;
    const size_t certificate = sizeof(struct kept) + ALLOCATION_OCTETS;
    const size_t entries = octets / (entry + certificate);

    if (entries < 1)
        return 1;
    return entries < INVENTORY_ENTRIES_MAX ? entries : INVENTORY_ENTRIES_MAX;
}

struct inventory *inventory_new(const struct inventory_options *options,
                                const struct inventory_sink *sink)
{
    struct inventory *inventory = calloc(1, sizeof(*inventory));

    if (inventory == NULL)
        return NULL;
    inventory->options = *options;
    inventory->sink = *sink;
    if (inventory->options.entries_max == 0)
        inventory->options.entries_max = INVENTORY_ENTRIES_MAX;
    qsort(inventory->options.levels, options->level_count, sizeof(options->levels[0]),
          compare_levels);
    return inventory;
}

void inventory_free(struct inventory *inventory)
{
    if (inventory == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (inventory->buckets[i] != NULL) {
            struct inventory_entry *entry = inventory->buckets[i];

            inventory->buckets[i] = entry->next;
            free(entry);
        }
        while (inventory->kept[i] != NULL) {
            struct kept *kept = inventory->kept[i];

            inventory->kept[i] = kept->next;
            free(kept);
        }
    }
    free(inventory);
}

/* The copy of a certificate; NULL when memory is short. */
static const struct certificate *keep(struct inventory *inventory,
                                      const struct certificate *certificate)
{
    uint64_t hash =
        siphash_1_3(inventory->options.hash_key, certificate->sha256, sizeof(certificate->sha256));
    struct kept **bucket = &inventory->kept[hash % BUCKETS];
    struct kept *kept = *bucket;

    while (kept != NULL
           && memcmp(kept->certificate.sha256, certificate->sha256, sizeof(certificate->sha256))
                  != 0)
        kept = kept->next;
    if (kept != NULL)
        return &kept->certificate;
    kept = malloc(sizeof(*kept));
    if (kept == NULL)
        return NULL;
    kept->certificate = *certificate;
    kept->next = *bucket;
    *bucket = kept;
    return &kept->certificate;
}

static struct inventory_entry *new_entry(struct inventory *inventory,
                                         const struct certificate *certificate)
{
    struct inventory_entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL)
        return NULL;
    entry->certificate = keep(inventory, certificate);
    if (entry->certificate != NULL)
        return entry;
    free(entry);
    return NULL;
}

/* The entry of this certificate with this key, new ones zero but for both; NULL when there is no
 * room. */
static struct inventory_entry *get_entry(struct inventory *inventory,
                                         const struct inventory_key *key,
                                         const struct certificate *certificate)
{
    uint64_t hash = siphash_1_3(inventory->options.hash_key, key, sizeof(*key));
    struct inventory_entry **bucket = &inventory->buckets[hash % BUCKETS];
    struct inventory_entry *entry = *bucket;

    while (entry != NULL && memcmp(&entry->key, key, sizeof(*key)) != 0)
        entry = entry->next;
    if (entry != NULL)
        return entry;
    if (inventory->count < inventory->options.entries_max)
        entry = new_entry(inventory, certificate);
    if (entry == NULL) {
        inventory->left_out++;
        return NULL;
    }
    entry->key = *key;
    entry->next = *bucket;
    *bucket = entry;
    inventory->count++;
    return entry;
}

int64_t inventory_days_left(const struct certificate *certificate, int64_t at_ns)
{
    int64_t seconds = certificate->not_after - at_ns / SECOND_NS;

    return seconds >= 0 ? seconds / DAY : -((-seconds + DAY - 1) / DAY);
}

/* How many levels the certificate has passed, one more when it has passed its end. */
static size_t levels_passed(const struct inventory *inventory,
                            const struct certificate *certificate, int64_t at_ns)
{
    int64_t left = certificate->not_after - at_ns / SECOND_NS;
    size_t passed = 0;

    if (!certificate->has_validity)
        return 0;
    if (left < 0)
        return inventory->options.level_count + 1;
    while (passed < inventory->options.level_count
           && left <= (int64_t)inventory->options.levels[passed] * DAY)
        passed++;
    return passed;
}

struct inventory_news inventory_news_of(const struct inventory *inventory,
                                        const struct inventory_entry *entry, int64_t at_ns)
{
    size_t passed = levels_passed(inventory, entry->certificate, at_ns);
    struct inventory_news news = {
        .entry = entry,
        .occasion = INVENTORY_LISTED,
        .at_ns = at_ns,
        .expiry = EXPIRY_FAR,
    };

    if (!entry->certificate->has_validity)
        news.expiry = EXPIRY_UNKNOWN;
    else if (passed > inventory->options.level_count)
        news.expiry = EXPIRY_PAST;
    else if (passed > 0)
        news.expiry = EXPIRY_NEAR;
    if (news.expiry == EXPIRY_NEAR)
        news.level = inventory->options.levels[passed - 1];
    return news;
}

static void tell(const struct inventory *inventory, const struct inventory_entry *entry,
                 enum inventory_occasion occasion)
{
    struct inventory_news news = inventory_news_of(inventory, entry, entry->last_ns);

    news.occasion = occasion;
    if (inventory->sink.take != NULL)
        inventory->sink.take(inventory->sink.context, &news);
}

/* One certificate in one handshake. */
struct sighting {
    const struct facts *facts;
    enum inventory_role role;
    const struct certificate *certificate;
    const struct chain *chain; /* that the certificate is the leaf of; NULL: it is not */
    const struct chain_judgement *judgement; /* of the chain, or of the issuer alone */
    int64_t at_ns;
};

static void set_key(struct inventory_key *key, const struct sighting *sighting)
{
    const struct endpoint *server = &sighting->facts->connection->endpoint[SIDE_SERVER];

    memset(key, 0, sizeof(*key));
    memcpy(key->sha256, sighting->certificate->sha256, sizeof(key->sha256));
    key->role = (uint16_t)sighting->role;
    if (sighting->role != INVENTORY_SERVER)
        return;
    key->address = server->address;
    key->port = server->port;
}

static void update_entry(struct inventory_entry *entry, const struct sighting *sighting)
{
    const struct chain_judgement *judgement = sighting->judgement;

    entry->handshakes++;
    if (sighting->at_ns < entry->first_ns)
        entry->first_ns = sighting->at_ns;
    if (sighting->at_ns > entry->last_ns)
        entry->last_ns = sighting->at_ns;
    entry->problems |= chain_problems_of(judgement);
    if (sighting->chain == NULL)
        return;
    entry->chain_length = sighting->chain->count + sighting->chain->beyond;
    entry->end = judgement->end;
    entry->chain_complete = judgement->chain_complete;
    entry->trust_known = judgement->trust_known;
}

static void see(struct inventory *inventory, const struct sighting *sighting)
{
    struct inventory_key key;
    struct inventory_entry *entry;
    size_t passed;
    bool is_new;

    set_key(&key, sighting);
    entry = get_entry(inventory, &key, sighting->certificate);
    if (entry == NULL)
        return;
    is_new = entry->handshakes == 0;
    if (is_new) {
        entry->first_ns = entry->last_ns = sighting->at_ns;
        memcpy(entry->endpoint, sighting->facts->connection->endpoint, sizeof(entry->endpoint));
    }
    update_entry(entry, sighting);
    passed = levels_passed(inventory, entry->certificate, entry->last_ns);
    if (is_new)
        tell(inventory, entry, INVENTORY_FIRST_SEEN);
    else if (passed > entry->levels_passed)
        tell(inventory, entry,
             passed > inventory->options.level_count ? INVENTORY_EXPIRED : INVENTORY_EXPIRING);
    if (passed > entry->levels_passed)
        entry->levels_passed = passed;
}

/* An issuer is judged by its dates and its strength alone. */
static void see_issuers(struct inventory *inventory, const struct sighting *leaf)
{
    for (size_t i = 1; i < leaf->judgement->path_length; i++) {
        const struct certificate *issuer = leaf->chain->certificates[leaf->judgement->path[i]];
        struct chain_judgement judgement = {.end = CHAIN_END_UNKNOWN, .leaf = issuer};
        struct sighting sighting = *leaf;

        judgement.validity =
            chain_validity_at(issuer, leaf->at_ns / SECOND_NS, &judgement.validity_off_by);
        judgement.validity_of = issuer;
        judgement.weakness = chain_weakness_of(issuer, false);
        judgement.weakness_of = issuer;
        sighting.role = INVENTORY_ISSUER;
        sighting.certificate = issuer;
        sighting.chain = NULL;
        sighting.judgement = &judgement;
        see(inventory, &sighting);
    }
}

static void add_side(struct inventory *inventory, const struct facts *facts, enum side side)
{
    const struct note *note =
        side == SIDE_SERVER ? facts->server_certificate_note : facts->client_certificate_note;
    struct sighting sighting = {
        .facts = facts,
        .role = side == SIDE_SERVER ? INVENTORY_SERVER : INVENTORY_CLIENT,
        .chain = facts->certificates[side],
        .judgement = facts->chain[side],
    };

    if (note == NULL || sighting.chain == NULL || sighting.chain->count == 0
        || sighting.judgement == NULL)
        return;
    sighting.certificate = sighting.chain->certificates[0];
    sighting.at_ns = note->at.time_ns;
    see(inventory, &sighting);
    see_issuers(inventory, &sighting);
}

void inventory_add(struct inventory *inventory, const struct verdict *verdict)
{
    if (verdict->facts->tls13)
        inventory->hidden++;
    add_side(inventory, verdict->facts, SIDE_SERVER);
    add_side(inventory, verdict->facts, SIDE_CLIENT);
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_entries(const void *a, const void *b)
{
    const struct inventory_entry *left = *(const struct inventory_entry *const *)a;
    const struct inventory_entry *right = *(const struct inventory_entry *const *)b;
    int order = left->key.role - right->key.role;

    if (order == 0)
        order = compare_numbers(left->certificate->not_after, right->certificate->not_after);
    return order != 0 ? order : memcmp(&left->key, &right->key, sizeof(left->key));
}

const struct inventory_entry **inventory_entries(const struct inventory *inventory)
{
    const struct inventory_entry **entries = malloc((inventory->count + 1) * sizeof(*entries));
    size_t count = 0;

    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct inventory_entry *entry = inventory->buckets[i]; entry != NULL;
             entry = entry->next)
            entries[count++] = entry;
    qsort(entries, count, sizeof(entries[0]), compare_entries);
    return entries;
}

size_t inventory_count(const struct inventory *inventory)
{
    return inventory->count;
}

uint64_t inventory_left_out(const struct inventory *inventory)
{
    return inventory->left_out;
}

uint64_t inventory_hidden(const struct inventory *inventory)
{
    return inventory->hidden;
}
