/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/unlisted_key.h"

#include <string.h>

#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/manner.h"
#include "analyze/causes/server_flight.h"
#include "analyze/chain.h"
#include "analyze/describe.h"
#include "analyze/key_scheme.h"
#include "dissect/names.h"

/* The client refused this leaf with an alert that clients send for a key that they did not ask for:
 * OpenSSL's and BoringSSL's are illegal_parameter(47) and handshake_failure(40). */
static const struct certificate *leaf_refused(const struct facts *facts)
{
    static const uint8_t alerts[] = {TLS_ALERT_UNSUPPORTED_CERTIFICATE, TLS_ALERT_BAD_CERTIFICATE,
                                     TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ILLEGAL_PARAMETER};
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain == NULL || facts->tls13 || facts->refusal.kind != REFUSAL_ALERT
        || !client_ended_at_flight(facts)
        || memchr(alerts, facts->refusal.alert, sizeof(alerts)) == NULL)
        return NULL;
    return chain->leaf;
}

static bool curve_is_unlisted(const struct facts *facts, const struct certificate *leaf)
{
    const struct extension_list *groups = &facts->client_extensions.supported_groups;

    return leaf->key_group != 0 && groups->state == EXTENSION_WELL_FORMED
           && !list_u16_contains(groups->list, leaf->key_group);
}

/* The server signs its key exchange. */
static bool key_has_to_sign(const struct facts *facts)
{
    return facts->version == TLS_VERSION_1_2 && facts->suite != NULL
           && (facts->suite->key_exchange == SUITE_KEY_EXCHANGE_ECDHE
               || facts->suite->key_exchange == SUITE_KEY_EXCHANGE_DHE);
}

static bool scheme_is_unlisted(const struct facts *facts, const struct certificate *leaf)
{
    const struct extension_list *schemes = &facts->client_extensions.signature_algorithms;

    return key_has_to_sign(facts) && schemes->state == EXTENSION_WELL_FORMED
           && key_scheme_fits_none(leaf, schemes->list);
}

/* The server finds out when it has to sign, right behind its Certificate. */
static const struct certificate *leaf_given_up(const struct facts *facts)
{
    const struct manner *manner = manner_is_before_signing(facts) ? manner_of(facts) : NULL;
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    return manner != NULL && manner->cap[SUSPECT_SCHEMES] != CAUSE_NO && chain != NULL ? chain->leaf
                                                                                       : NULL;
}

static enum certainty weigh_given_up(const struct facts *facts)
{
    const struct certificate *leaf = leaf_given_up(facts);

    if (leaf == NULL || !scheme_is_unlisted(facts, leaf))
        return CAUSE_NO;
    return manner_is_of_host(facts) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty weigh_refused(const struct facts *facts)
{
    const struct certificate *leaf = leaf_refused(facts);

    if (leaf == NULL || !facts->client_hello_read
        || (!curve_is_unlisted(facts, leaf) && !scheme_is_unlisted(facts, leaf)))
        return CAUSE_NO;
    /* Some libraries have no other alert for whatever is wrong with a certificate. */
    return chain_has_problem(facts->chain[SIDE_SERVER])
                   || facts->refusal.alert == TLS_ALERT_BAD_CERTIFICATE
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

/* The server signed its key exchange with a scheme that the client does not list (RFC 5246 section
 * 7.4.3), as those do that do not read the list and know nothing but SHA-1. */
static bool scheme_used_is_unlisted(const struct facts *facts)
{
    const struct server_key_exchange *exchange = &facts->server_key_exchange;
    const struct extension_list *schemes = &facts->client_extensions.signature_algorithms;

    return facts->client_hello_read && facts->server_key_exchange_read && exchange->has_signature
           && exchange->has_scheme && schemes->state == EXTENSION_WELL_FORMED
           && !list_u16_contains(schemes->list, exchange->signature_scheme)
           && facts->key_exchange_signature != SIGNATURE_WRONG;
}

/* What clients say of such a signature: BoringSSL illegal_parameter(47), OpenSSL and Java that or
 * handshake_failure(40), Go unexpected_message(10), others that they failed themselves. Some of
 * these are also for certificates, which clients look at before. */
static enum certainty weigh_alert(const struct facts *facts)
{
    static const struct {
        uint8_t alert;
        bool is_for_certificates;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_ILLEGAL_PARAMETER, false, CAUSE_LIKELY},
        {TLS_ALERT_UNEXPECTED_MESSAGE, false, CAUSE_LIKELY},
        {TLS_ALERT_HANDSHAKE_FAILURE, true, CAUSE_LIKELY},
        {TLS_ALERT_INTERNAL_ERROR, true, CAUSE_LIKELY},
        {TLS_ALERT_DECRYPT_ERROR, true, CAUSE_POSSIBLE},
    };
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (facts_alert(facts, SIDE_CLIENT, rows[i].alert))
            return rows[i].is_for_certificates && chain != NULL
                           && chain_has_problem_beside_trust(chain)
                       ? CAUSE_POSSIBLE
                       : rows[i].certainty;
    return client_left_at_flight(facts) ? CAUSE_POSSIBLE : CAUSE_NO;
}

/* Some clients take SHA-1 that they do not list. */
static enum certainty weigh_signature(const struct facts *facts)
{
    enum certainty certainty;

    if (!facts_client_ended_at_key_exchange(facts) || !scheme_used_is_unlisted(facts))
        return CAUSE_NO;
    certainty = weigh_alert(facts);
    return certainty == CAUSE_LIKELY && known_client_takes_flight(facts) ? CAUSE_POSSIBLE
                                                                         : certainty;
}

static enum certainty weigh_key(const struct facts *facts)
{
    enum certainty certainty = weigh_refused(facts);

    return certainty != CAUSE_NO ? certainty : weigh_given_up(facts);
}

enum certainty unlisted_key_weigh(const struct facts *facts)
{
    enum certainty certainty = weigh_key(facts);

    return certainty != CAUSE_NO ? certainty : weigh_signature(facts);
}

static void describe_signature(const struct facts *facts, struct evidence *evidence)
{
    uint16_t scheme = facts->server_key_exchange.signature_scheme;
    char hex[NAMES_HEX_SIZE];

    evidence_add(evidence, "signature_scheme", facts->server_key_exchange_note->at,
                 "the server signed its key exchange with %s, which the client does not list",
                 names_or_hex(hex, sizeof(hex), names_signature_scheme(scheme), scheme, 4));
}

static void describe_key(const struct facts *facts, struct evidence *evidence)
{
    const struct certificate *leaf = facts->chain[SIDE_SERVER]->leaf;
    bool is_scheme = scheme_is_unlisted(facts, leaf);

    evidence_add(evidence, "server_key", facts->server_certificate_note->at,
                 "the key of the server's certificate is %s, which %s that the client lists",
                 leaf->key_name,
                 is_scheme ? "makes none of the signature schemes" : "is not among the groups");
    if (!is_scheme)
        describe_offered_groups(facts, evidence);
}

void describe_unlisted_key(const struct facts *facts, struct evidence *evidence)
{
    if (weigh_key(facts) != CAUSE_NO)
        describe_key(facts, evidence);
    else
        describe_signature(facts, evidence);
}
