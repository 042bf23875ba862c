/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_starttls.c -- how a connection in another protocol came to TLS, or did not. */
#include "analyze/facts_internal.h"
#include "analyze/http_answer.h"
#include "analyze/starttls.h"

/* A reply line that is worth showing. */
enum { REPLY_LINE_MAX = 120 };

const struct prelude_text *facts_words(const struct facts *facts, enum side side)
{
    const struct handshake *handshake = facts->handshake;

    return handshake->switched && handshake->opening[side] != NULL ? handshake->opening[side]
                                                                   : handshake->prelude[side];
}

static void find_proxy(struct facts *facts, const struct prelude_text *text, struct bytes *client)
{
    if (text != NULL && proxy_header_take(client, &facts->proxy))
        facts->proxy_at = text->at;
}

/* A proxy that does not connect to a port where TLS is not spoken has refused no TLS. */
static bool is_for_tls(const struct facts *facts, const struct tls_ports *tls_ports)
{
    const struct starttls_facts *starttls = &facts->starttls;

    if (!starttls_has_target(starttls->protocol) || facts->handshake->spoke_tls[SIDE_CLIENT])
        return true;
    return starttls->has_target && tls_port_is(tls_ports, starttls->target.port);
}

/* The client goes on in clear, behind its request, in a protocol that allows it. */
static bool goes_on_in_clear(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    struct bytes rest = prelude_octets(facts_words(facts, SIDE_CLIENT));

    return !handshake->spoke_tls[SIDE_CLIENT] && bytes_skip(&rest, handshake->starttls_request_end)
           && starttls_goes_on(facts->starttls.protocol, rest);
}

static void read_reply(struct facts *facts, struct bytes reply)
{
    struct starttls_facts *starttls = &facts->starttls;
    const char *name = starttls_refusal_name(starttls->protocol, reply);

    starttls->refused = !facts->handshake->switched && !facts->handshake->spoke_tls[SIDE_SERVER]
                        && starttls_is_refusal(starttls->protocol, reply) && starttls->wants_tls
                        && !goes_on_in_clear(facts);
    starttls->agreed = !facts->handshake->switched && starttls->wants_tls
                       && starttls_is_agreement(starttls->protocol,
                                                facts->handshake->starttls_reply_offset > 0, reply);
    starttls->status = starttls_status(starttls->protocol, reply);
    starttls->reply =
        name != NULL
            ? bytes_of(name, strlen(name))
            : prelude_first_line(starttls_reply_words(starttls->protocol, reply), REPLY_LINE_MAX);
}

void facts_find_starttls(struct facts *facts, const struct tls_ports *tls_ports)
{
    const struct handshake *handshake = facts->handshake;
    const struct prelude_text *text = facts_words(facts, SIDE_CLIENT);
    struct starttls_facts *starttls = &facts->starttls;
    struct bytes client = prelude_octets(text);
    struct bytes reply = prelude_octets(facts_words(facts, SIDE_SERVER));

    find_proxy(facts, text, &client);
    starttls->asked = moment_seen(handshake->starttls_at);
    if (!starttls->asked && !handshake->switched)
        return;
    starttls->protocol =
        starttls_protocol(prelude_identify(client, true), prelude_identify(reply, false));
    starttls->at = handshake->starttls_at;
    starttls->answered_at = handshake->starttls_answered_at;
    starttls->has_target = proxy_target_parse(starttls->protocol, client, &starttls->target);
    starttls->wants_tls = starttls->asked && is_for_tls(facts, tls_ports);
    if (starttls->asked && bytes_skip(&reply, handshake->starttls_reply_offset) && reply.len > 0)
        read_reply(facts, reply);
}

/* Behind its request the client said nothing but the hello: the request was seen for one with its
 * last word, be it that the end of the line was still to come, or that of the header. */
static bool request_was_last(const struct facts *facts)
{
    enum { LINE_END = 2 };
    const struct handshake *handshake = facts->handshake;
    struct bytes said = prelude_octets(handshake->opening[SIDE_CLIENT]);

    return facts->starttls.protocol == PRELUDE_HTTP_CONNECT
               ? starttls_rest(PRELUDE_HTTP_CONNECT, said).len == 0
               : said.len <= (size_t)handshake->starttls_request_end + LINE_END;
}

struct bytes facts_words_behind_agreement(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    struct bytes reply = prelude_octets(handshake->opening[SIDE_SERVER]);

    return handshake->switched && !handshake->spoke_tls[SIDE_SERVER] && facts->starttls.asked
                   && request_was_last(facts)
                   && bytes_skip(&reply, handshake->starttls_reply_offset)
               ? starttls_rest(facts->starttls.protocol, reply)
               : (struct bytes){0};
}

/* Nothing of the client followed the server's yes. */
static bool hello_is_owed(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    return facts->starttls.agreed && facts->connection->syn_seen
           && client->last_data.packet < facts->starttls.answered_at.packet;
}

/* What a client leaves that a proxy gave it may have been no more than a try. */
bool facts_hello_is_due(const struct facts *facts)
{
    return hello_is_owed(facts) && !starttls_has_target(facts->starttls.protocol)
           && (facts->refusal.kind == REFUSAL_NONE || facts->refusal.by == SIDE_CLIENT);
}

/* One that closes later has waited for the hello. */
bool facts_server_breaks_its_word(const struct facts *facts)
{
    return hello_is_owed(facts) && facts->refusal.kind != REFUSAL_NONE
           && facts_closed_without_reason(facts, SIDE_SERVER)
           && facts->refusal.at.time_ns - facts->starttls.answered_at.time_ns < FACTS_PATIENCE_NS
           && !facts_lacks(facts, SIDE_CLIENT, LACK_UNSEEN)
           && !facts_lacks(facts, SIDE_SERVER, LACK_UNSEEN);
}

static bool proxy_asks_for_credentials(const struct facts *facts)
{
    enum { PROXY_AUTHENTICATION_REQUIRED = 407 };
    const struct starttls_facts *starttls = &facts->starttls;

    return starttls->refused && starttls->protocol == PRELUDE_HTTP_CONNECT
           && starttls->status == PROXY_AUTHENTICATION_REQUIRED;
}

bool facts_request_may_be_repeated(const struct facts *facts)
{
    return facts->starttls.refused && facts->refusal.kind == REFUSAL_NONE
           && (facts->starttls.protocol == PRELUDE_FTP || proxy_asks_for_credentials(facts));
}

/* Of what a proxy's client says in its requests the beginning is kept. */
static bool requests_are_kept(const struct facts *facts, struct bytes kept)
{
    return facts->connection->direction[SIDE_CLIENT].payload_octets <= kept.len;
}

bool facts_request_lacked_credentials(const struct facts *facts)
{
    struct bytes request = prelude_octets(facts_words(facts, SIDE_CLIENT));

    if (!proxy_asks_for_credentials(facts) || !requests_are_kept(facts, request))
        return false;
    while (request.len > 0) {
        if (http_answer_field(request, "Proxy-Authorization").len > 0)
            return false;
        request = starttls_rest(PRELUDE_HTTP_CONNECT, request);
    }
    return true;
}

bool facts_client_speaks_plain_http(const struct facts *facts)
{
    struct bytes request = prelude_octets(facts->handshake->prelude[SIDE_CLIENT]);
    uint8_t octet = 0;

    if (facts->prelude[SIDE_CLIENT] != PRELUDE_HTTP_REQUEST)
        return facts->prelude[SIDE_CLIENT] == PRELUDE_HTTP2;
    while (octet != ' ' && bytes_u8(&request, &octet))
        ;
    return bytes_u8(&request, &octet) && octet == '/';
}

/* What no server answers with 400 that was meant for it: an HTTP server takes its own preface, or
 * header, and one that expects TLS takes it for a request line (RFC 9112 section 2.2). */
static bool client_begins_with_preface(const struct facts *facts)
{
    enum prelude client = facts->prelude[SIDE_CLIENT];

    return client == PRELUDE_HTTP2 || client == PRELUDE_PROXY_V1 || client == PRELUDE_PROXY_V2;
}

/* A request may be bad in itself; of a server that speaks TLS it is the plain ones that are. */
bool facts_plain_http_is_refused(const struct facts *facts)
{
    enum { BAD_REQUEST = 400 };
    bool is_out_of_place = (facts->tls_expected && client_begins_with_preface(facts))
                           || (facts->tls_seen && facts_client_speaks_plain_http(facts));

    return is_out_of_place && !facts->handshake->switched
           && facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_RESPONSE
           && starttls_status(PRELUDE_HTTP_CONNECT,
                              prelude_octets(facts->handshake->prelude[SIDE_SERVER]))
                  == BAD_REQUEST;
}

struct bytes facts_server_name(const struct facts *facts)
{
    const struct hello_extensions *extensions =
        facts->client_hello_read ? &facts->client_extensions : &facts->second_client_extensions;
    bool is_read = facts->client_hello_read || facts->second_client_hello_read;

    if (is_read && extensions->server_name.host_name.len > 0)
        return extensions->server_name.host_name;
    return facts->starttls.has_target ? facts->starttls.target.host : bytes_of("", 0);
}
