/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session_notes.c -- the notes of a handshake in progress.
 *
 * Nearly all handshakes are over with few notes of usual size, which are kept in brief. When one
 * does not fit they are written out in full, in a block of the budget.
 */
#include "analyze/session_brief.h"

enum {
    NOTES_RESERVED = 10, /* room that what may come without end leaves for what ends a handshake */
    SERVER_HELLO_ROOM = 128, /* octets: in TLS 1.3 it is the only message that follows the first */
    NOTES_OCTETS = HANDSHAKE_NOTES_MAX * sizeof(struct note)
};

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
        const struct brief_note *brief = &session->brief_notes[i];
        const uint64_t elapsed = brief->time_low | (uint64_t)brief->time_high << BRIEF_TIME_SHIFT;
        const uint8_t what = brief->what;
        struct note *note = &notes[i];

        note->at.time_ns = (int64_t)((uint64_t)began.time_ns + elapsed);
        note->at.packet = began.packet + brief->packets;
        note->place = 2 * note->at.packet;
        note->length = brief->length;
        note->label = brief->label;
        note->kind = what >> BRIEF_KIND_SHIFT;
        note->side = what & BRIEF_SIDE;
        note->offset = (what & BRIEF_SHARED) != 0 ? NOTE_SHARED : NOTE_NOT_KEPT;
        if ((what & BRIEF_KEPT) == 0)
            continue;
        note->offset = offset;
        offset += note->length;
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
    session->notes = budget_take_block(&session->memory->budget, NOTES_OCTETS);
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

/* Octets that a note which is not kept stands for, at least one; those of a gap count anyway. */
static uint64_t octets_lost(enum note_kind kind, struct note_detail detail)
{
    bool is_counted = kind == NOTE_MESSAGE || kind == NOTE_APPLICATION_DATA;

    if (kind == NOTE_GAP)
        return 0;
    return is_counted && detail.length > 0 ? detail.length : 1;
}

/* What is not noted for want of memory is like what was not captured: nobody is blamed for it. */
NEVER_INLINE static bool note_in_full(const struct run *run, enum note_kind kind,
                                      struct note_detail detail)
{
    struct session *session = run->session;
    uint64_t place = place_of(session->connection, run->at);
    struct note *note = NULL;

    if (write_out(session))
        note = find_room_for_note(session, kind, run->from);
    else
        session->gap_octets[run->from] += octets_lost(kind, detail);
    if (note == NULL) {
        session->notes_full = true;
        return false;
    }
    *note = (struct note){
        .at = run->at,
        .place = place,
        .length = detail.length,
        .offset = NOTE_NOT_KEPT,
        .label = detail.label,
        .kind = (uint8_t)kind,
        .side = (uint8_t)run->from,
    };
    session_see_place(session, place, kind == NOTE_GAP);
    return true;
}

/* Make room by moving the last note in brief of application data of this side to the end. */
static struct brief_note *reuse_brief_note(struct session *session, enum side side)
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

/* Protected records come without end: for the last one of a side there is always room. */
static bool note_application_data(const struct run *run, struct note_detail detail)
{
    struct session *session = run->session;

    if (session_note_application_data_in_brief(run, detail))
        return true;
    if (session->brief_max == 0 || !is_one_of_many(session, true, run->from)
        || !session_fits_in_brief(run, NOTE_APPLICATION_DATA, detail))
        return note_in_full(run, NOTE_APPLICATION_DATA, detail);
    session_write_brief(run, reuse_brief_note(session, run->from), NOTE_APPLICATION_DATA, detail);
    return true;
}

bool session_note(const struct run *run, enum note_kind kind, struct note_detail detail)
{
    if (kind == NOTE_APPLICATION_DATA)
        return note_application_data(run, detail);
    return session_note_in_brief(run, kind, detail) || note_in_full(run, kind, detail);
}

/* Where the body of the message that was noted last is: as both forms of a note say it. */
static void note_body(struct session *session, uint32_t offset, uint8_t brief)
{
    if (session->brief_max == 0)
        session->notes[session->note_count - 1].offset = offset;
    else
        session->brief_notes[session->note_count - 1].what |= brief;
}

void session_keep_body(struct session *session, enum side from, struct bytes body)
{
    uint32_t offset = session->transcript.length;

    if (offset == 0)
        buffer_reserve(&session->transcript, &session->memory->budget,
                       body.len + SERVER_HELLO_ROOM);
    if (!buffer_append(&session->transcript, &session->memory->budget, body,
                       HANDSHAKE_TRANSCRIPT_MAX)) {
        session->transcript_full = true;
        session->gap_octets[from] += body.len;
        return;
    }
    note_body(session, offset, BRIEF_KEPT);
}

void session_note_closed(struct session *session, enum side by, bool is_reset, struct bytes text,
                         struct moment at)
{
    const struct run run = {.session = session, .from = by, .at = at};
    const size_t length = text.len < HANDSHAKE_RESET_TEXT_MAX ? text.len : HANDSHAKE_RESET_TEXT_MAX;

    if (session_note(&run, is_reset ? NOTE_RST : NOTE_FIN,
                     (struct note_detail){.length = (uint32_t)length})
        && length > 0)
        session_keep_body(session, by, bytes_of(text.data, length));
}

void session_share_body(struct session *session, enum side from, struct bytes body)
{
    struct shared_body *shared =
        session->shared == NULL ? body_table_hold(session->memory->bodies, body) : NULL;

    if (shared == NULL) {
        session_keep_body(session, from, body);
        return;
    }
    session->shared = shared;
    note_body(session, NOTE_SHARED, BRIEF_SHARED);
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
 * packets. Per side the order of the stream stands, which a RST is no part of; between the sides
 * the packets decide, and for octets that were ACKed before they were captured, the ACK does. */
static void order_notes(struct note *notes, size_t count)
{
    uint64_t place[HANDSHAKE_NOTES_MAX] = {0};
    uint64_t last[SIDES] = {0};

    for (size_t i = 0; i < count; i++) {
        struct note note = notes[i];
        uint64_t own = last[note.side];
        size_t at = i;

        if (note.kind != NOTE_GAP && note.place > own)
            own = note.place;
        if (note.kind != NOTE_RST)
            last[note.side] = own;
        while (at > 0 && place[at - 1] > own) {
            place[at] = place[at - 1];
            notes[at] = notes[at - 1];
            at--;
        }
        place[at] = own;
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
    budget_give_block(&session->memory->budget, session->notes, NOTES_OCTETS);
    session->notes = NULL;
}
