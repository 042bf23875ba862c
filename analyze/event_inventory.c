/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/chain_problem.h"
#include "analyze/event_parts.h"
#include "analyze/inventory.h"
#include "analyze/summary.h"

enum { MESSAGE_SIZE = 640 };

/* "expires in 12 days", "expired 3 days ago", ... */
static void add_expiry(struct text *text, const struct inventory_news *news)
{
    long long days = inventory_days_left(news->entry->certificate, news->at_ns);

    if (news->expiry == EXPIRY_UNKNOWN)
        text_add(text, "has no dates that can be read");
    else if (news->expiry == EXPIRY_PAST && days == -1)
        text_add(text, "expired less than a day ago");
    else if (news->expiry == EXPIRY_PAST)
        text_add(text, "expired %lld %s ago", -days - 1, days == -2 ? "day" : "days");
    else if (days == 0)
        text_add(text, "expires in less than a day");
    else
        text_add(text, "expires in %lld %s", days, days == 1 ? "day" : "days");
}

static void add_message(struct json *json, struct json_at root, const struct inventory_news *news)
{
    const struct inventory_entry *entry = news->entry;
    enum side side = entry->key.role == INVENTORY_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
    char buffer[MESSAGE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add(&text,
             entry->key.role == INVENTORY_ISSUER ? "Issuer's certificate " : "TLS certificate ");
    chain_problem_add_name(&text, entry->certificate);
    text_add(&text, entry->key.role == INVENTORY_ISSUER ? ", sent by " : " of ");
    summary_add_endpoint(&text, &entry->endpoint[side]);
    text_add(&text, ", ");
    add_expiry(&text, news);
    json_add_text(json, root, "message", buffer);
}

static void add_reason(struct json *json, struct json_at event, const struct inventory_news *news)
{
    static const char *const reasons[] = {
        [INVENTORY_FIRST_SEEN] = "The certificate was seen for the first time",
        [INVENTORY_EXPIRING] = "The certificate comes close to its end",
        [INVENTORY_EXPIRED] = "The certificate has expired",
        [INVENTORY_LISTED] = "The certificate is in the inventory",
    };

    json_add_constant(json, event, "reason", reasons[news->occasion]);
}

static void add_event(struct json *json, struct json_at root, const struct inventory_news *news)
{
    struct json_at event = json_add_object(json, root, "event");
    char id[EVENT_ID_SIZE];

    json_add_constant(json, event, "kind", "event");
    json_append_constant(json, json_add_array(json, event, "category"), "network");
    json_append_constant(json, json_add_array(json, event, "type"), "info");
    json_add_constant(json, event, "action", "tls_certificate");
    json_add_constant(json, event, "module", "tlswhy");
    json_add_constant(json, event, "dataset", "tlswhy.certificate");
    event_inventory_id(news, id);
    json_add_text(json, event, "id", id);
    json_add_time(json, event, "start", news->entry->first_ns);
    json_add_time(json, event, "end", news->entry->last_ns);
    json_add_signed(json, event, "duration", news->entry->last_ns - news->entry->first_ns);
    add_reason(json, event, news);
}

static struct json_at add_party(struct json *json, struct json_at root, const char *key,
                                const struct endpoint *endpoint)
{
    struct json_at party = json_add_object(json, root, key);
    char text[ADDRESS_TEXT_MAX];

    json_add_text(json, party, "ip", address_format(&endpoint->address, text));
    json_add_unsigned(json, party, "port", endpoint->port);
    return party;
}

/* A server's certificate is not about the client that happened to see it first. */
static void add_parties(struct json *json, struct json_at root, const struct inventory_entry *entry)
{
    struct json_at party;

    if (entry->key.role == INVENTORY_CLIENT) {
        party = add_party(json, root, "source", &entry->endpoint[SIDE_CLIENT]);
        json_add_copy(json, root, "client", json_close(json, party));
    }
    party = add_party(json, root, "destination", &entry->endpoint[SIDE_SERVER]);
    json_add_copy(json, root, "server", json_close(json, party));
}

static void add_details(struct json *json, struct json_at why, const struct inventory_news *news)
{
    static const char *const expiries[] = {
        [EXPIRY_UNKNOWN] = "unknown",
        [EXPIRY_FAR] = "far",
        [EXPIRY_NEAR] = "near",
        [EXPIRY_PAST] = "past",
    };
    const struct inventory_entry *entry = news->entry;
    struct json_at object = json_add_object(json, why, "certificate");
    char buffer[CERTIFICATE_TEXT_SIZE];
    struct text name = text_begin(buffer, sizeof(buffer));

    chain_problem_add_name(&name, entry->certificate);
    json_add_constant(json, object, "role",
                      inventory_role_name((enum inventory_role)entry->key.role));
    json_add_constant(json, object, "occasion", inventory_occasion_name(news->occasion));
    json_add_text(json, object, "name", buffer);
    json_add_constant(json, object, "expiry", expiries[news->expiry]);
    if (news->expiry != EXPIRY_UNKNOWN)
        json_add_signed(json, object, "days_left",
                        inventory_days_left(entry->certificate, news->at_ns));
    if (news->expiry == EXPIRY_NEAR)
        json_add_unsigned(json, object, "level", news->level);
    json_add_unsigned(json, object, "handshakes", entry->handshakes);
}

static void add_chain(struct json *json, struct json_at why, const struct inventory_entry *entry)
{
    struct json_at object = json_add_object(json, why, "chain");

    if (entry->key.role != INVENTORY_ISSUER) {
        json_add_unsigned(json, object, "length", entry->chain_length);
        json_add_bool(json, object, "complete", entry->chain_complete);
        json_add_constant(json, object, "end", chain_end_name(entry->end));
        if (entry->trust_known)
            json_add_bool(json, object, "anchored", entry->end == CHAIN_END_ANCHORED);
    }
    event_add_problems(json, object, entry->problems);
}

void event_add_inventory(struct json *json, struct json_at root, const struct inventory_news *news)
{
    bool is_client = news->entry->key.role == INVENTORY_CLIENT;
    struct json_at why;

    json_add_time(json, root, "@timestamp", news->at_ns);
    add_message(json, root, news);
    event_add_ecs(json, root);
    add_event(json, root, news);
    add_parties(json, root, news->entry);
    event_add_certificate(
        json,
        json_add_object(json, json_add_object(json, root, "tls"), is_client ? "client" : "server"),
        news->entry->certificate);
    why = json_add_object(json, root, "tlswhy");
    add_details(json, why, news);
    add_chain(json, why, news->entry);
}
