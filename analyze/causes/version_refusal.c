/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/version_refusal.h"

#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/offer_weight.h"
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge.h"
#include "capture/time_unit.h"

/* A server that took a version longer ago than this may have been changed since. */
#define TAKEN_RECENTLY_NS (SECOND_NS * 24 * 3600)

enum {
    CHANGED_REFUSALS = 2, /* of offers that were taken before: no accident */
    CHANGED_OTHERS = 3    /* other offers that it takes all the while: it is up */
};

/* The capture has the server's side alone, or lacks what the client sent first, and nothing of the
 * server's handshake comes before what ends it: it answers a hello that came by elsewhere. */
static bool hello_came_unseen(const struct facts *facts)
{
    return (facts->one_direction_only || facts->handshake->gap_octets[SIDE_CLIENT] > 0)
           && facts->client_hello_note == NULL && facts->sslv2_hello_note == NULL
           && facts->server_hello_note == NULL;
}

static bool server_says_so(const struct facts *facts)
{
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION)
           && (facts_server_refused_hello(facts) || hello_came_unseen(facts));
}

/* A draft of TLS 1.3 is another version for a server that has TLS 1.3 itself. */
static bool offers_exactly(const struct facts *facts, uint16_t version)
{
    const struct hello_extensions *extensions = &facts->client_extensions;

    if (extensions->supported_versions.state == EXTENSION_WELL_FORMED)
        return list_u16_contains(extensions->supported_versions.versions, version);
    return client_hello_offers_version(&facts->client_hello, version);
}

/* Since it took this version last the server refused one offer after the other that goes up to the
 * same version as this one, and took others: it was changed. */
static bool was_changed_since(const struct facts *facts, const struct known_value *value)
{
    const struct known_server *server = facts->known->server;
    const struct known_treatment *like =
        &server->by_version[version_class_of(facts->offer.version_max)];

    return value->chosen.last_ns <= like->accepted.last_ns
           && like->refused_since >= CHANGED_REFUSALS
           && server->hellos.accepted.count - like->accepted_then >= CHANGED_OTHERS;
}

/* The version of this hello that the server is known to take; NULL: none. */
static const struct known_value *version_taken(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;

    if (server == NULL || !facts->client_hello_read || known_offered_too_early(server, facts))
        return NULL;
    for (size_t i = 0; i < server->chosen[KNOWN_VERSIONS].count; i++) {
        const struct known_value *value = known_server_value(server, KNOWN_VERSIONS, i);

        if (offers_exactly(facts, value->value)
            && value->chosen.last_ns >= facts->connection->first.time_ns - TAKEN_RECENTLY_NS
            && !was_changed_since(facts, value))
            return value;
    }
    return NULL;
}

bool version_is_taken(const struct facts *facts)
{
    return version_taken(facts) != NULL;
}

static bool is_unexpected(const struct facts *facts)
{
    return server_says_so(facts) && version_is_taken(facts);
}

bool version_refusal_varies(const struct facts *facts)
{
    return is_unexpected(facts) && facts->known->client_was_served;
}

bool version_refusal_is_contradicted(const struct facts *facts)
{
    return is_unexpected(facts) && !version_refusal_varies(facts);
}

/* Nearly every server has it, and of a hello that was not read nearly every one offers it. */
static bool may_offer_tls_1_2(const struct facts *facts)
{
    return facts->client_hello_note != NULL
           && (!facts->client_hello_read || offers_exactly(facts, TLS_VERSION_1_2));
}

enum certainty version_refusal_by_server(const struct facts *facts)
{
    if (!server_says_so(facts))
        return CAUSE_NO;
    if (hello_came_unseen(facts) || version_refusal_is_contradicted(facts))
        return CAUSE_POSSIBLE;
    if (version_refusal_varies(facts))
        return CAUSE_LIKELY;
    if (known_chose_only_above(facts) || known_about(facts, SUSPECT_VERSION) >= KNOWN_FOR)
        return CAUSE_CERTAIN;
    return may_offer_tls_1_2(facts) ? CAUSE_LIKELY : CAUSE_CERTAIN;
}

bool version_choice_was_named(const struct facts *facts)
{
    return facts->client_hello_read
           && (facts->offer.has_supported_versions || facts->version == facts->offer.version_max)
           && client_hello_offers_version(&facts->client_hello, facts->version);
}

bool version_complaint_is_contradicted(const struct facts *facts)
{
    return facts_client_refused_server(facts)
           && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION)
           && version_choice_was_named(facts);
}

bool version_complaint_is_about_flight(const struct facts *facts)
{
    return version_complaint_is_contradicted(facts) && client_ended_at_flight(facts);
}

bool version_signature_is_unlisted(const struct facts *facts)
{
    return facts->version < TLS_VERSION_1_2 && facts->offer.version_max >= TLS_VERSION_1_2
           && facts->server_key_exchange_read && facts->server_key_exchange.has_signature
           && offer_omits_sha1(facts);
}

static void add_meaning(struct text *text, const struct facts *facts)
{
    if (version_refusal_varies(facts))
        text_add(text, ", and took such a hello of this client: of several servers behind this "
                       "address not all have it, or the server was changed");
    else if (facts->client_extensions.alpn.state == EXTENSION_WELL_FORMED)
        text_add(text, ": its alert may be about something else, such as the application protocols "
                       "(ALPN)");
    else
        text_add(text, ": its alert may be about something else");
}

static void describe_taken(const struct facts *facts, const struct known_value *value,
                           struct evidence *evidence)
{
    struct text text = evidence_begin(evidence, "server_known", (struct moment){0});
    char version[16];

    text_add(&text, "this server chose %s, which this client offers, for %u other connection%s",
             describe_version(value->value, version), value->chosen.count,
             value->chosen.count == 1 ? "" : "s");
    text_add(&text, ", the last time at ");
    text_add_time(&text, value->chosen.last_ns);
    add_meaning(&text, facts);
}

void describe_version_contradiction(const struct facts *facts, struct evidence *evidence)
{
    char version[16];

    if (is_unexpected(facts))
        describe_taken(facts, version_taken(facts), evidence);
    if (version_complaint_is_contradicted(facts))
        evidence_add(evidence, "offered_version", facts->client_hello_note->at,
                     "the client offers %s%s, which the server chose: its alert seems to be about "
                     "something else",
                     describe_version(facts->version, version),
                     facts->offer.has_supported_versions ? "" : " as its best");
}
