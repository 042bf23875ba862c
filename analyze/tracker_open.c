/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracker_open.c -- how a tracker shares out its memory. */
#include <stdlib.h>

#include "analyze/tracker_internal.h"

enum {
    /* What knowledge (29 MiB), incidents (10) and insight (6) need at their usual limits, about.
     * Where all servers fail and all clients are unusual, knowledge needs 22 MiB more; the usual
     * memory has a third of these. */
    LEARNED_OCTETS = 48 << 20,
    LEARNED_OCTETS_MIN = 1 << 20,
    /* Memory of sessions that stays for those that begin when others end: this part of all of it,
     * but not more than so many octets, which some thousand need. */
    SPARE_SHARE = 32,
    SPARE_MAX = 4 << 20
};

/* Room for as many as the budget allows; memory comes as they are taken. False: no memory. */
static bool open_sessions(struct tracker *tracker)
{
    const struct tracker_options *options = &tracker->options;
    const size_t own = options->bodies == NULL ? body_table_within(options->memory_max) : 0;
    const size_t share = (options->memory_max - own) / SPARE_SHARE;
    const size_t spare = share < SPARE_MAX ? share : SPARE_MAX;
    const size_t limit = options->memory_max - own - spare;
    size_t count = limit / sizeof(struct session);

    tracker->memory = (struct session_memory){
        .budget = {.limit = limit, .spare_max = spare},
        .bodies = options->bodies != NULL ? options->bodies : body_table_new(own),
    };
    if (count < 1)
        count = 1;
    if (count > POOL_NONE)
        count = POOL_NONE;
    pool_init(&tracker->sessions, sizeof(struct session), (uint32_t)count);
    return tracker->memory.bodies != NULL;
}

/* A limit on records, smaller when memory is. */
static uint32_t scaled(uint32_t records, size_t octets)
{
    if (octets >= LEARNED_OCTETS)
        return records;
    return 1 + (uint32_t)((uint64_t)records * octets / LEARNED_OCTETS);
}

/* A third is for certificates as they were read, as far as they can do with it. */
static struct certificate_cache_limits cache_limits(const struct tracker_options *options)
{
    struct certificate_cache_limits limits = {.octets = options->knowledge_max / 3};

    if (options->knowledge_max == 0 || limits.octets > CERTIFICATE_CACHE_OCTETS)
        limits.octets = CERTIFICATE_CACHE_OCTETS;
    if (limits.octets < CERTIFICATE_CACHE_OCTETS_MIN)
        limits.octets = CERTIFICATE_CACHE_OCTETS_MIN;
    return limits;
}

/* And the rest for what is learned of servers and clients. */
static size_t learned_octets(const struct tracker_options *options)
{
    const size_t cache = cache_limits(options).octets;

    if (options->knowledge_max == 0)
        return LEARNED_OCTETS;
    if (options->knowledge_max < cache + LEARNED_OCTETS_MIN)
        return LEARNED_OCTETS_MIN;
    return options->knowledge_max - cache;
}

static struct knowledge *new_knowledge(const struct tracker_options *options)
{
    const size_t octets = learned_octets(options);
    const struct knowledge_options knowledge = {
        .servers_max = scaled(KNOWLEDGE_SERVERS_MAX, octets),
        .names_max = scaled(KNOWLEDGE_NAMES_MAX, octets),
        .clients_max = scaled(KNOWLEDGE_CLIENTS_MAX, octets),
        .hash_key = {options->hash_key[0], options->hash_key[1]},
        .sketch_key = {options->sketch_key[0], options->sketch_key[1]},
    };

    return knowledge_new(&knowledge);
}

static struct insight *new_insight(const struct tracker_options *options)
{
    const size_t octets = learned_octets(options);
    const struct insight_options insight = {
        .clients_max = scaled(CLOCK_CLIENTS_MAX, octets),
        .names_max = scaled(ISSUER_NAMES_MAX, octets),
        .hash_key = {options->hash_key[0], options->hash_key[1]},
    };

    return insight_new(&insight);
}

static bool all_looks_are_open(const struct tracker *tracker)
{
    for (size_t i = 0; i < TRACKER_LOOKS; i++)
        if (tracker->judged[i] == NULL)
            return false;
    return true;
}

/* What verdicts need. False: no memory. */
static bool open_judging(struct tracker *tracker)
{
    const struct tracker_options *options = &tracker->options;
    const struct certificate_cache_limits cache = cache_limits(options);

    tracker->examiner = examiner_new(options->trust, options->crls, &cache, options->alone);
    tracker->knowledge = new_knowledge(options);
    tracker->insight = new_insight(options);
    tracker->incidents = incidents_new(options->hash_key, options->sketch_key,
                                       scaled(INCIDENTS_MAX, learned_octets(options)));
    tracker->defer = options->defer_max > 0 ? defer_new(options->defer_max) : NULL;
    for (size_t i = 0; i < TRACKER_LOOKS && options->revise_max > 0; i++)
        tracker->judged[i] = defer_new(options->revise_max / TRACKER_LOOKS);
    return tracker->examiner != NULL && tracker->knowledge != NULL && tracker->insight != NULL
           && tracker->incidents != NULL && (tracker->defer != NULL || options->defer_max == 0)
           && (options->revise_max == 0 || all_looks_are_open(tracker));
}

struct tracker *tracker_new(const struct tracker_options *options, const struct verdict_sink *sink)
{
    struct tracker *tracker = calloc(1, sizeof(*tracker));

    if (tracker == NULL)
        return NULL;
    tracker->options = *options;
    tracker->sink = *sink;
    if (open_sessions(tracker) && (options->pass_on.take != NULL || open_judging(tracker)))
        return tracker;
    tracker_free(tracker);
    return NULL;
}

void tracker_free(struct tracker *tracker)
{
    if (tracker == NULL)
        return;
    pool_clear(&tracker->sessions);
    budget_clear(&tracker->memory.budget);
    if (tracker->options.bodies == NULL)
        body_table_free(tracker->memory.bodies);
    defer_free(tracker->defer);
    for (size_t i = 0; i < TRACKER_LOOKS; i++)
        defer_free(tracker->judged[i]);
    knowledge_free(tracker->knowledge);
    insight_free(tracker->insight);
    incidents_free(tracker->incidents);
    examiner_free(tracker->examiner);
    free(tracker);
}

void tracker_set_trust(struct tracker *tracker, struct trust_store *trust,
                       const struct crl_set *crls)
{
    tracker->options.trust = trust;
    tracker->options.crls = crls;
    examiner_set_trust(tracker->examiner, trust, crls);
}
