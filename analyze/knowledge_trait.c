/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_trait.c -- what a server, or a device before it, cannot stand in a hello. */
#include "analyze/causes/transport.h"
#include "analyze/knowledge_internal.h"

enum {
    /* Octets of the record of a ClientHello that some servers never answer (RFC 7685 section 1). */
    HANG_MIN = 256,
    HANG_MAX = 511
};

static unsigned bit_of(enum hello_trait trait)
{
    return 1U << trait;
}

static bool has_ech(const struct facts *facts)
{
    struct bytes data;

    return (facts->client_extensions.high_bits
            & extension_high_bit(TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO))
               != 0
           && extension_find(facts->client_hello.extensions, TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO,
                             &data);
}

/* A hello in more than one record is not told from one in a record of that length. */
static bool has_length(const struct facts *facts)
{
    uint32_t octets = facts->client_hello_note->length + TLS_HANDSHAKE_HEADER_LENGTH;

    return octets >= HANG_MIN && octets <= HANG_MAX;
}

static bool has_trait(const struct facts *facts, enum hello_trait trait)
{
    static bool (*const has[HELLO_TRAITS])(const struct facts *facts) = {
        [HELLO_TRAIT_RESUMES] = facts_wants_to_resume,
        [HELLO_TRAIT_ECH] = has_ech,
        [HELLO_TRAIT_LENGTH] = has_length,
    };

    return has[trait](facts);
}

void knowledge_note_traits_taken(struct known_server *server, const struct facts *facts)
{
    for (unsigned i = 0; i < HELLO_TRAITS; i++)
        if ((server->traits_taken & bit_of((enum hello_trait)i)) == 0
            && has_trait(facts, (enum hello_trait)i))
            server->traits_taken |= (uint8_t)bit_of((enum hello_trait)i);
}

bool knowledge_trait_is_new(const struct known_server *server, const struct facts *facts)
{
    for (unsigned i = 0; i < HELLO_TRAITS; i++)
        if ((server->traits_taken & bit_of((enum hello_trait)i)) == 0
            && has_trait(facts, (enum hello_trait)i))
            return true;
    return false;
}

/* A client that waits in vain ends it in whatever way, and so does a server that never got the
 * hello. */
static struct known_trait manner_of_refusal(const struct facts *facts)
{
    if (data_is_lost(facts, SIDE_CLIENT) || facts->refusal.kind == REFUSAL_NONE
        || facts->refusal.by == SIDE_CLIENT)
        return (struct known_trait){.kind = REFUSAL_NONE};
    return (struct known_trait){
        .kind = (uint8_t)facts->refusal.kind,
        .alert = facts->refusal.alert,
    };
}

static bool is_same_manner(const struct known_trait *one, const struct known_trait *other)
{
    return one->kind == other->kind && one->alert == other->alert;
}

static void note_refused(const struct known_server *server, struct known_trait *known,
                         const struct facts *facts)
{
    const struct known_trait manner = manner_of_refusal(facts);
    int64_t began_ns = facts->connection->first.time_ns;

    if (known->refused == 0 || !is_same_manner(known, &manner))
        *known = manner;
    known->returns += known_took_between(server, known->refused_ns, began_ns);
    known->refused++;
    if (began_ns > known->refused_ns)
        known->refused_ns = began_ns;
}

/* Who asks for another hello has read this one. */
static bool refuses_first_hello(const struct facts *facts)
{
    return facts->client_hello_read && facts->retry_note == NULL
           && treatment_of(facts) == TREATMENT_REFUSED;
}

void knowledge_note_traits_refused(struct known_server *server, const struct facts *facts)
{
    if (!refuses_first_hello(facts))
        return;
    for (unsigned i = 0; i < HELLO_TRAITS; i++)
        if (has_trait(facts, (enum hello_trait)i))
            note_refused(server, &server->rare->traits[i], facts);
}

void knowledge_note_stranger(struct known_server *server, const struct known_name *name,
                             const struct facts *facts)
{
    struct known_names *names = &server->rare->names;

    if (name->hellos.accepted.count > 0)
        names->mixed++;
    else if (name->hellos.refused.count > 0)
        note_refused(server, &names->refused, facts);
}

const struct known_names *known_names_of(const struct known_server *server,
                                         const struct facts *facts)
{
    const struct known_trait manner = manner_of_refusal(facts);

    return server->failed.count > 0 && refuses_first_hello(facts)
                   && is_same_manner(&server->rare->names.refused, &manner)
               ? &server->rare->names
               : NULL;
}

const struct known_trait *known_trait_of(const struct known_server *server,
                                         const struct facts *facts, enum hello_trait trait)
{
    const struct known_trait manner = manner_of_refusal(facts);

    if (server->failed.count == 0 || !refuses_first_hello(facts)
        || (server->traits_taken & bit_of(trait)) != 0 || !has_trait(facts, trait)
        || !is_same_manner(&server->rare->traits[trait], &manner))
        return NULL;
    return &server->rare->traits[trait];
}
