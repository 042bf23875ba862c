/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that say nothing for long after they were opened. */
#include "capture/lifecycle.h"
#include "capture/reading.h"

static bool is_half_silent(const struct stream *stream)
{
    return stream->known && stream->highest <= 0 && stream->acknowledged <= 0 && stream->fin < 0;
}

bool reading_is_silent(const struct reading *reading)
{
    return !reading->payload && !connection_is_subflow(&reading->connection)
           && is_half_silent(&reading->half[0].stream) && is_half_silent(&reading->half[1].stream);
}

void reading_begin_again(struct reading *reading, const struct flow *flow, uint32_t peer_isn,
                         const struct segment *first)
{
    unsigned client = flow_opener(flow);

    reading_begin(reading, &flow->key, client, first);
    reading->connection.syn_seen = true;
    stream_set_base(&reading->half[client].stream, flow->isn + 1);
    stream_set_base(&reading->half[client ^ 1].stream, peer_isn + 1);
}
