/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/server_flight.h"

static const char warning_text[] =
    "the server sent a warning that answers nothing, which some clients take for an error: ";

/* RFC 8446 section 4.1.2: another ClientHello only in answer to a HelloRetryRequest. */
static const struct note *second_client_hello(const struct facts *facts)
{
    if (facts->client_hello_note == NULL || facts->retry_note != NULL)
        return NULL;
    return handshake_next_message(facts->handshake, facts->client_hello_note, SIDE_CLIENT,
                                  TLS_HANDSHAKE_CLIENT_HELLO);
}

/* RFC 8446 section 4.1.3: a hello is answered by one, and a HelloRetryRequest is none. */
static const struct note *second_server_hello(const struct facts *facts)
{
    return facts->server_hello_note != NULL ? handshake_next_message(
               facts->handshake, facts->server_hello_note, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO)
                                            : NULL;
}

/* Application data of a client that has not switched to encryption. In TLS 1.3 it may be early
 * data (RFC 8446 section 4.2.10). Where the capture begins in the middle it may have switched
 * before. */
static const struct note *data_in_clear(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *change =
        handshake_next(handshake, NULL, SIDE_CLIENT, NOTE_CHANGE_CIPHER_SPEC);
    const struct note *data = handshake_next(handshake, NULL, SIDE_CLIENT, NOTE_APPLICATION_DATA);

    if (facts->tls13 || facts->client_hello_note == NULL
        || facts->client_extensions.early_data.state != EXTENSION_ABSENT)
        return NULL;
    return change == NULL || data < change ? data : NULL;
}

/* A suite that authenticates the server needs a Certificate before ServerHelloDone (RFC 5246
 * section 7.4.2). */
static const struct note *done_too_early(const struct facts *facts)
{
    bool authenticates = facts->suite != NULL
                         && (facts->suite->authentication == SUITE_AUTHENTICATION_RSA
                             || facts->suite->authentication == SUITE_AUTHENTICATION_DSS
                             || facts->suite->authentication == SUITE_AUTHENTICATION_ECDSA);

    return authenticates && facts->server_certificate_note == NULL ? facts->server_hello_done_note
                                                                   : NULL;
}

/* A client that is asked for a certificate has to answer with a Certificate, be it an empty one
 * (RFC 5246 section 7.4.6). Not every server minds: only where it says so was it out of order. */
static const struct note *certificate_left_out(const struct facts *facts)
{
    bool is_missing = facts->certificate_request_note != NULL
                      && facts->client_certificate_note == NULL
                      && facts->handshake->gap_octets[SIDE_CLIENT] == 0;

    return is_missing && facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE)
               ? facts->client_key_exchange_note
               : NULL;
}

/* A server that begins with anything else than a hello (RFC 8446 section 4.1.3). Where the capture
 * begins in the middle, so does what it has of the server: only what is behind the client's hello
 * tells. The change_cipher_spec of a retry stands in front of that. */
static const struct note *server_began_wrong(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const bool is_whole = facts->connection->syn_seen;
    const struct note *end = handshake->notes + handshake->note_count;

    if (!is_whole && facts->client_hello_note == NULL)
        return NULL;

    for (const struct note *note = is_whole ? handshake->notes : facts->client_hello_note;
         note < end; note++) {
        if (note->side != SIDE_SERVER)
            continue;
        if (note->kind == NOTE_CHANGE_CIPHER_SPEC || note->kind == NOTE_ENCRYPTED_HANDSHAKE)
            return note;
        if (note->kind != NOTE_MESSAGE)
            return NULL;
        return note->type == TLS_HANDSHAKE_SERVER_HELLO || note->type == TLS_HANDSHAKE_HELLO_REQUEST
                       || note->type == TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED
                   ? NULL
                   : note;
    }
    return NULL;
}

/* Of warnings a first handshake has room for the one about the name alone (RFC 6066 section 3): the
 * others answer what the server did not get. Most clients go on; those that do not say 40 or 10. */
static const struct note *server_warned(const struct facts *facts)
{
    const struct note *warning = facts_warning_of(facts, SIDE_SERVER);

    if (!facts_is_before_end(facts, warning) || warning->code == TLS_ALERT_UNRECOGNIZED_NAME)
        return NULL;
    return facts_alert(facts, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE)
                   || facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE)
               ? warning
               : NULL;
}

/* The client may have read on behind the warning: it sent something, or all of the server's flight
 * was there, which it may have refused as well. */
static bool was_passed_by(const struct facts *facts, const struct note *warning)
{
    const struct handshake *handshake = facts->handshake;

    for (const struct note *note = warning + 1; note < facts->refusal.note; note++)
        if (note->side == SIDE_CLIENT)
            return true;
    return client_ended_at_flight(facts)
           && (handshake_next(handshake, warning, SIDE_SERVER, NOTE_MESSAGE) != NULL
               || handshake_next(handshake, warning, SIDE_SERVER, NOTE_APPLICATION_DATA) != NULL);
}

/* A warning that the client took for an error, as far as that shows. */
static const struct note *server_warned_last(const struct facts *facts)
{
    const struct note *warning = server_warned(facts);

    return warning != NULL && !was_passed_by(facts, warning) ? warning : NULL;
}

static void describe_disorder(const struct note *note, const char *what, struct evidence *evidence)
{
    char alert[48];

    evidence_add(evidence, "out_of_order", note->at, "%s%s", what,
                 note->kind == NOTE_ALERT ? describe_alert(note->code, alert) : "");
}

/* Look for a message that came when it must not; add it to the evidence. */
static bool order_is_broken(const struct facts *facts, struct evidence *evidence, enum side *by)
{
    static const struct {
        const struct note *(*find)(const struct facts *facts);
        const char *text;
    } rows[] = {
        {second_client_hello, "a second ClientHello came without a HelloRetryRequest"},
        {second_server_hello, "a second ServerHello came"},
        {data_in_clear, "application data came before the client switched to encryption"},
        {done_too_early, "ServerHelloDone came without the certificate that the suite needs"},
        {certificate_left_out,
         "the client was asked for a certificate and goes on without a Certificate message"},
        {server_began_wrong, "the server did not begin with ServerHello"},
        {server_warned_last, warning_text},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct note *note = rows[i].find(facts);

        if (note == NULL || !facts_is_before_end(facts, note))
            continue;
        describe_disorder(note, rows[i].text, evidence);
        *by = (enum side)note->side;
        return true;
    }
    return false;
}

/* Early data for a server that chose an older version, which has none. */
static const struct note *early_data_below_1_3(const struct facts *facts)
{
    if (facts->server_hello_note == NULL || facts->tls13 || facts->client_key_exchange_note != NULL
        || facts->client_extensions.early_data.state == EXTENSION_ABSENT)
        return NULL;
    return handshake_next(facts->handshake, NULL, SIDE_CLIENT, NOTE_APPLICATION_DATA);
}

/* The server gets records that it cannot know, and the client must give up by itself (RFC 8446
 * appendix D.3). */
static bool early_data_failed(const struct facts *facts, struct evidence *evidence)
{
    const struct note *note = early_data_below_1_3(facts);

    if (note == NULL || !facts_is_before_end(facts, note) || facts->refusal.kind == REFUSAL_NONE
        || (facts->refusal.by == SIDE_CLIENT && !facts_closed_without_reason(facts, SIDE_CLIENT)))
        return false;
    evidence_add(evidence, "early_data", note->at,
                 "the client sent early data (0-RTT), and the server chose a version older than "
                 "TLS 1.3, which has none");
    return true;
}

/* A hello that answers nothing cannot come unexpected: the alert means something in it. */
static bool answers_first_hello(const struct facts *facts)
{
    return facts_server_refused_hello(facts) && facts->retry_note == NULL;
}

/* What the client got unexpectedly came before the capture. */
static bool answers_unseen(const struct facts *facts)
{
    return facts->refusal.by == SIDE_CLIENT && !facts->answered[SIDE_SERVER];
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    bool said = facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE)
                || facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE);
    const struct note *warning = server_warned(facts);
    enum side by;

    if (early_data_failed(facts, evidence)
        || (order_is_broken(facts, evidence, &by) && facts->refusal.kind != REFUSAL_NONE
            && facts->refusal.by != by))
        return said ? CAUSE_CERTAIN : CAUSE_LIKELY;
    if (warning != NULL)
        describe_disorder(warning, warning_text, evidence);
    if (!said)
        return warning != NULL ? CAUSE_POSSIBLE : CAUSE_NO;
    describe_last_seen(facts, evidence);
    return answers_first_hello(facts) || client_may_mean_signature(facts) || answers_unseen(facts)
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

const struct cause cause_unexpected_message = {
    .id = "unexpected_message",
    .layer = LAYER_PROTOCOL,
    .title = "A handshake message came at a point where it is not allowed",
    .explanation = "The messages of a handshake have a fixed order. One side got a message that "
                   "does not belong there, or none that does, and said unexpected_message(10): a "
                   "defect in the other side's TLS library, or two streams mixed up by a device on "
                   "the way. Early data (0-RTT) is such a message for a server without TLS 1.3: a "
                   "client sends it when another server of the name, or an earlier configuration, "
                   "gave it a ticket for TLS 1.3.",
    .remedy = "The evidence names the message before the alert. Reproduce it with `openssl "
              "s_client -connect SERVER:PORT -msg`, which prints every message, and update the "
              "library that sent the wrong one. Try without session resumption and without 0-RTT, "
              "which are where such defects mostly are. Where the evidence names early data, all "
              "servers of the name need TLS 1.3 before one of them takes early data: switch 0-RTT "
              "off until then.",
    .reported_as = "OpenSSL: unexpected message, sslv3 alert unexpected message; curl: (35); "
                   "Chromium: net::ERR_SSL_PROTOCOL_ERROR; Firefox: "
                   "SSL_ERROR_HANDSHAKE_UNEXPECTED_ALERT, SSL_ERROR_RX_UNEXPECTED_SERVER_HELLO; "
                   "Java: SSLProtocolException: Unexpected handshake message; Go: tls: received "
                   "unexpected handshake message",
    .alerts = CAUSE_ALERTS(TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_HANDSHAKE_FAILURE),
    .source = "RFC 8446 sections 4 and 6.2, appendix D.3; RFC 5246 section 7.3",
    .tells_end_alone = true,
    .match = match,
};
