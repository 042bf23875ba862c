/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RSTs: of whom they are, by what they and the other packets look like. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* A RST in the server's name with this hop limit; the server's own packets have 57. */
static void reset_with(struct story *story, uint8_t hop_limit)
{
    story_begin(story);
    story_modern_hello(story);
    story_rst(story, SIDE_SERVER);
    direction_have_trouble(sent_by(story, SIDE_SERVER))->reset.hop_limit = hop_limit;
}

static void a_rst_from_another_distance_is_a_middlebox(void)
{
    struct story story;

    reset_with(&story, 63);
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_NETWORK);
    CU_ASSERT_TRUE(story_denies(&story, "reset_by_server"));
}

static void a_rst_from_the_same_distance_is_the_servers(void)
{
    struct story story;

    reset_with(&story, 57);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "middlebox_reset"));
    CU_ASSERT_TRUE(story_tells(&story, "reset_hop_limit",
                               "the RST has the hop limit (TTL) of the server's other packets, 57: "
                               "by that it may be the server's own"));
}

/* Its time-out is over: what kept the client, or its octets, may be the cause. */
static void a_server_that_waited_in_vain_resets_for_want_of_the_client(void)
{
    static const struct {
        int64_t wait_ns;
        enum certainty certainty;
    } rows[] = {{STORY_SECOND / 10, CAUSE_LIKELY}, {3 * STORY_SECOND, CAUSE_POSSIBLE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool has_waited = rows[i].certainty == CAUSE_POSSIBLE;
        struct story story;

        story_begin_flight_1_2(&story);
        story_wait(&story, rows[i].wait_ns);
        story_rst(&story, SIDE_SERVER);
        direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.hop_limit = 57;
        CU_ASSERT_TRUE(story_says(&story, "reset_by_server", rows[i].certainty));
        CU_ASSERT_EQUAL(story_considers(&story, "packet_loss"), has_waited);
        CU_ASSERT_EQUAL(story_considers(&story, "client_abandoned"), has_waited);
    }
}

/* So it did of the server behind a load balancer, for one. */
static void a_hello_that_is_reset_late_was_not_answered(void)
{
    static const struct {
        int64_t wait_ns;
        uint32_t unacknowledged;
        bool is_silent;
    } rows[] = {
        {STORY_SECOND, 0, false},
        {10 * STORY_SECOND, 0, true},
        {10 * STORY_SECOND, 300, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_wait(&story, rows[i].wait_ns);
        story_rst(&story, SIDE_SERVER);
        direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.hop_limit = 57;
        sent_by(&story, SIDE_CLIENT)->unacknowledged_octets = rows[i].unacknowledged;
        CU_ASSERT_STRING_EQUAL(story_cause(&story), "reset_by_server");
        CU_ASSERT_EQUAL(story_considers(&story, "server_silent"), rows[i].is_silent);
    }
}

/* A RST of the server with this text in it and this window. */
static void reset_saying(struct story *story, const char *text, uint16_t window)
{
    struct reset *reset;

    reset_with(story, 57);
    story_reset_text(story, text);
    reset = &direction_have_trouble(sent_by(story, SIDE_SERVER))->reset;
    reset->window = window;
    reset->is_other_window = true;
}

static void what_a_rst_says_itself_is_told(void)
{
    static const char text[] = "No available SNAT addr\n";
    struct story story;

    reset_saying(&story, text, 8201);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "reset_by_server");
    CU_ASSERT_TRUE(story_tells(&story, "reset_text",
                               "the RST carries 23 octets: \"No available SNAT addr\\x0a\"; some "
                               "devices write there why they reset"));
    CU_ASSERT_TRUE(story_tells(&story, "reset_window",
                               "the RST has the window 8201, which the packets before it have not: "
                               "on a NetScaler it would be the code of its reason to reset"));
}

/* A window is seldom anything else than a window. */
static void a_rst_without_words_says_nothing(void)
{
    static const uint16_t windows[] = {0, 512, 8191, 10000, UINT16_MAX};
    struct story story;

    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        reset_saying(&story, "", windows[i]);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), "reset_by_server");
        CU_ASSERT_FALSE(story_tells(&story, "reset_text", ""));
        CU_ASSERT_FALSE(story_tells(&story, "reset_window", ""));
    }
    reset_saying(&story, "", 8201);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.is_other_window = false;
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "reset_by_server");
    CU_ASSERT_FALSE(story_tells(&story, "reset_window", ""));
}

static void another_initial_value_is_not_another_distance(void)
{
    struct story story;

    reset_with(&story, 248); /* 255 less the seven hops of 64 to 57 */
    CU_ASSERT_EQUAL(story_certainty(&story, "middlebox_reset"), CAUSE_POSSIBLE);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
}

/* A RST from the server's own distance, a millisecond after the hello that it acknowledges. The
 * server's SYN is like one of Linux. */
static void odd_reset(struct story *story, int64_t round_trip_ns, bool agreed, bool has_timestamp)
{
    struct direction *client = sent_by(story, SIDE_CLIENT);
    struct direction *server = sent_by(story, SIDE_SERVER);

    reset_with(story, 57);
    client->syn_count = server->syn_count = 1;
    client->timestamps = server->timestamps = agreed;
    server->is_like_linux = true;
    client->last_data = direction_reset(server)->at;
    client->last_data.time_ns -= STORY_MILLISECOND;
    story->connection.syn_rtt_ns = round_trip_ns;
    direction_have_trouble(server)->reset.has_timestamp = has_timestamp;
}

static void a_rst_with_two_signs_of_a_third_party_is_a_middlebox(void)
{
    static const struct {
        int64_t round_trip_ns;
        bool agreed;
        bool has_timestamp;
        enum certainty certainty;
    } cases[] = {
        {40 * STORY_MILLISECOND, true, false, CAUSE_LIKELY},
        {40 * STORY_MILLISECOND, true, true, CAUSE_POSSIBLE},
        {40 * STORY_MILLISECOND, false, false, CAUSE_POSSIBLE},
        {3 * STORY_MILLISECOND, true, false, CAUSE_POSSIBLE}, /* its host may be just as fast */
        {3 * STORY_MILLISECOND, true, true, CAUSE_NO},
        {-1, false, false, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        odd_reset(&story, cases[i].round_trip_ns, cases[i].agreed, cases[i].has_timestamp);
        CU_ASSERT_EQUAL(story_certainty(&story, "middlebox_reset"), cases[i].certainty);
        CU_ASSERT_TRUE(story_says(
            &story, cases[i].certainty == CAUSE_LIKELY ? "middlebox_reset" : "reset_by_server",
            CAUSE_LIKELY));
    }
}

/* The BSDs and Apple's systems never put a timestamp on a RST. */
static void a_timestamp_is_missed_where_the_host_would_put_it(void)
{
    static const struct {
        bool is_like_linux;
        enum certainty middlebox;
        const char *words;
    } rows[] = {{true, CAUSE_POSSIBLE, "Linux"}, {false, CAUSE_NO, "never put one"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        odd_reset(&story, 3 * STORY_MILLISECOND, true, false);
        sent_by(&story, SIDE_SERVER)->is_like_linux = rows[i].is_like_linux;
        CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_tells(&story, "reset_without_timestamp", rows[i].words));
        CU_ASSERT_EQUAL(story_certainty(&story, "middlebox_reset"), rows[i].middlebox);
    }
}

/* A host that does not have the connection answers without an ACK, and knows no options. */
static void a_rst_without_an_ack_needs_no_timestamp(void)
{
    struct story story;

    odd_reset(&story, -1, true, false);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.has_ack = false;
    CU_ASSERT_EQUAL(story_certainty(&story, "middlebox_reset"), CAUSE_NO);
}

/* The capture has each packet of the client's on both sides of a router, but its RST on one. */
static void a_rst_that_a_router_may_have_written_is_only_possible(void)
{
    static const struct {
        bool is_routed;
        uint32_t duplicates;
        enum certainty certainty;
    } rows[] = {{false, 2, CAUSE_LIKELY}, {true, 1, CAUSE_LIKELY}, {true, 2, CAUSE_POSSIBLE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;
        struct direction *client;

        story_begin(&story);
        client = sent_by(&story, SIDE_CLIENT);
        client->hop_limit = client->hop_limit_other = 64;
        story_modern_hello(&story);
        story_server_hello(&story, &choice);
        story_rst(&story, SIDE_CLIENT);
        client->routed = rows[i].is_routed;
        client->duplicates = rows[i].duplicates;
        direction_have_trouble(client)->reset.packets = 2;
        CU_ASSERT_EQUAL(story_certainty(&story, "reset_by_client"), rows[i].certainty);
    }
}

static void data_after_its_own_rst_is_certain(void)
{
    struct story story;

    reset_with(&story, 57);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.data_after = true;
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_CERTAIN));
}

static void rsts_to_both_sides_that_do_not_fit_are_certain(void)
{
    struct story story;

    reset_with(&story, 63);
    direction_have_trouble(sent_by(&story, SIDE_CLIENT))->reset = (struct reset){
        .at = story.connection.last, .hop_limit = 40, .count = 1, .fit = RESET_EXACT};
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_CERTAIN));
}

static void a_rst_after_an_alert_is_not_the_end(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    story_rst(&story, SIDE_SERVER);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->reset.hop_limit = 63;
    CU_ASSERT_TRUE(story_denies(&story, "middlebox_reset"));
    CU_ASSERT_TRUE(story_denies(&story, "reset_by_server"));
}

static void a_rst_without_anything_to_compare_is_only_possible(void)
{
    struct story story;

    reset_with(&story, 57);
    sent_by(&story, SIDE_SERVER)->hop_limit = 0;
    CU_ASSERT_EQUAL(story_certainty(&story, "reset_by_server"), CAUSE_POSSIBLE);
}

static void a_client_that_resets_in_the_middle(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_client", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "reset_by_server"));
}

static void a_forged_rst_of_the_client_is_not_the_clients(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_rst(&story, SIDE_CLIENT);
    direction_have_trouble(sent_by(&story, SIDE_CLIENT))->reset.hop_limit = 50;
    CU_ASSERT_TRUE(story_denies(&story, "reset_by_client"));
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_LIKELY));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a RST from another distance is a middlebox", a_rst_from_another_distance_is_a_middlebox},
        {"a RST from the same distance is the server's",
         a_rst_from_the_same_distance_is_the_servers},
        {"a server that waited in vain resets for want of the client",
         a_server_that_waited_in_vain_resets_for_want_of_the_client},
        {"a hello that is reset late was not answered",
         a_hello_that_is_reset_late_was_not_answered},
        {"what a RST says itself is told", what_a_rst_says_itself_is_told},
        {"a RST without words says nothing", a_rst_without_words_says_nothing},
        {"another initial value is not another distance",
         another_initial_value_is_not_another_distance},
        {"a RST with two signs of a third party is a middlebox",
         a_rst_with_two_signs_of_a_third_party_is_a_middlebox},
        {"a timestamp is missed where the host would put it",
         a_timestamp_is_missed_where_the_host_would_put_it},
        {"a RST without an ACK needs no timestamp", a_rst_without_an_ack_needs_no_timestamp},
        {"a RST that a router may have written is only possible",
         a_rst_that_a_router_may_have_written_is_only_possible},
        {"data after its own RST is certain", data_after_its_own_rst_is_certain},
        {"RSTs to both sides that do not fit are certain",
         rsts_to_both_sides_that_do_not_fit_are_certain},
        {"a RST after an alert is not the end", a_rst_after_an_alert_is_not_the_end},
        {"a RST without anything to compare is only possible",
         a_rst_without_anything_to_compare_is_only_possible},
        {"a client that resets in the middle", a_client_that_resets_in_the_middle},
        {"a forged RST of the client is not the client's",
         a_forged_rst_of_the_client_is_not_the_clients},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes_reset", tests);
}
