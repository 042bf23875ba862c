/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the certificates that a server sent in clear for a name a client of TLS 1.3 refused. */
#include "analyze/causes/met_certificate.h"

#include <string.h>

#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/suite.h"

#define DAY_SECONDS INT64_C(86400)

enum { RECORD = 1020, TAKER = 20, REFUSER = 9 };

/* What a server may send. */
enum kind { GOOD, EXPIRED, ALONE };

static struct knowledge *knowledge;

static struct chain_judgement judge(enum kind kind, struct certificate *leaf)
{
    int64_t now = STORY_TIME / STORY_SECOND;

    *leaf = (struct certificate){.sha256 = {(uint8_t)kind}, .reading = CERTIFICATE_READ};
    leaf->issuer_id.octets[0] = (uint8_t)kind;
    return (struct chain_judgement){
        .leaf = leaf,
        .path_length = 1,
        .valid_from = now - 30 * DAY_SECONDS,
        .valid_until = kind == EXPIRED ? now - DAY_SECONDS : now + DAY_SECONDS,
        .validity = kind == EXPIRED ? VALIDITY_EXPIRED : VALIDITY_OK,
        .name = NAME_MATCH_SAN,
        .end = kind == ALONE ? CHAIN_END_ISSUER_MISSING : CHAIN_END_ANCHORED,
        .issuer_is_intermediate = kind == ALONE,
        .trust_known = true,
    };
}

/* A client of TLS 1.2 refuses, so long after the first connection, what the server sends in
 * clear. */
static void show_at(int seconds, enum kind kind)
{
    enum { CERTIFICATE = 700, LIST = CERTIFICATE + 3, BODY = LIST + 3 };
    uint8_t body[BODY] = {
        0, LIST >> 8, LIST & 0xff, 0, CERTIFICATE >> 8, CERTIFICATE & 0xff, (uint8_t)kind};
    struct story_choice choice = story_choice_1_2();
    struct certificate leaf;
    struct chain_judgement judgement = judge(kind, &leaf);
    struct story story;

    body[BODY - 1] = (uint8_t)kind;
    story_begin_at(&story, seconds * STORY_SECOND);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, bytes_of(body, sizeof(body)));
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_UNKNOWN);
    (void)story_facts(&story);
    story.facts.chain[SIDE_SERVER] = &judgement;
    story_learn(knowledge, &story.facts);
}

static void take_at(int seconds)
{
    struct story story;

    story_begin_certificate(&story, knowledge, seconds, TAKER, RECORD);
    story_learn_taken(&story);
}

/* In clear; or, without an alert, where nobody can read it. */
static void refuse_at(struct story *story, int seconds, uint8_t client, uint8_t alert)
{
    story_begin_certificate(story, knowledge, seconds, client, RECORD);
    if (alert != 0) {
        story_fatal(story, SIDE_CLIENT, alert);
        return;
    }
    story_refuse_unread(story);
}

static void say_at(int seconds, uint8_t client, uint8_t alert)
{
    struct story story;

    refuse_at(&story, seconds, client, alert);
    story_learn(knowledge, story_facts(&story));
}

struct expected {
    int seconds;
    uint8_t alert;
    const char *cause;
    enum certainty certainty;
};

static void check(const struct expected *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct story story;

        refuse_at(&story, rows[i].seconds, REFUSER, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
    }
}

/* The server's certificate of before is replaced by an expired one. */
static void a_bad_certificate_is_not_what_was_refused_before_it(void)
{
    static const struct expected rows[] = {
        {5, 0, "certificate_rejected", CAUSE_LIKELY},
        {15, 0, "certificate_rejected", CAUSE_LIKELY}, /* taken still later */
        {15, TLS_ALERT_CERTIFICATE_EXPIRED, "client_clock_skew", CAUSE_POSSIBLE},
        {25, 0, "certificate_rejected", CAUSE_LIKELY}, /* either */
        {35, 0, "certificate_expired", CAUSE_LIKELY},
        {35, TLS_ALERT_CERTIFICATE_EXPIRED, "certificate_expired", CAUSE_LIKELY},
    };
    struct story story;

    knowledge = story_knowledge_new();
    show_at(10, GOOD);
    take_at(20);
    show_at(30, EXPIRED);
    check(rows, sizeof(rows) / sizeof(rows[0]));
    refuse_at(&story, 25, REFUSER, 0);
    (void)story_cause(&story);
    CU_ASSERT_TRUE(story_considers(&story, "certificate_expired"));
    knowledge_free(knowledge);
}

/* The operator renews one that has expired. */
static void a_good_certificate_is_not_what_was_refused_before_it(void)
{
    static const struct expected rows[] = {
        {5, 0, "certificate_expired", CAUSE_LIKELY},
        {5, TLS_ALERT_CERTIFICATE_EXPIRED, "certificate_expired", CAUSE_LIKELY},
        {15, TLS_ALERT_CERTIFICATE_EXPIRED, "certificate_expired", CAUSE_LIKELY},
        {35, 0, "certificate_rejected", CAUSE_LIKELY},
        {35, TLS_ALERT_CERTIFICATE_EXPIRED, "client_clock_skew", CAUSE_POSSIBLE},
    };
    struct story story;

    knowledge = story_knowledge_new();
    show_at(10, EXPIRED);
    show_at(30, GOOD);
    take_at(40);
    check(rows, sizeof(rows) / sizeof(rows[0]));
    refuse_at(&story, 5, REFUSER, 0);
    (void)story_cause(&story);
    CU_ASSERT_TRUE(story_tells(&story, "known_certificate", "has replaced it since"));
    knowledge_free(knowledge);
}

/* Nobody saw what was there before, but somebody took it. */
static void a_bad_certificate_is_not_what_others_took(void)
{
    static const struct expected taken[] = {{15, 0, "certificate_rejected", CAUSE_LIKELY}};
    static const struct expected not_taken[] = {{15, 0, "certificate_expired", CAUSE_LIKELY}};

    knowledge = story_knowledge_new();
    show_at(30, EXPIRED);
    check(not_taken, 1);
    take_at(20);
    check(taken, 1);
    knowledge_free(knowledge);
}

static void several_clients_that_speak_of_dates_speak_of_the_certificate(void)
{
    static const struct expected doubted[] = {
        {10, TLS_ALERT_CERTIFICATE_EXPIRED, "client_clock_skew", CAUSE_POSSIBLE},
    };
    static const struct expected several[] = {
        {10, TLS_ALERT_CERTIFICATE_EXPIRED, "certificate_expired", CAUSE_LIKELY},
        {12, 0, "certificate_expired", CAUSE_LIKELY},
        {7, 0, "certificate_rejected", CAUSE_LIKELY}, /* before the first of them */
    };
    struct story story;

    knowledge = story_knowledge_new();
    show_at(1, GOOD);
    take_at(6);
    say_at(9, 1, TLS_ALERT_CERTIFICATE_EXPIRED);
    check(doubted, 1);
    say_at(11, 1, TLS_ALERT_CERTIFICATE_EXPIRED); /* the same client */
    check(doubted, 1);
    say_at(11, 2, TLS_ALERT_CERTIFICATE_EXPIRED);
    check(several, sizeof(several) / sizeof(several[0]));
    refuse_at(&story, 10, REFUSER, TLS_ALERT_CERTIFICATE_EXPIRED);
    (void)story_cause(&story);
    CU_ASSERT_TRUE(story_tells(&story, "known_dates", "several clients"));
    CU_ASSERT_TRUE(story_considers(&story, "client_clock_skew"));
    take_at(13);
    check(doubted, 1);
    knowledge_free(knowledge);
}

static void a_word_is_of_no_other_certificate(void)
{
    static const struct expected rows[] = {
        {5, 0, "certificate_rejected", CAUSE_LIKELY},
        {15, 0, "untrusted_ca", CAUSE_POSSIBLE},
    };

    knowledge = story_knowledge_new();
    say_at(20, 1, TLS_ALERT_UNKNOWN_CA);
    take_at(10);
    check(rows, sizeof(rows) / sizeof(rows[0]));
    knowledge_free(knowledge);
}

static void the_word_of_others_tells_of_a_chain_that_is_known_to_be_incomplete(void)
{
    static const struct expected unsaid[] = {{15, 0, "certificate_rejected", CAUSE_LIKELY}};
    static const struct expected said[] = {{15, 0, "incomplete_chain", CAUSE_POSSIBLE}};
    struct story story;

    knowledge = story_knowledge_new();
    show_at(10, ALONE);
    check(unsaid, 1);
    say_at(20, 1, TLS_ALERT_UNKNOWN_CA);
    check(said, 1);
    refuse_at(&story, 15, REFUSER, 0);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "incomplete_chain");
    CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
    CU_ASSERT_TRUE(story_considers(&story, "certificate_rejected"));
    knowledge_free(knowledge);
}

/* Issuers are told by the certificate that the client got, not by the one that came last. */
static void the_issuer_is_the_one_of_the_certificate_that_was_met(void)
{
    struct certificate leaf;
    struct chain_judgement judgement = judge(EXPIRED, &leaf);
    struct story story;
    uint64_t before, behind;

    knowledge = story_knowledge_new();
    show_at(10, EXPIRED);
    show_at(30, GOOD);
    show_at(40, GOOD);
    refuse_at(&story, 10, REFUSER, 0);
    before = certificate_met_issuer(story_facts(&story));
    refuse_at(&story, 35, REFUSER, 0);
    behind = certificate_met_issuer(story_facts(&story));
    CU_ASSERT_NOT_EQUAL(before, 0);
    CU_ASSERT_NOT_EQUAL(behind, 0);
    CU_ASSERT_NOT_EQUAL(before, behind);
    story.facts.chain[SIDE_SERVER] = &judgement; /* in clear */
    CU_ASSERT_EQUAL(certificate_met_issuer(&story.facts), before);
    show_at(20, GOOD);
    show_at(50, EXPIRED); /* in turns */
    refuse_at(&story, 35, REFUSER, 0);
    CU_ASSERT_EQUAL(certificate_met_issuer(story_facts(&story)), 0);
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a bad certificate is not what was refused before it",
         a_bad_certificate_is_not_what_was_refused_before_it},
        {"a good certificate is not what was refused before it",
         a_good_certificate_is_not_what_was_refused_before_it},
        {"a bad certificate is not what others took", a_bad_certificate_is_not_what_others_took},
        {"several clients that speak of dates speak of the certificate",
         several_clients_that_speak_of_dates_speak_of_the_certificate},
        {"a word is of no other certificate", a_word_is_of_no_other_certificate},
        {"the word of others tells of a chain that is known to be incomplete",
         the_word_of_others_tells_of_a_chain_that_is_known_to_be_incomplete},
        {"the issuer is the one of the certificate that was met",
         the_issuer_is_the_one_of_the_certificate_that_was_met},
        CU_TEST_INFO_NULL,
    };

    return suite_run("the certificate that was met", tests);
}
