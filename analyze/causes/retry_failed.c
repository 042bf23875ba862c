/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/transport.h"

/* Alerts that name another reason than the retry. */
static bool names_another_reason(const struct facts *facts)
{
    static const uint8_t others[] = {
        TLS_ALERT_PROTOCOL_VERSION,  TLS_ALERT_INAPPROPRIATE_FALLBACK,
        TLS_ALERT_UNRECOGNIZED_NAME, TLS_ALERT_NO_APPLICATION_PROTOCOL,
        TLS_ALERT_BAD_RECORD_MAC,    TLS_ALERT_RECORD_OVERFLOW,
    };

    return facts->refusal.kind == REFUSAL_ALERT
           && memchr(others, facts->refusal.alert, sizeof(others)) != NULL;
}

/* A second HelloRetryRequest, which RFC 8446 section 4.1.4 forbids. */
static const struct note *second_retry(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note > facts->retry_note && note->kind == NOTE_MESSAGE && note->side == SIDE_SERVER
            && note->type == facts->retry_note->type)
            return note;
    }
    return NULL;
}

/* The second hello has a share of the group that the server asked for. */
static bool share_was_sent(const struct facts *facts)
{
    struct bytes shares = facts->second_client_extensions.key_share.shares;
    struct key_share share;

    while (key_share_next(&shares, &share))
        if (share.group == facts->retry_extensions.key_share.group)
            return true;
    return false;
}

static bool share_is_missing(const struct facts *facts)
{
    return facts->second_client_hello_read && facts->retry_read
           && facts->retry_extensions.key_share.state == EXTENSION_WELL_FORMED
           && !share_was_sent(facts);
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
    if (facts->second_client_hello_note != NULL)
        evidence_add(evidence, "second_client_hello", facts->second_client_hello_note->at,
                     "the client sent its second hello");
    else
        evidence_add(evidence, "second_client_hello", (struct moment){0},
                     "no second hello of the client was seen");
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct note *again;

    if (facts->retry_note == NULL || facts->server_hello_note != NULL
        || names_another_reason(facts))
        return CAUSE_NO;
    describe_retry(facts, evidence);
    again = second_retry(facts);
    if (again != NULL) {
        evidence_add(evidence, "second_retry", again->at,
                     "the server asked for another hello a second time, which is not allowed");
        return CAUSE_CERTAIN;
    }
    if (share_is_missing(facts)) {
        evidence_add(evidence, "share_missing", facts->second_client_hello_note->at,
                     "the second hello has no share of the group that the server asked for");
        return facts->refusal.kind == REFUSAL_ALERT ? CAUSE_CERTAIN : CAUSE_LIKELY;
    }
    /* Loss explains silence as well. */
    return facts->refusal.kind == REFUSAL_NONE || data_is_lost(facts, SIDE_CLIENT) ? CAUSE_POSSIBLE
                                                                                   : CAUSE_LIKELY;
}

const struct cause cause_retry_failed = {
    .id = "retry_failed",
    .layer = LAYER_NEGOTIATION,
    .title = "The server asked the client for another hello, and that second attempt failed",
    .explanation = "In TLS 1.3 a server that likes none of the key shares sends HelloRetryRequest. "
                   "The client must answer with the same hello and the share asked for. It did "
                   "not answer, answered wrongly, or the server did not accept the answer or asked "
                   "twice.",
    .remedy = "Provoke it with `openssl s_client -connect SERVER:PORT -groups P-521:X25519` (the "
              "first group is the share sent). Update the side at fault. Offering the server's "
              "preferred group first, mostly X25519 or P-256, avoids the retry. A cluster whose "
              "nodes do not share the cookie key breaks here as well.",
    .reported_as = "OpenSSL: no suitable key share, unexpected message; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: SSL_ERROR_BAD_2ND_CLIENT_HELLO, "
                   "SSL_ERROR_RX_UNEXPECTED_HELLO_RETRY_REQUEST; Java: SSLHandshakeException: "
                   "Received fatal alert: illegal_parameter",
    .alerts = "47 10 40 50 109",
    .source = "RFC 8446 sections 4.1.2, 4.1.4 and 4.2.8",
    .match = match,
};
