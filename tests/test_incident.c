/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident.h"

#include <stdlib.h>

#include "analyze/incident_text.h"
#include "dissect/tls.h"
#include "tests/support/story_incident.h"
#include "tests/support/wire.h"

static const uint64_t key[2] = {5, 6};

static void one_failure_is_no_incident(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    size_t count;
    struct incident **list;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_PTR_NULL(story_find_incident(incidents, &story, true));
    list = incidents_list(incidents, &count);
    CU_ASSERT_EQUAL(count, 0);
    free(list);
    incidents_free(incidents);
}

static void failures_of_many_clients_belong_to_the_server(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    struct incident *incident;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    story_count_failure(incidents, &story, 2, 1, "b.example", TLS_ALERT_PROTOCOL_VERSION);
    story_count_failure(incidents, &story, 2, 1, "b.example", TLS_ALERT_PROTOCOL_VERSION);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_SERVER);
    CU_ASSERT_EQUAL(incident->failures, 3);
    CU_ASSERT_EQUAL(sketch_count(&incident->clients), 2);
    CU_ASSERT_TRUE(incident->more_names);
    CU_ASSERT_STRING_EQUAL(incident->cause->id, "version_mismatch");
    CU_ASSERT_EQUAL(incident->confidence, CAUSE_LIKELY);
    CU_ASSERT_TRUE(incident_is_total(incident));
    CU_ASSERT_FALSE(incident->is_half_seen);
    incidents_free(incidents);
}

/* One whose two sides were captured shows that successes are seen. */
static void an_incident_is_half_seen_when_all_its_failures_are(void)
{
    const struct incident_past past = {0};
    struct incidents *incidents = incidents_new(key, key, 0);

    for (uint8_t client = 1; client <= 3; client++) {
        struct story story;
        struct incident *incident;

        story_begin(&story);
        story_set_ends(&story, client, 1);
        story_modern_hello(&story);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
        if (client < 3)
            story.connection.direction[SIDE_CLIENT].packets = 0;
        (void)story_facts(&story);
        story_add_failure(incidents, &story, &past);
        incident = story_find_incident(incidents, &story, true);
        CU_ASSERT_EQUAL(incident != NULL && incident->is_half_seen, client == 2);
    }
    incidents_free(incidents);
}

static void failures_of_one_client_at_many_servers_belong_to_the_client(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    struct incident *incident;
    size_t count;
    struct incident **list;

    for (uint8_t server = 1; server <= 3; server++)
        story_count_failure(incidents, &story, 9, server, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident = story_find_incident(incidents, &story, true);
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
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    struct incident *incident;
    size_t count;
    struct incident **list;

    for (uint8_t client = 1; client <= 2; client++) {
        story_count_failure(incidents, &story, client, 1, "a.example", TLS_ALERT_UNRECOGNIZED_NAME);
        CU_ASSERT_EQUAL(story_find_incident(incidents, &story, true) != NULL, client == 2);
        story_count_failure(incidents, &story, client, 1, "b.example", TLS_ALERT_UNRECOGNIZED_NAME);
    }
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_NAME);
    CU_ASSERT_EQUAL(incident->failures, 2);
    CU_ASSERT_STRING_EQUAL(incident->name, "b.example");
    list = incidents_list(incidents, &count);
    CU_ASSERT_EQUAL(count, 2);
    free(list);
    incidents_free(incidents);
}

static void case_does_not_tell_names_apart(void)
{
    static const char *const names[] = {"www.example", "WWW.EXAMPLE", "wWw.eXaMpLe"};
    static const struct {
        uint8_t alert;
        enum incident_scope scope;
    } rows[] = {{TLS_ALERT_UNRECOGNIZED_NAME, INCIDENT_NAME},
                {TLS_ALERT_PROTOCOL_VERSION, INCIDENT_SERVER}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct incidents *incidents = incidents_new(key, key, 0);
        struct story story;
        const struct incident *incident;

        for (uint8_t client = 0; client < 3; client++)
            story_count_failure(incidents, &story, client, 1, names[client], rows[i].alert);
        incident = story_find_incident(incidents, &story, true);
        CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
        CU_ASSERT_EQUAL(incident->scope, rows[i].scope);
        CU_ASSERT_EQUAL(incident->failures, 3);
        CU_ASSERT_STRING_EQUAL(incident->name, "www.example");
        CU_ASSERT_FALSE(incident->more_names);
        incidents_free(incidents);
    }
}

/* By all three failures the client fails at two servers, of which the second fails others too: only
 * the first is the client's, and that is one failure. */
static void a_failure_is_assigned_to_the_incident_that_it_belongs_to_alone(void)
{
    static const struct {
        uint8_t client, server;
    } ends[] = {{1, 1}, {1, 2}, {2, 2}};
    const struct incident_past past = {.established = 4, .established_last_ns = STORY_TIME - 1};
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story[3];
    struct incident_failure failure[3];
    struct incident *incident;
    size_t memory;
    size_t count;
    struct incident **list;

    for (size_t i = 0; i < 3; i++)
        story_count_failure(incidents, &story[i], ends[i].client, ends[i].server, "a.example",
                            TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_TRUE_FATAL(incidents_need_assigning(incidents));
    memory = incidents_memory(incidents);
    for (size_t i = 0; i < 3; i++) {
        failure[i] = incidents_failure_of(incidents, &story[i].verdict);
        incidents_choose(incidents, &failure[i]);
    }
    incidents_begin_assigning(incidents);
    for (size_t i = 0; i < 3; i++)
        incidents_assign(incidents, &failure[i], &past);
    CU_ASSERT_FALSE(incidents_need_assigning(incidents));
    CU_ASSERT_EQUAL(incidents_memory(incidents), memory); /* there is no second set */
    CU_ASSERT_PTR_NULL(incidents_find(incidents, &failure[0], false));
    incident = incidents_find(incidents, &failure[1], false);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_SERVER);
    CU_ASSERT_EQUAL(incident->failures, 2);
    CU_ASSERT_PTR_EQUAL(incidents_find(incidents, &failure[2], false), incident);
    list = incidents_list(incidents, &count);
    CU_ASSERT_EQUAL(count, 1);
    free(list);
    incidents_free(incidents);
}

static void what_made_room_before_failures_are_assigned_stays_counted(void)
{
    struct incidents *incidents = incidents_new(key, key, 1);
    struct story story;

    for (uint8_t server = 1; server <= 3; server++)
        story_count_failure(incidents, &story, 1, server, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_EQUAL(incidents_evictions(incidents), 2);
    incidents_begin_assigning(incidents);
    CU_ASSERT_EQUAL(incidents_evictions(incidents), 2);
    incidents_free(incidents);
}

static void failures_are_not_assigned_anew_when_one_was_told_of(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_FALSE(incidents_need_assigning(incidents)); /* it can belong to its server alone */
    story_count_failure(incidents, &story, 1, 2, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    CU_ASSERT_PTR_NOT_NULL(story_find_incident(incidents, &story, true));
    CU_ASSERT_FALSE(incidents_need_assigning(incidents));
    incidents_free(incidents);
}

/* Name types other than host_name are passed over: the list may be well formed without one. */
static void a_list_of_names_without_a_host_name_is_no_name(void)
{
    const struct incident_past past = {.established = 4, .established_last_ns = STORY_TIME - 1};
    struct incidents *named = incidents_new(key, key, 0);
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    struct incident *incident;

    for (uint8_t client = 1; client <= 2; client++) {
        story_count_failure(named, &story, client, 1, "a.example", TLS_ALERT_UNRECOGNIZED_NAME);
        story.facts.client_extensions.server_name.host_name = (struct bytes){0};
        story_add_failure(incidents, &story, &past);
    }
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_SERVER);
    incidents_free(incidents);
    incidents_free(named);
}

static void an_incident_is_over_when_it_is_quiet_or_the_server_works_again(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    struct incident *incident;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    story_count_failure(incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_FALSE(incident_is_over(incident, incident->last_ns + 1));
    CU_ASSERT_TRUE(incident_is_over(incident, incident->last_ns + INCIDENT_QUIET_NS));
    incident->established = (struct known_count){.count = 5, .last_ns = incident->last_ns + 1};
    CU_ASSERT_FALSE(incident_is_over(incident, incident->last_ns + 2));
    CU_ASSERT_TRUE(incident_is_over(incident, incident->last_ns + INCIDENT_RECOVERED_NS));
    incident->by_last.established++; /* others succeeded all the time */
    CU_ASSERT_FALSE(incident_is_over(incident, incident->last_ns + INCIDENT_RECOVERED_NS));
    incidents_free(incidents);
}

static void an_identifier_is_the_same_for_the_same_and_another_for_others(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct incidents *again = incidents_new((uint64_t[]){7, 8}, key, 0);
    char ids[3][INCIDENT_ID_SIZE];
    struct story story;

    for (uint8_t client = 1; client <= 2; client++)
        story_count_failure(incidents, &story, client, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_id(story_find_incident(incidents, &story, true), ids[0]);
    for (uint8_t client = 1; client <= 2; client++)
        story_count_failure(incidents, &story, client, 2, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_id(story_find_incident(incidents, &story, true), ids[1]);
    for (uint8_t client = 1; client <= 2; client++)
        story_count_failure(again, &story, client, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_id(story_find_incident(again, &story, true), ids[2]);
    CU_ASSERT_EQUAL(strlen(ids[0]), INCIDENT_ID_SIZE - 1);
    CU_ASSERT_STRING_NOT_EQUAL(ids[0], ids[1]);
    CU_ASSERT_STRING_EQUAL(ids[0], ids[2]);
    incidents_free(incidents);
    incidents_free(again);
}

static void a_flood_of_servers_stays_within_the_bound(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    size_t memory = 0;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    for (uint32_t number = 0; number < 3 * INCIDENTS_MAX; number++) {
        const struct incident_past past = {0};

        memcpy(story.connection.endpoint[SIDE_SERVER].address.octets, &number, sizeof(number));
        memcpy(story.connection.endpoint[SIDE_CLIENT].address.octets, &number, sizeof(number));
        story_add_failure(incidents, &story, &past);
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
    incident.minute += 120; /* the clock is set back */
    incident.minute_events = 3;
    CU_ASSERT_TRUE(incident_admits(&incident, 13 * minute, 3));
}

static void a_failure_after_a_long_quiet_time_begins_another_incident(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    const struct incident_past past = {0};
    struct story story;
    const struct incident *first;
    const struct incident *second;
    int64_t first_ns;
    size_t count;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    story_count_failure(incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    first_ns = story.connection.first.time_ns;
    for (int i = 0; i < 3; i++) {
        story.connection.first.time_ns += i == 1 ? INCIDENT_QUIET_NS + 1 : INCIDENT_QUIET_NS - 1;
        story_add_failure(incidents, &story, &past);
    }
    second = story_find_incident(incidents, &story, false);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    CU_ASSERT_EQUAL(second->failures, 2);
    CU_ASSERT_EQUAL(sketch_count(&second->clients), 1);
    story.connection.first.time_ns = first_ns;
    first = story_find_incident(incidents, &story, false);
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_EQUAL(first->failures, 3);
    free(incidents_list(incidents, &count));
    CU_ASSERT_EQUAL(count, 2);
    incidents_free(incidents);
}

static void many_clients_and_servers_in_one_network_are_a_matter_of_the_path(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    const struct incident *incident;
    struct text text;
    char line[INCIDENT_TEXT_SIZE];

    for (uint8_t i = 1; i <= 2; i++)
        story_count_timeout(incidents, &story, i, i);
    CU_ASSERT_PTR_NULL(story_find_incident(incidents, &story, true));
    story_count_timeout(incidents, &story, 3, 3);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_PATH);
    CU_ASSERT_EQUAL(incident->failures, 3);
    text = text_begin(line, sizeof(line));
    incident_add_place(&text, incident);
    CU_ASSERT_STRING_EQUAL(line, "3 servers in 198.51.100.0/24");
    incidents_free(incidents);
}

static void a_server_or_a_client_with_most_of_it_is_no_matter_of_the_path(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    const struct incident *incident;

    for (uint8_t i = 1; i <= 6; i++)
        story_count_timeout(incidents, &story, i, i < 5 ? 1 : i);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_TRUE(incident != NULL && incident->scope == INCIDENT_PATH);
    story_count_timeout(incidents, &story, 7, 1);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_TRUE(incident != NULL && incident->scope == INCIDENT_SERVER);
    incidents_free(incidents);
    incidents = incidents_new(key, key, 0);
    for (uint8_t i = 1; i <= 6; i++)
        story_count_timeout(incidents, &story, i < 5 ? 1 : i, i);
    story_count_timeout(incidents, &story, 1, 4);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_TRUE(incident != NULL && incident->scope == INCIDENT_CLIENT);
    incidents_free(incidents);
}

static void who_sends_the_icmp_errors_is_the_path(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    const struct incident_past past = {0};
    struct story story;
    const struct incident *incident = NULL;

    for (uint8_t i = 1; i <= 4; i++) {
        story_begin_syn(&story);
        story_set_ends(&story, i, i);
        story.connection.endpoint[SIDE_SERVER].address.octets[13] = i;
        story.connection.icmp = (struct icmp_facts){.count = 1, .type = 3, .code = 13};
        story.connection.icmp.at = story.connection.first;
        story.connection.icmp.sender = story.connection.endpoint[SIDE_SERVER].address;
        if (i < 4) /* the last says it by itself */
            story.connection.icmp.sender.octets[13] = 200;
        story.connection.icmp.sender.octets[15] = i < 4 ? 1 : i;
        CU_ASSERT_STRING_EQUAL(story_cause(&story), "icmp_unreachable");
        story_add_failure(incidents, &story, &past);
        if (i == 3)
            incident = story_find_incident(incidents, &story, true);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_PATH);
    CU_ASSERT_EQUAL(incident->path.kind, INCIDENT_PATH_ROUTER);
    CU_ASSERT_EQUAL(incident->failures, 3);
    incidents_free(incidents);
}

static void behind_a_proxy_the_target_is_the_server(void)
{
    static const char *const hosts[] = {"a.example", "A.EXAMPLE", "b.example"};
    struct incidents *incidents = incidents_new(key, key, 0);
    const struct incident_past past = {0};
    struct story story;
    const struct incident *incident = NULL;
    struct text text;
    char line[INCIDENT_TEXT_SIZE];

    for (uint8_t i = 0; i < 3; i++) {
        struct story_offer offer = story_modern_offer();

        story_begin(&story);
        story_set_ends(&story, i, 1);
        story_client_hello(&story, &offer);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
        (void)story_facts(&story);
        story.facts.starttls.has_target = true;
        story.facts.starttls.target =
            (struct proxy_target){.host = bytes_of(hosts[i], strlen(hosts[i])), .port = 443};
        story_add_failure(incidents, &story, &past);
        incident = i == 1 ? story_find_incident(incidents, &story, true) : incident;
    }
    CU_ASSERT_PTR_NULL(story_find_incident(incidents, &story, true));
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->failures, 2);
    text = text_begin(line, sizeof(line));
    incident_add_place(&text, incident);
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "a.example:443 by the proxy 198.51.100."));
    incidents_free(incidents);
}

static void a_failure_that_has_another_cause_is_taken_back(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    struct incident_failure failure;
    const struct incident *incident;

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    story_count_failure(incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    failure = incidents_failure_of(incidents, &story.verdict);
    incidents_take_back(incidents, &failure, failure.cause);
    CU_ASSERT_PTR_NULL(story_find_incident(incidents, &story, true));
    CU_ASSERT_EQUAL(incident->failures, 1);
    incidents_free(incidents);
}

/* The incident that it leaves has one failure left, and the one that it joins has two. */
static void a_failure_is_counted_with_another_cause_instead(void)
{
    const struct incident_past past = {0};

    for (int is_assigned = 0; is_assigned < 2; is_assigned++) {
        struct incidents *incidents = incidents_new(key, key, 0);
        struct story stories[3];
        struct incident_failure failures[3];
        struct incident_failure counted;

        for (uint8_t i = 0; i < 3; i++) {
            story_count_failure(incidents, &stories[i], i + 1, 1, "a.example",
                                i < 2 ? TLS_ALERT_PROTOCOL_VERSION : TLS_ALERT_INTERNAL_ERROR);
            failures[i] = incidents_failure_of(incidents, &stories[i].verdict);
            incidents_choose(incidents, &failures[i]);
        }
        if (is_assigned) {
            incidents_begin_assigning(incidents);
            for (size_t i = 0; i < 3; i++)
                incidents_assign(incidents, &failures[i], &past);
        }
        CU_ASSERT_PTR_NOT_NULL(incidents_find(incidents, &failures[0], false));
        CU_ASSERT_PTR_NULL(incidents_find(incidents, &failures[2], false));
        counted = failures[1];
        failures[1].cause = failures[2].cause;
        incidents_recount(incidents, &counted, &failures[1], &past);
        CU_ASSERT_PTR_NULL(incidents_find(incidents, &failures[0], false));
        CU_ASSERT_PTR_NOT_NULL(incidents_find(incidents, &failures[1], false));
        incidents_free(incidents);
    }
}

static void the_onset_is_named(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    char buffer[INCIDENT_TEXT_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    story_count_failure(incidents, &story, 1, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    story_count_failure(incidents, &story, 2, 1, "a.example", TLS_ALERT_PROTOCOL_VERSION);
    incident_add_onset(&text, story_find_incident(incidents, &story, true), STORY_TIME);
    CU_ASSERT_STRING_EQUAL(buffer, "None succeeded in between; the last success before was at "
                                   "2024-04-30 23:59:59.999.");
    incidents_free(incidents);
}

static void what_is_not_known_of_a_client_is_not_told(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct story story;
    char buffer[INCIDENT_TEXT_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));
    struct incident *incident;

    for (uint8_t i = 1; i <= 3; i++)
        story_count_timeout(incidents, &story, 1, i);
    incident = story_find_incident(incidents, &story, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    CU_ASSERT_EQUAL(incident->scope, INCIDENT_CLIENT);
    CU_ASSERT_FALSE(incident_tells_successes(incident));
    incident_add_onset(&text, incident, STORY_TIME);
    CU_ASSERT_STRING_EQUAL(buffer, "Whether this client succeeds elsewhere is not known.");
    incident->failures = 1000;
    text = text_begin(buffer, sizeof(buffer));
    incident_add_extent(&text, incident);
    CU_ASSERT_EQUAL(strncmp(buffer, "1,000 failures, begun", 21), 0);
    incident->has_known_key = true;
    CU_ASSERT_TRUE(incident_tells_successes(incident));
    text = text_begin(buffer, sizeof(buffer));
    incident_add_onset(&text, incident, STORY_TIME);
    CU_ASSERT_STRING_EQUAL(buffer, "With this kind of hello the client succeeded nowhere.");
    incidents_free(incidents);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"one failure is no incident", one_failure_is_no_incident},
        {"failures of many clients belong to the server",
         failures_of_many_clients_belong_to_the_server},
        {"an incident is half seen when all its failures are",
         an_incident_is_half_seen_when_all_its_failures_are},
        {"failures of one client at many servers belong to the client",
         failures_of_one_client_at_many_servers_belong_to_the_client},
        {"names are told apart where the cause is the name",
         names_are_told_apart_where_the_cause_is_the_name},
        {"case does not tell names apart", case_does_not_tell_names_apart},
        {"a failure is assigned to the incident that it belongs to alone",
         a_failure_is_assigned_to_the_incident_that_it_belongs_to_alone},
        {"what made room before failures are assigned stays counted",
         what_made_room_before_failures_are_assigned_stays_counted},
        {"failures are not assigned anew when one was told of",
         failures_are_not_assigned_anew_when_one_was_told_of},
        {"a list of names without a host_name is no name",
         a_list_of_names_without_a_host_name_is_no_name},
        {"an incident is over when it is quiet, or the server works again",
         an_incident_is_over_when_it_is_quiet_or_the_server_works_again},
        {"an identifier is the same for the same, and another for others",
         an_identifier_is_the_same_for_the_same_and_another_for_others},
        {"a flood of servers stays within the bound", a_flood_of_servers_stays_within_the_bound},
        {"the first failures of each minute are admitted",
         the_first_failures_of_each_minute_are_admitted},
        {"a failure after a long quiet time begins another incident",
         a_failure_after_a_long_quiet_time_begins_another_incident},
        {"many clients and servers in one network are a matter of the path",
         many_clients_and_servers_in_one_network_are_a_matter_of_the_path},
        {"a server or a client with most of it is no matter of the path",
         a_server_or_a_client_with_most_of_it_is_no_matter_of_the_path},
        {"who sends the ICMP errors is the path", who_sends_the_icmp_errors_is_the_path},
        {"behind a proxy the target is the server", behind_a_proxy_the_target_is_the_server},
        {"a failure that has another cause is taken back",
         a_failure_that_has_another_cause_is_taken_back},
        {"a failure is counted with another cause instead",
         a_failure_is_counted_with_another_cause_instead},
        {"the onset is named", the_onset_is_named},
        {"what is not known of a client is not told", what_is_not_known_of_a_client_is_not_told},
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident", tests);
}
