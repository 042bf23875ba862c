/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ending.h -- wait for a thread to end, but not for ever. */
#ifndef TLSWHY_TOOLS_ENDING_H
#define TLSWHY_TOOLS_ENDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Wait until a thread has set *is_over, which is the last thing that it does, until_ms of the clock
 * of system_clock_now_ms at most. After true, pthread_join does not wait. */
bool ending_wait(const atomic_bool *is_over, int64_t until_ms);

#endif
