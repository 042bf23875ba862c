/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event.h"

#include <stdlib.h>

#include "analyze/event_parts.h"
#include "analyze/memo.h"
#include "analyze/summary.h"

static const char ECS_VERSION[] = "9.5.0";

struct event_writer {
    struct event_options options;
    char *observer; /* which is the same in each: members as json_since gives them */
    size_t observer_length;
    struct json json;
};

/* False: no memory. */
static bool keep_observer(struct event_writer *writer)
{
    struct json *json = &writer->json;
    struct json_at root = json_begin(json);
    size_t mark = json_mark(json, root);
    struct bytes members;

    event_add_observer(json, root, &writer->options);
    members = json_since(json, root, mark);
    if (json->failed)
        return false;
    writer->observer = malloc(members.len);
    if (writer->observer == NULL)
        return false;
    memcpy(writer->observer, members.data, members.len);
    writer->observer_length = members.len;
    return true;
}

static void add_observer(struct event_writer *writer, struct json_at root)
{
    json_add_members(&writer->json, root, bytes_of(writer->observer, writer->observer_length));
}

void event_writer_free(struct event_writer *writer)
{
    if (writer == NULL)
        return;
    memo_free(writer->json.memo);
    free(writer->observer);
    json_release(&writer->json);
    free(writer);
}

struct event_writer *event_writer_new(const struct event_options *options)
{
    struct event_writer *writer = calloc(1, sizeof(*writer));

    if (writer == NULL)
        return NULL;
    writer->options = *options;
    json_init(&writer->json, EVENT_LINE_MAX);
    writer->json.memo = memo_new();
    if (writer->json.memo == NULL || !keep_observer(writer)) {
        event_writer_free(writer);
        return NULL;
    }
    return writer;
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

/* What one event may have at the most, in octets. */
enum {
    ENTRY_MAX = 64,       /* the name of a code point or a fingerprint, with its quotes and comma */
    CODE_POINT_LISTS = 6, /* suites, versions, groups, signature schemes, key shares, extensions */
    CODE_POINTS_MAX = CODE_POINT_LISTS * JSON_NAMES_MAX * ENTRY_MAX,
    ALPN_MAX = JSON_ESCAPE_MAX * EVENT_ALPN_OCTETS_MAX + JSON_NAMES_MAX * JSON_MEMBER_MAX,
    ALTERNATIVE_NAMES_MAX =
        JSON_ESCAPE_MAX * CERTIFICATE_NAME_OCTETS + CERTIFICATE_NAMES_MAX * ENTRY_MAX,
    BASE64_MAX = EVENT_CHAIN_OCTETS_MAX / 3 * 4 + CHAIN_CERTIFICATES_MAX * 2 * JSON_MEMBER_MAX,
    FINGERPRINTS_MAX = CHAIN_CERTIFICATES_MAX * 2 * ENTRY_MAX,
    EVIDENCE_LINES_MAX =
        (EVIDENCE_MAX + VERDICT_FINDINGS_MAX) * (2 * EVIDENCE_TEXT_MAX + 4 * ENTRY_MAX),
    SINGLE_VALUES = EVIDENCE_MAX + 5, /* files; both names, a target, a reply, the observer */
    SINGLE_VALUES_MAX = SINGLE_VALUES * JSON_ESCAPE_MAX * JSON_OCTETS_MAX,
    DISTINGUISHED_NAMES_MAX = SIDES * 12 * CERTIFICATE_TEXT_SIZE, /* some of them are told twice */
    REST_MAX = 32 * 1024 /* what is of our own: keys, numbers, titles, a remedy, what is known */
};

_Static_assert(CODE_POINTS_MAX + ALPN_MAX + SIDES * (ALTERNATIVE_NAMES_MAX + BASE64_MAX)
                       + SIDES * FINGERPRINTS_MAX + EVIDENCE_LINES_MAX + SINGLE_VALUES_MAX
                       + DISTINGUISHED_NAMES_MAX + REST_MAX
                   <= EVENT_LINE_MAX,
               "whatever a peer sends, its event has room");

enum {
    /* Octets of what event begins with at the most: twenty keys and names with their punctuation,
     * of which the longest has 20 letters, an identifier, two times and a number. */
    EVENT_HEAD_MAX = 20 * (20 + 2 + JSON_MEMBER_MAX) + EVENT_ID_SIZE + 2 * TEXT_TIMESTAMP_LENGTH
                     + JSON_NUMBER_MAX
};

static char *put_types(char *out, const struct verdict *verdict)
{
    bool is_denied = verdict->outcome == OUTCOME_FAILED && verdict->refused_by != PARTY_NONE;

    out = json_put_array(out, "type");
    out = json_put_entry(out, "connection");
    if (is_denied)
        out = json_put_entry(out, "denied");
    out = json_put_entry(out, outcome_rows[verdict->outcome].type);
    return json_put_array_end(out);
}

static char *put_kind(char *out, const struct verdict *verdict)
{
    out = json_put_name(out, "kind", "event");
    out = json_put_array(out, "category");
    out = json_put_entry(out, "network");
    out = json_put_array_end(out);
    out = put_types(out, verdict);
    if (verdict_is_update(verdict))
        out = json_put_name(out, "action", "tls_handshake_update");
    else
        out = json_put_name(out, "action", "tls_handshake");
    out = json_put_name(out, "outcome", outcome_rows[verdict->outcome].outcome);
    out = json_put_name(out, "module", "tlswhy");
    return json_put_name(out, "dataset", "tlswhy.handshake");
}

static void add_event(struct json *json, struct json_at root, const struct verdict *verdict,
                      const char ended[TEXT_TIMESTAMP_LENGTH])
{
    struct json_at event = json_add_object(json, root, "event");
    int64_t started_ns = verdict->facts->connection->first.time_ns;
    int64_t ended_ns = summary_ended_ns(verdict);
    char id[EVENT_ID_SIZE];
    char started[TEXT_TIMESTAMP_LENGTH];
    char *out;

    if (verdict_is_update(verdict))
        event_update_id(verdict, id);
    else
        event_id(verdict->facts, id);
    if (!json_begin_members(json, event, EVENT_HEAD_MAX, &out))
        return;
    text_put_timestamp_near(started, started_ns, ended, ended_ns);
    out = put_kind(out, verdict);
    out = json_put_digits(out, "id", id, sizeof(id) - 1);
    out = json_put_digits(out, "start", started, sizeof(started));
    out = json_put_digits(out, "end", ended, TEXT_TIMESTAMP_LENGTH);
    out = json_put_unsigned(out, "duration", (uint64_t)(ended_ns - started_ns));
    json_end_members(json, out);
    if (verdict->cause != NULL)
        json_add_constant(json, event, "reason", verdict->cause->title);
    else if (verdict->outcome == OUTCOME_INCOMPLETE)
        json_add_text(json, event, "reason", verdict->incomplete_reason);
}

void event_add_ecs(struct json *json, struct json_at root)
{
    json_add_name(json, json_add_object(json, root, "ecs"), "version", ECS_VERSION);
}

/* The event's time, what it says in a sentence, and the version of the fields' names. */
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
    add_observer(writer, root);
    event_add_tls(json, root, verdict, &writer->options, &hello);
    event_add_verdict(json, root, verdict, &writer->options, &hello);
    return json_finish(json, line);
}

bool event_write_certificate(struct event_writer *writer, const struct inventory_news *news,
                             struct bytes *line)
{
    struct json *json = &writer->json;
    struct json_at root = json_begin(json);

    event_add_inventory(json, root, news);
    add_observer(writer, root);
    return json_finish(json, line);
}

bool event_write_incident(struct event_writer *writer, const struct incident *incident,
                          enum incident_state state, int64_t now_ns, struct bytes *line)
{
    struct json *json = &writer->json;
    struct json_at root = json_begin(json);

    event_add_incident(json, root, incident, state, now_ns);
    add_observer(writer, root);
    return json_finish(json, line);
}
