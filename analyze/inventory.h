/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inventory.h -- the certificates that were seen: which, where, until when, and what is wrong.
 *
 * An entry is one certificate at one server; a client's certificate, and one that issued others, is
 * one entry wherever it was seen. News come when an entry is new, and when a certificate that is
 * seen again has come closer to its end than a level, or passed it. Time is packet time.
 */
#ifndef TLSWHY_ANALYZE_INVENTORY_H
#define TLSWHY_ANALYZE_INVENTORY_H

#include "analyze/chain.h"
#include "analyze/verdict.h"

enum {
    INVENTORY_ENTRIES_MAX = 4096, /* of 12 KiB each if all certificates differ: 50 MiB; a large site
                                     has some hundred */
    INVENTORY_LEVELS_MAX = 16,    /* more warnings than anybody wants */
    INVENTORY_LEVEL_DAYS_MAX = 3650
};

enum inventory_role { INVENTORY_SERVER, INVENTORY_CLIENT, INVENTORY_ISSUER };

/* "server", "client", "issuer". */
const char *inventory_role_name(enum inventory_role role);

/* How close to its end a certificate is. */
enum inventory_expiry {
    EXPIRY_UNKNOWN, /* its dates cannot be read */
    EXPIRY_FAR,     /* further away than every level */
    EXPIRY_NEAR,    /* within a level */
    EXPIRY_PAST
};

struct inventory_entry {
    /* The key: compared octet by octet, set to zero before it is filled. */
    struct inventory_key {
        uint8_t sha256[CERTIFICATE_SHA256_LEN];
        struct address address; /* of the server, INVENTORY_SERVER only */
        uint16_t port;
        uint16_t role; /* enum inventory_role */
    } key;
    struct inventory_entry *next;          /* in the same bucket */
    const struct certificate *certificate; /* shared with the entries of other servers */
    struct endpoint endpoint[SIDES];       /* of the first handshake */
    uint64_t handshakes;                   /* in which it was seen */
    int64_t first_ns;
    int64_t last_ns;
    size_t levels_passed; /* of the levels, and one more when the end is passed */

    /* Of the chains that it came in, leafs only. */
    size_t chain_length; /* of the last one, as sent */
    enum chain_end end;
    bool chain_complete;
    bool trust_known;
    uint32_t problems; /* of any of them: a bit for each of chain_problems */
};

/* What happened. */
enum inventory_occasion {
    INVENTORY_FIRST_SEEN,
    INVENTORY_EXPIRING, /* it came closer to its end than one more level */
    INVENTORY_EXPIRED,  /* it passed its end */
    INVENTORY_LISTED    /* nothing: it is told on request */
};

/* "first_seen", "expiring", "expired", "listed". */
const char *inventory_occasion_name(enum inventory_occasion occasion);

struct inventory_news {
    const struct inventory_entry *entry;
    enum inventory_occasion occasion;
    int64_t at_ns;
    enum inventory_expiry expiry;
    uint16_t level; /* EXPIRY_NEAR: the lowest level, in days, that it is within */
};

/* Where news go. Valid during the call. */
struct inventory_sink {
    void *context; /* borrowed */
    void (*take)(void *context, const struct inventory_news *news);
};

struct inventory_options {
    uint16_t levels[INVENTORY_LEVELS_MAX]; /* days before the end, in any order */
    size_t level_count;
    size_t entries_max;   /* 0: INVENTORY_ENTRIES_MAX */
    uint64_t hash_key[2]; /* secret key of the table's hash; random in production */
};

struct inventory;

/* How many entries so many octets hold: one at least, INVENTORY_ENTRIES_MAX at most. */
size_t inventory_entries_within(size_t octets);

/* An inventory of nothing; options and sink are copied, a sink without a function gets nothing.
 * NULL when memory is short. */
struct inventory *inventory_new(const struct inventory_options *options,
                                const struct inventory_sink *sink);
void inventory_free(struct inventory *inventory); /* NULL is harmless */

/* Take the certificates of a verdict, as far as they were examined. */
void inventory_add(struct inventory *inventory, const struct verdict *verdict);

/* What is to be said of an entry on request at a time in nanoseconds. */
struct inventory_news inventory_news_of(const struct inventory *inventory,
                                        const struct inventory_entry *entry, int64_t at_ns);

/* All entries: servers' first, then clients', then issuers', those that end first before others.
 * An array of inventory_count pointers for the caller to free; NULL when memory is short. */
const struct inventory_entry **inventory_entries(const struct inventory *inventory);
size_t inventory_count(const struct inventory *inventory);

/* Times that a certificate had no entry for want of room or memory. */
uint64_t inventory_left_out(const struct inventory *inventory);

/* Handshakes that did not show their certificates: TLS 1.3 encrypts them. */
uint64_t inventory_hidden(const struct inventory *inventory);

/* Days from a time in nanoseconds to the certificate's end, rounded down: negative when past. */
int64_t inventory_days_left(const struct certificate *certificate, int64_t at_ns);

#endif
