/* SPDX-License-Identifier: GPL-2.0-or-later */
/* origin.h -- of several files read as one: in which file a packet lies, and where there.
 *
 * Kept is where another file goes on, so a rotated series costs one entry for each file, and files
 * of the same time one for each change between them. Beyond ORIGINS_MAX nothing is known.
 */
#ifndef TLSWHY_CAPTURE_ORIGIN_H
#define TLSWHY_CAPTURE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

enum { ORIGINS_MAX = 262144 /* changes from one file to another, 6 MiB */ };

struct origin {
    const char *path; /* as it was noted */
    uint64_t packet;  /* number in that file, from 1 on, as Wireshark counts */
};

struct origins;

/* Nothing is known. NULL: no memory. */
struct origins *origins_new(void);
void origins_free(struct origins *origins); /* NULL is harmless */

/* From this packet on, which comes behind all that were noted, packets are those of the file from
 * in_file on. The path is borrowed. */
void origins_note(struct origins *origins, uint64_t packet, const char *path, uint64_t in_file);

/* Where this packet is from. False: that is not known, or origins is NULL. */
bool origins_find(const struct origins *origins, uint64_t packet, struct origin *out);

#endif
