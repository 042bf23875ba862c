/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other hellos of a client tell of application protocols that a server does not refuse by name. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"

static struct knowledge *knowledge;

/* What is offered: the usual, with these protocols, and perhaps no TLS 1.3. */
struct hello {
    const char *alpn;
    bool is_older;
};

static void begin(struct story *story, int64_t at_s, const struct hello *hello)
{
    struct story_offer offer = story_modern_offer();

    offer.alpn = hello->alpn;
    if (hello->is_older)
        memset(offer.versions, 0, sizeof(offer.versions));
    story_begin_at(story, at_s * STORY_SECOND);
    story->knowledge = knowledge;
    story_client_hello(story, &offer);
}

static void take_up(int64_t at_s, const struct hello *hello)
{
    struct story_choice choice = story_choice_1_2();
    struct story story;

    begin(&story, at_s, hello);
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
    story_learn(knowledge, story_facts(&story));
}

static void refuse(struct story *story, int64_t at_s, const struct hello *hello, uint8_t alert)
{
    begin(story, at_s, hello);
    story_fatal(story, SIDE_SERVER, alert);
    (void)story_facts(story);
}

/* A hello is refused, and soon after another one is taken up. */
static void another_attempt_tells_what_was_refused(void)
{
    static const struct {
        struct hello first, next;
        uint8_t alert;
        const char *cause;
        enum certainty certainty;
        bool is_considered;
    } rows[] = {
        {{"x/9", false},
         {NULL, false},
         TLS_ALERT_INTERNAL_ERROR,
         "no_shared_alpn",
         CAUSE_LIKELY,
         true},
        {{"x/9", false},
         {"h2", false},
         TLS_ALERT_INTERNAL_ERROR,
         "no_shared_alpn",
         CAUSE_LIKELY,
         true},
        {{"h2", false},
         {NULL, false},
         TLS_ALERT_HANDSHAKE_FAILURE,
         "no_shared_alpn",
         CAUSE_LIKELY,
         true},
        {{"x/9", false},
         {NULL, true},
         TLS_ALERT_INTERNAL_ERROR,
         "no_shared_alpn",
         CAUSE_POSSIBLE,
         true},
        {{"x/9", false},
         {"x/9", true},
         TLS_ALERT_INTERNAL_ERROR,
         "internal_error",
         CAUSE_LIKELY,
         true},
        {{"h2", false},
         {NULL, true},
         TLS_ALERT_INTERNAL_ERROR,
         "internal_error",
         CAUSE_LIKELY,
         false},
        {{NULL, false},
         {NULL, true},
         TLS_ALERT_INTERNAL_ERROR,
         "internal_error",
         CAUSE_LIKELY,
         false},
        {{"x/9", false}, {NULL, false}, TLS_ALERT_ACCESS_DENIED, "peer_alert", CAUSE_LIKELY, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        knowledge = story_knowledge_new();
        refuse(&story, 10, &rows[i].first, rows[i].alert);
        story_learn(knowledge, story_facts(&story));
        take_up(12, &rows[i].next);
        refuse(&story, 10, &rows[i].first, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, rows[i].cause, rows[i].certainty));
        CU_ASSERT_EQUAL(story_considers(&story, "no_shared_alpn"), rows[i].is_considered);
        CU_ASSERT_EQUAL(story_tells(&story, "server_known", "takes up the same hello"),
                        rows[i].certainty == CAUSE_LIKELY && rows[i].is_considered
                            && strcmp(rows[i].cause, "no_shared_alpn") == 0);
        knowledge_free(knowledge);
    }
}

/* In TLS 1.3 the alert is encrypted. */
static void another_attempt_tells_what_is_hidden(void)
{
    static const struct {
        struct hello next;
        enum certainty certainty;
    } rows[] = {
        {{NULL, false}, CAUSE_LIKELY}, {{NULL, true}, CAUSE_POSSIBLE}, /* not the protocols alone */
    };
    const struct hello hello = {"x/9", false};
    struct story_choice choice = story_choice_1_3();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        knowledge = story_knowledge_new();
        for (int pass = 0; pass < 2; pass++) {
            struct story story;

            begin(&story, 10, &hello);
            story_server_hello(&story, &choice);
            story_ccs(&story, SIDE_SERVER);
            story_refuse(&story);
            CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_alpn"),
                            pass == 0 ? CAUSE_POSSIBLE : rows[i].certainty);
            story_learn(knowledge, story_facts(&story));
            if (pass == 0)
                take_up(12, &rows[i].next);
        }
        knowledge_free(knowledge);
    }
}

/* What it took up before counts where it takes up hellos later, too: it is no server that fails. */
static void a_hello_that_was_taken_up_before_tells_what_was_refused(void)
{
    static const struct {
        struct hello before, after;
        bool is_likely;
    } rows[] = {
        {{NULL, false}, {NULL, true}, true},
        {{NULL, true}, {NULL, true}, false},    /* another hello */
        {{"x/9", false}, {NULL, false}, false}, /* it was taken up once */
    };
    const struct hello hello = {"x/9", false};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        knowledge = story_knowledge_new();
        take_up(10, &rows[i].before);
        refuse(&story, 100, &hello, TLS_ALERT_INTERNAL_ERROR);
        CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_considers(&story, "no_shared_alpn"));
        story_learn(knowledge, story_facts(&story));
        take_up(200, &rows[i].after);
        refuse(&story, 100, &hello, TLS_ALERT_INTERNAL_ERROR);
        CU_ASSERT_EQUAL(story_certainty(&story, "no_shared_alpn"),
                        rows[i].is_likely ? CAUSE_LIKELY : CAUSE_NO);
        knowledge_free(knowledge);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"another attempt tells what was refused", another_attempt_tells_what_was_refused},
        {"a hello that was taken up before tells what was refused",
         a_hello_that_was_taken_up_before_tells_what_was_refused},
        {"another attempt tells what is hidden", another_attempt_tells_what_is_hidden},
        CU_TEST_INFO_NULL,
    };

    return suite_run("application protocols at known servers", tests);
}
