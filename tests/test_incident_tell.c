/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of incidents while they come and go. */
#include <stdlib.h>

#include "dissect/tls.h"
#include "tests/support/story_incident.h"
#include "tests/support/wire.h"

static const uint64_t key[2] = {5, 6};

struct told {
    int count[INCIDENT_CLOSED + 1];
    uint64_t failures;
    char ids[4][INCIDENT_ID_SIZE];
    size_t id_count;
    char merged_into[INCIDENT_ID_SIZE];
};

static void take_told(void *context, const struct incident *incident, enum incident_state state)
{
    struct told *told = context;

    told->count[state]++;
    told->failures = incident->failures;
    memcpy(told->merged_into, incident->merged_into, sizeof(told->merged_into));
    if (told->id_count < 4)
        incident_event_id(incident, told->ids[told->id_count++]);
}

struct scene {
    struct knowledge *knowledge;
    struct incidents *incidents;
    struct told told;
};

static struct scene scene_of(uint32_t records_max)
{
    const struct knowledge_options options = {.hash_key = {1, 2}};

    return (struct scene){
        .knowledge = knowledge_new(&options),
        .incidents = incidents_new(key, key, records_max),
    };
}

static void scene_end(struct scene *scene)
{
    incidents_free(scene->incidents);
    knowledge_free(scene->knowledge);
}

static void tell(struct scene *scene, int64_t now_ns, bool is_last)
{
    const struct incident_sink sink = {.context = &scene->told, .take = take_told};

    incidents_tell(scene->incidents, scene->knowledge, now_ns, is_last, &sink);
}

static void an_incident_is_told_when_it_opens_goes_on_and_ends(void)
{
    const int64_t second = STORY_SECOND;
    struct scene scene = scene_of(0);
    struct story story;

    story_count_failure(scene.incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    (void)story_find_incident(scene.incidents, &story, true);
    tell(&scene, STORY_TIME + second, false);
    CU_ASSERT_EQUAL(scene.told.id_count, 0);
    story_count_failure(scene.incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    (void)story_find_incident(scene.incidents, &story, true);
    for (int i = 0; i < 200; i++) /* an update comes when there is something new */
        tell(&scene, STORY_TIME + (2 + i) * second, false);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 1);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_UPDATED], 0);
    story_count_failure(scene.incidents, &story, 3, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    (void)story_find_incident(scene.incidents, &story, true);
    for (int i = 0; i < 1000; i++)
        tell(&scene, STORY_TIME + (202 + i) * second, false);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 1);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_UPDATED], 1);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 1);
    CU_ASSERT_EQUAL(scene.told.failures, 3);
    CU_ASSERT_STRING_NOT_EQUAL(scene.told.ids[0], scene.told.ids[1]);
    CU_ASSERT_STRING_NOT_EQUAL(scene.told.ids[1], scene.told.ids[2]);
    tell(&scene, STORY_TIME + 2000 * second, true);
    CU_ASSERT_EQUAL(scene.told.id_count, 3);
    scene_end(&scene);
}

static void a_clock_set_back_holds_up_no_update(void)
{
    struct scene scene = scene_of(0);
    struct story story;

    for (uint8_t i = 1; i <= 3; i++) {
        story_count_failure(scene.incidents, &story, i, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
        (void)story_find_incident(scene.incidents, &story, true);
        if (i == 2)
            tell(&scene, STORY_TIME, false);
    }
    tell(&scene, STORY_TIME - STORY_SECOND, false);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_UPDATED], 1);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 0);
    scene_end(&scene);
}

static void what_explains_more_takes_over(void)
{
    struct scene scene = scene_of(0);
    const struct incident *incident;
    char id[INCIDENT_ID_SIZE];
    struct story story;

    for (uint8_t i = 1; i <= 4; i++) {
        story_count_timeout(scene.incidents, &story, i, i < 3 ? 1 : i);
        (void)story_find_incident(scene.incidents, &story, true);
        tell(&scene, STORY_TIME, false);
    }
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 2);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 0); /* until one of it belongs to the path */
    story_count_timeout(scene.incidents, &story, 5, 1);
    story_count_timeout(scene.incidents, &story, 5, 6);
    story_count_timeout(scene.incidents, &story, 6, 1);
    incident = story_find_incident(scene.incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_SERVER);
    story_count_timeout(scene.incidents, &story, 7, 7);
    story_count_timeout(scene.incidents, &story, 8, 1);
    story_count_timeout(scene.incidents, &story, 9, 9);
    story_count_timeout(scene.incidents, &story, 9, 1);
    story_count_timeout(scene.incidents, &story, 10, 10);
    story_count_timeout(scene.incidents, &story, 11, 1);
    (void)story_find_incident(scene.incidents, &story, true);
    for (uint8_t i = 20; i < 30; i++)
        story_count_timeout(scene.incidents, &story, i, i);
    story_count_timeout(scene.incidents, &story, 1, 1);
    incident = story_find_incident(scene.incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_PATH);
    tell(&scene, STORY_TIME, false);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 1);
    CU_ASSERT_STRING_EQUAL(scene.told.merged_into, incident_id(incident, id));
    scene_end(&scene);
}

/* The record that is told to be over is the one that makes room for itself. */
static void the_next_incident_is_another_one_however_full_the_table_is(void)
{
    for (uint32_t records_max = 1; records_max <= 4; records_max++) {
        struct scene scene = scene_of(records_max);
        const struct incident *incident = NULL;

        for (uint8_t i = 0; i < 3; i++) {
            struct story story;

            for (uint8_t client = 1; client <= 2; client++)
                story_count_failure(scene.incidents, &story, client, 1, "a.example",
                                    TLS_ALERT_PROTOCOL_VERSION);
            incident = story_find_incident(scene.incidents, &story, true);
            CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
            CU_ASSERT_EQUAL(incident->failures, 2);
            CU_ASSERT_EQUAL(incident->generation, i);
            tell(&scene, STORY_TIME + 2 * INCIDENT_QUIET_NS, false);
        }
        CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 3);
        CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 3);
        scene_end(&scene);
    }
}

/* A failure with one of two kinds of hello, and what is told of it. */
static void fail(struct scene *scene, uint8_t client, uint8_t server, const char *name)
{
    struct story story;

    story_count_failure(scene->incidents, &story, client, server, name, TLS_ALERT_PROTOCOL_VERSION);
    (void)story_find_incident(scene->incidents, &story, true);
    tell(scene, STORY_TIME, false);
}

static void two_programs_of_a_host_do_not_close_an_incident_in_turns(void)
{
    struct scene scene = scene_of(0);

    for (int round = 0; round < 10; round++) {
        fail(&scene, 1, 1, "a.example");
        fail(&scene, 1, 2, "a.example");
        fail(&scene, 1, 1, NULL);
    }
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 2);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 1);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_UPDATED], 1); /* it goes on by itself */
    CU_ASSERT_STRING_EQUAL(scene.told.merged_into, "");
    tell(&scene, STORY_TIME + 2 * INCIDENT_QUIET_NS, true);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 2);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 3);
    scene_end(&scene);
}

static void an_incident_of_a_client_outlasts_others_at_some_of_its_servers(void)
{
    struct scene scene = scene_of(0);

    for (uint8_t server = 1; server <= 20; server++) {
        fail(&scene, 9, server, "a.example");
        if (server > 8 && server % 4 == 0) {
            fail(&scene, 8, server, "a.example");
            fail(&scene, 9, server, "a.example");
        }
    }
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 4); /* the client's and at three servers */
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 0);
    scene_end(&scene);
}

/* Two failures of a client at a server of its own, told. */
static void open_one(struct scene *scene, uint8_t party)
{
    struct story story;

    for (int i = 0; i < INCIDENT_FAILURES_MIN; i++)
        story_count_failure(scene->incidents, &story, party, party, "a.example",
                            TLS_ALERT_PROTOCOL_VERSION);
    (void)story_find_incident(scene->incidents, &story, true);
}

static void what_came_once_does_not_drive_out_what_was_told(void)
{
    struct scene scene = scene_of(8);
    struct story story;

    for (int round = 0; round < 3; round++) {
        open_one(&scene, 1);
        tell(&scene, STORY_TIME, false);
        for (uint8_t party = 2; party < 200; party++) {
            story_count_failure(scene.incidents, &story, party, party, "a.example",
                                TLS_ALERT_PROTOCOL_VERSION);
            CU_ASSERT_PTR_NULL(story_find_incident(scene.incidents, &story, true));
        }
    }
    tell(&scene, STORY_TIME + STORY_SECOND, true);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 1);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 0);
    CU_ASSERT_EQUAL(scene.told.failures, 6);
    CU_ASSERT_EQUAL(incidents_evicted_open(scene.incidents), 0);
    scene_end(&scene);
}

static void what_was_told_and_makes_room_is_told_as_closed(void)
{
    enum { RECORDS = 8 };
    const uint8_t incidents = 100;
    struct scene scene = scene_of(RECORDS);

    for (uint8_t party = 1; party <= incidents; party++) {
        open_one(&scene, party);
        tell(&scene, STORY_TIME, false);
    }
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], incidents);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], incidents - RECORDS);
    CU_ASSERT_EQUAL(incidents_evicted_open(scene.incidents), incidents - RECORDS);
    tell(&scene, STORY_TIME + 2 * INCIDENT_QUIET_NS, true);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], incidents);
    scene_end(&scene);
}

/* Its record stays until it is told, and a failure has none. */
static void no_more_make_room_than_can_wait_until_that_is_told(void)
{
    enum { RECORDS = INCIDENTS_EVICTED_MAX + 10 };
    struct scene scene = scene_of(RECORDS);
    uint8_t party = 0;

    while (party < RECORDS)
        open_one(&scene, ++party);
    tell(&scene, STORY_TIME, false);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], RECORDS);
    while (party < 2 * RECORDS)
        open_one(&scene, ++party);
    CU_ASSERT_EQUAL(incidents_evicted_open(scene.incidents), INCIDENTS_EVICTED_MAX);
    CU_ASSERT(incidents_refusals(scene.incidents) > 0);
    tell(&scene, STORY_TIME, false);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], RECORDS + INCIDENTS_EVICTED_MAX);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], INCIDENTS_EVICTED_MAX);
    tell(&scene, STORY_TIME + 2 * INCIDENT_QUIET_NS, true);
    CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], RECORDS + INCIDENTS_EVICTED_MAX);
    scene_end(&scene);
}

/* Where most records are told ones, of which no more may go before the next is told. */
static void what_is_told_of_does_not_keep_others_out(void)
{
    enum { TOLD = 200, OTHERS = 50, RECORDS = 2 * TOLD + 10, ROUNDS = 20 };
    static const uint8_t alerts[] = {TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_INTERNAL_ERROR};
    struct scene scene = scene_of(RECORDS);
    struct story story;

    for (unsigned i = 0; i < 2 * TOLD; i++) {
        const uint8_t party = (uint8_t)(1 + i / 2);

        for (int failures = 0; failures < INCIDENT_FAILURES_MIN; failures++)
            story_count_failure(scene.incidents, &story, party, party, "a.example", alerts[i % 2]);
        (void)story_find_incident(scene.incidents, &story, true);
    }
    tell(&scene, STORY_TIME, false);
    for (unsigned i = 0; i < 2 * OTHERS * ROUNDS; i++) {
        const uint8_t party = (uint8_t)(1 + TOLD + i / 2 % OTHERS);

        story_count_failure(scene.incidents, &story, party, party, "a.example", alerts[i % 2]);
    }
    CU_ASSERT(incidents_refusals(scene.incidents) < 2 * OTHERS * ROUNDS / 10);
    CU_ASSERT(incidents_evicted_open(scene.incidents) >= INCIDENTS_EVICTED_MAX);
    scene_end(&scene);
}

/* Some event has its identifier. */
static void what_a_verdict_named_is_told_of_though_its_failures_are_taken_back(void)
{
    for (int taken_back = 1; taken_back <= INCIDENT_FAILURES_MIN; taken_back++) {
        struct scene scene = scene_of(0);
        struct incident_failure failure;
        struct story story;
        size_t count = 0;

        for (unsigned client = 1; client <= INCIDENT_FAILURES_MIN; client++)
            story_count_failure(scene.incidents, &story, (uint8_t)client, 1, "a.example",
                                TLS_ALERT_PROTOCOL_VERSION);
        CU_ASSERT_PTR_NOT_NULL(story_find_incident(scene.incidents, &story, true));
        failure = incidents_failure_of(scene.incidents, &story.verdict);
        for (int i = 0; i < taken_back; i++)
            incidents_take_back(scene.incidents, &failure, failure.cause);
        free(incidents_list(scene.incidents, &count));
        CU_ASSERT_EQUAL(count, 1);
        tell(&scene, STORY_TIME, false);
        tell(&scene, STORY_TIME, true);
        CU_ASSERT_EQUAL(scene.told.count[INCIDENT_OPENED], 1);
        CU_ASSERT_EQUAL(scene.told.count[INCIDENT_CLOSED], 1);
        CU_ASSERT_EQUAL(scene.told.failures, (uint64_t)(INCIDENT_FAILURES_MIN - taken_back));
        scene_end(&scene);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an incident is told when it opens, goes on and ends",
         an_incident_is_told_when_it_opens_goes_on_and_ends},
        {"a clock set back holds up no update", a_clock_set_back_holds_up_no_update},
        {"what explains more takes over", what_explains_more_takes_over},
        {"the next incident is another one, however full the table is",
         the_next_incident_is_another_one_however_full_the_table_is},
        {"two programs of a host do not close an incident in turns",
         two_programs_of_a_host_do_not_close_an_incident_in_turns},
        {"an incident of a client outlasts others at some of its servers",
         an_incident_of_a_client_outlasts_others_at_some_of_its_servers},
        {"what came once does not drive out what was told",
         what_came_once_does_not_drive_out_what_was_told},
        {"what was told and makes room is told as closed",
         what_was_told_and_makes_room_is_told_as_closed},
        {"no more make room than can wait until that is told",
         no_more_make_room_than_can_wait_until_that_is_told},
        {"what is told of does not keep others out", what_is_told_of_does_not_keep_others_out},
        {"what a verdict named is told of, though its failures are taken back",
         what_a_verdict_named_is_told_of_though_its_failures_are_taken_back},
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident_tell", tests);
}
