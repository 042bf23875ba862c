/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/insight.h"

#include <stdlib.h>

struct insight {
    struct clocks *clocks;
    struct issuer_history *issuers;
};

struct insight *insight_new(const struct insight_options *options)
{
    struct insight *insight = calloc(1, sizeof(*insight));

    if (insight == NULL)
        return NULL;
    insight->clocks = clocks_new(options->hash_key, options->clients_max);
    insight->issuers = issuer_history_new(options->hash_key, options->names_max);
    if (insight->clocks == NULL || insight->issuers == NULL) {
        insight_free(insight);
        return NULL;
    }
    return insight;
}

void insight_free(struct insight *insight)
{
    if (insight == NULL)
        return;
    clocks_free(insight->clocks);
    issuer_history_free(insight->issuers);
    free(insight);
}

void insight_learn(struct insight *insight, const struct facts *facts)
{
    clocks_learn(insight->clocks, facts);
    issuer_history_learn(insight->issuers, facts);
}

void insight_apply(struct insight *insight, struct facts *facts)
{
    if (facts->outcome == OUTCOME_FAILED) /* only a cause asks for it */
        facts->client_clock = clocks_find(insight->clocks, facts);
    facts->earlier_issuer = issuer_history_find(insight->issuers, facts);
}

void insight_walk(struct insight *insight, struct state_codec *codec)
{
    clocks_walk(insight->clocks, codec);
    issuer_history_walk(insight->issuers, codec);
}

void insight_clear(struct insight *insight)
{
    clocks_clear(insight->clocks);
    issuer_history_clear(insight->issuers);
}

void insight_set_hash_key(struct insight *insight, const uint64_t hash_key[2])
{
    clocks_set_hash_key(insight->clocks, hash_key);
    issuer_history_set_hash_key(insight->issuers, hash_key);
}

struct insight_counters insight_counters(const struct insight *insight)
{
    return (struct insight_counters){
        .evicted = clocks_evictions(insight->clocks) + issuer_history_evictions(insight->issuers),
        .capture_clock = clocks_capture(insight->clocks),
    };
}

size_t insight_memory(const struct insight *insight)
{
    return clocks_memory(insight->clocks) + issuer_history_memory(insight->issuers);
}
