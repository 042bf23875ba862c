/* SPDX-License-Identifier: GPL-2.0-or-later */
/* time_unit.h -- packet times and intervals are int64_t in nanoseconds; these are the rest. */
#ifndef TLSWHY_CAPTURE_TIME_UNIT_H
#define TLSWHY_CAPTURE_TIME_UNIT_H

#include <stdint.h>

#define SECOND_NS      INT64_C(1000000000)
#define MILLISECOND_NS INT64_C(1000000)

#endif
