/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/server_flight.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!client_alert_on_certificate(facts, TLS_ALERT_UNKNOWN_CA))
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    return CAUSE_LIKELY;
}

const struct cause cause_untrusted_ca = {
    .id = "untrusted_ca",
    .layer = LAYER_CERTIFICATE,
    .title = "The client does not trust the authority that issued the server's certificate",
    .explanation = "The client could not connect the server's certificate with an authority that "
                   "it trusts: unknown_ca(48). The root is private or new to this client, an "
                   "intermediate certificate is missing, or the certificate is self-signed.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -showcerts` on the "
              "client: verify error 20 or 21 with one certificate means a missing intermediate "
              "(send the full chain), 18 a self-signed one, 19 an unknown root. Add a private root "
              "to the client's trust store, and check for a TLS-inspecting proxy on the way.",
    .reported_as = "OpenSSL: verify error 19: self-signed certificate in certificate chain, 20: "
                   "unable to get local issuer certificate, 21: unable to verify the first "
                   "certificate; curl: (60); Chromium: net::ERR_CERT_AUTHORITY_INVALID; Firefox: "
                   "SEC_ERROR_UNKNOWN_ISSUER; Java: SSLHandshakeException: PKIX path building "
                   "failed: unable to find valid certification path to requested target; Go: x509: "
                   "certificate signed by unknown authority",
    .alerts = "48 46 42",
    .source = "RFC 5280 section 6.1; RFC 8446 sections 4.4.2.2 and 6.2",
    .match = match,
};
