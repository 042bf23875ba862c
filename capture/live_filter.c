/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/live_filter.h"

#include "capture/icmp.h"
#include "capture/link.h"
#include "capture/tunnel.h"

#include <stdarg.h>
#include <stdio.h>

struct writer {
    char *text;
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct writer *writer, const char *format,
                                                      ...)
{
    size_t room = LIVE_FILTER_MAX - writer->length;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(writer->text + writer->length, room, format, arguments);
    va_end(arguments);
    writer->length += (size_t)length < room ? (size_t)length : room; /* at the maximum: too long */
}

/* Of UDP only some ports are of use. */
static void add_protocols(struct writer *writer, uint8_t version)
{
    const char *name = version == 6 ? "ip6" : "ip";

    for (unsigned protocol = 0; protocol <= UINT8_MAX; protocol++)
        if (ip_is_extension(version, (uint8_t)protocol)
            || (tunnel_has_protocol((uint8_t)protocol) && protocol != IP_PROTOCOL_UDP))
            add(writer, " or %s proto %u", name, protocol);
}

static void add_ports(struct writer *writer)
{
    for (unsigned port = 0; port <= UINT16_MAX; port++)
        if (tunnel_has_port((uint16_t)port))
            add(writer, " or udp port %u", port);
}

/* libpcap has no name for the type in ICMPv6: it is the first octet behind the header. */
static void add_icmp_errors(struct writer *writer)
{
    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        if (icmp_is_error(4, (uint8_t)type))
            add(writer, " or icmp[0] = %u", type);
        if (icmp_is_error(6, (uint8_t)type))
            add(writer, " or (icmp6 and ip6[40] = %u)", type);
    }
}

/* Numbers too small for an EtherType are libpcap's way to name access points of LLC. */
static void add_ether_types(struct writer *writer)
{
    for (unsigned type = 0; type <= UINT16_MAX; type++)
        if (link_has_protocol(type))
            add(writer, " or ether proto 0x%x", type);
    add(writer, " or ether proto 0x%x or ether proto 0x%x", LINK_LLC_IP, LINK_LLC_SNAP);
}

bool live_filter_write(char text[LIVE_FILTER_MAX], bool has_ether_types)
{
    struct writer writer = {.text = text};

    /* The first fragments of datagrams that are of no use, too: without them the rest would wait
     * for them, and take the place of others. IPv6 has an extension header for fragments. */
    add(&writer, "tcp or ip[6:2] & 0x3fff != 0");
    add_protocols(&writer, 4);
    add_protocols(&writer, 6);
    add_ports(&writer);
    add_icmp_errors(&writer);
    if (has_ether_types)
        add_ether_types(&writer);
    return writer.length < LIVE_FILTER_MAX;
}
