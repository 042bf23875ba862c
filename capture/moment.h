/* SPDX-License-Identifier: GPL-2.0-or-later */
/* moment.h -- arithmetic on packet times, which come from outside and may be any number. */
#ifndef TLSWHY_CAPTURE_MOMENT_H
#define TLSWHY_CAPTURE_MOMENT_H

#include "capture/packet.h"

/* Nanoseconds from then to now: 0 when time went backwards, INT64_MAX at most. */
static inline int64_t elapsed_ns(int64_t now, int64_t then)
{
    int64_t elapsed;

    if (now <= then)
        return 0;
    if (__builtin_sub_overflow(now, then, &elapsed))
        return INT64_MAX;
    return elapsed;
}

/* Two times are no further apart than this, whichever is the later one. */
static inline bool times_are_within(int64_t interval, int64_t one, int64_t other)
{
    return elapsed_ns(one, other) <= interval && elapsed_ns(other, one) <= interval;
}

/* time plus an interval that is not negative, INT64_MAX at most. */
static inline int64_t later_ns(int64_t time, int64_t interval)
{
    int64_t later;

    return __builtin_add_overflow(time, interval, &later) ? INT64_MAX : later;
}

/* Set *at unless it was set before. */
static inline void moment_first(struct moment *at, struct moment now)
{
    if (!moment_seen(*at))
        *at = now;
}

#endif
