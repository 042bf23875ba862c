/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transport.h -- the transport facts of a connection (struct direction), kept segment by segment.
 *
 * Facts only: what each number means for a verdict is decided elsewhere. The order
 * of calls for one segment: transport_is_duplicate, transport_packet, then what
 * applies of transport_syn, transport_acknowledgment, transport_payload,
 * transport_fin, transport_reset.
 */
#ifndef TLSWHY_CAPTURE_TRANSPORT_H
#define TLSWHY_CAPTURE_TRANSPORT_H

#include "capture/connection.h"
#include "capture/fetch.h"
#include "capture/pool.h"
#include "capture/stream.h"
#include "capture/time_unit.h"

enum {
    /* Payload segments of one direction that are remembered: more than a server sends
     * in one flight with the usual initial window of 10 (RFC 6928). */
    TRANSPORT_SENT_MAX = 32,
    /* Of them, those that have their place beside the other facts: for more a flight is taken. */
    TRANSPORT_SENT_FEW = 8,
    /* Packets of one direction among which a second copy is looked for. */
    TRANSPORT_RECENT_MAX = 4,
    /* A copy of a mere ACK that a mirror or a second interface adds comes within this time, give or
     * take a unit. A host may well send one again soon after. */
    TRANSPORT_DUPLICATE_ACK_NS = 300 * 1000,
    /* A copy of octets or of a FIN, behind a firewall even: a retransmission after a time-out is
     * later, and one that a shorter round trip caused tells of little. */
    TRANSPORT_DUPLICATE_NS = 10 * 1000 * 1000,
    /* Likewise of one that no retransmission is like, which may come from the other end of the path
     * or by another clock. Below the shortest usual retransmission time-out: some hosts give all
     * their packets one identification. */
    TRANSPORT_DUPLICATE_FAR_NS = 100 * 1000 * 1000,
    TRANSPORT_RECENT_UNIT = 256 /* ns: 32 bits of them come again after 18 minutes */
};

enum {
    TRANSPORT_OPTION_TIMESTAMPS = 8, /* RFC 7323 section 3.2 */
    TRANSPORT_WINDOW_SCALE_MAX = 14  /* RFC 7323 section 2.3: larger values mean 14 */
};

/* Out of order in the network, not sent again, when octets fill a hole within this time
 * and a round trip; without a known round trip, within the usual smallest
 * retransmission time-out. */
#define TRANSPORT_REORDER_NS (3 * MILLISECOND_NS)
#define TRANSPORT_RTO_NS     (200 * MILLISECOND_NS)

/* What is missing for longer was sent again and lost again, twice at least: the first time-outs are
 * of a second and of two (RFC 6298 sections 2.1 and 5.5), or shorter. */
#define TRANSPORT_TOO_LATE_NS (3 * SECOND_NS)

enum {
    SENT_LENGTH_BITS = 20, /* a segment is shorter than IP_LENGTH_MAX */
    SENT_AGAIN_BITS = 8,
    SENT_AGAIN_MAX = (1 << SENT_AGAIN_BITS) - 1 /* stacks give up after fifteen times, or so */
};

/* A payload segment as it was sent. */
struct sent_segment {
    uint32_t start; /* sequence number */
    uint32_t length : SENT_LENGTH_BITS;
    uint32_t again : SENT_AGAIN_BITS; /* times sent again */
    uint32_t acknowledged : 1;
    uint32_t superseded : 1; /* its octets were sent again in other portions */
    uint32_t routed : 1;     /* captured on both sides of a router */
};

/* Room for all payload segments that are remembered of one direction. */
struct flight {
    struct sent_segment sent[TRANSPORT_SENT_MAX];
};

/* What is needed, beside the facts, to keep the facts of what one side sends. What segments of
 * either side touch stands first: in one cache line, with the end of the stream, that of every
 * segment, and in the next one that of those with payload and of their ACKs. What every segment of
 * this side touches stands last, in one line too: see struct half. */
struct transport {
    uint32_t sent_count; /* segments ever noted; the last TRANSPORT_SENT_MAX are kept */
    uint32_t sent_open;  /* from this one on some may not be ACKed */
    uint32_t last_ack;
    /* Set by each ACK; what is read together with others stands apart from it: a processor waits
     * for what it stored a part of. */
    bool acknowledged_once : 1; /* last_ack and last_window are set */
    bool far_seen : 1;          /* far_ack is set */
    bool reset_seen : 1;        /* reset_highest of the stream is set */
    bool syn_seen : 1;          /* of this side */
    uint8_t window_shift : 4;   /* of the windows that this side announces */
    bool sent_again : 1;        /* some segment was */
    bool sack_hole : 1;         /* sack_hole_octets of the direction are above 0 */
    bool is_long : 1;           /* there is a flight */
    uint16_t last_window;
    union {
        struct sent_segment few[TRANSPORT_SENT_FEW]; /* the segments, when there is no flight */
        struct flight *flight; /* is_long: all of them, once they were more than a few */
    };

    /* The last packets, see transport_is_duplicate: parts of a hash, the time, the hop limit. */
    uint32_t recent_tag[TRANSPORT_RECENT_MAX];
    uint32_t recent_time[TRANSPORT_RECENT_MAX];
    uint16_t recent_check[TRANSPORT_RECENT_MAX];
    uint8_t recent_hop_limit[TRANSPORT_RECENT_MAX];
    uint32_t far_ack; /* an offset, the lower 32 bits: the last ACK that was too far ahead to be
                         believed at once */
    /* What transport_conclude makes facts of. */
    uint64_t octets;
    uint32_t packets;
    uint8_t hop_limit;
    uint8_t hop_limit_other;
};

/* A count, and what is added to it (not negative), as far as they fit. */
static inline uint32_t transport_sum(uint32_t count, int64_t more)
{
    return more < UINT32_MAX - count ? count + (uint32_t)more : UINT32_MAX;
}

void transport_init(struct transport *transport);

/* Give the flight back to the pool of all of them. */
void transport_clear(struct transport *transport, struct pool *flights);

/* Is a segment remembered that was not ACKed? */
static inline bool transport_is_open(const struct transport *transport)
{
    return transport->sent_open != transport->sent_count;
}

/* Have the processor fetch the first segment that may not be ACKed. */
static inline void transport_fetch_open(const struct transport *transport)
{
    uint32_t open = transport->sent_open;

    fetch(transport->is_long ? &transport->flight->sent[open % TRANSPORT_SENT_MAX]
                             : &transport->few[open % TRANSPORT_SENT_FEW],
          sizeof(struct sent_segment));
}

/* True when the segment is a second capture of a packet seen before; counts it. */
bool transport_is_duplicate(struct direction *direction, struct transport *transport,
                            const struct segment *segment);

/* The segment, which is no RST, is a second capture of one, behind or before a router. */
void transport_routed(struct direction *direction, struct transport *transport,
                      const struct segment *segment);

/* Any packet that is no duplicate. */
void transport_packet(struct direction *direction, struct transport *transport,
                      const struct segment *segment);

/* A SYN or SYN-ACK. transport_note_syns must follow for both sides. */
void transport_syn(struct direction *direction, const struct segment *segment);

/* Keep at hand whether there was one of direction, and how the windows that it announces are
 * scaled, as far as SYNs of both sides tell. */
void transport_note_syns(struct transport *transport, const struct direction *direction,
                         const struct direction *peer);

/* The ACK field and the window of a segment of direction, whose other side is peer
 * with the stream of what peer sent (stream_acknowledge included). */
void transport_acknowledgment(struct direction *direction, struct transport *transport,
                              struct direction *peer, struct transport *peer_transport,
                              struct stream *peer_stream, struct stream_budget *budget,
                              const struct segment *segment);

/* The segment, which fills a hole, was sent again: the network lost its octets, or the capture. The
 * hole is older than reordering makes it. */
bool transport_is_late(const struct connection *connection, const struct direction *direction,
                       const struct segment *segment);

/* The segment, which fills a hole, comes when its receiver has closed, after TRANSPORT_TOO_LATE_NS:
 * that it passes then tells nothing of the time when it was waited for. */
bool transport_is_too_late(const struct connection *connection, const struct direction *direction,
                           const struct segment *segment);

/* Payload of a direction of the connection at offset start, before stream_push. flights: where a
 * struct flight is taken from. */
void transport_payload(const struct connection *connection, struct direction *direction,
                       struct transport *transport, struct pool *flights, struct stream *stream,
                       const struct segment *segment, int64_t start);

/* What direction sent, what is still open of it, and what became of the rest: see
 * connection_conclude. */
void transport_conclude(struct direction *direction, struct transport *transport,
                        const struct stream *stream);

/* What of it the capture did not see, at the end: see struct trouble. */
void transport_note_unseen(struct direction *direction, const struct stream *stream);

/* True for a keep-alive probe (RFC 1122 section 4.2.3.6), which is counted. */
bool transport_is_keep_alive(struct direction *direction, const struct stream *stream,
                             const struct segment *segment);

/* The first FIN of direction, whose stream knows it; peer_stream is what peer sent. */
void transport_fin(struct direction *direction, const struct stream *stream,
                   const struct direction *peer, const struct stream *peer_stream,
                   const struct segment *segment);

/* A RST. stream is what its sender sent, peer_stream what the other side sent.
 * Returns how it fits. */
enum reset_fit transport_reset(struct direction *direction, struct transport *transport,
                               struct stream *stream, const struct stream *peer_stream,
                               const struct segment *segment);

/* Options of a SYN. */
struct syn_options {
    uint16_t mss;        /* 0: none */
    int8_t window_scale; /* -1: none */
    bool sack_permitted;
    bool timestamps;
    bool is_in_linux_order; /* the options are those of Linux, in its order */
    uint8_t multipath;      /* enum multipath */
};

/* Read the options of a SYN; what is malformed ends the list. */
void transport_syn_options(struct bytes options, struct syn_options *out);

/* Find the SACK blocks among the options; false: there are none. */
bool transport_sack_option(struct bytes options, struct bytes *blocks);

#endif
