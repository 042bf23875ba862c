/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/unlisted_client_key.h"
#include "analyze/causes/unlisted_key.h"
#include "analyze/describe.h"
#include "dissect/names.h"

/* unsupported_certificate(43) of a server that has not seen any certificate of the client is
 * about its own; missing_extension(109) about a list that TLS 1.3 demands. */
static bool server_says_so(const struct facts *facts)
{
    if (!facts_server_refused_hello(facts))
        return false;
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNSUPPORTED_CERTIFICATE)
           || (facts_alert(facts, SIDE_SERVER, TLS_ALERT_MISSING_EXTENSION)
               && facts->client_hello_read
               && facts->client_extensions.signature_algorithms.state == EXTENSION_ABSENT);
}

/* The client's list of this extension (RFC 7250 section 4.1) has no X.509 in it. */
static bool leaves_out_x509(const struct facts *facts, uint16_t extension)
{
    enum { X509 = 0 };
    struct bytes data, types;

    return facts->client_hello_read
           && extension_find(facts->client_hello.extensions, extension, &data)
           && bytes_vector(&data, 1, &types) && !list_u8_contains(types, X509);
}

/* unsupported_certificate(43) is also the alert of a server that has none of the types of
 * certificate that the client takes, or is to show (RFC 7250 section 4.2). */
static bool type_may_be_meant(const struct facts *facts)
{
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNSUPPORTED_CERTIFICATE)
           && (leaves_out_x509(facts, TLS_EXTENSION_SERVER_CERTIFICATE_TYPE)
               || leaves_out_x509(facts, TLS_EXTENSION_CLIENT_CERTIFICATE_TYPE));
}

static enum certainty weigh_alert(const struct facts *facts, struct evidence *evidence)
{
    if (!server_says_so(facts))
        return refused_hello_suspect(facts, SUSPECT_SCHEMES);
    if (!type_may_be_meant(facts))
        return CAUSE_LIKELY;
    evidence_add(evidence, "certificate_types", facts->client_hello_note->at,
                 "the client wants raw public keys, or another type, and no X.509 certificates: "
                 "by RFC 7250 the alert is that of a server without that type");
    return CAUSE_POSSIBLE;
}

static enum certainty match_server_key(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = unlisted_key_weigh(facts);

    if (certainty != CAUSE_NO)
        describe_unlisted_key(facts, evidence);
    else
        certainty = weigh_alert(facts, evidence);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_schemes(facts, evidence);
    describe_known(facts, SUSPECT_SCHEMES, evidence);
    return certainty;
}

/* rsa_pss_rsae_* and rsa_pss_pss_* (RFC 8446 section 4.2.3). */
static bool is_pss(uint16_t scheme)
{
    return (scheme >= TLS_RSA_PSS_RSAE_SHA256 && scheme <= TLS_RSA_PSS_RSAE_SHA512)
           || (scheme >= TLS_RSA_PSS_PSS_SHA256 && scheme <= TLS_RSA_PSS_PSS_SHA512);
}

/* The server signed its key exchange of TLS 1.2 with RSA-PSS, as it may where that is listed, in a
 * group that is listed as well. */
static bool signed_with_listed_pss(const struct facts *facts)
{
    const struct server_key_exchange *exchange = &facts->server_key_exchange;
    const struct extension_list *schemes = &facts->client_extensions.signature_algorithms;
    const struct extension_list *groups = &facts->client_extensions.supported_groups;

    return facts->client_hello_read && facts->server_key_exchange_read && exchange->has_signature
           && exchange->has_scheme && is_pss(exchange->signature_scheme)
           && facts->key_exchange_signature != SIGNATURE_WRONG
           && schemes->state == EXTENSION_WELL_FORMED
           && list_u16_contains(schemes->list, exchange->signature_scheme)
           && (groups->state != EXTENSION_WELL_FORMED
               || exchange->curve_type != TLS_EC_CURVE_TYPE_NAMED_CURVE
               || list_u16_contains(groups->list, exchange->named_group));
}

/* Whoever lists RSA-PSS for TLS 1.3 has to take it below as well (RFC 8446 section 4.2.3). Mbed TLS
 * 3 does not: it calls that an illegal parameter. */
static enum certainty match_pss(const struct facts *facts, struct evidence *evidence)
{
    uint16_t scheme = facts->server_key_exchange.signature_scheme;
    char hex[NAMES_HEX_SIZE];

    if (!facts_alert(facts, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER)
        || !facts_client_ended_at_key_exchange(facts) || facts->offer.version_max < TLS_VERSION_1_3
        || !signed_with_listed_pss(facts))
        return CAUSE_NO;
    evidence_add(
        evidence, "signature_scheme", facts->server_key_exchange_note->at,
        "the server signed its key exchange with %s, which the client lists, but maybe for "
        "TLS 1.3 alone: Mbed TLS 3 cannot verify it below",
        names_or_hex(hex, sizeof(hex), names_signature_scheme(scheme), scheme, 4));
    describe_server_signature(facts, evidence);
    describe_choice(facts, evidence);
    return known_client_takes_flight(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

static enum certainty match_server(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = match_pss(facts, evidence);

    return certainty != CAUSE_NO ? certainty : match_server_key(facts, evidence);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = unlisted_client_key_weigh(facts);

    if (certainty == CAUSE_NO)
        return match_server(facts, evidence);
    describe_unlisted_client_key(facts, evidence);
    return certainty;
}

/* Some servers look for a signature when their ServerHello of TLS 1.3 is on its way (Java, rustls):
 * then nothing comes but the alert, encrypted. */
static bool may_be_hidden(const struct facts *facts)
{
    return server_refused_at_hello_encrypted(facts) && !facts->resumed;
}

/* A list of a single scheme is narrow, whatever else of the offer is: a server with the right kind
 * of key may still not make that very signature. */
static bool has_lone_scheme(const struct facts *facts)
{
    const struct extension_list *schemes = &facts->client_extensions.signature_algorithms;

    return refused_hello_by_failure(facts) && schemes->state == EXTENSION_WELL_FORMED
           && schemes->list.len == sizeof(uint16_t)
           && known_about(facts, SUSPECT_SCHEMES) != KNOWN_AGAINST;
}

static bool is_conceivable(const struct facts *facts)
{
    return has_lone_scheme(facts) || refused_hello_played_down(facts, SUSPECT_SCHEMES)
           || server_stop_at_signature(facts) != NULL || may_be_hidden(facts);
}

const struct cause cause_no_shared_signature_algorithm = {
    .id = "no_shared_signature_algorithm",
    .layer = LAYER_NEGOTIATION,
    .title = "One side makes no signature that the other accepts",
    .explanation =
        "The client lists the signature schemes that it can verify "
        "(signature_algorithms). None of them works with the key in the server's "
        "certificate: typically a list without RSA at a server with an RSA key, a list "
        "without ECDSA at one with an ECDSA key, or nothing but SHA-1. Some servers refuse "
        "as well when the list does not have what their certificates are signed with. Others "
        "send a key whose curve or scheme is not listed all the same, or sign with a scheme that "
        "is not, as old ones do with SHA-1, and the client refuses. A client with TLS 1.3 may list "
        "rsa_pss_* and yet refuse it in TLS 1.2 (Mbed TLS 3). "
        "In the same way a server lists what it can verify when it asks for a certificate of the "
        "client (CertificateRequest), and a client may have a key of another kind alone. A client "
        "that takes raw public keys alone, or certificates of another type, meets servers that "
        "have none.",
    .remedy =
        "See what the server's key is with `openssl s_client -connect SERVER:PORT -servername NAME "
        "</dev/null | openssl x509 -noout -text`, and try a single scheme with `-sigalgs "
        "RSA-PSS+SHA256`. Correct the client's list, or give the server a second certificate with "
        "the other type of key. A server that signs with SHA-1 whatever is listed is old: update "
        "it. Of a client that refuses rsa_pss_* in TLS 1.2 update the library or limit it to TLS "
        "1.2, so that it does not list them; or offer TLS 1.3 at the server, or let it sign with "
        "rsa_pkcs1_*. "
        "Where the evidence names the client's key, `openssl s_client "
        "-connect SERVER:PORT` alone lists what the server takes under \"Requested Signature "
        "Algorithms\": correct that list, or give the client a certificate with such a key.",
    .reported_as = "OpenSSL: on the server: no shared signature algorithms, no suitable signature "
                   "algorithm; curl: (35); Chromium: net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH; "
                   "Firefox: SSL_ERROR_UNSUPPORTED_SIGNATURE_ALGORITHM; Java: "
                   "SSLHandshakeException: Received fatal alert: handshake_failure; Go: tls: peer "
                   "doesn't support any of the certificate's signature algorithms",
    .alerts = CAUSE_ALERTS(
        TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_UNSUPPORTED_CERTIFICATE, TLS_ALERT_ILLEGAL_PARAMETER,
        TLS_ALERT_INSUFFICIENT_SECURITY, TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_MISSING_EXTENSION,
        TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_BAD_CERTIFICATE,
        TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_DECRYPT_ERROR),
    .source = "RFC 8446 sections 4.2.3, 4.4.2.2 and 9.2; RFC 5246 sections 7.4.1.4.1, 7.4.3, 7.4.6 "
              "and 7.4.8",
    .match = match,
    .conceivable = is_conceivable,
};
