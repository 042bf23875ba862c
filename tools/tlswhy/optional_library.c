/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/optional_library.h"

#include <dlfcn.h>
#include <string.h>

/* Copied, since C has no way to make a function of the pointer that dlsym gives. */
static bool find_all(void *library, const struct library_function *functions, size_t count,
                     void *pointers)
{
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(library, functions[i].name);

        if (found == NULL)
            return false;
        memcpy((char *)pointers + functions[i].offset, &found, sizeof(found));
    }
    return true;
}

bool optional_library_load(const char *file, const struct library_function *functions, size_t count,
                           void *pointers)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);

    return library != NULL && find_all(library, functions, count, pointers);
}
