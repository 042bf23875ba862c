/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"

/* The hello has suites of TLS 1.3 and does not say that version: something took it out. Or it says
 * that it is the second try of a client that offered more at first (RFC 7507). */
static bool is_less_than_the_client_has(const struct facts *facts)
{
    return facts->client_hello_read
           && ((facts->offer.suites_tls13 && !facts->offer.has_supported_versions)
               || facts->offer.fallback_scsv);
}

/* A server that has TLS 1.3 marks each TLS 1.2 that it chooses, whatever it was offered; clients
 * look at the mark when they offered more than was chosen. */
static enum certainty weigh(const struct facts *facts)
{
    bool said = facts_alert(facts, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);

    if (facts->offer.version_max > facts->version)
        return said ? CAUSE_CERTAIN : CAUSE_POSSIBLE;
    return said && is_less_than_the_client_has(facts) ? CAUSE_LIKELY : CAUSE_NO;
}

static bool choice_is_marked(const struct facts *facts)
{
    return facts_client_refused_server(facts) && facts->server_hello_read && !facts->tls13
           && server_hello_downgrade(&facts->server_hello) != DOWNGRADE_NONE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = choice_is_marked(facts) ? weigh(facts) : CAUSE_NO;
    char version[16];

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    evidence_add(evidence, "downgrade_sentinel", facts->server_hello_note->at,
                 "the server chose %s, but its random ends with the downgrade mark: it supports %s",
                 describe_version(facts->version, version),
                 server_hello_downgrade(&facts->server_hello) == DOWNGRADE_TO_1_2
                     ? "TLS 1.3"
                     : "TLS 1.2 at least");
    return certainty;
}

/* The hello that came by here may be less than the client sent. */
static bool is_conceivable(const struct facts *facts)
{
    return choice_is_marked(facts) && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
}

const struct cause cause_downgrade_detected = {
    .id = "downgrade_detected",
    .layer = LAYER_NEGOTIATION,
    .title = "The client detected that the connection was pushed to an older TLS version",
    .explanation = "The server supports a newer version than it chose and marks that in its "
                   "random. A client that offered the newer version sees the mark and refuses "
                   "with illegal_parameter(47): something on the way changed its ClientHello, or "
                   "the server's own limit contradicts its library.",
    .remedy = "Capture on both sides and compare the ClientHello as sent and as received: a proxy "
              "or firewall that inspects TLS and drops supported_versions is the usual culprit; "
              "update or bypass it. `openssl s_client -connect SERVER:PORT -tls1_3` from beyond "
              "that device should succeed.",
    .reported_as = "OpenSSL: inappropriate fallback; curl: (35); Chromium: "
                   "net::ERR_TLS13_DOWNGRADE_DETECTED; Firefox: "
                   "SSL_ERROR_RX_MALFORMED_SERVER_HELLO; Java: SSLHandshakeException: A potential "
                   "protocol version downgrade attack; Go: tls: downgrade attempt detected, "
                   "possibly due to a MitM attack or a broken middlebox",
    .alerts = CAUSE_ALERTS(TLS_ALERT_ILLEGAL_PARAMETER),
    .source = "RFC 8446 section 4.1.3",
    .match = match,
    .conceivable = is_conceivable,
};
