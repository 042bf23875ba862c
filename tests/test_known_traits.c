/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server, or what is before it, that refuses all hellos with something in common. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"

static struct knowledge *knowledge;

/* A hello of one of two kinds: one that any server takes, or one with something that few servers
 * cannot stand. */
enum kind { PLAIN, ODD };

static struct story_offer offer_with_ech(enum kind kind)
{
    struct story_offer offer = story_modern_offer();

    offer.broken = kind == ODD ? TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO : 0;
    return offer;
}

static struct story_offer offer_of_length(enum kind kind)
{
    static const char name[] =
        "a.name.of.this.length.makes.the.record.of.the.hello.long.enough.for."
        "it.to.be.one.that.some.servers.hang.at.example.org";
    struct story_offer offer = story_modern_offer();

    if (kind == ODD)
        offer.name = name;
    return offer;
}

static void begin_later(struct story *story, const struct story_offer *offer, int seconds)
{
    story_begin(story);
    story->knowledge = knowledge;
    story_hello_later(story, offer, seconds);
}

/* "o" is an odd hello that is refused, "O" one that is taken up; "p" and "P" are plain ones. */
static void learn_hellos(const char *hellos, struct story_offer (*offer_of)(enum kind kind),
                         int how)
{
    const struct story_choice choice = story_choice_1_2();

    knowledge = story_knowledge_new();
    for (int i = 0; hellos[i] != '\0'; i++) {
        bool is_taken = hellos[i] == 'O' || hellos[i] == 'P';
        struct story_offer offer = offer_of(hellos[i] == 'o' || hellos[i] == 'O' ? ODD : PLAIN);
        struct story story;

        begin_later(&story, &offer, 2 * i);
        if (is_taken) {
            story_flight_1_2(&story, &choice, 0);
            story_finish_1_2(&story);
        } else {
            story_refuse_how(&story, how);
        }
        story_learn(knowledge, story_facts(&story));
    }
}

static void a_server_may_end_all_hellos_with_one_trait(void)
{
    static const struct {
        struct story_offer (*offer_of)(enum kind kind);
        int how;
        const char *hellos;
        const char *alternative; /* NULL: none is told, nor the trait */
        const char *words;
    } rows[] = {
        {offer_with_ech, STORY_RESETS, "PPoPoPPoPoP", "middlebox_reset",
         "took up none, and ended 4"},
        {offer_with_ech, STORY_RESETS, "PPoPoPPOPoPoP", NULL, NULL}, /* one was taken up */
        {offer_with_ech, STORY_RESETS, "PPPPPooooPP", NULL, NULL},   /* an outage */
        {offer_with_ech, STORY_RESETS, "PpoPopPpoPopPp", NULL, NULL},
        {offer_of_length, STORY_CLOSES, "PPoPoPPoPoP", "large_client_hello_intolerance",
         "256 to 511"},
        {offer_of_length, TLS_ALERT_INTERNAL_ERROR, "PPoPoPPoPoP", NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = rows[i].offer_of(ODD);
        bool is_told;
        struct story story;

        learn_hellos(rows[i].hellos, rows[i].offer_of, rows[i].how);
        begin_later(&story, &offer, 4);
        story_refuse_how(&story, rows[i].how);
        (void)story_cause(&story);
        is_told = story_tells(&story, "server_known", "a device on the way");
        CU_ASSERT_EQUAL(is_told, rows[i].alternative != NULL);
        CU_ASSERT_TRUE(!is_told || story_tells(&story, "server_known", rows[i].words));
        CU_ASSERT_TRUE(!is_told || story_considers(&story, rows[i].alternative));
        knowledge_free(knowledge);
    }
}

static struct story_offer offer_with_ticket(enum kind kind)
{
    struct story_offer offer = story_modern_offer();

    if (kind == ODD)
        offer.further = story_resuming[0];
    return offer;
}

static struct story_offer offer_with_key(enum kind kind)
{
    struct story_offer offer = story_modern_offer();

    if (kind == ODD)
        offer.further = story_resuming[1];
    return offer;
}

static struct story_offer offer_with_session(enum kind kind)
{
    struct story_offer offer = story_offer_1_2();

    offer.session_id = kind == ODD ? 32 : 0;
    return offer;
}

/* A name that is served in a full handshake, and refused in none, tells of no other server. */
static void a_server_may_refuse_all_that_resume_a_session(void)
{
    static const struct {
        struct story_offer (*offer_of)(enum kind kind);
        const char *hellos;
        bool is_told;
    } rows[] = {
        {offer_with_ticket, "PoPoPoPoPoP", true},    {offer_with_key, "PoPoPoPoPoP", true},
        {offer_with_session, "PoPoPoPoPoP", true},   {offer_with_ticket, "POoPoPoPoPoP", false},
        {offer_with_session, "POoPoPoPoPoP", false}, {offer_with_ticket, "PPPPPoooo", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_offer offer = rows[i].offer_of(ODD);
        struct story story;

        learn_hellos(rows[i].hellos, rows[i].offer_of, TLS_ALERT_INTERNAL_ERROR);
        begin_later(&story, &offer, 6);
        story_refuse_how(&story, TLS_ALERT_INTERNAL_ERROR);
        CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
        CU_ASSERT_EQUAL(story_tells(&story, "server_known", "hellos that resume a session"),
                        rows[i].is_told);
        CU_ASSERT_FALSE(rows[i].is_told && story_tells(&story, "server_known", "several servers"));
        knowledge_free(knowledge);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a server may end all hellos with one trait", a_server_may_end_all_hellos_with_one_trait},
        {"a server may refuse all that resume a session",
         a_server_may_refuse_all_that_resume_a_session},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what hellos that are refused have in common", tests);
}
