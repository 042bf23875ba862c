/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet_bench.h -- a decoder and a frame for it, for the tests of what packets carry. */
#ifndef TLSWHY_TESTS_SUPPORT_PACKET_BENCH_H
#define TLSWHY_TESTS_SUPPORT_PACKET_BENCH_H

#include "tests/support/frames.h"
#include "tests/support/wire.h"

/* What every such test works with. */
struct bench {
    struct guard guard;
    struct packet_decoder *decoder;
    struct frame frame;
    struct packet packet;
};

static inline struct bench *bench_new(void)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    if (bench == NULL)
        abort();
    bench->guard = guard_new();
    bench->decoder = packet_decoder_new();
    if (bench->decoder == NULL)
        abort();
    return bench;
}

static inline void bench_free(struct bench *bench)
{
    guard_free(&bench->guard);
    packet_decoder_free(bench->decoder);
    free(bench);
}

/* Decode the first captured octets of the frame, of which original were on the wire. */
static inline enum packet_kind decode_cut(struct bench *bench, int link_type, size_t captured,
                                          size_t original)
{
    struct raw_packet raw = {
        .data = guard_copy(&bench->guard, frame_octets(&bench->frame).data, captured),
        .original_length = (uint32_t)original,
        .time_ns = 1000,
        .number = 7,
        .link_type = link_type,
    };

    return packet_decode(bench->decoder, &raw, &bench->packet);
}

static inline enum packet_kind decode(struct bench *bench, int link_type)
{
    return decode_cut(bench, link_type, bench->frame.len, bench->frame.len);
}

#endif
