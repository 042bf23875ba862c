/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.h -- a filter of system calls (seccomp): whatever the program does not need kills it,
 * after a line that names the system call. */
#ifndef TLSWHY_TOOLS_SANDBOX_H
#define TLSWHY_TOOLS_SANDBOX_H

#include <stdbool.h>

enum sandbox {
    SANDBOX_SERVICE,       /* reads and writes what is open, starts threads; opens and connects to
                              nothing */
    SANDBOX_SERVICE_KAFKA, /* as SANDBOX_SERVICE, and connects, and opens files for reading */
    SANDBOX_BROKER,        /* reads and writes what is open, and opens files; has no sockets */
    SANDBOX_KEEPER,        /* as SANDBOX_BROKER, and puts one file in the place of another */
    SANDBOX_BROKER_FEED    /* as SANDBOX_KEEPER, and connects to receivers of events */
};

/* True when this build has it (libseccomp). */
bool sandbox_is_built_in(void);

/* Enter it with all threads, for good. privileges_drop comes before. False after a complaint. */
bool sandbox_enter(enum sandbox kind);

#endif
