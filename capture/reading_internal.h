/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reading_internal.h -- the sides of a connection that is read, private to the files that read it.
 */
#ifndef TLSWHY_CAPTURE_READING_INTERNAL_H
#define TLSWHY_CAPTURE_READING_INTERNAL_H

#include "capture/reading.h"

static inline enum side side_of(const struct reading *reading, unsigned half)
{
    _Static_assert(SIDE_CLIENT == 0 && SIDE_SERVER == 1, "halves that differ are of other sides");
    return (enum side)(half ^ reading->client);
}

static inline struct direction *direction_of(struct reading *reading, unsigned half)
{
    return &reading->connection.direction[side_of(reading, half)];
}

/* Whether a segment with SYN is a copy of one that was taken before, which is counted then. */
bool reading_take_copied_syn(struct reading *reading, unsigned half, const struct segment *syn);

#endif
