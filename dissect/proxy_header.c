/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/proxy_header.h"

#include "dissect/ip_text.h"

enum {
    LINE_MAX_OCTETS = 107, /* of version 1, CR LF included (section 2.1) */
    SIGNATURE_LENGTH = 12,
    VERSION_2_LOCAL = 0x20,
    VERSION_2_PROXY = 0x21,
    TCP_OVER_IPV4 = 0x11,
    TCP_OVER_IPV6 = 0x21
};

static bool take_text(struct bytes *in, const char *text)
{
    struct bytes word;
    struct bytes rest = *in;
    size_t length = strlen(text);

    if (!bytes_take(&rest, length, &word) || memcmp(word.data, text, length) != 0)
        return false;
    *in = rest;
    return true;
}

/* The next field of a line, and the space behind it. */
static struct bytes take_field(struct bytes *line)
{
    struct bytes field = bytes_of(line->data, 0);
    uint8_t octet;

    while (bytes_u8(line, &octet) && octet != ' ')
        field.len++;
    return field;
}

static bool read_address(struct bytes field, bool is_ipv4, uint8_t address[16])
{
    return is_ipv4 ? ip_text_read_ipv4(field, address) : ip_text_read_ipv6(field, address);
}

/* Move *in past its first line, which is *line without CR LF. */
static bool take_line(struct bytes *in, struct bytes *line)
{
    struct bytes head = *in;
    const uint8_t *end;

    if (head.len > LINE_MAX_OCTETS)
        head.len = LINE_MAX_OCTETS;
    end = memmem(head.data, head.len, "\r\n", 2);
    return end != NULL && bytes_take(in, (size_t)(end - in->data), line) && bytes_skip(in, 2);
}

static bool read_version_1(struct bytes line, struct proxy_header *out)
{
    bool is_ipv4 = take_text(&line, "PROXY TCP4 ");

    out->version = 1;
    if (!is_ipv4 && !take_text(&line, "PROXY TCP6 "))
        return take_text(&line, "PROXY UNKNOWN"); /* what follows counts for nothing */
    out->has_addresses = true;
    return read_address(take_field(&line), is_ipv4, out->client.address)
           && read_address(take_field(&line), is_ipv4, out->server.address)
           && ip_text_read_port(take_field(&line), &out->client.port)
           && ip_text_read_port(take_field(&line), &out->server.port) && line.len == 0;
}

static bool take_address(struct bytes *in, bool is_ipv4, uint8_t address[16])
{
    struct bytes octets;

    if (!bytes_take(in, is_ipv4 ? IP_TEXT_IPV4_OCTETS : IP_TEXT_IPV6_OCTETS, &octets))
        return false;
    if (is_ipv4)
        ip_text_map_ipv4(octets.data, address);
    else
        memcpy(address, octets.data, octets.len);
    return true;
}

static bool read_version_2(struct bytes in, uint8_t command, uint8_t family,
                           struct proxy_header *out)
{
    bool is_ipv4 = family == TCP_OVER_IPV4;

    out->version = 2;
    if (command == VERSION_2_LOCAL || (!is_ipv4 && family != TCP_OVER_IPV6))
        return true;
    out->has_addresses = true;
    return take_address(&in, is_ipv4, out->client.address)
           && take_address(&in, is_ipv4, out->server.address) && bytes_u16(&in, &out->client.port)
           && bytes_u16(&in, &out->server.port);
}

static bool take_version_2(struct bytes *in, struct proxy_header *out)
{
    static const uint8_t signature[] = "\r\n\r\n\0\r\nQUIT\n";
    struct bytes rest = *in;
    struct bytes mark, body;
    uint8_t command, family;
    uint16_t length;

    if (!bytes_take(&rest, SIGNATURE_LENGTH, &mark)
        || memcmp(mark.data, signature, SIGNATURE_LENGTH) != 0 || !bytes_u8(&rest, &command)
        || !bytes_u8(&rest, &family) || !bytes_u16(&rest, &length))
        return false;
    if (!bytes_take(&rest, length < rest.len ? length : rest.len, &body)
        || (command != VERSION_2_LOCAL && command != VERSION_2_PROXY)
        || !read_version_2(body, command, family, out))
        return false;
    *in = rest;
    return true;
}

bool proxy_header_take(struct bytes *in, struct proxy_header *out)
{
    struct proxy_header header = {0};
    struct bytes rest = *in;
    struct bytes line;

    if (!take_version_2(&rest, &header)
        && (!take_line(&rest, &line) || !read_version_1(line, &header)))
        return false;
    *out = header;
    *in = rest;
    return true;
}
