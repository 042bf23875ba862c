/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the certificates that were sent hang together. */
#include "analyze/authority_name.h"
#include "analyze/chain.h"

bool chain_is_on_path(const struct chain_judgement *judgement, size_t index)
{
    for (size_t i = 0; i < judgement->path_length; i++)
        if (judgement->path[i] == index)
            return true;
    return false;
}

static bool is_valid(const struct certificate *certificate, int64_t at)
{
    int64_t off_by;

    return chain_validity_at(certificate, at, &off_by) == VALIDITY_OK;
}

/* How good a certificate sent is as the next one of the path. A client that searches finds the
 * one that leads to an anchor; of others, the valid one that came first is taken. */
static unsigned fitness(const struct certificate *candidate, const struct chain_question *question)
{
    bool leads_to_anchor =
        question->trust != NULL
        && (trust_store_contains(question->trust, candidate)
            || trust_store_find_issuer(question->trust, candidate, question->at) != NULL);

    return 1 + 2u * leads_to_anchor + is_valid(candidate, question->at);
}

/* The same octets: another copy of a certificate is the same entry of the cache. */
static bool is_same(const struct certificate *a, const struct certificate *b)
{
    return a == b || memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

static bool is_repeated(const struct chain *chain, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_same(chain->certificates[i], chain->certificates[index]))
            return true;
    return false;
}

/* Which certificates came before. Asked once for each: a chain may be made to ask for all of
 * them at every step. */
struct repeated {
    bool is[CHAIN_CERTIFICATES_MAX];
};

static struct repeated find_repeated(const struct chain *chain)
{
    struct repeated repeated = {0};

    for (size_t i = 0; i < chain->count; i++)
        repeated.is[i] = is_repeated(chain, i);
    return repeated;
}

/* The index of the certificate sent that comes next on the path after last; chain->count: none. */
static size_t find_sent_issuer(const struct chain *chain, const struct repeated *repeated,
                               const struct chain_question *question,
                               const struct chain_judgement *judgement)
{
    size_t best = chain->count;
    unsigned best_fitness = 0;

    for (size_t i = 0; i < chain->count; i++) {
        const struct certificate *candidate = chain->certificates[i];
        unsigned found;

        if (repeated->is[i] || !certificate_may_issue(candidate, judgement->last)
            || chain_is_on_path(judgement, i))
            continue;
        found = fitness(candidate, question);
        if (found > best_fitness) {
            best = i;
            best_fitness = found;
        }
    }
    return best;
}

_Static_assert(CHAIN_CERTIFICATES_MAX <= UINT8_MAX, "an octet for each place of the path");

static void add_to_path(const struct chain *chain, size_t index, struct chain_judgement *out)
{
    out->path[out->path_length++] = (uint8_t)index;
    out->last = chain->certificates[index];
}

/* The anchor ends the path; when it was sent too, what was sent is put on the path. */
static void end_at_anchor(const struct chain *chain, const struct certificate *anchor,
                          struct chain_judgement *out)
{
    out->end = CHAIN_END_ANCHORED;
    out->anchor = anchor;
    for (size_t i = 1; i < chain->count && !out->anchor_sent; i++)
        if (!chain_is_on_path(out, i) && is_same(chain->certificates[i], anchor)) {
            add_to_path(chain, i, out);
            out->anchor_sent = true;
        }
}

/* End the path at the last certificate if it has to end there. */
static bool end_at_last(const struct chain *chain, const struct chain_question *question,
                        struct chain_judgement *out)
{
    const struct certificate *anchor = NULL;

    if (out->trust_known && trust_store_contains(question->trust, out->last)) {
        out->end = CHAIN_END_ANCHORED;
        out->anchor = out->last;
        out->anchor_sent = true;
        return true;
    }
    if (certificate_may_issue(out->last, out->last)) {
        out->end = out->path_length == 1 ? CHAIN_END_SELF_SIGNED : CHAIN_END_UNTRUSTED_ROOT;
        return true;
    }
    if (out->trust_known)
        anchor = trust_store_find_issuer(question->trust, out->last, question->at);
    if (anchor == NULL)
        return false;
    end_at_anchor(chain, anchor, out);
    return true;
}

/* Public authorities log what they issue (RFC 6962) and say where their own certificate is, and
 * their roots issue no certificates of servers (Baseline Requirements of the CA/Browser Forum,
 * section 6.1.7). */
bool chain_leaf_looks_public(const struct certificate *leaf)
{
    return leaf->has_sct_list || leaf->issuer_url[0] != '\0';
}

/* A server that sends an issuer with the leaf, if another's, is meant to send this one's. */
static bool sends_intermediate(const struct chain *chain)
{
    for (size_t i = 1; i < chain->count; i++)
        if (chain->certificates[i]->is_ca && !chain->certificates[i]->self_issued)
            return true;
    return false;
}

/* What issued the last one, as far as it can be guessed: a leaf that is alone tells more than the
 * name. */
static void guess_missing_issuer(const struct chain *chain, struct chain_judgement *out)
{
    const enum authority_place place = authority_place_of(out->last->issuer_common_name);

    out->issuer_is_intermediate =
        place == AUTHORITY_PLACE_INTERMEDIATE
        || (out->path_length == 1
            && (chain_leaf_looks_public(out->leaf) || sends_intermediate(chain)));
    out->issuer_is_root = place == AUTHORITY_PLACE_ROOT && !out->issuer_is_intermediate;
}

/* What is known of an issuer that was not sent. */
static void find_missing_issuer(const struct chain *chain, const struct chain_question *question,
                                struct chain_judgement *out)
{
    const struct certificate *issuer = NULL;

    out->end = out->trust_known ? CHAIN_END_ISSUER_MISSING : CHAIN_END_UNKNOWN;
    guess_missing_issuer(chain, out);
    if (out->last->issuer_url[0] != '\0')
        out->issuer_url = out->last->issuer_url;
    if (question->seen != NULL)
        issuer = certificate_cache_find_issuer(question->seen, out->last);
    if (issuer == NULL || !out->trust_known)
        return;
    out->issuer_seen_completes =
        trust_store_contains(question->trust, issuer)
        || trust_store_find_issuer(question->trust, issuer, question->at) != NULL;
    out->issuer_is_intermediate = !certificate_may_issue(issuer, issuer);
    out->issuer_is_root = false;
    if (!chain_lacks_intermediate(out))
        out->end = CHAIN_END_UNTRUSTED_ROOT;
}

void chain_find_path(const struct chain *chain, const struct chain_question *question,
                     struct chain_judgement *out)
{
    struct repeated repeated;

    *out = (struct chain_judgement){.revoked = NULL};
    if (chain->count == 0 || chain->certificates[0]->reading == CERTIFICATE_UNREADABLE)
        return;
    out->trust_known = question->trust != NULL && trust_store_load(question->trust) == TRUST_LOADED;
    out->leaf = chain->certificates[0];
    repeated = find_repeated(chain);
    add_to_path(chain, 0, out);
    while (!end_at_last(chain, question, out)) {
        size_t next = find_sent_issuer(chain, &repeated, question, out);

        if (next == chain->count) {
            find_missing_issuer(chain, question, out);
            break;
        }
        add_to_path(chain, next, out);
    }
    out->chain_complete = out->end == CHAIN_END_ANCHORED || out->end == CHAIN_END_SELF_SIGNED
                          || out->end == CHAIN_END_UNTRUSTED_ROOT;
}

/* --- order --- */

/* Mark what may have issued, directly or not, a certificate of the path: another way to another
 * anchor, say. Each certificate is marked once and then looked at once. */
static size_t count_unrelated(const struct chain *chain, const struct repeated *repeated,
                              const struct chain_judgement *judgement)
{
    bool is_related[CHAIN_CERTIFICATES_MAX] = {false};
    size_t queue[CHAIN_CERTIFICATES_MAX];
    size_t queued = judgement->path_length;

    for (size_t i = 0; i < queued; i++) {
        queue[i] = judgement->path[i];
        is_related[queue[i]] = true;
    }
    for (size_t next = 0; next < queued; next++) {
        const struct certificate *below = chain->certificates[queue[next]];

        for (size_t i = 1; i < chain->count; i++) {
            if (is_related[i] || repeated->is[i]
                || !certificate_may_issue(chain->certificates[i], below))
                continue;
            is_related[i] = true;
            queue[queued++] = i;
        }
    }
    return chain->count - judgement->duplicates - queued;
}

void chain_find_order(const struct chain *chain, struct chain_judgement *out)
{
    struct repeated repeated;

    if (out->leaf == NULL)
        return;
    repeated = find_repeated(chain);
    for (size_t i = 1; i < out->path_length; i++)
        if (out->path[i] < out->path[i - 1])
            out->out_of_order = true;
    for (size_t i = 0; i < chain->count; i++) {
        const struct certificate *certificate = chain->certificates[i];

        if (repeated.is[i])
            out->duplicates++;
        if (certificate->reading == CERTIFICATE_READ)
            continue;
        out->unreadable++;
        if (out->first_unreadable == NULL)
            out->first_unreadable = certificate;
    }
    out->unrelated = count_unrelated(chain, &repeated, out);
}
