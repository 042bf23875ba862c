/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what failures are counted together, and what tells the way of an incident on a path. */
#include <string.h>

#include "analyze/causes/causes.h"
#include "analyze/incident_key.h"
#include "tests/support/story_opening.h"
#include "tests/support/suite.h"

/* The path of a handshake that a RST in the server's name ended, whose other packets have this hop
 * limit, 0: there are none. */
static struct incident_path path_of_reset(uint8_t hop_limit)
{
    struct story story;
    const struct incident_failure failure = {.connection = &story.connection,
                                             .cause = &cause_middlebox_reset};
    struct direction *server;

    story_begin(&story);
    server = &story.connection.direction[SIDE_SERVER];
    story_modern_hello(&story);
    story_rst(&story, SIDE_SERVER);
    server->hop_limit = hop_limit;
    direction_have_trouble(server)->reset.hop_limit = 48;
    return incident_path_of(&failure);
}

static void another_hop_limit_tells_the_way(void)
{
    struct incident_path path = path_of_reset(57);

    CU_ASSERT_EQUAL(path.kind, INCIDENT_PATH_HOP_LIMIT);
    CU_ASSERT_EQUAL(path.hop_limit, 48);
    CU_ASSERT_EQUAL(path_of_reset(48).kind, INCIDENT_PATH_NONE);
}

static void a_lone_rst_has_nothing_to_differ_from(void)
{
    CU_ASSERT_EQUAL(path_of_reset(0).kind, INCIDENT_PATH_NONE);
}

static bool keys_agree(const struct cause *cause, uint8_t one, uint8_t other)
{
    static const uint64_t hash_key[2] = {1, 2};
    const uint8_t alerts[] = {one, other};
    struct incident_key keys[2];
    struct story story;

    story_begin(&story);
    for (size_t i = 0; i < 2; i++) {
        const struct incident_failure failure = {
            .connection = &story.connection, .cause = cause, .alert = alerts[i]};

        CU_ASSERT_TRUE(incident_key_of(hash_key, INCIDENT_AT_SERVER, &failure, &keys[i]));
    }
    return memcmp(&keys[0], &keys[1], sizeof(keys[0])) == 0;
}

static void alerts_that_nothing_explains_are_told_apart(void)
{
    CU_ASSERT_TRUE(keys_agree(&cause_peer_alert, TLS_ALERT_ACCESS_DENIED, TLS_ALERT_ACCESS_DENIED));
    CU_ASSERT_FALSE(
        keys_agree(&cause_peer_alert, TLS_ALERT_ACCESS_DENIED, TLS_ALERT_HANDSHAKE_FAILURE));
    CU_ASSERT_TRUE(
        keys_agree(&cause_no_shared_cipher, TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_HANDSHAKE_FAILURE));
}

enum { SERIES = 4, KEPT = 2 };

/* Two failures at one server that begin an incident, the earlier ones of which are over. */
static struct incident_failure fail_twice(struct incidents *incidents, struct story *story,
                                          int number)
{
    const struct incident_past past = {0};
    struct incident_failure failure = {
        .connection = &story->connection,
        .cause = &cause_no_shared_cipher,
        .name = bytes_of("", 0),
    };

    story_begin(story);
    story->connection.first.time_ns = STORY_TIME + number * INCIDENT_QUIET_NS;
    incidents_add(incidents, &failure, &past);
    incidents_add(incidents, &failure, &past);
    return failure;
}

/* And with no other one, when that had to make room; whether or not it is known which it was. */
static void a_failure_belongs_to_the_incident_that_it_was_counted_with(void)
{
    static const uint64_t hash_key[2] = {1, 2};

    for (size_t limited = 0; limited < 2; limited++) {
        struct incidents *incidents = incidents_new(hash_key, hash_key, limited ? KEPT : 0);
        struct story stories[SERIES];
        struct incident_failure failures[SERIES];

        for (int i = 0; i < SERIES; i++)
            failures[i] = fail_twice(incidents, &stories[i], i);
        for (int i = 0; i < SERIES; i++) {
            const struct incident *known = incidents_find(incidents, &failures[i], false);
            const bool is_kept = !limited || i >= SERIES - KEPT;

            memset(failures[i].number, 0, sizeof(failures[i].number));
            CU_ASSERT_PTR_EQUAL(incidents_find(incidents, &failures[i], false), known);
            CU_ASSERT_EQUAL(known != NULL, is_kept);
            if (known != NULL)
                CU_ASSERT_EQUAL(known->first_ns, stories[i].connection.first.time_ns);
        }
        incidents_free(incidents);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"another hop limit tells the way", another_hop_limit_tells_the_way},
        {"a lone RST has nothing to differ from", a_lone_rst_has_nothing_to_differ_from},
        {"alerts that nothing explains are told apart",
         alerts_that_nothing_explains_are_told_apart},
        {"a failure belongs to the incident that it was counted with",
         a_failure_belongs_to_the_incident_that_it_was_counted_with},
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident_key", tests);
}
