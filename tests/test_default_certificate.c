/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A certificate that a server sends for want of one for the name asked, and servers that warn. */
#include "analyze/causes/default_certificate.h"

#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

static const char own_name[] = "self.example.test";

/* Ends the handshake with unknown_ca at this leaf; the hello has this name, or none. */
static void refuse_leaf(struct story *story, struct judged *judged, const char *file,
                        const char *name, uint16_t port)
{
    struct story_offer offer = story_offer_1_2();
    struct story_choice choice = story_choice_1_2();

    offer.name = name;
    offer.alpn = NULL;
    judged_chain(judged, file, name != NULL ? name : "", CERTIFICATES_TIME);
    story_begin(story);
    story->connection.endpoint[SIDE_SERVER].port = port;
    story_client_hello(story, &offer);
    story_flight_1_2(story, &choice, 0);
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    (void)story_facts(story);
    story->facts.chain[SIDE_SERVER] = &judged->judgement;
}

static void a_certificate_of_its_own_may_be_a_default_one(void)
{
    static const struct {
        const char *name; /* in the hello, NULL: none */
        uint16_t port;
        enum certainty self_signed;
        enum certainty missing_sni;
        enum certainty unrecognized_sni;
    } rows[] = {
        {own_name, 443, CAUSE_CERTAIN, CAUSE_NO, CAUSE_NO},
        {NULL, 443, CAUSE_LIKELY, CAUSE_POSSIBLE, CAUSE_NO},
        {NULL, 5432, CAUSE_CERTAIN, CAUSE_NO, CAUSE_NO}, /* where few clients send a name */
        {"other.example.test", 443, CAUSE_LIKELY, CAUSE_NO, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse_leaf(&story, &judged, "self_signed", rows[i].name, rows[i].port);
        CU_ASSERT_EQUAL(story_certainty(&story, "self_signed"), rows[i].self_signed);
        CU_ASSERT_EQUAL(story_certainty(&story, "missing_sni"), rows[i].missing_sni);
        CU_ASSERT_EQUAL(story_certainty(&story, "unrecognized_sni"), rows[i].unrecognized_sni);
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_EQUAL(story_tells(&story, "default_certificate", "may be the server's default"),
                        rows[i].self_signed == CAUSE_LIKELY);
    }
    judged_end(&judged);
}

/* Let the server be known that sent this certificate for this name. */
static const struct known_server *know(struct knowledge *knowledge, struct judged *judged,
                                       const char *files, const char *name)
{
    struct story story;

    refuse_leaf(&story, judged, files, name, 443);
    (void)story_learn(knowledge, &story.facts);
    return knowledge_find_server(knowledge, &story.connection.endpoint[SIDE_SERVER]);
}

static void a_server_with_a_better_certificate_sent_its_default_one_for_the_name(void)
{
    static const struct {
        const char *files; /* what it sent in answer to a hello with another name */
        const char *name;  /* of that hello, NULL: none */
        enum certainty certainty;
    } rows[] = {
        {"leaf intermediate", "www.example.test", CAUSE_LIKELY},
        {"leaf intermediate", "www.elsewhere.test", CAUSE_POSSIBLE},
        {"leaf intermediate", NULL, CAUSE_POSSIBLE},
        {"self_signed", own_name, CAUSE_POSSIBLE},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct knowledge *knowledge = knowledge_new(&(struct knowledge_options){0});
        struct known known = {.server = know(knowledge, &judged, rows[i].files, rows[i].name)};
        const bool is_known = rows[i].certainty == CAUSE_LIKELY;
        struct story story;

        CU_ASSERT_PTR_NOT_NULL_FATAL(known.server);
        refuse_leaf(&story, &judged, "self_signed", NULL, 443);
        story.facts.known = &known;
        CU_ASSERT_EQUAL(story_certainty(&story, "missing_sni"), rows[i].certainty);
        CU_ASSERT_EQUAL(story_certainty(&story, "self_signed"),
                        is_known ? CAUSE_POSSIBLE : CAUSE_LIKELY);
        refuse_leaf(&story, &judged, "self_signed", "other.example.test", 443);
        story.facts.known = &known;
        CU_ASSERT_EQUAL(story_certainty(&story, "unrecognized_sni"), rows[i].certainty);
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_EQUAL(story_tells(&story, "default_certificate", "it sends another one"),
                        is_known);
        knowledge_free(knowledge);
    }
    judged_end(&judged);
}

/* The server sends the warning in front of its hello, the client ends the handshake at its flight.
 */
static void warn_and_refuse(struct story *story, uint8_t alert)
{
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(story);
    story_alert(story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, TLS_ALERT_UNRECOGNIZED_NAME);
    story_flight_1_2(story, &choice, 0);
    story_fatal(story, SIDE_CLIENT, alert);
}

static void a_client_may_take_a_warning_for_an_error(void)
{
    static const struct {
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {TLS_ALERT_UNRECOGNIZED_NAME, CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, CAUSE_NO},
        {TLS_ALERT_UNKNOWN_CA, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        warn_and_refuse(&story, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "unrecognized_sni"), rows[i].certainty);
        if (rows[i].certainty == CAUSE_NO)
            continue;
        CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story.verdict.refused_by, PARTY_CLIENT);
        CU_ASSERT_TRUE(story_tells(&story, "warning", "Java"));
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a certificate of its own may be a default one",
         a_certificate_of_its_own_may_be_a_default_one},
        {"a server with a better certificate sent its default one for the name",
         a_server_with_a_better_certificate_sent_its_default_one_for_the_name},
        {"a client may take a warning for an error", a_client_may_take_a_warning_for_an_error},
        CU_TEST_INFO_NULL,
    };

    return suite_run("default_certificate", tests);
}
