/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident_key.h"

#include "analyze/big_endian.h"
#include "analyze/causes/causes.h"
#include "analyze/fold.h"
#include "capture/siphash.h"

enum {
    GENERATION_OFFSET = INCIDENT_KEY - INCIDENT_GENERATION_KEY,
    IPV4_BITS = 24, /* the networks that most sites are made of */
    IPV6_BITS = 64, /* RFC 4291 section 2.5.4 */
    IPV4_MAPPED_BITS = 96
};

/* Causes that something on the way may have, and by what the way is told. */
static const struct path_row {
    const struct cause *cause;
    enum incident_path_kind kind;
} path_rows[] = {
    {&cause_icmp_unreachable, INCIDENT_PATH_ROUTER},
    {&cause_mtu_blackhole, INCIDENT_PATH_ROUTER},
    {&cause_middlebox_reset, INCIDENT_PATH_HOP_LIMIT},
    {&cause_mtu_blackhole, INCIDENT_PATH_SERVER_NETWORK},
    {&cause_connect_timeout, INCIDENT_PATH_SERVER_NETWORK},
    {&cause_server_silent, INCIDENT_PATH_SERVER_NETWORK},
    {&cause_packet_loss, INCIDENT_PATH_SERVER_NETWORK},
    {&cause_large_client_hello_intolerance, INCIDENT_PATH_CLIENT_NETWORK},
};

static void put_port(uint8_t *out, uint16_t port)
{
    out[0] = (uint8_t)(port >> 8);
    out[1] = (uint8_t)port;
}

void incident_key_set_generation(struct incident_key *key, uint32_t generation)
{
    uint8_t *out = key->octets + GENERATION_OFFSET;

    for (size_t i = 0; i < INCIDENT_GENERATION_KEY; i++)
        out[i] = (uint8_t)(generation >> (24 - 8 * i));
}

bool incident_key_is_current(const uint8_t key[INCIDENT_KEY])
{
    for (size_t i = GENERATION_OFFSET; i < INCIDENT_KEY; i++)
        if (key[i] != 0)
            return false;
    return true;
}

bool incident_is_about_name(const struct incident_failure *failure)
{
    return failure->cause->layer == LAYER_SERVER_NAME && failure->name_is_well_formed
           && failure->name.len > 0;
}

/* Case does not count (RFC 6066 section 3, RFC 4343). */
static uint64_t hash_name(const uint64_t hash_key[2], struct bytes name)
{
    uint8_t folded[FOLD_ROOM];
    size_t length = fold_name(folded, name);

    return siphash_1_3(hash_key, folded, length);
}

/* Address and port; the target of a proxy that is a name is a hash of it beside the proxy's. */
static void put_server(const uint64_t hash_key[2], uint8_t *party,
                       const struct incident_failure *failure)
{
    const struct endpoint *server = &failure->connection->endpoint[SIDE_SERVER];
    const struct proxy_target *target = &failure->target;
    uint64_t hash = 0;

    memcpy(party, server->address.octets, sizeof(server->address.octets));
    put_port(party + 16, failure->has_target ? target->port : server->port);
    if (failure->has_target && target->has_address)
        memcpy(party, target->address, sizeof(target->address));
    else if (failure->has_target)
        hash = hash_name(hash_key, target->host);
    if (incident_is_about_name(failure))
        hash += hash_name(hash_key, failure->name);
    big_endian_put(party + 18, hash);
}

/* Address and kind of client; a client that sent no hello is known by its address. */
static void put_client(uint8_t *party, const struct incident_failure *failure)
{
    const struct endpoint *client = &failure->connection->endpoint[SIDE_CLIENT];

    memcpy(party, client->address.octets, sizeof(client->address.octets));
    big_endian_put(party + 18, failure->client_kind);
}

/* A host that answers for itself is no router on the way to it. */
static bool see_router(const struct connection *connection, struct incident_path *path)
{
    const struct icmp_facts *icmp = &connection->icmp;

    if (icmp->count == 0)
        return false;
    for (size_t side = 0; side < SIDES; side++)
        if (memcmp(&connection->endpoint[side].address, &icmp->sender, sizeof(icmp->sender)) == 0)
            return false;
    path->address = icmp->sender;
    return true;
}

static bool see_hop_limit(const struct connection *connection, struct incident_path *path)
{
    const struct reset *first = NULL;

    for (size_t side = 0; side < SIDES; side++) {
        const struct direction *direction = &connection->direction[side];
        const struct reset *reset = direction_reset(direction);

        if (reset_has_other_hop_limit(direction))
            first = first == NULL || reset->at.packet < first->at.packet ? reset : first;
    }
    if (first == NULL)
        return false;
    path->hop_limit = first->hop_limit;
    return true;
}

static void see_network(const struct endpoint *endpoint, struct incident_path *path)
{
    bool is_ipv4 = address_is_ipv4(&endpoint->address);
    size_t bits = is_ipv4 ? IPV4_MAPPED_BITS + IPV4_BITS : IPV6_BITS;

    path->prefix_bits = is_ipv4 ? IPV4_BITS : IPV6_BITS;
    memcpy(path->address.octets, endpoint->address.octets, bits / 8);
}

static bool see_path(const struct connection *connection, enum incident_path_kind kind,
                     struct incident_path *path)
{
    *path = (struct incident_path){.kind = kind, .vlan_id = connection->vlan_id};
    if (kind == INCIDENT_PATH_ROUTER)
        return see_router(connection, path);
    if (kind == INCIDENT_PATH_HOP_LIMIT)
        return see_hop_limit(connection, path);
    see_network(
        &connection->endpoint[kind == INCIDENT_PATH_SERVER_NETWORK ? SIDE_SERVER : SIDE_CLIENT],
        path);
    return true;
}

struct incident_path incident_path_of(const struct incident_failure *failure)
{
    const struct connection *connection = failure->connection;
    struct incident_path path;

    for (size_t i = 0; i < sizeof(path_rows) / sizeof(path_rows[0]); i++)
        if (path_rows[i].cause == failure->cause && see_path(connection, path_rows[i].kind, &path))
            return path;
    return (struct incident_path){.kind = INCIDENT_PATH_NONE};
}

static bool put_path(uint8_t *party, const struct incident_failure *failure)
{
    struct incident_path path = incident_path_of(failure);

    memcpy(party, path.address.octets, sizeof(path.address.octets));
    put_port(party + 16, path.vlan_id);
    party[18] = (uint8_t)path.kind;
    party[19] = path.hop_limit;
    return path.kind != INCIDENT_PATH_NONE;
}

void incident_key_put_cause(uint8_t out[INCIDENT_CAUSE_KEY], const struct cause *cause)
{
    size_t length = strlen(cause->id);

    memset(out, 0, INCIDENT_CAUSE_KEY);
    memcpy(out, cause->id, length < INCIDENT_CAUSE_KEY ? length : INCIDENT_CAUSE_KEY);
}

/* The cause, and where an alert is all that is known of it which one: others have other reasons. */
static void put_cause(uint8_t out[INCIDENT_CAUSE_KEY], const struct incident_failure *failure)
{
    incident_key_put_cause(out, failure->cause);
    if (failure->cause == &cause_peer_alert)
        out[INCIDENT_CAUSE_KEY - 1] = failure->alert;
}

bool incident_key_of(const uint64_t hash_key[2], enum incident_table table,
                     const struct incident_failure *failure, struct incident_key *key)
{
    uint8_t *party = key->octets + INCIDENT_CAUSE_KEY;

    *key = (struct incident_key){0};
    put_cause(key->octets, failure);
    if (table == INCIDENT_ON_PATH)
        return put_path(party, failure);
    if (table == INCIDENT_OF_CLIENT)
        put_client(party, failure);
    else
        put_server(hash_key, party, failure);
    return true;
}
