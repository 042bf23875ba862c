/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_state.c -- what can be said of an incident by what was counted. */
#include "analyze/incident_internal.h"
#include "capture/time_unit.h"

const char *incident_scope_name(enum incident_scope scope)
{
    static const char *const names[] = {
        [INCIDENT_SERVER] = "server",
        [INCIDENT_NAME] = "server_name",
        [INCIDENT_CLIENT] = "client",
        [INCIDENT_PATH] = "path",
    };

    return names[scope];
}

const char *incident_path_kind_name(enum incident_path_kind kind)
{
    static const char *const names[] = {
        [INCIDENT_PATH_NONE] = NULL,
        [INCIDENT_PATH_ROUTER] = "router",
        [INCIDENT_PATH_HOP_LIMIT] = "hop_limit",
        [INCIDENT_PATH_SERVER_NETWORK] = "server_network",
        [INCIDENT_PATH_CLIENT_NETWORK] = "client_network",
    };

    return names[kind];
}

bool incident_is_open(const struct incident *incident)
{
    return incident->told == INCIDENT_OPENED || incident->told == INCIDENT_UPDATED;
}

bool incident_spans_path(const struct incident *incident)
{
    return sketch_count(&incident->servers) >= INCIDENT_PATH_SERVERS_MIN
           && sketch_count(&incident->clients) >= INCIDENT_PATH_CLIENTS_MIN;
}

bool incident_spans_servers(const struct incident *incident)
{
    return sketch_count(&incident->servers) > 1;
}

static bool is_about(const struct incident_past *past)
{
    return past->established > 0 && past->established_last_ns == 0;
}

/* Two estimates are made when different things are known: the later one may be the smaller. */
uint32_t incident_successes_meanwhile(const struct incident *incident)
{
    const uint32_t before = incident->before.established;
    const uint32_t by_last = incident->by_last.established;

    return by_last > before ? by_last - before : 0;
}

bool incident_estimates_successes(const struct incident *incident)
{
    return is_about(&incident->before) || is_about(&incident->by_last);
}

bool incident_is_total(const struct incident *incident)
{
    return incident->scope == INCIDENT_SERVER && sketch_count(&incident->clients) > 1
           && !incident->is_half_seen && incident_successes_meanwhile(incident) == 0
           && !incident_estimates_successes(incident);
}

bool incident_tells_successes(const struct incident *incident)
{
    if (incident->scope == INCIDENT_PATH || incident->is_half_seen)
        return false;
    return incident->scope != INCIDENT_CLIENT || incident->has_known_key;
}

bool incident_is_over(const struct incident *incident, int64_t end_ns)
{
    if (incident->merged_into[0] != '\0')
        return true;
    if (incident_is_total(incident) && incident->established.last_ns > incident->last_ns
        && end_ns - incident->last_ns >= INCIDENT_RECOVERED_NS)
        return true;
    return end_ns - incident->last_ns >= INCIDENT_QUIET_NS;
}

bool incident_admits(struct incident *incident, int64_t at_ns, uint32_t per_minute)
{
    int64_t minute = at_ns / (60 * SECOND_NS);

    /* Verdicts come out of order by minutes; an hour back is a clock that was set back. */
    if (minute > incident->minute || minute < incident->minute - 60) {
        incident->minute = minute;
        incident->minute_events = 0;
    }
    incident->is_last_folded = incident->minute_events >= per_minute;
    if (incident->is_last_folded)
        incident->folded++;
    else
        incident->minute_events++;
    return !incident->is_last_folded;
}
