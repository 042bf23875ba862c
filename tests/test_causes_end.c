/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum { FULL = 1448 }; /* octets of a full segment with the timestamp option */

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

/* The server may have read its first segment alone. */
static void a_large_hello_that_nobody_can_read_may_be_too_large(void)
{
    static const struct {
        uint8_t alert;
        const char *cause;
        bool is_considered;
    } rows[] = {
        {TLS_ALERT_DECODE_ERROR, "malformed_record", true},
        {TLS_ALERT_UNEXPECTED_MESSAGE, "unexpected_message", true},
        {TLS_ALERT_PROTOCOL_VERSION, "version_mismatch", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        large_hello(&story);
        story_fatal(&story, SIDE_SERVER, rows[i].alert);
        CU_ASSERT_EQUAL(story_considers(&story, "large_client_hello_intolerance"),
                        rows[i].is_considered);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), rows[i].cause);
        if (rows[i].is_considered)
            CU_ASSERT_EQUAL(story.verdict.confidence, CAUSE_POSSIBLE);
    }
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
        story.handshake.hello_broke_off = true;
        story.handshake.partial_hello_octets = FULL;
        direction_have_trouble(sent_by(&story, SIDE_CLIENT))->unseen_octets = cases[i].unseen;
        story_wait(&story, cases[i].waited_ns);
        story_fin(&story, cases[i].by);
        CU_ASSERT_EQUAL(story_certainty(&story, "large_client_hello_intolerance"),
                        cases[i].too_large);
        CU_ASSERT_EQUAL(story_certainty(&story, "packet_loss"), cases[i].lost);
    }
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
    CU_ASSERT_TRUE(story_tells(&story, "refusal", " ms after client_hello of the client"));
    CU_ASSERT_FALSE(story_tells(&story, "client_left", "300 ms")); /* once is enough */
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
    story_wait(&story, STORY_SECOND / 10);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_denies(&story, "server_silent"));
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
}

/* The client waits this long and closes, and this long after that the server answers. */
static void leave_and_get_answer(struct story *story, int64_t waits_ns, int64_t later_ns)
{
    struct story_choice choice = story_choice_1_2();

    hello_and_leave(story, waits_ns);
    story_wait(story, later_ns);
    story_server_hello(story, &choice);
}

static void a_server_that_answers_when_the_client_is_gone_is_silent(void)
{
    struct story story;

    leave_and_get_answer(&story, 5 * STORY_SECOND, 10 * STORY_SECOND);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
    CU_ASSERT_TRUE(story_tells(&story, "late_answer", "answered 15.0 s after the hello"));
    leave_and_get_answer(&story, 1500 * STORY_MILLISECOND, 100 * STORY_MILLISECOND);
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
}

static void a_retry_that_is_asked_for_when_the_client_is_gone_has_not_failed(void)
{
    struct story_choice retry = story_choice_1_3();
    struct story story;

    retry.retry = true;
    retry.share = 24; /* secp384r1 */
    hello_and_leave(&story, 5 * STORY_SECOND);
    story_wait(&story, 10 * STORY_SECOND);
    story_server_hello(&story, &retry);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "retry_failed"));
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
    story_finish_1_2(&story);
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
        {"a large hello that nobody can read may be too large",
         a_large_hello_that_nobody_can_read_may_be_too_large},
        {"a large hello without an answer may be too large",
         a_large_hello_without_an_answer_may_be_too_large},
        {"a part of a large hello tells less", a_part_of_a_large_hello_tells_less},
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
        {"a server that answers when the client is gone is silent",
         a_server_that_answers_when_the_client_is_gone_is_silent},
        {"a retry that is asked for when the client is gone has not failed",
         a_retry_that_is_asked_for_when_the_client_is_gone_has_not_failed},
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
