/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that refuses hellos with nothing unusual does not refuse others for what is. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"

enum { PORT_HTTPS = 443, PORT_OTHER = 5001 };

static struct knowledge *knowledge;
static uint16_t port;  /* of the server */
static uint8_t server; /* the end of its address */

static void begin_known(struct story *story)
{
    story_begin(story);
    story->connection.endpoint[SIDE_SERVER].port = port;
    story->connection.endpoint[SIDE_SERVER].address.octets[15] = server;
    story->knowledge = knowledge;
}

static void refuse(struct story *story, const struct story_offer *offer, int how)
{
    begin_known(story);
    story_client_hello(story, offer);
    story_refuse_how(story, how);
}

static void learn_refusals(int count, const struct story_offer *offer, int how)
{
    for (int i = 0; i < count; i++) {
        struct story story;

        refuse(&story, offer, how);
        story_learn(knowledge, story_facts(&story));
    }
}

static void learn_success_of(const struct story_offer *offer)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    begin_known(&story);
    story_client_hello(&story, offer);
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    story_learn(knowledge, story_facts(&story));
}

static void learn_success(void)
{
    struct story_offer modern = story_modern_offer();

    learn_success_of(&modern);
}

static void open_knowledge(void)
{
    port = PORT_HTTPS;
    server = 0;
    knowledge = story_knowledge_new();
}

static struct story_offer nameless_offer(void)
{
    struct story_offer offer = story_modern_offer();

    offer.name = NULL;
    return offer;
}

static struct story_offer offer_of_rare_groups(void)
{
    struct story_offer offer = story_modern_offer();

    memcpy(offer.groups, (story_list){30}, sizeof(offer.groups)); /* x448 */
    memcpy(offer.shares, offer.groups, sizeof(offer.shares));
    return offer;
}

/* A hello is refused in this way after some ordinary ones were. */
static void refuse_after_ordinary(struct story *story, const struct story_offer *offer, int how,
                                  int ordinary)
{
    struct story_offer modern = story_modern_offer();

    open_knowledge();
    learn_refusals(ordinary, &modern, how);
    refuse(story, offer, how);
    (void)story_facts(story);
}

static void what_is_unusual_is_no_reason_where_everybody_is_refused(void)
{
    static const struct {
        struct story_offer (*offer)(void);
        int how;
        const char *alone;
        const char *among_others;
        enum certainty certainty;
    } rows[] = {
        {story_offer_1_0, TLS_ALERT_HANDSHAKE_FAILURE, "version_mismatch", "no_shared_cipher",
         CAUSE_POSSIBLE},
        {story_offer_1_0, TLS_ALERT_INTERNAL_ERROR, "version_mismatch", "internal_error",
         CAUSE_LIKELY},
        {story_offer_1_0, STORY_CLOSES, "version_mismatch", "server_closed", CAUSE_LIKELY},
        {story_offer_1_0, STORY_RESETS, "version_mismatch", "reset_by_server", CAUSE_LIKELY},
        {nameless_offer, TLS_ALERT_INTERNAL_ERROR, "missing_sni", "internal_error", CAUSE_LIKELY},
        {offer_of_rare_groups, TLS_ALERT_HANDSHAKE_FAILURE, "no_shared_group", "no_shared_cipher",
         CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = rows[i].offer();
        struct story story;

        refuse_after_ordinary(&story, &offer, rows[i].how, 2);
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_STRING_EQUAL(story.verdict.cause->id, rows[i].alone);
        knowledge_free(knowledge);
        refuse_after_ordinary(&story, &offer, rows[i].how, 3);
        CU_ASSERT_TRUE(story_says(&story, rows[i].among_others, rows[i].certainty));
        CU_ASSERT_TRUE(story_considers(&story, rows[i].alone));
        knowledge_free(knowledge);
    }
}

/* Suites are the first guess with ordinary hellos, too. */
static void unusual_suites_are_no_more_than_possible_then(void)
{
    struct story_offer offer = story_offer_1_2();
    struct story story;

    memcpy(offer.suites, (story_list){0x002f}, sizeof(offer.suites));
    refuse_after_ordinary(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE, 2);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    knowledge_free(knowledge);
    refuse_after_ordinary(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE, 3);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    knowledge_free(knowledge);
}

/* One hello with a name, of a client that tries it either way, tells as much, unless others with a
 * name are taken up. */
static void a_name_is_not_what_is_missing_where_one_is_refused_too(void)
{
    struct story_offer offer = nameless_offer();

    for (int ordinary = 0; ordinary <= 3; ordinary++) {
        struct story story;

        refuse_after_ordinary(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE, ordinary);
        CU_ASSERT_TRUE(ordinary == 0 ? story_says(&story, "missing_sni", CAUSE_LIKELY)
                                     : story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
        CU_ASSERT_TRUE(ordinary == 0 || story_considers(&story, "missing_sni"));
        learn_success();
        refuse(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_LIKELY) == (ordinary < 2));
        knowledge_free(knowledge);
    }
}

/* It takes up what offers no more than TLS 1.2. */
static void a_server_may_not_understand_an_offer_of_tls_1_3(void)
{
    static const struct {
        int how;
        const char *cause;
        int refused;
        bool took_one;
        bool is_told;
    } rows[] = {
        {STORY_RESETS, "reset_by_server", 3, false, true},
        {STORY_CLOSES, "server_closed", 3, false, true},
        {STORY_CLOSES, "server_closed", 2, false, false},
        {STORY_CLOSES, "server_closed", 3, true, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer modern = story_modern_offer();
        struct story_offer old = story_offer_1_2();
        struct story story;

        open_knowledge();
        for (int taken = 0; taken < 3; taken++)
            learn_success_of(&old);
        learn_refusals(rows[i].refused, &modern, rows[i].how);
        if (rows[i].took_one)
            learn_success();
        refuse(&story, &modern, rows[i].how);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story_considers(&story, "version_mismatch"), rows[i].is_told);
        CU_ASSERT_EQUAL(story_tells(&story, "server_known", "hellos that offer TLS 1.3"),
                        rows[i].is_told);
        knowledge_free(knowledge);
    }
}

/* The extension srp of a user. */
static const struct bytes user = {.data = (const uint8_t *)"\0\14\0\4\3zoe", .len = 8};

static void another_way_to_refuse_is_another_reason(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer old = story_offer_1_0();
    struct story story;

    open_knowledge();
    learn_refusals(3, &modern, STORY_CLOSES);
    learn_refusals(3, &modern, TLS_ALERT_INTERNAL_ERROR);
    refuse(&story, &old, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    refuse(&story, &old, STORY_RESETS);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

static void a_server_that_took_up_a_hello_does_not_refuse_everybody(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer old = story_offer_1_0();
    struct story story;

    open_knowledge();
    learn_refusals(3, &modern, STORY_CLOSES);
    learn_success();
    refuse(&story, &old, STORY_CLOSES);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

static struct story_offer offer_of_another_name(void)
{
    struct story_offer offer = story_modern_offer();

    offer.name = "nobody.example.com";
    return offer;
}

/* Programs call it an error of their own that they find no certificate for a name, or without one.
 * On a port where few clients give one, that says something only where all others did. */
static void an_error_of_the_servers_own_may_be_about_the_name(void)
{
    static const struct {
        struct story_offer (*offer)(void);
        int taken;
        const char *cause;
        enum certainty certainty;
    } rows[] = {
        {offer_of_another_name, 3, "unrecognized_sni", CAUSE_POSSIBLE},
        {offer_of_another_name, 2, "internal_error", CAUSE_LIKELY},
        {nameless_offer, 3, "missing_sni", CAUSE_POSSIBLE},
        {nameless_offer, 2, "internal_error", CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = rows[i].offer();
        struct story_offer old = story_offer_1_0();
        struct story story;

        offer.alpn = NULL;
        open_knowledge();
        port = PORT_OTHER;
        for (int taken = 0; taken < rows[i].taken; taken++)
            learn_success();
        learn_refusals(1, &old, TLS_ALERT_INTERNAL_ERROR); /* others are refused, too */
        learn_refusals(1, &offer, TLS_ALERT_INTERNAL_ERROR);
        begin_known(&story);
        story_hello_later(&story, &offer, 10);
        story_refuse_how(&story, TLS_ALERT_INTERNAL_ERROR);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_TRUE(rows[i].certainty == CAUSE_LIKELY
                       || story_considers(&story, "internal_error"));
        CU_ASSERT_TRUE(rows[i].offer != nameless_offer || rows[i].taken > 2
                       || story_denies(&story, "missing_sni"));
        knowledge_free(knowledge);
    }
}

/* A server with TLS 1.3 alone refuses the former, one with a strange name the latter. */
static void hellos_with_something_unusual_say_nothing(void)
{
    struct story_offer offer_1_2 = story_offer_1_2();
    struct story_offer nameless = nameless_offer();
    struct story_offer old = story_offer_1_0();
    struct story story;

    open_knowledge();
    learn_refusals(3, &offer_1_2, TLS_ALERT_HANDSHAKE_FAILURE);
    learn_refusals(3, &nameless, TLS_ALERT_HANDSHAKE_FAILURE);
    learn_refusals(3, &old, TLS_ALERT_HANDSHAKE_FAILURE);
    refuse(&story, &old, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* The server takes a modern hello after it refused one; then this one is refused in this way. */
static void refuse_after_success(struct story *story, const struct story_offer *offer, int how)
{
    struct story_offer old = story_offer_1_0();

    open_knowledge();
    learn_refusals(1, &old, TLS_ALERT_PROTOCOL_VERSION);
    learn_success();
    refuse(story, offer, how);
    (void)story_facts(story);
}

static void what_was_taken_up_as_it_is_is_not_why(void)
{
    static const struct {
        int how;
        const char *cause;
        const char *alternative;
    } rows[] = {
        {TLS_ALERT_HANDSHAKE_FAILURE, "peer_alert", "no_shared_cipher"},
        {STORY_CLOSES, "server_closed", "unrecognized_sni"},
        {STORY_RESETS, "reset_by_server", "unrecognized_sni"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = story_modern_offer();
        struct story story;

        refuse_after_success(&story, &offer, rows[i].how);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), rows[i].cause);
        CU_ASSERT_TRUE(story_denies(&story, rows[i].alternative));
        CU_ASSERT_TRUE(story_tells(&story, "server_known", "offers just the same"));
        knowledge_free(knowledge);
    }
}

/* Another name, or another list of groups, is another hello; and of several servers one may lack
 * what is unusual. An alert that names a field speaks of it. */
static void another_hello_acquits_nobody(void)
{
    struct story_offer other_name = story_modern_offer();
    struct story_offer other_groups = story_modern_offer();
    struct story_offer modern = story_modern_offer();
    struct story story;

    other_name.name = "nobody.example.com";
    refuse_after_success(&story, &other_name, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    knowledge_free(knowledge);
    memcpy(other_groups.groups, (story_list){23, 24, 25}, sizeof(other_groups.groups));
    refuse_after_success(&story, &other_groups, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    knowledge_free(knowledge);
    refuse_after_success(&story, &modern, TLS_ALERT_INSUFFICIENT_SECURITY);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_tells(&story, "server_known", "offers just the same"));
    knowledge_free(knowledge);
}

/* The server may not know that session or that user. */
static void a_hello_that_names_a_session_or_a_user_is_another_one(void)
{
    const struct bytes further[] = {story_resuming[0], story_resuming[1], user};

    for (size_t i = 0; i < sizeof(further) / sizeof(further[0]); i++) {
        struct story_offer offer = story_modern_offer();
        struct story story;

        offer.further = further[i];
        refuse_after_success(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
        (void)story_cause(&story);
        CU_ASSERT_FALSE(story_tells(&story, "server_known", "offers just the same"));
        knowledge_free(knowledge);
        open_knowledge();
        learn_refusals(1, &offer, TLS_ALERT_INTERNAL_ERROR);
        learn_success_of(&offer);
        refuse(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
        (void)story_cause(&story);
        CU_ASSERT_TRUE(story_tells(&story, "server_known", "offers just the same"));
        knowledge_free(knowledge);
    }
}

static void a_user_that_is_refused_is_told(void)
{
    struct story_offer offer = nameless_offer();
    struct story story;

    offer.further = user;
    offer.alpn = NULL;
    open_knowledge();
    port = PORT_OTHER;
    refuse(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "internal_error"));
    CU_ASSERT_TRUE(story_tells(&story, "password_user", "\"zoe\""));
    learn_success();
    offer = story_modern_offer();
    offer.further = user;
    refuse(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "record_corruption", CAUSE_LIKELY));
    knowledge_free(knowledge);
}

/* Other servers take its hellos as they are: this one may want a name, or something else. */
static void a_client_that_gets_on_without_a_name_may_lack_something_else(void)
{
    const struct story_offer offer = nameless_offer();

    for (uint8_t others = 0; others <= 3; others++) {
        struct story story;

        open_knowledge();
        for (server = 1; server <= others; server++)
            learn_success_of(&offer);
        refuse(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_EQUAL(story_says(&story, "missing_sni", CAUSE_LIKELY), others < 3);
        CU_ASSERT_TRUE(story_considers(&story, "missing_sni"));
        for (int taken = 0; taken < 3; taken++) /* with a name */
            learn_success();
        refuse(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_LIKELY));
        knowledge_free(knowledge);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what was taken up as it is is not why", what_was_taken_up_as_it_is_is_not_why},
        {"another hello acquits nobody", another_hello_acquits_nobody},
        {"what is unusual is no reason where everybody is refused",
         what_is_unusual_is_no_reason_where_everybody_is_refused},
        {"unusual suites are no more than possible then",
         unusual_suites_are_no_more_than_possible_then},
        {"a name is not what is missing where one is refused too",
         a_name_is_not_what_is_missing_where_one_is_refused_too},
        {"a server may not understand an offer of TLS 1.3",
         a_server_may_not_understand_an_offer_of_tls_1_3},
        {"a hello that names a session or a user is another one",
         a_hello_that_names_a_session_or_a_user_is_another_one},
        {"a user that is refused is told", a_user_that_is_refused_is_told},
        {"another way to refuse is another reason", another_way_to_refuse_is_another_reason},
        {"a server that took up a hello does not refuse everybody",
         a_server_that_took_up_a_hello_does_not_refuse_everybody},
        {"an error of the server's own may be about the name",
         an_error_of_the_servers_own_may_be_about_the_name},
        {"hellos with something unusual say nothing", hellos_with_something_unusual_say_nothing},
        {"a client that gets on without a name may lack something else",
         a_client_that_gets_on_without_a_name_may_lack_something_else},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what refusals of others say", tests);
}
