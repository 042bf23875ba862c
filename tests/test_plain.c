/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/plain.h"

#include "capture/tcp.h"

#include "tests/support/frames.h"
#include "tests/support/wire.h"

/* Frames of all kinds, and which of them are plain. */
static void tcp(struct frame *frame)
{
    frame_start(frame, "payload");
    frame_tcp(frame, TCP_ACK);
}

static void build_ipv4(struct frame *frame)
{
    tcp(frame);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

static void build_ipv6(struct frame *frame)
{
    tcp(frame);
    frame_ipv6(frame, IP_PROTOCOL_TCP);
    frame_ethernet(frame, ETHERTYPE_IPV6);
}

static void build_udp(struct frame *frame)
{
    frame_start(frame, "");
    frame_udp(frame, 53, 53);
    frame_ipv4(frame, IP_PROTOCOL_UDP);
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

/* An ACK of 40 octets in the shortest frame of Ethernet. */
static void build_padded(struct frame *frame)
{
    frame_start(frame, "");
    frame_tcp(frame, TCP_ACK);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    frame_ethernet(frame, ETHERTYPE_IPV4);
    memmove(frame->room + FRAME_ROOM - frame->len - 6, frame->room + FRAME_ROOM - frame->len,
            frame->len);
    frame->len += 6;
}

static void build_vlan(struct frame *frame)
{
    tcp(frame);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    FRAME_PREPEND(frame, "\xe0\x05\x08\0");
    frame_ethernet(frame, ETHERTYPE_VLAN);
}

static void build_vlan_ipv6(struct frame *frame)
{
    tcp(frame);
    frame_ipv6(frame, IP_PROTOCOL_TCP);
    FRAME_PREPEND(frame, "\x0f\xff\x86\xdd");
    frame_ethernet(frame, ETHERTYPE_VLAN);
}

static void build_two_vlans(struct frame *frame)
{
    tcp(frame);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    FRAME_PREPEND(frame, "\0\x05\x08\0");
    FRAME_PREPEND(frame, "\0\x06\x81\0");
    frame_ethernet(frame, ETHERTYPE_VLAN);
}

static void build_first_fragment(struct frame *frame)
{
    tcp(frame);
    frame_ipv4_fragment(frame, IP_PROTOCOL_TCP, 0x2000);
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

static void build_last_fragment(struct frame *frame)
{
    tcp(frame);
    frame_ipv4_fragment(frame, IP_PROTOCOL_TCP, 0x0001);
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

static void build_icmp(struct frame *frame)
{
    tcp(frame);
    frame_ipv4(frame, IP_PROTOCOL_ICMP);
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

static void build_hop_by_hop(struct frame *frame)
{
    tcp(frame);
    FRAME_PREPEND(frame, "\x06\0\0\0\0\0\0\0");
    frame_ipv6(frame, IP_PROTOCOL_HOP_BY_HOP);
    frame_ethernet(frame, ETHERTYPE_IPV6);
}

/* The type says IPv6, the packet IPv4. */
static void build_contradiction(struct frame *frame)
{
    tcp(frame);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    frame_ethernet(frame, ETHERTYPE_IPV6);
}

static const struct {
    void (*build)(struct frame *frame);
    bool is_plain;
} cases[] = {
    {build_ipv4, true},
    {build_ipv6, true},
    {build_udp, true},
    {build_padded, true},
    {build_vlan, true},
    {build_vlan_ipv6, true},
    {build_two_vlans, false},
    {build_first_fragment, false},
    {build_last_fragment, false},
    {build_icmp, false},
    {build_hop_by_hop, false},
    {build_contradiction, false},
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void check_same(const struct ip *plain, const struct ip *ip)
{
    CU_ASSERT_EQUAL(plain->version, ip->version);
    CU_ASSERT_EQUAL(plain->protocol, ip->protocol);
    CU_ASSERT_EQUAL(plain->hop_limit, ip->hop_limit);
    CU_ASSERT_EQUAL(plain->more_fragments, ip->more_fragments);
    CU_ASSERT_EQUAL(plain->is_routed, ip->is_routed);
    CU_ASSERT_EQUAL(plain->id, ip->id);
    CU_ASSERT_EQUAL(plain->fragment_offset, ip->fragment_offset);
    CU_ASSERT_EQUAL(plain->length, ip->length);
    CU_ASSERT_PTR_EQUAL(plain->source, ip->source);
    CU_ASSERT_PTR_EQUAL(plain->destination, ip->destination);
    CU_ASSERT_PTR_EQUAL(plain->payload.data, ip->payload.data);
    CU_ASSERT_EQUAL(plain->payload.len, ip->payload.len);
    CU_ASSERT_EQUAL(plain->missing, ip->missing);
}

/* The segment that is found in one go is what is found step by step. */
static void check_segment(struct bytes octets, const struct link *link, const struct ip *ip)
{
    const struct moment at = {.time_ns = 5, .packet = 7};
    struct segment segment;
    struct segment slow;
    bool is_segment;

    memset(&segment, 0, sizeof(segment)); /* padding too */
    memset(&slow, 0, sizeof(slow));
    is_segment = plain_decode_segment(octets, at, &segment);
    CU_ASSERT_EQUAL(is_segment, ip->protocol == IP_PROTOCOL_TCP
                                    && tcp_decode(at, link, ip, 0, &slow) == PACKET_TCP);
    if (is_segment)
        CU_ASSERT_TRUE(
            bytes_equal(bytes_of(&segment, sizeof(segment)), bytes_of(&slow, sizeof(slow))));
}

/* What is found in one go is what is found step by step. */
static void check_frame(struct bytes octets)
{
    struct link link = {0};
    struct link slow_link;
    struct ip ip;
    struct ip slow = {0};

    if (!plain_decode(octets, &link, &ip)) {
        struct segment segment;

        CU_ASSERT_PTR_NULL(link.addresses);
        CU_ASSERT_FALSE(plain_decode_segment(octets, (struct moment){0}, &segment));
        return;
    }
    link_init(&slow_link);
    CU_ASSERT_EQUAL_FATAL(link_decode(LINKTYPE_ETHERNET, octets, &slow_link), LINK_IP);
    CU_ASSERT_EQUAL_FATAL(
        ip_decode(slow_link.ip_version, slow_link.payload, slow_link.payload.len, &slow), IP_WHOLE);
    CU_ASSERT_PTR_EQUAL(link.addresses, slow_link.addresses);
    CU_ASSERT_EQUAL(link.vlan_id, slow_link.vlan_id);
    check_same(&ip, &slow);
    check_segment(octets, &slow_link, &slow);
}

static void plain_frames_are_told_from_others(void)
{
    struct frame *frame = calloc(1, sizeof(*frame));

    CU_ASSERT_PTR_NOT_NULL_FATAL(frame);
    for (size_t i = 0; i < CASES; i++) {
        struct link link = {0};
        struct ip ip;

        cases[i].build(frame);
        CU_ASSERT_EQUAL(plain_decode(frame_octets(frame), &link, &ip), cases[i].is_plain);
    }
    free(frame);
}

static void what_is_found_is_what_the_layers_find(void)
{
    struct frame *frame = calloc(1, sizeof(*frame));
    struct guard guard = guard_new();

    CU_ASSERT_PTR_NOT_NULL_FATAL(frame);
    for (size_t i = 0; i < CASES; i++) {
        cases[i].build(frame);
        for (size_t len = 0; len <= frame->len; len++)
            check_frame(guard_copy(&guard, frame_octets(frame).data, len));
    }
    guard_free(&guard);
    free(frame);
}

/* Every value of every octet of the headers. */
static void whatever_the_headers_hold_is_read_alike(void)
{
    enum { HEADERS = 14 + 4 + 40 + 20 };
    struct frame *frame = calloc(1, sizeof(*frame));

    CU_ASSERT_PTR_NOT_NULL_FATAL(frame);
    for (size_t i = 0; i < CASES; i++) {
        cases[i].build(frame);
        for (size_t at = 0; at < HEADERS && at < frame->len; at++) {
            uint8_t *octet = &frame->room[FRAME_ROOM - frame->len + at];
            uint8_t before = *octet;

            for (unsigned value = 0; value < 256; value++) {
                *octet = (uint8_t)value;
                check_frame(frame_octets(frame));
            }
            *octet = before;
        }
    }
    free(frame);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"plain frames are told from others", plain_frames_are_told_from_others},
        {"what is found is what the layers find", what_is_found_is_what_the_layers_find},
        {"whatever the headers hold is read alike", whatever_the_headers_hold_is_read_alike},
        CU_TEST_INFO_NULL,
    };

    return suite_run("plain", tests);
}
