/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/stream.h"

#include <stdlib.h>

#include "capture/moment.h"

/* Held octets, or a hole that will not be filled: octets of a segment that snaplen cut. */
struct stream_piece {
    struct stream_piece *later;
    int64_t start;
    int64_t after; /* see stream_place */
    uint32_t length;
    bool cut; /* no octets follow */
    struct moment at;
    uint8_t octets[];
};

void stream_init(struct stream *stream)
{
    *stream = (struct stream){.fin = -1};
}

void stream_set_base(struct stream *stream, uint32_t base)
{
    stream->base = base;
    stream->known = true;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t piece_end(const struct stream_piece *piece)
{
    return piece->start + piece->length;
}

static size_t piece_memory(uint32_t octets)
{
    return sizeof(struct stream_piece) + octets;
}

static void free_first(struct stream *stream, struct stream_budget *budget)
{
    struct stream_piece *piece = stream->first;
    uint32_t octets = piece->cut ? 0 : piece->length;

    stream->first = piece->later;
    if (stream->first == NULL)
        stream->last = NULL;
    stream->held_pieces--;
    stream->held_octets -= octets;
    budget->used -= piece_memory(octets);
    free(piece);
}

static void free_early_acks(struct stream *stream, struct stream_budget *budget)
{
    if (stream->early_acks == NULL)
        return;
    free(stream->early_acks);
    stream->early_acks = NULL;
    stream->early_ack_count = 0;
    budget->early_acks -= STREAM_EARLY_ACKS_OCTETS;
}

/* Once all that they cover has its turn, nobody asks for them. */
static void settle_early_acks(struct stream *stream, struct stream_budget *budget)
{
    uint8_t count = stream->early_ack_count;

    if (count > 0 && stream->early_acks[count - 1].end <= stream->next)
        free_early_acks(stream, budget);
}

void stream_clear(struct stream *stream, struct stream_budget *budget)
{
    /* What says that there is nothing is at hand, and the pointers may not be. */
    if (stream->held_pieces == 0 && stream->early_ack_count == 0)
        return;
    while (stream->first != NULL)
        free_first(stream, budget);
    free_early_acks(stream, budget);
}

bool stream_in_window(const struct stream *stream, int64_t start, int64_t end)
{
    int64_t window = STREAM_WINDOW_MAX;
    int64_t from = larger(stream->acknowledged, stream->next);

    /* What fits without a hole is in order, whatever the window was thought to be. */
    if (start <= stream->next)
        return end >= stream->next - STREAM_WINDOW_MAX;
    if (stream->window > 0)
        window = smaller(stream->window + STREAM_WINDOW_SLACK, STREAM_WINDOW_MAX);
    return start <= from + window;
}

int64_t stream_seen(const struct stream *stream, int64_t start, int64_t end)
{
    int64_t seen = larger(0, smaller(end, stream->next) - start);

    for (const struct stream_piece *p = stream->first; p != NULL && p->start < end; p = p->later)
        seen += larger(0, smaller(end, piece_end(p)) - larger(start, p->start));
    return smaller(seen, end - start);
}

/* A segment on its way through push: what is left of it. */
struct incoming {
    int64_t start;
    int64_t captured_end;
    int64_t end;
    int64_t after;         /* see stream_place */
    const uint8_t *octets; /* at start */
    struct moment at;
};

static struct bytes incoming_octets(const struct incoming *in, int64_t start, int64_t end)
{
    end = smaller(end, in->captured_end);
    if (start >= end)
        return (struct bytes){.len = 0};
    return bytes_of(in->octets + (start - in->start), (size_t)(end - start));
}

/* Count the octets of the segment that differ from those of a held piece. */
static void compare(struct stream *stream, const struct stream_piece *piece,
                    const struct incoming *in)
{
    int64_t start = larger(piece->start, in->start);
    struct bytes mine = incoming_octets(in, start, piece_end(piece));
    const uint8_t *theirs;

    if (piece->cut || mine.len == 0)
        return;
    theirs = piece->octets + (start - piece->start);
    if (memcmp(mine.data, theirs, mine.len) == 0)
        return;
    for (size_t i = 0; i < mine.len; i++)
        stream->conflicting += mine.data[i] != theirs[i] && stream->conflicting < UINT32_MAX;
}

static void hole_changed(struct stream *stream)
{
    stream->hole_is_timed = false;
}

/* The packet of the first early ACK that covers the octets up to end, 0: there was none. */
static uint64_t early_ack_of(const struct stream *stream, int64_t end)
{
    for (uint32_t i = 0; i < stream->early_ack_count; i++)
        if (stream->early_acks[i].end >= end)
            return stream->early_acks[i].packet;
    return 0;
}

/* What is given is counted in next before. */
uint64_t stream_arrived_by(const struct stream *stream)
{
    return early_ack_of(stream, stream->next);
}

uint64_t stream_fin_arrived_by(const struct stream *stream)
{
    return early_ack_of(stream, stream->fin + 1);
}

/* Room for them, which few streams need. */
static bool have_early_acks(struct stream *stream, struct stream_budget *budget)
{
    if (stream->early_acks != NULL)
        return true;
    stream->early_acks = calloc(1, STREAM_EARLY_ACKS_OCTETS);
    if (stream->early_acks == NULL)
        return false;
    budget->early_acks += STREAM_EARLY_ACKS_OCTETS;
    return true;
}

static void note_early_ack(struct stream *stream, struct stream_budget *budget, int64_t end,
                           uint64_t packet)
{
    uint8_t count = stream->early_ack_count;

    if (!have_early_acks(stream, budget))
        return;
    if (count < STREAM_EARLY_ACKS_MAX)
        stream->early_acks[count++] = (struct early_ack){.end = end, .packet = packet};
    stream->early_ack_count = count;
}

static bool give_data(struct stream *stream, const struct stream_sink *sink, struct bytes data,
                      struct moment at)
{
    stream->next += (int64_t)data.len;
    return sink->data(sink->context, data, at);
}

static bool give_gap(struct stream *stream, const struct stream_sink *sink, int64_t missing,
                     enum stream_gap why, struct moment at)
{
    stream->next += missing;
    hole_changed(stream);
    return sink->gap(sink->context, (uint64_t)missing, why, at);
}

/* Give the sink the part of the segment from next to end, which is in order. */
static bool give_incoming(struct stream *stream, const struct stream_sink *sink,
                          const struct incoming *in, int64_t end)
{
    struct bytes data = incoming_octets(in, stream->next, end);

    if (data.len > 0 && !give_data(stream, sink, data, in->at))
        return false;
    if (stream->next < end)
        return give_gap(stream, sink, end - stream->next, STREAM_GAP_CUT, in->at);
    return true;
}

/* Give the sink the first held piece, which begins at next or before. The piece
 * leaves the list before the call: the sink may end the connection. */
static bool give_first(struct stream *stream, const struct stream_sink *sink,
                       struct stream_budget *budget)
{
    struct stream_piece *piece = stream->first;
    int64_t skip = stream->next - piece->start;
    int64_t left = piece->length - skip;
    bool more = true;

    if (left > 0 && piece->cut)
        more = give_gap(stream, sink, left, STREAM_GAP_CUT, piece->at);
    else if (left > 0)
        more = give_data(stream, sink, bytes_of(piece->octets + skip, (size_t)left), piece->at);
    free_first(stream, budget);
    hole_changed(stream);
    return more;
}

bool stream_waits(const struct stream *stream)
{
    /* Both say the same, but the number is in a cache line that is at hand. */
    return stream->held_pieces > 0 && stream->first != NULL && stream->first->start <= stream->next;
}

/* Where the octets end that the other side has for sure: an ACK covers the FIN too. */
static int64_t acknowledged_end(const struct stream *stream)
{
    return stream->fin >= 0 ? smaller(stream->acknowledged, stream->fin) : stream->acknowledged;
}

/* Octets that the other side ACKed are not there. A single octet at the end is none: a FIN or a
 * keep-alive probe that was not captured looks the same. */
static bool has_acknowledged_hole(const struct stream *stream)
{
    int64_t end = acknowledged_end(stream);

    if (end <= stream->next || stream_waits(stream))
        return false;
    return end - stream->next > 1 || stream->first != NULL || stream->fin >= 0;
}

int64_t stream_place(const struct stream *stream, const struct stream *other, int64_t start,
                     int64_t acknowledged)
{
    int64_t end = smaller(acknowledged, acknowledged_end(other));

    if (start < stream->acknowledged || end <= other->next
        || end - other->next > STREAM_HELD_OCTETS_MAX)
        return 0;
    return end;
}

/* The octets of the other side up to this offset may still come. */
static bool must_wait(const struct stream_sink *sink, int64_t after)
{
    return sink->other != NULL && after > sink->other->next
           && (has_acknowledged_hole(sink->other) || stream_waits(sink->other));
}

static bool give_held(struct stream *stream, const struct stream_sink *sink,
                      struct stream_budget *budget)
{
    while (stream_waits(stream) && !must_wait(sink, stream->first->after)) {
        if (!give_first(stream, sink, budget))
            return false;
    }
    return true;
}

/* The segment begins at next or before. Held octets were captured first and win. */
static bool push_in_order(struct stream *stream, const struct stream_sink *sink,
                          struct stream_budget *budget, const struct incoming *in)
{
    while (stream->next < in->end) {
        struct stream_piece *piece = stream->held_pieces > 0 ? stream->first : NULL;
        int64_t end = in->end;

        if (piece != NULL && piece->start <= stream->next) {
            compare(stream, piece, in);
            if (!give_first(stream, sink, budget))
                return false;
            continue;
        }
        if (piece != NULL)
            end = smaller(end, piece->start);
        if (!give_incoming(stream, sink, in, end))
            return false;
    }
    return give_held(stream, sink, budget);
}

static bool budget_allows(const struct stream *stream, const struct stream_budget *budget,
                          uint32_t octets)
{
    uint32_t limit = STREAM_HELD_OCTETS_MAX;

    if (budget->used > budget->max / 2)
        limit = STREAM_HELD_OCTETS_TIGHT;
    return stream->held_pieces < STREAM_HELD_PIECES_MAX && octets <= limit
           && stream->held_octets <= limit - octets
           && budget->used + piece_memory(octets) <= budget->max;
}

/* Hold a copy of octets from start to end between two pieces (either may be NULL).
 * Returns the new piece, NULL when a limit forbids it. */
static struct stream_piece *hold(struct stream *stream, struct stream_budget *budget,
                                 const struct incoming *in, int64_t start, int64_t end,
                                 struct stream_piece *before)
{
    bool cut = start >= in->captured_end;
    uint32_t length = (uint32_t)(end - start);
    uint32_t octets = cut ? 0 : length;
    struct stream_piece *piece;

    if (!budget_allows(stream, budget, octets))
        return NULL;
    piece = malloc(piece_memory(octets));
    if (piece == NULL)
        return NULL;
    *piece = (struct stream_piece){
        .start = start,
        .after = in->after,
        .length = length,
        .cut = cut,
        .at = in->at,
    };
    if (!cut)
        memcpy(piece->octets, in->octets + (start - in->start), octets);
    piece->later = before != NULL ? before->later : stream->first;
    if (before != NULL)
        before->later = piece;
    else
        stream->first = piece;
    if (piece->later == NULL)
        stream->last = piece;
    stream->held_pieces++;
    stream->held_octets += octets;
    budget->used += piece_memory(octets);
    return piece;
}

/* Hold the octets from start to end, of which none are held: the captured part, and
 * the part that snaplen cut as a piece of its own. */
static bool hold_new(struct stream *stream, struct stream_budget *budget, const struct incoming *in,
                     int64_t start, int64_t end, struct stream_piece **before)
{
    int64_t captured = larger(start, smaller(end, in->captured_end));
    struct stream_piece *piece = *before;

    if (captured > start)
        piece = hold(stream, budget, in, start, captured, piece);
    if (captured > start && piece == NULL)
        return false;
    if (end > captured) {
        struct stream_piece *rest = hold(stream, budget, in, captured, end, piece);

        if (rest == NULL)
            return false;
        piece = rest;
    }
    *before = piece;
    return true;
}

/* The segment begins behind next: hold what is new of it. False when a limit was
 * reached before all of it was held. */
static bool push_ahead(struct stream *stream, struct stream_budget *budget,
                       const struct incoming *in)
{
    struct stream_piece *before = NULL;
    int64_t start = in->start;

    if (stream->last != NULL && piece_end(stream->last) <= start) {
        before = stream->last;
        return hold_new(stream, budget, in, start, in->end, &before);
    }
    while (start < in->end) {
        struct stream_piece *piece = before != NULL ? before->later : stream->first;
        int64_t end = piece != NULL ? smaller(in->end, piece->start) : in->end;

        if (end > start && !hold_new(stream, budget, in, start, end, &before))
            return false;
        if (piece == NULL)
            return true;
        if (piece->start < in->end && piece_end(piece) > in->start)
            compare(stream, piece, in);
        start = larger(start, piece_end(piece));
        before = piece;
    }
    return true;
}

/* Give up the hole at next, which ends where held octets (or, without any, the ACKed
 * ones) go on, or at limit; and deliver what follows. */
static bool give_up(struct stream *stream, const struct stream_sink *sink,
                    struct stream_budget *budget, int64_t limit, struct moment at)
{
    int64_t end = stream->first != NULL ? smaller(limit, stream->first->start) : limit;
    int64_t acknowledged = smaller(end, stream->acknowledged);

    if (stream_waits(stream)) /* no hole, but no room for more that waits */
        return give_first(stream, sink, budget);
    if (stream->next < acknowledged
        && !give_gap(stream, sink, acknowledged - stream->next, STREAM_GAP_MISSED, at))
        return false;
    if (stream->next < end && !give_gap(stream, sink, end - stream->next, STREAM_GAP_DROPPED, at))
        return false;
    return give_held(stream, sink, budget);
}

/* Leave out what was given before. */
static void trim(struct incoming *in, int64_t next)
{
    int64_t seen = larger(0, next - in->start);

    in->octets += smaller(seen, in->captured_end - in->start);
    in->start += seen;
    in->captured_end = larger(in->captured_end, in->start);
}

/* Have the segment wait. False when there is no room: what waits takes none that holes may need. */
static bool wait_for_other(struct stream *stream, struct stream_budget *budget, struct incoming *in)
{
    if (budget->used > budget->max / 2)
        return false;
    trim(in, stream->next);
    return push_ahead(stream, budget, in);
}

/* A segment that is not simply the next one. */
NEVER_INLINE static bool push(struct stream *stream, const struct stream_sink *sink,
                              struct stream_budget *budget, int64_t start, struct bytes captured,
                              uint32_t length, struct moment at)
{
    struct incoming in = {
        .start = start,
        .captured_end = start + (int64_t)captured.len,
        .end = start + length,
        .after = sink->after,
        .octets = captured.data,
        .at = at,
    };

    stream->highest = larger(stream->highest, in.end);
    if (in.end <= stream->next)
        return true;
    if ((stream_waits(stream) || must_wait(sink, in.after)) && wait_for_other(stream, budget, &in))
        return true;
    /* Each round gives up one hole, so there are at most as many as pieces held. */
    while (in.start > stream->next && !push_ahead(stream, budget, &in)) {
        if (!give_up(stream, sink, budget, in.start, at))
            return false;
    }
    if (in.start > stream->next)
        return true;
    hole_changed(stream);
    if (!push_in_order(stream, sink, budget, &in))
        return false;
    settle_early_acks(stream, budget);
    return true;
}

bool stream_push(struct stream *stream, const struct stream_sink *sink,
                 struct stream_budget *budget, int64_t start, struct bytes captured,
                 uint32_t length, struct moment at)
{
    /* Nearly always: the octets that come next, whole, and none wait for them, nor do they. */
    if (start != stream->next || captured.len != length || stream->held_pieces > 0
        || sink->after != 0)
        return push(stream, sink, budget, start, captured, length, at);
    stream->highest = larger(stream->highest, start + length);
    hole_changed(stream);
    if (length > 0 && !give_data(stream, sink, captured, at))
        return false;
    settle_early_acks(stream, budget);
    return true;
}

void stream_acknowledge(struct stream *stream, struct stream_budget *budget, int64_t offset,
                        uint64_t packet)
{
    /* The number of a FIN is none of an octet. */
    int64_t end = stream->fin >= 0 ? smaller(offset, stream->fin) : offset;

    /* Octets that far ahead could not be held: the number is of another connection. */
    if (end > stream->acknowledged && end > stream->next
        && end - stream->next <= STREAM_HELD_OCTETS_MAX)
        note_early_ack(stream, budget, end, packet);
    stream->acknowledged = larger(stream->acknowledged, offset);
}

bool stream_resume(struct stream *stream, const struct stream_sink *sink,
                   struct stream_budget *budget)
{
    return give_held(stream, sink, budget);
}

bool stream_expire(struct stream *stream, const struct stream_sink *sink,
                   struct stream_budget *budget, uint32_t packets, struct moment at)
{
    if (!has_acknowledged_hole(stream))
        return true;
    if (!stream->hole_is_timed) {
        stream->hole_is_timed = true;
        stream->hole_since_ns = at.time_ns;
        stream->hole_packets = packets;
        return true;
    }
    if (packets - stream->hole_packets < STREAM_PATIENCE_PACKETS
        && elapsed_ns(at.time_ns, stream->hole_since_ns) < STREAM_PATIENCE_NS)
        return true;
    return give_up(stream, sink, budget, acknowledged_end(stream), at);
}

void stream_note_sent(struct stream *stream, int64_t offset, bool earlier)
{
    if (offset <= stream->highest || !stream_in_window(stream, offset, offset))
        return;
    stream->sent = larger(stream->sent, offset);
    if (earlier)
        stream->sent_earlier = larger(stream->sent_earlier, offset);
}

uint64_t stream_undelivered(const struct stream *stream)
{
    int64_t arrived = larger(stream->highest, stream->acknowledged);

    return stream->sent_earlier > arrived ? (uint64_t)(stream->sent_earlier - arrived) : 0;
}

uint64_t stream_unseen(const struct stream *stream)
{
    int64_t sent = larger(larger(stream->highest, stream->sent), stream->fin + 1);
    int64_t end = larger(sent, stream->acknowledged);
    int64_t seen = stream->next + (stream->fin >= 0 ? 1 : 0);

    for (const struct stream_piece *piece = stream->first; piece != NULL; piece = piece->later)
        seen += piece->length;
    return end > seen ? (uint64_t)(end - seen) : 0;
}

bool stream_finish(struct stream *stream, const struct stream_sink *sink,
                   struct stream_budget *budget, bool one_sided, struct moment at)
{
    if (one_sided)
        stream->acknowledged = stream->highest;
    if (!give_held(stream, sink, budget))
        return false;
    while (has_acknowledged_hole(stream)) {
        if (!give_up(stream, sink, budget, acknowledged_end(stream), at))
            return false;
    }
    return true;
}
