/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate_cache.h -- each distinct certificate is read once.
 *
 * A bounded table from DER to struct certificate: a keyed hash finds the entry, a comparison of
 * all octets confirms it. When full, the entry not used for longest makes room, and is counted.
 */
#ifndef TLSWHY_ANALYZE_CERTIFICATE_CACHE_H
#define TLSWHY_ANALYZE_CERTIFICATE_CACHE_H

#include "analyze/certificate.h"

struct certificate_cache_limits {
    size_t entries; /* certificates kept, at least CERTIFICATE_CACHE_ENTRIES_MIN; 0: the default */
    size_t octets;  /* DER and facts together; 0: the default */
};

enum {
    /* Entries that one chain may hold at a time, so that none of its own is evicted by the next:
     * CHAIN_CERTIFICATES_MAX and the anchors beside it. */
    CERTIFICATE_CACHE_ENTRIES_MIN = 256,
    CERTIFICATE_CACHE_ENTRIES = 2048,           /* a large site has some hundred */
    CERTIFICATE_CACHE_OCTETS = 32 * 1024 * 1024 /* 2048 entries of some 11 KiB, and room */
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
 * where it is until CERTIFICATE_CACHE_ENTRIES_MIN / 2 further calls have been made at least; do
 * not keep it longer than one judgement. NULL: no memory, or more octets than the cache may
 * hold. */
const struct certificate *certificate_cache_get(struct certificate_cache *cache, struct bytes der);

/* A certificate in the cache that may have issued this one (certificate_may_issue()), other than
 * itself: seen in another connection. NULL: none. Looks at every entry. */
const struct certificate *certificate_cache_find_issuer(const struct certificate_cache *cache,
                                                        const struct certificate *certificate);

struct certificate_cache_stats certificate_cache_stats(const struct certificate_cache *cache);

#endif
