/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/gather.h"

void gather_flush(struct gather *gather)
{
    pipeline_packets(gather->pipeline, gather->packets, gather->count);
    gather->count = 0;
}

void gather_packet(struct gather *gather, const struct raw_packet *raw)
{
    bool is_copied = raw->data.len <= GATHER_OCTETS;
    size_t place = gather->count++;

    gather->packets[place] = *raw;
    if (is_copied) {
        memcpy(gather->octets[place], raw->data.data, raw->data.len);
        gather->packets[place].data = bytes_of(gather->octets[place], raw->data.len);
    }
    if (!is_copied || gather->count == PIPELINE_BATCH)
        gather_flush(gather);
}
