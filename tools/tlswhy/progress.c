/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/progress.h"

#include <unistd.h>

#include "analyze/layout.h"
#include "capture/time_unit.h"
#include "tools/tlswhy/system_clock.h"
#include "tools/tlswhy/terminal.h"

static const int64_t INTERVAL_NS = 500 * MILLISECOND_NS; /* a short input never shows a line */

bool progress_is_wanted(enum when when)
{
    return when == WHEN_ALWAYS || (when == WHEN_AUTO && isatty(STDERR_FILENO));
}

void progress_begin(struct progress *progress, enum when when)
{
    *progress = (struct progress){
        .is_wanted = progress_is_wanted(when),
        .shown_ns = system_clock_ns(CLOCK_MONOTONIC),
    };
}

void progress_update(struct progress *progress, const struct source *source)
{
    char number[LAYOUT_NUMBER_SIZE];
    int64_t now_ns;
    uint64_t done;
    uint64_t total;

    if (!progress->is_wanted)
        return;
    now_ns = system_clock_ns(CLOCK_MONOTONIC);
    if (now_ns - progress->shown_ns < INTERVAL_NS)
        return;
    progress->shown_ns = now_ns;
    progress->is_shown = true;
    source_progress(source, &done, &total);
    fprintf(stderr, TERMINAL_CLEAR_LINE "tlswhy: %s packets",
            layout_number(source_counters(source)->packets, number));
    if (total > 0 && done <= total)
        fprintf(stderr, ", %u %%", (unsigned)(100.0 * (double)done / (double)total));
    fflush(stderr);
}

void progress_clear(struct progress *progress)
{
    if (!progress->is_shown)
        return;
    fputs(TERMINAL_CLEAR_LINE, stderr);
    fflush(stderr);
    progress->is_shown = false;
}
