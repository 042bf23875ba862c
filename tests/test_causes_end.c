/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum { FULL = 1448 }; /* octets of a full segment with the timestamp option */

static struct direction *sent_by(struct story *story, enum side side)
{
    return &story->connection.direction[side];
}

/* A hello, and a client that leaves without an answer after this long. */
static void hello_and_leave(struct story *story, int64_t after_ns)
{
    story_begin(story);
    story_modern_hello(story);
    story_wait(story, after_ns);
    story_fin(story, SIDE_CLIENT);
}

/* A hello of two segments. */
static void large_hello(struct story *story)
{
    struct story_offer offer = story_modern_offer();
    static char name[1600];

    memset(name, 'a', sizeof(name) - 1);
    offer.name = name;
    story_begin(story);
    story_client_hello(story, &offer);
    sent_by(story, SIDE_CLIENT)->largest_segment = FULL;
}

static void a_large_hello_that_is_reset_may_be_too_large(void)
{
    struct story story;

    large_hello(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_EQUAL(story_certainty(&story, "large_client_hello_intolerance"), CAUSE_POSSIBLE);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "large_client_hello_intolerance"));
}

static void a_small_hello_is_not_too_large(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->largest_segment = FULL;
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "large_client_hello_intolerance"));
}

static void a_large_hello_that_is_answered_is_not_too_large(void)
{
    struct story story;

    large_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "large_client_hello_intolerance"));
}

/* The server has all of the hello, and its client waits for an answer, or does not. */
static void a_large_hello_without_an_answer_may_be_too_large(void)
{
    static const struct {
        int64_t waited_ns;
        uint32_t retransmitted; /* times that a segment of it was sent again, in vain */
        enum certainty certainty;
    } cases[] = {
        {5 * STORY_SECOND, 0, CAUSE_POSSIBLE},
        {STORY_SECOND / 10, 0, CAUSE_NO}, /* it left of its own accord */
        {5 * STORY_SECOND, 3, CAUSE_NO},  /* the hello never got there */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        large_hello(&story);
        story_wait(&story, cases[i].waited_ns);
        story_fin(&story, SIDE_CLIENT);
        if (cases[i].retransmitted > 0) {
            sent_by(&story, SIDE_CLIENT)->most_retransmitted = cases[i].retransmitted;
            sent_by(&story, SIDE_CLIENT)->unacknowledged_octets = FULL;
            sent_by(&story, SIDE_CLIENT)->largest_unacknowledged = FULL;
        }
        CU_ASSERT_EQUAL(story_certainty(&story, "large_client_hello_intolerance"),
                        cases[i].certainty);
    }
}

/* A RST in the server's name with this hop limit; the server's own packets have 57. */
static void reset_with(struct story *story, uint8_t hop_limit)
{
    story_begin(story);
    story_modern_hello(story);
    story_rst(story, SIDE_SERVER);
    direction_have_trouble(sent_by(story, SIDE_SERVER))->reset.hop_limit = hop_limit;
}

/* Of a long hello one segment came. That it was too long is conceivable when the rest was sent, or
 * the server did not wait for it; that it was lost, when the server waited. */
static void a_part_of_a_large_hello_tells_less(void)
{
    static const struct {
        int64_t waited_ns;
        enum side by;
        uint64_t unseen;
        enum certainty too_large;
        enum certainty lost;
    } cases[] = {
        {STORY_SECOND / 10, SIDE_SERVER, 0, CAUSE_POSSIBLE, CAUSE_NO},
        {5 * STORY_SECOND, SIDE_SERVER, 0, CAUSE_POSSIBLE, CAUSE_POSSIBLE},
        {5 * STORY_SECOND, SIDE_CLIENT, 0, CAUSE_NO, CAUSE_NO},
        {5 * STORY_SECOND, SIDE_CLIENT, 500, CAUSE_POSSIBLE, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        large_hello(&story);
        story.handshake.partial_hello_octets = FULL;
        direction_have_trouble(sent_by(&story, SIDE_CLIENT))->unseen_octets = cases[i].unseen;
        story_wait(&story, cases[i].waited_ns);
        story_fin(&story, cases[i].by);
        CU_ASSERT_EQUAL(story_certainty(&story, "large_client_hello_intolerance"),
                        cases[i].too_large);
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), cases[i].lost);
    }
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
}

static void another_initial_value_is_not_another_distance(void)
{
    struct story story;

    reset_with(&story, 248); /* 255 less the seven hops of 64 to 57 */
    CU_ASSERT_EQUAL(story_certainty(&story, "middlebox_reset"), CAUSE_POSSIBLE);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
}

/* A RST from the server's own distance, a millisecond after the hello that it acknowledges. */
static void odd_reset(struct story *story, int64_t round_trip_ns, bool agreed, bool has_timestamp)
{
    struct direction *client = sent_by(story, SIDE_CLIENT);
    struct direction *server = sent_by(story, SIDE_SERVER);

    reset_with(story, 57);
    client->syn_count = server->syn_count = 1;
    client->timestamps = server->timestamps = agreed;
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
        struct story story;
        struct direction *client = sent_by(&story, SIDE_CLIENT);
        struct story_choice choice = story_choice_1_2();

        story_begin(&story);
        client->hop_limit = client->hop_limit_last = 64;
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

static void a_fin_of_the_server_closes(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
}

/* It was the client's turn, whose octets may have been lost before they came by here. */
static void a_server_that_waited_in_vain_closes_for_want_of_the_client(void)
{
    static const struct {
        int64_t wait_ns;
        enum certainty confidence;
    } cases[] = {{STORY_SECOND / 10, CAUSE_LIKELY}, {3 * STORY_SECOND, CAUSE_POSSIBLE}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story_wait(&story, cases[i].wait_ns);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_TRUE(story_says(&story, "server_closed", cases[i].confidence));
        if (cases[i].confidence == CAUSE_POSSIBLE) {
            CU_ASSERT_TRUE(story_considers(&story, "packet_loss"));
            CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
        }
    }
}

/* The client waits for the server, which is in the middle of its flight. */
static void a_server_that_closes_late_when_it_is_its_turn_did_not_wait(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_wait(&story, 3 * STORY_SECOND);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
}

static void close_notify_of_the_server_closes(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CLOSE_NOTIFY);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
}

/* Up to TLS 1.2 some servers look for a group when they are to name it, behind the certificates. */
static void a_server_that_closes_before_its_key_exchange_may_have_no_group(void)
{
    enum { SECP256R1 = 23, X25519 = 29, X448 = 30, ECDHE_RSA = 0xc02f, RSA = 0x009c };
    static const struct {
        story_list groups;
        uint16_t suite;
        enum certainty closed;
        enum certainty alerted;
    } rows[] = {
        {{X448}, ECDHE_RSA, CAUSE_POSSIBLE, CAUSE_LIKELY},
        {{X25519, SECP256R1}, ECDHE_RSA, CAUSE_NO, CAUSE_NO},
        {{X448}, RSA, CAUSE_NO, CAUSE_NO},
    };

    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        bool alerts = i % 2 == 1;
        struct story_offer offer = story_modern_offer();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        memcpy(offer.groups, rows[i / 2].groups, sizeof(offer.groups));
        offer.name = NULL; /* the server has chosen its certificate all the same */
        choice.suite = rows[i / 2].suite;
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_server_hello(&story, &choice);
        story_certificate(&story, SIDE_SERVER);
        if (alerts)
            story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_group"),
                        alerts ? rows[i / 2].alerted : rows[i / 2].closed);
        CU_ASSERT_EQUAL(story_certainty(&story, "missing_sni"), CAUSE_NO);
        CU_ASSERT(alerts || story_says(&story, "server_closed", CAUSE_LIKELY));
    }
}

static void a_fin_after_an_alert_closes_nothing(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "server_closed"));
    CU_ASSERT_TRUE(story_denies(&story, "client_abandoned"));
}

static void a_client_that_waited_in_vain_met_a_silent_server(void)
{
    struct story story;

    hello_and_leave(&story, 10 * STORY_SECOND);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
    CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
}

static void a_client_that_did_not_wait_abandoned(void)
{
    struct story story;

    hello_and_leave(&story, 300 * STORY_MILLISECOND);
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
}

static void silence_to_the_end_is_the_servers(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_wait(&story, 20 * STORY_SECOND);
    story.reason = CONNECTION_END_CAPTURE;
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
}

static void a_hello_that_is_not_acknowledged_met_no_silent_server_for_sure(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    sent_by(&story, SIDE_CLIENT)->unacknowledged_octets = 500;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(story_certainty(&story, "server_silent"), CAUSE_POSSIBLE);
}

static void a_server_that_answered_is_not_silent(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
}

/* It had ACKed nothing of what the capture lacks, and has not sent its Finished. */
static void what_a_client_did_not_wait_for_changes_nothing(void)
{
    static const uint64_t acknowledged[] = {0, 1500};
    static const enum outcome outcomes[] = {OUTCOME_FAILED, OUTCOME_INCOMPLETE};

    for (size_t i = 0; i < 2; i++) {
        struct story story;
        struct story_choice choice = story_choice_1_2();

        story_begin(&story);
        story_modern_hello(&story);
        story_server_hello(&story, &choice);
        story_wait(&story, 2 * STORY_SECOND);
        story_fin(&story, SIDE_CLIENT);
        story_fin(&story, SIDE_SERVER);
        story.handshake.records[SIDE_CLIENT] = 1;
        story.handshake.gap_octets[SIDE_SERVER] = 1500;
        direction_have_trouble(sent_by(&story, SIDE_SERVER))->unseen_octets = 1500;
        direction_have_trouble(sent_by(&story, SIDE_SERVER))->missed_octets = acknowledged[i];
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, outcomes[i]);
    }
}

static void a_client_that_says_good_bye_abandoned(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_USER_CANCELED);
    story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CLOSE_NOTIFY);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
}

static void a_client_that_falls_silent_may_have_abandoned(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_flight_1_2(&story, &choice, 0);
    sent_by(&story, SIDE_SERVER)->most_retransmitted = 3; /* and then it was acknowledged */
    story_wait(&story, 20 * STORY_SECOND);
    story.reason = CONNECTION_END_CAPTURE;
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_POSSIBLE));
}

static void an_established_connection_has_no_cause(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_flight_1_2(&story, &choice, 0);
    story_client_flight_1_2(&story);
    story_ccs(&story, SIDE_SERVER);
    story_note(&story, SIDE_SERVER, NOTE_ENCRYPTED_HANDSHAKE)->length = 40;
    story_rst(&story, SIDE_CLIENT);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "established");
    CU_ASSERT_PTR_NULL(story.verdict.cause);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a large hello that is reset may be too large",
         a_large_hello_that_is_reset_may_be_too_large},
        {"a small hello is not too large", a_small_hello_is_not_too_large},
        {"a large hello that is answered is not too large",
         a_large_hello_that_is_answered_is_not_too_large},
        {"a large hello without an answer may be too large",
         a_large_hello_without_an_answer_may_be_too_large},
        {"a part of a large hello tells less", a_part_of_a_large_hello_tells_less},
        {"a RST from another distance is a middlebox", a_rst_from_another_distance_is_a_middlebox},
        {"a RST from the same distance is the server's",
         a_rst_from_the_same_distance_is_the_servers},
        {"another initial value is not another distance",
         another_initial_value_is_not_another_distance},
        {"a RST with two signs of a third party is a middlebox",
         a_rst_with_two_signs_of_a_third_party_is_a_middlebox},
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
        {"a FIN of the server closes", a_fin_of_the_server_closes},
        {"a server that waited in vain closes for want of the client",
         a_server_that_waited_in_vain_closes_for_want_of_the_client},
        {"a server that closes late when it is its turn did not wait",
         a_server_that_closes_late_when_it_is_its_turn_did_not_wait},
        {"close_notify of the server closes", close_notify_of_the_server_closes},
        {"a FIN after an alert closes nothing", a_fin_after_an_alert_closes_nothing},
        {"a client that waited in vain met a silent server",
         a_client_that_waited_in_vain_met_a_silent_server},
        {"a server that closes before its key exchange may have no group",
         a_server_that_closes_before_its_key_exchange_may_have_no_group},
        {"a client that did not wait abandoned", a_client_that_did_not_wait_abandoned},
        {"silence to the end is the server's", silence_to_the_end_is_the_servers},
        {"a hello that is not acknowledged met no silent server for sure",
         a_hello_that_is_not_acknowledged_met_no_silent_server_for_sure},
        {"a server that answered is not silent", a_server_that_answered_is_not_silent},
        {"what a client did not wait for changes nothing",
         what_a_client_did_not_wait_for_changes_nothing},
        {"a client that says good-bye abandoned", a_client_that_says_good_bye_abandoned},
        {"a client that falls silent may have abandoned",
         a_client_that_falls_silent_may_have_abandoned},
        {"an established connection has no cause", an_established_connection_has_no_cause},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes in how it ended", tests);
}
