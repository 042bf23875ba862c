/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listener.h -- what the program says on standard error, for tests of it. */
#ifndef TLSWHY_TESTS_SUPPORT_LISTENER_H
#define TLSWHY_TESTS_SUPPORT_LISTENER_H

#include <stdio.h>
#include <unistd.h>

enum { LISTENER_SIZE = 8192 /* of what is heard; the rest is cut */ };

struct listener {
    FILE *file;
    int before; /* standard error, as it was */
};

static inline struct listener listener_begin(void)
{
    struct listener listener = {.file = tmpfile(), .before = dup(STDERR_FILENO)};

    dup2(fileno(listener.file), STDERR_FILENO);
    return listener;
}

/* said becomes what was said since. */
static inline void listener_end(struct listener *listener, char said[LISTENER_SIZE])
{
    size_t length;

    dup2(listener->before, STDERR_FILENO);
    close(listener->before);
    rewind(listener->file);
    length = fread(said, 1, LISTENER_SIZE - 1, listener->file);
    said[length] = '\0';
    fclose(listener->file);
}

#endif
