/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a segment begins another connection on addresses and ports that are in use. */
#include "capture/reading.h"

#include "capture/moment.h"

/* A SYN-ACK belongs to the connection whose SYN it ACKs. */
static bool is_foreign_syn_ack(const struct reading *reading, unsigned half,
                               const struct segment *segment)
{
    const struct stream *peer = &reading->half[half ^ 1].stream;

    return reading->closing && peer->known && peer->base != segment->acknowledgment;
}

/* Is this the number of the first octet, as far as is known? */
static bool begins_at(const struct reading *reading, unsigned half, uint32_t sequence)
{
    const struct stream *stream = &reading->half[half].stream;

    if (reading->waits && reading->first_half == half)
        return first_segment_of(reading->first)->sequence == sequence;
    return stream->known && stream->base == sequence;
}

bool reading_is_reused_by(const struct reading *reading, unsigned half,
                          const struct segment *segment)
{
    const struct stream *stream = &reading->half[half].stream;
    const struct stream *peer = &reading->half[half ^ 1].stream;
    int64_t offset;

    if (!(segment->flags & TCP_SYN) || (segment->flags & TCP_RST))
        return false;
    if (begins_at(reading, half, segment->sequence + 1))
        return false;
    if (segment->flags & TCP_ACK)
        return is_foreign_syn_ack(reading, half, segment);
    if (reading->closing
        || elapsed_ns(segment->at.time_ns, reading_last(reading).time_ns) > READING_REUSE_NS)
        return true;
    /* Both sides may open at the same time; else a SYN from where none came is new. */
    if (!stream->known)
        return !reading->connection.syn_seen || peer->highest > 0;
    if (!peer->known)
        return true;
    /* A SYN within the window of a living connection is answered by a mere ACK
     * (RFC 9293 section 3.10.7.4): it begins nothing. */
    offset = stream_offset(stream, segment->sequence);
    return offset < stream->acknowledged || offset > stream->highest + stream->window;
}
