/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_client_flight.c -- TLS 1.3: where a client's flight ends, whether it was asked for a
 * certificate, and what it sent behind that, as far as the sizes of its records tell. */
#include "analyze/facts_internal.h"

enum {
    /* An empty Certificate: header, empty context, empty list (RFC 8446 section 4.4.2). */
    EMPTY_CERTIFICATE_LENGTH = TLS_HANDSHAKE_HEADER_LENGTH + 1 + 3,
    /* One with the smallest certificate in use: header, context, list, entry, the certificate, its
     * extensions. */
    CERTIFICATE_MIN = TLS_HANDSHAKE_HEADER_LENGTH + 1 + 3 + 3 + 200 + 2,
    /* Certificate, CertificateVerify and Finished (RFC 8446 section 2), each in its own record. */
    FLIGHT_RECORDS_MAX = 3,
    PADDING_STEP = 16 /* what stacks that pad all their records usually fill them up to */
};

bool facts_is_empty_certificate(const struct facts *facts, const struct note *note)
{
    return note != NULL && note == facts->client_flight_note && !facts->resumed
           && facts->suite != NULL
           && suite_record_length(facts->suite, TLS_VERSION_1_3, EMPTY_CERTIFICATE_LENGTH,
                                  note->length);
}

/* What is too small for a Finished is too small for a certificate, whatever its padding. Some
 * stacks put the Finished into the same record. */
static bool looks_empty(const struct facts *facts, const struct note *flight)
{
    const struct suite *suite = facts->suite;

    if (flight->length < SUITE_FINISHED_MIN)
        return !suite_alert_length(suite, TLS_VERSION_1_3, flight->length);
    return suite != NULL
           && suite_record_length(suite, TLS_VERSION_1_3,
                                  EMPTY_CERTIFICATE_LENGTH + TLS_HANDSHAKE_HEADER_LENGTH
                                      + suite_hash_length(suite),
                                  flight->length);
}

/* With a PSK the server cannot ask (RFC 8446 section 4.3.2), and the flight begins with the end of
 * early data. What is smaller than a certificate and no Finished of the usual size may be one with
 * padding. */
static enum client_answer answer_of(const struct facts *facts, const struct note *flight)
{
    if (facts->resumed)
        return CLIENT_ANSWER_NONE;
    if (looks_empty(facts, flight))
        return CLIENT_ANSWER_EMPTY;
    return flight->length >= CERTIFICATE_MIN ? CLIENT_ANSWER_CERTIFICATE : CLIENT_ANSWER_NONE;
}

/* Early data is sent before the client has the server's hello, so it may come by after it. There is
 * none behind a HelloRetryRequest (RFC 8446 section 4.2.10), and with a PSK nobody is asked for a
 * certificate. */
static bool early_data_may_cross(const struct facts *facts)
{
    return facts->client_extensions.early_data.state != EXTENSION_ABSENT
           && facts->retry_note == NULL && !facts->resumed;
}

/* The client's first record behind the server's flight. A record with more in it than an alert is
 * of that flight, or later than the client's. */
static const struct note *first_behind_server_flight(const struct facts *facts,
                                                     const struct note **server)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *end = handshake->notes + handshake->note_count;
    const struct note *first = NULL;

    *server = facts->server_hello_note;
    for (const struct note *note = *server; note < end; note++) {
        if (note->kind != NOTE_APPLICATION_DATA)
            continue;
        if (note->side == SIDE_CLIENT && first == NULL) {
            first = note;
        } else if (note->side == SIDE_SERVER && note->length >= SUITE_FINISHED_MIN) {
            *server = note;
            first = NULL;
        }
    }
    return first;
}

/* Something that the client sent was lost on its way, and came by when it was sent again. What was
 * sent again for no such reason had come by at its time. */
static bool came_late(const struct direction *client)
{
    return client->retransmissions > 0 && moment_seen(direction_trouble(client)->disorder);
}

/* What answers the server's flight comes by when that has had the time to reach the client and the
 * answer to come back. What comes earlier, or was lost on its way, may be early data. */
static const struct note *first_in_answer(const struct facts *facts)
{
    const struct connection *connection = facts->connection;
    const struct note *server;
    const struct note *first = first_behind_server_flight(facts, &server);

    return first != NULL && connection->ack_rtt_ns >= 0
                   && !came_late(&connection->direction[SIDE_CLIENT])
                   && first->at.time_ns - server->at.time_ns >= connection->ack_rtt_ns
               ? first
               : NULL;
}

void facts_read_client_flight(struct facts *facts)
{
    if (!facts->tls13)
        return;
    facts->client_flight_note = early_data_may_cross(facts)
                                    ? first_in_answer(facts)
                                    : facts->first_protected_note[SIDE_CLIENT];
    if (facts->client_flight_note != NULL)
        facts->client_answer = answer_of(facts, facts->client_flight_note);
}

/* A Finished by its size: a plain one, or one with padding where the client's flight begins with
 * padding. */
static bool may_be_padded_finished(const struct facts *facts, const struct note *note)
{
    bool pads =
        facts->client_flight_note->length % PADDING_STEP == 0 && note->length % PADDING_STEP == 0;

    for (uint32_t padding = 0; padding < (pads ? PADDING_STEP : 1u); padding++)
        if (note->length > padding
            && suite_finished_length(facts->suite, TLS_VERSION_1_3, note->length - padding))
            return true;
    return false;
}

/* Behind an empty Certificate the Finished is next, whatever its padding. Else the first record. */
static const struct note *finished_after_empty(const struct facts *facts, const struct note *before)
{
    const struct note *finished = facts_client_finished(facts);

    return facts->client_answer == CLIENT_ANSWER_EMPTY && finished != NULL && finished < before
               ? finished
               : facts->client_flight_note;
}

const struct note *facts_end_of_client_flight(const struct facts *facts, const struct note *before)
{
    unsigned records = 0;

    for (const struct note *note = facts->client_flight_note;
         note < before && records < FLIGHT_RECORDS_MAX; note++) {
        if (note->kind != NOTE_APPLICATION_DATA || note->side != SIDE_CLIENT)
            continue;
        if (may_be_padded_finished(facts, note))
            return note;
        records++;
    }
    return finished_after_empty(facts, before);
}

/* Records of the client from the first of its flight on. */
static uint32_t records_since_flight(const struct facts *facts)
{
    const struct note *note = facts->client_flight_note;
    uint32_t records = 0;

    for (; note != NULL;
         note = handshake_next(facts->handshake, note, SIDE_CLIENT, NOTE_APPLICATION_DATA))
        records++;
    return records;
}

bool facts_client_flight_may_break_off(const struct facts *facts)
{
    const struct note *end = facts->handshake->notes + facts->handshake->note_count;
    const struct note *last;

    if (facts->client_answer != CLIENT_ANSWER_CERTIFICATE)
        return false;
    last = facts_end_of_client_flight(facts, end);
    return may_be_padded_finished(facts, last) ? facts_broke_off(facts, last)
                                               : records_since_flight(facts) <= FLIGHT_RECORDS_MAX;
}

/* Who pads its records says user_canceled before its close_notify, and that is how it is known: one
 * such record alone, or two that are not padded, may be data. */
static bool said_padded_good_bye(const struct facts *facts)
{
    const struct note *note = facts->first_protected_note[SIDE_CLIENT];
    uint32_t padded = 0;

    while ((note = handshake_next(facts->handshake, note, SIDE_CLIENT, NOTE_APPLICATION_DATA))
           != NULL)
        padded += facts_may_be_good_bye(facts, note)
                  && !suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length);
    return padded == 2;
}

bool facts_is_good_bye(const struct facts *facts, const struct note *note)
{
    return (note == facts->last_protected_note[SIDE_CLIENT]
            && suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length))
           || (facts_may_be_good_bye(facts, note) && said_padded_good_bye(facts));
}

/* Records of the client that are its flight, or its good-bye behind that. */
static uint32_t records_without_data(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *end = handshake->notes + handshake->note_count;
    const struct note *flight = facts->client_flight_note;
    uint32_t records = 0;

    if (flight == NULL)
        return 0;
    flight = facts_end_of_client_flight(facts, end);
    for (const struct note *note = facts->client_flight_note; note < end; note++)
        if (note->kind == NOTE_APPLICATION_DATA && note->side == SIDE_CLIENT)
            records += note <= flight || facts_is_good_bye(facts, note);
    return records;
}

bool facts_client_sent_data(const struct facts *facts)
{
    return facts->handshake->application_records[SIDE_CLIENT]
           > (facts->tls13 ? records_without_data(facts) : 0);
}
