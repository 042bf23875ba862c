/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session_notes.c -- the notes of a handshake in progress.
 *
 * Nearly all handshakes are over with few notes of usual size, which are kept in brief. When one
 * does not fit they are written out in full, in a block of the budget.
 */
#include "analyze/session.h"

enum {
    NOTES_RESERVED = 10, /* room that what may come without end leaves for what ends a handshake */
    APPLICATION_NOTES_MAX = 12, /* of one side; from then on the last one is overwritten */
    SERVER_HELLO_ROOM = 128, /* octets: in TLS 1.3 it is the only message that follows the first */
    NOTES_OCTETS = HANDSHAKE_NOTES_MAX * sizeof(struct note)
};

/* Of struct brief_note. */
enum {
    BRIEF_SIDE = 1,
    BRIEF_KEPT = 2, /* the body is in the transcript, behind those of earlier notes */
    BRIEF_KIND_SHIFT = 2,
    BRIEF_TIME_SHIFT = 32,
    BRIEF_TIME_BITS = 40,
    BRIEF_PACKETS_BITS = 32,
    BRIEF_LENGTH_BITS = 16
};

_Static_assert(NOTE_RST < 1 << (8 - BRIEF_KIND_SHIFT), "every kind has room");
_Static_assert((int)SIDE_CLIENT == 0 && (int)SIDE_SERVER == (int)BRIEF_SIDE, "a bit");

/* What was captured late came before the packet that ACKed it: odd places are for that. */
static inline uint64_t place_of(const struct connection *connection, struct moment at)
{
    uint64_t place = 2 * at.packet;
    uint64_t arrived = 2 * connection->arrived_by - 1;

    return connection->arrived_by > 0 && arrived < place ? arrived : place;
}

static void expand(const struct session *session, struct note notes[SESSION_NOTES])
{
    const struct moment began = session->began;
    uint32_t offset = 0;

    for (size_t i = 0; i < session->note_count; i++) {
        const struct brief_note brief = session->brief_notes[i];
        const uint64_t elapsed = brief.time_low | (uint64_t)brief.time_high << BRIEF_TIME_SHIFT;
        const uint64_t packet = began.packet + brief.packets;

        notes[i] = (struct note){
            .at = {.time_ns = (int64_t)((uint64_t)began.time_ns + elapsed), .packet = packet},
            .place = 2 * packet,
            .length = brief.length,
            .offset = NOTE_NOT_KEPT,
            .version = brief.version,
            .kind = brief.what >> BRIEF_KIND_SHIFT,
            .side = brief.what & BRIEF_SIDE,
            .type = brief.type,
            .code = brief.code,
        };
        if ((brief.what & BRIEF_KEPT) == 0)
            continue;
        notes[i].offset = offset;
        offset += brief.length;
    }
}

/* What a peer may send without end, and what is alike: protected records, of which the first ones
 * tell where a flight begins and the last one how it ended, warnings, and the like. What is between
 * is counted only. */
static bool may_come_without_end(enum note_kind kind)
{
    return kind == NOTE_APPLICATION_DATA || kind == NOTE_ALERT || kind == NOTE_HEARTBEAT
           || kind == NOTE_CHANGE_CIPHER_SPEC || kind == NOTE_GAP;
}

static struct note *last_note_like(const struct session *session, enum note_kind kind,
                                   enum side side)
{
    for (size_t i = session->note_count; i > 0; i--) {
        struct note *note = &session->notes[i - 1];

        if (note->kind == kind && note->side == side)
            return note;
    }
    return NULL;
}

/* Make room by moving the last note of that kind to the end, so that notes stay in order. */
static struct note *reuse_note(const struct session *session, struct note *old)
{
    struct note *end = &session->notes[session->note_count - 1];

    memmove(old, old + 1, (size_t)(end - old) * sizeof(*old));
    return end;
}

/* Write the notes out, in room for all that there may be. */
static bool write_out(struct session *session)
{
    if (session->notes != NULL)
        return true;
    session->notes = budget_take_block(session->budget, NOTES_OCTETS);
    if (session->notes == NULL)
        return false;
    expand(session, session->notes);
    session->brief_max = 0;
    return true;
}

static inline bool is_one_of_many(const struct session *session, bool is_application,
                                  enum side side)
{
    return is_application && session->application_notes[side] >= APPLICATION_NOTES_MAX;
}

/* The room that is reserved is for what ends a handshake, once for each side: neither messages nor
 * warnings without end may hide it. */
static struct note *find_room_for_note(struct session *session, enum note_kind kind, enum side side)
{
    bool is_crowded = session->note_count >= HANDSHAKE_NOTES_MAX - NOTES_RESERVED;
    bool is_application = kind == NOTE_APPLICATION_DATA;
    struct note *old = NULL;

    if (is_one_of_many(session, is_application, side) || (is_crowded && may_come_without_end(kind)))
        old = last_note_like(session, kind, side);
    if (old != NULL) {
        session->notes_full = session->notes_full || !is_application;
        return reuse_note(session, old);
    }
    if (session->note_count == HANDSHAKE_NOTES_MAX
        || (is_crowded && (is_application || kind == NOTE_MESSAGE)))
        return NULL;
    session->application_notes[side] = (uint8_t)(session->application_notes[side] + is_application);
    return &session->notes[session->note_count++];
}

/* What came out of the order of the packets, or of a hole, may belong before earlier notes. */
static inline void see_place(struct session *session, uint64_t place, bool is_gap)
{
    if (place < session->last_place || is_gap)
        session->has_late_notes = true;
    session->last_place = place;
}

/* Octets that a note which is not kept stands for, at least one; those of a gap count anyway. */
static uint64_t octets_lost(enum note_kind kind, struct note_detail detail)
{
    bool is_counted = kind == NOTE_MESSAGE || kind == NOTE_APPLICATION_DATA;

    if (kind == NOTE_GAP)
        return 0;
    return is_counted && detail.length > 0 ? detail.length : 1;
}

/* What is not noted for want of memory is like what was not captured: nobody is blamed for it. */
NEVER_INLINE static bool note_in_full(struct session *session, enum note_kind kind, enum side side,
                                      struct moment at, struct note_detail detail)
{
    uint64_t place = place_of(session->connection, at);
    struct note *note = NULL;

    if (write_out(session))
        note = find_room_for_note(session, kind, side);
    else
        session->gap_octets[side] += octets_lost(kind, detail);
    if (note == NULL) {
        session->notes_full = true;
        return false;
    }
    *note = (struct note){
        .at = at,
        .place = place,
        .length = detail.length,
        .offset = NOTE_NOT_KEPT,
        .version = detail.version,
        .kind = (uint8_t)kind,
        .side = (uint8_t)side,
        .type = detail.type,
        .code = detail.code,
    };
    see_place(session, place, kind == NOTE_GAP);
    return true;
}

/* Make room by moving the last note in brief of application data of this side to the end. */
NEVER_INLINE static struct brief_note *reuse_brief_note(struct session *session, enum side side)
{
    const uint8_t what = (uint8_t)(NOTE_APPLICATION_DATA << BRIEF_KIND_SHIFT | side);
    size_t last = session->note_count - 1u;

    for (size_t i = last; i > 0; i--) {
        struct brief_note *old = &session->brief_notes[i];

        if (old->what != what)
            continue;
        memmove(old, old + 1, (last - i) * sizeof(*old));
        break;
    }
    return &session->brief_notes[last];
}

bool session_note(struct session *session, enum note_kind kind, enum side side, struct moment at,
                  struct note_detail detail)
{
    const uint64_t elapsed = (uint64_t)at.time_ns - (uint64_t)session->began.time_ns;
    const uint64_t packets = at.packet - session->began.packet;
    const bool is_application = kind == NOTE_APPLICATION_DATA;
    const bool is_again = is_one_of_many(session, is_application, side);
    struct brief_note *brief;

    if (session->note_count + !is_again > session->brief_max || session->connection->arrived_by > 0
        || kind == NOTE_GAP
        || (elapsed >> BRIEF_TIME_BITS | packets >> BRIEF_PACKETS_BITS
            | detail.length >> BRIEF_LENGTH_BITS)
               != 0)
        return note_in_full(session, kind, side, at, detail);
    brief =
        is_again ? reuse_brief_note(session, side) : &session->brief_notes[session->note_count++];
    *brief = (struct brief_note){
        .time_low = (uint32_t)elapsed,
        .packets = (uint32_t)packets,
        .version = detail.version,
        .type = detail.type,
        .code = detail.code,
        .length = (uint16_t)detail.length,
        .time_high = (uint8_t)(elapsed >> BRIEF_TIME_SHIFT),
        .what = (uint8_t)(kind << BRIEF_KIND_SHIFT | side),
    };
    session->application_notes[side] =
        (uint8_t)(session->application_notes[side] + (is_application && !is_again));
    see_place(session, 2 * at.packet, false);
    return true;
}

void session_keep_body(struct session *session, enum side from, struct bytes body)
{
    uint32_t offset = session->transcript.length;

    if (offset == 0)
        buffer_reserve(&session->transcript, session->budget, body.len + SERVER_HELLO_ROOM);
    if (!buffer_append(&session->transcript, session->budget, body, HANDSHAKE_TRANSCRIPT_MAX)) {
        session->transcript_full = true;
        session->gap_octets[from] += body.len;
        return;
    }
    if (session->notes != NULL)
        session->notes[session->note_count - 1].offset = offset;
    else
        session->brief_notes[session->note_count - 1].what |= BRIEF_KEPT;
}

void session_reverse_notes(struct session *session)
{
    uint8_t count = session->application_notes[SIDE_CLIENT];

    session->application_notes[SIDE_CLIENT] = session->application_notes[SIDE_SERVER];
    session->application_notes[SIDE_SERVER] = count;
    for (size_t i = 0; i < session->note_count; i++) {
        if (session->notes != NULL)
            session->notes[i].side = (uint8_t)side_other((enum side)session->notes[i].side);
        else
            session->brief_notes[i].what ^= BRIEF_SIDE;
    }
}

/* Octets behind a hole are delivered late, so notes come in an order that is not that of the
 * packets. Per side the order of the stream stands; between the sides the packets decide, and for
 * octets that were ACKed before they were captured, the ACK does. */
static void order_notes(struct note *notes, size_t count)
{
    uint64_t place[HANDSHAKE_NOTES_MAX] = {0};
    uint64_t last[SIDES] = {0};

    for (size_t i = 0; i < count; i++) {
        struct note note = notes[i];
        size_t at = i;

        if (note.kind != NOTE_GAP && note.place > last[note.side])
            last[note.side] = note.place;
        while (at > 0 && place[at - 1] > last[note.side]) {
            place[at] = place[at - 1];
            notes[at] = notes[at - 1];
            at--;
        }
        place[at] = last[note.side];
        notes[at] = note;
    }
}

void session_conclude_notes(const struct session *session, struct handshake *handshake,
                            struct note room[SESSION_NOTES])
{
    handshake->notes = session->notes;
    handshake->note_count = session->note_count;
    if (session->notes == NULL) {
        expand(session, room);
        handshake->notes = room;
    }
    if (session->has_late_notes)
        order_notes(handshake->notes, handshake->note_count);
}

void session_release_notes(struct session *session)
{
    budget_give_block(session->budget, session->notes, NOTES_OCTETS);
    session->notes = NULL;
}
