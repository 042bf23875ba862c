/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Alerts about what the capture missed. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum { MISSED = 1000 };

/* The client refuses something behind ServerHello. */
static void refuse(struct story *story, uint8_t alert, uint64_t missed)
{
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(story);
    story_server_hello(story, &choice);
    story->handshake.gap_octets[SIDE_SERVER] = missed;
    story_fatal(story, SIDE_CLIENT, alert);
}

static void an_alert_may_be_about_what_was_missed(void)
{
    static const struct {
        uint8_t alert;
        const char *cause;
    } rows[] = {
        {TLS_ALERT_UNEXPECTED_MESSAGE, "unexpected_message"},
        {TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter"},
        {TLS_ALERT_DECODE_ERROR, "malformed_record"},
        {TLS_ALERT_INTERNAL_ERROR, "internal_error"},
        {TLS_ALERT_NO_RENEGOTIATION, "peer_alert"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse(&story, rows[i].alert, 0);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        refuse(&story, rows[i].alert, MISSED);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_POSSIBLE));
    }
}

/* Of TLS 1.2: the hello with which the flight begins is not there. */
static void an_alert_on_a_certificate_tells_where_the_hello_was_missed(void)
{
    static const struct {
        uint8_t alert;
        const char *cause;
    } rows[] = {
        {TLS_ALERT_UNKNOWN_CA, "untrusted_ca"},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, "certificate_rejected"},
        {TLS_ALERT_BAD_CERTIFICATE, "bad_certificate"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story.handshake.gap_octets[SIDE_SERVER] = MISSED;
        story_certificate(&story, SIDE_SERVER);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), rows[i].cause);
    }
}

/* The client's Finished, or a signature in front of it. */
static void so_may_one_of_the_server(void)
{
    static const uint64_t gaps[] = {0, MISSED};

    for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story.handshake.gap_octets[SIDE_CLIENT] = gaps[i];
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_DECRYPT_ERROR);
        CU_ASSERT_TRUE(
            story_says(&story, "record_corruption", gaps[i] == 0 ? CAUSE_LIKELY : CAUSE_POSSIBLE));
    }
}

/* The client complains of a close that the capture does not have. */
static void a_fin_that_was_missed_may_be_the_reason(void)
{
    struct story story;

    refuse(&story, TLS_ALERT_DECODE_ERROR, 0);
    direction_have_trouble(&story.connection.direction[SIDE_SERVER])->unseen_octets = 1;
    CU_ASSERT_TRUE(story_says(&story, "malformed_record", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR); /* and closes behind it */
    direction_have_trouble(&story.connection.direction[SIDE_SERVER])->unseen_octets = 1;
    CU_ASSERT_FALSE(story_considers(&story, "server_closed"));
}

/* The ServerHello may be among what the capture lacks: then it was not the hello that the server
 * refused. */
static void a_refusal_may_come_behind_an_unseen_server_hello(void)
{
    static const struct {
        uint32_t missed; /* octets of the server */
        uint32_t behind; /* and of those, behind its alert */
        enum certainty certainty;
    } rows[] = {
        {0, 0, CAUSE_LIKELY},
        {40, 0, CAUSE_LIKELY},
        {MISSED, 0, CAUSE_POSSIBLE},
        {MISSED, MISSED, CAUSE_LIKELY},
        {2 * MISSED, MISSED, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story.handshake.gap_octets[SIDE_SERVER] = rows[i].missed;
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
        if (rows[i].behind > 0)
            story_note(&story, SIDE_SERVER, NOTE_GAP)->length = rows[i].behind;
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", rows[i].certainty));
    }
}

/* What the client got came before the capture. */
static void an_alert_may_be_about_what_came_before_the_capture(void)
{
    struct story story;

    story_begin_hello(&story);
    story.connection.syn_seen = false;
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_POSSIBLE));
}

/* It names its cause, whatever else there was. */
static void what_an_alert_names_stays_likely(void)
{
    struct story story;

    refuse(&story, TLS_ALERT_BAD_RECORD_MAC, MISSED);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_LIKELY));
}

/* The capture has the beginning of the hello alone. */
static void begin_cut_hello(struct story *story)
{
    struct note *hello;

    story_begin(story);
    hello = story_note(story, SIDE_CLIENT, NOTE_MESSAGE);
    hello->type = TLS_HANDSHAKE_CLIENT_HELLO;
    hello->offset = NOTE_NOT_KEPT;
    story->handshake.gap_octets[SIDE_CLIENT] = MISSED;
}

static void a_name_that_was_not_read_may_be_none(void)
{
    struct story story;

    begin_cut_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_UNRECOGNIZED_NAME);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "missing_sni"));
}

static void a_hello_that_was_not_read_may_ask_for_secure_renegotiation(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    for (int known = 0; known < 2; known++) {
        choice.renegotiation = known;
        begin_cut_hello(&story);
        story_flight_1_2(&story, &choice, 0);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_EQUAL(story_considers(&story, "legacy_renegotiation"), !known);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an alert may be about what was missed", an_alert_may_be_about_what_was_missed},
        {"an alert on a certificate tells where the hello was missed",
         an_alert_on_a_certificate_tells_where_the_hello_was_missed},
        {"so may one of the server", so_may_one_of_the_server},
        {"a refusal may come behind an unseen ServerHello",
         a_refusal_may_come_behind_an_unseen_server_hello},
        {"an alert may be about what came before the capture",
         an_alert_may_be_about_what_came_before_the_capture},
        {"what an alert names stays likely", what_an_alert_names_stays_likely},
        {"a FIN that was missed may be the reason", a_fin_that_was_missed_may_be_the_reason},
        {"a name that was not read may be none", a_name_that_was_not_read_may_be_none},
        {"a hello that was not read may ask for secure renegotiation",
         a_hello_that_was_not_read_may_ask_for_secure_renegotiation},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of what was missed", tests);
}
