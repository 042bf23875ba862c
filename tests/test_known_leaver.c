/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that leaves one server after the other without a word. */
#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/suite.h"

/* The client has the flight of TLS 1.3 with a certificate that is known to have expired, after so
 * many servers with which it failed and succeeded, and leaves, with an alert if it is not 0. */
static enum certainty expiry_of(uint32_t failed_at, uint32_t established, uint8_t alert)
{
    const int64_t now = STORY_TIME / STORY_SECOND;
    struct known_client_rare rare = {0};
    struct known_client client = {
        .established.count = established,
        .failed.count = failed_at,
        .rare = &rare,
    };
    struct known_name name = {
        .certificate = {.known = true,
                        .seen_ns = STORY_TIME,
                        .valid_from = now - 100000,
                        .valid_until = now - 1000,
                        .end = CHAIN_END_ANCHORED,
                        .name = NAME_MATCH_SAN,
                        .trust_known = true},
    };
    struct known known = {.client = &client, .name = &name};
    struct story story;

    for (uint64_t server = 1; server <= failed_at; server++)
        sketch_add(&rare.failures.servers, server << 32);
    story_begin(&story);
    story_modern_hello(&story);
    story_flight_1_3(&story);
    if (alert != 0)
        story_fatal(&story, SIDE_CLIENT, alert);
    else
        story_fin(&story, SIDE_CLIENT);
    story_facts(&story);
    story.facts.known = &known;
    return story_certainty(&story, "certificate_expired");
}

static void one_that_leaves_everywhere_may_mean_no_certificate(void)
{
    CU_ASSERT_EQUAL(expiry_of(2, 0, 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(expiry_of(3, 0, 0), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(expiry_of(3, 1, 0), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(expiry_of(3, 0, TLS_ALERT_CERTIFICATE_EXPIRED), CAUSE_LIKELY);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"one that leaves everywhere may mean no certificate",
         one_that_leaves_everywhere_may_mean_no_certificate},
        CU_TEST_INFO_NULL,
    };

    return suite_run("known_leaver", tests);
}
