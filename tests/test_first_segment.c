/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a direction begins whose SYN was not captured; segments.h says how the log is read. */
#include "capture/first_segment.h"
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/told.h"

static void segments_that_changed_places_are_put_in_order(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 12, 9, "world");
    client(scene, TCP_ACK, 7, 9, "hello");
    client(scene, TCP_ACK, 17, 9, "again");
    expect_log(scene, "+c\"hello\"c\"world\"c\"again\"");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->midway, 1);
    finish(scene, "+c\"hello\"c\"world\"c\"again\"end:capture");
}

static void so_are_those_of_the_other_side(void)
{
    struct scene *scene = scene_new(NULL);

    scene->reverse_at = 2; /* at the first data */
    server(scene, TCP_ACK, 12, 9, "world");
    server(scene, TCP_ACK, 7, 9, "hello");
    client(scene, TCP_ACK, 9, 17, "thanks");
    finish(scene, "+c\"hello\"s\"world\"c\"thanks\"end:capture");
}

/* A segment may have octets of the one behind it, too. */
static void an_overlap_is_no_hole(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 12, 9, "world");
    client(scene, TCP_ACK, 7, 9, "hellowo");
    finish(scene, "+c\"hellowo\"c\"rld\"end:capture");
}

/* What leaves a hole was sent again, from before the capture: nobody waits for it. */
static void a_segment_far_before_is_not_the_beginning(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 12, 9, "world");
    client(scene, TCP_ACK, 6, 9, "hello");
    client(scene, TCP_ACK, 17, 9, "again");
    finish(scene, "+c\"world\"c\"again\"end:capture");
}

static void the_next_packet_of_any_side_ends_the_wait(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 12, 9, "world");
    expect_log(scene, "+");
    server(scene, TCP_ACK, 9, 17, "");
    expect_log(scene, "+c\"world\"");
    client(scene, TCP_ACK, 7, 9, "hello"); /* too late: it has been told */
    finish(scene, "+c\"world\"end:capture");
}

static void the_end_of_the_capture_ends_it_too(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 12, 9, "world");
    finish(scene, "+c\"world\"end:capture");
}

static void a_reset_ends_it_and_comes_after_the_data(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 12, 9, "world");
    client(scene, TCP_RST, 17, 0, "");
    finish(scene, "+c\"world\"c!end:capture");
}

/* With the SYN behind it, the first segment was not out of place, but the SYN: one connection. */
static void a_late_syn_begins_no_other_connection(void)
{
    struct scene *scene = scene_new(NULL);

    client(scene, TCP_ACK, 0, 0, "hello");
    client(scene, TCP_SYN, 0, 0, "");
    client(scene, TCP_ACK, 5, 0, "world");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->opened, 1);
    finish(scene, "+c\"hello\"c\"world\"end:capture");
}

static void a_handler_that_is_done_hears_no_more(void)
{
    for (unsigned done_at = 1; done_at <= 3; done_at++) {
        struct scene *scene = scene_new(NULL);

        scene->done_at = done_at;
        client(scene, TCP_ACK, 12, 9, "world");
        client(scene, TCP_ACK, 7, 9, "hello");
        client(scene, TCP_ACK, 17, 9, "again");
        CU_ASSERT_EQUAL(scene->callbacks, done_at);
        connections_finish(scene->connections);
        scene_free(scene);
    }
}

/* Whatever the handshake, and however its segments are cut: exchanged in pairs they say the
 * same. */
static void a_handshake_without_syn_is_judged_in_any_order(void)
{
    for (size_t piece = 20; piece < 200; piece += 7) {
        for (int is_refused = 0; is_refused <= 1; is_refused++) {
            struct play play;

            play_begin_midway(&play, piece);
            play.swapped = true;
            play_client_hello(&play, true);
            if (is_refused) {
                play_alert(&play, SIDE_SERVER, 2, TLS_ALERT_HANDSHAKE_FAILURE);
            } else {
                play_server_hello(&play, true);
                play_change_cipher_spec(&play, SIDE_SERVER);
                play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 300);
                play_change_cipher_spec(&play, SIDE_CLIENT);
                play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
                play_protected(&play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 90);
                play_protected(&play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 90);
            }
            play_end(&play);
            CU_ASSERT_EQUAL(play.verdicts, 1);
            CU_ASSERT_EQUAL(play.outcome, is_refused ? OUTCOME_FAILED : OUTCOME_ESTABLISHED);
        }
    }
}

/* However many there are, what is behind a hole has room. */
static void first_segments_have_a_part_of_the_memory(void)
{
    enum { SEGMENTS = 64, PAYLOAD = 1400, ROOM = SEGMENTS * PAYLOAD };
    static const uint8_t octets[PAYLOAD];
    const struct segment segment = {.payload = bytes_of(octets, PAYLOAD),
                                    .payload_length = PAYLOAD};
    struct stream_budget budget = {.max = ROOM};
    struct first_segment *first[SEGMENTS];
    size_t count = 0;

    do
        first[count] = first_segment_new(&segment, &budget);
    while (first[count] != NULL && ++count < SEGMENTS);
    CU_ASSERT(count > 0 && budget.used <= ROOM / FIRST_SEGMENTS_PART);
    first_segment_free(first[0], &budget);
    first[0] = first_segment_new(&segment, &budget);
    CU_ASSERT_PTR_NOT_NULL(first[0]);
    while (count > 0)
        first_segment_free(first[--count], &budget);
    CU_ASSERT_EQUAL(budget.used, 0);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"segments that changed places are put in order",
         segments_that_changed_places_are_put_in_order},
        {"so are those of the other side", so_are_those_of_the_other_side},
        {"an overlap is no hole", an_overlap_is_no_hole},
        {"a segment far before is not the beginning", a_segment_far_before_is_not_the_beginning},
        {"the next packet of any side ends the wait", the_next_packet_of_any_side_ends_the_wait},
        {"the end of the capture ends it too", the_end_of_the_capture_ends_it_too},
        {"a RST ends it and comes after the data", a_reset_ends_it_and_comes_after_the_data},
        {"a late SYN begins no other connection", a_late_syn_begins_no_other_connection},
        {"a handler that is done hears no more", a_handler_that_is_done_hears_no_more},
        {"a handshake without SYN is judged in any order",
         a_handshake_without_syn_is_judged_in_any_order},
        {"first segments have a part of the memory", first_segments_have_a_part_of_the_memory},
        CU_TEST_INFO_NULL,
    };

    return suite_run("first_segment", tests);
}
