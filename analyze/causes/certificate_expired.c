/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/known_word.h"
#include "analyze/causes/server_flight.h"

/* The certificate is readable: its dates and the time of the packet decide. */
static enum certainty judge_chain(const struct facts *facts, const struct chain_judgement *chain,
                                  struct evidence *evidence)
{
    if (chain->validity != VALIDITY_EXPIRED)
        return CAUSE_NO;
    describe_validity(facts, SIDE_SERVER, evidence);
    describe_certificate(facts, SIDE_SERVER, chain->leaf, evidence);
    return certificate_refusal_weigh(facts, TLS_ALERT_CERTIFICATE_EXPIRED);
}

/* The certificate is hidden. The alert names the cause, but it covers certificates that are not
 * valid yet as well (RFC 8446 section 6.2), and it rests on the client's clock: one that is known
 * to be in its dates speaks against that clock. */
static enum certainty judge_hidden(const struct facts *facts, struct evidence *evidence)
{
    static const enum certainty certainties[] = {
        [DATES_NOT_KNOWN] = CAUSE_LIKELY, [DATES_EXPIRED] = CAUSE_LIKELY,
        [DATES_NOT_YET] = CAUSE_POSSIBLE, [DATES_RIGHT_ONCE] = CAUSE_POSSIBLE,
        [DATES_RIGHT] = CAUSE_NO,
    };

    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_known_certificate(facts, evidence);
    return certainties[known_certificate_dates(facts)];
}

/* The client's alert is encrypted. Others may say in clear what it says: where all refuse the
 * certificate, one that tells of its dates speaks for all. */
static enum certainty judge_unsaid(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty =
        known_certificate_weigh(facts, KNOWN_EXPIRED, TLS_ALERT_CERTIFICATE_EXPIRED, evidence);

    if (!known_word_is(facts, TLS_ALERT_CERTIFICATE_EXPIRED))
        return certainty;
    if (certainty == CAUSE_NO) {
        describe_server_certificate(facts, evidence);
        describe_server_name(facts, evidence);
        describe_known_certificate(facts, evidence);
        certainty = CAUSE_POSSIBLE;
    }
    describe_known_word(facts, TLS_ALERT_CERTIFICATE_EXPIRED, evidence);
    return known_flights(facts) == FLIGHTS_ALL_REFUSED || known_dates_are_refused(facts)
               ? CAUSE_LIKELY
               : certainty;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain != NULL && chain->validity != VALIDITY_UNKNOWN)
        return judge_chain(facts, chain, evidence);
    if (client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_EXPIRED))
        return judge_hidden(facts, evidence);
    return judge_unsaid(facts, evidence);
}

/* The dates are not, by the clock of a capture that is wrong; or the server has another certificate
 * than the one that is known; or none is known, and the alert is the one that some clients have for
 * every certificate. */
static bool is_conceivable(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (certificate_is_open(facts, TLS_ALERT_BAD_CERTIFICATE))
        return true;

    if (client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_EXPIRED)
        && known_certificate_dates(facts) == DATES_RIGHT)
        return true;
    return chain != NULL && chain->validity == VALIDITY_NOT_YET && capture_clock_is_early(facts)
           && certificate_refusal_weigh(facts, TLS_ALERT_CERTIFICATE_EXPIRED) != CAUSE_NO;
}

const struct cause cause_certificate_expired = {
    .id = "certificate_expired",
    .layer = LAYER_CERTIFICATE,
    .title = "The server's certificate, or an issuer's, has expired",
    .explanation = "The client refused a certificate of the server's chain because of its validity "
                   "dates. The alert for that is certificate_expired(45); some clients send "
                   "bad_certificate(42), certificate_unknown(46) or unknown_ca(48). The leaf or "
                   "one of the intermediates is past its end, or the client's clock is wrong.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -showcerts </dev/null`, "
              "which lists the chain, and look at the dates of the certificate that the evidence "
              "names: OpenSSL 3 prints them, or give it to `openssl x509 -noout -subject -dates`. "
              "Renew the server's certificate, or put the authority's current intermediate into "
              "the file of the chain, reload the service (a renewed file that was never loaded is "
              "the classic), and watch the renewal job. Where the evidence tells of two "
              "certificates, look at each host behind the address. If all dates are right, set the "
              "client's clock.",
    .reported_as = "OpenSSL: verify error 10: certificate has expired; curl: (60); Chromium: "
                   "net::ERR_CERT_DATE_INVALID; Firefox: SEC_ERROR_EXPIRED_CERTIFICATE, "
                   "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE; Java: CertificateExpiredException: "
                   "NotAfter; Go: x509: certificate has expired or is not yet valid",
    .alerts = CAUSE_ALERTS(TLS_ALERT_CERTIFICATE_EXPIRED, TLS_ALERT_BAD_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_UNKNOWN_CA),
    .source = "RFC 5280 section 4.1.2.5; RFC 8446 section 6.2",
    .match = match,
    .conceivable = is_conceivable,
};
