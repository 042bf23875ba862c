/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the certificates of a path may be used for. */
#include "analyze/chain.h"
#include "analyze/name_constraints.h"

bool chain_purpose_is_debatable(enum chain_purpose_problem problem)
{
    return problem == PURPOSE_CA_AS_LEAF || problem == PURPOSE_SUITE_KEY_USAGE
           || problem == PURPOSE_ANY_ONLY;
}

bool chain_purpose_is_of_issuer(enum chain_purpose_problem problem)
{
    return problem == PURPOSE_NOT_CA || problem == PURPOSE_NO_CERT_SIGN
           || problem == PURPOSE_PATH_LENGTH || problem == PURPOSE_NAME_CONSTRAINTS;
}

static bool names_role(const struct certificate *certificate, enum chain_role role)
{
    uint16_t wanted = role == CHAIN_SERVER ? PURPOSE_SERVER_AUTH : PURPOSE_CLIENT_AUTH;

    return (certificate->purposes & wanted) != 0;
}

/* extKeyUsage of any certificate of the path but the anchor: RFC 5280 section 4.2.1.12, and what
 * clients make of it for issuers. */
static bool allows_role(const struct certificate *certificate, enum chain_role role)
{
    return !certificate->has_purposes || names_role(certificate, role)
           || (certificate->purposes & PURPOSE_ANY) != 0;
}

/* keyUsage of a leaf: a server signs, decrypts or agrees on a key by its cipher suite; a client
 * signs or agrees (RFC 5246 sections 7.4.2 and 7.4.6, RFC 8446 section 4.4.2.2). One of them is
 * what all clients ask for. */
static bool has_leaf_usage(const struct certificate *certificate, enum chain_role role)
{
    uint16_t wanted = USAGE_DIGITAL_SIGNATURE | USAGE_KEY_AGREEMENT;

    if (role == CHAIN_SERVER)
        wanted |= USAGE_KEY_ENCIPHERMENT;
    return !certificate->has_key_usage || (certificate->key_usage & wanted) != 0;
}

static enum chain_purpose_problem leaf_problem(const struct certificate *certificate,
                                               enum chain_role role)
{
    if (!allows_role(certificate, role))
        return PURPOSE_EXTENDED_KEY_USAGE;
    if (!has_leaf_usage(certificate, role))
        return PURPOSE_KEY_USAGE;
    return PURPOSE_OK;
}

/* What is debatable in a leaf, what more clients refuse first. An application may leave
 * anyExtendedKeyUsage alone (RFC 5280 section 4.2.1.12): OpenSSL, BoringSSL and webpki do, Go,
 * GnuTLS and Java do not. Java, NSS and Mbed TLS ask for the bit that the suite needs. */
static enum chain_purpose_problem debatable_problem(const struct certificate *leaf,
                                                    const struct chain_question *question)
{
    if (leaf->has_purposes && !names_role(leaf, question->role))
        return PURPOSE_ANY_ONLY;
    if (question->leaf_usage != 0 && leaf->has_key_usage
        && (leaf->key_usage & question->leaf_usage) == 0)
        return PURPOSE_SUITE_KEY_USAGE;
    return leaf->is_ca ? PURPOSE_CA_AS_LEAF : PURPOSE_OK;
}

/* RFC 5280 section 6.1.4 (k) to (n). A root of version 1 has no extension to say that it is a
 * CA. */
static enum chain_purpose_problem issuer_problem(const struct certificate *certificate,
                                                 enum chain_role role, size_t below)
{
    bool is_old_root = certificate->version < 3 && certificate->self_issued;

    if (!certificate->is_ca && !is_old_root)
        return PURPOSE_NOT_CA;
    if (certificate->has_key_usage && (certificate->key_usage & USAGE_KEY_CERT_SIGN) == 0)
        return PURPOSE_NO_CERT_SIGN;
    if (certificate->has_path_length && below > certificate->path_length)
        return PURPOSE_PATH_LENGTH;
    if (!allows_role(certificate, role))
        return PURPOSE_EXTENDED_KEY_USAGE;
    return PURPOSE_OK;
}

/* An anchor is trusted whatever it says of itself, but clients count what is below it. */
static enum chain_purpose_problem anchor_problem(const struct certificate *certificate,
                                                 size_t below)
{
    return certificate->has_path_length && below > certificate->path_length ? PURPOSE_PATH_LENGTH
                                                                            : PURPOSE_OK;
}

/* Whether a certificate of the path has a name that one above it, at this depth, may not issue for
 * (RFC 5280 section 6.1.4 (g)). A self-issued certificate is exempt unless it is the leaf. */
static bool violates_constraints(const struct chain *chain, const struct chain_judgement *judgement,
                                 const struct certificate *issuer, size_t depth)
{
    if (!issuer->has_name_constraints)
        return false;
    for (size_t below = 0; below < depth; below++) {
        const struct certificate *certificate = chain_at_depth(chain, judgement, below);

        if ((below == 0 || !certificate->self_issued)
            && name_constraints_judge(issuer, certificate, below == 0) == CONSTRAINTS_VIOLATED)
            return true;
    }
    return false;
}

static enum chain_purpose_problem problem_at(const struct chain_judgement *judgement,
                                             const struct certificate *certificate,
                                             enum chain_role role, size_t depth, size_t below)
{
    if (certificate->reading != CERTIFICATE_READ)
        return PURPOSE_OK;
    if (depth == 0)
        return leaf_problem(certificate, role);
    if (judgement->anchor != NULL && depth + 1 == chain_depth(judgement))
        return anchor_problem(certificate, below);
    return issuer_problem(certificate, role, below);
}

void chain_find_purpose(const struct chain *chain, const struct chain_question *question,
                        struct chain_judgement *out)
{
    size_t below = 0; /* issuers that are not self-issued, under the one looked at */

    for (size_t depth = 0; depth < chain_depth(out); depth++) {
        const struct certificate *certificate = chain_at_depth(chain, out, depth);
        enum chain_purpose_problem problem =
            problem_at(out, certificate, question->role, depth, below);

        if (problem == PURPOSE_OK && violates_constraints(chain, out, certificate, depth))
            problem = PURPOSE_NAME_CONSTRAINTS;
        if (problem != PURPOSE_OK) {
            out->purpose = problem;
            out->purpose_of = certificate;
            out->purpose_depth = depth;
            return;
        }
        below += depth > 0 && !certificate->self_issued;
    }
    if (out->leaf == NULL || out->leaf->reading != CERTIFICATE_READ)
        return;
    out->purpose = debatable_problem(out->leaf, question);
    out->purpose_of = out->purpose != PURPOSE_OK ? out->leaf : NULL;
}
