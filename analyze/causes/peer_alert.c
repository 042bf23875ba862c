/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"

/* Alerts that other causes stand for. When none of these matched, what the alert means here is
 * not known; any other alert speaks for itself. */
static bool is_ambiguous(uint8_t description)
{
    static const uint8_t ambiguous[] = {
        TLS_ALERT_UNEXPECTED_MESSAGE,  TLS_ALERT_BAD_RECORD_MAC,
        TLS_ALERT_DECRYPTION_FAILED,   TLS_ALERT_RECORD_OVERFLOW,
        TLS_ALERT_HANDSHAKE_FAILURE,   TLS_ALERT_BAD_CERTIFICATE,
        TLS_ALERT_CERTIFICATE_REVOKED, TLS_ALERT_CERTIFICATE_EXPIRED,
        TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_UNSUPPORTED_CERTIFICATE,
        TLS_ALERT_ILLEGAL_PARAMETER,   TLS_ALERT_UNKNOWN_CA,
        TLS_ALERT_DECODE_ERROR,        TLS_ALERT_DECRYPT_ERROR,
        TLS_ALERT_PROTOCOL_VERSION,    TLS_ALERT_INSUFFICIENT_SECURITY,
        TLS_ALERT_INTERNAL_ERROR,      TLS_ALERT_INAPPROPRIATE_FALLBACK,
        TLS_ALERT_MISSING_EXTENSION,   TLS_ALERT_UNSUPPORTED_EXTENSION,
        TLS_ALERT_UNRECOGNIZED_NAME,   TLS_ALERT_NO_APPLICATION_PROTOCOL,
    };

    return memchr(ambiguous, description, sizeof(ambiguous)) != NULL;
}

static bool is_closure(const struct facts *facts)
{
    return facts_closed_without_reason(facts, SIDE_CLIENT)
           || facts_closed_without_reason(facts, SIDE_SERVER);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    bool plain = facts->refusal.kind == REFUSAL_ALERT;

    if ((!plain && facts->refusal.kind != REFUSAL_ENCRYPTED_ALERT) || is_closure(facts))
        return CAUSE_NO;
    describe_choice(facts, evidence);
    describe_last_seen(facts, evidence);
    if (facts_server_refused_hello(facts)
        && facts_alert(facts, SIDE_SERVER, TLS_ALERT_ACCESS_DENIED))
        describe_server_name(facts, evidence);
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNKNOWN_PSK_IDENTITY))
        describe_shared_secret(facts, evidence);
    return plain && facts->refusal.note->kind == NOTE_ALERT && !is_ambiguous(facts->refusal.alert)
               ? CAUSE_LIKELY
               : CAUSE_POSSIBLE;
}

const struct cause cause_peer_alert = {
    .id = "peer_alert",
    .layer = LAYER_PROTOCOL,
    .title = "One side ended the handshake with an alert that nothing else explains",
    .explanation = "An alert ended the handshake. Its code, if it is in clear, is in the evidence; "
                   "neither the offer nor the messages before it show what it is about.",
    .remedy = "Look up the code in RFC 8446 section 6.2 and the log of the side that sent it, at "
              "the time in the evidence. For access_denied(49) check the server's access rules "
              "and, right after a ClientHello, whether it serves the name asked for; for "
              "unknown_psk_identity(115) the configured keys. An alert about certificates from a "
              "server that asked for none comes from a check in its own program. Reproduce with "
              "`openssl s_client "
              "-connect SERVER:PORT -servername NAME -state -msg`.",
    .reported_as = "OpenSSL: alert number N; curl: (35); Chromium: net::ERR_SSL_PROTOCOL_ERROR; "
                   "Firefox: SSL_ERROR_HANDSHAKE_FAILURE_ALERT, SSL_ERROR_ACCESS_DENIED_ALERT; "
                   "Java: SSLHandshakeException: Received fatal alert; Go: remote error: tls: "
                   "alert",
    .alerts =
        CAUSE_ALERTS(TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_NO_CERTIFICATE, TLS_ALERT_ACCESS_DENIED,
                     TLS_ALERT_EXPORT_RESTRICTION, TLS_ALERT_NO_RENEGOTIATION,
                     TLS_ALERT_UNSUPPORTED_EXTENSION, TLS_ALERT_CERTIFICATE_UNOBTAINABLE,
                     TLS_ALERT_BAD_CERTIFICATE_HASH_VALUE, TLS_ALERT_UNKNOWN_PSK_IDENTITY,
                     TLS_ALERT_GENERAL_ERROR, TLS_ALERT_ECH_REQUIRED, TLS_ALERT_PROTOCOL_VERSION),
    .source = "RFC 8446 section 6",
    .last_resort = true,
    .tells_end_alone = true,
    .match = match,
};
