/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge.h"

#include <stddef.h>
#include <stdlib.h>

#include "analyze/knowledge_internal.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

struct record {
    uint32_t key;
    uint32_t value;
};

static struct knowledge_table *table_of(uint32_t records_max)
{
    const struct knowledge_table_options options = {
        .record_size = sizeof(struct record),
        .key_size = sizeof(uint32_t),
        .records_max = records_max,
        .hash_key = {1, 2},
    };

    return knowledge_table_new(&options);
}

static void a_record_is_found_by_its_key(void)
{
    struct knowledge_table *table = table_of(1000);

    for (uint32_t key = 0; key < 1000; key++) {
        struct record *record = knowledge_table_get(table, &key);

        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        CU_ASSERT_EQUAL(record->value, 0);
        record->value = key + 7;
    }
    for (uint32_t key = 0; key < 1000; key++) {
        const struct record *record = knowledge_table_find(table, &key);

        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        CU_ASSERT_EQUAL(record->value, key + 7);
    }
    CU_ASSERT_PTR_NULL(knowledge_table_find(table, &(uint32_t){1000}));
    CU_ASSERT_EQUAL(knowledge_table_count(table), 1000);
    CU_ASSERT_EQUAL(knowledge_table_evictions(table), 0);
    knowledge_table_free(table);
}

/* It is found, or not, all the same, and others too. */
static void a_key_that_is_expected_changes_nothing(void)
{
    struct knowledge_table *table = table_of(100);

    knowledge_table_approach(table, knowledge_table_expect(table, &(uint32_t){0}));
    CU_ASSERT_PTR_NULL(knowledge_table_find(table, &(uint32_t){0}));
    for (uint32_t key = 0; key < 200; key++) {
        uint32_t hash = knowledge_table_expect(table, &key);
        struct record *record;

        CU_ASSERT_PTR_NULL(knowledge_table_find(table, &(uint32_t){key + 1}));
        record = knowledge_table_get_expected(table, &key, hash, false);
        knowledge_table_approach(table, hash);
        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        CU_ASSERT_EQUAL(record->key, key);
        CU_ASSERT_PTR_EQUAL(knowledge_table_find(table, &key), record);
        CU_ASSERT_PTR_EQUAL(knowledge_table_get_expected(table, &key, hash, true), record);
    }
    CU_ASSERT_EQUAL(knowledge_table_count(table), 100);
    knowledge_table_free(table);
}

struct parted_record {
    uint32_t key;
    uint32_t *rare;
};

static struct knowledge_table *parted_table_of(uint32_t records_max)
{
    const struct knowledge_table_options options = {
        .record_size = sizeof(struct parted_record),
        .key_size = sizeof(uint32_t),
        .records_max = records_max,
        .rare_size = sizeof(uint32_t),
        .rare_offset = offsetof(struct parted_record, rare),
    };

    return knowledge_table_new(&options);
}

static void each_record_has_a_second_part_of_its_own(void)
{
    struct knowledge_table *table = parted_table_of(1000);
    struct parted_record *record;
    struct parted_record outside;
    uint32_t rare = 5;

    for (uint32_t key = 0; key < 2000; key++) { /* the latter half in place of the first */
        record = knowledge_table_get(table, &key);
        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        *record->rare = key + 7;
    }
    for (uint32_t key = 1000; key < 2000; key++) {
        record = knowledge_table_find(table, &key);
        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        CU_ASSERT_EQUAL(*record->rare, key + 7);
    }
    outside = (struct parted_record){.key = 1500};
    knowledge_table_set_rare(table, &outside, &rare);
    record = knowledge_table_find(table, &outside.key);
    knowledge_table_copy(table, record, &outside);
    rare = 6;
    CU_ASSERT_EQUAL(record->key, 1500);
    CU_ASSERT_EQUAL(*record->rare, 5);
    knowledge_table_free(table);
}

static void the_least_recently_used_makes_room(void)
{
    struct knowledge_table *table = table_of(3);

    for (uint32_t key = 1; key <= 3; key++)
        CU_ASSERT_PTR_NOT_NULL(knowledge_table_get(table, &key));
    CU_ASSERT_PTR_NOT_NULL(knowledge_table_find(table, &(uint32_t){1}));
    CU_ASSERT_PTR_NOT_NULL(knowledge_table_get(table, &(uint32_t){4}));
    CU_ASSERT_PTR_NULL(knowledge_table_find(table, &(uint32_t){2}));
    CU_ASSERT_PTR_NOT_NULL(knowledge_table_find(table, &(uint32_t){1}));
    CU_ASSERT_PTR_NOT_NULL(knowledge_table_find(table, &(uint32_t){3}));
    CU_ASSERT_PTR_NOT_NULL(knowledge_table_find(table, &(uint32_t){4}));
    CU_ASSERT_EQUAL(knowledge_table_count(table), 3);
    CU_ASSERT_EQUAL(knowledge_table_evictions(table), 1);
    knowledge_table_free(table);
}

static void a_full_table_takes_no_more_memory(void)
{
    struct knowledge_table *table = table_of(500);
    size_t memory = 0;

    for (uint32_t key = 0; key < 100000; key++) {
        struct record *record = knowledge_table_get(table, &key);

        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        CU_ASSERT_EQUAL(record->value, 0);
        record->value = 1;
        if (key == 499)
            memory = knowledge_table_memory(table);
    }
    CU_ASSERT_EQUAL(knowledge_table_memory(table), memory);
    CU_ASSERT_EQUAL(knowledge_table_count(table), 500);
    CU_ASSERT_EQUAL(knowledge_table_evictions(table), 100000 - 500);
    knowledge_table_free(table);
}

/* What comes once does not drive out what comes again. */
static void a_crowd_does_not_drive_out_what_comes_often(void)
{
    struct knowledge_table *table = table_of(100);
    uint32_t admitted = 0;
    size_t memory;

    for (uint32_t key = 0; key < 100; key++)
        CU_ASSERT_PTR_NOT_NULL(knowledge_table_get_again(table, &key));
    CU_ASSERT_PTR_NULL(knowledge_table_get_again(table, &(uint32_t){1000}));
    CU_ASSERT_PTR_NOT_NULL(knowledge_table_get_again(table, &(uint32_t){1000}));
    CU_ASSERT_PTR_NULL(knowledge_table_find(table, &(uint32_t){0})); /* it made room */
    memory = knowledge_table_memory(table);
    for (uint32_t key = 2000; key < 302000; key++)
        admitted += knowledge_table_get_again(table, &key) != NULL;
    CU_ASSERT_TRUE(admitted < 300000 / 20); /* bits that others have set: one in thirty */
    CU_ASSERT_EQUAL(knowledge_table_count(table), 100);
    CU_ASSERT_EQUAL(knowledge_table_memory(table), memory);
    knowledge_table_free(table);
}

/* splitmix64 (Sebastiano Vigna): a hash for tests. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static void a_sketch_counts_few_exactly_and_many_nearly(void)
{
    struct sketch sketch = {0};
    uint32_t added = 0;

    CU_ASSERT_EQUAL(sketch_count(&sketch), 0);
    for (; added < SKETCH_EXACT_MAX; added++) {
        sketch_add(&sketch, mix(added));
        sketch_add(&sketch, mix(0));
        CU_ASSERT_EQUAL(sketch_count(&sketch), added + 1);
    }
    for (; added < 300; added++)
        sketch_add(&sketch, mix(added));
    CU_ASSERT_TRUE(sketch_count(&sketch) > 260 && sketch_count(&sketch) < 340);
    for (; added < 100000; added++)
        sketch_add(&sketch, mix(added));
    CU_ASSERT_EQUAL(sketch_count(&sketch), SKETCH_COUNT_MAX);
}

/* What a connection shows, learned. */
static void learn(struct knowledge *knowledge, struct story *story)
{
    story_learn(knowledge, story_facts(story));
}

static void begin_chosen(struct story *story, uint8_t client, const struct story_offer *offer,
                         const struct story_choice *choice)
{
    story_begin(story);
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    story_client_hello(story, offer);
    story_flight_1_2(story, choice, 0);
    story_finish_1_2(story);
}

static void begin_established(struct story *story, uint8_t client, const struct story_offer *offer)
{
    struct story_choice choice = story_choice_1_2();

    begin_chosen(story, client, offer, &choice);
}

/* The first few stand elsewhere than the others. */
static void all_that_a_server_chose_is_known_up_to_a_number(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();
    const struct known_values *suites;
    struct story story;
    struct known known;

    for (unsigned round = 1; round <= 2; round++) {
        for (unsigned i = 0; i < KNOWLEDGE_VALUES_MAX; i++) {
            choice.suite = (uint16_t)(0xc009 + i);
            begin_chosen(&story, 1, &offer, &choice);
            learn(knowledge, &story);
        }
        knowledge_find(knowledge, story_facts(&story), &known);
        CU_ASSERT_PTR_NOT_NULL_FATAL(known.server);
        suites = &known.server->chosen[KNOWN_SUITES];
        CU_ASSERT_EQUAL(suites->count, KNOWLEDGE_VALUES_MAX);
        CU_ASSERT_FALSE(suites->incomplete);
        for (unsigned i = 0; i < KNOWLEDGE_VALUES_MAX; i++) {
            const struct known_value *suite = known_server_value(known.server, KNOWN_SUITES, i);

            CU_ASSERT_EQUAL(suite->value, 0xc009 + i);
            CU_ASSERT_EQUAL(suite->chosen.count, round);
        }
        CU_ASSERT_EQUAL(known.server->chosen[KNOWN_VERSIONS].count, 1);
    }
    choice.suite = 0xc009 + KNOWLEDGE_VALUES_MAX;
    begin_chosen(&story, 1, &offer, &choice);
    learn(knowledge, &story);
    CU_ASSERT_EQUAL(suites->count, KNOWLEDGE_VALUES_MAX);
    CU_ASSERT_TRUE(suites->incomplete);
    knowledge_free(knowledge);
}

static void what_a_server_took_up_is_known(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_offer offer = story_modern_offer();
    struct knowledge_counters counters;
    struct story story;
    struct known known;

    for (uint8_t client = 1; client <= 3; client++) {
        begin_established(&story, client, &offer);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
        learn(knowledge, &story);
    }
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_PTR_NOT_NULL_FATAL(known.server);
    CU_ASSERT_PTR_NOT_NULL_FATAL(known.name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(known.client);
    CU_ASSERT_EQUAL(known.server->established.count, 3);
    CU_ASSERT_EQUAL(known.server->hellos.accepted.count, 3);
    CU_ASSERT_EQUAL(known.server->chose_lower.count, 3);
    CU_ASSERT_EQUAL(known.server->by_version[VERSION_CLASS_1_3].accepted.count, 3);
    CU_ASSERT_EQUAL(known.server->chosen[KNOWN_VERSIONS].count, 1);
    CU_ASSERT_EQUAL(known_server_value(known.server, KNOWN_VERSIONS, 0)->value, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(known.server->chosen[KNOWN_SUITES].count, 1);
    CU_ASSERT_EQUAL(known_server_value(known.server, KNOWN_SUITES, 0)->value, 0xc02f);
    CU_ASSERT_EQUAL(known_server_value(known.server, KNOWN_SUITES, 0)->chosen.count, 3);
    CU_ASSERT_EQUAL(sketch_count(&known.server->clients), 3);
    CU_ASSERT_EQUAL(known.server->names_accepted, 1);
    CU_ASSERT_STRING_EQUAL(known.server->name, "www.example.com");
    CU_ASSERT_EQUAL(known.name->established.count, 3);
    CU_ASSERT_EQUAL(known.client->established.count, 1);
    counters = knowledge_counters(knowledge);
    CU_ASSERT_EQUAL(counters.servers, 1);
    CU_ASSERT_EQUAL(counters.names, 1);
    CU_ASSERT_EQUAL(counters.clients, 3);
    knowledge_free(knowledge);
}

static void names_are_the_same_in_any_case(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_offer offer = story_modern_offer();
    struct story story;
    struct known known;

    begin_established(&story, 1, &offer);
    learn(knowledge, &story);
    offer.name = "WWW.Example.COM";
    begin_established(&story, 1, &offer);
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_PTR_NOT_NULL(known.name);
    CU_ASSERT_TRUE(known.client_took_flight);
    begin_established(&story, 2, &offer);
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_FALSE(known.client_took_flight); /* another client did */
    offer.name = "www.example.org";
    begin_established(&story, 1, &offer);
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_PTR_NULL(known.name);
    CU_ASSERT_FALSE(known.client_took_flight);
    knowledge_free(knowledge);
}

static void a_refusal_is_counted_and_ends_at_the_next_success(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_offer offer = story_modern_offer();
    struct story story;
    struct known known;

    for (int i = 0; i < 2; i++) {
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
        learn(knowledge, &story);
    }
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_PTR_NOT_NULL_FATAL(known.server);
    CU_ASSERT_EQUAL(known.server->failed.count, 2);
    CU_ASSERT_EQUAL(known.server->hellos.refused.count, 2);
    CU_ASSERT_EQUAL(known.name->hellos.refused_since, 2);
    CU_ASSERT_EQUAL(known.server->alert_count, 1);
    CU_ASSERT_EQUAL(known.server->rare->alerts[0].description, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(known.server->rare->alerts[0].sent.count > 0);
    CU_ASSERT_FALSE(known_speaks_tls(known.server));
    CU_ASSERT_TRUE(known_answers_in_tls(known.server));
    begin_established(&story, 1, &offer);
    learn(knowledge, &story);
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_EQUAL(known.server->hellos.refused.count, 2);
    CU_ASSERT_EQUAL(known.name->hellos.refused_since, 0);
    CU_ASSERT_TRUE(known_speaks_tls(known.server));
    knowledge_free(knowledge);
}

/* A record that is used again has nothing of the failures of whom it was about before. */
static void failures_are_forgotten_with_their_server_and_client(void)
{
    const struct knowledge_options options = {.servers_max = 1, .clients_max = 1};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_offer offer = story_modern_offer();
    struct story story;
    struct known known;

    for (uint8_t i = 1; i <= 3; i++) {
        story_begin(&story);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = i;
        story.connection.endpoint[SIDE_SERVER].address.octets[15] = i;
        story_client_hello(&story, &offer);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
        learn(knowledge, &story);
    }
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_PTR_NOT_NULL_FATAL(known.server);
    CU_ASSERT_PTR_NOT_NULL_FATAL(known.client);
    CU_ASSERT_EQUAL(known.server->alert_count, 1);
    CU_ASSERT_EQUAL(known.server->rare->alerts[0].sent.count, 1);
    CU_ASSERT_EQUAL(known_ordinary_refusals(known.server, &story.facts), 1);
    CU_ASSERT_EQUAL(sketch_count(&known.server->rare->failed_clients), 1);
    CU_ASSERT_EQUAL(sketch_count(&known.client->rare->failures.servers), 1);
    knowledge_free(knowledge);
}

/* A client that refuses the certificate tells nothing bad of what the server takes up. */
static void a_client_that_refuses_was_taken_up(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();
    struct story story;
    struct known known;

    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    learn(knowledge, &story);
    knowledge_find(knowledge, story_facts(&story), &known);
    CU_ASSERT_EQUAL(known.server->hellos.accepted.count, 1);
    CU_ASSERT_EQUAL(known.server->established.count, 0);
    CU_ASSERT_EQUAL(known.server->failed.count, 1);
    knowledge_free(knowledge);
}

/* The client answers a request for a certificate, with none. */
static void answer_request(struct story *story, bool tls13)
{
    if (tls13) {
        story_begin_flight_1_3(story);
        story_protected(story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
        story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        return;
    }
    story_begin_request(story);
    story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\0", 3));
    story_client_flight_1_2(story);
}

/* What a server says to the client's certificate tells nothing bad of the hello, which it had taken
 * up. Before it has that, it may find out that its own does not do. */
static void a_server_that_refuses_the_clients_certificate_had_chosen(void)
{
    static const struct {
        bool tls13;
        bool answers;
        uint32_t accepted;
    } rows[] = {{false, true, 1}, {true, true, 1}, {false, false, 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct knowledge_options options = {0};
        struct knowledge *knowledge = knowledge_new(&options);
        struct story story;
        struct known known;

        if (rows[i].answers)
            answer_request(&story, rows[i].tls13);
        else
            story_begin_request(&story);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
        learn(knowledge, &story);
        knowledge_find(knowledge, story_facts(&story), &known);
        CU_ASSERT_EQUAL(known.server->hellos.accepted.count, rows[i].accepted);
        CU_ASSERT_EQUAL(known.server->chosen[KNOWN_VERSIONS].count, rows[i].accepted);
        CU_ASSERT_EQUAL(known.server->chosen[KNOWN_SUITES].count, rows[i].accepted);
        knowledge_free(knowledge);
    }
}

static void a_port_where_nobody_spoke_tls_takes_no_room(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story story;

    story_begin_syn(&story);
    story.tls_expected = false;
    learn(knowledge, &story);
    CU_ASSERT_EQUAL(knowledge_counters(knowledge).servers, 0);
    knowledge_free(knowledge);
}

/* A long stream of servers and clients that come once. */
static void memory_stays_within_its_bound(void)
{
    enum { SERVERS = 3000, SERVERS_MAX = 500 };
    const struct knowledge_options options = {
        .servers_max = SERVERS_MAX, .names_max = 600, .clients_max = 700, .hash_key = {3, 4}};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_offer offer = story_modern_offer();
    struct story story;
    uint64_t memory = 0;

    begin_established(&story, 1, &offer);
    (void)story_facts(&story);
    for (uint32_t number = 0; number < SERVERS; number++) {
        uint8_t *server = story.connection.endpoint[SIDE_SERVER].address.octets;
        uint8_t *client = story.connection.endpoint[SIDE_CLIENT].address.octets;

        memcpy(server, &number, sizeof(number));
        memcpy(client, &number, sizeof(number));
        story_learn(knowledge, &story.facts);
        if (number == SERVERS / 2)
            memory = knowledge_counters(knowledge).memory;
    }
    CU_ASSERT_EQUAL(knowledge_counters(knowledge).memory, memory);
    CU_ASSERT_EQUAL(knowledge_counters(knowledge).servers, SERVERS_MAX);
    CU_ASSERT_TRUE(knowledge_counters(knowledge).evicted >= SERVERS - SERVERS_MAX);
    knowledge_free(knowledge);
}

/* Full handshakes alone tell what a client makes of the certificate. */
static void what_clients_make_of_a_certificate_is_known(void)
{
    struct knowledge *knowledge = knowledge_new(&(struct knowledge_options){0});
    struct story story;
    struct known known;

    for (uint8_t client = 1; client <= 4; client++) {
        story_begin(&story);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
        story_modern_hello(&story);
        story_flight_1_3(&story);
        if (client <= 2)
            story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
        else if (client == 3)
            story_fin(&story, SIDE_CLIENT);
        else
            story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECODE_ERROR); /* of something else */
        story_learn(knowledge, story_facts(&story));
    }
    knowledge_find(knowledge, &story.facts, &known);
    CU_ASSERT_EQUAL(known.name->flights.taken.count, 0);
    CU_ASSERT_EQUAL(known.name->flights.refused.count, 3);
    CU_ASSERT_EQUAL(known.name->flights.told.count, 2);
    CU_ASSERT_EQUAL(sketch_count(&known.name->flights.clients_refused), 3);
    knowledge_free(knowledge);
}

/* Of a client with few servers and one issuer, as nearly all are, nothing more is kept. */
static void a_client_of_many_servers_and_issuers_has_room_for_them(void)
{
    enum { SERVERS = 12, ISSUERS = KNOWLEDGE_ISSUERS_MAX + 2 };
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct known_client_rare rare[2] = {0};
    struct known_client clients[2] = {{.rare = &rare[0]}, {.rare = &rare[1]}};
    struct story_offer offer = story_modern_offer();
    struct known_name name = {0};
    struct known known = {.client = &clients[0], .name = &name};
    struct story story;

    begin_established(&story, 1, &offer);
    for (uint64_t i = 1; i <= SERVERS; i++)
        sketch_add_apart(&clients[0].servers, &rare[0].servers, mix(i));
    sketch_add_apart(&clients[1].servers, &rare[1].servers, mix(1));
    CU_ASSERT_EQUAL(sketch_count_apart(&clients[0].servers, &rare[0].servers), SERVERS);
    CU_ASSERT_EQUAL(sketch_count_apart(&clients[1].servers, &rare[1].servers), 1);
    for (uint64_t i = 1; i <= ISSUERS; i++) {
        name.certificate.issuer = i;
        story.connection.last.time_ns += STORY_SECOND;
        (void)story_facts(&story);
        for (uint64_t times = 0; times < i; times++)
            knowledge_note_issuer(knowledge, &clients[0], &name, &story.facts);
    }
    for (uint64_t i = 1; i <= ISSUERS; i++) {
        const struct known_issuer *issuer;

        issuer = known_issuer_find(&known, i);
        /* Those before the last heard of are forgotten. */
        CU_ASSERT_TRUE(i <= 2 ? issuer == NULL : issuer != NULL && issuer->taken.count == i);
    }
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a record is found by its key", a_record_is_found_by_its_key},
        {"a key that is expected changes nothing", a_key_that_is_expected_changes_nothing},
        {"each record has a second part of its own", each_record_has_a_second_part_of_its_own},
        {"the least recently used makes room", the_least_recently_used_makes_room},
        {"a full table takes no more memory", a_full_table_takes_no_more_memory},
        {"a crowd does not drive out what comes often",
         a_crowd_does_not_drive_out_what_comes_often},
        {"a sketch counts few exactly, and many nearly",
         a_sketch_counts_few_exactly_and_many_nearly},
        {"all that a server chose is known up to a number",
         all_that_a_server_chose_is_known_up_to_a_number},
        {"what a server took up is known", what_a_server_took_up_is_known},
        {"names are the same in any case", names_are_the_same_in_any_case},
        {"a refusal is counted, and ends at the next success",
         a_refusal_is_counted_and_ends_at_the_next_success},
        {"a client of many servers and issuers has room for them",
         a_client_of_many_servers_and_issuers_has_room_for_them},
        {"failures are forgotten with their server and client",
         failures_are_forgotten_with_their_server_and_client},
        {"a client that refuses was taken up", a_client_that_refuses_was_taken_up},
        {"a server that refuses the client's certificate had chosen",
         a_server_that_refuses_the_clients_certificate_had_chosen},
        {"what clients make of a certificate is known",
         what_clients_make_of_a_certificate_is_known},
        {"a port where nobody spoke TLS takes no room",
         a_port_where_nobody_spoke_tls_takes_no_room},
        {"memory stays within its bound", memory_stays_within_its_bound},
        CU_TEST_INFO_NULL,
    };

    return suite_run("knowledge", tests);
}
