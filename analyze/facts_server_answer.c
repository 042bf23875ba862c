/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_server_answer.c -- TLS 1.3: what the server made of the flight of a client that it had
 * asked for a certificate, as far as sizes and order of its records tell. */
#include "analyze/facts_internal.h"
#include "capture/time_unit.h"

/* A server that has had all of the client's flight for this long, and still said nothing, most
 * likely waits for more: the rest of a refusal takes some milliseconds. What it says to what the
 * client sends by then may answer that. */
#define TURN_TO_DATA_NS (10 * MILLISECOND_NS)

/* Whose flight is not acknowledged sends it again within this time (RFC 6298 section 2.1): of one
 * that does not, the capture lacks the ACKs. */
#define UNANSWERED_NS SECOND_NS

/* The last that came of a server that pads its records, too short for a ticket: whether it closed
 * behind it, as behind an alert, is not in the capture. */
static bool may_be_last_alert(const struct facts *facts, const struct note *note)
{
    return note == facts->last_protected_note[SIDE_SERVER] && note->length < SUITE_FINISHED_MIN
           && facts->capture_ended && facts->client_answer != CLIENT_ANSWER_NONE
           && note > facts->client_flight_note && !facts_server_does_not_pad(facts);
}

/* The last alert, or one before it: some stacks send two. */
static bool may_be_alert(const struct facts *facts, const struct note *note)
{
    return suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length)
           || facts_is_protected_alert(facts, note) || may_be_last_alert(facts, note);
}

static const struct note *next_of_server(const struct facts *facts, const struct note *behind)
{
    return handshake_next(facts->handshake, behind, SIDE_SERVER, NOTE_APPLICATION_DATA);
}

bool facts_server_went_on(const struct facts *facts, const struct note *finished)
{
    const struct note *note = finished;

    do
        note = next_of_server(facts, note);
    while (note != NULL && may_be_alert(facts, note));
    return note != NULL;
}

/* The server's only record behind the client's Finished; NULL: there is none, or another one. */
static const struct note *only_answer(const struct facts *facts, const struct note *finished)
{
    const struct note *only = next_of_server(facts, finished);

    return only != NULL && next_of_server(facts, only) == NULL ? only : NULL;
}

/* The protected records of the server in front of the client's flight. */
struct server_flight {
    const struct note *last; /* NULL: there are none */
    uint32_t smallest;       /* octets */
};

static struct server_flight server_flight(const struct facts *facts)
{
    struct server_flight flight = {0};

    for (const struct note *note = facts->server_hello_note; note < facts->client_flight_note;
         note++) {
        if (note->kind != NOTE_APPLICATION_DATA || note->side != SIDE_SERVER)
            continue;
        if (flight.last == NULL || note->length < flight.smallest)
            flight.smallest = note->length;
        flight.last = note;
    }
    return flight;
}

bool facts_is_plain_finished(const struct facts *facts, const struct note *note)
{
    return suite_finished_length(facts->suite, TLS_VERSION_1_3, note->length);
}

bool facts_server_does_not_pad(const struct facts *facts)
{
    struct server_flight flight = server_flight(facts);

    return flight.last != NULL && facts_is_plain_finished(facts, flight.last);
}

/* The server's first record that is a Finished without padding, the end of its flight; NULL: there
 * is none. */
static const struct note *server_finished(const struct facts *facts)
{
    const struct note *note = facts->first_protected_note[SIDE_SERVER];

    while (note != NULL && !facts_is_plain_finished(facts, note))
        note = next_of_server(facts, note);
    return note;
}

bool facts_server_sent_flight_only(const struct facts *facts)
{
    const struct note *note = server_finished(facts);

    return note != NULL && !facts_server_went_on(facts, note);
}

bool facts_server_answers_flight(const struct facts *facts)
{
    const struct note *note = server_finished(facts);

    if (note != NULL)
        note = handshake_next(facts->handshake, note, SIDE_CLIENT, NOTE_APPLICATION_DATA);
    return note != NULL && facts_server_went_on(facts, note);
}

bool facts_server_spoke_behind(const struct facts *facts, const struct note *client)
{
    const struct note *note = server_finished(facts);

    return facts_server_went_on(facts, note != NULL && note < client ? note : client);
}

/* After the flight of the client the server sends one record and closes. It pads its records (RFC
 * 8446 section 5.4), and this one is as long as the smallest of its flight: whether it is an alert
 * or a session ticket, its size does not tell. */
static bool end_is_padded(const struct facts *facts, const struct note *finished)
{
    const struct note *answer = only_answer(facts, finished);
    struct server_flight flight = server_flight(facts);

    return answer != NULL && answer->length >= SUITE_FINISHED_MIN && flight.last != NULL
           && !facts_is_plain_finished(facts, flight.last) && answer->length == flight.smallest
           && facts_closes_later(facts, answer);
}

/* Who pads its records shows it by its Finished. */
static bool client_pads(const struct facts *facts)
{
    const struct note *note = NULL;

    do
        note = handshake_next(facts->handshake, note, SIDE_CLIENT, NOTE_APPLICATION_DATA);
    while (note != NULL
           && (note < facts->client_flight_note || !facts_is_plain_finished(facts, note)));
    return note == NULL;
}

/* The client fills up its records, and its first two behind the server's flight are of one length:
 * they may be a Certificate and CertificateVerify, or a Finished and data (RFC 8446 section
 * 5.4). */
static bool flight_is_padded(const struct facts *facts)
{
    const struct note *flight = facts->client_flight_note;
    const struct note *next =
        handshake_next(facts->handshake, flight, SIDE_CLIENT, NOTE_APPLICATION_DATA);

    return facts->client_answer == CLIENT_ANSWER_CERTIFICATE && next != NULL
           && next->length == flight->length && client_pads(facts);
}

bool facts_may_be_good_bye(const struct facts *facts, const struct note *note)
{
    const struct note *last = facts->last_protected_note[SIDE_CLIENT];

    if (note->kind != NOTE_APPLICATION_DATA)
        return note->kind == NOTE_FIN || note->kind == NOTE_RST || note->kind == NOTE_ALERT;
    return last != NULL && note->length == last->length
           && (suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length)
               || (note->length < SUITE_FINISHED_MIN && client_pads(facts)));
}

/* Who closes and has not read all that came sends a RST (RFC 2525 section 2.17). Here the client
 * sent nothing that came later: what it sent before was not read. Its FIN is nothing to read, and
 * brings a RST only from who has closed long before. */
static bool left_unread(const struct facts *facts, const struct note *answer)
{
    const struct handshake *handshake = facts->handshake;
    bool closed[SIDES] = {false, false};

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note <= answer)
            continue;
        if (note->kind == NOTE_FIN)
            closed[note->side] = true;
        else if (note->side == SIDE_CLIENT)
            return false;
        else if (note->kind == NOTE_RST)
            return !closed[SIDE_CLIENT] || !closed[SIDE_SERVER];
    }
    return false;
}

static int64_t between_ns(const struct note *from, const struct note *to)
{
    return to->at.time_ns - from->at.time_ns;
}

/* Between here and the server and back, 0: not known. A SYN may have to wake somebody up or to look
 * for a way; what is sooner tells better. Of a hello alone it may be thought for the most part. */
static int64_t longest_round_trip_ns(const struct facts *facts)
{
    int64_t syn_ns = facts->connection->syn_rtt_ns;
    int64_t hello_ns = syn_ns;

    if (facts->client_hello_note != NULL && facts->server_hello_note != NULL)
        hello_ns = between_ns(facts->client_hello_note, facts->server_hello_note);
    if (syn_ns < 0 || hello_ns < syn_ns)
        syn_ns = hello_ns;
    return syn_ns > 0 ? syn_ns : 0;
}

static int64_t least_round_trip_ns(const struct facts *facts)
{
    return facts->connection->syn_rtt_ns < 0 ? 0 : longest_round_trip_ns(facts);
}

/* A server that is done with the handshake and has nothing to say waits for the client; one that
 * refuses need not wait. */
static bool is_at_once(const struct facts *facts, const struct note *answer)
{
    return between_ns(facts_end_of_client_flight(facts, answer), answer)
           <= FACTS_LEFT_AFTER_FINISH_NS;
}

/* The last that the client sent behind its flight in time for the server to have read it; round
 * trips vary. NULL: nothing. */
static const struct note *last_data_before(const struct facts *facts, const struct note *flight,
                                           const struct note *answer)
{
    const int64_t round_trip_ns = least_round_trip_ns(facts);
    const struct note *last = NULL;

    for (const struct note *note = flight + 1; note < answer; note++)
        if (note->kind == NOTE_APPLICATION_DATA && note->side == SIDE_CLIENT
            && between_ns(note, answer) >= round_trip_ns - round_trip_ns / 4)
            last = note;
    return last;
}

/* The server had the flight, said nothing, had what the client sent behind it, and answered sooner
 * than it had let the flight wait: that may be a close_notify for what it read there. What a client
 * sends directly behind its flight tells nothing of the kind. */
static bool may_answer_data(const struct facts *facts, const struct note *answer)
{
    const struct note *flight = facts_end_of_client_flight(facts, answer);
    const struct note *data = last_data_before(facts, flight, answer);
    int64_t pause_ns;

    if (data == NULL)
        return false;
    pause_ns = between_ns(flight, data);
    return pause_ns >= TURN_TO_DATA_NS + least_round_trip_ns(facts) / 4
           && pause_ns >= between_ns(data, answer) - longest_round_trip_ns(facts);
}

static bool data_came_before(const struct facts *facts, const struct note *answer)
{
    return last_data_before(facts, facts_end_of_client_flight(facts, answer), answer) != NULL;
}

/* Times in whole seconds, or of nobody who set any, do not tell what came directly behind. */
static bool is_untimed(const struct facts *facts, const struct note *answer)
{
    return facts->connection->last.time_ns == facts->connection->first.time_ns
           && data_came_before(facts, answer);
}

/* The client had said good-bye behind its data: that may be all that a server left unread. */
static bool good_bye_is_unread(const struct facts *facts, const struct note *answer)
{
    const struct note *flight = facts_end_of_client_flight(facts, answer);
    const struct note *last = last_data_before(facts, flight, answer);

    return last != NULL && facts_may_be_good_bye(facts, last)
           && handshake_next(facts->handshake, flight, SIDE_CLIENT, NOTE_APPLICATION_DATA) != last;
}

/* A record as short as an alert, of a server that may have read what the client had sent directly
 * behind its flight: it may be a close_notify for that. */
static enum server_answer answer_at_data(const struct facts *facts, const struct note *answer)
{
    if (answer->kind != NOTE_APPLICATION_DATA || !data_came_before(facts, answer))
        return SERVER_ANSWER_REFUSAL;
    if (!left_unread(facts, answer))
        return SERVER_ANSWER_AT_DATA;
    return good_bye_is_unread(facts, answer) ? SERVER_ANSWER_AT_GOOD_BYE : SERVER_ANSWER_REFUSAL;
}

/* When the last octets of this record of the server were seen, if it is its last one: they may come
 * in several segments. */
static int64_t end_of_record_ns(const struct facts *facts, const struct note *note)
{
    int64_t last_ns = facts->connection->direction[SIDE_SERVER].last_data.time_ns;
    bool is_last = note == facts->last_protected_note[SIDE_SERVER];

    return is_last && last_ns > note->at.time_ns ? last_ns : note->at.time_ns;
}

bool facts_server_stayed(const struct facts *facts, const struct note *answer)
{
    const struct handshake *handshake = facts->handshake;
    const int64_t begin_ns = end_of_record_ns(facts, answer);

    for (const struct note *note = answer + 1; note < handshake->notes + handshake->note_count;
         note++) {
        if (note->kind == NOTE_FIN || note->kind == NOTE_RST
            || (note->side == SIDE_CLIENT && facts_may_be_good_bye(facts, note)))
            return note->at.time_ns - begin_ns >= TURN_TO_DATA_NS + longest_round_trip_ns(facts);
    }
    return true;
}

/* The client's first record that it sent with the server's record in hand, its good-bye apart. */
static const struct note *client_goes_on(const struct facts *facts, const struct note *answer)
{
    const int64_t in_hand_ns = TURN_TO_DATA_NS + longest_round_trip_ns(facts);
    const struct note *note = answer;

    do
        note = handshake_next(facts->handshake, note, SIDE_CLIENT, NOTE_APPLICATION_DATA);
    while (note != NULL
           && (between_ns(answer, note) < in_hand_ns || facts_may_be_good_bye(facts, note)));
    return note;
}

/* Behind a record of the server as short as an alert the two go on: the client sends more, and the
 * server answers and does not close. Nobody does so after a fatal alert (RFC 8446 section 6.2), but
 * a client that only writes may send on to a server that does not close. */
static bool conversation_goes_on(const struct facts *facts, const struct note *answer)
{
    const struct note *data = client_goes_on(facts, answer);
    const struct note *next = data != NULL ? next_of_server(facts, data) : NULL;

    return next != NULL && facts_server_stayed(facts, answer) && facts_server_stayed(facts, next);
}

/* What the server says at once, or how it closes then, to a client that has not left. */
static enum server_answer answer_at_once(const struct facts *facts, const struct note *note)
{
    if (note->kind == NOTE_FIN)
        return SERVER_ANSWER_SILENCE;
    return answer_at_data(facts, note);
}

/* What the server does first behind the client's flight, once the client has left or not. A
 * server that refuses should say so (RFC 8446 section 6.2), but some have no more than a FIN. A
 * client that leaves is answered with a close_notify, or with a RST for what nobody read: these
 * are no refusal, unless it is that good-bye that the server did not read: not when the client's
 * FIN was there before, for a server that is content finds it as well, and need not read more. */
static enum server_answer answer_with(const struct facts *facts, const struct note *note,
                                      bool client_left, bool client_closed)
{
    if (note->kind == NOTE_APPLICATION_DATA && conversation_goes_on(facts, note))
        return SERVER_ANSWER_CONTENT;
    if (note->kind == NOTE_FIN && (client_left || !is_at_once(facts, note)))
        return SERVER_ANSWER_CONTENT;
    if (client_left && (note->kind == NOTE_RST || client_closed || !left_unread(facts, note)))
        return SERVER_ANSWER_TOO_LATE;
    if (note->kind == NOTE_APPLICATION_DATA && facts_server_stayed(facts, note))
        return SERVER_ANSWER_STAYED;
    if (!is_at_once(facts, note) || may_answer_data(facts, note))
        return SERVER_ANSWER_LATER;
    return is_untimed(facts, note) ? SERVER_ANSWER_UNTIMED : answer_at_once(facts, note);
}

static bool is_answer(const struct note *note)
{
    return note->kind == NOTE_FIN || note->kind == NOTE_RST || note->kind == NOTE_APPLICATION_DATA
           || note->kind == NOTE_ALERT;
}

/* Nothing of the server came by behind the client's flight. The client, which left with this, or
 * the capture, when it is NULL, has waited as long as a refusal takes, or not: a flight that may
 * not have arrived by then is still to be answered. */
static enum server_answer no_answer_until(const struct facts *facts, const struct note *leaving)
{
    const struct note *end = facts->handshake->notes + facts->handshake->note_count;
    const struct note *flight = facts_end_of_client_flight(facts, end);
    int64_t end_ns = leaving != NULL ? leaving->at.time_ns : facts->capture_end_ns;

    if (leaving == NULL && end_ns - flight->at.time_ns < UNANSWERED_NS
        && facts_is_unacknowledged(facts, flight))
        return SERVER_ANSWER_DUE;
    if (end_ns - flight->at.time_ns >= TURN_TO_DATA_NS + longest_round_trip_ns(facts))
        return SERVER_ANSWER_CONTENT;
    return leaving != NULL ? SERVER_ANSWER_TOO_LATE : SERVER_ANSWER_DUE;
}

/* The server's first sign of life behind the client's flight, when all its records there are as
 * short as alerts. */
static enum server_answer first_answer(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *leaving = NULL;
    bool client_closed = false;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];
        bool closes = note->kind == NOTE_FIN || note->kind == NOTE_RST;

        if (note <= facts->client_flight_note)
            continue;
        if (note->side == SIDE_CLIENT) {
            if (leaving == NULL && facts_may_be_good_bye(facts, note))
                leaving = note;
            client_closed = client_closed || closes;
        } else if (client_closed && closes) {
            return SERVER_ANSWER_CONTENT;
        } else if (is_answer(note)) {
            return answer_with(facts, note, leaving != NULL, client_closed);
        }
    }
    return no_answer_until(facts, leaving);
}

/* What the server said may be what the capture lacks. */
static bool answer_is_unseen(const struct facts *facts)
{
    return facts_lacks(facts, SIDE_SERVER, LACK_GAP | LACK_UNSEEN);
}

enum server_answer facts_server_answer(const struct facts *facts)
{
    const struct note *finished;
    enum server_answer answer;

    if (facts->client_answer == CLIENT_ANSWER_NONE)
        return SERVER_ANSWER_CONTENT;
    finished = facts_client_finished(facts);
    if (finished == NULL)
        return SERVER_ANSWER_CONTENT;
    if (end_is_padded(facts, finished))
        return SERVER_ANSWER_PADDED;
    if (facts_server_went_on(facts, finished))
        return SERVER_ANSWER_CONTENT;
    answer = first_answer(facts);
    if ((answer == SERVER_ANSWER_CONTENT || answer == SERVER_ANSWER_TOO_LATE)
        && facts_client_flight_may_break_off(facts))
        return SERVER_ANSWER_NOT_ASKED;
    if ((answer == SERVER_ANSWER_REFUSAL || answer == SERVER_ANSWER_AT_DATA
         || answer == SERVER_ANSWER_AT_GOOD_BYE)
        && flight_is_padded(facts))
        return SERVER_ANSWER_OPAQUE;
    return answer != SERVER_ANSWER_REFUSAL && answer_is_unseen(facts) ? SERVER_ANSWER_UNSEEN
                                                                      : answer;
}
