/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tracker has seen of a server tells of later connections without TLS. */
#include "analyze/tracker.h"
#include "tests/support/story_opening.h"
#include "tests/support/story_tracker.h"
#include "tests/support/suite.h"

enum { ROOM = 128 << 10 };

static void take(void *context, const struct verdict *verdict)
{
    *(enum outcome *)context = verdict->outcome;
}

/* The server takes up a handshake. */
static void judge_success(struct tracker *tracker, uint16_t port)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story.connection.endpoint[SIDE_SERVER].port = port;
    story_finish_1_2(&story);
    story_judge(tracker, &story);
}

static void judge_bad_request(struct tracker *tracker, uint16_t port)
{
    struct story story;

    story_begin(&story);
    story.connection.endpoint[SIDE_SERVER].port = port;
    story_plaintext(&story, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    story_plaintext(&story, SIDE_SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n");
    story_fin(&story, SIDE_SERVER);
    story_judge(tracker, &story);
}

static void a_server_that_was_seen_to_speak_tls_wants_it(void)
{
    enum { OURS = 8319, ANOTHER = 8320 };
    static const struct {
        uint16_t taken;
        enum outcome outcome;
    } rows[] = {{OURS, OUTCOME_FAILED}, {ANOTHER, OUTCOME_NOT_TLS}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum outcome outcome = OUTCOME_INCOMPLETE;
        const struct tracker_options options = {.memory_max = ROOM, .examine_all = true};
        const struct verdict_sink sink = {.context = &outcome, .take = take};
        struct tracker *tracker = tracker_new(&options, &sink);

        CU_ASSERT_PTR_NOT_NULL_FATAL(tracker);
        judge_success(tracker, rows[i].taken);
        CU_ASSERT_EQUAL(outcome, OUTCOME_ESTABLISHED);
        judge_bad_request(tracker, OURS);
        CU_ASSERT_EQUAL(outcome, rows[i].outcome);
        tracker_finish(tracker);
        tracker_free(tracker);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a server that was seen to speak TLS wants it",
         a_server_that_was_seen_to_speak_tls_wants_it},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tracker_known", tests);
}
