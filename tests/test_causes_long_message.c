/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handshake messages that are too long for their receiver, which says so in general terms or in
 * none. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum {
    SMALL_DEVICE = 20000, /* more than one record holds */
    SERVER_STACK = 80000, /* more than Java takes */
    ORDINARY = 5000
};

/* The server's flight as far as a message of this type, which is announced with this length. */
static void begin_with(struct story *story, uint8_t type, uint32_t length)
{
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(story);
    story_server_hello(story, &choice);
    if (type != TLS_HANDSHAKE_CERTIFICATE)
        story_message(story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\4\0\0\1x", 7));
    story_message(story, SIDE_SERVER, type, bytes_of("", 0))->length = length;
}

static void end_flight(struct story *story)
{
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
}

static bool tells_the_length(const struct story *story)
{
    for (size_t i = 0; i < story->verdict.evidence.count; i++)
        if (strcmp(story->verdict.evidence.items[i].fact, "long_message") == 0)
            return true;
    return false;
}

static void a_certificate_that_is_too_long_is_rejected(void)
{
    static const struct {
        uint32_t length;
        uint8_t alert;
        const char *cause;
        enum certainty certainty;
        const char *other; /* what the alert means elsewhere; NULL: nothing else */
    } rows[] = {
        {SERVER_STACK, TLS_ALERT_UNEXPECTED_MESSAGE, "certificate_rejected", CAUSE_LIKELY,
         "unexpected_message"},
        {SERVER_STACK, TLS_ALERT_RECORD_OVERFLOW, "certificate_rejected", CAUSE_LIKELY,
         "malformed_record"},
        {SERVER_STACK, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter", CAUSE_POSSIBLE,
         "certificate_rejected"}, /* it may be in the key exchange */
        {SMALL_DEVICE, TLS_ALERT_UNEXPECTED_MESSAGE, "unexpected_message", CAUSE_POSSIBLE,
         "certificate_rejected"},
        {SMALL_DEVICE, TLS_ALERT_BAD_CERTIFICATE, "bad_certificate", CAUSE_POSSIBLE,
         "certificate_rejected"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_with(&story, TLS_HANDSHAKE_CERTIFICATE, rows[i].length);
        end_flight(&story);
        story_fatal(&story, SIDE_CLIENT, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_TRUE(story_considers(&story, rows[i].other));
        CU_ASSERT_TRUE(tells_the_length(&story));
    }
}

/* Nothing behind it can be meant. */
static void a_field_of_the_last_message_is_its_length(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_DECODE_ERROR};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;

        begin_with(&story, TLS_HANDSHAKE_CERTIFICATE, SERVER_STACK);
        story_fatal(&story, SIDE_CLIENT, alerts[i]);
        CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
    }
}

static void a_certificate_of_ordinary_length_is_not(void)
{
    struct story story;

    begin_with(&story, TLS_HANDSHAKE_CERTIFICATE, ORDINARY);
    end_flight(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "certificate_rejected"));
    CU_ASSERT_FALSE(tells_the_length(&story));
}

/* Alerts that name a reason of their own, and a client that has gone on. */
static void another_reason_has_nothing_to_do_with_the_length(void)
{
    struct story story;

    begin_with(&story, TLS_HANDSHAKE_CERTIFICATE, SERVER_STACK);
    end_flight(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_TRUE(story_says(&story, "certificate_expired", CAUSE_LIKELY));
    CU_ASSERT_FALSE(tells_the_length(&story));
    begin_with(&story, TLS_HANDSHAKE_CERTIFICATE, SERVER_STACK);
    end_flight(&story);
    story_client_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_LIKELY));
    CU_ASSERT_FALSE(tells_the_length(&story));
}

/* It need not wait for the end of it. */
static void a_client_that_leaves_during_a_long_certificate_may_have_rejected_it(void)
{
    static const enum note_kind ends[] = {NOTE_FIN, NOTE_RST};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        story.handshake.partial_message[SIDE_SERVER] = (struct partial_message){
            .length = SMALL_DEVICE,
            .type = TLS_HANDSHAKE_CERTIFICATE,
        };
        if (ends[i] == NOTE_FIN)
            story_fin(&story, SIDE_CLIENT);
        else
            story_rst(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_POSSIBLE));
        CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));
        CU_ASSERT_TRUE(tells_the_length(&story));
    }
}

/* Senders go on until they read the alert. */
static void the_end_of_a_long_certificate_may_come_by_after_the_refusal(void)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    story_begin_hello(&story);
    story_server_hello(&story, &choice);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, bytes_of("", 0))->length =
        SERVER_STACK;
    CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(tells_the_length(&story));
}

static void a_certificate_request_that_is_too_long_is_named(void)
{
    struct story story;

    begin_with(&story, TLS_HANDSHAKE_CERTIFICATE_REQUEST, SERVER_STACK);
    end_flight(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "client_certificate_required"));
    CU_ASSERT_TRUE(tells_the_length(&story));
    begin_with(&story, TLS_HANDSHAKE_CERTIFICATE_REQUEST, ORDINARY);
    end_flight(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_LIKELY));
    CU_ASSERT_FALSE(story_considers(&story, "client_certificate_required"));
}

/* The client sends the rest of its flight before it reads the alert. */
static void a_client_certificate_that_is_too_long_is_rejected(void)
{
    struct story story;

    story_begin_request(&story);
    story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE, bytes_of("", 0))->length =
        SERVER_STACK;
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER);
    story_client_flight_1_2(&story);
    CU_ASSERT_TRUE(story_says(&story, "client_certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "illegal_parameter"));
    CU_ASSERT_TRUE(tells_the_length(&story));
}

/* How receivers end a handshake, and the cause that tells no more than that. */
struct end {
    enum note_kind kind; /* NOTE_ALERT, NOTE_FIN or NOTE_RST */
    uint8_t alert;
    const char *cause;
};

static void end_handshake(struct story *story, enum side by, const struct end *end)
{
    if (end->kind == NOTE_FIN)
        story_fin(story, by);
    else if (end->kind == NOTE_RST)
        story_rst(story, by);
    else
        story_fatal(story, by, end->alert);
}

/* By the client, in the middle of the server's flight. */
static void a_client_may_end_for_the_length_in_any_way(void)
{
    static const struct end ends[] = {
        {NOTE_ALERT, TLS_ALERT_UNEXPECTED_MESSAGE, "unexpected_message"},
        {NOTE_ALERT, TLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter"},
        {NOTE_ALERT, TLS_ALERT_DECODE_ERROR, "malformed_record"},
        {NOTE_ALERT, TLS_ALERT_INTERNAL_ERROR, "internal_error"},
        {NOTE_FIN, 0, "client_abandoned"},
        {NOTE_RST, 0, "reset_by_client"},
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct story story;

        begin_with(&story, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE, SERVER_STACK);
        end_handshake(&story, SIDE_CLIENT, &ends[i]);
        CU_ASSERT_TRUE(story_says(&story, ends[i].cause, CAUSE_POSSIBLE));
        begin_with(&story, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE, ORDINARY);
        end_handshake(&story, SIDE_CLIENT, &ends[i]);
        CU_ASSERT_TRUE(story_says(&story, ends[i].cause, CAUSE_LIKELY));
    }
}

/* By the server, behind a message of the client. */
static void a_server_may_end_for_the_length_in_any_way(void)
{
    static const struct end ends[] = {
        {NOTE_FIN, 0, "server_closed"},
        {NOTE_RST, 0, "reset_by_server"},
    };

    static const uint32_t lengths[] = {SERVER_STACK, ORDINARY};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
            enum certainty certainty = lengths[j] == ORDINARY ? CAUSE_LIKELY : CAUSE_POSSIBLE;
            struct story story;

            story_begin_flight_1_2(&story);
            story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("", 0))
                ->length = lengths[j];
            end_handshake(&story, SIDE_SERVER, &ends[i]);
            CU_ASSERT_TRUE(story_says(&story, ends[i].cause, certainty));
        }
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a certificate that is too long is rejected", a_certificate_that_is_too_long_is_rejected},
        {"a field of the last message is its length", a_field_of_the_last_message_is_its_length},
        {"a certificate of ordinary length is not", a_certificate_of_ordinary_length_is_not},
        {"another reason has nothing to do with the length",
         another_reason_has_nothing_to_do_with_the_length},
        {"a client that leaves during a long certificate may have rejected it",
         a_client_that_leaves_during_a_long_certificate_may_have_rejected_it},
        {"the end of a long certificate may come by after the refusal",
         the_end_of_a_long_certificate_may_come_by_after_the_refusal},
        {"a certificate request that is too long is named",
         a_certificate_request_that_is_too_long_is_named},
        {"a client certificate that is too long is rejected",
         a_client_certificate_that_is_too_long_is_rejected},
        {"a client may end for the length in any way", a_client_may_end_for_the_length_in_any_way},
        {"a server may end for the length in any way", a_server_may_end_for_the_length_in_any_way},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of messages that are too long", tests);
}
