/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_text.h -- the text of a report, for tests. */
#ifndef TLSWHY_TESTS_SUPPORT_REPORT_TEXT_H
#define TLSWHY_TESTS_SUPPORT_REPORT_TEXT_H

#include "analyze/report.h"
#include "tests/support/sample.h"

/* A report in the making, and its text when it is finished. */
struct report_text {
    struct sample sample;
    struct report *report;
    FILE *out;
    char *text;
    size_t size;
    struct packet_counters packets;
    struct connections_counters connections;
    struct tracker_counters tracker;
    struct source_counters source;
    struct report_totals totals;
};

/* Begin a report of a few packets; its text goes to memory. */
void report_text_begin(struct report_text *written, struct report_options options);

/* Finish it; the text is valid until report_text_end. */
const char *report_text_finish(struct report_text *written);
void report_text_end(struct report_text *written);

/* Check that the text has what is expected; how often it has a part. */
void text_check_has(const char *text, const char *expected);
size_t text_count_of(const char *text, const char *part);

#endif
