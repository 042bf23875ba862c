/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/modest_key.h"

#include "analyze/causes/known_certificate.h"
#include "analyze/chain.h"
#include "dissect/tls.h"

enum { STRICT_RSA_BITS_MIN = 3072 }; /* NIST SP 800-57 part 1: 128 bits of security */

static bool is_modest(const struct certificate *certificate)
{
    return (certificate->key == KEY_RSA || certificate->key == KEY_RSA_PSS)
           && certificate->key_bits > 0 && certificate->key_bits < STRICT_RSA_BITS_MIN;
}

const struct certificate *modest_key_find(const struct facts *facts)
{
    const struct chain_judgement *judgement = facts->chain[SIDE_SERVER];
    const struct chain *chain = facts->certificates[SIDE_SERVER];

    if (judgement == NULL || chain == NULL)
        return NULL;
    for (size_t depth = 0; depth < chain_depth(judgement); depth++) {
        const struct certificate *certificate = chain_at_depth(chain, judgement, depth);

        if (is_modest(certificate))
            return certificate;
    }
    return NULL;
}

bool modest_key_is_all_that_is_weak(const struct facts *facts)
{
    return facts->suite != NULL
           && (facts->suite->key_exchange == SUITE_KEY_EXCHANGE_ECDHE
               || facts->suite->key_exchange == SUITE_KEY_EXCHANGE_RSA)
           && modest_key_find(facts) != NULL;
}

void describe_modest_key(const struct facts *facts, struct evidence *evidence)
{
    const struct certificate *certificate = modest_key_find(facts);

    if (certificate != NULL)
        evidence_add(evidence, "key_size", facts->server_certificate_note->at,
                     "certificate of %s: key %s of %u bits, which most clients take; strict "
                     "policies ask for %d",
                     certificate->subject, certificate->key_name, certificate->key_bits,
                     STRICT_RSA_BITS_MIN);
}

bool modest_key_may_be_refused(const struct facts *facts)
{
    return (certificate_looks_right(facts, TLS_ALERT_BAD_CERTIFICATE)
            || certificate_looks_right(facts, TLS_ALERT_UNSUPPORTED_CERTIFICATE)
            || certificate_looks_right(facts, TLS_ALERT_CERTIFICATE_UNKNOWN))
           && modest_key_find(facts) != NULL;
}
