/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/feed.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/kafka_library.h"
#include "tools/tlswhy/memory_plan.h"
#include "tools/tlswhy/system_clock.h"

#define LOOK_NS 500000L /* between two looks whether a queue has room again */

struct outlet {
    struct feed *feed;
    size_t number;
};

struct feed {
    struct feed_options options;
    struct kafka_library *kafka; /* NULL: no sink needs it */
    struct sink_spec specs[SINKS_MAX + 1];
    struct sink *sinks[SINKS_MAX + 1];
    bool is_made[SINKS_MAX + 1]; /* the file of the sink, by root, when it was opened last */
    size_t sink_count;
    enum full_policy on_full;
    atomic_bool is_given_up;
    struct outlet outlets[];
};

/* --output, or standard output where no other sink is named, is one of them: the first. */
static bool has_output_sink(const struct feed_options *options)
{
    return options->has_output
           && (options->options->output != NULL || options->options->sinks.count == 0);
}

/* The sinks of a run in their order. Returns how many; specs has room for SINKS_MAX + 1. */
static size_t list_specs(const struct feed_options *feed, struct sink_spec *specs)
{
    const struct options *options = feed->options;
    size_t count = 0;

    if (has_output_sink(feed))
        specs[count++] = sink_spec_of_file(options->output);
    for (size_t i = 0; i < options->sinks.count; i++)
        specs[count++] = options->sinks.specs[i];
    return count;
}

int feed_open_sink(const struct feed *feed, size_t number, enum sink_wish wish)
{
    const struct sink_opening opening = {
        .wish = wish,
        .keep = (size_t)feed->options.options->sinks.rotate_count,
        .is_by_broker = true,
    };
    bool is_made;

    errno = EINVAL;
    if (number >= feed->sink_count)
        return -1;
    return sink_spec_open(&feed->specs[number], &opening, &is_made);
}

/* Until the broker is there, and without one: root may be at work. */
static int open_here(void *context, size_t number, enum sink_wish wish)
{
    struct feed *feed = context;
    const struct sink_opening opening = {
        .wish = wish,
        .keep = (size_t)feed->options.options->sinks.rotate_count,
    };

    return sink_spec_open(&feed->specs[number], &opening, &feed->is_made[number]);
}

/* Files and standard output are on disk or in a pipe already: a spool is for the others. */
static bool is_spooled(const struct feed *feed, const struct sink_spec *spec)
{
    return feed->on_full == FULL_SPOOL && spec->scheme != SINK_FILE && spec->scheme != SINK_STDOUT;
}

/* 0: what it gets is kept until it is there. */
static int receiver_wait_ms(const struct feed *feed, const struct sink_spec *spec)
{
    if (feed->options.is_live || is_spooled(feed, spec))
        return 0;
    return feed->options.receiver_wait_ms > 0 ? feed->options.receiver_wait_ms
                                              : FEED_RECEIVER_WAIT_MS;
}

static bool open_one(struct feed *feed, size_t number)
{
    const struct feed_sinks *sinks = &feed->options.options->sinks;
    const size_t memory_max = memory_plan_make(feed->options.options->memory_max, 1).lines;
    struct sink_spec *spec = &feed->specs[number];
    struct sink_options options = {
        .spec = spec,
        .number = number,
        .opener = {.context = feed, .open = open_here},
        .carrier = {.kafka = feed->kafka,
                    .kafka_properties = sinks->kafka_properties,
                    .kafka_property_count = sinks->kafka_property_count,
                    .receiver_wait_ms = receiver_wait_ms(feed, spec),
                    .clears_status = feed->options.has_status},
        .rotation = {.octets = sinks->rotate_size, .seconds = sinks->rotate_age},
        .memory_max = memory_max / feed->sink_count,
        .queue_count = feed->options.outlet_count,
        .is_patient = feed->options.is_live,
    };

    if (!sink_spec_resolve(spec))
        return false;
    if (is_spooled(feed, spec)) {
        options.spool = spool_open(sinks->spool, spec->text, sinks->spool_size);
        if (options.spool == NULL)
            return false;
    }
    feed->sinks[number] = sink_new(&options);
    return feed->sinks[number] != NULL;
}

/* The libraries of the sinks: here, before the sandbox is entered. */
static bool load_libraries(struct feed *feed)
{
    if (!feed_has_kafka(feed))
        return true;
    feed->kafka = kafka_library_load();
    return feed->kafka != NULL;
}

static bool open_all(struct feed *feed)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        if (!open_one(feed, i))
            return false;
    return true;
}

/* No thread of it runs. Sinks that never came to be are NULL. */
static void release(struct feed *feed)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        sink_close(feed->sinks[i]);
    free(feed->kafka);
    free(feed);
}

struct feed *feed_open(const struct feed_options *options)
{
    struct feed *feed = calloc(1, sizeof(*feed) + options->outlet_count * sizeof(feed->outlets[0]));
    enum full_policy usual = options->is_live ? FULL_DROP : FULL_BLOCK;

    if (feed == NULL) {
        (void)complain_memory();
        return NULL;
    }
    feed->options = *options;
    feed->on_full = options->options->sinks.on_full;
    if (feed->on_full == FULL_DEFAULT)
        feed->on_full = usual;
    for (size_t i = 0; i < options->outlet_count; i++)
        feed->outlets[i] = (struct outlet){.feed = feed, .number = i};
    feed->sink_count = list_specs(options, feed->specs);
    if (load_libraries(feed) && open_all(feed))
        return feed;
    release(feed);
    return NULL;
}

struct outlet *feed_outlet(struct feed *feed, size_t number)
{
    return &feed->outlets[number];
}

/* Wait for room. */
static void push_waiting(const struct feed *feed, const struct sink *sink, struct queue *queue,
                         struct bytes line, int64_t until_ms)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};

    while (!queue_offer(queue, line)) {
        if (sink_is_dead(sink) || atomic_load(&feed->is_given_up)
            || line.len > queue_octets_max(queue) || system_clock_now_ms() >= until_ms) {
            queue_give_up(queue);
            return;
        }
        (void)nanosleep(&look, NULL);
    }
}

void outlet_push(struct outlet *outlet, struct bytes line)
{
    const struct feed *feed = outlet->feed;

    for (size_t i = 0; i < feed->sink_count; i++) {
        struct queue *queue = sink_queue(feed->sinks[i], outlet->number);

        /* With a spool it is the disk that has the limit: offline, it is waited for. */
        if (feed->on_full == FULL_BLOCK || (feed->on_full == FULL_SPOOL && !feed->options.is_live))
            push_waiting(feed, feed->sinks[i], queue, line, INT64_MAX);
        else
            (void)queue_push(queue, line);
    }
}

void outlet_push_waiting(struct outlet *outlet, struct bytes line, int64_t until_ms)
{
    const struct feed *feed = outlet->feed;

    for (size_t i = 0; i < feed->sink_count; i++)
        push_waiting(feed, feed->sinks[i], sink_queue(feed->sinks[i], outlet->number), line,
                     until_ms);
}

struct sink *feed_output(const struct feed *feed)
{
    return has_output_sink(&feed->options) ? feed->sinks[0] : NULL;
}

void feed_set_opener(struct feed *feed, struct sink_opener opener)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        sink_set_opener(feed->sinks[i], opener);
}

void feed_give(const struct feed *feed, unsigned user, unsigned group)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        sink_give(feed->sinks[i], feed->is_made[i], user, group);
}

bool feed_start(struct feed *feed)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        if (!sink_start(feed->sinks[i]))
            return false;
    return true;
}

void feed_reopen(struct feed *feed)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        sink_reopen(feed->sinks[i]);
}

bool feed_stop(struct feed *feed, int timeout_ms)
{
    int64_t until_ms = system_clock_now_ms() + timeout_ms;
    bool is_whole = true;

    for (size_t i = 0; i < feed->sink_count; i++) /* they end at the same time */
        (void)sink_stop(feed->sinks[i], 0);
    for (size_t i = 0; i < feed->sink_count; i++) {
        int64_t left_ms = until_ms - system_clock_now_ms();

        is_whole = sink_stop(feed->sinks[i], left_ms > 0 ? (int)left_ms : 0) && is_whole;
    }
    return is_whole;
}

void feed_give_up(struct feed *feed)
{
    atomic_store(&feed->is_given_up, true);
    for (size_t i = 0; i < feed->sink_count; i++)
        sink_give_up(feed->sinks[i]);
}

bool feed_is_running(const struct feed *feed)
{
    bool is_running = false;

    for (size_t i = 0; i < feed->sink_count; i++)
        is_running = is_running || sink_is_running(feed->sinks[i]);
    return is_running;
}

/* A thread that hangs still uses all of it. */
void feed_close(struct feed *feed)
{
    if (feed != NULL && !feed_is_running(feed))
        release(feed);
}

bool feed_is_dead(const struct feed *feed)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        if (sink_is_dead(feed->sinks[i]))
            return true;
    return false;
}

struct sink_counters feed_counters(const struct feed *feed)
{
    struct sink_counters sum = {0};

    for (size_t i = 0; i < feed->sink_count; i++) {
        struct sink_counters one = sink_counters(feed->sinks[i]);

        sum.written += one.written;
        sum.lost += one.lost;
        sum.waiting += one.waiting;
        sum.spooled += one.spooled;
        sum.sent_again += one.sent_again;
        sum.failures += one.failures;
    }
    return sum;
}

bool feed_has_receivers_or_rotation(const struct feed *feed)
{
    const struct feed_sinks *sinks = &feed->options.options->sinks;

    for (size_t i = 0; i < feed->sink_count; i++)
        if (feed->specs[i].scheme != SINK_FILE && feed->specs[i].scheme != SINK_STDOUT)
            return true;
    return sinks->rotate_size > 0 || sinks->rotate_age > 0;
}

bool feed_has_kafka(const struct feed *feed)
{
    for (size_t i = 0; i < feed->sink_count; i++)
        if (feed->specs[i].scheme == SINK_KAFKA)
            return true;
    return false;
}

size_t feed_sink_count(const struct feed *feed)
{
    return feed->sink_count;
}

const struct sink *feed_sink(const struct feed *feed, size_t number)
{
    return feed->sinks[number];
}
