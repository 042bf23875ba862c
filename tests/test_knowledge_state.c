/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/knowledge_state.h"

#include "analyze/big_endian.h"
#include "analyze/certificate_parts.h"
#include "analyze/file.h"
#include "capture/packet.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum {
    SERVERS = 10,
    CLIENTS = 12, /* more than a sketch tells apart */
    SUITES = KNOWLEDGE_VALUES_FEW + 2
};

static struct knowledge *new_knowledge(uint64_t key, uint32_t servers_max)
{
    const struct knowledge_options options = {
        .hash_key = {key, key + 1}, .sketch_key = {key, key + 1}, .servers_max = servers_max};

    return knowledge_new(&options);
}

static void tell(struct story *story, uint8_t server, uint8_t client)
{
    struct story_choice choice = story_choice_1_3();

    story_begin(story);
    story->connection.endpoint[SIDE_SERVER].address.octets[15] = server;
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    story_wait(story, client * STORY_SECOND);
    story_modern_hello(story);
    choice.suite = (uint16_t)(0x1301 + client % SUITES);
    story_server_hello(story, &choice);
    story_ccs(story, SIDE_SERVER);
    story_protected(story, SIDE_SERVER, 1200); /* EncryptedExtensions to CertificateVerify */
    story_protected(story, SIDE_SERVER, 53);   /* Finished */
    if (client % 3 == 0) {
        story_fatal(story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    } else {
        story_protected(story, SIDE_CLIENT, 53); /* Finished */
        story_protected(story, SIDE_CLIENT, 400);
        story_protected(story, SIDE_SERVER, 4000);
    }
}

/* Some servers, each with some clients. */
static struct knowledge *learned(uint64_t key)
{
    struct knowledge *knowledge = new_knowledge(key, 0);

    for (unsigned server = 1; server <= SERVERS; server++)
        for (unsigned client = 1; client <= CLIENTS; client++) {
            struct story story;

            tell(&story, (uint8_t)server, (uint8_t)client);
            story_learn(knowledge, story_facts(&story));
        }
    return knowledge;
}

static struct bytes state_within(struct knowledge *knowledge, size_t octets_max, uint64_t *left_out)
{
    struct insight *insight = insight_new(&(const struct insight_options){.hash_key = {1, 2}});
    struct bytes state = {0};

    CU_ASSERT_TRUE_FATAL(knowledge_state_write(knowledge, insight, octets_max, &state, left_out));
    insight_free(insight);
    return state;
}

static struct bytes state_of(struct knowledge *knowledge)
{
    uint64_t left_out;
    struct bytes state = state_within(knowledge, SIZE_MAX, &left_out);

    CU_ASSERT_EQUAL(left_out, 0);
    return state;
}

static bool read_state(struct knowledge *knowledge, struct bytes state,
                       struct knowledge_state_error *error)
{
    struct insight *insight = insight_new(&(const struct insight_options){.hash_key = {1, 2}});
    bool is_read = knowledge_state_read(knowledge, insight, state, error);

    insight_free(insight);
    return is_read;
}

/* A name is found again with the other hash key: the state brings its own. */
static void what_was_written_is_known_again(void)
{
    struct knowledge *before = learned(1);
    struct knowledge *after = new_knowledge(99, 0);
    struct bytes state = state_of(before);
    struct knowledge_state_error error;
    struct known was, is;
    struct story story;
    struct bytes again;

    CU_ASSERT_TRUE_FATAL(read_state(after, state, &error));
    tell(&story, 2, 1);
    knowledge_find(before, story_facts(&story), &was);
    knowledge_find(after, &story.facts, &is);
    CU_ASSERT_PTR_NOT_NULL_FATAL(is.server);
    CU_ASSERT_PTR_NOT_NULL_FATAL(is.name);
    CU_ASSERT_EQUAL(is.server->established.count, was.server->established.count);
    CU_ASSERT_EQUAL_FATAL(was.server->chosen[KNOWN_SUITES].count, SUITES);
    CU_ASSERT_EQUAL_FATAL(is.server->chosen[KNOWN_SUITES].count, SUITES);
    for (size_t i = 0; i < SUITES; i++) {
        const struct known_value *value = known_server_value(is.server, KNOWN_SUITES, i);

        CU_ASSERT_EQUAL(value->value, known_server_value(was.server, KNOWN_SUITES, i)->value);
        CU_ASSERT_EQUAL(value->chosen.count,
                        known_server_value(was.server, KNOWN_SUITES, i)->chosen.count);
    }
    CU_ASSERT_STRING_EQUAL(is.server->name, was.server->name);
    CU_ASSERT_EQUAL(was.server->repeats_before, 0);
    CU_ASSERT_EQUAL(is.server->repeats_before, known_repeats(was.server));
    CU_ASSERT_TRUE(is.server->repeats_before > 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(is.client);
    CU_ASSERT_EQUAL(is.client->failed.count, was.client->failed.count);
    CU_ASSERT_TRUE(is.client->servers.count > SKETCH_EXACT_MAX);
    CU_ASSERT_EQUAL(sketch_count_apart(&is.client->servers, &is.client->rare->servers),
                    sketch_count_apart(&was.client->servers, &was.client->rare->servers));
    CU_ASSERT_EQUAL(sketch_count(&is.name->flights.clients_refused), 4);
    file_free(state);
    state = state_of(before);
    again = state_of(after);
    CU_ASSERT_TRUE(bytes_equal(state, again));
    file_free(state);
    file_free(again);
    knowledge_free(before);
    knowledge_free(after);
}

static void ordinary_refusals_are_kept_by_their_manner(void)
{
    static const int how[] = {TLS_ALERT_HANDSHAKE_FAILURE,
                              STORY_CLOSES,
                              STORY_CLOSES,
                              STORY_RESETS,
                              STORY_RESETS,
                              STORY_RESETS};
    static const struct {
        int how;
        uint32_t count;
    } rows[] = {{TLS_ALERT_HANDSHAKE_FAILURE, 1},
                {STORY_CLOSES, 2},
                {STORY_RESETS, 3},
                {TLS_ALERT_INTERNAL_ERROR, 0}};
    struct knowledge *before = new_knowledge(1, 0);
    struct knowledge *after = new_knowledge(99, 0);
    struct knowledge_state_error error;
    struct story story;
    struct bytes state;

    for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
        story_begin_hello(&story);
        story_refuse_how(&story, how[i]);
        story_learn(before, story_facts(&story));
    }
    state = state_of(before);
    CU_ASSERT_TRUE_FATAL(read_state(after, state, &error));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known known;

        story_begin_hello(&story);
        story_refuse_how(&story, rows[i].how);
        knowledge_find(after, story_facts(&story), &known);
        CU_ASSERT_PTR_NOT_NULL_FATAL(known.server);
        CU_ASSERT_EQUAL(known_ordinary_refusals(known.server, &story.facts), rows[i].count);
    }
    file_free(state);
    knowledge_free(before);
    knowledge_free(after);
}

/* What was learned last is kept, and what is not is counted. */
static void a_state_stays_within_its_octets(void)
{
    struct knowledge *before = learned(1);
    struct knowledge *after = new_knowledge(2, 0);
    const struct knowledge_counters all = knowledge_counters(before);
    struct bytes whole = state_of(before);
    struct knowledge_state_error error;
    struct knowledge_counters kept;
    struct story story;
    struct known is;
    uint64_t left_out;
    struct bytes state = state_within(before, whole.len - 1, &left_out);

    CU_ASSERT_TRUE(state.len < whole.len);
    CU_ASSERT_TRUE_FATAL(read_state(after, state, &error));
    kept = knowledge_counters(after);
    CU_ASSERT_EQUAL(kept.servers, all.servers / 2);
    CU_ASSERT_EQUAL(left_out, all.servers - kept.servers + all.names - kept.names + all.clients
                                  - kept.clients);
    tell(&story, SERVERS, CLIENTS);
    knowledge_find(after, story_facts(&story), &is);
    CU_ASSERT_PTR_NOT_NULL(is.server);
    tell(&story, 1, CLIENTS);
    knowledge_find(after, story_facts(&story), &is);
    CU_ASSERT_PTR_NULL(is.server);
    file_free(state);
    state = state_within(before, 0, &left_out);
    CU_ASSERT_EQUAL(left_out, all.servers + all.names + all.clients);
    file_free(state);
    file_free(whole);
    knowledge_free(before);
    knowledge_free(after);
}

static void nothing_known_is_a_state_too(void)
{
    struct knowledge *before = new_knowledge(1, 0);
    struct knowledge *after = new_knowledge(2, 0);
    struct bytes state = state_of(before);
    struct knowledge_state_error error;

    CU_ASSERT_TRUE(read_state(after, state, &error));
    CU_ASSERT_EQUAL(knowledge_counters(after).servers, 0);
    file_free(state);
    knowledge_free(before);
    knowledge_free(after);
}

/* Those used last stay where there is less room. */
static void smaller_tables_keep_what_was_used_last(void)
{
    struct knowledge *before = learned(1);
    struct knowledge *after = new_knowledge(1, 2);
    struct bytes state = state_of(before);
    struct endpoint server;
    struct knowledge_state_error error;
    struct story story;

    CU_ASSERT_TRUE(read_state(after, state, &error));
    CU_ASSERT_EQUAL(knowledge_counters(after).servers, 2);
    story_begin(&story);
    server = story.connection.endpoint[SIDE_SERVER];
    server.address.octets[15] = SERVERS;
    CU_ASSERT_PTR_NOT_NULL(knowledge_find_server(after, &server));
    server.address.octets[15] = 1;
    CU_ASSERT_PTR_NULL(knowledge_find_server(after, &server));
    file_free(state);
    knowledge_free(before);
    knowledge_free(after);
}

/* Reading fails with an offset within the state, and leaves nothing known. */
static void check_refused(struct bytes state, const char *reason)
{
    struct knowledge *knowledge = new_knowledge(3, 0);
    struct knowledge_state_error error = {0};

    CU_ASSERT_FALSE(read_state(knowledge, state, &error));
    CU_ASSERT_TRUE(error.offset <= state.len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error.reason);
    if (reason != NULL && error.reason != NULL)
        CU_ASSERT_PTR_NOT_NULL(strstr(error.reason, reason));
    CU_ASSERT_EQUAL(knowledge_counters(knowledge).servers, 0);
    CU_ASSERT_EQUAL(knowledge_counters(knowledge).names, 0);
    knowledge_free(knowledge);
}

static void no_beginning_of_a_state_is_a_state(void)
{
    struct knowledge *knowledge = learned(1);
    struct guard guard = guard_new();
    struct bytes state = state_of(knowledge);

    for (size_t length = 0; length < state.len; length += length < 100 ? 1 : 37)
        check_refused(guard_copy(&guard, state.data, length), NULL);
    check_refused(guard_copy(&guard, state.data, state.len - 1), "is cut off");
    file_free(state);
    guard_free(&guard);
    knowledge_free(knowledge);
}

/* A bit anywhere: in the header, in a record, in the checksum. */
static void a_bit_that_flipped_is_found(void)
{
    struct knowledge *knowledge = learned(1);
    struct guard guard = guard_new();
    struct bytes state = state_of(knowledge);

    for (size_t place = 0; place < state.len; place += place < 64 ? 1 : 29) {
        struct bytes copy = guard_copy(&guard, state.data, state.len);

        ((uint8_t *)(uintptr_t)copy.data)[place] ^= (uint8_t)(1u << place % 8);
        check_refused(copy, NULL);
    }
    file_free(state);
    guard_free(&guard);
    knowledge_free(knowledge);
}

static void put_digest(struct bytes state)
{
    uint8_t *octets = (uint8_t *)(uintptr_t)state.data;
    size_t length = state.len - CERTIFICATE_SHA256_LEN;

    certificate_sha256(bytes_of(octets, length), octets + length);
}

/* Somebody who can make a checksum can still not make the tables hold what they must not: the
 * outcome is a refusal or knowledge, and no octet is read that is not there. */
static void records_of_others_are_checked(void)
{
    struct knowledge *knowledge = learned(1);
    struct guard guard = guard_new();
    struct bytes state = state_of(knowledge);
    unsigned refused = 0;

    for (size_t place = 40; place < state.len - CERTIFICATE_SHA256_LEN; place += 3) {
        struct bytes copy = guard_copy(&guard, state.data, state.len);
        uint8_t *octets = (uint8_t *)(uintptr_t)copy.data;
        struct knowledge *other = new_knowledge(3, 0);
        struct knowledge_state_error error;

        octets[place] = 0xff;
        put_digest(copy);
        refused += !read_state(other, copy, &error);
        knowledge_free(other);
    }
    CU_ASSERT_TRUE(refused > 5);
    file_free(state);
    guard_free(&guard);
    knowledge_free(knowledge);
}

static uint64_t number_at(const uint8_t *octets)
{
    struct bytes in = bytes_of(octets, sizeof(uint64_t));
    uint64_t number;

    return bytes_uint(&in, sizeof(number), &number) ? number : 0;
}

/* Whether the octets are a time of the stories that were told. */
static bool is_time(const uint8_t *octets)
{
    int64_t time_ns = (int64_t)number_at(octets);

    return time_ns >= STORY_TIME && time_ns <= STORY_TIME + CLIENTS * STORY_SECOND;
}

/* A sum of two of them has to be a number. */
static void times_that_no_packet_has_are_refused(void)
{
    static const int64_t wrong[] = {PACKET_TIME_MAX_NS + 1, INT64_MAX, -1, INT64_MIN};
    struct knowledge *knowledge = learned(1);
    struct bytes state = state_of(knowledge);
    uint8_t *octets = (uint8_t *)(uintptr_t)state.data;
    unsigned times = 0;

    for (size_t place = 0; place + sizeof(uint64_t) <= state.len; place++) {
        uint64_t before = number_at(octets + place);

        if (!is_time(octets + place))
            continue;
        big_endian_put(octets + place, (uint64_t)wrong[times++ % 4]);
        put_digest(state);
        check_refused(state, "a time is out of its range");
        big_endian_put(octets + place, before);
    }
    CU_ASSERT_TRUE(times > SERVERS);
    file_free(state);
    knowledge_free(knowledge);
}

static void another_version_is_refused(void)
{
    struct knowledge *knowledge = learned(1);
    struct guard guard = guard_new();
    struct bytes state = state_of(knowledge);
    struct bytes copy = guard_copy(&guard, state.data, state.len);

    ((uint8_t *)(uintptr_t)copy.data)[15] = KNOWLEDGE_STATE_VERSION - 1;
    check_refused(copy, "version");
    ((uint8_t *)(uintptr_t)copy.data)[15] = KNOWLEDGE_STATE_VERSION + 1;
    check_refused(copy, "version");
    check_refused(bytes_of("something else altogether", 25), "no state");
    file_free(state);
    guard_free(&guard);
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what was written is known again", what_was_written_is_known_again},
        {"ordinary refusals are kept by their manner", ordinary_refusals_are_kept_by_their_manner},
        {"a state stays within its octets", a_state_stays_within_its_octets},
        {"nothing known is a state too", nothing_known_is_a_state_too},
        {"smaller tables keep what was used last", smaller_tables_keep_what_was_used_last},
        {"no beginning of a state is a state", no_beginning_of_a_state_is_a_state},
        {"a bit that flipped is found", a_bit_that_flipped_is_found},
        {"records of others are checked", records_of_others_are_checked},
        {"times that no packet has are refused", times_that_no_packet_has_are_refused},
        {"another version is refused", another_version_is_refused},
        CU_TEST_INFO_NULL,
    };

    return suite_run("knowledge_state", tests);
}
