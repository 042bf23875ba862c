/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts given at once, and given anew when later connections tell more. */
#include "analyze/tracker.h"

#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/story_opening.h"
#include "tests/support/story_tracker.h"
#include "tests/support/wire.h"

enum { FAILURES = 100, ROOM = 128 << 10 };

/* What was said, and said anew. */
struct hearing {
    struct tracker *tracker;
    unsigned failures;
    unsigned changed;
    unsigned mismatches;
};

static void hear(void *context, const struct verdict *verdict)
{
    struct hearing *hearing = context;

    hearing->failures += verdict->outcome == OUTCOME_FAILED && verdict->earlier == NULL;
    if (verdict->earlier == NULL)
        return;
    hearing->changed++;
    CU_ASSERT_TRUE(verdict->earlier->confidence < CAUSE_CERTAIN);
    hearing->mismatches +=
        strcmp(verdict->cause->id, "version_mismatch") == 0 && verdict->confidence == CAUSE_CERTAIN;
}

static void open_hearing(struct hearing *hearing, size_t revise_max)
{
    const struct tracker_options options = {.memory_max = ROOM, .revise_max = revise_max};
    const struct verdict_sink sink = {.context = hearing, .take = hear};

    *hearing = (struct hearing){0};
    hearing->tracker = tracker_new(&options, &sink);
    CU_ASSERT_PTR_NOT_NULL_FATAL(hearing->tracker);
}

static void begin(struct story *story, unsigned number, const story_list versions)
{
    struct story_offer offer = story_modern_offer();

    memcpy(offer.versions, versions, sizeof(offer.versions));
    story_begin_at(story, number * STORY_SECOND);
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)number;
    story_client_hello(story, &offer);
}

static void judge(struct hearing *hearing, struct story *story)
{
    story->connection.ended_ns = story->now_ns;
    story_judge(hearing->tracker, story);
}

/* Clients of TLS 1.3 alone are left without a word. */
static void refuse(struct hearing *hearing, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct story story;

        begin(&story, i, (story_list){TLS_VERSION_1_3});
        story_fin(&story, SIDE_SERVER);
        judge(hearing, &story);
    }
}

/* Others are taken, with TLS 1.2: the server has nothing better. */
static void establish(struct hearing *hearing, unsigned count)
{
    const struct story_choice choice = story_choice_1_2();

    for (unsigned i = 0; i < count; i++) {
        struct story story;

        begin(&story, FAILURES + i, (story_list){TLS_VERSION_1_3, TLS_VERSION_1_2});
        story_flight_1_2(&story, &choice, 0);
        story_finish_1_2(&story);
        judge(hearing, &story);
    }
}

static void what_others_tell_later_changes_what_was_said(void)
{
    struct hearing hearing;

    open_hearing(&hearing, (size_t)FAILURES * ROOM);
    refuse(&hearing, FAILURES);
    establish(&hearing, 20);
    CU_ASSERT_EQUAL(hearing.failures, FAILURES);
    CU_ASSERT_EQUAL(hearing.changed, 0);
    tracker_finish(hearing.tracker);
    CU_ASSERT_EQUAL(hearing.failures, FAILURES);
    CU_ASSERT_EQUAL(hearing.mismatches, FAILURES);
    CU_ASSERT_EQUAL(tracker_counters(hearing.tracker)->revised, hearing.changed);
    CU_ASSERT_EQUAL(tracker_counters(hearing.tracker)->unrevised, 0);
    tracker_free(hearing.tracker);
}

/* Those that came first have the room; of the others it is counted that nobody looks again. */
static void there_is_room_for_so_many_and_the_others_are_counted(void)
{
    struct hearing hearing;
    uint64_t unrevised;

    open_hearing(&hearing, ROOM);
    refuse(&hearing, FAILURES);
    unrevised = tracker_counters(hearing.tracker)->unrevised;
    CU_ASSERT_TRUE(unrevised > 0 && unrevised < FAILURES);
    establish(&hearing, 20);
    tracker_finish(hearing.tracker);
    CU_ASSERT_EQUAL(hearing.failures, FAILURES);
    CU_ASSERT_EQUAL(hearing.mismatches, FAILURES - unrevised);
    tracker_free(hearing.tracker);
}

static void without_room_nothing_is_kept(void)
{
    struct hearing hearing;

    open_hearing(&hearing, 0);
    refuse(&hearing, FAILURES);
    establish(&hearing, 20);
    tracker_finish(hearing.tracker);
    CU_ASSERT_EQUAL(hearing.failures, FAILURES);
    CU_ASSERT_EQUAL(hearing.changed, 0);
    CU_ASSERT_EQUAL(tracker_counters(hearing.tracker)->unrevised, 0);
    tracker_free(hearing.tracker);
}

/* A first look after half a minute, and another after two. */
static void what_is_due_is_looked_at_and_no_sooner(void)
{
    struct hearing hearing;
    int64_t last_ns = STORY_TIME + FAILURES * STORY_SECOND;

    open_hearing(&hearing, (size_t)FAILURES * ROOM);
    refuse(&hearing, FAILURES);
    establish(&hearing, 20);
    tracker_revise(hearing.tracker, STORY_TIME + TRACKER_FIRST_LOOK_NS - STORY_SECOND);
    CU_ASSERT_EQUAL(hearing.changed, 0);
    tracker_revise(hearing.tracker, last_ns + TRACKER_FIRST_LOOK_NS);
    CU_ASSERT_EQUAL(hearing.mismatches, FAILURES);
    tracker_revise(hearing.tracker, last_ns + TRACKER_SECOND_LOOK_NS);
    tracker_finish(hearing.tracker);
    CU_ASSERT_EQUAL(hearing.changed, FAILURES);
    tracker_free(hearing.tracker);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what others tell later changes what was said",
         what_others_tell_later_changes_what_was_said},
        {"there is room for so many, and the others are counted",
         there_is_room_for_so_many_and_the_others_are_counted},
        {"without room nothing is kept", without_room_nothing_is_kept},
        {"what is due is looked at, and no sooner", what_is_due_is_looked_at_and_no_sooner},
        CU_TEST_INFO_NULL,
    };

    return suite_run("revise", tests);
}
