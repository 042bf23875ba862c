/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/unlisted_key.h"

#include <string.h>

#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/server_flight.h"
#include "analyze/chain.h"
#include "analyze/describe.h"

/* IANA, TLS Supported Groups, by the names of certificate.h. */
static const struct {
    const char *key_name;
    uint16_t group;
} curves[] = {
    {"EC P-256", 23},           {"EC P-384", 24},           {"EC P-521", 25},
    {"EC P-224", 21},           {"EC P-192", 19},           {"EC secp256k1", 22},
    {"EC secp224k1", 20},       {"EC secp192k1", 18},       {"EC secp160r1", 16},
    {"EC brainpoolP256r1", 26}, {"EC brainpoolP384r1", 27}, {"EC brainpoolP512r1", 28},
};

/* 0: it has none, or one that is not known. */
static uint16_t group_of(const struct certificate *leaf)
{
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (strcmp(curves[i].key_name, leaf->key_name) == 0)
            return curves[i].group;
    return 0;
}

/* Schemes of keys that have no group. Those of other keys are told by their second octet alone (RFC
 * 5246 section 7.4.1.4.1), and every client lists some. */
static uint16_t scheme_of(const struct certificate *leaf)
{
    if (leaf->key == KEY_ED25519)
        return 0x0807;
    return leaf->key == KEY_ED448 ? 0x0808 : 0;
}

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

static bool is_unlisted(struct extension_list list, uint16_t value)
{
    return value != 0 && list.state == EXTENSION_WELL_FORMED
           && !list_u16_contains(list.list, value);
}

static bool curve_is_unlisted(const struct facts *facts, const struct certificate *leaf)
{
    return is_unlisted(facts->client_extensions.supported_groups, group_of(leaf));
}

enum certainty unlisted_key_weigh(const struct facts *facts)
{
    const struct certificate *leaf = leaf_refused(facts);

    if (leaf == NULL || !facts->client_hello_read
        || (!curve_is_unlisted(facts, leaf)
            && !is_unlisted(facts->client_extensions.signature_algorithms, scheme_of(leaf))))
        return CAUSE_NO;
    /* Some libraries have no other alert for whatever is wrong with a certificate. */
    return chain_has_problem(facts->chain[SIDE_SERVER])
                   || facts->refusal.alert == TLS_ALERT_BAD_CERTIFICATE
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

void describe_unlisted_key(const struct facts *facts, struct evidence *evidence)
{
    const struct certificate *leaf = leaf_refused(facts);
    bool is_curve;

    if (leaf == NULL)
        return;
    is_curve = curve_is_unlisted(facts, leaf);
    evidence_add(evidence, "server_key", facts->server_certificate_note->at,
                 "the key of the server's certificate is %s, which is not among the %s that the "
                 "client lists",
                 leaf->key_name, is_curve ? "groups" : "signature schemes");
    if (is_curve)
        describe_offered_groups(facts, evidence);
}
