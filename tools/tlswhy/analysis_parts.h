/* SPDX-License-Identifier: GPL-2.0-or-later */
/* analysis_parts.h -- the parts of a run over captures, private to the analysis files. */
#ifndef TLSWHY_TOOLS_ANALYSIS_PARTS_H
#define TLSWHY_TOOLS_ANALYSIS_PARTS_H

#include "analyze/report.h"
#include "tools/tlswhy/feed.h"
#include "tools/tlswhy/memory_plan.h"
#include "tools/tlswhy/output.h"
#include "tools/tlswhy/pipeline.h"
#include "tools/tlswhy/progress.h"
#include "tools/tlswhy/run_summary.h"
#include "tools/tlswhy/trust_files.h"

struct analysis {
    const struct options *options;
    struct memory_plan plan;
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

/* analysis_open.c: what is written to, and the pipeline that writes there. False after a complaint;
 * what was opened until then is released as if all of it had been. */
bool analysis_open_parts(struct analysis *analysis);

/* The summary is what standard output is for. */
bool analysis_has_summary_alone(const struct options *options);

/* analysis_results.c: write what is known when all packets are read, and the state. False after a
 * complaint: something is missing. */
bool analysis_write_results(struct analysis *analysis);

/* Events are missing already. */
bool analysis_is_out_of_memory(const struct analysis *analysis);

#endif
