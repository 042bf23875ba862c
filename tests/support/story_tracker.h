/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story_tracker.h -- stories that a tracker judges (facts_builder.h). */
#ifndef TLSWHY_TESTS_SUPPORT_STORY_TRACKER_H
#define TLSWHY_TESTS_SUPPORT_STORY_TRACKER_H

#include "analyze/tracker.h"
#include "tests/support/facts_builder.h"

/* The connection ends where the story does. */
static inline void story_judge(struct tracker *tracker, const struct story *story)
{
    const struct observation observation = {
        .connection = &story->connection,
        .handshake = &story->handshake,
        .reason = story->reason,
        .capture_end_ns = story->now_ns,
    };

    tracker_judge(tracker, &observation);
}

#endif
