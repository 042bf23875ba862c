/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/starttls.h"

#include <strings.h>

#include "dissect/nbd.h"
#include "dissect/openvpn.h"
#include "dissect/proxy_header.h"
#include "dissect/rdp.h"
#include "dissect/tds.h"

static bool begins_with(struct bytes text, const char *word)
{
    size_t length = strlen(word);

    return text.len >= length && strncasecmp((const char *)text.data, word, length) == 0;
}

static bool contains(struct bytes text, const char *word)
{
    for (; text.len > 0; text = bytes_of(text.data + 1, text.len - 1))
        if (begins_with(text, word))
            return true;
    return false;
}

/* The word alone, not the beginning of a longer one. */
static bool begins_with_word(struct bytes text, const char *word)
{
    size_t length = strlen(word);

    return begins_with(text, word)
           && (text.len == length || text.data[length] <= ' ' || text.data[length] == '(');
}

/* Drop the first word of *line and the space behind it. */
static bool skip_word(struct bytes *line)
{
    uint8_t octet;

    while (bytes_u8(line, &octet)) {
        if (octet == ' ')
            return true;
        if (octet == '\n')
            return false;
    }
    return false;
}

/* A command alone on a line, as far as it came; after a tag in IMAP. */
static bool line_asks(struct bytes line)
{
    static const char *const commands[] = {"STARTTLS", "AUTH TLS", "AUTH SSL", "STLS"};

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (begins_with(line, commands[i]))
            return true;
    return false;
}

static bool text_asks(struct bytes client)
{
    while (client.len > 0) {
        struct bytes tagged = client;

        if (line_asks(client) || (skip_word(&tagged) && line_asks(tagged)))
            return true;
        bytes_skip_line(&client);
    }
    return false;
}

static bool always_asks(struct bytes client)
{
    (void)client;
    return true;
}

/* A header field of any request: the first one may have been answered by 426, or followed by its
 * content (RFC 2817 sections 3 and 4.2). */
static bool http_asks(struct bytes client)
{
    while (client.len > 0) {
        if (prelude_is_upgrade_to_tls(client))
            return true;
        bytes_skip_line(&client);
    }
    return false;
}

/* XMPP has no lines (RFC 6120 section 5.4.2.1). */
static bool xmpp_asks(struct bytes client)
{
    return contains(client, "<starttls");
}

/* An ExtendedRequest names what it wants (RFC 4511 section 4.14.1). */
static bool ldap_asks(struct bytes client)
{
    return contains(client, "1.3.6.1.4.1.1466.20037");
}

enum { POSTGRESQL_REQUEST_LENGTH = 8 };

/* An SSLRequest, which may follow a refused GSSENCRequest, that asks for something else. */
static bool postgresql_asks(struct bytes client)
{
    static const uint8_t request[] = {0, 0, 0, POSTGRESQL_REQUEST_LENGTH, 0x04, 0xd2, 0x16, 0x2f};
    struct bytes message;

    while (bytes_take(&client, POSTGRESQL_REQUEST_LENGTH, &message))
        if (memcmp(message.data, request, sizeof(request)) == 0)
            return true;
    return false;
}

/* What is encrypted for the login alone goes on in clear where the server does not support it. */
static bool tds_asks(struct bytes client)
{
    enum tds_encryption wanted = tds_encryption(client);

    return wanted == TDS_ENCRYPT_ON || wanted == TDS_ENCRYPT_REQUIRED;
}

static bool is_negative_status(struct bytes status)
{
    uint8_t class;

    return bytes_u8(&status, &class) && (class == '4' || class == '5');
}

/* SMTP, FTP and NNTP: three digits (RFC 5321 section 4.2, RFC 959 section 4.2, RFC 3977
 * section 3.2). */
static bool status_refuses(struct bytes reply)
{
    return is_negative_status(reply);
}

/* The reply to STARTTLS in SMTP (RFC 3207 section 4) and NNTP (RFC 4642 section 2.2.1), and to AUTH
 * in FTP (RFC 4217 section 4); all of its line. */
static bool status_agrees(struct bytes reply)
{
    return (begins_with(reply, "220") || begins_with(reply, "382") || begins_with(reply, "234"))
           && contains(reply, "\n");
}

static bool pop3_agrees(struct bytes reply)
{
    return begins_with_word(reply, "+OK") && contains(reply, "\n");
}

static bool pop3_refuses(struct bytes reply)
{
    return begins_with(reply, "-ERR");
}

/* The tagged answer may follow untagged ones (RFC 9051 section 2.2.2). */
static bool imap_skip_to_answer(struct bytes *reply)
{
    while (reply->len > 0 && reply->data[0] == '*')
        bytes_skip_line(reply);
    return skip_word(reply);
}

static bool imap_refuses(struct bytes reply)
{
    return imap_skip_to_answer(&reply)
           && (begins_with_word(reply, "NO") || begins_with_word(reply, "BAD"));
}

static bool imap_agrees(struct bytes reply)
{
    return imap_skip_to_answer(&reply) && begins_with_word(reply, "OK") && contains(reply, "\n");
}

static bool sieve_agrees(struct bytes reply)
{
    return begins_with_word(reply, "OK") && contains(reply, "\n");
}

static bool sieve_refuses(struct bytes reply)
{
    return begins_with_word(reply, "NO") || begins_with_word(reply, "BYE");
}

/* Of a UPS (RFC 9271), whose other answers begin otherwise. */
static bool nut_refuses(struct bytes reply)
{
    return begins_with_word(reply, "ERR");
}

/* ":server 691 nick :...", or a command that the server does not know. */
static bool irc_refuses(struct bytes reply)
{
    return begins_with(reply, ":") && skip_word(&reply)
           && (begins_with(reply, "691 ") || begins_with(reply, "421 ")
               || begins_with(reply, "451 "));
}

static bool xmpp_refuses(struct bytes reply)
{
    return contains(reply, "<failure") && !contains(reply, "<proceed");
}

static bool xmpp_agrees(struct bytes reply)
{
    return contains(reply, "<proceed") && contains(reply, ">");
}

static bool postgresql_agrees(struct bytes reply)
{
    return begins_with(reply, "S");
}

static bool postgresql_refuses(struct bytes reply)
{
    return begins_with(reply, "N") || begins_with(reply, "E");
}

/* An ERR packet: 24 bits of length, a sequence number, 0xff. */
static bool mysql_refuses(struct bytes reply)
{
    enum { HEADER = 4, ERR = 0xff };

    return reply.len > HEADER && reply.data[HEADER] == ERR;
}

/* The resultCode of an ExtendedResponse follows its tag: an ENUMERATED other than success (RFC 4511
 * sections 4.1.9 and 4.12). */
static bool ldap_refuses(struct bytes reply)
{
    enum { EXTENDED_RESPONSE = 0x78, ENUMERATED = 0x0a };
    uint8_t tag, length, code;

    while (bytes_u8(&reply, &tag)) {
        struct bytes result = reply;

        if (tag != EXTENDED_RESPONSE || !bytes_u8(&result, &length))
            continue;
        if (length > 0x80 && !bytes_skip(&result, length & 0x7f))
            return false;
        return bytes_u8(&result, &tag) && tag == ENUMERATED && bytes_u8(&result, &length)
               && length == 1 && bytes_u8(&result, &code) && code != 0;
    }
    return false;
}

static bool http_refuses(struct bytes reply)
{
    return begins_with(reply, "HTTP/") && skip_word(&reply) && reply.len > 0
           && reply.data[0] != '2';
}

static const char *tds_refusal(struct bytes reply)
{
    return tds_encryption(reply) == TDS_ENCRYPT_NOT_SUPPORTED
               ? "PRELOGIN: encryption is not supported"
               : NULL;
}

/* The whole call came (RFC 5531 section 11). */
static bool rpc_asks(struct bytes client)
{
    enum { LENGTH_MASK = 0x7fffffff };
    uint32_t mark;

    return bytes_u32(&client, &mark) && client.len >= (mark & LENGTH_MASK);
}

/* A server that agrees says so in the verifier of its reply (RFC 5531 section 9, RFC 9289 section
 * 4.1). */
static bool rpc_refuses(struct bytes reply)
{
    enum { MARK_AND_IDENTIFIER = 8, REPLY = 1, DENIED = 1 };
    static const char agreed[] = "STARTTLS";
    uint32_t type, status, flavor, length;
    struct bytes verifier;

    if (!bytes_skip(&reply, MARK_AND_IDENTIFIER) || !bytes_u32(&reply, &type) || type != REPLY
        || !bytes_u32(&reply, &status))
        return false;
    if (status == DENIED)
        return true;
    return bytes_u32(&reply, &flavor) && bytes_u32(&reply, &length)
           && bytes_take(&reply, length, &verifier)
           && (length != strlen(agreed) || memcmp(verifier.data, agreed, length) != 0);
}

enum {
    SOCKS4_GRANTED = 90,
    SOCKS5_NO_METHOD = 0xff /* RFC 1928 section 3 */
};

static const char *socks4_refusal(struct bytes reply)
{
    uint8_t version, code;

    if (!bytes_u8(&reply, &version) || !bytes_u8(&reply, &code) || version != 0
        || code == SOCKS4_GRANTED)
        return NULL;
    if (code == SOCKS4_GRANTED + 2)
        return "SOCKS4 reply 92: no identd on the client";
    if (code == SOCKS4_GRANTED + 3)
        return "SOCKS4 reply 93: identd names another user";
    return "SOCKS4 reply 91: request rejected or failed";
}

/* RFC 1928 section 6. */
static const char *socks5_reply_name(uint8_t code)
{
    static const char *const names[] = {
        NULL,
        "SOCKS5 reply 1: general failure",
        "SOCKS5 reply 2: connection not allowed by ruleset",
        "SOCKS5 reply 3: network unreachable",
        "SOCKS5 reply 4: host unreachable",
        "SOCKS5 reply 5: connection refused",
        "SOCKS5 reply 6: TTL expired",
        "SOCKS5 reply 7: command not supported",
        "SOCKS5 reply 8: address type not supported",
    };

    return code < sizeof(names) / sizeof(names[0]) ? names[code] : "SOCKS5 reply: unassigned code";
}

/* All that the server said: the method, the answer to a password (RFC 1929), the reply. */
static const char *socks5_refusal(struct bytes reply)
{
    uint8_t version, code;

    if (!bytes_u8(&reply, &version) || version != 5 || !bytes_u8(&reply, &code))
        return NULL;
    if (code == SOCKS5_NO_METHOD)
        return "SOCKS5: no acceptable method";
    if (!bytes_u8(&reply, &version) || !bytes_u8(&reply, &code))
        return NULL;
    if (version == 1 && code != 0)
        return "SOCKS5: user name or password refused";
    if (version == 1 && (!bytes_u8(&reply, &version) || !bytes_u8(&reply, &code)))
        return NULL;
    return version == 5 ? socks5_reply_name(code) : NULL;
}

/* The channel is opened for a handshake that can be read. */
static bool openvpn_asks(struct bytes client)
{
    struct openvpn_protection protection;

    return openvpn_opening(client, true, &protection) == OPENVPN_OK && !protection.encrypted;
}

/* A server of OpenVPN that does not like a packet drops it, or closes. One of HTTP that does not
 * change the protocol answers the request (RFC 2817 section 3.1). */
static bool never_refuses(struct bytes reply)
{
    (void)reply;
    return false;
}

/* How a protocol asks for TLS and how it says no. */
struct starttls {
    bool (*asks)(struct bytes client);
    bool (*refuses)(struct bytes reply);        /* NULL: a reply that has a refusal */
    const char *(*refusal)(struct bytes reply); /* what it means, when it is not text */
    bool is_optional; /* clients that want TLS only where it can be had go on in clear */
    bool (*leaves)(struct bytes rest);  /* NULL: who leaves says no more */
    bool (*agrees)(struct bytes reply); /* NULL: it takes a hello to tell a yes */
    bool is_greeted;                    /* the server speaks first, maybe in the words of a yes */
};

static const struct starttls *find(enum prelude protocol)
{
    static const struct starttls protocols[PRELUDE_COUNT] = {
        [PRELUDE_HTTP_REQUEST] = {.asks = http_asks, .refuses = never_refuses},
        [PRELUDE_HTTP_CONNECT] = {.asks = always_asks, .refuses = http_refuses},
        [PRELUDE_SMTP] = {.asks = text_asks,
                          .refuses = status_refuses,
                          .agrees = status_agrees,
                          .is_greeted = true},
        [PRELUDE_FTP] = {.asks = text_asks,
                         .refuses = status_refuses,
                         .agrees = status_agrees,
                         .is_greeted = true},
        [PRELUDE_NNTP] = {.asks = text_asks,
                          .refuses = status_refuses,
                          .agrees = status_agrees,
                          .is_greeted = true},
        [PRELUDE_REPLY] = {.asks = text_asks,
                           .refuses = status_refuses,
                           .agrees = status_agrees,
                           .is_greeted = true},
        [PRELUDE_POP3] = {.asks = text_asks,
                          .refuses = pop3_refuses,
                          .agrees = pop3_agrees,
                          .is_greeted = true},
        [PRELUDE_IMAP] = {.asks = text_asks,
                          .refuses = imap_refuses,
                          .agrees = imap_agrees,
                          .is_greeted = true},
        [PRELUDE_SIEVE] = {.asks = text_asks,
                           .refuses = sieve_refuses,
                           .agrees = sieve_agrees,
                           .is_greeted = true},
        [PRELUDE_IRC] = {.asks = text_asks, .refuses = irc_refuses},
        [PRELUDE_XMPP] = {.asks = xmpp_asks, .refuses = xmpp_refuses, .agrees = xmpp_agrees},
        [PRELUDE_LDAP] = {.asks = ldap_asks, .refuses = ldap_refuses},
        [PRELUDE_MYSQL_SSL_REQUEST] = {.asks = always_asks, .refuses = mysql_refuses},
        [PRELUDE_POSTGRESQL_SSL_REQUEST] = {.asks = postgresql_asks,
                                            .refuses = postgresql_refuses,
                                            .is_optional = true,
                                            .agrees = postgresql_agrees},
        [PRELUDE_SOCKS4] = {.asks = always_asks, .refusal = socks4_refusal},
        [PRELUDE_SOCKS5] = {.asks = always_asks, .refusal = socks5_refusal},
        [PRELUDE_RDP] = {.asks = rdp_asks_for_tls,
                         .refusal = rdp_refusal,
                         .is_optional = true,
                         .leaves = rdp_disconnects},
        [PRELUDE_TDS] = {.asks = tds_asks, .refusal = tds_refusal},
        [PRELUDE_RPC] = {.asks = rpc_asks, .refuses = rpc_refuses, .is_optional = true},
        [PRELUDE_NBD] = {.asks = nbd_asks_for_tls,
                         .refusal = nbd_refusal,
                         .is_optional = true,
                         .leaves = nbd_aborts},
        [PRELUDE_OPENVPN] = {.asks = openvpn_asks, .refuses = never_refuses},
    };

    return protocol < PRELUDE_COUNT && protocols[protocol].asks != NULL ? &protocols[protocol]
                                                                        : NULL;
}

static struct bytes behind_proxy_header(struct bytes client)
{
    struct bytes rest = client;
    struct proxy_header header;

    return proxy_header_take(&rest, &header) ? rest : client;
}

enum prelude starttls_client_protocol(struct bytes client)
{
    struct bytes rest = behind_proxy_header(client);

    return prelude_identify(rest.len > 0 ? rest : client, true);
}

bool starttls_is_request(struct bytes client)
{
    const struct starttls *starttls;

    client = behind_proxy_header(client);
    starttls = find(prelude_identify(client, true));

    return starttls != NULL ? starttls->asks(client) : text_asks(client);
}

enum prelude starttls_protocol(enum prelude client, enum prelude server)
{
    bool server_tells = find(server) != NULL && server != PRELUDE_REPLY;

    return find(client) == NULL && server_tells ? server : client;
}

bool starttls_is_refusal(enum prelude protocol, struct bytes reply)
{
    const struct starttls *starttls = find(protocol);

    if (starttls != NULL)
        return starttls->refuses != NULL ? starttls->refuses(reply)
                                         : starttls->refusal(reply) != NULL;
    return status_refuses(reply) || pop3_refuses(reply) || sieve_refuses(reply)
           || irc_refuses(reply) || imap_refuses(reply) || nut_refuses(reply);
}

bool starttls_is_agreement(enum prelude protocol, bool was_greeted, struct bytes reply)
{
    const struct starttls *starttls = find(protocol);

    return starttls != NULL && starttls->agrees != NULL && (was_greeted || !starttls->is_greeted)
           && starttls->agrees(reply);
}

const char *starttls_refusal_name(enum prelude protocol, struct bytes reply)
{
    const struct starttls *starttls = find(protocol);

    return starttls != NULL && starttls->refusal != NULL ? starttls->refusal(reply) : NULL;
}

bool starttls_goes_on(enum prelude protocol, struct bytes rest)
{
    const struct starttls *starttls = find(protocol);

    return starttls != NULL && starttls->is_optional && rest.len > 0
           && (starttls->leaves == NULL || !starttls->leaves(rest));
}

static bool is_http(enum prelude protocol)
{
    return protocol == PRELUDE_HTTP_REQUEST || protocol == PRELUDE_HTTP_CONNECT;
}

uint16_t starttls_status(enum prelude protocol, struct bytes reply)
{
    enum { DIGITS = 3 };
    struct bytes digits;
    uint8_t octet;
    uint16_t status = 0;

    if (is_http(protocol) && (!begins_with(reply, "HTTP/") || !skip_word(&reply)))
        return 0;
    if (!bytes_take(&reply, DIGITS, &digits))
        return 0;
    while (bytes_u8(&digits, &octet)) {
        if (octet < '0' || octet > '9')
            return 0;
        status = (uint16_t)(status * 10 + (octet - '0'));
    }
    return status;
}

bool starttls_has_target(enum prelude protocol)
{
    return protocol == PRELUDE_HTTP_CONNECT || protocol == PRELUDE_SOCKS4
           || protocol == PRELUDE_SOCKS5;
}

const char *starttls_name(enum prelude protocol)
{
    static const char *const names[PRELUDE_COUNT] = {
        [PRELUDE_HTTP_REQUEST] = "http",
        [PRELUDE_HTTP_CONNECT] = "http_connect",
        [PRELUDE_SMTP] = "smtp",
        [PRELUDE_FTP] = "ftp",
        [PRELUDE_POP3] = "pop3",
        [PRELUDE_IMAP] = "imap",
        [PRELUDE_NNTP] = "nntp",
        [PRELUDE_SIEVE] = "sieve",
        [PRELUDE_IRC] = "irc",
        [PRELUDE_XMPP] = "xmpp",
        [PRELUDE_MYSQL] = "mysql",
        [PRELUDE_MYSQL_SSL_REQUEST] = "mysql",
        [PRELUDE_POSTGRESQL_SSL_REQUEST] = "postgresql",
        [PRELUDE_POSTGRESQL_ACCEPT] = "postgresql",
        [PRELUDE_POSTGRESQL_REFUSE] = "postgresql",
        [PRELUDE_POSTGRESQL_ERROR] = "postgresql",
        [PRELUDE_LDAP] = "ldap",
        [PRELUDE_SOCKS4] = "socks4",
        [PRELUDE_SOCKS5] = "socks5",
        [PRELUDE_RDP] = "rdp",
        [PRELUDE_TELNET] = "telnet",
        [PRELUDE_VNC] = "vnc",
        [PRELUDE_TDS] = "tds",
        [PRELUDE_RPC] = "rpc",
        [PRELUDE_NBD] = "nbd",
        [PRELUDE_OPENVPN] = "openvpn",
        [PRELUDE_STARTTLS] = "starttls",
    };

    return protocol < PRELUDE_COUNT ? names[protocol] : NULL;
}
