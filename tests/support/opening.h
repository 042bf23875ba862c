/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opening.h -- what happens behind words that come before TLS, however these are cut: whole
 * connections, delivered whole, octet by octet and in odd pieces. */
#ifndef TLSWHY_TESTS_SUPPORT_OPENING_H
#define TLSWHY_TESTS_SUPPORT_OPENING_H

#include <stdio.h>

#include "dissect/tls.h"
#include "tests/support/step.h"
#include "tests/support/suite.h"

enum { OPENING_STEPS_MAX = 6 };

/* Up to the hello; steps without a text are none. */
struct opening {
    struct step steps[OPENING_STEPS_MAX];
};

struct openings {
    uint16_t port;
    const struct opening *list;
    size_t count;
};

typedef void opening_act(struct play *play);

static inline void opening_expect(const struct openings *openings, opening_act *perform,
                                  enum outcome outcome, const char *cause)
{
    static const size_t pieces[] = {0, 1, 7};

    for (size_t i = 0; i < openings->count; i++)
        for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
            struct play play;

            play_begin(&play, openings->port, pieces[k]);
            for (size_t step = 0; step < OPENING_STEPS_MAX; step++)
                say(&play, &openings->list[i].steps[step]);
            perform(&play);
            play_end(&play);
            CU_ASSERT_EQUAL(play.verdicts, 1);
            CU_ASSERT_EQUAL(play.outcome, outcome);
            CU_ASSERT_STRING_EQUAL(play.cause, cause);
            if (play.outcome != outcome)
                printf("\nopening %zu in pieces of %zu: %s, %s\n", i, pieces[k],
                       outcome_name(play.outcome), play.cause);
        }
}

/* A hello, which the server refuses. */
static inline void opening_refuse(struct play *play)
{
    play_client_hello(play, false);
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_PROTOCOL_VERSION);
    play_fin(play, SIDE_SERVER);
}

#endif
