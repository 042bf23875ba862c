/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_evict.c -- which incidents make room for others, and that nobody waits for their end. */
#include <stdlib.h>

#include "analyze/incident_internal.h"

/* One that is to be told, for a verdict names it, or was, until it is over. Most records are of one
 * failure each, about which nothing was said: a scan makes thousands of them. */
bool incident_is_spared(const void *record)
{
    const struct incident *incident = record;

    return incident_is_open(incident) || (incident->is_used && incident->told == INCIDENT_UNTOLD);
}

bool incident_evict(void *context, const void *record)
{
    struct incidents *incidents = context;
    const struct incident *incident = record;

    if (!incidents->is_told || !incident_is_spared(incident))
        return true;
    if (incidents->evicted == NULL)
        incidents->evicted = calloc(INCIDENTS_EVICTED_MAX, sizeof(struct incident));
    if (incidents->evicted == NULL || incidents->evicted_count == INCIDENTS_EVICTED_MAX)
        return false;
    incidents->evicted[incidents->evicted_count++] = *incident;
    incidents->evicted_open++;
    return true;
}

uint64_t incidents_evicted_open(const struct incidents *incidents)
{
    return incidents->evicted_open;
}
