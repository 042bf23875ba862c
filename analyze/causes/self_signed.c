/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/default_certificate.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain == NULL)
        return known_certificate_weigh(facts, KNOWN_SELF_SIGNED, TLS_ALERT_UNKNOWN_CA, evidence);
    if (chain->end != CHAIN_END_SELF_SIGNED)
        return CAUSE_NO;
    describe_chain_end(facts, SIDE_SERVER, evidence);
    describe_certificate(facts, SIDE_SERVER, chain->leaf, evidence);
    describe_default_certificate(facts, evidence);
    return default_certificate_cap(facts, certificate_refusal_weigh(facts, TLS_ALERT_UNKNOWN_CA));
}

/* RFC 8446 section 6.2: unknown_ca is for every chain that leads to no known issuer. */
static bool is_conceivable(const struct facts *facts)
{
    return certificate_is_open(facts, TLS_ALERT_UNKNOWN_CA);
}

const struct cause cause_self_signed = {
    .id = "self_signed",
    .layer = LAYER_CERTIFICATE,
    .title = "The server's certificate is self-signed, and the client does not know it",
    .explanation = "The certificate names itself as its issuer: no authority vouches for it. A "
                   "client takes it only when that very certificate was put into its trust store. "
                   "Often it is the default certificate of a product, or of a web server that fell"
                   " back to it.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME </dev/null | "
              "openssl x509 -noout -subject -issuer`. Install a certificate from an authority"
              " that the clients trust; or, for a closed group, add this certificate to the "
              "clients' trust stores (`curl --cacert`, NODE_EXTRA_CA_CERTS, keytool "
              "-importcert).",
    .reported_as = "OpenSSL: verify error 18: self-signed certificate; curl: (60); Chromium: "
                   "net::ERR_CERT_AUTHORITY_INVALID; Firefox: MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT;"
                   " Java: PKIX path building failed; Go: x509: certificate signed by unknown "
                   "authority; Node: DEPTH_ZERO_SELF_SIGNED_CERT",
    .alerts = CAUSE_ALERTS(TLS_ALERT_UNKNOWN_CA, TLS_ALERT_BAD_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN),
    .source = "RFC 5280 sections 3.2 and 6.1; RFC 8446 section 6.2",
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = is_conceivable,
};
