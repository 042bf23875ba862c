/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench_flows CLASS COUNT -- what COUNT flows at once cost, and a packet of any of them.
 *
 * The classes are in the table below. The flows are played from recordings (tests/pcaps), each from
 * a client address of its own, into the table of connections and the tracker that the program uses.
 * Then packets of flows all over the table follow. Prints, on one line:
 *
 *     octets of a flow as the program counts them, octets of a flow by resident memory,
 *     nanoseconds of CPU for a packet, the flows that are there
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "analyze/tracker.h"
#include "capture/connection.h"
#include "capture/savefile.h"
#include "capture/time_unit.h"

enum {
    PACKETS_MAX = 128, /* of a recording */
    PATH_ROOM = 4096,
    BATCH = 32,
    MEASURED_MIN = 1000000, /* packets that are measured: they take a tenth of a second */
    WARM_UP = 1 << 16,      /* packets that come before them */
    FLOWS_MAX = 16000000,   /* client addresses: a network 10.0.0.0/8 has some more */
    CLIENT_PORT = 40000
};

static const char recording[] = "clean/get-tls12__gnutls__stunnel.pcap";

/* How much of the recording a class is played from. */
static const struct class
{
    const char *name;
    size_t packets;         /* at most; of one that is not TLS, its handshake of TCP */
    uint64_t client_octets; /* stop when the client has sent so many of payload */
    uint8_t last_flags;     /* of the packets that follow */
    const char *said[2];    /* by client and server instead of TLS; NULL: nothing */
} classes[] = {
    {"half_open", 1, UINT64_MAX, TCP_SYN, {NULL}},
    {"in_progress", PACKETS_MAX, 1, TCP_ACK, {NULL}},
    {"established", PACKETS_MAX, UINT64_MAX, TCP_ACK, {NULL}},
    {"nontls",
     3,
     UINT64_MAX,
     TCP_ACK,
     {"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nHello"}},
};

struct script {
    uint8_t octets[256 * 1024]; /* of the payloads */
    size_t used;
    struct packet packets[PACKETS_MAX];
    size_t count;
    uint32_t said; /* octets, by who spoke last */
};

struct bench {
    const struct class *class;
    struct script *script;
    struct connections *connections;
    struct tracker *tracker;
    int64_t time_ns;
    uint64_t packets;
};

static void ignore_verdict(void *context, const struct verdict *verdict)
{
    (void)context;
    (void)verdict;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_flows: %s\n", what);
    exit(1);
}

static bool is_from_client(const struct script *script, const struct segment *segment)
{
    return segment_source_port(segment) == segment_source_port(&script->packets[0].segment);
}

/* Keep a packet, with its payload. False: the script ends before it. */
static bool keep(const struct class *class, struct script *script, const struct packet *packet)
{
    struct segment *segment = &script->packets[script->count].segment;
    struct bytes payload = packet->segment.payload;

    if (script->count == class->packets || payload.len > sizeof(script->octets) - script->used
        || (packet->segment.flags & (TCP_FIN | TCP_RST)) != 0)
        return false;
    script->packets[script->count].kind = PACKET_TCP;
    *segment = packet->segment;
    if (payload.len > 0)
        memcpy(script->octets + script->used, payload.data, payload.len);
    segment->payload = bytes_of(script->octets + script->used, payload.len);
    segment->options = bytes_of(NULL, 0);
    script->used += payload.len;
    script->count++;
    return true;
}

/* Add what one side says, which is the one that sent this SYN, behind all that was said. */
static void say(struct script *script, struct segment segment, const char *text)
{
    if (segment.flags & TCP_ACK)
        segment.acknowledgment += script->said;
    else
        segment.acknowledgment = script->packets[1].segment.sequence + 1;
    segment.sequence++;
    segment.flags = TCP_ACK;
    segment.payload = bytes_of(text, strlen(text));
    segment.payload_length = (uint32_t)segment.payload.len;
    script->said = segment.payload_length;
    script->packets[script->count++] = (struct packet){.kind = PACKET_TCP, .segment = segment};
}

static void read_script(const struct class *class, struct script *script)
{
    char path[PATH_ROOM];
    char reason[SAVEFILE_REASON_MAX] = "";
    struct packet_decoder *decoder = packet_decoder_new();
    struct raw_packet raw = {.number = 1};
    struct packet packet;
    struct input *input;
    struct savefile *savefile;
    uint64_t client_octets = 0;

    snprintf(path, sizeof(path), "%s/%s", TLSWHY_PCAPS_DIR, recording);
    input = input_open(path, reason);
    savefile = input != NULL ? savefile_new(input, reason) : NULL;
    if (savefile == NULL || decoder == NULL)
        fail(reason);
    while (savefile_next(savefile, &raw) == SAVEFILE_PACKET) {
        if (packet_decode(decoder, &raw, &packet) != PACKET_TCP)
            continue;
        if (!keep(class, script, &packet))
            break;
        if (is_from_client(script, &packet.segment))
            client_octets += packet.segment.payload_length;
        if (client_octets >= class->client_octets)
            break;
    }
    savefile_free(savefile);
    packet_decoder_free(decoder);
    for (size_t i = 0; i < 2 && class->said[i] != NULL; i++)
        say(script, script->packets[i].segment, class->said[i]);
}

/* The packet as the client with this number sends or gets it. */
static void address(struct bench *bench, uint32_t number, struct segment *segment)
{
    const uint8_t octets[4] = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                               (uint8_t)number};
    bool from_client = is_from_client(bench->script, segment);
    const struct address server = segment->key.address[segment->half ^ from_client];
    uint16_t server_port = segment->key.port[segment->half ^ from_client];
    struct address client;

    address_map_ipv4(&client, octets);
    segment->half = (uint8_t)flow_key_of(
        from_client ? &client : &server, from_client ? CLIENT_PORT : server_port,
        from_client ? &server : &client, from_client ? server_port : CLIENT_PORT, &segment->key);
    bench->time_ns += 10;
    segment->at = (struct moment){.time_ns = bench->time_ns, .packet = ++bench->packets};
}

static void open_flows(struct bench *bench, uint32_t count)
{
    const struct script *script = bench->script;

    for (uint32_t number = 0; number < count; number++) {
        struct packet packets[PACKETS_MAX];

        memcpy(packets, script->packets, script->count * sizeof(packets[0]));
        for (size_t i = 0; i < script->count; i++)
            address(bench, number, &packets[i].segment);
        connections_packets(bench->connections, packets, script->count);
    }
}

/* Packets without payload of flows all over the table: a step that shares no factor with the count
 * comes by each of them. */
static void send_packets(struct bench *bench, uint32_t count, uint64_t packets)
{
    struct packet batch[BATCH];
    struct packet last = bench->script->packets[0];
    uint32_t step = 2654435761u % count | 1;
    uint64_t number = 0;

    last.segment.flags = bench->class->last_flags;
    if (last.segment.flags == TCP_ACK) {
        last.segment.sequence++;
        last.segment.acknowledgment = 0;
        if (bench->script->count > 1)
            last.segment.acknowledgment = bench->script->packets[1].segment.sequence + 1;
    }
    for (uint64_t sent = 0; sent < packets; sent += BATCH) {
        for (size_t i = 0; i < BATCH; i++) {
            number = (number + step) % count;
            batch[i] = last;
            batch[i].segment.ip_id = (uint16_t)sent;
            address(bench, (uint32_t)number, &batch[i].segment);
        }
        connections_packets(bench->connections, batch, BATCH);
    }
}

static uint64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* cannot fail with this clock */
    return (uint64_t)(now.tv_sec * SECOND_NS + now.tv_nsec);
}

static uint64_t resident_octets(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage); /* cannot fail with these arguments */
    return (uint64_t)usage.ru_maxrss * 1024;
}

static uint64_t counted_octets(const struct bench *bench)
{
    return connections_counters(bench->connections)->memory_peak
           + tracker_counters(bench->tracker)->memory_peak;
}

static void open_bench(struct bench *bench)
{
    struct connections_options options = connections_options_default();
    const struct tracker_options tracker = {
        .memory_max = (size_t)1 << 40, .alone = true, .hash_key = {1, 2}};
    const struct verdict_sink sink = {.take = ignore_verdict};
    struct connection_handler handler;

    options.memory_max = (size_t)1 << 40;
    options.hash_key[0] = 1;
    bench->tracker = tracker_new(&tracker, &sink);
    bench->script = calloc(1, sizeof(*bench->script));
    if (bench->tracker == NULL || bench->script == NULL)
        fail("out of memory");
    handler = tracker_handler(bench->tracker);
    bench->connections = connections_new(&options, &handler);
    if (bench->connections == NULL)
        fail("out of memory");
    bench->time_ns = 1700000000 * SECOND_NS;
    read_script(bench->class, bench->script);
}

static void measure(struct bench *bench, uint32_t count)
{
    const struct connections_counters *counters = connections_counters(bench->connections);
    uint64_t packets = count > MEASURED_MIN ? count : MEASURED_MIN;
    uint64_t counted = counted_octets(bench);
    uint64_t resident = resident_octets();
    uint64_t before;

    open_flows(bench, count);
    counted = counted_octets(bench) - counted;
    resident = resident_octets() - resident;
    send_packets(bench, count, WARM_UP);
    before = cpu_ns();
    send_packets(bench, count, packets);
    printf("%.1f %.1f %.1f %" PRIu64 "\n", (double)counted / count, (double)resident / count,
           (double)(cpu_ns() - before) / (double)packets, counters->current);
}

int main(int argc, char **argv)
{
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        struct bench bench = {.class = &classes[i]};

        if (count < 1 || count > FLOWS_MAX || strcmp(classes[i].name, argv[1]) != 0)
            continue;
        open_bench(&bench);
        measure(&bench, (uint32_t)count);
        connections_free(bench.connections);
        tracker_free(bench.tracker);
        free(bench.script);
        return 0;
    }
    fprintf(stderr, "usage: bench_flows half_open|in_progress|established|nontls COUNT\n");
    return 2;
}
