/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a ClientHello is too long for one segment, and what other hellos tell of that. */
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/wire.h"

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
    story_begin(story);
    story_wait(story, at_s * STORY_SECOND);
    story->connection.first.time_ns += at_s * STORY_SECOND;
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
};

/* Learn of these in their order. Returns the certainty for the one that is judged, an "L". */
static enum certainty certainty_of_turns(const struct turn *turns, size_t count, size_t judged)
{
    const struct knowledge_options options = {0};
    enum certainty certainty;
    struct story story;

    knowledge = knowledge_new(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(knowledge);
    for (size_t i = 0; i < count; i++) {
        char hello = turns[i].hello;

        begin(&story, turns[i].at_s, hello == 'L' || hello == 'l' ? LONG_NAME : SHORT_NAME);
        if (hello == 'x')
            story.connection.endpoint[SIDE_CLIENT].address.octets[15] ^= 1;
        if (hello != 'L' && hello != 'S')
            establish(&story);
        else
            story_rst(&story, SIDE_SERVER);
        story_learn(knowledge, story_facts(&story));
    }
    begin(&story, turns[judged].at_s, LONG_NAME);
    story_rst(&story, SIDE_SERVER);
    certainty = story_certainty(&story, cause);
    knowledge_free(knowledge);
    knowledge = NULL;
    return certainty;
}

/* The same of hellos some seconds apart. */
static enum certainty certainty_of(const char *hellos, size_t judged)
{
    struct turn turns[TURNS_MAX];
    size_t count = 0;

    for (; hellos[count] != '\0'; count++)
        turns[count] = (struct turn){hellos[count], (uint8_t)(count * SECONDS_APART)};
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
            {cases[i].shorter, cases[i].comes_after ? 2 : 0},
            {'L', 1},
        };

        CU_ASSERT_EQUAL(certainty_of_turns(turns, 2, 1), cases[i].certainty);
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
        CU_TEST_INFO_NULL,
    };

    return suite_run("known_size", tests);
}
