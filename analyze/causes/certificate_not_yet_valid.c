/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"

/* RFC 8446 section 6.2 has certificate_expired for a certificate that is not valid yet as well. */
static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    enum certainty certainty;

    if (chain == NULL)
        return known_certificate_weigh(facts, KNOWN_NOT_YET_VALID, TLS_ALERT_CERTIFICATE_EXPIRED,
                                       evidence);
    if (chain->validity != VALIDITY_NOT_YET)
        return CAUSE_NO;
    describe_validity(facts, SIDE_SERVER, evidence);
    describe_certificate(facts, SIDE_SERVER, chain->leaf, evidence);
    certainty = certificate_refusal_weigh(facts, TLS_ALERT_CERTIFICATE_EXPIRED);
    if (certainty == CAUSE_NO || !capture_clock_is_early(facts))
        return certainty;
    evidence_add(evidence, "capture_clock", facts->connection->first,
                 "the clock of the capture is wrong: at that time there was no %s",
                 names_version(facts->version));
    return CAUSE_POSSIBLE;
}

static bool is_conceivable(const struct facts *facts)
{
    return certificate_is_open(facts, TLS_ALERT_CERTIFICATE_EXPIRED)
           || certificate_is_open(facts, TLS_ALERT_BAD_CERTIFICATE);
}

const struct cause cause_certificate_not_yet_valid = {
    .id = "certificate_not_yet_valid",
    .layer = LAYER_CERTIFICATE,
    .title = "The server's certificate, or an issuer's, is not valid yet",
    .explanation = "The certificate, or one of its issuers, begins to be valid only after the time"
                   " of this connection, and the client refused it. Either it was issued by a "
                   "machine whose clock is ahead, or it was put in service too early, or the clock"
                   " of the capturing host is behind.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -showcerts </dev/null`, "
              "which lists the chain, give the certificate that the evidence names to `openssl "
              "x509 -noout -subject -startdate`, and compare with `date -u` on the authority's "
              "host, the server and the client. Set the clocks (NTP), or go back to the former "
              "certificate, or intermediate, until the new one begins.",
    .reported_as = "OpenSSL: verify error 9: certificate is not yet valid; curl: (60); Chromium: "
                   "net::ERR_CERT_DATE_INVALID; Firefox: "
                   "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE; Java: "
                   "CertificateNotYetValidException: NotBefore; Go: x509: certificate has expired "
                   "or is not yet valid",
    .alerts = CAUSE_ALERTS(TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_CERTIFICATE_EXPIRED,
                           TLS_ALERT_CERTIFICATE_UNKNOWN),
    .source = "RFC 5280 section 4.1.2.5; RFC 8446 section 6.2",
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = is_conceivable,
};
