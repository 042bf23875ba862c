/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/http_answer.h"

#include <strings.h>

#include "dissect/prelude.h"

/* A value that is worth showing. */
enum { VALUE_MAX = 160 };

static bool skip_name(struct bytes *line, const char *name)
{
    size_t length = strlen(name);

    if (line->len <= length || strncasecmp((const char *)line->data, name, length) != 0
        || line->data[length] != ':')
        return false;
    return bytes_skip(line, length + 1);
}

static struct bytes value_of(struct bytes line)
{
    while (line.len > 0 && line.data[0] == ' ')
        line = bytes_of(line.data + 1, line.len - 1);
    return prelude_first_line(line, VALUE_MAX);
}

struct bytes http_answer_field(struct bytes answer, const char *name)
{
    do {
        struct bytes value;

        bytes_skip_line(&answer);
        value = answer;
        if (skip_name(&value, name))
            return value_of(value);
    } while (prelude_first_line(answer, 1).len > 0); /* the head ends with an empty line */
    return bytes_of(answer.data, 0);
}

/* The host of "scheme://host:port/path". False: there is none, as in a path alone. */
static bool take_host(struct bytes location, struct bytes *host)
{
    uint8_t octet = 0;

    while (location.len > 0 && !bytes_start_with(location, "://"))
        if (!bytes_u8(&location, &octet))
            return false;
    if (!bytes_skip(&location, strlen("://")))
        return false;
    *host = bytes_of(location.data, 0);
    while (bytes_u8(&location, &octet) && octet != '/' && octet != ':' && octet != '?')
        host->len++;
    return host->len > 0;
}

/* The name without its first label, where that leaves two or more: what the names of one site have
 * in common. */
static struct bytes site_of(struct bytes name)
{
    struct bytes rest = name;
    uint8_t octet;

    while (bytes_u8(&rest, &octet))
        if (octet == '.')
            return memchr(rest.data, '.', rest.len) != NULL ? rest : name;
    return name;
}

static bool is_within(struct bytes host, struct bytes site)
{
    const uint8_t *end;

    if (host.len < site.len)
        return false;
    end = host.data + (host.len - site.len);
    return strncasecmp((const char *)end, (const char *)site.data, site.len) == 0
           && (host.len == site.len || end[-1] == '.');
}

bool http_answer_is_elsewhere(struct bytes location, struct bytes host)
{
    struct bytes other;

    return host.len > 0 && take_host(location, &other) && !is_within(other, site_of(host));
}

/* RFC 9110 sections 15.5.4, 15.5.8 and 15.6.3 to 15.6.5. */
const char *http_answer_of_proxy(uint16_t status)
{
    static const struct {
        uint16_t status;
        const char *text;
    } rows[] = {
        {403, "a rule of the proxy forbids this client that target or port"},
        {407, "the proxy wants credentials, which the client has to be given"},
        {502,
         "the proxy could not connect to the target, or not resolve its name: look from there"},
        {503,
         "the proxy could not reach the target, or not resolve its name, or is overloaded: look "
         "from there"},
        {504, "the target, or its name server, did not answer the proxy: look from there"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return NULL;
}
