/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/ip.h"
#include "capture/link.h"
#include "tests/support/packet_bench.h"

#define PAYLOAD "payload"

static void an_icmp_error_tells_whose_segment_it_quotes(void)
{
    struct bench *bench = bench_new();
    const struct icmp_error *error = &bench->packet.icmp;
    struct frame *frame = &bench->frame;
    char text[ADDRESS_TEXT_MAX];

    frame_start(frame, "");
    frame_tcp(frame, TCP_ACK);
    frame->len = 8;
    memmove(frame->room + FRAME_ROOM - 8, frame->room + FRAME_ROOM - 20, 8);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    memcpy(frame->room + FRAME_ROOM - frame->len + 2, "\x05\xdc", 2); /* 1500 octets in all */
    FRAME_PREPEND(frame, "\x03\x04\0\0\0\0\x05\x14");                 /* MTU 1300 */
    frame_ipv4(frame, IP_PROTOCOL_ICMP);
    CU_ASSERT_EQUAL_FATAL(decode(bench, LINKTYPE_RAW), PACKET_ICMP_ERROR);
    CU_ASSERT_EQUAL(error->type, 3);
    CU_ASSERT_EQUAL(error->code, 4);
    CU_ASSERT_EQUAL(error->mtu, 1300);
    CU_ASSERT_EQUAL(error->source_port, FRAME_SOURCE_PORT);
    CU_ASSERT_EQUAL(error->destination_port, FRAME_DESTINATION_PORT);
    CU_ASSERT_EQUAL(error->sequence, FRAME_SEQUENCE);
    CU_ASSERT_STRING_EQUAL(address_format(&error->sender, text), "192.0.2.1");
    CU_ASSERT_STRING_EQUAL(address_format(&error->destination, text), "198.51.100.2");
    CU_ASSERT_EQUAL(decode_cut(bench, LINKTYPE_RAW, frame->len - 1, frame->len - 1), PACKET_OTHER);
    bench_free(bench);
}

static void packet_too_big_tells_its_mtu(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;

    frame_start(frame, PAYLOAD);
    frame_tcp(frame, TCP_ACK);
    frame_ipv6(frame, IP_PROTOCOL_TCP);
    FRAME_PREPEND(frame, "\x02\0\0\0\0\0\x05\0");
    frame_ipv6(frame, IP_PROTOCOL_ICMPV6);
    CU_ASSERT_EQUAL_FATAL(decode(bench, LINKTYPE_RAW), PACKET_ICMP_ERROR);
    CU_ASSERT_TRUE(bench->packet.icmp.is_ipv6);
    CU_ASSERT_EQUAL(bench->packet.icmp.mtu, 1280);
    bench_free(bench);
}

static void other_icmp_is_no_error(void)
{
    struct bench *bench = bench_new();

    frame_start(&bench->frame, PAYLOAD);
    frame_tcp(&bench->frame, TCP_ACK);
    frame_ipv4(&bench->frame, IP_PROTOCOL_TCP);
    FRAME_PREPEND(&bench->frame, "\x08\0\0\0\0\x01\0\x01"); /* an echo request */
    frame_ipv4(&bench->frame, IP_PROTOCOL_ICMP);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_OTHER);
    frame_start(&bench->frame, "a query");
    frame_udp(&bench->frame, 5353, 53);
    frame_ipv4(&bench->frame, IP_PROTOCOL_UDP);
    FRAME_PREPEND(&bench->frame, "\x03\x03\0\0\0\0\0\0"); /* port unreachable, but of UDP */
    frame_ipv4(&bench->frame, IP_PROTOCOL_ICMP);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_OTHER);
    bench_free(bench);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an ICMP error tells whose segment it quotes",
         an_icmp_error_tells_whose_segment_it_quotes},
        {"packet too big tells its MTU", packet_too_big_tells_its_mtu},
        {"other ICMP is no error", other_icmp_is_no_error},
        CU_TEST_INFO_NULL,
    };

    return suite_run("icmp", tests);
}
