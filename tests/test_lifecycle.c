/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table under stress: floods stay within its memory and what they evict is reported;
 * any cutting and order of segments gives the same octets. */
#include "capture/lifecycle.h"
#include "tests/support/told.h"

/* A connection of its own for each number, up to the given packet of a handshake. */
static void flood(struct scene *scene, uint32_t number, unsigned packets)
{
    static const struct {
        enum side from;
        uint8_t flags;
        uint32_t sequence;
        const char *payload;
    } script[] = {
        {SIDE_CLIENT, TCP_SYN, 0, ""},
        {SIDE_SERVER, TCP_SYN | TCP_ACK, 0, ""},
        {SIDE_CLIENT, TCP_ACK, 0, "partial hello"},
        {SIDE_CLIENT, TCP_ACK, 1000, "behind a hole"},
    };

    for (unsigned i = 0; i < packets; i++) {
        struct segment segment =
            scene_segment(scene, script[i].from, script[i].flags, script[i].sequence, 0,
                          bytes_of(script[i].payload, strlen(script[i].payload)));
        struct address sender =
            address_v4(10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number);

        segment_between(&segment, script[i].from, sender, scene->client_port);
        scene->now_ns -= MILLISECOND - 1000;
        scene_give(scene, &segment);
    }
}

static void check_flood(unsigned packets, uint32_t count)
{
    struct connections_options options = scene_options();
    const struct connections_counters *counters;
    struct scene *scene;

    options.memory_max = (size_t)8 << 20;
    scene = scene_new(&options);
    scene->log_length = sizeof(scene->log) - 1; /* nobody reads it */
    counters = connections_counters(scene->connections);
    for (uint32_t i = 0; i < count; i++)
        flood(scene, i, packets);
    CU_ASSERT(counters->memory_peak <= options.memory_max);
    CU_ASSERT(counters->memory_peak > options.memory_max / 16);
    CU_ASSERT(counters->half_open * sizeof(struct half_open) <= options.memory_max / 16 * 3);
    CU_ASSERT(counters->evicted + counters->evicted_half_open > 0);
    connections_finish(scene->connections);
    CU_ASSERT_EQUAL(counters->opened, count);
    CU_ASSERT_EQUAL(counters->ended, count);
    CU_ASSERT_EQUAL(scene->ended + counters->evicted_half_open, count);
    scene_free(scene);
}

static void a_flood_stays_within_the_budget_and_is_reported(void)
{
    check_flood(1, 200000); /* SYNs without an answer */
    check_flood(2, 20000);  /* answered ones */
    check_flood(3, 20000);  /* with payload */
    check_flood(4, 20000);  /* with a hole */
}

static uint64_t count_ended(const struct scene *scene)
{
    return connections_counters(scene->connections)->ended;
}

/* Of many that time out at once each packet ends some, and none waits for the next time that others
 * are looked for. */
static void what_times_out_at_once_ends_packet_by_packet(void)
{
    enum { SYNS = 500, PACKETS = 8 };
    struct connections_options options = scene_options();
    struct scene *scene = scene_new(&options);
    const struct connections_counters *counters = connections_counters(scene->connections);

    scene->log_length = sizeof(scene->log) - 1; /* nobody reads it */
    for (uint32_t i = 0; i < SYNS; i++)
        flood(scene, i, 1);
    CU_ASSERT_EQUAL(counters->half_open, SYNS);
    scene_wait(scene, options.half_open_timeout_ns + SECOND);
    for (uint32_t i = 0; i < PACKETS; i++) {
        uint64_t before = count_ended(scene);

        flood(scene, SYNS + i, 1); /* a microsecond later */
        CU_ASSERT(count_ended(scene) > before);
        CU_ASSERT(count_ended(scene) < before + SYNS / 2);
    }
    CU_ASSERT_EQUAL(count_ended(scene), SYNS);
    CU_ASSERT_EQUAL(counters->half_open, PACKETS);
    scene_free(scene);
}

/* A real handshake beside a flood of SYNs and partial hellos: neither evicts it while
 * it goes on. */
static void a_flood_does_not_evict_a_handshake_that_goes_on(void)
{
    struct connections_options options = scene_options();
    struct scene *scene;

    options.memory_max = (size_t)8 << 20;
    scene = scene_new(&options);
    scene->log_length = sizeof(scene->log) - 1;
    scene->octets[SIDE_CLIENT] = malloc(STREAM_MAX);
    scene_handshake(scene);
    scene_send(scene, SIDE_CLIENT, TCP_ACK, 0, 0, "a");
    for (uint32_t i = 0; i < 100000; i++) {
        flood(scene, i, i % 8 == 0 ? 3 : i % 4 == 0 ? 2 : 1);
        if (i % 1000 == 0)
            scene_send(scene, SIDE_CLIENT, TCP_ACK, 1 + i / 1000, 0, "b");
    }
    scene->count[SIDE_CLIENT] = 0;
    scene_send(scene, SIDE_CLIENT, TCP_ACK, 101, 0, "the end");
    CU_ASSERT_EQUAL(scene->count[SIDE_CLIENT], 7);
    CU_ASSERT_EQUAL(memcmp(scene->octets[SIDE_CLIENT], "the end", 7), 0);
    CU_ASSERT(connections_counters(scene->connections)->evicted > 0);
    scene_free(scene);
}

/* Connections that send a part of a hello, and nothing more, fill the tables: those that have only
 * begun are not evicted for that. */
static void a_flood_of_hellos_does_not_evict_a_connection_that_has_begun(void)
{
    enum { FILLED = 4000, BESIDE = 200 };
    struct connections_options options = scene_options();
    struct scene *scene;

    options.memory_max = (size_t)8 << 20;
    scene = scene_new(&options);
    scene->log_length = sizeof(scene->log) - 1;
    scene->octets[SIDE_CLIENT] = malloc(STREAM_MAX);
    for (uint32_t i = 0; i < FILLED; i++)
        flood(scene, i, 3);
    CU_ASSERT(connections_counters(scene->connections)->evicted > 0);
    scene_handshake(scene);
    for (uint32_t i = FILLED; i < FILLED + BESIDE; i++)
        flood(scene, i, 3);
    scene->count[SIDE_CLIENT] = 0;
    scene_send(scene, SIDE_CLIENT, TCP_ACK, 0, 0, "the end");
    CU_ASSERT_EQUAL(scene->count[SIDE_CLIENT], 7);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->midway, 0);
    scene_free(scene);
}

static void a_connection_nobody_reads_costs_little(void)
{
    enum { COUNT = 50000 };
    struct scene *scene = scene_new(NULL);
    uint64_t before = connections_counters(scene->connections)->memory;

    for (uint32_t i = 0; i < COUNT; i++) {
        scene->done_at = scene->callbacks + 2;
        flood(scene, i, 3);
    }
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->current, COUNT);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->reading, 0);
    CU_ASSERT((connections_counters(scene->connections)->memory - before) / COUNT <= 128);
    scene_free(scene);
}

static void a_connection_nobody_reads_is_forgotten_soon_after_its_end(void)
{
    struct scene *scene = scene_new(NULL);

    scene->done_at = 1;
    scene_handshake(scene);
    scene_send(scene, SIDE_CLIENT, TCP_ACK | TCP_FIN, 0, 0, "");
    connections_advance(scene->connections, scene->now_ns + 11 * SECOND);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->current, 1);
    scene_send(scene, SIDE_SERVER, TCP_ACK | TCP_FIN, 0, 1, "");
    connections_advance(scene->connections, scene->now_ns + 11 * SECOND);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->current, 0);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->ended, 1);
    scene_free(scene);
}

/* One that has been told as idle, with not one octet so far. */
static struct scene *silent(void)
{
    struct connections_options options = scene_options();
    struct scene *scene = begin();

    scene_wait(scene, options.idle_timeout_ns + 10 * SECOND);
    connections_advance(scene->connections, scene->now_ns);
    expect_log(scene, "+end:idle");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->reading, 0);
    return scene;
}

static void a_connection_that_was_silent_is_read_from_its_first_octet(void)
{
    static const enum side firsts[] = {SIDE_CLIENT, SIDE_SERVER};

    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
        struct scene *scene = silent();
        enum side first = firsts[i];

        scene_send(scene, first, TCP_ACK, 0, 0, "hello");
        scene_send(scene, side_other(first), TCP_ACK, 0, 5, "answer");
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->reading, 1);
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->midway, 0);
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->opened, 2);
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->ended, 1);
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->current, 1);
        finish(scene, first == SIDE_CLIENT ? "+end:idle/+c\"hello\"s\"answer\"end:capture"
                                           : "+end:idle/+s\"hello\"c\"answer\"end:capture");
    }
}

/* What the capture lacks of the beginning is a gap, as if the connection had been read all along.
 */
static void what_is_missing_after_a_silence_is_a_gap(void)
{
    struct scene *scene = silent();

    CU_ASSERT_EQUAL(scene->opened, 1);
    server(scene, TCP_ACK, 0, 5, "answer");
    client(scene, TCP_ACK, 5, 6, "more");
    connections_finish(scene->connections);
    CU_ASSERT(scene->last.syn_seen);
    CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_CLIENT])->missed_octets, 5);
    expect_log(scene, "+end:idle/+c[5]s\"answer\"c\"more\"end:capture");
    scene_free(scene);
}

/* Probes to keep it alive, with an octet and without, are no first octets. */
static void keep_alive_probes_leave_a_connection_silent(void)
{
    struct scene *scene = silent();

    for (unsigned i = 0; i < 20; i++) {
        scene_wait(scene, 75 * SECOND);
        client(scene, TCP_ACK, UINT32_MAX, 0, i % 2 == 0 ? "" : "x");
        server(scene, TCP_ACK, i % 4 < 2 ? 0 : UINT32_MAX, 0, i % 4 < 2 ? "" : "x");
    }
    expect_log(scene, "+end:idle");
    client(scene, TCP_ACK, 0, 0, "hello");
    finish(scene, "+end:idle/+c\"hello\"end:capture");
}

static void a_connection_that_is_closed_silently_is_read_no_more(void)
{
    struct scene *scene = silent();

    client(scene, TCP_ACK | TCP_FIN, 0, 0, "");
    server(scene, TCP_ACK, 0, 1, "too late");
    client(scene, TCP_RST, 1, 0, "");
    finish(scene, "+end:idle");
    scene = silent();
    client(scene, TCP_RST, 0, 0, "");
    finish(scene, "+end:idle");
}

/* What a further subflow says is read from its SYN on or not at all: the middle of a stream. */
static void a_subflow_that_was_silent_is_read_no_more(void)
{
    static const char join[] = "\x1e\x0c\x10\x02\1\2\3\4\5\6\7";
    struct connections_options options = scene_options();
    struct scene *scene = scene_new(NULL);
    struct segment syn = scene_segment(scene, SIDE_CLIENT, TCP_SYN, 0, 0, bytes_of("", 0));

    syn.options = bytes_of(join, sizeof(join));
    scene_give(scene, &syn);
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "");
    scene_wait(scene, options.idle_timeout_ns + 10 * SECOND);
    client(scene, TCP_ACK, 0, 0, "hello");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->went_on, 1);
    finish(scene, "+end:idle");
}

/* What was sent, or is known to have been, makes it one that has begun. What comes after a time-out
 * is counted then, once for each connection. */
static void a_connection_that_has_begun_is_not_read_after_its_time_out(void)
{
    for (unsigned captured = 0; captured < 2; captured++) {
        struct scene *scene = begin();

        if (captured)
            client(scene, TCP_ACK, 0, 0, "hello");
        server(scene, TCP_ACK, 0, 5, "");
        scene_wait(scene, 130 * SECOND);
        client(scene, TCP_ACK, 4, 0, "x"); /* a keep-alive probe */
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->went_on, 0);
        client(scene, TCP_ACK, 5, 0, "more");
        client(scene, TCP_ACK, 9, 0, "and more");
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->went_on, 1);
        finish(scene, captured ? "+c\"hello\"end:idle" : "+c[5]end:idle");
    }
}

/* A connection that waits while others go on is watched; behind a pause another capture may go on. */
static void nothing_is_watched_while_the_input_pauses(void)
{
    for (int64_t interval = 1; interval <= 40; interval += 39) {
        struct scene *scene = begin();
        int64_t seen_ns;

        client(scene, TCP_ACK, 0, 0, "hello");
        seen_ns = scene->now_ns;
        scene->client_port++; /* another connection */
        for (int64_t passed = 0; passed < 130; passed += interval) {
            scene_wait(scene, interval * SECOND);
            client(scene, TCP_ACK, 0, 0, "a");
        }
        CU_ASSERT_EQUAL_FATAL(scene->ended, 1);
        CU_ASSERT_EQUAL(scene->last.last.time_ns, seen_ns);
        CU_ASSERT_EQUAL(scene->last.ended_ns > seen_ns + 100 * SECOND, interval == 1);
        CU_ASSERT_EQUAL(scene->last.ended_ns == seen_ns, interval != 1);
        scene_free(scene);
    }
}

/* What was watched before a pause counts, and what was before a step back of time does not. */
static void a_pause_is_one_of_its_time(void)
{
    struct scene *scene = begin();
    int64_t seen_ns;

    client(scene, TCP_ACK, 0, 0, "hello");
    seen_ns = scene->now_ns;
    scene->client_port++;
    scene_wait(scene, 20 * SECOND);
    client(scene, TCP_ACK, 0, 0, "a");
    scene_wait(scene, 110 * SECOND);
    client(scene, TCP_ACK, 1, 0, "b");
    CU_ASSERT_EQUAL_FATAL(scene->ended, 1);
    CU_ASSERT_EQUAL(scene->last.ended_ns, seen_ns + 20 * SECOND + MILLISECOND);

    scene_wait(scene, -3600 * SECOND);
    scene->client_port++;
    client(scene, TCP_SYN, 0, 0, "");
    scene->client_port--;
    for (unsigned i = 0; i < 80; i++) {
        scene_wait(scene, SECOND);
        client(scene, TCP_ACK, 2 + i, 0, "c");
    }
    CU_ASSERT(scene->last.ended_ns > scene->last.first.time_ns + 60 * SECOND);
    scene_free(scene);
}

/* From the first packet of the input on. */
static void a_syn_without_an_answer_is_watched(void)
{
    for (int64_t pause = 1; pause <= 40; pause += 39) {
        struct scene *scene = scene_new(NULL);
        int64_t seen_ns;

        client(scene, TCP_ACK, 0, 0, "a");
        scene->client_port++;
        client(scene, TCP_SYN, 0, 0, "");
        seen_ns = scene->now_ns;
        scene->client_port--;
        scene_wait(scene, pause * SECOND);
        client(scene, TCP_ACK, 1, 0, "b");
        connections_finish(scene->connections);
        CU_ASSERT_EQUAL(scene->last.first.time_ns, seen_ns);
        CU_ASSERT_EQUAL(scene->last.ended_ns, pause == 1 ? scene->now_ns : seen_ns);
        scene_free(scene);
    }
}

/* Not for ever: its entry goes after ten minutes more, and its place is one of many. */
static void silent_connections_stay_within_the_budget(void)
{
    struct connections_options options = scene_options();
    const struct connections_counters *counters;
    struct scene *scene;

    options.memory_max = (size_t)1 << 20;
    options.idle_timeout_ns = SECOND;
    scene = scene_new(&options);
    scene->log_length = sizeof(scene->log) - 1; /* nobody reads it */
    counters = connections_counters(scene->connections);
    for (uint32_t i = 0; i < 20000; i++) {
        flood(scene, i, 2);
        scene_wait(scene, SECOND / 50);
    }
    CU_ASSERT(counters->memory_peak <= options.memory_max);
    CU_ASSERT(counters->evicted_done > 0);
    CU_ASSERT_EQUAL(counters->evicted, 0);
    scene_wait(scene, 602 * SECOND);
    connections_advance(scene->connections, scene->now_ns);
    CU_ASSERT_EQUAL(counters->current, 0);
    CU_ASSERT_EQUAL(counters->ended, counters->opened);
    scene_free(scene);
}

/* The time of two connections that are over, with an hour back in between, and of one that goes
 * on. */
static void a_clock_set_back_holds_up_no_end(void)
{
    struct scene *scene = scene_new(NULL);

    for (unsigned i = 0; i < 2; i++) {
        scene->client_port++;
        scene_send(scene, SIDE_CLIENT, TCP_SYN, 0, 0, ""); /* never answered */
        scene->client_port++;
        scene_handshake(scene);
        scene_send(scene, SIDE_CLIENT, TCP_ACK | TCP_FIN, 0, 0, "");
        scene_send(scene, SIDE_SERVER, TCP_ACK | TCP_FIN, 0, 1, "");
        scene_wait(scene, i == 0 ? -3600 * SECOND : 0);
    }
    CU_ASSERT_EQUAL(scene->ended, 0);
    scene->client_port++;
    for (unsigned i = 0; i < 100; i++) {
        scene_wait(scene, SECOND);
        scene_send(scene, SIDE_CLIENT, TCP_ACK, i, 0, "a");
    }
    CU_ASSERT_EQUAL(scene->ended, 4);
    scene_free(scene);
}

static void a_handshake_read_stays_below_its_bound(void)
{
    CU_ASSERT(sizeof(struct reading) + sizeof(struct flow) <= 4096);
}

/* xorshift64*: the same numbers on every machine. */
static uint32_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

enum {
    CUTS_MAX = 200,
    STREAM_LENGTH = 6000,
    BLOCK = 16 /* with copies and ACKs in between well below STREAM_PATIENCE_PACKETS */
};

/* Cut a stream at random places and give the segments of each block in any order, some
 * of them twice; the other side ACKs far ahead now and then. */
static void give_stream(struct scene *scene, enum side from, const uint8_t *octets, uint32_t offset,
                        uint64_t *state)
{
    struct segment segments[CUTS_MAX];
    uint32_t count = 0;

    for (uint32_t at = 0; at < STREAM_LENGTH && count < CUTS_MAX; count++) {
        uint32_t length = 1 + next_random(state) % 200;

        if (length > STREAM_LENGTH - at || count == CUTS_MAX - 1)
            length = STREAM_LENGTH - at;
        segments[count] =
            scene_segment(scene, from, TCP_ACK, offset + at, offset, bytes_of(octets + at, length));
        at += length;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = i / BLOCK * BLOCK + next_random(state) % BLOCK;
        struct segment swap = segments[i];

        if (other < count) {
            segments[i] = segments[other];
            segments[other] = swap;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        scene_give(scene, &segments[i]);
        if (next_random(state) % 4 == 0)
            scene_give(scene, &segments[next_random(state) % (i + 1)]);
        if (next_random(state) % 4 == 0)
            scene_send(scene, side_other(from), TCP_ACK, offset,
                       offset + next_random(state) % STREAM_LENGTH, "");
    }
}

static void any_cutting_and_order_gives_the_same_octets(void)
{
    static uint8_t octets[STREAM_LENGTH];

    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct scene *scene = scene_new(NULL);
        uint64_t state = seed;
        /* The sequence numbers wrap at another place of the stream each time. */
        uint32_t offset = 0u - CLIENT_ISN - next_random(&state) % STREAM_LENGTH;

        for (size_t i = 0; i < sizeof(octets); i++)
            octets[i] = (uint8_t)next_random(&state);
        scene->log_data = false;
        scene->octets[SIDE_CLIENT] = malloc(STREAM_MAX);
        scene_send(scene, SIDE_CLIENT, TCP_SYN, offset, 0, "");
        scene_send(scene, SIDE_SERVER, TCP_SYN | TCP_ACK, offset, offset, "");
        give_stream(scene, SIDE_CLIENT, octets, offset, &state);
        CU_ASSERT_EQUAL(scene->count[SIDE_CLIENT], STREAM_LENGTH);
        CU_ASSERT_EQUAL(memcmp(scene->octets[SIDE_CLIENT], octets, STREAM_LENGTH), 0);
        CU_ASSERT_EQUAL(scene->missing[SIDE_CLIENT], 0);
        connections_finish(scene->connections);
        CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_CLIENT])->conflicting_octets,
                        0);
        scene_free(scene);
    }
}

/* Interleaved connections, each with its own client port. */
static void give(struct scene *scene, struct packet *packets, size_t count, size_t at_once)
{
    for (size_t i = 0; i < count; i++) {
        scene->now_ns += MILLISECOND;
        scene->packets++;
        packets[i].segment.at = (struct moment){.time_ns = scene->now_ns, .packet = scene->packets};
    }
    for (size_t i = 0; i < count; i += at_once)
        connections_packets(scene->connections, packets + i,
                            count - i < at_once ? count - i : at_once);
}

static void packets_given_at_once_are_taken_one_by_one(void)
{
    enum { CONNECTIONS = 20, SEGMENTS = 5, COUNT = CONNECTIONS * SEGMENTS };
    static const size_t at_once[] = {1, 7, COUNT};
    static struct packet packets[COUNT];
    char first[LOG_MAX] = "";

    for (size_t run = 0; run < sizeof(at_once) / sizeof(at_once[0]); run++) {
        struct scene *scene = scene_new(NULL);
        struct bytes data = bytes_of("data", 4);

        for (unsigned i = 0; i < CONNECTIONS; i++) {
            struct packet *mine = &packets[(size_t)i * SEGMENTS];

            scene->client_port =
                (uint16_t)(40000 + i / 2); /* each is used by two, one after the other */
            for (size_t j = 0; j < SEGMENTS; j++)
                mine[j].kind = PACKET_TCP;
            mine[3].kind = i % 3 == 0 ? PACKET_OTHER : PACKET_TCP;
            mine[0].segment = scene_segment(scene, SIDE_CLIENT, TCP_SYN, i, 0, bytes_of("", 0));
            mine[1].segment =
                scene_segment(scene, SIDE_SERVER, TCP_SYN | TCP_ACK, i, i, bytes_of("", 0));
            mine[2].segment = scene_segment(scene, SIDE_CLIENT, TCP_ACK, i, i, data);
            mine[3].segment = scene_segment(scene, SIDE_SERVER, TCP_ACK, i, i + 4u, data);
            mine[4].segment =
                scene_segment(scene, SIDE_CLIENT, TCP_RST, i + 4u, 0, bytes_of("", 0));
        }
        give(scene, packets, COUNT, at_once[run]);
        connections_finish(scene->connections);
        CU_ASSERT_EQUAL(scene->ended, CONNECTIONS);
        if (run == 0)
            memcpy(first, scene->log, sizeof(first));
        CU_ASSERT_STRING_EQUAL(scene->log, first);
        scene_free(scene);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a flood stays within the budget and is reported",
         a_flood_stays_within_the_budget_and_is_reported},
        {"what times out at once ends packet by packet",
         what_times_out_at_once_ends_packet_by_packet},
        {"a flood does not evict a handshake that goes on",
         a_flood_does_not_evict_a_handshake_that_goes_on},
        {"a flood of hellos does not evict a connection that has begun",
         a_flood_of_hellos_does_not_evict_a_connection_that_has_begun},
        {"packets given at once are taken one by one", packets_given_at_once_are_taken_one_by_one},
        {"a connection nobody reads costs little", a_connection_nobody_reads_costs_little},
        {"a connection nobody reads is forgotten soon after its end",
         a_connection_nobody_reads_is_forgotten_soon_after_its_end},
        {"a connection that was silent is read from its first octet",
         a_connection_that_was_silent_is_read_from_its_first_octet},
        {"what is missing after a silence is a gap", what_is_missing_after_a_silence_is_a_gap},
        {"keep-alive probes leave a connection silent",
         keep_alive_probes_leave_a_connection_silent},
        {"a subflow that was silent is read no more", a_subflow_that_was_silent_is_read_no_more},
        {"a connection that is closed silently is read no more",
         a_connection_that_is_closed_silently_is_read_no_more},
        {"a connection that has begun is not read after its time-out",
         a_connection_that_has_begun_is_not_read_after_its_time_out},
        {"a pause is one of its time", a_pause_is_one_of_its_time},
        {"a SYN without an answer is watched", a_syn_without_an_answer_is_watched},
        {"nothing is watched while the input pauses", nothing_is_watched_while_the_input_pauses},
        {"silent connections stay within the budget", silent_connections_stay_within_the_budget},
        {"a clock set back holds up no end", a_clock_set_back_holds_up_no_end},
        {"a handshake read stays below its bound", a_handshake_read_stays_below_its_bound},
        {"any cutting and order gives the same octets",
         any_cutting_and_order_gives_the_same_octets},
        CU_TEST_INFO_NULL,
    };

    return suite_run("lifecycle", tests);
}
