/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "capture/time_unit.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/gather.h"
#include "tools/tlswhy/overload.h"
#include "tools/tlswhy/random_key.h"
#include "tools/tlswhy/system_clock.h"
#include "tools/tlswhy/thread.h"

struct worker {
    struct worker_options options;
    struct live *lives[WORKER_LIVES_MAX];
    size_t live_count;
    struct pipeline *pipeline;
    struct gather gather;
    struct stats stats; /* what is counted here and nowhere else */
    int64_t begun_ms;
    int64_t cared_ms;
    int64_t packet_ms; /* when the last packets were read */
    int64_t read_ns;   /* the time of the packet read last */
    int64_t lag_ms;    /* overload_signs.lag_ms */
    struct overload overload;
    int wake;
    struct thread thread;
    atomic_bool is_stopping;
    atomic_bool is_lost;

    pthread_mutex_t lock; /* for what follows */
    struct stats published;
    int64_t seen_ms;
};

static void take_observation(void *context, const struct observation *observation)
{
    struct worker *worker = context;

    docket_push(worker->options.docket, observation);
}

static void take_packet(void *context, const struct raw_packet *raw)
{
    struct worker *worker = context;

    worker->read_ns = raw->time_ns;
    gather_packet(&worker->gather, raw);
}

static bool open_pipeline(struct worker *worker)
{
    struct pipeline_options pipeline = {
        .part = PIPELINE_OBSERVE,
        .options = worker->options.options,
        .memory_max = worker->options.memory_max,
        .bodies = docket_bodies(worker->options.docket),
    };
    const struct pipeline_sink sink = {
        .context = worker,
        .take_observation = take_observation,
    };

    if (!random_key_draw(pipeline.hash_key))
        return false;
    worker->pipeline = pipeline_new(&pipeline, &sink);
    gather_init(&worker->gather, worker->pipeline);
    return worker->pipeline != NULL;
}

struct worker *worker_new(const struct worker_options *options)
{
    struct worker *worker = calloc(1, sizeof(*worker));

    if (worker == NULL) {
        (void)complain_memory();
        return NULL;
    }
    worker->options = *options;
    pthread_mutex_init(&worker->lock, NULL); /* cannot fail on Linux */
    worker->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (worker->wake >= 0 && open_pipeline(worker))
        return worker;
    if (worker->wake < 0)
        (void)complain("eventfd: %s", strerror(errno));
    worker_free(worker);
    return NULL;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL || worker->thread.is_running)
        return;
    for (size_t i = 0; i < worker->live_count; i++)
        live_close(worker->lives[i]);
    pipeline_free(worker->pipeline);
    if (worker->wake >= 0)
        close(worker->wake);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

void worker_add(struct worker *worker, struct live *live)
{
    worker->lives[worker->live_count++] = live;
}

static void count_lives(struct worker *worker)
{
    struct live_counters sum = {0};

    for (size_t i = 0; i < worker->live_count; i++)
        stats_add_live(&sum, live_update_counters(worker->lives[i]));
    worker->stats.live = sum;
}

/* Hand over what was counted. */
static void publish(struct worker *worker, int64_t now_ms)
{
    struct stats *stats = &worker->stats;

    stats->packets = *pipeline_packet_counters(worker->pipeline);
    stats->connections = *pipeline_connections_counters(worker->pipeline);
    stats->tracker = *pipeline_tracker_counters(worker->pipeline);
    stats->first_ns = pipeline_first_ns(worker->pipeline);
    stats->last_ns = pipeline_last_ns(worker->pipeline);
    stats->busy_ns = (uint64_t)system_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    stats->wall_ns = (uint64_t)((now_ms - worker->begun_ms) * MILLISECOND_NS);
    pthread_mutex_lock(&worker->lock);
    worker->published = *stats;
    worker->seen_ms = now_ms;
    pthread_mutex_unlock(&worker->lock);
}

static void tell_state(const struct live *live, enum live_state state)
{
    static const char *const texts[] = {
        [LIVE_UP] = "captures again",
        [LIVE_DOWN] = "is down",
        [LIVE_GONE] = "is gone; waiting for it to come back",
    };

    (void)complain("%s: %s", live_name(live), texts[state]);
}

/* Look after the interfaces. Every worker does, one tells. */
static void check_lives(struct worker *worker, int64_t now_ms)
{
    uint64_t down = 0;
    size_t lost = 0;

    for (size_t i = 0; i < worker->live_count; i++) {
        bool is_new;
        enum live_state state = live_check(worker->lives[i], now_ms, &is_new);

        down += state != LIVE_UP && !live_is_lost(worker->lives[i]);
        lost += live_is_lost(worker->lives[i]);
        if (is_new && worker->options.number == 0)
            tell_state(worker->lives[i], state);
    }
    worker->stats.interfaces_down = worker->options.number == 0 ? down : 0;
    atomic_store(&worker->is_lost, lost > 0 && lost == worker->live_count);
}

static bool is_silent(const struct worker *worker, int64_t now_ms)
{
    return worker->read_ns > 0 && now_ms - worker->packet_ms > WORKER_CARE_MS;
}

/* Packet time as it goes on without packets: as far as the clock did since the last ones. The clock
 * is not that of the packets, so that nobody who sets the time ends connections. 0: none came. */
static int64_t packet_time(const struct worker *worker, int64_t now_ms)
{
    if (!is_silent(worker, now_ms))
        return worker->read_ns;
    return worker->read_ns + (now_ms - worker->packet_ms) * MILLISECOND_NS;
}

static void advance(struct worker *worker, int64_t now_ms)
{
    int64_t time_ns = packet_time(worker, now_ms);

    if (is_silent(worker, now_ms))
        pipeline_advance(worker->pipeline, time_ns);
    docket_set_time(worker->options.docket, time_ns);
    docket_flush(worker->options.docket);
}

/* Leave out what must be left out, so that what is being read can be read on. */
static void look_for_overload(struct worker *worker, int64_t now_ms)
{
    const struct overload_signs signs = {.dropped = worker->stats.live.dropped_kernel,
                                         .lag_ms = worker->lag_ms};
    bool is_behind = overload_look(&worker->overload, &signs, now_ms);

    pipeline_shed(worker->pipeline, worker->overload.level);
    worker->stats.shed_level = worker->overload.level;
    if (is_behind || worker->overload.level > CONNECTIONS_SHED_NOTHING)
        pipeline_note_loss(worker->pipeline);
}

static void care(struct worker *worker)
{
    int64_t now_ms = system_clock_now_ms();

    if (now_ms - worker->cared_ms < WORKER_CARE_MS)
        return;
    worker->cared_ms = now_ms;
    check_lives(worker, now_ms);
    count_lives(worker);
    look_for_overload(worker, now_ms);
    advance(worker, now_ms);
    publish(worker, now_ms);
}

/* How old the latest packet is. Clocks of adapters need not agree with the system's: then packets
 * that are lost are the only sign. */
static int64_t lag_ms(const struct worker *worker)
{
    if (worker->options.options->service.timestamp_type != NULL)
        return 0;
    return (system_clock_ns(CLOCK_REALTIME) - worker->read_ns) / MILLISECOND_NS;
}

static size_t read_all(struct worker *worker)
{
    size_t packets = 0;
    bool is_more = false;

    for (size_t i = 0; i < worker->live_count; i++) {
        size_t count = 0;

        if (live_descriptor(worker->lives[i]) >= 0)
            count = live_read(worker->lives[i], WORKER_BATCH, take_packet, worker);
        gather_flush(&worker->gather);
        packets += count;
        is_more |= count >= WORKER_BATCH;
    }
    worker->lag_ms = is_more ? lag_ms(worker) : 0;
    if (packets > 0) {
        worker->packet_ms = system_clock_now_ms();
        docket_flush(worker->options.docket);
    }
    return packets;
}

/* Let packets gather: the kernel wakes for some hundred each, and to be woken costs as much as
 * dozens of them. */
static void nap(const struct worker *worker)
{
    struct pollfd wake = {.fd = worker->wake, .events = POLLIN};

    (void)poll(&wake, 1, WORKER_NAP_MS);
}

static void wait_for_packets(const struct worker *worker)
{
    struct pollfd files[WORKER_LIVES_MAX + 1];
    nfds_t count = 0;

    files[count++] = (struct pollfd){.fd = worker->wake, .events = POLLIN};
    for (size_t i = 0; i < worker->live_count; i++)
        files[count++] = (struct pollfd){.fd = live_descriptor(worker->lives[i]), .events = POLLIN};
    (void)poll(files, count, WORKER_CARE_MS);
}

/* What the rings hold when the stop comes was there before it. */
static void read_rest(struct worker *worker)
{
    const struct timespec delivery = {.tv_nsec = (long)2 * LIVE_DELIVERY_MS * MILLISECOND_NS};

    (void)nanosleep(&delivery, NULL);
    for (int i = 0; i < WORKER_LAST_READS_MAX; i++)
        if (read_all(worker) == 0)
            return;
}

static void run(void *context)
{
    struct worker *worker = context;
    const struct service_options *service = &worker->options.options->service;
    const bool naps = !service->immediate && service->buffer_size >= WORKER_NAP_RING;

    worker->begun_ms = system_clock_now_ms();
    worker->packet_ms = worker->begun_ms;
    count_lives(worker);
    publish(worker, worker->begun_ms);
    while (!atomic_load(&worker->is_stopping)) {
        size_t packets = read_all(worker);

        if (packets == 0)
            wait_for_packets(worker);
        else if (naps && packets >= WORKER_BUSY && packets < WORKER_BATCH)
            nap(worker);
        care(worker);
    }
    read_rest(worker);
    pipeline_finish(worker->pipeline);
    docket_set_time(worker->options.docket, worker->read_ns);
    docket_flush(worker->options.docket);
    count_lives(worker);
    publish(worker, system_clock_now_ms());
}

bool worker_start(struct worker *worker, int cpu)
{
    cpu_set_t set;
    int error;

    if (!thread_start(&worker->thread, run, worker))
        return false;
    if (cpu < 0)
        return true;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    error = pthread_setaffinity_np(worker->thread.id, sizeof(set), &set);
    return error == 0 || complain("--cpu: %d: %s", cpu, strerror(error));
}

void worker_stop(struct worker *worker)
{
    atomic_store(&worker->is_stopping, true);
    (void)eventfd_write(worker->wake, 1);
}

bool worker_join(struct worker *worker, int64_t until_ms)
{
    return thread_join(&worker->thread, until_ms);
}

void worker_stats(struct worker *worker, struct stats *out)
{
    pthread_mutex_lock(&worker->lock);
    *out = worker->published;
    pthread_mutex_unlock(&worker->lock);
}

int64_t worker_seen_ms(struct worker *worker)
{
    int64_t seen_ms;

    pthread_mutex_lock(&worker->lock);
    seen_ms = worker->seen_ms;
    pthread_mutex_unlock(&worker->lock);
    return seen_ms;
}

bool worker_is_lost(struct worker *worker)
{
    return atomic_load(&worker->is_lost);
}
