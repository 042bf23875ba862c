/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/checksum.h"

#include "capture/link.h"
#include "tests/support/packet_bench.h"

#define PAYLOAD "payload" /* of an odd length */

enum {
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    IPV4_SUM_AT = 10, /* in the header */
    TCP_SUM_AT = 16,
    ICMP_SUM_AT = 2
};

static uint8_t *octets_of(struct frame *frame)
{
    return frame->room + FRAME_ROOM - frame->len;
}

/* Put in at sum_at what makes the octets and others, of which the sum is before, a multiple of
 * 65535 (RFC 1071 section 1, by division instead of carries). */
static void fill(uint8_t *octets, size_t len, uint64_t before, size_t sum_at)
{
    uint64_t sum = before;

    octets[sum_at] = 0;
    octets[sum_at + 1] = 0;
    for (size_t i = 0; i < len; i++)
        sum += i % 2 == 0 ? (uint64_t)octets[i] << 8 : octets[i];
    sum = 65535 - sum % 65535;
    octets[sum_at] = (uint8_t)(sum >> 8);
    octets[sum_at + 1] = (uint8_t)sum;
}

static uint64_t words(const uint8_t *octets, size_t len)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < len; i += 2)
        sum += (uint64_t)octets[i] << 8 | octets[i + 1];
    return sum;
}

static void fill_ipv4_header(struct frame *frame)
{
    fill(octets_of(frame), IPV4_HEADER, 0, IPV4_SUM_AT);
}

/* The sum of what the frame begins with: an IP header of this length, and then len octets. */
static void fill_payload(struct frame *frame, size_t header, uint8_t protocol, size_t sum_at)
{
    uint8_t *ip = octets_of(frame);
    size_t addresses = header == IPV4_HEADER ? 8 : 32;
    size_t len = frame->len - header;

    fill(ip + header, len, words(ip + header - addresses, addresses) + protocol + len, sum_at);
}

static void build_ipv4(struct frame *frame)
{
    frame_start(frame, PAYLOAD);
    frame_tcp(frame, TCP_PSH | TCP_ACK);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    fill_payload(frame, IPV4_HEADER, IP_PROTOCOL_TCP, TCP_SUM_AT);
    fill_ipv4_header(frame);
}

static void build_ipv6(struct frame *frame)
{
    frame_start(frame, PAYLOAD);
    frame_tcp(frame, TCP_PSH | TCP_ACK);
    frame_ipv6(frame, IP_PROTOCOL_TCP);
    fill_payload(frame, IPV6_HEADER, IP_PROTOCOL_TCP, TCP_SUM_AT);
}

static void build_tunnel(struct frame *frame)
{
    build_ipv6(frame);
    frame_ipv4(frame, IP_PROTOCOL_IPV6);
    fill_ipv4_header(frame);
}

static void build_icmp(struct frame *frame)
{
    build_ipv4(frame);
    FRAME_PREPEND(frame, "\x03\x01\0\0\0\0\0\0");
    fill(octets_of(frame), frame->len, 0, ICMP_SUM_AT);
    frame_ipv4(frame, IP_PROTOCOL_ICMP);
    fill_ipv4_header(frame);
}

static void build_icmpv6(struct frame *frame)
{
    build_ipv6(frame);
    FRAME_PREPEND(frame, "\x01\x04\0\0\0\0\0\0");
    frame_ipv6(frame, IP_PROTOCOL_ICMPV6);
    fill_payload(frame, IPV6_HEADER, IP_PROTOCOL_ICMPV6, ICMP_SUM_AT);
}

static void (*const builders[])(struct frame *frame) = {build_ipv4, build_ipv6, build_tunnel,
                                                        build_icmp, build_icmpv6};

enum { FORMS = sizeof(builders) / sizeof(builders[0]) };

static bool is_read(enum packet_kind kind)
{
    return kind == PACKET_TCP || kind == PACKET_ICMP_ERROR;
}

static struct bench *verifying(void)
{
    struct bench *bench = bench_new();

    packet_decoder_verify(bench->decoder);
    return bench;
}

static void a_header_as_it_was_sent_is_good(void)
{
    uint8_t header[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                        0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

    CU_ASSERT_TRUE(checksum_header_is_good(bytes_of(header, sizeof(header))));
    header[8]--;
    CU_ASSERT_FALSE(checksum_header_is_good(bytes_of(header, sizeof(header))));
}

static void packets_with_right_sums_are_read(void)
{
    struct bench *bench = verifying();

    for (size_t i = 0; i < FORMS; i++) {
        builders[i](&bench->frame);
        CU_ASSERT_TRUE(is_read(decode(bench, LINKTYPE_RAW)));
    }
    CU_ASSERT_EQUAL(packet_decoder_counters(bench->decoder)->corrupt, 0);
    bench_free(bench);
}

/* The fixed header of IPv6 has no sum of its own: of it the pseudo-header has addresses, length and
 * protocol alone. */
static bool is_covered(size_t form, size_t at)
{
    bool is_outer_ipv6 = builders[form] == build_ipv6 || builders[form] == build_icmpv6;
    size_t ipv6 = is_outer_ipv6 ? 0 : IPV4_HEADER;

    if (builders[form] == build_ipv4 || builders[form] == build_icmp)
        return true;
    return at < ipv6 || at >= ipv6 + 8;
}

static void no_changed_bit_is_read(void)
{
    struct bench *bench = verifying();

    for (size_t form = 0; form < FORMS; form++) {
        builders[form](&bench->frame);
        for (size_t bit = 0; bit < bench->frame.len * 8; bit++) {
            uint8_t *octet = octets_of(&bench->frame) + bit / 8;

            *octet ^= (uint8_t)(1 << bit % 8);
            CU_ASSERT_FALSE(is_covered(form, bit / 8) && is_read(decode(bench, LINKTYPE_RAW)));
            *octet ^= (uint8_t)(1 << bit % 8);
        }
    }
    CU_ASSERT(packet_decoder_counters(bench->decoder)->corrupt > 0);
    bench_free(bench);
}

static void nothing_is_verified_unless_asked_for(void)
{
    struct bench *bench = bench_new();

    for (size_t form = 0; form < FORMS; form++) {
        builders[form](&bench->frame);
        octets_of(&bench->frame)[bench->frame.len - 1] ^= 1;
        CU_ASSERT_TRUE(is_read(decode(bench, LINKTYPE_RAW)));
    }
    CU_ASSERT_EQUAL(packet_decoder_counters(bench->decoder)->corrupt, 0);
    bench_free(bench);
}

static void what_was_cut_is_not_verified(void)
{
    struct bench *bench = verifying();

    build_ipv4(&bench->frame);
    octets_of(&bench->frame)[IPV4_HEADER + 4] ^= 1;
    CU_ASSERT_EQUAL(decode_cut(bench, LINKTYPE_RAW, bench->frame.len - 1, bench->frame.len),
                    PACKET_TCP);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_CORRUPT);
    bench_free(bench);
}

/* With a routing header the sum is made with the last address of the way. */
static void with_a_routing_header_nothing_is_verified(void)
{
    struct bench *bench = verifying();

    frame_start(&bench->frame, PAYLOAD);
    frame_tcp(&bench->frame, TCP_PSH | TCP_ACK);
    FRAME_PREPEND(&bench->frame, "\x06\x02\x04\x01\0\0\0\0abcdefghABCDEFGH");
    frame_ipv6(&bench->frame, IP_PROTOCOL_ROUTING);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_TCP);
    bench_free(bench);
}

/* The first 24 octets of a segment, or what follows them, as a fragment. */
static enum packet_kind decode_part(struct bench *bench, const uint8_t *segment, size_t len,
                                    uint16_t fragment)
{
    bench->frame.len = 0;
    frame_prepend(&bench->frame, segment, len);
    frame_ipv4_fragment(&bench->frame, IP_PROTOCOL_TCP, fragment);
    fill_ipv4_header(&bench->frame);
    return decode(bench, LINKTYPE_RAW);
}

static void a_datagram_of_fragments_is_verified_as_a_whole(void)
{
    for (uint8_t change = 0; change <= 1; change++) {
        struct bench *bench = verifying();
        uint8_t segment[20 + sizeof(PAYLOAD) - 1];

        build_ipv4(&bench->frame);
        memcpy(segment, octets_of(&bench->frame) + IPV4_HEADER, sizeof(segment));
        segment[sizeof(segment) - 1] ^= change;
        CU_ASSERT_EQUAL(decode_part(bench, segment, 24, 0x2000), PACKET_FRAGMENT);
        CU_ASSERT_EQUAL(decode_part(bench, segment + 24, sizeof(segment) - 24, 3),
                        change == 0 ? PACKET_TCP : PACKET_CORRUPT);
        bench_free(bench);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a header as it was sent is good", a_header_as_it_was_sent_is_good},
        {"packets with right sums are read", packets_with_right_sums_are_read},
        {"no changed bit is read", no_changed_bit_is_read},
        {"nothing is verified unless asked for", nothing_is_verified_unless_asked_for},
        {"what was cut is not verified", what_was_cut_is_not_verified},
        {"with a routing header nothing is verified", with_a_routing_header_nothing_is_verified},
        {"a datagram of fragments is verified as a whole",
         a_datagram_of_fragments_is_verified_as_a_whole},
        CU_TEST_INFO_NULL,
    };

    return suite_run("checksum", tests);
}
