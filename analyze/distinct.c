/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/distinct.h"

#include <stdlib.h>
#include <string.h>

#include "capture/siphash.h"

void distinct_release(struct distinct *distinct)
{
    free(distinct->hashes);
    *distinct = (struct distinct){0};
}

uint64_t distinct_hash(const void *octets, size_t length)
{
    static const uint64_t public_key[2] = {0};

    return siphash_2_4(public_key, octets, length);
}

/* Where a hash is or belongs. */
static uint16_t find(const struct distinct *distinct, uint64_t hash)
{
    uint16_t begin = 0;
    uint16_t end = distinct->count;

    while (begin < end) {
        uint16_t middle = (uint16_t)((begin + end) / 2);

        if (distinct->hashes[middle] < hash)
            begin = (uint16_t)(middle + 1);
        else
            end = middle;
    }
    return begin;
}

static bool grow(struct distinct *distinct)
{
    uint16_t room = distinct->room > 0 ? (uint16_t)(2 * distinct->room) : DISTINCT_ROOM_FIRST;
    uint64_t *hashes = realloc(distinct->hashes, room * sizeof(hashes[0]));

    if (hashes == NULL)
        return false;
    distinct->hashes = hashes;
    distinct->room = room;
    return true;
}

size_t distinct_growth(const struct distinct *distinct)
{
    size_t hashes = distinct->room > 0 ? distinct->room : DISTINCT_ROOM_FIRST;

    if (distinct->count < distinct->room || distinct->count == DISTINCT_HASHES_MAX)
        return 0;
    return hashes * sizeof(distinct->hashes[0]);
}

bool distinct_add(struct distinct *distinct, uint64_t hash)
{
    uint16_t place = find(distinct, hash);

    if (place < distinct->count && distinct->hashes[place] == hash)
        return true;
    if (distinct->count == DISTINCT_HASHES_MAX) {
        distinct->has_more = true;
        if (place == distinct->count)
            return true;
        distinct->count--; /* the greatest makes room */
    }
    if (distinct->count == distinct->room && !grow(distinct))
        return false;
    memmove(distinct->hashes + place + 1, distinct->hashes + place,
            (size_t)(distinct->count - place) * sizeof(distinct->hashes[0]));
    distinct->hashes[place] = hash;
    distinct->count++;
    return true;
}

/* That many hashes lie below the greatest of them, evenly. */
uint64_t distinct_count(const struct distinct *distinct)
{
    double greatest;

    if (!distinct->has_more)
        return distinct->count;
    greatest = (double)distinct->hashes[distinct->count - 1] / (double)UINT64_MAX;
    if (greatest * DISTINCT_HASHES_MAX * (double)UINT32_MAX < 1) /* no network has so many */
        return UINT32_MAX;
    return (uint64_t)((DISTINCT_HASHES_MAX - 1) / greatest);
}
