/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is learned of others keeps within its share of the memory. */
#include "analyze/certificate_cache.h"
#include "analyze/tracker.h"
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

enum {
    ROOM = 128 << 10,
    LEARNED = 4 << 20,     /* octets, a twelfth of what the usual limits need */
    UNUSUAL = LEARNED / 2, /* more, as all servers fail */
    INCIDENTS = LEARNED / 4,
    FAILURES = 6000, /* of more parties than there is room for */
    WAITING = FAILURES * 4096
};

static void ignore(void *context, const struct verdict *verdict)
{
    (void)context;
    (void)verdict;
}

static void put_number(struct endpoint *endpoint, unsigned number)
{
    endpoint->address.octets[13] = (uint8_t)(number >> 8);
    endpoint->address.octets[14] = (uint8_t)number;
}

static void refuse(struct story *story, unsigned number)
{
    struct story_offer offer = story_modern_offer();
    char name[32];

    (void)snprintf(name, sizeof(name), "host%u.example", number);
    offer.name = name;
    story_begin_at(story, STORY_MILLISECOND * number);
    story_client_hello(story, &offer);
    story_fatal(story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
}

static void leave_unanswered(struct story *story)
{
    story_begin_syn(story);
    story->connection.direction[SIDE_CLIENT].syn_count = 3;
    story->connection.direction[SIDE_CLIENT].packets = 3;
    story->tls_expected = true;
}

/* Each is of another server, in a network of its own, and each client fails at two of them: there
 * are incidents of every table. */
static void judge_failure(struct tracker *tracker, unsigned number)
{
    struct observation observation = {.reason = CONNECTION_END_CLOSED, .tls_expected = true};
    struct story story;

    if (number % 4 == 0)
        leave_unanswered(&story);
    else
        refuse(&story, number);
    put_number(&story.connection.endpoint[SIDE_CLIENT], number / 2);
    put_number(&story.connection.endpoint[SIDE_SERVER], number);
    story.connection.ended_ns = story.now_ns;
    observation.connection = &story.connection;
    observation.handshake = &story.handshake;
    observation.capture_end_ns = story.now_ns;
    tracker_judge(tracker, &observation);
}

static void what_is_learned_keeps_within_its_share(void)
{
    static const size_t waiting[] = {0, WAITING};

    for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
        const struct tracker_options options = {
            .memory_max = ROOM,
            .knowledge_max = CERTIFICATE_CACHE_OCTETS_MIN + LEARNED,
            .defer_max = waiting[i],
        };
        const struct verdict_sink sink = {.take = ignore};
        struct tracker *tracker = tracker_new(&options, &sink);
        const struct tracker_counters *counters;

        CU_ASSERT_PTR_NOT_NULL_FATAL(tracker);
        for (unsigned number = 0; number < FAILURES; number++)
            judge_failure(tracker, number);
        tracker_finish(tracker);
        counters = tracker_counters(tracker);
        CU_ASSERT_TRUE(counters->knowledge.evicted_servers > 0);
        CU_ASSERT_TRUE(counters->knowledge.evicted_names > 0);
        CU_ASSERT_TRUE(counters->knowledge.evicted_clients > 0);
        CU_ASSERT_TRUE(counters->incidents_evicted > 0);
        CU_ASSERT_TRUE(counters->incidents_memory <= INCIDENTS);
        CU_ASSERT_TRUE(counters->knowledge.memory + counters->incidents_memory
                       <= LEARNED + UNUSUAL);
        tracker_free(tracker);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is learned keeps within its share", what_is_learned_keeps_within_its_share},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tracker_memory", tests);
}
