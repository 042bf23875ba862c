/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/modest_key.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/version_refusal.h"

enum {
    MODULUS_BITS_MIN = 2048,      /* RFC 9325 section 4.2.1: finite-field Diffie-Hellman */
    MODULUS_BITS_HOPELESS = 1023, /* below this clients give up without a word, too */
};

static bool modulus_is_small(const struct facts *facts)
{
    return facts->server_key_exchange_read && facts->server_key_exchange.modulus_bits > 0
           && facts->server_key_exchange.modulus_bits < MODULUS_BITS_MIN;
}

/* The general alert is what OpenSSL 3 says to a ServerHello without secure renegotiation, which
 * comes before the parameters; servers of that age often have weak ones, too. */
static bool may_be_about_renegotiation(const struct facts *facts)
{
    return facts_alert(facts, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE)
           && server_lacks_renegotiation(facts);
}

/* What clients say of parameters too weak: RFC 7919 section 4 asks for insufficient_security, the
 * others are older habits. An alert about the certificate may be about its chain instead. */
static enum certainty weigh_alert(const struct facts *facts)
{
    static const struct {
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_INSUFFICIENT_SECURITY, CAUSE_CERTAIN},
        {TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
        {TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
        {TLS_ALERT_BAD_CERTIFICATE, CAUSE_POSSIBLE},
        {TLS_ALERT_INTERNAL_ERROR, CAUSE_POSSIBLE},
    };

    if (version_complaint_is_about_flight(facts) || may_be_about_renegotiation(facts))
        return CAUSE_POSSIBLE;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (facts_alert(facts, SIDE_CLIENT, rows[i].alert))
            return rows[i].certainty;
    return facts_closed_without_reason(facts, SIDE_CLIENT) && client_silent_after_flight(facts)
                   && facts->server_key_exchange.modulus_bits <= MODULUS_BITS_HOPELESS
               ? CAUSE_POSSIBLE
               : CAUSE_NO;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_client_refused_server(facts) || facts->client_key_exchange_note != NULL)
        return CAUSE_NO;
    if (modulus_is_small(facts)) {
        evidence_add(evidence, "modulus_bits", facts->server_key_exchange_note->at,
                     "the server's %s has %zu bits; at least %d are asked for today",
                     facts->suite->key_exchange == SUITE_KEY_EXCHANGE_RSA ? "temporary RSA key"
                                                                          : "Diffie-Hellman prime",
                     facts->server_key_exchange.modulus_bits, MODULUS_BITS_MIN);
        describe_choice(facts, evidence);
        return weigh_alert(facts);
    }
    /* The client says that what the server chose is too weak for it; a key in the certificate may
     * be meant, and is where parameters have no size to choose (RFC 8446 section 4.2.7). */
    if (!facts_alert(facts, SIDE_CLIENT, TLS_ALERT_INSUFFICIENT_SECURITY))
        return CAUSE_NO;
    describe_choice(facts, evidence);
    return facts->tls13 || modest_key_is_all_that_is_weak(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

const struct cause cause_weak_parameters = {
    .id = "weak_parameters",
    .layer = LAYER_NEGOTIATION,
    .title = "The server's key-exchange parameters are too weak for the client",
    .explanation = "The server chose a suite whose parameters are shorter than the client "
                   "accepts, most often a Diffie-Hellman prime of 1024 bits or less in "
                   "ServerKeyExchange. Clients refuse them since the Logjam attack of 2015.",
    .remedy = "See the size with `openssl s_client -connect SERVER:PORT -tls1_2 -cipher "
              "'DHE:@SECLEVEL=0'` (\"Server Temp Key\"). On the server prefer ECDHE suites, drop "
              "DHE, or use a group of RFC 7919 with 2048 bits or more (ssl_dhparam in nginx, "
              "SSLOpenSSLConfCmd DHParameters in Apache, jdk.tls.ephemeralDHKeySize in Java).",
    .reported_as = "OpenSSL: dh key too small; curl: (35); Firefox: "
                   "SSL_ERROR_WEAK_SERVER_EPHEMERAL_DH_KEY; Java: SSLHandshakeException: DH "
                   "ServerKeyExchange does not comply to algorithm constraints; GnuTLS: The "
                   "Diffie-Hellman prime sent by the server is not acceptable",
    .alerts = CAUSE_ALERTS(TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ILLEGAL_PARAMETER,
                           TLS_ALERT_INSUFFICIENT_SECURITY, TLS_ALERT_BAD_CERTIFICATE,
                           TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_PROTOCOL_VERSION),
    .source = "RFC 7919 section 4; RFC 9325 section 4.2.1; RFC 5246 section 7.4.3",
    .match = match,
};
