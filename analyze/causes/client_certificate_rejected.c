/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/unlisted_client_key.h"
#include "analyze/chain.h"

static bool alert_is_about_certificate(const struct facts *facts)
{
    uint8_t alert = facts->refusal.alert;

    return facts_alert(facts, SIDE_SERVER, alert)
           && (alert_is_about_certificates(alert) || alert == TLS_ALERT_ACCESS_DENIED);
}

/* A certificate is what a server that has got one decides on next; a plain alert of another kind
 * speaks of something else. */
static bool refused_without_words(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           || facts_closed_without_reason(facts, SIDE_SERVER);
}

/* The server ended it behind the client's answer to its request, and that had a certificate in
 * it. */
static bool refused_behind_certificate(const struct facts *facts)
{
    return server_refused_after_client_certificate(facts) && !client_certificate_was_empty(facts);
}

static bool says_illegal_parameter(const struct facts *facts)
{
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER)
           && refused_behind_certificate(facts);
}

static enum certainty weigh(const struct facts *facts)
{
    bool named = alert_is_about_certificate(facts);

    if (server_refused_unseen_certificate(facts))
        return CAUSE_POSSIBLE;
    if (says_illegal_parameter(facts) && client_curve_is_unusual(facts))
        return CAUSE_LIKELY;
    if (!refused_behind_certificate(facts)
        || (!named && !refused_without_words(facts) && !server_could_not_verify(facts)
            && !server_broke_at_client_certificate(facts)
            && !facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE)))
        return CAUSE_NO;
    if (server_refused_at_good_bye(facts) || server_ended_late(facts))
        return CAUSE_POSSIBLE;
    return named && !facts->tls13 ? CAUSE_CERTAIN : CAUSE_LIKELY;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = weigh(facts);

    if (certainty == CAUSE_NO)
        certainty = certificate_may_be_too_long(facts, SIDE_CLIENT);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_client_certificate(facts, evidence);
    describe_client_chain(facts, evidence);
    if (client_curve_is_unusual(facts))
        evidence_add(evidence, "client_key", facts->client_certificate_note->at,
                     "the key of the client's certificate is %s, a curve that not every server "
                     "takes",
                     facts->chain[SIDE_CLIENT]->leaf->key_name);
    return certainty;
}

const struct cause cause_client_certificate_rejected = {
    .id = "client_certificate_rejected",
    .layer = LAYER_CERTIFICATE,
    .title = "The server rejected the client's certificate",
    .explanation = "The server asked for a certificate, the client sent one, and the server ended "
                   "the handshake: the issuer is unknown to it, the certificate has expired or is "
                   "revoked, or it is not meant for clients. decrypt_error(51) is a signature that "
                   "does not verify: in its chain, in a CRL, or the client's own. A Certificate "
                   "message that is too long for the server ends so as well, or with "
                   "illegal_parameter(47), as does a key on a curve that the server does not take. "
                   "internal_error(80) may stand for a rule of the server's program, such as the "
                   "greatest length of a chain. In TLS 1.3 the client believes to be connected and "
                   "sees the refusal only when it reads.",
    .remedy = "Verify the certificate as the server does: `openssl verify -purpose sslclient "
              "-CAfile CLIENT-CA.pem -untrusted intermediates.pem client.pem`, and look at its "
              "dates with `openssl x509 -in client.pem -noout -dates -issuer`. Send the "
              "intermediates too; add the issuer to the server's list (ssl_client_certificate, "
              "SSLCACertificateFile, ca-file). Apache's SSLVerifyDepth is 1 unless set, and a "
              "certificate below an intermediate needs 2. Where the evidence names an unusual "
              "curve, have the certificate made anew for a key on P-256 (secp256r1), which every "
              "server takes.",
    .reported_as = "OpenSSL: tlsv1 alert unknown ca, sslv3 alert bad certificate, on the server: "
                   "certificate verify failed; curl: (56), (35); Chromium: "
                   "net::ERR_BAD_SSL_CLIENT_AUTH_CERT; Firefox: SSL_ERROR_UNKNOWN_CA_ALERT, "
                   "SSL_ERROR_BAD_CERT_ALERT; Java: SSLHandshakeException: Received fatal alert: "
                   "certificate_unknown; Go: tls: failed to verify certificate",
    .alerts = CAUSE_ALERTS(
        TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_UNSUPPORTED_CERTIFICATE, TLS_ALERT_CERTIFICATE_REVOKED,
        TLS_ALERT_CERTIFICATE_EXPIRED, TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_UNKNOWN_CA,
        TLS_ALERT_ACCESS_DENIED, TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_DECRYPT_ERROR,
        TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_RECORD_OVERFLOW, TLS_ALERT_ILLEGAL_PARAMETER,
        TLS_ALERT_DECODE_ERROR, TLS_ALERT_INTERNAL_ERROR),
    .source = "RFC 8446 sections 4.4.2.4 and 6.2; RFC 5246 sections 7.2.2 and 7.4.6",
    .ended_by = PARTY_SERVER,
    .match = match,
    .conceivable = says_illegal_parameter,
};
