/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a segment begins another connection on addresses and ports that are in use. */
#include "capture/lifecycle.h"
#include "capture/moment.h"
#include "capture/reading.h"

/* So long that a SYN begins a new connection, whatever its number. */
static bool was_silent(const struct reading *reading, const struct segment *segment)
{
    return elapsed_ns(segment->at.time_ns, reading_last(reading).time_ns) > FLOW_REUSE_NS;
}

/* A SYN-ACK belongs to the connection whose SYN it ACKs. That of another one may be all that was
 * captured of its beginning, as where only one direction is: who has sent a FIN sends none for the
 * same connection. */
static bool is_foreign_syn_ack(const struct reading *reading, unsigned half,
                               const struct segment *segment)
{
    const struct stream *peer = &reading->half[half ^ 1].stream;

    if (!peer->known || peer->base == segment->acknowledgment)
        return false;
    return reading->closing || reading->half[half].stream.fin >= 0 || was_silent(reading, segment);
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
    if (reading->closing || was_silent(reading, segment))
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
