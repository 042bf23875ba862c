/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_summary.h -- what a run over captures came to, in one line of JSON that adds up with others.
 *
 * tools/schema/tlswhy-summary.schema.json says what is in it. The sum of summaries does not depend
 * on the order in which they are added, nor on which are added first.
 */
#ifndef TLSWHY_TOOLS_RUN_SUMMARY_H
#define TLSWHY_TOOLS_RUN_SUMMARY_H

#include <stdio.h>

#include "analyze/tally.h"
#include "analyze/tracker.h"
#include "capture/source.h"

enum {
    RUN_SUMMARY_FORMAT = 1,
    RUN_SUMMARY_COUNTERS_MAX = 64 /* more than there are */
};

#define RUN_SUMMARY_KIND     "tlswhy_summary"
#define RUN_SUMMARY_LINE_MAX ((size_t)1 << 30) /* octets of one */

/* What the parts of a run counted. */
struct run_totals {
    struct source_counters source;
    struct packet_counters packets;
    struct connections_counters connections;
    struct tracker_counters tracker;
    uint64_t unserialised; /* events lost for want of memory */
    uint64_t folded;       /* failures that only the event of an incident tells of */
    uint64_t interrupted;  /* 1: by a signal, before the end of the input */
};

struct run_summary {
    uint64_t runs;
    int64_t first_ns; /* times of the first and the last packet; 0: there was none */
    int64_t last_ns;
    uint64_t outcomes[OUTCOMES]; /* by enum outcome */
    uint64_t counters[RUN_SUMMARY_COUNTERS_MAX];
    struct tally *tally; /* owned */
};

/* Begin an empty one, with tables within these limits. False after a complaint. */
bool run_summary_begin(struct run_summary *summary, const struct tally_limits *limits);
void run_summary_release(struct run_summary *summary); /* one that is all zero too */

/* At the end of a run: take over its counters. */
void run_summary_finish(struct run_summary *summary, const struct run_totals *totals,
                        int64_t first_ns, int64_t last_ns);

/* Counters have names; NULL: there is none with this number. */
const char *run_summary_counter(size_t number);

/* Add times of packets, 0 and 0 for none. */
void run_summary_add_times(struct run_summary *summary, int64_t first_ns, int64_t last_ns);

enum run_summary_status {
    RUN_SUMMARY_WRITTEN,
    RUN_SUMMARY_NO_MEMORY,
    RUN_SUMMARY_NOT_ARRIVED /* ferror(3) is set: whoever closes out tells why */
};

/* Write it as one line. */
MUST_USE enum run_summary_status run_summary_write(const struct run_summary *summary, FILE *out);

#endif
