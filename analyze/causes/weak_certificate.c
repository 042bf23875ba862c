/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/modest_key.h"
#include "analyze/causes/server_flight.h"

/* The client says that what it sees is not secure enough, and few would say so of this chain. */
static enum certainty weigh_modest_key(const struct facts *facts, struct evidence *evidence)
{
    if (!client_alert_on_certificate(facts, TLS_ALERT_INSUFFICIENT_SECURITY)
        || modest_key_find(facts) == NULL)
        return CAUSE_NO;
    describe_modest_key(facts, evidence);
    describe_choice(facts, evidence);
    return modest_key_is_all_that_is_weak(facts) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    enum certainty certainty;

    if (chain == NULL)
        return known_certificate_weigh(facts, KNOWN_WEAK, TLS_ALERT_INSUFFICIENT_SECURITY,
                                       evidence);
    if (chain->weakness == 0)
        return weigh_modest_key(facts, evidence);
    describe_weakness(facts, SIDE_SERVER, evidence);
    certainty = certificate_refusal_weigh(facts, TLS_ALERT_INSUFFICIENT_SECURITY);
    /* A client that refuses a digest cannot verify what was made with it: some call that so. */
    if (certainty == CAUSE_POSSIBLE && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR))
        return CAUSE_LIKELY;
    return certainty;
}

static bool is_conceivable(const struct facts *facts)
{
    return certificate_is_open(facts, TLS_ALERT_BAD_CERTIFICATE)
           || certificate_is_open(facts, TLS_ALERT_INSUFFICIENT_SECURITY)
           || certificate_is_open(facts, TLS_ALERT_UNSUPPORTED_CERTIFICATE)
           || modest_key_may_be_refused(facts);
}

const struct cause cause_weak_certificate = {
    .id = "weak_certificate",
    .layer = LAYER_CERTIFICATE,
    .title = "The server's certificate has a key or a signature that the client takes for "
             "too weak",
    .explanation = "The certificate, or an issuer's on the way to the root, has a short key (RSA "
                   "below 2048 bits, DSA) or is signed with MD5 or SHA-1. Clients refuse these by "
                   "policy, newer ones first. Strict policies refuse RSA below 3072 bits as well: "
                   "OpenSSL's SECLEVEL 3, the crypto policy FUTURE, a JVM with "
                   "jdk.certpath.disabledAlgorithms set.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -showcerts "
              "</dev/null`, and on each certificate `openssl x509 -noout -text | grep -E "
              "'Signature Algorithm|Public-Key'`. Issue a new key (RSA 2048 or more, or ECDSA"
              " P-256) with a SHA-256 signature, and replace old intermediates. If RSA 2048 is "
              "all that stands out, the client's policy asks for more: lower it there, or issue "
              "RSA 3072 or ECDSA, for the intermediates too.",
    .reported_as = "OpenSSL: verify error 66: EE certificate key too weak, 67: CA certificate key "
                   "too weak, 68: CA signature digest algorithm too weak; curl: (60); Chromium: "
                   "net::ERR_CERT_WEAK_KEY, net::ERR_CERT_WEAK_SIGNATURE_ALGORITHM; Firefox: "
                   "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED; Java: Algorithm constraints check"
                   " failed; Go: x509: cannot verify signature: insecure algorithm; "
                   "Botan: Peer sent 2048 bit RSA key, policy requires at least 3072",
    .alerts = CAUSE_ALERTS(TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_UNSUPPORTED_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_DECRYPT_ERROR,
                           TLS_ALERT_INSUFFICIENT_SECURITY),
    .source = "RFC 9155; RFC 8446 section 4.4.2.2; RFC 9325 section 4.5",
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = is_conceivable,
};
