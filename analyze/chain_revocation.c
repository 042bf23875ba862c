/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What CRLs and the stapled OCSP response say of a chain. */
#include "analyze/chain.h"

static enum chain_staple_problem answer_problem(const struct ocsp_answer *answer, int64_t at)
{
    if (answer->response_status != OCSP_SUCCESSFUL)
        return STAPLE_UNSUCCESSFUL;
    if (!answer->found)
        return STAPLE_NO_ANSWER;
    if (answer->status == OCSP_REVOKED)
        return STAPLE_REVOKED;
    if (answer->status == OCSP_UNKNOWN)
        return STAPLE_UNKNOWN;
    if (answer->next_update != 0 && at > answer->next_update)
        return STAPLE_EXPIRED;
    return at < answer->this_update ? STAPLE_NOT_YET : STAPLE_OK;
}

void chain_find_staple(const struct chain *chain, const struct chain_question *question,
                       struct chain_judgement *out)
{
    const struct ocsp_question asked = {
        .certificate = out->leaf,
        .issuer = chain_depth(out) > 1 ? chain_at_depth(chain, out, 1) : NULL,
    };

    out->staple_came = question->staple.len > 0;
    if (out->leaf == NULL)
        return;
    if (!out->staple_came) {
        bool is_missing = out->leaf->must_staple && question->staple_expected;

        out->staple = is_missing ? STAPLE_MISSING : STAPLE_OK;
        return;
    }
    if (ocsp_response_read(question->staple, &asked, &out->staple_answer))
        out->staple = answer_problem(&out->staple_answer, question->at);
    else
        out->staple = STAPLE_MALFORMED;
}

static void note_revoked(const struct certificate *certificate, size_t depth,
                         struct chain_judgement *out)
{
    out->revocation = REVOCATION_REVOKED;
    out->revoked = certificate;
    out->revoked_depth = depth;
}

void chain_find_revocation(const struct chain *chain, const struct chain_question *question,
                           struct chain_judgement *out)
{
    if (out->staple == STAPLE_REVOKED) {
        note_revoked(out->leaf, 0, out);
        out->revoked_by_staple = true;
        return;
    }
    for (size_t depth = 0; depth < out->path_length; depth++) {
        const struct certificate *certificate = chain_at_depth(chain, out, depth);
        struct crl_answer answer = crl_set_find(question->crls, certificate);

        /* A list of today says nothing on a handshake before the revocation. */
        if (answer.revoked && answer.revoked_at <= question->at) {
            note_revoked(certificate, depth, out);
            return;
        }
        if (depth == 0 && answer.covered)
            out->revocation = REVOCATION_GOOD;
    }
    if (out->staple_came && out->staple == STAPLE_OK)
        out->revocation = REVOCATION_GOOD;
}
