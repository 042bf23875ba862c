/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/default_certificate.h"
#include "analyze/causes/known.h"

static bool server_warned(const struct facts *facts)
{
    const struct note *warning = facts_warning_of(facts, SIDE_SERVER);

    return warning != NULL && warning->code == TLS_ALERT_UNRECOGNIZED_NAME;
}

/* Java's library takes every warning but close_notify and a few others for an error, and says
 * handshake_failure(40), or unrecognized_name(112) again. What it says of a certificate is
 * another alert. */
static bool client_refused_warning(const struct facts *facts)
{
    return server_warned(facts) && facts->client_key_exchange_note == NULL
           && (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE)
               || facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNRECOGNIZED_NAME));
}

/* The warning lets a handshake go on (RFC 6066 section 3). When instead it ends there, by either
 * side and for no other reason that anybody gives, the name was it. */
static bool ended_at_warning(const struct facts *facts)
{
    return server_warned(facts) && !facts->tls13 && facts->server_certificate_note == NULL
           && (facts_closed_without_reason(facts, SIDE_SERVER)
               || facts_closed_without_reason(facts, SIDE_CLIENT)
               || facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE));
}

static enum certainty weigh(const struct facts *facts, struct evidence *evidence)
{
    enum certainty by_default = default_certificate_weigh(facts);

    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNRECOGNIZED_NAME))
        return facts_name_is_unread(facts) ? CAUSE_POSSIBLE : CAUSE_CERTAIN;
    if (client_refused_warning(facts) || ended_at_warning(facts)) {
        evidence_add(evidence, "warning", facts->warning_note->at,
                     "the server warned: unrecognized_name(112)%s",
                     client_refused_warning(facts)
                         ? ", which the client took for an error, as Java does"
                         : "");
        return CAUSE_LIKELY;
    }
    return by_default != CAUSE_NO ? by_default : refused_hello_suspect(facts, SUSPECT_NAME);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty;

    if (facts->client_hello_read && facts_names_no_server(facts))
        return CAUSE_NO;
    certainty = weigh(facts, evidence);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_server_name(facts, evidence);
    describe_default_certificate(facts, evidence);
    describe_known(facts, SUSPECT_NAME, evidence);
    return certainty;
}

/* In TLS 1.3 only the client itself knows whether it ended at the warning or at what was encrypted
 * behind it. */
static bool may_have_minded_warning(const struct facts *facts)
{
    return facts->tls13 && server_warned(facts) && facts_client_refused_server(facts)
           && !facts_names_no_server(facts);
}

static bool is_conceivable(const struct facts *facts)
{
    return may_have_minded_warning(facts) || refused_hello_conceivable(facts, SUSPECT_NAME);
}

const struct cause cause_unrecognized_sni = {
    .id = "unrecognized_sni",
    .layer = LAYER_SERVER_NAME,
    .title = "The server does not serve the name that the client asks for",
    .explanation = "The client asked for a server name (SNI) for which the server has no "
                   "certificate or virtual host, and the server refuses instead of serving a "
                   "default: unrecognized_name(112), a general handshake_failure(40), or "
                   "internal_error(80), access_denied(49) or illegal_parameter(47) when its "
                   "program finds no certificate for the name. Others serve a default certificate, "
                   "which the client refuses, or warn of the name and go on, and Java's library "
                   "ends the handshake at the warning.",
    .remedy =
        "Check the spelling and the DNS record of the name, then `openssl s_client -connect "
        "SERVER:PORT -servername NAME` against another name that the server is known to "
        "serve. Add the name to the server's configuration (server_name, ServerName, crt), "
        "or point DNS to the server that has it. In Java -Djsse.enableSNIExtension=false gets "
        "past a mere warning.",
    .reported_as = "OpenSSL: tlsv1 unrecognized name; curl: (35); Chromium: "
                   "net::ERR_SSL_UNRECOGNIZED_NAME_ALERT; Firefox: "
                   "SSL_ERROR_UNRECOGNIZED_NAME_ALERT; Java: SSLHandshakeException: Received fatal "
                   "alert: unrecognized_name; Go: remote error: tls: unrecognized name",
    .alerts =
        CAUSE_ALERTS(TLS_ALERT_UNRECOGNIZED_NAME, TLS_ALERT_HANDSHAKE_FAILURE,
                     TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_ACCESS_DENIED, TLS_ALERT_INTERNAL_ERROR,
                     TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_UNKNOWN_CA,
                     TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_CERTIFICATE_UNKNOWN),
    .source = "RFC 6066 section 3; RFC 8446 section 6.2",
    .match = match,
    .conceivable = is_conceivable,
};
