/* SPDX-License-Identifier: GPL-2.0-or-later */
/* starttls_text.c -- protocols whose commands and replies are text. */
#include <strings.h>

#include "analyze/starttls.h"
#include "analyze/starttls_protocol.h"
#include "dissect/ldap.h"

bool starttls_begins_with(struct bytes text, const char *word)
{
    size_t length = strlen(word);

    return text.len >= length && strncasecmp((const char *)text.data, word, length) == 0;
}

/* The word is somewhere in it. */
static bool contains(struct bytes text, const char *word)
{
    for (; text.len > 0; text = bytes_of(text.data + 1, text.len - 1))
        if (starttls_begins_with(text, word))
            return true;
    return false;
}

/* The word alone, not the beginning of a longer one. */
static bool begins_with_word(struct bytes text, const char *word)
{
    size_t length = strlen(word);

    return starttls_begins_with(text, word)
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

/* The words alone on a line, all of which came. */
static bool is_line_of(struct bytes line, const char *words)
{
    struct bytes rest = line;
    uint8_t octet = ' ';

    if (!starttls_begins_with(line, words) || !bytes_skip(&rest, strlen(words)))
        return false;
    while (octet == ' ' && bytes_u8(&rest, &octet))
        ;
    return octet == '\r' || octet == '\n';
}

/* TLS-C is TLS, TLS-P is SSL, in the drafts of RFC 4217 (section 17). */
static bool line_asks(struct bytes line)
{
    static const char *const commands[] = {
        "STARTTLS", "AUTH TLS", "AUTH TLS-C", "AUTH SSL", "AUTH TLS-P", "STLS",
    };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (is_line_of(line, commands[i]))
            return true;
    return false;
}

/* Behind the tag (RFC 9051 section 2.2.1). */
static bool tagged_line_asks(struct bytes line)
{
    return skip_word(&line) && is_line_of(line, "STARTTLS");
}

static bool any_line_asks(struct bytes line)
{
    return line_asks(line) || tagged_line_asks(line);
}

/* What follows is a mail, an article or a script, in SMTP, NNTP, Sieve or IMAP. */
static bool begins_content(struct bytes line)
{
    static const char *const commands[] = {"DATA",  "BDAT",     "POST",
                                           "IHAVE", "TAKETHIS", "PUTSCRIPT"};

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (begins_with_word(line, commands[i]))
            return true;
    return skip_word(&line) && begins_with_word(line, "APPEND");
}

static bool find_line(struct bytes client, bool (*asks)(struct bytes line))
{
    while (client.len > 0 && !begins_content(client)) {
        if (asks(client))
            return true;
        bytes_skip_line(&client);
    }
    return false;
}

static bool text_asks(struct bytes client)
{
    return find_line(client, line_asks);
}

static bool imap_asks(struct bytes client)
{
    return find_line(client, tagged_line_asks);
}

static bool any_text_asks(struct bytes client)
{
    return find_line(client, any_line_asks);
}

/* SMTP, FTP and NNTP: three digits (RFC 5321 section 4.2, RFC 959 section 4.2, RFC 3977
 * section 3.2). */
static bool status_refuses(struct bytes reply)
{
    uint8_t class;

    return bytes_u8(&reply, &class) && (class == '4' || class == '5');
}

/* The reply to STARTTLS in SMTP (RFC 3207 section 4) and NNTP (RFC 4642 section 2.2.1), and to AUTH
 * in FTP (RFC 4217 section 4); all of its line. */
static bool status_agrees(struct bytes reply)
{
    return (starttls_begins_with(reply, "220") || starttls_begins_with(reply, "382")
            || starttls_begins_with(reply, "234"))
           && contains(reply, "\n");
}

const struct starttls_protocol starttls_status_lines = {
    .asks = text_asks,
    .refuses = status_refuses,
    .agrees = status_agrees,
    .is_greeted = true,
};

static bool pop3_agrees(struct bytes reply)
{
    return begins_with_word(reply, "+OK") && contains(reply, "\n");
}

static bool pop3_refuses(struct bytes reply)
{
    return starttls_begins_with(reply, "-ERR");
}

const struct starttls_protocol starttls_pop3 = {
    .asks = text_asks,
    .refuses = pop3_refuses,
    .agrees = pop3_agrees,
    .is_greeted = true,
};

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

const struct starttls_protocol starttls_imap = {
    .asks = imap_asks,
    .refuses = imap_refuses,
    .agrees = imap_agrees,
    .is_greeted = true,
};

static bool sieve_agrees(struct bytes reply)
{
    return begins_with_word(reply, "OK") && contains(reply, "\n");
}

static bool sieve_refuses(struct bytes reply)
{
    return begins_with_word(reply, "NO") || begins_with_word(reply, "BYE");
}

const struct starttls_protocol starttls_sieve = {
    .asks = text_asks,
    .refuses = sieve_refuses,
    .agrees = sieve_agrees,
    .is_greeted = true,
};

/* ":server 691 nick :...", or a command that the server does not know. */
static bool irc_refuses(struct bytes reply)
{
    return starttls_begins_with(reply, ":") && skip_word(&reply)
           && (starttls_begins_with(reply, "691 ") || starttls_begins_with(reply, "421 ")
               || starttls_begins_with(reply, "451 "));
}

const struct starttls_protocol starttls_irc = {
    .asks = text_asks,
    .refuses = irc_refuses,
};

/* XMPP has no lines (RFC 6120 section 5.4.2.1). */
static bool xmpp_asks(struct bytes client)
{
    return contains(client, "<starttls");
}

static bool xmpp_refuses(struct bytes reply)
{
    return contains(reply, "<failure") && !contains(reply, "<proceed");
}

static bool xmpp_agrees(struct bytes reply)
{
    return contains(reply, "<proceed") && contains(reply, ">");
}

const struct starttls_protocol starttls_xmpp = {
    .asks = xmpp_asks,
    .refuses = xmpp_refuses,
    .agrees = xmpp_agrees,
};

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

/* A server that does not change the protocol answers the request (RFC 2817 section 3.1). */
const struct starttls_protocol starttls_http_request = {
    .asks = http_asks,
};

static bool http_refuses(struct bytes reply)
{
    return starttls_begins_with(reply, "HTTP/") && skip_word(&reply) && reply.len > 0
           && reply.data[0] != '2';
}

/* The whole head came, and nothing behind it (RFC 9110 section 9.3.6): a target that speaks first
 * does not speak TLS. */
static bool connect_agrees(struct bytes reply)
{
    static const char end[] = "\r\n\r\n";
    struct bytes last = reply;

    return starttls_begins_with(reply, "HTTP/") && bytes_skip(&last, reply.len - strlen(end))
           && starttls_begins_with(last, end) && skip_word(&reply) && reply.len > 0
           && reply.data[0] == '2';
}

const struct starttls_protocol starttls_http_connect = {
    .refuses = http_refuses,
    .agrees = connect_agrees,
};

/* Of a UPS (RFC 9271), whose other answers begin otherwise. */
static bool nut_refuses(struct bytes reply)
{
    return begins_with_word(reply, "ERR");
}

static bool any_refuses(struct bytes reply)
{
    return status_refuses(reply) || pop3_refuses(reply) || sieve_refuses(reply)
           || irc_refuses(reply) || imap_refuses(reply) || nut_refuses(reply);
}

const struct starttls_protocol starttls_unknown = {
    .asks = any_text_asks,
    .refuses = any_refuses,
};

static bool is_http(enum prelude protocol)
{
    return protocol == PRELUDE_HTTP_REQUEST || protocol == PRELUDE_HTTP_CONNECT;
}

uint16_t starttls_status(enum prelude protocol, struct bytes reply)
{
    enum { DIGITS = 3 };
    struct bytes digits;
    uint8_t octet;
    struct ldap_result result;
    uint16_t status = 0;

    if (protocol == PRELUDE_LDAP)
        return ldap_result_find(reply, &result) ? result.code : 0;
    if (is_http(protocol) && (!starttls_begins_with(reply, "HTTP/") || !skip_word(&reply)))
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

/* Past the header of HTTP, with the empty line that ends it. */
static void skip_header(struct bytes *reply)
{
    bool is_over = false;

    while (!is_over && reply->len > 0) {
        is_over = starttls_begins_with(*reply, "\r\n") || starttls_begins_with(*reply, "\n");
        bytes_skip_line(reply);
    }
}

/* Past a reply of one line, or of several: the last one has the digits of the first, and no hyphen
 * behind them (RFC 5321 section 4.2.1, RFC 959 section 4.2). */
static void skip_status_lines(struct bytes *reply)
{
    enum { DIGITS = 3 };
    const struct bytes first = *reply;
    bool goes_on = first.len > DIGITS && first.data[DIGITS] == '-';

    bytes_skip_line(reply);
    while (goes_on && reply->len > DIGITS) {
        goes_on = memcmp(reply->data, first.data, DIGITS) != 0 || reply->data[DIGITS] == '-';
        bytes_skip_line(reply);
    }
}

struct bytes starttls_rest(enum prelude protocol, struct bytes reply)
{
    if (is_http(protocol))
        skip_header(&reply);
    else if (protocol == PRELUDE_POP3)
        bytes_skip_line(&reply);
    else if (protocol == PRELUDE_SMTP || protocol == PRELUDE_FTP || protocol == PRELUDE_NNTP)
        skip_status_lines(&reply);
    else
        reply = (struct bytes){0};
    return reply;
}
