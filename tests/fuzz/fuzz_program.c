/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole way of a capture file: packets, connections, handshakes, verdicts, events, report.
 *
 * The input is the file. Memory is small, so that limits are reached. Every line that comes out is
 * checked, and what is counted must add up.
 */
#include <stdio.h>

#include "analyze/event.h"
#include "analyze/inventory.h"
#include "analyze/report.h"
#include "analyze/tracker.h"
#include "capture/savefile.h"
#include "tests/fuzz/line.h"

enum {
    CONNECTIONS_MEMORY_MAX = 1 << 20,
    HANDSHAKES_MEMORY_MAX = 1 << 17, /* some twenty handshakes */
    DEFER_MEMORY_MAX = 1 << 15,
    KNOWLEDGE_MEMORY_MAX = 1 << 18
};

struct program {
    struct event_writer *writer;
    struct report *report;
    struct inventory *inventory;
    struct tracker *tracker;
    struct connections *connections;
    struct packet_decoder *decoder;
    char *text; /* of the report */
    size_t text_length;
    FILE *out;
    uint64_t verdicts;
};

static const char *member(const cJSON *event, const char *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(event, object), key));
}

/* The event says of the outcome what the verdict says, once and for all. */
static void check_event(struct bytes line, const struct verdict *verdict)
{
    static const char *const outcomes[] = {"success", "failure", "unknown", "unknown"};
    cJSON *event = line_check_event(line);
    const char *cause = member(event, "tlswhy", "cause");

    must(strcmp(member(event, "event", "outcome"), outcomes[verdict->outcome]) == 0);
    must(strcmp(member(event, "tlswhy", "outcome"), outcome_name(verdict->outcome)) == 0);
    must((cause != NULL) == (verdict->outcome == OUTCOME_FAILED));
    cJSON_Delete(event);
}

static void take_verdict(void *context, const struct verdict *verdict)
{
    struct program *program = context;
    struct bytes line;

    must(verdict->outcome <= OUTCOME_NOT_TLS && verdict->stage <= STAGE_FINISHED);
    must((verdict->cause != NULL) == (verdict->outcome == OUTCOME_FAILED));
    must((verdict->incomplete_reason != NULL) == (verdict->outcome == OUTCOME_INCOMPLETE));
    must((verdict->stage == STAGE_FINISHED) == (verdict->outcome == OUTCOME_ESTABLISHED));
    must(verdict->finding_count <= VERDICT_FINDINGS_MAX);
    must(event_write(program->writer, verdict, &line));
    check_event(line, verdict);
    report_add(program->report, verdict);
    inventory_add(program->inventory, verdict);
    program->verdicts++;
}

static void take_news(void *context, const struct inventory_news *news)
{
    struct program *program = context;
    struct bytes line;

    must(event_write_certificate(program->writer, news, &line));
    cJSON_Delete(line_check_event(line));
}

static void start(struct program *program)
{
    const struct event_options event = {.observer_name = "fuzz"};
    const struct tracker_options tracker = {
        .memory_max = HANDSHAKES_MEMORY_MAX,
        .examine_all = true,
        .defer_max = DEFER_MEMORY_MAX,
        .knowledge_max = KNOWLEDGE_MEMORY_MAX,
        .defer_all = true,
    };
    const struct inventory_options inventory = {.levels = {30, 7}, .level_count = 2};
    const struct inventory_sink news = {.context = program, .take = take_news};
    const struct verdict_sink verdicts = {.context = program, .take = take_verdict};
    struct connections_options connections = connections_options_default();
    struct report_options report = {.width = 80, .all = true};
    struct connection_handler handler;

    program->out = open_memstream(&program->text, &program->text_length);
    must(program->out != NULL);
    report.out = program->out;
    connections.memory_max = CONNECTIONS_MEMORY_MAX;
    program->writer = event_writer_new(&event);
    program->report = report_new(&report);
    program->inventory = inventory_new(&inventory, &news);
    program->tracker = tracker_new(&tracker, &verdicts);
    program->decoder = packet_decoder_new();
    must(program->writer != NULL && program->report != NULL && program->inventory != NULL);
    must(program->tracker != NULL && program->decoder != NULL);
    handler = tracker_handler(program->tracker);
    program->connections = connections_new(&connections, &handler);
    must(program->connections != NULL);
}

static void take_packet(struct program *program, const struct raw_packet *raw)
{
    struct packet packet;

    packet_decode(program->decoder, raw, &packet);
    if (packet.kind == PACKET_TCP)
        connections_segment(program->connections, &packet.segment);
    else if (packet.kind == PACKET_ICMP_ERROR)
        connections_icmp(program->connections, &packet.icmp);
}

static void check_counts(const struct program *program)
{
    const struct connections_counters *connections = connections_counters(program->connections);
    const struct tracker_counters *tracker = tracker_counters(program->tracker);
    uint64_t judged = 0;

    for (int outcome = 0; outcome <= OUTCOME_NOT_TLS; outcome++)
        judged += tracker->outcomes[outcome];
    must(judged == program->verdicts);
    must(judged + tracker->refused <= connections->opened);
    must(judged + tracker->refused + connections->evicted >= connections->opened);
    must(connections->current == 0 && connections->opened == connections->ended);
    must(connections->memory_peak <= CONNECTIONS_MEMORY_MAX);
    must(tracker->handshakes == 0 && tracker->memory == 0);
    must(tracker->memory_peak <= HANDSHAKES_MEMORY_MAX);
}

static void finish(struct program *program, const struct savefile *savefile)
{
    const struct savefile_counters *read = savefile_counters(savefile);
    const struct source_counters source = {
        .packets = read->packets,
        .too_long = read->skipped,
        .dropped_interface = read->dropped_interface,
        .dropped_kernel = read->dropped_kernel,
        .files = 1,
    };
    const struct report_totals totals = {
        .packets = packet_decoder_counters(program->decoder),
        .connections = connections_counters(program->connections),
        .tracker = tracker_counters(program->tracker),
        .source = &source,
    };

    connections_finish(program->connections);
    tracker_finish(program->tracker);
    (void)tracker_counters(program->tracker);
    report_finish(program->report, &totals);
    must(fclose(program->out) == 0);
    line_check_text(bytes_of(program->text, program->text_length));
    check_counts(program);
}

static void release(struct program *program)
{
    connections_free(program->connections);
    tracker_free(program->tracker);
    packet_decoder_free(program->decoder);
    inventory_free(program->inventory);
    report_free(program->report);
    event_writer_free(program->writer);
    free(program->text);
}

static void analyse(struct savefile *savefile)
{
    struct program program = {.verdicts = 0};
    struct raw_packet raw;

    start(&program);
    while (savefile_next(savefile, &raw) == SAVEFILE_PACKET) {
        raw.number = savefile_counters(savefile)->packets;
        take_packet(&program, &raw);
    }
    finish(&program, savefile);
    release(&program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[INPUT_ERROR_MAX];
    char reason[SAVEFILE_REASON_MAX];
    struct input *input = input_of_bytes(bytes_of(data, size), error);
    struct savefile *savefile = input != NULL ? savefile_new(input, reason) : NULL;

    if (savefile != NULL)
        analyse(savefile);
    savefile_free(savefile);
    return 0;
}
