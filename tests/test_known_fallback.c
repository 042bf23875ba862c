/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A second attempt with a lower version, at a server that ends it without a reason. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"

static struct knowledge *knowledge;

/* The server chooses TLS 1.3. */
static void learn_success(void)
{
    struct story story;

    story_begin_flight_1_3(&story);
    story.knowledge = knowledge;
    story_learn_taken(&story);
}

static struct story_offer marked_offer(void)
{
    struct story_offer offer = story_offer_1_2();

    offer.suites[8] = TLS_FALLBACK_SCSV;
    return offer;
}

static void refuse(struct story *story, const struct story_offer *offer, int how)
{
    story_begin(story);
    story->knowledge = knowledge;
    story_client_hello(story, offer);
    story_refuse_how(story, how);
}

static void a_server_with_a_better_version_may_close_at_the_mark(void)
{
    static const int ways[] = {STORY_CLOSES, TLS_ALERT_CLOSE_NOTIFY};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct story_offer offer = marked_offer();
        struct story story;

        knowledge = story_knowledge_new();
        refuse(&story, &offer, ways[i]);
        CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "inappropriate_fallback"));
        CU_ASSERT_TRUE(story_tells(&story, "fallback_scsv", "a second attempt"));
        learn_success();
        refuse(&story, &offer, ways[i]);
        CU_ASSERT_TRUE(story_says(&story, "inappropriate_fallback", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_tells(&story, "fallback_scsv", "a second attempt"));
        CU_ASSERT_TRUE(story_tells(&story, "server_known", "accepted only TLS 1.3"));
        knowledge_free(knowledge);
    }
}

/* It has an alert of its own: a server that says anything else means something else. */
static void another_alert_is_not_about_the_mark(void)
{
    struct story_offer offer = marked_offer();
    struct story story;

    knowledge = story_knowledge_new();
    learn_success();
    refuse(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "inappropriate_fallback"));
    CU_ASSERT_TRUE(story_tells(&story, "fallback_scsv", "a second attempt"));
    knowledge_free(knowledge);
}

static void what_ends_the_first_attempt_may_end_the_second(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer offer = marked_offer();
    struct story story;

    knowledge = story_knowledge_new();
    learn_success();
    refuse(&story, &modern, STORY_CLOSES);
    story_learn(knowledge, story_facts(&story));
    refuse(&story, &offer, STORY_CLOSES);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "inappropriate_fallback"));
    knowledge_free(knowledge);
}

static void the_same_hello_without_the_mark_is_no_fallback(void)
{
    struct story_offer offer = story_offer_1_2();
    struct story story;

    knowledge = story_knowledge_new();
    learn_success();
    refuse(&story, &offer, STORY_CLOSES);
    CU_ASSERT_TRUE(story_denies(&story, "inappropriate_fallback"));
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a server with a better version may close at the mark",
         a_server_with_a_better_version_may_close_at_the_mark},
        {"another alert is not about the mark", another_alert_is_not_about_the_mark},
        {"what ends the first attempt may end the second",
         what_ends_the_first_attempt_may_end_the_second},
        {"the same hello without the mark is no fallback",
         the_same_hello_without_the_mark_is_no_fallback},
        CU_TEST_INFO_NULL,
    };

    return suite_run("second attempts at known servers", tests);
}
