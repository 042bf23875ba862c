/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_event.c -- what other connections to the server showed, for its event. */
#include "analyze/event_parts.h"
#include "analyze/knowledge.h"
#include "dissect/names.h"

static void add_values(struct json *json, struct json_at object, const char *key,
                       const struct known_server *server, enum known_choice choice,
                       const char *(*name)(uint16_t))
{
    struct json_at array;

    if (server->chosen[choice].count == 0)
        return;
    array = json_add_array(json, object, key);
    for (size_t i = 0; i < server->chosen[choice].count; i++) {
        uint16_t value = known_server_value(server, choice, i)->value;

        json_append_name(json, array, name(value), value);
    }
}

static void add_alpn(struct json *json, struct json_at object, const struct known_server *server)
{
    struct json_at array;

    if (server->alpn_count == 0)
        return;
    array = json_add_array(json, object, "alpn");
    for (size_t i = 0; i < server->alpn_count; i++)
        json_append_octets(json, array, bytes_of(server->alpn[i].octets, server->alpn[i].length));
}

static void add_alerts(struct json *json, struct json_at object, const struct known_server *server)
{
    struct json_at array;

    if (server->alert_count == 0)
        return;
    array = json_add_array(json, object, "alerts");
    for (size_t i = 0; i < server->alert_count; i++) {
        const struct known_alert *alert = &server->rare->alerts[i];
        struct json_at item = json_append_object(json, array);
        char name[NAMES_HEX_SIZE];

        json_add_text(json, item, "name",
                      names_or_hex(name, sizeof(name), names_alert(alert->description),
                                   alert->description, 2));
        json_add_unsigned(json, item, "code", alert->description);
        json_add_unsigned(json, item, "sent", alert->sent.count);
    }
}

static void add_certificate(struct json *json, struct json_at object, const struct known_name *name)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[2 * CERTIFICATE_SHA256_LEN + 1] = {0};

    if (name == NULL || !name->certificate.known)
        return;
    for (size_t i = 0; i < CERTIFICATE_SHA256_LEN; i++) {
        text[2 * i] = digits[name->certificate.sha256[i] >> 4];
        text[2 * i + 1] = digits[name->certificate.sha256[i] & 0xf];
    }
    json_add_text(json, object, "certificate_sha256", text);
}

/* The connection itself is among those that are known: alone it is no news. */
void event_add_known(struct json *json, struct json_at why, const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;
    struct json_at object;

    if (server == NULL || (server->established.count == 0 && server->hellos.accepted.count < 2))
        return;
    object = json_add_object(json, why, "server_known");
    json_add_unsigned(json, object, "connections", server->answered.count);
    json_add_unsigned(json, object, "established", server->established.count);
    json_add_unsigned(json, object, "failed", server->failed.count);
    json_add_unsigned(json, object, "clients", known_clients_of(server));
    if (server->established.count > 0)
        json_add_time(json, object, "last_established", server->established.last_ns);
    add_values(json, object, "versions", server, KNOWN_VERSIONS, names_version);
    add_values(json, object, "ciphers", server, KNOWN_SUITES, names_cipher_suite);
    add_values(json, object, "groups", server, KNOWN_GROUPS, names_group);
    add_alpn(json, object, server);
    add_alerts(json, object, server);
    json_add_unsigned(json, object, "server_names", server->names_accepted);
    add_certificate(json, object, facts->known->name);
}
