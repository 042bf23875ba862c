/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/alpn_refusal.h"

#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/offer_weight.h"
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge.h"

bool alpn_is_offered(const struct facts *facts)
{
    return facts->client_hello_read && facts->client_extensions.alpn.state == EXTENSION_WELL_FORMED;
}

/* In TLS 1.3 the alert may be encrypted: it comes where the choice is due. */
static bool is_refused(const struct facts *facts)
{
    if (!alpn_is_offered(facts))
        return false;
    if (server_refused_at_hello_encrypted(facts))
        return true;
    return facts_server_refused_hello(facts)
           && (facts_alert(facts, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR)
               || facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE));
}

/* The attempt of the same client that succeeded soon after; NULL: there is none. */
static const struct known_attempt *attempt_in_vain(const struct facts *facts)
{
    const struct known_attempt *attempt = facts->known != NULL ? facts->known->attempt : NULL;

    return attempt != NULL && attempt->next_established ? attempt : NULL;
}

/* Soon after, or at any time when the server takes up hellos after this one, too. */
static bool takes_other_protocols(const struct facts *facts)
{
    const struct known_attempt *attempt = attempt_in_vain(facts);
    const struct known *known = facts->known;

    return (attempt != NULL && known_attempt_differs_in_alpn(attempt))
           || (known != NULL && known->taken_without_alpn && known->server != NULL
               && known->server->hellos.accepted.last_ns > facts->refusal.at.time_ns);
}

enum certainty alpn_refusal_weigh(const struct facts *facts)
{
    const struct known_attempt *attempt = attempt_in_vain(facts);

    if (!is_refused(facts))
        return CAUSE_NO;
    if (takes_other_protocols(facts))
        return CAUSE_LIKELY;
    return alpn_refusal_is_conceivable(facts) && attempt != NULL
                   && known_attempt_drops_alpn(attempt)
               ? CAUSE_POSSIBLE
               : CAUSE_NO;
}

/* Nearly every server takes HTTP, or does not look. */
bool alpn_refusal_is_conceivable(const struct facts *facts)
{
    return is_refused(facts) && facts_alert(facts, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR)
           && !offer_has_http(facts);
}

/* The server chose a protocol for others, or refused them for theirs. */
static bool looks_at_protocols(const struct known_server *server)
{
    for (size_t i = 0; i < server->alert_count; i++)
        if (server->rare->alerts[i].description == TLS_ALERT_NO_APPLICATION_PROTOCOL)
            return true;
    return server->alpn_count > 0;
}

bool alpn_may_be_demanded(const struct facts *facts)
{
    const struct known_server *server = known_server_of(facts);

    return server != NULL && looks_at_protocols(server) && !facts->tls13
           && facts->client_extensions.alpn.state == EXTENSION_ABSENT
           && facts->finished_note[SIDE_CLIENT] != NULL && facts->finished_note[SIDE_SERVER] == NULL
           && facts_closed_without_reason(facts, SIDE_SERVER)
           && facts->waited_ns <= FACTS_LEFT_AFTER_FINISH_NS;
}

/* The server's first protected record has nothing in it, or that it knows the server name. With an
 * application protocol of one octet it is longer. */
static bool extensions_are_too_short(const struct facts *facts)
{
    enum { EMPTY = TLS_HANDSHAKE_HEADER_LENGTH + 2, WITH_SERVER_NAME = EMPTY + 4 };
    const struct note *extensions = facts->first_protected_note[SIDE_SERVER];

    return extensions != NULL
           && (suite_record_length(facts->suite, TLS_VERSION_1_3, EMPTY, extensions->length)
               || suite_record_length(facts->suite, TLS_VERSION_1_3, WITH_SERVER_NAME,
                                      extensions->length));
}

bool alpn_is_left_open(const struct facts *facts)
{
    if (!alpn_is_offered(facts) || offer_has_protocol(facts, bytes_of("http/1.1", 8)))
        return false;
    return facts->tls13 ? extensions_are_too_short(facts)
                        : facts->server_hello_read
                              && facts->server_extensions.alpn.state == EXTENSION_ABSENT;
}

void describe_alpn_refusal(const struct facts *facts, struct evidence *evidence)
{
    if (is_refused(facts) && takes_other_protocols(facts))
        evidence_add(evidence, "server_known", (struct moment){0},
                     "this server takes up the same hello of this client with other application "
                     "protocols (ALPN), or none");
    if (alpn_may_be_demanded(facts))
        evidence_add(evidence, "no_alpn", facts->client_hello_note->at,
                     "the client offers no application protocol (ALPN); this server looks at those "
                     "of others, and may close where it finds none");
}
