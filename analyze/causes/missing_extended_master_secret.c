/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/refused_hello.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/unlisted_key.h"
#include "analyze/chain.h"

/* Behind the client's key exchange the keys are derived, which is what the extension changes (RFC
 * 7627 section 4). Before they are used only a certificate of the client may be minded, too. */
static bool ended_at_key_exchange(const struct facts *facts, enum side by)
{
    return facts->refusal.by == by && facts_is_before_end(facts, facts->client_key_exchange_note)
           && facts->change_cipher_spec_note[by] == NULL
           && (facts->client_certificate_note == NULL || facts->client_certificate_empty);
}

/* Libraries that mind look at the ServerHello, or derive keys in a module for FIPS that refuses. */
static enum certainty weigh_client_alert(const struct facts *facts)
{
    bool is_behind = facts->client_key_exchange_note != NULL;

    if (!facts_client_refused_server(facts)
        || (is_behind && !ended_at_key_exchange(facts, SIDE_CLIENT)))
        return CAUSE_NO;
    if (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE))
        return CAUSE_LIKELY;
    return is_behind && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR) ? CAUSE_POSSIBLE
                                                                                  : CAUSE_NO;
}

/* Many old servers lack both extensions; more clients insist on the other one, or on another
 * signature than that of old servers, and all refuse a certificate that is wrong. Java's library
 * takes nearly any warning for an error, and OpenSSL the refusal of a renegotiation that it did not
 * ask for: the warning is the nearer reason for their alert. */
static bool client_may_mean_else(const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    return server_hello_is_bare(facts) || facts_warning_of(facts, SIDE_SERVER) != NULL
           || unlisted_key_weigh(facts) != CAUSE_NO
           || (chain != NULL && chain_has_problem_beside_trust(chain))
           || known_client_takes_hello(facts);
}

static enum certainty client_insists(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = weigh_client_alert(facts);

    if (certainty == CAUSE_NO || !facts->server_hello_read || facts->tls13
        || !facts->client_hello_read
        || facts->client_extensions.extended_master_secret.state == EXTENSION_ABSENT
        || facts->server_extensions.extended_master_secret.state != EXTENSION_ABSENT)
        return CAUSE_NO;
    evidence_add(evidence, "extended_master_secret", facts->server_hello_note->at,
                 "the client offers extended_master_secret, the ServerHello does not have it");
    describe_choice(facts, evidence);
    return client_may_mean_else(facts) ? CAUSE_POSSIBLE : certainty;
}

/* As its client's, so a server's module for FIPS fails to derive the keys. */
static bool server_gave_up_at_keys(const struct facts *facts)
{
    return facts->server_hello_read && !facts->tls13 && facts->client_hello_read
           && facts->client_extensions.extended_master_secret.state == EXTENSION_ABSENT
           && ended_at_key_exchange(facts, SIDE_SERVER)
           && (facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE)
               || facts_alert(facts, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR));
}

static enum certainty server_insists(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = server_gave_up_at_keys(facts)
                                   ? CAUSE_POSSIBLE
                                   : refused_hello_suspect(facts, SUSPECT_MASTER_SECRET);

    if (certainty != CAUSE_NO)
        evidence_add(evidence, "extended_master_secret", facts->client_hello_note->at,
                     "the client offers TLS 1.2 without extended_master_secret");
    return certainty;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = client_insists(facts, evidence);

    return certainty != CAUSE_NO ? certainty : server_insists(facts, evidence);
}

const struct cause cause_missing_extended_master_secret = {
    .id = "missing_extended_master_secret",
    .layer = LAYER_NEGOTIATION,
    .title = "One side insists on the extended master secret, the other does not know it",
    .explanation = "In TLS 1.2 the extended_master_secret extension (RFC 7627) closes the triple "
                   "handshake attack. Systems in FIPS mode and strict configurations refuse peers "
                   "without it with handshake_failure(40). Libraries whose module for FIPS does "
                   "not derive keys in the old way give up behind the client's key exchange, some "
                   "with internal_error(80).",
    .remedy = "Check the server with `openssl s_client -connect SERVER:PORT -tls1_2 </dev/null | "
              "grep 'Extended master secret'`. Update the side that lacks it, or use TLS 1.3, "
              "which does not need it. Only as a stopgap relax the policy of the other side.",
    .reported_as = "OpenSSL: ems not enabled; curl: (35); GnuTLS: The TLS extended master secret "
                   "was required; Java: SSLHandshakeException: Extended Master Secret extension is "
                   "required",
    .alerts = CAUSE_ALERTS(TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_INSUFFICIENT_SECURITY,
                           TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_INTERNAL_ERROR),
    .source = "RFC 7627 sections 5.2 and 5.3",
    .match = match,
};
