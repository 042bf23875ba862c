/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/analysis.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/inventory_table.h"
#include "analyze/report.h"
#include "capture/region.h"
#include "tools/tlswhy/check.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/feed.h"
#include "tools/tlswhy/memory_plan.h"
#include "tools/tlswhy/output.h"
#include "tools/tlswhy/pipeline.h"
#include "tools/tlswhy/progress.h"
#include "tools/tlswhy/random_key.h"
#include "tools/tlswhy/run_summary.h"
#include "tools/tlswhy/service.h"
#include "tools/tlswhy/state_file.h"
#include "tools/tlswhy/stop.h"
#include "tools/tlswhy/system_clock.h"
#include "tools/tlswhy/trust_files.h"

enum { FEED_LOOK_MS = 250 /* between two looks whether a signal came */ };

struct analysis {
    const struct options *options;
    uint64_t hash_key[2];
    struct output output;
    struct output summary_output; /* --summary, unless it is the only one on standard output */
    struct run_summary summary;   /* without it, all zero */
    struct feed *feed;            /* --sink; NULL without */
    struct report *report;        /* text; NULL with --json and --certificates */
    struct inventory *inventory;  /* NULL: nobody asked for certificates */
    struct trust_files trust;
    struct pipeline *pipeline;
    struct origins *origins; /* NULL: one file */
    struct source *source;
    struct progress progress;
    uint64_t failed;     /* handshakes */
    bool is_interrupted; /* by a signal */
    bool is_out_of_memory;
};

static void take_line(void *context, struct bytes line)
{
    struct analysis *analysis = context;

    if (analysis->feed != NULL)
        outlet_push(feed_outlet(analysis->feed, 0), line);
    if (analysis->feed == NULL || analysis->options->output != NULL)
        output_line(&analysis->output, line);
}

static void take_news(void *context, const struct inventory_news *news)
{
    struct analysis *analysis = context;

    pipeline_write_news(analysis->pipeline, news);
}

static void take_verdict(void *context, const struct verdict *verdict)
{
    struct analysis *analysis = context;

    if (verdict->outcome == OUTCOME_FAILED)
        analysis->failed++;
    if (analysis->report != NULL)
        report_add(analysis->report, verdict);
    if (analysis->inventory != NULL)
        inventory_add(analysis->inventory, verdict);
    if (analysis->summary.tally != NULL && !tally_add(analysis->summary.tally, verdict))
        analysis->is_out_of_memory = true;
}

static void expect_verdict(void *context, const struct endpoint *server)
{
    const struct analysis *analysis = context;

    report_expect(analysis->report, server);
}

/* All packets are there: nobody waits for the next one, and for the event before it. */
static bool reads_files_alone(const struct options *options)
{
    struct stat status;

    for (size_t i = 0; i < options->path_count; i++) {
        const char *path = options->paths[i];
        int error = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &status) : stat(path, &status);

        if (error != 0 || !S_ISREG(status.st_mode))
            return false;
    }
    return true;
}

/* What people may have meant by an operand that is no file; "": nothing is known. */
static const char *hint_at(const struct options *options, const struct source_report *report)
{
    if (options->read_count > 0 || report->trouble != SOURCE_UNREADABLE
        || access(report->path, F_OK) == 0)
        return "";
    if (if_nametoindex(report->path) != 0)
        return "; -i captures from an interface";
    return strcmp(report->path, options->paths[0]) != 0 ? "; a filter needs -r FILE, or -f" : "";
}

static void take_trouble(void *context, const struct source_report *report)
{
    static const char *const kinds[] = {
        [SOURCE_UNREADABLE] = "",
        [SOURCE_CUT_OFF] = "warning: ",
        [SOURCE_SKIPPED] = "warning: ",
    };
    struct analysis *analysis = context;

    if (stop_requested()) /* a read that a signal ended is no fault of the file */
        return;
    progress_clear(&analysis->progress);
    complain("%s%s: %s%s", kinds[report->trouble],
             strcmp(report->path, "-") == 0 ? "standard input" : report->path, report->text,
             hint_at(analysis->options, report));
}

/* An inventory that tells news as they come, or one that is listed at the end. */
static bool open_inventory(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    struct inventory_options inventory = {
        .level_count = options->expiry_level_count,
        .entries_max = inventory_entries_within(memory_plan_make(options->memory_max, 1).seen),
        .hash_key = {analysis->hash_key[0], analysis->hash_key[1]},
    };
    const struct inventory_sink sink = {
        .context = analysis,
        .take = options->certificates ? NULL : take_news,
    };

    if (!options->certificates && !(options->json && options->all))
        return true;
    memcpy(inventory.levels, options->expiry_levels, sizeof(inventory.levels));
    analysis->inventory = inventory_new(&inventory, &sink);
    return analysis->inventory != NULL || complain_memory();
}

/* The summary is what standard output is for. */
static bool has_summary_alone(const struct options *options)
{
    return options->summary != NULL && strcmp(options->summary, "-") == 0
           && options->output == NULL;
}

/* What cannot be written is told before anything is read. */
static bool open_summary(struct analysis *analysis)
{
    const char *path = analysis->options->summary;
    const struct tally_limits limits = {
        .rows_max = TALLY_ROWS_MAX,
        .memory_max = memory_plan_make(analysis->options->memory_max, 1).summary,
    };

    if (path == NULL)
        return true;
    if (!run_summary_begin(&analysis->summary, &limits))
        return false;
    return has_summary_alone(analysis->options)
           || output_open(&analysis->summary_output, strcmp(path, "-") == 0 ? NULL : path);
}

static bool open_sink(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    struct report_options report = {
        .out = analysis->output.file,
        .width = output_width(analysis->output.descriptor),
        .has_color = output_has_color(analysis->output.descriptor, options->color),
        .all = options->all,
        .origins = analysis->origins,
        .memory_max = memory_plan_make(options->memory_max, 1).seen,
        .hash_key = {analysis->hash_key[0], analysis->hash_key[1]},
    };

    if (!options->json && !options->certificates && !has_summary_alone(options)) {
        analysis->report = report_new(&report);
        if (analysis->report == NULL)
            return complain_memory();
    }
    return open_inventory(analysis);
}

static bool open_pipeline(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    const struct memory_plan plan = memory_plan_make(options->memory_max, 1);
    struct pipeline_options pipeline = {
        .options = options,
        .memory_max = plan.tables,
        .defer_max = options->streaming ? 0 : plan.waiting,
        .knowledge_max = plan.knowledge,
        .examine_all = options->all || options->certificates,
        .has_events = options->json,
        .origins = analysis->origins,
        .trust = analysis->trust.store,
        .crls = analysis->trust.crls,
        .hash_key = {analysis->hash_key[0], analysis->hash_key[1]},
    };
    const struct pipeline_sink sink = {
        .context = analysis,
        .take_verdict = take_verdict,
        .expect_verdict = analysis->report != NULL ? expect_verdict : NULL,
        .take_line = take_line,
    };

    if (options->state != NULL) /* which has one key, for all that is in it */
        memcpy(pipeline.sketch_key, analysis->hash_key, sizeof(pipeline.sketch_key));
    analysis->pipeline = pipeline_new(&pipeline, &sink);
    return analysis->pipeline != NULL
           && (options->state == NULL
               || (state_file_has_place(options->state, NULL)
                   && state_file_read(options->state, pipeline_knowledge(analysis->pipeline),
                                      pipeline_insight(analysis->pipeline))));
}

static bool is_out_of_memory(const struct analysis *analysis)
{
    return analysis->is_out_of_memory || pipeline_unserialised(analysis->pipeline) > 0;
}

/* Whether to go on: now and then there is more to do than packets. */
static bool look_around(struct analysis *analysis)
{
    progress_update(&analysis->progress, analysis->source);
    analysis->is_interrupted = stop_requested();
    return !analysis->is_interrupted && analysis->output.error == 0
           && (analysis->feed == NULL || !feed_is_dead(analysis->feed))
           && !is_out_of_memory(analysis);
}

static enum source_status read_packets(struct analysis *analysis)
{
    struct raw_packet raw[PIPELINE_BATCH];
    uint64_t packets = 0;

    for (;;) {
        size_t count;
        enum source_status status = source_read(analysis->source, raw, PIPELINE_BATCH, &count);

        if (status == SOURCE_PACKET)
            pipeline_packets(analysis->pipeline, raw, count);
        else if (status != SOURCE_IDLE)
            return status;
        packets += count;
        if (status != SOURCE_IDLE && packets < PROGRESS_PACKETS)
            continue;
        packets = 0;
        if (!look_around(analysis))
            return SOURCE_END;
    }
}

static void write_report(struct analysis *analysis)
{
    const struct report_totals totals = {
        .packets = pipeline_packet_counters(analysis->pipeline),
        .connections = pipeline_connections_counters(analysis->pipeline),
        .tracker = pipeline_tracker_counters(analysis->pipeline),
        .incidents = pipeline_incidents(analysis->pipeline),
        .source = source_counters(analysis->source),
        .first_ns = pipeline_first_ns(analysis->pipeline),
        .last_ns = pipeline_last_ns(analysis->pipeline),
        .interrupted = analysis->is_interrupted,
    };

    if (analysis->report != NULL)
        report_finish(analysis->report, &totals);
}

static bool write_summary(struct analysis *analysis)
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
    FILE *out = has_summary_alone(analysis->options) ? analysis->output.file
                                                     : analysis->summary_output.file;

    if (analysis->options->summary == NULL)
        return true;
    run_summary_finish(&analysis->summary, &totals, pipeline_first_ns(analysis->pipeline),
                       pipeline_last_ns(analysis->pipeline));
    return run_summary_write(&analysis->summary, out);
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

        take_news(analysis, &news);
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
        complain("%s failures have no event of their own, only that of their incident; "
                 "--events-per-minute=all writes them",
                 layout_number(folded, number));
}

static void complain_clock(struct analysis *analysis)
{
    const struct tracker_counters *counters = pipeline_tracker_counters(analysis->pipeline);

    if (counters->insight.capture_clock.implausible)
        complain("warning: the clock of the capture seems to be wrong: all certificates of servers "
                 "were issued later than its packets");
}

/* What an earlier run wrote goes. */
static bool empty_outputs(struct analysis *analysis)
{
    return output_empty(&analysis->output)
           && (analysis->summary_output.file == NULL || output_empty(&analysis->summary_output));
}

/* There is something to put in its place. */
static bool has_input(const struct analysis *analysis)
{
    const struct source_counters *counters = source_counters(analysis->source);

    return counters->files_unreadable < counters->files;
}

static int read_source(struct analysis *analysis)
{
    const struct source_counters *counters = source_counters(analysis->source);
    enum source_status status = read_packets(analysis);

    analysis->is_interrupted = stop_requested();
    progress_clear(&analysis->progress);
    pipeline_finish(analysis->pipeline);
    if (status == SOURCE_FAILED && !analysis->is_interrupted) {
        if (counters->link_unsupported > 0) /* else each file was told to be unreadable */
            complain("no packet could be read");
        return EXIT_COULD_NOT; /* there is nothing to report */
    }
    if (!has_input(analysis) && !empty_outputs(analysis)) /* it was interrupted: nothing is there */
        return EXIT_COULD_NOT;
    write_report(analysis);
    pipeline_write_incidents(analysis->pipeline); /* they sum up the handshakes before them */
    write_certificates(analysis);
    if (!write_summary(analysis))
        analysis->is_out_of_memory = true;
    complain_left_out(analysis);
    complain_folded(analysis);
    complain_clock(analysis);
    if (analysis->options->state != NULL
        && !state_file_write(analysis->options->state, pipeline_knowledge(analysis->pipeline),
                             pipeline_insight(analysis->pipeline),
                             memory_plan_make(analysis->options->memory_max, 1).state))
        return EXIT_COULD_NOT;
    if (is_out_of_memory(analysis)) {
        complain("out of memory: some events are missing");
        return EXIT_COULD_NOT;
    }
    if (counters->files_unreadable + counters->files_damaged > 0 && !analysis->is_interrupted)
        return EXIT_COULD_NOT;
    return EXIT_ANALYSED;
}

static int open_and_read(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    const struct source_options source = {
        .paths = options->paths,
        .path_count = options->path_count,
        .filter = options->filter,
        .report = take_trouble,
        .report_context = analysis,
        .origins = analysis->origins,
    };
    char error[SOURCE_ERROR_MAX];

    if (!trust_files_open(&analysis->trust, analysis->options) || !open_summary(analysis)
        || !open_sink(analysis) || !open_pipeline(analysis))
        return EXIT_COULD_NOT;
    progress_begin(&analysis->progress, options->progress);
    analysis->source = source_new(&source, error);
    if (analysis->source == NULL) {
        complain("%s", error);
        return EXIT_COULD_NOT;
    }
    if (has_input(analysis) && !empty_outputs(analysis))
        return EXIT_COULD_NOT;
    return read_source(analysis);
}

static bool open_feed(struct analysis *analysis)
{
    const struct feed_options feed = {.options = analysis->options, .outlet_count = 1};

    if (analysis->options->sinks.count == 0)
        return true;
    analysis->feed = feed_open(&feed);
    return analysis->feed != NULL && feed_start(analysis->feed);
}

/* Send what waits. It takes as long as the receivers do, unless a signal came. */
static bool stop_feed(struct analysis *analysis)
{
    int64_t until_ms = system_clock_now_ms() + SERVICE_STOP_MS;
    char number[LAYOUT_NUMBER_SIZE];
    struct sink_counters counters;
    bool is_whole = true;

    if (analysis->feed == NULL)
        return true;
    do {
        if (stop_requested() && system_clock_now_ms() > until_ms)
            feed_give_up(analysis->feed);
        is_whole = feed_stop(analysis->feed, FEED_LOOK_MS);
    } while (feed_is_running(analysis->feed));
    counters = feed_counters(analysis->feed);
    feed_close(analysis->feed);
    if (counters.lost > 0)
        return complain("%s event%s lost", layout_number(counters.lost, number),
                        counters.lost == 1 ? " was" : "s were");
    if (counters.spooled > 0)
        (void)complain("warning: %s events wait in %s", layout_number(counters.spooled, number),
                       analysis->options->sinks.spool);
    return is_whole || counters.spooled > 0;
}

static void release(struct analysis *analysis)
{
    source_free(analysis->source);
    origins_free(analysis->origins);
    pipeline_free(analysis->pipeline);
    trust_files_close(&analysis->trust);
    inventory_free(analysis->inventory);
    report_free(analysis->report);
    run_summary_release(&analysis->summary);
}

static bool close_outputs(struct analysis *analysis)
{
    bool is_output_whole = output_close(&analysis->output);

    return (analysis->summary_output.file == NULL || output_close(&analysis->summary_output))
           && is_output_whole;
}

int analysis_run(const struct options *options)
{
    struct analysis analysis = {.options = options};
    int status;

    if (!check_analysis(options)) /* before anything is opened */
        return EXIT_USAGE;
    region_widen_heap();
    if (!random_key_draw(analysis.hash_key) || !output_open(&analysis.output, options->output))
        return EXIT_COULD_NOT;
    analysis.output.holds_back = reads_files_alone(options);
    if (options->path_count > 1) /* without memory for it, files are not told */
        analysis.origins = origins_new();
    stop_prepare();
    status = open_feed(&analysis) ? open_and_read(&analysis) : EXIT_COULD_NOT;
    release(&analysis);
    if (!stop_feed(&analysis))
        status = EXIT_COULD_NOT;
    if (!close_outputs(&analysis))
        status = EXIT_COULD_NOT;
    if (status == EXIT_ANALYSED && options->check && analysis.failed > 0)
        status = EXIT_FAILURES_FOUND;
    return status;
}
