/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What clients say in clear of a certificate that another one refuses with an encrypted alert. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/suite.h"

enum { RECORD = 1020, OTHER_RECORD = 1021 };

static struct knowledge *knowledge;

static void say_at(int seconds, uint8_t client, uint8_t alert, uint32_t record)
{
    struct story story;

    story_begin_certificate(&story, knowledge, seconds, client, record);
    story_fatal(&story, SIDE_CLIENT, alert);
    story_learn(knowledge, story_facts(&story));
}

static void take_at(int seconds, uint8_t client)
{
    struct story story;

    story_begin_certificate(&story, knowledge, seconds, client, RECORD);
    story_learn_taken(&story);
}

/* Client 9 says it where nobody can read it. */
static void refuse_at(struct story *story, int seconds)
{
    story_begin_certificate(story, knowledge, seconds, 9, RECORD);
    story_refuse_unread(story);
}

static bool tells_word(struct story *story)
{
    return story_tells(story, "known_word", "in clear");
}

static void an_encrypted_alert_may_be_what_others_say(void)
{
    static const struct {
        uint8_t alert;
        uint32_t record;
        int seconds;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_CERTIFICATE_EXPIRED, RECORD, 5, "certificate_expired", CAUSE_POSSIBLE},
        {TLS_ALERT_CERTIFICATE_REVOKED, RECORD, 5, "certificate_revoked", CAUSE_POSSIBLE},
        {TLS_ALERT_UNKNOWN_CA, RECORD, 5, "untrusted_ca", CAUSE_POSSIBLE},
        {TLS_ALERT_BAD_CERTIFICATE, RECORD, 5, "certificate_rejected", CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_EXPIRED, OTHER_RECORD, 5, "certificate_rejected", CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_EXPIRED, RECORD, 700, "certificate_rejected", CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool is_told = rows[i].certainty == CAUSE_POSSIBLE;
        struct story story;

        knowledge = story_knowledge_new();
        say_at(rows[i].seconds, 1, rows[i].alert, rows[i].record);
        refuse_at(&story, 0);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_EQUAL(tells_word(&story), is_told);
        CU_ASSERT_TRUE(story_considers(&story, "certificate_rejected"));
        knowledge_free(knowledge);
    }
}

/* RFC 8446 section 6.2: the alerts cover what is not valid yet, and every chain that leads to no
 * known issuer. */
static void the_alternatives_are_those_of_the_alert(void)
{
    struct story story;

    knowledge = story_knowledge_new();
    say_at(1, 1, TLS_ALERT_UNKNOWN_CA, RECORD);
    refuse_at(&story, 2);
    (void)story_cause(&story);
    CU_ASSERT_TRUE(story_considers(&story, "incomplete_chain"));
    say_at(3, 1, TLS_ALERT_CERTIFICATE_EXPIRED, RECORD);
    refuse_at(&story, 4);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "certificate_expired");
    CU_ASSERT_TRUE(story_considers(&story, "client_clock_skew"));
    CU_ASSERT_TRUE(story_considers(&story, "untrusted_ca"));
    knowledge_free(knowledge);
}

static void where_all_refuse_the_one_that_tells_of_dates_speaks_for_all(void)
{
    struct story story;

    knowledge = story_knowledge_new();
    for (int i = 1; i <= 3; i++)
        say_at(i, (uint8_t)i, TLS_ALERT_CERTIFICATE_EXPIRED, RECORD);
    refuse_at(&story, 5);
    CU_ASSERT_TRUE(story_says(&story, "certificate_expired", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* Of clients that nearly all take it, those that refuse it may have a reason each. */
static void what_one_says_of_what_others_take_is_about_itself(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_CERTIFICATE_EXPIRED, TLS_ALERT_UNKNOWN_CA};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;

        knowledge = story_knowledge_new();
        say_at(1, 1, alerts[i], RECORD);
        for (uint8_t client = 10; client < 18; client++)
            take_at(client, client);
        refuse_at(&story, 2);
        story_learn(knowledge, story_facts(&story));
        CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", CAUSE_LIKELY));
        CU_ASSERT_FALSE(tells_word(&story));
        knowledge_free(knowledge);
    }
}

/* Up to TLS 1.2 the message is shorter: no context, no lengths of extensions. */
static void what_is_said_up_to_tls_1_2_counts_too(void)
{
    enum { CERTIFICATE = 700, LIST = CERTIFICATE + 3, BODY = LIST + 3 };
    uint8_t body[BODY] = {0, LIST >> 8, LIST & 0xff, 0, CERTIFICATE >> 8, CERTIFICATE & 0xff};
    struct story_choice choice = story_choice_1_2();
    struct story story;

    knowledge = story_knowledge_new();
    story_begin_at(&story, STORY_SECOND);
    story.knowledge = knowledge;
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, bytes_of(body, sizeof(body)));
    story_message(&story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    story_learn(knowledge, story_facts(&story));
    story_begin_certificate(&story, knowledge, 2, 9, 4 + 1 + BODY + 2 + 17);
    story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "untrusted_ca", CAUSE_POSSIBLE));
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an encrypted alert may be what others say", an_encrypted_alert_may_be_what_others_say},
        {"the alternatives are those of the alert", the_alternatives_are_those_of_the_alert},
        {"where all refuse the one that tells of dates speaks for all",
         where_all_refuse_the_one_that_tells_of_dates_speaks_for_all},
        {"what one says of what others take is about itself",
         what_one_says_of_what_others_take_is_about_itself},
        {"what is said up to TLS 1.2 counts too", what_is_said_up_to_tls_1_2_counts_too},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what clients say in clear", tests);
}
