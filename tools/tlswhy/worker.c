/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/worker.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "analyze/summary.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/ending.h"
#include "tools/tlswhy/pipeline.h"

#define MILLISECOND_NS INT64_C(1000000)

struct worker {
    struct worker_options options;
    struct live *lives[SERVICE_INTERFACES_MAX];
    size_t live_count;
    struct pipeline *pipeline;
    struct trust_files trust;
    struct stats stats; /* what is counted here and nowhere else */
    int64_t begun_ms;
    int64_t cared_ms;
    int64_t packet_ms; /* when the last packets were read */
    int wake;
    pthread_t thread;
    bool is_running;
    atomic_bool is_stopping;
    atomic_bool is_over; /* the thread has ended */
    atomic_bool is_lost;

    pthread_mutex_t lock; /* for what follows */
    struct stats published;
    int64_t seen_ms;
    struct trust_files next_trust;
    bool has_next_trust;
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now); /* cannot fail with these clocks */
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void take_line(void *context, struct bytes line)
{
    struct worker *worker = context;

    queue_push(worker->options.queue, line);
}

/* One line of text, at once: people want to see a failure when it happens. */
static void push_text(struct worker *worker, const struct verdict *verdict)
{
    char buffer[SUMMARY_SIZE + 64];
    struct text text = text_begin(buffer, sizeof(buffer) - 1);

    text_add_time(&text, verdict->facts->connection->first.time_ns);
    text_add(&text, "  ");
    summary_add_parties(&text, verdict->facts);
    text_add(&text, "  ");
    summary_add_outcome(&text, verdict);
    if (verdict->cause != NULL)
        text_add(&text, " (%s)", verdict->cause->id);
    buffer[text.length++] = '\n';
    queue_push(worker->options.queue, bytes_of(buffer, text.length));
}

static void take_news(void *context, const struct inventory_news *news)
{
    struct worker *worker = context;

    pipeline_write_news(worker->pipeline, news);
}

static void take_verdict(void *context, const struct verdict *verdict)
{
    struct worker *worker = context;
    const struct shared_news news = {.context = worker, .take = take_news};
    const struct options *options = worker->options.options;

    if (verdict->outcome == OUTCOME_FAILED)
        stats_count_cause(&worker->stats, verdict->cause);
    if (!options->json && (options->all || verdict->outcome == OUTCOME_FAILED))
        push_text(worker, verdict);
    shared_add(worker->options.shared, verdict, options->all && options->json ? &news : NULL);
}

static void take_packet(void *context, const struct raw_packet *raw)
{
    struct worker *worker = context;

    pipeline_packet(worker->pipeline, raw);
}

static bool open_pipeline(struct worker *worker)
{
    const struct options *options = worker->options.options;
    const struct service_options *service = &options->service;
    struct pipeline_options pipeline = {
        .options = options,
        .memory_max = worker->options.memory_max,
        .examine_all = worker->options.examine_all,
        .has_events = options->json,
        .interface = service->interface_count == 1 ? service->interfaces[0] : NULL,
        .trust = worker->trust.store,
        .crls = worker->trust.crls,
    };
    const struct pipeline_sink sink = {
        .context = worker,
        .take_verdict = take_verdict,
        .take_line = take_line,
    };

    if (getrandom(pipeline.hash_key, sizeof(pipeline.hash_key), 0)
        != (ssize_t)sizeof(pipeline.hash_key))
        return complain("no random numbers: %s", strerror(errno));
    worker->pipeline = pipeline_new(&pipeline, &sink);
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
    if (worker->wake >= 0 && trust_files_open(&worker->trust, options->options)
        && open_pipeline(worker)) {
        /* Later, no file can be opened. */
        (void)trust_store_load(worker->trust.store);
        return worker;
    }
    if (worker->wake < 0)
        (void)complain("eventfd: %s", strerror(errno));
    worker_free(worker);
    return NULL;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL || worker->is_running)
        return;
    for (size_t i = 0; i < worker->live_count; i++)
        live_close(worker->lives[i]);
    pipeline_free(worker->pipeline);
    trust_files_close(&worker->trust);
    if (worker->has_next_trust)
        trust_files_close(&worker->next_trust);
    if (worker->wake >= 0)
        close(worker->wake);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

void worker_add(struct worker *worker, struct live *live)
{
    worker->lives[worker->live_count++] = live;
}

/* Hand over what was counted. */
static void publish(struct worker *worker, int64_t now_ms)
{
    struct stats *stats = &worker->stats;

    stats->packets = *pipeline_packet_counters(worker->pipeline);
    stats->connections = *pipeline_connections_counters(worker->pipeline);
    stats->tracker = *pipeline_tracker_counters(worker->pipeline);
    stats->unserialised = pipeline_unserialised(worker->pipeline);
    stats->first_ns = pipeline_first_ns(worker->pipeline);
    stats->last_ns = pipeline_last_ns(worker->pipeline);
    stats->live = (struct live_counters){0};
    for (size_t i = 0; i < worker->live_count; i++)
        stats_add_live(&stats->live, live_counters(worker->lives[i]));
    stats->busy_ns = (uint64_t)clock_ns(CLOCK_THREAD_CPUTIME_ID);
    stats->wall_ns = (uint64_t)((now_ms - worker->begun_ms) * MILLISECOND_NS);
    pthread_mutex_lock(&worker->lock);
    worker->published = *stats;
    worker->seen_ms = now_ms;
    pthread_mutex_unlock(&worker->lock);
}

static void take_trust(struct worker *worker)
{
    struct trust_files before = worker->trust;
    bool is_new;

    pthread_mutex_lock(&worker->lock);
    is_new = worker->has_next_trust;
    if (is_new)
        worker->trust = worker->next_trust;
    worker->has_next_trust = false;
    pthread_mutex_unlock(&worker->lock);
    if (!is_new)
        return;
    pipeline_set_trust(worker->pipeline, worker->trust.store, worker->trust.crls);
    trust_files_close(&before);
}

static void tell_state(const struct live *live, enum live_state state)
{
    static const char *const texts[] = {
        [LIVE_UP] = "captures again",
        [LIVE_DOWN] = "is down",
        [LIVE_GONE] = "is gone; waiting for it to come back",
    };

    if (live_is_lost(live))
        (void)complain("%s: is another interface now, which a capture by several workers cannot "
                       "take up",
                       live_name(live));
    else
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

        down += state != LIVE_UP;
        lost += live_is_lost(worker->lives[i]);
        if (is_new && worker->options.number == 0)
            tell_state(worker->lives[i], state);
    }
    worker->stats.interfaces_down = worker->options.number == 0 ? down : 0;
    atomic_store(&worker->is_lost, lost > 0 && lost == worker->live_count);
}

/* Time goes on without packets: as far as the clock did since the last ones. The clock is not that
 * of the packets, so that nobody who sets the time ends connections. */
static void advance(struct worker *worker, int64_t now_ms)
{
    int64_t silent_ms = now_ms - worker->packet_ms;

    if (silent_ms > WORKER_CARE_MS && pipeline_last_ns(worker->pipeline) > 0)
        pipeline_advance(worker->pipeline,
                         pipeline_last_ns(worker->pipeline) + silent_ms * MILLISECOND_NS);
}

static void care(struct worker *worker)
{
    int64_t now_ms = ending_now_ms();

    if (now_ms - worker->cared_ms < WORKER_CARE_MS)
        return;
    worker->cared_ms = now_ms;
    take_trust(worker);
    check_lives(worker, now_ms);
    advance(worker, now_ms);
    publish(worker, now_ms);
}

static size_t read_all(struct worker *worker)
{
    size_t packets = 0;

    for (size_t i = 0; i < worker->live_count; i++)
        if (live_descriptor(worker->lives[i]) >= 0)
            packets += live_read(worker->lives[i], WORKER_BATCH, take_packet, worker);
    if (packets > 0)
        worker->packet_ms = ending_now_ms();
    return packets;
}

static void wait_for_packets(const struct worker *worker)
{
    struct pollfd files[SERVICE_INTERFACES_MAX + 1];
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

static void *run(void *argument)
{
    struct worker *worker = argument;

    worker->begun_ms = ending_now_ms();
    worker->packet_ms = worker->begun_ms;
    publish(worker, worker->begun_ms);
    while (!atomic_load(&worker->is_stopping)) {
        if (read_all(worker) == 0)
            wait_for_packets(worker);
        care(worker);
    }
    read_rest(worker);
    pipeline_finish(worker->pipeline);
    pipeline_write_incidents(worker->pipeline);
    publish(worker, ending_now_ms());
    atomic_store(&worker->is_over, true);
    return NULL;
}

bool worker_start(struct worker *worker, int cpu)
{
    int error = pthread_create(&worker->thread, NULL, run, worker);
    cpu_set_t set;

    worker->is_running = error == 0;
    if (error != 0)
        return complain("cannot start a thread: %s", strerror(error));
    if (cpu < 0)
        return true;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    error = pthread_setaffinity_np(worker->thread, sizeof(set), &set);
    return error == 0 || complain("--cpu: %d: %s", cpu, strerror(error));
}

void worker_stop(struct worker *worker)
{
    atomic_store(&worker->is_stopping, true);
    (void)eventfd_write(worker->wake, 1);
}

bool worker_join(struct worker *worker, int64_t until_ms)
{
    if (worker->is_running && ending_wait(&worker->is_over, until_ms)) {
        pthread_join(worker->thread, NULL);
        worker->is_running = false;
    }
    return !worker->is_running;
}

const char *worker_trust_path(const struct worker *worker)
{
    return trust_store_path(worker->trust.store);
}

void worker_set_trust(struct worker *worker, const struct trust_files *files)
{
    struct trust_files before;
    bool had_one;

    pthread_mutex_lock(&worker->lock);
    had_one = worker->has_next_trust;
    before = worker->next_trust;
    worker->next_trust = *files;
    worker->has_next_trust = true;
    pthread_mutex_unlock(&worker->lock);
    if (had_one)
        trust_files_close(&before);
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
