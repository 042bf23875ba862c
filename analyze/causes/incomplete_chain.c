/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"

static enum certainty weigh_known(const struct facts *facts, struct evidence *evidence)
{
    const enum certainty certainty =
        known_certificate_weigh(facts, KNOWN_INCOMPLETE, TLS_ALERT_UNKNOWN_CA, evidence);

    return certainty == CAUSE_LIKELY && known_certificate_may_lack_root(facts) ? CAUSE_POSSIBLE
                                                                               : certainty;
}

/* A server must send the intermediates and may leave out the root (RFC 8446 section 4.4.2). What is
 * missing may well be a root that this client does not have: above an issuer that came with the
 * leaf, and above a leaf that came alone, unless more is known of its issuer. */
static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    enum certainty certainty;

    if (chain == NULL)
        return weigh_known(facts, evidence);
    if (chain->end != CHAIN_END_ISSUER_MISSING)
        return CAUSE_NO;
    describe_chain_end(facts, SIDE_SERVER, evidence);
    describe_certificate(facts, SIDE_SERVER, chain->leaf, evidence);
    certainty = certificate_refusal_weigh_trust(facts);
    if (chain->issuer_seen_completes)
        return certainty;
    if (!chain_lacks_intermediate(chain))
        return certainty > CAUSE_NO ? CAUSE_POSSIBLE : CAUSE_NO;
    return certainty == CAUSE_CERTAIN ? CAUSE_LIKELY : certainty;
}

/* RFC 8446 section 6.2: unknown_ca is for partial chains, too. */
static bool is_conceivable(const struct facts *facts)
{
    return certificate_is_open(facts, TLS_ALERT_UNKNOWN_CA)
           || certificate_trust_is_in_doubt(facts, CHAIN_END_ISSUER_MISSING);
}

const struct cause cause_incomplete_chain = {
    .id = "incomplete_chain",
    .layer = LAYER_CERTIFICATE,
    .title = "The server does not send an intermediate certificate",
    .explanation = "The certificate's issuer is neither among the certificates that the server "
                   "sent nor in the trust store, so the client cannot build a chain to a root that"
                   " it trusts. Browsers often have the intermediate from elsewhere, which is why "
                   "it works there and fails in programs.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -showcerts "
              "</dev/null`: verify error 20 or 21 shows it. Configure the full chain, leaf "
              "first, then the intermediates (ssl_certificate fullchain.pem in nginx, "
              "SSLCertificateFile in Apache, crt with the chain in HAProxy), and reload; where the "
              "evidence tells of two chains, on each host behind the address. The "
              "missing certificate's address is in the leaf: `openssl x509 -in leaf.pem "
              "-noout -ext authorityInfoAccess`.",
    .reported_as = "OpenSSL: verify error 20: unable to get local issuer certificate, 21: unable "
                   "to verify the first certificate; curl: (60); Chromium: "
                   "net::ERR_CERT_AUTHORITY_INVALID; Firefox: SEC_ERROR_UNKNOWN_ISSUER; Java: PKIX"
                   " path building failed; Go: x509: certificate signed by unknown authority; "
                   "Node: UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    .alerts = CAUSE_ALERTS(TLS_ALERT_UNKNOWN_CA, TLS_ALERT_CERTIFICATE_UNKNOWN,
                           TLS_ALERT_BAD_CERTIFICATE),
    .source = "RFC 8446 section 4.4.2; RFC 5280 section 6.1; RFC 4158",
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = is_conceivable,
};
