/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording.h -- the packets of one connection (or a few of one client), to be played again.
 *
 * Read from a capture, or made up for what needs no recording; then changed in the ways in which
 * networks and captures change things.
 */
#ifndef TLSWHY_BENCH_RECORDING_H
#define TLSWHY_BENCH_RECORDING_H

#include "tools/bench/frame.h"

struct recording {
    char *path;      /* where it comes from */
    int64_t begin_s; /* time of its first packet */
    struct frame *frames;
    size_t count;
    size_t capacity;
    struct frame_address address[2]; /* by FRAME_CLIENT and FRAME_SERVER */
    bool is_whole;                   /* nothing of it was left out for good */
    uint16_t number;                 /* among those played together */

    /* Where more data of the server can be put in: before this frame, 0: nowhere. */
    size_t bulk_at;
    uint32_t bulk_next[2];  /* next sequence number of each side there */
    struct frame bulk_data; /* a data segment and a bare ACK, to be copied; views into frames */
    struct frame bulk_ack;
};

/* A small generator of numbers, the same everywhere: splitmix64 (Steele, Lea, Flood 2014). */
uint64_t random_next(uint64_t *state);

/* True once in so many times. */
bool random_once_in(uint64_t *state, uint64_t times);

/* Read a capture whose first packet is the client's. False, with a message: it cannot be used. */
bool recording_read(struct recording *recording, const char *path);

/* Make up a connection: an HTTP download, a question over UDP, a QUIC handshake, one SYN. */
void recording_make_http(struct recording *recording);
void recording_make_udp(struct recording *recording);
void recording_make_quic(struct recording *recording);
void recording_make_syn(struct recording *recording);

/* A changed copy. */
typedef void recording_change(const struct recording *from, uint64_t *random, struct recording *to);

recording_change recording_copy;
recording_change recording_reorder; /* a third of the segments come after they were ACKed */
recording_change recording_split;   /* payloads in segments of at most 250 octets */
recording_change recording_repeat;  /* copies of a mirror port, and retransmissions */
recording_change recording_lose;    /* packets are missing that come a second time */
recording_change recording_lack;    /* packets are missing, and so are their octets */

void recording_free(struct recording *recording);

#endif
