/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server at which a version is turned on. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/suite.h"

static struct knowledge *knowledge;

static void take_1_3(int seconds)
{
    struct story_choice choice = story_choice_1_3();
    struct story story;

    story_begin_at(&story, seconds * STORY_SECOND);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_SERVER, 1200);
    story_protected(&story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(&story, SIDE_CLIENT, 200);
    story_protected(&story, SIDE_SERVER, 300);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    story_learn(knowledge, story_facts(&story));
}

/* A hello of TLS 1.2. */
static void begin_1_2(struct story *story, int seconds)
{
    struct story_offer offer = story_offer_1_2();

    story_begin_at(story, seconds * STORY_SECOND);
    story->knowledge = knowledge;
    story_client_hello(story, &offer);
}

static void take_1_2(int seconds)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    begin_1_2(&story, seconds);
    story.connection.endpoint[SIDE_CLIENT].address.octets[15] = 77; /* another client */
    story_server_hello(&story, &choice);
    (void)story_facts(&story);
    story.facts.outcome = OUTCOME_ESTABLISHED;
    story_learn(knowledge, &story.facts);
}

static void refuse_1_2(struct story *story, int seconds)
{
    begin_1_2(story, seconds);
    story_fatal(story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    (void)story_facts(story);
}

/* Refused in the tenth second, so many in all, before TLS 1.2 is taken in the twentieth: what is
 * said of the first one. */
static bool says(int refused, bool taken_first, enum certainty certainty)
{
    struct story story;
    bool is_said;

    knowledge = story_knowledge_new();
    for (int i = 0; i < 3; i++)
        take_1_3(i);
    if (taken_first)
        take_1_2(5);
    for (int i = 0; i < refused; i++) {
        refuse_1_2(&story, 10 + i);
        story_learn(knowledge, &story.facts);
    }
    for (int i = 0; i < 3; i++)
        take_1_2(20 + i);
    begin_1_2(&story, 10);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    is_said = story_says(&story, "version_mismatch", certainty);
    knowledge_free(knowledge);
    return is_said;
}

static void what_is_taken_later_does_not_speak_for_earlier_refusals(void)
{
    CU_ASSERT_TRUE(says(2, false, CAUSE_LIKELY));
    CU_ASSERT_TRUE(says(1, false, CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(says(2, true, CAUSE_POSSIBLE));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what is taken later does not speak for earlier refusals",
         what_is_taken_later_does_not_speak_for_earlier_refusals},
        CU_TEST_INFO_NULL,
    };

    return suite_run("known_version", tests);
}
