/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/run_summary.h"

#include <string.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/random_key.h"

/* Those of all parts that could hide something, under the names that statistics have: what live
 * capture counts too, stats.c has in a row of the same key. */
static const struct counter_row {
    const char *key;
    size_t offset; /* of a uint64_t in struct run_totals */
} counter_rows[] = {
    {"files", offsetof(struct run_totals, source.files)},
    {"files_unreadable", offsetof(struct run_totals, source.files_unreadable)},
    {"files_damaged", offsetof(struct run_totals, source.files_damaged)},
    {"files_cut_off", offsetof(struct run_totals, source.files_cut_off)},
    {"runs_interrupted", offsetof(struct run_totals, interrupted)},
    {"filtered_packets", offsetof(struct run_totals, source.rejected)},
    {"link_unsupported_packets", offsetof(struct run_totals, source.link_unsupported)},
    {"kernel_dropped_packets", offsetof(struct run_totals, source.dropped_kernel)},
    {"interface_dropped_packets", offsetof(struct run_totals, source.dropped_interface)},
    {"too_long_packets", offsetof(struct run_totals, source.too_long)},
    {"packets", offsetof(struct run_totals, packets.packets)},
    {"bytes", offsetof(struct run_totals, packets.octets)},
    {"cut_headers", offsetof(struct run_totals, packets.cut)},
    {"cut_packets", offsetof(struct run_totals, packets.cut_payloads)},
    {"malformed_packets", offsetof(struct run_totals, packets.malformed)},
    {"corrupt_packets", offsetof(struct run_totals, packets.corrupt)},
    {"unsupported_packets", offsetof(struct run_totals, packets.unsupported)},
    {"fragments", offsetof(struct run_totals, packets.fragments)},
    {"fragments_dropped", offsetof(struct run_totals, packets.fragments_dropped)},
    {"connections", offsetof(struct run_totals, connections.opened)},
    {"connections_midway", offsetof(struct run_totals, connections.midway)},
    {"missed_bytes", offsetof(struct run_totals, connections.missed_octets)},
    {"dropped_bytes", offsetof(struct run_totals, connections.dropped_octets)},
    {"evicted_handshakes", offsetof(struct run_totals, connections.evicted)},
    {"evicted_half_open", offsetof(struct run_totals, connections.evicted_half_open)},
    {"idle_connections_resumed", offsetof(struct run_totals, connections.went_on)},
    {"refused_handshakes", offsetof(struct run_totals, tracker.refused)},
    {"transcripts_full", offsetof(struct run_totals, tracker.transcripts_full)},
    {"notes_full", offsetof(struct run_totals, tracker.notes_full)},
    {"unreadable_hellos", offsetof(struct run_totals, tracker.unreadable)},
    {"tls_searches_ended", offsetof(struct run_totals, tracker.searches_ended)},
    {"judged_early", offsetof(struct run_totals, tracker.defer.early)},
    {"evicted_known_servers", offsetof(struct run_totals, tracker.knowledge.evicted_servers)},
    {"evicted_known_names", offsetof(struct run_totals, tracker.knowledge.evicted_names)},
    {"evicted_known_clients", offsetof(struct run_totals, tracker.knowledge.evicted_clients)},
    {"evicted_insights", offsetof(struct run_totals, tracker.insight.evicted)},
    {"evicted_incidents", offsetof(struct run_totals, tracker.incidents_evicted)},
    {"refused_incident_failures", offsetof(struct run_totals, tracker.incidents_refused)},
    {"unserialised_events", offsetof(struct run_totals, unserialised)},
    {"folded_events", offsetof(struct run_totals, folded)},
};

enum { COUNTER_ROWS = sizeof(counter_rows) / sizeof(counter_rows[0]) };

_Static_assert(COUNTER_ROWS <= (size_t)RUN_SUMMARY_COUNTERS_MAX, "room for all");

bool run_summary_begin(struct run_summary *summary, const struct tally_limits *limits)
{
    uint64_t hash_key[2];

    *summary = (struct run_summary){0};
    if (!random_key_draw(hash_key))
        return false;
    summary->tally = tally_new(limits, hash_key);
    return summary->tally != NULL || complain_memory();
}

void run_summary_release(struct run_summary *summary)
{
    tally_free(summary->tally);
    *summary = (struct run_summary){0};
}

void run_summary_add_times(struct run_summary *summary, int64_t first_ns, int64_t last_ns)
{
    if (first_ns != 0 && (summary->first_ns == 0 || first_ns < summary->first_ns))
        summary->first_ns = first_ns;
    if (last_ns > summary->last_ns)
        summary->last_ns = last_ns;
}

void run_summary_finish(struct run_summary *summary, const struct run_totals *totals,
                        int64_t first_ns, int64_t last_ns)
{
    summary->runs = 1;
    run_summary_add_times(summary, first_ns, last_ns);
    for (unsigned i = 0; i < OUTCOMES; i++)
        summary->outcomes[i] = totals->tracker.outcomes[i];
    for (size_t i = 0; i < COUNTER_ROWS; i++)
        memcpy(&summary->counters[i], (const uint8_t *)totals + counter_rows[i].offset,
               sizeof(summary->counters[i]));
}

const char *run_summary_counter(size_t number)
{
    return number < COUNTER_ROWS ? counter_rows[number].key : NULL;
}

static void write_head(const struct run_summary *summary, struct json *json, struct json_at root)
{
    struct json_at outcomes;
    struct json_at counters;

    json_add_constant(json, root, "kind", RUN_SUMMARY_KIND);
    json_add_unsigned(json, root, "format", RUN_SUMMARY_FORMAT);
    json_add_unsigned(json, root, "runs", summary->runs);
    if (summary->first_ns != 0) {
        json_add_time(json, root, "first", summary->first_ns);
        json_add_time(json, root, "last", summary->last_ns);
    }
    outcomes = json_add_object(json, root, "outcomes");
    for (unsigned i = 0; i < OUTCOMES; i++)
        json_add_unsigned(json, outcomes, outcome_name((enum outcome)i), summary->outcomes[i]);
    counters = json_add_object(json, root, "counters");
    for (size_t i = 0; i < COUNTER_ROWS; i++)
        json_add_unsigned(json, counters, counter_rows[i].key, summary->counters[i]);
}

enum run_summary_status run_summary_write(const struct run_summary *summary, FILE *out)
{
    struct json json;
    struct json_at root;
    struct bytes line;
    enum run_summary_status status = RUN_SUMMARY_NO_MEMORY;

    json_init(&json, RUN_SUMMARY_LINE_MAX);
    root = json_begin(&json);
    write_head(summary, &json, root);
    if (tally_write(summary->tally, &json, root) && json_finish(&json, &line))
        status = fwrite(line.data, 1, line.len, out) == line.len ? RUN_SUMMARY_WRITTEN
                                                                 : RUN_SUMMARY_NOT_ARRIVED;
    json_release(&json);
    return status;
}
