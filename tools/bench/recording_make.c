/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording_make.c -- connections that carry no TLS, made up. */
#include <string.h>

#include "tools/bench/recording_internal.h"

enum {
    IPV4_LEN = 20,
    TCP_LEN = 32, /* with the timestamp option of RFC 7323 */
    UDP_LEN = 8,
    BEGIN_S = 1704067200, /* 2024-01-01 00:00:00 UTC */
    STEP_US = 400,        /* between two packets */
    QUIC_INITIAL = 1200,  /* octets of the datagrams of a handshake, RFC 9000 section 14.1 */
    QUIC_DATAGRAMS = 60,
    CLIENT_PORT = 40000
};

/* A conversation that grows packet by packet. */
struct talk {
    struct recording *recording;
    uint16_t port;
    uint8_t protocol;
    uint32_t sequence[2];
};

static void talk_begin(struct talk *talk, struct recording *recording, const char *name,
                       uint8_t protocol, uint16_t port)
{
    static const uint8_t addresses[2][4] = {{192, 0, 2, 10}, {198, 51, 100, 20}};

    *recording = (struct recording){.path = strdup(name), .begin_s = BEGIN_S, .is_whole = true};
    memcpy(recording->address[FRAME_CLIENT].octets, addresses[0], 4);
    memcpy(recording->address[FRAME_SERVER].octets, addresses[1], 4);
    *talk = (struct talk){
        .recording = recording, .port = port, .protocol = protocol, .sequence = {1000, 2000}};
}

static void put_ethernet_and_ip(const struct talk *talk, unsigned from, uint8_t *octets,
                                uint32_t length)
{
    const struct frame_address *address = talk->recording->address;
    uint8_t *ip = octets + FRAME_IP;

    octets[0] = octets[6] = 0x02; /* locally administered */
    octets[5] = (uint8_t)(2 - from);
    octets[11] = (uint8_t)(1 + from);
    frame_put(octets + 12, 2, 0x0800);
    ip[0] = 0x45;
    frame_put(ip + 2, 2, length);
    frame_put(ip + 6, 2, 0x4000); /* do not fragment */
    ip[8] = 64;
    ip[9] = talk->protocol;
    memcpy(ip + 12, address[from].octets, 4);
    memcpy(ip + 16, address[from ^ 1].octets, 4);
}

static void put_tcp(struct talk *talk, unsigned from, uint8_t flags, uint8_t *tcp)
{
    frame_put(tcp + 4, 4, talk->sequence[from]);
    if (flags & FRAME_ACK)
        frame_put(tcp + 8, 4, talk->sequence[from ^ 1]);
    tcp[12] = TCP_LEN / 4 << 4;
    tcp[13] = flags;
    frame_put(tcp + 14, 2, 64240);
    frame_put(tcp + 20, 4, 0x0101080a); /* two no-operations, timestamps of 10 octets */
    frame_put(tcp + 24, 4, 1);
    frame_put(tcp + 28, 4, 1);
}

/* Add a packet; the payload is text, filled up with octets that are none. */
static void say(struct talk *talk, unsigned from, uint8_t flags, const char *text, uint32_t length)
{
    uint8_t octets[FRAME_IP + IPV4_LEN + TCP_LEN + 1448] = {0};
    bool is_tcp = talk->protocol == 6;
    uint32_t header = is_tcp ? TCP_LEN : UDP_LEN;
    uint8_t *transport = octets + FRAME_IP + IPV4_LEN;
    size_t written = strlen(text);
    struct frame frame = {
        .at_us = (int64_t)talk->recording->count * STEP_US,
        .length = FRAME_IP + IPV4_LEN + header + length,
        .payload = FRAME_IP + IPV4_LEN + header,
        .from = (uint8_t)from,
        .octets = octets,
    };

    put_ethernet_and_ip(talk, from, octets, IPV4_LEN + header + length);
    frame_put(transport + (from == FRAME_CLIENT ? 0 : 2), 2, CLIENT_PORT);
    frame_put(transport + (from == FRAME_CLIENT ? 2 : 0), 2, talk->port);
    if (is_tcp)
        put_tcp(talk, from, flags, transport);
    else
        frame_put(transport + 4, 2, UDP_LEN + length);
    memset(octets + frame.payload, 0x55, length);
    memcpy(octets + frame.payload, text, written < length ? written : length);
    recording_add(talk->recording, &frame);
    talk->sequence[from] += length + ((flags & (FRAME_SYN | FRAME_FIN)) != 0 ? 1 : 0);
}

void recording_make_http(struct recording *recording)
{
    struct talk talk;

    talk_begin(&talk, recording, "http", 6, 80);
    say(&talk, FRAME_CLIENT, FRAME_SYN, "", 0);
    say(&talk, FRAME_SERVER, FRAME_SYN | FRAME_ACK, "", 0);
    say(&talk, FRAME_CLIENT, FRAME_ACK, "", 0);
    say(&talk, FRAME_CLIENT, FRAME_ACK | FRAME_PSH,
        "GET /download HTTP/1.1\r\nHost: download.example\r\n\r\n", 300);
    say(&talk, FRAME_SERVER, FRAME_ACK, "", 0);
    say(&talk, FRAME_SERVER, FRAME_ACK,
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n", 1448);
    recording_set_bulk(recording, recording->count - 1);
    say(&talk, FRAME_CLIENT, FRAME_ACK, "", 0);
    say(&talk, FRAME_CLIENT, FRAME_FIN | FRAME_ACK, "", 0);
    say(&talk, FRAME_SERVER, FRAME_FIN | FRAME_ACK, "", 0);
    say(&talk, FRAME_CLIENT, FRAME_ACK, "", 0);
}

void recording_make_udp(struct recording *recording)
{
    struct talk talk;

    talk_begin(&talk, recording, "udp", 17, 53);
    say(&talk, FRAME_CLIENT, 0, "", 40);
    say(&talk, FRAME_SERVER, 0, "", 120);
}

/* Long headers of version 1, then short ones (RFC 9000 section 17). */
void recording_make_quic(struct recording *recording)
{
    struct talk talk;

    talk_begin(&talk, recording, "quic", 17, 443);
    say(&talk, FRAME_CLIENT, 0, "\xc3\x01", QUIC_INITIAL);
    say(&talk, FRAME_SERVER, 0, "\xc1\x01", QUIC_INITIAL);
    say(&talk, FRAME_SERVER, 0, "\xe1\x01", QUIC_INITIAL);
    say(&talk, FRAME_CLIENT, 0, "\xe3\x01", QUIC_INITIAL);
    for (int i = 0; i < QUIC_DATAGRAMS; i++)
        say(&talk, i % 4 == 3 ? FRAME_CLIENT : FRAME_SERVER, 0, "A", i % 4 == 3 ? 40 : 1350);
}

void recording_make_syn(struct recording *recording)
{
    struct talk talk;

    talk_begin(&talk, recording, "syn", 6, 443);
    say(&talk, FRAME_CLIENT, FRAME_SYN, "", 0);
}
