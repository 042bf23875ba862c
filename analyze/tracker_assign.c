/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracker_assign.c -- when all failures are known, each counted with its own incident alone. */
#include "analyze/tracker_internal.h"

/* Each of them that failed, in their order; NULL: there are no more. */
static struct deferred *next_failure(struct deferred *deferred)
{
    while (deferred != NULL && deferred->failure.cause == NULL)
        deferred = deferred->next;
    return deferred;
}

static void choose(struct incidents *incidents, struct deferred *first)
{
    for (struct deferred *each = first; each != NULL; each = next_failure(each->next))
        incidents_choose(incidents, &each->failure);
}

static void assign(struct incidents *incidents, struct deferred *first)
{
    for (struct deferred *each = first; each != NULL; each = next_failure(each->next))
        incidents_assign(incidents, &each->failure, &each->note.past);
}

static void settle(struct incidents *incidents, struct deferred *first)
{
    for (struct deferred *each = first; each != NULL; each = next_failure(each->next))
        incidents_settle(incidents, &each->failure, &each->note.past);
}

void tracker_assign_failures(struct incidents *incidents, struct deferred *first)
{
    struct deferred *failure = next_failure(first);

    if (failure == NULL || !incidents_need_assigning(incidents))
        return;
    choose(incidents, failure);
    incidents_begin_assigning(incidents);
    assign(incidents, failure);
    settle(incidents, failure);
}
