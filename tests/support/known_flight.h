/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_flight.h -- a client that had the hidden flight of TLS 1.3, and what is known of the
 * certificate in it. */
#ifndef TLSWHY_TESTS_SUPPORT_KNOWN_FLIGHT_H
#define TLSWHY_TESTS_SUPPORT_KNOWN_FLIGHT_H

#include "analyze/chain.h"
#include "analyze/knowledge.h"
#include "tests/support/facts_builder.h"
#include "tests/support/story_opening.h"

#define DAY_SECONDS INT64_C(86400)

struct known_flight {
    struct story story;
    struct known_name name;
    struct known known;
};

/* A certificate in its dates with nothing wrong, seen when the story is told. */
static inline void known_flight_begin(struct known_flight *fixture)
{
    int64_t now = STORY_TIME / STORY_SECOND;

    memset(fixture, 0, sizeof(*fixture));
    fixture->name.certificate = (struct known_certificate){
        .known = true,
        .seen_ns = STORY_TIME,
        .valid_from = now - 30 * DAY_SECONDS,
        .valid_until = now + 30 * DAY_SECONDS,
        .end = CHAIN_END_ANCHORED,
        .name = NAME_MATCH_SAN,
        .trust_known = true,
    };
    fixture->known.name = &fixture->name;
    story_begin(&fixture->story);
    story_modern_hello(&fixture->story);
    story_flight_1_3(&fixture->story);
}

#endif
