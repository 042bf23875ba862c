/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_tell.c -- which incidents there are, at the end and while they come and go. */
#include <stdlib.h>

#include "analyze/incident_internal.h"

const char *incident_state_name(enum incident_state state)
{
    static const char *const names[] = {
        [INCIDENT_UNTOLD] = NULL,
        [INCIDENT_OPENED] = "opened",
        [INCIDENT_UPDATED] = "updated",
        [INCIDENT_CLOSED] = "closed",
    };

    return names[state];
}

static int compare(const void *a, const void *b)
{
    const struct incident *left = *(struct incident *const *)a;
    const struct incident *right = *(struct incident *const *)b;

    if (left->first_ns != right->first_ns)
        return left->first_ns < right->first_ns ? -1 : 1;
    /* The hash at the end of a key is another one each time. */
    return memcmp(left->key, right->key, INCIDENT_CAUSE_KEY + KNOWLEDGE_ADDRESS_KEY);
}

static size_t collect(const struct knowledge_table *table, struct incident **out)
{
    size_t used = 0;

    for (uint32_t i = 0; i < knowledge_table_count(table); i++) {
        struct incident *incident = knowledge_table_at(table, i);

        if (incident->is_used)
            out[used++] = incident;
    }
    return used;
}

struct incident **incidents_list(const struct incidents *incidents, size_t *count)
{
    struct incident **list;
    size_t all = 0;

    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        all += knowledge_table_count(incidents->tables[i]);
    list = malloc((all + 1) * sizeof(struct incident *));
    if (list == NULL)
        return NULL;
    *count = 0;
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        *count += collect(incidents->tables[i], list + *count);
    qsort(list, *count, sizeof(struct incident *), compare);
    return list;
}

/* What is to be told of it now; INCIDENT_UNTOLD: nothing. */
static enum incident_state news_of(const struct incident *incident, int64_t now_ns, bool is_last)
{
    if (!incident->is_used || incident->told == INCIDENT_CLOSED)
        return INCIDENT_UNTOLD;
    if (incident->failures < INCIDENT_FAILURES_MIN) /* some were taken back */
        return INCIDENT_CLOSED;
    if (incident_is_over(incident, now_ns))
        return INCIDENT_CLOSED;
    if (incident->told == INCIDENT_UNTOLD)
        return INCIDENT_OPENED;
    if (incident->failures != incident->told_failures
        && (is_last || now_ns - incident->told_ns >= INCIDENT_UPDATE_NS
            || now_ns < incident->told_ns)) /* the clock was set back */
        return INCIDENT_UPDATED;
    return INCIDENT_UNTOLD;
}

static void tell(struct incident *incident, enum incident_state state, int64_t now_ns,
                 const struct incident_sink *sink)
{
    incident->told = state;
    sink->take(sink->context, incident, state);
    incident->told_times++;
    incident->told_ns = now_ns;
    incident->told_failures = incident->failures;
}

static void tell_of(struct knowledge_table *table, struct incident *incident,
                    struct knowledge *knowledge, int64_t now_ns, bool is_last,
                    const struct incident_sink *sink)
{
    enum incident_state state;

    if (!incident->is_used || incident->told == INCIDENT_CLOSED)
        return;
    incident_refresh(incident, knowledge);
    state = news_of(incident, now_ns, is_last);
    if (state == INCIDENT_UNTOLD)
        return;
    /* One that is over before anybody heard of it began, all the same. */
    if (state == INCIDENT_CLOSED && incident->told == INCIDENT_UNTOLD)
        tell(incident, INCIDENT_OPENED, now_ns, sink);
    tell(incident, state, now_ns, sink);
    if (state == INCIDENT_CLOSED && incident->merged_into[0] == '\0'
        && incident_key_is_current(incident->key))
        (void)incident_archive(table, incident);
}

/* They were not over; nobody hears of them again. */
static void tell_evicted(struct incidents *incidents, struct knowledge *knowledge, int64_t now_ns,
                         const struct incident_sink *sink)
{
    for (size_t i = 0; i < incidents->evicted_count; i++) {
        struct incident *incident = &incidents->evicted[i];

        incident_refresh(incident, knowledge);
        if (incident->told == INCIDENT_UNTOLD)
            tell(incident, INCIDENT_OPENED, now_ns, sink);
        tell(incident, INCIDENT_CLOSED, now_ns, sink);
    }
    incidents->evicted_count = 0;
}

void incidents_tell(struct incidents *incidents, struct knowledge *knowledge, int64_t now_ns,
                    bool is_last, const struct incident_sink *sink)
{
    incidents->is_told = true;
    for (size_t i = 0; i < INCIDENT_TABLES; i++)
        for (uint32_t place = 0; place < knowledge_table_count(incidents->tables[i]); place++)
            tell_of(incidents->tables[i], knowledge_table_at(incidents->tables[i], place),
                    knowledge, now_ns, is_last, sink);
    tell_evicted(incidents, knowledge, now_ns, sink);
}
