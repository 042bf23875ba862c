/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_form.c -- reads a capture as the service reads interfaces, in packet time.
 *
 *   live_form [OPTION...] CAPTURE
 *
 * The two halves of a live analysis without its threads: one observes connections, the other
 * judges them at once, and tells of incidents while packet time goes on. After the last packet time
 * goes on for longer than anything is waited for. Options are those of tlswhy; events go to
 * standard output.
 */
#include <stdlib.h>

#include "capture/source.h"
#include "tools/tlswhy/memory_plan.h"
#include "tools/tlswhy/pipeline.h"
#include "tools/tlswhy/trust_files.h"

#define CARE_NS  INT64_C(250000000)
#define AFTER_NS INT64_C(200000000000)

struct live_form {
    struct pipeline *observer;
    struct pipeline *judge;
    int64_t cared_ns;
};

static void take_observation(void *context, const struct observation *observation)
{
    struct live_form *form = context;

    pipeline_judge(form->judge, observation);
}

static void take_verdict(void *context, const struct verdict *verdict)
{
    (void)context;
    (void)verdict;
}

static void take_line(void *context, struct bytes line)
{
    (void)context;
    fwrite(line.data, 1, line.len, stdout);
}

static void take_trouble(void *context, const struct source_report *report)
{
    (void)context;
    fprintf(stderr, "%s: %s\n", report->path, report->text);
    exit(EXIT_FAILURE);
}

/* As often as the service looks at the clock. */
static void advance(struct live_form *form, int64_t now_ns)
{
    if (form->cared_ns == 0)
        form->cared_ns = now_ns;
    while (now_ns - form->cared_ns >= CARE_NS) {
        form->cared_ns += CARE_NS;
        pipeline_advance(form->observer, form->cared_ns);
        pipeline_advance(form->judge, form->cared_ns);
        pipeline_tell_incidents(form->judge, false);
    }
}

static bool open_halves(struct live_form *form, const struct options *options,
                        const struct trust_files *trust)
{
    const struct memory_plan plan = memory_plan_make(options->memory_max, 1);
    struct pipeline_options pipeline = {
        .part = PIPELINE_OBSERVE,
        .options = options,
        .memory_max = plan.tables,
        .hash_key = {1, 2},
    };
    const struct pipeline_sink sink = {
        .context = form,
        .take_observation = take_observation,
        .take_verdict = take_verdict,
        .take_line = take_line,
    };

    form->observer = pipeline_new(&pipeline, &sink);
    pipeline.part = PIPELINE_JUDGE;
    pipeline.knowledge_max = plan.knowledge;
    pipeline.revise_max = plan.waiting / 4;
    pipeline.examine_all = options->all;
    pipeline.has_events = true;
    pipeline.trust = trust->store;
    pipeline.crls = trust->crls;
    form->judge = pipeline_new(&pipeline, &sink);
    return form->observer != NULL && form->judge != NULL;
}

static bool read_all(struct live_form *form, struct source *source)
{
    struct raw_packet raw;
    enum source_status status;
    size_t count;

    while ((status = source_read(source, &raw, 1, &count)) == SOURCE_PACKET) {
        advance(form, raw.time_ns);
        pipeline_packets(form->observer, &raw, 1);
    }
    advance(form, pipeline_last_ns(form->observer) + AFTER_NS);
    pipeline_finish(form->observer);
    pipeline_finish(form->judge);
    pipeline_tell_incidents(form->judge, true);
    return status == SOURCE_END;
}

static bool run(const struct options *options)
{
    const struct source_options source_options = {
        .paths = options->paths, .path_count = options->path_count, .report = take_trouble};
    char error[SOURCE_ERROR_MAX];
    struct live_form form = {0};
    struct trust_files trust = {0};
    struct source *source = source_new(&source_options, error);
    bool is_good = source != NULL && trust_files_open(&trust, options)
                   && open_halves(&form, options, &trust) && read_all(&form, source);

    source_free(source);
    pipeline_free(form.observer);
    pipeline_free(form.judge);
    trust_files_close(&trust);
    return is_good;
}

int main(int argc, char **argv)
{
    struct options options;
    bool is_good = options_parse(argc, argv, &options) && run(&options);

    options_free(&options);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
