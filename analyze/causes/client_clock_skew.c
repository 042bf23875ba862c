/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "analyze/text.h"
#include "capture/time_unit.h"

/* Whether the client's own clock lies outside the validity of the chain. */
enum agreement { CLOCK_NOT_KNOWN, CLOCK_INSIDE, CLOCK_OUTSIDE };

static enum agreement client_clock(const struct facts *facts, const struct chain_judgement *chain)
{
    int64_t at = facts->server_certificate_note->at.time_ns / SECOND_NS;
    int64_t of_client = at + facts->client_clock.ahead_by;

    if (facts->client_clock.basis == CLOCK_BASIS_NONE)
        return CLOCK_NOT_KNOWN;
    return of_client < chain->valid_from || of_client > chain->valid_until ? CLOCK_OUTSIDE
                                                                           : CLOCK_INSIDE;
}

static void describe_clock(const struct facts *facts, struct evidence *evidence)
{
    const struct client_clock *clock = &facts->client_clock;
    int64_t ahead_by = clock->ahead_by;
    struct text text = evidence_begin(evidence, "client_clock", facts->client_hello_note->at);

    text_add(&text, "the client's clock, as its hello shows it, is ");
    text_add_seconds(&text, ahead_by < 0 ? -ahead_by : ahead_by);
    text_add(&text, " %s this capture: ", ahead_by < 0 ? "behind" : "ahead of");
    if (clock->basis == CLOCK_BASIS_HELLOS)
        text_add(&text, "%u hellos of this client agree", clock->hellos);
    else
        text_add(&text, "other hellos with the same offer have the packets' time there");
}

/* What an alert, or leaving without one, says of the dates. */
static enum certainty weigh(const struct facts *facts, enum agreement agreement)
{
    enum certainty certainty = certificate_refusal_weigh(facts, TLS_ALERT_CERTIFICATE_EXPIRED);

    if (agreement == CLOCK_OUTSIDE)
        return certainty;
    /* Without the client's clock only the alert that names the dates points at it, and that is
     * sent for a CRL of the client's that has expired, too. */
    return agreement == CLOCK_NOT_KNOWN && certainty == CAUSE_CERTAIN ? CAUSE_POSSIBLE : CAUSE_NO;
}

/* The certificate is hidden, but known from elsewhere to be in its dates. The client's clock is
 * not known: a hello that offers TLS 1.3 has none in it. */
static enum certainty judge_hidden(const struct facts *facts, struct evidence *evidence)
{
    enum known_dates dates = known_certificate_dates(facts);

    if (!client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_EXPIRED)
        || (dates != DATES_RIGHT && dates != DATES_RIGHT_ONCE))
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_known_certificate(facts, evidence);
    evidence_add(evidence, "validity", facts->refusal.at,
                 "the client says certificate_expired(45), but what is known of the certificate "
                 "from other connections speaks against it");
    return known_others_take_flight(facts) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* The client says that a certificate is out of its dates, or its clock is, and at the packet's time
 * the certificate is not: one of the two clocks is wrong, and the capture's agrees with the
 * certificate. */
static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    enum agreement agreement;
    enum certainty certainty;

    if (chain == NULL)
        return judge_hidden(facts, evidence);
    if (chain->validity != VALIDITY_OK)
        return CAUSE_NO;
    agreement = client_clock(facts, chain);
    certainty = weigh(facts, agreement);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_certificate(facts, SIDE_SERVER, chain->leaf, evidence);
    if (agreement == CLOCK_OUTSIDE)
        describe_clock(facts, evidence);
    if (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED))
        evidence_add(evidence, "validity", facts->refusal.at,
                     "the client says certificate_expired(45), but every certificate of the path "
                     "is valid at the time of this packet");
    else
        evidence_add(evidence, "validity", facts->server_certificate_note->at,
                     "every certificate of the path is valid at the time of this packet, but not "
                     "by the client's clock");
    return certainty;
}

/* What others take this client refuses, with an alert that many have for the dates as well. */
static bool may_be_dates(const struct facts *facts)
{
    return known_flights(facts) == FLIGHTS_FEW_REFUSED && facts->chain[SIDE_SERVER] == NULL
           && (client_alert_on_certificate(facts, TLS_ALERT_BAD_CERTIFICATE)
               || client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_UNKNOWN));
}

/* The dates of the hidden certificate are not known; those of another one are, and are right. */
static bool may_be_another(const struct facts *facts)
{
    return facts->chain[SIDE_SERVER] == NULL && known_dates_are_refused(facts)
           && client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_EXPIRED)
           && certificate_looks_right(facts, TLS_ALERT_CERTIFICATE_EXPIRED);
}

/* Clients whose clock is behind send bad_certificate for a certificate that is not valid yet. */
static bool is_conceivable(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain != NULL && client_clock(facts, chain) != CLOCK_NOT_KNOWN)
        return false;
    return certificate_looks_right(facts, TLS_ALERT_BAD_CERTIFICATE) || may_be_dates(facts)
           || may_be_another(facts) || certificate_is_open(facts, TLS_ALERT_CERTIFICATE_EXPIRED);
}

const struct cause cause_client_clock_skew = {
    .id = "client_clock_skew",
    .layer = LAYER_CERTIFICATE,
    .title = "The client's clock is wrong: it takes a valid certificate for expired "
             "or not yet valid",
    .explanation = "The client refused the certificate as expired, but at the time of the capture "
                   "the whole chain is within its dates, as seen here or, in TLS 1.3, by what is "
                   "known from other connections. So the client's clock is off, which its own "
                   "hellos may show; or a CRL or OCSP response that it holds has expired (OpenSSL "
                   "sends the same alert); less often it tries another chain with an expired "
                   "issuer, or the clock of the capturing host is wrong.",
    .remedy = "Run `date -u` on the client and compare it with a time server (`chronyc "
              "tracking`, `ntpdate -q pool.ntp.org`, `w32tm /query /status`). Replace the "
              "battery of a clock that starts in the past. If the clock is right, look for an"
              " expired CRL where the client has some (curl --crlfile, nginx proxy_ssl_crl; "
              "`openssl crl -noout -nextupdate -in FILE`), and for an expired intermediate or "
              "root in its own store.",
    .reported_as = "OpenSSL: verify error 10: certificate has expired, 9: certificate is not yet "
                   "valid, 12: CRL has expired; curl: (60); Chromium: net::ERR_CERT_DATE_INVALID "
                   "(shown as a clock "
                   "error); Firefox: SEC_ERROR_EXPIRED_CERTIFICATE; Java: "
                   "CertificateExpiredException; Go: x509: certificate has expired or is not yet "
                   "valid",
    .alerts = CAUSE_ALERTS(TLS_ALERT_CERTIFICATE_EXPIRED, TLS_ALERT_BAD_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN),
    .source = "RFC 5280 section 4.1.2.5; RFC 8446 section 6.2",
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = is_conceivable,
};
