/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that says decrypt_error(51): which signature does not verify is not said. */
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* A missing issuer would have another alert: without its key there is nothing to verify with. */
static void the_key_exchange_may_be_what_does_not_verify(void)
{
    static const struct {
        const char *files;
        size_t dh_bits; /* of a key exchange that is signed; 0: there is none */
        enum certainty certainty;
    } rows[] = {
        {"leaf intermediate", 2048, CAUSE_POSSIBLE},
        {"leaf intermediate", 0, CAUSE_LIKELY},
        {"leaf", 2048, CAUSE_POSSIBLE},
        {"leaf", 0, CAUSE_LIKELY},
    };
    struct judged judged;

    judged_begin(&judged);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story_choice choice = story_choice_1_2();
        struct story story;

        judged_chain(&judged, rows[i].files, "www.example.test", CERTIFICATES_TIME);
        story_begin_hello(&story);
        story_flight_1_2(&story, &choice, rows[i].dh_bits);
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR);
        (void)story_facts(&story);
        story.facts.chain[SIDE_SERVER] = &judged.judgement;
        diagnose(&story.facts, &story.verdict);
        CU_ASSERT_TRUE(story_says(&story, "bad_certificate", rows[i].certainty));
        CU_ASSERT_TRUE(story_considers(&story, "record_corruption"));
        CU_ASSERT_FALSE(story_considers(&story, "incomplete_chain"));
    }
    judged_end(&judged);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the key exchange may be what does not verify",
         the_key_exchange_may_be_what_does_not_verify},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes_signature", tests);
}
