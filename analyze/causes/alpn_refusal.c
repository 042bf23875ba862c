/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/alpn_refusal.h"

#include "analyze/causes/causes.h"
#include "analyze/causes/offer_weight.h"
#include "analyze/knowledge.h"

bool alpn_is_offered(const struct facts *facts)
{
    return facts->client_hello_read && facts->client_extensions.alpn.state == EXTENSION_WELL_FORMED;
}

static bool is_refused(const struct facts *facts)
{
    return facts_server_refused_hello(facts) && alpn_is_offered(facts)
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

void describe_alpn_refusal(const struct facts *facts, struct evidence *evidence)
{
    if (is_refused(facts) && takes_other_protocols(facts))
        evidence_add(evidence, "server_known", (struct moment){0},
                     "this server takes up the same hello of this client with other application "
                     "protocols (ALPN), or none");
}
