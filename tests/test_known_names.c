/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server, or a device before it, that goes by the name. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/suite.h"

enum {
    SEGMENT = 1460,
    VANISHES =
        -10, /* beside what story_refuse_how() knows: no octet of the hello is acknowledged */
    OTHER_CLIENT = 1
};

static struct knowledge *knowledge;

/* Begins so long after the first one. The name is one letter. */
static void begin_at(struct story *story, int seconds, char letter)
{
    char name[] = "?.example.com";
    struct story_offer offer = story_modern_offer();

    name[0] = letter;
    offer.name = name;
    story_begin_at(story, seconds * STORY_SECOND);
    story->connection.direction[SIDE_CLIENT].largest_segment = SEGMENT;
    story->knowledge = knowledge;
    story_client_hello(story, &offer);
}

/* The server, which never got it, may end what the client has given up. */
static void lose_hello(struct story *story, enum side ended_by)
{
    struct direction *direction = sent_by(story, SIDE_CLIENT);

    direction->most_retransmitted = 4;
    direction->retransmissions = 4;
    direction->smallest_unacknowledged = 500;
    direction->largest_unacknowledged = 500;
    direction->unacknowledged_octets = 500;
    story_wait(story, 6 * STORY_SECOND);
    story_fin(story, ended_by);
}

static void end(struct story *story, int how)
{
    if (how == VANISHES)
        lose_hello(story, SIDE_CLIENT);
    else
        story_refuse_how(story, how);
}

static void learn(int seconds, char letter, bool is_taken, int how, uint8_t client)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    begin_at(&story, seconds, letter);
    if (!is_taken)
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    if (is_taken) {
        story_flight_1_2(&story, &choice, 0);
        story_finish_1_2(&story);
    } else if (how == VANISHES) {
        lose_hello(&story, SIDE_SERVER);
    } else {
        end(&story, how);
    }
    story_learn(knowledge, story_facts(&story));
}

/* An uppercase letter is a hello that is taken up, for the name of this letter; a lowercase one is
 * refused. Successes are learned of before what was refused between them. */
static void learn_hellos(const char *hellos, int how, uint8_t client)
{
    knowledge = story_knowledge_new();
    for (int taken = 1; taken >= 0; taken--)
        for (int i = 0; hellos[i] != '\0'; i++) {
            bool is_taken = hellos[i] >= 'A' && hellos[i] <= 'Z';

            if (is_taken == (taken == 1))
                learn(10 * i, is_taken ? (char)(hellos[i] - 'A' + 'a') : hellos[i], is_taken, how,
                      client);
        }
}

static bool tells_names(struct story *story)
{
    return story_tells(story, "goes_by_name", "goes by the name");
}

static void a_name_that_is_refused_again_and_again_is_why(void)
{
    static const struct {
        int how;
        const char *cause;
    } rows[] = {
        {STORY_CLOSES, "unrecognized_sni"},
        {TLS_ALERT_HANDSHAKE_FAILURE, "unrecognized_sni"},
        {TLS_ALERT_INTERNAL_ERROR, "unrecognized_sni"},
        {STORY_RESETS, "reset_by_server"}, /* or a device on the way */
        {VANISHES, "packet_loss"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        learn_hellos("AxAxAxAxAxA", rows[i].how, 0);
        begin_at(&story, 100, 'x');
        end(&story, rows[i].how);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_TRUE(tells_names(&story));
        knowledge_free(knowledge);
    }
}

static void other_orders_of_hellos_tell_nothing_of_names(void)
{
    static const struct {
        const char *hellos;
        uint8_t client;
        bool is_told;
    } rows[] = {
        {"AxAxAxAxAxA", 0, true},
        {"AxAyAxAyAxAyA", 0, true},
        {"AxAxAxAxA", 0, false},             /* by chance */
        {"AAAAAAxxxxxx", 0, false},          /* since it was changed */
        {"AxAxAxAxAxAxAaA", 0, false},       /* what it takes is refused, too */
        {"AxAxAxAxXA", 0, false},            /* what it refuses is taken, too */
        {"AuAvAwAyAzA", 0, false},           /* one hello says nothing of its name */
        {"AxAxAxAxAxA", OTHER_CLIENT, true}, /* of others, and of this client now */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        learn_hellos(rows[i].hellos, STORY_CLOSES, rows[i].client);
        begin_at(&story, 200, 'x');
        end(&story, STORY_CLOSES);
        (void)story_cause(&story);
        CU_ASSERT_EQUAL(tells_names(&story), rows[i].is_told);
        if (tells_names(&story) != rows[i].is_told)
            printf("\n  %s\n", rows[i].hellos);
        knowledge_free(knowledge);
    }
}

/* The server may refuse the client, whatever it asks for. */
static void a_client_that_is_never_served_tells_nothing_of_names(void)
{
    struct story story;

    learn_hellos("AxAxAxAxAxA", STORY_CLOSES, OTHER_CLIENT);
    begin_at(&story, 200, 'x');
    story.connection.endpoint[SIDE_CLIENT].address.octets[15] = OTHER_CLIENT;
    end(&story, STORY_CLOSES);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_FALSE(tells_names(&story));
    knowledge_free(knowledge);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a name that is refused again and again is why",
         a_name_that_is_refused_again_and_again_is_why},
        {"other orders of hellos tell nothing of names",
         other_orders_of_hellos_tell_nothing_of_names},
        {"a client that is never served tells nothing of names",
         a_client_that_is_never_served_tells_nothing_of_names},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what goes by the name", tests);
}
