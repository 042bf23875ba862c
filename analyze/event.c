/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event.h"

#include <stdlib.h>

#include "analyze/event_parts.h"
#include "analyze/memo.h"
#include "analyze/summary.h"

static const char ECS_VERSION[] = "9.5.0";

struct event_writer {
    struct event_options options;
    struct json json;
};

struct event_writer *event_writer_new(const struct event_options *options)
{
    struct event_writer *writer = calloc(1, sizeof(*writer));

    if (writer == NULL)
        return NULL;
    writer->options = *options;
    json_init(&writer->json, EVENT_LINE_MAX);
    writer->json.memo = memo_new();
    if (writer->json.memo == NULL) {
        free(writer);
        return NULL;
    }
    return writer;
}

void event_writer_free(struct event_writer *writer)
{
    if (writer == NULL)
        return;
    memo_free(writer->json.memo);
    json_release(&writer->json);
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

static void add_types(struct json *json, struct json_at event, const struct verdict *verdict)
{
    struct json_at array = json_add_array(json, event, "type");

    json_append_constant(json, array, "connection");
    if (verdict->outcome == OUTCOME_FAILED && verdict->refused_by != PARTY_NONE)
        json_append_constant(json, array, "denied");
    json_append_constant(json, array, outcome_rows[verdict->outcome].type);
}

/* What is the same for all of an outcome. */
static void add_kind(struct json *json, struct json_at event, const struct verdict *verdict)
{
    bool is_update = verdict_is_update(verdict);
    struct memo_key key;
    size_t mark;

    memo_key_begin(&key);
    memo_key_add_u16(&key, is_update);
    memo_key_add_u16(&key, (uint16_t)verdict->outcome);
    memo_key_add_u16(&key, verdict->refused_by != PARTY_NONE);
    memo_key_finish(&key);
    if (event_recall(json, event, EVENT_MEMO_EVENT, &key))
        return;
    mark = json_mark(json, event);
    json_add_constant(json, event, "kind", "event");
    json_append_constant(json, json_add_array(json, event, "category"), "network");
    add_types(json, event, verdict);
    json_add_constant(json, event, "action", is_update ? "tls_handshake_update" : "tls_handshake");
    json_add_constant(json, event, "outcome", outcome_rows[verdict->outcome].outcome);
    json_add_constant(json, event, "module", "tlswhy");
    json_add_constant(json, event, "dataset", "tlswhy.handshake");
    event_remember(json, event, EVENT_MEMO_EVENT, &key, mark);
}

static void add_event(struct json *json, struct json_at root, const struct verdict *verdict,
                      const char ended[TEXT_TIMESTAMP_LENGTH])
{
    struct json_at event = json_add_object(json, root, "event");
    int64_t started_ns = verdict->facts->connection->first.time_ns;
    int64_t ended_ns = summary_ended_ns(verdict);
    bool is_update = verdict_is_update(verdict);
    char id[EVENT_ID_SIZE];

    add_kind(json, event, verdict);
    if (is_update ? event_update_id(verdict, id) : event_id(verdict->facts, id))
        json_add_digits(json, event, "id", id, sizeof(id) - 1);
    else
        json_fail(json);
    json_add_time(json, event, "start", started_ns);
    json_add_digits(json, event, "end", ended, TEXT_TIMESTAMP_LENGTH);
    json_add_signed(json, event, "duration", ended_ns - started_ns);
    if (verdict->cause != NULL)
        json_add_constant(json, event, "reason", verdict->cause->title);
    else if (verdict->outcome == OUTCOME_INCOMPLETE)
        json_add_text(json, event, "reason", verdict->incomplete_reason);
}

void event_add_ecs(struct json *json, struct json_at root)
{
    json_add_name(json, json_add_object(json, root, "ecs"), "version", ECS_VERSION);
}

/* The event's time and what it says in a sentence. */
static void add_head(struct json *json, struct json_at root, const struct verdict *verdict,
                     const char ended[TEXT_TIMESTAMP_LENGTH],
                     const struct address_text addresses[SIDES])
{
    char message[SUMMARY_SIZE];
    size_t length = summary_format(verdict, addresses, message);

    json_add_digits(json, root, "@timestamp", ended, TEXT_TIMESTAMP_LENGTH);
    json_add_string(json, root, "message", message, length);
    event_add_ecs(json, root);
}

bool event_write(struct event_writer *writer, const struct verdict *verdict, struct bytes *line)
{
    const struct facts *facts = verdict->facts;
    struct json *json = &writer->json;
    struct json_at root = json_begin(json);
    struct address_text addresses[SIDES];
    char ended[TEXT_TIMESTAMP_LENGTH];
    struct memo_key hello;

    for (size_t side = 0; side < SIDES; side++)
        address_text_make(&addresses[side], &facts->connection->endpoint[side].address);
    event_hello_key(&hello, facts);
    text_put_timestamp(ended, summary_ended_ns(verdict));
    add_head(json, root, verdict, ended, addresses);
    add_event(json, root, verdict, ended);
    event_add_parties(json, root, facts, addresses);
    event_add_network(json, root, facts, &writer->options);
    event_add_observer(json, root, &writer->options);
    event_add_tls(json, root, verdict, &writer->options, &hello);
    event_add_verdict(json, root, verdict, &hello);
    return json_finish(json, line);
}

bool event_write_certificate(struct event_writer *writer, const struct inventory_news *news,
                             struct bytes *line)
{
    struct json *json = &writer->json;
    struct json_at root = json_begin(json);

    event_add_inventory(json, root, news);
    event_add_observer(json, root, &writer->options);
    return json_finish(json, line);
}

bool event_write_incident(struct event_writer *writer, const struct incident *incident,
                          enum incident_state state, int64_t now_ns, struct bytes *line)
{
    struct json *json = &writer->json;
    struct json_at root = json_begin(json);

    event_add_incident(json, root, incident, state, now_ns);
    event_add_observer(json, root, &writer->options);
    return json_finish(json, line);
}
