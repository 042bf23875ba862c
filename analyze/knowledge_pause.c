/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_pause.c -- how things stood at a server some time ago.
 *
 * Failures are known when they are over, which for silence is minutes after they began. Of the
 * successes of a server the latest pauses are kept: at a time within one it is known how many there
 * had been, and when the last was.
 */
#include "analyze/knowledge_internal.h"

#include "capture/time_unit.h"

#define PAUSE_MIN_NS SECOND_NS

void known_established_add(struct known_server *server, int64_t at_ns)
{
    const struct known_count *before = &server->established;

    if (before->count == 0 || at_ns - before->last_ns >= PAUSE_MIN_NS)
        server->pauses[server->pauses_total++ % KNOWLEDGE_PAUSES_MAX] =
            (struct known_pause){.before = *before, .until_ns = at_ns};
    known_count_add(&server->established, at_ns);
}

/* At about the same pace from a pause to what came after it. */
static struct known_count between(const struct known_pause *pause, const struct known_count *after,
                                  int64_t at_ns)
{
    int64_t all_ns = after->last_ns - pause->until_ns;
    uint32_t all = after->count - pause->before.count;
    double share = all_ns > 0 ? (double)(at_ns - pause->until_ns) / (double)all_ns : 1;

    return (struct known_count){.count = pause->before.count + (uint32_t)(share * all)};
}

struct known_count known_established_by(const struct known_server *server, int64_t at_ns)
{
    const struct known_count *after = &server->established;
    uint32_t kept =
        server->pauses_total < KNOWLEDGE_PAUSES_MAX ? server->pauses_total : KNOWLEDGE_PAUSES_MAX;

    if (after->last_ns <= at_ns)
        return *after;
    for (uint32_t i = 1; i <= kept; i++) {
        const struct known_pause *pause =
            &server->pauses[(server->pauses_total - i) % KNOWLEDGE_PAUSES_MAX];

        if (at_ns >= pause->until_ns)
            return between(pause, after, at_ns);
        if (at_ns >= pause->before.last_ns)
            return pause->before;
        after = &pause->before;
    }
    return (struct known_count){.count = after->count};
}
