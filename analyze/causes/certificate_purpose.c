/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "analyze/chain_problem.h"

/* The client says that it is the certificate, and nothing else is wrong with the chain. */
static bool is_all_that_is_wrong(const struct facts *facts, const struct chain_judgement *chain)
{
    uint32_t problems = chain_problems_of(chain);

    return facts->refusal.kind == REFUSAL_ALERT && alert_is_about_certificates(facts->refusal.alert)
           && chain->end == CHAIN_END_ANCHORED && (problems & (problems - 1)) == 0;
}

/* Many clients mind nothing of it. A CA certificate is minded where nothing else is wrong, and
 * certificate_unknown is the word of Java, which minds a key usage that the suite does not fit. */
static enum certainty weigh_debatable(const struct facts *facts,
                                      const struct chain_judgement *chain)
{
    if (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNSUPPORTED_CERTIFICATE))
        return CAUSE_LIKELY;
    if (!is_all_that_is_wrong(facts, chain))
        return CAUSE_POSSIBLE;
    if (chain->purpose == PURPOSE_CA_AS_LEAF)
        return CAUSE_LIKELY;
    return chain->purpose == PURPOSE_SUITE_KEY_USAGE
                   && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_UNKNOWN)
               ? CAUSE_LIKELY
               : CAUSE_POSSIBLE;
}

/* What is its own issuer is mostly an authority: `openssl req -x509` makes it one. Who does not
 * trust it says so first; rustls, which minds the authority once it does, says
 * certificate_unknown. */
static bool is_beside_the_point(const struct facts *facts, const struct chain_judgement *chain)
{
    return chain->purpose == PURPOSE_CA_AS_LEAF && chain->end == CHAIN_END_SELF_SIGNED
           && !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNSUPPORTED_CERTIFICATE)
           && !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_UNKNOWN);
}

/* The certificate was not seen, and the alert alone speaks: OpenSSL has it for a purpose and for
 * nothing else, Mbed TLS for a weak key or digest as well. A certificate that is known to be meant
 * for this use is refused for something else, unless few clients mind what it says. */
static enum certainty weigh_alert(const struct facts *facts, struct evidence *evidence)
{
    const struct known_certificate *met = certificate_met(facts);

    if (facts->chain[SIDE_SERVER] != NULL || facts->resumed
        || !client_alert_on_certificate(facts, TLS_ALERT_UNSUPPORTED_CERTIFICATE))
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_known_certificate(facts, evidence);
    return met != NULL && met->purpose == PURPOSE_OK && certificate_met_is_sure(facts)
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

static enum certainty judge_hidden(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = known_certificate_weigh(facts, KNOWN_OTHER_PURPOSE,
                                                       TLS_ALERT_UNSUPPORTED_CERTIFICATE, evidence);

    return certainty != CAUSE_NO ? certainty : weigh_alert(facts, evidence);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    enum certainty certainty;

    if (chain == NULL)
        return judge_hidden(facts, evidence);
    if (chain->purpose == PURPOSE_OK || is_beside_the_point(facts, chain))
        return CAUSE_NO;
    describe_purpose(facts, SIDE_SERVER, evidence);
    certainty = certificate_refusal_weigh(facts, TLS_ALERT_UNSUPPORTED_CERTIFICATE);
    if (chain_purpose_is_debatable(chain->purpose) && certainty >= CAUSE_LIKELY)
        return weigh_debatable(facts, chain);
    /* An issuer that is none breaks the chain, and some clients say so. */
    if (chain->purpose_depth > 0 && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA))
        return CAUSE_LIKELY;
    return certainty;
}

const struct cause cause_certificate_purpose = {
    .id = "certificate_purpose",
    .layer = LAYER_CERTIFICATE,
    .title = "The server's certificate, or an issuer's, is not meant for this use",
    .explanation =
        "A certificate says what it may be used for: extended key usage (server "
        "authentication), key usage, and for issuers the CA flag, the path length and "
        "the names that they may issue for. The server's certificate or one of its "
        "issuers does not allow what it is used for here, and the client refused it. Not all "
        "clients mind anyExtendedKeyUsage in place of server authentication (OpenSSL, "
        "BoringSSL and rustls do), a key usage without digitalSignature though the "
        "cipher suite has the key sign (Java, NSS and Mbed TLS do), or a CA's "
        "certificate as a server's.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -showcerts </dev/null`, "
              "which lists the chain, and give the certificate that the evidence names to `openssl "
              "x509 -noout -ext extendedKeyUsage,keyUsage,basicConstraints,nameConstraints`. Issue "
              "a server's certificate with serverAuth in its extended key usage and "
              "digitalSignature in its key usage (keyEncipherment alone is for TLS_RSA_* suites); "
              "issuers need CA:TRUE, keyCertSign, a sufficient path length, and name constraints "
              "that have room for the server's names: where one has not, the authority has to "
              "issue it anew, or the server's by another.",
    .reported_as =
        "OpenSSL: verify error 26: unsuitable certificate purpose (before 3.0: unsupported "
        "certificate purpose), 79: invalid CA certificate (before 3.0: 24), 25: path length "
        "constraint exceeded, 32: key usage does not "
        "include certificate signing, 47: permitted subtree violation; curl: (60); "
        "Chromium: net::ERR_CERT_INVALID; "
        "Firefox: SEC_ERROR_INADEQUATE_CERT_TYPE, SEC_ERROR_CA_CERT_INVALID; Java: "
        "Extended key usage does not permit use for TLS server authentication; Go: "
        "x509: certificate specifies an incompatible key usage",
    .alerts = CAUSE_ALERTS(TLS_ALERT_UNSUPPORTED_CERTIFICATE, TLS_ALERT_BAD_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN, TLS_ALERT_UNKNOWN_CA),
    .source = "RFC 5280 sections 4.2.1.3, 4.2.1.9, 4.2.1.10 and 4.2.1.12; RFC 5246 section 7.4.2; "
              "RFC 8446 sections 4.4.2.2 and 6.2",
    .ended_by = PARTY_CLIENT,
    .match = match,
};
