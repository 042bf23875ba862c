/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame.h -- an Ethernet frame of a recording, and how it becomes one of another connection.
 *
 * Knows IPv4 and IPv6 without extension headers, TCP, UDP, and the ICMP errors that quote TCP in
 * IPv4. Checksums are always made afresh.
 */
#ifndef TLSWHY_BENCH_FRAME_H
#define TLSWHY_BENCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_CLIENT, FRAME_SERVER, FRAME_OTHER /* such as a router */ };

enum {
    FRAME_MAX = 65536,
    FRAME_IP = 14, /* where IP begins, behind the Ethernet header */
    FRAME_FIN = 0x01,
    FRAME_SYN = 0x02,
    FRAME_RST = 0x04,
    FRAME_PSH = 0x08,
    FRAME_ACK = 0x10
};

struct frame {
    int64_t at_us;    /* since the recording began */
    uint32_t length;  /* octets */
    uint32_t payload; /* where the payload of TCP or UDP begins; length: there is none */
    uint8_t from;     /* FRAME_CLIENT ... */
    uint8_t *octets;
};

/* IPv4 addresses are in the first four octets. */
struct frame_address {
    uint8_t octets[16];
};

/* What to change. */
struct rewrite {
    struct frame_address old[2]; /* by FRAME_CLIENT and FRAME_SERVER */
    struct frame_address new[2];
    uint16_t port;        /* added to the client's port */
    uint16_t id;          /* added to the IPv4 identification */
    uint32_t sequence[2]; /* added to the sequence numbers of each side */
};

/* Find out where the payload begins and who sent the frame. False: it is none that we know, or
 * its lengths do not fit. */
bool frame_examine(struct frame *frame, const struct frame_address old[2]);

bool frame_is_tcp(const struct frame *frame);
bool frame_is_ipv6(const struct frame *frame);
uint8_t frame_flags(const struct frame *frame);           /* of TCP; 0 for anything else */
uint32_t frame_sequence(const struct frame *frame);       /* of TCP */
uint32_t frame_acknowledgment(const struct frame *frame); /* of TCP */
uint32_t frame_payload_length(const struct frame *frame);

/* Addresses of the IP header. */
struct frame_address frame_source(const struct frame *frame);
struct frame_address frame_destination(const struct frame *frame);

/* Change a frame in place. */
void frame_rewrite(struct frame *frame, const struct rewrite *rewrite);

/* Set sequence number, acknowledgment number and flags of a TCP frame, and its length from
 * frame->length. frame_rewrite makes the checksums. */
void frame_set_tcp(struct frame *frame, uint32_t sequence, uint32_t acknowledgment, uint8_t flags);

/* Big-endian numbers. */
uint32_t frame_get(const uint8_t *octets, size_t width);
void frame_put(uint8_t *octets, size_t width, uint32_t value);

#endif
