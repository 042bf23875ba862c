/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "analyze/event_parts.h"
#include "capture/community_id.h"
#include "tlswhy_config.h"

enum { PROTOCOL_TCP = 6 };

enum {
    MAC_LENGTH = 17, /* of "00-00-5E-00-53-AB" */
    /* Octets of a party at the most: the object, an address and a MAC address, three numbers. */
    PARTY_MAX =
        6 * (11 + JSON_MEMBER_MAX) + ADDRESS_TEXT_MAX + MAC_LENGTH + 4 + 3 * JSON_NUMBER_MAX,
    PARTIES_MAX = 2 * SIDES * PARTY_MAX
};

/* The form of RFC 7042 section 2.1, which ECS asks for. */
static char *put_mac(char *out, const uint8_t mac[6])
{
    static const char digits[] = "0123456789ABCDEF";
    char text[MAC_LENGTH + 1];

#pragma GCC unroll 6
    for (size_t i = 0; i < 6; i++) {
        text[3 * i] = digits[mac[i] >> 4];
        text[3 * i + 1] = digits[mac[i] & 0xf];
        text[3 * i + 2] = '-';
    }
    return json_put_digits(out, "mac", text, MAC_LENGTH);
}

/* Put the members of a party. */
static char *put_party(char *out, const struct connection *connection, enum side side,
                       const struct address_text *address)
{
    const struct endpoint *endpoint = &connection->endpoint[side];

    out = json_put_digits(out, "ip", address->text, address->length);
    out = json_put_unsigned(out, "port", endpoint->port);
    if (endpoint->has_mac)
        out = put_mac(out, endpoint->mac);
    out = json_put_unsigned(out, "packets", connection->direction[side].packets);
    return json_put_unsigned(out, "bytes", connection->direction[side].octets);
}

/* Who opened the connection is the source and the client. */
void event_add_parties(struct json *json, struct json_at root, const struct facts *facts,
                       const struct address_text addresses[SIDES])
{
    char *source, *source_end, *destination, *destination_end, *out;

    if (!json_begin_members(json, root, PARTIES_MAX, &out))
        return;
    source = json_put_object(out, "source");
    source_end = json_put_object_end(
        put_party(source, facts->connection, SIDE_CLIENT, &addresses[SIDE_CLIENT]));
    destination = json_put_object(source_end, "destination");
    destination_end = json_put_object_end(
        put_party(destination, facts->connection, SIDE_SERVER, &addresses[SIDE_SERVER]));
    out = json_put_octets(json_put_object(destination_end, "client"), source, source_end);
    out = json_put_octets(json_put_object(out, "server"), destination, destination_end);
    json_end_members(json, out);
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
static char *put_direction(char *out, const struct event_options *options,
                           const struct endpoint ends[SIDES])
{
    static const char *const directions[2][2] = {{"external", "inbound"}, {"outbound", "internal"}};

    return json_put_name(out, "direction",
                         directions[is_internal(options, &ends[SIDE_CLIENT])]
                                   [is_internal(options, &ends[SIDE_SERVER])]);
}

/* Octets of what every network has, at the most: seven members, of which the Community ID is the
 * longest. */
enum { NETWORK_MAX = 7 * (12 + JSON_MEMBER_MAX + 2 + COMMUNITY_ID_MAX) };

void event_add_network(struct json *json, struct json_at root, const struct facts *facts,
                       const struct event_options *options)
{
    const struct connection *connection = facts->connection;
    const struct direction *direction = connection->direction;
    const struct endpoint *client = &connection->endpoint[SIDE_CLIENT];
    const struct endpoint *server = &connection->endpoint[SIDE_SERVER];
    struct json_at network = json_add_object(json, root, "network");
    char id[COMMUNITY_ID_MAX];
    char *out;

    community_id(options->community_seed, PROTOCOL_TCP, &client->address, client->port,
                 &server->address, server->port, id);
    if (!json_begin_members(json, network, NETWORK_MAX, &out))
        return;
    out = json_put_name(out, "transport", "tcp");
    out = json_put_name(out, "type", address_is_ipv4(&client->address) ? "ipv4" : "ipv6");
    if (is_tls(facts->handshake))
        out = json_put_name(out, "protocol", "tls");
    if (options->internal_count > 0)
        out = put_direction(out, options, connection->endpoint);
    if (id[0] != '\0')
        out = json_put_digits(out, "community_id", id, sizeof(id) - 1);
    out = json_put_unsigned(
        out, "packets", (uint64_t)direction[SIDE_CLIENT].packets + direction[SIDE_SERVER].packets);
    out = json_put_unsigned(out, "bytes",
                            direction[SIDE_CLIENT].octets + direction[SIDE_SERVER].octets);
    json_end_members(json, out);
    event_add_forwarded(json, network, facts);
    add_vlan(json, network, connection->vlan_id);
}

void event_add_observer(struct json *json, struct json_at root, const struct event_options *options)
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
