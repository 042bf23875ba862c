/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/gather.h"

_Static_assert(GATHER_LONG <= GATHER_OCTETS,
               "an empty gather has room for any packet that is copied");

void gather_init(struct gather *gather, struct pipeline *pipeline)
{
    gather->pipeline = pipeline;
    gather->count = 0;
    gather->used = 0;
    gather->copied_max = GATHER_SHORT;
    gather->given = 0;
    gather->read = 0;
}

/* Does what goes by consist of handshakes? Not all of their packets are: what follows them is none,
 * and the FINs. */
static void look(struct gather *gather)
{
    bool has_handshakes = gather->read * GATHER_LONG_SHARE >= gather->given;

    gather->copied_max = has_handshakes ? GATHER_LONG : GATHER_SHORT;
    gather->given = 0;
    gather->read = 0;
}

void gather_flush(struct gather *gather)
{
    gather->read += pipeline_packets(gather->pipeline, gather->packets, gather->count);
    gather->given += gather->count;
    gather->count = 0;
    gather->used = 0;
    if (gather->given >= GATHER_LOOK)
        look(gather);
}

static bool has_room(const struct gather *gather, size_t octets)
{
    return octets <= GATHER_OCTETS - gather->used;
}

/* Where the copy begins; there is room for it. */
static struct bytes copy(struct gather *gather, struct bytes data)
{
    uint8_t *place = gather->octets + gather->used;

    memcpy(place, data.data, data.len);
    gather->used += data.len;
    return bytes_of(place, data.len);
}

void gather_packet(struct gather *gather, const struct raw_packet *raw)
{
    bool is_copied = raw->data.len <= gather->copied_max;
    struct raw_packet *packet;

    if (is_copied && !has_room(gather, raw->data.len))
        gather_flush(gather);
    packet = &gather->packets[gather->count++];
    *packet = *raw;
    if (is_copied)
        packet->data = copy(gather, raw->data);
    if (!is_copied || gather->count == PIPELINE_BATCH)
        gather_flush(gather);
}
