/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SYN-ACKs that begin another connection on the same addresses and ports: where only the server's
 * direction is captured, no SYN does. */
#include "tests/support/told.h"

enum { OTHER = 500000000 }; /* as far are the numbers of the second connection */

static struct scene *first_connection(void)
{
    struct scene *scene = scene_new(NULL);

    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    server(scene, TCP_ACK, 0, 0, "one");
    return scene;
}

static void second_connection(struct scene *scene)
{
    server(scene, TCP_SYN | TCP_ACK, OTHER, OTHER, "");
    server(scene, TCP_ACK, OTHER, OTHER, "two");
}

static void a_syn_ack_after_the_fin_of_its_side_begins_another(void)
{
    struct scene *scene = first_connection();

    server(scene, TCP_ACK | TCP_FIN, 3, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, ""); /* a late copy */
    expect_log(scene, "+s\"one\"s.");
    second_connection(scene);
    finish(scene, "+s\"one\"s.end:reused/+s\"two\"end:capture");
}

static void a_syn_ack_after_a_long_silence_begins_another(void)
{
    struct scene *scene = first_connection();

    scene_wait(scene, 61 * SECOND);
    second_connection(scene);
    finish(scene, "+s\"one\"end:reused/+s\"two\"end:capture");
}

static void a_syn_ack_amid_a_connection_begins_nothing(void)
{
    struct scene *scene = first_connection();

    scene_wait(scene, 59 * SECOND);
    server(scene, TCP_SYN | TCP_ACK, OTHER, OTHER, "");
    server(scene, TCP_ACK, 3, 0, " more");
    finish(scene, "+s\"one\"s\" more\"end:capture");
}

/* SYN cookies make another number for each answer to the same SYN. */
static void a_syn_ack_of_the_same_syn_begins_nothing(void)
{
    struct scene *scene = first_connection();

    server(scene, TCP_ACK | TCP_FIN, 3, 0, "");
    server(scene, TCP_SYN | TCP_ACK, OTHER, 0, "");
    finish(scene, "+s\"one\"s.end:capture");
}

static void what_timed_out_gives_way_to_another(void)
{
    struct scene *scene = first_connection();

    scene_wait(scene, 200 * SECOND);
    connections_advance(scene->connections, scene->now_ns);
    expect_log(scene, "+s\"one\"end:idle");
    second_connection(scene);
    finish(scene, "+s\"one\"end:idle/+s\"two\"end:capture");
}

/* The handler takes no more after the first octets. */
static struct scene *done_connection(void)
{
    struct scene *scene = scene_new(NULL);

    scene->done_at = 2;
    server(scene, TCP_SYN | TCP_ACK, 0, 0, "");
    server(scene, TCP_ACK, 0, 0, "one");
    return scene;
}

static void what_nobody_reads_gives_way_after_its_fin(void)
{
    struct scene *scene = done_connection();

    server(scene, TCP_SYN | TCP_ACK, OTHER, OTHER, "");
    expect_log(scene, "+s\"one\"");
    server(scene, TCP_ACK | TCP_FIN, 3, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, ""); /* a late copy */
    expect_log(scene, "+s\"one\"");
    second_connection(scene);
    finish(scene, "+s\"one\"/+s\"two\"end:capture");
}

static void what_nobody_reads_gives_way_after_a_reset(void)
{
    struct scene *scene = done_connection();

    client(scene, TCP_RST, 0, 0, "");
    server(scene, TCP_SYN | TCP_ACK, 0, 0, ""); /* a late copy */
    expect_log(scene, "+s\"one\"");
    second_connection(scene);
    finish(scene, "+s\"one\"/+s\"two\"end:capture");
}

static void what_nobody_reads_gives_way_after_a_long_silence(void)
{
    struct scene *scene = done_connection();

    scene_wait(scene, 61 * SECOND);
    second_connection(scene);
    finish(scene, "+s\"one\"/+s\"two\"end:capture");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a SYN-ACK after the FIN of its side begins another",
         a_syn_ack_after_the_fin_of_its_side_begins_another},
        {"a SYN-ACK after a long silence begins another",
         a_syn_ack_after_a_long_silence_begins_another},
        {"a SYN-ACK amid a connection begins nothing", a_syn_ack_amid_a_connection_begins_nothing},
        {"a SYN-ACK of the same SYN begins nothing", a_syn_ack_of_the_same_syn_begins_nothing},
        {"what timed out gives way to another", what_timed_out_gives_way_to_another},
        {"what nobody reads gives way after its FIN", what_nobody_reads_gives_way_after_its_fin},
        {"what nobody reads gives way after a RST", what_nobody_reads_gives_way_after_a_reset},
        {"what nobody reads gives way after a long silence",
         what_nobody_reads_gives_way_after_a_long_silence},
        CU_TEST_INFO_NULL,
    };

    return suite_run("reuse", tests);
}
