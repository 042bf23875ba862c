/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warnings of a server in the middle of a first handshake, and clients that mind them. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* A server that has no extended_master_secret, as many have not, warns behind its ServerHello. */
static void warn_1_2(struct story *story, uint8_t description)
{
    struct story_choice choice = story_choice_1_2();

    choice.master_secret = false;
    story_begin_hello(story);
    story_server_hello(story, &choice);
    story_alert(story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, description);
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
}

static void a_warning_out_of_place_is_nearer_than_what_the_hello_lacks(void)
{
    static const uint8_t warnings[] = {TLS_ALERT_NO_RENEGOTIATION, TLS_ALERT_NO_CERTIFICATE};

    for (size_t i = 0; i < sizeof(warnings); i++) {
        struct story story;

        warn_1_2(&story, warnings[i]);
        CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "missing_extended_master_secret"));
    }
}

static void a_warning_about_the_name_is_about_the_name(void)
{
    struct story story;

    warn_1_2(&story, TLS_ALERT_UNRECOGNIZED_NAME);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "unexpected_message"));
}

static void a_warning_that_the_client_passed_by_is_no_reason(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_NO_RENEGOTIATION);
    story_certificate(&story, SIDE_SERVER);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "unexpected_message"));
}

/* What it refuses may be in the flight. Its word for a message that must not come is one for the
 * warning all the same. */
static void a_warning_before_a_whole_flight_may_be_passed_by(void)
{
    static const struct {
        uint8_t warning;
        uint8_t alert;
        bool goes_on;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_NO_CERTIFICATE, TLS_ALERT_HANDSHAKE_FAILURE, false, CAUSE_POSSIBLE},
        {TLS_ALERT_NO_CERTIFICATE, TLS_ALERT_HANDSHAKE_FAILURE, true, CAUSE_POSSIBLE},
        {TLS_ALERT_NO_CERTIFICATE, TLS_ALERT_UNEXPECTED_MESSAGE, false, CAUSE_LIKELY},
        {TLS_ALERT_UNRECOGNIZED_NAME, TLS_ALERT_HANDSHAKE_FAILURE, false, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        story_begin_hello(&story);
        story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, rows[i].warning);
        story_flight_1_2(&story, &choice, 0);
        if (rows[i].goes_on)
            story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("", 0));
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "unexpected_message"), rows[i].certainty);
    }
}

static void a_warning_about_the_name_may_be_why_a_client_of_1_3_leaves(void)
{
    for (int warns = 0; warns <= 1; warns++) {
        struct story story;

        story_begin_hello(&story);
        if (warns)
            story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_UNRECOGNIZED_NAME);
        story_flight_1_3(&story);
        story_rst(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_considers(&story, "unrecognized_sni"), warns);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a warning out of place is nearer than what the hello lacks",
         a_warning_out_of_place_is_nearer_than_what_the_hello_lacks},
        {"a warning about the name is about the name", a_warning_about_the_name_is_about_the_name},
        {"a warning that the client passed by is no reason",
         a_warning_that_the_client_passed_by_is_no_reason},
        {"a warning before a whole flight may be passed by",
         a_warning_before_a_whole_flight_may_be_passed_by},
        {"a warning about the name may be why a client of TLS 1.3 leaves",
         a_warning_about_the_name_may_be_why_a_client_of_1_3_leaves},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes_warning", tests);
}
