/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/ip.h"
#include "capture/link.h"
#include "tests/support/packet_bench.h"
#include "tests/support/packet_forms.h"

static void a_segment_is_read_through_every_form(void)
{
    struct bench *bench = bench_new();
    const struct segment *segment = &bench->packet.segment;

    for (size_t i = 0; i < FORMS; i++) {
        forms[i].build(&bench->frame);
        CU_ASSERT_EQUAL_FATAL(decode(bench, LINKTYPE_ETHERNET), PACKET_TCP);
        CU_ASSERT_EQUAL(segment_source_port(segment), FRAME_SOURCE_PORT);
        CU_ASSERT_EQUAL(segment_destination_port(segment), FRAME_DESTINATION_PORT);
        CU_ASSERT_EQUAL(segment->sequence, FRAME_SEQUENCE);
        CU_ASSERT_EQUAL(segment->acknowledgment, FRAME_ACKNOWLEDGMENT);
        CU_ASSERT_EQUAL(segment->flags, TCP_PSH | TCP_ACK);
        CU_ASSERT_EQUAL(segment->window, 64240);
        CU_ASSERT_EQUAL(segment->payload_length, strlen(FORM_PAYLOAD));
        CU_ASSERT_TRUE(bytes_equal(segment->payload, bytes_of(FORM_PAYLOAD, strlen(FORM_PAYLOAD))));
        CU_ASSERT_EQUAL(memcmp(segment->tunnels, forms[i].tunnels, PACKET_TUNNELS_MAX), 0);
        CU_ASSERT_EQUAL(segment->at.packet, 7);
    }
    CU_ASSERT_EQUAL(packet_decoder_counters(bench->decoder)->tcp, FORMS);
    bench_free(bench);
}

/* The payload of a cut packet never reaches beyond the captured octets. */
static void check_cut(struct bench *bench, size_t captured, size_t original)
{
    enum packet_kind kind = decode_cut(bench, LINKTYPE_ETHERNET, captured, original);
    const struct segment *segment = &bench->packet.segment;

    if (kind != PACKET_TCP) {
        CU_ASSERT_TRUE(captured < bench->frame.len - strlen(FORM_PAYLOAD));
        return;
    }
    CU_ASSERT_TRUE(segment->payload.len <= captured);
    CU_ASSERT_TRUE(segment->payload.len == 0
                   || segment->payload.data + segment->payload.len == bench->guard.end);
    CU_ASSERT_EQUAL(segment->payload_length, strlen(FORM_PAYLOAD));
}

static void every_prefix_is_cut_or_a_shorter_segment(void)
{
    struct bench *bench = bench_new();

    for (size_t i = 0; i < FORMS; i++) {
        forms[i].build(&bench->frame);
        for (size_t captured = 0; captured < bench->frame.len; captured++)
            check_cut(bench, captured, bench->frame.len);
    }
    CU_ASSERT_EQUAL(packet_decoder_counters(bench->decoder)->malformed, 0);
    bench_free(bench);
}

static void every_runt_is_harmless(void)
{
    struct bench *bench = bench_new();

    for (size_t i = 0; i < FORMS; i++) {
        forms[i].build(&bench->frame);
        for (size_t captured = 0; captured < bench->frame.len - strlen(FORM_PAYLOAD); captured++)
            CU_ASSERT_NOT_EQUAL(decode_cut(bench, LINKTYPE_ETHERNET, captured, captured),
                                PACKET_TCP);
    }
    bench_free(bench);
}

static void the_ip_header_is_described(void)
{
    struct bench *bench = bench_new();
    const struct segment *segment = &bench->packet.segment;
    char text[ADDRESS_TEXT_MAX];

    form_ethernet(&bench->frame);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_ETHERNET), PACKET_TCP);
    CU_ASSERT_STRING_EQUAL(address_format(&segment->key.address[segment->half], text), "192.0.2.1");
    CU_ASSERT_STRING_EQUAL(address_format(&segment->key.address[segment->half ^ 1], text),
                           "198.51.100.2");
    CU_ASSERT_EQUAL(segment->hop_limit, 64);
    CU_ASSERT_EQUAL(segment->ip_id, 0x1234);
    CU_ASSERT_EQUAL(segment->ip_length, 20 + 20 + strlen(FORM_PAYLOAD));
    CU_ASSERT_TRUE(segment->has_mac);
    CU_ASSERT_EQUAL(memcmp(segment->mac.destination, "\x02\0\0\0\0\x0d", 6), 0);
    CU_ASSERT_EQUAL(memcmp(segment->mac.source, "\x02\0\0\0\0\x05", 6), 0);
    form_plain_ipv6(&bench->frame);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_ETHERNET), PACKET_TCP);
    CU_ASSERT_STRING_EQUAL(address_format(&segment->key.address[segment->half], text),
                           "2001:db8::1");
    CU_ASSERT_EQUAL(segment->hop_limit, 55);
    CU_ASSERT_EQUAL(segment->ip_id, 0);
    bench_free(bench);
}

static void padding_is_no_payload(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;

    form_ethernet(frame);
    memmove(frame->room + FRAME_ROOM - frame->len - 10, frame->room + FRAME_ROOM - frame->len,
            frame->len);
    frame->len += 10;
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_ETHERNET), PACKET_TCP);
    CU_ASSERT_EQUAL(bench->packet.segment.payload.len, strlen(FORM_PAYLOAD));
    CU_ASSERT_EQUAL(bench->packet.segment.payload_length, strlen(FORM_PAYLOAD));
    bench_free(bench);
}

static void a_length_of_zero_is_what_was_on_the_wire(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;

    form_ipv4(frame);
    memset(frame->room + FRAME_ROOM - frame->len + 2, 0, 2);
    CU_ASSERT_EQUAL(decode_cut(bench, LINKTYPE_RAW, frame->len, frame->len + 1000), PACKET_TCP);
    CU_ASSERT_EQUAL(bench->packet.segment.payload.len, strlen(FORM_PAYLOAD));
    CU_ASSERT_EQUAL(bench->packet.segment.payload_length, strlen(FORM_PAYLOAD) + 1000);
    CU_ASSERT_EQUAL(decode_cut(bench, LINKTYPE_RAW, frame->len, UINT32_MAX), PACKET_MALFORMED);
    bench_free(bench);
}

static void tcp_options_are_a_view(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;

    frame_start(frame, FORM_PAYLOAD);
    FRAME_PREPEND(frame, "\x02\x04\x05\xb4"); /* maximum segment size 1460 */
    frame_tcp(frame, TCP_SYN);
    frame->room[FRAME_ROOM - frame->len + 12] = 0x60;
    frame_ipv4(frame, IP_PROTOCOL_TCP);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_TCP);
    CU_ASSERT_TRUE(bytes_equal(bench->packet.segment.options, bytes_of("\x02\x04\x05\xb4", 4)));
    CU_ASSERT_EQUAL(bench->packet.segment.payload.len, strlen(FORM_PAYLOAD));
    bench_free(bench);
}

static void a_data_offset_out_of_range_is_malformed(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;

    form_ipv4(frame);
    frame->room[FRAME_ROOM - frame->len + 20 + 12] = 0x40;
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_MALFORMED);
    frame->room[FRAME_ROOM - frame->len + 20 + 12] = 0x70;
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_MALFORMED);
    bench_free(bench);
}

static void a_port_alone_makes_no_tunnel(void)
{
    static const uint16_t ports[] = {1701, 2152, 4789, 4790, 6081, 8472};
    struct bench *bench = bench_new();

    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        frame_start(&bench->frame, "a datagram of another protocol, long enough for any header");
        form_in_udp(&bench->frame, ports[i]);
        CU_ASSERT_EQUAL(decode(bench, LINKTYPE_ETHERNET), PACKET_OTHER);
    }
    /* The header of a tunnel, but its inside is no packet, or claims more than there is. */
    frame_start(&bench->frame, "no frame at all, whatever the header says");
    FRAME_PREPEND(&bench->frame, "\x08\0\0\0\0\0\x2a\0");
    form_in_udp(&bench->frame, 4789);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_ETHERNET), PACKET_OTHER);
    form_vxlan(&bench->frame);
    bench->frame.room[FRAME_ROOM - strlen(FORM_PAYLOAD) - 20 - 20 + 2] = 0x7f;
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_ETHERNET), PACKET_OTHER);
    bench_free(bench);
}

static void nesting_is_bounded(void)
{
    struct bench *bench = bench_new();

    form_ipv4(&bench->frame);
    for (int i = 0; i < PACKET_TUNNELS_MAX; i++)
        frame_ipv4(&bench->frame, IP_PROTOCOL_IPV4);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_TCP);
    frame_ipv4(&bench->frame, IP_PROTOCOL_IPV4);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_UNSUPPORTED);
    bench_free(bench);
}

static void extension_headers_are_bounded(void)
{
    struct bench *bench = bench_new();

    form_segment(&bench->frame);
    for (int i = 0; i <= IP_EXTENSIONS_MAX; i++) {
        FRAME_PREPEND(&bench->frame, "\0\x01\x04\0\0\0\0");
        frame_number(&bench->frame, i == 0 ? IP_PROTOCOL_TCP : IP_PROTOCOL_DESTINATION_OPTIONS, 1);
    }
    frame_ipv6(&bench->frame, IP_PROTOCOL_DESTINATION_OPTIONS);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_UNSUPPORTED);
    bench_free(bench);
}

static void fragments_become_a_segment(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;
    uint8_t whole[64];
    size_t len;

    form_segment(frame);
    len = frame->len;
    memcpy(whole, frame_octets(frame).data, len);
    frame->len = 0;
    frame_prepend(frame, whole + 16, len - 16);
    frame_ipv4_fragment(frame, IP_PROTOCOL_TCP, 2); /* the last one comes first */
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_FRAGMENT);
    frame->len = 0;
    frame_prepend(frame, whole, 16);
    frame_ipv4_fragment(frame, IP_PROTOCOL_TCP, 0x2000);
    CU_ASSERT_EQUAL_FATAL(decode(bench, LINKTYPE_RAW), PACKET_TCP);
    CU_ASSERT_TRUE(
        bytes_equal(bench->packet.segment.payload, bytes_of(FORM_PAYLOAD, strlen(FORM_PAYLOAD))));
    CU_ASSERT_EQUAL(bench->packet.segment.ip_length, 20 + len);
    CU_ASSERT_EQUAL(packet_decoder_counters(bench->decoder)->reassembled, 1);
    bench_free(bench);
}

/* Packets of Ethernet as raw packets without a number. */
static void put_packet(struct frame *frame, uint8_t room[128], struct raw_packet *raw)
{
    frame_ethernet(frame, ETHERTYPE_IPV4);
    if (frame->len > 128)
        abort();
    memcpy(room, frame_octets(frame).data, frame->len);
    *raw = (struct raw_packet){
        .data = bytes_of(room, frame->len),
        .original_length = (uint32_t)frame->len,
        .link_type = LINKTYPE_ETHERNET,
    };
}

/* Of four packets: a segment, one in two fragments, another segment. */
static void several_are_decoded_up_to_a_datagram_of_fragments(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;
    struct raw_packet raw[4];
    struct packet packets[4];
    uint8_t room[4][128];

    for (size_t i = 0; i < 4; i++) {
        bool is_second = i == 2;

        form_segment(frame);
        frame->len = is_second ? frame->len - 16 : frame->len;
        if (i == 1) { /* the first sixteen octets: those behind them are at the end of the room */
            memmove(frame->room + FRAME_ROOM - 16, frame_octets(frame).data, 16);
            frame->len = 16;
        }
        if (i == 1 || is_second)
            frame_ipv4_fragment(frame, IP_PROTOCOL_TCP, is_second ? 2 : 0x2000);
        else
            frame_ipv4(frame, IP_PROTOCOL_TCP);
        put_packet(frame, room[i], &raw[i]);
    }
    CU_ASSERT_EQUAL(packet_decode_some(bench->decoder, raw, 4, packets), 3);
    CU_ASSERT_EQUAL(packets[0].kind, PACKET_TCP);
    CU_ASSERT_EQUAL(packets[0].segment.at.packet, 1);
    CU_ASSERT_EQUAL(packets[1].kind, PACKET_FRAGMENT);
    CU_ASSERT_EQUAL(packets[2].kind, PACKET_TCP);
    CU_ASSERT_EQUAL(packets[2].segment.at.packet, 3);
    CU_ASSERT_TRUE(bytes_equal(packets[2].segment.payload, packets[0].segment.payload));
    CU_ASSERT_EQUAL(packet_decode_some(bench->decoder, raw + 3, 1, packets), 1);
    CU_ASSERT_EQUAL(packets[0].segment.at.packet, 4);
    CU_ASSERT_EQUAL(packet_decode_some(bench->decoder, raw, 0, packets), 0);
    CU_ASSERT_EQUAL(packet_decoder_counters(bench->decoder)->packets, 4);
    CU_ASSERT_EQUAL(packet_decoder_counters(bench->decoder)->tcp, 3);
    bench_free(bench);
}

static void ipv6_fragments_become_a_segment(void)
{
    struct bench *bench = bench_new();
    struct frame *frame = &bench->frame;
    uint8_t whole[64];
    size_t len;

    form_segment(frame);
    FRAME_PREPEND(frame, "\x06\0\x01\x04\0\0\0\0"); /* options within the fragments */
    len = frame->len;
    memcpy(whole, frame_octets(frame).data, len);
    frame->len = 0;
    frame_prepend(frame, whole, 24);
    FRAME_PREPEND(frame, "\x3c\0\0\x01\0\0\0\x09");
    frame_ipv6(frame, IP_PROTOCOL_FRAGMENT);
    CU_ASSERT_EQUAL(decode(bench, LINKTYPE_RAW), PACKET_FRAGMENT);
    frame->len = 0;
    frame_prepend(frame, whole + 24, len - 24);
    FRAME_PREPEND(frame, "\x3c\0\0\x18\0\0\0\x09");
    frame_ipv6(frame, IP_PROTOCOL_FRAGMENT);
    CU_ASSERT_EQUAL_FATAL(decode(bench, LINKTYPE_RAW), PACKET_TCP);
    CU_ASSERT_TRUE(
        bytes_equal(bench->packet.segment.payload, bytes_of(FORM_PAYLOAD, strlen(FORM_PAYLOAD))));
    bench_free(bench);
}

static void kinds_are_counted(void)
{
    struct bench *bench = bench_new();
    const struct packet_counters *counters = packet_decoder_counters(bench->decoder);

    form_ethernet(&bench->frame);
    (void)decode(bench, LINKTYPE_ETHERNET);
    (void)decode_cut(bench, LINKTYPE_ETHERNET, bench->frame.len - 1, bench->frame.len);
    (void)decode_cut(bench, LINKTYPE_ETHERNET, 30, bench->frame.len);
    (void)decode(bench, 147); /* reserved for private use */
    CU_ASSERT_EQUAL(counters->packets, 4);
    CU_ASSERT_EQUAL(counters->tcp, 2);
    CU_ASSERT_EQUAL(counters->cut_payloads, 1);
    CU_ASSERT_EQUAL(counters->cut, 1);
    CU_ASSERT_EQUAL(counters->unsupported, 1);
    CU_ASSERT_EQUAL(counters->octets, 4 * bench->frame.len);
    bench_free(bench);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a segment is read through every form", a_segment_is_read_through_every_form},
        {"every prefix is cut or a shorter segment", every_prefix_is_cut_or_a_shorter_segment},
        {"every runt is harmless", every_runt_is_harmless},
        {"the IP header is described", the_ip_header_is_described},
        {"padding is no payload", padding_is_no_payload},
        {"a length of zero is what was on the wire", a_length_of_zero_is_what_was_on_the_wire},
        {"TCP options are a view", tcp_options_are_a_view},
        {"a data offset out of range is malformed", a_data_offset_out_of_range_is_malformed},
        {"a port alone makes no tunnel", a_port_alone_makes_no_tunnel},
        {"nesting is bounded", nesting_is_bounded},
        {"extension headers are bounded", extension_headers_are_bounded},
        {"fragments become a segment", fragments_become_a_segment},
        {"several are decoded up to a datagram of fragments",
         several_are_decoded_up_to_a_datagram_of_fragments},
        {"IPv6 fragments become a segment", ipv6_fragments_become_a_segment},
        {"kinds are counted", kinds_are_counted},
        CU_TEST_INFO_NULL,
    };

    return suite_run("packet", tests);
}
