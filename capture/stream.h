/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream.h -- one direction of a connection: segments in any order become octets in order.
 *
 * Positions are 64-bit offsets: 0 is the first octet behind the SYN, so that the
 * 32-bit sequence numbers may wrap as often as they like (RFC 9293 section 3.4).
 *
 * The octets that were captured first win; later ones that differ are counted and
 * ignored. What is in order goes to the sink right from the packet; what comes
 * before its turn is copied and held, within the limits below.
 *
 * A hole is a fact with three readings. ACKed by the other side: the capture missed
 * the octets (or they come late: a capture may be out of order), so they are given
 * up after a while. Never ACKed: the network lost them, and what follows was never
 * delivered to the receiver either: nor is it here. Cut by snaplen: they will not come.
 *
 * Two directions whose packets were captured by different clocks may come in another order than
 * they were sent. Their ACKs tell the right one: octets that ACK some of the other side wait for
 * these, as long as a hole there may still be filled.
 */
#ifndef TLSWHY_CAPTURE_STREAM_H
#define TLSWHY_CAPTURE_STREAM_H

#include "capture/packet.h"
#include "capture/time_unit.h"

enum {
    /* Held octets of one direction: a server's flight with a long chain, behind a hole. */
    STREAM_HELD_OCTETS_MAX = 128 * 1024,
    /* Held pieces of one direction: bounds the search for the place of a new one. */
    STREAM_HELD_PIECES_MAX = 128,
    /* Held octets of one direction when the budget of all streams is half used. */
    STREAM_HELD_OCTETS_TIGHT = 8 * 1024,
    /* Patience with an ACKed hole: packets of the connection, and time. Receive queues
     * and merged captures displace packets by a few of either, seldom more. */
    STREAM_PATIENCE_PACKETS = 64,
    /* ACKs of octets that were not captured yet: one round trip brings few of them. */
    STREAM_EARLY_ACKS_MAX = 8,
    /* What the announced window may be exceeded by: window updates that were not captured. */
    STREAM_WINDOW_SLACK = 256 * 1024
};

#define STREAM_PATIENCE_NS (2 * SECOND_NS)

/* The largest window that TCP can announce (RFC 7323 section 2.3). */
#define STREAM_WINDOW_MAX (INT64_C(1) << 30)

/* Memory of all streams that share it, in octets. */
struct stream_budget {
    size_t used;           /* by held pieces, and by first segments that wait */
    size_t max;            /* for those */
    size_t first_segments; /* of those in use, see first_segment.h */
    /* At most STREAM_EARLY_ACKS_OCTETS for each stream, and so without a limit. */
    size_t early_acks;
};

enum stream_gap {
    STREAM_GAP_MISSED, /* ACKed, never captured */
    STREAM_GAP_CUT,    /* cut by snaplen */
    STREAM_GAP_DROPPED /* not ACKed, but the limits above were reached */
};

/* Where the octets go. A callback returns false to say that nothing more is wanted;
 * the stream then makes no further call and its function returns false. */
struct stream_sink {
    void *context;
    bool (*data)(void *context, struct bytes data, struct moment at);
    bool (*gap)(void *context, uint64_t missing, enum stream_gap why, struct moment at);
    /* What the other side sends, NULL: the order between both does not matter. */
    const struct stream *other;
    int64_t after; /* see stream_place; of octets that are pushed */
};

struct stream_piece;

/* An ACK of octets that were not captured by then. */
struct early_ack {
    int64_t end; /* offset of the first octet that it does not cover */
    uint64_t packet;
};

enum { STREAM_EARLY_ACKS_OCTETS = STREAM_EARLY_ACKS_MAX * sizeof(struct early_ack) };

/* What nearly every segment touches stands last, in one cache line: see struct half. The members
 * with "reset" and "largest" are kept by transport.h. */
struct stream {
    struct stream_piece *first; /* held pieces by offset, without overlaps */
    struct stream_piece *last;
    struct early_ack *early_acks; /* ascending; those behind the last of STREAM_EARLY_ACKS_MAX are
                                     not noted. NULL: none that matter */
    int64_t hole_since_ns;        /* when the hole at next was first known to be ACKed */
    int64_t sent;                 /* behind the last octet that its sender's numbers tell of */
    int64_t sent_earlier;   /* like sent, and it was sent before a segment of the other side came */
    uint32_t held_octets;   /* captured octets in the held pieces */
    uint32_t hole_packets;  /* packets of the connection at hole_since_ns, as far as they fit */
    uint32_t conflicting;   /* octets that differ from those that came first, as far as they fit */
    uint32_t reset_highest; /* highest when its sender's RST came: the lower 32 bits, which tell how
                                  far others near to it are */

    int64_t next;         /* offset of the next octet for the sink */
    int64_t highest;      /* behind the last octet captured */
    int64_t acknowledged; /* highest offset that the other side ACKed */
    int64_t fin;          /* offset of FIN, -1: none so far */
    uint32_t base;        /* sequence number of offset 0 */
    int32_t window;       /* largest window announced by the other side in octets, 0: not seen */
    uint32_t largest_acknowledged; /* largest payload of one segment that was ACKed */
    uint8_t held_pieces;           /* at most STREAM_HELD_PIECES_MAX */
    uint8_t early_ack_count;       /* at most STREAM_EARLY_ACKS_MAX */
    bool known;                    /* base is set */
    bool hole_is_timed;            /* hole_since_ns and hole_packets are set */
};

/* A stream without a base. Allocates nothing. */
void stream_init(struct stream *stream);

/* Free what is held, and what else was allocated. */
void stream_clear(struct stream *stream, struct stream_budget *budget);

/* Say what sequence number offset 0 has. */
void stream_set_base(struct stream *stream, uint32_t base);

/* The offset of a sequence number: the one nearest to the next octet. */
static inline int64_t stream_offset(const struct stream *stream, uint32_t sequence)
{
    uint32_t distance = sequence - (stream->base + (uint32_t)stream->next);

    return stream->next + (int32_t)distance;
}

/* During the callback data: the packet that ACKed its octets before they were captured, 0: none. */
uint64_t stream_arrived_by(const struct stream *stream);

/* The packet that ACKed the FIN before it was captured, 0: none. */
uint64_t stream_fin_arrived_by(const struct stream *stream);

/* True when octets from start to end (offsets) are ones that the receiver may take. */
bool stream_in_window(const struct stream *stream, int64_t start, int64_t end);

/* How many of the octets from start to end were captured before (or given up). */
int64_t stream_seen(const struct stream *stream, int64_t start, int64_t end);

/* Octets of stream from offset start on were sent behind those of other below the offset that is
 * returned, by the ACK that came with them; 0: nothing says so, or all of these were captured. What
 * the other side ACKed already waits for nothing: others may wait for it. */
int64_t stream_place(const struct stream *stream, const struct stream *other, int64_t start,
                     int64_t acknowledged);

/* Octets that were captured in order wait for those of the other side. */
bool stream_waits(const struct stream *stream);

/* Give those that wait no longer. */
bool stream_resume(struct stream *stream, const struct stream_sink *sink,
                   struct stream_budget *budget);

/* Take the payload of a segment that begins at offset start: captured octets, the
 * beginning of length octets on the wire. They must be in the window. */
bool stream_push(struct stream *stream, const struct stream_sink *sink,
                 struct stream_budget *budget, int64_t start, struct bytes captured,
                 uint32_t length, struct moment at);

/* The other side ACKed everything below offset, in this packet. */
void stream_acknowledge(struct stream *stream, struct stream_budget *budget, int64_t offset,
                        uint64_t packet);

/* Give up an ACKed hole when it was open for too long; packets counts those of the
 * connection so far. Cheap when there is no hole. */
bool stream_expire(struct stream *stream, const struct stream_sink *sink,
                   struct stream_budget *budget, uint32_t packets, struct moment at);

/* A segment of this side, with payload or without, begins at offset: all before it was sent; and
 * earlier than what it ACKs when it is a mere ACK of something new, for octets that follow such an
 * arrival carry its ACK themselves. */
void stream_note_sent(struct stream *stream, int64_t offset, bool earlier);

/* Octets, a FIN counting as one, that were sent, as the sender's own numbers or ACKs show, and
 * that were neither captured nor given up so far. */
uint64_t stream_unseen(const struct stream *stream);

/* Of those that were sent earlier, see stream_note_sent, the ones behind all that was captured or
 * ACKed. */
uint64_t stream_undelivered(const struct stream *stream);

/* The connection is over: give up each ACKed hole and deliver what follows. With
 * one_sided (no packet of the other side was captured) every hole counts as ACKed. */
bool stream_finish(struct stream *stream, const struct stream_sink *sink,
                   struct stream_budget *budget, bool one_sided, struct moment at);

#endif
