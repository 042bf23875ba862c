/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_table.h -- a bounded table of equal records, each found by its key.
 *
 * A keyed hash (table_hash.h) finds the record: nobody outside can choose keys that collide. When
 * the table is full, a record that was not used for long makes room, and is counted: those that
 * were used since they had their place in the order get a new one at its end instead. Records never
 * move: a pointer to one stays valid until that record is evicted. What a record needs only
 * sometimes stands apart from it, so that the rest fills fewer cache lines.
 */
#ifndef TLSWHY_ANALYZE_KNOWLEDGE_TABLE_H
#define TLSWHY_ANALYZE_KNOWLEDGE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/fetch.h"

enum {
    KNOWLEDGE_TABLE_KEY_MAX = 96,
    KNOWLEDGE_TABLE_LINK = 16 /* octets that tie a record to the table */
};

/* Octets of memory of a record that has so many itself: in whole cache lines. */
#define KNOWLEDGE_TABLE_STRIDE(record_size)                                                        \
    ((KNOWLEDGE_TABLE_LINK + (record_size) + FETCH_LINE - 1) / FETCH_LINE * FETCH_LINE)

/* The record's first key_size octets are its key: all octets count, padding too. */
struct knowledge_table_options {
    size_t record_size; /* octets */
    size_t key_size;    /* octets, at most record_size and KNOWLEDGE_TABLE_KEY_MAX */
    size_t clear_size;  /* octets of a new record that are zero, from its beginning on, the key not
                             counted; the others are as they were. 0: all */
    uint32_t records_max; /* at least 1 */
    size_t rare_size;   /* octets of a second part, which few records use: where none of those that
                           stand together does, it takes no memory. 0: there is none */
    size_t rare_offset; /* of the pointer to it in the record, which the table sets */
    uint64_t hash_key[2];                  /* secret */
    bool (*is_spared)(const void *record); /* others make room before it, unless more than four in
                                              five are spared. NULL: none is */
    bool (*evict)(void *context, const void *record); /* it is to make room; false: it must not, and
                                                         another one is asked for. NULL: it may */
    void *context;                                    /* of evict */
};

struct knowledge_table;

/* A table without records; options are copied. NULL: no memory. */
struct knowledge_table *knowledge_table_new(const struct knowledge_table_options *options);
void knowledge_table_free(struct knowledge_table *table); /* NULL is harmless */

/* Somebody is going to ask for this key: fetch what tells whether there is a record. It is far off
 * in memory where there is a crowd, and comes while other things are done. Returns the key's hash,
 * for the functions below. */
uint32_t knowledge_table_expect(const struct knowledge_table *table, const void *key);

/* That has come since: fetch the record that is likely to have the key with this hash. */
void knowledge_table_approach(const struct knowledge_table *table, uint32_t hash);

/* Let a record outside of the table have rare, of rare_size octets, as its second part. */
void knowledge_table_set_rare(const struct knowledge_table *table, void *record, void *rare);

/* Make a record, which the table gave out, a copy of one with the same key that is outside of it,
 * second parts included. */
void knowledge_table_copy(const struct knowledge_table *table, void *record, const void *other);

/* The record with this key, which counts as used now. NULL: there is none. */
void *knowledge_table_find(struct knowledge_table *table, const void *key);

/* The same; where there is none, a new one that is zero but for its key, at the cost of the one
 * least recently used if need be. NULL: no memory, or none that may make room was found. */
void *knowledge_table_get(struct knowledge_table *table, const void *key);

/* The same for what may never come again: where a new record would cost an old one, a key is only
 * remembered when it comes for the first time, in a few bits, and the result is NULL. A crowd of
 * things that come once does not drive out what comes often. */
void *knowledge_table_get_again(struct knowledge_table *table, const void *key);

/* One of these two, may_wait: the latter, of a key whose hash is known. */
void *knowledge_table_get_expected(struct knowledge_table *table, const void *key, uint32_t hash,
                                   bool may_wait);

/* Records in the table, and the record at a place below that number, in no particular order. */
uint32_t knowledge_table_count(const struct knowledge_table *table);
void *knowledge_table_at(const struct knowledge_table *table, uint32_t place);

/* The places of the records in the order in which they would make room: the first, and the one
 * after a place. KNOWLEDGE_TABLE_NONE: there is none. */
#define KNOWLEDGE_TABLE_NONE UINT32_MAX
uint32_t knowledge_table_oldest(struct knowledge_table *table);
uint32_t knowledge_table_newer(const struct knowledge_table *table, uint32_t place);

/* Forget all records; their memory stays. */
void knowledge_table_clear(struct knowledge_table *table);

/* Records that had to make room so far; new ones that found none; octets allocated now. */
uint64_t knowledge_table_evictions(const struct knowledge_table *table);
uint64_t knowledge_table_refusals(const struct knowledge_table *table);
size_t knowledge_table_memory(const struct knowledge_table *table);

#endif
