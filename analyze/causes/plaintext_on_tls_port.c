/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/proxy_refusal.h"
#include "analyze/describe.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"

enum {
    REQUEST_LINE_MAX = 80, /* of a line of the client's request that is worth showing */
    OCTETS_SHOWN_MAX = 16  /* of a request in a protocol that is not known */
};

static bool is_known(enum prelude prelude)
{
    return prelude != PRELUDE_UNKNOWN && prelude != PRELUDE_PARTIAL;
}

static struct bytes client_line(const struct facts *facts)
{
    const struct prelude_text *text = facts->handshake->prelude[SIDE_CLIENT];

    if (text == NULL)
        return (struct bytes){0};
    return prelude_first_line(bytes_of(text->data, text->length), REQUEST_LINE_MAX);
}

/* The client began in a protocol that nobody knows, and all that the server says to it is an alert.
 * In a connection that began before the capture it may be the middle of something. */
static bool alert_answers_unknown(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    return facts->connection->syn_seen && !handshake->spoke_tls[SIDE_CLIENT]
           && !is_known(facts->prelude[SIDE_CLIENT])
           && handshake_next(handshake, NULL, SIDE_SERVER, NOTE_ALERT) != NULL
           && facts->server_hello_note == NULL;
}

static void add_octets(struct text *text, struct bytes octets)
{
    uint8_t octet;

    text_add(text, ", which begins with the octets");
    for (size_t i = 0; i < OCTETS_SHOWN_MAX && bytes_u8(&octets, &octet); i++)
        text_add(text, " %02x", octet);
}

static void describe_request(const struct facts *facts, struct evidence *evidence)
{
    struct bytes request = client_line(facts);
    struct text text =
        evidence_begin(evidence, "client_plaintext", facts->prelude_note[SIDE_CLIENT]->at);

    text_add(&text, "the client began without TLS: %s", prelude_name(facts->prelude[SIDE_CLIENT]));
    if (request.len > 0) {
        text_add(&text, ", \"");
        text_add_untrusted(&text, request);
        text_add(&text, "\"");
    }
    if (!is_known(facts->prelude[SIDE_CLIENT]))
        add_octets(&text, prelude_octets(facts->handshake->prelude[SIDE_CLIENT]));
}

/* The connection is a proxy's, which says so in clear. */
static void describe_proxy_header(const struct facts *facts, enum certainty certainty,
                                  struct evidence *evidence)
{
    evidence_add(evidence, "proxy_header", facts->proxy_at,
                 "the client is a proxy that begins with a PROXY protocol header, version %u, "
                 "which the server %s for the beginning of TLS",
                 facts->proxy.version,
                 certainty == CAUSE_POSSIBLE ? "understood at another time, and may now take"
                                             : "takes");
}

/* The server says that it expected TLS: with an alert, or with the page that web servers have for
 * this. */
static bool server_says_so(const struct facts *facts)
{
    return facts->handshake->spoke_tls[SIDE_SERVER]
           || facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_TO_HTTPS;
}

/* Many servers just close, or wait for ever. Then only the port tells what they expected. */
static bool port_says_so(const struct facts *facts)
{
    return facts->tls_expected && !facts->answered[SIDE_SERVER];
}

/* The server did not even close. */
static bool client_gave_up(const struct facts *facts)
{
    return port_says_so(facts) && facts->refusal.by == SIDE_CLIENT;
}

/* A server of HTTP alone may not know the preface either, or be slow: others tell whether this one
 * speaks TLS. */
static enum certainty weigh(const struct facts *facts, bool known)
{
    if (facts_plain_http_is_refused(facts) || client_gave_up(facts))
        return facts->known != NULL && known_answers_in_tls(facts->known->server) ? CAUSE_LIKELY
                                                                                  : CAUSE_POSSIBLE;
    return known && server_says_so(facts) ? CAUSE_CERTAIN : CAUSE_LIKELY;
}

/* The server's alert, whatever ended the connection. */
static void describe_server_alert(const struct facts *facts, struct evidence *evidence)
{
    const struct note *note = handshake_next(facts->handshake, NULL, SIDE_SERVER, NOTE_ALERT);
    char alert[48];

    if (note != NULL)
        evidence_add(evidence, "server_alert", note->at, "the server answers with the alert %s",
                     describe_alert(note->code, alert));
}

static void describe_answer(const struct facts *facts, struct evidence *evidence)
{
    uint16_t port = facts->connection->endpoint[SIDE_SERVER].port;

    describe_server_alert(facts, evidence);
    if (facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_TO_HTTPS)
        evidence_add(evidence, "server_page", facts->handshake->prelude[SIDE_SERVER]->at,
                     "the server answers in clear that a plain request came to its HTTPS port");
    if (port_says_so(facts))
        evidence_add(evidence, "tls_port", (struct moment){0},
                     "port %u is one where TLS is spoken, and the server answered nothing", port);
    if (facts_plain_http_is_refused(facts))
        evidence_add(evidence, "bad_request", facts->handshake->prelude[SIDE_SERVER]->at,
                     "port %u is one where TLS is spoken, and the server answers in clear that "
                     "this is a bad request (400)",
                     port);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    bool known = is_known(facts->prelude[SIDE_CLIENT]);
    enum certainty header = refuses_proxy_header(facts);

    if (header != CAUSE_NO) {
        describe_proxy_header(facts, header, evidence);
        return header;
    }
    if (facts->prelude_note[SIDE_CLIENT] == NULL || facts->handshake->switched
        || facts->client_hello_note != NULL || facts->sslv2_hello_note != NULL
        || (!known && client_line(facts).len == 0 && !alert_answers_unknown(facts))
        || (!server_says_so(facts) && !port_says_so(facts) && !facts_plain_http_is_refused(facts)))
        return CAUSE_NO;
    describe_request(facts, evidence);
    describe_answer(facts, evidence);
    return weigh(facts, known);
}

const struct cause cause_plaintext_on_tls_port = {
    .id = "plaintext_on_tls_port",
    .layer = LAYER_PROTOCOL,
    .title = "The client speaks another protocol than TLS to a port where the server expects TLS",
    .explanation =
        "The client's first octets are a request in clear, such as \"GET / HTTP/1.1\", "
        "or of another protocol than TLS over TCP, such as DTLS, and the server answers "
        "with a TLS alert, with 400, often with its page for plain requests on the HTTPS "
        "port, or not at all. The client was not told to use TLS. Or a proxy puts a PROXY protocol "
        "header before the ClientHello, and the server does not expect one.",
    .remedy = "Correct the client's URL or setting: https:// instead of http://, TLS on, or the "
              "port for plain connections. In reverse proxies and health checks: proxy_pass "
              "https://..., `check-ssl`. For a PROXY protocol header: have both sides agree, "
              "send-proxy in the proxy and `listen 443 ssl proxy_protocol` (nginx) or accept-proxy "
              "(HAProxy) in the server, or none of them. `openssl s_client -connect SERVER:PORT` "
              "shows that the "
              "port speaks TLS.",
    .reported_as = "nginx: 400 The plain HTTP request was sent to HTTPS port; OpenSSL: on the "
                   "server: http request, wrong version number; curl: (52), (1) Received HTTP/0.9 "
                   "when not allowed; Chromium: net::ERR_EMPTY_RESPONSE, "
                   "net::ERR_INVALID_HTTP_RESPONSE; Go: Client sent an HTTP request to an HTTPS "
                   "server; Java: SSLException: Unsupported or unrecognized SSL message",
    .alerts = CAUSE_ALERTS(TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_RECORD_OVERFLOW,
                           TLS_ALERT_DECODE_ERROR, TLS_ALERT_PROTOCOL_VERSION),
    .source = "RFC 9110 section 4.2.2; RFC 8446 section 5.1",
    .ended_by = PARTY_SERVER,
    .match = match,
};
