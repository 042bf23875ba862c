/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step.h -- what one side says in a play, which may hold NULs. */
#ifndef TLSWHY_TESTS_SUPPORT_STEP_H
#define TLSWHY_TESTS_SUPPORT_STEP_H

#include "tests/support/play.h"

struct step {
    enum side side;
    const char *text;
    size_t length;
};

#define CLIENT_SAYS(text)                                                                          \
    {                                                                                              \
        SIDE_CLIENT, text, sizeof(text) - 1                                                        \
    }
#define SERVER_SAYS(text)                                                                          \
    {                                                                                              \
        SIDE_SERVER, text, sizeof(text) - 1                                                        \
    }

static inline void say(struct play *play, const struct step *step)
{
    if (step->length > 0)
        play_octets(play, step->side, step->text, step->length);
}

#endif
