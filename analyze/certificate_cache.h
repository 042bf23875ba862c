/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate_cache.h -- each distinct certificate is read once.
 *
 * A bounded table from DER to struct certificate: a guess or a keyed hash finds the entry, a
 * comparison of all octets confirms it. When full, the entry not used for longest makes room, and
 * is counted.
 */
#ifndef TLSWHY_ANALYZE_CERTIFICATE_CACHE_H
#define TLSWHY_ANALYZE_CERTIFICATE_CACHE_H

#include "analyze/certificate.h"

/* What the cache may hold; 0: the default. Less than the minimum is taken for the minimum, with
 * which the chains of both sides of a connection, as large as they may be, do not evict each
 * other. */
struct certificate_cache_limits {
    size_t entries; /* certificates */
    size_t octets;  /* of memory, DER and facts together */
};

enum {
    CERTIFICATE_CACHE_ENTRIES_MIN = 256,            /* twice 100, and room */
    CERTIFICATE_CACHE_OCTETS_MIN = 8 * 1024 * 1024, /* twice 1 MiB of DER and 100 entries */
    CERTIFICATE_CACHE_ENTRIES = 2048,               /* a large site has some hundred */
    CERTIFICATE_CACHE_OCTETS = 32 * 1024 * 1024     /* 2048 entries of some 13 KiB, and room */
};

struct certificate_cache_stats {
    uint64_t hits;
    uint64_t reads;      /* certificates read: not found in the cache */
    uint64_t unreadable; /* of these, not CERTIFICATE_READ */
    uint64_t evictions;
    size_t entries;
    size_t octets;
};

struct certificate_cache;

/* A cache with these limits (NULL: the defaults) and a secret hash key. NULL: no memory. */
struct certificate_cache *certificate_cache_new(const struct certificate_cache_limits *limits);

/* NULL is harmless. */
void certificate_cache_free(struct certificate_cache *cache);

/* The facts of this certificate, read now or before. The result belongs to the cache and stays
 * where it is while the certificates of no more than two messages (CHAIN_CERTIFICATES_MAX and
 * CHAIN_DER_MAX of chain.h each) are asked for. NULL: no memory, no octets, or more than
 * CERTIFICATE_DER_MAX. */
const struct certificate *certificate_cache_get(struct certificate_cache *cache, struct bytes der);

/* A certificate in the cache that may have issued this one (certificate_may_issue()), other than
 * itself: seen in another connection. NULL: none. Looks at every entry. */
const struct certificate *certificate_cache_find_issuer(const struct certificate_cache *cache,
                                                        const struct certificate *certificate);

struct certificate_cache_stats certificate_cache_stats(const struct certificate_cache *cache);

#endif
