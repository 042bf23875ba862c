/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/transport.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum {
    FULL = 1448, /* octets of a full segment with the timestamp option */
    SMALL = 300,
    ICMP_PROHIBITED = 13 /* a code of ICMP_UNREACHABLE */
};

/* Segments of this side were sent again and again and never acknowledged. */
static void lose(struct story *story, enum side side, uint32_t smallest, uint32_t largest,
                 uint32_t largest_acknowledged)
{
    struct direction *direction = sent_by(story, side);

    direction->retransmissions = 4;
    direction->most_retransmitted = 4;
    direction_have_trouble(direction)->first_retransmission = story->connection.last;
    direction_have_trouble(direction)->last_retransmission = story->connection.last;
    direction->smallest_unacknowledged = smallest;
    direction->largest_unacknowledged = largest;
    direction->largest_acknowledged = largest_acknowledged;
    direction->largest_segment = largest;
    direction->unacknowledged_octets = largest;
    direction->payload_octets += largest;
}

static void icmp(struct story *story, uint8_t type, uint8_t code)
{
    story->connection.icmp = (struct icmp_facts){
        .count = 1,
        .at = story->connection.last,
        .type = type,
        .code = code,
        .mtu = 1280,
        .quoted = SIDE_CLIENT,
    };
}

static void an_icmp_error_to_the_syn_is_certain(void)
{
    struct story story;

    story_begin_syn(&story);
    icmp(&story, ICMP_UNREACHABLE, ICMP_PROHIBITED);
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_CERTAIN));
    CU_ASSERT_FALSE(story_tells(&story, "refusal", "")); /* the error is the answer */
    CU_ASSERT_TRUE(story_denies(&story, "connect_timeout"));
}

static void an_icmp_error_to_the_hello_is_likely(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    icmp(&story, ICMP_UNREACHABLE, ICMP_PROHIBITED);
    sent_by(&story, SIDE_CLIENT)->unacknowledged_octets = 500;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_LIKELY));
}

static void an_icmp_error_that_tcp_survived_is_not_blamed(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    icmp(&story, ICMP_UNREACHABLE, ICMP_PROHIBITED);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_denies(&story, "icmp_unreachable"));
}

static void fragmentation_needed_is_no_refusal(void)
{
    struct story story;

    story_begin_syn(&story);
    icmp(&story, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED);
    CU_ASSERT_TRUE(story_denies(&story, "icmp_unreachable"));
}

static void full_segments_that_vanish_are_a_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_SERVER, FULL, FULL, SMALL);
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_NETWORK);
}

static void the_sizes_that_passed_and_did_not_are_a_sentence(void)
{
    static const struct {
        uint32_t smallest, largest, acknowledged;
        const char *text;
    } rows[] = {
        {FULL, FULL, 0, "segments of 1448 octets of the server were never acknowledged; none was"},
        {SMALL, FULL, 100,
         "segments of 300 to 1448 octets of the server were never acknowledged; the largest that "
         "was has 100"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct evidence evidence = {0};
        struct story story;

        story_begin(&story);
        story_modern_hello(&story);
        lose(&story, SIDE_SERVER, rows[i].smallest, rows[i].largest, rows[i].acknowledged);
        describe_loss(story_facts(&story), SIDE_SERVER, &evidence);
        CU_ASSERT_EQUAL_FATAL(evidence.count, 2);
        CU_ASSERT_STRING_EQUAL(evidence.items[1].text, rows[i].text);
    }
}

static void a_large_hello_that_vanishes_is_a_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_CLIENT, FULL, FULL, 0);
    sent_by(&story, SIDE_SERVER)->sack_blocks = 1;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_LIKELY));
}

static void a_router_that_says_so_makes_it_certain(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_CLIENT, FULL, FULL, 0);
    icmp(&story, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED);
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_CERTAIN));
}

static void a_hole_as_large_as_a_full_segment_is_a_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = UINT64_C(2) * FULL;
    sent_by(&story, SIDE_SERVER)->payload_octets = SMALL;
    sent_by(&story, SIDE_SERVER)->largest_segment = SMALL;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
}

static void a_hole_that_had_no_time_to_be_closed_may_be_any_loss(void)
{
    static const struct {
        int64_t waited_ns;
        enum certainty blackhole;
    } rows[] = {{5 * STORY_MILLISECOND, CAUSE_POSSIBLE},
                {300 * STORY_MILLISECOND, CAUSE_POSSIBLE},
                {STORY_SECOND, CAUSE_LIKELY}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
        sent_by(&story, SIDE_CLIENT)->sack_hole_octets = FULL;
        sent_by(&story, SIDE_SERVER)->payload_octets = SMALL;
        sent_by(&story, SIDE_SERVER)->largest_segment = SMALL;
        story_wait(&story, rows[i].waited_ns);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, "mtu_blackhole"), rows[i].blackhole);
        CU_ASSERT_EQUAL(story_says(&story, "client_abandoned", CAUSE_LIKELY),
                        rows[i].blackhole == CAUSE_POSSIBLE);
    }
}

/* The client's last word, an alert with its good-bye, is no measure of that. */
static void a_hole_is_as_old_as_what_came_behind_it(void)
{
    struct story story;
    struct direction *server = sent_by(&story, SIDE_SERVER);

    story_begin_flight_1_3(&story);
    sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = FULL;
    server->payload_octets = SMALL;
    server->largest_segment = SMALL;
    direction_have_trouble(server)->disorder = (struct moment){story.now_ns, story.packet};
    story_wait(&story, 4 * STORY_SECOND);
    story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_CLIENT);
    server->largest_segment = SMALL;
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_LIKELY));
}

/* Some firewalls take the option out of the SYNs. What is captured is what the client got: the last
 * part of the server's flight, for which it had its last ACK sent again. */
static void without_sack_a_hole_is_what_is_asked_for_again(void)
{
    static const struct {
        uint32_t duplicate_acks, captured, missed;
        int64_t wait_ns;
        bool is_hole;
    } rows[] = {
        {1, SMALL, 0, 10 * STORY_SECOND, true},     {0, SMALL, 0, 10 * STORY_SECOND, false},
        {1, 0, 0, 10 * STORY_SECOND, false},        /* nothing came behind it */
        {1, SMALL, FULL, 10 * STORY_SECOND, false}, /* the capture is what lacks octets */
        {1, SMALL, 0, STORY_MILLISECOND, false},    /* it may still have come */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct direction *server;

        story_begin(&story);
        story_modern_hello(&story);
        server = sent_by(&story, SIDE_SERVER);
        server->payload_octets = SMALL;
        server->largest_segment = SMALL;
        server->unacknowledged_octets = 2 * FULL + rows[i].captured;
        direction_have_trouble(server)->unseen_octets = UINT64_C(2) * FULL;
        direction_have_trouble(server)->missed_octets = rows[i].missed;
        sent_by(&story, SIDE_CLIENT)->duplicate_acks = rows[i].duplicate_acks;
        story_wait(&story, rows[i].wait_ns);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_certainty(&story, "mtu_blackhole"),
                        rows[i].is_hole ? CAUSE_LIKELY : CAUSE_NO);
        CU_ASSERT_EQUAL(facts_hole_octets(&story.facts, SIDE_SERVER),
                        rows[i].is_hole ? 2 * FULL : 0);
    }
}

static void loss_of_small_segments_is_no_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_CLIENT, 517, 517, 0);
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "mtu_blackhole"));
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_POSSIBLE));
}

/* The server sends its SYN-ACK so many times and so many other packets, and the client's hello gets
 * no ACK. */
static void lose_hello(struct story *story, struct knowledge *knowledge, uint32_t syn_acks,
                       uint32_t more)
{
    struct direction *server;

    story_begin(story);
    story->knowledge = knowledge;
    story_modern_hello(story);
    server = sent_by(story, SIDE_SERVER);
    server->syn_count = syn_acks;
    server->packets = syn_acks + more;
    lose(story, SIDE_CLIENT, SMALL, SMALL, 0);
    story_wait(story, 10 * STORY_SECOND);
    story_fin(story, SIDE_CLIENT);
}

static void a_server_of_which_a_syn_ack_is_all_may_not_take_its_connections(void)
{
    struct story story;

    for (uint32_t syn_acks = 1; syn_acks <= 2; syn_acks++) {
        lose_hello(&story, NULL, syn_acks, 0);
        CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_POSSIBLE));
        CU_ASSERT_TRUE(story_considers(&story, "server_silent"));
        CU_ASSERT_TRUE(story_tells(&story, "accept_queue", "queue of connections is full"));
    }

    lose_hello(&story, NULL, 2, 1); /* an ACK, or the end of a connection that its program has */
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "server_silent"));
}

/* Where others are served meanwhile, no queue is full. */
static void a_server_that_serves_others_takes_its_connections(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story_choice choice = story_choice_1_2();
    struct story story;

    CU_ASSERT_PTR_NOT_NULL_FATAL(knowledge);
    story_begin_at(&story, STORY_SECOND);
    story_modern_hello(&story);
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    story_learn(knowledge, story_facts(&story));
    lose_hello(&story, knowledge, 2, 0);
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "server_silent"));
    knowledge_free(knowledge);
}

static void loss_of_every_size_is_no_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_SERVER, SMALL, FULL, FULL);
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "mtu_blackhole"));
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
}

static void loss_is_not_blamed_for_an_alert(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_CLIENT, FULL, FULL, 0);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE(story_denies(&story, "mtu_blackhole"));
    CU_ASSERT_TRUE(story_denies(&story, "packet_loss"));
}

static void an_encrypted_good_bye_in_front_of_a_hole_is_about_the_hole(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_3();

    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = UINT64_C(3) * FULL;
    story_wait(&story, 4 * STORY_SECOND);
    story_protected(&story, SIDE_CLIENT, 19);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_LIKELY));
}

static void black_holes_need_full_segments(void)
{
    static const struct {
        uint32_t smallest, largest, acknowledged;
    } rows[] = {
        {1000, 1000, SMALL}, /* not full */
        {400, FULL, SMALL},  /* of a size that passes everywhere */
        {FULL, FULL, FULL},  /* others of that size passed */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin(&story);
        story_modern_hello(&story);
        lose(&story, SIDE_SERVER, rows[i].smallest, rows[i].largest, rows[i].acknowledged);
        story_wait(&story, 10 * STORY_SECOND);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_denies(&story, "mtu_blackhole"));
    }
}

static void full_segments_alone_are_only_possibly_a_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_SERVER, FULL, FULL, 0);
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "mtu_blackhole"), CAUSE_POSSIBLE);
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
}

static void an_icmp_message_to_the_other_side_says_nothing(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_SERVER, FULL, FULL, SMALL);
    icmp(&story, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED); /* quotes the client */
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "mtu_blackhole"), CAUSE_LIKELY);
}

static void packet_too_big_is_the_message_of_ipv6(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    lose(&story, SIDE_CLIENT, FULL, FULL, 0);
    icmp(&story, ICMPV6_PACKET_TOO_BIG, 0);
    story.connection.icmp.is_ipv6 = true;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_denies(&story, "icmp_unreachable"));
}

static void a_small_hole_is_no_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = SMALL;
    sent_by(&story, SIDE_SERVER)->payload_octets = SMALL;
    sent_by(&story, SIDE_SERVER)->largest_segment = SMALL;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "mtu_blackhole"));
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
}

static void a_hole_where_full_segments_came_by_is_no_black_hole(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = FULL;
    sent_by(&story, SIDE_SERVER)->payload_octets = UINT64_C(4) * FULL;
    sent_by(&story, SIDE_SERVER)->largest_segment = FULL;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "mtu_blackhole"));
}

static void a_black_hole_where_syns_were_lost_too_is_only_possible(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 3;
    sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = UINT64_C(2) * FULL;
    sent_by(&story, SIDE_SERVER)->payload_octets = SMALL;
    sent_by(&story, SIDE_SERVER)->largest_segment = SMALL;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "mtu_blackhole"), CAUSE_POSSIBLE);
}

static void a_hole_that_nobody_waited_for_is_only_possibly_loss(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->sack_blocks = 1;
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = SMALL;
    story_wait(&story, 100 * STORY_MILLISECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), CAUSE_POSSIBLE);
}

static void an_icmp_error_before_the_last_answer_is_only_possible(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    icmp(&story, ICMP_UNREACHABLE, ICMP_PROHIBITED);
    story_server_hello(&story, &choice);
    sent_by(&story, SIDE_CLIENT)->unacknowledged_octets = 500;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "icmp_unreachable"), CAUSE_POSSIBLE);
}

static void a_routing_loop_and_an_unreachable_of_ipv6_are_refusals(void)
{
    static const struct {
        uint8_t type, code;
        bool is_ipv6;
        enum certainty certainty;
    } rows[] = {
        {11, 0, false, CAUSE_CERTAIN}, /* time exceeded */
        {1, 0, true, CAUSE_CERTAIN},   /* no route */
        {3, 0, true, CAUSE_CERTAIN},   /* time exceeded */
        {1, 0, false, CAUSE_NO},       /* unassigned */
        {4, 0, true, CAUSE_NO},        /* parameter problem */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_syn(&story);
        icmp(&story, rows[i].type, rows[i].code);
        story.connection.icmp.is_ipv6 = rows[i].is_ipv6;
        CU_ASSERT_EQUAL(story_certainty(&story, "icmp_unreachable"), rows[i].certainty);
    }
}

static void what_was_sent_again_is_told_and_nothing_else(void)
{
    struct story story;
    struct direction *client;

    story_begin(&story);
    client = &story.connection.direction[SIDE_CLIENT];
    story_modern_hello(&story);
    story_wait(&story, STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    client->fin_again = 2;
    client->retransmissions = 1;
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "sent_again",
                               "again: the client's FIN 2 times, data of the client 1 time"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an ICMP error to the SYN is certain", an_icmp_error_to_the_syn_is_certain},
        {"an ICMP error to the hello is likely", an_icmp_error_to_the_hello_is_likely},
        {"an ICMP error that TCP survived is not blamed",
         an_icmp_error_that_tcp_survived_is_not_blamed},
        {"fragmentation needed is no refusal", fragmentation_needed_is_no_refusal},
        {"full segments that vanish are a black hole", full_segments_that_vanish_are_a_black_hole},
        {"the sizes that passed and did not are a sentence",
         the_sizes_that_passed_and_did_not_are_a_sentence},
        {"a large hello that vanishes is a black hole",
         a_large_hello_that_vanishes_is_a_black_hole},
        {"a router that says so makes it certain", a_router_that_says_so_makes_it_certain},
        {"a hole as large as a full segment is a black hole",
         a_hole_as_large_as_a_full_segment_is_a_black_hole},
        {"a hole that had no time to be closed may be any loss",
         a_hole_that_had_no_time_to_be_closed_may_be_any_loss},
        {"a hole is as old as what came behind it", a_hole_is_as_old_as_what_came_behind_it},
        {"without SACK a hole is what is asked for again",
         without_sack_a_hole_is_what_is_asked_for_again},
        {"loss of small segments is no black hole", loss_of_small_segments_is_no_black_hole},
        {"a server of which a SYN-ACK is all may not take its connections",
         a_server_of_which_a_syn_ack_is_all_may_not_take_its_connections},
        {"a server that serves others takes its connections",
         a_server_that_serves_others_takes_its_connections},
        {"loss of every size is no black hole", loss_of_every_size_is_no_black_hole},
        {"loss is not blamed for an alert", loss_is_not_blamed_for_an_alert},
        {"an encrypted good-bye in front of a hole is about the hole",
         an_encrypted_good_bye_in_front_of_a_hole_is_about_the_hole},
        {"black holes need full segments", black_holes_need_full_segments},
        {"full segments alone are only possibly a black hole",
         full_segments_alone_are_only_possibly_a_black_hole},
        {"an ICMP message to the other side says nothing",
         an_icmp_message_to_the_other_side_says_nothing},
        {"packet too big is the message of IPv6", packet_too_big_is_the_message_of_ipv6},
        {"a small hole is no black hole", a_small_hole_is_no_black_hole},
        {"a hole where full segments came by is no black hole",
         a_hole_where_full_segments_came_by_is_no_black_hole},
        {"a black hole where SYNs were lost too is only possible",
         a_black_hole_where_syns_were_lost_too_is_only_possible},
        {"a hole that nobody waited for is only possibly loss",
         a_hole_that_nobody_waited_for_is_only_possibly_loss},
        {"an ICMP error before the last answer is only possible",
         an_icmp_error_before_the_last_answer_is_only_possible},
        {"a routing loop and an unreachable of IPv6 are refusals",
         a_routing_loop_and_an_unreachable_of_ipv6_are_refusals},
        {"what was sent again is told, and nothing else",
         what_was_sent_again_is_told_and_nothing_else},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes in the network", tests);
}
