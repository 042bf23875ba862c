/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/sink_spec.h"

#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "tools/tlswhy/complain.h"

struct scheme_row {
    const char *prefix;
    enum sink_scheme scheme;
    bool (*parse)(struct sink_spec *spec, const char *rest);
};

/* Where receivers listen if nothing else is said. */
enum {
    PORT_SYSLOG_UDP = 514, /* RFC 5426 section 3.3 */
    PORT_SYSLOG_TCP = 601  /* RFC 6587 names none; IANA has this one, syslog-conn */
};

static bool parse_nothing(struct sink_spec *spec, const char *rest)
{
    (void)spec;
    return *rest == '\0';
}

static bool parse_path(struct sink_spec *spec, const char *rest)
{
    spec->path = rest;
    return *rest != '\0';
}

/* "-" is standard output, as with --output. */
static bool parse_file(struct sink_spec *spec, const char *rest)
{
    if (strcmp(rest, "-") == 0)
        spec->scheme = SINK_STDOUT;
    return parse_path(spec, rest);
}

static bool copy(char *out, size_t size, const char *text, size_t length)
{
    if (length == 0 || length >= size)
        return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT. */
static bool parse_host(struct sink_spec *spec, const char *rest)
{
    bool is_bracketed = *rest == '[';
    size_t length = strcspn(rest + is_bracketed, is_bracketed ? "]" : ":");
    const char *after = rest + is_bracketed + length;

    snprintf(spec->port, sizeof(spec->port), "%d",
             spec->scheme == SINK_SYSLOG_TCP ? PORT_SYSLOG_TCP : PORT_SYSLOG_UDP);
    if (!copy(spec->host, sizeof(spec->host), rest + is_bracketed, length))
        return false;
    if (is_bracketed && *after++ != ']')
        return false;
    if (*after == '\0')
        return true;
    return *after == ':' && strspn(after + 1, "0123456789") == strlen(after + 1)
           && copy(spec->port, sizeof(spec->port), after + 1, strlen(after + 1));
}

static bool parse_kafka(struct sink_spec *spec, const char *rest)
{
    const char *slash = strchr(rest, '/');

    if (slash == NULL || slash[1] == '\0' || strchr(slash + 1, '/') != NULL)
        return false;
    spec->path = slash + 1;
    return copy(spec->brokers, sizeof(spec->brokers), rest, (size_t)(slash - rest));
}

/* Who looks a port up takes larger numbers as well, modulo 65536. */
static bool is_port(const struct sink_spec *spec, const char *digits, size_t length)
{
    unsigned long port = strtoul(digits, NULL, 10);

    return (port >= 1 && port <= UINT16_MAX)
           || complain("--sink: '%s': %.*s is no port from 1 to 65535", spec->text, (int)length,
                       digits);
}

/* A broker without a port has librdkafka's default. */
static bool have_ports(const struct sink_spec *spec)
{
    for (const char *rest = spec->brokers; *rest != '\0'; rest += *rest == ',') {
        size_t length = strcspn(rest, ",");
        const char *colon = memrchr(rest, ':', length);
        const char *digits = colon != NULL ? colon + 1 : rest;

        rest += length;
        if (colon != NULL && digits + strspn(digits, "0123456789") == rest
            && !is_port(spec, digits, (size_t)(rest - digits)))
            return false;
    }
    return true;
}

/* A longer one can be neither made nor connected to. */
static bool is_path_of_socket(const struct sink_spec *spec)
{
    const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

    return strlen(spec->path) <= max
           || complain("--sink: '%s': the path of a socket has at most %zu octets", spec->text,
                       max);
}

/* What could never be connected to. */
static bool is_possible(const struct sink_spec *spec)
{
    switch (spec->scheme) {
    case SINK_UNIX:
        return is_path_of_socket(spec);
    case SINK_SYSLOG_UDP:
    case SINK_SYSLOG_TCP:
        return is_port(spec, spec->port, strlen(spec->port));
    case SINK_KAFKA:
        return have_ports(spec);
    default:
        return true;
    }
}

static const struct scheme_row schemes[] = {
    {"stdout", SINK_STDOUT, parse_nothing},
    {"file:", SINK_FILE, parse_file},
    {"unix:", SINK_UNIX, parse_path},
    {"syslog+udp://", SINK_SYSLOG_UDP, parse_host},
    {"syslog+tcp://", SINK_SYSLOG_TCP, parse_host},
    {"kafka://", SINK_KAFKA, parse_kafka},
};

bool sink_spec_parse(const char *text, struct sink_spec *spec)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t length = strlen(schemes[i].prefix);

        if (strncmp(text, schemes[i].prefix, length) != 0)
            continue;
        *spec = (struct sink_spec){.scheme = schemes[i].scheme, .text = text};
        if (schemes[i].parse(spec, text + length))
            return is_possible(spec);
        break;
    }
    return complain("--sink: '%s' is none of stdout, file:PATH, unix:PATH, syslog+udp://HOST:PORT, "
                    "syslog+tcp://HOST:PORT, kafka://BROKER:PORT/TOPIC",
                    text);
}

struct sink_spec sink_spec_of_file(const char *path)
{
    return (struct sink_spec){
        .scheme = path != NULL ? SINK_FILE : SINK_STDOUT,
        .text = path != NULL ? path : "standard output",
        .path = path,
    };
}

bool sink_spec_resolve(struct sink_spec *spec)
{
    const struct addrinfo wanted = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = spec->scheme == SINK_SYSLOG_UDP ? SOCK_DGRAM : SOCK_STREAM,
    };
    struct addrinfo *found;
    int error;

    if (spec->scheme != SINK_SYSLOG_UDP && spec->scheme != SINK_SYSLOG_TCP)
        return true;
    error = getaddrinfo(spec->host, spec->port, &wanted, &found);
    if (error != 0)
        return complain("%s: %s", spec->text, gai_strerror(error));
    spec->address_count = 0;
    for (const struct addrinfo *item = found;
         item != NULL && spec->address_count < SINK_ADDRESSES_MAX; item = item->ai_next)
        memcpy(&spec->addresses[spec->address_count++], item->ai_addr, item->ai_addrlen);
    freeaddrinfo(found);
    return true;
}
