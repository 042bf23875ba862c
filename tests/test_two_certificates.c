/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that sends now one certificate for a name, now another. */
#include "analyze/causes/two_certificates.h"

#include <string.h>

#include "analyze/knowledge_internal.h"
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/wire.h"

#define DAY_SECONDS INT64_C(86400)

enum { SENT_MAX = 4 };

/* A client that refuses a certificate of TLS 1.2, and what is known of the server's name. */
struct fixture {
    struct story story;
    struct knowledge *knowledge;
    struct known_name name;
    struct known known;
    struct certificate leaf;
    struct chain_judgement judgement;
};

/* One message that was sent, in which the certificate and its chain are told by numbers. */
struct sent_message {
    uint8_t leaf;
    uint8_t missing; /* octets of the chain that were left out */
    int at_s;
};

static void refuse(struct fixture *fixture, const struct sent_message *sent)
{
    const struct story_choice choice = story_choice_1_2();
    struct facts *facts = &fixture->story.facts;

    story_begin(&fixture->story);
    story_modern_hello(&fixture->story);
    story_flight_1_2(&fixture->story, &choice, 0);
    story_fatal(&fixture->story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    (void)story_facts(&fixture->story);
    for (size_t i = 0; i < fixture->story.handshake.note_count; i++) {
        struct note *note = &fixture->story.handshake.notes[i];

        if (note != facts->server_certificate_note)
            continue;
        note->length -= sent->missing;
        note->at.time_ns = STORY_TIME + sent->at_s * STORY_SECOND;
    }
    memset(fixture->leaf.sha256, sent->leaf, sizeof(fixture->leaf.sha256));
    fixture->judgement = (struct chain_judgement){
        .leaf = &fixture->leaf,
        .valid_until = STORY_TIME / STORY_SECOND + DAY_SECONDS * sent->leaf,
    };
    facts->chain[SIDE_SERVER] = &fixture->judgement;
    facts->known = &fixture->known;
}

/* In the order in which they become known. */
static void learn(struct fixture *fixture, const struct sent_message *sent, size_t count)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture->known.name = &fixture->name;
    fixture->knowledge = knowledge_new(&(struct knowledge_options){0});
    for (size_t i = 0; i < count && sent[i].leaf != 0; i++) {
        refuse(fixture, &sent[i]);
        knowledge_learn_certificate(fixture->knowledge, &fixture->name, &fixture->story.facts);
    }
    knowledge_free(fixture->knowledge);
}

static void two_come_in_turns_where_neither_replaces_the_other(void)
{
    static const struct {
        struct sent_message sent[SENT_MAX];
        bool in_turns;
    } cases[] = {
        {{{1, 0, 1}, {2, 1, 2}, {1, 0, 3}}, true},
        {{{1, 0, 1}, {1, 0, 3}, {2, 1, 2}}, true},
        {{{1, 0, 1}, {1, 1, 2}, {1, 0, 3}}, true}, /* two chains */
        {{{1, 0, 1}, {1, 0, 3}}, false},
        {{{1, 0, 1}, {1, 0, 2}, {2, 1, 3}, {2, 1, 4}}, false},
        {{{1, 0, 2}, {2, 1, 3}, {1, 0, 1}, {2, 1, 4}}, false}, /* failures are known late */
        {{{1, 0, 1}, {2, 1, 2}, {3, 2, 3}, {2, 1, 4}}, true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;

        learn(&fixture, cases[i].sent, SENT_MAX);
        CU_ASSERT_EQUAL(two_certificates(&fixture.story.facts), cases[i].in_turns);
        fixture.story.connection.first.time_ns += 2 * DAY_SECONDS * STORY_SECOND;
        CU_ASSERT_FALSE(two_certificates(&fixture.story.facts)); /* days later */
    }
}

static bool is_said(const struct fixture *fixture, const char *part)
{
    struct evidence evidence = {0};

    describe_two_certificates(&fixture->story.facts, &evidence);
    return evidence.count == 1 && strstr(evidence.items[0].text, part) != NULL;
}

static void the_other_certificate_is_told(void)
{
    static const struct sent_message good = {2, 1, 2}, bad = {1, 0, 3}, late = {1, 0, 0};
    const struct sent_message sent[] = {late, good, bad};
    struct fixture fixture;

    learn(&fixture, sent, 3);
    CU_ASSERT_TRUE(is_said(&fixture, "another certificate for this name, valid until 2024-05-03"));
    refuse(&fixture, &good);
    CU_ASSERT_TRUE(is_said(&fixture, "another certificate for this name, valid until 2024-05-02"));
    fixture.story.facts.chain[SIDE_SERVER] = NULL;
    CU_ASSERT_TRUE(is_said(&fixture, "valid until 2024-05-02 00:00:00 UTC and until 2024-05-03"));
}

static void another_chain_of_the_same_certificate_is_told(void)
{
    static const struct sent_message whole = {1, 0, 2}, bare = {1, 1, 3}, early = {1, 1, 1};
    const struct sent_message sent[] = {early, whole, bare};
    struct fixture fixture;

    learn(&fixture, sent, 3);
    CU_ASSERT_TRUE(is_said(&fixture, "this certificate with another chain"));
    fixture.story.facts.chain[SIDE_SERVER] = NULL;
    CU_ASSERT_TRUE(is_said(&fixture, "two chains of one certificate for this name"));
}

/* The same as is said of a chain that is seen, however many certificates came. */
static void what_a_chain_lacks_is_learned(void)
{
    static const struct {
        struct chain_judgement judgement;
        enum known_lack lack;
    } rows[] = {
        {{.end = CHAIN_END_ANCHORED}, KNOWN_LACKS_NOTHING},
        {{.end = CHAIN_END_ISSUER_MISSING, .path_length = 1}, KNOWN_LACKS_ISSUER},
        {{.end = CHAIN_END_ISSUER_MISSING, .path_length = 2}, KNOWN_LACKS_NOTHING},
        {{.end = CHAIN_END_ISSUER_MISSING, .path_length = 2, .issuer_is_intermediate = true},
         KNOWN_LACKS_INTERMEDIATE},
        {{.end = CHAIN_END_ISSUER_MISSING, .path_length = 1, .issuer_seen_completes = true},
         KNOWN_LACKS_INTERMEDIATE},
        {{.end = CHAIN_END_ISSUER_MISSING, .path_length = 1, .issuer_is_root = true},
         KNOWN_LACKS_ROOT},
        {{.end = CHAIN_END_ISSUER_MISSING, .path_length = 2, .issuer_is_root = true},
         KNOWN_LACKS_ROOT},
    };
    static const struct sent_message sent = {1, 0, 1};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture fixture = {.knowledge = knowledge_new(&(struct knowledge_options){0})};

        refuse(&fixture, &sent);
        fixture.judgement = rows[i].judgement;
        fixture.judgement.leaf = &fixture.leaf;
        knowledge_learn_certificate(fixture.knowledge, &fixture.name, &fixture.story.facts);
        CU_ASSERT_EQUAL(fixture.name.certificate.lack, rows[i].lack);
        knowledge_free(fixture.knowledge);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"two come in turns where neither replaces the other",
         two_come_in_turns_where_neither_replaces_the_other},
        {"the other certificate is told", the_other_certificate_is_told},
        {"another chain of the same certificate is told",
         another_chain_of_the_same_certificate_is_told},
        {"what a chain lacks is learned", what_a_chain_lacks_is_learned},
        CU_TEST_INFO_NULL,
    };

    return suite_run("two_certificates", tests);
}
