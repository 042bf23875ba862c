/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_certificate.c -- what is known of the certificates that a server sends for a name. */
#include "analyze/knowledge_internal.h"
#include "capture/siphash.h"

/* When an issuer came with the leaf, and nothing is known of the one that is missing, it may be a
 * root, which a server may leave out. */
static enum known_lack lack_of(const struct chain_judgement *judgement)
{
    if (judgement->end != CHAIN_END_ISSUER_MISSING)
        return KNOWN_LACKS_NOTHING;
    if (chain_lacks_intermediate(judgement))
        return KNOWN_LACKS_INTERMEDIATE;
    if (chain_ends_at_untrusted_root(judgement))
        return KNOWN_LACKS_ROOT;
    return judgement->path_length == 1 ? KNOWN_LACKS_ISSUER : KNOWN_LACKS_NOTHING;
}

static uint64_t hash_of_issuer(const struct knowledge *knowledge, const struct certificate *leaf)
{
    const struct certificate_name_id *id = &leaf->issuer_id;

    if (leaf->reading == CERTIFICATE_UNREADABLE)
        return 0;
    return siphash_1_3(knowledge->options.hash_key, id->octets, sizeof(id->octets));
}

static void add_to_span(struct known_span *span, int64_t at_ns)
{
    if (span->first_ns == 0 || at_ns < span->first_ns)
        span->first_ns = at_ns;
    if (at_ns > span->last_ns)
        span->last_ns = at_ns;
}

/* When a message with this hash was seen before. */
static struct known_span span_of(const struct known_name *name, uint64_t message_hash)
{
    if (name->certificate.known && name->certificate.message_hash == message_hash)
        return name->certificate.span;
    return name->former.message_hash == message_hash ? name->former.span : (struct known_span){0};
}

/* One that is replaced by another does not come again behind it. Connections become known when they
 * are over, so what was sent earlier may be known later: times alone tell. */
static bool spans_overlap(const struct known_span *one, const struct known_span *other)
{
    return one->first_ns != 0 && other->first_ns != 0 && one->first_ns < other->last_ns
           && other->first_ns < one->last_ns;
}

bool known_are_in_turns(const struct known_name *name)
{
    return spans_overlap(&name->certificate.span, &name->former.span);
}

/* The certificate of a name that the server serves, and no default one. */
static bool is_of_name(const struct facts *facts)
{
    const struct chain_judgement *judgement = facts->chain[SIDE_SERVER];

    return facts->client_hello_read && !facts_names_no_server(facts)
           && judgement->name == NAME_MATCH_SAN && judgement->end != CHAIN_END_SELF_SIGNED;
}

/* The key of a name begins with the one of its server. */
static void note_named_leaf(const struct knowledge *knowledge, const struct known_name *name,
                            int64_t at_ns)
{
    struct known_server *server = knowledge_table_find(knowledge->servers, name->key);

    if (server != NULL)
        server->named_leaf_ns = at_ns;
}

void knowledge_learn_certificate(const struct knowledge *knowledge, struct known_name *name,
                                 const struct facts *facts)
{
    const struct chain_judgement *judgement = facts->chain[SIDE_SERVER];
    struct known_certificate *known = &name->certificate;
    const struct note *note = facts->server_certificate_note;
    struct known_span span;
    uint64_t hash;

    if (judgement == NULL || judgement->leaf == NULL)
        return;
    hash = knowledge_hash_message(knowledge, handshake_body(facts->handshake, note));
    span = span_of(name, hash);
    add_to_span(&span, note->at.time_ns);
    if (known->known && known->message_hash != hash)
        name->former = *known;
    *known = (struct known_certificate){
        .known = true,
        .seen_ns = note->at.time_ns,
        .message_hash = hash,
        .octets = note->length,
        .span = span,
        .issuer = hash_of_issuer(knowledge, judgement->leaf),
        .valid_from = judgement->valid_from,
        .valid_until = judgement->valid_until,
        .end = judgement->end,
        .name = judgement->name,
        .purpose = judgement->purpose,
        .weakness = judgement->weakness,
        .revoked = judgement->revocation == REVOCATION_REVOKED,
        .trust_known = judgement->trust_known,
        .lack = lack_of(judgement),
    };
    memcpy(known->sha256, judgement->leaf->sha256, sizeof(known->sha256));
    if (is_of_name(facts))
        note_named_leaf(knowledge, name, note->at.time_ns);
}
