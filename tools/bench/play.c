/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/bench/play.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEGMENT_MAX = 1448,  /* MTU 1500 less IPv4, TCP and its timestamp option */
    SEGMENT_US = 12,     /* a full segment takes this long at 1 Gbit/s */
    BURST_SEGMENTS = 10, /* what a server sends before another has its turn: an initial window */
    BURST_US = 1000,     /* from one burst to the next */
    RECORD_HEADER = 5,
    RECORD_MAX = RECORD_HEADER + 16384 + 1 + 16, /* content, its type and the tag of an AEAD */
    HOSTS = 100,                                 /* servers that play one recording */
    PORTS_APART = 64,                            /* of two connections of one client */
    CROWD_SERVERS = 1000000,
    CROWD_CLIENTS = 10000000,
    CROWD_STEP = 6180339, /* from one to the next: no common factor, so that each has its turn */
    BUFFER = 1 << 20
};

/* A connection that is being played. */
struct player {
    int64_t at_us; /* of its next packet */
    int64_t begin_us;
    uint64_t number;
    const struct recording *recording;
    size_t next; /* frame */
    uint64_t bulk_sent;
    uint64_t bulk_size;
};

struct stage {
    const struct schedule *schedule;
    uint64_t seed;
    int64_t begin_s; /* when the first recording was made: its certificates were valid then */
    pcap_dumper_t *dumper;
    uint8_t body[RECORD_MAX]; /* one record, which all data repeats */
    struct player *heap;      /* the earliest first */
    size_t count;
    size_t capacity;
};

/* A number for a connection and a purpose. */
static uint64_t hash(const struct stage *stage, uint64_t number, uint64_t purpose)
{
    uint64_t state = stage->seed * 1000003 + number * 16 + purpose;

    return random_next(&state);
}

/* 17 bits tell the recording and what is missing; hosts are within them. */
static uint32_t server_network(const struct recording *recording)
{
    return (recording->is_whole ? 0 : 1u << 16) | (uint32_t)recording->number << 7;
}

const char *play_network(const struct recording *recording, char text[PLAY_NETWORK_TEXT_MAX])
{
    uint32_t network = server_network(recording);

    if (frame_is_ipv6(&recording->frames[0]))
        snprintf(text, PLAY_NETWORK_TEXT_MAX, "2001:db8:1::%x:%x/121", network >> 16,
                 network & 0xffff);
    else
        snprintf(text, PLAY_NETWORK_TEXT_MAX, "198.%u.%u.%u/25", 18 + (network >> 16),
                 network >> 8 & 0xff, network & 0xff);
    return text;
}

/* 198.18.0.0/15 is for benchmarks (RFC 2544), 2001:db8::/32 for documentation (RFC 3849). */
static void set_address(struct frame_address *address, bool is_ipv6, bool is_server, uint32_t host)
{
    memset(address, 0, sizeof(*address));
    if (!is_ipv6) {
        frame_put(address->octets, 4, host + (is_server ? 0xc6120000 : 0));
        return;
    }
    frame_put(address->octets, 4, 0x20010db8);
    frame_put(address->octets + 4, 2, is_server ? 1 : 2);
    frame_put(address->octets + 12, 4, host);
}

/* Clients are 65536 hosts of 10.0.0.0/8, each with many connections; or forged ones; or a crowd, of
 * which none comes again before all others came. */
static uint32_t client_host(const struct stage *stage, uint64_t number)
{
    if (stage->schedule->is_crowded)
        return 0x0a000000 + (uint32_t)(number * CROWD_STEP % CROWD_CLIENTS);
    if (stage->schedule->is_spoofed)
        return 0x0b000000 + (uint32_t)hash(stage, number, 1) % 0x60000000;
    return 0x0a000000 | (number * 40503 & 0xffff);
}

/* One of the hosts of the recording's network; or one of the crowd, in 198.18.0.0/15 and beyond. */
static uint32_t server_host(const struct stage *stage, const struct player *player)
{
    uint64_t any = hash(stage, player->number, 2);

    if (stage->schedule->is_crowded)
        return (uint32_t)(any % CROWD_SERVERS);
    return server_network(player->recording) + 1 + (uint32_t)(any % HOSTS);
}

static void make_rewrite(const struct stage *stage, const struct player *player,
                         struct rewrite *rewrite)
{
    const struct recording *recording = player->recording;
    bool is_ipv6 = frame_is_ipv6(&recording->frames[0]);
    uint64_t number = player->number;

    memcpy(rewrite->old, recording->address, sizeof(rewrite->old));
    set_address(&rewrite->new[FRAME_CLIENT], is_ipv6, false, client_host(stage, number));
    set_address(&rewrite->new[FRAME_SERVER], is_ipv6, true, server_host(stage, player));
    rewrite->port = (uint16_t)(stage->schedule->is_spoofed || stage->schedule->is_crowded
                                   ? hash(stage, number, 3)
                                   : (number >> 16) * PORTS_APART);
    rewrite->id = (uint16_t)hash(stage, number, 4);
    rewrite->sequence[FRAME_CLIENT] = (uint32_t)hash(stage, number, 5);
    rewrite->sequence[FRAME_SERVER] = (uint32_t)hash(stage, number, 6);
}

static void write_frame(struct stage *stage, const struct player *player, struct frame *frame,
                        int64_t at_us, uint16_t id)
{
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = stage->begin_s + at_us / 1000000,
               .tv_usec = (suseconds_t)(at_us % 1000000)},
        .caplen = frame->length,
        .len = frame->length,
    };
    struct rewrite rewrite;

    make_rewrite(stage, player, &rewrite);
    rewrite.id = (uint16_t)(rewrite.id + id);
    /* Behind the data that was put in all numbers of the server are higher. */
    if (player->bulk_sent > 0 && player->next >= player->recording->bulk_at)
        rewrite.sequence[FRAME_SERVER] += (uint32_t)player->bulk_sent;
    frame_rewrite(frame, &rewrite);
    pcap_dump((u_char *)stage->dumper, &header, frame->octets);
}

static void play_frame(struct stage *stage, const struct player *player)
{
    uint8_t octets[FRAME_MAX];
    struct frame frame = player->recording->frames[player->next];

    memcpy(octets, frame.octets, frame.length);
    frame.octets = octets;
    write_frame(stage, player, &frame, player->at_us, 0);
}

/* Imitate a frame of the recording, with the numbers that come next. */
static void imitate(const struct player *player, const struct frame *model, uint8_t *octets,
                    uint32_t payload, struct frame *frame)
{
    const uint32_t *next = player->recording->bulk_next;
    bool is_client = model->from == FRAME_CLIENT;

    *frame = *model;
    frame->octets = octets;
    frame->length = frame->payload + payload;
    memcpy(octets, model->octets, frame->payload);
    frame_set_tcp(frame, next[is_client ? FRAME_CLIENT : FRAME_SERVER],
                  next[is_client ? FRAME_SERVER : FRAME_CLIENT], FRAME_ACK);
}

static void copy_body(const struct stage *stage, uint64_t position, uint8_t *out, size_t length)
{
    for (size_t done = 0; done < length;) {
        size_t at = (size_t)((position + done) % RECORD_MAX);
        size_t part = RECORD_MAX - at < length - done ? RECORD_MAX - at : length - done;

        memcpy(out + done, stage->body + at, part);
        done += part;
    }
}

/* A burst of data, with an ACK for every second segment. */
static void play_burst(struct stage *stage, struct player *player)
{
    uint8_t octets[FRAME_MAX];
    struct frame frame;

    for (unsigned i = 0; i < BURST_SEGMENTS && player->bulk_sent < player->bulk_size; i++) {
        uint64_t left = player->bulk_size - player->bulk_sent;
        uint32_t length = left < SEGMENT_MAX ? (uint32_t)left : SEGMENT_MAX;
        uint16_t id = (uint16_t)(1000 + player->bulk_sent / SEGMENT_MAX);

        imitate(player, &player->recording->bulk_data, octets, length, &frame);
        copy_body(stage, player->bulk_sent, octets + frame.payload, length);
        write_frame(stage, player, &frame, player->at_us, id);
        player->bulk_sent += length;
        player->at_us += SEGMENT_US;
        if (i % 2 == 0)
            continue;
        imitate(player, &player->recording->bulk_ack, octets, 0, &frame);
        write_frame(stage, player, &frame, player->at_us, id);
    }
    player->at_us += BURST_US;
}

/* Write what comes next. False: the connection is over. */
static bool play_next(struct stage *stage, struct player *player)
{
    const struct recording *recording = player->recording;
    bool is_bulk = player->next == recording->bulk_at && player->bulk_sent < player->bulk_size;
    int64_t then;

    if (is_bulk) {
        play_burst(stage, player);
        return true;
    }
    play_frame(stage, player);
    player->next++;
    if (player->next == recording->count)
        return false;
    then = recording->frames[player->next].at_us - recording->frames[player->next - 1].at_us;
    player->at_us += (then > 0 ? then : 0) * stage->schedule->stretch;
    return true;
}

static bool is_earlier(const struct player *a, const struct player *b)
{
    return a->at_us < b->at_us || (a->at_us == b->at_us && a->number < b->number);
}

static void sink(struct stage *stage, size_t i)
{
    struct player *heap = stage->heap;
    struct player player = heap[i];

    for (size_t child = 2 * i + 1; child < stage->count; child = 2 * i + 1) {
        if (child + 1 < stage->count && is_earlier(&heap[child + 1], &heap[child]))
            child++;
        if (!is_earlier(&heap[child], &player))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = player;
}

static void rise(struct stage *stage, size_t i)
{
    struct player *heap = stage->heap;
    struct player player = heap[i];

    for (; i > 0 && is_earlier(&player, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = player;
}

static bool add_player(struct stage *stage, const struct recording *recording, uint64_t number)
{
    const struct schedule *schedule = stage->schedule;
    bool has_bulk = schedule->bulk_every > 0 && recording->bulk_at > 0
                    && hash(stage, number, 7) % schedule->bulk_every == 0;

    if (stage->count == stage->capacity) {
        size_t capacity = stage->capacity > 0 ? 2 * stage->capacity : 1024;
        struct player *heap = realloc(stage->heap, capacity * sizeof(*heap));

        if (heap == NULL)
            return false;
        stage->heap = heap;
        stage->capacity = capacity;
    }
    stage->heap[stage->count++] = (struct player){
        .at_us = (int64_t)number * schedule->interval_us,
        .number = number,
        .recording = recording,
        .bulk_size = has_bulk ? (uint64_t)schedule->bulk_records * RECORD_MAX : 0,
    };
    rise(stage, stage->count - 1);
    return true;
}

static void play_first(struct stage *stage)
{
    if (!play_next(stage, &stage->heap[0]))
        stage->heap[0] = stage->heap[--stage->count];
    if (stage->count > 0)
        sink(stage, 0);
}

static bool play_all(struct stage *stage, const struct recording *recordings,
                     size_t recording_count, uint64_t count)
{
    uint64_t begun = 0;

    while (begun < count || stage->count > 0) {
        int64_t begin_us = (int64_t)begun * stage->schedule->interval_us;

        if (begun == count || (stage->count > 0 && stage->heap[0].at_us < begin_us)) {
            play_first(stage);
            continue;
        }
        if (!add_player(stage, &recordings[hash(stage, begun, 0) % recording_count], begun))
            return false;
        begun++;
    }
    return true;
}

static void fill_body(struct stage *stage)
{
    static const uint8_t header[RECORD_HEADER] = {23, 3, 3, (RECORD_MAX - RECORD_HEADER) >> 8,
                                                  (RECORD_MAX - RECORD_HEADER) & 0xff};
    uint64_t random = stage->seed;

    memcpy(stage->body, header, sizeof(header));
    for (size_t i = RECORD_HEADER; i < sizeof(stage->body); i++)
        stage->body[i] = (uint8_t)random_next(&random);
}

bool play(const struct recording *recordings, size_t recording_count,
          const struct schedule *schedule, uint64_t count, uint64_t seed, const char *output)
{
    static struct stage stage;
    pcap_t *format = pcap_open_dead(DLT_EN10MB, FRAME_MAX);
    bool good = false;

    stage = (struct stage){.schedule = schedule, .seed = seed, .begin_s = recordings[0].begin_s};
    fill_body(&stage);
    if (format != NULL)
        stage.dumper = pcap_dump_open(format, output);
    if (stage.dumper != NULL) {
        (void)setvbuf(pcap_dump_file(stage.dumper), NULL, _IOFBF, BUFFER);
        good = play_all(&stage, recordings, recording_count, count)
               && pcap_dump_flush(stage.dumper) == 0 && !ferror(pcap_dump_file(stage.dumper));
        pcap_dump_close(stage.dumper);
    }
    if (!good)
        fprintf(stderr, "generate: %s: cannot be written\n", output);
    if (format != NULL)
        pcap_close(format);
    free(stage.heap);
    return good;
}
