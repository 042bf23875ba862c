/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session_brief.h -- notes of a handshake in progress in brief, private to the session and its
 * readers. Each record and message of each handshake makes one: where most of them come from, no
 * call is made for it. */
#ifndef TLSWHY_ANALYZE_SESSION_BRIEF_H
#define TLSWHY_ANALYZE_SESSION_BRIEF_H

#include "analyze/session.h"

enum { APPLICATION_NOTES_MAX = 12 }; /* of one side; from then on the last one is overwritten */

/* Of struct brief_note. */
enum {
    BRIEF_SIDE = 1,
    BRIEF_KEPT = 2,   /* the body is in the transcript, behind those of earlier notes */
    BRIEF_SHARED = 4, /* the body is the one that the handshake shares */
    BRIEF_KIND_SHIFT = 3,
    BRIEF_TIME_SHIFT = 32,
    BRIEF_TIME_BITS = 40,
    BRIEF_PACKETS_BITS = 32,
    BRIEF_LENGTH_BITS = 16
};

_Static_assert(NOTE_RST < 1 << (8 - BRIEF_KIND_SHIFT), "every kind has room");
_Static_assert((int)SIDE_CLIENT == 0 && (int)SIDE_SERVER == (int)BRIEF_SIDE, "a bit");

/* What came out of the order of the packets, or of a hole, may belong before earlier notes. */
static inline void session_see_place(struct session *session, uint64_t place, bool is_gap)
{
    if (place < session->last_place || is_gap)
        session->has_late_notes = true;
    session->last_place = place;
}

/* Whether a note that says this fits in brief. */
static inline bool session_fits_in_brief(const struct run *run, enum note_kind kind,
                                         struct note_detail detail)
{
    const struct session *session = run->session;
    const uint64_t elapsed = (uint64_t)run->at.time_ns - (uint64_t)session->began.time_ns;
    const uint64_t packets = run->at.packet - session->began.packet;

    return session->connection->arrived_by == 0 && kind != NOTE_GAP
           && (elapsed >> BRIEF_TIME_BITS | packets >> BRIEF_PACKETS_BITS
               | detail.length >> BRIEF_LENGTH_BITS)
                  == 0;
}

static inline void session_write_brief(const struct run *run, struct brief_note *brief,
                                       enum note_kind kind, struct note_detail detail)
{
    const struct moment began = run->session->began;
    const uint64_t elapsed = (uint64_t)run->at.time_ns - (uint64_t)began.time_ns;

    *brief = (struct brief_note){
        .time_low = (uint32_t)elapsed,
        .packets = (uint32_t)(run->at.packet - began.packet),
        .label = detail.label,
        .length = (uint16_t)detail.length,
        .time_high = (uint8_t)(elapsed >> BRIEF_TIME_SHIFT),
        .what = (uint8_t)(kind << BRIEF_KIND_SHIFT | run->from),
    };
    session_see_place(run->session, 2 * run->at.packet, false);
}

/* session_note(), but for NOTE_APPLICATION_DATA. False, and nothing changed: it does not fit, or
 * there is no room. */
ALWAYS_INLINE bool session_note_in_brief(const struct run *run, enum note_kind kind,
                                         struct note_detail detail)
{
    struct session *session = run->session;

    if (session->note_count >= session->brief_max || !session_fits_in_brief(run, kind, detail))
        return false;
    session_write_brief(run, &session->brief_notes[session->note_count++], kind, detail);
    return true;
}

/* session_note() of NOTE_APPLICATION_DATA. False, and nothing changed: it is for session_note() to
 * decide. */
ALWAYS_INLINE bool session_note_application_data_in_brief(const struct run *run,
                                                          struct note_detail detail)
{
    struct session *session = run->session;

    if (session->application_notes[run->from] >= APPLICATION_NOTES_MAX
        || !session_note_in_brief(run, NOTE_APPLICATION_DATA, detail))
        return false;
    session->application_notes[run->from]++;
    return true;
}

#endif
