/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frames.h -- build packets from the inside out: each call puts a header before what is there,
 * so every length field is known when it is written. */
#ifndef TLSWHY_TESTS_SUPPORT_FRAMES_H
#define TLSWHY_TESTS_SUPPORT_FRAMES_H

#include "capture/packet.h"

#include <stdlib.h>

enum { FRAME_ROOM = 80 * 1024, FRAME_SOURCE_PORT = 40000, FRAME_DESTINATION_PORT = 443 };

#define FRAME_SEQUENCE       UINT32_C(0x01020304)
#define FRAME_ACKNOWLEDGMENT UINT32_C(0x05060708)

/* A packet at the end of room. */
struct frame {
    uint8_t room[FRAME_ROOM];
    size_t len;
};

static inline struct bytes frame_octets(const struct frame *frame)
{
    return bytes_of(frame->room + FRAME_ROOM - frame->len, frame->len);
}

static inline void frame_prepend(struct frame *frame, const void *octets, size_t len)
{
    if (len > FRAME_ROOM - frame->len)
        abort();
    frame->len += len;
    memcpy(frame->room + FRAME_ROOM - frame->len, octets, len);
}

/* Prepend the octets of a string literal. */
#define FRAME_PREPEND(frame, literal) frame_prepend(frame, literal, sizeof(literal) - 1)

/* Prepend a number of width octets in network order. */
static inline void frame_number(struct frame *frame, uint64_t value, size_t width)
{
    while (width-- > 0) {
        uint8_t octet = (uint8_t)value;

        frame_prepend(frame, &octet, 1);
        value >>= 8;
    }
}

/* Start over with this text as the payload. */
static inline void frame_start(struct frame *frame, const char *text)
{
    frame->len = 0;
    frame_prepend(frame, text, strlen(text));
}

static inline void frame_tcp(struct frame *frame, uint8_t flags)
{
    FRAME_PREPEND(frame, "\xfa\xf0\0\0\0\0"); /* window 64240, checksum, urgent pointer */
    frame_number(frame, flags, 1);
    FRAME_PREPEND(frame, "\x50");
    frame_number(frame, FRAME_ACKNOWLEDGMENT, 4);
    frame_number(frame, FRAME_SEQUENCE, 4);
    frame_number(frame, FRAME_DESTINATION_PORT, 2);
    frame_number(frame, FRAME_SOURCE_PORT, 2);
}

static inline void frame_udp(struct frame *frame, uint16_t source, uint16_t destination)
{
    size_t len = frame->len + 8;

    FRAME_PREPEND(frame, "\0\0");
    frame_number(frame, len, 2);
    frame_number(frame, destination, 2);
    frame_number(frame, source, 2);
}

/* An IPv4 header from 192.0.2.1 to 198.51.100.2, with these bits and offset of a fragment. */
static inline void frame_ipv4_fragment(struct frame *frame, uint8_t protocol, uint16_t fragment)
{
    size_t len = frame->len + 20;

    FRAME_PREPEND(frame, "\xc0\x00\x02\x01\xc6\x33\x64\x02");
    FRAME_PREPEND(frame, "\0\0");
    frame_number(frame, protocol, 1);
    frame_number(frame, 64, 1);
    frame_number(frame, fragment, 2);
    frame_number(frame, 0x1234, 2);
    frame_number(frame, len, 2);
    FRAME_PREPEND(frame, "\x45\0");
}

static inline void frame_ipv4(struct frame *frame, uint8_t protocol)
{
    frame_ipv4_fragment(frame, protocol, 0x4000);
}

/* An IPv6 header from 2001:db8::1 to 2001:db8::2. */
static inline void frame_ipv6(struct frame *frame, uint8_t next_header)
{
    size_t len = frame->len;

    FRAME_PREPEND(frame, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02");
    FRAME_PREPEND(frame, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01");
    frame_number(frame, 55, 1);
    frame_number(frame, next_header, 1);
    frame_number(frame, len, 2);
    FRAME_PREPEND(frame, "\x60\0\0\0");
}

static inline void frame_ethernet(struct frame *frame, uint16_t type)
{
    frame_number(frame, type, 2);
    FRAME_PREPEND(frame, "\x02\0\0\0\0\x0d\x02\0\0\0\0\x05");
}

#endif
