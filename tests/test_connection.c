/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the handler is told; segments.h says how the log is read. */
#include "tests/support/told.h"

static void an_exchange_is_told_from_beginning_to_end(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_ACK, 0, 5, "welcome");
    client(scene, TCP_ACK | TCP_FIN, 5, 7, "");
    server(scene, TCP_ACK | TCP_FIN, 7, 6, "");
    client(scene, TCP_ACK, 6, 8, "");
    expect_log(scene, "+c\"hello\"s\"welcome\"c.s.");
    connections_advance(scene->connections, scene->now_ns + 3 * SECOND);
    expect_log(scene, "+c\"hello\"s\"welcome\"c.s.end:closed");
    CU_ASSERT_TRUE(scene->last.syn_seen);
    CU_ASSERT_EQUAL(scene->last.endpoint[SIDE_CLIENT].port, CLIENT_PORT);
    CU_ASSERT_EQUAL(scene->last.endpoint[SIDE_SERVER].port, SERVER_PORT);
    CU_ASSERT_EQUAL(scene->last.endpoint[SIDE_SERVER].address.octets[12], 198);
    CU_ASSERT_EQUAL(scene->last.first.packet, 1);
    CU_ASSERT_EQUAL(scene->last.last.packet, 8);
    CU_ASSERT_EQUAL(scene->last.last_by[SIDE_CLIENT].packet, 8);
    CU_ASSERT_EQUAL(scene->last.last_by[SIDE_SERVER].packet, 7);
    finish(scene, "+c\"hello\"s\"welcome\"c.s.end:closed");
}

static void a_fin_waits_for_the_octets_before_it(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK | TCP_FIN, 5, 0, "");
    expect_log(scene, "+");
    client(scene, TCP_ACK, 0, 0, "hello");
    finish(scene, "+c\"hello\"c.end:capture");
}

static void a_reset_ends_after_a_while_and_late_data_still_counts(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_RST, 0, 0, "");
    server(scene, TCP_ACK, 0, 5, "late");
    connections_advance(scene->connections, scene->now_ns + 3 * SECOND);
    expect_log(scene, "+c\"hello\"s!s\"late\"end:closed");
    /* What comes later still is of the connection that is over. */
    server(scene, TCP_ACK, 4, 5, "later");
    finish(scene, "+c\"hello\"s!s\"late\"end:closed");
}

static void a_reset_outside_the_window_ends_nothing(void)
{
    struct scene *scene = begin();

    server(scene, TCP_RST, 500000000, 0, "");
    connections_advance(scene->connections, scene->now_ns + 3 * SECOND);
    client(scene, TCP_ACK, 0, 0, "hello");
    finish(scene, "+c\"hello\"end:capture");
}

static void a_refused_syn_ends_as_closed(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_RST | TCP_ACK, (uint32_t)-SERVER_ISN - 1, 0, "");
    connections_advance(scene->connections, scene->now_ns + 3 * SECOND);
    expect_log(scene, "+s!end:closed");
    CU_ASSERT_FALSE(moment_seen(scene->last.direction[SIDE_SERVER].syn));
    CU_ASSERT_EQUAL(direction_reset(&scene->last.direction[SIDE_SERVER])->fit, RESET_EXACT);
    finish(scene, "+s!end:closed");
}

/* It says why, and is not an octet of the stream. */
static void what_is_in_a_reset_is_told_with_it(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_RST | TCP_ACK, 0, 5, "no pool");
    connections_advance(scene->connections, scene->now_ns + 3 * SECOND);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_SERVER].payload_octets, 0);
    finish(scene, "+c\"hello\"s!no poolend:closed");
}

static void the_window_of_a_reset_is_compared_with_that_of_the_last_ack(void)
{
    for (uint16_t more = 0; more < 2; more++) {
        struct scene *scene = begin();
        struct segment segment =
            scene_segment(scene, SIDE_SERVER, TCP_RST | TCP_ACK, 0, 0, bytes_of("", 0));
        const struct reset *reset;

        segment.window = (uint16_t)(segment.window + more);
        scene_give(scene, &segment);
        connections_finish(scene->connections);
        reset = direction_reset(&scene->last.direction[SIDE_SERVER]);
        CU_ASSERT_EQUAL(reset->window, segment.window);
        CU_ASSERT_EQUAL(reset->is_other_window, more > 0);
        scene_free(scene);
    }
}

/* Of those that follow it, and of a RST, nothing is said. */
static void the_first_packet_with_another_hop_limit_is_known(void)
{
    enum { FIRST = 6 };
    struct scene *scene = begin();
    const struct direction *from_server = &scene->last.direction[SIDE_SERVER];

    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_ACK, 0, 5, "");
    for (uint8_t i = 0; i < 3; i++) {
        struct segment segment = scene_segment(scene, SIDE_SERVER, TCP_ACK, i, 5, bytes_of("x", 1));

        segment.hop_limit = (uint8_t)(250 - i);
        scene_give(scene, &segment);
    }
    server(scene, TCP_RST, 3, 0, "");
    connections_finish(scene->connections);
    for (uint64_t packet = 1; packet <= scene->last.last.packet; packet++)
        CU_ASSERT_EQUAL(packet_has_other_path(from_server, packet), packet == FIRST);
    CU_ASSERT_EQUAL(direction_trouble(from_server)->other_path_hop_limit, 250);
    CU_ASSERT_EQUAL(from_server->hop_limit_other, 248);
    CU_ASSERT_FALSE(packet_has_other_path(&scene->last.direction[SIDE_CLIENT], 2));
    scene_free(scene);
}

/* The memory of the first is the second's, and what few connections have is not cleared before it
 * is needed. */
static void a_connection_has_no_trouble_of_an_earlier_one(void)
{
    struct scene *scene = scene_new(NULL);
    const struct direction *from_client = &scene->last.direction[SIDE_CLIENT];
    const struct direction *from_server = &scene->last.direction[SIDE_SERVER];

    client(scene, TCP_ACK, 0, 0, "hello");
    client(scene, TCP_ACK, 0, 0, "hello");
    client(scene, TCP_RST | TCP_ACK, 5, 0, "");
    server(scene, TCP_RST, 0, 0, "");
    connections_advance(scene->connections, scene->now_ns + 3 * SECOND);
    CU_ASSERT_EQUAL(direction_trouble(from_client)->first_retransmission.packet, 2);
    CU_ASSERT_EQUAL(direction_reset(from_client)->count, 1);
    CU_ASSERT_EQUAL(direction_reset(from_server)->count, 1);
    scene_wait(scene, 4 * SECOND);
    scene_handshake(scene);
    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_ACK, 0, 10, "");
    connections_finish(scene->connections);
    CU_ASSERT_EQUAL(scene->ended, 2);
    CU_ASSERT_EQUAL(direction_trouble(from_client)->missed_octets, 5);
    CU_ASSERT_FALSE(moment_seen(direction_trouble(from_client)->first_retransmission));
    CU_ASSERT_EQUAL(direction_reset(from_client)->count, 0);
    CU_ASSERT_EQUAL(direction_reset(from_server)->count, 0);
    scene_free(scene);
}

static void a_copy_has_the_trouble_that_there_is(void)
{
    static struct connection connection, copy;
    struct direction *from_server = &connection.direction[SIDE_SERVER];

    connection.last_by[SIDE_SERVER].packet = 1;
    connection.tunnels[PACKET_TUNNELS_MAX - 1] = 2;
    connection.direction[SIDE_CLIENT].trouble.missed_octets = 3; /* there is none: see the flag */
    direction_have_trouble(from_server)->reset.count = 4;
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[SIDE_CLIENT])->missed_octets, 0);
    connection_copy(&copy, &connection);
    CU_ASSERT_EQUAL(copy.last_by[SIDE_SERVER].packet, 1);
    CU_ASSERT_EQUAL(copy.tunnels[PACKET_TUNNELS_MAX - 1], 2);
    CU_ASSERT_EQUAL(copy.direction[SIDE_CLIENT].trouble.missed_octets, 0); /* not copied */
    CU_ASSERT_EQUAL(direction_reset(&copy.direction[SIDE_SERVER])->count, 4);
}

static void octets_that_the_capture_missed_are_a_gap(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "he");
    client(scene, TCP_ACK, 5, 0, "!");
    server(scene, TCP_ACK, 0, 6, "yes");
    expect_log(scene, "+c\"he\"");
    scene_wait(scene, 3 * SECOND);
    server(scene, TCP_ACK, 3, 6, "more");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"he\"c[3]c\"!\"s\"yes\"s\"more\"end:capture");
    CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_CLIENT])->missed_octets, 3);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->missed_octets, 3);
    scene_free(scene);
}

static void a_segment_later_than_its_ack_is_in_time(void)
{
    struct scene *scene = begin();

    server(scene, TCP_ACK, 0, 5, "yes");
    client(scene, TCP_ACK, 0, 0, "hello");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"hello\"s\"yes\"end:capture");
    CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_CLIENT])->missed_octets, 0);
    scene_free(scene);
}

static void octets_lost_in_the_network_are_no_gap(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "he");
    client(scene, TCP_ACK, 5, 0, "!");
    server(scene, TCP_ACK, 0, 2, "");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"he\"end:capture");
    CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_CLIENT])->missed_octets, 0);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].unacknowledged_octets, 4);
    scene_free(scene);
}

static void of_one_direction_all_that_was_captured_is_given(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "he");
    client(scene, TCP_ACK, 5, 30, "!");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"he\"c[3]c\"!\"s[30]end:capture");
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_SERVER].packets, 0);
    CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_SERVER])->missed_octets, 30);
    scene_free(scene);
}

static void octets_cut_by_snaplen_are_a_gap(void)
{
    struct scene *scene = begin();
    struct segment segment =
        scene_segment(scene, SIDE_CLIENT, TCP_ACK, 0, 0, bytes_of("hello world", 5));

    segment.payload_length = 11;
    scene_give(scene, &segment);
    client(scene, TCP_ACK, 11, 0, "!");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"hello\"c[6]c\"!\"end:capture");
    CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_CLIENT])->cut_octets, 6);
    scene_free(scene);
}

static void an_idle_connection_ends(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "hello");
    connections_advance(scene->connections, scene->now_ns + 119 * SECOND);
    expect_log(scene, "+c\"hello\"");
    connections_advance(scene->connections, scene->now_ns + 121 * SECOND);
    expect_log(scene, "+c\"hello\"end:idle");
    /* Reported is reported. */
    server(scene, TCP_ACK, 0, 5, "at last");
    finish(scene, "+c\"hello\"end:idle");
}

static void time_that_goes_backwards_ends_nothing(void)
{
    struct scene *scene = begin();

    scene_wait(scene, -5 * SECOND);
    client(scene, TCP_ACK, 0, 0, "hello");
    scene_wait(scene, -1000000 * SECOND);
    server(scene, TCP_ACK, 0, 5, "yes");
    connections_advance(scene->connections, INT64_MIN);
    expect_log(scene, "+c\"hello\"s\"yes\"");
    connections_advance(scene->connections, INT64_MAX);
    finish(scene, "+c\"hello\"s\"yes\"end:idle");
}

static struct icmp_error icmp_of(const struct scene *scene, uint32_t sequence)
{
    return (struct icmp_error){
        .at = {.time_ns = scene->now_ns, .packet = 99},
        .sender = address_v4(203, 0, 113, 9),
        .type = 3,
        .code = 13,
        .mtu = 1280,
        .source = address_v4(192, 0, 2, 1),
        .destination = address_v4(198, 51, 100, 1),
        .source_port = CLIENT_PORT,
        .destination_port = SERVER_PORT,
        .sequence = sequence,
    };
}

static void an_icmp_error_is_noted_where_it_belongs(void)
{
    struct scene *scene = scene_new(NULL);
    struct icmp_error error = icmp_of(scene, CLIENT_ISN);
    struct icmp_error forged = icmp_of(scene, CLIENT_ISN + 1000000);

    connections_icmp(scene->connections, &error); /* of nothing that is known */
    client(scene, TCP_SYN, 0, 0, "");
    connections_icmp(scene->connections, &forged);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->icmp_matched, 0);
    connections_icmp(scene->connections, &error);
    connections_icmp(scene->connections, &forged);
    connections_icmp(scene->connections, &error);
    connections_finish(scene->connections);
    expect_log(scene, "+end:capture");
    CU_ASSERT_EQUAL(scene->last.icmp.count, 2);
    CU_ASSERT_EQUAL(scene->last.icmp.code, 13);
    CU_ASSERT_EQUAL(scene->last.icmp.mtu, 1280);
    CU_ASSERT_EQUAL(scene->last.icmp.quoted, SIDE_CLIENT);
    CU_ASSERT_EQUAL(scene->last.icmp.at.packet, 99);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->icmp_matched, 2);
    scene_free(scene);
}

static void connections_finish_in_the_order_of_their_first_packets(void)
{
    struct scene *scene = scene_new(NULL);
    static const uint16_t order[] = {3, 1, 4, 2};

    for (size_t i = 0; i < 4; i++) {
        scene->client_port = order[i];
        client(scene, TCP_SYN, 0, 0, "");
    }
    scene->client_port = 4;
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "of 4");
    scene->client_port = 3;
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "of 3");
    client(scene, TCP_ACK, 5, 0, "!"); /* behind a hole; acked: delivered at the end */
    server(scene, TCP_ACK, 0, 6, "");
    finish(scene, "+c\"of 4\"/+c\"of 3\"c[1]c\"!\"end:capture/+end:capture"
                  "end:capture/+end:capture");
}

/* The handler lets go at each callback in turn: no callback may follow. */
static void no_callback_follows_done(void)
{
    for (unsigned at = 1; at < 12; at++) {
        struct scene *scene = scene_new(NULL);

        scene->done_at = at;
        scene_handshake(scene);
        client(scene, TCP_ACK, 2, 0, "c");
        client(scene, TCP_ACK, 0, 0, "ab");
        server(scene, TCP_ACK, 0, 9, "welcome");
        server(scene, TCP_ACK | TCP_FIN, 7, 3, "");
        client(scene, TCP_ACK, 8, 0, "i");
        client(scene, TCP_RST, 3, 0, "");
        connections_finish(scene->connections);
        CU_ASSERT(scene->callbacks <= at);
        CU_ASSERT_EQUAL(scene->ended, scene->callbacks < at);
        CU_ASSERT_EQUAL(connections_counters(scene->connections)->reading, 0);
        scene_free(scene);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an exchange is told from beginning to end", an_exchange_is_told_from_beginning_to_end},
        {"a FIN waits for the octets before it", a_fin_waits_for_the_octets_before_it},
        {"a reset ends after a while and late data still counts",
         a_reset_ends_after_a_while_and_late_data_still_counts},
        {"a reset outside the window ends nothing", a_reset_outside_the_window_ends_nothing},
        {"a refused SYN ends as closed", a_refused_syn_ends_as_closed},
        {"what is in a reset is told with it", what_is_in_a_reset_is_told_with_it},
        {"the window of a reset is compared with that of the last ACK",
         the_window_of_a_reset_is_compared_with_that_of_the_last_ack},
        {"the first packet with another hop limit is known",
         the_first_packet_with_another_hop_limit_is_known},
        {"a connection has no trouble of an earlier one",
         a_connection_has_no_trouble_of_an_earlier_one},
        {"a copy has the trouble that there is", a_copy_has_the_trouble_that_there_is},
        {"octets that the capture missed are a gap", octets_that_the_capture_missed_are_a_gap},
        {"a segment later than its ACK is in time", a_segment_later_than_its_ack_is_in_time},
        {"octets lost in the network are no gap", octets_lost_in_the_network_are_no_gap},
        {"of one direction all that was captured is given",
         of_one_direction_all_that_was_captured_is_given},
        {"octets cut by snaplen are a gap", octets_cut_by_snaplen_are_a_gap},
        {"an idle connection ends", an_idle_connection_ends},
        {"time that goes backwards ends nothing", time_that_goes_backwards_ends_nothing},
        {"an ICMP error is noted where it belongs", an_icmp_error_is_noted_where_it_belongs},
        {"connections finish in the order of their first packets",
         connections_finish_in_the_order_of_their_first_packets},
        {"no callback follows done", no_callback_follows_done},
        CU_TEST_INFO_NULL,
    };

    return suite_run("connection", tests);
}
