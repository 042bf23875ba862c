/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/ending.h"

#include <time.h>

#include "capture/time_unit.h"
#include "tools/tlswhy/system_clock.h"

#define LOOK_NS (2 * MILLISECOND_NS) /* between two looks: nobody notices, and it costs nothing */

bool ending_wait(const atomic_bool *is_over, int64_t until_ms)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};

    while (!atomic_load(is_over)) {
        if (system_clock_now_ms() >= until_ms)
            return false;
        (void)nanosleep(&look, NULL);
    }
    return true;
}
