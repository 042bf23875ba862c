/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_lines -- tls_incident events that have each member that such an event can have: few
 * captures make one with many of them, and none makes all. */
#include <stdio.h>

#include "analyze/causes/causes.h"
#include "analyze/event.h"

static const struct incident_path paths[] = {
    {.kind = INCIDENT_PATH_ROUTER, .address.octets = {0x20, 1, 0xd, 0xb8, [15] = 3}, .vlan_id = 7},
    {.kind = INCIDENT_PATH_HOP_LIMIT, .hop_limit = 61},
    {.kind = INCIDENT_PATH_SERVER_NETWORK,
     .address.octets = {0x20, 1, 0xd, 0xb8},
     .prefix_bits = 64},
};

/* Everything is there that depends on no path. */
static struct incident incident_in(enum incident_scope scope)
{
    const int64_t first_ns = 1767225600 * SECOND_NS;
    struct incident incident = {
        .scope = scope,
        .cause = &cause_certificate_expired,
        .confidence = CAUSE_CERTAIN,
        .refused_by = PARTY_CLIENT,
        .server.port = 443,
        .name = "www.example",
        .target = "target.example:443",
        .failures = 7,
        .first_ns = first_ns,
        .last_ns = first_ns + 60 * SECOND_NS,
        .before = {.established_last_ns = first_ns - SECOND_NS, .established = 5},
        .by_last = {.established_last_ns = first_ns + SECOND_NS, .established = 6},
        .established = {.count = 6, .last_ns = first_ns + SECOND_NS},
        .certificate_limit = first_ns / SECOND_NS - 3600,
        .has_certificate_limit = true,
        .has_known_key = true,
        .is_used = true,
        .merged_into = "0123456789abcdef0123456789abcdef",
        .folded = 3,
        .scans = 2,
    };

    for (uint64_t party = 1; party <= 3; party++) {
        sketch_add(&incident.clients, party << 32);
        sketch_add(&incident.servers, party << 32);
    }
    return incident;
}

static bool write_line(struct event_writer *writer, const struct incident *incident)
{
    struct bytes line;

    return event_write_incident(writer, incident, INCIDENT_CLOSED, incident->last_ns, &line)
           && fwrite(line.data, 1, line.len, stdout) == line.len;
}

static bool write_lines(struct event_writer *writer)
{
    bool is_written = true;

    for (int scope = INCIDENT_SERVER; scope <= INCIDENT_CLIENT; scope++) {
        const struct incident incident = incident_in((enum incident_scope)scope);

        is_written = is_written && write_line(writer, &incident);
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct incident incident = incident_in(INCIDENT_PATH);

        incident.path = paths[i];
        is_written = is_written && write_line(writer, &incident);
    }
    return is_written;
}

int main(void)
{
    const struct event_options options = {.observer_name = "edge"};
    struct event_writer *writer = event_writer_new(&options);
    bool is_written = writer != NULL && write_lines(writer);

    event_writer_free(writer);
    return is_written ? 0 : 1;
}
