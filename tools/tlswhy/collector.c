/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/collector.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "analyze/file.h"
#include "analyze/incident_text.h"
#include "analyze/summary.h"
#include "capture/time_unit.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/pipeline.h"
#include "tools/tlswhy/random_key.h"
#include "tools/tlswhy/service_options.h"
#include "tools/tlswhy/state_file.h"
#include "tools/tlswhy/system_clock.h"
#include "tools/tlswhy/thread.h"

enum {
    VERDICT_NOTE_MAX = 192, /* octets of a time, and of two causes with their confidence */
    INCIDENT_NOTE_MAX = 128 /* octets of a time, of its state and of its cause */
};

struct collector {
    struct collector_options options;
    struct docket *dockets[SERVICE_WORKERS_MAX];
    struct pipeline *pipeline;
    struct trust_files trust;
    struct stats stats;
    int64_t begun_ms;
    int64_t cared_ms;
    int wake;
    struct thread thread;
    atomic_bool is_stopping;
    atomic_bool wants_state;

    pthread_mutex_t lock; /* for what follows */
    struct stats published;
    int64_t seen_ms;
    struct trust_files next_trust;
    bool has_next_trust;
    struct bytes state; /* owned, if has_state */
    bool has_state;
};

static void take_line(void *context, struct bytes line)
{
    struct collector *collector = context;

    outlet_push(collector->options.outlet, line);
}

/* text has room for the newline. */
static void push_line(const struct collector *collector, struct text *text)
{
    text->data[text->length++] = '\n';
    outlet_push(collector->options.outlet, bytes_of(text->data, text->length));
}

/* One line of text, at once: people want to see a failure when it happens. */
static void push_text(struct collector *collector, const struct verdict *verdict)
{
    char buffer[SUMMARY_SIZE + VERDICT_NOTE_MAX];
    struct text text = text_begin(buffer, sizeof(buffer) - 1);

    text_add_time(&text, verdict->facts->connection->first.time_ns);
    text_add(&text, verdict->earlier != NULL ? "  changed: " : "  ");
    summary_add_parties(&text, verdict->facts);
    text_add(&text, "  ");
    summary_add_outcome(&text, verdict);
    if (verdict->cause != NULL)
        text_add(&text, " (%s, %s)", verdict->cause->id, certainty_name(verdict->confidence));
    if (verdict->earlier != NULL)
        text_add(&text, "; before: %s, %s", verdict->earlier->cause->id,
                 certainty_name(verdict->earlier->confidence));
    push_line(collector, &text);
}

static void take_news(void *context, const struct inventory_news *news)
{
    struct collector *collector = context;

    pipeline_write_news(collector->pipeline, news);
}

static void take_verdict(void *context, const struct verdict *verdict)
{
    struct collector *collector = context;
    const struct shared_news news = {.context = collector, .take = take_news};
    const struct options *options = collector->options.options;

    if (!options->json && (options->all || verdict->outcome == OUTCOME_FAILED))
        push_text(collector, verdict);
    if (verdict->outcome == OUTCOME_FAILED && verdict->earlier == NULL) /* else it was counted */
        stats_count_cause(&collector->stats, verdict->cause);
    shared_add(collector->options.shared, verdict, options->all && options->json ? &news : NULL);
}

/* For people, as soon as it is one: the failures themselves are lines already. */
static void take_incident(void *context, const struct incident *incident, enum incident_state state)
{
    struct collector *collector = context;
    char buffer[INCIDENT_TEXT_SIZE + INCIDENT_NOTE_MAX];
    struct text text = text_begin(buffer, sizeof(buffer) - 1);

    if (collector->options.options->json)
        return;
    text_add_time(&text, incident->last_ns);
    text_add(&text, "  incident %s: %s, ", incident_state_name(state), incident->cause->id);
    incident_add_place(&text, incident);
    text_add(&text, ", ");
    incident_add_extent(&text, incident);
    push_line(collector, &text);
}

static bool open_pipeline(struct collector *collector)
{
    const struct options *options = collector->options.options;
    const struct service_options *service = &options->service;
    struct pipeline_options pipeline = {
        .part = PIPELINE_JUDGE,
        .options = options,
        .revise_max = collector->options.docket_octets / 4 * collector->options.worker_count,
        .knowledge_max = collector->options.knowledge_max,
        .examine_all = collector->options.examine_all,
        .has_events = options->json,
        .interface = service->interface_count == 1 ? service->interfaces[0] : NULL,
        .trust = collector->trust.store,
        .crls = collector->trust.crls,
    };
    const struct pipeline_sink sink = {
        .context = collector,
        .take_verdict = take_verdict,
        .take_incident = take_incident,
        .take_line = take_line,
    };

    if (!random_key_draw(pipeline.hash_key))
        return false;
    memcpy(pipeline.sketch_key, pipeline.hash_key, sizeof(pipeline.sketch_key));
    collector->pipeline = pipeline_new(&pipeline, &sink);
    return collector->pipeline != NULL
           && (options->state == NULL
               || state_file_read(options->state, pipeline_knowledge(collector->pipeline),
                                  pipeline_insight(collector->pipeline)));
}

static bool open_dockets(struct collector *collector)
{
    collector->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (collector->wake < 0)
        return complain("eventfd: %s", strerror(errno));
    for (size_t i = 0; i < collector->options.worker_count; i++) {
        collector->dockets[i] =
            docket_new(collector->wake, collector->options.docket_octets / 4 * 3);
        if (collector->dockets[i] == NULL)
            return complain_memory();
    }
    return true;
}

struct collector *collector_new(const struct collector_options *options)
{
    struct collector *collector = calloc(1, sizeof(*collector));

    if (collector == NULL) {
        (void)complain_memory();
        return NULL;
    }
    collector->options = *options;
    collector->wake = -1;
    pthread_mutex_init(&collector->lock, NULL); /* cannot fail on Linux */
    if (trust_files_open(&collector->trust, options->options) && open_dockets(collector)
        && open_pipeline(collector)) {
        /* Later, no file can be opened. */
        (void)trust_store_load(collector->trust.store);
        return collector;
    }
    collector_free(collector);
    return NULL;
}

void collector_free(struct collector *collector)
{
    if (collector == NULL || collector->thread.is_running)
        return;
    for (size_t i = 0; i < collector->options.worker_count; i++)
        docket_free(collector->dockets[i]);
    pipeline_free(collector->pipeline);
    trust_files_close(&collector->trust);
    if (collector->has_next_trust)
        trust_files_close(&collector->next_trust);
    if (collector->has_state)
        file_free(collector->state);
    if (collector->wake >= 0)
        close(collector->wake);
    pthread_mutex_destroy(&collector->lock);
    free(collector);
}

struct docket *collector_docket(struct collector *collector, size_t worker)
{
    return collector->dockets[worker];
}

static void count_dockets(struct collector *collector)
{
    struct stats *stats = &collector->stats;

    memset(stats->unjudged, 0, sizeof(stats->unjudged));
    stats->docket_level = 0;
    stats->docket_octets = 0;
    for (size_t i = 0; i < collector->options.worker_count; i++) {
        for (enum docket_kind kind = 0; kind < DOCKET_KINDS; kind++)
            stats->unjudged[kind] += docket_refused(collector->dockets[i], kind);
        stats->docket_level += docket_level(collector->dockets[i]);
        stats->docket_octets += docket_octets(collector->dockets[i]);
    }
}

/* Hand over what was counted. */
static void publish(struct collector *collector, int64_t now_ms)
{
    struct stats *stats = &collector->stats;

    count_dockets(collector);
    stats->tracker = *pipeline_tracker_counters(collector->pipeline);
    stats->unserialised = pipeline_unserialised(collector->pipeline);
    stats->folded = pipeline_folded(collector->pipeline);
    stats->busy_ns = (uint64_t)system_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    stats->wall_ns = (uint64_t)((now_ms - collector->begun_ms) * MILLISECOND_NS);
    pthread_mutex_lock(&collector->lock);
    collector->published = *stats;
    collector->seen_ms = now_ms;
    pthread_mutex_unlock(&collector->lock);
}

static void take_trust(struct collector *collector)
{
    struct trust_files before = collector->trust;
    bool is_new;

    pthread_mutex_lock(&collector->lock);
    is_new = collector->has_next_trust;
    if (is_new)
        collector->trust = collector->next_trust;
    collector->has_next_trust = false;
    pthread_mutex_unlock(&collector->lock);
    if (!is_new)
        return;
    pipeline_set_trust(collector->pipeline, collector->trust.store, collector->trust.crls);
    trust_files_close(&before);
}

/* Packet time is that of the worker that is furthest ahead. When the clock is set back, all of them
 * go back. */
static void advance(struct collector *collector)
{
    int64_t now_ns = 0;

    for (size_t i = 0; i < collector->options.worker_count; i++)
        if (docket_time(collector->dockets[i]) > now_ns)
            now_ns = docket_time(collector->dockets[i]);
    pipeline_advance(collector->pipeline, now_ns);
    pipeline_tell_incidents(collector->pipeline, false);
}

static bool state_waits(struct collector *collector)
{
    bool waits;

    pthread_mutex_lock(&collector->lock);
    waits = collector->has_state;
    pthread_mutex_unlock(&collector->lock);
    return waits;
}

/* What is known belongs to this thread: it writes it, and another puts it into a file. As long
 * as that one has not taken it, there is no other: it has room for one. */
static void make_state(struct collector *collector)
{
    struct bytes state;

    if (!atomic_exchange(&collector->wants_state, false) || state_waits(collector)
        || !state_file_make(pipeline_knowledge(collector->pipeline),
                            pipeline_insight(collector->pipeline), collector->options.state_max,
                            &state))
        return;
    pthread_mutex_lock(&collector->lock);
    collector->state = state;
    collector->has_state = true;
    pthread_mutex_unlock(&collector->lock);
}

static void care(struct collector *collector)
{
    int64_t now_ms = system_clock_now_ms();

    if (now_ms - collector->cared_ms < COLLECTOR_CARE_MS)
        return;
    collector->cared_ms = now_ms;
    take_trust(collector);
    advance(collector);
    make_state(collector);
    publish(collector, now_ms);
}

/* Judge some of what one worker observed; returns how many. */
static size_t judge_some(struct collector *collector, struct docket *docket)
{
    size_t count = 0;
    const struct deferred *deferred;

    while (count < COLLECTOR_TURN && (deferred = docket_take(docket)) != NULL) {
        pipeline_judge(collector->pipeline, &deferred->observation);
        count++;
    }
    return count;
}

static size_t judge_all(struct collector *collector)
{
    size_t count = 0;

    for (size_t i = 0; i < collector->options.worker_count; i++)
        count += judge_some(collector, collector->dockets[i]);
    return count;
}

static void wait_for_more(const struct collector *collector)
{
    struct pollfd file = {.fd = collector->wake, .events = POLLIN};
    eventfd_t count;

    if (poll(&file, 1, COLLECTOR_CARE_MS) > 0)
        (void)eventfd_read(collector->wake, &count);
}

static void run(void *context)
{
    struct collector *collector = context;
    bool is_last;

    collector->begun_ms = system_clock_now_ms();
    publish(collector, collector->begun_ms);
    do {
        is_last = atomic_load(&collector->is_stopping);
        while (judge_all(collector) > 0)
            care(collector);
        care(collector);
        if (!is_last)
            wait_for_more(collector);
    } while (!is_last);
    advance(collector);
    pipeline_finish(collector->pipeline);
    pipeline_tell_incidents(collector->pipeline, true);
    publish(collector, system_clock_now_ms());
}

bool collector_start(struct collector *collector)
{
    return thread_start(&collector->thread, run, collector);
}

void collector_stop(struct collector *collector)
{
    atomic_store(&collector->is_stopping, true);
    (void)eventfd_write(collector->wake, 1);
}

bool collector_join(struct collector *collector, int64_t until_ms)
{
    return thread_join(&collector->thread, until_ms);
}

const char *collector_trust_path(const struct collector *collector)
{
    return trust_store_path(collector->trust.store);
}

void collector_set_trust(struct collector *collector, const struct trust_files *files)
{
    struct trust_files before;
    bool had_one;

    pthread_mutex_lock(&collector->lock);
    had_one = collector->has_next_trust;
    before = collector->next_trust;
    collector->next_trust = *files;
    collector->has_next_trust = true;
    pthread_mutex_unlock(&collector->lock);
    if (had_one)
        trust_files_close(&before);
}

void collector_stats(struct collector *collector, struct stats *out)
{
    pthread_mutex_lock(&collector->lock);
    *out = collector->published;
    pthread_mutex_unlock(&collector->lock);
}

int64_t collector_seen_ms(struct collector *collector)
{
    int64_t seen_ms;

    pthread_mutex_lock(&collector->lock);
    seen_ms = collector->seen_ms;
    pthread_mutex_unlock(&collector->lock);
    return seen_ms;
}

const struct incidents *collector_incidents(const struct collector *collector)
{
    return pipeline_incidents(collector->pipeline);
}

void collector_ask_state(struct collector *collector)
{
    atomic_store(&collector->wants_state, true);
}

bool collector_take_state(struct collector *collector, struct bytes *out)
{
    bool has_state;

    if (!collector->thread.is_running)
        return state_file_make(pipeline_knowledge(collector->pipeline),
                               pipeline_insight(collector->pipeline), collector->options.state_max,
                               out);
    pthread_mutex_lock(&collector->lock);
    has_state = collector->has_state;
    if (has_state)
        *out = collector->state;
    collector->has_state = false;
    pthread_mutex_unlock(&collector->lock);
    return has_state;
}
