/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the numbers of TCP tell of octets that are not in the capture, through the table. */
#include "tests/support/segments.h"
#include "tests/support/suite.h"

static const char block[2000] = "x";

/* A segment with relative numbers: 0 is the first octet behind the SYN. */
struct sending {
    enum side from;
    uint8_t flags;
    uint32_t sequence;
    uint32_t acknowledgment;
    uint32_t length;
};

/* The connection after its opening and these segments, up to one without flags. */
static struct connection play(const struct sending *sending)
{
    struct scene *scene = scene_new(NULL);
    struct connection connection;

    scene->log_data = false;
    scene_handshake(scene);
    for (; sending->flags != 0; sending++) {
        struct segment segment =
            scene_segment(scene, sending->from, sending->flags, sending->sequence,
                          sending->acknowledgment, bytes_of(block, sending->length));

        scene_give(scene, &segment);
    }
    connections_finish(scene->connections);
    connection = scene->last;
    scene_free(scene);
    return connection;
}

static const enum side C = SIDE_CLIENT;
static const enum side S = SIDE_SERVER;

static void a_whole_connection_lacks_nothing(void)
{
    struct connection connection = play((struct sending[]){{C, TCP_ACK, 0, 0, 10},
                                                           {S, TCP_ACK, 0, 10, 20},
                                                           {C, TCP_ACK | TCP_FIN, 10, 20, 0},
                                                           {S, TCP_ACK | TCP_FIN, 20, 11, 0},
                                                           {C, TCP_ACK, 11, 21, 0},
                                                           {0}});

    for (size_t side = 0; side < SIDES; side++) {
        CU_ASSERT_EQUAL(direction_trouble(&connection.direction[side])->unseen_octets, 0);
        CU_ASSERT_EQUAL(direction_trouble(&connection.direction[side])->undelivered_octets, 0);
        CU_ASSERT_EQUAL(direction_trouble(&connection.direction[side])->missed_octets, 0);
    }
}

static void an_acked_fin_that_was_not_captured_is_unseen(void)
{
    struct connection connection =
        play((struct sending[]){{C, TCP_ACK, 0, 0, 10}, {C, TCP_ACK, 10, 1, 0}, {0}});

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->unseen_octets, 1);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->missed_octets, 0);
}

static void a_fin_behind_a_hole_tells_its_size(void)
{
    struct connection connection =
        play((struct sending[]){{C, TCP_ACK, 0, 0, 10}, {C, TCP_ACK | TCP_FIN, 61, 0, 0}, {0}});

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[C])->unseen_octets, 51);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[C])->undelivered_octets, 0);
}

static void octets_behind_a_hole_are_not_unseen(void)
{
    struct connection connection = play((struct sending[]){
        {C, TCP_ACK, 0, 0, 10}, {C, TCP_ACK, 30, 0, 5}, {C, TCP_ACK, 50, 0, 5}, {0}});

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[C])->unseen_octets, 20 + 15);
}

static void octets_in_acked_holes_count_as_missed_alone(void)
{
    struct connection connection = play((struct sending[]){
        {C, TCP_ACK, 0, 0, 10}, {C, TCP_ACK, 30, 0, 5}, {S, TCP_ACK, 0, 35, 0}, {0}});

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[C])->missed_octets, 20);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[C])->unseen_octets, 0);
}

/* The server says nothing that is captured, and at last ACKs the client's FIN. */
static struct connection acks_with(uint32_t sequence, uint32_t acknowledgment)
{
    return play((struct sending[]){{C, TCP_ACK, 0, 0, 10},
                                   {S, TCP_ACK, 0, 10, 0},
                                   {C, TCP_ACK | TCP_FIN, 10, 0, 0},
                                   {S, TCP_ACK, sequence, acknowledgment, 0},
                                   {0}});
}

static void a_mere_ack_tells_what_was_sent_before(void)
{
    struct connection connection = acks_with(5000, 11);

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->unseen_octets, 5000);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->undelivered_octets, 5000);
    connection = acks_with(0, 11);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->unseen_octets, 0);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->undelivered_octets, 0);
}

/* A FIN has a number, too, which a mere ACK after it counts. */
static void a_captured_fin_is_not_undelivered(void)
{
    struct connection connection = play((struct sending[]){{C, TCP_ACK, 0, 0, 10},
                                                           {S, TCP_ACK | TCP_FIN, 0, 10, 0},
                                                           {C, TCP_ACK, 10, 0, 5},
                                                           {S, TCP_ACK, 1, 15, 0},
                                                           {0}});

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->unseen_octets, 0);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->undelivered_octets, 0);
}

static void an_ack_of_nothing_new_leaves_open_when_it_was_sent(void)
{
    struct connection connection = acks_with(5000, 10);

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->unseen_octets, 5000);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->undelivered_octets, 0);
}

static void numbers_outside_the_window_tell_nothing(void)
{
    struct connection connection = acks_with(100000000, 11);

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->unseen_octets, 0);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->undelivered_octets, 0);
}

static void what_arrives_or_is_acked_after_all_was_delivered(void)
{
    struct connection connection = play((struct sending[]){
        {C, TCP_ACK, 0, 0, 10}, {S, TCP_ACK, 500, 10, 0}, {S, TCP_ACK, 0, 10, 500}, {0}});

    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->unseen_octets, 0);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->undelivered_octets, 0);
    connection = play((struct sending[]){
        {C, TCP_ACK, 0, 0, 10}, {S, TCP_ACK, 500, 10, 0}, {C, TCP_ACK, 10, 500, 0}, {0}});
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->missed_octets, 500);
    CU_ASSERT_EQUAL(direction_trouble(&connection.direction[S])->undelivered_octets, 0);
}

/* A RST of the client after 10 octets each way. */
static struct reset reset_with(uint8_t flags, uint32_t sequence, uint32_t acknowledgment)
{
    struct connection connection =
        play((struct sending[]){{C, TCP_ACK, 0, 0, 10},
                                {S, TCP_ACK, 0, 10, 10},
                                {C, TCP_RST | flags, sequence, acknowledgment, 0},
                                {0}});

    return *direction_reset(&connection.direction[C]);
}

static void the_numbers_of_a_reset_tell_what_went_before(void)
{
    CU_ASSERT_EQUAL(reset_with(TCP_ACK, 10, 10).unseen_octets, 0);
    CU_ASSERT_EQUAL(reset_with(TCP_ACK, 10, 0).unseen_octets, 0);
    CU_ASSERT_EQUAL(reset_with(TCP_ACK, 74, 10).unseen_octets, 64);
    CU_ASSERT_EQUAL(reset_with(TCP_ACK, 10, 2010).unseen_octets, 2000);
    CU_ASSERT_EQUAL(reset_with(TCP_ACK, 11, 11).unseen_octets, 2);
    CU_ASSERT_EQUAL(reset_with(0, 10, 2010).unseen_octets, 0);
    CU_ASSERT_EQUAL(reset_with(TCP_ACK, 10, 100000000).unseen_octets, 0);
    CU_ASSERT_EQUAL(reset_with(TCP_ACK, 100000000, 10).unseen_octets, 0);
}

/* A SYN with so many octets and a RST with these numbers, the sequence number an absolute one. */
static bool answers_syn_with(size_t octets, uint8_t flags, uint32_t sequence,
                             uint32_t acknowledgment)
{
    struct scene *scene = scene_new(NULL);
    struct segment syn = scene_segment(scene, C, TCP_SYN, 0, 0, bytes_of(block, octets));
    struct segment reset = scene_segment(scene, S, TCP_RST | flags, sequence - (SERVER_ISN + 1),
                                         acknowledgment, bytes_of(block, 0));
    bool answers;

    scene_give(scene, &syn);
    scene_give(scene, &reset);
    connections_finish(scene->connections);
    CU_ASSERT_EQUAL(direction_reset(&scene->last.direction[S])->count, 1);
    answers = direction_reset(&scene->last.direction[S])->answers_syn;
    scene_free(scene);
    return answers;
}

static bool answers_syn(uint8_t flags, uint32_t sequence, uint32_t acknowledgment)
{
    return answers_syn_with(0, flags, sequence, acknowledgment);
}

static void a_reset_that_answers_a_syn_has_its_numbers(void)
{
    CU_ASSERT_TRUE(answers_syn(TCP_ACK, 0, 0));
    CU_ASSERT_FALSE(answers_syn(0, 0, 0));
    CU_ASSERT_FALSE(answers_syn(TCP_ACK, 5001, 0));
    CU_ASSERT_FALSE(answers_syn(TCP_ACK, 0, 80));
}

/* RFC 7413 section 4.2: the host takes the data of the SYN or not. */
static void a_reset_that_answers_a_syn_may_acknowledge_its_data(void)
{
    CU_ASSERT_TRUE(answers_syn_with(80, TCP_ACK, 0, 0));
    CU_ASSERT_TRUE(answers_syn_with(80, TCP_ACK, 0, 80));
    CU_ASSERT_FALSE(answers_syn_with(80, TCP_ACK, 0, 81));
    CU_ASSERT_FALSE(answers_syn_with(80, TCP_ACK, 5001, 80));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a whole connection lacks nothing", a_whole_connection_lacks_nothing},
        {"an ACKed FIN that was not captured is unseen",
         an_acked_fin_that_was_not_captured_is_unseen},
        {"a FIN behind a hole tells its size", a_fin_behind_a_hole_tells_its_size},
        {"octets behind a hole are not unseen", octets_behind_a_hole_are_not_unseen},
        {"octets in ACKed holes count as missed alone",
         octets_in_acked_holes_count_as_missed_alone},
        {"a mere ACK tells what was sent before", a_mere_ack_tells_what_was_sent_before},
        {"a captured FIN is not undelivered", a_captured_fin_is_not_undelivered},
        {"an ACK of nothing new leaves open when it was sent",
         an_ack_of_nothing_new_leaves_open_when_it_was_sent},
        {"numbers outside the window tell nothing", numbers_outside_the_window_tell_nothing},
        {"what arrives or is ACKed after all was delivered",
         what_arrives_or_is_acked_after_all_was_delivered},
        {"the numbers of a reset tell what went before",
         the_numbers_of_a_reset_tell_what_went_before},
        {"a reset that answers a SYN has its numbers", a_reset_that_answers_a_syn_has_its_numbers},
        {"a reset that answers a SYN may acknowledge its data",
         a_reset_that_answers_a_syn_may_acknowledge_its_data},
        CU_TEST_INFO_NULL,
    };

    return suite_run("unseen", tests);
}
