/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <cjson/cJSON.h>

#include "analyze/json.h"
#include "tests/support/wire.h"
#include "tests/support/written.h"

/* The one text for a direction that lost nothing says what is said member by member. */
static void what_was_not_lost_is_told_as_what_was(void)
{
    static const struct direction lossy = {
        .packets = 3,
        .retransmissions = 11,
        .retransmitted_octets = 12,
        .unacknowledged_octets = 13,
        .has_trouble = true,
        .trouble = {.missed_octets = 14,
                    .cut_octets = 15,
                    .dropped_octets = 16,
                    .conflicting_octets = 17},
    };
    static const struct {
        const char *name;
        double value;
    } losses[] = {
        {"retransmissions", 11},   {"retransmitted_bytes", 12}, {"lost_bytes", 13},
        {"missed_bytes", 14},      {"cut_bytes", 15},           {"dropped_bytes", 16},
        {"conflicting_bytes", 17},
    };
    struct written written;
    const cJSON *client, *server;

    written_begin(&written);
    sample_failed(&written.sample);
    written.sample.connection.direction[SIDE_CLIENT] = lossy;
    written.sample.connection.direction[SIDE_SERVER] = (struct direction){.packets = 3};
    written_write(&written);
    client = written_at(&written, "tlswhy.transport.client.retransmissions");
    server = written_at(&written, "tlswhy.transport.server.retransmissions");
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        CU_ASSERT_FATAL(client != NULL && server != NULL);
        CU_ASSERT_STRING_EQUAL(client->string, losses[i].name);
        CU_ASSERT_STRING_EQUAL(server->string, losses[i].name);
        CU_ASSERT_EQUAL(client->valuedouble, losses[i].value);
        CU_ASSERT_EQUAL(server->valuedouble, 0);
        client = client->next;
        server = server->next;
    }
    written_end(&written);
}

/* Each loss alone is told. */
static void one_loss_is_enough(void)
{
    static const struct direction directions[] = {
        {.packets = 1, .retransmissions = 7},
        {.packets = 1, .retransmitted_octets = 7},
        {.packets = 1, .has_trouble = true, .trouble.missed_octets = 7},
        {.packets = 1, .has_trouble = true, .trouble.cut_octets = 7},
        {.packets = 1, .has_trouble = true, .trouble.dropped_octets = 7},
        {.packets = 1, .has_trouble = true, .trouble.conflicting_octets = 7},
    };
    static const char *const paths[] = {
        "tlswhy.transport.server.retransmissions", "tlswhy.transport.server.retransmitted_bytes",
        "tlswhy.transport.server.missed_bytes",    "tlswhy.transport.server.cut_bytes",
        "tlswhy.transport.server.dropped_bytes",   "tlswhy.transport.server.conflicting_bytes",
    };
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        written.sample.connection.direction[SIDE_SERVER] = directions[i];
        written_write(&written);
        CU_ASSERT_EQUAL(cJSON_GetNumberValue(written_at(&written, paths[i])), 7);
    }
    written_end(&written);
}

/* All counts are the largest there are, and what stands before them becomes longer by a name each
 * time, until the buffer grows: what is written behind its end, the sanitizer sees. */
static void no_count_outgrows_the_room_for_it(void)
{
    enum { BUFFER_FIRST = 16384 };
    uint8_t suites[2 * JSON_NAMES_MAX];  /* TLS_RSA_WITH_AES_256_CBC_SHA256 */
    uint8_t schemes[2 * JSON_NAMES_MAX]; /* rsa_pss_rsae_sha256 */
    struct written written;
    size_t longest = 0;

    for (size_t i = 0; i < sizeof(suites); i += 2) {
        memcpy(suites + i, "\x00\x3d", 2);
        memcpy(schemes + i, "\x08\x04", 2);
    }
    for (size_t count = 0; count <= JSON_NAMES_MAX; count++) {
        struct connection *connection;

        written_begin(&written);
        sample_failed(&written.sample);
        connection = &written.sample.connection;
        for (size_t side = 0; side < SIDES; side++) {
            memset(&connection->endpoint[side], 0xff, sizeof(connection->endpoint[side]));
            connection->endpoint[side].has_mac = true;
            memset(&connection->direction[side], 0xff, sizeof(connection->direction[side]));
        }
        connection->syn_rtt_ns = connection->ack_rtt_ns = INT64_MAX;
        written.sample.facts.client_hello.cipher_suites = bytes_of(suites, 2 * count);
        written.sample.facts.client_extensions.signature_algorithms.list =
            bytes_of(schemes, 2 * count);
        /* For what a peer chose there is always room to spare. */
        written.sample.facts.client_extensions.alpn.protocols = (struct bytes){0};
        written_write(&written);
        longest = written.line.len;
        written_check_text(&written, "client.ip", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        written_check_text(&written, "server.mac", "FF-FF-FF-FF-FF-FF");
        CU_ASSERT_EQUAL(cJSON_GetNumberValue(written_at(&written, "server.port")), 65535);
        written_end(&written);
    }
    CU_ASSERT(longest > BUFFER_FIRST);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what was not lost is told as what was", what_was_not_lost_is_told_as_what_was},
        {"one loss is enough", one_loss_is_enough},
        {"no count outgrows the room for it", no_count_outgrows_the_room_for_it},
        CU_TEST_INFO_NULL,
    };

    return suite_run("event_network", tests);
}
