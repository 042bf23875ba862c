/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event_parts.h"
#include "analyze/incident_text.h"
#include "analyze/summary.h"

static void add_event(struct json *json, struct json_at root, const struct incident *incident,
                      enum incident_state state)
{
    struct json_at event = json_add_object(json, root, "event");
    struct json_at types = json_add_array(json, event, "type");
    char id[INCIDENT_ID_SIZE];

    json_append_constant(json, types, "connection");
    json_append_constant(json, types, state == INCIDENT_CLOSED ? "end" : "info");
    json_add_constant(json, event, "kind", "alert");
    json_append_constant(json, json_add_array(json, event, "category"), "network");
    json_add_constant(json, event, "action", "tls_incident");
    json_add_constant(json, event, "outcome", "failure");
    json_add_constant(json, event, "module", "tlswhy");
    json_add_constant(json, event, "dataset", "tlswhy.incident");
    json_add_text(json, event, "id", incident_event_id(incident, id));
    json_add_time(json, event, "start", incident->first_ns);
    json_add_time(json, event, "end", incident->last_ns);
    json_add_signed(json, event, "duration", incident->last_ns - incident->first_ns);
    json_add_constant(json, event, "reason", incident->cause->title);
}

static void add_message(struct json *json, struct json_at root, const struct incident *incident,
                        int64_t end_ns)
{
    char buffer[INCIDENT_TEXT_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add(&text, "TLS incident, %s: ", incident->cause->id);
    incident_add_place(&text, incident);
    text_add(&text, ", ");
    incident_add_extent(&text, incident);
    text_add(&text, ". ");
    incident_add_onset(&text, incident, end_ns);
    json_add_text(json, root, "message", buffer);
}

/* Ports of clients mean nothing here. */
static void add_end(struct json *json, struct json_at root, const struct endpoint *endpoint,
                    bool is_client)
{
    struct json_at end = json_add_object(json, root, is_client ? "source" : "destination");
    char text[ADDRESS_TEXT_MAX];

    json_add_text(json, end, "ip", address_format(&endpoint->address, text));
    if (!is_client)
        json_add_unsigned(json, end, "port", endpoint->port);
    json_add_copy(json, root, is_client ? "client" : "server", json_close(json, end));
}

/* The party that the incident is about, and the only client of a server that has one. */
static void add_party(struct json *json, struct json_at root, const struct incident *incident)
{
    if (incident->scope == INCIDENT_PATH)
        return;
    if (incident->scope == INCIDENT_CLIENT || incident_has_one_client(incident))
        add_end(json, root, &incident->client, true);
    if (incident->scope != INCIDENT_CLIENT)
        add_end(json, root, &incident->server, false);
}

static void add_path(struct json *json, struct json_at details, const struct incident_path *path)
{
    struct json_at object;
    char text[ADDRESS_TEXT_MAX];
    bool has_address = path->kind != INCIDENT_PATH_HOP_LIMIT;

    if (path->kind == INCIDENT_PATH_NONE)
        return;
    object = json_add_object(json, details, "path");
    json_add_constant(json, object, "kind", incident_path_kind_name(path->kind));
    if (has_address)
        json_add_text(json, object, "ip", address_format(&path->address, text));
    if (path->prefix_bits > 0)
        json_add_unsigned(json, object, "prefix_bits", path->prefix_bits);
    if (!has_address)
        json_add_unsigned(json, object, "hop_limit", path->hop_limit);
    if (path->vlan_id != 0)
        json_add_unsigned(json, object, "vlan", path->vlan_id);
}

static void add_times(struct json *json, struct json_at details, const struct incident *incident)
{
    bool is_client = incident->scope == INCIDENT_CLIENT || incident->scope == INCIDENT_PATH;

    if (!is_client && incident->before.established_last_ns > 0)
        json_add_time(json, details, "success_before", incident->before.established_last_ns);
    if (!is_client && incident_tells_successes(incident))
        json_add_unsigned(json, details, "successes_meanwhile",
                          incident_successes_meanwhile(incident));
    if (incident->established.count > 0)
        json_add_time(json, details, "last_success", incident->established.last_ns);
    if (incident_tells_successes(incident))
        json_add_unsigned(json, details, "successes", incident->established.count);
    if (incident->has_certificate_limit)
        json_add_date(json, details, "certificate_limit", incident->certificate_limit);
}

static void add_details(struct json *json, struct json_at why, const struct incident *incident,
                        enum incident_state state)
{
    struct json_at details = json_add_object(json, why, "extent");

    json_add_constant(json, details, "state", incident_state_name(state));
    json_add_constant(json, details, "scope", incident_scope_name(incident->scope));
    json_add_unsigned(json, details, "failures", incident->failures);
    json_add_unsigned(json, details, "folded", incident->folded);
    if (incident->scans > 0)
        json_add_unsigned(json, details, "scans", incident->scans);
    json_add_unsigned(json, details, "clients", incident_parties(incident, &incident->clients));
    json_add_unsigned(json, details, "servers", incident_parties(incident, &incident->servers));
    if (incident->name[0] != '\0' && !incident->more_names)
        json_add_text(json, details, "server_name", incident->name);
    if (incident->target[0] != '\0')
        json_add_text(json, details, "target", incident->target);
    add_path(json, details, &incident->path);
    if (incident->merged_into[0] != '\0')
        json_add_text(json, details, "merged_into", incident->merged_into);
    json_add_bool(json, details, "total", incident_is_total(incident));
    add_times(json, details, incident);
}

void event_add_incident(struct json *json, struct json_at root, const struct incident *incident,
                        enum incident_state state, int64_t now_ns)
{
    struct json_at why;
    char id[INCIDENT_ID_SIZE];
    char remedy[REMEDY_SIZE];

    json_add_time(json, root, "@timestamp", incident->last_ns);
    add_message(json, root, incident, now_ns);
    event_add_ecs(json, root);
    add_event(json, root, incident, state);
    add_party(json, root, incident);
    why = json_add_object(json, root, "tlswhy");
    json_add_text(json, why, "incident", incident_id(incident, id));
    json_add_constant(json, why, "cause", incident->cause->id);
    json_add_constant(json, why, "layer", layer_name(incident->cause->layer));
    json_add_constant(json, why, "confidence", certainty_name(incident->confidence));
    json_add_constant(json, why, "refused_by", party_name(incident->refused_by));
    json_add_constant(json, why, "remedy",
                      remedy_text(incident->cause->remedy, incident->way, remedy));
    add_details(json, why, incident, state);
}
