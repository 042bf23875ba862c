/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h -- where packets come from: files as one input in order of time.
 *
 * Several files are read in the order of the times of their first packets, as
 * a rotated series wants it; where files overlap in time, their packets are
 * merged by time. Within a file the order is the file's own. A file that
 * cannot be read, or not to its end, is reported and does not stop the others.
 */
#ifndef TLSWHY_CAPTURE_SOURCE_H
#define TLSWHY_CAPTURE_SOURCE_H

#include "capture/origin.h"
#include "capture/packet.h"

enum {
    SOURCE_ERROR_MAX = 512,      /* octets of an error text and its NUL */
    SOURCE_REJECTED_MAX = 65536, /* packets rejected by the filter before SOURCE_IDLE lets the
                                    caller look at the clock and at signals */
    SOURCE_OPEN_MAX = 64,        /* overlapping files merged; more follow when one ends */
    SOURCE_LINK_REPORTS_MAX = 8  /* link types of one file told about */
};

enum source_trouble {
    SOURCE_UNREADABLE, /* nothing, or nothing more, could be read of the file */
    SOURCE_CUT_OFF,    /* the file ends within a packet: all before it was read */
    SOURCE_SKIPPED     /* some packets could not be read, others can */
};

struct source_report {
    enum source_trouble trouble;
    const char *path; /* as in the options; "-" is standard input */
    const char *text; /* offset and reason, one line without a newline */
};

struct source_options {
    const char *const *paths; /* "-" is standard input */
    size_t path_count;
    const char *filter; /* tcpdump's syntax; NULL: every packet */
    /* Called for everything that hides packets, also by source_new. May be NULL. The report
     * is valid during the call. */
    void (*report)(void *context, const struct source_report *report);
    void *report_context;
    struct origins *origins; /* takes where packets are from; NULL: nobody asks */
};

struct source_counters {
    uint64_t packets;  /* delivered */
    uint64_t rejected; /* by the filter */
    /* Of a link type that is not read, or that the filter does not suit. */
    uint64_t link_unsupported;
    uint64_t too_long;          /* longer than PACKET_OCTETS_MAX */
    uint64_t dropped_interface; /* lost before the capture, as the files say */
    uint64_t dropped_kernel;    /* likewise, by the system */
    uint64_t files;             /* given */
    uint64_t files_unreadable;  /* not one packet could be read, though it may hold some */
    uint64_t files_damaged;     /* read only to a place that makes no sense */
    uint64_t files_cut_off;     /* read to where they are cut off */
};

enum source_status {
    SOURCE_PACKET, /* *count packets are set, at least one */
    SOURCE_IDLE,   /* no packet so far: do what is due, and call again */
    SOURCE_END,    /* no more packets */
    SOURCE_FAILED  /* likewise, and no file could be read at all */
};

struct source;

/* Open the files. NULL when the filter makes no sense or memory is short: error says why.
 * options and what it points to must live as long as the source. */
struct source *source_new(const struct source_options *options, char error[SOURCE_ERROR_MAX]);
void source_free(struct source *source); /* NULL is harmless */

/* The next packets, at most max (> 0): as many as are at hand without reading on, at least one with
 * SOURCE_PACKET, none otherwise. They are valid until the next call. Their numbers are those that
 * Wireshark gives them in the file, or, of several files, in what `mergecap` makes of them: what is
 * not delivered counts too. */
enum source_status source_read(struct source *source, struct raw_packet *packets, size_t max,
                               size_t *count);

const struct source_counters *source_counters(const struct source *source);

/* Octets read so far and in all, of the files as they lie on disk. total is 0 when a pipe
 * is among them. */
void source_progress(const struct source *source, uint64_t *done, uint64_t *total);

#endif
