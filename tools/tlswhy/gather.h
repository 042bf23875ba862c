/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gather.h -- packets of a ring, which are valid one at a time, given to a pipeline several at
 * once.
 *
 * The pipeline fetches what one packet needs while it works on another, and wants several for
 * that. The ring takes back the octets of a packet with the next one: packets are copied, which
 * costs less than what fetching saves. Of a long one that costs more, and hardly anything of it is
 * looked at where downloads go by: it is copied while many packets are of handshakes, and else it
 * is the last of its batch.
 */
#ifndef TLSWHY_TOOLS_GATHER_H
#define TLSWHY_TOOLS_GATHER_H

#include "tools/tlswhy/pipeline.h"

enum {
    GATHER_SHORT = 512, /* octets of a packet that is copied in any case */
    GATHER_LONG = 4096, /* octets of one that is copied while many packets are read */
    GATHER_LONG_SHARE =
        3, /* many: a third (of storms of handshakes half, of downloads an eighth) */
    GATHER_OCTETS = 16384, /* of all of a batch: half of the smallest first-level cache */
    GATHER_LOOK = 1024     /* packets between two looks at how many are read */
};

struct gather {
    struct pipeline *pipeline; /* borrowed */
    size_t count;
    size_t used;       /* of the octets */
    size_t copied_max; /* octets of a packet that is copied now */
    size_t given;      /* packets, since the last look */
    size_t read;       /* of them, those of connections whose octets are read */
    struct raw_packet packets[PIPELINE_BATCH];
    uint8_t octets[GATHER_OCTETS];
};

/* Begin, for a pipeline that is borrowed. */
void gather_init(struct gather *gather, struct pipeline *pipeline);

/* Take one more packet, which is valid during the call; the pipeline may get it now or later. */
void gather_packet(struct gather *gather, const struct raw_packet *raw);

/* Give the pipeline what was gathered. */
void gather_flush(struct gather *gather);

#endif
