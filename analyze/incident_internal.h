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

/* Keep an incident that is over under another key, so that the next failure begins a new one. */
void incident_archive(struct knowledge_table *table, struct incident *incident);

/* Look up by now what the incident's party managed. */
void incident_refresh(struct incident *incident, struct knowledge *knowledge);

#endif
