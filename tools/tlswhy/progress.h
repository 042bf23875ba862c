/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h -- a line on standard error that tells how far a long input was read. */
#ifndef TLSWHY_TOOLS_PROGRESS_H
#define TLSWHY_TOOLS_PROGRESS_H

#include "capture/source.h"
#include "tools/tlswhy/options.h"

enum {
    PROGRESS_PACKETS = 65536 /* between two looks at the clock: some milliseconds */
};

struct progress {
    bool is_wanted;
    bool is_shown;
    int64_t shown_ns; /* when the line was last written, or the beginning */
};

/* Whether a line that tells how it goes is written: with WHEN_AUTO where standard error is a
 * terminal. */
bool progress_is_wanted(enum when when);

/* Begin, with a line if that is wanted. */
void progress_begin(struct progress *progress, enum when when);

/* Write the line if the last one is old enough; call it now and then. */
void progress_update(struct progress *progress, const struct source *source);

/* Take the line away, before anything else is written to the terminal. */
void progress_clear(struct progress *progress);

#endif
