/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/memory_plan.h"

/* What floods fill first has most. */
enum {
    TABLES = 16,
    WAITING = 3,
    KNOWLEDGE = 5,
    STATE = 1,
    SEEN = 3,
    SUMMARY = 1,
    LINES = 3,
    SHARES = 32
};

_Static_assert(TABLES + WAITING + KNOWLEDGE + STATE + SEEN + SUMMARY + LINES == SHARES,
               "all of it, and no more");

struct memory_plan memory_plan_make(uint64_t memory_max, size_t workers)
{
    const size_t share = (size_t)(memory_max / SHARES);

    return (struct memory_plan){
        .tables = share * TABLES / workers,
        .waiting = share * WAITING / workers,
        .knowledge = share * KNOWLEDGE,
        .state = share * STATE,
        .seen = share * SEEN,
        .summary = share * SUMMARY,
        .lines = share * LINES,
    };
}
