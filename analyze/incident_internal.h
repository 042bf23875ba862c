/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_internal.h -- what counting and telling share, private to analyze/incident*.c. */
#ifndef TLSWHY_ANALYZE_INCIDENT_INTERNAL_H
#define TLSWHY_ANALYZE_INCIDENT_INTERNAL_H

#include "analyze/incident_key.h"
#include "analyze/knowledge_table.h"

struct incidents {
    uint64_t hash_key[2];
    uint64_t sketch_key[2];
    struct knowledge_table *tables[INCIDENT_TABLES];
};

/* Keep an incident that is over under another key, as far as there is room: the next failure
 * begins a new one. Returns what is under its key from now on, without a failure; NULL: no memory.
 * What incident points to may be another record afterwards. */
struct incident *incident_archive(struct knowledge_table *table, const struct incident *incident);

/* Look up by now what the incident's party managed. */
void incident_refresh(struct incident *incident, struct knowledge *knowledge);

#endif
