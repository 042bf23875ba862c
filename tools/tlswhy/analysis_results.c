/* SPDX-License-Identifier: GPL-2.0-or-later */
/* analysis_results.c -- what a run over captures comes to: report, certificates, summary. */
#include <stdlib.h>

#include "analyze/inventory_table.h"
#include "tools/tlswhy/analysis_parts.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/state_file.h"

static void write_report(struct analysis *analysis)
{
    const struct report_totals totals = {
        .packets = pipeline_packet_counters(analysis->pipeline),
        .connections = pipeline_connections_counters(analysis->pipeline),
        .tracker = pipeline_tracker_counters(analysis->pipeline),
        .incidents = pipeline_incidents(analysis->pipeline),
        .source = source_counters(analysis->source),
        .filter = analysis->options->filter,
        .first_ns = pipeline_first_ns(analysis->pipeline),
        .last_ns = pipeline_last_ns(analysis->pipeline),
        .interrupted = analysis->is_interrupted,
    };

    if (analysis->report != NULL)
        report_finish(analysis->report, &totals);
}

static void write_summary(struct analysis *analysis)
{
    const struct run_totals totals = {
        .source = *source_counters(analysis->source),
        .packets = *pipeline_packet_counters(analysis->pipeline),
        .connections = *pipeline_connections_counters(analysis->pipeline),
        .tracker = *pipeline_tracker_counters(analysis->pipeline),
        .unserialised = pipeline_unserialised(analysis->pipeline),
        .folded = pipeline_folded(analysis->pipeline),
        .interrupted = analysis->is_interrupted,
    };
    FILE *out = analysis_has_summary_alone(analysis->options) ? analysis->output.file
                                                              : analysis->summary_output.file;

    if (analysis->options->summary == NULL)
        return;
    run_summary_finish(&analysis->summary, &totals, pipeline_first_ns(analysis->pipeline),
                       pipeline_last_ns(analysis->pipeline));
    if (run_summary_write(&analysis->summary, out) == RUN_SUMMARY_NO_MEMORY)
        analysis->is_out_of_memory = true;
}

/* The inventory as of the last packet. */
static void list_certificates(struct analysis *analysis)
{
    const struct inventory_entry **entries = inventory_entries(analysis->inventory);

    if (entries == NULL) {
        analysis->is_out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < inventory_count(analysis->inventory); i++) {
        struct inventory_news news = inventory_news_of(analysis->inventory, entries[i],
                                                       pipeline_last_ns(analysis->pipeline));

        pipeline_write_news(analysis->pipeline, &news);
    }
    free(entries);
}

static void write_certificates(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    size_t width = output_width(analysis->output.descriptor);
    struct layout layout =
        layout_new(analysis->output.file, width,
                   output_has_color(analysis->output.descriptor, options->color));

    if (!options->certificates)
        return;
    if (options->json)
        list_certificates(analysis);
    else if (!inventory_table_write(&layout, analysis->inventory, width > 0,
                                    pipeline_last_ns(analysis->pipeline)))
        analysis->is_out_of_memory = true;
}

/* What a reader of events alone would not learn. */
static void complain_left_out(const struct analysis *analysis)
{
    uint64_t left_out = analysis->inventory != NULL ? inventory_left_out(analysis->inventory) : 0;
    char number[LAYOUT_NUMBER_SIZE];
    char known[LAYOUT_NUMBER_SIZE];

    if (left_out > 0)
        complain("warning: more than %s certificates: %s sightings of others are left out",
                 layout_number(inventory_count(analysis->inventory), known),
                 layout_number(left_out, number));
}

static void complain_folded(const struct analysis *analysis)
{
    uint64_t folded = pipeline_folded(analysis->pipeline);
    char number[LAYOUT_NUMBER_SIZE];

    if (folded > 0)
        complain("%s failure%s only; --events-per-minute=all writes an event of each",
                 layout_number(folded, number),
                 folded == 1 ? " is told by the event of its incident"
                             : "s are told by the events of their incidents");
}

static void complain_clock(struct analysis *analysis)
{
    const struct tracker_counters *counters = pipeline_tracker_counters(analysis->pipeline);

    if (counters->insight.capture_clock.implausible)
        complain("warning: the clock of the capture seems to be wrong: all certificates of servers "
                 "were issued later than its packets");
}

static bool write_state(struct analysis *analysis)
{
    const struct options *options = analysis->options;

    return options->state == NULL
           || state_file_write(options->state, pipeline_knowledge(analysis->pipeline),
                               pipeline_insight(analysis->pipeline), analysis->plan.state);
}

bool analysis_is_out_of_memory(const struct analysis *analysis)
{
    return analysis->is_out_of_memory || pipeline_unserialised(analysis->pipeline) > 0;
}

bool analysis_write_results(struct analysis *analysis)
{
    write_report(analysis);
    pipeline_write_incidents(analysis->pipeline); /* they sum up the handshakes before them */
    write_certificates(analysis);
    write_summary(analysis);
    complain_left_out(analysis);
    complain_folded(analysis);
    complain_clock(analysis);
    return write_state(analysis)
           && (!analysis_is_out_of_memory(analysis)
               || complain("out of memory: some events are missing"));
}
