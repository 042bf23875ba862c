/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/known_word.h"
#include "analyze/causes/modest_key.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/strict_rules.h"
#include "analyze/causes/version_refusal.h"

/* The client says internal_error(80) at a chain that is complete for the trust store here, in its
 * dates and for the name. A check of its own may still say no; an error of its own comes first. */
static bool failed_at_good_chain(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    return chain != NULL && chain->end == CHAIN_END_ANCHORED
           && certificate_looks_right(facts, TLS_ALERT_INTERNAL_ERROR)
           && client_ended_at_flight(facts);
}

/* What can be seen to be wrong is the better reason, however sure it is. */
static bool has_visible_reason(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    return chain != NULL ? chain_has_problem(chain) : known_certificate_may_lack_root(facts);
}

/* Alerts that speak of the certificate and give no reason that a cause of its own stands for. */
static enum certainty vague_alert(const struct facts *facts)
{
    static const uint8_t vague[] = {
        TLS_ALERT_CERTIFICATE_UNKNOWN,
        TLS_ALERT_UNSUPPORTED_CERTIFICATE,
        TLS_ALERT_CERTIFICATE_UNOBTAINABLE,
        TLS_ALERT_BAD_CERTIFICATE_HASH_VALUE,
    };

    for (size_t i = 0; i < sizeof(vague); i++)
        if (client_alert_on_certificate(facts, vague[i]))
            return has_visible_reason(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
    if (version_complaint_is_about_flight(facts))
        return CAUSE_POSSIBLE;
    /* General alerts that some clients send for what their own code found wrong. */
    if (client_ended_at_flight(facts)
        && (client_alert_on_certificate(facts, TLS_ALERT_HANDSHAKE_FAILURE)
            || (client_alert_on_certificate(facts, TLS_ALERT_INTERNAL_ERROR)
                && !failed_at_good_chain(facts))
            || client_alert_on_certificate(facts, TLS_ALERT_ACCESS_DENIED)))
        return CAUSE_POSSIBLE;
    return CAUSE_NO;
}

/* OpenSSL's alert for a CRL of the client's that has expired is the one for certificates, too. The
 * certificate is seen, or known, to be in its dates. A clock that shows that it is wrong is the
 * certain cause then (client_clock_skew). */
static enum certainty expired_alert(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    bool in_dates = chain != NULL ? chain->validity == VALIDITY_OK
                                  : known_certificate_dates(facts) == DATES_RIGHT;

    return in_dates && client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_EXPIRED)
               ? CAUSE_POSSIBLE
               : CAUSE_NO;
}

/* TLS 1.3: an alert-sized record is all that the client had to say to the server's flight; later
 * than it judges a certificate it may be the close_notify of a program that was waiting. Up to TLS
 * 1.2: a client that verifies late has sent its own flight, and then an encrypted alert in place of
 * waiting for the server's Finished. Where others say why, that comes first. */
static enum certainty encrypted_alert(const struct facts *facts)
{
    if (facts->refusal.kind != REFUSAL_ENCRYPTED_ALERT || facts->refusal.by != SIDE_CLIENT
        || facts->resumed || facts->finished_note[SIDE_SERVER] != NULL)
        return CAUSE_NO;
    if (facts->tls13 && !server_flight_complete(facts))
        return CAUSE_NO;
    if (facts->tls13)
        return client_silent_after_flight(facts) && server_stopped_midway(facts) == CAUSE_NO
                       && !known_word_is_there(facts) && client_ended_soon(facts)
                   ? CAUSE_LIKELY
                   : CAUSE_POSSIBLE;
    return facts->server_certificate_note != NULL ? CAUSE_LIKELY : CAUSE_NO;
}

/* The path is complete for the trust store here. unknown_ca is the alert for a client that does not
 * have the root, and OpenSSL's for a limit of depth and a missing CRL. */
static bool may_miss_no_root(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    return chain != NULL && chain->end == CHAIN_END_ANCHORED
           && client_alert_on_certificate(facts, TLS_ALERT_UNKNOWN_CA);
}

/* A client that takes the certificate at other times leaves for another reason. */
static bool is_conceivable(const struct facts *facts)
{
    if (may_miss_no_root(facts) || failed_at_good_chain(facts))
        return true;
    return client_left_at_flight(facts) && known_client_takes_flight(facts);
}

/* Some clients just leave when they do not like the certificate; so do scanners and impatient
 * users. close_notify tells them no better apart: programs on GnuTLS whose check says no send it at
 * once, as monitors do that are content. */
static enum certainty left_after_flight(const struct facts *facts)
{
    if (!client_left_at_flight(facts) || known_client_takes_flight(facts))
        return CAUSE_NO;
    /* Where some say that it is the certificate, those that say nothing mean it too, unless all may
     * mean the signature. */
    return known_flights(facts) == FLIGHTS_ALL_REFUSED && !version_signature_is_unlisted(facts)
               ? CAUSE_LIKELY
               : CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = vague_alert(facts);

    if (certainty == CAUSE_NO)
        certainty = expired_alert(facts);
    if (certainty == CAUSE_NO)
        certainty = encrypted_alert(facts);
    if (certainty == CAUSE_NO)
        certainty = left_after_flight(facts);
    if (certainty == CAUSE_NO && !known_client_takes_flight(facts))
        certainty = certificate_may_be_too_long(facts, SIDE_SERVER);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_strict_rules(facts, evidence);
    if (modest_key_may_be_refused(facts))
        describe_modest_key(facts, evidence);
    describe_known_certificate(facts, evidence);
    if (client_may_lack_certificate(facts))
        describe_certificate_request(facts, evidence);
    return certainty;
}

const struct cause cause_certificate_rejected = {
    .id = "certificate_rejected",
    .layer = LAYER_CERTIFICATE,
    .title = "The client rejected the server's certificate without a reason that can be seen",
    .explanation =
        "The client ended the handshake when it had the server's certificate: with an "
        "alert that names no clear reason, such as certificate_unknown(46) or the "
        "internal_error(80) of a program whose own check says no, with "
        "certificate_expired(45) though the certificate has not, as for a CRL that has, "
        "with an encrypted one (TLS 1.3), or by closing. Name, dates, issuer and purpose "
        "of the certificate are what clients check at that point, and what a CRL says "
        "of it; some have rules that others do not, such as Apple's for how long it is valid. A "
        "Certificate message that is too long for the client ends so as well, or "
        "with unexpected_message(10) or illegal_parameter(47).",
    .remedy = "Check from the client's place: `openssl s_client -connect SERVER:PORT -servername "
              "NAME -verify_hostname NAME -verify_return_error -showcerts`. The client's log has "
              "the exact reason. Up to TLS 1.2 the certificate is readable: `tlswhy --certificates "
              "FILE` lists those of a capture. Where the evidence names a rule that few "
              "clients have, have the certificate, or the authority's, issued anew by it. Where "
              "the evidence names its length, send fewer "
              "certificates, and ones with fewer names, or raise the client's limit "
              "(jdk.tls.maxHandshakeMessageSize in Java).",
    .reported_as = "OpenSSL: certificate verify failed, on the server: sslv3 alert certificate "
                   "unknown; curl: (60); Python: certificate verify failed: Missing Authority "
                   "Key Identifier; Chromium: net::ERR_CERT_AUTHORITY_INVALID, "
                   "net::ERR_CERT_VALIDITY_TOO_LONG; Firefox: SEC_ERROR_UNKNOWN_ISSUER, "
                   "SSL_ERROR_BAD_CERT_DOMAIN; Java: SSLHandshakeException: Received fatal alert: "
                   "certificate_unknown; Go: remote error: tls: unknown certificate",
    .alerts = CAUSE_ALERTS(TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_UNSUPPORTED_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_EXPIRED, TLS_ALERT_CERTIFICATE_UNOBTAINABLE,
                           TLS_ALERT_BAD_CERTIFICATE_HASH_VALUE, TLS_ALERT_HANDSHAKE_FAILURE,
                           TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_UNEXPECTED_MESSAGE,
                           TLS_ALERT_RECORD_OVERFLOW, TLS_ALERT_ILLEGAL_PARAMETER,
                           TLS_ALERT_DECODE_ERROR, TLS_ALERT_PROTOCOL_VERSION),
    .source = "RFC 8446 sections 4.4.2.4 and 6.2; RFC 5280 section 6; RFC 9525",
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = is_conceivable,
};
