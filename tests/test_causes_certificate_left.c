/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients that get a certificate with a visible fault, and leave without a word. */
#include "analyze/knowledge.h"
#include "dissect/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum { ASKED = 7, ASKED_ELSEWHERE = 8 };

/* Begin with the flight: a certificate for another name. */
static void begin_mismatch(struct story *story, struct judged *judged)
{
    judged_begin(judged);
    judged_chain(judged, "leaf intermediate", "www.elsewhere.test", CERTIFICATES_TIME);
    story_begin_flight_1_2(story);
}

/* End it with what is there. */
static enum certainty weigh_mismatch(struct story *story, const struct judged *judged,
                                     const struct known *known)
{
    (void)story_facts(story);
    story->facts.chain[SIDE_SERVER] = &judged->judgement;
    story->facts.known = known;
    return story_certainty(story, "hostname_mismatch");
}

static void who_takes_the_certificate_as_it_is_may_leave_for_another_reason(void)
{
    static const struct {
        bool is_taken;
        uint32_t asked;
        int64_t taken_ns; /* before or after this connection */
        enum certainty left;
    } rows[] = {
        {true, 0, 0, CAUSE_POSSIBLE},
        {false, ASKED, 60 * STORY_SECOND, CAUSE_POSSIBLE},
        {false, ASKED, -60 * STORY_SECOND, CAUSE_POSSIBLE},
        {false, ASKED, 3600 * STORY_SECOND, CAUSE_LIKELY}, /* it may have been another one */
        {false, ASKED_ELSEWHERE, 60 * STORY_SECOND, CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_attempt attempt = {.hello = {.began_ns = STORY_TIME, .asked = ASKED},
                                        .is_taken = rows[i].is_taken};
        struct known_client client = {
            .taken = {.began_ns = STORY_TIME + rows[i].taken_ns, .asked = rows[i].asked}};
        struct known known = {.attempt = &attempt, .client = &client};
        struct judged judged;
        struct story story;

        begin_mismatch(&story, &judged);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(weigh_mismatch(&story, &judged, &known), rows[i].left);
        CU_ASSERT_EQUAL(weigh_mismatch(&story, &judged, NULL), CAUSE_LIKELY);
        CU_ASSERT_EQUAL(story_certainty(&story, "client_abandoned"), CAUSE_POSSIBLE);
        judged_end(&judged);
        begin_mismatch(&story, &judged); /* it says so */
        story_fatal(&story, SIDE_CLIENT, TLS_ALERT_BAD_CERTIFICATE);
        CU_ASSERT_EQUAL(weigh_mismatch(&story, &judged, &known), CAUSE_LIKELY);
        judged_end(&judged);
    }
}

static void who_leaves_late_may_have_another_reason(void)
{
    static const struct {
        bool says_good_bye; /* some hold that back */
        bool
            begins_answer; /* with the change_cipher_spec that many send along with what they say */
        int64_t waited_ns;
        enum certainty left;
    } rows[] = {
        {false, false, 4 * STORY_SECOND, CAUSE_LIKELY},
        {false, false, 6 * STORY_SECOND, CAUSE_POSSIBLE},
        {true, false, 30 * STORY_SECOND, CAUSE_LIKELY},
        {true, false, 40 * STORY_SECOND, CAUSE_POSSIBLE},
        {false, true, 4 * STORY_SECOND, CAUSE_LIKELY},
        {false, true, 6 * STORY_SECOND, CAUSE_POSSIBLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct judged judged;
        struct story story;

        begin_mismatch(&story, &judged);
        story_wait(&story, rows[i].waited_ns);
        if (rows[i].begins_answer)
            story_ccs(&story, SIDE_CLIENT);
        if (rows[i].says_good_bye)
            story_fatal(&story, SIDE_CLIENT, TLS_ALERT_CLOSE_NOTIFY);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(weigh_mismatch(&story, &judged, NULL), rows[i].left);
        CU_ASSERT_EQUAL(story_certainty(&story, "client_abandoned"), CAUSE_POSSIBLE);
        judged_end(&judged);
    }
}

/* What it says is encrypted: its timer may have fired. */
static void who_says_something_late_may_have_another_reason(void)
{
    static const struct {
        int64_t waited_ns;
        enum certainty rejected;
    } rows[] = {{4 * STORY_SECOND, CAUSE_LIKELY}, {20 * STORY_SECOND, CAUSE_POSSIBLE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        story_begin_flight_1_3(&story);
        sent_by(&story, SIDE_SERVER)->last_data = story.connection.last;
        story_wait(&story, rows[i].waited_ns);
        story_protected(&story, SIDE_CLIENT, STORY_ALERT_RECORD);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_TRUE(story_says(&story, "certificate_rejected", rows[i].rejected));
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"who takes the certificate as it is may leave for another reason",
         who_takes_the_certificate_as_it_is_may_leave_for_another_reason},
        {"who leaves late may have another reason", who_leaves_late_may_have_another_reason},
        {"who says something late may have another reason",
         who_says_something_late_may_have_another_reason},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of a client that left at a certificate", tests);
}
