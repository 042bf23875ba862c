/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/server_flight.h"

/* As OpenSSL 3.0 refuses a server without the extension. */
static bool client_refused_bare_hello(const struct facts *facts)
{
    return facts_client_refused_server(facts)
           && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE)
           && facts->client_key_exchange_note == NULL && server_hello_is_bare(facts);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!client_refused_bare_hello(facts) || !server_lacks_renegotiation(facts))
        return CAUSE_NO;
    evidence_add(evidence, "renegotiation_info", facts->server_hello_note->at,
                 "the client asked for secure renegotiation, the ServerHello has no "
                 "renegotiation_info");
    describe_choice(facts, evidence);
    return known_client_takes_hello(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

/* Nearly every client asks for it; this hello was not read. */
static bool is_conceivable(const struct facts *facts)
{
    return client_refused_bare_hello(facts) && !facts->client_hello_read;
}

const struct cause cause_legacy_renegotiation = {
    .id = "legacy_renegotiation",
    .layer = LAYER_NEGOTIATION,
    .title = "The server does not know secure renegotiation, and the client insists on it",
    .explanation = "The ServerHello lacks renegotiation_info (RFC 5746), so the server is open to "
                   "the renegotiation attack of 2009. Clients that insist, such as those with "
                   "OpenSSL 3, send handshake_failure(40) at once.",
    .remedy = "Check with `openssl s_client -connect SERVER:PORT -tls1_2 -legacy_server_connect`: "
              "it prints \"Secure Renegotiation IS NOT supported\" (as it does for any TLS 1.3, "
              "which has no renegotiation). Update the server, or the middlebox that ends TLS for "
              "it. Until then the client can be told to go on: Options = UnsafeLegacyServerConnect "
              "in openssl.cnf.",
    .reported_as = "OpenSSL: unsafe legacy renegotiation disabled; curl: (35); Firefox: "
                   "SSL_ERROR_UNSAFE_NEGOTIATION; Java: SSLHandshakeException: Failed to negotiate "
                   "the use of secure renegotiation",
    .alerts = CAUSE_ALERTS(TLS_ALERT_HANDSHAKE_FAILURE),
    .source = "RFC 5746 sections 3.4 and 4.1",
    .match = match,
    .conceivable = is_conceivable,
};
