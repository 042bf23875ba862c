/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left out when there is too much to read. */
#include "tests/support/told.h"

static void what_is_shed_first_was_not_seen_to_begin(void)
{
    struct scene *scene = scene_new(NULL);

    connections_shed(scene->connections, CONNECTIONS_SHED_MIDWAY);
    client(scene, TCP_ACK, 0, 0, "midway");
    expect_log(scene, "");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->shed_segments, 1);
    scene->client_port++;
    scene_handshake(scene);
    client(scene, TCP_ACK, 0, 0, "hello");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->shed_syns, 0);
    finish(scene, "+c\"hello\"end:capture");
}

static void what_is_shed_next_is_what_the_handler_does_not_prefer(void)
{
    struct scene *scene = scene_new(NULL);

    connections_shed(scene->connections, CONNECTIONS_SHED_OTHERS);
    scene->preferred = SERVER_PORT + 1;
    client(scene, TCP_SYN, 0, 0, "");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->shed_syns, 1);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->current, 0);
    scene->preferred = SERVER_PORT;
    scene_handshake(scene);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->shed_syns, 1);
    finish(scene, "+end:capture");
}

/* Whatever is shed: a handshake in progress goes on, and connections begin again afterwards. */
static void what_is_read_already_is_never_shed(void)
{
    struct scene *scene = begin();

    connections_shed(scene->connections, CONNECTIONS_SHED_NEW);
    client(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_ACK, 0, 5, "welcome");
    scene->client_port++;
    client(scene, TCP_SYN, 0, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->shed_syns, 2);
    scene->client_port++;
    connections_shed(scene->connections, CONNECTIONS_SHED_NOTHING);
    scene_handshake(scene);
    finish(scene, "+c\"hello\"s\"welcome\"/+end:captureend:capture");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is shed first was not seen to begin", what_is_shed_first_was_not_seen_to_begin},
        {"what is shed next is what the handler does not prefer",
         what_is_shed_next_is_what_the_handler_does_not_prefer},
        {"what is read already is never shed", what_is_read_already_is_never_shed},
        CU_TEST_INFO_NULL,
    };

    return suite_run("shed", tests);
}
