/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/known_word.h"
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge.h"

/* Certificates of a path, the root counted, beyond which a limit of depth is a reason, too: the
 * leaf, two issuers and the root are usual. */
enum { USUAL_DEPTH = 4 };

/* The path is complete for the trust store here, and the client says unknown_ca: its store is
 * another one, unless it takes the issuer elsewhere. OpenSSL says so for a path that is too long
 * for its limit and for a CRL that it lacks, too. */
static enum certainty judge_complete(const struct facts *facts, const struct chain_judgement *chain)
{
    return chain_depth(chain) > USUAL_DEPTH || known_issuer_is_taken(facts) ? CAUSE_POSSIBLE
                                                                            : CAUSE_LIKELY;
}

/* The issuer of a lone leaf is a root that this client lacks, as far as that can be known. */
static bool lacks_root(const struct facts *facts, const struct chain_judgement *chain)
{
    if (!facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA) && known_issuer_is_taken(facts))
        return false;
    return chain_ends_at_untrusted_root(chain) || known_others_hold_issuer(facts);
}

/* A root that is not known here may be known to the client: it does not say otherwise, and took
 * certificates of the issuer elsewhere. */
static enum certainty weigh_unsaid(const struct facts *facts, enum certainty certainty)
{
    return certainty == CAUSE_LIKELY && known_issuer_is_taken(facts) ? CAUSE_POSSIBLE : certainty;
}

/* The chain is readable. A root of its own, which came or which another connection showed; or an
 * issuer that is not known here, and which may be the root that a server may leave out: where
 * others take the leaf alone, they have it, and this client lacks it. A chain
 * that is complete for this trust store may be unknown to the client all the same: only its alert
 * tells. */
static enum certainty judge_chain(const struct facts *facts, const struct chain_judgement *chain,
                                  struct evidence *evidence)
{
    enum certainty certainty = certificate_refusal_weigh_trust(facts);

    describe_chain_end(facts, SIDE_SERVER, evidence);
    describe_certificate(facts, SIDE_SERVER, chain->leaf, evidence);
    if (chain->end == CHAIN_END_UNTRUSTED_ROOT)
        return certainty == CAUSE_CERTAIN && !chain->last->self_issued
                   ? CAUSE_LIKELY
                   : weigh_unsaid(facts, certainty);
    if (chain->end == CHAIN_END_ISSUER_MISSING && !chain->issuer_seen_completes) {
        describe_issuer_held(facts, evidence);
        if (chain_lacks_intermediate(chain)
            || (chain->path_length == 1 && !lacks_root(facts, chain)))
            return certainty > CAUSE_NO ? CAUSE_POSSIBLE : CAUSE_NO;
        return certainty == CAUSE_CERTAIN ? CAUSE_LIKELY : certainty;
    }
    if (chain->end == CHAIN_END_SELF_SIGNED || certainty != CAUSE_CERTAIN)
        return CAUSE_NO;
    describe_known_certificate(facts, evidence);
    return judge_complete(facts, chain);
}

static void describe_hidden(const struct facts *facts, struct evidence *evidence)
{
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_known_word(facts, TLS_ALERT_UNKNOWN_CA, evidence);
    describe_known_certificate(facts, evidence);
}

/* The chain is hidden, and the client does not say in clear that it does not know the issuer. */
static enum certainty judge_unsaid(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty =
        known_certificate_weigh(facts, KNOWN_UNTRUSTED_ROOT, TLS_ALERT_UNKNOWN_CA, evidence);

    if (certainty != CAUSE_NO)
        return weigh_unsaid(facts, certainty);
    if (!known_word_is(facts, TLS_ALERT_UNKNOWN_CA))
        return CAUSE_NO;
    describe_hidden(facts, evidence);
    return CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain != NULL)
        return judge_chain(facts, chain, evidence);
    if (!client_alert_on_certificate(facts, TLS_ALERT_UNKNOWN_CA)
        && !(facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT && known_issuer_is_distrusted(facts)))
        return judge_unsaid(facts, evidence);
    describe_hidden(facts, evidence);
    /* A chain that was not seen may be a partial one, or no more than a certificate of its own. */
    return certificate_is_open(facts, TLS_ALERT_UNKNOWN_CA)
                   || known_certificate_lack(facts) == KNOWN_LACKS_ISSUER
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

/* What the hidden chain is known to lack may be a root. */
static bool may_lack_root(const struct facts *facts)
{
    return known_certificate_may_lack_root(facts) && client_refused_flight(facts)
           && facts->refusal.kind == REFUSAL_ALERT
           && certificate_refusal_weigh(facts, TLS_ALERT_UNKNOWN_CA) != CAUSE_NO;
}

/* The client's trust store is another than the one here. */
static bool is_conceivable(const struct facts *facts)
{
    return certificate_is_open(facts, TLS_ALERT_BAD_CERTIFICATE) || may_lack_root(facts)
           || certificate_looks_right(facts, TLS_ALERT_BAD_CERTIFICATE)
           || certificate_trust_is_in_doubt(facts, CHAIN_END_UNTRUSTED_ROOT)
           || certificate_trust_is_in_doubt(facts, CHAIN_END_ISSUER_MISSING);
}

const struct cause cause_untrusted_ca = {
    .id = "untrusted_ca",
    .layer = LAYER_CERTIFICATE,
    .title = "The client does not trust the authority that issued the server's certificate",
    .explanation = "The client could not connect the server's certificate with an authority that "
                   "it trusts. The alert for that is unknown_ca(48); some clients send "
                   "certificate_unknown(46) or bad_certificate(42). The root is private or new to "
                   "this client, an intermediate certificate is missing, or the certificate is "
                   "self-signed. OpenSSL sends the same alert for a chain that is longer than its "
                   "limit, and for a CRL that it was told to look at and does not have.",
    .remedy =
        "Run `openssl s_client -connect SERVER:PORT -servername NAME -showcerts </dev/null` "
        "on the client: verify error 20 or 21 with one certificate means a missing intermediate "
        "(send the full chain), 18 a self-signed one, 19 an unknown root. Add a private root "
        "to the client's trust store, and check for a TLS-inspecting proxy on the way. If the "
        "client has the root, look for a limit of depth (verify error 22; nginx "
        "proxy_ssl_verify_depth) or a missing CRL (3; nginx proxy_ssl_crl, which needs one of "
        "each authority).",
    .reported_as = "OpenSSL: verify error 19: self-signed certificate in certificate chain, 20: "
                   "unable to get local issuer certificate, 21: unable to verify the first "
                   "certificate, 22: certificate chain too long, 3: unable to get certificate CRL; "
                   "curl: (60); Chromium: net::ERR_CERT_AUTHORITY_INVALID; Firefox: "
                   "SEC_ERROR_UNKNOWN_ISSUER; Java: SSLHandshakeException: PKIX path building "
                   "failed: unable to find valid certification path to requested target; Go: x509: "
                   "certificate signed by unknown authority",
    .alerts = CAUSE_ALERTS(TLS_ALERT_UNKNOWN_CA, TLS_ALERT_CERTIFICATE_UNKNOWN,
                           TLS_ALERT_BAD_CERTIFICATE),
    .source = "RFC 5280 section 6.1; RFC 8446 sections 4.4.2.2 and 6.2",
    .match = match,
    .conceivable = is_conceivable,
};
