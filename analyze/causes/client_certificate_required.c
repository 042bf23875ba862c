/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge.h"

/* What servers say to an empty Certificate: handshake_failure (RFC 5246 section 7.4.6),
 * certificate_required in TLS 1.3, or bad_certificate. */
static bool says_so(const struct facts *facts)
{
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE)
           || facts_alert(facts, SIDE_SERVER, TLS_ALERT_BAD_CERTIFICATE)
           || facts_alert(facts, SIDE_SERVER, TLS_ALERT_NO_CERTIFICATE)
           || facts_alert(facts, SIDE_SERVER, TLS_ALERT_CERTIFICATE_UNKNOWN);
}

/* What servers say of the messages behind the Certificate, whatever is in that. A server may ask
 * for a certificate and need none. */
static bool speaks_of_what_follows(const struct facts *facts)
{
    static const uint8_t alerts[] = {
        TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_BAD_RECORD_MAC,    TLS_ALERT_DECRYPTION_FAILED,
        TLS_ALERT_RECORD_OVERFLOW,    TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_DECRYPT_ERROR,
    };

    for (size_t i = 0; i < sizeof(alerts); i++)
        if (facts_alert(facts, SIDE_SERVER, alerts[i]))
            return true;
    return false;
}

/* It takes clients without a certificate, by what another connection shows; a rule may still be for
 * some names or addresses alone. */
static bool is_known_to_do_without(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;

    return server != NULL && server->takes_no_certificate;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_CERTIFICATE_REQUIRED)) {
        describe_client_certificate(facts, evidence);
        return CAUSE_CERTAIN;
    }
    if (!server_refused_after_client_certificate(facts) || !client_certificate_was_empty(facts))
        return CAUSE_NO;
    describe_client_certificate(facts, evidence);
    if (server_refused_in_silence(facts))
        return CAUSE_POSSIBLE;
    if (facts->certificate_request_note != NULL && says_so(facts))
        return is_known_to_do_without(facts) ? CAUSE_LIKELY : CAUSE_CERTAIN;
    return is_known_to_do_without(facts) || server_refused_at_good_bye(facts)
                   || speaks_of_what_follows(facts) || server_ended_late(facts)
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

/* Whether there was one in the client's Certificate was not captured. */
static bool may_have_lacked_unseen(const struct facts *facts)
{
    return server_refused_unseen_certificate(facts) && says_so(facts);
}

static bool is_conceivable(const struct facts *facts)
{
    return client_may_lack_certificate(facts) || may_have_lacked_unseen(facts);
}

const struct cause cause_client_certificate_required = {
    .id = "client_certificate_required",
    .layer = LAYER_CERTIFICATE,
    .title = "The server requires a client certificate, and the client sent none",
    .explanation = "The server asked for a certificate of the client (mutual TLS). The client "
                   "answered with an empty list, because none is configured or none comes from an "
                   "authority that the server named, and the server refused. In TLS 1.3 the client "
                   "believes to be connected and sees the refusal only when it reads.",
    .remedy = "Configure certificate and key on the client (curl --cert and --key, ssl_certificate "
              "of the proxy, the keystore of a JVM). `openssl s_client -connect SERVER:PORT -cert "
              "client.pem -key client.key` lists under \"Acceptable client certificate CA names\" "
              "which issuers the server takes: a certificate of another one is not even sent.",
    .reported_as = "OpenSSL: tlsv13 alert certificate required, on the server: peer did not return "
                   "a certificate; curl: (56), (35); Chromium: "
                   "net::ERR_BAD_SSL_CLIENT_AUTH_CERT; Firefox: "
                   "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT, SSL_ERROR_HANDSHAKE_FAILURE_ALERT; "
                   "Java: SSLHandshakeException: Empty client certificate chain, Received fatal "
                   "alert: certificate_required; Go: tls: client didn't provide a certificate",
    .alerts = CAUSE_ALERTS(TLS_ALERT_CERTIFICATE_REQUIRED, TLS_ALERT_HANDSHAKE_FAILURE,
                           TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_NO_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_DECODE_ERROR),
    .source = "RFC 8446 sections 4.4.2.4 and 6.2; RFC 5246 section 7.4.6",
    .ended_by = PARTY_SERVER,
    .match = match,
    .conceivable = is_conceivable,
};
