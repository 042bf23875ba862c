/* SPDX-License-Identifier: GPL-2.0-or-later */
/* first_segment.h -- the first segment of a direction whose SYN was not captured, kept for a
 * moment.
 *
 * Where such a direction begins nobody says. Is its first segment taken at once, one that was
 * sent before it and captured just behind it, as captures displace them, looks like a
 * retransmission. So it waits for the next packet of the connection, which is that segment or
 * none.
 */
#ifndef TLSWHY_CAPTURE_FIRST_SEGMENT_H
#define TLSWHY_CAPTURE_FIRST_SEGMENT_H

#include "capture/stream.h"

/* Anybody can send segments without a SYN, each of which waits until its connection ends: they get
 * one part in so many of the budget, and what is behind a hole has the others. */
enum { FIRST_SEGMENTS_PART = 4 };

struct first_segment;

/* A copy of the segment; its octets count in the budget. NULL when it is longer than
 * STREAM_HELD_OCTETS_TIGHT, or there is no room: then it is taken at once, and nothing is lost but
 * the order of the first two. */
struct first_segment *first_segment_new(const struct segment *segment,
                                        struct stream_budget *budget);

/* NULL is harmless. */
void first_segment_free(struct first_segment *first, struct stream_budget *budget);

/* The segment as it came. */
const struct segment *first_segment_of(const struct first_segment *first);

/* Does this segment of the same side have the octets right before the first one? One that leaves a
 * hole is a retransmission from before the capture, for all that is known. */
bool first_segment_follows(const struct first_segment *first, const struct segment *segment);

#endif
