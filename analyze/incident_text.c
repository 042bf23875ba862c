/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident_text.h"

#include "analyze/causes/causes.h"
#include "analyze/layout.h"
#include "analyze/summary.h"

/* "1 failure", "1,234 failures" */
static void add_count(struct text *text, uint64_t count, const char *thing)
{
    char number[LAYOUT_NUMBER_SIZE];

    text_add(text, "%s %s%s", layout_number(count, number), thing, count == 1 ? "" : "s");
}

/* "3 clients", "about 120 clients", "more than 2,000 clients" */
static void add_parties(struct text *text, const struct incident *incident,
                        const struct sketch *sketch, const char *thing)
{
    uint32_t count = incident_parties(incident, sketch);
    const char *prefix = count > SKETCH_EXACT_MAX ? "about " : "";

    if (count >= SKETCH_COUNT_MAX)
        prefix = "more than ";
    text_add(text, "%s", prefix);
    add_count(text, count, thing);
}

/* "203.0.113.0/24" */
static void add_network(struct text *text, const struct incident_path *path)
{
    char address[ADDRESS_TEXT_MAX];

    text_add(text, "%s/%u", address_format(&path->address, address), path->prefix_bits);
}

static void add_path(struct text *text, const struct incident_path *path)
{
    char address[ADDRESS_TEXT_MAX];

    switch (path->kind) {
    case INCIDENT_PATH_NONE:
        break;
    case INCIDENT_PATH_ROUTER:
        text_add(text, ", says the router %s", address_format(&path->address, address));
        break;
    case INCIDENT_PATH_HOP_LIMIT:
        text_add(text, ", by RSTs with hop limit %u", path->hop_limit);
        break;
    case INCIDENT_PATH_SERVER_NETWORK:
        text_add(text, " in ");
        add_network(text, path);
        break;
    case INCIDENT_PATH_CLIENT_NETWORK:
        text_add(text, ", from clients in ");
        add_network(text, path);
        break;
    }
    if (path->vlan_id != 0)
        text_add(text, " (VLAN %u)", path->vlan_id);
}

void incident_add_place(struct text *text, const struct incident *incident)
{
    char address[ADDRESS_TEXT_MAX];

    if (incident->scope == INCIDENT_PATH) {
        add_parties(text, incident, &incident->servers, "server");
        add_path(text, &incident->path);
        return;
    }
    if (incident->scope == INCIDENT_CLIENT) {
        text_add(text, "%s at ", address_format(&incident->client.address, address));
        add_parties(text, incident, &incident->servers, "server");
        return;
    }
    if (incident->target[0] != '\0')
        text_add(text, "%s by the proxy ", incident->target);
    summary_add_endpoint(text, &incident->server);
    if (incident->name[0] != '\0')
        text_add(text, " (%s%s)", incident->name, incident->more_names ? " and others" : "");
}

/* A single client is named: the fault may be its own, or a rule for it. */
static void add_clients(struct text *text, const struct incident *incident)
{
    char address[ADDRESS_TEXT_MAX];

    if (incident_has_one_client(incident)) {
        text_add(text, " of the client %s", address_format(&incident->client.address, address));
        return;
    }
    text_add(text, " of ");
    add_parties(text, incident, &incident->clients, "client");
}

void incident_add_extent(struct text *text, const struct incident *incident)
{
    if (incident->failures == 0) {
        text_add(text, "of whose failures none has this cause by what is known now");
        return;
    }
    add_count(text, incident->failures, "failure");
    if (incident->scope != INCIDENT_CLIENT)
        add_clients(text, incident);
    text_add(text, ", begun between ");
    text_add_time(text, incident->first_ns);
    text_add(text, " and ");
    text_add_time(text, incident->last_ns);
    text_add(text, " UTC");
}

static void add_certificate(struct text *text, const struct incident *incident)
{
    bool is_end = incident->cause == &cause_certificate_expired;

    if (!incident->has_certificate_limit)
        return;
    text_add(text, " The certificate %s at ", is_end ? "expired" : "becomes valid");
    text_add_date(text, incident->certificate_limit);
    text_add(text, ".");
}

static void add_server_onset(struct text *text, const struct incident *incident)
{
    const uint32_t successes = incident_successes_meanwhile(incident);
    const bool is_about = incident_estimates_successes(incident);

    if (!incident_tells_successes(incident)) {
        text_add(text, "Whether others succeed at this server is not known.");
        return;
    }
    if (successes > 0) {
        text_add(text, "Meanwhile %s", is_about ? "about " : "");
        add_count(text, successes, "other handshake");
        text_add(text, " with this server succeeded; ");
    } else {
        text_add(text, "%s succeeded in between; ", is_about ? "Few or none" : "None");
    }
    if (incident->before.established == 0) {
        text_add(text, "none had succeeded before.");
        return;
    }
    if (incident->before.established_last_ns == 0) {
        text_add(text, "others had succeeded before.");
        return;
    }
    text_add(text, "the last success before was at ");
    text_add_time(text, incident->before.established_last_ns);
    text_add(text, ".");
}

static void add_name_onset(struct text *text, const struct incident *incident)
{
    char number[LAYOUT_NUMBER_SIZE];

    if (!incident_tells_successes(incident)) {
        text_add(text, "Whether others succeed for this name is not known.");
        return;
    }
    if (incident->established.count == 0) {
        text_add(text, "No handshake for this name succeeded; ");
    } else {
        add_count(text, incident->established.count, "handshake");
        text_add(text, " for this name succeeded; ");
    }
    text_add(text, "the server established %s%s in all until the last failure.",
             incident_estimates_successes(incident) ? "about " : "",
             layout_number(incident->by_last.established, number));
}

static void add_client_onset(struct text *text, const struct incident *incident)
{
    if (!incident_tells_successes(incident)) {
        text_add(text, "Whether this client succeeds elsewhere is not known.");
    } else if (incident->established.count == 0) {
        text_add(text, "With this kind of hello the client succeeded nowhere.");
    } else {
        text_add(text, "With this kind of hello the client succeeded ");
        add_count(text, incident->established.count, "time");
        text_add(text, " elsewhere or at other times.");
    }
}

static void add_scans(struct text *text, const struct incident *incident)
{
    char number[LAYOUT_NUMBER_SIZE];

    if (incident->scans > 0)
        text_add(text, " %s of the failures %s of a client that seems to scan.",
                 layout_number(incident->scans, number), incident->scans == 1 ? "is" : "are");
}

void incident_add_onset(struct text *text, const struct incident *incident, int64_t end_ns)
{
    switch (incident->scope) {
    case INCIDENT_SERVER:
        add_server_onset(text, incident);
        break;
    case INCIDENT_NAME:
        add_name_onset(text, incident);
        break;
    case INCIDENT_CLIENT:
        add_client_onset(text, incident);
        break;
    case INCIDENT_PATH:
        text_add(text, "Neither one server nor one client has most of them.");
        break;
    }
    add_certificate(text, incident);
    add_scans(text, incident);
    if (!incident_is_over(incident, end_ns))
        return;
    if (incident->merged_into[0] != '\0') {
        text_add(text, " This incident is part of the incident %s.", incident->merged_into);
        return;
    }
    text_add(text, " The incident is over");
    if (incident_is_total(incident) && incident->established.last_ns > incident->last_ns) {
        text_add(text, ": the server succeeds again");
    }
    text_add(text, ".");
}
