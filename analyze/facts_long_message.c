/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_long_message.c -- a handshake message that is longer than usual receivers take, and that
 * was the last that the receiver had. */
#include "analyze/facts_internal.h"

/* What one record holds (RFC 8446 section 5.1): buffers of receivers that are short of memory end
 * there. */
enum { LONG_MESSAGE_MIN = TLS_PLAINTEXT_MAX };

/* Alerts that receivers send for a length, whatever the RFC has them for. */
static bool may_be_about_length(uint8_t alert)
{
    static const uint8_t alerts[] = {
        TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_RECORD_OVERFLOW,   TLS_ALERT_HANDSHAKE_FAILURE,
        TLS_ALERT_BAD_CERTIFICATE,    TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_DECODE_ERROR,
        TLS_ALERT_INTERNAL_ERROR,
    };

    return memchr(alerts, alert, sizeof(alerts)) != NULL;
}

static bool ended_for_no_other_reason(const struct facts *facts)
{
    const struct refusal *refusal = &facts->refusal;

    return refusal->kind != REFUSAL_NONE
           && (facts_closed_without_reason(facts, refusal->by)
               || (refusal->kind == REFUSAL_ALERT && may_be_about_length(refusal->alert)));
}

static bool is_message(const struct note *note, enum side from)
{
    return note->kind == NOTE_MESSAGE && note->side == from
           && note->type != TLS_HANDSHAKE_CLIENT_HELLO;
}

static struct long_message long_message_of(const struct note *note)
{
    return (struct long_message){
        .at = note->at,
        .length = note->length,
        .from = (enum side)note->side,
        .type = note->type,
        .is_last = true,
    };
}

/* The longest one that the receiver had since it spoke last. */
static struct long_message find_whole(const struct facts *facts, enum side from)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *end = handshake->notes + handshake->note_count;
    struct long_message found = {0};

    for (const struct note *note = handshake->notes; note < end; note++) {
        if (!facts_is_before_end(facts, note))
            break;
        if (note->side != from)
            found = (struct long_message){0};
        else if (is_message(note, from) && note->length > found.length)
            found = long_message_of(note);
        else
            found.is_last = false;
    }
    return found;
}

/* The one whose end came by after the receiver had ended the handshake: senders go on until they
 * read the alert. */
static struct long_message find_late(const struct facts *facts, enum side from)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *end = handshake->notes + handshake->note_count;

    for (const struct note *note = handshake->notes; note < end; note++)
        if (is_message(note, from) && !facts_is_before_end(facts, note))
            return long_message_of(note);
    return (struct long_message){0};
}

/* Of which not all came. */
static struct long_message find_partial(const struct facts *facts, enum side from)
{
    const struct partial_message *partial = &facts->handshake->partial_message[from];

    return (struct long_message){
        .at = facts->connection->direction[from].last_data,
        .length = partial->length,
        .from = from,
        .type = partial->type,
        .is_last = true,
    };
}

void facts_find_long_message(struct facts *facts)
{
    static struct long_message (*const finders[])(const struct facts *, enum side) = {
        find_whole,
        find_late,
        find_partial,
    };
    enum side from = side_other(facts->refusal.by);

    if (!ended_for_no_other_reason(facts))
        return;
    for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++) {
        struct long_message found = finders[i](facts, from);

        if (found.length < LONG_MESSAGE_MIN)
            continue;
        facts->long_message = found;
        return;
    }
}
