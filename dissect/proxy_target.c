/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/proxy_target.h"

#include "dissect/ip_text.h"

enum {
    SOCKS_CONNECT = 1,
    SOCKS5_IPV4 = 1,
    SOCKS5_DOMAIN_NAME = 3,
    SOCKS5_IPV6 = 4,
    PASSWORD_VERSION = 1 /* RFC 1929 section 2 */
};

static void set_ipv4(struct proxy_target *target, const uint8_t *octets)
{
    target->has_address = true;
    ip_text_map_ipv4(octets, target->address);
}

/* A host that is an address written as text. */
static void recognise_address(struct proxy_target *target)
{
    target->has_address = ip_text_read_ipv4(target->host, target->address)
                          || ip_text_read_ipv6(target->host, target->address);
}

/* uri-host ":" port (RFC 9110 section 9.3.6, RFC 3986 section 3.2.2). */
static bool read_authority(struct bytes authority, struct proxy_target *target)
{
    size_t colon = authority.len;

    while (colon > 0 && authority.data[colon - 1] != ':')
        colon--;
    if (colon < 2
        || !ip_text_read_port(bytes_of(authority.data + colon, authority.len - colon),
                              &target->port))
        return false;
    target->host = bytes_of(authority.data, colon - 1);
    if (target->host.len > 2 && target->host.data[0] == '['
        && target->host.data[target->host.len - 1] == ']')
        target->host = bytes_of(target->host.data + 1, target->host.len - 2);
    recognise_address(target);
    return target->port > 0;
}

static const char connect_method[] = "CONNECT ";

static bool parse_request(struct bytes in, struct proxy_target *target)
{
    struct bytes authority;
    uint8_t octet;

    if (!bytes_skip(&in, strlen(connect_method)))
        return false;
    authority = bytes_of(in.data, 0);
    while (bytes_u8(&in, &octet)) {
        if (octet == ' ')
            return read_authority(authority, target);
        if (octet <= ' ' || octet > '~')
            return false;
        authority.len++;
    }
    return false;
}

/* Drop the head of a request; true when another one follows it. */
static bool skip_to_next_request(struct bytes *in)
{
    const size_t length = strlen(connect_method);

    while (prelude_first_line(*in, 1).len > 0)
        bytes_skip_line(in);
    bytes_skip_line(in); /* the empty one */
    return in->len >= length && memcmp(in->data, connect_method, length) == 0;
}

/* Where proxies are chained, each is asked for the next one: the last request is for the server. */
static bool parse_connect(struct bytes in, struct proxy_target *target)
{
    const struct proxy_target none = *target;
    bool is_read;

    do {
        *target = none;
        is_read = parse_request(in, target);
    } while (skip_to_next_request(&in));
    return is_read;
}

/* Text that ends in NUL. */
static bool take_string(struct bytes *in, struct bytes *text)
{
    uint8_t octet;

    *text = bytes_of(in->data, 0);
    while (bytes_u8(in, &octet)) {
        if (octet == 0)
            return true;
        text->len++;
    }
    return false;
}

/* SOCKS4A: an address 0.0.0.x with x not 0 stands for a name behind the user's. */
static bool parse_socks4(struct bytes in, struct proxy_target *target)
{
    struct bytes address, user;
    uint8_t version, command;

    if (!bytes_u8(&in, &version) || !bytes_u8(&in, &command) || command != SOCKS_CONNECT
        || !bytes_u16(&in, &target->port) || !bytes_take(&in, IP_TEXT_IPV4_OCTETS, &address)
        || !take_string(&in, &user))
        return false;
    if (memcmp(address.data, "\0\0\0", IP_TEXT_IPV4_OCTETS - 1) == 0 && address.data[3] != 0)
        return take_string(&in, &target->host) && target->host.len > 0;
    set_ipv4(target, address.data);
    return true;
}

static bool take_socks5_host(struct bytes *in, uint8_t type, struct proxy_target *target)
{
    struct bytes address;

    if (type == SOCKS5_DOMAIN_NAME) {
        if (!bytes_vector(in, 1, &target->host) || target->host.len == 0)
            return false;
        recognise_address(target); /* some clients send one as a name */
        return true;
    }
    if (type == SOCKS5_IPV4 && bytes_take(in, IP_TEXT_IPV4_OCTETS, &address)) {
        set_ipv4(target, address.data);
        return true;
    }
    if (type != SOCKS5_IPV6 || !bytes_take(in, sizeof(target->address), &address))
        return false;
    target->has_address = true;
    memcpy(target->address, address.data, address.len);
    return true;
}

/* What comes between the methods and the request when a user name is asked for. */
static bool skip_password(struct bytes *in)
{
    struct bytes user, password;
    struct bytes probe = *in;
    uint8_t version;

    if (!bytes_u8(&probe, &version) || version != PASSWORD_VERSION)
        return true;
    return bytes_skip(in, 1) && bytes_vector(in, 1, &user) && bytes_vector(in, 1, &password);
}

static bool parse_socks5(struct bytes in, struct proxy_target *target)
{
    struct bytes methods;
    uint8_t version, command, reserved, type;

    return bytes_u8(&in, &version) && bytes_vector(&in, 1, &methods) && skip_password(&in)
           && bytes_u8(&in, &version) && version == 5 && bytes_u8(&in, &command)
           && command == SOCKS_CONNECT && bytes_u8(&in, &reserved) && bytes_u8(&in, &type)
           && take_socks5_host(&in, type, target) && bytes_u16(&in, &target->port);
}

bool proxy_target_parse(enum prelude protocol, struct bytes client, struct proxy_target *out)
{
    struct proxy_target target = {.host = bytes_of(client.data, 0)};
    bool is_read = false;

    if (protocol == PRELUDE_HTTP_CONNECT)
        is_read = parse_connect(client, &target);
    else if (protocol == PRELUDE_SOCKS4)
        is_read = parse_socks4(client, &target);
    else if (protocol == PRELUDE_SOCKS5)
        is_read = parse_socks5(client, &target);
    if (is_read)
        *out = target;
    return is_read;
}
