/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directions that were captured by different clocks: what ACKs octets that are not there yet waits
 * for them, as long as they may come; segments.h says how the log is read. */
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/told.h"

static void an_answer_waits_for_what_it_answers(void)
{
    struct scene *scene = begin();

    server(scene, TCP_ACK, 0, 0, "hello");
    server(scene, TCP_ACK, 5, 2, "to you");
    server(scene, TCP_ACK, 11, 5, "and me");
    expect_log(scene, "+s\"hello\"");
    client(scene, TCP_ACK, 0, 5, "hi");
    expect_log(scene, "+s\"hello\"c\"hi\"s\"to you\"");
    client(scene, TCP_ACK, 2, 11, "you");
    finish(scene, "+s\"hello\"c\"hi\"s\"to you\"c\"you\"s\"and me\"end:capture");
}

/* Of the client's octets two wait for what the server says, which waits for two that are missed. */
static void both_may_wait_in_turns(void)
{
    struct scene *scene = begin();

    server(scene, TCP_ACK, 0, 4, "one");
    client(scene, TCP_ACK, 4, 3, "two");
    expect_log(scene, "+");
    client(scene, TCP_ACK, 0, 0, "zero");
    finish(scene, "+c\"zero\"s\"one\"c\"two\"end:capture");
}

static void what_was_missed_is_not_waited_for_long(void)
{
    struct scene *scene = begin();

    server(scene, TCP_ACK, 0, 5, "yes");
    expect_log(scene, "+");
    scene_wait(scene, 3 * SECOND);
    server(scene, TCP_ACK, 3, 5, "more");
    finish(scene, "+c[5]s\"yes\"s\"more\"end:capture");
}

static void nor_when_the_capture_ends(void)
{
    struct scene *scene = begin();

    server(scene, TCP_ACK, 0, 4, "one");
    client(scene, TCP_ACK, 4, 3, "two");
    finish(scene, "+c[4]s\"one\"c\"two\"end:capture");
}

/* Sent again with a later ACK: the others wait for these very octets. */
static void what_was_acked_waits_for_nothing(void)
{
    struct scene *scene = begin();

    server(scene, TCP_ACK, 0, 4, "one");
    client(scene, TCP_ACK, 0, 3, "zero");
    finish(scene, "+c\"zero\"s\"one\"end:capture");
}

/* The number of a FIN that was not captured is no octet. */
static void nobody_waits_for_a_fin(void)
{
    struct scene *scene = begin();

    client(scene, TCP_ACK, 0, 0, "bye");
    server(scene, TCP_ACK, 0, 4, "bye");
    finish(scene, "+c\"bye\"s\"bye\"end:capture");
}

/* The first ones go on when there is no room for more. */
static void what_is_too_much_does_not_wait(void)
{
    enum { LENGTH = 60000, TIMES = 4 };
    static const char block[LENGTH];
    struct scene *scene = begin();

    scene->log_data = false;
    scene->window = 65535;
    for (uint32_t i = 0; i < TIMES; i++) {
        struct segment segment = scene_segment(scene, SIDE_SERVER, TCP_ACK, i * LENGTH, 5,
                                               bytes_of(block, sizeof(block)));

        scene_give(scene, &segment);
    }
    CU_ASSERT_EQUAL(scene->count[SIDE_SERVER], (size_t)LENGTH * (TIMES - 2));
    client(scene, TCP_ACK, 0, 0, "hello");
    CU_ASSERT_EQUAL(scene->count[SIDE_SERVER], (size_t)LENGTH * TIMES);
    finish(scene, "+end:capture");
}

/* Who closes first is told by the ACK of the FIN. */
static void the_first_to_close_is_told_by_acks(void)
{
    for (size_t first = 0; first < SIDES; first++) {
        for (size_t late = 0; late < SIDES; late++) {
            struct play play;

            play_begin(&play, 443, 0);
            play.late[late] = true;
            play_client_hello(&play, false);
            play_fin(&play, (enum side)first);
            play_fin(&play, side_other((enum side)first));
            play_end(&play);
            CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
            CU_ASSERT_EQUAL(play.refused, (enum side)first);
        }
    }
}

/* What both say in clear before TLS, in turns. */
static void tls_is_agreed_on_in_turns(void)
{
    for (size_t late = 0; late < SIDES; late++) {
        struct play play;

        play_begin(&play, 25, 0);
        play.late[late] = true;
        play_text(&play, SIDE_SERVER, "220 mail.example.org ESMTP\r\n");
        play_text(&play, SIDE_CLIENT, "EHLO client\r\n");
        play_text(&play, SIDE_SERVER, "250-mail.example.org\r\n250 STARTTLS\r\n");
        play_text(&play, SIDE_CLIENT, "STARTTLS\r\n");
        play_text(&play, SIDE_SERVER, "220 Go ahead\r\n");
        play_handshake(&play);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_TRUE(play.switched);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an answer waits for what it answers", an_answer_waits_for_what_it_answers},
        {"both may wait in turns", both_may_wait_in_turns},
        {"what was missed is not waited for long", what_was_missed_is_not_waited_for_long},
        {"nor when the capture ends", nor_when_the_capture_ends},
        {"what was ACKed waits for nothing", what_was_acked_waits_for_nothing},
        {"nobody waits for a FIN", nobody_waits_for_a_fin},
        {"what is too much does not wait", what_is_too_much_does_not_wait},
        {"the first to close is told by ACKs", the_first_to_close_is_told_by_acks},
        {"TLS is agreed on in turns", tls_is_agreed_on_in_turns},
        CU_TEST_INFO_NULL,
    };

    return suite_run("turns", tests);
}
