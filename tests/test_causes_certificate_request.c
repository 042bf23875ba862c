/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of the request for a client's certificate, and of the answer. */
#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* RFC 5246 section 7.4.4: a client without a certificate by one of these has none to send. */
static void what_the_server_asked_for_is_told(void)
{
    /* Types, schemes, and the names in DER. */
#define NAME(letter) "\0\x0e\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" letter
    static const struct {
        const char *octets;
        size_t length;
        const char *told;
    } rows[] = {
        {"\2\1\x40\0\2\4\1\0\0", 9, "asked the client for a certificate"},
        {"\1\1\0\2\4\1\0\0", 8, "for a certificate, not with an ECDSA key"},
        {"\1\x40\0\2\4\3\0\0", 8, "for a certificate, not with an RSA key"},
        {"\1\1\0\2\4\1\0\x20" NAME("a") NAME("b"), 40, "a certificate by CN=a or CN=b"},
        {"\1\1\0\2\4\1\0\x50" NAME("a") NAME("b") NAME("c") NAME("d") NAME("e"), 88,
         "by CN=a or CN=b or CN=c or 2 others"},
        {"\1\1\0\2\4\1\0\x40" NAME("a") NAME("b") NAME("c") NAME("d"), 72,
         "by CN=a or CN=b or CN=c or 1 other"},
        {"\1\1\0\2\4\1\0\4\0\2\x30\0", 12, "by one without a name"},
        {"\1\1\0\2\4\1\0\4\0\2\x30\5", 12, "by one whose name cannot be read"},
    };
#undef NAME

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST,
                      bytes_of(rows[i].octets, rows[i].length));
        story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
        story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\0", 3));
        story_client_flight_1_2(&story);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, "client_certificate_required", CAUSE_CERTAIN));
        CU_ASSERT_TRUE(story_tells(&story, "certificate_request", rows[i].told));
    }
}

/* It may ask and need none, and a rule may still be for some names or clients. */
static void a_server_that_does_without_may_mean_something_else(void)
{
    static const struct {
        uint8_t alert;
        enum certainty unknown, known;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_CERTAIN, CAUSE_LIKELY},
        {TLS_ALERT_BAD_CERTIFICATE, CAUSE_CERTAIN, CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_REQUIRED, CAUSE_CERTAIN, CAUSE_CERTAIN},
        {TLS_ALERT_INTERNAL_ERROR, CAUSE_LIKELY, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_server server = {.takes_no_certificate = true};
        struct known known = {.server = &server};
        struct story story;

        story_begin_request(&story);
        story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\0", 3));
        story_client_flight_1_2(&story);
        story_fatal(&story, SIDE_SERVER, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "client_certificate_required"), rows[i].unknown);
        story.facts.known = &known;
        CU_ASSERT_EQUAL(story_certainty(&story, "client_certificate_required"), rows[i].known);
    }
}

static void how_the_client_signed_is_told(void)
{
    struct story story;

    story_begin_request(&story);
    story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\4\0\0\1x", 7));
    story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE_VERIFY,
                  bytes_of("\x02\x01\0\1s", 5));
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "certificate_verify", "signed with rsa_pkcs1_sha1"));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what the server asked for is told", what_the_server_asked_for_is_told},
        {"a server that does without may mean something else",
         a_server_that_does_without_may_mean_something_else},
        {"how the client signed is told", how_the_client_signed_is_told},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes with a certificate request", tests);
}
