/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/ending.h"

struct sink {
    const char *name;
    int file;
    int wake;
    pthread_t thread;
    bool is_running;
    atomic_bool is_stopping; /* write what is there, and end */
    atomic_bool is_over;     /* the thread has ended */
    atomic_bool is_dead;
    atomic_size_t written;
    atomic_size_t lost;
    bool is_failing; /* the last write failed, and that was said */
    uint8_t *batch;
    size_t used;
    size_t lines; /* in the batch */
    size_t queue_count;
    struct queue *queues[];
};

int sink_open_file(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

struct sink *sink_open(const char *path, size_t count)
{
    struct sink *sink = calloc(1, sizeof(*sink) + count * sizeof(sink->queues[0]));

    if (sink == NULL || (sink->batch = malloc(SINK_BATCH_OCTETS)) == NULL) {
        free(sink);
        (void)complain_memory();
        return NULL;
    }
    sink->queue_count = count;
    sink->name = path != NULL ? path : "standard output";
    sink->file = path != NULL ? sink_open_file(path) : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    sink->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < count; i++)
        sink->queues[i] = queue_new(sink->wake);
    if (sink->file >= 0 && sink->wake >= 0 && sink->queues[count - 1] != NULL)
        return sink;
    (void)complain("%s: %s", sink->name, strerror(errno));
    sink_close(sink);
    return NULL;
}

struct queue *sink_queue(struct sink *sink, size_t number)
{
    return sink->queues[number];
}

int sink_descriptor(const struct sink *sink)
{
    return sink->file;
}

/* How many of the first length octets make whole lines. */
static size_t whole_lines(const uint8_t *data, size_t length)
{
    while (length > 0 && data[length - 1] != '\n')
        length--;
    return length;
}

static size_t count_lines(const uint8_t *data, size_t length)
{
    size_t lines = 0;

    for (size_t i = 0; i < length; i++)
        lines += data[i] == '\n';
    return lines;
}

/* Take back the beginning of a line that could not be written whole. */
static void take_back(const struct sink *sink, size_t octets)
{
    struct stat status;

    if (octets > 0 && fstat(sink->file, &status) == 0 && S_ISREG(status.st_mode)
        && status.st_size >= (off_t)octets)
        (void)!ftruncate(sink->file, status.st_size - (off_t)octets); /* else it stays cut */
}

static void note_failure(struct sink *sink, int error)
{
    if (error == EPIPE)
        atomic_store(&sink->is_dead, true);
    if (!sink->is_failing)
        (void)complain("%s: %s: events are lost", sink->name, strerror(error));
    sink->is_failing = true;
}

/* Write octets; returns how many. */
static size_t write_octets(struct sink *sink, const uint8_t *data, size_t length)
{
    size_t done = 0;

    while (done < length) {
        ssize_t count = write(sink->file, data + done, length - done);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            note_failure(sink, count < 0 ? errno : EIO);
            return done;
        }
        done += (size_t)count;
    }
    if (sink->is_failing)
        (void)complain("%s: can be written again", sink->name);
    sink->is_failing = false;
    return done;
}

static void write_lines(struct sink *sink, const uint8_t *data, size_t length, size_t lines)
{
    size_t done = length > 0 ? write_octets(sink, data, length) : 0;
    size_t whole = whole_lines(data, done);
    size_t arrived = done == length ? lines : count_lines(data, whole);

    take_back(sink, done - whole);
    atomic_fetch_add(&sink->written, arrived);
    atomic_fetch_add(&sink->lost, lines - arrived);
}

static void flush_batch(struct sink *sink)
{
    write_lines(sink, sink->batch, sink->used, sink->lines);
    sink->used = 0;
    sink->lines = 0;
}

static void add_line(struct sink *sink, struct bytes line)
{
    if (sink->used + line.len > SINK_BATCH_OCTETS)
        flush_batch(sink);
    if (line.len > SINK_BATCH_OCTETS) {
        write_lines(sink, line.data, line.len, 1);
        return;
    }
    memcpy(sink->batch + sink->used, line.data, line.len);
    sink->used += line.len;
    sink->lines++;
}

/* Write all that is there. */
static void drain(struct sink *sink)
{
    bool is_any;

    do {
        is_any = false;
        for (size_t i = 0; i < sink->queue_count; i++) {
            struct bytes line;

            if (!queue_take(sink->queues[i], &line))
                continue;
            add_line(sink, line);
            free((void *)(uintptr_t)line.data);
            is_any = true;
        }
    } while (is_any);
    flush_batch(sink);
}

static void *run(void *argument)
{
    struct sink *sink = argument;

    for (;;) {
        struct pollfd wake = {.fd = sink->wake, .events = POLLIN};
        bool is_last = atomic_load(&sink->is_stopping);
        eventfd_t count;

        drain(sink);
        if (is_last)
            break;
        (void)poll(&wake, 1, -1);
        (void)eventfd_read(sink->wake, &count);
    }
    atomic_store(&sink->is_over, true);
    return NULL;
}

bool sink_start(struct sink *sink)
{
    int error = pthread_create(&sink->thread, NULL, run, sink);

    sink->is_running = error == 0;
    return sink->is_running || complain("cannot start a thread: %s", strerror(error));
}

void sink_replace(struct sink *sink, int descriptor)
{
    (void)dup3(descriptor, sink->file, O_CLOEXEC); /* in one step, while the thread writes */
    close(descriptor);
}

bool sink_stop(struct sink *sink, int timeout_ms)
{
    if (!sink->is_running)
        return true;
    atomic_store(&sink->is_stopping, true);
    (void)eventfd_write(sink->wake, 1);
    if (!ending_wait(&sink->is_over, ending_now_ms() + timeout_ms))
        return false; /* it hangs in a write: the end of the process ends it */
    pthread_join(sink->thread, NULL);
    sink->is_running = false;
    return !sink->is_failing;
}

void sink_close(struct sink *sink)
{
    if (sink == NULL || sink->is_running) /* a thread that hangs still uses it */
        return;
    for (size_t i = 0; i < sink->queue_count; i++)
        queue_free(sink->queues[i]);
    if (sink->file >= 0)
        close(sink->file);
    if (sink->wake >= 0)
        close(sink->wake);
    free(sink->batch);
    free(sink);
}

bool sink_is_running(const struct sink *sink)
{
    return sink->is_running;
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
    };

    for (size_t i = 0; i < sink->queue_count; i++) {
        counters.waiting += queue_level(sink->queues[i]);
        counters.lost += queue_lost(sink->queues[i]);
    }
    return counters;
}
