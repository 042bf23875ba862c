/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events and reports of a verdict in which everything that a peer can choose is hostile.
 *
 * The input is a row of fields, each with two octets of length before it: names, lists and texts in
 * the order of fill(), whole or not, valid or not, and at last numbers.
 */
#include <stdio.h>

#include "analyze/event.h"
#include "analyze/json.h"
#include "analyze/report.h"
#include "analyze/text.h"
#include "analyze/utf8.h"
#include "tests/fuzz/line.h"
#include "tests/support/sample.h"

static struct bytes field(struct bytes *in)
{
    struct bytes value = {0};
    uint16_t length;

    if (!bytes_u16(in, &length) || !bytes_take(in, length < in->len ? length : in->len, &value))
        return bytes_of("", 0);
    return value;
}

static uint64_t number(struct bytes *in)
{
    uint64_t value = 0;

    return bytes_uint(in, sizeof(value), &value) ? value : 0;
}

static void fill_strings(struct sample *sample, struct bytes *in)
{
    struct facts *facts = &sample->facts;
    struct hello_extensions *client = &facts->client_extensions;

    client->server_name.host_name = field(in);
    client->alpn.protocols = field(in);
    client->supported_versions.versions = field(in);
    client->supported_groups.list = field(in);
    client->signature_algorithms.list = field(in);
    client->key_share.shares = field(in);
    facts->client_hello.cipher_suites = field(in);
    facts->client_hello.extensions = field(in);
    facts->server_hello_read = true;
    facts->server_extensions.alpn.protocols = field(in);
    facts->server_hello.extensions = field(in);
}

/* Texts hold what a peer said in the form that evidence has it. */
static void fill_texts(struct sample *sample, struct bytes *in)
{
    char quoted[EVIDENCE_TEXT_MAX];
    struct text text = text_begin(quoted, sizeof(quoted));
    struct finding *finding = &sample->verdict.findings[0];

    text_add_untrusted(&text, field(in));
    evidence_add(&sample->verdict.evidence, "quoted", sample->connection.first, "said \"%s\"",
                 quoted);
    finding->id = "quoted";
    memcpy(finding->text, quoted, sizeof(quoted));
    sample->verdict.finding_count = 1;
}

static void fill_numbers(struct sample *sample, struct bytes *in)
{
    struct connection *connection = &sample->connection;

    for (int side = 0; side < SIDES; side++) {
        connection->endpoint[side].port = (uint16_t)number(in);
        connection->direction[side].octets = number(in);
        connection->direction[side].packets = (uint32_t)number(in);
        direction_have_trouble(&connection->direction[side])->missed_octets = number(in);
    }
    connection->first.time_ns = (int64_t)(number(in) % (uint64_t)PACKET_TIME_MAX_NS);
    connection->last.time_ns = (int64_t)(number(in) % (uint64_t)PACKET_TIME_MAX_NS);
    sample->facts.version = (uint16_t)number(in);
    sample->facts.refusal.alert = (uint8_t)number(in);
    connection->vlan_id = (uint16_t)number(in);
}

static const cJSON *at(const cJSON *object, const char *outer, const char *inner, const char *key)
{
    const cJSON *found = cJSON_GetObjectItem(cJSON_GetObjectItem(object, outer), inner);

    return cJSON_GetObjectItem(found, key);
}

/* A name without anything to escape or to cut arrives as it was sent. */
static void check_name(const cJSON *event, struct bytes name)
{
    const char *told = cJSON_GetStringValue(at(event, "tls", "client", "server_name"));
    struct bytes rest = name;

    must((told != NULL) == (name.len > 0));
    while (rest.len > 0) {
        uint32_t character;
        size_t length = utf8_character(rest, &character);

        if (length == 0 || !utf8_is_printable(character) || character == '\\'
            || !bytes_skip(&rest, length))
            return;
    }
    if (name.len > 0 && name.len <= JSON_OCTETS_MAX)
        must(strlen(told) == name.len && memcmp(told, name.data, name.len) == 0);
}

static void write_event(const struct verdict *verdict)
{
    const struct event_options options = {.observer_name = "fuzz"};
    struct event_writer *writer = event_writer_new(&options);
    struct bytes line;
    cJSON *event;

    must(writer != NULL);
    must(event_write(writer, verdict, &line));
    event = line_check_event(line);
    check_name(event, verdict->facts->client_extensions.server_name.host_name);
    cJSON_Delete(event);
    event_writer_free(writer);
}

static void write_report(const struct verdict *verdict)
{
    static const struct packet_counters packets;
    static const struct connections_counters connections;
    static const struct tracker_counters tracker;
    static const struct source_counters source;
    const struct report_totals totals = {
        .packets = &packets, .connections = &connections, .tracker = &tracker, .source = &source};
    struct report_options options = {.width = 100, .all = true};
    struct report *report;
    char *text = NULL;
    size_t length = 0;

    options.out = open_memstream(&text, &length);
    must(options.out != NULL);
    report = report_new(&options);
    must(report != NULL);
    report_add(report, verdict);
    report_finish(report, &totals);
    report_free(report);
    must(fclose(options.out) == 0);
    line_check_text(bytes_of(text, length));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const samples[])(struct sample * sample) = {sample_failed, sample_established,
                                                              sample_incomplete};
    struct bytes in = bytes_of(data, size);
    struct sample sample;
    uint8_t choice;

    if (!bytes_u8(&in, &choice))
        return 0;
    samples[choice % (sizeof(samples) / sizeof(samples[0]))](&sample);
    fill_strings(&sample, &in);
    fill_texts(&sample, &in);
    fill_numbers(&sample, &in);
    write_event(&sample.verdict);
    write_report(&sample.verdict);
    return 0;
}
