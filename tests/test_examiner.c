/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/examiner.h"
#include "tests/support/story_certificates.h"
#include "tests/support/suite.h"

/* A handshake with TLS 1.2 whose server sends these certificates; of the second one NULL: none. */
static const struct facts *show(struct story *story, const char *leaf, const char *issuer)
{
    story_begin_hello(story);
    story_show_certificates(story, leaf, issuer);
    return story_facts(story);
}

/* Whether the issuer of a leaf that came alone is known from a handshake before. */
static bool knows_issuer(bool alone)
{
    struct trust_store *trust = trust_store_new(certificates_path("store.pem"));
    struct examiner *examiner = examiner_new(trust, NULL, NULL, alone);
    struct story story;
    struct facts facts;
    bool is_known;

    CU_ASSERT_PTR_NOT_NULL_FATAL(examiner);
    facts = *show(&story, "leaf_of_root", "intermediate");
    examiner_examine(examiner, &facts);
    CU_ASSERT_PTR_NOT_NULL_FATAL(facts.chain[SIDE_SERVER]);
    facts = *show(&story, "leaf", NULL);
    examiner_examine(examiner, &facts);
    CU_ASSERT_PTR_NOT_NULL_FATAL(facts.chain[SIDE_SERVER]);
    CU_ASSERT_EQUAL(facts.chain[SIDE_SERVER]->end, CHAIN_END_ISSUER_MISSING);
    is_known = facts.chain[SIDE_SERVER]->issuer_seen_completes;
    examiner_free(examiner);
    trust_store_free(trust);
    return is_known;
}

static void an_issuer_that_another_handshake_showed_is_known(void)
{
    CU_ASSERT_TRUE(knows_issuer(false));
}

static void a_handshake_that_is_judged_alone_knows_no_other(void)
{
    CU_ASSERT_FALSE(knows_issuer(true));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an issuer that another handshake showed is known",
         an_issuer_that_another_handshake_showed_is_known},
        {"a handshake that is judged alone knows no other",
         a_handshake_that_is_judged_alone_knows_no_other},
        CU_TEST_INFO_NULL,
    };

    return suite_run("examiner", tests);
}
