/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/packet.h"

#include <arpa/inet.h>

_Static_assert(ADDRESS_TEXT_MAX >= INET6_ADDRSTRLEN, "inet_ntop cannot fail");

/* Most of what is written: inet_ntop goes through printf. */
static void format_ipv4(const uint8_t octets[4], char *out)
{
    for (size_t i = 0; i < 4; i++) {
        uint8_t octet = octets[i];

        if (i > 0)
            *out++ = '.';
        if (octet >= 100)
            *out++ = (char)('0' + octet / 100);
        if (octet >= 10)
            *out++ = (char)('0' + octet / 10 % 10);
        *out++ = (char)('0' + octet % 10);
    }
    *out = '\0';
}

const char *address_format(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
    if (address_is_ipv4(address))
        format_ipv4(address->octets + 12, text);
    else
        (void)inet_ntop(AF_INET6, address->octets, text, ADDRESS_TEXT_MAX);
    return text;
}
