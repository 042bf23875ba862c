/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link_internal.h"

enum {
    NFLOG_PAYLOAD = 9, /* NFULA_PAYLOAD */
    PKTAP_PACKET = 1,  /* PTH_TYPE_PACKET */
    PFLOG_LEN_MIN = 45 /* up to what tells the rule; the least of any version */
};

/* An address family. IPv6 has a different number on each system. */
static uint32_t family_protocol(uint32_t family)
{
    static const uint32_t inet6[] = {10, 24, 28, 30};

    for (size_t i = 0; i < sizeof(inet6) / sizeof(inet6[0]); i++)
        if (family == inet6[i])
            return ETHERTYPE_IPV6;
    return family == 2 ? ETHERTYPE_IPV4 : LINK_PROTOCOL_NONE;
}

/* The address family in the byte order of the capturing machine (NULL) or of the network
 * (LOOP). */
enum link_status link_system_null(struct bytes *in, struct link *link, uint32_t *next)
{
    uint32_t family;

    (void)link;
    if (!bytes_u32(in, &family))
        return LINK_SHORT;
    *next = family_protocol(family > 0xffff ? __builtin_bswap32(family) : family);
    return LINK_IP;
}

/* OpenBSD's enc(4), where IPsec's packets pass in clear: as NULL, then the security parameter
 * index and flags. */
enum link_status link_system_enc(struct bytes *in, struct link *link, uint32_t *next)
{
    enum link_status status = link_system_null(in, link, next);

    if (status != LINK_IP)
        return status;
    return bytes_skip(in, 8) ? LINK_IP : LINK_SHORT;
}

/* pflog(4) of all BSD: the length, without the octets that pad the header to a multiple of four,
 * and the address family before a translation, which may be the packet's or not. */
enum link_status link_system_pflog(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes begin = *in;
    uint8_t length;
    uint8_t family;

    (void)link;
    if (!bytes_u8(&begin, &length) || !bytes_u8(&begin, &family))
        return LINK_SHORT;
    if (length < PFLOG_LEN_MIN)
        return LINK_MALFORMED;
    *next = family_protocol(family) == LINK_PROTOCOL_NONE ? LINK_PROTOCOL_NONE : LINK_PROTOCOL_IP;
    return bytes_skip(in, ((size_t)length + 3) & ~(size_t)3) ? LINK_IP : LINK_SHORT;
}

/* macOS' pktap: the length of the header, the kind of record, and the link type of the frame
 * behind it. A record of another kind is a packet that the system dropped, or none. */
enum link_status link_system_pktap(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes begin = *in;
    uint32_t length;
    uint32_t kind;
    uint32_t link_type;

    (void)link;
    if (!link_little_u32(&begin, &length) || !link_little_u32(&begin, &kind)
        || !link_little_u32(&begin, &link_type))
        return LINK_SHORT;
    if (kind != PKTAP_PACKET)
        return LINK_UNSUPPORTED;
    if (length < in->len - begin.len)
        return LINK_MALFORMED;
    return bytes_skip(in, length) ? link_frame_within(link_type, next) : LINK_SHORT;
}

/* Netfilter's log: family, version, resource, then values with length and type in the byte
 * order of the capturing machine, padded to four octets; the payload is the last. A value
 * takes at least four octets, so the loop ends. */
enum link_status link_system_nflog(struct bytes *in, struct link *link, uint32_t *next)
{
    uint16_t length;
    uint16_t type;

    (void)link;
    *next = LINK_PROTOCOL_IP;
    if (!bytes_skip(in, 4))
        return LINK_SHORT;
    while (bytes_u16(in, &length) && bytes_u16(in, &type)) {
        if ((type & 0x00ff) == 0) { /* types are small: the low octet came first */
            type = __builtin_bswap16(type);
            length = __builtin_bswap16(length);
        }
        if (type == NFLOG_PAYLOAD)
            return LINK_IP;
        if (length < 4)
            return LINK_MALFORMED;
        if (!bytes_skip(in, (((size_t)length + 3) & ~(size_t)3) - 4))
            return LINK_SHORT;
    }
    return LINK_SHORT;
}
