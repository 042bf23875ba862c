/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose incident a failure is, by what its client and its server manage otherwise. */
#include <stdlib.h>

#include "dissect/tls.h"
#include "tests/support/story_incident.h"
#include "tests/support/wire.h"

static const uint64_t key[2] = {5, 6};
static const struct incident_past no_past = {0};

/* What is known of the two parties of a failure. */
struct parties {
    struct known known;
    struct known_server_rare server_rare;
    struct known_server server;
    struct known_name name;
    struct known_client_rare client_rare;
    struct known_client client;
};

static void begin_parties(struct parties *parties)
{
    *parties = (struct parties){0};
    parties->server.rare = &parties->server_rare;
    parties->client.rare = &parties->client_rare;
    parties->known.server = &parties->server;
    parties->known.name = &parties->name;
    parties->known.client = &parties->client;
}

/* So many other clients take this server's flight, the last time after it failed this one. */
static void others_succeed(struct parties *parties, uint32_t clients)
{
    const struct known_count established = {.count = clients, .last_ns = STORY_TIME + SECOND_NS};

    parties->server.established = established;
    parties->name.established = established;
    for (uint64_t client = 1; client <= clients; client++)
        sketch_add(&parties->name.flights.clients_taken, client << 32);
}

/* The client succeeds at so many servers. */
static void client_succeeds(struct parties *parties, uint32_t servers)
{
    parties->client.established.count = 5 * servers;
    for (uint64_t server = 1; server <= servers; server++)
        sketch_add_apart(&parties->client.servers, &parties->client_rare.servers, server << 32);
}

/* Client number `client` fails at server number `server`; they are known by now. */
static struct incident_failure fail(struct incidents *incidents, struct parties *parties,
                                    struct story *story, uint8_t client, uint8_t server)
{
    struct story_offer offer = story_modern_offer();
    struct incident_failure failure;

    story_begin(story);
    story_set_ends(story, client, server);
    story_client_hello(story, &offer);
    story_fatal(story, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION);
    (void)story_facts(story);
    story->facts.known = &parties->known;
    failure = incidents_failure_of(incidents, &story->verdict);
    incidents_add(incidents, &failure, &no_past);
    return failure;
}

static enum incident_scope scope_of(struct incidents *incidents,
                                    const struct incident_failure *failure)
{
    const struct incident *incident = incidents_find(incidents, failure, false);

    CU_ASSERT_PTR_NOT_NULL_FATAL(incident);
    return incident->scope;
}

/* As behind a translator: the only one that fails there is the only one that is seen. */
static void who_succeeds_at_most_servers_does_not_fail_by_itself(void)
{
    static const struct {
        uint32_t succeeds_at, others;
        enum incident_scope scope;
    } rows[] = {
        {0, 0, INCIDENT_CLIENT},  {1, 0, INCIDENT_CLIENT},  {2, 0, INCIDENT_SERVER},
        {12, 1, INCIDENT_SERVER}, {12, 2, INCIDENT_CLIENT},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct incidents *incidents = incidents_new(key, key, 0);
        struct parties parties;
        struct story story;

        begin_parties(&parties);
        client_succeeds(&parties, rows[i].succeeds_at);
        others_succeed(&parties, rows[i].others);
        for (uint8_t server = 1; server <= 2; server++)
            for (int times = 0; times < 2; times++) {
                struct incident_failure failure = fail(incidents, &parties, &story, 1, server);

                if (server == 2 && times == 1)
                    CU_ASSERT_EQUAL(scope_of(incidents, &failure), rows[i].scope);
            }
        incidents_free(incidents);
    }
}

/* What swallows or resets its packets may be close to it. */
static void what_may_be_on_the_way_is_the_client_s(void)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    struct incident_failure failure;
    struct parties parties;
    struct story story;

    begin_parties(&parties);
    client_succeeds(&parties, 12);
    for (uint8_t server = 1; server <= 2; server++) {
        story_count_timeout(incidents, &story, 1, server);
        story.facts.known = &parties.known;
        failure = incidents_failure_of(incidents, &story.verdict);
    }
    CU_ASSERT_EQUAL(scope_of(incidents, &failure), INCIDENT_CLIENT);
    incidents_free(incidents);
}

/* Two clients with one fault, each at all of the servers. */
static enum incident_scope scope_of_two(uint8_t servers, struct parties *parties)
{
    struct incidents *incidents = incidents_new(key, key, 0);
    enum incident_scope scope = INCIDENT_PATH;
    struct story story;

    for (uint8_t server = 1; server <= servers; server++)
        for (uint8_t client = 1; client <= 2; client++) {
            struct incident_failure failure = fail(incidents, parties, &story, client, server);

            if (server == servers && client == 2)
                scope = scope_of(incidents, &failure);
        }
    incidents_free(incidents);
    return scope;
}

static void clients_with_one_fault_do_not_make_it_that_of_servers(void)
{
    struct parties parties;

    begin_parties(&parties);
    CU_ASSERT_EQUAL(scope_of_two(3, &parties), INCIDENT_SERVER); /* nobody succeeds there */
    others_succeed(&parties, 9);
    CU_ASSERT_EQUAL(scope_of_two(3, &parties), INCIDENT_CLIENT);
    CU_ASSERT_EQUAL(scope_of_two(2, &parties), INCIDENT_SERVER);
    parties.server.established.last_ns = STORY_TIME - SECOND_NS; /* nobody has since */
    CU_ASSERT_EQUAL(scope_of_two(3, &parties), INCIDENT_SERVER);
    others_succeed(&parties, 9);
    client_succeeds(&parties, 1);
    CU_ASSERT_EQUAL(scope_of_two(3, &parties), INCIDENT_SERVER);
}

/* Of three servers one fails another client, too, and has as many failures: it keeps its own. What
 * is left to the client at a single server is that server's. */
static void a_client_at_one_server_is_no_incident(void)
{
    static const uint8_t ends[][2] = {{1, 1}, {1, 1}, {1, 2}, {2, 2}, {2, 2}};
    enum { FAILURES = sizeof(ends) / sizeof(ends[0]) };
    struct incidents *incidents = incidents_new(key, key, 0);
    struct incident_failure failures[FAILURES];
    struct story stories[FAILURES];
    struct parties parties;
    size_t count;
    struct incident **list;

    begin_parties(&parties);
    for (size_t i = 0; i < FAILURES; i++)
        failures[i] = fail(incidents, &parties, &stories[i], ends[i][0], ends[i][1]);
    CU_ASSERT_TRUE_FATAL(incidents_need_assigning(incidents));
    for (size_t i = 0; i < FAILURES; i++)
        incidents_choose(incidents, &failures[i]);
    incidents_begin_assigning(incidents);
    for (size_t i = 0; i < FAILURES; i++)
        incidents_assign(incidents, &failures[i], &no_past);
    for (size_t i = 0; i < FAILURES; i++)
        incidents_settle(incidents, &failures[i], &no_past);
    for (size_t i = 0; i < FAILURES; i++)
        CU_ASSERT_EQUAL(scope_of(incidents, &failures[i]), INCIDENT_SERVER);
    list = incidents_list(incidents, &count);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_EQUAL(list[0]->failures + list[1]->failures, FAILURES);
    free(list);
    incidents_free(incidents);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"who succeeds at most servers does not fail by itself",
         who_succeeds_at_most_servers_does_not_fail_by_itself},
        {"what may be on the way is the client's", what_may_be_on_the_way_is_the_client_s},
        {"clients with one fault do not make it that of servers",
         clients_with_one_fault_do_not_make_it_that_of_servers},
        {"a client at one server is no incident", a_client_at_one_server_is_no_incident},
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident_choice", tests);
}
