/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/ending.h"

#include <time.h>

#define LOOK_NS 2000000L /* between two looks: nobody notices, and it costs nothing */

int64_t ending_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool ending_wait(const atomic_bool *is_over, int64_t until_ms)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};

    while (!atomic_load(is_over)) {
        if (ending_now_ms() >= until_ms)
            return false;
        (void)nanosleep(&look, NULL);
    }
    return true;
}
