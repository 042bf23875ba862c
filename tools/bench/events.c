/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events CAPTURE... -- what it costs the thread that judges to emit the event of a handshake:
 * writing it as JSON and putting it into the queue of a sink. CPU time, over all handshakes of
 * the captures.
 *
 *     build/release/bench_events CAPTURE...
 *
 * "new" is an event that shares nothing with those before, "again" one of a client and a
 * certificate that were told of before. Exit status: 0; 1 when a new event costs LIMIT_NS or
 * more; 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyze/event.h"
#include "analyze/tracker.h"
#include "capture/source.h"
#include "tools/tlswhy/queue.h"

enum {
    ROUNDS = 200,     /* of each handshake */
    LIMIT_NS = 15000, /* mean of new events */
    MEMORY_MAX = 64 << 20
};

struct cost {
    double sum_ns;
    double most_ns; /* mean of the event that costs most */
};

struct bench {
    struct event_writer *writer;
    struct queue *queue;
    struct cost anew;
    struct cost again;
    uint64_t events;
    uint64_t octets;
    bool failed;
};

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now); /* cannot fail with this clock */
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void drain(struct bench *bench)
{
    struct bytes line;

    while (queue_take(bench->queue, &line))
        free((void *)(uintptr_t)line.data);
}

/* Emit an event so often; the result is the time. What takes it out again is not counted. */
static double emit(struct bench *bench, struct event_writer *writer, const struct verdict *verdict,
                   unsigned times)
{
    double began_ns = now_ns();
    double took_ns;

    for (unsigned i = 0; i < times; i++) {
        struct bytes line;

        if (!event_write(writer, verdict, &line) || !queue_push(bench->queue, line))
            bench->failed = true;
        else
            bench->octets += line.len;
    }
    took_ns = now_ns() - began_ns;
    drain(bench);
    return took_ns;
}

static void note(struct cost *cost, double took_ns)
{
    cost->sum_ns += took_ns / ROUNDS;
    if (took_ns / ROUNDS > cost->most_ns)
        cost->most_ns = took_ns / ROUNDS;
}

static void take_verdict(void *context, const struct verdict *verdict)
{
    static const struct event_options options = {.observer_name = "bench"};
    struct bench *bench = context;
    double anew_ns = 0;

    for (unsigned round = 0; round < ROUNDS && !bench->failed; round++) {
        struct event_writer *writer = event_writer_new(&options);

        if (writer == NULL) {
            bench->failed = true;
            return;
        }
        anew_ns += emit(bench, writer, verdict, 1);
        event_writer_free(writer);
    }
    note(&bench->anew, anew_ns);
    note(&bench->again, emit(bench, bench->writer, verdict, ROUNDS));
    bench->events++;
}

static bool read_all(struct source *source, struct packet_decoder *decoder,
                     struct connections *connections)
{
    struct raw_packet raw;
    size_t count;

    while (source_read(source, &raw, 1, &count) == SOURCE_PACKET) {
        struct packet packet;

        packet_decode(decoder, &raw, &packet);
        if (packet.kind == PACKET_TCP)
            connections_segment(connections, &packet.segment);
    }
    connections_finish(connections);
    return source_counters(source)->files_unreadable == 0;
}

static bool judge(struct bench *bench, const char *const *paths, size_t count)
{
    const struct tracker_options options = {.memory_max = MEMORY_MAX, .examine_all = true};
    const struct verdict_sink sink = {.context = bench, .take = take_verdict};
    const struct source_options files = {.paths = paths, .path_count = count};
    struct connections_options limits = connections_options_default();
    char error[SOURCE_ERROR_MAX];
    struct tracker *tracker = tracker_new(&options, &sink);
    struct connection_handler handler;
    struct connections *connections;
    struct packet_decoder *decoder = packet_decoder_new();
    struct source *source = source_new(&files, error);
    bool is_read = false;

    limits.memory_max = MEMORY_MAX;
    if (tracker != NULL && decoder != NULL && source != NULL) {
        handler = tracker_handler(tracker);
        connections = connections_new(&limits, &handler);
        is_read = connections != NULL && read_all(source, decoder, connections);
        connections_free(connections);
    }
    source_free(source);
    packet_decoder_free(decoder);
    tracker_free(tracker);
    return is_read && !bench->failed && bench->events > 0;
}

static void print(const char *name, const struct cost *cost, uint64_t events)
{
    printf("%-8s %8.1f us an event, %8.1f us the one that costs most\n", name,
           cost->sum_ns / (double)events / 1000, cost->most_ns / 1000);
}

int main(int argc, char **argv)
{
    static const struct event_options options = {.observer_name = "bench"};
    struct bench bench = {.writer = event_writer_new(&options), .queue = queue_new(-1)};
    int status = 2;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_events CAPTURE...\n");
    } else if (bench.writer == NULL || bench.queue == NULL
               || !judge(&bench, (const char *const *)argv + 1, (size_t)argc - 1)) {
        fprintf(stderr, "bench_events: not all of it could be read or emitted\n");
    } else {
        printf("%llu handshakes, %.0f octets an event\n", (unsigned long long)bench.events,
               (double)bench.octets / (2.0 * ROUNDS) / (double)bench.events);
        print("new", &bench.anew, bench.events);
        print("again", &bench.again, bench.events);
        status = bench.anew.sum_ns / (double)bench.events < LIMIT_NS ? 0 : 1;
    }
    event_writer_free(bench.writer);
    queue_free(bench.queue);
    return status;
}
