/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link_internal.h"

enum {
    SWITCH_TAG = 4,

    BATMAN_VERSION = 15,

    SERVICE_VERSION = 0xc000, /* RFC 8300 section 2.2 */
    SERVICE_MAINTENANCE = 0x2000,
    SERVICE_WORDS = 0x003f,
    SERVICE_WORDS_MIN = 2
};

/* A tag between the addresses of Ethernet and its type, without an EtherType of its own: Marvell's
 * and Broadcom's. */
enum link_status link_tag_dsa_frame(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes addresses;

    if (!bytes_take(in, LINK_ETHERNET_ADDRESSES, &addresses) || !bytes_skip(in, SWITCH_TAG))
        return LINK_SHORT;
    if (link->addresses == NULL)
        link->addresses = addresses.data;
    return link_take_type(in, next);
}

/* Broadcom's tag before the whole frame. */
enum link_status link_tag_before_frame(struct bytes *in, struct link *link, uint32_t *next)
{
    (void)link;
    *next = ETHERTYPE_TRANSPARENT_ETHERNET;
    return bytes_skip(in, SWITCH_TAG) ? LINK_IP : LINK_SHORT;
}

/* Marvell's tag behind its EtherType: two octets of zero, then the tag. */
enum link_status link_tag_edsa(struct bytes *in, struct link *link, uint32_t *next)
{
    (void)link;
    return bytes_skip(in, 2 + SWITCH_TAG) ? link_take_type(in, next) : LINK_SHORT;
}

/* Cisco's tag of a virtual interface: both interfaces, in four octets. */
enum link_status link_tag_vn(struct bytes *in, struct link *link, uint32_t *next)
{
    (void)link;
    return bytes_skip(in, SWITCH_TAG) ? link_take_type(in, next) : LINK_SHORT;
}

/* Linux's batadv_packet.h: type, version, hops left, and what else the type has before the frame.
 * A type that is not listed carries no frame to one station. */
enum link_status link_tag_batman(struct bytes *in, struct link *link, uint32_t *next)
{
    static const struct {
        uint8_t type;
        uint8_t skip;
        enum link_status status;
    } types[] = {
        {0x40, 7, LINK_IP},          /* unicast */
        {0x42, 15, LINK_IP},         /* unicast with four addresses */
        {0x41, 0, LINK_UNSUPPORTED}, /* a fragment */
        {0x02, 0, LINK_UNSUPPORTED}, /* network coding */
    };
    uint8_t type;
    uint8_t version;

    (void)link;
    if (!bytes_u8(in, &type) || !bytes_u8(in, &version) || !bytes_skip(in, 1))
        return LINK_SHORT;
    if (version != BATMAN_VERSION)
        return LINK_UNSUPPORTED;
    *next = ETHERTYPE_TRANSPARENT_ETHERNET;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i].type == type)
            return bytes_skip(in, types[i].skip) ? types[i].status : LINK_SHORT;
    return LINK_OTHER;
}

/* RFC 8300 section 2.2: flags, hops left and length in words, kind of metadata, next protocol. */
enum link_status link_tag_service_header(struct bytes *in, struct link *link, uint32_t *next)
{
    static const uint32_t protocols[] = {
        LINK_PROTOCOL_NONE, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_TRANSPARENT_ETHERNET,
        ETHERTYPE_NSH,      ETHERTYPE_MPLS,
    };
    uint16_t flags;
    uint8_t protocol;
    size_t words;

    (void)link;
    if (!bytes_u16(in, &flags) || !bytes_skip(in, 1) || !bytes_u8(in, &protocol))
        return LINK_SHORT;
    words = flags & SERVICE_WORDS;
    if ((flags & SERVICE_VERSION) != 0)
        return LINK_UNSUPPORTED;
    if (words < SERVICE_WORDS_MIN)
        return LINK_MALFORMED;
    if (!bytes_skip(in, (words - 1) * 4))
        return LINK_SHORT;
    if ((flags & SERVICE_MAINTENANCE) != 0 || protocol >= sizeof(protocols) / sizeof(protocols[0]))
        return LINK_OTHER;
    *next = protocols[protocol];
    return LINK_IP;
}
