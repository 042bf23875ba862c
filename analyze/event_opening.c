/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/event_parts.h"
#include "analyze/starttls.h"

void event_add_moment(struct json *json, struct json_at object, const char *packet,
                      const char *time, struct moment at)
{
    if (!moment_seen(at))
        return;
    json_add_unsigned(json, object, packet, at.packet);
    json_add_time(json, object, time, at.time_ns);
}

static void add_address(struct json *json, struct json_at object, const char *key,
                        const uint8_t octets[16])
{
    struct address address;
    char text[ADDRESS_TEXT_MAX];

    memcpy(address.octets, octets, sizeof(address.octets));
    json_add_text(json, object, key, address_format(&address, text));
}

static void add_endpoint(struct json *json, struct json_at proxy, const char *key,
                         const struct proxy_endpoint *endpoint)
{
    struct json_at object = json_add_object(json, proxy, key);

    add_address(json, object, "ip", endpoint->address);
    json_add_unsigned(json, object, "port", endpoint->port);
}

static void add_proxy(struct json *json, struct json_at why, const struct facts *facts)
{
    const struct proxy_header *header = &facts->proxy;
    struct json_at proxy;

    if (header->version == 0)
        return;
    proxy = json_add_object(json, why, "proxy_protocol");
    json_add_unsigned(json, proxy, "version", header->version);
    event_add_moment(json, proxy, "packet", "time", facts->proxy_at);
    if (!header->has_addresses)
        return;
    add_endpoint(json, proxy, "client", &header->client);
    add_endpoint(json, proxy, "server", &header->server);
}

static void add_target(struct json *json, struct json_at starttls,
                       const struct proxy_target *target)
{
    struct json_at object = json_add_object(json, starttls, "target");

    if (target->has_address)
        add_address(json, object, "ip", target->address);
    else
        json_add_octets(json, object, "host", target->host);
    json_add_unsigned(json, object, "port", target->port);
}

static void add_starttls(struct json *json, struct json_at why, const struct facts *facts)
{
    const struct starttls_facts *starttls = &facts->starttls;
    const char *name = starttls_name(starttls->protocol);
    struct json_at object;

    if (name == NULL)
        return;
    object = json_add_object(json, why, "starttls");
    json_add_constant(json, object, "protocol", name);
    json_add_bool(json, object, "accepted", facts->handshake->switched || starttls->agreed);
    event_add_moment(json, object, "packet", "time", starttls->at);
    if (starttls->has_target)
        add_target(json, object, &starttls->target);
    if (starttls->status != 0)
        json_add_unsigned(json, object, "status", starttls->status);
    json_add_octets(json, object, "reply", starttls->reply);
    event_add_moment(json, object, "reply_packet", "reply_time", starttls->answered_at);
}

void event_add_opening(struct json *json, struct json_at why, const struct facts *facts)
{
    add_proxy(json, why, facts);
    add_starttls(json, why, facts);
}

void event_add_forwarded(struct json *json, struct json_at network, const struct facts *facts)
{
    if (facts->proxy.has_addresses)
        add_address(json, network, "forwarded_ip", facts->proxy.client.address);
}
