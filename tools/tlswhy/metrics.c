/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/metrics.h"

#include <inttypes.h>
#include <stdlib.h>

#include "capture/time_unit.h"
#include "tlswhy_config.h"
#include "tools/tlswhy/metrics_certificates.h"
#include "tools/tlswhy/metrics_text.h"
#include "tools/tlswhy/system_clock.h"

static void write_rows(FILE *out, const struct stats *sum)
{
    for (size_t i = 0; i < stats_row_count; i++) {
        const struct stats_row *row = &stats_rows[i];

        if (row->metric != NULL)
            metrics_text_value(out, row->metric, row->is_level ? "gauge" : "counter", row->help,
                               stats_value(sum, row));
    }
}

static void write_outcomes(FILE *out, const struct stats *sum)
{
    metrics_text_head(out, "tlswhy_handshakes_total", "counter", "Handshakes by outcome");
    for (unsigned i = 0; i < OUTCOMES; i++)
        fprintf(out, "tlswhy_handshakes_total{outcome=\"%s\"} %" PRIu64 "\n",
                outcome_name((enum outcome)i), sum->tracker.outcomes[i]);
}

/* Every cause, also those that did not come: a rate needs a beginning. */
static void write_causes(FILE *out, const struct stats *sum)
{
    metrics_text_head(out, "tlswhy_failures_total", "counter", "Failed handshakes by cause");
    for (size_t i = 0; i < cause_count && i < STATS_CAUSES_MAX; i++)
        fprintf(out, "tlswhy_failures_total{cause=\"%s\",layer=\"%s\"} %" PRIu64 "\n",
                cause_list[i]->id, layer_name(cause_list[i]->layer), sum->causes[i]);
}

static void write_worker_family(FILE *out, const struct stats *workers, size_t count,
                                const char *metric, const char *help, size_t offset)
{
    const struct stats_row row = {.offset = offset};

    metrics_text_head(out, metric, "counter", help);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s{worker=\"%zu\"} %" PRIu64 "\n", metric, i, stats_value(&workers[i], &row));
}

static void write_workers(FILE *out, const struct stats *workers, size_t count)
{
    write_worker_family(out, workers, count, "tlswhy_worker_packets_total",
                        "Packets captured by each worker", offsetof(struct stats, live.packets));
    write_worker_family(out, workers, count, "tlswhy_worker_kernel_dropped_packets_total",
                        "Packets lost because the worker's ring was full",
                        offsetof(struct stats, live.dropped_kernel));
    metrics_text_head(out, "tlswhy_worker_busy_seconds_total", "counter",
                      "Processor time used by each worker");
    for (size_t i = 0; i < count; i++)
        fprintf(out, "tlswhy_worker_busy_seconds_total{worker=\"%zu\"} %.6f\n", i,
                (double)workers[i].busy_ns / 1e9);
}

/* One series for each sink; their names are the operator's. */
static void write_sinks(FILE *out, const struct stats_sinks *sinks)
{
    for (size_t row = 0; row < stats_sink_row_count; row++) {
        const struct stats_sink_row *sink_row = &stats_sink_rows[row];

        metrics_text_head(out, sink_row->metric, sink_row->is_level ? "gauge" : "counter",
                          sink_row->help);
        for (size_t i = 0; i < sinks->count; i++) {
            fprintf(out, "%s{sink=\"", sink_row->metric);
            metrics_text_label(out, sinks->items[i].name);
            fprintf(out, "\"} %" PRIu64 "\n",
                    stats_sink_value(&sinks->items[i].counters, sink_row));
        }
    }
}

static void write_certificates(FILE *out, struct shared *shared)
{
    if (shared->inventory == NULL)
        return;
    pthread_mutex_lock(&shared->lock);
    metrics_certificates(out, shared->inventory, system_clock_ns(CLOCK_REALTIME) / SECOND_NS);
    pthread_mutex_unlock(&shared->lock);
}

void metrics_write(FILE *out, const struct service *service)
{
    struct stats *workers = service_worker_stats(service);
    struct stats_sinks sinks;
    struct stats sum;

    if (workers == NULL)
        return;
    service_stats(service, &sum);
    service_sinks(service, &sinks);
    metrics_text_head(out, "tlswhy_build_info", "gauge", "The version that runs");
    fputs("tlswhy_build_info{version=\"" TLSWHY_VERSION "\"} 1\n", out);
    write_rows(out, &sum);
    write_outcomes(out, &sum);
    write_causes(out, &sum);
    write_workers(out, workers, service->worker_count);
    write_sinks(out, &sinks);
    write_certificates(out, service->shared);
    free(workers);
}
