/* SPDX-License-Identifier: GPL-2.0-or-later */
/* issuer_history.h -- who issued the certificates of each server name, so that another issuer is
 * noticed: an authority that was changed, or somebody in between who makes certificates of his own.
 */
#ifndef TLSWHY_ANALYZE_ISSUER_HISTORY_H
#define TLSWHY_ANALYZE_ISSUER_HISTORY_H

#include "analyze/chain.h"
#include "analyze/facts.h"

enum {
    ISSUER_NAMES_MAX = 4096, /* server names, of 0.9 KiB each: 4 MiB */
    ISSUERS_OF_NAME = 4,     /* different issuers of one name's certificates that are kept */
    ISSUER_TEXT_SIZE = 128   /* of an issuer's name, NUL included */
};

/* Where a certificate by one issuer was seen first. */
struct issuer_sighting {
    struct certificate_name_id issuer;
    /* The anchor's name, or that of a self-issued end; zero: none. */
    struct certificate_name_id root;
    bool is_anchored; /* the chain ended in the trust store */
    struct moment at;
    struct endpoint server;
    char text[ISSUER_TEXT_SIZE]; /* the issuer's distinguished name, cut with "..." */
};

struct issuer_history;

/* A history of nothing, of at most names_max names, 0: ISSUER_NAMES_MAX; hash_key is secret,
 * random in production. NULL: no memory. */
struct issuer_history *issuer_history_new(const uint64_t hash_key[2], uint32_t names_max);
void issuer_history_free(struct issuer_history *history); /* NULL is harmless */

/* Learn from a connection whose server's certificates were examined. Others, and those without a
 * server name, tell nothing. */
void issuer_history_learn(struct issuer_history *history, const struct facts *facts);

/* The first issuer of this name's certificates, when the one of this connection came later and
 * is another that does not lead to the same root. An issuer that is anchored like the first one,
 * as with two authorities of one site, counts where it is seen first, and no more. NULL: no
 * such. Valid until the next issuer_history_learn. */
const struct issuer_sighting *issuer_history_find(struct issuer_history *history,
                                                  const struct facts *facts);

/* As insight_walk, insight_clear and insight_set_hash_key. */
struct state_codec;
void issuer_history_walk(struct issuer_history *history, struct state_codec *codec);
void issuer_history_clear(struct issuer_history *history);
void issuer_history_set_hash_key(struct issuer_history *history, const uint64_t hash_key[2]);

/* Names that were forgotten to make room for others. */
uint64_t issuer_history_evictions(const struct issuer_history *history);

/* Octets allocated. */
size_t issuer_history_memory(const struct issuer_history *history);

#endif
