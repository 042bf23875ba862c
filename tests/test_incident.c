/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident.h"

#include <stdlib.h>

#include "analyze/incident_text.h"
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/wire.h"

static const uint64_t key[2] = {5, 6};

/* One failure of a client at a server, told and counted. */
static void fail(struct incidents *incidents, struct story *story, uint8_t client, uint8_t server,
                 const char *name, uint8_t alert)
{
    struct story_offer offer = story_modern_offer();
    const struct incident_past past = {.established = 4, .established_last_ns = STORY_TIME - 1};

    offer.name = name;
    story_begin(story);
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    story->connection.endpoint[SIDE_SERVER].address.octets[15] = server;
    story_client_hello(story, &offer);
    story_fatal(story, SIDE_SERVER, alert);
    (void)story_facts(story);
    incidents_add(incidents, &story->verdict, &past);
}

static void one_failure_is_no_incident(void)
{
    struct incidents *incidents = incidents_new(key);
    struct story story;
    size_t count;
    struct incident **list;

    fail(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_PTR_NULL(incidents_find(incidents, &story.verdict));
    list = incidents_list(incidents, &count);
    CU_ASSERT_EQUAL(count, 0);
    free(list);
    incidents_free(incidents);
}

static void failures_of_many_clients_belong_to_the_server(void)
{
    struct incidents *incidents = incidents_new(key);
    struct story story;
    struct incident *incident;

    fail(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    fail(incidents, &story, 2, 1, "b.example", TLS_ALERT_PROTOCOL_VERSION);
    fail(incidents, &story, 2, 1, "b.example", TLS_ALERT_PROTOCOL_VERSION);
    incident = incidents_find(incidents, &story.verdict);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_SERVER);
    CU_ASSERT_EQUAL(incident->failures, 3);
    CU_ASSERT_EQUAL(sketch_count(&incident->clients), 2);
    CU_ASSERT_TRUE(incident->more_names);
    CU_ASSERT_STRING_EQUAL(incident->cause->id, "version_mismatch");
    CU_ASSERT_EQUAL(incident->confidence, CAUSE_CERTAIN);
    CU_ASSERT_TRUE(incident_is_total(incident));
    incidents_free(incidents);
}

static void failures_of_one_client_at_many_servers_belong_to_the_client(void)
{
    struct incidents *incidents = incidents_new(key);
    struct story story;
    struct incident *incident;
    size_t count;
    struct incident **list;

    for (uint8_t server = 1; server <= 3; server++)
        fail(incidents, &story, 9, server, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident = incidents_find(incidents, &story.verdict);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_CLIENT);
    CU_ASSERT_EQUAL(incident->failures, 3);
    CU_ASSERT_EQUAL(sketch_count(&incident->servers), 3);
    CU_ASSERT_FALSE(incident_is_total(incident));
    list = incidents_list(incidents, &count);
    CU_ASSERT_EQUAL(count, 1);
    free(list);
    incidents_free(incidents);
}

static void names_are_told_apart_where_the_cause_is_the_name(void)
{
    struct incidents *incidents = incidents_new(key);
    struct story story;
    struct incident *incident;
    size_t count;
    struct incident **list;

    for (uint8_t client = 1; client <= 2; client++) {
        fail(incidents, &story, client, 1, "a.example", TLS_ALERT_UNRECOGNIZED_NAME);
        CU_ASSERT_EQUAL(incidents_find(incidents, &story.verdict) != NULL, client == 2);
        fail(incidents, &story, client, 1, "b.example", TLS_ALERT_UNRECOGNIZED_NAME);
    }
    incident = incidents_find(incidents, &story.verdict);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_NAME);
    CU_ASSERT_EQUAL(incident->failures, 2);
    CU_ASSERT_STRING_EQUAL(incident->name, "b.example");
    list = incidents_list(incidents, &count);
    CU_ASSERT_EQUAL(count, 2);
    free(list);
    incidents_free(incidents);
}

static void an_incident_is_over_when_it_is_quiet_or_the_server_works_again(void)
{
    struct incidents *incidents = incidents_new(key);
    struct story story;
    struct incident *incident;

    fail(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    fail(incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident = incidents_find(incidents, &story.verdict);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_FALSE(incident_is_over(incident, incident->last_ns + 1));
    CU_ASSERT_TRUE(incident_is_over(incident, incident->last_ns + INCIDENT_QUIET_NS));
    incident->established = (struct known_count){.count = 5, .last_ns = incident->last_ns + 1};
    CU_ASSERT_TRUE(incident_is_over(incident, incident->last_ns + 2));
    incident->established_by_last++; /* others succeeded all the time */
    CU_ASSERT_FALSE(incident_is_over(incident, incident->last_ns + 2));
    incidents_free(incidents);
}

static void an_identifier_is_the_same_for_the_same_and_another_for_others(void)
{
    struct incidents *incidents = incidents_new(key);
    struct incidents *again = incidents_new((uint64_t[]){7, 8});
    char ids[3][INCIDENT_ID_SIZE];
    struct story story;

    for (uint8_t client = 1; client <= 2; client++)
        fail(incidents, &story, client, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_id(incidents_find(incidents, &story.verdict), ids[0]);
    for (uint8_t client = 1; client <= 2; client++)
        fail(incidents, &story, client, 2, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_id(incidents_find(incidents, &story.verdict), ids[1]);
    for (uint8_t client = 1; client <= 2; client++)
        fail(again, &story, client, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_id(incidents_find(again, &story.verdict), ids[2]);
    CU_ASSERT_EQUAL(strlen(ids[0]), INCIDENT_ID_SIZE - 1);
    CU_ASSERT_STRING_NOT_EQUAL(ids[0], ids[1]);
    CU_ASSERT_STRING_EQUAL(ids[0], ids[2]);
    incidents_free(incidents);
    incidents_free(again);
}

static void a_flood_of_servers_stays_within_the_bound(void)
{
    struct incidents *incidents = incidents_new(key);
    struct story story;
    size_t memory = 0;

    fail(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    for (uint32_t number = 0; number < 3 * INCIDENTS_MAX; number++) {
        const struct incident_past past = {0};

        memcpy(story.connection.endpoint[SIDE_SERVER].address.octets, &number, sizeof(number));
        memcpy(story.connection.endpoint[SIDE_CLIENT].address.octets, &number, sizeof(number));
        incidents_add(incidents, &story.verdict, &past);
        if (number == INCIDENTS_MAX)
            memory = incidents_memory(incidents);
    }
    CU_ASSERT_EQUAL(incidents_memory(incidents), memory);
    CU_ASSERT_EQUAL(incidents_evictions(incidents), (uint64_t)2 * 2 * INCIDENTS_MAX);
    incidents_free(incidents);
}

static void the_first_failures_of_each_minute_are_admitted(void)
{
    const int64_t minute = INT64_C(60000000000);
    struct incident incident = {0};

    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(incident_admits(&incident, 10 * minute + i, 3), i < 3);
    CU_ASSERT_EQUAL(incident.folded, 2);
    CU_ASSERT_TRUE(incident_admits(&incident, 11 * minute, 3));
    CU_ASSERT_TRUE(incident_admits(&incident, 10 * minute, 3)); /* late: of the latest minute */
    CU_ASSERT_TRUE(incident_admits(&incident, 11 * minute, 3));
    CU_ASSERT_FALSE(incident_admits(&incident, 12 * minute - 1, 3));
    CU_ASSERT_TRUE(incident_admits(&incident, 12 * minute, 3));
    CU_ASSERT_FALSE(incident_admits(&incident, 13 * minute, 0));
    CU_ASSERT_EQUAL(incident.folded, 4);
}

static void the_onset_is_named(void)
{
    struct incidents *incidents = incidents_new(key);
    struct story story;
    char buffer[INCIDENT_TEXT_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    fail(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    fail(incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_add_onset(&text, incidents_find(incidents, &story.verdict), STORY_TIME);
    CU_ASSERT_STRING_EQUAL(buffer, "None succeeded in between; the last success before was at "
                                   "2024-04-30 23:59:59.999.");
    incidents_free(incidents);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"one failure is no incident", one_failure_is_no_incident},
        {"failures of many clients belong to the server",
         failures_of_many_clients_belong_to_the_server},
        {"failures of one client at many servers belong to the client",
         failures_of_one_client_at_many_servers_belong_to_the_client},
        {"names are told apart where the cause is the name",
         names_are_told_apart_where_the_cause_is_the_name},
        {"an incident is over when it is quiet, or the server works again",
         an_incident_is_over_when_it_is_quiet_or_the_server_works_again},
        {"an identifier is the same for the same, and another for others",
         an_identifier_is_the_same_for_the_same_and_another_for_others},
        {"a flood of servers stays within the bound", a_flood_of_servers_stays_within_the_bound},
        {"the first failures of each minute are admitted",
         the_first_failures_of_each_minute_are_admitted},
        {"the onset is named", the_onset_is_named},
        CU_TEST_INFO_NULL,
    };

    return run_suite("incident", tests);
}
