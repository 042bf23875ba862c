/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/tunnel.h"

#include "capture/ip.h"
#include "capture/link.h"

enum {
    PORT_L2TP = 1701,
    PORT_GTP_U = 2152,
    PORT_VXLAN = 4789,
    PORT_VXLAN_GPE = 4790,
    PORT_GENEVE = 6081,
    PORT_VXLAN_OLD = 8472, /* Linux before the port was assigned */

    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGMENT = 0x0080, /* version 1 only */
    GRE_VERSION = 0x0007,
    GRE_PROTOCOL_EOIP = 0x6400,
    GRE_PROTOCOL_ERSPAN = 0x88be,
    GRE_PROTOCOL_ERSPAN_III = 0x22eb,

    ETHERIP_VERSION = 0x3000, /* RFC 3378: version 3 in the first four bits, the rest is zero */

    ERSPAN_II_LEN = 8,
    ERSPAN_III_LEN = 12,
    ERSPAN_III_PLATFORM_LEN = 8,

    VXLAN_HAS_NETWORK = 0x08,
    VXLAN_HAS_PROTOCOL = 0x04,

    GTP_EXTENSION = 0x04,
    GTP_OPTIONAL_FIELDS = 0x07,
    GTP_G_PDU = 0xff,

    L2TP_CONTROL = 0x8000,
    L2TP_LENGTH = 0x4000,
    L2TP_SEQUENCE = 0x0800,
    L2TP_OFFSET = 0x0200,
    L2TP_VERSION = 0x000f
};

/* What a header is read from: captured octets, and how many were on the wire behind them. */
struct payload {
    struct bytes octets;
    size_t missing;
};

const char *tunnel_name(enum tunnel tunnel)
{
    static const char *const names[] = {
        [TUNNEL_NONE] = NULL,       [TUNNEL_GRE] = "gre",       [TUNNEL_IP_IN_IP] = "ip_in_ip",
        [TUNNEL_VXLAN] = "vxlan",   [TUNNEL_GENEVE] = "geneve", [TUNNEL_GTP_U] = "gtp_u",
        [TUNNEL_ERSPAN] = "erspan", [TUNNEL_L2TP] = "l2tp",
    };

    return names[tunnel];
}

static enum tunnel_status found(struct tunnel_content *content, enum tunnel tunnel,
                                uint32_t protocol, struct bytes data)
{
    content->tunnel = tunnel;
    content->protocol = protocol;
    content->data = data;
    return TUNNEL_FOUND;
}

static enum tunnel_status open_ip(struct payload payload, struct tunnel_content *content)
{
    return found(content, TUNNEL_IP_IN_IP, LINK_PROTOCOL_IP, payload.octets);
}

static enum tunnel_status open_mpls(struct payload payload, struct tunnel_content *content)
{
    return found(content, TUNNEL_IP_IN_IP, ETHERTYPE_MPLS, payload.octets);
}

static enum tunnel_status open_etherip(struct payload payload, struct tunnel_content *content)
{
    struct bytes in = payload.octets;
    uint16_t version;

    if (!bytes_u16(&in, &version))
        return TUNNEL_SHORT;
    if (version != ETHERIP_VERSION)
        return TUNNEL_UNSUPPORTED;
    return found(content, TUNNEL_IP_IN_IP, ETHERTYPE_TRANSPARENT_ETHERNET, in);
}

/* Type I has no header and comes without a sequence number, type II has both. */
static enum tunnel_status open_erspan(struct bytes in, bool has_header,
                                      struct tunnel_content *content)
{
    if (has_header && !bytes_skip(&in, ERSPAN_II_LEN))
        return TUNNEL_SHORT;
    return found(content, TUNNEL_ERSPAN, ETHERTYPE_TRANSPARENT_ETHERNET, in);
}

/* The last bit of the header says whether a platform specific header follows. */
static enum tunnel_status open_erspan_iii(struct bytes in, struct tunnel_content *content)
{
    struct bytes header;

    if (!bytes_take(&in, ERSPAN_III_LEN, &header))
        return TUNNEL_SHORT;
    if ((header.data[ERSPAN_III_LEN - 1] & 1) != 0 && !bytes_skip(&in, ERSPAN_III_PLATFORM_LEN))
        return TUNNEL_SHORT;
    return found(content, TUNNEL_ERSPAN, ETHERTYPE_TRANSPARENT_ETHERNET, in);
}

/* Version 1: PPTP, with payload length and call identifier in the place of the key;
 * EoIP is the same with another protocol number and an Ethernet frame. */
static enum tunnel_status open_gre1(struct bytes in, uint16_t flags, uint16_t protocol,
                                    struct tunnel_content *content)
{
    size_t skip = 4;

    if ((flags & GRE_KEY) == 0)
        return TUNNEL_UNSUPPORTED;
    if ((flags & GRE_SEQUENCE) != 0)
        skip += 4;
    if ((flags & GRE_ACKNOWLEDGMENT) != 0)
        skip += 4;
    if (!bytes_skip(&in, skip))
        return TUNNEL_SHORT;
    if (in.len == 0)
        return TUNNEL_ABSENT; /* an acknowledgment alone */
    if (protocol == GRE_PROTOCOL_EOIP)
        return found(content, TUNNEL_GRE, ETHERTYPE_TRANSPARENT_ETHERNET, in);
    if (protocol == ETHERTYPE_PPP)
        return found(content, TUNNEL_GRE, ETHERTYPE_PPP, in);
    return TUNNEL_UNSUPPORTED;
}

static enum tunnel_status open_gre(struct payload payload, struct tunnel_content *content)
{
    struct bytes in = payload.octets;
    uint16_t flags;
    uint16_t protocol;
    size_t skip = 0;

    if (!bytes_u16(&in, &flags) || !bytes_u16(&in, &protocol))
        return TUNNEL_SHORT;
    if ((flags & GRE_VERSION) == 1)
        return open_gre1(in, flags, protocol, content);
    if ((flags & (GRE_VERSION | GRE_ROUTING)) != 0)
        return TUNNEL_UNSUPPORTED;
    skip += (flags & GRE_CHECKSUM) != 0 ? 4 : 0;
    skip += (flags & GRE_KEY) != 0 ? 4 : 0;
    skip += (flags & GRE_SEQUENCE) != 0 ? 4 : 0;
    if (!bytes_skip(&in, skip))
        return TUNNEL_SHORT;
    if (protocol == GRE_PROTOCOL_ERSPAN)
        return open_erspan(in, (flags & GRE_SEQUENCE) != 0, content);
    if (protocol == GRE_PROTOCOL_ERSPAN_III)
        return open_erspan_iii(in, content);
    return found(content, TUNNEL_GRE, protocol, in);
}

/* RFC 7348 section 5: the I flag; the other bits are for extensions, and ignored. */
static enum tunnel_status open_vxlan(struct payload payload, struct tunnel_content *content)
{
    struct bytes in = payload.octets;
    uint8_t flags;

    if (!bytes_u8(&in, &flags) || !bytes_skip(&in, 7) || (flags & VXLAN_HAS_NETWORK) == 0)
        return TUNNEL_ABSENT;
    return found(content, TUNNEL_VXLAN, ETHERTYPE_TRANSPARENT_ETHERNET, in);
}

/* draft-ietf-nvo3-vxlan-gpe: the P flag, and what follows in the fourth octet. */
static enum tunnel_status open_vxlan_gpe(struct payload payload, struct tunnel_content *content)
{
    static const uint32_t protocols[] = {
        LINK_PROTOCOL_NONE, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_TRANSPARENT_ETHERNET,
        ETHERTYPE_NSH,
    };
    struct bytes header = payload.octets;
    uint8_t flags;
    uint8_t next;

    if (!bytes_u8(&header, &flags) || !bytes_skip(&header, 2) || !bytes_u8(&header, &next)
        || !bytes_skip(&header, 4))
        return TUNNEL_ABSENT;
    if ((flags & VXLAN_HAS_PROTOCOL) == 0)
        return open_vxlan(payload, content);
    if (next >= sizeof(protocols) / sizeof(protocols[0]))
        return TUNNEL_ABSENT;
    return found(content, TUNNEL_VXLAN, protocols[next], header);
}

/* RFC 8926 section 3.4: version 0, length of the options in words, reserved bits are zero. */
static enum tunnel_status open_geneve(struct payload payload, struct tunnel_content *content)
{
    struct bytes in = payload.octets;
    uint8_t version_length;
    uint8_t flags;
    uint16_t protocol;

    if (!bytes_u8(&in, &version_length) || !bytes_u8(&in, &flags) || !bytes_u16(&in, &protocol)
        || !bytes_skip(&in, 4 + (size_t)(version_length & 0x3f) * 4))
        return TUNNEL_ABSENT;
    if (version_length >> 6 != 0 || (flags & 0x3f) != 0)
        return TUNNEL_ABSENT;
    return found(content, TUNNEL_GENEVE, protocol, in);
}

/* TS 29.281 section 5.2: length in words with its own octet, content, next type. */
static bool skip_gtp_extensions(struct bytes *in)
{
    uint8_t words;
    uint8_t type;

    if (!bytes_skip(in, 3) || !bytes_u8(in, &type))
        return false;
    for (int i = 0; type != 0; i++) {
        if (i == TUNNEL_GTP_EXTENSIONS_MAX || !bytes_u8(in, &words) || words == 0
            || !bytes_skip(in, (size_t)words * 4 - 2) || !bytes_u8(in, &type))
            return false;
    }
    return true;
}

/* TS 29.281 section 5.1: version 1, protocol type 1; the length counts what follows the
 * first eight octets. */
static enum tunnel_status open_gtp(struct payload payload, struct tunnel_content *content)
{
    struct bytes in = payload.octets;
    uint8_t flags;
    uint8_t type;
    uint16_t length;

    if (!bytes_u8(&in, &flags) || !bytes_u8(&in, &type) || !bytes_u16(&in, &length)
        || !bytes_skip(&in, 4))
        return TUNNEL_ABSENT;
    if (flags >> 4 != 3 || type != GTP_G_PDU || length != in.len + payload.missing)
        return TUNNEL_ABSENT;
    if ((flags & GTP_EXTENSION) != 0) {
        if (!skip_gtp_extensions(&in))
            return TUNNEL_ABSENT;
    } else if ((flags & GTP_OPTIONAL_FIELDS) != 0 && !bytes_skip(&in, 4)) {
        return TUNNEL_ABSENT;
    }
    return found(content, TUNNEL_GTP_U, LINK_PROTOCOL_IP, in);
}

/* RFC 2661 section 3.1, data messages. */
static enum tunnel_status open_l2tp(struct payload payload, struct tunnel_content *content)
{
    struct bytes in = payload.octets;
    size_t all = in.len + payload.missing;
    uint16_t flags;
    uint16_t length;
    uint16_t offset;

    if (!bytes_u16(&in, &flags) || (flags & (L2TP_CONTROL | L2TP_VERSION)) != 2)
        return TUNNEL_ABSENT;
    if ((flags & L2TP_LENGTH) != 0 && (!bytes_u16(&in, &length) || length != all))
        return TUNNEL_ABSENT;
    if (!bytes_skip(&in, (flags & L2TP_SEQUENCE) != 0 ? 8 : 4))
        return TUNNEL_ABSENT;
    if ((flags & L2TP_OFFSET) != 0 && (!bytes_u16(&in, &offset) || !bytes_skip(&in, offset)))
        return TUNNEL_ABSENT;
    return found(content, TUNNEL_L2TP, ETHERTYPE_PPP, in);
}

typedef enum tunnel_status (*tunnel_reader)(struct payload payload, struct tunnel_content *content);

/* Tunnels by UDP port; where answers come from the port too, either side may have it. */
static const struct {
    uint16_t port;
    bool as_source;
    tunnel_reader open;
} udp_tunnels[] = {
    {PORT_VXLAN, false, open_vxlan},
    {PORT_VXLAN_OLD, false, open_vxlan},
    {PORT_VXLAN_GPE, false, open_vxlan_gpe},
    {PORT_GENEVE, false, open_geneve},
    {PORT_GTP_U, true, open_gtp},
    {PORT_L2TP, true, open_l2tp},
};

static tunnel_reader udp_tunnel(uint16_t source, uint16_t destination)
{
    for (size_t i = 0; i < sizeof(udp_tunnels) / sizeof(udp_tunnels[0]); i++)
        if (destination == udp_tunnels[i].port
            || (udp_tunnels[i].as_source && source == udp_tunnels[i].port))
            return udp_tunnels[i].open;
    return NULL;
}

static enum tunnel_status open_udp(struct payload payload, struct tunnel_content *content)
{
    struct bytes in = payload.octets;
    tunnel_reader open;
    uint16_t source;
    uint16_t destination;

    if (!bytes_u16(&in, &source) || !bytes_u16(&in, &destination) || !bytes_skip(&in, 4))
        return TUNNEL_SHORT;
    open = udp_tunnel(source, destination);
    if (open == NULL)
        return TUNNEL_ABSENT;
    content->is_guess = true;
    return open((struct payload){in, payload.missing}, content);
}

static const struct {
    uint8_t ip_protocol;
    tunnel_reader open;
} tunnels[] = {
    {IP_PROTOCOL_UDP, open_udp}, {IP_PROTOCOL_GRE, open_gre},         {IP_PROTOCOL_IPV4, open_ip},
    {IP_PROTOCOL_IPV6, open_ip}, {IP_PROTOCOL_ETHERIP, open_etherip}, {IP_PROTOCOL_MPLS, open_mpls},
};

bool tunnel_has_port(uint16_t port)
{
    for (size_t i = 0; i < sizeof(udp_tunnels) / sizeof(udp_tunnels[0]); i++)
        if (udp_tunnels[i].port == port)
            return true;
    return false;
}

bool tunnel_has_protocol(uint8_t ip_protocol)
{
    for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++)
        if (tunnels[i].ip_protocol == ip_protocol)
            return true;
    return false;
}

enum tunnel_status tunnel_open(uint8_t ip_protocol, struct bytes payload, size_t missing,
                               struct tunnel_content *content)
{
    content->is_guess = false;
    for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++)
        if (tunnels[i].ip_protocol == ip_protocol)
            return tunnels[i].open((struct payload){payload, missing}, content);
    return TUNNEL_ABSENT;
}
