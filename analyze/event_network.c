/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "analyze/event_parts.h"
#include "capture/community_id.h"
#include "tlswhy_config.h"

enum { PROTOCOL_TCP = 6 };

/* The form of RFC 7042 section 2.1, which ECS asks for. */
static void add_mac(struct json *json, struct json_at party, const uint8_t mac[6])
{
    static const char digits[] = "0123456789ABCDEF";
    static const char form[] = "00-00-00-00-00-00";
    char *place = json_add_place(json, party, "mac", sizeof(form) - 1);

    if (place == NULL)
        return;
    memcpy(place, form, sizeof(form) - 1);
    for (size_t i = 0; i < 6; i++) {
        place[3 * i] = digits[mac[i] >> 4];
        place[3 * i + 1] = digits[mac[i] & 0xf];
    }
}

static struct json_part add_party(struct json *json, struct json_at root, const char *key,
                                  const struct connection *connection, enum side side)
{
    const struct endpoint *endpoint = &connection->endpoint[side];
    struct json_at party = json_add_object(json, root, key);
    char text[ADDRESS_TEXT_MAX];

    json_add_name(json, party, "ip", address_format(&endpoint->address, text));
    json_add_unsigned(json, party, "port", endpoint->port);
    if (endpoint->has_mac)
        add_mac(json, party, endpoint->mac);
    json_add_unsigned(json, party, "packets", connection->direction[side].packets);
    json_add_unsigned(json, party, "bytes", connection->direction[side].octets);
    return json_close(json, party);
}

void event_add_parties(struct json *json, struct json_at root, const struct facts *facts)
{
    struct json_part client = add_party(json, root, "source", facts->connection, SIDE_CLIENT);
    struct json_part server = add_party(json, root, "destination", facts->connection, SIDE_SERVER);

    json_add_copy(json, root, "client", client);
    json_add_copy(json, root, "server", server);
}

static bool is_tls(const struct handshake *handshake)
{
    return handshake->spoke_tls[SIDE_CLIENT] || handshake->spoke_tls[SIDE_SERVER];
}

static void add_vlan(struct json *json, struct json_at network, uint16_t id)
{
    char text[8];

    if (id == 0)
        return;
    snprintf(text, sizeof(text), "%u", id);
    json_add_text(json, json_add_object(json, network, "vlan"), "id", text);
}

static bool is_in(const struct event_network *network, const struct address *address)
{
    size_t whole = network->bits / 8;
    unsigned rest = network->bits % 8;

    if (memcmp(network->address.octets, address->octets, whole) != 0)
        return false;
    return rest == 0
           || (network->address.octets[whole] ^ address->octets[whole]) >> (8 - rest) == 0;
}

static bool is_internal(const struct event_options *options, const struct endpoint *endpoint)
{
    for (size_t i = 0; i < options->internal_count; i++)
        if (is_in(&options->internal[i], &endpoint->address))
            return true;
    return false;
}

/* In the words that ECS has for a sensor at the edge of a network. */
static void add_direction(struct json *json, struct json_at network,
                          const struct event_options *options, const struct endpoint ends[SIDES])
{
    static const char *const directions[2][2] = {{"external", "inbound"}, {"outbound", "internal"}};

    if (options->internal_count > 0)
        json_add_name(json, network, "direction",
                      directions[is_internal(options, &ends[SIDE_CLIENT])]
                                [is_internal(options, &ends[SIDE_SERVER])]);
}

void event_add_network(struct json *json, struct json_at root, const struct facts *facts,
                       const struct event_options *options)
{
    const struct connection *connection = facts->connection;
    const struct direction *direction = connection->direction;
    struct json_at network = json_add_object(json, root, "network");
    const struct endpoint *client = &connection->endpoint[SIDE_CLIENT];
    const struct endpoint *server = &connection->endpoint[SIDE_SERVER];
    char id[COMMUNITY_ID_MAX];

    json_add_name(json, network, "transport", "tcp");
    json_add_name(json, network, "type", address_is_ipv4(&client->address) ? "ipv4" : "ipv6");
    if (is_tls(facts->handshake))
        json_add_name(json, network, "protocol", "tls");
    add_direction(json, network, options, connection->endpoint);
    community_id(options->community_seed, PROTOCOL_TCP, &client->address, client->port,
                 &server->address, server->port, id);
    json_add_name(json, network, "community_id", id);
    json_add_unsigned(json, network, "packets",
                      (uint64_t)direction[SIDE_CLIENT].packets + direction[SIDE_SERVER].packets);
    json_add_unsigned(json, network, "bytes",
                      direction[SIDE_CLIENT].octets + direction[SIDE_SERVER].octets);
    event_add_forwarded(json, network, facts);
    add_vlan(json, network, connection->vlan_id);
}

static void add_observer(struct json *json, struct json_at root,
                         const struct event_options *options)
{
    struct json_at observer = json_add_object(json, root, "observer");
    struct json_at ingress;

    json_add_text(json, observer, "name", options->observer_name);
    json_add_text(json, observer, "hostname", options->observer_hostname);
    json_add_constant(json, observer, "vendor", "tlswhy");
    json_add_constant(json, observer, "product", "tlswhy");
    json_add_constant(json, observer, "version", TLSWHY_VERSION);
    json_add_constant(json, observer, "type", "sensor");
    if (options->observer_interface == NULL)
        return;
    ingress = json_add_object(json, observer, "ingress");
    json_add_text(json, json_add_object(json, ingress, "interface"), "name",
                  options->observer_interface);
}

void event_add_observer(struct json *json, struct json_at root, const struct event_options *options)
{
    struct memo_key key;
    size_t mark;

    memo_key_begin(&key);
    memo_key_finish(&key);
    if (event_recall(json, root, EVENT_MEMO_OBSERVER, &key))
        return;
    mark = json_mark(json, root);
    add_observer(json, root, options);
    event_remember(json, root, EVENT_MEMO_OBSERVER, &key, mark);
}
