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

void facts_read_client_flight(struct facts *facts)
{
    const struct note *flight = facts->first_protected_note[SIDE_CLIENT];

    if (!facts->tls13 || facts->client_extensions.early_data.state != EXTENSION_ABSENT)
        return;
    facts->client_flight_note = flight;
    if (flight != NULL)
        facts->client_answer = answer_of(facts, flight);
}
