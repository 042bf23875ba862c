/* SPDX-License-Identifier: GPL-2.0-or-later */
/* insight.h -- what the hellos and certificates of all connections tell of clocks (clock.h) and
 * issuers (issuer_history.h).
 */
#ifndef TLSWHY_ANALYZE_INSIGHT_H
#define TLSWHY_ANALYZE_INSIGHT_H

#include "analyze/clock.h"
#include "analyze/issuer_history.h"

struct insight_counters {
    uint64_t evicted; /* clients, kinds of hello and names that were forgotten to make room */
    struct capture_clock capture_clock;
};

struct insight;

struct insight_options {
    uint32_t clients_max; /* of clock.h, 0: its default */
    uint32_t names_max;   /* of issuer_history.h, 0: its default */
    uint64_t hash_key[2]; /* secret, random in production */
};

/* Insight into nothing. NULL: no memory. */
struct insight *insight_new(const struct insight_options *options);
void insight_free(struct insight *insight); /* NULL is harmless */

/* Learn from a connection that is over. */
void insight_learn(struct insight *insight, const struct facts *facts);

/* Set facts->client_clock and facts->earlier_issuer, valid until the next insight_learn. */
void insight_apply(struct insight *insight, struct facts *facts);

/* Write or read what it knows (state_codec.h); forget it; take another key, before anything is
 * learned. */
struct state_codec;
void insight_walk(struct insight *insight, struct state_codec *codec);
void insight_clear(struct insight *insight);
void insight_set_hash_key(struct insight *insight, const uint64_t hash_key[2]);

struct insight_counters insight_counters(const struct insight *insight);

/* Octets allocated. */
size_t insight_memory(const struct insight *insight);

#endif
