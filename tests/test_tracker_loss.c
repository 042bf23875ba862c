/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What silence proves in a capture that lacks packets of other connections. */
#include "analyze/tracker.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum { ROOM = 128 << 10 };

/* How many connections were told as what. */
struct told {
    struct tracker *tracker;
    unsigned outcomes[OUTCOME_NOT_TLS + 1];
};

static void take(void *context, const struct verdict *verdict)
{
    struct told *told = context;

    told->outcomes[verdict->outcome]++;
}

static void open_tracker(struct told *told, size_t defer_max)
{
    const struct tracker_options options = {.memory_max = ROOM, .defer_max = defer_max};
    const struct verdict_sink sink = {.context = told, .take = take};

    *told = (struct told){0};
    told->tracker = tracker_new(&options, &sink);
    CU_ASSERT_PTR_NOT_NULL_FATAL(told->tracker);
}

static void close_tracker(struct told *told)
{
    tracker_finish(told->tracker);
    tracker_free(told->tracker);
}

static void begin_at(struct story *story, int64_t at_ns)
{
    story_begin_at(story, at_ns);
    story_modern_hello(story);
}

static void judge(struct told *told, struct story *story, int64_t silence_ns)
{
    const struct observation observation = {
        .connection = &story->connection,
        .handshake = &story->handshake,
        .reason = CONNECTION_END_CAPTURE,
        .capture_end_ns = story->now_ns + silence_ns,
    };

    story->connection.ended_ns = observation.capture_end_ns;
    tracker_judge(told->tracker, &observation);
}

/* A hello that nobody answers. */
static void judge_silent(struct told *told, int64_t at_ns)
{
    struct story story;

    begin_at(&story, at_ns);
    judge(told, &story, 20 * STORY_SECOND);
}

/* Of an established handshake the capture lacks octets that the client ACKed; where its last octet
 * is not 0 the client is another one. */
static void judge_lossy_of(struct told *told, int64_t at_ns, bool is_cut, uint8_t client)
{
    struct story_choice choice = story_choice_1_2();
    struct trouble *trouble;
    struct story story;

    begin_at(&story, at_ns);
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    if (client != 0)
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    trouble = direction_have_trouble(sent_by(&story, SIDE_SERVER));
    trouble->missed_octets = 200;
    trouble->cut_octets = is_cut ? 200 : 0;
    judge(told, &story, 0);
}

static void judge_lossy(struct told *told, int64_t at_ns, bool is_cut)
{
    judge_lossy_of(told, at_ns, is_cut, 0);
}

static void silence_near_a_loss_proves_nothing(void)
{
    static const struct {
        int64_t at_ns;
        bool is_cut;
        enum outcome outcome;
    } rows[] = {
        {STORY_SECOND / 2, false, OUTCOME_INCOMPLETE},
        {0, false, OUTCOME_INCOMPLETE},
        {5 * STORY_SECOND, false, OUTCOME_FAILED},
        {STORY_SECOND / 2, true, OUTCOME_FAILED}, /* that is no loss */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct told told;

        open_tracker(&told, 0);
        judge_lossy(&told, STORY_SECOND / 2, rows[i].is_cut);
        judge_silent(&told, rows[i].at_ns);
        close_tracker(&told);
        CU_ASSERT_EQUAL(told.outcomes[OUTCOME_ESTABLISHED], 1);
        CU_ASSERT_EQUAL(told.outcomes[rows[i].outcome], 1);
    }
}

/* A burst hits more than one. */
static void what_two_other_hosts_lack_proves_nothing_alone(void)
{
    static const struct {
        uint8_t client[3];
        enum outcome outcome;
    } rows[] = {
        {{101, 101, 101}, OUTCOME_FAILED},
        {{101, 101, 102}, OUTCOME_INCOMPLETE},
        {{101, 102, 103}, OUTCOME_INCOMPLETE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct told told;

        open_tracker(&told, 0);
        for (int n = 0; n < 3; n++)
            judge_lossy_of(&told, STORY_SECOND / 2, false, rows[i].client[n]);
        judge_silent(&told, 0);
        close_tracker(&told);
        CU_ASSERT_EQUAL(told.outcomes[rows[i].outcome], 1);
    }
}

static void a_loss_that_is_seen_later_counts_as_well(void)
{
    struct told told;

    open_tracker(&told, ROOM);
    judge_silent(&told, 0);
    judge_lossy(&told, STORY_SECOND / 2, false);
    close_tracker(&told);
    CU_ASSERT_EQUAL(told.outcomes[OUTCOME_INCOMPLETE], 1);
}

static void earlier_losses_are_remembered(void)
{
    enum { LOSSES = 100 };
    struct told told;

    open_tracker(&told, 0);
    for (int64_t i = 0; i < LOSSES; i++)
        judge_lossy(&told, 3 * i * STORY_SECOND, false);
    judge_silent(&told, 0);
    judge_silent(&told, (int64_t)3 * (LOSSES / 2) * STORY_SECOND);
    close_tracker(&told);
    CU_ASSERT_EQUAL(told.outcomes[OUTCOME_INCOMPLETE], 2);
}

/* The server took up others meanwhile. */
static void silence_among_answers_is_possible(void)
{
    struct story_choice choice = story_choice_1_2();
    const struct knowledge_options options = {0};
    struct knowledge *knowledge = knowledge_new(&options);
    struct story story;

    begin_at(&story, 2 * STORY_SECOND);
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    story_learn(knowledge, story_facts(&story));

    for (int64_t i = 0; i < 2; i++) {
        begin_at(&story, i * 10 * STORY_SECOND);
        story.knowledge = knowledge;
        story_wait(&story, 20 * STORY_SECOND);
        story.connection.last.time_ns = story.now_ns;
        CU_ASSERT_EQUAL(story_certainty(&story, "server_silent"),
                        i == 0 ? CAUSE_POSSIBLE : CAUSE_LIKELY);
    }
    knowledge_free(knowledge);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"silence near a loss proves nothing", silence_near_a_loss_proves_nothing},
        {"what two other hosts lack proves nothing alone",
         what_two_other_hosts_lack_proves_nothing_alone},
        {"a loss that is seen later counts as well", a_loss_that_is_seen_later_counts_as_well},
        {"earlier losses are remembered", earlier_losses_are_remembered},
        {"silence among answers is possible", silence_among_answers_is_possible},
        CU_TEST_INFO_NULL,
    };

    return suite_run("silence in a capture that lacks packets", tests);
}
