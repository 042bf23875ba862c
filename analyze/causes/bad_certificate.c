/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/modest_key.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/strict_rules.h"
#include "analyze/chain.h"

static bool is_damaged(const struct chain_judgement *chain)
{
    return chain != NULL && chain->leaf == NULL;
}

/* Whatever the client says, it has to refuse that (RFC 5280 section 4.2). */
static enum certainty judge_critical(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain == NULL || chain->critical_of == NULL)
        return CAUSE_NO;
    describe_critical(facts, SIDE_SERVER, evidence);
    return certificate_refusal_weigh(facts, TLS_ALERT_BAD_CERTIFICATE);
}

/* The server signed its key exchange, too, or in TLS 1.3 the handshake: either signature may be the
 * one, unless it verifies here, or other clients find nothing wrong with it. */
static bool may_be_key_exchange(const struct facts *facts)
{
    return facts->key_exchange_signature != SIGNATURE_VERIFIES
           && (facts->server_key_exchange_note != NULL || facts->tls13)
           && known_flights(facts) != FLIGHTS_FEW_REFUSED;
}

/* An alert of a meaning of its own, and of its place: bad_certificate(42) by the RFC, which many
 * clients call decrypt_error(51). */
static enum certainty signature_failed(const struct facts *facts, struct evidence *evidence)
{
    if (!client_could_not_verify(facts) || facts->key_exchange_signature == SIGNATURE_WRONG)
        return CAUSE_NO;
    evidence_add(evidence, "signature", facts->refusal.at,
                 "decrypt_error(51) at this point is about a signature that does not verify: in "
                 "the chain, as when an authority was made anew under its old name with another "
                 "key, in a CRL, or of the key exchange");
    describe_server_signature(facts, evidence);
    describe_choice(facts, evidence);
    /* Then no signature in its chain is wrong. */
    return known_client_takes_flight(facts) || may_be_key_exchange(facts) ? CAUSE_POSSIBLE
                                                                          : CAUSE_LIKELY;
}

/* The alert says no more than that. What is visibly wrong has causes of its own, and what is not
 * may be the client's: its clock, its trust store, the name that it wants. */
static enum certainty alert_names_it(const struct facts *facts)
{
    if (!client_alert_on_certificate(facts, TLS_ALERT_BAD_CERTIFICATE))
        return CAUSE_NO;
    return is_damaged(facts->chain[SIDE_SERVER]) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty by_extension = judge_critical(facts, evidence);
    enum certainty by_alert;

    if (by_extension == CAUSE_LIKELY)
        return by_extension;
    by_alert = alert_names_it(facts);
    if (by_alert == CAUSE_NO)
        by_alert = signature_failed(facts, evidence);
    if (by_alert == CAUSE_NO)
        return by_extension;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_strict_rules(facts, evidence);
    if (modest_key_may_be_refused(facts))
        describe_modest_key(facts, evidence);
    describe_flights(facts, evidence);
    return by_alert;
}

static bool is_conceivable(const struct facts *facts)
{
    return facts->key_exchange_signature == SIGNATURE_UNKNOWN && client_may_mean_signature(facts);
}

const struct cause cause_bad_certificate = {
    .id = "bad_certificate",
    .layer = LAYER_CERTIFICATE,
    .title = "The client considers the server's certificate bad",
    .explanation =
        "The client refused the server's certificate as bad. By the RFC bad_certificate(42) means "
        "one that is damaged or whose signature does not verify; many clients send it for a wrong "
        "name, a date or an unknown issuer as well. decrypt_error(51) at that point is a signature "
        "that does not verify: the client has another key for the issuer's name, or does not know "
        "the algorithm, or the server's private key does not belong to its certificate. And a "
        "critical extension that the client does not know makes it refuse, in whatever way.",
    .remedy = "Look at what the server sends: `openssl s_client -connect SERVER:PORT -servername "
              "NAME -showcerts -verify_hostname NAME`. Check name, dates, intermediates, and "
              "(`openssl x509 -noout -text`) extensions that are critical; then read the client's "
              "own log, which mostly says more than its alert. With "
              "decrypt_error(51) run `openssl verify -CAfile CA.pem -untrusted intermediates.pem "
              "server.pem` with the CA file of the client: error 7 means an authority of the same "
              "name with another key, so give the client the new one.",
    .reported_as =
        "OpenSSL: sslv3 alert bad certificate, tlsv1 alert decrypt error, certificate "
        "verify failed, verify error 7: certificate signature failure; curl: (60), (35); "
        "Chromium: net::ERR_CERT_INVALID; Firefox: SSL_ERROR_BAD_CERT_DOMAIN, "
        "SEC_ERROR_BAD_SIGNATURE; Java: SSLHandshakeException: Received fatal alert: "
        "bad_certificate; Go: remote error: tls: bad certificate",
    .alerts = CAUSE_ALERTS(TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_CERTIFICATE_UNKNOWN,
                           TLS_ALERT_UNSUPPORTED_CERTIFICATE, TLS_ALERT_DECRYPT_ERROR),
    .source = "RFC 8446 sections 4.4.2.4 and 6.2; RFC 5280 sections 4.2 and 6",
    .match = match,
    .conceivable = is_conceivable,
};
