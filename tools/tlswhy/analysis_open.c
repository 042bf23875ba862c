/* SPDX-License-Identifier: GPL-2.0-or-later */
/* analysis_open.c -- report, inventory, summary, and the pipeline whose verdicts go to them. */
#include "tools/tlswhy/analysis_parts.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/state_file.h"

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

/* An inventory that tells news as they come, or one that is listed at the end. */
static bool open_inventory(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    struct inventory_options inventory = {
        .level_count = options->expiry_level_count,
        .entries_max = inventory_entries_within(analysis->plan.seen),
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

bool analysis_has_summary_alone(const struct options *options)
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
        .memory_max = analysis->plan.summary,
    };

    if (path == NULL)
        return true;
    if (!run_summary_begin(&analysis->summary, &limits))
        return false;
    return analysis_has_summary_alone(analysis->options)
           || output_open(&analysis->summary_output, strcmp(path, "-") == 0 ? NULL : path);
}

static bool open_report(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    struct report_options report = {
        .out = analysis->output.file,
        .width = output_width(analysis->output.descriptor),
        .has_color = output_has_color(analysis->output.descriptor, options->color),
        .all = options->all,
        .origins = analysis->origins,
        .memory_max = analysis->plan.seen,
        .hash_key = {analysis->hash_key[0], analysis->hash_key[1]},
    };

    if (options->json || options->certificates || analysis_has_summary_alone(options))
        return true;
    analysis->report = report_new(&report);
    return analysis->report != NULL || complain_memory();
}

static bool open_pipeline(struct analysis *analysis)
{
    const struct options *options = analysis->options;
    struct pipeline_options pipeline = {
        .options = options,
        .memory_max = analysis->plan.tables,
        .defer_max = options->streaming ? 0 : analysis->plan.waiting,
        .knowledge_max = analysis->plan.knowledge,
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

bool analysis_open_parts(struct analysis *analysis)
{
    return trust_files_open(&analysis->trust, analysis->options) && open_summary(analysis)
           && open_report(analysis) && open_inventory(analysis) && open_pipeline(analysis);
}
