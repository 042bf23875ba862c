/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/analysis.h"

#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/region.h"
#include "tools/tlswhy/analysis_parts.h"
#include "tools/tlswhy/check.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/random_key.h"
#include "tools/tlswhy/service.h"
#include "tools/tlswhy/stop.h"
#include "tools/tlswhy/system_clock.h"

enum { FEED_LOOK_MS = 250 /* between two looks whether a signal came */ };

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

/* Whether to go on: now and then there is more to do than packets. */
static bool look_around(struct analysis *analysis)
{
    progress_update(&analysis->progress, analysis->source);
    analysis->is_interrupted = stop_requested();
    return !analysis->is_interrupted && analysis->output.error == 0
           && (analysis->feed == NULL || !feed_is_dead(analysis->feed))
           && !analysis_is_out_of_memory(analysis);
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

static bool is_read_whole(const struct analysis *analysis)
{
    const struct source_counters *counters = source_counters(analysis->source);

    return counters->files_unreadable + counters->files_damaged == 0;
}

static int read_source(struct analysis *analysis)
{
    enum source_status status = read_packets(analysis);

    analysis->is_interrupted = stop_requested();
    progress_clear(&analysis->progress);
    pipeline_finish(analysis->pipeline);
    if (status == SOURCE_FAILED && !analysis->is_interrupted) {
        if (source_counters(analysis->source)->link_unsupported > 0)
            complain("no packet could be read"); /* else each file was told to be unreadable */
        return EXIT_COULD_NOT;                   /* there is nothing to report */
    }
    if (!has_input(analysis) && !empty_outputs(analysis)) /* it was interrupted: nothing is there */
        return EXIT_COULD_NOT;
    if (!analysis_write_results(analysis))
        return EXIT_COULD_NOT;
    return is_read_whole(analysis) || analysis->is_interrupted ? EXIT_ANALYSED : EXIT_COULD_NOT;
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

    if (!analysis_open_parts(analysis))
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
        (void)complain("warning: %s event%s in %s", layout_number(counters.spooled, number),
                       counters.spooled == 1 ? " waits" : "s wait", analysis->options->sinks.spool);
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
    struct analysis analysis = {
        .options = options,
        .plan = memory_plan_make(options->memory_max, 1),
    };
    bool has_feed;
    int status;

    if (!check_analysis(options)) /* before anything is opened */
        return EXIT_USAGE;
    region_widen_heap();
    if (!random_key_draw(analysis.hash_key) || !output_open(&analysis.output, options->output))
        return EXIT_COULD_NOT;
    analysis.output.holds_back = reads_files_alone(options);
    if (options->path_count > 1) /* without memory for it, files are not told */
        analysis.origins = origins_new();
    has_feed = open_feed(&analysis);
    stop_prepare(); /* a receiver that does not answer is waited for: a signal ends that at once */
    status = has_feed ? open_and_read(&analysis) : EXIT_COULD_NOT;
    release(&analysis);
    if (!stop_feed(&analysis))
        status = EXIT_COULD_NOT;
    if (!close_outputs(&analysis))
        status = EXIT_COULD_NOT;
    if (status == EXIT_ANALYSED && options->check && analysis.failed > 0)
        status = EXIT_FAILURES_FOUND;
    return status;
}
