/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that asks a server for all that it takes does not complain. */
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* The server refuses so many hellos, each with one suite that few servers have, or with a list that
 * has such a suite in it. */
static struct knowledge *probe(uint16_t hellos, bool is_odd)
{
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);

    CU_ASSERT_PTR_NOT_NULL_FATAL(knowledge);
    for (uint16_t i = 0; i < hellos; i++) {
        const uint16_t suite = (uint16_t)(0x0001 + i);
        struct story_offer offer = story_offer_1_2();
        struct story story;

        if (is_odd)
            memcpy(offer.suites, (story_list){suite}, sizeof(offer.suites));
        else
            offer.suites[STORY_LIST_MAX - 2] = suite;
        story_begin(&story);
        story.knowledge = knowledge;
        story_client_hello(&story, &offer);
        story_refuse_how(&story, TLS_ALERT_HANDSHAKE_FAILURE);
        story_learn(knowledge, story_facts(&story));
    }
    return knowledge;
}

static void many_unusual_hellos_are_of_a_scanner(void)
{
    static const struct {
        uint16_t hellos;
        bool is_odd;
        bool is_found;
    } rows[] = {{40, true, true}, {11, true, false}, {40, false, false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct knowledge *knowledge = probe(rows[i].hellos, rows[i].is_odd);
        struct story story;

        story_begin_hello(&story);
        story.knowledge = knowledge;
        story_refuse_how(&story, TLS_ALERT_HANDSHAKE_FAILURE);
        (void)story_cause(&story);
        CU_ASSERT_EQUAL(verdict_has_finding(&story.verdict, "client_scans"), rows[i].is_found);
        knowledge_free(knowledge);
    }
}

/* It has its answer, and leaves; an alert is a complaint all the same. */
static void a_scanner_that_leaves_does_not_complain_of_the_certificate(void)
{
    static const struct {
        uint16_t hellos;
        bool says_why;
        enum certainty certainty;
    } rows[] = {{40, false, CAUSE_POSSIBLE}, {11, false, CAUSE_LIKELY}, {40, true, CAUSE_LIKELY}};
    struct judged judged;

    judged_begin(&judged);
    judged_chain(&judged, "leaf_expired intermediate", "www.example.test", CERTIFICATES_TIME);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct knowledge *knowledge = probe(rows[i].hellos, true);
        struct known known;
        struct story story;

        story_begin_flight_1_2(&story);
        if (rows[i].says_why)
            story_fatal(&story, SIDE_CLIENT, TLS_ALERT_BAD_CERTIFICATE);
        else
            story_fin(&story, SIDE_CLIENT);
        knowledge_find(knowledge, story_facts(&story), &known);
        story.facts.known = &known;
        story.facts.chain[SIDE_SERVER] = &judged.judgement;
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_TRUE(story_says(&story, "certificate_expired", rows[i].certainty));
        knowledge_free(knowledge);
    }
    judged_end(&judged);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"many unusual hellos are of a scanner", many_unusual_hellos_are_of_a_scanner},
        {"a scanner that leaves does not complain of the certificate",
         a_scanner_that_leaves_does_not_complain_of_the_certificate},
        CU_TEST_INFO_NULL,
    };

    return suite_run("scanner", tests);
}
