/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story_incident.h -- failures of clients at servers, told and counted with their incidents. */
#ifndef TLSWHY_TESTS_SUPPORT_STORY_INCIDENT_H
#define TLSWHY_TESTS_SUPPORT_STORY_INCIDENT_H

#include "analyze/incident.h"
#include "tests/support/facts_builder.h"

/* Who it is about: hosts of RFC 5737. */
static inline void story_set_ends(struct story *story, uint8_t client, uint8_t server)
{
    const struct address network = {
        {[10] = 0xff, [11] = 0xff, [12] = 198, [13] = 51, [14] = 100},
    };

    for (size_t side = 0; side < SIDES; side++)
        story->connection.endpoint[side].address = network;
    story->connection.endpoint[SIDE_CLIENT].address.octets[14] = 200;
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    story->connection.endpoint[SIDE_SERVER].address.octets[15] = server;
}

/* Count a failure that was told. */
static inline void story_add_failure(struct incidents *incidents, const struct story *story,
                                     const struct incident_past *past)
{
    struct incident_failure failure = incidents_failure_of(incidents, &story->verdict);

    incidents_add(incidents, &failure, past);
}

/* As incidents_find, of a failure that was told. */
static inline struct incident *story_find_incident(struct incidents *incidents,
                                                   const struct story *story, bool is_growing)
{
    const struct incident_failure failure = incidents_failure_of(incidents, &story->verdict);

    return incidents_find(incidents, &failure, is_growing);
}

/* One failure of a client at a server, told and counted. */
static inline void story_count_failure(struct incidents *incidents, struct story *story,
                                       uint8_t client, uint8_t server, const char *name,
                                       uint8_t alert)
{
    struct story_offer offer = story_modern_offer();
    const struct incident_past past = {.established = 4, .established_last_ns = STORY_TIME - 1};

    offer.name = name;
    story_begin(story);
    story_set_ends(story, client, server);
    story_client_hello(story, &offer);
    story_fatal(story, SIDE_SERVER, alert);
    (void)story_facts(story);
    story_add_failure(incidents, story, &past);
}

/* A connection attempt of a client at a server that nobody answers. */
static inline void story_count_timeout(struct incidents *incidents, struct story *story,
                                       uint8_t client, uint8_t server)
{
    const struct incident_past past = {0};

    story_begin_syn(story);
    story->connection.direction[SIDE_CLIENT].syn_count = 3;
    story->connection.direction[SIDE_CLIENT].packets = 3;
    story_set_ends(story, client, server);
    (void)story_facts(story);
    story_add_failure(incidents, story, &past);
}

#endif
