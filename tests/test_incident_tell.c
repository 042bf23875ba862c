/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of incidents while they come and go. */
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

static void an_incident_is_told_when_it_opens_goes_on_and_ends(void)
{
    const int64_t second = STORY_SECOND;
    const struct knowledge_options options = {.hash_key = {1, 2}};
    struct knowledge *knowledge = knowledge_new(&options);
    struct incidents *incidents = incidents_new(key, key, 0);
    struct told told = {0};
    const struct incident_sink sink = {.context = &told, .take = take_told};
    struct story story;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    (void)incidents_find(incidents, &story.verdict, true);
    incidents_tell(incidents, knowledge, STORY_TIME + second, false, &sink);
    CU_ASSERT_EQUAL(told.id_count, 0);
    story_count_failure(incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    (void)incidents_find(incidents, &story.verdict, true);
    for (int i = 0; i < 200; i++) /* an update comes when there is something new */
        incidents_tell(incidents, knowledge, STORY_TIME + (2 + i) * second, false, &sink);
    CU_ASSERT_EQUAL(told.count[INCIDENT_OPENED], 1);
    CU_ASSERT_EQUAL(told.count[INCIDENT_UPDATED], 0);
    story_count_failure(incidents, &story, 3, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    (void)incidents_find(incidents, &story.verdict, true);
    for (int i = 0; i < 1000; i++)
        incidents_tell(incidents, knowledge, STORY_TIME + (202 + i) * second, false, &sink);
    CU_ASSERT_EQUAL(told.count[INCIDENT_OPENED], 1);
    CU_ASSERT_EQUAL(told.count[INCIDENT_UPDATED], 1);
    CU_ASSERT_EQUAL(told.count[INCIDENT_CLOSED], 1);
    CU_ASSERT_EQUAL(told.failures, 3);
    CU_ASSERT_STRING_NOT_EQUAL(told.ids[0], told.ids[1]);
    CU_ASSERT_STRING_NOT_EQUAL(told.ids[1], told.ids[2]);
    incidents_tell(incidents, knowledge, STORY_TIME + 2000 * second, true, &sink);
    CU_ASSERT_EQUAL(told.id_count, 3);
    incidents_free(incidents);
    knowledge_free(knowledge);
}

static void a_clock_set_back_holds_up_no_update(void)
{
    const struct knowledge_options options = {.hash_key = {1, 2}};
    struct knowledge *knowledge = knowledge_new(&options);
    struct incidents *incidents = incidents_new(key, key, 0);
    struct told told = {0};
    const struct incident_sink sink = {.context = &told, .take = take_told};
    struct story story;

    for (uint8_t i = 1; i <= 3; i++) {
        story_count_failure(incidents, &story, i, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
        (void)incidents_find(incidents, &story.verdict, true);
        if (i == 2)
            incidents_tell(incidents, knowledge, STORY_TIME, false, &sink);
    }
    incidents_tell(incidents, knowledge, STORY_TIME - STORY_SECOND, false, &sink);
    CU_ASSERT_EQUAL(told.count[INCIDENT_UPDATED], 1);
    CU_ASSERT_EQUAL(told.count[INCIDENT_CLOSED], 0);
    incidents_free(incidents);
    knowledge_free(knowledge);
}

static void what_explains_more_takes_over(void)
{
    const struct knowledge_options options = {.hash_key = {1, 2}};
    struct knowledge *knowledge = knowledge_new(&options);
    struct incidents *incidents = incidents_new(key, key, 0);
    struct told told = {0};
    const struct incident_sink sink = {.context = &told, .take = take_told};
    const struct incident *incident;
    char id[INCIDENT_ID_SIZE];
    struct story story;

    for (uint8_t i = 1; i <= 4; i++) {
        story_count_timeout(incidents, &story, i, i < 3 ? 1 : i);
        (void)incidents_find(incidents, &story.verdict, true);
        incidents_tell(incidents, knowledge, STORY_TIME, false, &sink);
    }
    CU_ASSERT_EQUAL(told.count[INCIDENT_OPENED], 2);
    CU_ASSERT_EQUAL(told.count[INCIDENT_CLOSED], 0); /* until one of it belongs to the path */
    story_count_timeout(incidents, &story, 5, 1);
    story_count_timeout(incidents, &story, 5, 6);
    story_count_timeout(incidents, &story, 6, 1);
    incident = incidents_find(incidents, &story.verdict, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_SERVER);
    story_count_timeout(incidents, &story, 7, 7);
    story_count_timeout(incidents, &story, 8, 1);
    story_count_timeout(incidents, &story, 9, 9);
    story_count_timeout(incidents, &story, 9, 1);
    story_count_timeout(incidents, &story, 10, 10);
    story_count_timeout(incidents, &story, 11, 1);
    (void)incidents_find(incidents, &story.verdict, true);
    for (uint8_t i = 20; i < 30; i++)
        story_count_timeout(incidents, &story, i, i);
    story_count_timeout(incidents, &story, 1, 1);
    incident = incidents_find(incidents, &story.verdict, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_PATH);
    incidents_tell(incidents, knowledge, STORY_TIME, false, &sink);
    CU_ASSERT_EQUAL(told.count[INCIDENT_CLOSED], 1);
    CU_ASSERT_STRING_EQUAL(told.merged_into, incident_id(incident, id));
    incidents_free(incidents);
    knowledge_free(knowledge);
}

/* The record that is told to be over is the one that makes room for itself. */
static void the_next_incident_is_another_one_however_full_the_table_is(void)
{
    for (uint32_t records_max = 1; records_max <= 4; records_max++) {
        const struct knowledge_options options = {.hash_key = {1, 2}};
        struct knowledge *knowledge = knowledge_new(&options);
        struct incidents *incidents = incidents_new(key, key, records_max);
        struct told told = {0};
        const struct incident_sink sink = {.context = &told, .take = take_told};
        const struct incident *incident = NULL;

        for (uint8_t i = 0; i < 3; i++) {
            struct story story;

            for (uint8_t client = 1; client <= 2; client++)
                story_count_failure(incidents, &story, client, 1, "a.example",
                                    TLS_ALERT_PROTOCOL_VERSION);
            incident = incidents_find(incidents, &story.verdict, true);
            CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
            CU_ASSERT_EQUAL(incident->failures, 2);
            CU_ASSERT_EQUAL(incident->generation, i);
            incidents_tell(incidents, knowledge, STORY_TIME + 2 * INCIDENT_QUIET_NS, false, &sink);
        }
        CU_ASSERT_EQUAL(told.count[INCIDENT_OPENED], 3);
        CU_ASSERT_EQUAL(told.count[INCIDENT_CLOSED], 3);
        incidents_free(incidents);
        knowledge_free(knowledge);
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
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident_tell", tests);
}
