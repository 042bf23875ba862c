/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/wire.h"

enum {
    FULL = 1448, /* octets of a full segment with the timestamp option */
    SMALL = 300,
    ICMP_UNREACHABLE = 3,
    ICMP_FRAGMENTATION = 4,
    ICMP_PROHIBITED = 13
};

static struct direction *sent_by(struct story *story, enum side side)
{
    return &story->connection.direction[side];
}

/* Segments of this side were sent again and again and never acknowledged. */
static void lose(struct story *story, enum side side, uint32_t smallest, uint32_t largest,
                 uint32_t largest_acknowledged)
{
    struct direction *direction = sent_by(story, side);

    direction->retransmissions = 4;
    direction->most_retransmitted = 4;
    direction->first_retransmission = story->connection.last;
    direction->last_retransmission = story->connection.last;
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

/* A hello, and a client that leaves without an answer after this long. */
static void hello_and_leave(struct story *story, int64_t after_ns)
{
    story_begin(story);
    story_modern_hello(story);
    story_wait(story, after_ns);
    story_fin(story, SIDE_CLIENT);
}

static void one_syn_alone_proves_nothing(void)
{
    struct story story;

    story_begin_syn(&story);
    story.reason = CONNECTION_END_IDLE;
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "incomplete");
}

static void a_syn_sent_again_and_again_is_certain(void)
{
    struct story story;

    story_begin_syn(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 3;
    sent_by(&story, SIDE_CLIENT)->packets = 3;
    CU_ASSERT_TRUE(story_says(&story, "connect_timeout", CAUSE_CERTAIN));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_NETWORK);
}

static void a_client_that_sent_more_than_syns_got_an_answer(void)
{
    struct story story;

    story_begin_syn(&story);
    sent_by(&story, SIDE_CLIENT)->syn_count = 2;
    sent_by(&story, SIDE_CLIENT)->packets = 4;
    CU_ASSERT_TRUE(story_denies(&story, "connect_timeout"));
}

static void an_open_connection_did_not_time_out(void)
{
    struct story story;

    hello_and_leave(&story, 5 * STORY_SECOND);
    CU_ASSERT_TRUE(story_denies(&story, "connect_timeout"));
    CU_ASSERT_TRUE(story_denies(&story, "connection_refused"));
}

static void a_rst_to_the_syn_refuses(void)
{
    struct story story;

    story_begin_syn(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "connection_refused", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_denies(&story, "reset_by_server"));
    CU_ASSERT_TRUE(story_denies(&story, "connect_timeout"));
}

static void a_rst_later_does_not_refuse_the_connection(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_denies(&story, "connection_refused"));
}

static void an_icmp_error_to_the_syn_is_certain(void)
{
    struct story story;

    story_begin_syn(&story);
    icmp(&story, ICMP_UNREACHABLE, ICMP_PROHIBITED);
    CU_ASSERT_TRUE(story_says(&story, "icmp_unreachable", CAUSE_CERTAIN));
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
    icmp(&story, ICMP_UNREACHABLE, ICMP_FRAGMENTATION);
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
    icmp(&story, ICMP_UNREACHABLE, ICMP_FRAGMENTATION);
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
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = 2 * FULL;
    sent_by(&story, SIDE_SERVER)->payload_octets = SMALL;
    sent_by(&story, SIDE_SERVER)->largest_segment = SMALL;
    story_wait(&story, 10 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
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
    CU_ASSERT_TRUE(story_says(&story, "packet_loss", CAUSE_LIKELY));
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
    sent_by(&story, SIDE_CLIENT)->sack_hole_octets = 3 * FULL;
    story_wait(&story, 4 * STORY_SECOND);
    story_protected(&story, SIDE_CLIENT, 19);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "mtu_blackhole", CAUSE_LIKELY));
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

/* A RST in the server's name with this hop limit; the server's own packets have 57. */
static void reset_with(struct story *story, uint8_t hop_limit)
{
    story_begin(story);
    story_modern_hello(story);
    story_rst(story, SIDE_SERVER);
    sent_by(story, SIDE_SERVER)->reset.hop_limit = hop_limit;
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

static void data_after_its_own_rst_is_certain(void)
{
    struct story story;

    reset_with(&story, 57);
    sent_by(&story, SIDE_SERVER)->reset.data_after = true;
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_CERTAIN));
}

static void rsts_to_both_sides_that_do_not_fit_are_certain(void)
{
    struct story story;

    reset_with(&story, 63);
    sent_by(&story, SIDE_CLIENT)->reset = (struct reset){
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
    sent_by(&story, SIDE_SERVER)->reset.hop_limit = 63;
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
    sent_by(&story, SIDE_CLIENT)->reset.hop_limit = 50;
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

static void close_notify_of_the_server_closes(void)
{
    struct story story;

    story_begin(&story);
    story_modern_hello(&story);
    story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CLOSE_NOTIFY);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
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
        {"one SYN alone proves nothing", one_syn_alone_proves_nothing},
        {"a SYN sent again and again is certain", a_syn_sent_again_and_again_is_certain},
        {"a client that sent more than SYNs got an answer",
         a_client_that_sent_more_than_syns_got_an_answer},
        {"an open connection did not time out", an_open_connection_did_not_time_out},
        {"a RST to the SYN refuses", a_rst_to_the_syn_refuses},
        {"a RST later does not refuse the connection", a_rst_later_does_not_refuse_the_connection},
        {"an ICMP error to the SYN is certain", an_icmp_error_to_the_syn_is_certain},
        {"an ICMP error to the hello is likely", an_icmp_error_to_the_hello_is_likely},
        {"an ICMP error that TCP survived is not blamed",
         an_icmp_error_that_tcp_survived_is_not_blamed},
        {"fragmentation needed is no refusal", fragmentation_needed_is_no_refusal},
        {"full segments that vanish are a black hole", full_segments_that_vanish_are_a_black_hole},
        {"a large hello that vanishes is a black hole",
         a_large_hello_that_vanishes_is_a_black_hole},
        {"a router that says so makes it certain", a_router_that_says_so_makes_it_certain},
        {"a hole as large as a full segment is a black hole",
         a_hole_as_large_as_a_full_segment_is_a_black_hole},
        {"loss of small segments is no black hole", loss_of_small_segments_is_no_black_hole},
        {"loss of every size is no black hole", loss_of_every_size_is_no_black_hole},
        {"loss is not blamed for an alert", loss_is_not_blamed_for_an_alert},
        {"an encrypted good-bye in front of a hole is about the hole",
         an_encrypted_good_bye_in_front_of_a_hole_is_about_the_hole},
        {"a large hello that is reset may be too large",
         a_large_hello_that_is_reset_may_be_too_large},
        {"a small hello is not too large", a_small_hello_is_not_too_large},
        {"a large hello that is answered is not too large",
         a_large_hello_that_is_answered_is_not_too_large},
        {"a RST from another distance is a middlebox", a_rst_from_another_distance_is_a_middlebox},
        {"a RST from the same distance is the server's",
         a_rst_from_the_same_distance_is_the_servers},
        {"another initial value is not another distance",
         another_initial_value_is_not_another_distance},
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
        {"close_notify of the server closes", close_notify_of_the_server_closes},
        {"a FIN after an alert closes nothing", a_fin_after_an_alert_closes_nothing},
        {"a client that waited in vain met a silent server",
         a_client_that_waited_in_vain_met_a_silent_server},
        {"a client that did not wait abandoned", a_client_that_did_not_wait_abandoned},
        {"silence to the end is the server's", silence_to_the_end_is_the_servers},
        {"a hello that is not acknowledged met no silent server for sure",
         a_hello_that_is_not_acknowledged_met_no_silent_server_for_sure},
        {"a server that answered is not silent", a_server_that_answered_is_not_silent},
        {"a client that says good-bye abandoned", a_client_that_says_good_bye_abandoned},
        {"a client that falls silent may have abandoned",
         a_client_that_falls_silent_may_have_abandoned},
        {"an established connection has no cause", an_established_connection_has_no_cause},
        CU_TEST_INFO_NULL,
    };

    return run_suite("causes in the network", tests);
}
