/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_client_flight.c -- whether a client of TLS 1.3 was asked for a certificate, as far as the
 * sizes of its records tell. */
#include "analyze/facts_internal.h"
#include "analyze/session.h"

enum {
    /* An empty Certificate: header, empty context, empty list (RFC 8446 section 4.4.2). */
    EMPTY_CERTIFICATE_LENGTH = TLS_HANDSHAKE_HEADER_LENGTH + 1 + 3,
    /* One with the smallest certificate in use: header, context, list, entry, the certificate, its
     * extensions. */
    CERTIFICATE_MIN = TLS_HANDSHAKE_HEADER_LENGTH + 1 + 3 + 3 + 200 + 2
};

/* What is too small for a Finished is too small for a certificate, whatever its padding. Some
 * stacks put the Finished into the same record. */
static bool looks_empty(const struct facts *facts, const struct note *flight)
{
    const struct suite *suite = facts->suite;

    if (flight->length < FINISHED_RECORD_MIN)
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
        } else if (note->side == SIDE_SERVER && note->length >= FINISHED_RECORD_MIN) {
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
