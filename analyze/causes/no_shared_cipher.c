/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/offer_weight.h"
#include "analyze/knowledge.h"

static void describe_narrowness(const struct facts *facts, struct evidence *evidence)
{
    const struct offer *offer = &facts->offer;
    struct moment at = facts->client_hello_note->at;

    if (offer->suites_all_obsolete)
        evidence_add(evidence, "suites_obsolete", at,
                     "every suite offered is obsolete: servers of today refuse them all");
    else if (offer->suites_legacy && !offer->suites_tls13 && !offer->suites_rsa
             && !offer->suites_ecdsa)
        evidence_add(evidence, "suites_without_certificate", at,
                     "no suite offered can be served with an RSA or ECDSA certificate alone");
    else if (offer->suites_legacy && !offer->suites_ecdhe)
        evidence_add(evidence, "suites_without_ecdhe", at,
                     "no suite offered has an ephemeral elliptic-curve key exchange (ECDHE)");
    else if (offer_wastes_ecdhe(facts))
        evidence_add(evidence, "suites_without_groups", at,
                     "the client lists no groups (supported_groups), and without them OpenSSL and "
                     "others serve no suite with ECDHE");
    else if (offer->suites_legacy && !offer->suites_tls13 && !offer->suites_ecdsa)
        evidence_add(evidence, "suites_one_key_type", at,
                     "no suite offered can be served with an ECDSA certificate");
    else if (offer->suites_legacy && !offer->suites_tls13 && !offer->suites_rsa)
        evidence_add(evidence, "suites_one_key_type", at,
                     "no suite offered can be served with an RSA certificate");
}

/* A server that served the same client for the same name may have stumbled over the key alone. */
static void describe_offered_key(const struct facts *facts, struct evidence *evidence)
{
    if (!offer_has_shared_key(facts))
        return;
    evidence_add(evidence, "offered_pre_shared_key", facts->client_hello_note->at, "%s",
                 facts->known != NULL && facts->known->client_took_flight
                     ? "the client offers a pre-shared key or a ticket; this server has served the "
                       "client's address for this name in full handshakes: the key may be all that "
                       "is different"
                     : "the client offers a pre-shared key or a ticket: a server that does not "
                       "take it needs a certificate, and may have none");
    describe_psk_identity(facts, evidence);
}

static bool is_thought_of(const struct facts *facts, enum suspect suspect)
{
    return refused_hello_suspect(facts, suspect) != CAUSE_NO
           || refused_hello_played_down(facts, suspect);
}

/* Where the offer does not tell suites from the name, groups and schemes, the reader may know the
 * server. */
static void describe_rivals(const struct facts *facts, struct evidence *evidence)
{
    if (refused_hello_suspect(facts, SUSPECT_NAME) != CAUSE_NO)
        describe_server_name(facts, evidence);
    if (is_thought_of(facts, SUSPECT_GROUPS))
        describe_offered_groups(facts, evidence);
    if (is_thought_of(facts, SUSPECT_SCHEMES))
        describe_offered_schemes(facts, evidence);
    describe_offered_key(facts, evidence);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = refused_hello_suspect(facts, SUSPECT_SUITES);

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_suites(facts, evidence);
    describe_known(facts, SUSPECT_SUITES, evidence);
    describe_narrowness(facts, evidence);
    describe_offered_versions(facts, evidence);
    if (certainty == CAUSE_POSSIBLE)
        describe_rivals(facts, evidence);
    return certainty;
}

/* What handshake_failure(40) speaks of first of all (RFC 8446 section 6.2), of a server of which it
 * is not known that it takes any of the suites. */
static bool may_have_none_in_common(const struct facts *facts)
{
    return refused_hello_by_failure(facts) && known_about(facts, SUSPECT_SUITES) != KNOWN_AGAINST;
}

static bool is_conceivable(const struct facts *facts)
{
    return may_have_none_in_common(facts) || refused_hello_conceivable(facts, SUSPECT_SUITES)
           || refused_hello_played_down(facts, SUSPECT_SUITES);
}

const struct cause cause_no_shared_cipher = {
    .id = "no_shared_cipher",
    .layer = LAYER_NEGOTIATION,
    .title = "The server accepts none of the cipher suites that the client offers",
    .explanation = "A server picks one of the client's cipher suites. It found none that it "
                   "accepts, or none that fits the key in its certificate, and refused the "
                   "ClientHello with handshake_failure(40) or insufficient_security(71). Some "
                   "servers say close_notify(0) instead, or just close; small stacks may say "
                   "illegal_parameter(47), and some on Windows protocol_version(70).",
    .remedy = "List what the server takes with `nmap --script ssl-enum-ciphers -p PORT SERVER` or "
              "`openssl s_client -connect SERVER:PORT -cipher SUITE`, and compare it with the "
              "offer in the evidence. Update the client; on the server add a suite of the Mozilla "
              "\"intermediate\" list, or a second certificate with the other type of key (RSA or "
              "ECDSA).",
    .reported_as = "OpenSSL: sslv3 alert handshake failure, on the server: no shared cipher; curl: "
                   "(35); Chromium: net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH; Firefox: "
                   "SSL_ERROR_NO_CYPHER_OVERLAP; Java: SSLHandshakeException: no cipher suites in "
                   "common, Received fatal alert: handshake_failure; Go: tls: no cipher suite "
                   "supported by both client and server",
    .alerts = CAUSE_ALERTS(TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_INSUFFICIENT_SECURITY,
                           TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_PROTOCOL_VERSION,
                           TLS_ALERT_CLOSE_NOTIFY),
    .source = "RFC 8446 sections 4.1.1 and 6.2; RFC 5246 section 7.4.1.3",
    .match = match,
    .conceivable = is_conceivable,
};
