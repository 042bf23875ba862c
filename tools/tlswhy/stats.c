/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/stats.h"

#define COUNTER(key, help, member)                                                                 \
    {                                                                                              \
        key, "tlswhy_" key "_total", help, offsetof(struct stats, member), false                   \
    }
#define LEVEL(key, help, member)                                                                   \
    {                                                                                              \
        key, "tlswhy_" key, help, offsetof(struct stats, member), true                             \
    }
#define LABELLED(key, help, member)                                                                \
    {                                                                                              \
        key, NULL, help, offsetof(struct stats, member), false                                     \
    }

const struct stats_row stats_rows[] = {
    COUNTER("packets", "Packets captured", live.packets),
    COUNTER("bytes", "Octets of the packets captured", live.octets),
    COUNTER("kernel_dropped_packets", "Packets lost because a ring was full", live.dropped_kernel),
    COUNTER("interface_dropped_packets", "Packets that the driver lost", live.dropped_interface),
    COUNTER("too_long_packets", "Packets too long to be read", live.too_long),
    COUNTER("early_packets", "Packets from before several workers shared them out, not read",
            live.early),
    COUNTER("cut_headers", "Packets cut by the snap length within their headers", packets.cut),
    COUNTER("cut_packets", "TCP segments cut by the snap length", packets.cut_payloads),
    COUNTER("malformed_packets", "Packets whose headers contradict themselves", packets.malformed),
    COUNTER("corrupt_packets", "Packets with a wrong checksum, where they are verified",
            packets.corrupt),
    COUNTER("unsupported_packets", "Packets of a kind that is not read, or encrypted below IP",
            packets.unsupported),
    COUNTER("fragments", "IP fragments", packets.fragments),
    COUNTER("fragments_dropped", "IP fragments that never became whole", packets.fragments_dropped),
    LEVEL("fragments_waiting", "IP datagrams of which fragments are missing",
          packets.fragments_waiting),
    LEVEL("interfaces_down", "Interfaces that are down or gone", interfaces_down),
    COUNTER("interface_outages", "Times that an interface went away", live.vanished),
    COUNTER("interface_failed_reads", "Failed reads from interfaces, also when one goes away",
            live.failed_reads),
    COUNTER("connections", "TCP connections", connections.opened),
    COUNTER("connections_midway", "TCP connections picked up midway", connections.midway),
    LEVEL("connections_current", "TCP connections in the tables", connections.current),
    LEVEL("connections_half_open", "SYNs without an answer in the tables", connections.half_open),
    LEVEL("handshakes_current", "Handshakes in progress", tracker.handshakes),
    COUNTER("evicted_handshakes", "Handshakes given up for want of memory", connections.evicted),
    COUNTER("evicted_half_open", "SYNs given up for want of memory", connections.evicted_half_open),
    COUNTER("evicted_done", "Connections forgotten early for want of memory",
            connections.evicted_done),
    COUNTER("idle_connections_resumed",
            "Connections that went on after the idle time-out in a handshake, not read",
            connections.went_on),
    COUNTER(
        "unordered_first_segments",
        "Segments without a SYN not held back for one before them, for length or want of memory",
        connections.first_at_once),
    COUNTER("refused_handshakes", "Connections not read for want of memory", tracker.refused),
    LEVEL("overload_level", "Steps of leaving out, of all workers added up; 0 is none", shed_level),
    COUNTER("shed_packets", "Packets of connections picked up midway, left out for want of time",
            connections.shed_segments),
    COUNTER("shed_connections", "New connections left out for want of time", connections.shed_syns),
    COUNTER("missed_bytes", "Octets that passed without being captured", connections.missed_octets),
    COUNTER("dropped_bytes", "Octets given up because too much before them was missing",
            connections.dropped_octets),
    COUNTER("unreadable_hellos", "Hello messages that could not be read", tracker.unreadable),
    COUNTER("tls_searches_ended",
            "Connections that asked for TLS, looked through for it only in part",
            tracker.searches_ended),
    COUNTER("unjudged_without_tls", "Connections without TLS that found no room to be judged",
            unjudged[DOCKET_NOT_TLS]),
    COUNTER("unjudged_established", "Handshakes established that found no room to be judged",
            unjudged[DOCKET_ESTABLISHED]),
    COUNTER("unjudged_handshakes", "Other handshakes that found no room to be judged",
            unjudged[DOCKET_OTHER]),
    LEVEL("judge_queue_connections", "Connections that wait to be judged", docket_level),
    LEVEL("judge_queue_bytes", "Memory of the connections that wait to be judged", docket_octets),
    COUNTER("revised_verdicts", "Verdicts that were updated by what was known later",
            tracker.revised),
    COUNTER("unrevised_verdicts", "Failures not looked at again for want of memory",
            tracker.unrevised),
    COUNTER("unserialised_events", "Events lost for want of memory", unserialised),
    COUNTER("folded_events", "Failures told of by the event of their incident alone", folded),
    LEVEL("known_servers", "Servers that are known", tracker.knowledge.servers),
    LEVEL("known_names", "Server names that are known, each at one server",
          tracker.knowledge.names),
    LEVEL("known_clients", "Clients that are known", tracker.knowledge.clients),
    COUNTER("evicted_known_servers", "Servers forgotten for want of memory",
            tracker.knowledge.evicted_servers),
    COUNTER("evicted_known_names", "Server names forgotten for want of memory",
            tracker.knowledge.evicted_names),
    COUNTER("evicted_known_clients", "Clients forgotten for want of memory",
            tracker.knowledge.evicted_clients),
    COUNTER("evicted_insights", "Clocks and issuers forgotten for want of memory",
            tracker.insight.evicted),
    COUNTER("evicted_incidents", "Incidents forgotten for want of memory",
            tracker.incidents_evicted),
    COUNTER("evicted_open_incidents",
            "Incidents told as closed and forgotten for want of memory while they went on",
            tracker.incidents_evicted_open),
    COUNTER("refused_incident_failures",
            "Times that a failure was not counted with an incident for want of memory",
            tracker.incidents_refused),
    LEVEL("cached_certificates", "Different certificates kept as read",
          tracker.certificates.entries),
    COUNTER("evicted_certificates", "Certificates no longer kept as read",
            tracker.certificates.evictions),
    LEVEL("inventory_certificates", "Certificates in the inventory", inventory),
    COUNTER("inventory_left_out", "Times that a certificate found no room in the inventory",
            inventory_left_out),
    COUNTER("transcripts_full", "Handshakes too long to be kept whole", tracker.transcripts_full),
    COUNTER("unshared_messages", "Messages copied for want of room to keep them once",
            tracker.bodies_refused),
    COUNTER("unverified_signatures",
            "Signatures of refused key exchanges not verified, because there were too many",
            tracker.signatures_left_out),
    COUNTER("notes_full",
            "Handshakes with more messages than are noted, or than had room in memory",
            tracker.notes_full),
    LEVEL("knowledge_memory_bytes", "Memory of what is known", tracker.knowledge.memory),
    LEVEL("incidents_memory_bytes", "Memory of incidents", tracker.incidents_memory),
    LEVEL("certificates_memory_bytes", "Memory of certificates kept as read",
          tracker.certificates.octets),
    LEVEL("fragments_memory_bytes", "Memory of buffers for IP fragments", packets.fragments_memory),
    LEVEL("connections_memory_bytes", "Memory of the connection tables", connections.memory),
    LEVEL("handshakes_memory_bytes", "Memory of handshakes in progress", tracker.memory),
    LEVEL("shared_messages_memory_bytes", "Memory of messages that handshakes have in common",
          tracker.bodies_memory),
    LABELLED("established", "Handshakes established", tracker.outcomes[OUTCOME_ESTABLISHED]),
    LABELLED("incomplete", "Handshakes that the capture shows in part",
             tracker.outcomes[OUTCOME_INCOMPLETE]),
    LABELLED("not_tls", "Connections without TLS", tracker.outcomes[OUTCOME_NOT_TLS]),
    LABELLED("failed", "Handshakes failed", tracker.outcomes[OUTCOME_FAILED]),
};

const size_t stats_row_count = sizeof(stats_rows) / sizeof(stats_rows[0]);

uint64_t stats_value(const struct stats *stats, const struct stats_row *row)
{
    uint64_t value;

    memcpy(&value, (const uint8_t *)stats + row->offset, sizeof(value));
    return value;
}

/* These structures are nothing but counters. */
_Static_assert(sizeof(struct packet_counters) % sizeof(uint64_t) == 0, "counters only");
_Static_assert(sizeof(struct connections_counters) % sizeof(uint64_t) == 0, "counters only");
_Static_assert(sizeof(struct knowledge_counters) % sizeof(uint64_t) == 0, "counters only");
_Static_assert(sizeof(struct certificate_cache_stats) % sizeof(uint64_t) == 0, "counters only");
_Static_assert(sizeof(struct live_counters) % sizeof(uint64_t) == 0, "counters only");

static void add_all(void *sum, const void *other, size_t size)
{
    for (size_t offset = 0; offset < size; offset += sizeof(uint64_t)) {
        uint64_t left;
        uint64_t right;

        memcpy(&left, (uint8_t *)sum + offset, sizeof(left));
        memcpy(&right, (const uint8_t *)other + offset, sizeof(right));
        left += right;
        memcpy((uint8_t *)sum + offset, &left, sizeof(left));
    }
}

enum { TRACKER_NUMBERS = 17 /* of struct tracker_counters, beside arrays and structs */ };

/* Whoever adds a member has to add it up below. Not added up are the times of capture_clock, and
 * defer: in a service no verdict waits for later ones. */
_Static_assert(sizeof(struct tracker_counters)
                   == (OUTCOMES + TRACKER_NUMBERS) * sizeof(uint64_t)
                          + sizeof(struct knowledge_counters)
                          + sizeof(struct certificate_cache_stats) + sizeof(struct insight_counters)
                          + sizeof(struct defer_counters),
               "all members are known here");

static void add_tracker(struct tracker_counters *sum, const struct tracker_counters *other)
{
    add_all(sum->outcomes, other->outcomes, sizeof(sum->outcomes));
    sum->handshakes += other->handshakes;
    sum->refused += other->refused;
    sum->memory += other->memory;
    sum->memory_peak += other->memory_peak;
    sum->bodies_memory += other->bodies_memory;
    sum->bodies_refused += other->bodies_refused;
    sum->transcripts_full += other->transcripts_full;
    sum->notes_full += other->notes_full;
    sum->unreadable += other->unreadable;
    sum->searches_ended += other->searches_ended;
    sum->incidents_evicted += other->incidents_evicted;
    sum->incidents_evicted_open += other->incidents_evicted_open;
    sum->incidents_refused += other->incidents_refused;
    sum->incidents_memory += other->incidents_memory;
    add_all(&sum->knowledge, &other->knowledge, sizeof(sum->knowledge));
    add_all(&sum->certificates, &other->certificates, sizeof(sum->certificates));
    sum->signatures_left_out += other->signatures_left_out;
    sum->insight.evicted += other->insight.evicted;
    sum->revised += other->revised;
    sum->unrevised += other->unrevised;
}

static void add_times(struct stats *sum, const struct stats *other)
{
    if (sum->first_ns == 0 || (other->first_ns != 0 && other->first_ns < sum->first_ns))
        sum->first_ns = other->first_ns;
    if (other->last_ns > sum->last_ns)
        sum->last_ns = other->last_ns;
    if (other->wall_ns > sum->wall_ns)
        sum->wall_ns = other->wall_ns;
    sum->busy_ns += other->busy_ns;
}

void stats_add_live(struct live_counters *sum, const struct live_counters *other)
{
    add_all(sum, other, sizeof(*sum));
}

void stats_add(struct stats *sum, const struct stats *other)
{
    add_all(&sum->packets, &other->packets, sizeof(sum->packets));
    add_all(&sum->connections, &other->connections, sizeof(sum->connections));
    add_all(sum->causes, other->causes, sizeof(sum->causes));
    stats_add_live(&sum->live, &other->live);
    add_tracker(&sum->tracker, &other->tracker);
    add_times(sum, other);
    sum->unserialised += other->unserialised;
    sum->folded += other->folded;
    add_all(sum->unjudged, other->unjudged, sizeof(sum->unjudged));
    sum->inventory += other->inventory;
    sum->inventory_left_out += other->inventory_left_out;
    sum->docket_level += other->docket_level;
    sum->docket_octets += other->docket_octets;
    sum->interfaces_down += other->interfaces_down;
    sum->shed_level += other->shed_level;
}

void stats_count_cause(struct stats *stats, const struct cause *cause)
{
    for (size_t i = 0; i < cause_count && i < STATS_CAUSES_MAX; i++)
        if (cause_list[i] == cause)
            stats->causes[i]++;
}
