/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/strict_rules.h"

#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "dissect/tls.h"

/* From when the rules apply, by notBefore. */
#define APPLE_SINCE  INT64_C(1561939200) /* 2019-07-01T00:00:00Z */
#define PUBLIC_SINCE INT64_C(1598918400) /* 2020-09-01T00:00:00Z */

enum { APPLE_DAYS_MAX = 825, PUBLIC_DAYS_MAX = 398, DAY_S = 86400 };

/* A certificate in its place in the path. */
struct chain_place {
    const struct chain_judgement *chain;
    const struct certificate *certificate;
    size_t depth;
};

static bool lasts_longer(const struct certificate *certificate, int64_t days)
{
    return certificate->has_validity
           && certificate->not_after - certificate->not_before > days * DAY_S;
}

static bool is_too_long_for_apple(const struct chain_place *place)
{
    return place->depth == 0 && place->certificate->not_before >= APPLE_SINCE
           && lasts_longer(place->certificate, APPLE_DAYS_MAX);
}

/* Roots that an administrator added are exempt. Public authorities put their logs' timestamps into
 * each certificate. */
static bool is_too_long_for_public(const struct chain_place *place)
{
    return place->depth == 0 && place->certificate->not_before >= PUBLIC_SINCE
           && place->chain->end == CHAIN_END_ANCHORED && place->certificate->has_sct_list
           && lasts_longer(place->certificate, PUBLIC_DAYS_MAX);
}

static bool has_no_purpose(const struct chain_place *place)
{
    return place->depth == 0 && place->certificate->has_validity
           && place->certificate->not_before >= APPLE_SINCE && !place->certificate->has_purposes;
}

/* A certificate of version 3 that is in a chain: OpenSSL does not look at one that is its own
 * issuer and alone (RFC 6818 section 2). */
static bool is_in_chain(const struct chain_place *place)
{
    return place->certificate->version >= 3
           && (place->depth > 0 || !place->certificate->self_issued);
}

static bool is_authority(const struct chain_place *place)
{
    return is_in_chain(place) && place->certificate->is_ca;
}

/* The last one need not have it. */
static bool lacks_authority_key_id(const struct chain_place *place)
{
    bool is_anchor = place->chain->anchor != NULL && place->depth + 1 == chain_depth(place->chain);

    return is_in_chain(place) && !place->certificate->self_issued && !is_anchor
           && place->certificate->authority_key_id.length == 0;
}

static bool lacks_subject_key_id(const struct chain_place *place)
{
    return is_authority(place) && place->certificate->subject_key_id.length == 0;
}

static bool lacks_key_usage(const struct chain_place *place)
{
    return is_authority(place) && !place->certificate->has_key_usage;
}

static bool has_loose_constraints(const struct chain_place *place)
{
    return is_authority(place) && !place->certificate->constraints_are_critical;
}

struct rule {
    bool (*is_broken)(const struct chain_place *place);
    const char *fact; /* of those that have the same one, the first that is broken is told */
    const char *what;
    const char *who;
};

static const char apple[] = "Apple's systems refuse that";
static const char strict[] =
    "OpenSSL refuses that when it is to be strict, as in Python since 3.13 by default";

static const struct rule rules[] = {
    {is_too_long_for_apple, "long_validity", "is valid for more than 825 days", apple},
    {is_too_long_for_public, "long_validity",
     "is of a public authority and valid for more than 398 days",
     "Apple's systems and browsers refuse that"},
    {has_no_purpose, "no_purpose", "has no extended key usage", apple},
    {lacks_authority_key_id, "strict_form", "has no authorityKeyIdentifier (error 85)", strict},
    {lacks_subject_key_id, "strict_form", "has no subjectKeyIdentifier (error 86)", strict},
    {has_loose_constraints, "strict_form", "has basicConstraints that are not critical (error 89)",
     strict},
    {lacks_key_usage, "strict_form", "has no keyUsage (error 92)", strict},
};

/* The first certificate from the leaf that breaks the rule; NULL: none. */
static const struct certificate *find_breach(const struct facts *facts, const struct rule *rule)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    for (size_t depth = 0; depth < chain_depth(chain); depth++) {
        const struct chain_place place = {
            .chain = chain,
            .certificate = chain_at_depth(facts->certificates[SIDE_SERVER], chain, depth),
            .depth = depth,
        };

        if (place.certificate->reading == CERTIFICATE_READ && rule->is_broken(&place))
            return place.certificate;
    }
    return NULL;
}

/* Without a word, or with an alert for what has no alert of its own. */
static bool may_be_reason(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain == NULL || facts->certificates[SIDE_SERVER] == NULL || chain_has_problem(chain)
        || known_client_takes_flight(facts))
        return false;
    return facts->refusal.kind != REFUSAL_ALERT
           || client_alert_on_certificate(facts, TLS_ALERT_BAD_CERTIFICATE)
           || client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_UNKNOWN);
}

void describe_strict_rules(const struct facts *facts, struct evidence *evidence)
{
    const char *told = "";

    if (!may_be_reason(facts))
        return;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct rule *rule = &rules[i];
        const struct certificate *certificate =
            strcmp(rule->fact, told) != 0 ? find_breach(facts, rule) : NULL;

        if (certificate == NULL)
            continue;
        evidence_add(evidence, rule->fact, facts->server_certificate_note->at,
                     "certificate of %s: it %s; %s", certificate->subject, rule->what, rule->who);
        told = rule->fact;
    }
}
