/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/alpn_refusal.h"
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/refused_hello.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"

/* Java up to version 7 takes no longer Diffie-Hellman primes; it offers TLS 1.1 at most unless told
 * otherwise, and never the extended master secret. */
enum { OLD_MODULUS_BITS_MAX = 1024 };

/* An alert is the first that the client says in TLS: there was nothing yet that it could refuse. */
static bool has_no_hello(const struct facts *facts)
{
    return (facts->connection->syn_seen || facts->handshake->switched)
           && facts->refusal.kind == REFUSAL_ALERT && facts->refusal.by == SIDE_CLIENT
           && !client_hello_seen(facts) && !client_hello_broke_off(facts)
           && facts->server_hello_note == NULL
           && (facts->prelude[SIDE_SERVER] == PRELUDE_UNKNOWN || facts->handshake->switched)
           && !facts_closed_without_reason(facts, SIDE_CLIENT);
}

/* SSL_shutdown() of a session that has not begun says so, too. */
static enum certainty match_no_hello(const struct facts *facts, struct evidence *evidence)
{
    evidence_add(evidence, "no_hello", facts->refusal.at,
                 "the client sent this alert in place of a ClientHello: its own settings leave no "
                 "%s, or it was ending just then; the server has no part in it",
                 facts->refusal.alert == TLS_ALERT_PROTOCOL_VERSION ? "version of TLS"
                                                                    : "version or cipher suite");
    return facts->missed ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

/* Such a client fails at the server's key exchange with an exception, which is no complaint. */
static bool modulus_is_too_long(const struct facts *facts)
{
    return facts_alert(facts, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR)
           && facts->client_key_exchange_note == NULL && facts->server_key_exchange_read
           && facts->server_key_exchange.modulus_bits > OLD_MODULUS_BITS_MAX
           && facts->offer.version_max < TLS_VERSION_1_2
           && facts->client_extensions.extended_master_secret.state == EXTENSION_ABSENT;
}

static void describe_modulus(const struct facts *facts, struct evidence *evidence)
{
    evidence_add(evidence, "modulus_bits", facts->server_key_exchange_note->at,
                 "the server's Diffie-Hellman prime has %zu bits, and the client is old: Java up "
                 "to version 7 takes %d at most",
                 facts->server_key_exchange.modulus_bits, OLD_MODULUS_BITS_MAX);
}

/* In TLS 1.3 the alert is encrypted, and where the server's flight stops tells what failed. */
static enum certainty match_stop(const struct facts *facts, struct evidence *evidence)
{
    const struct note *stop = server_stop_at_signature(facts);

    if (stop == NULL)
        return CAUSE_NO;
    evidence_add(evidence, "server_flight", stop->at,
                 "the server's flight stops behind a record of %u octets, as long as a "
                 "Certificate: its signature (CertificateVerify) and Finished did not come",
                 stop->length);
    describe_last_seen(facts, evidence);
    return CAUSE_POSSIBLE;
}

/* Programs that look up a certificate for each name (Go's autocert, and with it proxies such as
 * Caddy and Traefik) call a name that they do not have an error of their own. */
static bool name_may_be_meant(const struct facts *facts)
{
    return known_about(facts, SUSPECT_NAME) >= KNOWN_HINTS
           && refused_hello_suspect(facts, SUSPECT_NAME) != CAUSE_NO;
}

/* What the server did not find, or could not use, may be what the hello takes for known. */
static void describe_known_to_both(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_server_refused_hello(facts))
        return;
    describe_shared_secret(facts, evidence);
    describe_resumption(facts, evidence);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT)
        return match_stop(facts, evidence);
    if (has_no_hello(facts))
        return match_no_hello(facts, evidence);
    if (!facts_alert(facts, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR)
        && !facts_alert(facts, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR))
        return CAUSE_NO;
    describe_last_seen(facts, evidence);
    describe_known_to_both(facts, evidence);
    if (modulus_is_too_long(facts)) {
        describe_modulus(facts, evidence);
        return CAUSE_LIKELY;
    }
    /* Servers that say no to a client's certificate by a rule of their own, that find no
     * certificate for a hello without a name, no parameters for its rare groups, no signature for
     * its old version, or no user of the name in it, call that an internal error; so do libraries
     * whose program says no to a certificate or to application protocols and not why. */
    return refused_hello_suspect(facts, SUSPECT_VERSION) != CAUSE_NO
                   || refused_hello_suspect(facts, SUSPECT_NO_NAME) != CAUSE_NO
                   || refused_hello_suspect(facts, SUSPECT_GROUPS) != CAUSE_NO
                   || server_broke_at_client_certificate(facts) || name_may_be_meant(facts)
                   || client_ended_at_flight(facts) || alpn_refusal_weigh(facts) != CAUSE_NO
                   || facts_password_user(facts).len > 0
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

const struct cause cause_internal_error = {
    .id = "internal_error",
    .layer = LAYER_PROTOCOL,
    .title = "One side gave up because of an error of its own",
    .explanation =
        "internal_error(80) says that the sender could not go on for a reason that is "
        "not in the protocol: a certificate or key that it cannot load or use, a "
        "callback of the application that failed or found nothing for the server name, memory, a "
        "hardware module. A client that "
        "sends an alert in place of its hello, whatever its number, could not make one.",
    .remedy = "The reason is in the log of the side that sent the alert, at the time in the "
              "evidence. On a server check that certificate and private key are readable and "
              "belong together: `openssl x509 -in cert.pem -noout -pubkey` and `openssl pkey -in "
              "key.pem -pubout` print the same key; "
              "one that ends only hellos that resume a session may lack a session ID context "
              "(SSL_CTX_set_session_id_context of OpenSSL). Of a client that sent no hello look at "
              "its own "
              "settings alone: MinProtocol, MaxProtocol and CipherString in openssl.cnf, the "
              "system's crypto policy, the program's options. One that is old and fails at a long "
              "Diffie-Hellman prime needs a suite without it, or another client.",
    .reported_as = "OpenSSL: tlsv1 alert internal error; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: SSL_ERROR_INTERNAL_ERROR_ALERT; Java: "
                   "SSLHandshakeException: Received fatal alert: internal_error; Go: remote error: "
                   "tls: internal error",
    .alerts = CAUSE_ALERTS(TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_PROTOCOL_VERSION,
                           TLS_ALERT_HANDSHAKE_FAILURE),
    .source = "RFC 8446 section 6.2",
    .tells_end_alone = true,
    .match = match,
    .conceivable = server_refused_encrypted,
};
