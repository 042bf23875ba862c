/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/judged.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/certificates.h"

enum { NAMES_SIZE = 512 };

void judged_begin(struct judged *judged)
{
    *judged = (struct judged){.cache = certificate_cache_new(NULL),
                              .trust = trust_store_new(certificates_path("store.pem"))};
    if (judged->cache == NULL || judged->trust == NULL)
        abort();
}

void judged_end(struct judged *judged)
{
    certificate_cache_free(judged->cache);
    trust_store_free(judged->trust);
}

static void collect(struct judged *judged, const char *files)
{
    char names[NAMES_SIZE];

    judged->chain = (struct chain){0};
    snprintf(names, sizeof(names), "%s", files);
    for (char *rest = names, *name; (name = strtok_r(rest, " ", &rest)) != NULL;) {
        const struct certificate *certificate =
            certificate_cache_get(judged->cache, certificates_der(name));

        if (certificate == NULL || judged->chain.count == CHAIN_CERTIFICATES_MAX)
            abort();
        judged->chain.certificates[judged->chain.count++] = certificate;
    }
}

void judged_chain(struct judged *judged, const char *files, const char *name, int64_t at)
{
    struct chain_question question = {
        .role = name != NULL ? CHAIN_SERVER : CHAIN_CLIENT,
        .at = at,
        .server_name = name != NULL ? bytes_of(name, strlen(name)) : (struct bytes){0},
        .trust = judged->trust,
        .seen = judged->knows_others ? judged->cache : NULL,
    };

    collect(judged, files);
    chain_judge(&judged->chain, &question, &judged->judgement);
}
