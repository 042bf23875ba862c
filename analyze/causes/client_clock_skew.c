/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/server_flight.h"

/* The client says that a certificate is out of its dates which at the packet's time it is not: one
 * of the two clocks is wrong, and the capture's agrees with the certificate. */
static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain == NULL || chain->validity != VALIDITY_OK
        || !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED))
        return CAUSE_NO;
    describe_certificate(facts, SIDE_SERVER, chain->leaf, evidence);
    evidence_add(evidence, "validity", facts->refusal.at,
                 "the client says certificate_expired(45), but every certificate of the path is "
                 "valid at the time of this packet");
    return CAUSE_LIKELY;
}

const struct cause cause_client_clock_skew = {
    .id = "client_clock_skew",
    .layer = LAYER_CERTIFICATE,
    .title = "The client's clock is wrong: it takes a valid certificate for expired",
    .explanation = "The client refused the certificate as expired, but at the time of the capture "
                   "the whole chain is within its dates. So the client's clock is off; less often "
                   "it tries another chain with an expired issuer, or the clock of the capturing "
                   "host is wrong.",
    .remedy = "Run `date -u` on the client and compare it with a time server (`chronyc "
              "tracking`, `ntpdate -q pool.ntp.org`, `w32tm /query /status`). Replace the "
              "battery of a clock that starts in the past. If the clock is right, look for an"
              " expired intermediate or root in the client's own store.",
    .reported_as = "OpenSSL: verify error 10: certificate has expired, 9: certificate is not yet "
                   "valid; curl: (60); Chromium: net::ERR_CERT_DATE_INVALID (shown as a clock "
                   "error); Firefox: SEC_ERROR_EXPIRED_CERTIFICATE; Java: "
                   "CertificateExpiredException; Go: x509: certificate has expired or is not yet "
                   "valid",
    .alerts = "45",
    .source = "RFC 5280 section 4.1.2.5; RFC 8446 section 6.2",
    .ended_by = PARTY_CLIENT,
    .match = match,
};
