/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/memory_plan.h"

/* In eighths: what floods fill first has most. */
enum { TABLES = 5, WAITING = 1, KNOWLEDGE = 1, LINES = 1, SHARES = 8 };

_Static_assert(TABLES + WAITING + KNOWLEDGE + LINES == SHARES, "all of it, and no more");

struct memory_plan memory_plan_make(uint64_t memory_max, size_t workers)
{
    const size_t share = (size_t)(memory_max / SHARES);

    return (struct memory_plan){
        .tables = share * TABLES / workers,
        .waiting = share * WAITING / workers,
        .knowledge = share * KNOWLEDGE,
        .lines = share * LINES,
    };
}
