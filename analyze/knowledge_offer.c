/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_offer.c -- hellos that a server took up, as wholes: one that refuses what it took does
 * so for another reason than what is offered. */
#include "analyze/knowledge_internal.h"
#include "capture/siphash.h"

uint64_t knowledge_hash_offer(const struct knowledge *knowledge, const struct facts *facts)
{
    struct bytes groups = {0}; /* with their length: facts in brief have not read them */

    if (!extension_find(facts->client_hello.extensions, TLS_EXTENSION_SUPPORTED_GROUPS, &groups))
        groups.len = 0;
    const uint64_t parts[] = {
        knowledge_kind_of_hello(knowledge, facts),
        facts->offer.version_min,
        list_u16_number(groups),
        knowledge_hash_name(knowledge, facts),
    };

    return siphash_1_3(knowledge->options.hash_key, parts, sizeof(parts));
}

static uint64_t hash_of(const struct knowledge *knowledge, struct bytes octets)
{
    return octets.len > 0 ? siphash_1_3(knowledge->options.hash_key, octets.data, octets.len) : 0;
}

/* The first pre-shared key or ticket of TLS 1.3 (RFC 8446 section 4.2.11); empty: none. Facts in
 * brief have not read it. */
static struct bytes first_identity(const struct facts *facts)
{
    struct bytes data, identities, identity;

    return (facts->client_extensions.low_types & EXTENSION_BIT(TLS_EXTENSION_PRE_SHARED_KEY)) != 0
                   && extension_find(facts->client_hello.extensions, TLS_EXTENSION_PRE_SHARED_KEY,
                                     &data)
                   && bytes_vector(&data, 2, &identities) && bytes_vector(&identities, 2, &identity)
               ? identity
               : (struct bytes){0};
}

/* The offer with what it says that the server knows already: a server may take up all but a hello
 * that names such a session, key or user. */
static uint64_t hash_whole(const struct knowledge *knowledge, const struct facts *facts)
{
    const uint64_t parts[] = {
        knowledge_hash_offer(knowledge, facts),
        hash_of(knowledge, facts->client_extensions.session_ticket.ticket),
        hash_of(knowledge, facts_session_id(facts)),
        hash_of(knowledge, first_identity(facts)),
        hash_of(knowledge, facts_password_user(facts)),
    };
    uint64_t hash = siphash_1_3(knowledge->options.hash_key, parts, sizeof(parts));

    return hash != 0 ? hash : 1;
}

/* The offer with this hash, or the one that came longest ago. */
static struct known_offer *place_of(const struct known_server *server, uint64_t hash)
{
    struct known_offer *offers = server->rare->offers;
    struct known_offer *oldest = offers;

    for (size_t i = 0; i < KNOWLEDGE_OFFERS_MAX; i++) {
        if (offers[i].hash == hash)
            return &offers[i];
        if (offers[i].taken_ns < oldest->taken_ns)
            oldest = &offers[i];
    }
    return oldest;
}

void knowledge_note_offer(const struct knowledge *knowledge, struct known_server *server,
                          const struct facts *facts)
{
    uint64_t hash;

    if (server->failed.count == 0 || treatment_of(facts) != TREATMENT_ACCEPTED)
        return;
    hash = hash_whole(knowledge, facts);
    *place_of(server, hash) = (struct known_offer){
        .hash = hash,
        .taken_ns = facts->connection->first.time_ns,
    };
}

int64_t knowledge_offer_taken(const struct knowledge *knowledge, const struct known_server *server,
                              const struct facts *facts)
{
    const struct known_offer *offer;
    uint64_t hash;

    if (server->failed.count == 0)
        return 0;
    hash = hash_whole(knowledge, facts);
    offer = place_of(server, hash);
    return offer->hash == hash ? offer->taken_ns : 0;
}
