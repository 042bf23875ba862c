/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's filter against the decoder: whatever the decoder makes something of has to pass. */
#include "capture/live_filter.h"

#include "capture/filter.h"
#include "capture/icmp.h"
#include "capture/link.h"
#include "tests/support/packet_bench.h"
#include "tests/support/packet_forms.h"

enum { ETHER_TYPE_MIN = 0x0600 };

struct pair {
    struct bench *bench;
    struct filter *filter;
};

static struct pair pair_new(bool has_ether_types)
{
    struct pair pair = {.bench = bench_new()};
    char text[LIVE_FILTER_MAX];
    char error[FILTER_ERROR_MAX];

    CU_ASSERT_TRUE_FATAL(live_filter_write(text, has_ether_types));
    pair.filter = filter_new(text, error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(pair.filter);
    return pair;
}

static void pair_free(struct pair *pair)
{
    bench_free(pair->bench);
    filter_free(pair->filter);
}

static bool passes(const struct pair *pair, int link_type)
{
    struct raw_packet raw = {
        .data = frame_octets(&pair->bench->frame),
        .original_length = (uint32_t)pair->bench->frame.len,
        .link_type = link_type,
    };

    return filter_match(pair->filter, &raw);
}

/* True when the frame passes, or the decoder makes nothing of it. */
static bool agree(const struct pair *pair)
{
    return decode(pair->bench, LINKTYPE_ETHERNET) == PACKET_OTHER
           || passes(pair, LINKTYPE_ETHERNET);
}

static void every_form_of_a_segment_passes(void)
{
    struct pair pair = pair_new(true);

    for (size_t i = 0; i < FORMS; i++) {
        forms[i].build(&pair.bench->frame);
        CU_ASSERT_TRUE(passes(&pair, LINKTYPE_ETHERNET));
    }
    pair_free(&pair);
}

/* Nothing behind the header: whoever looks for more finds that it ends too early. */
static void every_protocol_that_is_read_passes(void)
{
    struct pair pair = pair_new(true);
    struct frame *frame = &pair.bench->frame;
    int wrong = 0;

    for (unsigned protocol = 0; protocol <= UINT8_MAX; protocol++) {
        frame_start(frame, "");
        frame_ipv4(frame, (uint8_t)protocol);
        frame_ethernet(frame, ETHERTYPE_IPV4);
        wrong += protocol != IP_PROTOCOL_UDP && !agree(&pair);
        frame_start(frame, "");
        frame_ipv6(frame, (uint8_t)protocol);
        frame_ethernet(frame, ETHERTYPE_IPV6);
        wrong += protocol != IP_PROTOCOL_UDP && !agree(&pair);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    pair_free(&pair);
}

static void every_ether_type_that_is_read_passes(void)
{
    struct pair pair = pair_new(true);
    struct frame *frame = &pair.bench->frame;
    int wrong = 0;

    for (unsigned type = ETHER_TYPE_MIN; type <= UINT16_MAX; type++) {
        frame_start(frame, "");
        if (type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6)
            continue;
        frame_ethernet(frame, (uint16_t)type);
        wrong += !agree(&pair);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    pair_free(&pair);
}

/* The octets of a form that end at its UDP header, to every port instead of its own. */
static int count_ports_that_differ(const struct pair *pair, const struct form *form)
{
    struct frame *frame = &pair->bench->frame;
    size_t outer = LINK_ETHERNET_ADDRESSES + 2 + 20; /* Ethernet, IPv4 */
    int wrong = 0;

    form->build(frame);
    for (unsigned port = 0; port <= UINT16_MAX; port++) {
        uint8_t *destination = frame->room + FRAME_ROOM - frame->len + outer + 2;

        destination[0] = (uint8_t)(port >> 8);
        destination[1] = (uint8_t)port;
        wrong += !agree(pair);
    }
    return wrong;
}

static bool is_in_udp(const struct frame *frame)
{
    struct bytes octets = frame_octets(frame);

    return octets.data[LINK_ETHERNET_ADDRESSES + 2 + 9] == IP_PROTOCOL_UDP;
}

static void every_port_that_is_read_passes(void)
{
    struct pair pair = pair_new(true);
    int tried = 0;

    for (size_t i = 0; i < FORMS; i++) {
        forms[i].build(&pair.bench->frame);
        if (!is_in_udp(&pair.bench->frame))
            continue;
        CU_ASSERT_EQUAL(count_ports_that_differ(&pair, &forms[i]), 0);
        tried++;
    }
    CU_ASSERT_TRUE(tried > 0);
    pair_free(&pair);
}

static void every_fragment_of_a_tunnel_passes(void)
{
    struct pair pair = pair_new(true);
    struct frame *frame = &pair.bench->frame;

    form_vxlan(frame);
    frame->len = 16; /* the end of the datagram */
    frame_ipv4_fragment(frame, IP_PROTOCOL_UDP, 4);
    frame_ethernet(frame, ETHERTYPE_IPV4);
    CU_ASSERT_TRUE(passes(&pair, LINKTYPE_ETHERNET));
    frame_start(frame, "a datagram of another port begins");
    frame_udp(frame, 40000, 53);
    frame_ipv4_fragment(frame, IP_PROTOCOL_UDP, 0x2000);
    frame_ethernet(frame, ETHERTYPE_IPV4);
    CU_ASSERT_TRUE(passes(&pair, LINKTYPE_ETHERNET));
    pair_free(&pair);
}

/* A message about a segment, of every type. */
static void every_icmp_error_passes(void)
{
    struct pair pair = pair_new(true);
    struct frame *frame = &pair.bench->frame;
    int errors = 0;

    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        form_ipv4(frame);
        FRAME_PREPEND(frame, "\0\0\0\0\0\0\0");
        frame_number(frame, type, 1);
        frame_ipv4(frame, IP_PROTOCOL_ICMP);
        frame_ethernet(frame, ETHERTYPE_IPV4);
        CU_ASSERT_EQUAL(decode(pair.bench, LINKTYPE_ETHERNET) == PACKET_ICMP_ERROR,
                        passes(&pair, LINKTYPE_ETHERNET));
        errors += passes(&pair, LINKTYPE_ETHERNET);
        form_segment(frame);
        frame_ipv6(frame, IP_PROTOCOL_TCP);
        FRAME_PREPEND(frame, "\0\0\0\0\0\0\0");
        frame_number(frame, type, 1);
        frame_ipv6(frame, IP_PROTOCOL_ICMPV6);
        frame_ethernet(frame, ETHERTYPE_IPV6);
        CU_ASSERT_EQUAL(decode(pair.bench, LINKTYPE_ETHERNET) == PACKET_ICMP_ERROR,
                        passes(&pair, LINKTYPE_ETHERNET));
        errors += passes(&pair, LINKTYPE_ETHERNET);
    }
    CU_ASSERT_EQUAL(errors, 8);
    pair_free(&pair);
}

static void a_segment_behind_llc_passes(void)
{
    static const char *const headers[] = {"\xaa\xaa\x03\0\0\0\x08\0", "\x06\x06\x03"};
    static const size_t lengths[] = {8, 3};
    struct pair pair = pair_new(true);
    struct frame *frame = &pair.bench->frame;

    for (size_t i = 0; i < 2; i++) {
        form_ipv4(frame);
        frame_prepend(frame, headers[i], lengths[i]);
        frame_ethernet(frame, (uint16_t)frame->len);
        CU_ASSERT_EQUAL(decode(pair.bench, LINKTYPE_ETHERNET), PACKET_TCP);
        CU_ASSERT_TRUE(passes(&pair, LINKTYPE_ETHERNET));
    }
    pair_free(&pair);
}

static void what_is_of_no_use_does_not_pass(void)
{
    struct pair pair = pair_new(true);
    struct frame *frame = &pair.bench->frame;

    frame_start(frame, "a query");
    form_in_udp(frame, 53);
    CU_ASSERT_FALSE(passes(&pair, LINKTYPE_ETHERNET));
    frame_start(frame, "who has it");
    frame_ethernet(frame, 0x0806); /* ARP */
    CU_ASSERT_FALSE(passes(&pair, LINKTYPE_ETHERNET));
    frame_start(frame, "\x42\x42\x03 a bridge protocol data unit");
    frame_ethernet(frame, (uint16_t)frame->len);
    CU_ASSERT_FALSE(passes(&pair, LINKTYPE_ETHERNET));
    pair_free(&pair);
}

static void a_link_type_without_ether_types_has_a_filter(void)
{
    struct pair pair = pair_new(false);

    form_ipv4(&pair.bench->frame);
    CU_ASSERT_TRUE(passes(&pair, LINKTYPE_RAW));
    frame_start(&pair.bench->frame, "a query");
    frame_udp(&pair.bench->frame, 40000, 53);
    frame_ipv4(&pair.bench->frame, IP_PROTOCOL_UDP);
    CU_ASSERT_FALSE(passes(&pair, LINKTYPE_RAW));
    pair_free(&pair);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"every form of a segment passes", every_form_of_a_segment_passes},
        {"every protocol that is read passes", every_protocol_that_is_read_passes},
        {"every EtherType that is read passes", every_ether_type_that_is_read_passes},
        {"every port that is read passes", every_port_that_is_read_passes},
        {"every fragment of a tunnel passes", every_fragment_of_a_tunnel_passes},
        {"every ICMP error passes", every_icmp_error_passes},
        {"a segment behind LLC passes", a_segment_behind_llc_passes},
        {"what is of no use does not pass", what_is_of_no_use_does_not_pass},
        {"a link type without EtherTypes has a filter",
         a_link_type_without_ether_types_has_a_filter},
        CU_TEST_INFO_NULL,
    };

    return suite_run("live_filter", tests);
}
