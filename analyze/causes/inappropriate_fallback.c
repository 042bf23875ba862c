/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"

static enum certainty weigh(const struct facts *facts)
{
    if (!facts_alert(facts, SIDE_SERVER, TLS_ALERT_INAPPROPRIATE_FALLBACK))
        return refused_hello_suspect(facts, SUSPECT_FALLBACK);
    return facts->offer.fallback_scsv ? CAUSE_CERTAIN : CAUSE_LIKELY;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = weigh(facts);

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_known(facts, SUSPECT_FALLBACK, evidence);
    return certainty;
}

/* A server that does not know the SCSV answers, and the client itself refuses the answer that is
 * marked as a downgrade. */
static bool is_conceivable(const struct facts *facts)
{
    return facts->offer.fallback_scsv && facts_client_refused_server(facts)
           && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
}

const struct cause cause_inappropriate_fallback = {
    .id = "inappropriate_fallback",
    .layer = LAYER_NEGOTIATION,
    .title = "The client fell back to an older TLS version although the server has a newer one",
    .explanation = "After a failed attempt some clients try again with a lower version and say so "
                   "with TLS_FALLBACK_SCSV. A server that supports a higher version must refuse "
                   "with inappropriate_fallback(86), because an attacker may have spoiled the "
                   "first attempt; of a server that does not know TLS_FALLBACK_SCSV the client "
                   "itself refuses the choice with illegal_parameter(47). Programs that close "
                   "before they have sent what their library wrote lose this alert. The real "
                   "trouble is why the first attempt failed.",
    .remedy = "Look for the client's attempt before this one, to the same server, and solve its "
              "failure. `openssl s_client -connect SERVER:PORT -fallback_scsv -tls1_2` shows this "
              "answer. Switch off version fallback in the client: it is of no use to servers of "
              "today.",
    .reported_as = "OpenSSL: tlsv1 alert inappropriate fallback; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: "
                   "SSL_ERROR_INAPPROPRIATE_FALLBACK_ALERT; Java: SSLHandshakeException: Received "
                   "fatal alert: inappropriate_fallback",
    .alerts = CAUSE_ALERTS(TLS_ALERT_INAPPROPRIATE_FALLBACK, TLS_ALERT_CLOSE_NOTIFY,
                           TLS_ALERT_ILLEGAL_PARAMETER),
    .source = "RFC 7507 sections 3 and 4",
    .match = match,
    .conceivable = is_conceivable,
};
