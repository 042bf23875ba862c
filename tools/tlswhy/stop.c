/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/stop.h"

#include <signal.h>
#include <stddef.h>

/* A signal handler has no other way to say something. */
static volatile sig_atomic_t requested;

static void request(int signal_number)
{
    (void)signal_number;
    requested = 1;
}

void stop_prepare(void)
{
    /* Without SA_RESTART a read that waits for a pipe returns. */
    struct sigaction stop = {.sa_handler = request, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&stop.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

bool stop_requested(void)
{
    return requested != 0;
}
