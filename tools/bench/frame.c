/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/bench/frame.h"

#include <string.h>

enum {
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    IPV4_LEN = 20,
    IPV6_LEN = 40,
    TCP_LEN = 20,
    UDP_LEN = 8,
    ICMP_LEN = 8,
    ICMP_QUOTED = 8, /* octets of TCP that every ICMP error quotes: ports and sequence number */
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_SACK = 5
};

uint32_t frame_get(const uint8_t *octets, size_t width)
{
    uint32_t value = 0;

    for (size_t i = 0; i < width; i++)
        value = value << 8 | octets[i];
    return value;
}

void frame_put(uint8_t *octets, size_t width, uint32_t value)
{
    for (size_t i = width; i > 0; i--) {
        octets[i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

bool frame_is_ipv6(const struct frame *frame)
{
    return frame->octets[FRAME_IP] >> 4 == 6;
}

static size_t address_length(const struct frame *frame)
{
    return frame_is_ipv6(frame) ? 16 : 4;
}

/* Where the source address stands; the destination follows. */
static uint8_t *addresses(const struct frame *frame)
{
    return frame->octets + FRAME_IP + (frame_is_ipv6(frame) ? 8 : 12);
}

static uint8_t protocol(const struct frame *frame)
{
    return frame->octets[FRAME_IP + (frame_is_ipv6(frame) ? 6 : 9)];
}

/* What IP carries. */
static uint8_t *transport(const struct frame *frame)
{
    uint8_t *ip = frame->octets + FRAME_IP;

    return ip + (frame_is_ipv6(frame) ? IPV6_LEN : (ip[0] & 0x0f) * 4);
}

static uint32_t transport_length(const struct frame *frame)
{
    return frame->length - (uint32_t)(transport(frame) - frame->octets);
}

bool frame_is_tcp(const struct frame *frame)
{
    return protocol(frame) == PROTOCOL_TCP;
}

uint8_t frame_flags(const struct frame *frame)
{
    return frame_is_tcp(frame) ? transport(frame)[13] : 0;
}

uint32_t frame_sequence(const struct frame *frame)
{
    return frame_get(transport(frame) + 4, 4);
}

uint32_t frame_acknowledgment(const struct frame *frame)
{
    return frame_get(transport(frame) + 8, 4);
}

uint32_t frame_payload_length(const struct frame *frame)
{
    return frame->length - frame->payload;
}

static struct frame_address address_at(const struct frame *frame, const uint8_t *octets)
{
    struct frame_address address = {{0}};

    memcpy(address.octets, octets, address_length(frame));
    return address;
}

struct frame_address frame_source(const struct frame *frame)
{
    return address_at(frame, addresses(frame));
}

struct frame_address frame_destination(const struct frame *frame)
{
    return address_at(frame, addresses(frame) + address_length(frame));
}

/* Cut the frame to what IP says: short frames have padding. False: less is there. */
static bool bound_by_ip(struct frame *frame)
{
    uint8_t *ip = frame->octets + FRAME_IP;
    uint32_t length;

    if (frame->length < FRAME_IP + IPV6_LEN)
        return false;
    length = frame_is_ipv6(frame) ? IPV6_LEN + frame_get(ip + 4, 2) : frame_get(ip + 2, 2);
    if (FRAME_IP + length > frame->length || length < IPV4_LEN)
        return false;
    frame->length = FRAME_IP + length;
    return true;
}

static uint8_t sender(const struct frame *frame, const struct frame_address old[2])
{
    struct frame_address source = frame_source(frame);

    for (int side = FRAME_CLIENT; side <= FRAME_SERVER; side++)
        if (memcmp(&source, &old[side], sizeof(source)) == 0)
            return (uint8_t)side;
    return FRAME_OTHER;
}

bool frame_examine(struct frame *frame, const struct frame_address old[2])
{
    uint32_t header;

    if (frame->length < FRAME_IP + IPV6_LEN || !bound_by_ip(frame)
        || (frame->octets[FRAME_IP] >> 4 != 4 && !frame_is_ipv6(frame)))
        return false;
    frame->from = sender(frame, old);
    frame->payload = frame->length;
    if (protocol(frame) == PROTOCOL_ICMP)
        return transport_length(frame) >= ICMP_LEN + IPV4_LEN + ICMP_QUOTED;
    if (protocol(frame) != PROTOCOL_TCP && protocol(frame) != PROTOCOL_UDP)
        return false;
    if (transport_length(frame) < (frame_is_tcp(frame) ? TCP_LEN : UDP_LEN))
        return false;
    header = frame_is_tcp(frame) ? (uint32_t)(transport(frame)[12] >> 4) * 4 : UDP_LEN;
    if (header > transport_length(frame))
        return false;
    frame->payload = frame->length - transport_length(frame) + header;
    return true;
}

/* The ones' complement sum of RFC 1071, not yet folded. */
static uint64_t checksum_add(uint64_t sum, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)octets[i] << 8 | octets[i + 1];
    if (length % 2 != 0)
        sum += (uint32_t)octets[length - 1] << 8;
    return sum;
}

static void checksum_store(uint64_t sum, uint8_t *out)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    frame_put(out, 2, (uint32_t)~sum & 0xffff);
}

static void make_checksums(struct frame *frame)
{
    uint8_t *ip = frame->octets + FRAME_IP;
    uint8_t *segment = transport(frame);
    uint32_t length = transport_length(frame);
    size_t at = frame_is_tcp(frame) ? 16 : protocol(frame) == PROTOCOL_UDP ? 6 : 2;
    uint64_t sum = 0;

    if (protocol(frame) != PROTOCOL_ICMP)
        sum = checksum_add((uint64_t)protocol(frame) + length, addresses(frame),
                           2 * address_length(frame));
    memset(segment + at, 0, 2);
    checksum_store(checksum_add(sum, segment, length), segment + at);
    if (frame_is_ipv6(frame))
        return;
    memset(ip + 10, 0, 2);
    checksum_store(checksum_add(0, ip, (size_t)(ip[0] & 0x0f) * 4), ip + 10);
}

static void add(uint8_t *octets, size_t width, uint32_t increment)
{
    frame_put(octets, width, frame_get(octets, width) + increment);
}

/* SACK blocks are sequence numbers of the other side (RFC 2018). */
static void shift_sack(uint8_t *options, size_t length, uint32_t increment)
{
    for (size_t i = 0; i < length && options[i] != OPTION_END;) {
        size_t size = options[i] == OPTION_NOP ? 1 : i + 1 < length ? options[i + 1] : 0;

        if (size == 0 || size > length - i)
            return;
        if (options[i] == OPTION_SACK)
            for (size_t edge = 2; edge + 4 <= size; edge += 4)
                add(options + i + edge, 4, increment);
        i += size;
    }
}

/* A RST with number 0 answers a segment without an ACK (RFC 9293 section 3.10.7.1). */
static void shift_tcp(const struct frame *frame, const struct rewrite *rewrite)
{
    uint8_t *tcp = transport(frame);
    uint8_t flags = tcp[13];

    if (frame->from == FRAME_OTHER)
        return;
    add(tcp + (frame->from == FRAME_CLIENT ? 0 : 2), 2, rewrite->port);
    if (!(flags & FRAME_RST) || frame_get(tcp + 4, 4) != 0)
        add(tcp + 4, 4, rewrite->sequence[frame->from]);
    if (!(flags & FRAME_ACK))
        return;
    add(tcp + 8, 4, rewrite->sequence[frame->from ^ 1]);
    shift_sack(tcp + TCP_LEN, (size_t)(frame->octets + frame->payload - tcp) - TCP_LEN,
               rewrite->sequence[frame->from ^ 1]);
}

/* Exchange an address for the new one of its side. */
static void replace_address(uint8_t *octets, size_t length, const struct rewrite *rewrite)
{
    for (int side = FRAME_CLIENT; side <= FRAME_SERVER; side++) {
        if (memcmp(octets, rewrite->old[side].octets, length) == 0) {
            memcpy(octets, rewrite->new[side].octets, length);
            return;
        }
    }
}

/* The packet that an ICMP error quotes: its header and the first octets of TCP. */
static void rewrite_quoted(const struct frame *frame, const struct rewrite *rewrite)
{
    uint8_t *ip = transport(frame) + ICMP_LEN;
    uint8_t *tcp = ip + IPV4_LEN;
    bool from_client = memcmp(ip + 12, rewrite->old[FRAME_CLIENT].octets, 4) == 0;

    replace_address(ip + 12, 4, rewrite);
    replace_address(ip + 16, 4, rewrite);
    add(tcp + (from_client ? 0 : 2), 2, rewrite->port);
    add(tcp + 4, 4, rewrite->sequence[from_client ? FRAME_CLIENT : FRAME_SERVER]);
    memset(ip + 10, 0, 2);
    checksum_store(checksum_add(0, ip, IPV4_LEN), ip + 10);
}

void frame_rewrite(struct frame *frame, const struct rewrite *rewrite)
{
    size_t length = address_length(frame);

    if (protocol(frame) == PROTOCOL_ICMP)
        rewrite_quoted(frame, rewrite);
    else if (frame_is_tcp(frame))
        shift_tcp(frame, rewrite);
    else if (frame->from != FRAME_OTHER)
        add(transport(frame) + (frame->from == FRAME_CLIENT ? 0 : 2), 2, rewrite->port);
    if (!frame_is_ipv6(frame))
        add(frame->octets + FRAME_IP + 4, 2, rewrite->id);
    replace_address(addresses(frame), length, rewrite);
    replace_address(addresses(frame) + length, length, rewrite);
    make_checksums(frame);
}

void frame_set_tcp(struct frame *frame, uint32_t sequence, uint32_t acknowledgment, uint8_t flags)
{
    uint8_t *ip = frame->octets + FRAME_IP;
    uint8_t *tcp = transport(frame);

    frame_put(tcp + 4, 4, sequence);
    frame_put(tcp + 8, 4, acknowledgment);
    tcp[13] = flags;
    if (frame_is_ipv6(frame))
        frame_put(ip + 4, 2, frame->length - FRAME_IP - IPV6_LEN);
    else
        frame_put(ip + 2, 2, frame->length - FRAME_IP);
}
