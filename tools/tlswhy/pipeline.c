/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/pipeline.h"

#include <stdlib.h>

#include "analyze/summary.h"
#include "tools/tlswhy/complain.h"

/* Of the tables, buffers for fragments get 8 MiB of 256, which are all there are. */
enum { FRAGMENTS_SHARE = 32 };

struct pipeline {
    struct pipeline_options options;
    struct pipeline_sink sink;
    struct packet_decoder *decoder;
    struct connections *connections;
    struct tracker *tracker;
    struct event_writer *writer; /* NULL: no events */
    int64_t first_ns;
    int64_t last_ns;
    int64_t now_ns; /* of the packet that came last, which may be earlier */
    uint64_t unserialised;
    uint64_t folded;
    uint32_t events_per_minute;
};

static void pass_line(struct pipeline *pipeline, bool is_written, struct bytes line)
{
    if (is_written)
        pipeline->sink.take_line(pipeline->sink.context, line);
    else
        pipeline->unserialised++;
}

/* With --certificates, events tell of certificates alone. */
static bool wants_event(const struct pipeline *pipeline, const struct verdict *verdict)
{
    const struct options *options = pipeline->options.options;

    return pipeline->writer != NULL && !options->certificates
           && (options->all || verdict->outcome == OUTCOME_FAILED);
}

/* Whether the event of its incident is enough, which counts it. An update is no failure more: it
 * is told where the failure was. Where its incident is none any more, it is told for the first
 * time. */
static bool is_folded(struct pipeline *pipeline, const struct verdict *verdict)
{
    if (verdict->earlier != NULL)
        return verdict->earlier->is_folded && verdict->incident != NULL;
    if (verdict->incident == NULL || pipeline->events_per_minute == FEED_EVENTS_ALL
        || incident_admits(verdict->incident, summary_ended_ns(verdict),
                           pipeline->events_per_minute))
        return false;
    pipeline->folded++;
    return true;
}

static void take_verdict(void *context, const struct verdict *verdict)
{
    struct pipeline *pipeline = context;
    struct bytes line = {0};

    if (wants_event(pipeline, verdict) && !is_folded(pipeline, verdict))
        pass_line(pipeline, event_write(pipeline->writer, verdict, &line), line);
    pipeline->sink.take_verdict(pipeline->sink.context, verdict);
}

static void expect_verdict(void *context, const struct endpoint *server)
{
    const struct pipeline *pipeline = context;

    pipeline->sink.expect_verdict(pipeline->sink.context, server);
}

static bool open_tracker(struct pipeline *pipeline)
{
    const struct pipeline_options *options = &pipeline->options;
    struct tracker_options tracker = {
        .memory_max = options->memory_max / 2,
        .bodies = options->bodies,
        .tls_ports = options->options->tls_ports,
        .tls_port_count = options->options->tls_port_count,
        .trust = options->trust,
        .crls = options->crls,
        .examine_all = options->examine_all,
        .defer_max = options->options->no_correlation ? 0 : options->defer_max,
        .revise_max = options->options->no_correlation ? 0 : options->revise_max,
        .knowledge_max = options->knowledge_max,
        .alone = options->options->no_correlation,
        .defer_all = options->options->all,
        .pass_on = {.context = pipeline->sink.context},
        .hash_key = {options->hash_key[0], options->hash_key[1]},
        .sketch_key = {options->sketch_key[0], options->sketch_key[1]},
    };
    const struct verdict_sink sink = {
        .context = pipeline,
        .take = take_verdict,
        .expect = pipeline->sink.expect_verdict != NULL ? expect_verdict : NULL,
    };

    if (options->part == PIPELINE_OBSERVE)
        tracker.pass_on.take = pipeline->sink.take_observation;
    pipeline->tracker = tracker_new(&tracker, &sink);
    return pipeline->tracker != NULL;
}

static bool open_tables(struct pipeline *pipeline)
{
    struct connections_options connections = connections_options_default();
    const struct connection_handler handler = tracker_handler(pipeline->tracker);
    size_t fragments;

    if (pipeline->options.part == PIPELINE_JUDGE)
        return true;
    fragments = pipeline->options.memory_max / FRAGMENTS_SHARE;
    connections.memory_max = pipeline->options.memory_max / 2 - fragments;
    memcpy(connections.hash_key, pipeline->options.hash_key, sizeof(connections.hash_key));
    pipeline->connections = connections_new(&connections, &handler);
    pipeline->decoder = packet_decoder_new();
    if (pipeline->decoder != NULL)
        packet_decoder_limit_fragments(pipeline->decoder, fragments);
    if (pipeline->decoder != NULL && pipeline->options.options->verify_checksums)
        packet_decoder_verify(pipeline->decoder);
    return pipeline->connections != NULL && pipeline->decoder != NULL;
}

/* Who asks for every connection means those that failed, too. */
static uint32_t events_per_minute(const struct options *options)
{
    if (options->sinks.events_per_minute > 0)
        return options->sinks.events_per_minute;
    return options->all ? FEED_EVENTS_ALL : FEED_EVENTS_DEFAULT;
}

static bool open_writer(struct pipeline *pipeline)
{
    const struct options *options = pipeline->options.options;
    const struct event_options event = {
        .observer_name = options->observer_name,
        .observer_hostname = options->observer_hostname,
        .observer_interface = pipeline->options.interface,
        .community_seed = (uint16_t)options->community_seed,
        .certificate_chain = options->certificate_chain,
        .internal = options->internal,
        .internal_count = options->internal_count,
        .origins = pipeline->options.origins,
    };

    if (!pipeline->options.has_events || pipeline->options.part == PIPELINE_OBSERVE)
        return true;
    pipeline->writer = event_writer_new(&event);
    return pipeline->writer != NULL;
}

struct pipeline *pipeline_new(const struct pipeline_options *options,
                              const struct pipeline_sink *sink)
{
    struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

    if (pipeline != NULL) {
        pipeline->options = *options;
        pipeline->sink = *sink;
        pipeline->events_per_minute = events_per_minute(options->options);
        if (open_tracker(pipeline) && open_tables(pipeline) && open_writer(pipeline))
            return pipeline;
    }
    pipeline_free(pipeline);
    (void)complain_memory();
    return NULL;
}

void pipeline_free(struct pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    connections_free(pipeline->connections);
    tracker_free(pipeline->tracker);
    packet_decoder_free(pipeline->decoder);
    event_writer_free(pipeline->writer);
    free(pipeline);
}

static void note_times(struct pipeline *pipeline, const struct raw_packet *raw, size_t count)
{
    bool is_first = packet_decoder_counters(pipeline->decoder)->packets == 0;
    int64_t first_ns = is_first ? INT64_MAX : pipeline->first_ns;
    int64_t last_ns = is_first ? INT64_MIN : pipeline->last_ns;

    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        first_ns = raw[i].time_ns < first_ns ? raw[i].time_ns : first_ns;
        last_ns = raw[i].time_ns > last_ns ? raw[i].time_ns : last_ns;
    }
    pipeline->first_ns = first_ns;
    pipeline->last_ns = last_ns;
    pipeline->now_ns = raw[count - 1].time_ns;
}

/* A datagram put together from fragments lies in a buffer of the decoder until the next packet. */
size_t pipeline_packets(struct pipeline *pipeline, const struct raw_packet *raw, size_t count)
{
    struct packet packets[PIPELINE_BATCH];
    size_t read_count = 0;

    note_times(pipeline, raw, count);
    while (count > 0) {
        size_t most = count < PIPELINE_BATCH ? count : PIPELINE_BATCH;
        size_t ready = packet_decode_some(pipeline->decoder, raw, most, packets);

        read_count += connections_packets(pipeline->connections, packets, ready);
        raw += ready;
        count -= ready;
    }
    return read_count;
}

void pipeline_judge(struct pipeline *pipeline, const struct observation *observation)
{
    tracker_judge(pipeline->tracker, observation);
}

void pipeline_advance(struct pipeline *pipeline, int64_t now_ns)
{
    if (pipeline->connections != NULL) { /* whose times are those of packets that came */
        connections_advance(pipeline->connections, now_ns);
        return;
    }
    pipeline->last_ns = now_ns;
    tracker_revise(pipeline->tracker, now_ns);
}

void pipeline_shed(struct pipeline *pipeline, enum connections_shed what)
{
    connections_shed(pipeline->connections, what);
}

void pipeline_note_loss(struct pipeline *pipeline)
{
    tracker_note_loss(pipeline->tracker, pipeline->now_ns);
}

void pipeline_finish(struct pipeline *pipeline)
{
    if (pipeline->connections != NULL)
        connections_finish(pipeline->connections);
    tracker_finish(pipeline->tracker);
}

static void write_incident(struct pipeline *pipeline, const struct incident *incident,
                           enum incident_state state)
{
    struct bytes line = {0};

    if (pipeline->writer == NULL || pipeline->options.options->certificates)
        return;
    pass_line(pipeline,
              event_write_incident(pipeline->writer, incident, state, pipeline->last_ns, &line),
              line);
}

static void take_incident(void *context, const struct incident *incident, enum incident_state state)
{
    struct pipeline *pipeline = context;

    write_incident(pipeline, incident, state);
    if (pipeline->sink.take_incident != NULL)
        pipeline->sink.take_incident(pipeline->sink.context, incident, state);
}

void pipeline_tell_incidents(struct pipeline *pipeline, bool is_last)
{
    const struct incident_sink sink = {.context = pipeline, .take = take_incident};

    tracker_tell_incidents(pipeline->tracker, pipeline->last_ns, is_last, &sink);
}

void pipeline_write_incidents(struct pipeline *pipeline)
{
    size_t count = 0;
    struct incident **incidents = incidents_list(tracker_incidents(pipeline->tracker), &count);

    pipeline->unserialised += incidents == NULL;
    for (size_t i = 0; incidents != NULL && i < count; i++)
        write_incident(pipeline, incidents[i],
                       incident_is_over(incidents[i], pipeline->last_ns) ? INCIDENT_CLOSED
                                                                         : INCIDENT_OPENED);
    free(incidents);
}

void pipeline_write_news(struct pipeline *pipeline, const struct inventory_news *news)
{
    struct bytes line = {0};

    pass_line(pipeline, event_write_certificate(pipeline->writer, news, &line), line);
}

void pipeline_set_trust(struct pipeline *pipeline, struct trust_store *trust,
                        const struct crl_set *crls)
{
    tracker_set_trust(pipeline->tracker, trust, crls);
}

int64_t pipeline_first_ns(const struct pipeline *pipeline)
{
    return pipeline->first_ns;
}

int64_t pipeline_last_ns(const struct pipeline *pipeline)
{
    return pipeline->last_ns;
}

uint64_t pipeline_unserialised(const struct pipeline *pipeline)
{
    return pipeline->unserialised;
}

uint64_t pipeline_folded(const struct pipeline *pipeline)
{
    return pipeline->folded;
}

const struct packet_counters *pipeline_packet_counters(const struct pipeline *pipeline)
{
    static const struct packet_counters none = {0};

    return pipeline->decoder != NULL ? packet_decoder_counters(pipeline->decoder) : &none;
}

const struct connections_counters *pipeline_connections_counters(const struct pipeline *pipeline)
{
    static const struct connections_counters none = {0};

    return pipeline->connections != NULL ? connections_counters(pipeline->connections) : &none;
}

const struct tracker_counters *pipeline_tracker_counters(const struct pipeline *pipeline)
{
    return tracker_counters(pipeline->tracker);
}

struct insight *pipeline_insight(struct pipeline *pipeline)
{
    return tracker_insight(pipeline->tracker);
}

struct knowledge *pipeline_knowledge(struct pipeline *pipeline)
{
    return tracker_knowledge(pipeline->tracker);
}

const struct incidents *pipeline_incidents(const struct pipeline *pipeline)
{
    return tracker_incidents(pipeline->tracker);
}
