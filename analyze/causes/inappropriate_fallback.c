/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_alert(facts, SIDE_SERVER, TLS_ALERT_INAPPROPRIATE_FALLBACK))
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    if (!facts->offer.fallback_scsv)
        return CAUSE_LIKELY;
    evidence_add(evidence, "fallback_scsv", facts->client_hello_note->at,
                 "the client marks its hello as a second attempt with a lower version: "
                 "TLS_FALLBACK_SCSV (0x5600)");
    return CAUSE_CERTAIN;
}

const struct cause cause_inappropriate_fallback = {
    .id = "inappropriate_fallback",
    .layer = LAYER_NEGOTIATION,
    .title = "The client fell back to an older TLS version although the server has a newer one",
    .explanation = "After a failed attempt some clients try again with a lower version and say so "
                   "with TLS_FALLBACK_SCSV. A server that supports a higher version must refuse "
                   "with inappropriate_fallback(86), because an attacker may have spoiled the "
                   "first attempt. The real trouble is why that one failed.",
    .remedy = "Look for the client's attempt before this one, to the same server, and solve its "
              "failure. `openssl s_client -connect SERVER:PORT -fallback_scsv -tls1_2` shows this "
              "answer. Switch off version fallback in the client: it is of no use to servers of "
              "today.",
    .reported_as = "OpenSSL: tlsv1 alert inappropriate fallback; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: "
                   "SSL_ERROR_INAPPROPRIATE_FALLBACK_ALERT; Java: SSLHandshakeException: Received "
                   "fatal alert: inappropriate_fallback",
    .alerts = CAUSE_ALERTS(TLS_ALERT_INAPPROPRIATE_FALLBACK),
    .source = "RFC 7507 sections 3 and 4",
    .match = match,
};
