/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_assign.c -- each failure counted with its own incident alone, once all are known. */
#include "analyze/incident_internal.h"

static bool spans_servers(enum incident_table table, const struct incident *incident)
{
    return table == INCIDENT_ON_PATH
               ? incident_spans_path(incident)
               : table == INCIDENT_OF_CLIENT && incident_spans_servers(incident);
}

/* Without an incident that takes from several servers, each failure belongs to its server: as they
 * were counted. */
static bool is_needed(const struct incidents *incidents)
{
    bool needed = false;

    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        for (uint32_t place = 0; place < knowledge_table_count(incidents->tables[i]); place++) {
            const struct incident *incident = knowledge_table_at(incidents->tables[i], place);

            if (incident->is_used)
                return false;
            needed = needed || spans_servers((enum incident_table)i, incident);
        }
    return needed;
}

bool incidents_begin_assigning(struct incidents *incidents)
{
    if (incidents->is_assigned || !is_needed(incidents))
        return false;
    incidents->is_assigned = true;
    for (size_t i = 0; i < INCIDENT_TABLES; i++) {
        incidents->assigned[i] = incident_table_new(incidents);
        incidents->is_assigned = incidents->is_assigned && incidents->assigned[i] != NULL;
    }
    for (size_t i = 0; i < INCIDENT_TABLES && !incidents->is_assigned; i++) {
        knowledge_table_free(incidents->assigned[i]);
        incidents->assigned[i] = NULL;
    }
    return incidents->is_assigned;
}

void incidents_assign(struct incidents *incidents, const struct verdict *verdict,
                      const struct incident_past *past)
{
    incident_add_to(incidents, incidents->assigned, incident_table_of(incidents, verdict), verdict,
                    past);
}
