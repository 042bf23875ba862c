/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_finished.c -- whether a handshake was finished: the question that must never be
 * answered wrongly with no. */
#include "analyze/facts_internal.h"
#include "capture/time_unit.h"

/* The usual smallest time-out before octets are sent again: what is below the round trips that were
 * measured, or on a network without any, comes sooner. */
#define RESENT_AFTER_NS (200 * MILLISECOND_NS)

/* Octets that are sent again for this long are lost, though nothing of the other side tells. */
#define RESENT_IN_VAIN_NS SECOND_NS

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

/* No protected record of the same sender follows. */
static bool is_last_protected(const struct facts *facts, const struct note *record)
{
    const enum side side = (enum side)record->side;

    return handshake_next(facts->handshake, record, side, NOTE_APPLICATION_DATA) == NULL
           && handshake_next(facts->handshake, record, side, NOTE_ENCRYPTED_HANDSHAKE) == NULL;
}

bool facts_broke_off(const struct facts *facts, const struct note *record)
{
    return record != NULL && facts->handshake->broken_octets[record->side] > 0
           && (record->kind == NOTE_APPLICATION_DATA || record->kind == NOTE_ENCRYPTED_HANDSHAKE)
           && is_last_protected(facts, record)
           && !facts_lacks(facts, (enum side)record->side, LACK_ANY);
}

/* The client's first record of type application_data that is no early data: where it sent some in
 * front of the ServerHello, one behind the server's first. */
static const struct note *first_data(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *first = handshake_next(handshake, NULL, SIDE_CLIENT, NOTE_APPLICATION_DATA);
    const struct note *server = facts->server_hello_note;

    if (!comes_before(first, server))
        return first;
    server = handshake_next(handshake, server, SIDE_SERVER, NOTE_APPLICATION_DATA);
    return server != NULL ? handshake_next(handshake, server, SIDE_CLIENT, NOTE_APPLICATION_DATA)
                          : NULL;
}

/* The server sent a record with more in it than an alert behind that. */
static bool server_answered_data(const struct facts *facts)
{
    const struct note *note = first_data(facts);

    while (note != NULL) {
        note = handshake_next(facts->handshake, note, SIDE_SERVER, NOTE_APPLICATION_DATA);
        if (note != NULL && note->length >= SUITE_FINISHED_MIN)
            return true;
    }
    return false;
}

/* Up to TLS 1.2 records of type application_data come behind both Finished. Of a ServerHello
 * that was cut or lost nobody knows the version: in TLS 1.3 they are the handshake, too, and
 * what is as short as an alert may be one (RFC 8446 section 5.2). */
static bool sides_exchanged_data(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    return handshake->application_records[SIDE_CLIENT] > 0
           && handshake->application_records[SIDE_SERVER] > 0
           && (facts->version != 0 || server_answered_data(facts));
}

/* Early data may come by behind the ServerHello, in front of the client's flight. There is none
 * behind a HelloRetryRequest (RFC 8446 section 4.2.10). */
static bool early_data_may_follow_hello(const struct facts *facts)
{
    return facts->client_extensions.early_data.state != EXTENSION_ABSENT
           && facts->retry_note == NULL;
}

bool facts_may_hold_finished(const struct facts *facts, const struct note *note)
{
    return note->length >= SUITE_FINISHED_MIN
           && !suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length);
}

/* The client's first record from this one on that can hold its Finished, or that is just as long;
 * NULL: there is none. */
static const struct note *finished_from(const struct facts *facts, const struct note *note,
                                        bool is_exact)
{
    while (note != NULL
           && (!facts_may_hold_finished(facts, note)
               || (is_exact && !facts_is_plain_finished(facts, note))))
        note = handshake_next(facts->handshake, note, SIDE_CLIENT, NOTE_APPLICATION_DATA);
    return facts_broke_off(facts, note) ? NULL : note;
}

const struct note *facts_client_finished(const struct facts *facts)
{
    const struct note *first = facts->first_protected_note[SIDE_CLIENT];
    const struct note *found = NULL;

    if (!early_data_may_follow_hello(facts))
        return finished_from(facts, first, false);
    if (!facts->resumed)
        found = finished_from(facts, facts->client_flight_note, false);
    return found != NULL ? found : finished_from(facts, first, true);
}

bool facts_finished_is_hidden(const struct facts *facts)
{
    return facts->tls13 && facts->first_protected_note[SIDE_CLIENT] != NULL
           && early_data_may_follow_hello(facts) && facts_client_finished(facts) == NULL;
}

/* Octets that its sender sent behind this record: all of application data, less those up to it, and
 * what else is noted. In doubt they are too many: fewer of the octets that are not ACKed are then
 * the record's. */
static uint64_t octets_behind(const struct facts *facts, const struct note *record)
{
    const struct handshake *handshake = facts->handshake;
    uint64_t octets =
        handshake->application_octets[record->side]
        + handshake->application_records[record->side] * (uint64_t)TLS_RECORD_HEADER_LENGTH
        + handshake->opaque_octets[record->side];

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];
        const uint64_t length = (uint64_t)note->length + TLS_RECORD_HEADER_LENGTH;

        if (note->side != record->side)
            continue;
        if (note->kind == NOTE_APPLICATION_DATA)
            octets -= note <= record ? length : 0;
        else if (note > record && note->kind != NOTE_FIN && note->kind != NOTE_RST)
            octets += length;
    }
    return octets;
}

/* The capture lacks octets of the same sender behind the record. */
static bool is_followed_by_gap(const struct facts *facts, const struct note *record)
{
    return facts->handshake->gap_octets[record->side] > 0
           && handshake_next(facts->handshake, record, (enum side)record->side, NOTE_GAP) != NULL;
}

/* The last octet that is not ACKed may be a FIN. Only when the capture has all that the sender sent
 * from the record on is it known what these octets are: what is cut in front of it does not
 * matter. */
bool facts_is_unacknowledged(const struct facts *facts, const struct note *record)
{
    const struct direction *sender = &facts->connection->direction[record->side];

    return !is_followed_by_gap(facts, record)
           && !facts_lacks(facts, (enum side)record->side, LACK_DROPPED)
           && sender->unacknowledged_octets
                  > octets_behind(facts, record) + direction_trouble(sender)->unseen_octets + 1;
}

/* The side sends its flight again and again. */
static bool flight_is_lost(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];

    return sender->largest_unacknowledged > 0
           && sender->most_retransmitted >= FACTS_RESENDS_OF_LOSS;
}

/* The server closed, and answers what comes then with a RST: it has no such connection any more
 * (RFC 9293 section 3.10.7.1). */
static bool server_had_left(const struct facts *facts, const struct note *record)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    const struct reset *reset = direction_reset(server);

    return moment_seen(server->fin) && reset->at.packet > record->at.packet
           && reset->fit != RESET_OUTSIDE;
}

/* The host that the record did not reach sent something since, when it would have told that it has
 * it. A RST may be another host's. */
static bool receiver_is_heard_since(const struct facts *facts, const struct note *record)
{
    const struct connection *connection = facts->connection;
    const enum side receiver = side_other((enum side)record->side);
    const struct direction *direction = &connection->direction[receiver];
    const struct moment *last = moment_seen(direction_reset(direction)->at)
                                    ? &direction->fin
                                    : &connection->last_by[receiver];
    int64_t round_trip_ns =
        receiver == SIDE_CLIENT ? connection->ack_rtt_ns : connection->syn_rtt_ns;

    return moment_seen(*last)
           && last->time_ns - record->at.time_ns
                  >= (round_trip_ns > RESENT_AFTER_NS ? round_trip_ns : RESENT_AFTER_NS);
}

/* The record is sent again for so long that the ACKs of one that arrived would have come. */
static bool is_sent_in_vain(const struct facts *facts, const struct note *record)
{
    const struct direction *sender = &facts->connection->direction[record->side];

    return direction_trouble(sender)->last_retransmission.time_ns - record->at.time_ns
           >= RESENT_IN_VAIN_NS;
}

/* It is sent again, and what tells that it arrived would have come since. */
static bool is_lost_on_the_way(const struct facts *facts, const struct note *record)
{
    return flight_is_lost(facts, (enum side)record->side)
           && (receiver_is_heard_since(facts, record) || is_sent_in_vain(facts, record));
}

bool facts_never_arrived(const struct facts *facts, const struct note *record)
{
    return (is_lost_on_the_way(facts, record) || server_had_left(facts, record))
           && facts_is_unacknowledged(facts, record) && !facts_server_went_on(facts, record);
}

bool facts_finished_is_under_way(const struct facts *facts)
{
    const struct note *finished =
        facts->tls13 && flight_is_lost(facts, SIDE_CLIENT) ? facts_client_finished(facts) : NULL;

    return finished != NULL && !is_lost_on_the_way(facts, finished)
           && facts_is_unacknowledged(facts, finished) && !facts_server_went_on(facts, finished);
}

/* The Finished that ends the handshake is the server's, in an abbreviated one the client's. False,
 * too, when there are not both. */
static bool last_is_lost(const struct facts *facts, const struct note *client,
                         const struct note *server)
{
    const struct note *last = client > server ? client : server;

    return client != NULL && server != NULL && is_lost_on_the_way(facts, last)
           && facts_is_unacknowledged(facts, last)
           && facts->handshake->application_records[side_other((enum side)last->side)] == 0;
}

bool facts_finished_is_lost(const struct facts *facts)
{
    return last_is_lost(facts, facts->finished_note[SIDE_CLIENT],
                        facts->finished_note[SIDE_SERVER]);
}

/* A protected record of the handshake behind the side's change_cipher_spec; NULL: there is none. */
static const struct note *finished_behind_change(const struct facts *facts, enum side side)
{
    const struct note *change = facts->change_cipher_spec_note[side];
    const struct note *finished =
        change != NULL ? handshake_next(facts->handshake, change, side, NOTE_ENCRYPTED_HANDSHAKE)
                       : NULL;

    return facts_broke_off(facts, finished) ? NULL : finished;
}

/* The two understood what is not understood here: a protected record of type handshake is of TLS
 * 1.2 or older, and the first one is the Finished (RFC 5246 section 7.4.9). */
static bool finished_without_server_hello(const struct facts *facts)
{
    const struct note *client = finished_behind_change(facts, SIDE_CLIENT);
    const struct note *server = finished_behind_change(facts, SIDE_SERVER);

    return client != NULL && server != NULL && !server_jumped_ahead(facts)
           && !last_is_lost(facts, client, server);
}

/* Octets of a protected Finished of TLS 1.2: with an explicit nonce, the message's header and
 * verify_data, and a tag (RFC 5246 sections 6.2.3.3 and 7.4.9, RFC 5288 section 3). */
enum { AEAD_FINISHED_MAX = 8 + 4 + 12 + 16 };

/* AEAD suites do not pad, and a server sends its Finished alone behind its change_cipher_spec,
 * perhaps in pieces. */
static bool finished_is_impossible(const struct facts *facts)
{
    return facts->suite != NULL && facts->server_hello.compression_method == 0
           && suite_layout(facts->suite)->mode == SUITE_MODE_AEAD
           && facts->finished_note[SIDE_SERVER]->length > AEAD_FINISHED_MAX;
}

bool facts_server_is_in_disguise(const struct facts *facts)
{
    const struct note *hello = facts->server_hello_note;

    if (facts->finished_note[SIDE_SERVER] == NULL || facts->tls13 || hello == NULL
        || facts->server_certificate_note != NULL || facts->client_key_exchange_note != NULL
        || facts->change_cipher_spec_note[SIDE_SERVER] == NULL
        || facts->handshake->gap_octets[SIDE_SERVER] > 0)
        return false;
    return facts->server_hello_read ? finished_is_impossible(facts)
                                    : handshake_body(facts->handshake, hello).len > 0;
}

bool facts_server_owes_finished(const struct facts *facts)
{
    return !facts->tls13 && facts->finished_note[SIDE_CLIENT] != NULL
           && facts->finished_note[SIDE_SERVER] == NULL
           && facts->last_note == facts->finished_note[SIDE_CLIENT];
}

bool facts_client_owes_finished(const struct facts *facts)
{
    return !facts->tls13 && facts->server_hello_done_note != NULL
           && facts->finished_note[SIDE_CLIENT] == NULL;
}

static bool finished_up_to_1_2(const struct facts *facts)
{
    if (sides_exchanged_data(facts))
        return true;
    return facts->finished_note[SIDE_CLIENT] != NULL && facts->finished_note[SIDE_SERVER] != NULL
           && !server_jumped_ahead(facts) && !facts_finished_is_lost(facts);
}

/* The capture lacks octets of the client between its hello and this record: those of its flight may
 * be among them. Notes of one side are in the order of its octets. */
static bool flight_is_unseen(const struct facts *facts, const struct note *record)
{
    const struct note *gap =
        facts->handshake->gap_octets[SIDE_CLIENT] > 0
            ? handshake_next(facts->handshake, facts->client_hello_note, SIDE_CLIENT, NOTE_GAP)
            : NULL;

    return gap != NULL && gap < record;
}

/* The server closed or reset before it had this record of the client, which would otherwise have
 * waited for what acknowledges it (connection.h, arrived_by), and sent no data behind its own
 * Finished. Its host may acknowledge the record all the same. */
static bool server_left_before(const struct facts *facts, const struct note *record)
{
    const struct handshake *handshake = facts->handshake;
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    const struct reset *reset = direction_reset(server);
    const struct note *fin = NULL;
    const struct note *rst = NULL;

    if (moment_seen(server->fin))
        fin = handshake_next(handshake, facts->server_hello_note, SIDE_SERVER, NOTE_FIN);
    if (moment_seen(reset->at) && reset->fit != RESET_OUTSIDE)
        rst = handshake_next(handshake, facts->server_hello_note, SIDE_SERVER, NOTE_RST);
    return (comes_before(fin, record) || comes_before(rst, record))
           && facts_server_sent_flight_only(facts);
}

/* A server judges the client's certificate after the client believes to be done: it can refuse
 * then, and only then. Without the client's Finished no server is done. */
static bool finished_1_3(const struct facts *facts)
{
    const struct note *finished = facts_client_finished(facts);

    if (facts_finished_is_hidden(facts))
        return facts_server_answers_flight(facts);
    return finished != NULL && facts_server_answer(facts) == SERVER_ANSWER_CONTENT
           && !facts_never_arrived(facts, finished) && !facts_finished_is_under_way(facts)
           && !server_left_before(facts, finished)
           && (!flight_is_unseen(facts, finished) || facts_server_spoke_behind(facts, finished));
}

/* Octets of an ERROR of SSL 2.0 in clear: header, type and code. What is longer is a Finished. */
enum { SSLV2_ERROR_RECORD = 2 + 1 + 2 };

bool facts_handshake_finished(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    if (facts->tls13)
        return finished_1_3(facts);
    if (facts->version == TLS_VERSION_SSL2)
        return handshake->opaque_octets[SIDE_CLIENT] > 0
               && handshake->opaque_octets[SIDE_SERVER] > SSLV2_ERROR_RECORD;
    return facts->server_hello_note != NULL ? finished_up_to_1_2(facts)
                                            : finished_without_server_hello(facts);
}
