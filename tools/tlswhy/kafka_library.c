/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/kafka_library.h"

#include <stddef.h>

#include "tools/tlswhy/complain.h"

#if HAVE_RDKAFKA

#include <dlfcn.h>
#include <stdlib.h>

#include "tools/tlswhy/optional_library.h"

#define KAFKA_LIBRARY "librdkafka.so.1" /* the interface of its header, whatever the version */

#define KAFKA_ROW(name) {"rd_kafka_" #name, offsetof(struct kafka_library, name)},

static const struct library_function functions[] = {KAFKA_FUNCTIONS(KAFKA_ROW)};

#undef KAFKA_ROW

struct kafka_library *kafka_library_load(void)
{
    struct kafka_library *library = calloc(1, sizeof(*library));

    if (library == NULL) {
        (void)complain_memory();
        return NULL;
    }
    if (optional_library_load(KAFKA_LIBRARY, functions, sizeof(functions) / sizeof(functions[0]),
                              library))
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
