/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/system_clock.h"

#include "capture/time_unit.h"

int64_t system_clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now); /* cannot fail with these clocks */
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

int64_t system_clock_now_ms(void)
{
    return system_clock_ns(CLOCK_MONOTONIC) / MILLISECOND_NS;
}
