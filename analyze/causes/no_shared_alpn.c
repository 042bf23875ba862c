/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/alpn_refusal.h"
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/offer_weight.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/version_refusal.h"
#include "analyze/text.h"

static enum certainty said_so(const struct facts *facts)
{
    if (!facts_alert(facts, SIDE_SERVER, TLS_ALERT_NO_APPLICATION_PROTOCOL)
        && !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_NO_APPLICATION_PROTOCOL))
        return CAUSE_NO;
    return alpn_is_offered(facts) ? CAUSE_CERTAIN : CAUSE_LIKELY;
}

/* Up to TLS 1.2 the choice is in clear. A client must get one of those that it offered (RFC 7301
 * section 3.1), and may refuse anything else with whatever alert it likes. */
static bool choice_was_not_offered(const struct facts *facts, struct evidence *evidence)
{
    struct text text;
    struct bytes list = facts->server_extensions.alpn.protocols;
    struct bytes chosen;

    if (!facts_client_refused_server(facts) || facts->refusal.kind != REFUSAL_ALERT
        || !facts->client_hello_read || !facts->server_hello_read
        || facts->server_extensions.alpn.state != EXTENSION_WELL_FORMED
        || !list_name_next(&list, &chosen) || offer_has_protocol(facts, chosen))
        return false;
    text = evidence_begin(evidence, "chosen_alpn", facts->server_hello_note->at);
    text_add(&text, "the server chose the protocol ");
    text_add_untrusted(&text, chosen);
    text_add(&text, ", which the client did not offer");
    return true;
}

/* In TLS 1.3 the choice is encrypted. Servers that know none of the protocols should refuse, but
 * some choose what they always do, http/1.1 for the most part, or an empty name; the client may
 * complain of the parameter, of the extension, or of its grammar. No other version has protected
 * records in the middle of a handshake. */
static bool choice_may_be_hidden(const struct facts *facts)
{
    static const uint8_t complaints[] = {TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_DECODE_ERROR,
                                         TLS_ALERT_UNSUPPORTED_EXTENSION};

    return facts_client_refused_server(facts)
           && memchr(complaints, facts->refusal.alert, sizeof(complaints)) != NULL
           && facts->first_protected_note[SIDE_SERVER] != NULL && alpn_is_offered(facts)
           && !offer_has_protocol(facts, bytes_of("http/1.1", 8));
}

/* In TLS 1.3 a server that is past its ServerHello refuses encrypted. What it sends first there,
 * EncryptedExtensions, has its choice (RFC 8446 section 4.3.1). */
static bool may_be_hidden(const struct facts *facts)
{
    return server_refused_at_hello_encrypted(facts) && alpn_is_offered(facts);
}

/* Some servers are for one version of HTTP alone, as those of gRPC are, but few know neither. */
static bool offers_all_http(const struct facts *facts)
{
    return offer_has_protocol(facts, bytes_of("h2", 2))
           && offer_has_protocol(facts, bytes_of("http/1.1", 8));
}

/* Servers on Windows, where the system has no alert for this, may send protocol_version(70). */
static bool version_may_be_a_pretext(const struct facts *facts)
{
    enum certainty version = version_refusal_by_server(facts);

    return version != CAUSE_NO && version < CAUSE_CERTAIN && alpn_is_offered(facts)
           && !version_refusal_varies(facts);
}

static bool is_conceivable(const struct facts *facts)
{
    return alpn_refusal_is_conceivable(facts) || may_be_hidden(facts);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = said_so(facts);

    if (certainty == CAUSE_NO && choice_was_not_offered(facts, evidence))
        certainty = CAUSE_LIKELY;
    if (certainty == CAUSE_NO)
        certainty = alpn_refusal_weigh(facts);
    if (certainty == CAUSE_NO
        && (choice_may_be_hidden(facts) || (may_be_hidden(facts) && !offers_all_http(facts))
            || version_may_be_a_pretext(facts) || alpn_may_be_demanded(facts)))
        certainty = CAUSE_POSSIBLE;
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_alpn(facts, evidence);
    describe_alpn_refusal(facts, evidence);
    return certainty;
}

const struct cause cause_no_shared_alpn = {
    .id = "no_shared_alpn",
    .layer = LAYER_NEGOTIATION,
    .title = "Client and server have no application protocol (ALPN) in common",
    .explanation =
        "The client lists application protocols such as h2 or http/1.1, or none: at that "
        "a server for one protocol may close behind the Finished. Else the server "
        "knows none of them and says no_application_protocol(120), or it chose one that "
        "the client did not list. Servers on .NET under Windows say "
        "protocol_version(70) instead; programs with a check of their own may say "
        "internal_error(80) or handshake_failure(40).",
    .remedy = "See what the server takes with `openssl s_client -connect SERVER:PORT -alpn "
              "h2,http/1.1`. Enable the client's protocol on the server, correct the list on the "
              "client, or leave ALPN out where the server knows none. A client that reaches the "
              "wrong service on this port looks the same.",
    .reported_as = "OpenSSL: tlsv1 alert no application protocol; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: "
                   "SSL_ERROR_NEXT_PROTOCOL_NO_PROTOCOL; Java: SSLHandshakeException: Received "
                   "fatal alert: no_application_protocol; Go: tls: client requested unsupported "
                   "application protocols",
    .alerts = CAUSE_ALERTS(TLS_ALERT_NO_APPLICATION_PROTOCOL, TLS_ALERT_UNSUPPORTED_EXTENSION,
                           TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_DECODE_ERROR,
                           TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_PROTOCOL_VERSION,
                           TLS_ALERT_INTERNAL_ERROR),
    .source = "RFC 7301 sections 3.1 and 3.2",
    .match = match,
    .conceivable = is_conceivable,
};
