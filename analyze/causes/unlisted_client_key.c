/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/unlisted_client_key.h"

#include <string.h>

#include "analyze/causes/server_flight.h"
#include "analyze/chain.h"
#include "analyze/key_scheme.h"
#include "analyze/text.h"
#include "dissect/certificate_request.h"
#include "dissect/names.h"

/* Schemes that the evidence names. */
enum { SCHEMES_TOLD = 8 };

/* What the server asked for, empty if that is not known. */
static struct bytes schemes_asked_for(const struct facts *facts)
{
    struct certificate_request request;

    if (facts->certificate_request_note == NULL || facts->version != TLS_VERSION_1_2
        || !certificate_request_parse(
            handshake_body(facts->handshake, facts->certificate_request_note), facts->version,
            &request))
        return (struct bytes){0};
    return request.schemes;
}

/* The client sent this certificate, and its key makes none of the schemes; NULL: there is none. */
static const struct certificate *unlisted_leaf(const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_CLIENT];
    struct bytes schemes = schemes_asked_for(facts);

    return chain != NULL && chain->leaf != NULL && schemes.len > 0
                   && key_scheme_fits_none(chain->leaf, schemes)
               ? chain->leaf
               : NULL;
}

static const struct note *certificate_verify(const struct facts *facts)
{
    return handshake_next_message(facts->handshake, NULL, SIDE_CLIENT,
                                  TLS_HANDSHAKE_CERTIFICATE_VERIFY);
}

/* The client signed with none of the schemes, though its key may make one (RFC 5246 section 7.4.8).
 * What it signed with is not known: false. */
static bool signature_is_unlisted(const struct facts *facts)
{
    const struct note *note = certificate_verify(facts);
    struct bytes schemes = schemes_asked_for(facts);
    struct certificate_verify verify;

    return note != NULL && schemes.len > 0
           && certificate_verify_parse(handshake_body(facts->handshake, note), facts->version,
                                       &verify)
           && !list_u16_contains(schemes, verify.signature_scheme);
}

/* Its flight broke off before CertificateVerify. */
static bool client_gave_up(const struct facts *facts)
{
    return facts->refusal.by == SIDE_CLIENT
           && facts_is_before_end(facts, facts->client_certificate_note)
           && certificate_verify(facts) == NULL
           && facts->change_cipher_spec_note[SIDE_CLIENT] == NULL;
}

/* What stacks call a signature, or a key for one, that was not asked for. */
static bool alert_is_about_signatures(const struct facts *facts)
{
    static const uint8_t alerts[] = {TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_UNSUPPORTED_CERTIFICATE,
                                     TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_INTERNAL_ERROR};

    return facts->refusal.kind == REFUSAL_ALERT
           && memchr(alerts, facts->refusal.alert, sizeof(alerts)) != NULL;
}

enum certainty unlisted_client_key_weigh(const struct facts *facts)
{
    bool server_says_so =
        alert_is_about_signatures(facts) && server_refused_after_client_certificate(facts);

    if (unlisted_leaf(facts) == NULL)
        return server_says_so && signature_is_unlisted(facts) ? CAUSE_LIKELY : CAUSE_NO;
    if (server_says_so || (alert_is_about_signatures(facts) && client_gave_up(facts)))
        return CAUSE_LIKELY;
    return client_gave_up(facts) && facts_closed_without_reason(facts, SIDE_CLIENT) ? CAUSE_POSSIBLE
                                                                                    : CAUSE_NO;
}

bool client_curve_is_unusual(const struct facts *facts)
{
    enum { P256 = 23, P521 = 25 };
    const struct chain_judgement *chain = facts->chain[SIDE_CLIENT];
    const struct extension_list *groups = &facts->client_extensions.supported_groups;
    uint16_t group;

    if (chain == NULL || chain->leaf == NULL || chain->leaf->key != KEY_EC)
        return false;
    group = chain->leaf->key_group;
    return group < P256 || group > P521
           || (groups->state == EXTENSION_WELL_FORMED && !list_u16_contains(groups->list, group));
}

void describe_unlisted_client_key(const struct facts *facts, struct evidence *evidence)
{
    const struct certificate *leaf = unlisted_leaf(facts);
    struct text text = evidence_begin(evidence, "requested_signature_schemes",
                                      facts->certificate_request_note->at);

    text_add(&text, "the server asks for signatures with ");
    text_add_names(&text, schemes_asked_for(facts), names_signature_scheme, SCHEMES_TOLD);
    if (leaf != NULL)
        evidence_add(evidence, "client_key", facts->client_certificate_note->at,
                     "the key of the client's certificate is %s, which makes none of them",
                     leaf->key_name);
    else
        describe_client_signature(facts, evidence);
}
