/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a connection, through the table: what an analysis will see. */
#include "capture/transport.h"
#include "tests/support/segments.h"
#include "tests/support/suite.h"

static const char block[2000] = "x";

/* A segment with options, sizes and header fields of its own. */
struct sending {
    enum side from;
    uint8_t flags;
    uint32_t sequence;
    uint32_t acknowledgment;
    uint32_t length;
    int64_t wait_ns;
    const char *options;
    size_t options_length;
    uint8_t hop_limit; /* 0: the usual one */
    bool window_zero;
};

static void send(struct scene *scene, struct sending s)
{
    struct segment segment = scene_segment(scene, s.from, s.flags, s.sequence, s.acknowledgment,
                                           bytes_of(block, s.length));

    scene_wait(scene, s.wait_ns);
    segment.options = bytes_of(s.options, s.options_length);
    if (s.hop_limit != 0)
        segment.hop_limit = s.hop_limit;
    if (s.window_zero)
        segment.window = 0;
    scene_give(scene, &segment);
}

static void options_of_a_syn_are_read(void)
{
    static const char options[] = "\x02\x04\x05\xb4\x01\x03\x03\x07\x04\x02\x08\x0a"
                                  "\0\0\0\1\0\0\0\0";
    struct syn_options found;

    transport_syn_options(bytes_of(options, sizeof(options) - 1), &found);
    CU_ASSERT_EQUAL(found.mss, 1460);
    CU_ASSERT_EQUAL(found.window_scale, 7);
    CU_ASSERT_TRUE(found.sack_permitted);
    CU_ASSERT_TRUE(found.timestamps);
}

static void the_order_of_options_tells_linux(void)
{
    static const struct {
        const char *options;
        size_t length;
        bool is_linux;
    } rows[] = {
        {"\x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\1\0\0\0\0\x01\x03\x03\x07", 20, true},
        /* FreeBSD, Apple, OpenBSD */
        {"\x02\x04\x05\xb4\x01\x03\x03\x06\x04\x02\x08\x0a\0\0\0\1\0\0\0\0", 20, false},
        {"\x02\x04\x05\xb4\x01\x03\x03\x06\x01\x01\x08\x0a\0\0\0\1\0\0\0\0\x04\x02\0\0", 24, false},
        {"\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x06\x01\x01\x08\x0a\0\0\0\1\0\0\0\0", 24,
         false},
        {"\x02\x04\x05\xb4\x04\x02", 6, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct syn_options found;

        transport_syn_options(bytes_of(rows[i].options, rows[i].length), &found);
        CU_ASSERT_EQUAL(found.is_in_linux_order, rows[i].is_linux);
    }
}

static void options_of_a_syn_tell_of_multipath(void)
{
    static const struct {
        const char *options;
        size_t length;
        enum multipath multipath;
    } rows[] = {
        {"\x02\x04\x05\xb4", 4, MULTIPATH_NONE},
        {"\x1e\x04\x01\x01", 4, MULTIPATH_CAPABLE},
        {"\x02\x04\x05\xb4\x1e\x0c\x00\x81\1\2\3\4\5\6\7\x8", 16,
         MULTIPATH_CAPABLE}, /* version 0 */
        {"\x1e\x0c\x10\x02\1\2\3\4\5\6\7\x8", 12, MULTIPATH_JOIN},
        {"\x1e\x04\x20\x00", 4, MULTIPATH_NONE}, /* DSS is none of a SYN */
        {"\x1e\x02", 2, MULTIPATH_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct syn_options found;

        transport_syn_options(bytes_of(rows[i].options, rows[i].length), &found);
        CU_ASSERT_EQUAL(found.multipath, rows[i].multipath);
    }
}

static void malformed_options_end_the_list(void)
{
    struct syn_options found;

    transport_syn_options(bytes_of("\x02\x00\x04\x02", 4), &found); /* length below 2 */
    CU_ASSERT_FALSE(found.sack_permitted);
    transport_syn_options(bytes_of("\x02\x09\x05\xb4", 4), &found); /* longer than there is */
    CU_ASSERT_EQUAL(found.mss, 0);
    transport_syn_options(bytes_of("\x00\x04\x02", 3), &found); /* behind the end */
    CU_ASSERT_FALSE(found.sack_permitted);
    transport_syn_options(bytes_of("\x03\x03\xff", 3), &found);
    CU_ASSERT_EQUAL(found.window_scale, 14);
    transport_syn_options(bytes_of("\x02", 1), &found);
    CU_ASSERT_EQUAL(found.window_scale, -1);
}

static void round_trips_are_measured(void)
{
    struct scene *scene = scene_new(NULL);
    struct connection connection;

    send(scene, (struct sending){.from = SIDE_CLIENT, .flags = TCP_SYN});
    send(scene, (struct sending){
                    .from = SIDE_SERVER, .flags = TCP_SYN | TCP_ACK, .wait_ns = 30 * MILLISECOND});
    send(scene,
         (struct sending){.from = SIDE_CLIENT, .flags = TCP_ACK, .wait_ns = 5 * MILLISECOND});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.syn_rtt_ns, 31 * MILLISECOND);
    CU_ASSERT_EQUAL(connection.ack_rtt_ns, 6 * MILLISECOND);
}

static void an_answer_to_two_syns_measures_nothing(void)
{
    struct scene *scene = scene_new(NULL);
    struct connection connection;

    send(scene, (struct sending){.from = SIDE_CLIENT, .flags = TCP_SYN});
    send(scene, (struct sending){.from = SIDE_CLIENT, .flags = TCP_SYN, .wait_ns = SECOND});
    send(scene, (struct sending){.from = SIDE_SERVER, .flags = TCP_SYN | TCP_ACK});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.syn_rtt_ns, -1);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].syn_count, 2);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].syn.packet, 1);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].last_syn.packet, 2);
}

/* Full segments sent five times in vain while small ones pass. */
static void sizes_that_never_pass_are_told_from_those_that_do(void)
{
    struct scene *scene = scene_open();
    struct connection connection;
    const struct direction *server;

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 300, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 300, 100, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 300, 100, 0, 0, NULL, 0, 0, false});
    for (int i = 0; i < 6; i++)
        send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 100, 300, 1400, SECOND << i, NULL, 0, 0,
                                     false});
    connection = scene_conclude(scene);
    server = &connection.direction[SIDE_SERVER];
    CU_ASSERT_EQUAL(server->retransmissions, 5);
    CU_ASSERT_EQUAL(server->retransmitted_octets, 7000);
    CU_ASSERT_EQUAL(server->most_retransmitted, 5);
    CU_ASSERT_EQUAL(server->largest_segment, 1400);
    CU_ASSERT_EQUAL(server->largest_acknowledged, 100);
    CU_ASSERT_EQUAL(server->smallest_unacknowledged, 1400);
    CU_ASSERT_EQUAL(server->largest_unacknowledged, 1400);
    CU_ASSERT_EQUAL(server->unacknowledged_octets, 1400);
    CU_ASSERT_EQUAL(direction_trouble(server)->first_retransmission.packet, 8);
    CU_ASSERT_EQUAL(direction_trouble(server)->last_retransmission.packet, 12);
    CU_ASSERT_TRUE(server->again_in_need);
    CU_ASSERT_EQUAL(server->last_data.packet, 7);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].largest_acknowledged, 300);
}

/* The sender finds out by itself and sends smaller portions, which pass. */
static void a_size_that_was_cut_down_never_passed(void)
{
    struct scene *scene = scene_open();
    struct connection connection;
    const struct direction *client;

    for (int i = 0; i < 3; i++)
        send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 1400, SECOND, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 700, SECOND, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 700, 0, 700, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 1400, 0, 0, NULL, 0, 0, false});
    connection = scene_conclude(scene);
    client = &connection.direction[SIDE_CLIENT];
    CU_ASSERT_EQUAL(client->largest_acknowledged, 700);
    CU_ASSERT_EQUAL(client->smallest_unacknowledged, 1400);
    CU_ASSERT_EQUAL(client->unacknowledged_octets, 0);
}

static void what_is_acked_after_all_is_not_unacknowledged(void)
{
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 1400, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 1400, SECOND, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 1400, 0, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 1400, SECOND, NULL, 0, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].retransmissions, 2);
    CU_ASSERT_FALSE(connection.direction[SIDE_CLIENT].again_in_need);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].largest_acknowledged, 1400);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].smallest_unacknowledged, 0);
}

/* A server whose segments, as many and each larger by one, are sent twice and never ACKed. */
static struct direction flight_sent_twice(uint32_t segments)
{
    struct scene *scene = scene_open();

    for (int again = 0; again < 2; again++) {
        uint32_t sequence = 0;

        for (uint32_t i = 0; i < segments; sequence += 100 + i, i++)
            send(scene, (struct sending){SIDE_SERVER, TCP_ACK, sequence, 0, 100 + i, SECOND, NULL,
                                         0, 0, false});
    }
    return scene_conclude(scene).direction[SIDE_SERVER];
}

static void a_long_flight_is_remembered_and_a_longer_one_from_its_end(void)
{
    struct direction server = flight_sent_twice(TRANSPORT_SENT_FEW);

    CU_ASSERT_EQUAL(server.smallest_unacknowledged, 100);
    server = flight_sent_twice(TRANSPORT_SENT_MAX);
    CU_ASSERT_EQUAL(server.retransmissions, TRANSPORT_SENT_MAX);
    CU_ASSERT_EQUAL(server.smallest_unacknowledged, 100);
    CU_ASSERT_EQUAL(server.largest_unacknowledged, 100 + TRANSPORT_SENT_MAX - 1);
    CU_ASSERT_EQUAL(server.most_retransmitted, 1);
    server = flight_sent_twice(TRANSPORT_SENT_MAX + 1);
    CU_ASSERT_EQUAL(server.retransmissions, TRANSPORT_SENT_MAX + 1);
    CU_ASSERT_EQUAL(server.smallest_unacknowledged, 101);
    CU_ASSERT_EQUAL(server.largest_unacknowledged, 100 + TRANSPORT_SENT_MAX);
}

/* Too soon to be told by time. */
static void octets_held_behind_a_hole_count_as_seen(void)
{
    struct scene *scene = scene_open();

    for (int i = 0; i < 3; i++)
        send(scene, (struct sending){
                        .from = SIDE_SERVER, .flags = TCP_ACK, .sequence = 1400, .length = 100});
    CU_ASSERT_EQUAL(scene_conclude(scene).direction[SIDE_SERVER].retransmitted_octets, 200);
}

static void a_syn_captured_twice_is_one_syn(void)
{
    struct scene *scene = scene_new(NULL);
    struct segment syn = scene_segment(scene, SIDE_CLIENT, TCP_SYN, 0, 0, bytes_of(block, 0));
    struct connection connection;

    scene_give(scene, &syn);
    scene->now_ns -= MILLISECOND - 50000;
    scene_give(scene, &syn);
    scene_wait(scene, SECOND);
    scene_give(scene, &syn);
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].syn_count, 2);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].duplicates, 1);
}

/* The server's answer ended the time of which little is kept of the SYN. */
static void a_syn_captured_again_behind_its_answer_is_one_syn(void)
{
    struct scene *scene = scene_new(NULL);
    struct segment syn = scene_segment(scene, SIDE_CLIENT, TCP_SYN, 0, 0, bytes_of(block, 0));
    struct connection connection;

    scene_give(scene, &syn);
    scene_send(scene, SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 0, "");
    syn.hop_limit--;
    scene_give(scene, &syn);
    scene_wait(scene, SECOND);
    scene_give(scene, &syn);
    connection = scene_conclude(scene);
    CU_ASSERT_TRUE(connection.direction[SIDE_CLIENT].routed);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].syn_count, 2);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].duplicates, 1);
}

/* Behind the loss: the hole is filled by octets never captured before. */
static uint32_t retransmissions_after(int64_t wait_ns)
{
    struct scene *scene = scene_open();

    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 100, 0, 100, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 0, 100, wait_ns, NULL, 0, 0, false});
    return scene_conclude(scene).direction[SIDE_SERVER].retransmissions;
}

static void a_hole_filled_soon_is_reordering_and_late_a_retransmission(void)
{
    CU_ASSERT_EQUAL(retransmissions_after(0), 0);
    CU_ASSERT_EQUAL(retransmissions_after(200 * MILLISECOND), 1);
}

/* A full segment that fills the hole below a small one, so long after it. */
static uint32_t largest_after(int64_t wait_ns, bool client_closes)
{
    struct scene *scene = scene_open();

    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 1400, 0, 100, 0, NULL, 0, 0, false});
    if (client_closes)
        send(scene,
             (struct sending){SIDE_CLIENT, TCP_ACK | TCP_FIN, 0, 0, 0, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 0, 1400, wait_ns, NULL, 0, 0, false});
    return scene_conclude(scene).direction[SIDE_SERVER].largest_segment;
}

static void a_size_that_passes_long_after_the_receiver_closed_did_not_pass(void)
{
    CU_ASSERT_EQUAL(largest_after(30 * SECOND, true), 100);
    CU_ASSERT_EQUAL(largest_after(SECOND, true), 1400);
    CU_ASSERT_EQUAL(largest_after(30 * SECOND, false), 1400);
}

static void a_sack_block_tells_the_hole_below_it(void)
{
    /* ACK 0 of the server's octets, SACK 1400-2800; the number is SERVER_ISN + 1 + 1400. */
    static const char sack[] = "\x01\x01\x05\x0a\x00\x00\x19\x01\x00\x00\x1e\x79";
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 1400, 0, 1400, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 0, 0, sack, 12, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].sack_blocks, 1);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].sack_hole_octets, 1400);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].duplicate_acks, 1);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[SIDE_SERVER])->missed_octets, 0);
}

/* A large segment, as a host leaves the cutting to its network card: its second half is sent again
 * and arrives, its first half never does. */
static void what_a_sack_block_covers_has_passed(void)
{
    static const char sack[] = "\x01\x01\x05\x0a\x00\x00\x19\x01\x00\x00\x1b\x59";
    struct scene *scene = scene_open();
    struct direction server;

    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 0, 2000, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 1400, 0, 600, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 0, 0, sack, 12, 0, false});
    for (int i = 0; i < 3; i++)
        send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 0, 1400, SECOND, NULL, 0, 0, false});
    server = scene_conclude(scene).direction[SIDE_SERVER];
    CU_ASSERT_EQUAL(server.largest_acknowledged, 600);
    CU_ASSERT_EQUAL(server.smallest_unacknowledged, 1400);
    CU_ASSERT_EQUAL(server.largest_unacknowledged, 1400);
    CU_ASSERT_EQUAL(server.unacknowledged_octets, 2000);
}

static void a_sack_hole_that_closes_is_forgotten(void)
{
    static const char sack[] = "\x01\x01\x05\x0a\x00\x00\x19\x01\x00\x00\x1e\x79";
    struct scene *scene = scene_open();

    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 1400, 0, 1400, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 0, 0, sack, 12, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 0, 1400, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 2800, 0, 0, NULL, 0, 0, false});
    CU_ASSERT_EQUAL(scene_conclude(scene).direction[SIDE_CLIENT].sack_hole_octets, 0);
}

static void zero_windows_and_keep_alives_are_counted(void)
{
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 10, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 10, 0, 0, NULL, 0, 0, true});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 9, 0, 0, SECOND, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 9, 0, 1, SECOND, NULL, 0, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].zero_windows, 1);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].keep_alives, 2);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].retransmissions, 0);
}

/* The last ACK tells; what comes with a RST is no window. */
static void a_window_is_closed_until_an_ack_opens_it(void)
{
    for (int opened = 0; opened < 2; opened++) {
        struct scene *scene = scene_open();
        struct connection connection;

        send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 10, 0, NULL, 0, 0, false});
        send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 10, 0, 0, NULL, 0, 0, true});
        if (opened)
            send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 10, 0, 0, NULL, 0, 0, false});
        send(scene, (struct sending){SIDE_SERVER, TCP_RST, 0, 10, 0, 0, NULL, 0, 0, false});
        connection = scene_conclude(scene);
        CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].window_closed, opened == 0);
        CU_ASSERT_FALSE(connection.direction[SIDE_CLIENT].window_closed);
    }
}

/* A RST of the server with this relative number after an exchange of 10 octets each way. */
static struct reset reset_with(uint32_t sequence)
{
    struct scene *scene = scene_open();

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 10, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 10, 10, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 10, 10, 0, 0, NULL, 0, 0, false});
    send(scene,
         (struct sending){SIDE_SERVER, TCP_RST | TCP_ACK, sequence, 10, 0, 0, NULL, 0, 99, false});
    return *direction_reset(&scene_conclude(scene).direction[SIDE_SERVER]);
}

static void a_reset_is_compared_with_what_the_receiver_expects(void)
{
    CU_ASSERT_EQUAL(reset_with(10).fit, RESET_EXACT);
    CU_ASSERT_EQUAL(reset_with(11).fit, RESET_IN_WINDOW);
    CU_ASSERT_EQUAL(reset_with(9).fit, RESET_OUTSIDE);
    CU_ASSERT_EQUAL(reset_with(100000000).fit, RESET_OUTSIDE);
    CU_ASSERT_EQUAL(reset_with(10).hop_limit, 99);
    CU_ASSERT_TRUE(reset_with(10).has_ack);
    CU_ASSERT_TRUE(reset_with(10).acknowledges_data);
    CU_ASSERT_FALSE(reset_with(10).data_after);
    CU_ASSERT_EQUAL(reset_with(10).count, 1);
}

static void a_reset_has_a_timestamp_or_not(void)
{
    static const uint8_t timestamps[] = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};

    for (size_t i = 0; i < 2; i++) {
        struct scene *scene = scene_open();
        struct segment segment =
            scene_segment(scene, SIDE_SERVER, TCP_RST | TCP_ACK, 0, 0, bytes_of("", 0));

        segment.options = bytes_of(timestamps, i == 0 ? 0 : sizeof(timestamps));
        scene_give(scene, &segment);
        CU_ASSERT_EQUAL(
            direction_reset(&scene_conclude(scene).direction[SIDE_SERVER])->has_timestamp, i == 1);
    }
}

static void a_fin_sent_again_is_counted(void)
{
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 10, 0, NULL, 0, 0, false});
    for (unsigned i = 0; i < 3; i++)
        send(scene,
             (struct sending){SIDE_CLIENT, TCP_FIN | TCP_ACK, 10, 0, 0, SECOND, NULL, 0, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].fin_again, 2);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].retransmissions, 0);
    CU_ASSERT_FALSE(connection.direction[SIDE_CLIENT].fin_acknowledged);
}

static void a_better_reset_replaces_one_outside_the_window(void)
{
    struct scene *scene = scene_open();
    struct reset reset;

    send(scene, (struct sending){SIDE_SERVER, TCP_RST, 100000000, 0, 0, 0, NULL, 0, 99, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_RST, 0, 0, 0, 0, NULL, 0, 57, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_RST, 1, 0, 0, 0, NULL, 0, 58, false});
    reset = *direction_reset(&scene_conclude(scene).direction[SIDE_SERVER]);
    CU_ASSERT_EQUAL(reset.fit, RESET_EXACT);
    CU_ASSERT_EQUAL(reset.hop_limit, 57);
    CU_ASSERT_EQUAL(reset.count, 3);
}

static void data_after_its_own_reset_is_noted(void)
{
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 10, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_RST, 0, 0, 0, 0, NULL, 0, 99, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 10, 10, 0, NULL, 0, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_TRUE(direction_reset(&connection.direction[SIDE_SERVER])->data_after);
    CU_ASSERT_FALSE(direction_reset(&connection.direction[SIDE_CLIENT])->data_after);
    /* The RST's own hop limit is kept apart from that of the other packets. */
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].hop_limit, 57);
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].hop_limit_other, 57);
}

/* Of the packets between the first and the last one, too. */
static void a_hop_limit_that_varies_is_noted(void)
{
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 0, 10, 0, NULL, 0, 56, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 10, 0, 10, 0, NULL, 0, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].hop_limit, 57);
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].hop_limit_other, 56);
    CU_ASSERT_TRUE(hop_limit_varies(&connection.direction[SIDE_SERVER]));
    CU_ASSERT_FALSE(hop_limit_varies(&connection.direction[SIDE_CLIENT]));
}

/* A RST of the server that ACKs ten octets of the client, and a FIN with these numbers. */
static bool fin_comes_after_reset(uint32_t reset_at, uint32_t acknowledgment, int64_t wait_ns)
{
    struct scene *scene = scene_open();

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 0, 0, 10, 0, NULL, 0, 0, false});
    send(scene,
         (struct sending){SIDE_SERVER, TCP_RST | TCP_ACK, reset_at, 10, 0, 0, NULL, 0, 57, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_FIN | TCP_ACK, 0, acknowledgment, 0, wait_ns,
                                 NULL, 0, 0, false});
    return direction_reset(&scene_conclude(scene).direction[SIDE_SERVER])->fin_after;
}

static void a_fin_after_its_own_reset_is_noted(void)
{
    CU_ASSERT_TRUE(fin_comes_after_reset(0, 0, SECOND));
    CU_ASSERT_FALSE(fin_comes_after_reset(0, 0, MILLISECOND)); /* exchanged on the way */
    CU_ASSERT_FALSE(fin_comes_after_reset(1, 0, SECOND));      /* it was sent before */
    CU_ASSERT_FALSE(fin_comes_after_reset(0, 10, SECOND));
}

static void a_fin_and_its_ack_are_noted(void)
{
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_CLIENT, TCP_FIN | TCP_ACK, 0, 0, 5, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 5, 0, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_ACK, 0, 6, 0, 0, NULL, 0, 0, false});
    send(scene, (struct sending){SIDE_SERVER, TCP_FIN | TCP_ACK, 0, 6, 0, 0, NULL, 0, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].fin.packet, 4);
    CU_ASSERT_TRUE(connection.direction[SIDE_CLIENT].fin_acknowledged);
    CU_ASSERT_EQUAL(connection.direction[SIDE_SERVER].fin.packet, 7);
    CU_ASSERT_FALSE(connection.direction[SIDE_SERVER].fin_acknowledged);
}

static void data_outside_the_window_is_ignored_and_counted(void)
{
    struct scene *scene = scene_open();
    struct connection connection;

    send(scene, (struct sending){SIDE_CLIENT, TCP_ACK, 60001 + STREAM_WINDOW_SLACK, 0, 100, 0, NULL,
                                 0, 0, false});
    connection = scene_conclude(scene);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[SIDE_CLIENT])->outside_octets, 100);
    CU_ASSERT_EQUAL(connection.direction[SIDE_CLIENT].payload_octets, 0);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"options of a SYN are read", options_of_a_syn_are_read},
        {"the order of options tells Linux", the_order_of_options_tells_linux},
        {"options of a SYN tell of Multipath TCP", options_of_a_syn_tell_of_multipath},
        {"malformed options end the list", malformed_options_end_the_list},
        {"round trips are measured", round_trips_are_measured},
        {"an answer to two SYNs measures nothing", an_answer_to_two_syns_measures_nothing},
        {"sizes that never pass are told from those that do",
         sizes_that_never_pass_are_told_from_those_that_do},
        {"a size that was cut down never passed", a_size_that_was_cut_down_never_passed},
        {"what is ACKed after all is not unacknowledged",
         what_is_acked_after_all_is_not_unacknowledged},
        {"a long flight is remembered, and a longer one from its end",
         a_long_flight_is_remembered_and_a_longer_one_from_its_end},
        {"octets held behind a hole count as seen", octets_held_behind_a_hole_count_as_seen},
        {"a SYN captured twice is one SYN", a_syn_captured_twice_is_one_syn},
        {"a SYN captured again behind its answer is one SYN",
         a_syn_captured_again_behind_its_answer_is_one_syn},
        {"a hole filled soon is reordering and late a retransmission",
         a_hole_filled_soon_is_reordering_and_late_a_retransmission},
        {"a size that passes long after the receiver closed did not pass",
         a_size_that_passes_long_after_the_receiver_closed_did_not_pass},
        {"a SACK block tells the hole below it", a_sack_block_tells_the_hole_below_it},
        {"what a SACK block covers has passed", what_a_sack_block_covers_has_passed},
        {"a SACK hole that closes is forgotten", a_sack_hole_that_closes_is_forgotten},
        {"zero windows and keep-alives are counted", zero_windows_and_keep_alives_are_counted},
        {"a window is closed until an ACK opens it", a_window_is_closed_until_an_ack_opens_it},
        {"a reset is compared with what the receiver expects",
         a_reset_is_compared_with_what_the_receiver_expects},
        {"a reset has a timestamp or not", a_reset_has_a_timestamp_or_not},
        {"a FIN sent again is counted", a_fin_sent_again_is_counted},
        {"a better reset replaces one outside the window",
         a_better_reset_replaces_one_outside_the_window},
        {"data after its own reset is noted", data_after_its_own_reset_is_noted},
        {"a hop limit that varies is noted", a_hop_limit_that_varies_is_noted},
        {"a FIN after its own reset is noted", a_fin_after_its_own_reset_is_noted},
        {"a FIN and its ACK are noted", a_fin_and_its_ack_are_noted},
        {"data outside the window is ignored and counted",
         data_outside_the_window_is_ignored_and_counted},
        CU_TEST_INFO_NULL,
    };

    return suite_run("transport", tests);
}
