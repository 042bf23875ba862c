/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/packet.h"

#include <arpa/inet.h>

_Static_assert(ADDRESS_TEXT_MAX >= INET6_ADDRSTRLEN, "inet_ntop cannot fail");

const char *address_format(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
    bool is_ipv4 = address_is_ipv4(address);

    (void)inet_ntop(is_ipv4 ? AF_INET : AF_INET6, address->octets + (is_ipv4 ? 12 : 0), text,
                    ADDRESS_TEXT_MAX);
    return text;
}
