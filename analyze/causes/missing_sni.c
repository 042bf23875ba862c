/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/default_certificate.h"
#include "analyze/causes/known.h"

/* RFC 8446 section 9.2 has missing_extension for servers that need a name, but it is about any
 * extension that TLS 1.3 demands. */
static bool only_name_is_missing(const struct facts *facts)
{
    const struct hello_extensions *extensions = &facts->client_extensions;

    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_MISSING_EXTENSION)
           && extensions->supported_groups.state != EXTENSION_ABSENT
           && extensions->key_share.state != EXTENSION_ABSENT
           && extensions->signature_algorithms.state != EXTENSION_ABSENT;
}

static enum certainty weigh(const struct facts *facts)
{
    enum certainty by_default = default_certificate_weigh(facts);

    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNRECOGNIZED_NAME))
        return CAUSE_CERTAIN;
    if (only_name_is_missing(facts))
        return CAUSE_LIKELY;
    return by_default != CAUSE_NO ? by_default : refused_hello_suspect(facts, SUSPECT_NO_NAME);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty;

    if (!facts->client_hello_read || !facts_names_no_server(facts))
        return CAUSE_NO;
    certainty = weigh(facts);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_server_name(facts, evidence);
    describe_default_certificate(facts, evidence);
    describe_known(facts, SUSPECT_NO_NAME, evidence);
    return certainty;
}

/* Servers say so of a hello without a name, too. */
static bool is_conceivable(const struct facts *facts)
{
    return (facts_name_is_unread(facts)
            && facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNRECOGNIZED_NAME))
           || refused_hello_conceivable(facts, SUSPECT_NO_NAME)
           || refused_hello_played_down(facts, SUSPECT_NO_NAME);
}

const struct cause cause_missing_sni = {
    .id = "missing_sni",
    .layer = LAYER_SERVER_NAME,
    .title = "The client did not say which server name it wants, and the server needs one",
    .explanation =
        "A server that serves several names picks the certificate by the server_name "
        "extension (SNI). The client sent none, or an empty one, because it is old, "
        "connects to an IP address, or is told not to, and the server has no certificate "
        "for that case, or a default one that the client refuses.",
    .remedy = "Compare `openssl s_client -connect SERVER:PORT -noservername` with `-servername "
              "NAME`. Let the client use the host name (health checks and scripts that connect to "
              "an IP address need an option: curl --connect-to, check-sni in HAProxy, "
              "proxy_ssl_server_name in nginx), or give the server a default certificate.",
    .reported_as = "OpenSSL: tlsv1 unrecognized name, sslv3 alert handshake failure; curl: (35); "
                   "Chromium: net::ERR_SSL_UNRECOGNIZED_NAME_ALERT; Firefox: "
                   "SSL_ERROR_UNRECOGNIZED_NAME_ALERT; Java: SSLHandshakeException: Received fatal "
                   "alert: unrecognized_name",
    .alerts = CAUSE_ALERTS(TLS_ALERT_UNRECOGNIZED_NAME, TLS_ALERT_MISSING_EXTENSION,
                           TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ILLEGAL_PARAMETER,
                           TLS_ALERT_ACCESS_DENIED, TLS_ALERT_INTERNAL_ERROR,
                           TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_UNKNOWN_CA,
                           TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_CERTIFICATE_UNKNOWN),
    .source = "RFC 6066 section 3; RFC 8446 section 9.2",
    .match = match,
    .conceivable = is_conceivable,
};
