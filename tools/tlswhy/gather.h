/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gather.h -- packets of a ring, which are valid one at a time, given to a pipeline several at
 * once.
 *
 * The pipeline fetches what one packet needs while it works on another, and wants several for
 * that. The ring takes back the octets of a packet with the next one: short packets are copied,
 * which costs less than what fetching saves. A long one, of which hardly anything is looked at
 * as a rule, is not: it is the last of its batch.
 */
#ifndef TLSWHY_TOOLS_GATHER_H
#define TLSWHY_TOOLS_GATHER_H

#include "tools/tlswhy/pipeline.h"

enum { GATHER_OCTETS = 512 /* longest packet that is copied */ };

struct gather {
    struct pipeline *pipeline; /* borrowed */
    size_t count;
    struct raw_packet packets[PIPELINE_BATCH];
    uint8_t octets[PIPELINE_BATCH][GATHER_OCTETS];
};

/* Take one more packet, which is valid during the call; the pipeline may get it now or later. */
void gather_packet(struct gather *gather, const struct raw_packet *raw);

/* Give the pipeline what was gathered. */
void gather_flush(struct gather *gather);

#endif
