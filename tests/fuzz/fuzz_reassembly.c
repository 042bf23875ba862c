/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One direction of a connection: segments that overlap, contradict, come twice, late, cut or
 * never, compared step by step with a reassembler too simple to be wrong.
 *
 * The input is a list of steps: a kind, a distance, a length, and what the octets are.
 */
#include "capture/stream.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/reference.h"

enum {
    STEP_CUT = 0x01,         /* snaplen took the second half */
    STEP_OTHER = 0x02,       /* octets that differ from the true ones */
    STEP_ACKNOWLEDGE = 0x04, /* the other side ACKs up to here instead */
    STEP_WAIT = 0x08,        /* time passes first */
    STEP_LARGE = 0x10,       /* lengths in units of 16 octets */
    STEP_BACK = 0x20,        /* the distance is downwards */
    BUDGET = 16384
};

struct step {
    uint8_t kind;
    uint8_t distance;
    uint8_t length;
};

struct play {
    struct reference reference;
    struct stream stream;
    struct stream_budget budget;
    uint32_t packets;
    int64_t time_ns;
};

static bool next_step(struct bytes *in, struct step *step)
{
    return bytes_u8(in, &step->kind) && bytes_u8(in, &step->distance)
           && bytes_u8(in, &step->length);
}

static bool play_segment(struct play *play, const struct stream_sink *sink, const struct step *step,
                         int64_t start, struct moment at)
{
    static uint8_t octets[256 * 16];
    uint32_t length = (uint32_t)(step->length + 1) * (step->kind & STEP_LARGE ? 16 : 1);
    size_t captured = step->kind & STEP_CUT ? length / 2 : length;

    if (start + length > REFERENCE_MAX)
        return true;
    for (uint32_t i = 0; i < length; i++)
        octets[i] = (uint8_t)((uint64_t)(start + i) * 31 + (step->kind & STEP_OTHER ? i % 3 : 0));
    must(stream_in_window(&play->stream, start, start + length));
    reference_push(&play->reference, start, bytes_of(octets, captured), length);
    return stream_push(&play->stream, sink, &play->budget, start, bytes_of(octets, captured),
                       length, at);
}

static bool play_step(struct play *play, const struct stream_sink *sink, const struct step *step)
{
    int64_t distance = (int64_t)step->distance * (step->kind & STEP_LARGE ? 16 : 1);
    int64_t start = play->stream.next + (step->kind & STEP_BACK ? -distance : distance);
    struct moment at;

    start = start < 0 ? 0 : start;
    play->packets++;
    if (step->kind & STEP_WAIT)
        play->time_ns += STREAM_PATIENCE_NS / 2;
    at = (struct moment){.time_ns = play->time_ns, .packet = play->packets};
    if (step->kind & STEP_ACKNOWLEDGE && start < REFERENCE_MAX)
        stream_acknowledge(&play->stream, &play->budget, start, 1);
    else if (!play_segment(play, sink, step, start, at))
        return false;
    return stream_expire(&play->stream, sink, &play->budget, play->packets, at);
}

static void check_held(const struct play *play)
{
    must(play->stream.held_pieces <= STREAM_HELD_PIECES_MAX);
    must(play->stream.held_octets <= STREAM_HELD_OCTETS_MAX);
    must(play->budget.used <= play->budget.max);
    must((play->stream.held_pieces == 0) == (play->stream.first == NULL));
    must(play->stream.first != NULL || play->stream.early_acks != NULL || play->budget.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct play play;
    struct stream_sink sink = reference_sink(&play.reference);
    struct bytes in = bytes_of(data, size);
    struct step step;
    uint8_t stop_after;
    bool more = true;

    if (!bytes_u8(&in, &stop_after))
        return 0;
    reference_init(&play.reference);
    play.reference.stop_after = stop_after > 127 ? stop_after : 0;
    play.packets = 0;
    play.time_ns = 0;
    play.budget = (struct stream_budget){.max = BUDGET};
    stream_init(&play.stream);
    while (next_step(&in, &step)) {
        more = play_step(&play, &sink, &step);
        if (!more)
            break;
        check_held(&play);
        must(reference_agrees(&play.reference, &play.stream));
    }
    if (more) /* a sink that wants no more is not called again */
        (void)stream_finish(&play.stream, &sink, &play.budget, stop_after & 1,
                            (struct moment){.packet = 1});
    must(play.reference.wrong == 0);
    stream_clear(&play.stream, &play.budget);
    must(play.budget.used == 0);
    return 0;
}
