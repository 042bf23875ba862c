/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that takes up at other times what it refuses does not refuse it for its name. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"

enum { NAMES = 12, SEGMENT = 1460 };

static const char *const names[NAMES] = {
    "a.example.com", "b.example.com", "c.example.com", "d.example.com",
    "e.example.com", "f.example.com", "g.example.com", "h.example.com",
    "i.example.com", "j.example.com", "k.example.com", "l.example.com",
};

static struct knowledge *knowledge;

static void begin(struct story *story, int64_t at_s, const struct story_offer *offer)
{
    story_begin_at(story, at_s * STORY_SECOND);
    story->connection.direction[SIDE_CLIENT].largest_segment = SEGMENT;
    story->knowledge = knowledge;
    story_client_hello(story, offer);
}

static struct story_offer offer_for(const char *name)
{
    struct story_offer offer = story_modern_offer();

    offer.name = name;
    return offer;
}

static void take_up(const char *name, int64_t at_s)
{
    struct story_offer offer = offer_for(name);
    struct story_choice choice = story_choice_1_2();
    struct story story;

    begin(&story, at_s, &offer);
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    story_learn(knowledge, story_facts(&story));
}

static void take_up_all(int64_t at_s)
{
    for (int i = 0; i < NAMES; i++)
        take_up(names[i], at_s + i);
}

static void refuse_offer(struct story *story, int64_t at_s, const struct story_offer *offer,
                         int how)
{
    begin(story, at_s, offer);
    story_refuse_how(story, how);
}

static void refuse(struct story *story, int64_t at_s, const char *name, int how)
{
    struct story_offer offer = offer_for(name);

    refuse_offer(story, at_s, &offer, how);
}

static void learn_refusals(int count, int64_t at_s, const char *name, int how)
{
    for (int i = 0; i < count; i++) {
        struct story story;

        refuse(&story, at_s + i, name, how);
        story_learn(knowledge, story_facts(&story));
    }
}

/* All names are taken up twice, so many of them after a refusal in this way. */
static void serve(int returns, int how)
{
    knowledge = story_knowledge_new();
    take_up_all(0);
    for (int i = 0; i < returns; i++)
        learn_refusals(1, 20 + i, names[i], how);
    take_up_all(40);
}

/* Another name is refused so often in this way, the server takes up others, and refuses it once
 * more. */
static void refuse_another(struct story *story, int count, int how)
{
    learn_refusals(count, 60, "another.example.com", how);
    take_up("a.example.com", 90);
    refuse(story, 60, "another.example.com", how);
    (void)story_cause(story);
}

static void a_server_that_refuses_any_name_now_and_then_serves_the_others(void)
{
    static const struct {
        int how;
        int refusals;
        const char *cause;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, 1, "no_shared_cipher"},
        {TLS_ALERT_INTERNAL_ERROR, 1, "internal_error"},
        {TLS_ALERT_ACCESS_DENIED, 1, "peer_alert"},
        {STORY_CLOSES, 2, "server_closed"},
        {STORY_RESETS, 2, "reset_by_server"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        serve(0, rows[i].how);
        refuse_another(&story, rows[i].refusals, rows[i].how);
        CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
        CU_ASSERT_FALSE(story_tells(&story, "server_known", "a name for which it had refused"));
        knowledge_free(knowledge);
        serve(4, rows[i].how);
        refuse_another(&story, rows[i].refusals, rows[i].how);
        CU_ASSERT_STRING_EQUAL(story.verdict.cause->id, rows[i].cause);
        CU_ASSERT_TRUE(story_tells(&story, "server_known",
                                   "4 times this server took up a hello for a name for which it "
                                   "had refused one in the same way"));
        CU_ASSERT_FALSE(story_tells(&story, "server_known", "none for this one"));
        knowledge_free(knowledge);
    }
}

static void a_name_that_chance_does_not_refuse_so_often_is_not_served(void)
{
    struct story story;

    serve(4, TLS_ALERT_HANDSHAKE_FAILURE);
    refuse_another(&story, 12, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* The other one may have been set up in between. */
static void one_name_that_was_put_right_says_nothing_of_another(void)
{
    struct story story;

    serve(1, TLS_ALERT_HANDSHAKE_FAILURE);
    refuse_another(&story, 1, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

static void what_comes_back_in_another_manner_says_nothing(void)
{
    struct story story;

    serve(4, STORY_CLOSES);
    refuse_another(&story, 1, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* Each was refused for its version, and the next hello had another one. */
static void what_was_refused_for_something_else_says_nothing(void)
{
    struct story_offer old = story_offer_1_0();
    struct story story;

    serve(0, TLS_ALERT_HANDSHAKE_FAILURE);
    for (int i = 0; i < NAMES; i++) {
        old.name = names[i];
        refuse_offer(&story, 55, &old, TLS_ALERT_HANDSHAKE_FAILURE);
        story_learn(knowledge, story_facts(&story));
    }
    take_up_all(60);
    refuse_another(&story, 1, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* A client tries again at once: its success is over before the refusal is learned of. */
static void a_refusal_that_is_learned_of_later_counts(void)
{
    struct story story;

    serve(0, TLS_ALERT_HANDSHAKE_FAILURE);
    for (int i = 0; i < 4; i++)
        learn_refusals(1, 20 + i, names[i], TLS_ALERT_HANDSHAKE_FAILURE);
    refuse_another(&story, 1, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_FALSE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "server_known", "4 times this server took up a hello"));
    knowledge_free(knowledge);
}

/* Where refusals are rare, one name that is refused again and again stands out. */
static void a_server_that_seldom_refuses_is_seldom_chance(void)
{
    struct story story;

    serve(2, TLS_ALERT_HANDSHAKE_FAILURE);
    for (int64_t at_s = 60; at_s < 80; at_s++)
        take_up_all(at_s);
    refuse_another(&story, 1, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_FALSE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    refuse_another(&story, 3, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a server that refuses any name now and then serves the others",
         a_server_that_refuses_any_name_now_and_then_serves_the_others},
        {"a name that chance does not refuse so often is not served",
         a_name_that_chance_does_not_refuse_so_often_is_not_served},
        {"one name that was put right says nothing of another",
         one_name_that_was_put_right_says_nothing_of_another},
        {"what comes back in another manner says nothing",
         what_comes_back_in_another_manner_says_nothing},
        {"what was refused for something else says nothing",
         what_was_refused_for_something_else_says_nothing},
        {"a refusal that is learned of later counts", a_refusal_that_is_learned_of_later_counts},
        {"a server that seldom refuses is seldom chance",
         a_server_that_seldom_refuses_is_seldom_chance},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what a server takes up that it refused", tests);
}
