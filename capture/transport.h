/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transport.h -- the transport facts of a connection (struct direction), kept segment by segment.
 *
 * Facts only: what each number means for a verdict is decided elsewhere. The order
 * of calls for one segment: transport_is_duplicate, transport_packet, then what
 * applies of transport_syn, transport_acknowledgment, transport_payload,
 * transport_reset.
 */
#ifndef TLSWHY_CAPTURE_TRANSPORT_H
#define TLSWHY_CAPTURE_TRANSPORT_H

#include "capture/connection.h"
#include "capture/stream.h"

enum {
    /* Payload segments of one direction that are remembered: more than a server sends
     * in one flight with the usual initial window of 10 (RFC 6928). */
    TRANSPORT_SENT_MAX = 32,
    /* Packets of one direction among which a second copy is looked for. */
    TRANSPORT_RECENT_MAX = 4,
    /* A copy of a packet that a mirror or a second interface adds comes within this
     * time; a retransmission needs a round trip and is later, but for the shortest LANs. */
    TRANSPORT_DUPLICATE_NS = 300 * 1000
};

/* Out of order in the network, not sent again, when octets fill a hole within this time
 * and a round trip; without a known round trip, within the usual smallest
 * retransmission time-out. */
#define TRANSPORT_REORDER_NS INT64_C(3000000)
#define TRANSPORT_RTO_NS     INT64_C(200000000)

enum {
    SENT_LENGTH_BITS = 22, /* a segment is shorter than IP_LENGTH_MAX */
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
};

/* What makes two captured packets copies of one. */
struct recent_packet {
    int64_t time_ns;
    uint32_t sequence;
    uint32_t acknowledgment;
    uint32_t payload_length;
    uint32_t options; /* a checksum of the TCP options */
    uint16_t ip_id;
    uint16_t window;
    uint8_t flags;
    uint8_t hop_limit;
};

/* What is needed, beside the facts, to keep the facts of what one side sends. What every segment
 * touches stands first, in one cache line. */
struct transport {
    uint32_t recent_tag[TRANSPORT_RECENT_MAX]; /* of recent: where they differ, the packets do */
    uint32_t recent_count;
    uint32_t sent_count; /* segments ever noted; the last TRANSPORT_SENT_MAX are kept */
    uint32_t sent_open;  /* from this one on some may not be ACKed */
    uint32_t last_ack;
    uint16_t last_window;
    bool acknowledged_once; /* last_ack and last_window are set */
    bool far_seen;          /* far_ack is set */
    bool reset_seen;        /* reset_highest is set */
    int64_t hole_since_ns;  /* when the newest hole below the highest octet was seen first */
    int64_t reset_highest;  /* highest octet when its RST came */
    int64_t far_ack;        /* the last ACK that was too far ahead to be believed at once */
    struct sent_segment sent[TRANSPORT_SENT_MAX];
    struct recent_packet recent[TRANSPORT_RECENT_MAX];
};

void transport_init(struct transport *transport);

/* Have the processor fetch what the next ACK looks at; the first members are there. */
static inline void transport_fetch(const struct transport *transport)
{
    __builtin_prefetch(&transport->sent[transport->sent_open % TRANSPORT_SENT_MAX], 1);
}

/* True when the segment is a second capture of a packet seen before; counts it. */
bool transport_is_duplicate(struct direction *direction, struct transport *transport,
                            const struct segment *segment);

/* Any packet that is no duplicate. */
void transport_packet(struct direction *direction, const struct segment *segment);

/* A SYN or SYN-ACK. */
void transport_syn(struct direction *direction, const struct segment *segment);

/* The ACK field and the window of a segment of direction, whose other side is peer
 * with the stream of what peer sent (stream_acknowledge included). */
void transport_acknowledgment(struct direction *direction, struct transport *transport,
                              struct direction *peer, struct transport *peer_transport,
                              struct stream *peer_stream, const struct segment *segment);

/* Payload at offset start, before stream_push. rtt_ns: -1 unknown. */
void transport_payload(struct direction *direction, struct transport *transport,
                       const struct stream *stream, const struct segment *segment, int64_t start,
                       int64_t rtt_ns);

/* True for a keep-alive probe (RFC 1122 section 4.2.3.6), which is counted. */
bool transport_is_keep_alive(struct direction *direction, const struct stream *stream,
                             const struct segment *segment);

/* A RST. stream is what its sender sent, peer_stream what the other side sent.
 * Returns how it fits. */
enum reset_fit transport_reset(struct direction *direction, struct transport *transport,
                               const struct stream *stream, const struct stream *peer_stream,
                               const struct segment *segment);

/* Options of a SYN. */
struct syn_options {
    uint16_t mss;        /* 0: none */
    int8_t window_scale; /* -1: none */
    bool sack_permitted;
    bool timestamps;
};

/* Read the options of a SYN; what is malformed ends the list. */
void transport_syn_options(struct bytes options, struct syn_options *out);

#endif
