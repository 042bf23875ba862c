/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/chain.h"

#include "analyze/der.h"

const char *chain_end_name(enum chain_end end)
{
    static const char *const names[] = {
        [CHAIN_END_EMPTY] = "empty",
        [CHAIN_END_ANCHORED] = "anchored",
        [CHAIN_END_SELF_SIGNED] = "self_signed",
        [CHAIN_END_UNTRUSTED_ROOT] = "untrusted_root",
        [CHAIN_END_ISSUER_MISSING] = "issuer_missing",
        [CHAIN_END_UNKNOWN] = "unknown",
    };

    return names[end];
}

const char *chain_staple_problem_name(enum chain_staple_problem problem)
{
    static const char *const names[] = {
        [STAPLE_OK] = "ok",
        [STAPLE_MISSING] = "missing",
        [STAPLE_MALFORMED] = "malformed",
        [STAPLE_UNSUCCESSFUL] = "unsuccessful",
        [STAPLE_NO_ANSWER] = "no_answer",
        [STAPLE_UNKNOWN] = "unknown",
        [STAPLE_REVOKED] = "revoked",
        [STAPLE_EXPIRED] = "expired",
        [STAPLE_NOT_YET] = "not_yet_valid",
    };

    return names[problem];
}

void chain_collect(struct chain *chain, const struct certificate_list *list,
                   struct certificate_cache *cache)
{
    struct certificate_list rest = *list;
    struct certificate_entry entry;
    size_t octets = 0;

    chain->count = 0;
    chain->beyond = 0;
    while (certificate_list_next(&rest, &entry)) {
        const struct certificate *certificate = NULL;

        /* After the first one that is left out nothing is taken: a chain has no holes. */
        if (chain->beyond == 0 && chain->count < CHAIN_CERTIFICATES_MAX
            && entry.certificate.len <= CHAIN_DER_MAX - octets)
            certificate = certificate_cache_get(cache, entry.certificate);
        if (certificate == NULL) {
            chain->beyond++;
            continue;
        }
        octets += entry.certificate.len;
        chain->certificates[chain->count++] = certificate;
    }
}

/* --- validity --- */

enum chain_validity chain_validity_at(const struct certificate *certificate, int64_t at,
                                      int64_t *off_by)
{
    if (certificate->reading == CERTIFICATE_UNREADABLE || !certificate->has_validity)
        return VALIDITY_UNKNOWN;
    if (at > certificate->not_after) {
        *off_by = at - certificate->not_after;
        return VALIDITY_EXPIRED;
    }
    if (at < certificate->not_before) {
        *off_by = certificate->not_before - at;
        return VALIDITY_NOT_YET;
    }
    return VALIDITY_OK;
}

size_t chain_depth(const struct chain_judgement *judgement)
{
    return judgement->path_length + (judgement->anchor != NULL && !judgement->anchor_sent);
}

const struct certificate *chain_at_depth(const struct chain *chain,
                                         const struct chain_judgement *judgement, size_t depth)
{
    if (depth < judgement->path_length)
        return chain->certificates[judgement->path[depth]];
    return judgement->anchor;
}

static void narrow_validity(const struct certificate *certificate, struct chain_judgement *out)
{
    if (!certificate->has_validity)
        return;
    if (certificate->not_before > out->valid_from)
        out->valid_from = certificate->not_before;
    if (certificate->not_after < out->valid_until)
        out->valid_until = certificate->not_after;
}

static void find_validity(const struct chain *chain, int64_t at, struct chain_judgement *out)
{
    size_t depths = chain_depth(out);
    int64_t off_by = 0;

    out->validity = depths > 0 ? VALIDITY_OK : VALIDITY_UNKNOWN;
    out->valid_from = depths > 0 ? DER_TIME_MIN : 0;
    out->valid_until = depths > 0 ? DER_TIME_MAX : 0;
    for (size_t depth = depths; depth-- > 0;) {
        const struct certificate *certificate = chain_at_depth(chain, out, depth);
        enum chain_validity validity = chain_validity_at(certificate, at, &off_by);

        narrow_validity(certificate, out);
        if (validity == VALIDITY_OK || (validity == VALIDITY_UNKNOWN && out->validity_of != NULL))
            continue;
        out->validity = validity;
        if (validity == VALIDITY_UNKNOWN)
            continue;
        out->validity_of = certificate;
        out->validity_depth = depth;
        out->validity_off_by = off_by;
    }
    for (size_t i = 0; i < chain->count; i++)
        if (!chain_is_on_path(out, i)
            && chain_validity_at(chain->certificates[i], at, &off_by) == VALIDITY_EXPIRED)
            out->unneeded_expired = true;
}

/* --- name --- */

static void find_name(const struct chain_question *question, struct chain_judgement *out)
{
    out->name = NAME_MATCH_NOT_CHECKED;
    if (question->role == CHAIN_SERVER && out->leaf != NULL)
        out->name = name_match_certificate(out->leaf, question->server_name);
}

/* --- weakness --- */

static unsigned weakness_of_key(const struct certificate *certificate)
{
    uint16_t bits = certificate->key_bits;

    switch (certificate->key) {
    case KEY_RSA:
    case KEY_RSA_PSS:
        return bits > 0 && bits < CHAIN_RSA_BITS_MIN ? WEAK_RSA_KEY : 0;
    case KEY_EC:
        return bits > 0 && bits < CHAIN_EC_BITS_MIN ? WEAK_EC_KEY : 0;
    case KEY_DSA:
        return WEAK_DSA_KEY;
    default:
        return 0;
    }
}

static unsigned weakness_of_digest(enum certificate_digest digest)
{
    if (digest == DIGEST_MD2 || digest == DIGEST_MD5)
        return WEAK_MD5;
    return digest == DIGEST_SHA1 ? WEAK_SHA1 : 0;
}

unsigned chain_weakness_of(const struct certificate *certificate, bool is_leaf)
{
    unsigned weakness;

    if (certificate->reading == CERTIFICATE_UNREADABLE)
        return 0;
    weakness = weakness_of_key(certificate);
    if (is_leaf || !certificate->self_issued)
        weakness |= weakness_of_digest(certificate->digest);
    return weakness;
}

/* RFC 5280 section 4.2: who does not know a critical extension has to refuse the certificate. What
 * an anchor says of itself is not looked at (section 6.1.1 (d)). */
static void find_critical(const struct chain *chain, struct chain_judgement *out)
{
    for (size_t depth = 0; depth < chain_depth(out); depth++) {
        const struct certificate *certificate = chain_at_depth(chain, out, depth);
        bool is_anchor = out->anchor != NULL && depth + 1 == chain_depth(out);

        if (is_anchor || certificate->reading == CERTIFICATE_UNREADABLE
            || !certificate->unknown_critical)
            continue;
        out->critical_of = certificate;
        out->critical_depth = depth;
        return;
    }
}

static void find_weakness(const struct chain *chain, struct chain_judgement *out)
{
    for (size_t depth = 0; depth < chain_depth(out) && out->weakness == 0; depth++) {
        const struct certificate *certificate = chain_at_depth(chain, out, depth);

        out->weakness = chain_weakness_of(certificate, depth == 0);
        out->weakness_of = out->weakness != 0 ? certificate : NULL;
        out->weakness_depth = depth;
    }
}

/* --- all of it --- */

void chain_judge(const struct chain *chain, const struct chain_question *question,
                 struct chain_judgement *out)
{
    chain_find_path(chain, question, out);
    chain_find_order(chain, out);
    find_validity(chain, question->at, out);
    find_name(question, out);
    chain_find_purpose(chain, question, out);
    find_critical(chain, out);
    find_weakness(chain, out);
    chain_find_staple(chain, question, out);
    chain_find_revocation(chain, question, out);
}

bool chain_has_problem_beside_trust(const struct chain_judgement *judgement)
{
    bool bad_purpose =
        judgement->purpose != PURPOSE_OK && !chain_purpose_is_debatable(judgement->purpose);

    return judgement->validity_of != NULL || judgement->name == NAME_MATCH_MISMATCH
           || judgement->name == NAME_MATCH_COMMON_NAME || bad_purpose
           || judgement->critical_of != NULL || judgement->weakness != 0
           || judgement->revoked != NULL;
}

bool chain_has_problem_beside_staple(const struct chain_judgement *judgement)
{
    bool bad_end = judgement->end == CHAIN_END_SELF_SIGNED
                   || judgement->end == CHAIN_END_UNTRUSTED_ROOT
                   || judgement->end == CHAIN_END_ISSUER_MISSING;

    return bad_end || chain_has_problem_beside_trust(judgement);
}

bool chain_has_problem(const struct chain_judgement *judgement)
{
    return chain_has_problem_beside_staple(judgement) || judgement->staple != STAPLE_OK;
}
