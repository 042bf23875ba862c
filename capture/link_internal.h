/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link_internal.h -- what link.c shares with the files that hold the steps of its tables.
 *
 * A step takes one header off *in and names what follows in *next. LINK_IP means: go on there.
 */
#ifndef TLSWHY_CAPTURE_LINK_INTERNAL_H
#define TLSWHY_CAPTURE_LINK_INTERNAL_H

#include "capture/link.h"

enum {
    LINK_ETHERNET_LENGTH_MAX = 0x05ff, /* below: IEEE 802.3 length, from 0x0600 on: EtherType */
    LINK_PROTOCOL_LINK_TYPE = 0x20000  /* plus a LINKTYPE_ value that is read: a frame of it */
};

typedef enum link_status (*link_step)(struct bytes *in, struct link *link, uint32_t *next);

/* Numbers that begin with their lowest octet. */
MUST_USE static inline bool link_little_u16(struct bytes *in, uint16_t *out)
{
    if (!bytes_u16(in, out))
        return false;
    *out = __builtin_bswap16(*out);
    return true;
}

MUST_USE static inline bool link_little_u32(struct bytes *in, uint32_t *out)
{
    if (!bytes_u32(in, out))
        return false;
    *out = __builtin_bswap32(*out);
    return true;
}

/* The last two octets of an Ethernet header or of a tag: an EtherType, or the length of LLC. */
MUST_USE static inline enum link_status link_take_type(struct bytes *in, uint32_t *next)
{
    uint16_t type;

    if (!bytes_u16(in, &type))
        return LINK_SHORT;
    *next = type > LINK_ETHERNET_LENGTH_MAX ? type : LINK_PROTOCOL_LLC;
    return LINK_IP;
}

/* What follows is a frame of the link type that the packet names. */
enum link_status link_frame_within(uint32_t link_type, uint32_t *next);

/* link_system.c: what an operating system puts in front of a packet. */
enum link_status link_system_null(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_system_enc(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_system_pflog(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_system_pktap(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_system_nflog(struct bytes *in, struct link *link, uint32_t *next);

/* link_wireless.c: IEEE 802.11, and what a receiver puts in front of its frames. */
enum link_status link_wireless_frame(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_wireless_radiotap(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_wireless_prism(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_wireless_ppi(struct bytes *in, struct link *link, uint32_t *next);

/* link_tag.c: what switches, meshes and service chains put between Ethernet and its content. */
enum link_status link_tag_dsa_frame(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_tag_before_frame(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_tag_edsa(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_tag_vn(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_tag_batman(struct bytes *in, struct link *link, uint32_t *next);
enum link_status link_tag_service_header(struct bytes *in, struct link *link, uint32_t *next);

#endif
