/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/default_certificate.h"

#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known.h"
#include "analyze/causes/offer_weight.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"

/* A client that refuses a certificate that is its own issuer, which may have got it for the name
 * that it sent or did not send. */
static bool may_be_default(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    if (chain == NULL || chain->end != CHAIN_END_SELF_SIGNED || !facts->client_hello_read)
        return false;
    if (!facts_names_no_server(facts))
        return chain->name == NAME_MATCH_MISMATCH;
    return chain->name != NAME_MATCH_SAN && offer_weigh(facts, SUSPECT_NO_NAME) >= WEIGHT_UNUSUAL;
}

/* When the server sent a certificate for the name asked, by another issuer; 0: not known. */
static int64_t named_leaf_ns(const struct facts *facts)
{
    const struct known_server *server = known_server_of(facts);

    return server != NULL ? server->named_leaf_ns : 0;
}

static enum certainty lesser(enum certainty one, enum certainty other)
{
    return one < other ? one : other;
}

enum certainty default_certificate_weigh(const struct facts *facts)
{
    if (!may_be_default(facts))
        return CAUSE_NO;
    return lesser(certificate_refusal_weigh(facts, TLS_ALERT_UNKNOWN_CA),
                  named_leaf_ns(facts) != 0 ? CAUSE_LIKELY : CAUSE_POSSIBLE);
}

enum certainty default_certificate_cap(const struct facts *facts, enum certainty certainty)
{
    if (!may_be_default(facts))
        return certainty;
    return lesser(certainty, named_leaf_ns(facts) != 0 ? CAUSE_POSSIBLE : CAUSE_LIKELY);
}

void describe_default_certificate(const struct facts *facts, struct evidence *evidence)
{
    struct text text;

    if (!may_be_default(facts))
        return;
    text = evidence_begin(evidence, "default_certificate", facts->server_certificate_note->at);
    text_add(&text, "%s; this may be the server's default certificate",
             facts_names_no_server(facts) ? "the client sent no server name"
                                          : "the certificate is not for the name asked for");
    if (named_leaf_ns(facts) != 0) {
        text_add(&text, ": for a name that it serves it sends another one, for that name and by "
                        "another issuer, as at ");
        text_add_time(&text, named_leaf_ns(facts));
    }
}
