/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h -- handshakes counted by cause, server and client, in a form that adds up.
 *
 * Adding is associative and commutative: what tallies of parts of the input come to does not
 * depend on how they are put together. For that every row of the parts stays a row of the sum;
 * nothing is a "top" before somebody looks at it. The rows of one run are bounded; what finds no
 * row is counted.
 */
#ifndef TLSWHY_ANALYZE_TALLY_H
#define TLSWHY_ANALYZE_TALLY_H

#include "analyze/distinct.h"
#include "analyze/json.h"
#include "analyze/verdict.h"

enum { TALLY_ROWS_MAX = 16384 /* of each table in one run, at most 2 KiB each */ };

/* Numbers end where a double no longer tells each from the next, as readers of JSON have them. */
#define TALLY_COUNT_MAX ((UINT64_C(1) << 53) - 1)

enum tally_table {
    TALLY_CAUSES,      /* failures by cause */
    TALLY_SERVERS,     /* failures by server and cause */
    TALLY_CLIENTS,     /* failures by client and cause */
    TALLY_ESTABLISHED, /* established handshakes by server */
    TALLY_TABLES
};

/* What a row is for; a member that the table does not go by is zero or NULL. */
struct tally_key {
    struct address address;
    uint16_t port;
    const struct cause *cause;
};

struct tally_row {
    struct tally_key key;
    uint64_t connections; /* TALLY_COUNT_MAX stands for that many or more */
    int64_t first_ns;     /* when the first and the last of them began */
    int64_t last_ns;
    struct distinct clients; /* of a server or cause; hashes of addresses */
    struct distinct servers; /* of a client or cause; hashes of addresses and ports */
};

struct tally;

/* A connection that finds no room within both is counted as left out. */
struct tally_limits {
    size_t rows_max; /* of each table */
    /* Octets of all tables; their text has less than three times as many. It is for tally_add: rows
     * of others are not held against it. */
    size_t memory_max;
};

/* Make an empty one; hash_key is secret. NULL: no memory. */
struct tally *tally_new(const struct tally_limits *limits, const uint64_t hash_key[2]);
void tally_free(struct tally *tally); /* NULL is harmless */

/* Count a handshake that failed or was established; others are not for it. False: no memory. */
MUST_USE bool tally_add(struct tally *tally, const struct verdict *verdict);

/* Add a row of another one. Its members are copied. False: no memory. */
MUST_USE bool tally_add_row(struct tally *tally, enum tally_table table,
                            const struct tally_row *row);

/* Add connections that found no row. */
void tally_add_left_out(struct tally *tally, enum tally_table table, uint64_t connections);

/* The key of a table in JSON: "causes", "servers", "clients", "established". */
const char *tally_table_name(enum tally_table table);

/* Add all tables to an object, each in an order of its own that does not depend on that of adding,
 * and "left_out". False: no memory. */
MUST_USE bool tally_write(const struct tally *tally, struct json *json, struct json_at object);

/* a + b, or TALLY_COUNT_MAX when that is less. */
uint64_t tally_sum(uint64_t a, uint64_t b);

#endif
