/* SPDX-License-Identifier: GPL-2.0-or-later */
/* overload.h -- how much a worker leaves out when packets come faster than it can take them.
 *
 * The level goes up by one step at each look that finds the worker behind, and down by one step
 * after a time without such a finding: what costs most and tells least goes first.
 */
#ifndef TLSWHY_TOOLS_OVERLOAD_H
#define TLSWHY_TOOLS_OVERLOAD_H

#include "capture/connection.h"

enum {
    /* A ring holds half a second at 1 Gbit/s: half of that is left for a step to take effect. */
    OVERLOAD_LAG_MS = 250,
    OVERLOAD_CALM_MS = 2000 /* without a sign before a step down, so that it does not swing */
};

/* What a worker sees of itself. */
struct overload_signs {
    uint64_t dropped; /* packets lost by its rings so far */
    int64_t lag_ms;   /* age of the latest packet read while more were waiting; 0: none waited */
};

struct overload {
    enum connections_shed level;
    uint64_t dropped; /* at the last look */
    int64_t worse_ms; /* when the last sign was found */
};

/* Look at the signs. Returns true when the worker is behind; overload->level says what to leave
 * out from now on. now_ms is of any clock that never goes back. */
bool overload_look(struct overload *overload, const struct overload_signs *signs, int64_t now_ms);

#endif
