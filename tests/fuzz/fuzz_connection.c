/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection table on any segments whatever, in little memory and with jumping time.
 *
 * The handler checks the contract: a connection is opened, told about and ended once, in this
 * order; nothing follows CONNECTION_DONE; a FIN and a RST are told once per side; memory stays
 * within the budget, however small.
 */
#include <string.h>

#include "capture/connection.h"
#include "tests/fuzz/fuzz.h"

enum {
    TUPLES = 8,
    CLIENT_PORT = 1000,
    BURST_MAX = 2048,   /* clients of one burst: more than two parts of the flow table hold */
    BURSTS_MAX = 4096,  /* segments of all bursts of an input */
    BURST_PAYLOAD = 16, /* octets, fewer than that */
    CHUNKS = 128 << 10, /* octets: memory comes in chunks, and one of each kind is always there */
    MEMORY_SHIFT = 6,   /* the high bits of the first octet choose from memory_max[] */
    OPTIONS_LENGTH = 12,
    SEQUENCE_UNIT = 50 /* octets: small distances meet, large ones wrap */
};

/* Room for all, and for so few that each kind of record takes the place of another. */
static const size_t memory_max[] = {1 << 20, 48 << 10, 16 << 10, 1536};

/* The handler's state of one connection. */
struct told {
    bool fin[SIDES];
    bool reset[SIDES];
};

struct watcher {
    uint32_t live;
    uint32_t callbacks;
    uint8_t done_every; /* CONNECTION_DONE at each so-manieth callback, 0: never */
    uint8_t reverse_every;
};

static enum connection_interest interest(struct watcher *watcher, struct connection *connection)
{
    struct told *told = connection->user;

    watcher->callbacks++;
    if (watcher->reverse_every != 0 && watcher->callbacks % watcher->reverse_every == 0
        && !connection->syn_seen) {
        struct told before = *told;

        connection_reverse(connection);
        for (int side = 0; side < SIDES; side++) {
            told->fin[side] = before.fin[1 - side];
            told->reset[side] = before.reset[1 - side];
        }
    }
    if (watcher->done_every == 0 || watcher->callbacks % watcher->done_every != 0)
        return CONNECTION_CONTINUE;
    free(told);
    connection->user = NULL;
    watcher->live--;
    return CONNECTION_DONE;
}

static enum connection_interest opened(void *context, struct connection *connection)
{
    struct watcher *watcher = context;

    must(connection->user == NULL);
    connection->user = calloc(1, sizeof(struct told));
    must(connection->user != NULL);
    watcher->live++;
    return interest(watcher, connection);
}

static enum connection_interest told_data(void *context, struct connection *connection,
                                          enum side from, struct bytes octets, struct moment at)
{
    must(connection->user != NULL);
    must(octets.len > 0 && moment_seen(at) && (unsigned)from < SIDES);
    touch(octets);
    return interest(context, connection);
}

static enum connection_interest gap(void *context, struct connection *connection, enum side from,
                                    uint64_t missing, struct moment at)
{
    const struct trouble *trouble = direction_trouble(&connection->direction[from]);

    must(connection->user != NULL);
    must(missing > 0 && moment_seen(at));
    must(trouble->missed_octets + trouble->cut_octets + trouble->dropped_octets >= missing);
    return interest(context, connection);
}

static enum connection_interest closed(void *context, struct connection *connection, enum side by,
                                       bool is_reset, struct bytes text, struct moment at)
{
    struct told *told = connection->user;
    bool *seen;

    must(told != NULL && moment_seen(at));
    must(text.data != NULL && (is_reset || text.len == 0));
    seen = is_reset ? &told->reset[by] : &told->fin[by];
    must(!*seen);
    *seen = true;
    return interest(context, connection);
}

static bool prefers(void *context, uint16_t port)
{
    (void)context;
    return port == 443;
}

static void ended(void *context, struct connection *connection, enum connection_end reason)
{
    struct watcher *watcher = context;

    must(connection->user != NULL && reason <= CONNECTION_END_CAPTURE);
    free(connection->user);
    connection->user = NULL;
    watcher->live--;
}

/* The wire form of one step: a tuple and direction, flags, three distances, a length, time. */
struct step {
    uint8_t tuple;
    uint8_t flags;
    uint8_t sequence;
    uint8_t acknowledgment;
    uint16_t length;
    uint8_t cut;
    uint8_t time;
};

static bool next_step(struct bytes *in, struct step *step)
{
    return bytes_u8(in, &step->tuple) && bytes_u8(in, &step->flags) && bytes_u8(in, &step->sequence)
           && bytes_u8(in, &step->acknowledgment) && bytes_u16(in, &step->length)
           && bytes_u8(in, &step->cut) && bytes_u8(in, &step->time);
}

/* Small numbers are near the wrap, large ones anywhere. */
static uint32_t number_of(uint8_t step)
{
    return step < 192 ? (uint32_t)step * SEQUENCE_UNIT - 96 * SEQUENCE_UNIT
                      : (uint32_t)step * 0x01234567u;
}

static int64_t later(int64_t now_ns, uint8_t step)
{
    if (step < 128)
        return now_ns + step * INT64_C(100000);
    if (step < 200)
        return now_ns + (step - 128) * INT64_C(1000000000);
    return step < 250 ? now_ns - step * INT64_C(1000000) : (step - 252) * (INT64_MAX / 4);
}

static void put_u32(uint8_t *octets, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        octets[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* TCP options: none, those of a SYN, a timestamp, or a SACK block (RFC 9293 section 3.2, RFC 7323
 * sections 2.2 and 3.2, RFC 2018 sections 2 and 3). */
static struct bytes options_of(const struct step *step, uint8_t octets[OPTIONS_LENGTH])
{
    static const uint8_t syn[OPTIONS_LENGTH] = {2, 4, 0x05, 0xb4, 4, 2, 3, 3, 7, 0};
    static const uint8_t timestamp[OPTIONS_LENGTH] = {1, 1, 8, 10};
    static const uint8_t sack[OPTIONS_LENGTH] = {1, 1, 5, 10};
    static const uint8_t *const kinds[] = {NULL, syn, timestamp, sack};
    const uint8_t *kind = kinds[step->cut % (sizeof(kinds) / sizeof(kinds[0]))];

    if (kind == NULL)
        return bytes_of("", 0);
    memcpy(octets, kind, OPTIONS_LENGTH);
    if (kind == syn)
        return bytes_of(octets, OPTIONS_LENGTH);
    put_u32(octets + 4, number_of(step->time));
    put_u32(octets + 8, number_of(step->time) + 2 * SEQUENCE_UNIT);
    return bytes_of(octets, OPTIONS_LENGTH);
}

static void give_icmp(struct connections *connections, const struct segment *segment)
{
    const struct flow_key *key = &segment->key;
    const struct icmp_error error = {
        .at = segment->at,
        .source = key->address[segment->half],
        .destination = key->address[segment->half ^ 1],
        .source_port = segment_source_port(segment),
        .destination_port = segment_destination_port(segment),
        .sequence = segment->sequence,
    };

    connections_icmp(connections, &error);
}

static void play(struct connections *connections, const struct step *step, uint16_t client_port,
                 struct moment at)
{
    static const uint8_t octets[65536];
    uint8_t options[OPTIONS_LENGTH];
    const struct address client = {.octets = {[15] = 2}};
    const struct address server = {.octets = {[15] = 1}};
    bool reply = step->tuple & 0x80;
    uint16_t server_port = step->tuple & 0x40 ? 8080 : 443;
    struct segment segment = {
        .at = at,
        .sequence = number_of(step->sequence),
        .acknowledgment = number_of(step->acknowledgment),
        .window = (uint16_t)(step->cut * 257),
        .flags = step->flags & 0x3f,
        .hop_limit = 64,
        .ip_id = (uint16_t)at.packet,
        .ip_length = 40u + step->length,
        .options = options_of(step, options),
        .payload_length = step->length,
        .payload = bytes_of(octets, step->cut < 32 ? step->length * step->cut / 32u : step->length),
    };

    segment.half = (uint8_t)flow_key_of(
        reply ? &server : &client, reply ? server_port : client_port, reply ? &client : &server,
        reply ? client_port : server_port, &segment.key);
    if (step->flags & 0x40)
        give_icmp(connections, &segment);
    else
        connections_segment(connections, &segment);
}

/* The same step of many clients, as long as many are left to the input. */
static void play_burst(struct connections *connections, struct step step, unsigned *left,
                       struct moment *at)
{
    unsigned count = step.length % BURST_MAX < *left ? step.length % BURST_MAX : *left;

    step.length %= BURST_PAYLOAD;
    *left -= count;
    for (unsigned i = 0; i < count; i++) {
        at->packet++;
        play(connections, &step, (uint16_t)(CLIENT_PORT + i), *at);
    }
}

static void play_all(struct connections *connections, struct bytes in)
{
    struct moment at = {.time_ns = INT64_C(1700000000000000000)};
    unsigned left = BURSTS_MAX;
    struct step step;

    while (next_step(&in, &step)) {
        at.packet++;
        at.time_ns = later(at.time_ns, step.time);
        if (step.flags & 0x80 && step.cut & 1)
            play_burst(connections, step, &left, &at);
        else if (step.flags & 0x80)
            connections_shed(connections,
                             (enum connections_shed)(step.length % (CONNECTIONS_SHED_NEW + 1)));
        else
            play(connections, &step, (uint16_t)(CLIENT_PORT + step.tuple % TUPLES), at);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    struct watcher watcher = {.live = 0};
    struct connections_options options = connections_options_default();
    struct connection_handler handler = {
        .context = &watcher,
        .opened = opened,
        .data = told_data,
        .gap = gap,
        .closed = closed,
        .prefers = prefers,
        .ended = ended,
    };
    struct connections *connections;

    if (!bytes_u8(&in, &watcher.done_every) || !bytes_u8(&in, &watcher.reverse_every))
        return 0;
    options.memory_max = memory_max[watcher.done_every >> MEMORY_SHIFT];
    watcher.done_every &= (1 << MEMORY_SHIFT) - 1;
    connections = connections_new(&options, &handler);
    must(connections != NULL);
    play_all(connections, in);
    connections_finish(connections);
    must(watcher.live == 0);
    must(connections_counters(connections)->current == 0);
    must(connections_counters(connections)->opened == connections_counters(connections)->ended);
    must(connections_counters(connections)->memory_peak <= options.memory_max + CHUNKS);
    connections_free(connections);
    return 0;
}
