/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_finished.c -- whether a handshake was finished: the question that must never be
 * answered wrongly with no. */
#include "analyze/facts_internal.h"
#include "analyze/session.h"

/* Notes are in packet order, so their addresses compare. */
static bool comes_before(const struct note *first, const struct note *second)
{
    return first != NULL && second != NULL && first < second;
}

/* A server that changes ciphers before it has the client's key in a full handshake has not
 * finished anything (RFC 5246 section 7.3). In an abbreviated one there is no such key. */
static bool server_jumped_ahead(const struct facts *facts)
{
    return comes_before(facts->change_cipher_spec_note[SIDE_SERVER],
                        facts->client_key_exchange_note);
}

/* A protected record of the handshake behind the side's change_cipher_spec. */
static bool sent_finished(const struct facts *facts, enum side side)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *change = facts->change_cipher_spec_note[side];

    for (size_t i = 0; change != NULL && i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note > change && note->kind == NOTE_ENCRYPTED_HANDSHAKE && note->side == side)
            return true;
    }
    return false;
}

/* The two understood what is not understood here: a protected record of type handshake is of TLS
 * 1.2 or older, and the first one is the Finished (RFC 5246 section 7.4.9). */
static bool finished_without_server_hello(const struct facts *facts)
{
    return sent_finished(facts, SIDE_CLIENT) && sent_finished(facts, SIDE_SERVER)
           && !server_jumped_ahead(facts);
}

static bool finished_up_to_1_2(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    if (handshake->application_records[SIDE_CLIENT] > 0
        && handshake->application_records[SIDE_SERVER] > 0)
        return true;
    return facts->finished_note[SIDE_CLIENT] != NULL && facts->finished_note[SIDE_SERVER] != NULL
           && !server_jumped_ahead(facts);
}

const struct note *facts_client_finished(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *first = facts->first_protected_note[SIDE_CLIENT];

    for (size_t i = 0; first != NULL && i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note >= first && note->kind == NOTE_APPLICATION_DATA && note->side == SIDE_CLIENT
            && note->length >= FINISHED_RECORD_MIN)
            return note;
    }
    return NULL;
}

/* The last alert, or one before it: some stacks send two. */
static bool may_be_alert(const struct facts *facts, const struct note *note)
{
    return suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length)
           || facts_is_protected_alert(facts, note);
}

/* After the client's Finished, only a server that accepted it sends a record with more in it
 * than an alert: a ticket or data, and be it a short answer before a close_notify. */
static bool server_went_on(const struct facts *facts, const struct note *finished)
{
    const struct handshake *handshake = facts->handshake;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note > finished && note->kind == NOTE_APPLICATION_DATA && note->side == SIDE_SERVER
            && !may_be_alert(facts, note))
            return true;
    }
    return false;
}

/* The server's only record behind the client's Finished; NULL: there is none, or another one. */
static const struct note *only_answer(const struct facts *facts, const struct note *finished)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *only = NULL;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note <= finished || note->kind != NOTE_APPLICATION_DATA || note->side != SIDE_SERVER)
            continue;
        if (only != NULL)
            return NULL;
        only = note;
    }
    return only;
}

/* Octets of the smallest protected record of a server's flight that ends with padding, which it
 * does when its last record is no Finished by its size; 0: it does not, or has no such record. */
static uint32_t padded_record_length(const struct facts *facts)
{
    const struct note *last = NULL;
    uint32_t smallest = 0;

    for (const struct note *note = facts->server_hello_note; note < facts->client_flight_note;
         note++) {
        if (note->kind != NOTE_APPLICATION_DATA || note->side != SIDE_SERVER)
            continue;
        if (last == NULL || note->length < smallest)
            smallest = note->length;
        last = note;
    }
    return last == NULL || suite_finished_length(facts->suite, TLS_VERSION_1_3, last->length)
               ? 0
               : smallest;
}

bool facts_end_is_padded(const struct facts *facts)
{
    const struct note *finished;
    const struct note *answer;

    if (facts->client_answer == CLIENT_ANSWER_NONE)
        return false;
    finished = facts_client_finished(facts);
    answer = finished != NULL ? only_answer(facts, finished) : NULL;
    return answer != NULL && answer->length >= FINISHED_RECORD_MIN
           && answer->length == padded_record_length(facts) && facts_closes_later(facts, answer);
}

/* The server's first sign of life after the client's flight began is an alert-sized record or a
 * RST, while the client wants to go on. A FIN alone is no refusal: a server that refuses says
 * so, and one that closes in an orderly way may have been content. */
static bool server_ended_after(const struct facts *facts, const struct note *flight)
{
    const struct handshake *handshake = facts->handshake;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note <= flight)
            continue;
        if (note->kind == NOTE_FIN || note->kind == NOTE_RST)
            return note->side == SIDE_SERVER && note->kind == NOTE_RST;
        if (note->side == SIDE_SERVER)
            return note->kind == NOTE_APPLICATION_DATA || note->kind == NOTE_ALERT;
    }
    return false;
}

/* A server judges the client's certificate after the client believes to be done: it can refuse
 * then, and only then. */
static bool finished_1_3(const struct facts *facts)
{
    const struct note *finished = facts_client_finished(facts);

    if (finished == NULL || facts_end_is_padded(facts))
        return false;
    if (server_went_on(facts, finished))
        return true;
    return facts->client_answer == CLIENT_ANSWER_NONE
           || !server_ended_after(facts, facts->client_flight_note);
}

bool facts_handshake_finished(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    if (facts->tls13)
        return finished_1_3(facts);
    if (facts->version == TLS_VERSION_SSL2)
        return handshake->opaque_octets[SIDE_CLIENT] > 0
               && handshake->opaque_octets[SIDE_SERVER] > 0;
    return facts->server_hello_note != NULL ? finished_up_to_1_2(facts)
                                            : finished_without_server_hello(facts);
}
