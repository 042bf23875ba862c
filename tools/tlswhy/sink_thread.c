/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink_thread.c -- lines on their way from the queues to a receiver that may fail and come back. */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include "analyze/bytes_free.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/sink_parts.h"
#include "tools/tlswhy/system_clock.h"

bool sink_connect(struct sink *sink, enum sink_wish wish)
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
        (void)sink_complain(sink, error, "");
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
    if (!sink_connect(sink, SINK_OPEN))
        fail(sink);
    return sink->carrier != NULL;
}

/* The regular file that is open; all zero: none is. */
struct file_state {
    bool is_deleted; /* nobody will ever read what is written to it */
    uint64_t octets;
};

static struct file_state look_at_file(const struct sink *sink)
{
    struct stat status;

    if (sink->options.spec->scheme != SINK_FILE || sink->carrier == NULL
        || fstat(sink->kind->descriptor(sink->carrier), &status) != 0 || !S_ISREG(status.st_mode))
        return (struct file_state){0};
    return (struct file_state){
        .is_deleted = status.st_nlink == 0,
        .octets = (uint64_t)status.st_size,
    };
}

static bool is_rotation_due(const struct sink *sink, const struct file_state *file)
{
    const struct sink_rotation *rotation = &sink->options.rotation;
    int64_t age_ms = system_clock_now_ms() - sink->opened_ms;

    return file->octets > 0
           && ((rotation->octets > 0 && file->octets >= rotation->octets)
               || (rotation->seconds > 0 && age_ms >= (int64_t)(rotation->seconds * 1000)));
}

/* Whether a file has to be opened anew, and how. */
enum renewal { RENEWAL_NONE, RENEWAL_REOPEN, RENEWAL_ROTATE };

static enum renewal due_renewal(const struct sink *sink, const struct file_state *file)
{
    if (sink->options.spec->scheme != SINK_FILE)
        return RENEWAL_NONE;
    if (atomic_load(&sink->wants_reopen) || file->is_deleted)
        return RENEWAL_REOPEN;
    return is_rotation_due(sink, file) ? RENEWAL_ROTATE : RENEWAL_NONE;
}

/* errno says why: the file that was open before is written to as it is, and that is tried again. */
static void put_off_renewal(struct sink *sink, bool was_wanted)
{
    if (!sink->cannot_renew)
        (void)sink_complain(sink, errno, ": writing to the old file");
    if (was_wanted)
        atomic_store(&sink->wants_reopen, true);
    sink->cannot_renew = true;
    sink->retry_ms = system_clock_now_ms() + SINK_RETRY_MS;
}

/* Rotate a file, or open it anew. */
static void renew(struct sink *sink)
{
    const struct file_state file = look_at_file(sink);
    const enum renewal due = due_renewal(sink, &file);
    struct carrier *before = sink->carrier;
    bool was_wanted;

    if (due == RENEWAL_NONE)
        return;
    if (sink->cannot_renew && system_clock_now_ms() < sink->retry_ms)
        return;
    was_wanted = atomic_exchange(&sink->wants_reopen, false);
    if (sink_connect(sink, due == RENEWAL_ROTATE ? SINK_ROTATE : SINK_OPEN)) {
        if (before != NULL)
            sink->kind->close(before);
        window_rewind(sink->window);
        sink->cannot_renew = false;
        return;
    }
    sink->carrier = before;
    if (before != NULL && !file.is_deleted) {
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

void sink_run(void *context)
{
    struct sink *sink = context;
    bool was_stopping = false;

    for (;;) {
        bool is_stopping = atomic_load(&sink->is_stopping);

        if (is_stopping && !was_stopping && sink->kind->is_local)
            sink->retry_ms =
                0; /* a disk that was full a moment ago may have room: the last attempt */
        was_stopping = is_stopping;
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
