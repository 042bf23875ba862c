/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other stories tell (facts_builder.h): knowledge to learn them, and hellos that come again. */
#ifndef TLSWHY_TESTS_STORY_KNOWN_H
#define TLSWHY_TESTS_STORY_KNOWN_H

#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* Nothing is known yet. */
static inline struct knowledge *story_knowledge_new(void)
{
    const struct knowledge_options options = {0};
    struct knowledge *created = knowledge_new(&options);

    CU_ASSERT_PTR_NOT_NULL_FATAL(created);
    return created;
}

/* Extensions that resume a session: session_ticket, not empty; pre_shared_key with a ticket of four
 * octets. */
static const struct bytes story_resuming[] = {
    {.data = (const uint8_t *)"\0\43\0\4tick", .len = 8},
    {.data = (const uint8_t *)"\0\51\0\57\0\12\0\4tick\0\1\2\3\0\41\40"
                              "................................",
     .len = 51},
};

/* Of a story that has just begun: its hello comes so long after those of others, in segments as of
 * Ethernet. */
static inline void story_hello_later(struct story *story, const struct story_offer *offer,
                                     int seconds)
{
    story_wait(story, seconds * STORY_SECOND);
    story->connection.first.time_ns += seconds * STORY_SECOND;
    story_client_hello(story, offer);
    sent_by(story, SIDE_SERVER)->mss = 1460;
    sent_by(story, SIDE_CLIENT)->largest_segment = 1460;
}

/* This client has the flight of TLS 1.3, with a certificate in a record of this length, so
 * long after the first one. */
static inline void story_begin_certificate(struct story *story, struct knowledge *knowledge,
                                           int seconds, uint8_t client, uint32_t record)
{
    struct story_choice choice = story_choice_1_3();

    story_begin_at(story, seconds * STORY_SECOND);
    story->connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    story->knowledge = knowledge;
    story_modern_hello(story);
    story_server_hello(story, &choice);
    story_protected(story, SIDE_SERVER, 40);
    story_protected(story, SIDE_SERVER, record);
    story_protected(story, SIDE_SERVER, 281);
    story_protected(story, SIDE_SERVER, STORY_FINISHED_RECORD);
}

/* The client takes the flight of TLS 1.3: a success to learn. */
static inline void story_learn_taken(struct story *story)
{
    story_protected(story, SIDE_CLIENT, STORY_FINISHED_RECORD);
    story_protected(story, SIDE_CLIENT, 200);
    story_protected(story, SIDE_SERVER, 300);
    CU_ASSERT_EQUAL(story_facts(story)->outcome, OUTCOME_ESTABLISHED);
    story_learn(story->knowledge, &story->facts);
}

/* It refuses the flight where nobody can read why. */
static inline void story_refuse_unread(struct story *story)
{
    story_ccs(story, SIDE_CLIENT);
    story_protected(story, SIDE_CLIENT, STORY_ALERT_RECORD);
    story_fin(story, SIDE_CLIENT);
}

#endif
