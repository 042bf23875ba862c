/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is worked out of notes and counters: each sign is there, or is not. */
#include "analyze/facts_internal.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"
#include "tests/support/wire.h"

/* In TLS 1.3 the level of an alert means nothing (RFC 8446 section 6), but for the one that servers
 * may go on after (RFC 6066 section 3). */
static void a_warning_of_tls_1_3_is_fatal_unless_it_is_about_the_name(void)
{
    static const struct {
        uint8_t alert;
        enum refusal_kind kind;
    } rows[] = {
        {TLS_ALERT_UNRECOGNIZED_NAME, REFUSAL_NONE},
        {TLS_ALERT_HANDSHAKE_FAILURE, REFUSAL_ALERT},
    };
    const struct story_choice choice = story_choice_1_3();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, rows[i].alert);
        CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind, rows[i].kind);
    }
}

static void who_warns_and_then_leaves_has_refused_with_the_warning(void)
{
    enum end { END_FIN, END_RST, END_CLOSE_NOTIFY, END_FATAL, END_OF_OTHER };
    static const struct {
        enum end end;
        enum refusal_kind kind;
        uint8_t alert;
    } rows[] = {
        {END_FIN, REFUSAL_ALERT, TLS_ALERT_CERTIFICATE_UNKNOWN},
        {END_RST, REFUSAL_ALERT, TLS_ALERT_CERTIFICATE_UNKNOWN},
        {END_CLOSE_NOTIFY, REFUSAL_ALERT, TLS_ALERT_CERTIFICATE_UNKNOWN},
        {END_FATAL, REFUSAL_ALERT, TLS_ALERT_HANDSHAKE_FAILURE},
        {END_OF_OTHER, REFUSAL_ALERT, TLS_ALERT_CERTIFICATE_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CERTIFICATE_UNKNOWN);
        if (rows[i].end == END_FIN)
            story_fin(&story, SIDE_CLIENT);
        if (rows[i].end == END_RST)
            story_rst(&story, SIDE_CLIENT);
        if (rows[i].end == END_CLOSE_NOTIFY)
            story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_CLOSE_NOTIFY);
        if (rows[i].end == END_FATAL)
            story_fatal(&story, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE);
        if (rows[i].end == END_OF_OTHER)
            story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind, rows[i].kind);
        CU_ASSERT_EQUAL(story_facts(&story)->refusal.alert, rows[i].alert);
    }
}

/* An error is one at any level. Who gets it leaves, or says what Java says of any warning. */
static void a_warning_that_is_an_error_ends_it_whoever_leaves(void)
{
    enum { FIN = 256, RST };
    static const struct {
        uint8_t warning;
        int end; /* an alert, FIN or RST of the client */
        uint8_t alert;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, FIN, TLS_ALERT_HANDSHAKE_FAILURE},
        {TLS_ALERT_PROTOCOL_VERSION, RST, TLS_ALERT_PROTOCOL_VERSION},
        {TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_INTERNAL_ERROR},
        {TLS_ALERT_ACCESS_DENIED, TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ACCESS_DENIED},
        {TLS_ALERT_ACCESS_DENIED, TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_ACCESS_DENIED},
        {TLS_ALERT_ACCESS_DENIED, TLS_ALERT_UNKNOWN_CA, TLS_ALERT_UNKNOWN_CA},
        {TLS_ALERT_NO_RENEGOTIATION, FIN, 0},
        {TLS_ALERT_NO_CERTIFICATE, FIN, 0},
        {TLS_ALERT_UNRECOGNIZED_NAME, RST, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct refusal *refusal;
        struct story story;

        story_begin_hello(&story);
        story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, rows[i].warning);
        if (rows[i].end == FIN)
            story_fin(&story, SIDE_CLIENT);
        else if (rows[i].end == RST)
            story_rst(&story, SIDE_CLIENT);
        else
            story_fatal(&story, SIDE_CLIENT, (uint8_t)rows[i].end);
        refusal = &story_facts(&story)->refusal;
        CU_ASSERT_EQUAL(refusal->alert, rows[i].alert);
        CU_ASSERT_EQUAL(refusal->by, rows[i].alert == rows[i].warning ? SIDE_SERVER : SIDE_CLIENT);
    }
}

static void a_side_that_goes_on_behind_a_warning_has_not_refused(void)
{
    for (int side = SIDE_CLIENT; side <= SIDE_SERVER; side++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        story_begin_hello(&story);
        if (side == SIDE_SERVER)
            story_alert(&story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_BAD_CERTIFICATE);
        story_flight_1_2(&story, &choice, 0);
        if (side == SIDE_CLIENT) {
            story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_BAD_CERTIFICATE);
            story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("", 0));
        }
        story_rst(&story, side_other((enum side)side));
        CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind, REFUSAL_RST);
    }
}

/* The wait is that of the warning, not of who left behind it. */
static void what_is_refused_by_a_warning_came_before_it(void)
{
    const struct facts *facts;
    struct story story;

    story_begin_flight_1_2(&story);
    story_wait(&story, SECOND_NS);
    story_alert(&story, SIDE_CLIENT, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_UNKNOWN_CA);
    story_wait(&story, SECOND_NS);
    story_fin(&story, SIDE_SERVER);
    facts = story_facts(&story);
    CU_ASSERT_EQUAL(facts->last_note->side, SIDE_SERVER);
    CU_ASSERT_TRUE(facts->waited_ns >= SECOND_NS && facts->waited_ns < 2 * SECOND_NS);
}

/* One side alone may have sent it before the RST came. */
static void a_reset_that_neither_side_minds_ends_nothing(void)
{
    static const struct {
        enum note_kind client;
        enum note_kind server;
        bool is_end;
    } rows[] = {
        {NOTE_CHANGE_CIPHER_SPEC, NOTE_CHANGE_CIPHER_SPEC, false},
        {NOTE_CHANGE_CIPHER_SPEC, NOTE_FIN, false},
        {NOTE_CHANGE_CIPHER_SPEC, NOTE_GAP, true},
        {NOTE_GAP, NOTE_CHANGE_CIPHER_SPEC, true},
        {NOTE_RST, NOTE_CHANGE_CIPHER_SPEC, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_2(&story);
        story_rst(&story, SIDE_SERVER);
        story_note(&story, SIDE_CLIENT, rows[i].client);
        story_note(&story, SIDE_SERVER, rows[i].server);
        CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind == REFUSAL_RST, rows[i].is_end);
    }
}

/* What a client sends before the server's hello is no answer to it. */
static void early_data_as_short_as_an_alert_is_none(void)
{
    const struct story_choice choice = story_choice_1_3();
    struct story_offer offer = story_modern_offer();
    struct story story;

    offer.early_data = true;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_protected(&story, SIDE_CLIENT, 19);
    story_server_hello(&story, &choice);
    CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind, REFUSAL_NONE);
}

/* The server answers CLIENT-MASTER-KEY with an ERROR of 5 octets, or goes on. */
static void an_error_of_ssl_2_finishes_nothing(void)
{
    static const struct {
        uint64_t octets;
        enum outcome outcome;
    } rows[] = {{5, OUTCOME_FAILED}, {37, OUTCOME_ESTABLISHED}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin(&story);
        story_note(&story, SIDE_CLIENT, NOTE_SSLV2_HELLO)->type = TLS_HANDSHAKE_CLIENT_HELLO;
        story_note(&story, SIDE_SERVER, NOTE_SSLV2_HELLO)->type = TLS_HANDSHAKE_SERVER_HELLO;
        story.handshake.opaque_octets[SIDE_CLIENT] = 140;
        story.handshake.opaque_octets[SIDE_SERVER] = rows[i].octets;
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, rows[i].outcome);
    }
}

static void the_first_octets_that_are_no_tls_count(void)
{
    struct story story;

    story_begin_hello(&story);
    story_note(&story, SIDE_SERVER, NOTE_MALFORMED)->length = 1;
    story_note(&story, SIDE_SERVER, NOTE_MALFORMED)->length = 2;
    CU_ASSERT_EQUAL(story_facts(&story)->refusal.kind, REFUSAL_MALFORMED);
    CU_ASSERT_EQUAL(story.facts.refusal.note->length, 1);
}

/* The octet beyond what was captured is the FIN, unless that was. */
static void one_octet_that_was_not_seen_may_be_a_fin(void)
{
    struct story story;

    story_begin_hello(&story);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->unseen_octets = 1;
    CU_ASSERT_TRUE(facts_fin_is_unseen(story_facts(&story), SIDE_SERVER));
    story_begin_hello(&story);
    story_fin(&story, SIDE_SERVER);
    direction_have_trouble(sent_by(&story, SIDE_SERVER))->unseen_octets = 1;
    CU_ASSERT_FALSE(facts_fin_is_unseen(story_facts(&story), SIDE_SERVER));
}

/* A hello, and a FIN of the client, which has one octet more than was captured of the server. */
static void close_behind_unseen_fin(struct story *story)
{
    story_begin_hello(story);
    story->handshake.records[SIDE_CLIENT] = 1;
    direction_have_trouble(sent_by(story, SIDE_SERVER))->unseen_octets = 1;
    story_fin(story, SIDE_CLIENT);
    story->connection.last_by[SIDE_CLIENT] = sent_by(story, SIDE_CLIENT)->fin;
}

static void a_fin_that_acknowledges_one_comes_after_it(void)
{
    struct story story;

    close_behind_unseen_fin(&story);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_SERVER);
    CU_ASSERT_TRUE(story_tells(&story, "refusal", "not captured"));
}

static void a_fin_that_is_acknowledged_later_may_have_come_later(void)
{
    struct story story;

    close_behind_unseen_fin(&story);
    story.connection.last_by[SIDE_CLIENT].packet++;
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
}

static void silence_is_of_a_server_that_never_answered(void)
{
    struct story story;

    story_begin_hello(&story);
    CU_ASSERT_TRUE(facts_closed_without_reason(story_facts(&story), SIDE_SERVER));
    CU_ASSERT_FALSE(facts_closed_without_reason(story_facts(&story), SIDE_CLIENT));
    story_begin_flight_1_2(&story);
    CU_ASSERT_FALSE(facts_closed_without_reason(story_facts(&story), SIDE_SERVER));
}

/* A server that goes straight to its change_cipher_spec resumes; of a full handshake the capture
 * may lack messages. */
static void what_belongs_to_a_full_handshake_is_not_resumed(void)
{
    static const struct {
        enum side side;
        uint8_t type; /* TLS_HANDSHAKE_HELLO_REQUEST: no message */
        bool is_resumed;
    } rows[] = {
        {SIDE_SERVER, TLS_HANDSHAKE_HELLO_REQUEST, true},
        {SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, false},
        {SIDE_SERVER, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE, false},
        {SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, false},
        {SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, false},
    };
    const struct story_choice choice = story_choice_1_2();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_hello(&story);
        story_server_hello(&story, &choice);
        if (rows[i].type != TLS_HANDSHAKE_HELLO_REQUEST)
            story_message(&story, rows[i].side, rows[i].type, bytes_of("\0\0\0", 3));
        story_ccs(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(story_facts(&story)->resumed, rows[i].is_resumed);
    }
}

/* Octets that the receiver never ACKed are lost only when it is long, and the capture has all
 * others. */
static void what_is_not_acknowledged_for_long_is_lost(void)
{
    static const struct {
        uint32_t undelivered;
        uint64_t sender_missed;
        uint64_t receiver_missed;
        int64_t waited_ns;
        bool is_lost;
    } rows[] = {
        {100, 0, 0, 2 * STORY_SECOND, true},  {0, 0, 0, 2 * STORY_SECOND, false},
        {100, 1, 0, 2 * STORY_SECOND, false}, {100, 0, 1, 2 * STORY_SECOND, false},
        {100, 0, 0, STORY_SECOND / 2, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct trouble *client, *server;
        struct story story;

        story_begin_hello(&story);
        client = direction_have_trouble(sent_by(&story, SIDE_CLIENT));
        server = direction_have_trouble(sent_by(&story, SIDE_SERVER));
        client->undelivered_octets = rows[i].undelivered;
        client->missed_octets = rows[i].sender_missed;
        server->missed_octets = rows[i].receiver_missed;
        story_wait(&story, rows[i].waited_ns);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(facts_octets_are_lost(story_facts(&story), SIDE_CLIENT), rows[i].is_lost);
    }
}

/* A client that leaves behind its hello needs nothing of what the capture lacks; who goes on, or
 * whose own octets are not there, does. */
static void what_a_client_did_not_wait_for_is_not_missed(void)
{
    static const struct {
        uint64_t client_unseen;
        uint64_t client_gap;
        uint64_t server_missed;
        uint64_t server_dropped;
        uint32_t records;
        bool leaves;
        bool is_missed;
    } rows[] = {
        {0, 0, 0, 0, 1, true, false}, {0, 0, 0, 0, 1, false, true}, {9, 0, 0, 0, 1, true, true},
        {0, 9, 0, 0, 1, true, true},  {0, 0, 9, 0, 1, true, true},  {0, 0, 0, 9, 1, true, true},
        {0, 0, 0, 0, 2, true, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct trouble *client, *server;
        struct story story;

        story_begin_hello(&story);
        if (rows[i].leaves)
            story_fin(&story, SIDE_CLIENT);
        client = direction_have_trouble(sent_by(&story, SIDE_CLIENT));
        server = direction_have_trouble(sent_by(&story, SIDE_SERVER));
        story.handshake.records[SIDE_CLIENT] = rows[i].records;
        story.handshake.gap_octets[SIDE_CLIENT] = rows[i].client_gap;
        client->unseen_octets = rows[i].client_unseen;
        server->unseen_octets = 1500;
        server->missed_octets = rows[i].server_missed;
        server->dropped_octets = rows[i].server_dropped;
        CU_ASSERT_EQUAL(story_facts(&story)->missed, rows[i].is_missed);
    }
}

/* Its host knows no such connection any more, and the server went on. */
static void a_reset_without_an_ack_is_of_a_client_that_had_left(void)
{
    for (int says_fin = 0; says_fin <= 1; says_fin++)
        for (int has_ack = 0; has_ack <= 1; has_ack++) {
            struct story story;

            story_begin_flight_1_2(&story);
            story_rst(&story, SIDE_CLIENT);
            direction_have_trouble(sent_by(&story, SIDE_CLIENT))->reset.has_ack = has_ack;
            if (says_fin)
                sent_by(&story, SIDE_CLIENT)->fin = story.connection.last;
            CU_ASSERT_EQUAL(facts_client_had_left(story_facts(&story)), !says_fin && !has_ack);
        }
}

static void a_name_that_cannot_be_read_is_one(void)
{
    struct story_offer offer = story_modern_offer();
    struct story story;

    offer.name = NULL;
    story_begin(&story);
    story_client_hello(&story, &offer);
    CU_ASSERT_TRUE(facts_names_no_server(story_facts(&story)));
    offer.further = bytes_of("\0\0\0\1\xff", 5); /* a list that breaks off */
    story_begin(&story);
    story_client_hello(&story, &offer);
    CU_ASSERT_FALSE(facts_names_no_server(story_facts(&story)));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a warning of TLS 1.3 is fatal unless it is about the name",
         a_warning_of_tls_1_3_is_fatal_unless_it_is_about_the_name},
        {"who warns and then leaves has refused with the warning",
         who_warns_and_then_leaves_has_refused_with_the_warning},
        {"a warning that is an error ends it, whoever leaves",
         a_warning_that_is_an_error_ends_it_whoever_leaves},
        {"a side that goes on behind a warning has not refused",
         a_side_that_goes_on_behind_a_warning_has_not_refused},
        {"what is refused by a warning came before it",
         what_is_refused_by_a_warning_came_before_it},
        {"a reset that neither side minds ends nothing",
         a_reset_that_neither_side_minds_ends_nothing},
        {"an error of SSL 2.0 finishes nothing", an_error_of_ssl_2_finishes_nothing},
        {"early data as short as an alert is none", early_data_as_short_as_an_alert_is_none},
        {"the first octets that are no TLS count", the_first_octets_that_are_no_tls_count},
        {"one octet that was not seen may be a FIN", one_octet_that_was_not_seen_may_be_a_fin},
        {"a FIN that acknowledges one comes after it", a_fin_that_acknowledges_one_comes_after_it},
        {"a FIN that is acknowledged later may have come later",
         a_fin_that_is_acknowledged_later_may_have_come_later},
        {"silence is of a server that never answered", silence_is_of_a_server_that_never_answered},
        {"what belongs to a full handshake is not resumed",
         what_belongs_to_a_full_handshake_is_not_resumed},
        {"what is not acknowledged for long is lost", what_is_not_acknowledged_for_long_is_lost},
        {"what a client did not wait for is not missed",
         what_a_client_did_not_wait_for_is_not_missed},
        {"a RST without an ACK is of a client that had left",
         a_reset_without_an_ack_is_of_a_client_that_had_left},
        {"a name that cannot be read is one", a_name_that_cannot_be_read_is_one},
        CU_TEST_INFO_NULL,
    };

    return suite_run("facts", tests);
}
