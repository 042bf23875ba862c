/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/certificates.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_SIZE = 4 * 1024 * 1024 };

const char *certificates_path(const char *file)
{
    static char path[1024];

    if ((size_t)snprintf(path, sizeof(path), "%s/certificates/%s", TLSWHY_TESTS_DIR, file)
        >= sizeof(path))
        abort();
    return path;
}

struct bytes certificates_der(const char *name)
{
    static uint8_t arena[ARENA_SIZE];
    static size_t used;
    char file[128];
    FILE *stream;
    struct bytes der;

    snprintf(file, sizeof(file), "%s.der", name);
    stream = fopen(certificates_path(file), "rb");
    if (stream == NULL) {
        perror(certificates_path(file));
        exit(1);
    }
    der = bytes_of(arena + used, fread(arena + used, 1, sizeof(arena) - used, stream));
    fclose(stream);
    used += der.len;
    if (der.len == 0 || used == sizeof(arena))
        abort();
    return der;
}

struct certificate certificates_read(const char *name)
{
    struct certificate certificate;

    certificate_read(certificates_der(name), &certificate);
    return certificate;
}
