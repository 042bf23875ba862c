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
bool incidents_need_assigning(const struct incidents *incidents)
{
    bool needed = false;

    if (incidents->is_assigned)
        return false;
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        for (uint32_t place = 0; place < knowledge_table_count(incidents->tables[i]); place++) {
            const struct incident *incident = knowledge_table_at(incidents->tables[i], place);

            if (incident->is_used)
                return false;
            needed = needed || spans_servers((enum incident_table)i, incident);
        }
    return needed;
}

void incidents_choose(const struct incidents *incidents, struct incident_failure *failure)
{
    failure->table = incident_table_of(incidents, failure);
}

void incidents_begin_assigning(struct incidents *incidents)
{
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        knowledge_table_clear(incidents->tables[i]);
    incidents->is_assigned = true;
}

void incidents_assign(struct incidents *incidents, struct incident_failure *failure,
                      const struct incident_past *past)
{
    incident_add_to(incidents, failure->table, failure, past);
}

void incidents_recount(struct incidents *incidents, const struct incident_failure *counted,
                       struct incident_failure *now, const struct incident_past *past)
{
    incidents_take_back(incidents, counted, counted->cause);
    if (!incidents->is_assigned) {
        incidents_add(incidents, now, past);
        return;
    }
    incidents_choose(incidents, now);
    incidents_assign(incidents, now, past);
}
