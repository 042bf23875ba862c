/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/starttls.h"

#include <strings.h>

/* Commands that ask for TLS, as they begin a line, after the tag in IMAP. */
static const char *const commands[] = {"STARTTLS", "AUTH TLS", "AUTH SSL", "STLS", "<starttls"};

static bool begins_with(struct bytes text, const char *word)
{
    size_t length = strlen(word);

    return text.len >= length && strncasecmp((const char *)text.data, word, length) == 0;
}

static bool line_asks(struct bytes line)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (begins_with(line, commands[i]))
            return true;
    return false;
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

static void skip_line(struct bytes *text)
{
    uint8_t octet;

    while (bytes_u8(text, &octet))
        if (octet == '\n')
            return;
}

bool starttls_is_request(struct bytes client)
{
    enum prelude protocol = prelude_identify(client, true);

    if (protocol == PRELUDE_POSTGRESQL_SSL_REQUEST || protocol == PRELUDE_HTTP_CONNECT)
        return true;
    while (client.len > 0) {
        struct bytes tagged = client;

        if (line_asks(client) || (skip_word(&tagged) && line_asks(tagged)))
            return true;
        skip_line(&client);
    }
    return false;
}

static bool is_negative_status(struct bytes status)
{
    uint8_t class;

    return bytes_u8(&status, &class) && (class == '4' || class == '5');
}

bool starttls_is_refusal(enum prelude protocol, struct bytes reply)
{
    struct bytes tagged = reply;

    if (protocol == PRELUDE_POSTGRESQL_SSL_REQUEST)
        return begins_with(reply, "N") || begins_with(reply, "E");
    if (protocol == PRELUDE_HTTP_CONNECT)
        return begins_with(reply, "HTTP/") && skip_word(&tagged) && tagged.len > 0
               && tagged.data[0] != '2';
    if (is_negative_status(reply) || begins_with(reply, "-ERR") || begins_with(reply, "<failure"))
        return true;
    return skip_word(&tagged) && (begins_with(tagged, "NO ") || begins_with(tagged, "BAD "));
}
