/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ip_text.h"

#include <arpa/inet.h>

enum { MAPPED_AT = IP_TEXT_IPV6_OCTETS - IP_TEXT_IPV4_OCTETS, PORT_DIGITS_MAX = 5 };

void ip_text_map_ipv4(const uint8_t *octets, uint8_t address[IP_TEXT_IPV6_OCTETS])
{
    memset(address, 0, MAPPED_AT);
    memset(address + MAPPED_AT - 2, 0xff, 2);
    memcpy(address + MAPPED_AT, octets, IP_TEXT_IPV4_OCTETS);
}

static bool read_address(int family, struct bytes text, uint8_t *octets)
{
    char string[INET6_ADDRSTRLEN];

    if (text.len >= sizeof(string))
        return false;
    memcpy(string, text.data, text.len);
    string[text.len] = '\0';
    return inet_pton(family, string, octets) == 1;
}

bool ip_text_read_ipv4(struct bytes text, uint8_t address[IP_TEXT_IPV6_OCTETS])
{
    uint8_t octets[IP_TEXT_IPV4_OCTETS];

    if (!read_address(AF_INET, text, octets))
        return false;
    ip_text_map_ipv4(octets, address);
    return true;
}

bool ip_text_read_ipv6(struct bytes text, uint8_t address[IP_TEXT_IPV6_OCTETS])
{
    return read_address(AF_INET6, text, address);
}

bool ip_text_read_port(struct bytes text, uint16_t *port)
{
    uint32_t value = 0;
    uint8_t octet;

    if (text.len == 0 || text.len > PORT_DIGITS_MAX)
        return false;
    while (bytes_u8(&text, &octet)) {
        if (octet < '0' || octet > '9')
            return false;
        value = value * 10 + (uint32_t)(octet - '0');
    }
    if (value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}
