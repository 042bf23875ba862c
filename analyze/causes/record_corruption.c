/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/manner.h"
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge.h"

/* Nothing was protected, early data neither. Some servers say so of a ticket that they cannot
 * decrypt. */
static bool answers_clear_hello(const struct facts *facts)
{
    return facts_server_refused_hello(facts) && !facts->missed
           && handshake_next(facts->handshake, NULL, SIDE_CLIENT, NOTE_APPLICATION_DATA) == NULL;
}

static enum certainty said_so(const struct facts *facts, enum side by)
{
    if (facts_alert(facts, by, TLS_ALERT_BAD_RECORD_MAC)
        || facts_alert(facts, by, TLS_ALERT_DECRYPTION_FAILED))
        return answers_clear_hello(facts) ? CAUSE_POSSIBLE : CAUSE_CERTAIN;
    if (!facts_alert(facts, by, TLS_ALERT_DECRYPT_ERROR))
        return CAUSE_NO;
    /* A signature that does not verify is seldom one that was changed on the way. */
    return client_could_not_verify(facts) || server_could_not_verify(facts) ? CAUSE_POSSIBLE
                                                                            : CAUSE_LIKELY;
}

/* Up to TLS 1.2: the end came behind the client's Finished, and the server's own is not there. What
 * comes by when a side has left did not make it leave. */
static bool ended_at_finished(const struct facts *facts)
{
    const struct note *finished = facts->finished_note[SIDE_CLIENT];

    return !facts->tls13 && facts->refusal.kind != REFUSAL_NONE && finished != NULL
           && finished < facts->refusal.note && facts->finished_note[SIDE_SERVER] == NULL;
}

/* The server has switched to encryption, and an alert stands where its Finished
 * should be. It could not make sense of the client's. */
static enum certainty finished_not_accepted(const struct facts *facts)
{
    if (!ended_at_finished(facts) || facts->refusal.kind != REFUSAL_ENCRYPTED_ALERT
        || facts->refusal.by != SIDE_SERVER)
        return CAUSE_NO;
    return CAUSE_LIKELY;
}

/* The server left without a word at that very place. */
static enum certainty left_at_finished(const struct facts *facts)
{
    if (!ended_at_finished(facts) || !facts_closed_without_reason(facts, SIDE_SERVER)
        || facts->resumed)
        return CAUSE_NO;
    return CAUSE_POSSIBLE;
}

/* The suite takes its keys from a secret, and the server ends it when it has what the client makes
 * of its own: it does not know that key by its name, or has another one (RFC 4279 section 2). Some
 * programs say nothing then, or no more than handshake_failure. */
static enum certainty left_at_secret(const struct facts *facts)
{
    if (!facts_is_before_end(facts, facts->client_key_exchange_note)
        || facts->finished_note[SIDE_SERVER] != NULL || describe_secret(facts->suite) == NULL)
        return CAUSE_NO;
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE))
        return CAUSE_POSSIBLE;
    return facts_closed_without_reason(facts, SIDE_SERVER) && manner_is_of_host(facts)
                   && facts->waited_ns <= FACTS_LEFT_AFTER_FINISH_NS
               ? CAUSE_LIKELY
               : CAUSE_NO;
}

/* The server chose TLS 1.3 for others. */
static bool has_tls_1_3(const struct known_server *server)
{
    for (size_t i = 0; server != NULL && i < server->chosen[KNOWN_VERSIONS].count; i++)
        if (known_server_value(server, KNOWN_VERSIONS, i)->value == TLS_VERSION_1_3)
            return true;
    return false;
}

/* The server hung up on the hello at once, itself and without a reason. */
static bool hung_up_on_hello(const struct facts *facts)
{
    return facts_closed_without_reason(facts, SIDE_SERVER) && manner_is_of_host(facts)
           && facts->waited_ns <= FACTS_LEFT_AFTER_FINISH_NS;
}

/* The hello offers an external key of TLS 1.3. A server that has another one finds that its binder
 * does not verify (RFC 8446 section 4.2.11.2), and calls that an illegal parameter (OpenSSL) or an
 * error of decryption, or just closes (programs on GnuTLS). One that does not know the key by its
 * name goes on without it, and then misses a certificate of its own; one without TLS 1.3 does not
 * look at the key. */
static enum certainty refused_external_key(const struct facts *facts)
{
    if (!facts_refused_key_offer(facts) || facts_external_key(facts).len == 0)
        return CAUSE_NO;
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER))
        return CAUSE_LIKELY;
    if (hung_up_on_hello(facts))
        return refused_offer_is_usual(facts) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE))
        return has_tls_1_3(known_server_of(facts)) && refused_offer_is_usual(facts)
                   ? CAUSE_LIKELY
                   : CAUSE_POSSIBLE;
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_BAD_CERTIFICATE) ? CAUSE_POSSIBLE : CAUSE_NO;
}

/* The hello names a user, whose password the server does not have. It may go on all the same, so
 * that nobody learns which users there are (RFC 5054 section 2.5.1.3), or say so; GnuTLS calls it
 * an error of its own. */
static enum certainty refused_user(const struct facts *facts)
{
    if (!facts_server_refused_hello(facts) || facts_password_user(facts).len == 0
        || (!facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNKNOWN_PSK_IDENTITY)
            && !facts_alert(facts, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR)))
        return CAUSE_NO;
    return known_name_is_served(facts) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty server_said_so(const struct facts *facts)
{
    return said_so(facts, SIDE_SERVER);
}

static enum certainty client_said_so(const struct facts *facts)
{
    return said_so(facts, SIDE_CLIENT);
}

static enum certainty weigh(const struct facts *facts)
{
    static enum certainty (*const rules[])(const struct facts *facts) = {
        server_signature_is_wrong, server_said_so, client_said_so,
        finished_not_accepted,     left_at_secret, left_at_finished,
        refused_external_key,      refused_user,
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        enum certainty certainty = rules[i](facts);

        if (certainty != CAUSE_NO)
            return certainty;
    }
    return CAUSE_NO;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = weigh(facts);

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_server_signature(facts, evidence);
    describe_shared_secret(facts, evidence);
    describe_resumption(facts, evidence);
    describe_choice(facts, evidence);
    describe_last_seen(facts, evidence);
    return certainty;
}

/* Some servers call a binder that does not verify an illegal parameter, and some clients a
 * signature an unexpected message. */
static bool is_conceivable(const struct facts *facts)
{
    return (facts_alert(facts, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER)
            && facts_refused_key_offer(facts))
           || client_may_mean_signature(facts);
}

const struct cause cause_record_corruption = {
    .id = "record_corruption",
    .layer = LAYER_PROTOCOL,
    .title = "One side could not decrypt or verify what the other sent",
    .explanation =
        "A protected record, a signature or a Finished message did not pass its check: "
        "bad_record_mac(20) or decrypt_error(51). The octets were changed on the way, "
        "the two sides computed different keys, the server's private key is not that of its "
        "certificate, or one side has a defect. With a pre-shared key, "
        "a ticket or a password the keys differ when the two sides do not have the same "
        "one; a server that finds so, or that has no key by the client's name for it, may "
        "just close, or say handshake_failure(40); some call a key that differs an "
        "illegal_parameter(47).",
    .remedy =
        "Where the evidence names a pre-shared key or a password, compare it and its identity "
        "on both sides first: `openssl s_client -connect SERVER:PORT -psk_identity IDENTITY "
        "-psk KEY` tries one. Servers that share tickets need the same ticket key. Where the "
        "evidence names the signature of the key exchange, compare the server's certificate and "
        "private key: `openssl x509 -in cert.pem -noout -pubkey` and `openssl pkey -in key.pem "
        "-pubout` have to print the same key. Else "
        "capture on both sides and compare the payload octet by octet: a difference points "
        "to a device or network card on the way (test with `ethtool -K IFACE tso off gso off "
        "gro off`). No difference points to a library: update both, and try other suites "
        "with `openssl s_client -connect SERVER:PORT -cipher SUITE`.",
    .reported_as = "OpenSSL: decryption failed or bad record mac, digest check failed, tlsv1 alert "
                   "decrypt error; curl: (35), (56); Chromium: "
                   "net::ERR_SSL_BAD_RECORD_MAC_ALERT, net::ERR_SSL_DECRYPT_ERROR_ALERT; Firefox: "
                   "SSL_ERROR_BAD_MAC_READ, SSL_ERROR_BAD_MAC_ALERT, "
                   "SSL_ERROR_DECRYPT_ERROR_ALERT; Java: SSLHandshakeException: Received fatal "
                   "alert: bad_record_mac; Go: local error: tls: bad record MAC",
    .alerts = CAUSE_ALERTS(
        TLS_ALERT_BAD_RECORD_MAC, TLS_ALERT_DECRYPTION_FAILED, TLS_ALERT_DECRYPT_ERROR,
        TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_UNEXPECTED_MESSAGE,
        TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_UNKNOWN_PSK_IDENTITY),
    .source = "RFC 8446 sections 4.2.11.2, 5.2 and 6.2; RFC 5246 sections 7.2.2 and 7.4.3; RFC "
              "4279 section 2; RFC 5054 section 2.5.1",
    .tells_end_alone = true,
    .match = match,
    .conceivable = is_conceivable,
};
