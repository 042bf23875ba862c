/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that fails and comes again at once: which of the two was learned first tells nothing. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/suite.h"

enum { OTHER_CLIENT = 77 };

static struct knowledge *knowledge;

static void begin(struct story *story, int64_t at_ns, const struct story_offer *offer)
{
    story_begin_at(story, at_ns);
    story->knowledge = knowledge;
    story_client_hello(story, offer);
    sent_by(story, SIDE_CLIENT)->largest_segment = 1460;
}

static void fail(struct story *story)
{
    const struct story_offer modern = story_modern_offer();

    begin(story, STORY_SECOND, &modern);
    story_refuse_how(story, STORY_RESETS);
}

static void learn_failure(void)
{
    struct story story;

    fail(&story);
    story_learn(knowledge, story_facts(&story));
}

/* So long after the failure began, with this offer, from an address with this last octet, where it
 * is not 0. */
static void learn_success(int64_t after_ns, const struct story_offer *offer, uint8_t client)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    begin(&story, STORY_SECOND + after_ns, offer);
    if (client != 0)
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    story_learn(knowledge, story_facts(&story));
}

static bool tells_retry(void)
{
    struct story story;

    fail(&story);
    (void)story_cause(&story);
    return story_tells(&story, "client_retry", "the same client tried again")
           && story_tells(&story, "client_retry", "with TLS 1.2 at most instead of TLS 1.3")
           && story_tells(&story, "client_retry", "and succeeded");
}

static void a_success_is_found_whichever_was_learned_first(void)
{
    static const struct {
        int64_t after_ns;
        bool is_told;
    } rows[] = {
        {STORY_SECOND / 10, true},
        {20 * STORY_SECOND, true},
        {40 * STORY_SECOND, false},
        {-STORY_SECOND / 10, false}, /* it began before */
    };
    const struct story_offer older = story_offer_1_2();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int success_first = 0; success_first <= 1; success_first++) {
            knowledge = story_knowledge_new();
            if (success_first)
                learn_success(rows[i].after_ns, &older, 0);
            learn_failure();
            if (!success_first)
                learn_success(rows[i].after_ns, &older, 0);
            CU_ASSERT_EQUAL(tells_retry(), rows[i].is_told);
            knowledge_free(knowledge);
        }
}

static void the_first_success_counts(void)
{
    const struct story_offer older = story_offer_1_2();
    struct story_offer other = story_offer_1_2();
    struct story story;

    other.name = NULL;
    knowledge = story_knowledge_new();
    learn_success(3 * STORY_SECOND, &other, 0);
    learn_success(STORY_SECOND, &older, 0);
    learn_failure();
    fail(&story);
    (void)story_cause(&story);
    CU_ASSERT_TRUE(story_tells(&story, "client_retry", "1000 ms after it began"));
    knowledge_free(knowledge);
}

static void what_others_do_is_no_other_attempt(void)
{
    const struct story_offer older = story_offer_1_2();
    const struct story_offer modern = story_modern_offer();

    knowledge = story_knowledge_new();
    learn_success(STORY_SECOND, &older, OTHER_CLIENT);
    learn_success(STORY_SECOND, &modern, 0);
    learn_failure();
    CU_ASSERT_FALSE(tells_retry());
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a success is found, whichever was learned first",
         a_success_is_found_whichever_was_learned_first},
        {"the first success counts", the_first_success_counts},
        {"what others do is no other attempt", what_others_do_is_no_other_attempt},
        CU_TEST_INFO_NULL,
    };

    return suite_run("other attempts of clients", tests);
}
