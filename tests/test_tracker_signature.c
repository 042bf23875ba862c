/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signature of a key exchange is verified once, however often its handshake is judged. */
#include "analyze/signature_ledger.h"
#include "analyze/tracker.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum {
    ROOM = 128 << 10,
    WAITING = 8 << 20,
    OVER = 3,
    LEFT_OUT = 2 * OVER,
    HANDSHAKES = SIGNATURE_LEDGER_PER_SECOND + OVER
};

static void ignore(void *context, const struct verdict *verdict)
{
    (void)context;
    (void)verdict;
}

/* A client leaves behind a signed key exchange, each at a server of its own. */
static void judge_refused(struct tracker *tracker, unsigned number, int64_t at_ns)
{
    struct story_choice choice = story_choice_1_2();
    struct observation observation = {.reason = CONNECTION_END_CLOSED};
    struct story story;

    story_begin_at(&story, at_ns);
    story_modern_hello(&story);
    story_flight_1_2(&story, &choice, 2048);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR);
    story.connection.endpoint[SIDE_SERVER].address.octets[15] = (uint8_t)number;
    story.connection.ended_ns = story.now_ns;
    observation.connection = &story.connection;
    observation.handshake = &story.handshake;
    observation.capture_end_ns = story.now_ns;
    tracker_judge(tracker, &observation);
}

/* More than its share in each of two seconds: one behind the other, or so far apart that no more is
 * kept of the first. */
static void each_is_verified_and_counted_once(void)
{
    static const struct {
        size_t defer_max, revise_max;
        int64_t second;
    } rows[] = {
        {WAITING, 0, 1},
        {WAITING, 0, SIGNATURE_LEDGER_SECONDS},
        {0, WAITING, 1},
        {0, WAITING, SIGNATURE_LEDGER_SECONDS},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct tracker_options options = {
            .memory_max = ROOM, .defer_max = rows[i].defer_max, .revise_max = rows[i].revise_max};
        const struct verdict_sink sink = {.take = ignore};
        struct tracker *tracker = tracker_new(&options, &sink);

        CU_ASSERT_PTR_NOT_NULL_FATAL(tracker);
        for (unsigned number = 0; number < HANDSHAKES; number++)
            judge_refused(tracker, number, 0);
        for (unsigned number = 0; number < HANDSHAKES; number++)
            judge_refused(tracker, number, rows[i].second * STORY_SECOND);
        tracker_finish(tracker);
        CU_ASSERT_EQUAL(tracker_counters(tracker)->signatures_left_out, LEFT_OUT);
        tracker_free(tracker);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"each is verified and counted once", each_is_verified_and_counted_once},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tracker_signature", tests);
}
