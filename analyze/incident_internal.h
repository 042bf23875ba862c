/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_internal.h -- what finding, counting and telling share, private to incident*.c. */
#ifndef TLSWHY_ANALYZE_INCIDENT_INTERNAL_H
#define TLSWHY_ANALYZE_INCIDENT_INTERNAL_H

#include "analyze/incident_key.h"
#include "analyze/knowledge_table.h"

struct incidents {
    uint64_t hash_key[2];
    uint64_t sketch_key[2];
    uint32_t records_max;
    struct knowledge_table *tables[INCIDENT_TABLES];
    bool is_assigned;         /* each failure is in one of them alone */
    bool is_told;             /* somebody is told while they come and go */
    struct incident *evicted; /* INCIDENTS_EVICTED_MAX, as they were; NULL: none so far */
    size_t evicted_count;     /* of those whose end is not told yet */
    uint64_t evicted_open;    /* in all */
};

/* incident_evict.c: for the options of a table; context is the incidents. One that was told, or
 * is to be, waits in evicted: when there is no room, it must not go. */
bool incident_is_spared(const void *record);
bool incident_evict(void *context, const void *record);

/* incident_count.c: begin one with its first failure; its key and generation stay. */
void incident_begin(struct incident *incident, const struct incident_failure *failure,
                    enum incident_table table);

/* Count one more failure, or the first. past is how things stood when it began. */
void incident_count(const struct incidents *incidents, struct incident *incident,
                    const struct incident_failure *failure, const struct incident_past *past);

/* Look up by now what the incident's party managed. */
void incident_refresh(struct incident *incident, struct knowledge *knowledge);

/* incident_state.c: it was told, and not that it is closed. */
bool incident_is_open(const struct incident *incident);

/* It has what a path, or what a client at several servers, has at least. */
bool incident_spans_path(const struct incident *incident);
bool incident_spans_servers(const struct incident *incident);

/* incident_choice.c: which of the incidents that a failure was counted with it belongs to; NULL:
 * there is none in that table. */
enum incident_table incident_choice(struct incident *const found[INCIDENT_TABLES],
                                    const struct incident_failure *failure);

/* The table of the incident that a failure belongs to, by all that were added. */
enum incident_table incident_table_of(const struct incidents *incidents,
                                      const struct incident_failure *failure);

/* Count a failure in one of the tables; sets its number there. */
void incident_add_to(struct incidents *incidents, enum incident_table table,
                     struct incident_failure *failure, const struct incident_past *past);

/* Keep an incident that is over under another key, as far as there is room: the next failure
 * begins a new one. Returns what is under its key from now on, without a failure; NULL: no memory,
 * and one whose end is to be told yet stays. What incident points to may be another record
 * afterwards. */
struct incident *incident_archive(struct knowledge_table *table, struct incident *incident);

#endif
