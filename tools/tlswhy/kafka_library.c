/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/kafka_library.h"

#include <stddef.h>

#include "tools/tlswhy/complain.h"

#if HAVE_RDKAFKA

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define KAFKA_LIBRARY "librdkafka.so.1" /* the interface of its header, whatever the version */

struct function {
    const char *name;
    size_t offset; /* of its pointer in a struct kafka_library */
};

#define KAFKA_ROW(name) {"rd_kafka_" #name, offsetof(struct kafka_library, name)},

static const struct function functions[] = {KAFKA_FUNCTIONS(KAFKA_ROW)};

#undef KAFKA_ROW

/* Copied, since C has no way to make a function of the pointer that dlsym gives. */
static bool find_all(void *handle, struct kafka_library *library)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void *found = dlsym(handle, functions[i].name);

        if (found == NULL)
            return false;
        memcpy((char *)library + functions[i].offset, &found, sizeof(found));
    }
    return true;
}

struct kafka_library *kafka_library_load(void)
{
    struct kafka_library *library = calloc(1, sizeof(*library));
    void *handle;

    if (library == NULL) {
        (void)complain_memory();
        return NULL;
    }
    handle = dlopen(KAFKA_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (handle != NULL && find_all(handle, library))
        return library;
    (void)complain("a Kafka sink needs librdkafka: %s", dlerror());
    free(library);
    return NULL;
}

#else

struct kafka_library *kafka_library_load(void)
{
    (void)complain("this build has no Kafka (librdkafka)");
    return NULL;
}

#endif
