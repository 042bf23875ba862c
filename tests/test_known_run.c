/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that refuses one hello after the other since some time, whatever they offer. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/suite.h"

static struct knowledge *knowledge;

/* Begins so long after the first one. */
static void begin_at(struct story *story, int seconds, const struct story_offer *offer)
{
    story_begin_at(story, seconds * STORY_SECOND);
    story->knowledge = knowledge;
    story_client_hello(story, offer);
}

static void take_at(int seconds, const struct story_offer *offer, uint16_t group)
{
    struct story_choice choice = story_choice_1_3();
    struct story story;

    choice.share = group;
    begin_at(&story, seconds, offer);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_SERVER, 1200);
    story_learn_taken(&story);
}

static void refuse_at(int seconds, const struct story_offer *offer, int how)
{
    struct story story;

    begin_at(&story, seconds, offer);
    story_refuse_how(&story, how);
    story_learn(knowledge, story_facts(&story));
}

/* A browser's hello. */
static void learn_success(int seconds)
{
    struct story_offer modern = story_modern_offer();

    take_at(seconds, &modern, modern.shares[0]);
}

static void learn_refusal(int seconds, int how)
{
    struct story_offer modern = story_modern_offer();

    refuse_at(seconds, &modern, how);
}

/* SSL 3.0, with the suites of its time. */
static struct story_offer offer_ssl3(void)
{
    struct story_offer offer = {.legacy_version = TLS_VERSION_SSL3, .suites = {0x000a, 0x002f}};

    return offer;
}

/* An old hello is refused at this time. */
static void refuse_old(struct story *story, int seconds, int how)
{
    struct story_offer old = offer_ssl3();

    begin_at(story, seconds, &old);
    story_refuse_how(story, how);
    (void)story_cause(story);
}

static bool tells_run(struct story *story)
{
    return story_tells(story, "server_known", "refuses all in the same way since");
}

/* From the tenth second on, the server, which took up three hellos, refuses so many in this way. */
static void ban(int ordinary, int how)
{
    knowledge = story_knowledge_new();
    for (int i = 0; i < 3; i++)
        learn_success(i);
    for (int i = 0; i < ordinary; i++)
        learn_refusal(10 + i, how);
}

static void a_server_that_refuses_all_since_some_time_does_not_mean_what_is_unusual(void)
{
    static const struct {
        int how;
        const char *cause;
    } rows[] = {{STORY_RESETS, "reset_by_server"}, {STORY_CLOSES, "server_closed"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        ban(2, rows[i].how);
        refuse_old(&story, 20, rows[i].how);
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
        CU_ASSERT_FALSE(tells_run(&story));
        knowledge_free(knowledge);
        ban(3, rows[i].how);
        refuse_old(&story, 20, rows[i].how);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
        CU_ASSERT_TRUE(story_tells(&story, "server_known", "took up 3 hellos"));
        CU_ASSERT_TRUE(story_tells(&story, "server_known", "a ban of the client"));
        knowledge_free(knowledge);
    }
}

static void a_success_or_another_manner_ends_a_run_of_refusals(void)
{
    struct story story;

    ban(3, STORY_RESETS);
    learn_success(15);
    refuse_old(&story, 20, STORY_RESETS);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    knowledge_free(knowledge);
    ban(3, STORY_RESETS);
    learn_refusal(15, TLS_ALERT_INTERNAL_ERROR);
    refuse_old(&story, 20, STORY_RESETS);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* It would have been refused so before. */
static void an_old_hello_that_is_refused_otherwise_does_not_end_a_run(void)
{
    struct story_offer old = offer_ssl3();
    struct story story;

    ban(2, STORY_RESETS);
    refuse_at(13, &old, TLS_ALERT_PROTOCOL_VERSION);
    learn_refusal(14, STORY_RESETS);
    refuse_old(&story, 20, STORY_RESETS);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    CU_ASSERT_TRUE(tells_run(&story));
    knowledge_free(knowledge);
}

/* "+" is a hello that was taken up, "-" one that was refused; all began one second after the other,
 * and are learned of in the order that the numbers give. */
static bool makes_run(const char *hellos, const int *order)
{
    struct story story;
    bool is_run;
    int count = (int)strlen(hellos);

    knowledge = story_knowledge_new();
    for (int i = 0; i < count; i++)
        if (hellos[order[i]] == '+')
            learn_success(order[i]);
        else
            learn_refusal(order[i], STORY_RESETS);
    refuse_old(&story, count, STORY_RESETS);
    is_run = tells_run(&story);
    knowledge_free(knowledge);
    return is_run;
}

static void what_counts_is_when_the_connections_began(void)
{
    static const struct {
        const char *hellos;
        int order[8];
        bool is_run;
    } rows[] = {
        {"+++---", {0, 1, 2, 3, 4, 5}, true},
        {"+++---", {0, 1, 2, 5, 4, 3}, true},
        {"+-+-+-", {0, 2, 4, 1, 3, 5}, false}, /* refusals are learned of later */
        {"---+++", {3, 4, 5, 0, 1, 2}, false},
        {"-+---", {1, 0, 2, 3, 4}, true}, /* the first one is not of the run, and does not end it */
        {"-+---", {1, 2, 3, 4, 0}, true},
        {"++----+", {0, 1, 2, 3, 4, 5, 6}, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(makes_run(rows[i].hellos, rows[i].order), rows[i].is_run);
}

/* A refusal in another manner that began before the run is told of later. */
static void what_came_before_a_run_does_not_end_it(void)
{
    struct story story;

    ban(3, STORY_RESETS);
    learn_refusal(5, TLS_ALERT_INTERNAL_ERROR);
    refuse_old(&story, 20, STORY_RESETS);
    CU_ASSERT_TRUE(tells_run(&story));
    knowledge_free(knowledge);
}

/* What was refused may be all that its version has. */
static void a_version_that_the_server_never_chose_makes_no_run(void)
{
    struct story_offer only_1_2 = story_offer_1_2();
    struct story story;

    knowledge = story_knowledge_new();
    for (int i = 0; i < 3; i++)
        learn_success(i);
    for (int i = 3; i < 6; i++)
        refuse_at(i, &only_1_2, STORY_CLOSES);
    refuse_old(&story, 6, STORY_CLOSES);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* A server with P-384 alone refuses those who lack it. */
static void a_hello_without_what_the_server_chooses_makes_no_run(void)
{
    static const story_list with = {24}, without = {29, 23};

    for (int taken = 2; taken <= 3; taken++) {
        struct story_offer offer = story_modern_offer();
        struct story story;

        knowledge = story_knowledge_new();
        memcpy(offer.groups, with, sizeof(offer.groups));
        memcpy(offer.shares, with, sizeof(offer.shares));
        for (int i = 0; i < taken; i++)
            take_at(i, &offer, with[0]);
        memcpy(offer.groups, without, sizeof(offer.groups));
        memcpy(offer.shares, without, sizeof(offer.shares));
        for (int i = 3; i < 6; i++)
            refuse_at(i, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        begin_at(&story, 6, &offer);
        story_refuse_how(&story, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_EQUAL(story_says(&story, "no_shared_group", CAUSE_LIKELY), taken == 3);
        CU_ASSERT_EQUAL(tells_run(&story), taken < 3);
        knowledge_free(knowledge);
    }
}

/* Others took up another name. */
static void a_run_of_refusals_says_nothing_of_names(void)
{
    struct story_offer modern = story_modern_offer();
    struct story story;

    modern.name = "nobody.example.com";
    knowledge = story_knowledge_new();
    for (int i = 0; i < 3; i++)
        learn_success(i);
    for (int i = 3; i < 6; i++)
        refuse_at(i, &modern, TLS_ALERT_ACCESS_DENIED);
    begin_at(&story, 6, &modern);
    story_refuse_how(&story, TLS_ALERT_ACCESS_DENIED);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a server that refuses all since some time does not mean what is unusual",
         a_server_that_refuses_all_since_some_time_does_not_mean_what_is_unusual},
        {"a success or another manner ends a run of refusals",
         a_success_or_another_manner_ends_a_run_of_refusals},
        {"an old hello that is refused otherwise does not end a run",
         an_old_hello_that_is_refused_otherwise_does_not_end_a_run},
        {"what counts is when the connections began", what_counts_is_when_the_connections_began},
        {"what came before a run does not end it", what_came_before_a_run_does_not_end_it},
        {"a version that the server never chose makes no run",
         a_version_that_the_server_never_chose_makes_no_run},
        {"a hello without what the server chooses makes no run",
         a_hello_without_what_the_server_chooses_makes_no_run},
        {"a run of refusals says nothing of names", a_run_of_refusals_says_nothing_of_names},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what a run of refusals says", tests);
}
