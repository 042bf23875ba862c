/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a ClientHello is too long for one segment, and what other hellos tell of that. */
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/story_known.h"

enum {
    ETHERNET_MSS = 1460,
    LOOPBACK_MSS = 65495,
    TIMESTAMPS_LEN = 12,
    SHORT_NAME = 20,
    LONG_NAME = 1400,
    SECONDS_APART = 2,
    TURNS_MAX = 16
};

static const char cause[] = "large_client_hello_intolerance";

static struct knowledge *knowledge;

/* A hello with a name of this length, which the capture has in one packet. */
static void begin(struct story *story, int64_t at_s, size_t name_length)
{
    static char name[LONG_NAME + 1];
    struct story_offer offer = story_modern_offer();

    memset(name, 'a', sizeof(name));
    name[name_length] = '\0';
    offer.name = name;
    if (name_length == SHORT_NAME) /* another program of the client's host */
        offer.alpn = NULL;
    story_begin_at(story, at_s * STORY_SECOND);
    story->knowledge = knowledge;
    story_client_hello(story, &offer);
    story->connection.direction[SIDE_SERVER].mss = ETHERNET_MSS;
    story->connection.direction[SIDE_CLIENT].largest_segment = LOOPBACK_MSS;
}

static void a_hello_in_one_packet_is_split_behind_the_capture(void)
{
    static const struct {
        uint32_t beyond; /* octets that the hello has more than the segment that the server takes */
        bool timestamps;
        uint16_t lacking; /* octets that the server's segment is smaller than Ethernet's */
        enum certainty certainty;
    } cases[] = {
        {0, false, 0, CAUSE_NO},
        {1, false, 0, CAUSE_POSSIBLE},
        {0, true, 0, CAUSE_NO},
        {1, true, 0, CAUSE_POSSIBLE},
        {0, true, TIMESTAMPS_LEN, CAUSE_NO},
        {1, true, TIMESTAMPS_LEN, CAUSE_POSSIBLE},
    };
    struct story story;
    uint32_t fixed; /* octets of a hello but for its name */

    begin(&story, 0, LONG_NAME);
    fixed = knowledge_hello_octets(story_facts(&story)) - LONG_NAME;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct direction *server = &story.connection.direction[SIDE_SERVER];
        uint32_t options = cases[i].timestamps ? TIMESTAMPS_LEN : 0;
        uint32_t octets = ETHERNET_MSS - cases[i].lacking - options + cases[i].beyond;

        begin(&story, 0, octets - fixed);
        server->mss = (uint16_t)(ETHERNET_MSS - cases[i].lacking);
        server->timestamps = cases[i].timestamps;
        story.connection.direction[SIDE_CLIENT].timestamps = true;
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(knowledge_hello_octets(story_facts(&story)), octets);
        CU_ASSERT_EQUAL(story_certainty(&story, cause), cases[i].certainty);
    }
}

/* Nothing is known of what it takes, or it takes all of it. */
static void a_hello_that_the_server_takes_in_one_segment_is_not_split(void)
{
    static const uint16_t announced[] = {0, LOOPBACK_MSS};

    for (size_t i = 0; i < sizeof(announced) / sizeof(announced[0]); i++) {
        struct story story;

        begin(&story, 0, LONG_NAME);
        story.connection.direction[SIDE_SERVER].mss = announced[i];
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_TRUE(story_denies(&story, cause));
    }
}

static void establish(struct story *story)
{
    const struct story_choice choice = story_choice_1_2();

    story_flight_1_2(story, &choice, 0);
    story_finish_1_2(story);
}

/* A hello of one client: "L" is long and reset, "l" long and taken up, "S" and "s" are shorter ones;
 * "x" is a shorter one of another client, taken up. */
struct turn {
    char hello;
    uint8_t at_s;
    uint8_t client; /* 0: the one and the other one */
};

static void begin_turn(struct story *story, const struct turn *turn)
{
    bool is_long = turn->hello == 'L' || turn->hello == 'l';

    begin(story, turn->at_s, is_long ? LONG_NAME : SHORT_NAME);
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] ^=
        turn->hello == 'x' ? 1 : turn->client;
}

static void learn_turns(const struct turn *turns, size_t count)
{
    knowledge = story_knowledge_new();
    for (size_t i = 0; i < count; i++) {
        struct story story;

        begin_turn(&story, &turns[i]);
        if (turns[i].hello != 'L' && turns[i].hello != 'S')
            establish(&story);
        else
            story_rst(&story, SIDE_SERVER);
        story_learn(knowledge, story_facts(&story));
    }
}

static void forget_turns(void)
{
    knowledge_free(knowledge);
    knowledge = NULL;
}

/* Learn of these in their order. Returns the certainty for the one that is judged, an "L". */
static enum certainty certainty_of_turns(const struct turn *turns, size_t count, size_t judged)
{
    enum certainty certainty;
    struct story story;

    learn_turns(turns, count);
    begin_turn(&story, &turns[judged]);
    story_rst(&story, SIDE_SERVER);
    certainty = story_certainty(&story, cause);
    forget_turns();
    return certainty;
}

/* The same of hellos some seconds apart. */
static enum certainty certainty_of(const char *hellos, size_t judged)
{
    struct turn turns[TURNS_MAX];
    size_t count = 0;

    for (; hellos[count] != '\0'; count++)
        turns[count] = (struct turn){hellos[count], (uint8_t)(count * SECONDS_APART), 0};
    return certainty_of_turns(turns, count, judged);
}

static void a_shorter_hello_that_succeeds_after_one_in_one_packet_is_telling(void)
{
    CU_ASSERT_EQUAL(certainty_of("L", 0), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(certainty_of("Ls", 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(certainty_of("Lls", 0), CAUSE_POSSIBLE);
}

static void more_that_succeed_make_it_no_less_sure(void)
{
    CU_ASSERT_EQUAL(certainty_of("Lsss", 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(certainty_of("sssLsss", 3), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(certainty_of("sLssLsssss", 1), CAUSE_LIKELY);
}

/* Some that are refused are the long ones now and then. */
static void where_shorter_hellos_are_refused_too_it_may_be_chance(void)
{
    CU_ASSERT_EQUAL(certainty_of("SsLsSsss", 2), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(certainty_of("SLSs", 1), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(certainty_of("LSsLssLsssss", 0), CAUSE_LIKELY);
}

/* No shorter one of the same client comes after: the times tell. */
static void others_that_succeed_between_tell_that_it_is_no_outage(void)
{
    CU_ASSERT_EQUAL(certainty_of("xLxxLxxLxx", 4), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(certainty_of("xxxxLLLxxx", 4), CAUSE_POSSIBLE); /* an outage */
    CU_ASSERT_EQUAL(certainty_of("xLxLx", 1), CAUSE_POSSIBLE);      /* too few */
}

/* A connection that was reset is over some time after its RST. */
static void a_success_may_be_learned_of_before_the_failure(void)
{
    static const struct {
        char shorter; /* as in certainty_of */
        bool comes_after;
        enum certainty certainty;
    } cases[] = {
        {'s', true, CAUSE_LIKELY},
        {'s', false, CAUSE_POSSIBLE}, /* it began before the long one */
        {'x', true, CAUSE_POSSIBLE},  /* it is of another client */
        {'l', true, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct turn turns[] = {
            {cases[i].shorter, cases[i].comes_after ? 2 : 0, 0},
            {'L', 1, 0},
        };

        CU_ASSERT_EQUAL(certainty_of_turns(turns, 2, 1), cases[i].certainty);
    }
}

/* What nobody answers is over long after what succeeded meanwhile. */
static void refusals_are_sorted_among_successes_by_when_they_began(void)
{
    static const struct turn between[] = {{'x', 1, 0}, {'x', 3, 0}, {'x', 5, 0}, {'x', 7, 0},
                                          {'x', 9, 0}, {'L', 4, 0}, {'L', 6, 0}, {'L', 8, 0}};
    static const struct turn outage[] = {{'x', 1, 0},  {'x', 2, 0}, {'x', 3, 0}, {'x', 9, 0},
                                         {'x', 10, 0}, {'L', 4, 0}, {'L', 5, 0}, {'L', 6, 0}};

    CU_ASSERT_EQUAL(certainty_of_turns(between, 8, 6), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(certainty_of_turns(outage, 8, 6), CAUSE_POSSIBLE);
}

static void several_clients_may_succeed_before_the_failure_of_each_is_learned_of(void)
{
    static const struct turn turns[] = {{'s', 2, 2}, {'s', 3, 3}, {'s', 4, 4},
                                        {'L', 1, 2}, {'L', 2, 3}, {'L', 3, 4}};

    for (size_t judged = 3; judged < 6; judged++)
        CU_ASSERT_EQUAL(certainty_of_turns(turns, 6, judged), CAUSE_LIKELY);
}

/* A long hello, all of it or its end, is sent again and again. */
static void lose(struct story *story, uint32_t passed, uint32_t smallest, uint32_t largest)
{
    struct direction *client = &story->connection.direction[SIDE_CLIENT];

    client->retransmissions = 4;
    client->most_retransmitted = 4;
    client->unacknowledged_octets = smallest;
    client->smallest_unacknowledged = smallest;
    client->largest_unacknowledged = largest;
    client->largest_acknowledged = passed;
    client->sack_permitted = true;
    story->connection.direction[SIDE_SERVER].sack_permitted = true;
}

static void a_long_hello_that_gets_lost_is_dropped_where_short_ones_pass(void)
{
    enum { FULL = 1448, REST = 56 };
    static const struct turn turns[] = {{'x', 1, 0}, {'L', 2, 0},  {'x', 3, 0},
                                        {'x', 5, 0}, {'L', 6, 0},  {'x', 7, 0},
                                        {'x', 9, 0}, {'L', 10, 0}, {'x', 11, 0}};
    static const struct {
        uint32_t passed;
        uint32_t smallest;
        uint32_t largest;
        uint32_t sack_blocks;
        bool is_known;
        enum certainty certainty;
        enum certainty loss;
    } cases[] = {
        {0, REST, FULL, 0, false, CAUSE_NO, CAUSE_POSSIBLE}, /* or a full queue */
        {0, REST, FULL, 0, true, CAUSE_LIKELY, CAUSE_POSSIBLE},
        {FULL, REST, REST, 0, true, CAUSE_LIKELY, CAUSE_POSSIBLE},
        {0, FULL, FULL, 1, true, CAUSE_POSSIBLE, CAUSE_LIKELY}, /* the rest arrived */
        {REST, FULL, FULL, 0, true, CAUSE_POSSIBLE, CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        learn_turns(turns, cases[i].is_known ? sizeof(turns) / sizeof(turns[0]) : 0);
        begin_turn(&story, &turns[4]);
        lose(&story, cases[i].passed, cases[i].smallest, cases[i].largest);
        story.connection.direction[SIDE_SERVER].sack_blocks = cases[i].sack_blocks;
        story_wait(&story, 20 * STORY_SECOND);
        CU_ASSERT_EQUAL(story_certainty(&story, cause), cases[i].certainty);
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), cases[i].loss);
        forget_turns();
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a hello in one packet is split behind the capture",
         a_hello_in_one_packet_is_split_behind_the_capture},
        {"a hello that the server takes in one segment is not split",
         a_hello_that_the_server_takes_in_one_segment_is_not_split},
        {"a shorter hello that succeeds after one in one packet is telling",
         a_shorter_hello_that_succeeds_after_one_in_one_packet_is_telling},
        {"more that succeed make it no less sure", more_that_succeed_make_it_no_less_sure},
        {"where shorter hellos are refused too it may be chance",
         where_shorter_hellos_are_refused_too_it_may_be_chance},
        {"others that succeed between tell that it is no outage",
         others_that_succeed_between_tell_that_it_is_no_outage},
        {"a success may be learned of before the failure",
         a_success_may_be_learned_of_before_the_failure},
        {"refusals are sorted among successes by when they began",
         refusals_are_sorted_among_successes_by_when_they_began},
        {"several clients may succeed before the failure of each is learned of",
         several_clients_may_succeed_before_the_failure_of_each_is_learned_of},
        {"a long hello that gets lost is dropped where short ones pass",
         a_long_hello_that_gets_lost_is_dropped_where_short_ones_pass},
        CU_TEST_INFO_NULL,
    };

    return suite_run("known_size", tests);
}
