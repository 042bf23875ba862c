/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/refused_hello.h"
#include "analyze/causes/second_hello.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"

/* Alerts that name another reason than the retry. */
static bool names_another_reason(const struct facts *facts)
{
    static const uint8_t others[] = {
        TLS_ALERT_PROTOCOL_VERSION,     TLS_ALERT_INAPPROPRIATE_FALLBACK,
        TLS_ALERT_UNRECOGNIZED_NAME,    TLS_ALERT_NO_APPLICATION_PROTOCOL,
        TLS_ALERT_BAD_RECORD_MAC,       TLS_ALERT_RECORD_OVERFLOW,
        TLS_ALERT_ACCESS_DENIED,        TLS_ALERT_UNKNOWN_PSK_IDENTITY,
        TLS_ALERT_CERTIFICATE_REQUIRED,
    };

    return facts->refusal.kind == REFUSAL_ALERT
           && (memchr(others, facts->refusal.alert, sizeof(others)) != NULL
               || alert_is_about_certificates(facts->refusal.alert));
}

/* A second HelloRetryRequest, which RFC 8446 section 4.1.4 forbids. */
static const struct note *second_retry(const struct facts *facts)
{
    return handshake_next_message(facts->handshake, facts->retry_note, SIDE_SERVER,
                                  facts->retry_note->type);
}

static void describe_retry(const struct facts *facts, struct evidence *evidence)
{
    char hex[NAMES_HEX_SIZE];
    uint16_t group;

    if (facts->retry_read && facts->retry_extensions.key_share.state == EXTENSION_WELL_FORMED) {
        group = facts->retry_extensions.key_share.group;
        evidence_add(evidence, "hello_retry_request", facts->retry_note->at,
                     "the server asked for another hello with a share of the group %s",
                     names_or_hex(hex, sizeof(hex), names_group(group), group, 4));
    } else {
        evidence_add(evidence, "hello_retry_request", facts->retry_note->at,
                     "the server asked for another hello");
    }
    if (second_hello_note(facts) != NULL)
        evidence_add(evidence, "second_client_hello", second_hello_note(facts)->at,
                     "the client sent its second hello");
    else
        evidence_add(evidence, "second_client_hello", (struct moment){0},
                     "no second hello of the client was seen");
}

/* What is wrong with the second hello. */
static void describe_fault(const struct facts *facts, enum second_hello second,
                           struct evidence *evidence)
{
    static const struct {
        const char *fact;
        const char *text;
    } faults[] = {
        [SECOND_HELLO_NO_SHARE] = {"share_missing", "the second hello has no share of the group "
                                                    "that the server asked for"},
        [SECOND_HELLO_NO_COOKIE] = {"cookie_missing",
                                    "the second hello does not return the server's cookie"},
        [SECOND_HELLO_CHANGED] = {"hello_changed", "the second hello differs from the first in "
                                                   "more than RFC 8446 section 4.1.2 allows"},
        [SECOND_HELLO_RIGHT] = {NULL, NULL},
    };

    if (faults[second].fact != NULL)
        evidence_add(evidence, faults[second].fact, facts->second_client_hello_note->at, "%s",
                     faults[second].text);
}

/* Alerts about the content of a message. */
static bool complains_of_message(const struct facts *facts)
{
    static const uint8_t complaints[] = {
        TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_DECODE_ERROR,
        TLS_ALERT_DECRYPT_ERROR, /* of a pre-shared key, whose binder is made anew */
        TLS_ALERT_MISSING_EXTENSION,
    };

    return memchr(complaints, facts->refusal.alert, sizeof(complaints)) != NULL;
}

/* A server that is content with both hellos looks for a certificate and a signature then, and may
 * find none. A complaint of the message is about what is new in the second hello: the rest it let
 * pass once. */
static enum certainty weigh_right_answer(const struct facts *facts)
{
    if (facts->refusal.kind != REFUSAL_ALERT || facts->refusal.by != SIDE_SERVER
        || facts_closed_without_reason(facts, SIDE_SERVER))
        return CAUSE_POSSIBLE;
    if (complains_of_message(facts))
        return refused_hello_suspect(facts, SUSPECT_NAME) < CAUSE_LIKELY ? CAUSE_LIKELY
                                                                         : CAUSE_POSSIBLE;
    return facts->retry_extensions.cookie.state != EXTENSION_ABSENT ? CAUSE_POSSIBLE : CAUSE_NO;
}

/* Servers that compare the two hellos complain of the message (RFC 8446 section 4.1.2); many do
 * not compare them, and refuse one that differs for the reasons for which they refuse any. */
static enum certainty weigh_changed_answer(const struct facts *facts)
{
    enum certainty certainty = weigh_right_answer(facts);

    return certainty != CAUSE_NO ? certainty : CAUSE_POSSIBLE;
}

static enum certainty weigh(const struct facts *facts, enum second_hello second)
{
    switch (second) {
    case SECOND_HELLO_NO_SHARE:
    case SECOND_HELLO_NO_COOKIE:
        return facts->refusal.kind == REFUSAL_ALERT ? CAUSE_CERTAIN : CAUSE_LIKELY;
    case SECOND_HELLO_UNREAD:
        return CAUSE_POSSIBLE;
    case SECOND_HELLO_RIGHT:
        return weigh_right_answer(facts);
    case SECOND_HELLO_CHANGED:
        return weigh_changed_answer(facts);
    case SECOND_HELLO_NONE:
        break;
    }
    /* Loss explains silence as well. */
    return facts->refusal.kind == REFUSAL_NONE || data_is_lost(facts, SIDE_CLIENT) ? CAUSE_POSSIBLE
                                                                                   : CAUSE_LIKELY;
}

/* The server has answered the second hello: with its own, or, where that broke off, with what is
 * protected by it. */
static bool retry_led_on(const struct facts *facts)
{
    return facts->server_hello_note != NULL
           || handshake_next(facts->handshake, second_hello_note(facts), SIDE_SERVER,
                             NOTE_APPLICATION_DATA)
                  != NULL;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum second_hello second = second_hello_judge(facts);
    const struct note *again;

    /* Whoever had closed before the request came was not there to answer it. */
    if (facts->retry_note == NULL || retry_led_on(facts) || names_another_reason(facts)
        || late_answer(facts) != NULL)
        return CAUSE_NO;
    describe_retry(facts, evidence);
    again = second_retry(facts);
    if (again != NULL) {
        evidence_add(evidence, "second_retry", again->at,
                     "the server asked for another hello a second time, which is not allowed");
        return CAUSE_CERTAIN;
    }
    describe_fault(facts, second, evidence);
    return weigh(facts, second);
}

const struct cause cause_retry_failed = {
    .id = "retry_failed",
    .layer = LAYER_NEGOTIATION,
    .title = "The server asked the client for another hello, and that second attempt failed",
    .explanation = "In TLS 1.3 a server that likes none of the key shares sends HelloRetryRequest. "
                   "The client must answer with the same hello and the share asked for. It did "
                   "not answer, answered wrongly, or the server did not accept the answer or asked "
                   "twice. After a right answer the usual reasons to refuse a hello are as good.",
    .remedy = "Provoke it with `openssl s_client -connect SERVER:PORT -groups P-521:X25519` (the "
              "first group is the share sent). Update the side at fault. Offering the server's "
              "preferred group first, mostly X25519 or P-256, avoids the retry. A cluster whose "
              "nodes do not share the cookie key breaks here as well.",
    .reported_as = "OpenSSL: no suitable key share, unexpected message; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: SSL_ERROR_BAD_2ND_CLIENT_HELLO, "
                   "SSL_ERROR_RX_UNEXPECTED_HELLO_RETRY_REQUEST; Java: SSLHandshakeException: "
                   "Received fatal alert: illegal_parameter",
    .alerts = CAUSE_ALERTS(TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_UNEXPECTED_MESSAGE,
                           TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_DECODE_ERROR,
                           TLS_ALERT_DECRYPT_ERROR, TLS_ALERT_MISSING_EXTENSION),
    .source = "RFC 8446 sections 4.1.2, 4.1.4 and 4.2.8",
    .match = match,
};
