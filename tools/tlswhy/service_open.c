/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <unistd.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/memory_plan.h"
#include "tools/tlswhy/metrics_server.h"
#include "tools/tlswhy/progress.h"
#include "tools/tlswhy/service_parts.h"

_Static_assert((int)SERVICE_WORKERS_MAX <= LIVE_GROUP_MAX, "all workers share one interface");

static bool open_shared(struct service *service)
{
    const struct sink *output = feed_output(service->feed);

    if (service->options->json || output == NULL)
        return shared_open(service->shared, service->options, NULL, -1);
    service->report_file = open_memstream(&service->report_text, &service->report_size);
    if (service->report_file == NULL)
        return complain_memory();
    return shared_open(service->shared, service->options, service->report_file,
                       sink_descriptor(output));
}

static bool open_metrics(struct service *service)
{
    const char *where = service->options->service.metrics;

    if (where != NULL)
        service->metrics = metrics_server_open(where);
    return where == NULL || service->metrics != NULL;
}

static bool open_feed(struct service *service)
{
    const struct feed_options feed = {
        .options = service->options,
        .outlet_count = SERVICE_QUEUES,
        .has_output = true,
        .is_live = true,
        .has_status = service->wants_status,
    };

    service->feed = feed_open(&feed);
    if (service->feed == NULL)
        return false;
    if (service->identity.is_other)
        feed_give(service->feed, service->identity.user, service->identity.group);
    service->outlet = feed_outlet(service->feed, SERVICE_QUEUE_MAIN);
    return open_shared(service);
}

static bool open_collector(struct service *service)
{
    const struct memory_plan plan =
        memory_plan_make(service->options->memory_max, service->worker_count);
    const struct collector_options collector = {
        .options = service->options,
        .worker_count = service->worker_count,
        .docket_octets = plan.waiting,
        .knowledge_max = plan.knowledge,
        .state_max = plan.state,
        .outlet = feed_outlet(service->feed, SERVICE_QUEUE_COLLECTOR),
        .shared = service->shared,
        .examine_all = service->options->all || service->options->service.metrics != NULL,
    };

    service->collector = collector_new(&collector);
    return service->collector != NULL;
}

static bool open_workers(struct service *service)
{
    const struct memory_plan plan =
        memory_plan_make(service->options->memory_max, service->worker_count);
    struct worker_options worker = {
        .options = service->options,
        .memory_max = plan.tables,
    };

    for (size_t i = 0; i < service->worker_count; i++) {
        worker.number = i;
        worker.docket = collector_docket(service->collector, i);
        service->workers[i] = worker_new(&worker);
        if (service->workers[i] == NULL)
            return false;
    }
    return true;
}

/* Members of a group cannot take up an interface that is made anew, and nobody can open one any
 * more by then: the first worker has a handle in reserve. "any" is never made anew. */
static bool open_reserve(struct service *service, const struct live_options *options,
                         const struct live *member)
{
    char error[LIVE_ERROR_MAX];
    struct live *reserve;

    if (strcmp(options->interface, "any") == 0)
        return true;
    reserve = live_open(options, error);
    if (reserve == NULL)
        return complain("%s", error);
    worker_add(service->workers[0], reserve);
    return live_reserve(reserve, member, error) || complain("%s", error);
}

/* Open an interface once for each worker. */
static bool open_interface(struct service *service, const char *interface)
{
    const struct options *options = service->options;
    const struct live_options live = {
        .interface = interface,
        .filter = options->filter,
        .timestamp_type = options->service.timestamp_type,
        .buffer_size = (int)options->service.buffer_size,
        .snaplen = (int)options->service.snaplen,
        .promiscuous = !options->service.no_promiscuous,
        .immediate = options->service.immediate,
    };
    struct live *lives[SERVICE_WORKERS_MAX] = {0};
    char error[LIVE_ERROR_MAX];

    for (size_t i = 0; i < service->worker_count; i++) {
        lives[i] = live_open(&live, error);
        if (lives[i] == NULL)
            return complain("%s", error);
        worker_add(service->workers[i], lives[i]);
    }
    if (service->worker_count == 1)
        return true;
    if (!live_group(lives, service->worker_count, error))
        return complain("%s", error);
    return open_reserve(service, &live, lives[0]);
}

bool service_open(struct service *service)
{
    const struct service_options *options = &service->options->service;

    service->wants_status = progress_is_wanted(service->options->progress);
    service->worker_count = (size_t)options->workers;
    if (!open_feed(service) || !open_metrics(service) || !open_collector(service)
        || !open_workers(service))
        return false;
    for (size_t i = 0; i < options->interface_count; i++)
        if (!open_interface(service, options->interfaces[i]))
            return false;
    return true;
}

/* What the judge of verdicts uses as long as it runs: where it puts them. */
static void release_outputs(struct service *service)
{
    feed_close(service->feed);
    shared_close(service->shared);
    if (service->report_file != NULL)
        fclose(service->report_file);
    free(service->report_text);
}

void service_release(struct service *service)
{
    bool is_judge_running = service->collector != NULL && !collector_join(service->collector, 0);
    bool is_any_running = !file_thread_join(service->file_thread, 0);

    metrics_server_close(service->metrics); /* first: it tells what all others count */
    for (size_t i = 0; i < service->worker_count; i++) {
        is_any_running |= service->workers[i] != NULL && !worker_join(service->workers[i], 0);
        worker_free(service->workers[i]);
    }
    if (!is_any_running)
        collector_free(service->collector);
    notify_close(&service->notify);
    if (file_thread_join(service->file_thread, 0)
        && (service->feed == NULL || !feed_is_running(service->feed)))
        broker_stop(service->broker);
    file_thread_free(service->file_thread);
    if (!is_judge_running)
        release_outputs(service);
    if (service->signals >= 0)
        close(service->signals);
}
