/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packets are copies of others, and which were sent again. */
#include "capture/transport.h"
#include "tests/support/segments.h"
#include "tests/support/suite.h"

static const char block[100] = "x";

/* One packet captured twice, the second time wait_ns later and hops hops further, with these
 * identifications. */
static struct direction captured_with_ids(int64_t wait_ns, uint8_t hops, uint16_t id,
                                          uint16_t other_id)
{
    struct scene *scene = scene_open();
    struct segment segment = scene_segment(scene, SIDE_CLIENT, TCP_ACK, 0, 0, bytes_of(block, 100));

    segment.ip_id = id;
    scene_give(scene, &segment);
    scene->now_ns += wait_ns - MILLISECOND;
    segment.hop_limit = (uint8_t)(segment.hop_limit - hops);
    segment.ip_id = other_id;
    scene_give(scene, &segment);
    return scene_conclude(scene).direction[SIDE_CLIENT];
}

static struct direction captured_twice(int64_t wait_ns, uint8_t hops)
{
    return captured_with_ids(wait_ns, hops, 7, 7);
}

static void a_packet_captured_twice_is_no_retransmission(void)
{
    struct direction client = captured_twice(50000, 0);

    CU_ASSERT_EQUAL(client.duplicates, 1);
    CU_ASSERT_EQUAL(client.retransmissions, 0);
    CU_ASSERT_EQUAL(client.packets, 3);
    CU_ASSERT_EQUAL(client.payload_octets, 100);
    client = captured_twice(50000, 1);
    CU_ASSERT_EQUAL(client.duplicates, 1);
    CU_ASSERT_EQUAL(captured_twice(50000, UINT8_MAX).duplicates, 1); /* one hop less */
    CU_ASSERT_EQUAL(client.hop_limit_other, 64);
}

static void a_packet_captured_twice_may_have_been_routed(void)
{
    static const char none[] = "";
    struct scene *scene = scene_open();
    struct segment segment;
    struct direction client = captured_twice(50000, 0);

    CU_ASSERT_FALSE(client.routed);
    client = captured_twice(50000, 1);
    CU_ASSERT_TRUE(client.routed);
    CU_ASSERT_TRUE(client.last_routed);

    segment = scene_segment(scene, SIDE_CLIENT, TCP_RST, 0, 0, bytes_of(none, 0));
    scene_give(scene, &segment);
    scene->now_ns += 50000 - MILLISECOND;
    segment.hop_limit--;
    scene_give(scene, &segment);
    client = scene_conclude(scene).direction[SIDE_CLIENT];
    CU_ASSERT_FALSE(client.routed);
    CU_ASSERT_TRUE(direction_reset(&client)->routed);
}

/* No-operations (RFC 9293 section 3.2), of which one is another option in the second packet. */
static struct direction captured_with_another_option(size_t length, size_t at)
{
    struct scene *scene = scene_open();
    struct segment segment = scene_segment(scene, SIDE_CLIENT, TCP_ACK, 0, 0, bytes_of(block, 100));
    uint8_t options[2][40];

    memset(options, 1, sizeof(options));
    options[1][at] = 2;
    for (size_t i = 0; i < 2; i++) {
        segment.options = bytes_of(options[i], length);
        scene_give(scene, &segment);
        scene->now_ns += 50000 - MILLISECOND;
    }
    return scene_conclude(scene).direction[SIDE_CLIENT];
}

static void a_copy_has_the_same_options(void)
{
    for (size_t length = 4; length <= 40; length += 4)
        for (size_t at = 0; at < length; at++)
            CU_ASSERT_EQUAL(captured_with_another_option(length, at).duplicates, 0);
}

static void a_copy_that_differs_or_is_late_is_a_retransmission(void)
{
    const int64_t little = INT64_C(2) * TRANSPORT_RECENT_UNIT;

    CU_ASSERT_EQUAL(captured_twice(TRANSPORT_DUPLICATE_FAR_NS + little, 0).retransmissions, 1);
    CU_ASSERT_EQUAL(captured_twice((INT64_C(1) << 32) + 50000, 0).retransmissions, 1);
    CU_ASSERT_EQUAL(captured_with_ids(50000, 0, 7, 8).retransmissions, 1);
    CU_ASSERT_EQUAL(captured_with_ids(TRANSPORT_DUPLICATE_NS + little, 0, 0, 0).retransmissions, 1);
}

/* At both ends of a long path, or with clocks that differ. */
static void a_copy_from_far_away_is_no_retransmission(void)
{
    CU_ASSERT_EQUAL(captured_twice(TRANSPORT_DUPLICATE_FAR_NS / 2, 0).duplicates, 1);
    CU_ASSERT_EQUAL(captured_twice(TRANSPORT_DUPLICATE_FAR_NS / 2, 9).duplicates, 1);
    CU_ASSERT_EQUAL(captured_twice(-TRANSPORT_DUPLICATE_FAR_NS / 2, 9).duplicates, 1);
    CU_ASSERT_EQUAL(captured_with_ids(50000, 3, 0, 0).duplicates, 1);
}

/* Two packets alike that say nothing but what they acknowledge, or where octets end. */
static struct direction captured_without_octets(uint8_t flags, int64_t wait_ns)
{
    struct scene *scene = scene_open();
    struct segment segment = scene_segment(scene, SIDE_CLIENT, flags, 0, 0, bytes_of(block, 0));

    segment.ip_id = 0;
    scene_give(scene, &segment);
    scene->now_ns += wait_ns - MILLISECOND;
    scene_give(scene, &segment);
    return scene_conclude(scene).direction[SIDE_CLIENT];
}

/* As IPv6 has none, nor hosts that set it to zero; behind a firewall that keeps packets a while. */
static void without_identification_a_copy_comes_soon(void)
{
    CU_ASSERT_EQUAL(captured_with_ids(TRANSPORT_DUPLICATE_NS / 2, 1, 0, 0).duplicates, 1);
    CU_ASSERT_EQUAL(captured_without_octets(TCP_ACK | TCP_FIN, 5 * MILLISECOND).duplicates, 1);
    CU_ASSERT_EQUAL(captured_without_octets(TCP_ACK, 200000).duplicates, 1);
}

static void the_same_ack_again_is_no_copy(void)
{
    struct direction client = captured_without_octets(TCP_ACK, MILLISECOND);

    CU_ASSERT_EQUAL(client.duplicates, 0);
    CU_ASSERT_EQUAL(client.packets, 4);
}

/* So many SYNs, SYN-ACKs and RSTs, none of which has an identification, as a side's count of what
 * was captured twice. */
static void what_opens_needs_no_identification(void)
{
    struct scene *scene = scene_new(NULL);
    struct segment syn = scene_segment(scene, SIDE_CLIENT, TCP_SYN, 0, 0, bytes_of(block, 0));
    struct segment answer =
        scene_segment(scene, SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 0, bytes_of(block, 0));
    struct segment reset =
        scene_segment(scene, SIDE_SERVER, TCP_RST | TCP_ACK, 0, 0, bytes_of(block, 0));
    struct segment *const given[] = {&syn, &syn, &answer, &answer, &reset, &reset};
    struct connection connection;

    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        given[i]->ip_id = 0;
        scene->now_ns += 20 * MILLISECOND;
        scene_give(scene, given[i]);
        given[i]->hop_limit -= 3;
    }
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].duplicates, 1);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].syn_count, 1);
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].duplicates, 1);
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].syn_count, 1);
    /* Who does not know the connection answers each segment with the same RST. */
    CU_ASSERT_EQUAL(direction_reset(&connection.direction[SIDE_SERVER])->count, 2);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a packet captured twice is no retransmission",
         a_packet_captured_twice_is_no_retransmission},
        {"a packet captured twice may have been routed",
         a_packet_captured_twice_may_have_been_routed},
        {"a copy has the same options", a_copy_has_the_same_options},
        {"a copy that differs or is late is a retransmission",
         a_copy_that_differs_or_is_late_is_a_retransmission},
        {"a copy from far away is no retransmission", a_copy_from_far_away_is_no_retransmission},
        {"without identification a copy comes soon", without_identification_a_copy_comes_soon},
        {"the same ACK again is no copy", the_same_ack_again_is_no_copy},
        {"what opens needs no identification", what_opens_needs_no_identification},
        CU_TEST_INFO_NULL,
    };

    return suite_run("duplicate", tests);
}
