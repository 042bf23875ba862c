/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/host_name.h"
#include "analyze/causes/known.h"
#include "analyze/causes/second_hello.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/unlisted_client_key.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"

/* What the server chose was not on offer. Each row tests one field of ServerHello against
 * ClientHello, both of which were read. */
static bool suite_not_offered(const struct facts *facts)
{
    return !list_u16_contains(facts->client_hello.cipher_suites, facts->server_hello.cipher_suite);
}

static bool compression_not_offered(const struct facts *facts)
{
    return !list_u8_contains(facts->client_hello.compression_methods,
                             facts->server_hello.compression_method);
}

static bool has_share(const struct hello_extensions *extensions, uint16_t group)
{
    struct bytes shares = extensions->key_share.shares;
    struct key_share share;

    while (key_share_next(&shares, &share))
        if (share.group == group)
            return true;
    return false;
}

static bool share_not_offered(const struct facts *facts)
{
    const struct hello_extensions *extensions = facts->second_client_hello_read
                                                    ? &facts->second_client_extensions
                                                    : &facts->client_extensions;

    return facts->tls13 && facts->server_extensions.key_share.state == EXTENSION_WELL_FORMED
           && extensions->key_share.state == EXTENSION_WELL_FORMED
           && !has_share(extensions, facts->server_extensions.key_share.group);
}

/* RFC 8446 section 4.2: a server answers extensions, it does not bring its own. renegotiation_info
 * may answer the signalling suite (RFC 5746 section 3.6). */
static bool extension_not_offered(const struct facts *facts)
{
    struct bytes extensions = facts->server_hello.extensions;
    struct extension extension;
    struct bytes data;

    while (extension_next(&extensions, &extension))
        if (!extension_find(facts->client_hello.extensions, extension.type, &data)
            && !(extension.type == TLS_EXTENSION_RENEGOTIATION_INFO
                 && facts->offer.renegotiation_info))
            return true;
    return false;
}

/* RFC 8446 section 4.1.3. The first drafts, which have numbers of their own, have no session ID. */
static bool session_id_not_echoed(const struct facts *facts)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;

    return facts->tls13 && facts->server_hello.legacy_version == TLS_VERSION_1_2
           && facts_last_hello(facts, &hello, &extensions)
           && !bytes_equal(facts->server_hello.session_id, hello->session_id);
}

/* The HelloRetryRequest as the RFC has it, not the drafts. */
static bool read_retry(const struct facts *facts, struct server_hello *retry)
{
    return facts->retry_read && facts->retry_note->type == TLS_HANDSHAKE_SERVER_HELLO
           && server_hello_parse(handshake_body(facts->handshake, facts->retry_note), retry);
}

/* RFC 8446 section 4.1.4. */
static bool suite_is_not_of_retry(const struct facts *facts)
{
    struct server_hello retry;

    return read_retry(facts, &retry) && retry.cipher_suite != facts->server_hello.cipher_suite;
}

/* RFC 8446 section 4.2, RFC 5246 section 7.4.1.4. */
static bool extension_comes_twice(const struct facts *facts)
{
    return facts->server_extensions.has_duplicate;
}

/* A client that speaks of the certificate, or under the keys that come of the hello, has taken
 * that. */
static bool client_took_hello(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           || (facts->refusal.kind == REFUSAL_ALERT
               && alert_is_about_certificates(facts->refusal.alert));
}

static bool server_hello_is_wrong(const struct facts *facts, struct evidence *evidence)
{
    static const struct {
        bool (*is_wrong)(const struct facts *facts);
        const char *text;
    } rows[] = {
        {suite_not_offered, "the server chose a cipher suite that the client did not offer"},
        {compression_not_offered, "the server chose a compression that the client did not offer"},
        {share_not_offered, "the server answered with a key share that the client did not offer"},
        {extension_not_offered, "the ServerHello has an extension that the client did not offer"},
        {session_id_not_echoed, "the ServerHello does not echo the session ID of the client"},
        {suite_is_not_of_retry,
         "the ServerHello has another cipher suite than the HelloRetryRequest before it"},
        {extension_comes_twice, "the ServerHello has an extension twice"},
    };

    if (!facts_client_refused_server(facts) || client_took_hello(facts) || !facts->client_hello_read
        || !facts->server_hello_read)
        return false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].is_wrong(facts))
            continue;
        evidence_add(evidence, "illegal_field", facts->server_hello_note->at, "%s", rows[i].text);
        return true;
    }
    return false;
}

static bool retry_choice_not_offered(const struct facts *facts)
{
    struct server_hello retry;

    return read_retry(facts, &retry)
           && !(list_u8_contains(facts->client_hello.compression_methods, retry.compression_method)
                && list_u16_contains(facts->client_hello.cipher_suites, retry.cipher_suite));
}

static bool retry_asks_for_known_share(const struct facts *facts)
{
    const struct hello_extensions *extensions = &facts->client_extensions;

    return facts->retry_extensions.key_share.state == EXTENSION_WELL_FORMED
           && extensions->key_share.state == EXTENSION_WELL_FORMED
           && has_share(extensions, facts->retry_extensions.key_share.group);
}

/* RFC 8446 section 4.1.4: a client checks a HelloRetryRequest as it checks a ServerHello, and sends
 * no second hello then. */
static bool retry_is_wrong(const struct facts *facts, struct evidence *evidence)
{
    static const struct {
        bool (*is_wrong)(const struct facts *facts);
        const char *text;
    } rows[] = {
        {retry_choice_not_offered, "the HelloRetryRequest has a cipher suite or a compression that "
                                   "the client did not offer"},
        {retry_asks_for_known_share,
         "the HelloRetryRequest asks for a key share that the hello had already"},
    };

    if (!facts->retry_read || !facts->client_hello_read || second_hello_note(facts) != NULL
        || facts->server_hello_note != NULL || facts->refusal.kind == REFUSAL_NONE
        || facts->refusal.by != SIDE_CLIENT)
        return false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].is_wrong(facts))
            continue;
        evidence_add(evidence, "illegal_field", facts->retry_note->at, "%s", rows[i].text);
        return true;
    }
    return false;
}

/* RFC 8446 section 4.1.2: null compression must be offered; an extension comes once. */
static bool client_hello_is_wrong(const struct facts *facts, struct evidence *evidence)
{
    char hex[NAMES_HEX_SIZE];
    uint16_t duplicate = facts->client_extensions.duplicate;

    if (!facts_server_refused_hello(facts) || !facts->client_hello_read)
        return false;
    if (!list_u8_contains(facts->client_hello.compression_methods, TLS_COMPRESSION_NULL)) {
        evidence_add(evidence, "illegal_field", facts->client_hello_note->at,
                     "the client does not offer null compression");
        return true;
    }
    if (!facts->client_extensions.has_duplicate)
        return false;
    evidence_add(evidence, "illegal_field", facts->client_hello_note->at,
                 "the ClientHello has the extension %s twice",
                 names_or_hex(hex, sizeof(hex), names_extension(duplicate), duplicate, 4));
    return true;
}

/* RFC 8446 section 4.2.8: key shares are of groups that are listed, which servers may check. */
static bool share_is_wrong(const struct facts *facts, struct evidence *evidence)
{
    const struct hello_extensions *extensions = &facts->client_extensions;
    struct bytes shares = extensions->key_share.shares;
    struct key_share share;
    char hex[NAMES_HEX_SIZE];

    if (!facts_server_refused_hello(facts) || !facts->client_hello_read || facts->retry_note != NULL
        || extensions->key_share.state != EXTENSION_WELL_FORMED
        || extensions->supported_groups.state != EXTENSION_WELL_FORMED)
        return false;
    while (key_share_next(&shares, &share)) {
        if (tls_is_grease(share.group)
            || list_u16_contains(extensions->supported_groups.list, share.group))
            continue;
        evidence_add(evidence, "illegal_field", facts->client_hello_note->at,
                     "the client sends a key share of the group %s, which it does not list",
                     names_or_hex(hex, sizeof(hex), names_group(share.group), share.group, 4));
        return true;
    }
    return false;
}

static bool name_is_wrong(const struct facts *facts, struct evidence *evidence)
{
    const char *oddity;
    struct text text;

    if (!facts_server_refused_hello(facts) || !facts->client_hello_read
        || facts->client_extensions.server_name.state != EXTENSION_WELL_FORMED
        || known_name_is_served(facts))
        return false;
    oddity = host_name_oddity(facts->client_extensions.server_name.host_name);
    if (oddity == NULL)
        return false;
    text = evidence_begin(evidence, "illegal_field", facts->client_hello_note->at);
    text_add(&text, "the server name ");
    text_add_untrusted(&text, facts->client_extensions.server_name.host_name);
    text_add(&text, " is no host name: %s", oddity);
    return true;
}

/* RFC 6066 section 3 has the name without it. Go does not parse such a hello: it says
 * unexpected_message or decode_error. */
static bool dot_is_wrong(const struct facts *facts, struct evidence *evidence)
{
    struct bytes name = facts_server_name(facts);
    bool said = facts_alert(facts, SIDE_SERVER, TLS_ALERT_UNEXPECTED_MESSAGE)
                || facts_alert(facts, SIDE_SERVER, TLS_ALERT_DECODE_ERROR);

    return said && name.len > 0 && name.data[name.len - 1] == '.' && name_is_wrong(facts, evidence);
}

/* Nothing is visibly wrong with the hello, and it offers no key that the server may not know: some
 * servers say illegal_parameter for whatever they do not like about an offer. */
static bool may_be_about_offer(const struct facts *facts)
{
    return facts_server_refused_hello(facts) && !facts_refused_key_offer(facts);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum side by = facts->refusal.by;
    bool said =
        facts->refusal.kind == REFUSAL_ALERT
        && (facts_alert(facts, by, TLS_ALERT_ILLEGAL_PARAMETER)
            || (by == SIDE_CLIENT && facts_alert(facts, by, TLS_ALERT_UNSUPPORTED_EXTENSION)));
    bool wrong = server_hello_is_wrong(facts, evidence) || retry_is_wrong(facts, evidence)
                 || client_hello_is_wrong(facts, evidence);

    if (wrong) {
        describe_choice(facts, evidence);
        return said ? CAUSE_CERTAIN : CAUSE_LIKELY;
    }
    if (!said)
        return dot_is_wrong(facts, evidence) ? CAUSE_LIKELY : CAUSE_NO;
    if (share_is_wrong(facts, evidence))
        return CAUSE_CERTAIN;
    if (name_is_wrong(facts, evidence))
        return CAUSE_LIKELY;
    if (facts_client_refused_server(facts))
        describe_choice(facts, evidence);
    else
        describe_shared_secret(facts, evidence);
    describe_last_seen(facts, evidence);
    return may_be_about_offer(facts) || client_curve_is_unusual(facts) ? CAUSE_POSSIBLE
                                                                       : CAUSE_LIKELY;
}

const struct cause cause_illegal_parameter = {
    .id = "illegal_parameter",
    .layer = LAYER_PROTOCOL,
    .title = "A handshake message has a field that is out of range or contradicts another one",
    .explanation = "The message could be parsed, but a field in it is not allowed there: a suite, "
                   "group, compression or extension that was not offered, a value out of range, a "
                   "key share that is no point of its curve, a server name that is no host name. "
                   "The receiver says illegal_parameter(47) or unsupported_extension(110). Some "
                   "servers send the former to an offer that they cannot take, too.",
    .remedy = "The evidence names the field where it is visible; `openssl s_client -connect "
              "SERVER:PORT -msg -trace` prints all of them. Update the library of the side that "
              "sent it. Where both are up to date, look for a device between them that changes "
              "hello messages.",
    .reported_as = "OpenSSL: sslv3 alert illegal parameter, wrong cipher returned, unsolicited "
                   "extension; curl: (35); Chromium: net::ERR_SSL_PROTOCOL_ERROR; Firefox: "
                   "SSL_ERROR_ILLEGAL_PARAMETER_ALERT, SSL_ERROR_RX_UNEXPECTED_EXTENSION; Java: "
                   "SSLHandshakeException: Received fatal alert: illegal_parameter; Go: tls: "
                   "server chose an unconfigured cipher suite",
    .alerts = CAUSE_ALERTS(TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_UNSUPPORTED_EXTENSION,
                           TLS_ALERT_DECODE_ERROR, TLS_ALERT_UNEXPECTED_MESSAGE),
    .source = "RFC 8446 sections 4.1.3, 4.1.4, 4.2 and 6.2; RFC 5246 section 7.4.1.3",
    .tells_end_alone = true,
    .match = match,
};
