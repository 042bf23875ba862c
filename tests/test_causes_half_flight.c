/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Up to TLS 1.2: a client that was asked for a certificate stops in the middle of its flight, or
 * the server complains of what is behind the certificate, or ends late without a word. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* How far it comes. */
enum { CERTIFICATE, KEY_EXCHANGE, SIGNATURE, CHANGE, POINTS };

static void begin_up_to(struct story *story, int point, bool is_empty)
{
    static const struct {
        uint8_t type;
        const char *body;
        size_t length;
    } messages[] = {
        [CERTIFICATE] = {TLS_HANDSHAKE_CERTIFICATE, "\0\0\4\0\0\1x", 7},
        [KEY_EXCHANGE] = {TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, "\1\4", 2},
        [SIGNATURE] = {TLS_HANDSHAKE_CERTIFICATE_VERIFY, "\4\1\0\1x", 5},
    };

    story_begin_request(story);
    for (int i = 0; i <= point && i < CHANGE; i++) {
        if (i == CERTIFICATE && is_empty)
            story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\0", 3));
        else if (i != SIGNATURE || !is_empty)
            story_message(story, SIDE_CLIENT, messages[i].type,
                          bytes_of(messages[i].body, messages[i].length));
    }
    if (point == CHANGE)
        story_ccs(story, SIDE_CLIENT);
}

static bool tells_signature(struct story *story)
{
    return story_tells(story, "client_signature", "did not come");
}

/* Its time of waiting ends; it has not looked at the certificate, or was content with it. */
static void a_server_that_waits_for_the_rest_has_not_refused_the_certificate(void)
{
    for (int point = 0; point < POINTS; point++)
        for (int is_empty = 0; is_empty < 2; is_empty++) {
            struct story story;

            begin_up_to(&story, point, is_empty == 1);
            story_wait(&story, 4 * STORY_SECOND);
            story_fin(&story, SIDE_SERVER);
            CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_POSSIBLE));
            CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
            CU_ASSERT_EQUAL(tells_signature(&story), point < SIGNATURE && is_empty == 0);
        }
}

/* At once, or with a word. */
static void a_server_may_refuse_the_certificate_before_it_has_the_rest(void)
{
    struct story story;

    begin_up_to(&story, CERTIFICATE, false);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_FALSE(tells_signature(&story));
    begin_up_to(&story, KEY_EXCHANGE, false);
    story_wait(&story, 4 * STORY_SECOND);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_CERTAIN));
}

static void a_client_that_leaves_before_it_signs_may_not_have_its_key(void)
{
    for (int point = 0; point < POINTS; point++) {
        struct story story;

        begin_up_to(&story, point, false);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(tells_signature(&story), point < SIGNATURE);
    }
}

/* The server asks for a certificate, and need not want one. */
static void a_complaint_of_what_follows_an_empty_certificate_is_none_of_that(void)
{
    static const struct {
        uint8_t alert;
        const char *cause;
    } rows[] = {
        {TLS_ALERT_UNEXPECTED_MESSAGE, "unexpected_message"},
        {TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter"},
        {TLS_ALERT_DECRYPT_ERROR, "record_corruption"},
        {TLS_ALERT_INTERNAL_ERROR, "client_certificate_required"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_up_to(&story, CHANGE, true);
        story_fatal(&story, SIDE_SERVER, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "client_certificate_required"));
    }
}

static void end_behind_flight(struct story *story, bool is_empty, int64_t waited_ns)
{
    begin_up_to(story, SIGNATURE, is_empty);
    story_ccs(story, SIDE_CLIENT);
    story_note(story, SIDE_CLIENT, NOTE_ENCRYPTED_HANDSHAKE)->length = 40;
    story_wait(story, waited_ns);
}

/* Its worker hangs, or a device on the way ends what is idle. */
static void a_server_that_ends_late_may_not_mean_the_certificate(void)
{
    static const struct {
        bool is_empty;
        int64_t waited_ns;
        enum certainty meant;
    } rows[] = {
        {true, 500 * STORY_MILLISECOND, CAUSE_LIKELY},
        {true, 2 * STORY_SECOND, CAUSE_POSSIBLE},
        {false, 4 * STORY_SECOND, CAUSE_LIKELY}, /* it looks the certificate up */
        {false, 30 * STORY_SECOND, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *cause =
            rows[i].is_empty ? "client_certificate_required" : "client_certificate_rejected";
        struct story story;

        end_behind_flight(&story, rows[i].is_empty, rows[i].waited_ns);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_certainty(&story, cause), rows[i].meant);
        CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
        end_behind_flight(&story, rows[i].is_empty, rows[i].waited_ns);
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_certainty(&story, cause), rows[i].meant);
        CU_ASSERT_TRUE(story_considers(&story, "reset_by_server"));
        end_behind_flight(&story, rows[i].is_empty, rows[i].waited_ns);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_CLOSE_NOTIFY); /* some hold it back */
        CU_ASSERT_EQUAL(story_certainty(&story, cause), CAUSE_LIKELY);
        end_behind_flight(&story, rows[i].is_empty, rows[i].waited_ns);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_CERTIFICATE);
        CU_ASSERT_EQUAL(story_certainty(&story, cause), CAUSE_CERTAIN);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a server that waits for the rest has not refused the certificate",
         a_server_that_waits_for_the_rest_has_not_refused_the_certificate},
        {"a server may refuse the certificate before it has the rest",
         a_server_may_refuse_the_certificate_before_it_has_the_rest},
        {"a client that leaves before it signs may not have its key",
         a_client_that_leaves_before_it_signs_may_not_have_its_key},
        {"a complaint of what follows an empty certificate is none of that",
         a_complaint_of_what_follows_an_empty_certificate_is_none_of_that},
        {"a server that ends late may not mean the certificate",
         a_server_that_ends_late_may_not_mean_the_certificate},
        CU_TEST_INFO_NULL,
    };

    return suite_run("clients that stop in the middle of their flight", tests);
}
