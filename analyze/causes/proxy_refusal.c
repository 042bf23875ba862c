/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/proxy_refusal.h"

#include "analyze/knowledge.h"

/* Alerts on octets that are no record; a hello that is well formed gives hardly a reason for them,
 * but Java's servers say unexpected_message when they have no group in common with it. */
static bool complains_of_framing(const struct facts *facts)
{
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE)
           || facts_alert(facts, SIDE_SERVER, TLS_ALERT_RECORD_OVERFLOW)
           || facts_alert(facts, SIDE_SERVER, TLS_ALERT_DECODE_ERROR);
}

/* A version that no server of today refuses, and that the octets of the header are not. */
static bool complains_of_version(const struct facts *facts)
{
    return facts_alert(facts, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION)
           && facts->offer.version_max >= TLS_VERSION_1_2;
}

static enum certainty refused_before_hello(const struct facts *facts)
{
    bool is_before = facts->refusal.at.packet < facts->client_hello_note->at.packet;

    if (!is_before || facts->refusal.by != SIDE_SERVER)
        return CAUSE_NO;
    return facts->refusal.kind == REFUSAL_ALERT ? CAUSE_CERTAIN : CAUSE_LIKELY;
}

/* An HTTP server that takes header and hello for a request answers 400, whatever it expected. */
static enum certainty answered_in_clear(const struct facts *facts)
{
    if (facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_TO_HTTPS)
        return CAUSE_CERTAIN;
    return facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_RESPONSE && facts->tls_expected
               ? CAUSE_LIKELY
               : CAUSE_NO;
}

/* An HTTP server took the header for a request, and said so before the hello came. Others that
 * speak first may have understood it. */
static bool answered_header_in_clear(const struct facts *facts)
{
    const struct prelude_text *text = facts->handshake->opening[SIDE_SERVER];
    enum prelude prelude;

    if (text == NULL)
        return false;
    prelude = prelude_identify(bytes_of(text->data, text->length), false);
    return prelude == PRELUDE_HTTP_RESPONSE || prelude == PRELUDE_HTTP_TO_HTTPS;
}

/* A hello that comes behind the header, and that nothing but an answer to it was said between. */
static bool hello_follows_header(const struct facts *facts)
{
    return facts->proxy.version != 0 && facts->handshake->switched && !facts->starttls.asked
           && (facts->handshake->opening[SIDE_SERVER] == NULL || answered_header_in_clear(facts))
           && facts->client_hello_read && facts->server_hello_note == NULL
           && facts->retry_note == NULL;
}

/* It took up a hello behind such a header at another time, and may do so no more. */
static bool is_known_to_take_header(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;

    return server != NULL && server->takes_proxy_header;
}

/* What the server said, or that it said nothing, when it had header and hello. */
static enum certainty refused_with_hello(const struct facts *facts)
{
    if (!complains_of_framing(facts) && !complains_of_version(facts)
        && !facts_closed_without_reason(facts, SIDE_SERVER))
        return CAUSE_NO;
    return is_known_to_take_header(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

enum certainty refuses_proxy_header(const struct facts *facts)
{
    if (!hello_follows_header(facts) || facts->refusal.kind == REFUSAL_NONE
        || facts->refusal.by != SIDE_SERVER)
        return CAUSE_NO;
    if (answered_header_in_clear(facts))
        return CAUSE_CERTAIN;
    if (refused_before_hello(facts) != CAUSE_NO)
        return refused_before_hello(facts);
    if (facts->refusal.kind == REFUSAL_PLAINTEXT)
        return answered_in_clear(facts);
    return refused_with_hello(facts);
}
