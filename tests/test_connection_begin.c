/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the handler is told of how connections begin; segments.h says how the log is read. */
#include "tests/support/told.h"

static void a_syn_ack_after_an_injected_reset_is_of_the_same_connection(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_RST | TCP_ACK, (uint32_t)-SERVER_ISN - 1, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    finish(scene, "+s!end:capture");
}

static void a_syn_without_an_answer_times_out(void)
{
    struct scene *scene = scene_new(NULL);

    for (int i = 0; i < 4; i++) {
        client(scene, TCP_SYN, 0, 0, "");
        scene_wait(scene, SECOND << i);
    }
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->half_open, 1);
    CU_ASSERT_EQUAL(scene->opened, 0);
    connections_advance(scene->connections, scene->now_ns + 71 * SECOND);
    expect_log(scene, "+end:idle");
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].syn_count, 4);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].syn.packet, 1);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].last_syn.packet, 4);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].packets, 4);
    CU_ASSERT_EQUAL(scene->last.last_by[SIDE_CLIENT].packet, 4);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].hop_limit, 64);
    CU_ASSERT_EQUAL(scene->last.endpoint[SIDE_CLIENT].port, CLIENT_PORT);
    CU_ASSERT_TRUE(scene->last.syn_seen);
    finish(scene, "+end:idle");
}

static void a_connection_picked_up_midway_begins_with_data(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 7, 9, "");
    client(scene, TCP_ACK | TCP_FIN, 7, 9, "");
    client(scene, TCP_RST, 7, 9, "");
    expect_log(scene, "");
    client(scene, TCP_ACK, 7, 9, "hello");
    server(scene, TCP_ACK, 9, 12, "welcome");
    server(scene, TCP_ACK, 5, 12, "old?"); /* sent again, from before the capture */
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->midway, 1);
    finish(scene, "+c\"hello\"s\"welcome\"end:capture");
}

static void sides_are_exchanged_when_the_handler_knows_better(void)
{
    struct scene *scene = scene_new(NULL);

    scene->reverse_at = 2; /* at the first data */
    server(scene, TCP_ACK, 9, 7, "banner");
    client(scene, TCP_ACK, 7, 15, "hello");
    server(scene, TCP_ACK | TCP_FIN, 15, 12, "");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"banner\"c\"hello\"s.end:capture");
    CU_ASSERT_EQUAL(scene->last.endpoint[SIDE_CLIENT].port, CLIENT_PORT);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_SERVER].payload_octets, 6);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].payload_octets, 5);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_SERVER].packets, 2);
    CU_ASSERT_EQUAL(scene->last.direction[SIDE_CLIENT].packets, 1);
    CU_ASSERT_EQUAL(scene->last.last_by[SIDE_SERVER].packet, 3);
    CU_ASSERT_EQUAL(scene->last.last_by[SIDE_CLIENT].packet, 2);
    CU_ASSERT_TRUE(moment_seen(scene->last.direction[SIDE_SERVER].fin));
    scene_free(scene);
}

static void a_syn_ack_without_a_syn_names_the_server(void)
{
    struct scene *scene = scene_new(NULL);

    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "hello");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"hello\"end:capture");
    CU_ASSERT_TRUE(scene->last.syn_seen);
    CU_ASSERT_EQUAL(scene->last.endpoint[SIDE_SERVER].port, SERVER_PORT);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->midway, 0);
    scene_free(scene);
}

static void both_may_open_at_the_same_time(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_SYN, 0, 0, "");
    client(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "hello");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"hello\"end:capture");
    scene_free(scene);
}

/* SYN cookies: each SYN-ACK has a number of its own, the one that is ACKed counts. */
static void the_syn_ack_that_is_acked_counts(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 700000, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 700000, 0, "");
    server(scene, TCP_ACK, 0, 0, "welcome");
    finish(scene, "+s\"welcome\"end:capture");
}

static void data_in_a_syn_is_taken(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "hello");
    server(scene, TCP_SYN | TCP_ACK, 0, 5, "");
    client(scene, TCP_ACK, 5, 0, " again");
    finish(scene, "+c\"hello\"c\" again\"end:capture");
}

static void urgent_data_is_in_band(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "a");
    client(scene, TCP_ACK | TCP_URG, 1, 0, "b");
    client(scene, TCP_ACK, 2, 0, "c");
    finish(scene, "+c\"a\"c\"b\"c\"c\"end:capture");
}

static void a_new_syn_begins_a_new_connection(void)
{
    struct scene *scene = begin();
    struct segment syn;

    client(scene, TCP_ACK, 0, 0, "one");
    client(scene, TCP_SYN, 0, 0, ""); /* sent again: the same connection */
    expect_log(scene, "+c\"one\"");
    syn = scene_segment(scene, SIDE_CLIENT, TCP_SYN, 500000000, 0, bytes_of("", 0));
    scene_give(scene, &syn);
    expect_log(scene, "+c\"one\"end:reused");
    server(scene, TCP_SYN | TCP_ACK, 700000000, 500000000, "");
    client(scene, TCP_ACK, 500000000, 700000000, "two");
    finish(scene, "+c\"one\"end:reused/+c\"two\"end:capture");
}

static void a_new_syn_after_the_end_of_a_done_connection_begins_another(void)
{
    struct scene *scene = scene_new(NULL);

    scene->done_at = 2;
    scene_handshake(scene);
    client(scene, TCP_ACK, 0, 0, "one");
    client(scene, TCP_ACK, 3, 0, "not read");
    client(scene, TCP_SYN, 0, 0, ""); /* a copy of the old one */
    server(scene, TCP_ACK, 0, 11, "not read");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->opened, 1);
    client(scene, TCP_SYN, 1000, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 1000, 1000, "");
    client(scene, TCP_ACK, 1000, 1000, "two");
    finish(scene, "+c\"one\"/+c\"two\"end:capture");
}

static void a_syn_within_the_window_of_a_living_connection_begins_nothing(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "one");
    server(scene, TCP_ACK, 0, 3, "");
    client(scene, TCP_SYN, 1000, 0, "");
    client(scene, TCP_ACK, 3, 0, "two");
    finish(scene, "+c\"one\"c\"two\"end:capture");
}

static void a_syn_after_both_fins_begins_another(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK | TCP_FIN, 0, 0, "");
    server(scene, TCP_ACK | TCP_FIN, 0, 1, "");
    client(scene, TCP_SYN, 1000, 0, "");
    finish(scene, "+c.s.end:reused/+end:capture");
}

/* A server that still knows an older connection ACKs that one; the client resets it and
 * tries again (RFC 5961 section 4). */
static void an_ack_of_an_older_connection_is_no_answer(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_ACK, 900000000, 2000000000, "");
    client(scene, TCP_RST, 2000000000, 0, "");
    scene_wait(scene, 3 * SECOND);
    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_ACK, 0, 5, "yes");
    connections_finish(scene->connections);
    expect_log(scene, "+c\"hello\"s\"yes\"end:capture");
    CU_ASSERT_EQUAL(direction_trouble(&scene->last.direction[SIDE_CLIENT])->missed_octets, 0);
    CU_ASSERT_EQUAL(direction_reset(&scene->last.direction[SIDE_CLIENT])->fit, RESET_OUTSIDE);
    scene_free(scene);
}

static void an_ack_far_ahead_is_believed_when_the_next_goes_on(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_ACK, 0, 500000000, ""); /* forged */
    server(scene, TCP_ACK, 0, 5, "yes");
    client(scene, TCP_ACK, 5, 3, "more");
    expect_log(scene, "+c\"hello\"s\"yes\"c\"more\"");
    server(scene, TCP_ACK, 3, 600000000, "");
    server(scene, TCP_ACK, 3, 600001000, ""); /* a gap in the capture */
    client(scene, TCP_ACK, 600001000, 3, "end");
    server(scene, TCP_ACK, 3, 600001003, "");
    finish(scene, "+c\"hello\"s\"yes\"c\"more\"c[600000991]c\"end\"end:capture");
}

static void a_syn_sent_again_long_after_a_refusal_is_another_attempt(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_RST | TCP_ACK, (uint32_t)-SERVER_ISN - 1, 0, "");
    scene_wait(scene, 3 * SECOND);
    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    client(scene, TCP_ACK, 0, 0, "hello");
    finish(scene, "+s!end:closed/+c\"hello\"end:capture");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a SYN-ACK after an injected reset is of the same connection",
         a_syn_ack_after_an_injected_reset_is_of_the_same_connection},
        {"a SYN without an answer times out", a_syn_without_an_answer_times_out},
        {"a connection picked up midway begins with data",
         a_connection_picked_up_midway_begins_with_data},
        {"sides are exchanged when the handler knows better",
         sides_are_exchanged_when_the_handler_knows_better},
        {"a SYN-ACK without a SYN names the server", a_syn_ack_without_a_syn_names_the_server},
        {"both may open at the same time", both_may_open_at_the_same_time},
        {"the SYN-ACK that is ACKed counts", the_syn_ack_that_is_acked_counts},
        {"data in a SYN is taken", data_in_a_syn_is_taken},
        {"urgent data is in band", urgent_data_is_in_band},
        {"a new SYN begins a new connection", a_new_syn_begins_a_new_connection},
        {"a new SYN after the end of a done connection begins another",
         a_new_syn_after_the_end_of_a_done_connection_begins_another},
        {"a SYN within the window of a living connection begins nothing",
         a_syn_within_the_window_of_a_living_connection_begins_nothing},
        {"a SYN after both FINs begins another", a_syn_after_both_fins_begins_another},
        {"an ACK of an older connection is no answer", an_ack_of_an_older_connection_is_no_answer},
        {"an ACK far ahead is believed when the next goes on",
         an_ack_far_ahead_is_believed_when_the_next_goes_on},
        {"a SYN sent again long after a refusal is another attempt",
         a_syn_sent_again_long_after_a_refusal_is_another_attempt},
        CU_TEST_INFO_NULL,
    };

    return suite_run("connection_begin", tests);
}
