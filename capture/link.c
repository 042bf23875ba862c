/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link.h"

#include "capture/link_internal.h"

enum {
    MACSEC_SCI = 0x20,
    MACSEC_ENCRYPTED = 0x08,
    MACSEC_CHANGED = 0x04,
    MPLS_BOTTOM = 0x100,
    LLC_UNNUMBERED = 0x03 /* control octet of a frame without a connection */
};

static enum link_status step_ethernet(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes addresses;

    if (!bytes_take(in, LINK_ETHERNET_ADDRESSES, &addresses))
        return LINK_SHORT;
    if (link->addresses == NULL)
        link->addresses = addresses.data;
    return link_take_type(in, next);
}

static enum link_status step_vlan(struct bytes *in, struct link *link, uint32_t *next)
{
    uint16_t control;

    if (!bytes_u16(in, &control))
        return LINK_SHORT;
    if (link->vlan_id == 0)
        link->vlan_id = control & LINK_VLAN_IDENTIFIER;
    return link_take_type(in, next);
}

/* IEEE 802.1ah: the service instance tag, then the customer's frame. */
static enum link_status step_backbone(struct bytes *in, struct link *link, uint32_t *next)
{
    (void)link;
    *next = ETHERTYPE_TRANSPARENT_ETHERNET;
    return bytes_skip(in, 4) ? LINK_IP : LINK_SHORT;
}

/* IEEE 802.1AE: tag control, short length, packet number, perhaps the channel
 * identifier. The integrity check value at the end is cut off by the IP length. */
static enum link_status step_macsec(struct bytes *in, struct link *link, uint32_t *next)
{
    uint8_t control;
    uint16_t type;

    (void)link;
    if (!bytes_u8(in, &control))
        return LINK_SHORT;
    if ((control & (MACSEC_ENCRYPTED | MACSEC_CHANGED)) != 0)
        return LINK_UNSUPPORTED;
    if (!bytes_skip(in, (control & MACSEC_SCI) != 0 ? 13 : 5) || !bytes_u16(in, &type))
        return LINK_SHORT;
    *next = type;
    return LINK_IP;
}

/* Cisco's tag of a security group: version, length in words, words, then the EtherType. */
static enum link_status step_metadata(struct bytes *in, struct link *link, uint32_t *next)
{
    uint8_t version;
    uint8_t words;
    uint16_t type;

    (void)link;
    if (!bytes_u8(in, &version) || !bytes_u8(in, &words) || !bytes_skip(in, (size_t)words * 4)
        || !bytes_u16(in, &type))
        return LINK_SHORT;
    *next = type;
    return version == 1 ? LINK_IP : LINK_UNSUPPORTED;
}

/* True when an Ethernet frame that carries something known may begin here. */
static bool looks_like_ethernet(struct bytes in)
{
    static const uint16_t carried[] = {ETHERTYPE_IPV4,          ETHERTYPE_IPV6,
                                       ETHERTYPE_VLAN,          ETHERTYPE_PROVIDER_VLAN,
                                       ETHERTYPE_PPPOE_SESSION, ETHERTYPE_MPLS};
    uint16_t type;

    if (!bytes_skip(&in, LINK_ETHERNET_ADDRESSES) || !bytes_u16(&in, &type))
        return false;
    for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]); i++)
        if (type == carried[i])
            return true;
    return false;
}

/* True when an IP header may begin here: a MAC address can begin with 4 or 6 too. */
static bool looks_like_ip(struct bytes in)
{
    uint8_t first;
    uint16_t length;
    size_t all = in.len;

    if (!bytes_u8(&in, &first) || !bytes_skip(&in, 1) || !bytes_u16(&in, &length))
        return false;
    if (first >> 4 == 4)
        return (first & 0x0f) >= 5 && (length == 0 || length >= 20);
    return first >> 4 == 6 && all >= 40;
}

/* What a label stack carries is not said in it (RFC 3032); RFC 4928 lets nobody
 * but IP begin with 4 or 6, except Ethernet without a control word (RFC 4448). */
static uint32_t mpls_payload(struct bytes *in)
{
    struct bytes behind_control = *in;

    if (looks_like_ethernet(*in) && !looks_like_ip(*in))
        return ETHERTYPE_TRANSPARENT_ETHERNET;
    if (looks_like_ip(*in))
        return LINK_PROTOCOL_IP;
    if (in->len > 0 && in->data[0] >> 4 == 0 && bytes_skip(&behind_control, 4)
        && looks_like_ethernet(behind_control)) {
        *in = behind_control;
        return ETHERTYPE_TRANSPARENT_ETHERNET;
    }
    return LINK_PROTOCOL_NONE;
}

static enum link_status step_mpls(struct bytes *in, struct link *link, uint32_t *next)
{
    uint32_t entry = 0;

    (void)link;
    for (int i = 0; i < LINK_LABELS_MAX; i++) {
        if (!bytes_u32(in, &entry))
            return LINK_SHORT;
        if ((entry & MPLS_BOTTOM) != 0) {
            *next = mpls_payload(in);
            return LINK_IP;
        }
    }
    return LINK_UNSUPPORTED;
}

/* RFC 2516 section 4: version and type 1, code 0, session, length. */
static enum link_status step_pppoe(struct bytes *in, struct link *link, uint32_t *next)
{
    uint16_t version_code;

    (void)link;
    if (!bytes_u16(in, &version_code) || !bytes_skip(in, 4))
        return LINK_SHORT;
    *next = version_code == 0x1100 ? ETHERTYPE_PPP : LINK_PROTOCOL_NONE;
    return version_code >> 8 == 0x11 ? LINK_IP : LINK_MALFORMED;
}

/* RFC 1661 section 2: address and control (RFC 1662) may be left out, and so may the
 * upper half of the protocol. */
static enum link_status step_ppp(struct bytes *in, struct link *link, uint32_t *next)
{
    static const struct {
        uint16_t ppp;
        uint32_t protocol;
    } carried[] = {
        {0x0021, ETHERTYPE_IPV4},
        {0x0057, ETHERTYPE_IPV6},
        {0x0281, ETHERTYPE_MPLS},
        {0x0283, ETHERTYPE_MPLS_MULTICAST},
    };
    uint8_t low;
    uint16_t protocol = 0;

    (void)link;
    if (in->len >= 2 && in->data[0] == 0xff && in->data[1] == 0x03 && !bytes_skip(in, 2))
        return LINK_SHORT;
    if (!bytes_u8(in, &low))
        return LINK_SHORT;
    protocol = low;
    if ((low & 1) == 0) {
        if (!bytes_u8(in, &low))
            return LINK_SHORT;
        protocol = (uint16_t)(protocol << 8 | low);
    }
    *next = LINK_PROTOCOL_NONE;
    for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]); i++)
        if (protocol == carried[i].ppp)
            *next = carried[i].protocol;
    return LINK_IP;
}

/* Both access points the same. */
static uint32_t llc_header(uint8_t access_point)
{
    return (uint32_t)access_point << 16 | (uint32_t)access_point << 8 | LLC_UNNUMBERED;
}

/* IEEE 802.2: SNAP (RFC 1042), or the service access point of IP. */
static enum link_status step_llc(struct bytes *in, struct link *link, uint32_t *next)
{
    uint32_t header;
    uint32_t organization;
    uint16_t type;

    (void)link;
    if (!bytes_u24(in, &header))
        return LINK_SHORT;
    *next = header == llc_header(LINK_LLC_IP) ? ETHERTYPE_IPV4 : LINK_PROTOCOL_NONE;
    if (header != llc_header(LINK_LLC_SNAP))
        return LINK_IP;
    if (!bytes_u24(in, &organization) || !bytes_u16(in, &type))
        return LINK_SHORT;
    if (organization == 0x000000 || organization == 0x0000f8)
        *next = type;
    return LINK_IP;
}

/* The second version has four octets before the packet, the first none; both are IP. */
static enum link_status step_wccp(struct bytes *in, struct link *link, uint32_t *next)
{
    (void)link;
    *next = LINK_PROTOCOL_IP;
    return looks_like_ip(*in) || bytes_skip(in, 4) ? LINK_IP : LINK_SHORT;
}

static const struct {
    uint32_t protocol;
    link_step step;
} protocols[] = {
    {ETHERTYPE_VLAN, step_vlan},           {ETHERTYPE_PROVIDER_VLAN, step_vlan},
    {ETHERTYPE_OLD_VLAN, step_vlan},       {ETHERTYPE_TRANSPARENT_ETHERNET, step_ethernet},
    {ETHERTYPE_PPPOE_SESSION, step_pppoe}, {ETHERTYPE_PPP, step_ppp},
    {ETHERTYPE_MPLS, step_mpls},           {ETHERTYPE_MPLS_MULTICAST, step_mpls},
    {LINK_PROTOCOL_LLC, step_llc},         {ETHERTYPE_BACKBONE, step_backbone},
    {ETHERTYPE_MACSEC, step_macsec},       {ETHERTYPE_CISCO_METADATA, step_metadata},
    {ETHERTYPE_EDSA, link_tag_edsa},       {ETHERTYPE_VN_TAG, link_tag_vn},
    {ETHERTYPE_BATMAN, link_tag_batman},   {ETHERTYPE_NSH, link_tag_service_header},
    {ETHERTYPE_WCCP, step_wccp},
};

/* The first octets of a link type with nothing but IP behind them. */
static enum link_status link_raw(struct bytes *in, struct link *link, uint32_t *next)
{
    (void)in;
    (void)link;
    *next = LINK_PROTOCOL_IP;
    return LINK_IP;
}

/* RFC 4391 section 6, behind a global route header. */
static enum link_status link_infiniband(struct bytes *in, struct link *link, uint32_t *next)
{
    uint16_t type;

    (void)link;
    if (!bytes_skip(in, 40) || !bytes_u16(in, &type) || !bytes_skip(in, 2))
        return LINK_SHORT;
    *next = type;
    return LINK_IP;
}

/* Address and control of PPP (FF 03), or of Cisco's HDLC (0F 00 unicast, 8F 00 multicast). */
static enum link_status link_hdlc(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes rest = *in;
    uint16_t address;
    uint16_t type;

    if (!bytes_u16(&rest, &address) || !bytes_u16(&rest, &type))
        return LINK_SHORT;
    if (address != 0x0f00 && address != 0x8f00)
        return step_ppp(in, link, next);
    *in = rest;
    *next = type;
    return LINK_IP;
}

/* One octet of direction, then PPP. */
static enum link_status link_ppp_direction(struct bytes *in, struct link *link, uint32_t *next)
{
    return bytes_skip(in, 1) ? step_ppp(in, link, next) : LINK_SHORT;
}

/* The direction in the place of the address, the control octet, then the protocol. */
static enum link_status link_pppd(struct bytes *in, struct link *link, uint32_t *next)
{
    return bytes_skip(in, 2) ? step_ppp(in, link, next) : LINK_SHORT;
}

/* The protocols of a cooked capture below the EtherTypes: 4 is LLC. */
static uint32_t cooked_protocol(uint16_t protocol)
{
    if (protocol > LINK_ETHERNET_LENGTH_MAX)
        return protocol;
    return protocol == 4 ? LINK_PROTOCOL_LLC : LINK_PROTOCOL_NONE;
}

static enum link_status link_sll(struct bytes *in, struct link *link, uint32_t *next)
{
    uint16_t protocol;

    (void)link;
    if (!bytes_skip(in, 14) || !bytes_u16(in, &protocol))
        return LINK_SHORT;
    *next = cooked_protocol(protocol);
    return LINK_IP;
}

static enum link_status link_sll2(struct bytes *in, struct link *link, uint32_t *next)
{
    uint16_t protocol;

    (void)link;
    if (!bytes_u16(in, &protocol) || !bytes_skip(in, 18))
        return LINK_SHORT;
    *next = cooked_protocol(protocol);
    return LINK_IP;
}

/* The link types. Ethernet is first: it is looked up for nearly every packet. */
static const struct {
    int link_type;
    link_step step;
} link_types[] = {
    {LINKTYPE_ETHERNET, step_ethernet},
    {LINKTYPE_LINUX_SLL, link_sll},
    {LINKTYPE_LINUX_SLL2, link_sll2},
    {LINKTYPE_RAW, link_raw},
    {LINKTYPE_RAW_12, link_raw},
    {LINKTYPE_RAW_14, link_raw},
    {LINKTYPE_IPV4, link_raw},
    {LINKTYPE_IPV6, link_raw},
    {LINKTYPE_NULL, link_system_null},
    {LINKTYPE_LOOP, link_system_null},
    {LINKTYPE_PPP, step_ppp},
    {LINKTYPE_PPP_HDLC, link_hdlc},
    {LINKTYPE_PPP_ETHER, step_pppoe},
    {LINKTYPE_C_HDLC, link_hdlc},
    {LINKTYPE_PPP_PPPD, link_pppd},
    {LINKTYPE_PPP_WITH_DIR, link_ppp_direction},
    {LINKTYPE_NFLOG, link_system_nflog},
    {LINKTYPE_PKTAP, link_system_pktap},
    {LINKTYPE_USER_2, link_system_pktap},
    {LINKTYPE_PFLOG, link_system_pflog},
    {LINKTYPE_ENC, link_system_enc},
    {LINKTYPE_IEEE802_11, link_wireless_frame},
    {LINKTYPE_IEEE802_11_RADIOTAP, link_wireless_radiotap},
    {LINKTYPE_IEEE802_11_PRISM, link_wireless_prism},
    {LINKTYPE_IEEE802_11_AVS, link_wireless_prism},
    {LINKTYPE_PPI, link_wireless_ppi},
    {LINKTYPE_IPOIB, link_infiniband},
    {LINKTYPE_DSA_TAG_DSA, link_tag_dsa_frame},
    {LINKTYPE_DSA_TAG_EDSA, step_ethernet},
    {LINKTYPE_DSA_TAG_BRCM, link_tag_dsa_frame},
    {LINKTYPE_DSA_TAG_BRCM_PREPEND, link_tag_before_frame},
};

enum { LINK_TYPES = sizeof(link_types) / sizeof(link_types[0]) };

void link_init(struct link *link)
{
    link->payload = (struct bytes){0};
    link->ip_version = 0;
    link->vlan_id = 0;
    link->addresses = NULL;
}

/* The last step: an IP header of the version that was announced. */
static enum link_status found_ip(uint32_t protocol, struct bytes data, struct link *link)
{
    if (data.len == 0)
        return LINK_SHORT;
    link->ip_version = data.data[0] >> 4;
    link->payload = data;
    if (link->ip_version == 4)
        return protocol != ETHERTYPE_IPV6 ? LINK_IP : LINK_MALFORMED;
    if (link->ip_version == 6)
        return protocol != ETHERTYPE_IPV4 ? LINK_IP : LINK_MALFORMED;
    return LINK_MALFORMED;
}

enum link_status link_frame_within(uint32_t link_type, uint32_t *next)
{
    if (link_type > UINT16_MAX || link_type_index((int)link_type) < 0)
        return LINK_UNSUPPORTED;
    *next = LINK_PROTOCOL_LINK_TYPE + link_type;
    return LINK_IP;
}

static link_step protocol_step(uint32_t protocol)
{
    if (protocol >= LINK_PROTOCOL_LINK_TYPE)
        return link_types[link_type_index((int)(protocol - LINK_PROTOCOL_LINK_TYPE))].step;
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (protocols[i].protocol == protocol)
            return protocols[i].step;
    return NULL;
}

bool link_has_protocol(uint32_t protocol)
{
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (protocols[i].protocol == protocol)
            return true;
    return false;
}

enum link_status link_decode_protocol(uint32_t protocol, struct bytes data, struct link *link)
{
    for (int i = 0; i <= LINK_HEADERS_MAX; i++) {
        enum link_status status;
        link_step step;

        if (protocol == ETHERTYPE_IPV4 || protocol == ETHERTYPE_IPV6
            || protocol == LINK_PROTOCOL_IP)
            return found_ip(protocol, data, link);
        step = protocol_step(protocol);
        if (step == NULL)
            return LINK_OTHER;
        status = step(&data, link, &protocol);
        if (status != LINK_IP)
            return status;
    }
    return LINK_UNSUPPORTED;
}

int link_type_index(int link_type)
{
    for (int i = 0; i < LINK_TYPES; i++)
        if (link_types[i].link_type == link_type)
            return i;
    return -1;
}

int link_type_count(void)
{
    return LINK_TYPES;
}

int link_type_at(int index)
{
    return link_types[index].link_type;
}

enum link_status link_decode(int link_type, struct bytes frame, struct link *link)
{
    int index = link_type_index(link_type);
    enum link_status status;
    uint32_t protocol;

    if (index < 0)
        return LINK_UNSUPPORTED;
    status = link_types[index].step(&frame, link, &protocol);
    if (status != LINK_IP)
        return status;
    return link_decode_protocol(protocol, frame, link);
}
