/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When RSTs in the names of several servers speak for something between that looks at names. */
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/story_known.h"

enum { VISITS_MAX = 8, CLIENT = 7, OTHER_CLIENT = 8, SOON = 60, LATE = 400 };

/* A connection to the server with this last octet, at this second. */
struct visit {
    const char *name;
    uint8_t server;
    uint8_t client;
    uint16_t at_s;
    bool taken; /* else a RST in the server's name answers the hello */
};

static struct knowledge *knowledge;

static void begin(struct story *story, const struct visit *visit)
{
    struct story_offer offer = story_modern_offer();

    offer.name = visit->name;
    story_begin_at(story, visit->at_s * STORY_SECOND);
    story->connection.last.time_ns = story->connection.first.time_ns;
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = visit->client;
    story->connection.endpoint[SIDE_SERVER].address.octets[15] = visit->server;
    story->knowledge = knowledge;
    story_client_hello(story, &offer);
}

static void end(struct story *story, bool is_taken)
{
    const struct story_choice choice = story_choice_1_2();

    if (!is_taken) {
        story_rst(story, SIDE_SERVER);
        return;
    }
    story_flight_1_2(story, &choice, 0);
    story_finish_1_2(story);
}

/* Learn from all visits, then judge the first of them. */
static void judge_first(const struct visit *visits, struct story *story)
{
    knowledge = story_knowledge_new();
    for (size_t i = 0; visits[i].name != NULL; i++) {
        struct story other;

        begin(&other, &visits[i]);
        end(&other, visits[i].taken);
        CU_ASSERT_EQUAL(story_facts(&other)->outcome,
                        visits[i].taken ? OUTCOME_ESTABLISHED : OUTCOME_FAILED);
        story_learn(knowledge, story_facts(&other));
    }
    begin(story, &visits[0]);
    end(story, false);
    (void)story_facts(story);
}

static bool is_of_server_alone(const struct visit *visits)
{
    struct story story;
    bool result;

    judge_first(visits, &story);
    result = story_says(&story, "reset_by_server", CAUSE_LIKELY)
             && story_denies(&story, "middlebox_reset");
    knowledge_free(knowledge);
    return result;
}

static bool has_alternative(const struct verdict *verdict, const char *id)
{
    for (size_t i = 0; i < verdict->alternative_count; i++)
        if (strcmp(verdict->alternatives[i]->id, id) == 0)
            return true;
    return false;
}

static bool has_evidence(const struct verdict *verdict, const char *text)
{
    for (size_t i = 0; i < verdict->evidence.count; i++)
        if (strstr(verdict->evidence.items[i].text, text) != NULL)
            return true;
    return false;
}

static void several_servers_and_names_speak_for_what_is_between(void)
{
    static const struct visit visits[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false},
        {"b.example", 2, CLIENT, 2, false},
        {"a.example", 3, CLIENT, 3, false},
        {"good.example", 3, CLIENT, 4, true},
    };
    struct story story;

    judge_first(visits, &story);
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(has_alternative(&story.verdict, "reset_by_server"));
    CU_ASSERT_TRUE(has_evidence(&story.verdict, "3 servers reset this client after hellos for 2 "
                                                "names that nobody serves it"));
    knowledge_free(knowledge);
}

/* The server that takes up another name may do so before. */
static void the_order_does_not_matter(void)
{
    static const struct visit visits[VISITS_MAX] = {
        {"a.example", 3, CLIENT, 3, false},
        {"good.example", 1, CLIENT, 0, true},
        {"b.example", 1, CLIENT, 1, false},
        {"A.EXAMPLE", 2, CLIENT, 2, false},
    };
    struct story story;

    judge_first(visits, &story);
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_POSSIBLE));
    knowledge_free(knowledge);
}

/* All but one thing is as it must be. */
static void less_speaks_for_the_servers(void)
{
    static const struct visit two_servers[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false},
        {"b.example", 2, CLIENT, 2, false},
        {"a.example", 2, CLIENT, 3, false},
        {"good.example", 2, CLIENT, 4, true},
    };
    static const struct visit one_name[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false},
        {"A.example", 2, CLIENT, 2, false},
        {"a.example", 3, CLIENT, 3, false},
        {"good.example", 3, CLIENT, 4, true},
    };
    static const struct visit no_other_name[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false},
        {"b.example", 2, CLIENT, 2, false},
        {"a.example", 3, CLIENT, 3, false},
        {"good.example", 4, CLIENT, 4, true},
    };
    static const struct visit another_client[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false},
        {"b.example", 2, CLIENT, 2, false},
        {"a.example", 3, OTHER_CLIENT, 3, false},
        {"good.example", 2, CLIENT, 4, true},
    };
    static const struct visit taken_by_another[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false},
        {"b.example", 2, CLIENT, 2, false},
        {"a.example", 3, CLIENT, 3, false},
        {"good.example", 3, OTHER_CLIENT, 4, true},
    };

    CU_ASSERT_TRUE(is_of_server_alone(two_servers));
    CU_ASSERT_TRUE(is_of_server_alone(one_name));
    CU_ASSERT_TRUE(is_of_server_alone(no_other_name));
    CU_ASSERT_TRUE(is_of_server_alone(another_client));
    CU_ASSERT_TRUE(is_of_server_alone(taken_by_another));
}

/* A service that is down for a while resets hellos for the names that it serves. */
static void a_name_that_is_served_is_not_what_is_reset(void)
{
    static const struct visit elsewhere[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false}, {"b.example", 2, CLIENT, 2, false},
        {"a.example", 3, CLIENT, 3, false}, {"good.example", 3, CLIENT, 4, true},
        {"a.example", 4, CLIENT, 5, true},
    };
    static const struct visit before[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 4, false},   {"b.example", 2, CLIENT, 5, false},
        {"c.example", 3, CLIENT, 1, true},    {"c.example", 3, CLIENT, 6, false},
        {"good.example", 2, CLIENT, 7, true},
    };
    static const struct visit to_another[VISITS_MAX] = {
        {"a.example", 1, CLIENT, 1, false},      {"b.example", 2, CLIENT, 2, false},
        {"b.example", 3, CLIENT, 3, false},      {"good.example", 3, CLIENT, 4, true},
        {"a.example", 1, OTHER_CLIENT, 5, true},
    };

    CU_ASSERT_TRUE(is_of_server_alone(elsewhere));
    CU_ASSERT_TRUE(is_of_server_alone(before));
    CU_ASSERT_TRUE(is_of_server_alone(to_another));
}

/* Those of another hour have another reason, and are not counted with these. */
static void what_is_far_apart_does_not_belong_together(void)
{
    static const struct visit apart[VISITS_MAX] = {
        {"a.example", 1, CLIENT, LATE, false}, {"b.example", 2, CLIENT, 0, false},
        {"b.example", 3, CLIENT, 1, false},    {"good.example", 3, CLIENT, 2, true},
        {"a.example", 1, CLIENT, LATE, false},
    };
    static const struct visit together[VISITS_MAX] = {
        {"a.example", 1, CLIENT, SOON, false},
        {"b.example", 2, CLIENT, 0, false},
        {"b.example", 3, CLIENT, 1, false},
        {"good.example", 3, CLIENT, 2, true},
    };
    struct story story;

    CU_ASSERT_TRUE(is_of_server_alone(apart));
    judge_first(together, &story);
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_POSSIBLE));
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"several servers and names speak for what is between",
         several_servers_and_names_speak_for_what_is_between},
        {"the order does not matter", the_order_does_not_matter},
        {"less speaks for the servers", less_speaks_for_the_servers},
        {"a name that is served is not what is reset", a_name_that_is_served_is_not_what_is_reset},
        {"what is far apart does not belong together", what_is_far_apart_does_not_belong_together},
        CU_TEST_INFO_NULL,
    };

    return suite_run("known_resets", tests);
}
