/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Alerts of a capture that has the packets of their sender alone. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/wire.h"

enum { MISSED = 1000 };

/* Nothing that this side sent is captured. */
static void hide(struct story *story, enum side side)
{
    sent_by(story, side)->packets = 0;
    story->handshake.gap_octets[side] = MISSED;
}

static void refuse_unseen_flight(struct story *story, uint8_t alert)
{
    story_begin_hello(story);
    hide(story, SIDE_SERVER);
    story_fatal(story, SIDE_CLIENT, alert);
}

static void an_alert_about_certificates_needs_no_flight(void)
{
    static const struct {
        uint8_t alert;
        enum certainty certainty;
        const char *cause;
    } rows[] = {
        {TLS_ALERT_CERTIFICATE_EXPIRED, CAUSE_LIKELY, "certificate_expired"},
        {TLS_ALERT_UNKNOWN_CA, CAUSE_POSSIBLE, "untrusted_ca"},
        {TLS_ALERT_CERTIFICATE_REVOKED, CAUSE_LIKELY, "certificate_revoked"},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_LIKELY, "certificate_rejected"},
        {TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE, "bad_certificate"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse_unseen_flight(&story, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
    }
}

/* As where TLS 1.3 hides it. */
static void what_else_the_certificate_may_have_is_considered(void)
{
    struct story story;

    refuse_unseen_flight(&story, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_TRUE(story_says(&story, "certificate_expired", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "certificate_not_yet_valid"));
    CU_ASSERT_TRUE(story_considers(&story, "client_clock_skew"));
    refuse_unseen_flight(&story, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_TRUE(story_says(&story, "bad_certificate", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "hostname_mismatch"));
}

static void an_alert_that_may_mean_more_names_no_certificate(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ACCESS_DENIED};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;

        refuse_unseen_flight(&story, alerts[i]);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), "peer_alert");
    }
}

/* Nor does one to which no flight can have come by elsewhere. */
static void an_alert_to_a_server_that_was_seen_is_no_refusal_of_its_flight(void)
{
    struct story story;

    story_begin_hello(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "peer_alert");
}

/* The client's packets are not captured, or not those with the hello, and this is the server's
 * first word. */
static void protocol_version_needs_no_hello(void)
{
    for (int is_hidden = 0; is_hidden < 2; is_hidden++) {
        struct story story;

        story_begin(&story);
        if (is_hidden)
            hide(&story, SIDE_CLIENT);
        else
            story.handshake.gap_octets[SIDE_CLIENT] = MISSED;
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_POSSIBLE));
    }
}

static void protocol_version_of_a_server_that_chose_one_is_another_matter(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin(&story);
    hide(&story, SIDE_CLIENT);
    story_flight_1_2(&story, &choice, 0);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "peer_alert");
}

static void the_clients_certificate_may_come_unseen(void)
{
    struct story_choice choice = story_choice_1_2();

    for (int is_asked = 0; is_asked < 2; is_asked++) {
        struct story story;

        story_begin(&story);
        hide(&story, SIDE_CLIENT);
        story_server_hello(&story, &choice);
        story_certificate(&story, SIDE_SERVER);
        if (is_asked)
            story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST,
                          (struct bytes){0});
        story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, (struct bytes){0});
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNKNOWN_CA);
        CU_ASSERT_STRING_EQUAL(story_cause(&story),
                               is_asked ? "client_certificate_rejected" : "peer_alert");
        CU_ASSERT_EQUAL(story.verdict.confidence, CAUSE_POSSIBLE);
    }
}

/* bad_certificate(42) is what some servers say to an empty Certificate. */
static void or_be_none(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_UNKNOWN_CA, TLS_ALERT_BAD_CERTIFICATE};
    struct story_choice choice = story_choice_1_2();

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;

        story_begin(&story);
        hide(&story, SIDE_CLIENT);
        story_server_hello(&story, &choice);
        story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST, (struct bytes){0});
        story_fatal(&story, SIDE_SERVER, alerts[i]);
        CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_POSSIBLE));
        CU_ASSERT_EQUAL(story_considers(&story, "client_certificate_required"),
                        alerts[i] == TLS_ALERT_BAD_CERTIFICATE);
    }
}

/* Successes of one direction are incomplete: what is counted of the client would be failures
 * alone. */
static void nothing_is_said_of_a_client_whose_successes_cannot_be_seen(void)
{
    for (int is_half = 0; is_half < 2; is_half++) {
        struct knowledge *knowledge = story_knowledge_new();
        struct story story;

        for (uint8_t server = 1; server <= 3; server++) {
            story_begin_hello(&story);
            story.knowledge = knowledge;
            if (is_half)
                hide(&story, SIDE_SERVER);
            story.connection.endpoint[SIDE_SERVER].address.octets[15] = server;
            story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED);
            story_learn(knowledge, story_facts(&story));
        }
        (void)story_cause(&story);
        CU_ASSERT_EQUAL(story_tells(&story, "client_known", "at every server that it tries"),
                        !is_half);
        knowledge_free(knowledge);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an alert about certificates needs no flight",
         an_alert_about_certificates_needs_no_flight},
        {"what else the certificate may have is considered",
         what_else_the_certificate_may_have_is_considered},
        {"an alert that may mean more names no certificate",
         an_alert_that_may_mean_more_names_no_certificate},
        {"an alert to a server that was seen is no refusal of its flight",
         an_alert_to_a_server_that_was_seen_is_no_refusal_of_its_flight},
        {"protocol_version needs no hello", protocol_version_needs_no_hello},
        {"protocol_version of a server that chose one is another matter",
         protocol_version_of_a_server_that_chose_one_is_another_matter},
        {"the client's certificate may come unseen", the_clients_certificate_may_come_unseen},
        {"or be none", or_be_none},
        {"nothing is said of a client whose successes cannot be seen",
         nothing_is_said_of_a_client_whose_successes_cannot_be_seen},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of one direction", tests);
}
