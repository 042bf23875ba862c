/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/event.h"
#include "analyze/layout.h"
#include "analyze/text.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/service_parts.h"
#include "tools/tlswhy/stats_event.h"
#include "tools/tlswhy/terminal.h"

enum { STATUS_SIZE = 256 /* octets of the line on a terminal */ };

void service_stats(const struct service *service, struct stats *sum)
{
    struct stats stats;

    *sum = (struct stats){0};
    for (size_t i = 0; i < service->worker_count; i++) {
        worker_stats(service->workers[i], &stats);
        stats_add(sum, &stats);
    }
    collector_stats(service->collector, &stats);
    stats_add(sum, &stats);
    shared_stats(service->shared, sum);
    sum->unserialised += atomic_load(&service->unserialised);
}

struct stats *service_worker_stats(const struct service *service)
{
    struct stats *workers = calloc(service->worker_count, sizeof(*workers));

    for (size_t i = 0; workers != NULL && i < service->worker_count; i++)
        worker_stats(service->workers[i], &workers[i]);
    return workers;
}

void service_sinks(const struct service *service, struct stats_sinks *sinks)
{
    sinks->count = feed_sink_count(service->feed);
    for (size_t i = 0; i < sinks->count; i++) {
        const struct sink *sink = feed_sink(service->feed, i);

        sinks->items[i] = (struct stats_sink){sink_name(sink), sink_counters(sink)};
    }
}

/* False: no memory. */
static bool push_event(const struct service *service, const struct stats *workers, bool is_last)
{
    struct stats_sinks sinks;
    struct stats sum;
    const struct stats_event event = {
        .options = service->options,
        .worker_count = service->worker_count,
        .workers = workers,
        .sum = &sum,
        .sinks = &sinks,
        .is_last = is_last,
    };
    struct json json;
    struct bytes line;
    bool is_written;

    service_stats(service, &sum);
    service_sinks(service, &sinks);
    json_init(&json, EVENT_LINE_MAX);
    is_written = stats_event_write(&event, &json, &line);
    if (is_written)
        outlet_push(service->outlet, line);
    json_release(&json);
    return is_written;
}

void service_push_stats(struct service *service, bool is_last)
{
    struct stats *workers;

    if (!service->options->json)
        return;
    workers = service_worker_stats(service);
    if (workers == NULL || !push_event(service, workers, is_last)) {
        atomic_fetch_add(&service->unserialised, 1);
        if (is_last)
            (void)complain("out of memory: the last statistics are missing");
    }
    free(workers);
}

static void print_number(const char *name, uint64_t value)
{
    char number[LAYOUT_NUMBER_SIZE];

    fprintf(stderr, "  %15s  %s\n", layout_number(value, number), name);
}

/* What is not 0: of so many rows, those tell something. */
static void print_row(const char *name, uint64_t value)
{
    if (value > 0)
        print_number(name, value);
}

/* Each by its name where there are several. */
static void print_sinks(const struct stats_sinks *sinks)
{
    for (size_t row = 0; row < stats_sink_row_count; row++)
        print_row(stats_sink_rows[row].help, stats_sinks_total(sinks, &stats_sink_rows[row]));
    for (size_t i = 0; i < sinks->count && sinks->count > 1; i++) {
        fprintf(stderr, "  %s\n", sinks->items[i].name);
        for (size_t row = 0; row < stats_sink_row_count; row++)
            print_row(stats_sink_rows[row].key,
                      stats_sink_value(&sinks->items[i].counters, &stats_sink_rows[row]));
    }
}

void service_print_stats(struct service *service)
{
    struct stats_sinks sinks;
    struct stats sum;

    service_stats(service, &sum);
    service_sinks(service, &sinks);
    service_clear_status(service);
    (void)complain("statistics");
    for (size_t i = 0; i < stats_row_count; i++)
        print_row(stats_rows[i].help, stats_value(&sum, &stats_rows[i]));
    for (size_t i = 0; i < cause_count && i < STATS_CAUSES_MAX; i++)
        if (sum.causes[i] > 0)
            print_row(cause_list[i]->id, sum.causes[i]);
    print_sinks(&sinks);
    print_number("all others", 0);
}

static void add_status(struct text *line, const struct stats *sum, uint64_t lost)
{
    layout_add_count(line, sum->live.packets, "packet", "packets");
    text_add_string(line, ", ");
    layout_add_count(line, sum->tracker.outcomes[OUTCOME_FAILED], "handshake", "handshakes");
    text_add_string(line, " failed, ");
    layout_add_count(line, sum->live.dropped_kernel + sum->live.dropped_interface, "packet",
                     "packets");
    text_add_string(line, " dropped");
    if (lost > 0) {
        text_add_string(line, ", ");
        layout_add_count(line, lost, "event", "events");
        text_add_string(line, " lost");
    }
    if (sum->shed_level > 0)
        text_add_string(line, ", too slow: leaves connections out");
    if (sum->interfaces_down > 0)
        text_add_string(line, ", an interface is down");
}

/* In one piece: a sink's thread may write a line to the same terminal. */
void service_show_status(struct service *service)
{
    char buffer[STATUS_SIZE];
    struct text line = text_begin(buffer, sizeof(buffer));
    struct stats sum;

    service_stats(service, &sum);
    text_add_string(&line, TERMINAL_CLEAR_LINE "tlswhy: ");
    add_status(&line, &sum, feed_counters(service->feed).lost);
    fputs(buffer, stderr);
    fflush(stderr);
    service->has_status = true;
}

void service_clear_status(struct service *service)
{
    if (!service->has_status)
        return;
    fputs(TERMINAL_CLEAR_LINE, stderr);
    fflush(stderr);
    service->has_status = false;
}

/* Into memory. */
static bool write_report(struct service *service)
{
    struct stats sum;
    struct source_counters source;
    struct report_totals totals;

    service_stats(service, &sum);
    source = (struct source_counters){
        .packets = sum.live.packets,
        .dropped_kernel = sum.live.dropped_kernel,
        .dropped_interface = sum.live.dropped_interface,
        .too_long = sum.live.too_long,
    };
    totals = (struct report_totals){
        .packets = &sum.packets,
        .connections = &sum.connections,
        .tracker = &sum.tracker,
        .incidents = collector_incidents(service->collector),
        .source = &source,
        .filter = service->options->filter,
        .first_ns = sum.first_ns,
        .last_ns = sum.last_ns,
    };
    fputc('\n', service->report_file);
    report_finish(service->shared->report, &totals);
    return fflush(service->report_file) == 0 || complain_memory();
}

/* Of the first line with its newline, or of what is left. */
static size_t line_length(struct bytes text)
{
    const uint8_t *newline = memchr(text.data, '\n', text.len);

    return newline != NULL ? (size_t)(newline - text.data) + 1 : text.len;
}

/* The collector pushes no more: what is pushed to its queue comes after all that it said. */
bool service_push_report(struct service *service, int64_t until_ms)
{
    struct outlet *outlet = feed_outlet(service->feed, SERVICE_QUEUE_COLLECTOR);
    struct bytes text;
    struct bytes line;

    if (service->shared->report == NULL)
        return true;
    if (!write_report(service))
        return false;
    text = bytes_of(service->report_text, service->report_size);
    while (bytes_take(&text, line_length(text), &line) && line.len > 0)
        outlet_push_waiting(outlet, line, until_ms);
    return true;
}
