/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that refuses a hello behind a PROXY protocol header, and took up such ones before. */
#include "dissect/tls.h"
#include "tests/support/story_known.h"
#include "tests/support/suite.h"

static struct knowledge *knowledge;

/* A hello, maybe behind a header, so long after the first one. */
static void begin_at(struct story *story, int seconds, bool has_header)
{
    story_begin_at(story, seconds * STORY_SECOND);
    story->knowledge = knowledge;
    if (has_header)
        story_plaintext(story, SIDE_CLIENT, "PROXY TCP4 203.0.113.7 198.51.100.1 50000 443\r\n");
    story->handshake.switched = has_header;
    story_modern_hello(story);
}

static void take_at(int seconds, bool has_header)
{
    struct story_choice choice = story_choice_1_3();
    struct story story;

    begin_at(&story, seconds, has_header);
    story_server_hello(&story, &choice);
    story_protected(&story, SIDE_SERVER, 1200);
    story_learn_taken(&story);
    CU_ASSERT_EQUAL(story.facts.proxy.version, has_header ? 1 : 0);
}

/* How well the header explains that the server ends it in this way. */
static enum certainty weigh_header(int how)
{
    struct story story;

    begin_at(&story, 60, true);
    story_refuse_how(&story, how);
    return story_certainty(&story, "plaintext_on_tls_port");
}

static void a_server_that_takes_headers_refuses_for_another_reason(void)
{
    static const int ways[] = {STORY_CLOSES, STORY_RESETS, TLS_ALERT_PROTOCOL_VERSION,
                               TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_DECODE_ERROR};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        knowledge = story_knowledge_new();
        take_at(0, false);
        CU_ASSERT_EQUAL(weigh_header(ways[i]), CAUSE_LIKELY);
        take_at(1, true);
        CU_ASSERT_EQUAL(weigh_header(ways[i]), CAUSE_POSSIBLE);
        knowledge_free(knowledge);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a server that takes headers refuses for another reason",
         a_server_that_takes_headers_refuses_for_another_reason},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what is known of PROXY protocol headers", tests);
}
