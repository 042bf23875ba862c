/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/met_certificate.h"

#include <string.h>

#include "capture/time_unit.h"

static bool is_revoked(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->revoked;
}

static bool is_expired(const struct known_certificate *known, int64_t at)
{
    return known->valid_until != 0 && at > known->valid_until;
}

static bool is_not_yet_valid(const struct known_certificate *known, int64_t at)
{
    return known->valid_until != 0 && at < known->valid_from;
}

static bool is_self_signed(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->end == CHAIN_END_SELF_SIGNED;
}

static bool is_for_other_name(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->name == NAME_MATCH_MISMATCH;
}

static bool has_common_name_only(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->name == NAME_MATCH_COMMON_NAME;
}

/* Not what few clients mind, or what depends on the suite of the other connection. */
static bool is_for_other_purpose(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->purpose != PURPOSE_OK && !chain_purpose_is_debatable(known->purpose);
}

static bool is_weak(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->weakness != 0;
}

/* Not one that is missing, and a root by its name alone: the client may know it. */
static bool has_untrusted_root(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->end == CHAIN_END_UNTRUSTED_ROOT;
}

static bool lacks_issuer(const struct known_certificate *known, int64_t at)
{
    (void)at;
    return known->lack != KNOWN_LACKS_NOTHING;
}

bool known_has_problem(const struct known_certificate *known, enum known_problem problem,
                       int64_t at)
{
    static bool (*const problems[KNOWN_PROBLEMS])(const struct known_certificate *, int64_t) = {
        [KNOWN_REVOKED] = is_revoked,
        [KNOWN_EXPIRED] = is_expired,
        [KNOWN_NOT_YET_VALID] = is_not_yet_valid,
        [KNOWN_SELF_SIGNED] = is_self_signed,
        [KNOWN_OTHER_NAME] = is_for_other_name,
        [KNOWN_COMMON_NAME_ONLY] = has_common_name_only,
        [KNOWN_OTHER_PURPOSE] = is_for_other_purpose,
        [KNOWN_WEAK] = is_weak,
        [KNOWN_UNTRUSTED_ROOT] = has_untrusted_root,
        [KNOWN_INCOMPLETE] = lacks_issuer,
    };

    return problems[problem](known, at);
}

bool known_is_wrong(const struct known_certificate *known, int64_t at)
{
    for (size_t i = 0; i < KNOWN_PROBLEMS; i++)
        if (known_has_problem(known, (enum known_problem)i, at))
            return true;
    return false;
}

/* From a state comes only when it was seen last. */
static struct known_span span_of(const struct known_certificate *known)
{
    return known->span.first_ns != 0 ? known->span
                                     : (struct known_span){known->seen_ns, known->seen_ns};
}

/* Two certificates of which one replaced the other. */
struct replacement {
    const struct known_certificate *earlier;
    const struct known_certificate *later;
};

/* False: there are no such. */
static bool find_replacement(const struct known_name *name, struct replacement *out)
{
    const struct known_certificate *latest = &name->certificate;
    const struct known_certificate *other = &name->former;

    if (!latest->known || !other->known || known_are_in_turns(name))
        return false;
    *out = span_of(other).first_ns <= span_of(latest).first_ns
               ? (struct replacement){other, latest}
               : (struct replacement){latest, other};
    return true;
}

/* A client took the flight of this name in this time, as far as the last that did tells. */
static bool was_taken_between(const struct known_name *name, int64_t after_ns, int64_t before_ns)
{
    return name->flights.taken.last_ns > after_ns && name->flights.taken.last_ns < before_ns;
}

/* What this connection met, as far as that is known. */
struct meeting {
    const struct known_certificate *certificate;
    bool is_sure;
};

/* The connection came behind the last that was seen of the one and before the first of the other.
 * What was refused is more likely the one with a problem; unless a client took that flight still
 * later, it may be either. */
static struct meeting meet_between(const struct known_name *name, const struct replacement *both,
                                   int64_t at_ns)
{
    int64_t since_ns = at_ns - span_of(both->earlier).last_ns;
    int64_t until_ns = span_of(both->later).first_ns - at_ns;
    bool was_wrong = known_is_wrong(both->earlier, at_ns / SECOND_NS);
    bool is_wrong = known_is_wrong(both->later, at_ns / SECOND_NS);

    if (!was_wrong && is_wrong && was_taken_between(name, at_ns, at_ns + until_ns))
        return (struct meeting){both->earlier, true};
    if (was_wrong == is_wrong)
        return (struct meeting){since_ns <= until_ns ? both->earlier : both->later, false};
    return (struct meeting){was_wrong ? both->earlier : both->later, false};
}

/* It was sent last before this connection, or first behind it. Where there are two, one with
 * nothing wrong is what the client refused only while it was seen to be sent. */
static struct meeting meet_one(const struct known_certificate *known, int64_t at_ns)
{
    struct known_span span = span_of(known);

    return (struct meeting){known, known_is_wrong(known, at_ns / SECOND_NS)
                                       || (at_ns >= span.first_ns && at_ns <= span.last_ns)};
}

/* Nothing else was sent in clear. One with a problem, which came behind this connection, replaced
 * what others took between the two, where nobody took it. */
static bool came_later(const struct known_name *name, int64_t at_ns)
{
    const struct known_certificate *known = &name->certificate;

    return known_is_wrong(known, at_ns / SECOND_NS)
           && was_taken_between(name, at_ns, span_of(known).first_ns);
}

static struct meeting meet(const struct facts *facts)
{
    const struct known_name *name = facts->known != NULL ? facts->known->name : NULL;
    int64_t at_ns = facts->connection->first.time_ns;
    struct replacement both;

    if (!facts->tls13 || facts->chain[SIDE_SERVER] != NULL || name == NULL
        || !name->certificate.known)
        return (struct meeting){0};
    if (!find_replacement(name, &both)) {
        bool is_another = !name->former.known && came_later(name, at_ns);

        return (struct meeting){is_another ? NULL : &name->certificate, !is_another};
    }
    if (at_ns <= span_of(both.earlier).last_ns)
        return meet_one(both.earlier, at_ns);
    if (at_ns >= span_of(both.later).first_ns)
        return meet_one(both.later, at_ns);
    return meet_between(name, &both, at_ns);
}

const struct known_certificate *certificate_met(const struct facts *facts)
{
    return meet(facts).certificate;
}

bool certificate_met_is_sure(const struct facts *facts)
{
    return meet(facts).is_sure;
}

static bool is_leaf(const struct known_certificate *known, const struct certificate *leaf)
{
    return known->known && memcmp(known->sha256, leaf->sha256, sizeof(known->sha256)) == 0;
}

/* One of those that were sent in clear. */
static uint64_t issuer_of_leaf(const struct known_name *name, const struct certificate *leaf)
{
    if (is_leaf(&name->certificate, leaf))
        return name->certificate.issuer;
    return is_leaf(&name->former, leaf) ? name->former.issuer : 0;
}

uint64_t certificate_met_issuer(const struct facts *facts)
{
    const struct known_name *name = facts->known != NULL ? facts->known->name : NULL;
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    struct meeting meeting = meet(facts);

    if (name != NULL && chain != NULL)
        return chain->leaf != NULL ? issuer_of_leaf(name, chain->leaf) : 0;
    if (!meeting.is_sure
        || (known_are_in_turns(name) && name->certificate.issuer != name->former.issuer))
        return 0;
    return meeting.certificate->issuer;
}

bool certificate_was_mended(const struct facts *facts)
{
    const struct known_certificate *met = certificate_met(facts);
    int64_t at = facts->connection->first.time_ns / SECOND_NS;
    struct replacement both;

    return met != NULL && facts->known != NULL && find_replacement(facts->known->name, &both)
           && met == both.earlier && known_is_wrong(met, at) && !known_is_wrong(both.later, at);
}
