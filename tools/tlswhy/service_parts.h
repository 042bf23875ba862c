/* SPDX-License-Identifier: GPL-2.0-or-later */
/* service_parts.h -- the parts of a running service, private to the service_ files. */
#ifndef TLSWHY_TOOLS_SERVICE_PARTS_H
#define TLSWHY_TOOLS_SERVICE_PARTS_H

#include <stdatomic.h>

#include "tools/tlswhy/broker.h"
#include "tools/tlswhy/collector.h"
#include "tools/tlswhy/feed.h"
#include "tools/tlswhy/file_thread.h"
#include "tools/tlswhy/notify.h"
#include "tools/tlswhy/privileges.h"
#include "tools/tlswhy/service.h"
#include "tools/tlswhy/shared.h"
#include "tools/tlswhy/stats_sinks.h"
#include "tools/tlswhy/worker.h"

struct metrics_server;

/* Queues of the sink, by the thread that pushes. */
enum { SERVICE_QUEUE_COLLECTOR, SERVICE_QUEUE_MAIN, SERVICE_QUEUES };

struct service {
    const struct options *options;
    int signals;              /* signalfd(2) */
    struct identity identity; /* who to become */
    struct broker *broker;
    struct feed *feed;
    struct outlet *outlet; /* of the main thread's own lines */
    FILE *report_file;     /* of the text report, into report_text; NULL with --json */
    char *report_text;     /* for free(3), after report_file is closed */
    size_t report_size;
    struct shared *shared;
    struct metrics_server *metrics; /* NULL: none is asked for */
    struct notify notify;
    struct collector *collector;
    struct file_thread *file_thread;
    struct worker *workers[SERVICE_WORKERS_MAX];
    size_t worker_count;
    int64_t stats_at_ms; /* when the next statistics are due */
    int64_t status_at_ms;
    int64_t state_at_ms;
    int64_t watchdog_at_ms;
    atomic_uint_least64_t unserialised; /* events with statistics, lost for want of memory */
    bool is_reloading;                  /* the service manager waits for the end of it */
    bool wants_status;
    bool has_status; /* a status line is on the terminal */
};

/* service_open.c: interfaces, tables, the sink. False after a complaint; service_release is due
 * in either case. */
bool service_open(struct service *service);

/* Free everything. A thread that hangs keeps what it uses. */
void service_release(struct service *service);

/* service_stats.c: add up what the workers have seen, and what became of it. */
void service_stats(const struct service *service, struct stats *sum);

/* What each worker has seen: an array of worker_count for the caller to free. NULL: no memory. */
struct stats *service_worker_stats(const struct service *service);

/* All sinks as of now. */
void service_sinks(const struct service *service, struct stats_sinks *sinks);

/* Push a tlswhy_stats event, with --json. One that finds no memory is counted, and told by the
 * next; the last one is complained of. */
void service_push_stats(struct service *service, bool is_last);

/* Print the statistics on standard error. */
void service_print_stats(struct service *service);

/* The line on a terminal: write it anew, or take it away. */
void service_show_status(struct service *service);
void service_clear_status(struct service *service);

/* Push the report of the text output behind all that was said; after the collector has ended. What
 * finds no room until until_ms of system_clock_now_ms is counted as lost. False after a complaint:
 * there is no memory. */
bool service_push_report(struct service *service, int64_t until_ms);

#endif
