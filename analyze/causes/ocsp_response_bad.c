/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/server_flight.h"

static void describe_staple(const struct facts *facts, struct evidence *evidence)
{
    if (facts->certificate_status_note != NULL)
        evidence_add(evidence, "stapled_response", facts->certificate_status_note->at,
                     "the server sent a stapled OCSP response of %u octets",
                     facts->certificate_status_note->length);
    else if (!facts->tls13 && facts->server_certificate_note != NULL)
        evidence_add(evidence, "stapled_response", (struct moment){0},
                     "the server sent no stapled OCSP response");
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!client_alert_on_certificate(facts, TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE))
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_staple(facts, evidence);
    return CAUSE_CERTAIN;
}

const struct cause cause_ocsp_response_bad = {
    .id = "ocsp_response_bad",
    .layer = LAYER_CERTIFICATE,
    .title = "The stapled OCSP response for the server's certificate is missing or bad",
    .explanation = "A server can staple its certificate's OCSP response to the handshake; a "
                   "certificate marked must-staple needs it. The client found none, or one that is "
                   "too old, not valid or not good: bad_certificate_status_response(113).",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -status </dev/null` and "
              "read OCSP Response Status, Cert Status and Next Update. Enable stapling "
              "(ssl_stapling in nginx, SSLUseStapling in Apache, ocsp-update in HAProxy) and let "
              "the server reach the OCSP responder by name resolution and HTTP.",
    .reported_as = "OpenSSL: tlsv1 bad certificate status response; curl: (91); Firefox: "
                   "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING, "
                   "SEC_ERROR_OCSP_OLD_RESPONSE; Java: SSLHandshakeException: Received fatal "
                   "alert: bad_certificate_status_response",
    .alerts = CAUSE_ALERTS(TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE),
    .source = "RFC 6066 section 8; RFC 7633; RFC 8446 sections 4.4.2.1 and 6.2",
    .match = match,
};
