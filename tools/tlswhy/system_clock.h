/* SPDX-License-Identifier: GPL-2.0-or-later */
/* system_clock.h -- the clocks of the system, for what the program does itself: when to write, how
 * long to wait, what it cost. What is said of connections has the time of packets. */
#ifndef TLSWHY_TOOLS_SYSTEM_CLOCK_H
#define TLSWHY_TOOLS_SYSTEM_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of a clock that every system has: CLOCK_REALTIME, CLOCK_MONOTONIC,
 * CLOCK_THREAD_CPUTIME_ID. */
int64_t system_clock_ns(clockid_t clock);

/* Milliseconds of a clock that never goes back. */
int64_t system_clock_now_ms(void);

#endif
