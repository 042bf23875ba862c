/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reading.h -- a connection while the handler reads it: both streams and all facts.
 *
 * A half is one endpoint, numbered as in the key of the flow; which half is the
 * client may change (connection_reverse), the halves do not.
 */
#ifndef TLSWHY_CAPTURE_READING_H
#define TLSWHY_CAPTURE_READING_H

#include "capture/first_segment.h"
#include "capture/flow.h"
#include "capture/half_open.h"
#include "capture/stream.h"
#include "capture/transport.h"

enum reading_status {
    READING_CONTINUE,
    READING_CLOSING, /* FIN both ways or RST: continue for a short time */
    READING_DONE     /* the handler wants no more: free it, no callback */
};

/* What all connections that are read share. */
struct readers {
    struct connection_handler handler;
    struct connections_counters counters;
    struct stream_budget held;
    struct pool flights; /* struct flight: never fewer than two for each that is read */
};

enum {
    READING_ALIGNMENT = 64, /* a cache line */
    READING_FIN = 0x01,
    READING_RESET = 0x04
};

/* Four cache lines: a segment touches the second of both halves, where the stream ends and the
 * transport begins, and the last of its sender; with payload also the third of its sender, and
 * where it ACKs some, that of the other one. */
struct half {
    _Alignas(READING_ALIGNMENT) struct stream stream;
    struct transport transport;
};

/* What every segment touches stands together, in one cache line here and those of the halves; with
 * payload, one of its direction comes to it. */
struct reading {
    _Alignas(READING_ALIGNMENT) struct readers *readers;
    uint32_t packets; /* both ways, as far as they fit */
    bool done : 1;    /* the handler returned CONNECTION_DONE */
    bool closing : 1;
    bool payload : 1;       /* some was seen */
    bool waits : 1;         /* the first segment of first_half */
    bool has_macs : 1;      /* both endpoints have one */
    bool ending : 1;        /* reading_end was called */
    bool ack_timed : 1;     /* ack_rtt_ns of the connection is known */
    uint8_t first_half : 1; /* the one that sent first */
    uint8_t given;          /* closed was called: READING_FIN << half, READING_RESET << half */
    uint16_t client; /* the half that is the client; were it an octet, the compiler would read it
                        anew after each store through a pointer to octets */
    struct connection connection;
    struct first_segment *first; /* waits for the next packet; set when waits says so */
    struct half half[2];
};

/* Begin a connection with client as the half that is the client, of which first is
 * the first packet. readers is set before. No callback. */
void reading_begin(struct reading *reading, const struct flow_key *key, unsigned client,
                   const struct segment *first);

/* Begin a connection anew that was silent, of whose SYNs no more is known than their numbers.
 * Likewise. */
void reading_begin_again(struct reading *reading, const struct flow *flow, uint32_t peer_isn,
                         const struct segment *first);

/* Whether nothing but its opening was seen of a connection that is to begin with it, and nothing
 * tells of octets or a FIN that the capture missed. */
bool reading_is_silent(const struct reading *reading);

/* Begin a connection of which only SYNs were seen. No callback. */
void reading_begin_half_open(struct reading *reading, const struct half_open *half_open);

/* The last packet so far: of the two sides, the one that was captured later. */
static inline struct moment reading_last(const struct reading *reading)
{
    const struct moment *last_by = reading->connection.last_by;

    return last_by[last_by[1].packet > last_by[0].packet];
}

/* Call opened. */
enum reading_status reading_opened(struct reading *reading);

/* Take a segment that half sent. */
enum reading_status reading_segment(struct reading *reading, unsigned half,
                                    const struct segment *segment);

/* True when the segment, which half sent, begins another connection on the same
 * addresses and ports. */
bool reading_is_reused_by(const struct reading *reading, unsigned half,
                          const struct segment *segment);

/* Note an ICMP error that quotes a segment of half. False when the quoted segment
 * cannot be one of this connection. */
bool reading_icmp(struct reading *reading, unsigned half, const struct icmp_error *error);

/* Deliver what is held back and call ended. reading_clear must follow. */
void reading_end(struct reading *reading, enum connection_end reason);

/* Have the processor fetch what taking any segment looks at; and, when that is there, what taking
 * one does that half sent, one of them with data, and one that may ACK what half sent, when
 * something of that is open. */
void reading_fetch(const struct reading *reading);
void reading_fetch_sender(const struct reading *reading, unsigned half);
void reading_fetch_data(const struct reading *reading, unsigned half);
bool reading_is_open(const struct reading *reading, unsigned half);
void reading_fetch_open(const struct reading *reading, unsigned half);

/* Free what the streams hold. */
void reading_clear(struct reading *reading);

#endif
