/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who closed right after the handshake, where data and alerts look the same (TLS 1.3), and what else
 * may come behind it before it is of use. */
#include "analyze/finding.h"

#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* What it says; NULL: there is none. */
static const char *text_of(const struct story *story, const char *id)
{
    for (size_t i = 0; i < story->verdict.finding_count; i++)
        if (strcmp(story->verdict.findings[i].id, id) == 0)
            return story->verdict.findings[i].text;
    return NULL;
}

static bool finds(struct story *story, const char *id)
{
    (void)story_facts(story);
    diagnose(&story->facts, &story->verdict);
    CU_ASSERT_EQUAL(story->facts.outcome, OUTCOME_ESTABLISHED);
    return text_of(story, id) != NULL;
}

static void a_server_that_did_not_close_did_not_close_at_once(void)
{
    for (int closes = 0; closes < 2; closes++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_SERVER, STORY_ALERT_RECORD);
        if (closes)
            story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(finds(&story, "server_closed_right_after_handshake"), (bool)closes);
    }
}

/* What Node.js does for HTTP/2 alone. */
static void a_server_may_miss_a_protocol_when_all_is_over(void)
{
    for (int offers = 0; offers < 2; offers++) {
        struct story_offer offer = story_modern_offer();
        struct story story;

        offer.alpn = offers ? "h2" : NULL;
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_refuse(&story);
        CU_ASSERT_TRUE(finds(&story, "server_closed_right_after_handshake"));
        CU_ASSERT_EQUAL(strstr(story.verdict.findings[0].text, "ALPN") == NULL, (bool)offers);
    }
}

/* What grpc-go and tonic do. */
static void a_client_may_miss_a_protocol_when_all_is_over(void)
{
    enum { EXTENSIONS = 4 + 2 + 1 + 16, WITH_NAME = EXTENSIONS + 4, WITH_H2 = EXTENSIONS + 9 };
    static const struct {
        const char *offered;
        uint32_t extensions; /* octets of EncryptedExtensions in their record */
        bool is_found;
    } rows[] = {
        {"h2", EXTENSIONS, true},        {"h2", WITH_NAME, true},   {"h2", WITH_H2, false},
        {"http/1.1", EXTENSIONS, false}, {NULL, EXTENSIONS, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_modern_offer();
        struct story_choice choice = story_choice_1_3();
        struct story story;

        offer.alpn = rows[i].offered;
        story_begin(&story);
        story_client_hello(&story, &offer);
        story_server_hello(&story, &choice);
        story_protected(&story, SIDE_SERVER, rows[i].extensions);
        story_protected(&story, SIDE_SERVER, 900);
        story_protected(&story, SIDE_SERVER, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(finds(&story, "alpn_not_chosen"), rows[i].is_found);
        CU_ASSERT_TRUE(finds(&story, "closed_right_after_handshake"));
    }
}

/* Up to TLS 1.2 the ServerHello says it in clear. */
static void a_protocol_that_was_chosen_is_not_missed(void)
{
    for (int chooses = 0; chooses < 2; chooses++) {
        struct story_offer offer = story_modern_offer();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        offer.alpn = "h2";
        choice.alpn = chooses ? "h2" : NULL;
        story_begin_choice_1_2(&story, &offer, &choice, 0);
        story_finish_1_2(&story);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(finds(&story, "alpn_not_chosen"), chooses == 0);
    }
}

static void of_many_protocols_the_rest_is_counted(void)
{
    static const char protocols[] = "\001a\001b\001c\001d\001e\001f";
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();
    struct story story;
    const char *text;

    offer.alpn = "h2";
    choice.alpn = NULL;
    story_begin_choice_1_2(&story, &offer, &choice, 0);
    story_finish_1_2(&story);
    story_fin(&story, SIDE_CLIENT);
    (void)story_facts(&story);
    story.facts.client_extensions.alpn.protocols = bytes_of(protocols, sizeof(protocols) - 1);
    diagnose(&story.facts, &story.verdict);
    text = text_of(&story, "alpn_not_chosen");
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "(ALPN: a, b, c, d and 2 more)"));
}

static void a_client_that_stays_for_an_answer_did_not_say_good_bye(void)
{
    static const struct {
        uint16_t answers[2]; /* of the server */
        bool stays;          /* the client closes behind them */
        bool is_found;
    } rows[] = {
        {{250, 400}, true, false},
        {{250, 400}, false, true},
        {{250, 250}, true, true}, /* tickets */
        {{250, STORY_ALERT_RECORD}, true, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
        if (!rows[i].stays)
            story_fin(&story, SIDE_CLIENT);
        story_protected(&story, SIDE_SERVER, rows[i].answers[0]);
        story_protected(&story, SIDE_SERVER, rows[i].answers[1]);
        if (rows[i].stays)
            story_fin(&story, SIDE_CLIENT);
        story_fin(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(finds(&story, "closed_right_after_handshake"), rows[i].is_found);
    }
}

/* A good-bye of the protocol that asked for TLS, which the server resets. */
static void who_goes_on_in_clear_has_left(void)
{
    static const struct {
        uint32_t data; /* octets of a record in front of it; 0: there is none */
        enum malformation malformation;
        bool is_found;
    } rows[] = {
        {0, MALFORMED_RECORD, true},
        {0, MALFORMED_RECORD_SIZE, false},
        {300, MALFORMED_RECORD, false}, /* back to clear when the secret is told */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
        story_protected(&story, SIDE_SERVER, 250);
        if (rows[i].data > 0)
            story_protected(&story, SIDE_CLIENT, rows[i].data);
        story_note(&story, SIDE_CLIENT, NOTE_MALFORMED)->type = (uint8_t)rows[i].malformation;
        story_rst(&story, SIDE_SERVER);
        CU_ASSERT_EQUAL(finds(&story, "closed_right_after_handshake"), rows[i].is_found);
        CU_ASSERT_EQUAL(finds(&story, "clear_after_handshake"), rows[i].is_found);
    }
}

static void send_record(struct story *story, enum side side, uint32_t length)
{
    story_note(story, side, NOTE_ENCRYPTED_HANDSHAKE)->length = length;
}

static void send_finished(struct story *story, enum side side)
{
    story_ccs(story, side);
    send_record(story, side, 40);
}

/* TLS 1.2: the server asks for another handshake, and it comes so far. */
enum extent { REQUEST, HELLO, CLIENT_FINISHED, BOTH_FINISHED, DATA };

static void renegotiate(struct story *story, enum extent extent)
{
    story_begin_flight_1_2(story);
    story_finish_1_2(story);
    story_protected(story, SIDE_CLIENT, 300);
    send_record(story, SIDE_SERVER, 28);
    if (extent >= HELLO) {
        send_record(story, SIDE_CLIENT, 244);
        send_record(story, SIDE_SERVER, 12024);
    }
    if (extent >= CLIENT_FINISHED) {
        send_record(story, SIDE_CLIENT, 101);
        send_finished(story, SIDE_CLIENT);
    }
    if (extent >= BOTH_FINISHED)
        send_finished(story, SIDE_SERVER);
    if (extent == DATA)
        story_protected(story, SIDE_SERVER, 800);
    story_rst(story, SIDE_SERVER);
}

static void another_handshake_that_breaks_off_is_told(void)
{
    for (int extent = REQUEST; extent <= DATA; extent++) {
        struct story story;

        renegotiate(&story, (enum extent)extent);
        CU_ASSERT_EQUAL(finds(&story, "renegotiation_ended"),
                        extent == HELLO || extent == CLIENT_FINISHED);
    }
}

/* A stack that cuts its Finished into pieces begins no other handshake. */
static void a_finished_in_pieces_is_no_other_handshake(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_finish_1_2(&story);
    send_record(&story, SIDE_CLIENT, 26);
    story_rst(&story, SIDE_SERVER);
    CU_ASSERT_FALSE(finds(&story, "renegotiation_ended"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a server that did not close did not close at once",
         a_server_that_did_not_close_did_not_close_at_once},
        {"a server may miss a protocol when all is over",
         a_server_may_miss_a_protocol_when_all_is_over},
        {"a client may miss a protocol when all is over",
         a_client_may_miss_a_protocol_when_all_is_over},
        {"a protocol that was chosen is not missed", a_protocol_that_was_chosen_is_not_missed},
        {"of many protocols the rest is counted", of_many_protocols_the_rest_is_counted},
        {"a client that stays for an answer did not say good-bye",
         a_client_that_stays_for_an_answer_did_not_say_good_bye},
        {"who goes on in clear has left", who_goes_on_in_clear_has_left},
        {"another handshake that breaks off is told", another_handshake_that_breaks_off_is_told},
        {"a Finished in pieces is no other handshake", a_finished_in_pieces_is_no_other_handshake},
        CU_TEST_INFO_NULL,
    };

    return suite_run("finding_close", tests);
}
