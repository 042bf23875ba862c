/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link_internal.h"

enum { SWITCH_TAG = 4 };

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
