/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What waited for the end of the input belongs to the incident that it is counted with. */
#include "analyze/tracker.h"

#include <stdlib.h>

#include "tests/support/story_certificates.h"
#include "tests/support/story_incident.h"
#include "tests/support/story_tracker.h"
#include "tests/support/suite.h"

enum { ROOM = 1 << 20, REFUSALS = 2, SUCCESSES = 3 };

struct hearing {
    unsigned verdicts;
    unsigned with_incident; /* of the verdict's own cause */
};

static void hear(void *context, const struct verdict *verdict)
{
    struct hearing *hearing = context;

    hearing->verdicts++;
    hearing->with_incident +=
        verdict->incident != NULL && verdict->incident->cause == verdict->cause;
}

/* A client gets the certificate that a server sends alone. */
static void begin_certificate(struct story *story, uint8_t client)
{
    story_begin_at(story, client * STORY_SECOND);
    story_set_ends(story, client, 1);
    story_modern_hello(story);
    story_show_certificates(story, "circle_b", NULL);
}

static void judge_refusal(struct tracker *tracker, uint8_t client)
{
    struct story story;

    begin_certificate(&story, client);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    story_judge(tracker, &story);
}

/* Who takes it seems to have the issuer, as a root. */
static void judge_success(struct tracker *tracker, uint8_t client)
{
    struct story story;

    begin_certificate(&story, client);
    story_finish_1_2(&story);
    story_judge(tracker, &story);
}

/* Another server shows the issuer, which is no root. Its client's hello was not captured: what it
 * asked for is not known, and the certificate is learned under no name. */
static void judge_issuer(struct tracker *tracker, uint8_t client)
{
    struct story story;

    story_begin_at(&story, client * STORY_SECOND);
    story_set_ends(&story, client, 2);
    story_show_certificates(&story, "circle_a", NULL);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    story_judge(tracker, &story);
}

static void what_others_show_later_decides_on_the_incident_too(void)
{
    struct hearing hearing = {0};
    struct trust_store *trust = trust_store_new(certificates_path("store.pem"));
    const struct tracker_options options = {.memory_max = ROOM, .defer_max = ROOM, .trust = trust};
    const struct verdict_sink sink = {.context = &hearing, .take = hear};
    struct tracker *tracker = tracker_new(&options, &sink);
    struct incident **list;
    uint8_t client = 0;
    size_t count = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(tracker);
    while (client < REFUSALS)
        judge_refusal(tracker, client++);
    while (client < REFUSALS + SUCCESSES)
        judge_success(tracker, client++);
    judge_issuer(tracker, client);
    tracker_finish(tracker);
    CU_ASSERT_EQUAL(hearing.verdicts, REFUSALS + SUCCESSES + 1);
    CU_ASSERT_EQUAL(hearing.with_incident, REFUSALS);
    list = incidents_list(tracker_incidents(tracker), &count);
    CU_ASSERT_EQUAL_FATAL(count, 1);
    CU_ASSERT_STRING_EQUAL(list[0]->cause->id, "incomplete_chain");
    CU_ASSERT_EQUAL(list[0]->failures, REFUSALS);
    free(list);
    tracker_free(tracker);
    trust_store_free(trust);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what others show later decides on the incident, too",
         what_others_show_later_decides_on_the_incident_too},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tracker_incident", tests);
}
