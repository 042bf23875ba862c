/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/stats_event.h"

#include <unistd.h>

#include "analyze/event_parts.h"
#include "tools/tlswhy/system_clock.h"

static void add_head(struct json *json, struct json_at root, bool is_last)
{
    struct json_at event;
    char id[EVENT_ID_SIZE];
    int64_t now_ns = system_clock_ns(CLOCK_REALTIME);

    json_add_time(json, root, "@timestamp", now_ns);
    json_add_constant(json, root, "message",
                      is_last ? "Statistics at the end of the capture" : "Statistics");
    event_add_ecs(json, root);
    event = json_add_object(json, root, "event");
    json_add_constant(json, event, "kind", "metric");
    json_append_constant(json, json_add_array(json, event, "category"), "network");
    json_append_constant(json, json_add_array(json, event, "type"), "info");
    json_add_constant(json, event, "action", "tlswhy_stats");
    json_add_constant(json, event, "module", "tlswhy");
    json_add_constant(json, event, "dataset", "tlswhy.stats");
    event_number_id((const uint64_t[]){(uint64_t)now_ns, (uint64_t)getpid(), is_last}, 3, id);
    json_add_text(json, event, "id", id);
}

static void add_rows(struct json *json, struct json_at stats, const struct stats *sum)
{
    for (size_t i = 0; i < stats_row_count; i++)
        json_add_unsigned(json, stats, stats_rows[i].key, stats_value(sum, &stats_rows[i]));
}

/* Only causes that came: their names are the product's, so they are keys of a bounded number. */
static void add_causes(struct json *json, struct json_at stats, const struct stats *sum)
{
    struct json_at causes = json_add_object(json, stats, "causes");

    for (size_t i = 0; i < cause_count && i < STATS_CAUSES_MAX; i++)
        if (sum->causes[i] > 0)
            json_add_unsigned(json, causes, cause_list[i]->id, sum->causes[i]);
}

/* All of them added up, and each: one that loses events is found by its name. */
static void add_sinks(struct json *json, struct json_at stats, const struct stats_sinks *sinks)
{
    struct json_at array;

    for (size_t row = 0; row < stats_sink_row_count; row++)
        json_add_unsigned(json, stats, stats_sink_rows[row].total,
                          stats_sinks_total(sinks, &stats_sink_rows[row]));
    array = json_add_array(json, stats, "sinks");
    for (size_t i = 0; i < sinks->count; i++) {
        struct json_at object = json_append_object(json, array);
        const struct stats_sink *sink = &sinks->items[i];

        json_add_octets(json, object, "name", bytes_of(sink->name, strlen(sink->name)));
        for (size_t row = 0; row < stats_sink_row_count; row++)
            json_add_unsigned(json, object, stats_sink_rows[row].key,
                              stats_sink_value(&sink->counters, &stats_sink_rows[row]));
    }
}

/* Who had how much to do, and lost what. */
static void add_workers(struct json *json, struct json_at stats, const struct stats_event *event)
{
    struct json_at array = json_add_array(json, stats, "workers");

    for (size_t i = 0; i < event->worker_count; i++) {
        struct json_at object = json_append_object(json, array);
        const struct stats *worker = &event->workers[i];

        json_add_unsigned(json, object, "packets", worker->live.packets);
        json_add_unsigned(json, object, "kernel_dropped_packets", worker->live.dropped_kernel);
        json_add_unsigned(json, object, "busy_ns", worker->busy_ns);
        json_add_unsigned(json, object, "wall_ns", worker->wall_ns);
    }
}

static void add_observer(struct json *json, struct json_at root, const struct options *options)
{
    const struct event_options event = {
        .observer_name = options->observer_name,
        .observer_hostname = options->observer_hostname,
    };

    event_add_observer(json, root, &event);
}

static void build(struct json *json, struct json_at root, const struct stats_event *event)
{
    struct json_at stats;

    add_head(json, root, event->is_last);
    add_observer(json, root, event->options);
    stats = json_add_object(json, json_add_object(json, root, "tlswhy"), "stats");
    json_add_bool(json, stats, "final", event->is_last);
    add_rows(json, stats, event->sum);
    add_causes(json, stats, event->sum);
    add_sinks(json, stats, event->sinks);
    add_workers(json, stats, event);
}

bool stats_event_write(const struct stats_event *event, struct json *json, struct bytes *line)
{
    build(json, json_begin(json), event);
    return json_finish(json, line);
}
