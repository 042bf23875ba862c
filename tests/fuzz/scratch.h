/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scratch.h -- a file that is in memory alone, for code that wants a path. */
#ifndef TLSWHY_TESTS_FUZZ_SCRATCH_H
#define TLSWHY_TESTS_FUZZ_SCRATCH_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { SCRATCH_PATH_SIZE = 32 };

/* Make it, with this content. Returns its descriptor, which is to be closed. */
static inline int scratch_open(struct bytes content, char path[SCRATCH_PATH_SIZE])
{
    int file = memfd_create("scratch", MFD_CLOEXEC);

    must(file >= 0);
    must(write(file, content.data, content.len) == (ssize_t)content.len);
    snprintf(path, SCRATCH_PATH_SIZE, "/proc/self/fd/%d", file);
    return file;
}

#endif
