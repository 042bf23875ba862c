/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"

/* The server names the reason itself. */
static enum certainty server_says_so(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_server_refused_hello(facts)
        || !facts_alert(facts, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION))
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    return CAUSE_CERTAIN;
}

/* The client refuses the version that the server chose: it comes after a ServerHello. A client
 * that gets something else than TLS may send the same alert, but then there is none. */
static enum certainty client_says_so(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_client_refused_server(facts)
        || !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION))
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_choice(facts, evidence);
    return CAUSE_CERTAIN;
}

/* A hello that offers only what RFC 8996 and RFC 7568 took out of use, refused by a server that
 * does not say why: most servers take nothing below TLS 1.2 any more. */
static enum certainty obsolete_offer(const struct facts *facts, struct evidence *evidence)
{
    bool no_reason = facts_closed_without_reason(facts, SIDE_SERVER)
                     || facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);

    if (facts->server_hello_note != NULL || !no_reason || facts->offer.version_max == 0
        || facts->offer.version_max >= TLS_VERSION_1_2)
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    return facts->offer.version_max <= TLS_VERSION_SSL3 ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = server_says_so(facts, evidence);

    if (certainty == CAUSE_NO)
        certainty = client_says_so(facts, evidence);
    if (certainty == CAUSE_NO)
        certainty = obsolete_offer(facts, evidence);
    return certainty;
}

const struct cause cause_version_mismatch = {
    .id = "version_mismatch",
    .layer = LAYER_NEGOTIATION,
    .title = "Client and server have no TLS version in common",
    .explanation = "The versions that the client offers and those that the server accepts do not "
                   "overlap. Servers say so with protocol_version(70), or just refuse or close.",
    .remedy = "Compare both sides: `openssl s_client -connect SERVER:PORT -tls1_2` (and -tls1_3) "
              "shows what the server takes. Update the older side; lowering the minimum version "
              "of the newer one is a stopgap.",
    .reported_as = "OpenSSL: tlsv1 alert protocol version; curl: (35); Chromium: "
                   "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH; Firefox: "
                   "SSL_ERROR_UNSUPPORTED_VERSION; Java: SSLHandshakeException: Received fatal "
                   "alert: protocol_version",
    .alerts = "70 40",
    .source = "RFC 8446 sections 4.2.1 and 6.2; RFC 8996",
    .match = match,
};
