/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/server_flight.h"

static bool is_damaged(const struct chain_judgement *chain)
{
    return chain != NULL && chain->leaf == NULL;
}

/* The alert says no more than that. What is visibly wrong has causes of its own, and what is not
 * may be the client's: its clock, its trust store, the name that it wants. */
static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!client_alert_on_certificate(facts, TLS_ALERT_BAD_CERTIFICATE))
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    return is_damaged(facts->chain[SIDE_SERVER]) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

const struct cause cause_bad_certificate = {
    .id = "bad_certificate",
    .layer = LAYER_CERTIFICATE,
    .title = "The client considers the server's certificate bad",
    .explanation = "After the server's certificate the client sent bad_certificate(42). By the RFC "
                   "that means a certificate that is damaged or whose signature does not verify; "
                   "many clients send it for a wrong name, a date or an unknown issuer as well.",
    .remedy = "Look at what the server sends: `openssl s_client -connect SERVER:PORT -servername "
              "NAME -showcerts -verify_hostname NAME`. Check name, dates and intermediates; then "
              "read the client's own log, which mostly says more than its alert.",
    .reported_as = "OpenSSL: sslv3 alert bad certificate, certificate verify failed; curl: (60); "
                   "Chromium: net::ERR_CERT_INVALID; Firefox: SSL_ERROR_BAD_CERT_DOMAIN, "
                   "SEC_ERROR_BAD_SIGNATURE; Java: SSLHandshakeException: Received fatal alert: "
                   "bad_certificate; Go: remote error: tls: bad certificate",
    .alerts = "42",
    .source = "RFC 8446 sections 4.4.2.4 and 6.2; RFC 5280 section 6",
    .match = match,
};
