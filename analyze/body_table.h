/* SPDX-License-Identifier: GPL-2.0-or-later */
/* body_table.h -- bodies of messages that many handshakes have in common, each kept once.
 *
 * A server sends the same certificates to every client. Who is about to keep such a body holds the
 * one that is there already, if it is the same octet for octet, in place of a copy of its own.
 *
 * A table belongs to one thread, but for the octets of a body that is held: they do not change.
 */
#ifndef TLSWHY_ANALYZE_BODY_TABLE_H
#define TLSWHY_ANALYZE_BODY_TABLE_H

#include "dissect/bytes.h"

enum {
    BODY_TABLE_SLOTS = 1024, /* a power of two; certificates of the servers of a large network */
    BODY_TABLE_SHARE = 16,   /* the table has this part of the memory of those who hold bodies */
    BODY_TABLE_OCTETS = 8 << 20, /* the table has no more than this: 8 KiB each, a chain of five */
    BODY_OCTETS_MIN = 512,       /* what is shorter is copied as fast as it is compared */
    BODY_OCTETS_MAX = 12280 /* what is longer, few servers send; with its head, a block of 12 KiB */
};

struct shared_body {
    uint32_t holders; /* the table is one, as long as others may find it */
    uint32_t length;
    uint8_t octets[];
};

struct body_table;

/* A table whose bodies take at most octets_max octets, with a secret hash key. NULL: no memory. */
struct body_table *body_table_new(size_t octets_max);

/* Nobody but the table holds any of its bodies. NULL is harmless. */
void body_table_free(struct body_table *table);

/* Hold the body that has these octets, which is made if it is not there. NULL: it is shorter than
 * BODY_OCTETS_MIN or longer than BODY_OCTETS_MAX, there is no room, or no memory. table may be
 * NULL: there is no room. */
struct shared_body *body_table_hold(struct body_table *table, struct bytes octets);

/* Hold one that somebody else holds. NULL is harmless. */
static inline struct shared_body *body_table_hold_too(struct shared_body *body)
{
    if (body != NULL)
        body->holders++;
    return body;
}

/* Hold it no longer. NULL is harmless. */
void body_table_release(struct body_table *table, struct shared_body *body);

/* How many octets of memory_max, which those who hold bodies have, are for the bodies. */
static inline size_t body_table_within(size_t memory_max)
{
    size_t octets = memory_max / BODY_TABLE_SHARE;

    return octets < BODY_TABLE_OCTETS ? octets : BODY_TABLE_OCTETS;
}

/* Octets that the bodies take, and that they took at most; and how many found no room. */
size_t body_table_octets(const struct body_table *table);
size_t body_table_octets_peak(const struct body_table *table);
uint64_t body_table_refused(const struct body_table *table);

#endif
