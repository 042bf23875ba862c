/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells the way of an incident on a path. */
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

int main(void)
{
    static CU_TestInfo tests[] = {
        {"another hop limit tells the way", another_hop_limit_tells_the_way},
        {"a lone RST has nothing to differ from", a_lone_rst_has_nothing_to_differ_from},
        {"alerts that nothing explains are told apart",
         alerts_that_nothing_explains_are_told_apart},
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident_key", tests);
}
