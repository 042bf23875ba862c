/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/server_flight.h"

/* The group that the server chose, and the message that says so; NULL: none seen. */
struct chosen_group {
    uint16_t group;
    const struct note *note;
};

static struct chosen_group chosen_group(const struct facts *facts)
{
    if (facts->server_key_exchange_read
        && facts->server_key_exchange.curve_type == TLS_EC_CURVE_TYPE_NAMED_CURVE)
        return (struct chosen_group){facts->server_key_exchange.named_group,
                                     facts->server_key_exchange_note};
    if (facts->server_hello_read
        && facts->server_extensions.key_share.state == EXTENSION_WELL_FORMED)
        return (struct chosen_group){facts->server_extensions.key_share.group,
                                     facts->server_hello_note};
    if (facts->retry_read && facts->retry_extensions.key_share.state == EXTENSION_WELL_FORMED)
        return (struct chosen_group){facts->retry_extensions.key_share.group, facts->retry_note};
    return (struct chosen_group){0};
}

/* The alert for a parameter that does not fit tells (RFC 8446 section 6.2). The general one is what
 * a client says as well to a ServerHello without secure renegotiation, which comes before the
 * group (RFC 5746 section 3.4). */
static enum certainty weigh_choice(const struct facts *facts)
{
    if (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER))
        return CAUSE_CERTAIN;
    return facts_alert(facts, SIDE_CLIENT, TLS_ALERT_HANDSHAKE_FAILURE)
                   && server_lacks_renegotiation(facts)
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

/* The client must refuse a group that it does not list (RFC 8446 section 4.1.4, RFC 8422
 * section 5.4). */
static enum certainty choice_was_not_offered(const struct facts *facts, struct evidence *evidence)
{
    const struct extension_list *groups = &facts->client_extensions.supported_groups;
    const struct chosen_group chosen = chosen_group(facts);
    char hex[NAMES_HEX_SIZE];

    if (facts->refusal.kind == REFUSAL_NONE || facts->refusal.by != SIDE_CLIENT
        || !facts->client_hello_read || chosen.group == 0 || groups->state != EXTENSION_WELL_FORMED
        || list_u16_contains(groups->list, chosen.group))
        return CAUSE_NO;
    describe_offered_groups(facts, evidence);
    evidence_add(evidence, "chosen_group", chosen.note->at,
                 "the server chose the group %s, which the client does not offer",
                 names_or_hex(hex, sizeof(hex), names_group(chosen.group), chosen.group, 4));
    return weigh_choice(facts);
}

/* RFC 8446 section 9.2: supported_groups and key_share come together or not at all. */
static bool groups_are_missing(const struct facts *facts)
{
    const struct hello_extensions *extensions = &facts->client_extensions;

    return facts_server_refused_hello(facts) && facts->client_hello_read
           && facts_alert(facts, SIDE_SERVER, TLS_ALERT_MISSING_EXTENSION)
           && (extensions->supported_groups.state == EXTENSION_ABSENT
               || extensions->key_share.state == EXTENSION_ABSENT);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = choice_was_not_offered(facts, evidence);

    if (certainty != CAUSE_NO)
        return certainty;
    certainty =
        groups_are_missing(facts) ? CAUSE_LIKELY : refused_hello_suspect(facts, SUSPECT_GROUPS);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_groups(facts, evidence);
    describe_known(facts, SUSPECT_GROUPS, evidence);
    return certainty;
}

static bool is_conceivable(const struct facts *facts)
{
    return refused_hello_played_down(facts, SUSPECT_GROUPS);
}

const struct cause cause_no_shared_group = {
    .id = "no_shared_group",
    .layer = LAYER_NEGOTIATION,
    .title = "Client and server have no key-exchange group (curve) in common",
    .explanation = "Ephemeral key exchange needs a group that both sides know, such as X25519 or "
                   "P-256. The groups that the client lists in supported_groups do not meet those "
                   "of the server, although cipher suites and versions may fit.",
    .remedy = "Try single groups with `openssl s_client -connect SERVER:PORT -groups X25519` (then "
              "P-256, P-384). Let both sides have X25519 and P-256: on servers ssl_ecdh_curve "
              "(nginx), SSLOpenSSLConfCmd Groups (Apache), curves (HAProxy); on clients the Groups "
              "setting of the TLS library, or jdk.tls.namedGroups in Java.",
    .reported_as = "OpenSSL: sslv3 alert handshake failure, on the server: no suitable key share, "
                   "no shared groups; curl: (35); Chromium: "
                   "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH; Firefox: "
                   "SSL_ERROR_NO_CYPHER_OVERLAP; Java: SSLHandshakeException: Received fatal "
                   "alert: handshake_failure; Go: tls: no ECDHE curve supported by both client and "
                   "server",
    .alerts = CAUSE_ALERTS(TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_ILLEGAL_PARAMETER,
                           TLS_ALERT_INSUFFICIENT_SECURITY, TLS_ALERT_INTERNAL_ERROR,
                           TLS_ALERT_MISSING_EXTENSION, TLS_ALERT_UNEXPECTED_MESSAGE,
                           TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_CLOSE_NOTIFY),
    .source = "RFC 8446 sections 4.1.1, 4.2.7 and 9.2; RFC 8422 sections 4 and 5.1",
    .match = match,
    .conceivable = is_conceivable,
};
