/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/sink_parts.h"
#include "tools/tlswhy/system_clock.h"

const char *sink_name(const struct sink *sink)
{
    return sink->options.spec->text;
}

bool sink_complain(const struct sink *sink, int error, const char *consequence)
{
    char reason[COMPLAIN_REASON_SIZE];

    return complain("%s: %s%s", sink_name(sink),
                    complain_reason(error, sink->options.opener.user, reason), consequence);
}

/* What fails at the start is not there, unless it is a receiver whose time may come. */
static bool open_first(struct sink *sink)
{
    bool is_open = sink_connect(sink, SINK_OPEN);

    sink->options.carrier.receiver_wait_ms = 0; /* one that was there once is waited for */
    if (is_open)
        return true;
    (void)sink_complain(sink, errno, "");
    if (sink->kind->is_local || sink->kind->opens_itself
        || (!sink->options.is_patient && sink->options.spool == NULL))
        return false;
    sink->is_failing = true;
    sink->retry_ms = system_clock_now_ms() + SINK_RETRY_MS;
    return true;
}

/* Octets of one queue: all queues have half of the memory, the window the rest. A line of usual
 * size must fit in any case. */
static size_t share_of(const struct sink_options *options)
{
    size_t share = options->memory_max / 2 / options->queue_count;

    return share > SINK_SHARE_MIN ? share : SINK_SHARE_MIN;
}

/* No thread uses it. */
static void destroy(struct sink *sink)
{
    for (size_t i = 0; i < sink->options.queue_count; i++)
        queue_free(sink->queues[i]);
    if (sink->kind != NULL && sink->carrier != NULL)
        sink->kind->close(sink->carrier);
    if (sink->wake >= 0)
        close(sink->wake);
    window_free(sink->window);
    spool_close(sink->options.spool);
    free(sink);
}

struct sink *sink_new(const struct sink_options *options)
{
    size_t count = options->queue_count;
    struct sink *sink = calloc(1, sizeof(*sink) + count * sizeof(sink->queues[0]));
    bool has_queues = true;

    if (sink == NULL) {
        spool_close(options->spool);
        (void)complain_memory();
        return NULL;
    }
    sink->options = *options;
    sink->window = window_new(share_of(options) * count);
    sink->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < count; i++) {
        sink->queues[i] = queue_new(sink->wake);
        if (sink->queues[i] != NULL)
            queue_limit(sink->queues[i], share_of(options));
        has_queues = has_queues && sink->queues[i] != NULL;
    }
    sink->kind = carrier_kind_of(options->spec);
    if (sink->window == NULL || sink->wake < 0 || !has_queues)
        (void)sink_complain(sink, errno, "");
    else if (sink->kind != NULL && open_first(sink))
        return sink;
    destroy(sink);
    return NULL;
}

struct queue *sink_queue(struct sink *sink, size_t number)
{
    return sink->queues[number];
}

int sink_descriptor(const struct sink *sink)
{
    return sink->kind->is_local && sink->carrier != NULL ? sink->kind->descriptor(sink->carrier)
                                                         : -1;
}

void sink_set_opener(struct sink *sink, struct sink_opener opener)
{
    sink->options.opener = opener;
}

void sink_give(const struct sink *sink, bool is_file_new, unsigned user, unsigned group)
{
    if (sink->options.spool != NULL)
        spool_give(sink->options.spool, user, group);
    if (is_file_new)
        (void)!fchown(sink_descriptor(sink), user, group); /* else it stays as it is */
}

bool sink_start(struct sink *sink)
{
    return thread_start(&sink->thread, sink_run, sink);
}

void sink_reopen(struct sink *sink)
{
    atomic_store(&sink->wants_reopen, true);
    (void)eventfd_write(sink->wake, 1);
}

void sink_give_up(struct sink *sink)
{
    atomic_store(&sink->is_given_up, true);
    (void)eventfd_write(sink->wake, 1);
}

bool sink_stop(struct sink *sink, int timeout_ms)
{
    if (!sink->thread.is_running)
        return true;
    atomic_store(&sink->is_stopping, true);
    (void)eventfd_write(sink->wake, 1);
    if (!thread_join(&sink->thread, system_clock_now_ms() + timeout_ms))
        return false; /* it waits for the receiver, or hangs in a write */
    return !sink->is_failing || sink->options.spool != NULL;
}

void sink_close(struct sink *sink)
{
    if (sink != NULL && !sink->thread.is_running) /* a thread that hangs still uses it */
        destroy(sink);
}

bool sink_is_running(const struct sink *sink)
{
    return sink->thread.is_running;
}

bool sink_is_dead(const struct sink *sink)
{
    return atomic_load(&sink->is_dead);
}

struct sink_counters sink_counters(const struct sink *sink)
{
    struct sink_counters counters = {
        .written = atomic_load(&sink->written),
        .lost = atomic_load(&sink->lost),
        .sent_again = atomic_load(&sink->sent_again),
        .failures = atomic_load(&sink->failures),
    };

    for (size_t i = 0; i < sink->options.queue_count; i++) {
        counters.waiting += queue_level(sink->queues[i]);
        counters.lost += queue_lost(sink->queues[i]);
    }
    if (sink->options.spool != NULL)
        counters.spooled = spool_waiting(sink->options.spool) + atomic_load(&sink->in_window);
    else
        counters.waiting += atomic_load(&sink->in_window);
    return counters;
}
