/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/origin.h"

#include <stddef.h>
#include <stdlib.h>

enum { ORIGINS_AT_FIRST = 64 };

/* Packets that follow each other here and in their file. */
struct file_run {
    uint64_t packet; /* the first of them */
    uint64_t in_file;
    const char *path; /* NULL: not known */
};

struct origins {
    struct file_run *runs; /* by packet; room for a power of two */
    size_t count;
    size_t room;
};

struct origins *origins_new(void)
{
    struct origins *origins = calloc(1, sizeof(*origins));

    if (origins == NULL)
        return NULL;
    origins->runs = calloc(ORIGINS_AT_FIRST, sizeof(*origins->runs));
    origins->room = ORIGINS_AT_FIRST;
    if (origins->runs != NULL)
        return origins;
    free(origins);
    return NULL;
}

void origins_free(struct origins *origins)
{
    if (origins == NULL)
        return;
    free(origins->runs);
    free(origins);
}

static bool make_room(struct origins *origins)
{
    struct file_run *more;

    if (origins->count < origins->room)
        return true;
    if (origins->room == ORIGINS_MAX)
        return false;
    more = realloc(origins->runs, 2 * origins->room * sizeof(*more));
    if (more == NULL)
        return false;
    origins->runs = more;
    origins->room *= 2;
    return true;
}

void origins_note(struct origins *origins, uint64_t packet, const char *path, uint64_t in_file)
{
    if (make_room(origins)) {
        origins->runs[origins->count++] = (struct file_run){packet, in_file, path};
        return;
    }
    /* Of its packets, too, nothing is known: where they end would be one more. */
    origins->runs[origins->count - 1].path = NULL;
}

bool origins_find(const struct origins *origins, uint64_t packet, struct origin *out)
{
    const struct file_run *run;
    size_t low = 0;
    size_t high = origins != NULL ? origins->count : 0;

    /* Runs below low begin at the packet or before it, those from high on behind it. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (origins->runs[middle].packet <= packet)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    run = &origins->runs[low - 1];
    if (run->path == NULL)
        return false;
    *out = (struct origin){.path = run->path, .packet = run->in_file + (packet - run->packet)};
    return true;
}
