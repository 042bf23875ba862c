/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum downgrade downgrade;
    char version[16];

    if (!facts_client_refused_server(facts) || !facts->server_hello_read || facts->tls13)
        return CAUSE_NO;
    downgrade = server_hello_downgrade(&facts->server_hello);
    if (downgrade == DOWNGRADE_NONE)
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    evidence_add(evidence, "downgrade_sentinel", facts->server_hello_note->at,
                 "the server chose %s, but its random ends with the downgrade mark: it supports %s",
                 describe_version(facts->version, version),
                 downgrade == DOWNGRADE_TO_1_2 ? "TLS 1.3" : "TLS 1.2 at least");
    if (!facts_alert(facts, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER))
        return facts->offer.version_max > facts->version ? CAUSE_POSSIBLE : CAUSE_NO;
    return facts->offer.version_max > facts->version ? CAUSE_CERTAIN : CAUSE_LIKELY;
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
};
