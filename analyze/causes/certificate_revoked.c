/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/known_word.h"
#include "analyze/causes/server_flight.h"

/* The certificate is hidden, and the client does not say in clear that it is revoked. */
static enum certainty judge_unsaid(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty =
        known_certificate_weigh(facts, KNOWN_REVOKED, TLS_ALERT_CERTIFICATE_REVOKED, evidence);

    if (certainty != CAUSE_NO || !known_word_is(facts, TLS_ALERT_CERTIFICATE_REVOKED))
        return certainty;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_known_word(facts, TLS_ALERT_CERTIFICATE_REVOKED, evidence);
    return CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain != NULL && chain->revocation == REVOCATION_REVOKED) {
        describe_revocation(facts, SIDE_SERVER, evidence);
        describe_certificate(facts, SIDE_SERVER, chain->revoked, evidence);
        return certificate_refusal_weigh(facts, TLS_ALERT_CERTIFICATE_REVOKED);
    }
    if (!client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_REVOKED))
        return judge_unsaid(facts, evidence);
    describe_server_certificate(facts, evidence);
    if (facts->certificate_status_note != NULL)
        evidence_add(evidence, "stapled_response", facts->certificate_status_note->at,
                     "the server sent a stapled OCSP response");
    describe_server_name(facts, evidence);
    return CAUSE_CERTAIN;
}

const struct cause cause_certificate_revoked = {
    .id = "certificate_revoked",
    .layer = LAYER_CERTIFICATE,
    .title = "The server's certificate has been revoked",
    .explanation = "The client found the certificate, or one of its issuers, revoked by its "
                   "authority, through an OCSP response or a certificate revocation list. The "
                   "alert for that is certificate_revoked(44); some clients send "
                   "bad_certificate(42) or certificate_unknown(46).",
    .remedy = "Ask the authority: `openssl ocsp -issuer issuer.pem -cert leaf.pem -url \"$(openssl "
              "x509 -in leaf.pem -noout -ocsp_uri)\"`, or look into its CRL. Find out why it was "
              "revoked, issue a new certificate with a new key, and replace it wherever it is in "
              "use.",
    .reported_as = "OpenSSL: verify error 23: certificate revoked; curl: (60); Chromium: "
                   "net::ERR_CERT_REVOKED; Firefox: SEC_ERROR_REVOKED_CERTIFICATE; Java: "
                   "CertificateRevokedException: Certificate has been revoked",
    .alerts = CAUSE_ALERTS(TLS_ALERT_CERTIFICATE_REVOKED, TLS_ALERT_BAD_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN),
    .source = "RFC 5280 sections 5 and 6.3; RFC 6960; RFC 8446 section 6.2",
    .match = match,
};
