/* SPDX-License-Identifier: GPL-2.0-or-later */
/* generate OUTPUT [MEBIBYTES [CONNECTIONS [SEED]]] -- write a capture of bulk TLS 1.3 downloads.
 *
 * What a gateway carries most of the time: connections whose handshake is done
 * and that move full segments. Each connection is a TCP and a TLS 1.3 handshake
 * (RFC 8446 section 2, middlebox compatibility mode), a request, a body in
 * application_data records of the largest size cut into segments of 1448 octets,
 * an ACK by the client for every second one, and an orderly end. CONCURRENT of
 * them are interleaved. MEBIBYTES (default 1024) is the size of all bodies.
 *
 * The same arguments give the same octets on every machine of one byte order.
 * Nothing is encrypted: what would be ciphertext is pseudo-random, which nobody
 * who has no key can tell.
 */
#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONCURRENT = 64,     /* connections that are open at the same time */
    BURST_SEGMENTS = 10, /* what a server sends before another has its turn: an initial window */
    SEGMENT_MAX = 1448,  /* MTU 1500 less IPv4, TCP and its timestamp option */
    ETHERNET_LEN = 14,
    IPV4_LEN = 20,
    TCP_LEN = 32, /* with the timestamp option, RFC 7323 section 3.2 */
    HEADERS_LEN = ETHERNET_LEN + IPV4_LEN + TCP_LEN,
    RECORD_HEADER_LEN = 5,
    FRAGMENT_MAX = 16384 + 1 + 16, /* content, its type and the tag of an AEAD */
    RECORD_MAX = RECORD_HEADER_LEN + FRAGMENT_MAX,
    PACKET_INTERVAL_US = 10,
    START_S = 1704067200, /* 2024-01-01 00:00:00 UTC */
};

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_PSH = 0x08, TCP_ACK = 0x10 };
enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, APPLICATION_DATA = 23 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };

struct endpoint {
    uint8_t mac;      /* last octet of a locally administered address */
    uint32_t address; /* IPv4, host order */
    uint16_t port;
    uint32_t sequence; /* of the next octet to send */
    uint16_t identification;
};

struct connection {
    struct endpoint client, server;
    uint64_t left;          /* octets of the body still to send */
    size_t position;        /* in the record that is being sent */
    unsigned acknowledging; /* segments since the client's last ACK */
    bool is_open;
};

struct output {
    pcap_dumper_t *dumper;
    uint64_t packets;
    uint64_t random; /* state of the generator, never 0 */
};

struct message {
    uint8_t octets[8192];
    size_t len;
};

/* One record of the largest size, which every body repeats. */
struct body {
    uint8_t record[RECORD_MAX];
};

/* xorshift64* (Vigna 2016): fast, and the same everywhere. */
static uint8_t random_octet(struct output *output)
{
    output->random ^= output->random >> 12;
    output->random ^= output->random << 25;
    output->random ^= output->random >> 27;
    return (uint8_t)(output->random * UINT64_C(0x2545F4914F6CDD1D) >> 56);
}

static void put_u8(struct message *message, unsigned value)
{
    if (message->len == sizeof message->octets)
        abort();
    message->octets[message->len++] = (uint8_t)value;
}

static void put_u16(struct message *message, unsigned value)
{
    put_u8(message, value >> 8);
    put_u8(message, value & 0xff);
}

static void put_u32(struct message *message, uint32_t value)
{
    put_u16(message, value >> 16);
    put_u16(message, value & 0xffff);
}

static void put_random(struct message *message, struct output *output, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_u8(message, random_octet(output));
}

static void put_text(struct message *message, const char *text)
{
    for (; *text != '\0'; text++)
        put_u8(message, (uint8_t)*text);
}

/* Leave room for a length of width octets; vector_end() fills it in. */
static size_t vector_begin(struct message *message, size_t width)
{
    for (size_t i = 0; i < width; i++)
        put_u8(message, 0);
    return message->len;
}

static void vector_end(struct message *message, size_t width, size_t begin)
{
    size_t len = message->len - begin;

    for (size_t i = 1; i <= width; i++) {
        message->octets[begin - i] = (uint8_t)len;
        len >>= 8;
    }
}

static void put_record_header(struct message *message, unsigned type, unsigned len)
{
    put_u8(message, type);
    put_u16(message, 0x0303);
    put_u16(message, len);
}

/* An encrypted record with len octets of ciphertext. */
static void put_protected(struct message *message, struct output *output, unsigned len)
{
    put_record_header(message, APPLICATION_DATA, len);
    put_random(message, output, len);
}

static void put_change_cipher_spec(struct message *message)
{
    put_record_header(message, CHANGE_CIPHER_SPEC, 1);
    put_u8(message, 1);
}

/* Extensions of the hellos, RFC 8446 section 4.2; numbers from the IANA registry. */

static void put_server_name(struct message *message)
{
    put_u16(message, 0);
    size_t extension = vector_begin(message, 2);
    size_t list = vector_begin(message, 2);
    put_u8(message, 0);
    size_t name = vector_begin(message, 2);
    put_text(message, "download.example");
    vector_end(message, 2, name);
    vector_end(message, 2, list);
    vector_end(message, 2, extension);
}

static void put_list(struct message *message, unsigned extension_type, size_t width,
                     const uint16_t *values, size_t count)
{
    put_u16(message, extension_type);
    size_t extension = vector_begin(message, 2);
    size_t list = vector_begin(message, width);
    for (size_t i = 0; i < count; i++)
        put_u16(message, values[i]);
    vector_end(message, width, list);
    vector_end(message, 2, extension);
}

static void put_key_share_entry(struct message *message, struct output *output)
{
    put_u16(message, 0x001d); /* x25519 */
    put_u16(message, 32);
    put_random(message, output, 32);
}

static void put_client_key_share(struct message *message, struct output *output)
{
    put_u16(message, 51);
    size_t extension = vector_begin(message, 2);
    size_t shares = vector_begin(message, 2);
    put_key_share_entry(message, output);
    vector_end(message, 2, shares);
    vector_end(message, 2, extension);
}

static void put_client_extensions(struct message *message, struct output *output)
{
    static const uint16_t versions[] = {0x0304, 0x0303};
    static const uint16_t groups[] = {0x001d, 0x0017, 0x0018};
    static const uint16_t schemes[] = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501};

    put_server_name(message);
    put_list(message, 43, 1, versions, sizeof versions / sizeof *versions);
    put_list(message, 10, 2, groups, sizeof groups / sizeof *groups);
    put_list(message, 13, 2, schemes, sizeof schemes / sizeof *schemes);
    put_client_key_share(message, output);
}

static void put_client_hello(struct message *message, struct output *output)
{
    put_u8(message, HANDSHAKE);
    put_u16(message, 0x0301);
    size_t record = vector_begin(message, 2);
    put_u8(message, CLIENT_HELLO);
    size_t hello = vector_begin(message, 3);
    put_u16(message, 0x0303);
    put_random(message, output, 32);
    put_u8(message, 32);
    put_random(message, output, 32);
    put_u16(message, 6);
    put_u16(message, 0x1301);
    put_u16(message, 0x1302);
    put_u16(message, 0xc02f);
    put_u16(message, 0x0100); /* compression_methods: null */
    size_t extensions = vector_begin(message, 2);
    put_client_extensions(message, output);
    vector_end(message, 2, extensions);
    vector_end(message, 3, hello);
    vector_end(message, 2, record);
}

/* session_id: the 32 octets that the client sent. */
static void put_server_hello(struct message *message, struct output *output,
                             const uint8_t *session_id)
{
    put_u8(message, HANDSHAKE);
    put_u16(message, 0x0303);
    size_t record = vector_begin(message, 2);
    put_u8(message, SERVER_HELLO);
    size_t hello = vector_begin(message, 3);
    put_u16(message, 0x0303);
    put_random(message, output, 32);
    put_u8(message, 32);
    for (size_t i = 0; i < 32; i++)
        put_u8(message, session_id[i]);
    put_u16(message, 0x1301);
    put_u8(message, 0);
    size_t extensions = vector_begin(message, 2);
    put_u16(message, 43);
    put_u16(message, 2);
    put_u16(message, 0x0304);
    put_u16(message, 51);
    put_u16(message, 36);
    put_key_share_entry(message, output);
    vector_end(message, 2, extensions);
    vector_end(message, 3, hello);
    vector_end(message, 2, record);
}

/* The server's first flight, RFC 8446 section 2: ServerHello, then protected
 * EncryptedExtensions, Certificate with an intermediate, CertificateVerify, Finished. */
static void put_server_flight(struct message *message, struct output *output,
                              const uint8_t *session_id)
{
    put_server_hello(message, output, session_id);
    put_change_cipher_spec(message);
    put_protected(message, output, 23);
    put_protected(message, output, 2600);
    put_protected(message, output, 281);
    put_protected(message, output, 53);
}

/* The ones' complement sum of RFC 1071, not yet folded. */
static uint32_t checksum_add(uint32_t sum, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)octets[i] << 8 | octets[i + 1];
    if (len % 2 != 0)
        sum += (uint32_t)octets[len - 1] << 8;
    return sum;
}

static void checksum_store(uint32_t sum, uint8_t *out)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    sum = ~sum & 0xffff;
    out[0] = (uint8_t)(sum >> 8);
    out[1] = (uint8_t)sum;
}

static void put_ethernet(struct message *packet, const struct endpoint *from,
                         const struct endpoint *to)
{
    put_u32(packet, 0x02000000);
    put_u16(packet, to->mac);
    put_u32(packet, 0x02000000);
    put_u16(packet, from->mac);
    put_u16(packet, 0x0800);
}

static void put_ipv4(struct message *packet, struct endpoint *from, const struct endpoint *to,
                     size_t payload_len)
{
    uint8_t *header = packet->octets + packet->len;

    put_u16(packet, 0x4500);
    put_u16(packet, (unsigned)(IPV4_LEN + TCP_LEN + payload_len));
    put_u16(packet, from->identification++);
    put_u16(packet, 0x4000); /* do not fragment */
    put_u16(packet, 64 << 8 | IPPROTO_TCP);
    put_u16(packet, 0);
    put_u32(packet, from->address);
    put_u32(packet, to->address);
    checksum_store(checksum_add(0, header, IPV4_LEN), header + 10);
}

/* now: the value of the timestamp option. */
static void put_tcp(struct message *packet, const struct endpoint *from, const struct endpoint *to,
                    unsigned flags, uint32_t now)
{
    put_u16(packet, from->port);
    put_u16(packet, to->port);
    put_u32(packet, from->sequence);
    put_u32(packet, (flags & TCP_ACK) != 0 ? to->sequence : 0);
    put_u16(packet, TCP_LEN / 4 << 12 | flags);
    put_u16(packet, 64240);
    put_u16(packet, 0);
    put_u16(packet, 0);
    put_u32(packet, 0x0101080a); /* two no-operations, timestamps of 10 octets */
    put_u32(packet, now);
    put_u32(packet, (flags & TCP_ACK) != 0 ? now : 0);
}

/* Write one segment and move the sender's sequence number on. */
static void segment_write(struct output *output, struct endpoint *from, const struct endpoint *to,
                          unsigned flags, const uint8_t *payload, size_t len)
{
    uint64_t now_us = output->packets * PACKET_INTERVAL_US;
    struct message packet = {.len = 0};

    put_ethernet(&packet, from, to);
    put_ipv4(&packet, from, to, len);
    put_tcp(&packet, from, to, flags, (uint32_t)(now_us / 1000));
    if (len > 0)
        memcpy(packet.octets + packet.len, payload, len);
    packet.len += len;

    uint8_t *tcp = packet.octets + ETHERNET_LEN + IPV4_LEN;
    uint32_t sum = checksum_add(IPPROTO_TCP + TCP_LEN + (uint32_t)len, tcp - 8, 8);
    checksum_store(checksum_add(sum, tcp, TCP_LEN + len), tcp + 16);

    struct pcap_pkthdr header = {
        .ts = {.tv_sec = START_S + (time_t)(now_us / 1000000),
               .tv_usec = (suseconds_t)(now_us % 1000000)},
        .caplen = (bpf_u_int32)packet.len,
        .len = (bpf_u_int32)packet.len,
    };
    pcap_dump((u_char *)output->dumper, &header, packet.octets);
    output->packets++;
    from->sequence += (uint32_t)len + ((flags & (TCP_SYN | TCP_FIN)) != 0 ? 1 : 0);
}

static void message_send(struct output *output, struct endpoint *from, struct endpoint *to,
                         const struct message *message)
{
    for (size_t sent = 0; sent < message->len; sent += SEGMENT_MAX) {
        size_t left = message->len - sent;
        size_t len = left < SEGMENT_MAX ? left : SEGMENT_MAX;

        segment_write(output, from, to, len == left ? TCP_ACK | TCP_PSH : TCP_ACK,
                      message->octets + sent, len);
    }
    segment_write(output, to, from, TCP_ACK, NULL, 0);
}

static void tcp_open(struct output *output, struct connection *connection)
{
    struct endpoint *client = &connection->client;
    struct endpoint *server = &connection->server;

    segment_write(output, client, server, TCP_SYN, NULL, 0);
    segment_write(output, server, client, TCP_SYN | TCP_ACK, NULL, 0);
    segment_write(output, client, server, TCP_ACK, NULL, 0);
}

static void tls_open(struct output *output, struct connection *connection)
{
    enum { SESSION_ID_AT = 5 + 4 + 2 + 32 + 1 };
    struct endpoint *client = &connection->client;
    struct endpoint *server = &connection->server;
    struct message hello = {.len = 0};
    struct message flight = {.len = 0};
    struct message finished = {.len = 0};

    put_client_hello(&hello, output);
    message_send(output, client, server, &hello);
    put_server_flight(&flight, output, hello.octets + SESSION_ID_AT);
    message_send(output, server, client, &flight);
    put_change_cipher_spec(&finished);
    put_protected(&finished, output, 53);
    put_protected(&finished, output, 220); /* the request */
    message_send(output, client, server, &finished);
}

/* The number-th connection, with octets of body to send. */
static void connection_open(struct output *output, struct connection *connection, uint32_t number,
                            uint64_t octets)
{
    *connection = (struct connection){
        .client = {.mac = 1,
                   .address = 0x0a000001 + number % 4096,
                   .port = (uint16_t)(32768 + number % 28000),
                   .sequence = number * 2654435761U},
        .server = {.mac = 2,
                   .address = 0xc0000201 + number % 200, /* 192.0.2.0/24, RFC 5737 */
                   .port = 443,
                   .sequence = number * 2246822519U},
        .left = octets,
        .is_open = true,
    };
    tcp_open(output, connection);
    tls_open(output, connection);
}

static void connection_close(struct output *output, struct connection *connection)
{
    struct endpoint *client = &connection->client;
    struct endpoint *server = &connection->server;
    struct message close_notify = {.len = 0};

    put_protected(&close_notify, output, 19);
    message_send(output, client, server, &close_notify);
    segment_write(output, client, server, TCP_FIN | TCP_ACK, NULL, 0);
    segment_write(output, server, client, TCP_FIN | TCP_ACK, NULL, 0);
    segment_write(output, client, server, TCP_ACK, NULL, 0);
    connection->is_open = false;
}

/* Fill segment with what the body has next, which wraps from record to record. */
static void body_read(const struct body *body, struct connection *connection, uint8_t *segment,
                      size_t len)
{
    for (size_t done = 0; done < len;) {
        size_t rest = sizeof body->record - connection->position;
        size_t part = len - done < rest ? len - done : rest;

        memcpy(segment + done, body->record + connection->position, part);
        connection->position = (connection->position + part) % sizeof body->record;
        done += part;
    }
}

static void connection_send(struct output *output, struct connection *connection,
                            const struct body *body)
{
    uint8_t segment[SEGMENT_MAX];

    for (unsigned i = 0; i < BURST_SEGMENTS && connection->left > 0; i++) {
        size_t len = connection->left < SEGMENT_MAX ? (size_t)connection->left : SEGMENT_MAX;

        body_read(body, connection, segment, len);
        segment_write(output, &connection->server, &connection->client, TCP_ACK, segment, len);
        connection->left -= len;
        if (++connection->acknowledging % 2 == 0)
            segment_write(output, &connection->client, &connection->server, TCP_ACK, NULL, 0);
    }
}

static void body_fill(struct body *body, struct output *output)
{
    struct message header = {.len = 0};

    put_record_header(&header, APPLICATION_DATA, FRAGMENT_MAX);
    memcpy(body->record, header.octets, RECORD_HEADER_LEN);
    for (size_t i = RECORD_HEADER_LEN; i < sizeof body->record; i++)
        body->record[i] = random_octet(output);
}

/* One connection's turn. True when it closed. */
static bool connection_turn(struct output *output, struct connection *connection,
                            const struct body *body)
{
    connection_send(output, connection, body);
    if (connection->left > 0)
        return false;
    connection_close(output, connection);
    return true;
}

/* octets: of the body of each connection, whole records. */
static void write_downloads(struct output *output, uint32_t connections, uint64_t octets)
{
    static struct connection open[CONCURRENT];
    static struct body body;
    uint32_t opened = 0;
    uint32_t closed = 0;

    body_fill(&body, output);
    for (size_t i = 0; closed < connections; i = (i + 1) % CONCURRENT) {
        if (!open[i].is_open && opened < connections)
            connection_open(output, &open[i], opened++, octets);
        if (open[i].is_open && connection_turn(output, &open[i], &body))
            closed++;
    }
}

/* A whole number from 1 to max, or 0. */
static uint64_t number_read(const char *text, uint64_t max)
{
    char *end;
    uint64_t value = strtoull(text, &end, 10);

    return *text >= '0' && *text <= '9' && *end == '\0' && value <= max ? value : 0;
}

static int output_close(struct output *output, const char *path)
{
    int failed = pcap_dump_flush(output->dumper) != 0 || ferror(pcap_dump_file(output->dumper));

    pcap_dump_close(output->dumper);
    if (failed)
        fprintf(stderr, "generate: %s: cannot write\n", path);
    return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    uint64_t mebibytes = argc > 2 ? number_read(argv[2], 1 << 20) : 1024;
    uint32_t connections = argc > 3 ? (uint32_t)number_read(argv[3], 10000000) : 1000;
    uint64_t seed = argc > 4 ? number_read(argv[4], UINT64_MAX) : 1;

    if (argc < 2 || argc > 5 || mebibytes == 0 || connections == 0 || seed == 0) {
        fprintf(stderr, "usage: generate OUTPUT [MEBIBYTES [CONNECTIONS [SEED]]]\n");
        return 2;
    }
    pcap_t *format = pcap_open_dead(DLT_EN10MB, 262144);
    struct output output = {.random = seed};
    if (format == NULL || (output.dumper = pcap_dump_open(format, argv[1])) == NULL) {
        fprintf(stderr, "generate: %s\n", format == NULL ? "no memory" : pcap_geterr(format));
        return 1;
    }
    uint64_t records = (mebibytes << 20) / connections / RECORD_MAX;
    write_downloads(&output, connections, (records > 0 ? records : 1) * RECORD_MAX);
    int status = output_close(&output, argv[1]);
    pcap_close(format);
    return status;
}
