/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event.h"

#include <stdlib.h>

#include "analyze/event_parts.h"
#include "analyze/summary.h"

static const char ECS_VERSION[] = "9.5.0";

enum {
    LINE_BEGIN = 16384, /* octets: room for a usual event at once */
    PRINT_SLACK = 5     /* cJSON_PrintPreallocated asks for as many more than it writes */
};

struct event_writer {
    struct event_options options;
    char *line;
    size_t size;
};

struct event_writer *event_writer_new(const struct event_options *options)
{
    struct event_writer *writer = calloc(1, sizeof(*writer));

    if (writer == NULL)
        return NULL;
    writer->options = *options;
    writer->size = LINE_BEGIN;
    writer->line = malloc(writer->size);
    if (writer->line == NULL) {
        free(writer);
        return NULL;
    }
    return writer;
}

void event_writer_free(struct event_writer *writer)
{
    if (writer == NULL)
        return;
    free(writer->line);
    free(writer);
}

/* What ECS has for an outcome: event.outcome, and the types beside "connection". */
static const struct outcome_row {
    const char *outcome;
    const char *type;
} outcome_rows[] = {
    [OUTCOME_ESTABLISHED] = {"success", "start"},
    [OUTCOME_FAILED] = {"failure", "end"},
    [OUTCOME_INCOMPLETE] = {"unknown", "info"},
    [OUTCOME_NOT_TLS] = {"unknown", "info"},
};

static void add_types(struct json *json, cJSON *event, const struct verdict *verdict)
{
    cJSON *array = json_add_array(json, event, "type");

    json_append_constant(json, array, "connection");
    if (verdict->outcome == OUTCOME_FAILED && verdict->refused_by != PARTY_NONE)
        json_append_constant(json, array, "denied");
    json_append_constant(json, array, outcome_rows[verdict->outcome].type);
}

static void add_event(struct json *json, cJSON *root, const struct verdict *verdict)
{
    cJSON *event = json_add_object(json, root, "event");
    int64_t started_ns = verdict->facts->connection->first.time_ns;
    int64_t ended_ns = summary_ended_ns(verdict);
    char id[EVENT_ID_SIZE];

    json_add_constant(json, event, "kind", "event");
    json_append_constant(json, json_add_array(json, event, "category"), "network");
    add_types(json, event, verdict);
    json_add_constant(json, event, "action", "tls_handshake");
    json_add_constant(json, event, "outcome", outcome_rows[verdict->outcome].outcome);
    json_add_constant(json, event, "module", "tlswhy");
    json_add_constant(json, event, "dataset", "tlswhy.handshake");
    if (event_id(verdict->facts, id))
        json_add_text(json, event, "id", id);
    else
        json->failed = true;
    json_add_time(json, event, "start", started_ns);
    json_add_time(json, event, "end", ended_ns);
    json_add_signed(json, event, "duration", ended_ns - started_ns);
    if (verdict->cause != NULL)
        json_add_constant(json, event, "reason", verdict->cause->title);
    else if (verdict->outcome == OUTCOME_INCOMPLETE)
        json_add_text(json, event, "reason", verdict->incomplete_reason);
}

void event_add_ecs(struct json *json, cJSON *root)
{
    json_add_constant(json, json_add_object(json, root, "ecs"), "version", ECS_VERSION);
}

static cJSON *event_build(struct json *json, const struct event_options *options,
                          const struct verdict *verdict)
{
    cJSON *root = cJSON_CreateObject();
    char message[SUMMARY_SIZE];

    if (root == NULL) {
        json->failed = true;
        return NULL;
    }
    json_add_time(json, root, "@timestamp", summary_ended_ns(verdict));
    json_add_text(json, root, "message", summary_format(verdict, message));
    event_add_ecs(json, root);
    add_event(json, root, verdict);
    event_add_parties(json, root, verdict->facts);
    event_add_network(json, root, verdict->facts, options->community_seed);
    event_add_observer(json, root, options);
    event_add_tls(json, root, verdict);
    event_add_verdict(json, root, verdict);
    return root;
}

/* Double the room for the line. */
static bool grow(struct event_writer *writer)
{
    char *line;

    if (writer->size >= EVENT_LINE_MAX)
        return false;
    line = realloc(writer->line, 2 * writer->size);
    if (line == NULL)
        return false;
    writer->line = line;
    writer->size *= 2;
    return true;
}

static bool print_line(struct event_writer *writer, cJSON *root, struct bytes *line)
{
    size_t length;

    while (!cJSON_PrintPreallocated(root, writer->line, (int)writer->size - PRINT_SLACK, false))
        if (!grow(writer))
            return false;
    length = strlen(writer->line);
    writer->line[length++] = '\n';
    *line = bytes_of(writer->line, length);
    return true;
}

bool event_write_certificate(struct event_writer *writer, const struct inventory_news *news,
                             struct bytes *line)
{
    struct json json = {0};
    cJSON *root = cJSON_CreateObject();
    bool is_done;

    if (root == NULL)
        return false;
    event_add_inventory(&json, root, news);
    event_add_observer(&json, root, &writer->options);
    is_done = !json.failed && print_line(writer, root, line);
    cJSON_Delete(root);
    return is_done;
}

bool event_write_incident(struct event_writer *writer, const struct incident *incident,
                          int64_t end_ns, struct bytes *line)
{
    struct json json = {0};
    cJSON *root = cJSON_CreateObject();
    bool is_done;

    if (root == NULL)
        return false;
    event_add_incident(&json, root, incident, end_ns);
    event_add_observer(&json, root, &writer->options);
    is_done = !json.failed && print_line(writer, root, line);
    cJSON_Delete(root);
    return is_done;
}

bool event_write(struct event_writer *writer, const struct verdict *verdict, struct bytes *line)
{
    struct json json = {0};
    cJSON *root = event_build(&json, &writer->options, verdict);
    bool is_done = !json.failed && print_line(writer, root, line);

    cJSON_Delete(root);
    return is_done;
}
