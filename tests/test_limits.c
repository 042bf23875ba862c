/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits that the README states, reached one by one. What else a full table does is tested with
 * smaller ones, beside what it is for. */
#include <cjson/cJSON.h>

#include "analyze/certificate_cache.h"
#include "analyze/clock.h"
#include "analyze/event.h"
#include "analyze/inventory.h"
#include "analyze/json.h"
#include "analyze/session.h"
#include "analyze/tracker_internal.h"
#include "dissect/message.h"
#include "tests/support/certificates.h"
#include "tests/support/inventory_filled.h"
#include "tests/support/sample.h"
#include "tests/support/suite.h"

static const uint64_t hash_key[2] = {1, 2};

static void put_u24(uint8_t *octets, size_t value)
{
    octets[0] = (uint8_t)(value >> 16);
    octets[1] = (uint8_t)(value >> 8);
    octets[2] = (uint8_t)value;
}

static void one_handshake_message(void)
{
    uint8_t header[TLS_HANDSHAKE_HEADER_LENGTH] = {TLS_HANDSHAKE_CERTIFICATE};
    struct bytes octets = bytes_of(header, sizeof(header));
    struct message message;
    size_t need;

    put_u24(header + 1, MESSAGE_BODY_MAX);
    CU_ASSERT_EQUAL(message_next(&octets, &message, &need), MESSAGE_PARTIAL);
    CU_ASSERT_EQUAL(need, sizeof(header) + MESSAGE_BODY_MAX);
    put_u24(header + 1, MESSAGE_BODY_MAX + 1);
    CU_ASSERT_EQUAL(message_next(&octets, &message, &need), MESSAGE_TOO_LONG);
}

static void the_messages_of_a_connection(void)
{
    static uint8_t body[HANDSHAKE_TRANSCRIPT_MAX / 2];
    struct session_memory memory = {.budget = {.limit = (size_t)4 * HANDSHAKE_TRANSCRIPT_MAX}};
    struct connection connection = {0};
    struct session session;
    const struct run run = {.session = &session, .from = SIDE_SERVER};
    const struct note_detail detail = {.length = sizeof(body)};

    session_begin(&session, &memory, &connection);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_TRUE(session_note(&run, NOTE_MESSAGE, detail));
        session_keep_body(&session, SIDE_SERVER, bytes_of(body, sizeof(body)));
    }
    CU_ASSERT_FALSE(session.transcript_full);
    CU_ASSERT_EQUAL(session.transcript.length, HANDSHAKE_TRANSCRIPT_MAX);
    session_keep_body(&session, SIDE_SERVER, bytes_of(body, 1));
    CU_ASSERT_TRUE(session.transcript_full);
    CU_ASSERT_EQUAL(session.transcript.length, HANDSHAKE_TRANSCRIPT_MAX);
    session_release(&session);
    budget_clear(&memory.budget);
    CU_ASSERT_EQUAL(memory.budget.used, 0);
}

/* What sessions take, what is spare and what they have in common, each within its part. */
static void the_memory_of_handshakes(void)
{
    static const size_t memory_max[] = {64 << 20, 1 << 20};

    for (size_t i = 0; i < sizeof(memory_max) / sizeof(memory_max[0]); i++) {
        const struct tracker_options options = {.memory_max = memory_max[i]};
        const struct verdict_sink sink = {0};
        struct tracker *tracker = tracker_new(&options, &sink);

        CU_ASSERT_PTR_NOT_NULL_FATAL(tracker);
        CU_ASSERT_TRUE(tracker->memory.budget.spare_max > 0);
        CU_ASSERT_EQUAL(tracker->memory.budget.limit + tracker->memory.budget.spare_max
                            + body_table_within(memory_max[i]),
                        memory_max[i]);
        tracker_free(tracker);
    }
}

static void what_is_said_instead_of_tls(void)
{
    static const uint8_t said[HANDSHAKE_PRELUDE_MAX + 1] = {'?'};
    struct session_memory memory = {.budget = {.limit = (size_t)4 * HANDSHAKE_TRANSCRIPT_MAX}};
    struct connection connection = {0};
    struct session session;

    session_begin(&session, &memory, &connection);
    for (int i = 0; i < 2; i++)
        session_read(&session, SIDE_CLIENT, bytes_of(said, sizeof(said)),
                     (struct moment){.packet = 1});
    CU_ASSERT_PTR_NOT_NULL_FATAL(session.preludes);
    CU_ASSERT_PTR_NOT_NULL_FATAL(session.preludes->prelude[SIDE_CLIENT]);
    CU_ASSERT_EQUAL(session.preludes->prelude[SIDE_CLIENT]->length, HANDSHAKE_PRELUDE_MAX);
    session_release(&session);
    budget_clear(&memory.budget);
}

static void certificates_kept_as_read(void)
{
    struct certificate_cache *cache = certificate_cache_new(NULL);
    struct certificate_cache_stats stats;

    for (unsigned i = 0; i < CERTIFICATE_CACHE_ENTRIES + 3; i++)
        CU_ASSERT_PTR_NOT_NULL(certificate_cache_get(cache, bytes_of(&i, sizeof(i))));
    stats = certificate_cache_stats(cache);
    CU_ASSERT_EQUAL(stats.entries, CERTIFICATE_CACHE_ENTRIES);
    CU_ASSERT_EQUAL(stats.evictions, 3);
    certificate_cache_free(cache);
}

/* Each with a hello at a time of its own. */
static void clients_whose_clock_is_remembered(void)
{
    struct clocks *clocks = clocks_new(hash_key, 0);
    struct note hello = {.at = {.time_ns = SAMPLE_START_NS, .packet = 4}};
    struct sample sample;

    sample_failed(&sample);
    sample.facts.client_hello_note = &hello;
    for (uint32_t i = 0; i < CLOCK_CLIENTS_MAX + 3; i++) {
        CU_ASSERT_EQUAL(clocks_evictions(clocks),
                        i > CLOCK_CLIENTS_MAX ? i - CLOCK_CLIENTS_MAX : 0);
        memcpy(sample.connection.endpoint[SIDE_CLIENT].address.octets, &i, sizeof(i));
        clocks_learn(clocks, &sample.facts);
    }
    CU_ASSERT_EQUAL(clocks_evictions(clocks), 3);
    clocks_free(clocks);
}

static void certificates_in_the_inventory(void)
{
    struct inventory *inventory = inventory_filled(INVENTORY_ENTRIES_MAX + 3);

    CU_ASSERT_EQUAL(inventory_count(inventory), INVENTORY_ENTRIES_MAX);
    CU_ASSERT_EQUAL(inventory_left_out(inventory), 3);
    inventory_free(inventory);
}

/* Two certificates of as many octets as there is room for, and one more. */
static void certificates_of_an_event(void)
{
    enum { LENGTH = EVENT_CHAIN_OCTETS_MAX / 2, ENTRY = 3 + LENGTH, LIST = 3 * ENTRY };
    static uint8_t body[3 + LIST];
    const struct event_options options = {.observer_name = "edge", .certificate_chain = true};
    struct note note = {.length = sizeof(body), .side = SIDE_SERVER};
    struct event_writer *writer = event_writer_new(&options);
    struct sample sample;
    struct bytes line;
    cJSON *event;
    const cJSON *server;

    put_u24(body, LIST);
    for (size_t i = 0; i < 3; i++)
        put_u24(body + 3 + i * ENTRY, LENGTH);
    sample_failed(&sample);
    sample.handshake.transcript = body;
    sample.handshake.transcript_length = sizeof(body);
    sample.facts.version = TLS_VERSION_1_2;
    sample.facts.server_certificate_note = &note;
    CU_ASSERT_FATAL(event_write(writer, &sample.verdict, &line));
    event = cJSON_ParseWithLength((const char *)line.data, line.len);
    server = cJSON_GetObjectItem(cJSON_GetObjectItem(event, "tls"), "server");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(cJSON_GetObjectItem(server, "certificate_chain")), 2);
    cJSON_Delete(event);
    event_writer_free(writer);
}

/* Names of 250 octets, a hundred more than there is room for. */
static void application_protocols_of_an_event(void)
{
    enum { NAME = 250, TOLD = EVENT_ALPN_OCTETS_MAX / NAME, COUNT = TOLD + 100, ENTRY = 1 + NAME };
    static uint8_t list[COUNT * ENTRY];
    const struct event_options options = {.observer_name = "edge"};
    struct event_writer *writer = event_writer_new(&options);
    struct sample sample;
    struct bytes line;
    cJSON *event;
    const cJSON *offer;

    memset(list, 1, sizeof(list));
    for (size_t i = 0; i < COUNT; i++)
        list[i * ENTRY] = NAME;
    sample_failed(&sample);
    sample.facts.client_extensions.alpn.protocols = bytes_of(list, sizeof(list));
    CU_ASSERT_FATAL(event_write(writer, &sample.verdict, &line));
    CU_ASSERT(line.len < JSON_ESCAPE_MAX * EVENT_ALPN_OCTETS_MAX + 8192);
    event = cJSON_ParseWithLength((const char *)line.data, line.len);
    offer = cJSON_GetObjectItem(cJSON_GetObjectItem(event, "tlswhy"), "offer");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(cJSON_GetObjectItem(offer, "alpn")), TOLD);
    CU_ASSERT_EQUAL(cJSON_GetNumberValue(cJSON_GetObjectItem(offer, "alpn_left_out")), 100);
    cJSON_Delete(event);
    event_writer_free(writer);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"one handshake message", one_handshake_message},
        {"the messages of a connection", the_messages_of_a_connection},
        {"the memory of handshakes", the_memory_of_handshakes},
        {"what is said instead of TLS", what_is_said_instead_of_tls},
        {"certificates kept as read", certificates_kept_as_read},
        {"clients whose clock is remembered", clients_whose_clock_is_remembered},
        {"certificates in the inventory", certificates_in_the_inventory},
        {"certificates of an event", certificates_of_an_event},
        {"application protocols of an event", application_protocols_of_an_event},
        CU_TEST_INFO_NULL,
    };

    return suite_run("limits", tests);
}
