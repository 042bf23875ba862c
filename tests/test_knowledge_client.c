/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes known of clients that open several connections. */
#include "analyze/knowledge.h"

#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum { TICKET_RECORD = 250 };

/* Other clients, more than a sketch tells apart. */
static const uint8_t others = 12;

/* The client's connection at this millisecond, up to the server's flight. */
static void open_at(struct story *story, uint8_t client, int64_t at_ms, const char *name)
{
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();

    offer.name = name;
    story_begin(story);
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    story->connection.first.time_ns += at_ms * STORY_MILLISECOND;
    story_client_hello(story, &offer);
    story_flight_1_2(story, &choice, 0);
}

static void take_at(struct knowledge *knowledge, uint8_t client, int64_t at_ms, const char *name)
{
    struct story story;

    open_at(&story, client, at_ms, name);
    story_finish_1_2(&story);
    story_learn(knowledge, story_facts(&story));
}

/* The client leaves at the flight. */
static void drop_at(struct knowledge *knowledge, struct story *story, uint8_t client, int64_t at_ms)
{
    open_at(story, client, at_ms, "www.example.com");
    story_fin(story, SIDE_CLIENT);
    story_learn(knowledge, story_facts(story));
}

static struct knowledge *knowledge_of_others(void)
{
    struct knowledge *knowledge = knowledge_new(&(struct knowledge_options){0});

    for (uint8_t client = 1; client <= others; client++)
        take_at(knowledge, client, 0, "www.example.com");
    return knowledge;
}

/* Whichever of the two ends first. */
static void a_connection_dropped_for_another_one_is_known(void)
{
    static const struct {
        int64_t before_ms; /* when the client's connection that is kept begins; 0: there is none */
        int64_t after_ms;
        const char *name;
        bool is_taken;
        bool took_flight;
    } cases[] = {
        {40000, 0, "www.example.com", true, true},
        {0, 60000, "www.example.com", true, true},
        {40000, 0, "WWW.example.com", true, true},
        {40000, 0, "www.example.org", false, false}, /* it may be another certificate */
        {0, 60000, "www.example.org", false, false},
        {1, 0, "www.example.com", false, true}, /* long before */
        {0, 90000, "www.example.com", false, true},
        {0, 0, NULL, false, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct knowledge *knowledge = knowledge_of_others();
        struct story story;
        struct known known;

        if (cases[i].before_ms != 0)
            take_at(knowledge, others + 1, cases[i].before_ms, cases[i].name);
        drop_at(knowledge, &story, others + 1, 50000);
        if (cases[i].after_ms != 0)
            take_at(knowledge, others + 1, cases[i].after_ms, cases[i].name);
        knowledge_find(knowledge, &story.facts, &known);
        CU_ASSERT_PTR_NOT_NULL_FATAL(known.attempt);
        CU_ASSERT_EQUAL(known.attempt->is_taken, cases[i].is_taken);
        CU_ASSERT_EQUAL(known.client_took_flight, cases[i].took_flight);
        knowledge_free(knowledge);
    }
}

/* A key that both sides share: there is no certificate to take. */
static void a_handshake_without_a_certificate_is_no_full_one(void)
{
    static const char psk_exchange[] = "\0\3pc1";
    struct knowledge *knowledge = knowledge_new(&(struct knowledge_options){0});
    struct story_choice choice = story_choice_1_2();
    struct story story;
    struct known known;

    choice.suite = 0x00a8; /* TLS_PSK_WITH_AES_128_GCM_SHA256 */
    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    story_message(&story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE,
                  bytes_of(psk_exchange, sizeof(psk_exchange) - 1));
    story_finish_1_2(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    story_learn(knowledge, story_facts(&story));
    knowledge_find(knowledge, &story.facts, &known);
    CU_ASSERT_PTR_NOT_NULL(known.name);
    CU_ASSERT_FALSE(known.client_took_flight);
    knowledge_free(knowledge);
}

/* TLS 1.3: the server asks for a certificate, and the client has none. */
static void send_no_certificate(struct story *story)
{
    story_begin_flight_1_3(story);
    story_ccs(story, SIDE_CLIENT);
    story_protected(story, SIDE_CLIENT, STORY_EMPTY_CERTIFICATE_RECORD);
    story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
}

/* A server that takes one client without a certificate most likely asks them all in vain. */
static void a_certificate_that_another_did_without_is_not_required(void)
{
    for (unsigned is_known = 0; is_known < 2; is_known++) {
        struct knowledge *knowledge = knowledge_new(&(struct knowledge_options){0});
        struct story story;

        CU_ASSERT_PTR_NOT_NULL_FATAL(knowledge);
        send_no_certificate(&story);
        story_protected(&story, SIDE_SERVER, TICKET_RECORD);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
        if (is_known)
            story_learn(knowledge, &story.facts);
        send_no_certificate(&story);
        story_refuse(&story);
        story.knowledge = knowledge;
        CU_ASSERT_EQUAL(story_certainty(&story, "client_certificate_required"),
                        is_known ? CAUSE_POSSIBLE : CAUSE_LIKELY);
        knowledge_free(knowledge);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a connection dropped for another one is known",
         a_connection_dropped_for_another_one_is_known},
        {"a handshake without a certificate is no full one",
         a_handshake_without_a_certificate_is_no_full_one},
        {"a certificate that another did without is not required",
         a_certificate_that_another_did_without_is_not_required},
        CU_TEST_INFO_NULL,
    };

    return suite_run("knowledge_client", tests);
}
