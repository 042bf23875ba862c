/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_parts.h -- the tables and the parts of a report, private to the report files. */
#ifndef TLSWHY_ANALYZE_REPORT_PARTS_H
#define TLSWHY_ANALYZE_REPORT_PARTS_H

#include "analyze/layout.h"
#include "analyze/report.h"
#include "analyze/summary.h"
#include "capture/fetch.h"
#include "capture/table_hash.h"

enum {
    REPORT_NAME_SIZE = 4 * SUMMARY_NAME_OCTETS + 4, /* every octet escaped, "..." and NUL */
    REPORT_PORTS_SHOWN = 8 /* ports for --tls-port: with more of them somebody scans */
};

/* What makes two failures equal. Compared octet by octet: set to zero before it is filled. */
struct report_key {
    const struct cause *cause;
    struct address address; /* of the server */
    uint16_t port;
    uint8_t refusal; /* enum refusal_kind */
    uint8_t by;      /* enum party */
    uint8_t alert;
    bool is_consequence;         /* the refusal: the other side had ended it */
    char name[REPORT_NAME_SIZE]; /* that the client asked for, "" for none */
};

/* A failure, and how often it came. */
struct report_entry {
    struct report_key key;
    struct report_entry *next; /* in the same bucket */
    uint64_t count;
    int64_t first_ns; /* when the first and the last one began, as incidents and lines tell it */
    int64_t last_ns;
    struct endpoint client; /* of the first of the surest, the one that is shown */
    struct endpoint server;
    int64_t started_ns;     /* its first packet */
    struct verdict verdict; /* without facts */
    uint64_t as_sure;       /* how many have the same confidence as that */
    size_t clients;         /* different ones among the addresses below */
    bool more_clients;      /* than there is room for */
    struct address client_addresses[REPORT_CLIENTS_MAX];
};

struct report_posture;

/* What few servers need. */
struct report_server_details {
    char name[REPORT_NAME_SIZE];    /* of the first verdict that had one and counts */
    struct report_posture *posture; /* owned; NULL: nothing was noticed */
};

/* One cache line: every verdict counts at its server, and they are far apart in memory. */
struct report_server {
    struct address address;
    uint16_t port;
    bool is_used;
    bool more_names;                       /* other failures had other names */
    uint64_t outcomes[OUTCOMES];           /* by enum outcome */
    struct report_server_details *details; /* owned; NULL: neither a name nor a posture */
};

_Static_assert(sizeof(struct report_server) == FETCH_LINE, "it is one cache line");

struct report_cause {
    const struct cause *cause;
    uint64_t count;
    bool is_explained;            /* in an entry that was written */
    const struct remedy_way *way; /* with which its remedy was written last */
};

/* Connections that were refused or not answered, where TLS is not expected. */
struct report_connects {
    uint64_t count;
    uint16_t ports[REPORT_PORTS_SHOWN]; /* theirs, the first ones that were seen */
    size_t port_count;
    bool more_ports;
};

enum {
    REPORT_BUCKETS = 4096,
    REPORT_CAUSES_MAX = 128 /* different causes: twice what there are */
};

struct report {
    struct report_options options;
    struct layout layout;
    uint64_t outcomes[OUTCOMES]; /* by enum outcome */
    struct report_entry *entry_buckets[REPORT_BUCKETS];
    size_t entry_count;
    size_t entries_max;
    uint64_t entries_left_out; /* failures without an entry */
    struct table_hash server_hash;
    struct report_server *servers; /* server_slots of them, NULL: none so far */
    size_t server_slots;           /* a power of two, twice servers_max or more */
    size_t server_count;           /* that are used */
    size_t servers_max;
    uint64_t servers_left_out; /* verdicts whose server has no counts */
    struct report_cause causes[REPORT_CAUSES_MAX];
    size_t cause_count;
    struct report_connects connects;
};

/* report_table.c: an order of all that a key says but the cause, and one of servers, as for
 * strcmp. */
int report_key_compare(const struct report_key *a, const struct report_key *b);
int report_server_compare(const struct report_server *a, const struct report_server *b);

/* The entry of a failure, the counts of a server, its details. New ones are zero but for
 * their key. NULL when the limit is reached or memory is short; of find, when there is none. */
struct report_entry *report_entry_get(struct report *report, const struct report_key *key);
struct report_entry *report_entry_find(const struct report *report, const struct report_key *key);
struct report_server *report_server_get(struct report *report, const struct endpoint *endpoint);
struct report_server_details *report_server_detail(struct report_server *server);

/* All of them in the order of compare (as for qsort, over pointers), as an array of entry_count
 * or server_count pointers for the caller to free; NULL when memory is short. */
struct report_entry **report_entries(const struct report *report,
                                     int (*compare)(const void *, const void *));
struct report_server **report_servers(const struct report *report,
                                      int (*compare)(const void *, const void *));
void report_tables_free(struct report *report);

/* report_entry.c: write one folded failure, and of several files (origins, else NULL) in which its
 * packets are. What the reader has seen of its cause is not repeated: the explanation when it
 * is_explained, the remedy when it is_told. */
void report_entry_write(const struct layout *layout, const struct report_entry *entry,
                        const struct origins *origins, bool is_explained, bool is_told);

/* report_posture.c: note what was found of the server, and that one side left at once; and write it
 * for all of them. */
void report_posture_add(struct report_server *server, const struct verdict *verdict);
void report_write_posture(const struct report *report);

/* report_summary.c: add address, port and name of a server; the first line, and what comes after
 * the failures. */
void report_server_name(struct text *text, const struct report_server *server);
void report_write_answer(const struct report *report, const struct report_totals *totals);
void report_write_summary(const struct report *report);
void report_write_totals(const struct report *report, const struct report_totals *totals);

#endif
