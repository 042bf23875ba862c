/* SPDX-License-Identifier: GPL-2.0-or-later */
/* connection.h -- TCP connections: who talks to whom, in-order octets, and what the network did.
 *
 * Segments go in (connections_segment); a handler gets, per connection, the
 * octets of each direction in order, gaps, closes and the end. Beside the
 * octets the table keeps the transport facts of each connection: the evidence
 * for every verdict about the network.
 *
 * Knows packets, never TLS. The only clock is the time of the packets.
 */
#ifndef TLSWHY_CAPTURE_CONNECTION_H
#define TLSWHY_CAPTURE_CONNECTION_H

#include "capture/icmp.h"
#include "capture/packet.h"

enum side {
    SIDE_CLIENT, /* who opened the connection */
    SIDE_SERVER
};

enum { SIDES = 2 };

static inline enum side side_other(enum side side)
{
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

struct endpoint {
    struct address address;
    uint16_t port;
    bool has_mac;
    uint8_t mac[6];
};

enum { ENDPOINT_OCTETS = 18 }; /* of an address and a port */

/* Write both, as they are on the wire: the same for the same endpoint. */
static inline void endpoint_put(uint8_t out[ENDPOINT_OCTETS], const struct endpoint *endpoint)
{
    const size_t length = sizeof(endpoint->address.octets);

    memcpy(out, endpoint->address.octets, length);
    out[length] = (uint8_t)(endpoint->port >> 8);
    out[length + 1] = (uint8_t)endpoint->port;
}

/* What a SYN or SYN-ACK says of Multipath TCP (RFC 8684 section 3). */
enum multipath {
    MULTIPATH_NONE,
    MULTIPATH_CAPABLE, /* MP_CAPABLE: its sender knows it, or agrees to it */
    MULTIPATH_JOIN     /* MP_JOIN: this is a further subflow of a connection that there is */
};

/* How the sequence number of a RST fits what was seen (RFC 5961 section 3.2). */
enum reset_fit {
    RESET_UNKNOWN,   /* nothing to compare with */
    RESET_EXACT,     /* the next octet that the receiver expects */
    RESET_IN_WINDOW, /* within the window, but not exact */
    RESET_OUTSIDE    /* outside the window: an honest receiver ignores it */
};

/* The first RST of one side; the later ones are counted. A first one outside the
 * window gives way to a later one that fits better. */
struct reset {
    struct moment at;
    uint32_t unseen_octets; /* by its numbers: sent by either side before it and not captured, a FIN
                               counting as one */
    uint16_t count;         /* RSTs of this side in all */
    uint16_t packets; /* other packets of this side before it; both stop at the largest value */
    uint16_t window;  /* as in its header */
    uint8_t fit;      /* enum reset_fit */
    uint8_t hop_limit;
    bool is_other_window : 1; /* the last ACK of this side before it announced another one */
    bool has_ack : 1;
    bool has_timestamp : 1; /* it should have one where both SYNs do (RFC 7323 section 3.2): Linux
                               puts it there, the BSDs and Apple's systems never do */
    bool answers_syn : 1; /* it has the numbers of an answer to a SYN that nobody waits for: 0, and
                             an ACK of the SYN and of octets that were captured, if any: they may be
                             in the SYN (RFC 9293 section 3.10.7.1, RFC 7413) */
    bool data_after : 1;  /* a data segment that it sent with higher time, beyond the RST */
    bool fin_after : 1;   /* so long after it that no network exchanges them its first FIN came, not
                             yet sent by the numbers of the RST, and ACKs less than that did */
    bool acknowledges_data : 1; /* its ACK field covers everything the other side sent */
    bool routed : 1;            /* see routed of struct direction */
};

enum { PATH_PACKET_BITS = 24 }; /* no handshake sees as many packets go by */

/* What only few directions have: of the others it stays as it was found, for it is two cache lines.
 */
struct trouble {
    struct moment first_retransmission;
    struct moment last_retransmission;
    struct moment disorder; /* first packet behind the newest hole below the highest octet */

    /* What the capture did not see. */
    uint64_t missed_octets;      /* ACKed by the other side, never captured */
    uint64_t unseen_octets;      /* at the end: sent, by its own later octets, its FIN or the other
                               side's ACKs, and neither captured nor in missed_octets; a FIN
                               counts as one. Lost by the capture or by the network */
    uint64_t cut_octets;         /* payload cut by snaplen */
    uint64_t dropped_octets;     /* given up by a limit of ours: reordering buffer full */
    uint32_t undelivered_octets; /* of those unseen, what was sent before something came for which
                                    this side sent a mere ACK, and that was never ACKed, as far as
                                    it fits */
    uint32_t conflicting_octets; /* overlapping payload that differs from what came first (of
                                    what is still at hand: octets held back by a hole) */
    uint32_t outside_octets;     /* payload outside the receiver's window, ignored */

    /* The first packet, no RST, that has not the hop limit of those before it; 0: there is none. */
    uint32_t other_path_packet : PATH_PACKET_BITS; /* its number, see packet_has_other_path */
    uint32_t other_path_hop_limit : 8;

    struct reset reset;
};

/* What one side of a connection sent. Sizes in octets; the number of packets and sums of octets of
 * 32 bits stop at their largest value. What every segment with payload changes stands first, in one
 * cache line: thousands of connections are in progress at a time. */
struct direction {
    struct moment first_data; /* first packet with payload */
    struct moment last_data;  /* last packet with new payload */
    uint64_t payload_octets;  /* every payload octet, also those sent again */
    uint32_t largest_segment; /* largest payload of one segment sent, but for what came too late:
                                 see transport_is_too_late */

    /* As connection_conclude found them. */
    uint32_t packets;
    uint64_t octets;                /* of IP packets, headers included */
    uint32_t unacknowledged_octets; /* sent, not ACKed so far */
    uint8_t hop_limit;              /* of the first packet that is not a RST */
    uint8_t hop_limit_other;        /* of the last of them that is not like it; else the same */

    /* As they came: here they take no room of their own. */
    uint8_t multipath;  /* enum multipath, of the SYN */
    bool again_in_need; /* what was sent again last had not been ACKed by then */

    /* As connection_conclude found them. */
    uint32_t largest_acknowledged;    /* largest payload of one segment that was ACKed */
    uint32_t smallest_unacknowledged; /* smallest of those sent again and never ACKed, 0: none */
    uint32_t largest_unacknowledged;  /* largest of those sent again and never ACKed, 0: none */

    uint32_t duplicate_acks;   /* sent by this side */
    uint32_t sack_hole_octets; /* the hole below the lowest SACK block this side
                                        reported last and that was never closed; 0: none */
    uint32_t sack_blocks;      /* ACKs of this side that carried a SACK block */
    uint32_t zero_windows;     /* segments of this side that announced window 0 */
    uint32_t keep_alives;
    uint32_t duplicates; /* packets captured twice (several interfaces, a mirror of both
                            ports): in no other count */

    /* Loss. A retransmission repeats octets that were seen before, or fills a
     * hole after the retransmission time-out of a later segment. */
    uint32_t retransmissions;

    uint32_t syn_count;
    uint16_t mss;        /* announced in the SYN, 0: not seen */
    int8_t window_scale; /* announced in the SYN, -1: not seen */
    bool sack_permitted : 1;
    bool timestamps : 1;
    bool is_like_linux : 1; /* its SYN has the options of Linux, in its order */
    bool fin_acknowledged : 1;
    bool has_trouble : 1;
    bool routed : 1;        /* a packet other than a RST was captured twice, with two hop limits: on
                             both sides of a router */
    bool last_routed : 1;   /* as connection_conclude found it: the last octets sent were */
    bool window_closed : 1; /* likewise: its last ACK announced window 0 */
    struct moment first;    /* first packet */
    struct moment syn;      /* first SYN (client) or SYN-ACK (server) */
    struct moment last_syn; /* last of them */
    struct moment fin;      /* first FIN */
    uint32_t fin_again;     /* times that the FIN was sent again */

    uint32_t most_retransmitted; /* times that the segment sent most often was sent again */
    uint64_t retransmitted_octets;
    struct trouble trouble; /* see direction_trouble */
};

/* What there is of it, or one where all is zero. */
static inline const struct trouble *direction_trouble(const struct direction *direction)
{
    static const struct trouble none;

    return direction->has_trouble ? &direction->trouble : &none;
}

/* Its RST; all is zero when it sent none. */
static inline const struct reset *direction_reset(const struct direction *direction)
{
    return &direction_trouble(direction)->reset;
}

/* Its other packets did not all have the same hop limit: they took several paths, or not all are of
 * one host. */
static inline bool hop_limit_varies(const struct direction *direction)
{
    return direction->hop_limit_other != direction->hop_limit;
}

/* It sent a RST with another hop limit than its other packets. Where there is no other packet
 * nothing is known. */
static inline bool reset_has_other_hop_limit(const struct direction *direction)
{
    const struct reset *reset = direction_reset(direction);

    return reset->count > 0 && direction->hop_limit != 0 && reset->hop_limit != direction->hop_limit
           && reset->hop_limit != direction->hop_limit_other;
}

/* The packet of this side is the first that has not the hop limit of those before it. */
static inline bool packet_has_other_path(const struct direction *direction, uint64_t packet)
{
    const struct trouble *trouble = direction_trouble(direction);

    return trouble->other_path_packet > 0
           && trouble->other_path_packet == (packet & ((1u << PATH_PACKET_BITS) - 1));
}

/* The trouble, to be changed. */
static inline struct trouble *direction_have_trouble(struct direction *direction)
{
    if (!direction->has_trouble)
        direction->trouble = (struct trouble){0};
    direction->has_trouble = true;
    return &direction->trouble;
}

/* ICMP errors that quoted the connection; facts of the first, and a count. */
struct icmp_facts {
    uint32_t count;
    struct moment at;
    struct address sender;
    bool is_ipv6;
    uint8_t type;
    uint8_t code;
    uint32_t mtu;
    enum side quoted; /* whose segment was refused */
};

/* The hop limit of what it quotes expired (RFC 792, RFC 4443 section 3.3). */
static inline bool icmp_is_time_exceeded(const struct icmp_facts *icmp)
{
    return icmp->count > 0
           && icmp->type == (icmp->is_ipv6 ? ICMPV6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED);
}

/* One TCP connection. Members are for reading; only the table writes them. */
struct connection {
    struct moment last_by[SIDES]; /* last packet of each side so far */
    void *user;                   /* the handler's own state */
    uint64_t arrived_by; /* in `data` and of a FIN in `closed`: the packet that ACKed these octets
                            before they were captured, 0: they were captured in time */
    struct direction direction[SIDES];
    struct endpoint endpoint[SIDES];
    uint16_t vlan_id;
    bool syn_seen;       /* the capture has its beginning; else it was picked up midway,
                                 and the sides are a guess until connection_reverse. Facts of the
                                 SYNs there are none when it was silent before (see opened) */
    int64_t ended_ns;    /* in `ended`: time of the latest packet of the whole input by then, or of
                            about the last one before it paused (LIFECYCLE_PAUSE_NS) */
    struct moment first; /* first packet of the connection */
    struct moment last;  /* last one, as connection_conclude found it */
    int64_t syn_rtt_ns;  /* SYN to SYN-ACK as seen here, -1: unknown */
    int64_t ack_rtt_ns;  /* SYN-ACK to its ACK as seen here, -1: unknown */
    struct icmp_facts icmp;
    uint8_t tunnels[PACKET_TUNNELS_MAX];
};

/* It joins a connection of Multipath TCP: its octets are pieces of streams that began on another
 * subflow, and may begin and end in the middle of anything. */
static inline bool connection_is_subflow(const struct connection *connection)
{
    return connection->direction[SIDE_CLIENT].multipath == MULTIPATH_JOIN
           || connection->direction[SIDE_SERVER].multipath == MULTIPATH_JOIN;
}

/* The server agreed to the client's Multipath TCP: any octets may be on other subflows. */
static inline bool connection_is_multipath(const struct connection *connection)
{
    return connection->direction[SIDE_SERVER].multipath == MULTIPATH_CAPABLE;
}

enum {
    CONNECTION_BEHIND = offsetof(struct connection, direction) + sizeof(struct direction[SIDES])
};

/* Zero for all but the trouble, of which there is none then. */
static inline void connection_clear(struct connection *connection)
{
    memset(connection, 0, offsetof(struct connection, direction));
    for (size_t side = 0; side < SIDES; side++)
        memset(&connection->direction[side], 0, offsetof(struct direction, trouble));
    memset((uint8_t *)connection + CONNECTION_BEHIND, 0, sizeof(*connection) - CONNECTION_BEHIND);
}

/* Copy all but the trouble that there is not. */
static inline void connection_copy(struct connection *to, const struct connection *from)
{
    memcpy(to, from, offsetof(struct connection, direction));
    for (size_t side = 0; side < SIDES; side++)
        memcpy(&to->direction[side], &from->direction[side],
               from->direction[side].has_trouble ? sizeof(struct direction)
                                                 : offsetof(struct direction, trouble));
    memcpy((uint8_t *)to + CONNECTION_BEHIND, (const uint8_t *)from + CONNECTION_BEHIND,
           sizeof(*to) - CONNECTION_BEHIND);
}

enum connection_interest {
    CONNECTION_CONTINUE, /* go on */
    CONNECTION_DONE      /* nothing more is wanted: the handler has let go of its state, buffers
                            are freed, no callback follows, the packets are only counted */
};

enum connection_end {
    CONNECTION_END_CLOSED,  /* FIN both ways, or RST, and a short time for what came late */
    CONNECTION_END_IDLE,    /* no packet for the idle time-out */
    CONNECTION_END_REUSED,  /* a new SYN or SYN-ACK on the same addresses and ports */
    CONNECTION_END_EVICTED, /* memory was needed */
    CONNECTION_END_CAPTURE  /* the input ended */
};

/* The consumer: all five callbacks and a predicate, which get the context given here and call
 * nothing of the table but connection_reverse and connection_conclude. A connection is valid from
 * opened to ended (or to the callback that returned CONNECTION_DONE). A SYN without an answer is
 * kept in a small record: its connection is opened when something else happens, or just before its
 * end; one that gives way to other SYNs for want of memory is counted only. */
struct connection_handler {
    void *context;

    /* A connection's first packet. May set connection->user. A connection that ends by the idle
     * time-out with not one octet so far is opened again by its first ones, and counted again. */
    enum connection_interest (*opened)(void *context, struct connection *connection);

    /* The next octets of one direction, in order, each octet once. data lies in
     * the packet or in a reordering buffer and is valid during the call. at is the
     * packet that carried these octets (a copy that came late keeps its own). */
    enum connection_interest (*data)(void *context, struct connection *connection, enum side from,
                                     struct bytes data, struct moment at);

    /* missing octets of this direction will not come: missed by the capture, cut by
     * snaplen, or given up. What follows continues behind them. */
    enum connection_interest (*gap)(void *context, struct connection *connection, enum side from,
                                    uint64_t missing, struct moment at);

    /* The side's FIN (all its octets were delivered) or a RST (is_reset), in packet order.
     * Called once per side and kind. text: what is in the RST, valid during the call; it is no part
     * of the stream (RFC 9293 section 3.5.3). */
    enum connection_interest (*closed)(void *context, struct connection *connection, enum side by,
                                       bool is_reset, struct bytes text, struct moment at);

    /* Whether the handler cares for connections to this port more than for others. NULL: for all
     * alike. */
    bool (*prefers)(void *context, uint16_t port);

    /* No more of this connection. Octets still held back by a hole were delivered
     * before, after gap callbacks for the holes, when the other side ACKed them or was
     * not captured at all. Octets behind a hole that was never ACKed reached nobody and
     * are not delivered. */
    void (*ended)(void *context, struct connection *connection, enum connection_end reason);
};

/* Of a connection that the handler still reads, unless the options say otherwise. */
enum { CONNECTIONS_IDLE_SECONDS = 120 };

/* memory_max is shared out: 7/16 for flow entries (about 84 octets for each connection
 * in the table), 3/16 for SYNs without an answer (about 140 octets each), 5/16 for connections
 * that are read (1.4 KiB each, and as much again at most for long flights and disorder), 1/16 for
 * octets held back by holes. A share that is used up evicts within itself, the least recently used
 * of the first kind there is: connections that are over, those nobody reads, those that timed
 * out, connections that are closing (which end as CLOSED), those without payload so far, those
 * being read. */
struct connections_options {
    size_t memory_max;            /* octets for everything that the table allocates */
    int64_t idle_timeout_ns;      /* of a connection that the handler still reads */
    int64_t half_open_timeout_ns; /* of a SYN without an answer, since the last SYN */
    int64_t closed_linger_ns;     /* after FIN both ways or RST, for what comes late */
    uint64_t hash_key[2];         /* secret key of the table's hash; random in production */
};

/* Sensible values for everything but hash_key, which stays zero: 256 MiB, idle 120 s, half
 * open 70 s, linger 2 s. */
struct connections_options connections_options_default(void);

struct connections_counters {
    uint64_t opened; /* connections, all told */
    uint64_t midway; /* of them picked up without a SYN */
    uint64_t ended;
    uint64_t evicted;      /* dropped because memory_max was reached: handshakes the handler read */
    uint64_t evicted_done; /* likewise, connections nobody read any more */
    uint64_t went_on;      /* after the idle time-out, when the handler still read them: what came
                              then was not read */
    uint64_t first_at_once;  /* first segments without a SYN that were too long to wait for one that
                               may come before them, or found no room (first_segment.h) */
    uint64_t current;        /* in the table now */
    uint64_t reading;        /* of them, those the handler still reads */
    uint64_t missed_octets;  /* ACKed and never captured, in connections the handler read */
    uint64_t cut_octets;     /* cut by snaplen, likewise */
    uint64_t dropped_octets; /* reordering buffer full, likewise */
    uint64_t icmp_matched;   /* ICMP errors that quoted a connection in the table */
    uint64_t half_open;      /* of those in the table, SYNs without an answer */
    uint64_t evicted_half_open; /* likewise evicted: SYNs without an answer */
    uint64_t shed_segments;     /* left out: segments of connections picked up midway */
    uint64_t shed_syns;         /* left out: SYNs */
    uint64_t memory;            /* octets allocated now */
    uint64_t memory_peak;
};

/* What is left out when packets come faster than they can be read; each includes those before it.
 * What the table reads already goes on in any case. */
enum connections_shed {
    CONNECTIONS_SHED_NOTHING,
    CONNECTIONS_SHED_MIDWAY, /* connections whose beginning was not seen */
    CONNECTIONS_SHED_OTHERS, /* and SYNs to ports that the handler does not prefer */
    CONNECTIONS_SHED_NEW     /* and all other SYNs */
};

struct connections;

/* Make a table. handler is copied. NULL when memory is short. */
struct connections *connections_new(const struct connections_options *options,
                                    const struct connection_handler *handler);

/* Free the table without a callback; connections_finish comes first in an orderly end. */
void connections_free(struct connections *connections); /* NULL is harmless */

/* Take one segment: finds or makes its connection, calls the handler. */
void connections_segment(struct connections *connections, const struct segment *segment);

/* Take packets, as many as there are at hand: their segments and ICMP errors in their order, as if
 * they came one by one. What is to be looked up for several is fetched at once, which is faster.
 * Returns how many are of connections that the handler reads. */
size_t connections_packets(struct connections *connections, const struct packet *packets,
                           size_t count);

/* Take one ICMP error: noted at the connection that it quotes, if there is one. */
void connections_icmp(struct connections *connections, const struct icmp_error *error);

/* End what timed out by now_ns (packet time). connections_segment does this by itself now and
 * then; call it when no packets come. */
void connections_advance(struct connections *connections, int64_t now_ns);

/* Leave out connections from now on. */
void connections_shed(struct connections *connections, enum connections_shed what);

/* The input is over: end every connection with CONNECTION_END_CAPTURE, in the order of
 * their first packets. */
void connections_finish(struct connections *connections);

/* Exchange client and server of a connection that was picked up midway. Only from
 * within a callback of that connection; from then on the sides of all callbacks are
 * exchanged too. */
void connection_reverse(struct connection *connection);

/* Find out what a connection and its directions have only then. From within a callback of that
 * connection; `ended` finds it done. */
void connection_conclude(struct connection *connection);

const struct connections_counters *connections_counters(const struct connections *connections);

#endif
