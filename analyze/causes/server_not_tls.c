/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/proxy_refusal.h"
#include "analyze/causes/transport.h"
#include "analyze/http_answer.h"
#include "analyze/knowledge.h"
#include "analyze/starttls.h"
#include "analyze/text.h"
#include "dissect/tls.h"

/* A line of the server's that is worth showing. */
enum { BANNER_MAX = 100 };

static struct bytes first_line(const struct prelude_text *text)
{
    if (text == NULL)
        return (struct bytes){0};
    return prelude_first_line(bytes_of(text->data, text->length), BANNER_MAX);
}

static void describe_banner(const struct facts *facts, struct evidence *evidence)
{
    struct bytes banner = first_line(facts->handshake->prelude[SIDE_SERVER]);
    struct text text =
        evidence_begin(evidence, "server_protocol", facts->prelude_note[SIDE_SERVER]->at);

    text_add(&text, "the server speaks %s",
             facts->prelude[SIDE_SERVER] == PRELUDE_UNKNOWN
                 ? "a protocol that is not recognised"
                 : prelude_name(facts->prelude[SIDE_SERVER]));
    if (banner.len > 0) {
        text_add(&text, ": \"");
        text_add_untrusted(&text, banner);
        text_add(&text, "\"");
    }
}

/* What a server said in clear before it answered the hello of a client that had asked for nothing;
 * NULL: nothing. */
static const struct prelude_text *unasked_greeting(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    if (!handshake->switched || !facts->connection->syn_seen || !facts->client_hello_read
        || handshake->opening[SIDE_CLIENT] != NULL)
        return NULL;
    return handshake->opening[SIDE_SERVER];
}

/* The client left, or said that what it got is no TLS, and never went on behind its hello. */
static bool client_stopped_at_greeting(const struct facts *facts)
{
    bool stopped = facts_closed_without_reason(facts, SIDE_CLIENT)
                   || facts_alert(facts, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION)
                   || facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE)
                   || facts_alert(facts, SIDE_CLIENT, TLS_ALERT_RECORD_OVERFLOW)
                   || facts_alert(facts, SIDE_CLIENT, TLS_ALERT_DECODE_ERROR);

    return stopped && facts->second_client_hello_note == NULL
           && facts->client_key_exchange_note == NULL
           && facts->change_cipher_spec_note[SIDE_CLIENT] == NULL
           && facts->first_protected_note[SIDE_CLIENT] == NULL;
}

/* A server that greets in clear before TLS, and a client that knows nothing of it: its TLS library
 * reads the greeting as a record. */
static bool greeting_was_not_expected(const struct facts *facts)
{
    return unasked_greeting(facts) != NULL && client_stopped_at_greeting(facts);
}

/* A client that waits for the greeting has it before its hello. */
static bool hello_came_before_greeting(const struct facts *facts)
{
    const struct prelude_text *greeting = unasked_greeting(facts);

    return greeting != NULL && greeting->at.packet > facts->client_hello_note->at.packet
           && facts->refusal.at.packet > greeting->at.packet;
}

static enum certainty weigh_greeting(const struct facts *facts, struct evidence *evidence)
{
    const struct prelude_text *greeting = unasked_greeting(facts);
    struct text text;

    if (!greeting_was_not_expected(facts) || !hello_came_before_greeting(facts))
        return CAUSE_NO;
    text = evidence_begin(evidence, "server_protocol", greeting->at);
    text_add(&text, "the server greets in clear before TLS, and the client, which sent its hello "
                    "without waiting for that, reads it as TLS: \"");
    text_add_untrusted(&text, first_line(greeting));
    text_add(&text, "\"");
    return CAUSE_LIKELY;
}

/* The server, or a proxy that had agreed to connect, says in clear why there is no TLS: the client
 * reads that in place of a ServerHello. */
static enum certainty weigh_second_thoughts(const struct facts *facts, struct evidence *evidence)
{
    struct bytes words = prelude_first_line(facts_words_behind_agreement(facts), BANNER_MAX);
    struct text text;

    if (words.len == 0 || !client_hello_seen(facts))
        return CAUSE_NO;
    describe_starttls_request(facts, evidence);
    text = evidence_begin(evidence, "server_protocol", facts->starttls.answered_at);
    text_add(&text, "the server agreed, and went on in clear: \"");
    text_add_untrusted(&text, words);
    text_add(&text, "\"");
    return CAUSE_LIKELY;
}

/* Others were established there, behind the same greeting: of a protocol in which TLS begins on
 * request they may have asked for it. */
static bool is_known_to_speak_tls(const struct facts *facts)
{
    enum prelude prelude = facts->prelude[SIDE_SERVER];

    return facts->known != NULL && known_speaks_tls(facts->known->server)
           && (prelude == PRELUDE_UNKNOWN || prelude == PRELUDE_REPLY);
}

/* The server spoke in clear before the hello, where nobody had asked for TLS, and never in TLS. */
static bool greeted_in_clear(const struct facts *facts)
{
    const struct note *greeting = facts->prelude_note[SIDE_SERVER];

    return greeting != NULL && facts->client_hello_note != NULL
           && greeting < facts->client_hello_note && !facts->handshake->switched
           && !facts->handshake->spoke_tls[SIDE_SERVER];
}

/* A lone greeting: there are services that take TLS behind it, and a client that waits for an
 * answer has not taken offence at it. */
static enum certainty weigh_lone_greeting(const struct facts *facts, bool is_known_protocol)
{
    if (facts->refusal.kind == REFUSAL_PLAINTEXT)
        return is_known_to_speak_tls(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
    if (is_known_to_speak_tls(facts) || !facts_closed_without_reason(facts, SIDE_SERVER))
        return CAUSE_NO;
    return is_known_protocol && facts->refusal.kind != REFUSAL_NONE ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* nginx and others tell TLS from HTTP by the first octet, and the client began with a record that
 * no handshake begins with. */
static bool client_began_amiss(const struct facts *facts)
{
    const struct note *data =
        handshake_next(facts->handshake, NULL, SIDE_CLIENT, NOTE_APPLICATION_DATA);

    return data != NULL && facts->client_hello_note != NULL && data < facts->client_hello_note;
}

/* The server says so in these words, or did not get what it would answer in TLS. */
static bool may_speak_tls(const struct facts *facts)
{
    return facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_TO_HTTPS || client_began_amiss(facts);
}

static enum certainty weigh_words(const struct facts *facts, bool is_known_protocol)
{
    if (greeted_in_clear(facts) && !facts->answered[SIDE_SERVER])
        return weigh_lone_greeting(facts, is_known_protocol);
    if (facts->refusal.kind != REFUSAL_PLAINTEXT || facts->refusal.by != SIDE_SERVER)
        return CAUSE_NO;
    if (may_speak_tls(facts))
        return CAUSE_POSSIBLE;
    /* What speaks there may be something on the way. */
    return is_known_protocol && refuses_proxy_header(facts) == CAUSE_NO
                   && !answer_has_other_path(facts)
               ? CAUSE_CERTAIN
               : CAUSE_LIKELY;
}

/* How it ended is told with every verdict: with these words, where they are the end. */
static bool is_told_as_end(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_PLAINTEXT && facts->refusal.by == SIDE_SERVER
           && facts->refusal.at.packet == facts->prelude_note[SIDE_SERVER]->at.packet;
}

/* An answer that sends the client to another host than it asked for, or wants it to log in to the
 * network (RFC 6585 section 6), is none of that host. */
static void describe_portal(const struct facts *facts, struct evidence *evidence)
{
    enum { NETWORK_AUTHENTICATION_REQUIRED = 511 };
    struct bytes answer = prelude_octets(facts->handshake->prelude[SIDE_SERVER]);
    struct bytes location = http_answer_field(answer, "Location");
    bool is_portal =
        starttls_status(PRELUDE_HTTP_CONNECT, answer) == NETWORK_AUTHENTICATION_REQUIRED;
    struct text text;

    if (facts->prelude[SIDE_SERVER] != PRELUDE_HTTP_RESPONSE
        || (!is_portal && !http_answer_is_elsewhere(location, facts_server_name(facts))))
        return;
    text = evidence_begin(evidence, "portal", facts->prelude_note[SIDE_SERVER]->at);
    text_add(&text, "a captive portal, a proxy or a firewall may answer in the server's place");
    if (location.len > 0) {
        text_add(&text, ": it sends the client to \"");
        text_add_untrusted(&text, location);
        text_add(&text, "\"");
    }
}

/* Binary protocols, of which there are more than can be named: the server's first octets, all of
 * which are here, are no record of TLS, and it was not seen to answer in TLS. */
static bool spoke_in_octets(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_PLAINTEXT && facts->refusal.by == SIDE_SERVER
           && facts->prelude[SIDE_SERVER] == PRELUDE_UNKNOWN && facts->connection->syn_seen
           && !facts->missed && !facts->handshake->switched
           && !(facts->known != NULL && known_answers_in_tls(facts->known->server));
}

/* Text within binary messages, as of an error. */
static bool has_words(struct bytes octets)
{
    enum { WORDS_MIN = 12 };
    size_t run = 0;

    for (size_t i = 0; i < octets.len && run < WORDS_MIN; i++)
        run = octets.data[i] >= ' ' && octets.data[i] <= '~' ? run + 1 : 0;
    return run >= WORDS_MIN;
}

/* With SETTINGS a server of HTTP/2 begins, and gRPC is such a one (RFC 9113 sections 3.4, 4.1 and
 * 6.5). */
static bool begins_with_settings(struct bytes octets)
{
    static const uint8_t no_stream[] = {0, 0, 0, 0};
    enum { TYPE_AT = 3, STREAM_AT = 5, HEADER = 9, SETTINGS = 4 };

    return octets.len >= HEADER && octets.data[0] == 0 && octets.data[TYPE_AT] == SETTINGS
           && memcmp(&octets.data[STREAM_AT], no_stream, sizeof(no_stream)) == 0;
}

/* A version of TLS stands where a record has it: the octet in front was changed on its way. */
static bool is_nearly_record(struct bytes octets)
{
    uint8_t type;
    uint16_t version;

    return bytes_u8(&octets, &type) && bytes_u16(&octets, &version) && version >= TLS_VERSION_SSL3
           && version <= TLS_VERSION_1_3;
}

/* What has neither may be damaged on its way, or be a server that is out of order. */
static enum certainty weigh_octets(const struct facts *facts)
{
    struct bytes octets = prelude_octets(facts->handshake->prelude[SIDE_SERVER]);

    if (!spoke_in_octets(facts) || is_nearly_record(octets))
        return CAUSE_NO;
    return has_words(octets) || begins_with_settings(octets) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum prelude prelude = facts->prelude[SIDE_SERVER];
    bool known = prelude != PRELUDE_UNKNOWN && prelude != PRELUDE_PARTIAL;
    enum certainty certainty = weigh_greeting(facts, evidence);

    if (certainty == CAUSE_NO)
        certainty = weigh_second_thoughts(facts, evidence);
    if (certainty != CAUSE_NO)
        return certainty;
    if (!client_hello_seen(facts))
        return CAUSE_NO;
    if (!known && first_line(facts->handshake->prelude[SIDE_SERVER]).len == 0)
        return weigh_octets(facts);
    certainty = weigh_words(facts, known);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    if (!is_told_as_end(facts))
        describe_banner(facts, evidence);
    describe_portal(facts, evidence);
    return certainty;
}

const struct cause cause_server_not_tls = {
    .id = "server_not_tls",
    .layer = LAYER_PROTOCOL,
    .title = "The client speaks TLS, but the server on this port speaks something else",
    .explanation =
        "The client's ClientHello met a service that does not expect TLS there: it "
        "sent a greeting or an error in its own protocol. Many clients then report a "
        "wrong version number, although no version is at fault. Some services greet in "
        "clear and then take TLS (NATS does): only clients of that protocol get there. A "
        "captive portal answers in clear in the server's place, too.",
    .remedy = "Look at what answers with `nc SERVER PORT` or `curl -v http://SERVER:PORT/`. "
              "Correct the port, switch TLS on in the service (listen 443 ssl), or use STARTTLS "
              "where the protocol has it: `openssl s_client -connect SERVER:PORT -starttls "
              "PROTOCOL` (smtp, imap, pop3, ftp, postgres, ...). Where the answer sends the client "
              "to another host, log in there, or look for the rule that redirects the connection. "
              "One that had agreed to TLS, or a proxy that had agreed to connect, says in the "
              "evidence what keeps it: a key that is missing, a target that cannot be reached.",
    .reported_as = "OpenSSL: wrong version number, packet length too long; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: SSL_ERROR_RX_RECORD_TOO_LONG; Java: "
                   "SSLException: Unsupported or unrecognized SSL message; Go: tls: first record "
                   "does not look like a TLS handshake; GnuTLS: An unexpected TLS packet was "
                   "received",
    .alerts = CAUSE_ALERTS(TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_UNEXPECTED_MESSAGE,
                           TLS_ALERT_RECORD_OVERFLOW, TLS_ALERT_DECODE_ERROR),
    .source = "RFC 8446 section 5.1; RFC 3207; RFC 2595",
    .ended_by = PARTY_SERVER,
    .match = match,
    .conceivable = greeting_was_not_expected,
};
