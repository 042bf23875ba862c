/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/bytes_free.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/system_clock.h"
#include "tools/tlswhy/thread.h"
#include "tools/tlswhy/window.h"

struct sink {
    struct sink_options options;
    const struct carrier_kind *kind;
    struct carrier *carrier; /* NULL: closed */
    struct window *window;
    int wake;
    struct thread thread;
    bool is_failing;   /* the last attempt failed, and that was said */
    bool cannot_renew; /* so did the last one to rotate or reopen */
    bool is_full;      /* the carrier takes no more for now */
    int64_t retry_ms;  /* not before, when it is closed */
    int64_t opened_ms;
    atomic_bool is_stopping; /* send what is there, and end */
    atomic_bool is_given_up; /* end */
    atomic_bool is_dead;
    atomic_bool wants_reopen;
    atomic_uint_least64_t written;
    atomic_uint_least64_t lost;
    atomic_uint_least64_t in_window; /* not delivered */
    atomic_uint_least64_t sent_again;
    atomic_uint_least64_t failures;
    struct queue *queues[];
};

const char *sink_name(const struct sink *sink)
{
    return sink->options.spec->text;
}

/* Open what it writes to. */
static bool connect_carrier(struct sink *sink, enum sink_wish wish)
{
    const struct sink_options *options = &sink->options;
    int file = -1;

    if (!sink->kind->opens_itself) {
        file = options->opener.open(options->opener.context, options->number, wish);
        if (file < 0)
            return false;
    }
    sink->carrier = sink->kind->open(options->spec, &options->carrier, file);
    sink->opened_ms = system_clock_now_ms();
    return sink->carrier != NULL;
}

/* What fails at the start is not there, unless it is a receiver whose time may come. */
static bool open_first(struct sink *sink)
{
    if (connect_carrier(sink, SINK_OPEN))
        return true;
    (void)complain("%s: %s", sink_name(sink), strerror(errno));
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
        (void)complain("%s: %s", sink_name(sink), strerror(errno));
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

/* Count what was delivered for the first time. */
static void count_delivered(struct sink *sink)
{
    struct window *window = sink->window;

    for (; window->counted < window->acked; window->counted++) {
        bool is_refused = window_line(window, window->counted)->is_refused;

        atomic_fetch_add(is_refused ? &sink->lost : &sink->written, 1);
    }
    atomic_store(&sink->in_window, window->end - window->counted);
}

static void release(struct sink *sink)
{
    size_t length = window_release(sink->window);

    if (sink->options.spool != NULL)
        spool_release(sink->options.spool, length);
}

/* Forget what no loss of the connection can take away any more; at least half of the window is for
 * what is still to be sent. */
static void release_old(struct sink *sink, int64_t now_ms)
{
    struct window *window = sink->window;
    const uint64_t keep_octets = window->octets_max / 2 < sink->kind->keep_octets
                                     ? window->octets_max / 2
                                     : sink->kind->keep_octets;

    while (window->first < window->acked) {
        const struct window_line *line = window_line(window, window->first);

        if (window->kept <= keep_octets && keep_octets > 0
            && window->acked - window->first <= WINDOW_LINES / 2
            && now_ms - line->acked_ms < SINK_KEEP_MS)
            return;
        release(sink);
    }
}

static void note_acknowledged(struct sink *sink)
{
    int64_t now_ms = system_clock_now_ms();

    if (sink->carrier != NULL)
        window_acknowledge(sink->window, sink->kind->acknowledged(sink->carrier), now_ms);
    count_delivered(sink);
    release_old(sink, now_ms);
}

static bool complain_failure(const struct sink *sink, int error, const char *consequence)
{
    char reason[COMPLAIN_REASON_SIZE];

    return complain("%s: %s%s", sink_name(sink),
                    complain_reason(error, sink->options.opener.user, reason), consequence);
}

/* What is sent after this a second time. A file has no beginning of what was not written. */
static void note_handed(struct sink *sink)
{
    const struct carrier_kind *kind = sink->kind;

    if (!kind->is_local)
        window_note_handed(sink->window, kind->handed_over != NULL
                                             ? kind->handed_over(sink->carrier)
                                             : UINT64_MAX);
}

/* The receiver failed; errno says why. What it may not have is sent again. */
static void fail(struct sink *sink)
{
    int error = errno;

    if (sink->kind->is_local && sink->carrier != NULL)
        note_acknowledged(sink); /* the lines that are whole in the file */
    if (!sink->is_failing)
        (void)complain_failure(sink, error, "");
    sink->is_failing = true;
    sink->is_full = false;
    sink->retry_ms = system_clock_now_ms() + SINK_RETRY_MS;
    atomic_fetch_add(&sink->failures, 1);
    if (sink->kind->is_local && (error == EPIPE || !sink->options.is_patient))
        atomic_store(&sink->is_dead, true);
    if (sink->carrier != NULL) {
        note_handed(sink);
        sink->kind->close(sink->carrier);
    }
    sink->carrier = NULL;
    window_rewind(sink->window);
}

/* Have an open carrier, if it is time to. */
static bool has_carrier(struct sink *sink)
{
    if (sink->carrier != NULL)
        return true;
    if (atomic_load(&sink->is_dead) || system_clock_now_ms() < sink->retry_ms)
        return false;
    if (!connect_carrier(sink, SINK_OPEN))
        fail(sink);
    return sink->carrier != NULL;
}

/* Whether a file has to be opened anew, and how. */
static bool needs_renewal(struct sink *sink, enum sink_wish *wish)
{
    const struct sink_rotation *rotation = &sink->options.rotation;
    int64_t age_ms = system_clock_now_ms() - sink->opened_ms;
    bool is_wanted = atomic_load(&sink->wants_reopen);
    struct stat status;

    *wish = SINK_OPEN;
    if (sink->options.spec->scheme != SINK_FILE || sink->carrier == NULL
        || fstat(sink->kind->descriptor(sink->carrier), &status) != 0 || !S_ISREG(status.st_mode))
        return is_wanted && sink->options.spec->scheme == SINK_FILE;
    if (is_wanted || status.st_nlink == 0) /* somebody deleted it */
        return true;
    *wish = SINK_ROTATE;
    return status.st_size > 0
           && ((rotation->octets > 0 && (uint64_t)status.st_size >= rotation->octets)
               || (rotation->seconds > 0 && age_ms >= (int64_t)(rotation->seconds * 1000)));
}

/* Nobody will ever read what is written to such a file. */
static bool is_deleted(const struct sink *sink)
{
    struct stat status;

    return fstat(sink->kind->descriptor(sink->carrier), &status) == 0 && S_ISREG(status.st_mode)
           && status.st_nlink == 0;
}

/* errno says why: the file that was open before is written to as it is, and that is tried again. */
static void put_off_renewal(struct sink *sink, bool was_wanted)
{
    if (!sink->cannot_renew)
        (void)complain_failure(sink, errno, ": writing to the old file");
    if (was_wanted)
        atomic_store(&sink->wants_reopen, true);
    sink->cannot_renew = true;
    sink->retry_ms = system_clock_now_ms() + SINK_RETRY_MS;
}

/* Rotate a file, or open it anew. */
static void renew(struct sink *sink)
{
    struct carrier *before = sink->carrier;
    enum sink_wish wish;
    bool was_wanted;

    if (!needs_renewal(sink, &wish))
        return;
    if (sink->cannot_renew && system_clock_now_ms() < sink->retry_ms)
        return;
    was_wanted = atomic_exchange(&sink->wants_reopen, false);
    if (connect_carrier(sink, wish)) {
        if (before != NULL)
            sink->kind->close(before);
        window_rewind(sink->window);
        sink->cannot_renew = false;
        return;
    }
    sink->carrier = before;
    if (before != NULL && !is_deleted(sink)) {
        put_off_renewal(sink, was_wanted);
        return;
    }
    sink->cannot_renew = false;
    fail(sink);
}

/* Give the carrier what it takes, but not so much that a file grows far beyond its size. */
static enum carrier_status send_lines(struct sink *sink)
{
    struct window *window = sink->window;
    size_t octets = 0;

    while (window->sent < window->end && octets < SINK_TURN_OCTETS) {
        struct window_line *line = window_line(window, window->sent);
        enum carrier_status status = sink->kind->send(sink->carrier, line->octets, &line->total);

        if (status == CARRIER_FULL || status == CARRIER_FAILED)
            return status;
        line->is_refused = status == CARRIER_REFUSED;
        if (line->is_refused)
            line->total =
                window->sent > window->first ? window_line(window, window->sent - 1)->total : 0;
        octets += line->octets.len;
        if (window->sent < window->handed && !line->is_refused)
            atomic_fetch_add(&sink->sent_again, 1);
        window->sent++;
    }
    return CARRIER_OK;
}

static void deliver(struct sink *sink)
{
    enum carrier_status status;

    if (!has_carrier(sink))
        return;
    status = send_lines(sink);
    if (status != CARRIER_FAILED) {
        enum carrier_status flushed = sink->kind->flush(sink->carrier);

        status = flushed != CARRIER_OK ? flushed : status;
    }
    if (status == CARRIER_FAILED) {
        fail(sink);
        return;
    }
    if (sink->is_failing && sink->window->sent > sink->window->first) {
        (void)complain("%s: takes events again", sink_name(sink));
        sink->is_failing = false;
    }
    sink->is_full = status == CARRIER_FULL;
    note_acknowledged(sink);
}

/* Take from the queues what the spool has room for. */
static void fill_spool(struct sink *sink)
{
    for (size_t i = 0; i < sink->options.queue_count; i++) {
        struct bytes line;

        while (queue_peek(sink->queues[i], &line) && spool_put(sink->options.spool, line)) {
            (void)queue_take(sink->queues[i], &line);
            bytes_free(line);
        }
    }
}

/* A spool that cannot be read any more would hold up all that comes. */
static void fill_window_from_spool(struct sink *sink)
{
    enum spool_status status = SPOOL_LINE;
    struct bytes line;

    while (status == SPOOL_LINE && window_has_room(sink->window)) {
        status = spool_take(sink->options.spool, &line);
        if (status == SPOOL_LINE)
            window_add(sink->window, line);
    }
    if (status == SPOOL_DAMAGED)
        atomic_fetch_add(&sink->lost, spool_give_up(sink->options.spool));
}

/* One line of each queue in turn. */
static void fill_window_from_queues(struct sink *sink)
{
    bool is_any = true;
    struct bytes line;

    while (is_any) {
        is_any = false;
        for (size_t i = 0; i < sink->options.queue_count; i++) {
            if (!window_has_room(sink->window) || !queue_take(sink->queues[i], &line))
                continue;
            window_add(sink->window, line);
            is_any = true;
        }
    }
}

static void fill_window(struct sink *sink)
{
    if (sink->options.spool != NULL)
        fill_window_from_spool(sink);
    else
        fill_window_from_queues(sink);
    atomic_store(&sink->in_window, sink->window->end - sink->window->counted);
}

static bool is_empty(const struct sink *sink)
{
    uint64_t waiting = sink->window->end - sink->window->acked;

    for (size_t i = 0; i < sink->options.queue_count; i++)
        waiting += queue_level(sink->queues[i]);
    if (sink->options.spool != NULL)
        waiting += spool_waiting(sink->options.spool);
    return waiting == 0;
}

/* Whether to end, which is_stopping asked for before the queues were looked at. */
static bool is_done(struct sink *sink, bool is_stopping)
{
    bool is_hopeless =
        sink->carrier == NULL && (sink->kind->is_local || sink->options.spool != NULL);

    if (atomic_load(&sink->is_given_up))
        return true;
    return is_stopping && (is_empty(sink) || is_hopeless);
}

static void wait_for_work(struct sink *sink)
{
    bool is_busy =
        sink->carrier != NULL && (sink->is_full || sink->window->acked < sink->window->end);
    int file =
        sink->carrier != NULL && !sink->kind->is_local ? sink->kind->descriptor(sink->carrier) : -1;
    struct pollfd files[] = {
        {.fd = sink->wake, .events = POLLIN},
        {.fd = file, .events = (short)(POLLIN | (sink->is_full ? POLLOUT : 0))},
    };
    eventfd_t count;

    (void)poll(files, 2, is_busy ? SINK_LOOK_MS : SINK_RETRY_MS);
    (void)eventfd_read(sink->wake, &count);
}

/* What is left when the thread ends: on disk, or lost. */
static void end(struct sink *sink)
{
    struct window *window = sink->window;
    struct bytes line;

    if (sink->carrier != NULL && window->acked == window->end
        && sink->kind->finish(sink->carrier, SINK_FINISH_MS))
        while (window->first < window->acked)
            release(sink);
    count_delivered(sink);
    if (sink->options.spool == NULL && window->counted < window->end) {
        atomic_fetch_add(&sink->lost, window->end - window->counted);
        atomic_store(&sink->in_window, 0);
    }
    if (sink->options.spool != NULL)
        fill_spool(sink);
    for (size_t i = 0; i < sink->options.queue_count; i++)
        while (queue_take(sink->queues[i], &line)) {
            atomic_fetch_add(&sink->lost, 1);
            bytes_free(line);
        }
}

static void run(void *context)
{
    struct sink *sink = context;

    for (;;) {
        bool is_stopping = atomic_load(&sink->is_stopping);

        if (sink->options.spool != NULL)
            fill_spool(sink);
        fill_window(sink);
        renew(sink);
        deliver(sink);
        if (is_done(sink, is_stopping))
            break;
        if (sink->is_full || sink->carrier == NULL || is_empty(sink)
            || sink->window->sent == sink->window->end)
            wait_for_work(sink);
    }
    end(sink);
}

bool sink_start(struct sink *sink)
{
    return thread_start(&sink->thread, run, sink);
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
