/* SPDX-License-Identifier: GPL-2.0-or-later */
/* optional_library.h -- a library that is loaded for those who ask for what it does alone.
 *
 * Its header is used when this is compiled, so that each function has the type that it has there.
 */
#ifndef TLSWHY_TOOLS_OPTIONAL_LIBRARY_H
#define TLSWHY_TOOLS_OPTIONAL_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct library_function {
    const char *name;
    size_t offset; /* of its pointer in the caller's struct of them */
};

/* Load a library, by its file name without a folder, and put pointers to count functions into
 * *pointers; before the sandbox, which lets nothing be mapped to be executed. It stays until the
 * program ends, since its threads may. False: dlerror says why. */
bool optional_library_load(const char *file, const struct library_function *functions, size_t count,
                           void *pointers);

#endif
