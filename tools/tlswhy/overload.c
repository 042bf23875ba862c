/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/overload.h"

bool overload_look(struct overload *overload, const struct overload_signs *signs, int64_t now_ms)
{
    bool is_behind = signs->dropped > overload->dropped || signs->lag_ms > OVERLOAD_LAG_MS;

    overload->dropped = signs->dropped;
    if (is_behind) {
        overload->worse_ms = now_ms;
        if (overload->level < CONNECTIONS_SHED_NEW)
            overload->level++;
    } else if (overload->level > CONNECTIONS_SHED_NOTHING
               && now_ms - overload->worse_ms >= OVERLOAD_CALM_MS) {
        overload->worse_ms = now_ms; /* the next step waits as long */
        overload->level--;
    }
    return is_behind;
}
