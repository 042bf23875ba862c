/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/play.h"

#include <stdio.h>
#include <stdlib.h>

#include "dissect/openvpn.h"
#include "dissect/tds.h"
#include "dissect/tls.h"

#define STEP_NS INT64_C(1000000)

enum { FRAGMENT_MAX = 20000, CLIENT_PORT = 40000, OTHER_PORT = 40001 };

static void copy_octets(char *out, size_t size, struct bytes octets)
{
    size_t length = octets.len < size ? octets.len : size - 1;

    if (length > 0)
        memcpy(out, octets.data, length);
    out[length] = '\0';
}

static void copy_text(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%s", text != NULL ? text : "");
}

static void keep_findings(struct play *play, const struct verdict *verdict)
{
    size_t used = 0;

    play->findings[0] = '\0';
    for (size_t i = 0; i < verdict->finding_count && used < sizeof(play->findings); i++)
        used += (size_t)snprintf(play->findings + used, sizeof(play->findings) - used, "%s ",
                                 verdict->findings[i].id);
}

static bool is_framing_lost(const struct handshake *handshake)
{
    for (size_t i = 0; i < handshake->note_count; i++)
        if (handshake->notes[i].kind == NOTE_MALFORMED)
            return true;
    return false;
}

static void keep_verdict(void *context, const struct verdict *verdict)
{
    struct play *play = context;
    const struct facts *facts = verdict->facts;

    if (facts->connection->endpoint[SIDE_CLIENT].port == OTHER_PORT)
        return;
    play->verdicts++;
    play->outcome = verdict->outcome;
    play->stage = verdict->stage;
    play->refused_by = verdict->refused_by;
    play->refusal = facts->refusal.kind;
    play->refused = facts->refusal.by;
    play->alert = facts->refusal.alert;
    play->version = facts->version;
    play->resumed = facts->resumed;
    play->switched = facts->handshake->switched;
    play->starttls_refused = facts->starttls.refused;
    play->starttls_status = facts->starttls.status;
    play->starttls_answered = moment_seen(facts->starttls.answered_at);
    play->target_port = facts->starttls.target.port;
    play->proxy = facts->proxy;
    copy_octets(play->starttls_reply, sizeof(play->starttls_reply), facts->starttls.reply);
    copy_octets(play->server_name, sizeof(play->server_name), facts_server_name(facts));
    play->framing_lost = is_framing_lost(facts->handshake);
    play->client_port = facts->connection->endpoint[SIDE_CLIENT].port;
    play->prelude[SIDE_CLIENT] = facts->prelude[SIDE_CLIENT];
    play->prelude[SIDE_SERVER] = facts->prelude[SIDE_SERVER];
    play->confidence = verdict->confidence;
    copy_text(play->cause, sizeof(play->cause), verdict->cause != NULL ? verdict->cause->id : "");
    copy_text(play->incomplete, sizeof(play->incomplete), verdict->incomplete_reason);
    keep_findings(play, verdict);
}

static void set_ends(struct segment *segment, enum side from, uint16_t client_port,
                     uint16_t server_port)
{
    static const struct address addresses[SIDES] = {{{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}},
                                                    {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 2}}};
    const uint16_t ports[SIDES] = {client_port, server_port};
    enum side to = side_other(from);

    segment->half = (uint8_t)flow_key_of(&addresses[from], ports[from], &addresses[to], ports[to],
                                         &segment->key);
}

struct segment play_segment(struct play *play, enum side from, uint8_t flags)
{
    struct segment segment;

    play->now_ns += play->step_ns;
    segment = (struct segment){
        .at = {.time_ns = play->now_ns, .packet = ++play->packets},
        .sequence = play->next[from],
        .acknowledgment = play->next[side_other(from)],
        .window = 65535,
        .flags = flags,
        .hop_limit = from == SIDE_CLIENT ? 64 : 60,
        .ip_id = (uint16_t)play->packets,
        .ip_length = 40,
    };
    set_ends(&segment, from, CLIENT_PORT, play->server_port);
    return segment;
}

/* A segment that is captured late, with a copy of its payload. */
struct kept_segment {
    struct kept_segment *earlier;
    struct segment segment;
    uint8_t octets[];
};

static void keep(struct play *play, const struct segment *segment)
{
    struct kept_segment *kept = malloc(sizeof(*kept) + segment->payload.len);

    if (kept == NULL)
        abort();
    kept->earlier = play->kept;
    kept->segment = *segment;
    if (segment->payload.len > 0)
        memcpy(kept->octets, segment->payload.data, segment->payload.len);
    kept->segment.payload = bytes_of(kept->octets, segment->payload.len);
    play->kept = kept;
}

/* All that were kept, in the order in which they were sent. */
static void give_kept(struct play *play)
{
    struct kept_segment *next = NULL;

    while (play->kept != NULL) {
        struct kept_segment *kept = play->kept;

        play->kept = kept->earlier;
        kept->earlier = next;
        next = kept;
    }
    while (next != NULL) {
        struct kept_segment *kept = next;

        next = kept->earlier;
        kept->segment.at.packet = ++play->packets;
        connections_segment(play->connections, &kept->segment);
        free(kept);
    }
}

void play_give(struct play *play, const struct segment *segment)
{
    bool is_server = segment_source_port(segment) == play->server_port;

    if (play->late[is_server ? SIDE_SERVER : SIDE_CLIENT])
        keep(play, segment);
    else
        connections_segment(play->connections, segment);
}

static void send_flags(struct play *play, enum side from, uint8_t flags)
{
    struct segment segment = play_segment(play, from, flags);

    play_give(play, &segment);
    if ((flags & (TCP_SYN | TCP_FIN)) != 0)
        play->next[from]++;
}

static void start(struct play *play, uint16_t server_port, size_t piece, size_t memory_max)
{
    struct tracker_options tracker_options = {.memory_max = memory_max, .examine_all = true};
    struct connections_options options = connections_options_default();
    struct verdict_sink sink = {.context = play, .take = keep_verdict};
    struct connection_handler handler;

    *play = (struct play){
        .piece = piece,
        .server_port = server_port,
        .now_ns = INT64_C(1000000000000),
        .step_ns = STEP_NS,
        .next = {100000, 4294967000u}, /* the server's numbers wrap around on the way */
    };
    play->tracker = tracker_new(&tracker_options, &sink);
    if (play->tracker == NULL)
        abort();
    handler = tracker_handler(play->tracker);
    play->connections = connections_new(&options, &handler);
    if (play->connections == NULL)
        abort();
}

void play_begin(struct play *play, uint16_t server_port, size_t piece)
{
    play_begin_within(play, server_port, piece, 1 << 20);
}

void play_begin_within(struct play *play, uint16_t server_port, size_t piece, size_t memory_max)
{
    start(play, server_port, piece, memory_max);
    send_flags(play, SIDE_CLIENT, TCP_SYN);
    send_flags(play, SIDE_SERVER, TCP_SYN | TCP_ACK);
    send_flags(play, SIDE_CLIENT, TCP_ACK);
}

void play_begin_midway(struct play *play, size_t piece)
{
    start(play, 443, piece, 1 << 20);
}

void play_syn(struct play *play)
{
    send_flags(play, SIDE_CLIENT, TCP_SYN);
}

/* The piece of data at offset, as one segment. */
static void send_piece(struct play *play, enum side from, struct bytes data, size_t offset)
{
    size_t length = play->piece > 0 ? play->piece : data.len;
    struct segment segment = play_segment(play, from, TCP_ACK);

    if (length > data.len - offset)
        length = data.len - offset;
    segment.payload = bytes_of(data.data + offset, length);
    segment.payload_length = (uint32_t)length;
    segment.sequence += (uint32_t)offset;
    segment.ip_length += (uint32_t)length;
    play_give(play, &segment);
    if (play->doubled)
        play_give(play, &segment);
}

void play_octets(struct play *play, enum side from, const void *data, size_t length)
{
    struct bytes octets = bytes_of(data, length);
    size_t piece = play->piece > 0 ? play->piece : length;

    for (size_t offset = 0; offset < length; offset += piece) {
        bool is_pair = play->swapped && length - offset > piece;

        if (is_pair)
            send_piece(play, from, octets, offset + piece);
        send_piece(play, from, octets, offset);
        if (is_pair)
            offset += piece;
    }
    play->next[from] += (uint32_t)length;
    send_flags(play, side_other(from), TCP_ACK);
}

void play_text(struct play *play, enum side from, const char *text)
{
    play_octets(play, from, text, strlen(text));
}

/* Octets of records, each so many in a packet. */
static void send_in_packets(struct play *play, enum side from, const uint8_t *octets, size_t length)
{
    for (size_t offset = 0; offset < length; offset += play->tds) {
        uint8_t packet[TDS_HEADER_LENGTH + FRAGMENT_MAX + TLS_RECORD_HEADER_LENGTH] = {
            TDS_PRELOGIN};
        size_t left = length - offset;
        size_t part = left < play->tds ? left : play->tds;

        packet[1] = part == left;
        packet[2] = (uint8_t)((TDS_HEADER_LENGTH + part) >> 8);
        packet[3] = (uint8_t)(TDS_HEADER_LENGTH + part);
        memcpy(packet + TDS_HEADER_LENGTH, octets + offset, part);
        play_octets(play, from, packet, TDS_HEADER_LENGTH + part);
    }
}

/* A packet of the control channel. */
static void send_openvpn(struct play *play, enum side from, uint8_t opcode, unsigned acks,
                         struct bytes content)
{
    enum { REPLAY_LENGTH = 8, FIRST_PACKET = 1 };
    uint8_t packet[OPENVPN_HEADER_MAX + FRAGMENT_MAX + TLS_RECORD_HEADER_LENGTH] = {0};
    size_t length = 2 + 1 + 8;

    packet[2] = (uint8_t)(opcode << 3);
    packet[3] = from == SIDE_CLIENT ? 'C' : 'S';
    if (play->openvpn_authentication > 0)
        packet[length + play->openvpn_authentication - REPLAY_LENGTH + 3] = FIRST_PACKET;
    length += play->openvpn_authentication;
    packet[length++] = (uint8_t)acks;
    length += acks > 0 ? acks * 4 + 8 : 0;
    packet[length + 3] = (uint8_t)play->openvpn_message[from];
    length += 4;
    memcpy(packet + length, content.data, content.len);
    length += content.len;
    packet[0] = (uint8_t)((length - 2) >> 8);
    packet[1] = (uint8_t)(length - 2);
    play_octets(play, from, packet, length);
}

void play_openvpn_opening(struct play *play)
{
    memset(play->openvpn_message, 0, sizeof(play->openvpn_message));
    send_openvpn(play, SIDE_CLIENT, 7, 0, bytes_of("", 0));
    send_openvpn(play, SIDE_SERVER, 8, 1, bytes_of("", 0));
}

void play_openvpn_again(struct play *play, enum side from, struct bytes content)
{
    send_openvpn(play, from, 4, 0, content);
}

void play_openvpn_message(struct play *play, enum side from, unsigned acks, struct bytes content)
{
    play->openvpn_message[from]++;
    send_openvpn(play, from, 4, acks, content);
}

static void send_in_messages(struct play *play, enum side from, const uint8_t *octets,
                             size_t length)
{
    for (size_t offset = 0; offset < length; offset += play->openvpn) {
        size_t left = length - offset;
        size_t part = left < play->openvpn ? left : play->openvpn;

        play_openvpn_message(play, from, play->openvpn_message[from] % 3,
                             bytes_of(octets + offset, part));
    }
}

void play_record(struct play *play, enum side from, uint8_t type, struct bytes fragment)
{
    uint8_t record[TLS_RECORD_HEADER_LENGTH + FRAGMENT_MAX] = {
        type, 3, 3, (uint8_t)(fragment.len >> 8), (uint8_t)fragment.len};

    if (fragment.len > FRAGMENT_MAX)
        abort();
    if (fragment.len > 0)
        memcpy(record + TLS_RECORD_HEADER_LENGTH, fragment.data, fragment.len);
    if (play->openvpn > 0)
        send_in_messages(play, from, record, TLS_RECORD_HEADER_LENGTH + fragment.len);
    else if (play->tds > 0)
        send_in_packets(play, from, record, TLS_RECORD_HEADER_LENGTH + fragment.len);
    else
        play_octets(play, from, record, TLS_RECORD_HEADER_LENGTH + fragment.len);
}

void play_protected(struct play *play, enum side from, uint8_t type, size_t length)
{
    static const uint8_t zeros[FRAGMENT_MAX];

    play_record(play, from, type, bytes_of(zeros, length));
}

void play_message(struct play *play, enum side from, uint8_t type, struct bytes body)
{
    uint8_t message[TLS_HANDSHAKE_HEADER_LENGTH + FRAGMENT_MAX / 2] = {
        type, 0, (uint8_t)(body.len >> 8), (uint8_t)body.len};

    if (body.len > FRAGMENT_MAX / 2)
        abort();
    if (body.len > 0)
        memcpy(message + TLS_HANDSHAKE_HEADER_LENGTH, body.data, body.len);
    play_record(play, from, TLS_CONTENT_HANDSHAKE,
                bytes_of(message, TLS_HANDSHAKE_HEADER_LENGTH + body.len));
}

void play_alert(struct play *play, enum side from, uint8_t level, uint8_t description)
{
    const uint8_t alert[] = {level, description};

    play_record(play, from, TLS_CONTENT_ALERT, bytes_of(alert, sizeof(alert)));
}

void play_change_cipher_spec(struct play *play, enum side from)
{
    play_record(play, from, TLS_CONTENT_CHANGE_CIPHER_SPEC, bytes_of("\1", 1));
}

/* version, random, session ID, suites, compression */
#define HELLO_RANDOM "0123456789abcdef0123456789abcdef"

void play_client_hello(struct play *play, bool tls13)
{
    static const char plain[] = "\x03\x03" HELLO_RANDOM "\0" /* no session ID */
                                "\0\x04\xc0\x2f\xc0\x30"     /* ECDHE_RSA with AES-GCM */
                                "\1\0"                       /* null compression */
                                "\0\x05\xff\x01\0\1\0";      /* renegotiation_info */
    static const char with_1_3[] = "\x03\x03" HELLO_RANDOM "\0"
                                   "\0\x04\x13\x01\xc0\x2f" /* AES_128_GCM_SHA256, ECDHE_RSA */
                                   "\1\0"
                                   "\0\x09\0\x2b\0\x05\x04\x03\x04\x03\x03"; /* 1.3, 1.2 */

    play_message(play, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO,
                 tls13 ? bytes_of(with_1_3, sizeof(with_1_3) - 1)
                       : bytes_of(plain, sizeof(plain) - 1));
}

void play_server_hello(struct play *play, bool tls13)
{
    static const char plain[] = "\x03\x03" HELLO_RANDOM "\0\xc0\x2f\0\0\x05\xff\x01\0\1\0";

    if (tls13)
        play_server_hello_1_3(play, 0x1301); /* TLS_AES_128_GCM_SHA256 */
    else
        play_message(play, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO,
                     bytes_of(plain, sizeof(plain) - 1));
}

void play_server_hello_1_3(struct play *play, uint16_t suite)
{
    enum { SUITE_AT = 2 + 32 + 1 };
    uint8_t body[] = "\x03\x03" HELLO_RANDOM "\0\0\0\0\0\x06\0\x2b\0\x02\x03\x04";

    body[SUITE_AT] = (uint8_t)(suite >> 8);
    body[SUITE_AT + 1] = (uint8_t)suite;
    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO, bytes_of(body, sizeof(body) - 1));
}

void play_retry(struct play *play)
{
    static const uint8_t random[] = TLS_HELLO_RETRY_REQUEST_RANDOM;
    uint8_t body[2 + sizeof(random) + 12] = {3, 3};
    static const uint8_t rest[12] = {0, 0x13, 0x01, 0, 0, 6, 0, 0x2b, 0, 2, 3, 4};

    memcpy(body + 2, random, sizeof(random));
    memcpy(body + 2 + sizeof(random), rest, sizeof(rest));
    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO, bytes_of(body, sizeof(body)));
}

void play_server_flight(struct play *play)
{
    static const char certificate[] = "\0\0\x06\0\0\x03\1\2\3";

    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE,
                 bytes_of(certificate, sizeof(certificate) - 1));
    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
}

void play_client_finishes(struct play *play)
{
    play_message(play, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("0123", 4));
    play_change_cipher_spec(play, SIDE_CLIENT);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, 40);
}

void play_server_finishes(struct play *play)
{
    play_change_cipher_spec(play, SIDE_SERVER);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, 40);
}

void play_finish(struct play *play)
{
    play_server_flight(play);
    play_client_finishes(play);
    play_server_finishes(play);
}

void play_handshake(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_finish(play);
}

void play_missing(struct play *play, enum side from, uint32_t missing)
{
    play->next[from] += missing;
    send_flags(play, side_other(from), TCP_ACK);
}

void play_fin(struct play *play, enum side by)
{
    send_flags(play, by, TCP_FIN | TCP_ACK);
    send_flags(play, side_other(by), TCP_ACK);
}

void play_reset(struct play *play, enum side by)
{
    send_flags(play, by, TCP_RST | TCP_ACK);
}

void play_end(struct play *play)
{
    give_kept(play);
    connections_finish(play->connections);
    connections_free(play->connections);
    tracker_free(play->tracker);
}

void play_end_after(struct play *play, int64_t silence_ns)
{
    const int64_t step_ns = 10 * SECOND_NS;
    struct segment other;

    for (int64_t passed_ns = step_ns; passed_ns < silence_ns; passed_ns += step_ns)
        connections_advance(play->connections, play->now_ns + passed_ns);
    play->now_ns += silence_ns;
    other = play_segment(play, SIDE_CLIENT, TCP_SYN);
    set_ends(&other, SIDE_CLIENT, OTHER_PORT, play->server_port);
    give_kept(play);
    connections_segment(play->connections, &other);
    play_end(play);
}
