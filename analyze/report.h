/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h -- verdicts as text for people: first the answer.
 *
 * Failures that are equal (same cause, server, name and manner of refusal) are folded into one
 * entry with a count. Memory is bounded whatever comes; what is beyond a limit is still counted,
 * and said. Nothing here reports an error of the stream: its error flag stays set for ferror.
 */
#ifndef TLSWHY_ANALYZE_REPORT_H
#define TLSWHY_ANALYZE_REPORT_H

#include <stdio.h>

#include "analyze/tracker.h"
#include "analyze/verdict.h"
#include "capture/source.h"

enum {
    REPORT_ENTRIES_MAX = 1024, /* different failures told in full, of some 10 KiB each: nobody
                                  reads more */
    REPORT_SERVERS_MAX = 4096, /* servers with counts of their own, of some 900 octets at most */
    REPORT_SERVERS_SHOWN = 20, /* of them, those with most failures */
    REPORT_POSTURE_MAX = 16,   /* kinds of findings of one server: more than there are at a time */
    REPORT_CLIENTS_MAX = 64    /* clients of one entry that are told apart */
};

struct report_options {
    FILE *out;    /* borrowed */
    size_t width; /* columns, 0: not known */
    bool has_color;
    bool all;                      /* a line for every connection too, at once */
    const struct origins *origins; /* borrowed; NULL: there is one file, or none */
    size_t memory_max;    /* octets for it; 0, or more than the limits above need: those limits */
    uint64_t hash_key[2]; /* secret key of the tables' hash; random in production */
};

/* What was seen of the input, for the end of the report. Borrowed during the call. */
struct report_totals {
    const struct packet_counters *packets;
    const struct connections_counters *connections;
    const struct tracker_counters *tracker;
    const struct incidents *incidents;
    const struct source_counters *source;
    const char *filter; /* in tcpdump's syntax, as it was given; NULL: every packet */
    int64_t first_ns;   /* time of the first packet */
    int64_t last_ns;    /* and of the last one */
    bool interrupted;   /* the user stopped before the end */
};

struct report;

/* Make a report; options are copied. NULL when memory is short. */
struct report *report_new(const struct report_options *options);
void report_free(struct report *report); /* NULL is harmless */

/* A verdict on a connection of this server comes soon: fetch what counts it meanwhile. */
void report_expect(const struct report *report, const struct endpoint *server);

/* Take one verdict, and copy what is needed later. */
void report_add(struct report *report, const struct verdict *verdict);

/* Count a failure that was added with verdict->earlier by this verdict instead; without effect when
 * that is NULL. How many connections there were does not change. */
void report_revise(struct report *report, const struct verdict *verdict);

/* Write the report. */
void report_finish(struct report *report, const struct report_totals *totals);

#endif
