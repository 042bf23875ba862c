/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link.h -- from a captured frame to the IP packet that it carries.
 *
 * One row per link type (the LINKTYPE_ values of the pcap and pcapng formats)
 * strips the link header; then one row per protocol strips what lies between
 * it and IP: stacked VLAN tags (802.1Q, 802.1ad), 802.1ah, unencrypted MACsec,
 * Cisco's metadata, tags of switches, MPLS and the Ethernet within, batman-adv, NSH, PPPoE, PPP,
 * LLC/SNAP. Tunnels that carry such frames in IP (tunnel.h) enter through link_decode_protocol.
 *
 * Of IEEE 802.11 it reads data frames in clear, also those that were decrypted; not several packets
 * in one frame (A-MSDU), nor parts of one.
 *
 * No allocation, no state: everything is a view into the frame.
 */
#ifndef TLSWHY_CAPTURE_LINK_H
#define TLSWHY_CAPTURE_LINK_H

#include "dissect/bytes.h"

/* LINKTYPE_ values that are read (registry: tcpdump.org/linktypes.html). */
enum {
    LINKTYPE_NONE = -1, /* of no packet */
    LINKTYPE_NULL = 0,
    LINKTYPE_ETHERNET = 1,
    LINKTYPE_PPP = 9,
    LINKTYPE_RAW_12 = 12, /* DLT_RAW of most systems, found in files of old programs */
    LINKTYPE_RAW_14 = 14, /* DLT_RAW of OpenBSD, likewise */
    LINKTYPE_PPP_HDLC = 50,
    LINKTYPE_PPP_ETHER = 51,
    LINKTYPE_RAW = 101,
    LINKTYPE_C_HDLC = 104,
    LINKTYPE_IEEE802_11 = 105,
    LINKTYPE_LOOP = 108,
    LINKTYPE_ENC = 109,
    LINKTYPE_LINUX_SLL = 113,
    LINKTYPE_PFLOG = 117,
    LINKTYPE_IEEE802_11_PRISM = 119,
    LINKTYPE_IEEE802_11_RADIOTAP = 127,
    LINKTYPE_USER_2 = 149, /* PKTAP in files of macOS, whose DLT_PKTAP it is */
    LINKTYPE_IEEE802_11_AVS = 163,
    LINKTYPE_PPP_PPPD = 166,
    LINKTYPE_PPI = 192,
    LINKTYPE_PPP_WITH_DIR = 204,
    LINKTYPE_IPV4 = 228,
    LINKTYPE_IPV6 = 229,
    LINKTYPE_NFLOG = 239,
    LINKTYPE_IPOIB = 242,
    LINKTYPE_PKTAP = 258,
    LINKTYPE_LINUX_SLL2 = 276,
    LINKTYPE_DSA_TAG_BRCM = 281,
    LINKTYPE_DSA_TAG_BRCM_PREPEND = 282,
    LINKTYPE_DSA_TAG_DSA = 284,
    LINKTYPE_DSA_TAG_EDSA = 285
};

/* What follows a header: an EtherType (IEEE 802 numbers, IANA), or one of ours above 16 bits. */
enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_BATMAN = 0x4305,               /* batman-adv, not registered */
    ETHERTYPE_TRANSPARENT_ETHERNET = 0x6558, /* an Ethernet frame, RFC 1701 */
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_PPP = 0x880b,
    ETHERTYPE_WCCP = 0x883e, /* GRE of Cisco's redirection of web traffic */
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_MULTICAST = 0x8848,
    ETHERTYPE_PPPOE_SESSION = 0x8864,
    ETHERTYPE_PROVIDER_VLAN = 0x88a8, /* IEEE 802.1ad */
    ETHERTYPE_MACSEC = 0x88e5,
    ETHERTYPE_BACKBONE = 0x88e7, /* IEEE 802.1ah service instance tag */
    ETHERTYPE_CISCO_METADATA = 0x8909,
    ETHERTYPE_VN_TAG = 0x8926,
    ETHERTYPE_NSH = 0x894f,      /* RFC 8300 */
    ETHERTYPE_OLD_VLAN = 0x9100, /* double tags before 802.1ad */
    ETHERTYPE_EDSA = 0xdada,     /* Marvell's tag as Linux has it, not registered */
    LINK_PROTOCOL_IP = 0x10000,  /* IPv4 or IPv6, as its first four bits say */
    LINK_PROTOCOL_LLC = 0x10001, /* IEEE 802.2 */
    LINK_PROTOCOL_NONE = 0x10002 /* nothing that could carry IP */
};

enum {
    LINK_HEADERS_MAX =
        16,               /* headers between the frame and IP; twice what provider networks stack */
    LINK_LABELS_MAX = 16, /* MPLS labels in one stack; the deepest in use have about ten */
    LINK_LLC_IP = 0x06,   /* service access points of IEEE 802.2 that are looked behind */
    LINK_LLC_SNAP = 0xaa,
    LINK_ETHERNET_ADDRESSES = 12, /* octets of both in a frame */
    LINK_VLAN_IDENTIFIER = 0x0fff /* these bits of a tag's control information, IEEE 802.1Q */
};

enum link_status {
    LINK_IP,          /* link.payload begins with an IP header of link.ip_version */
    LINK_OTHER,       /* well formed, but no IP: ARP, spanning tree, ... */
    LINK_UNSUPPORTED, /* a link type or protocol that is not read, or too many headers */
    LINK_SHORT,       /* the octets end within a header */
    LINK_MALFORMED    /* a header contradicts itself */
};

struct link {
    struct bytes payload;
    uint8_t ip_version;       /* 4 or 6 */
    uint16_t vlan_id;         /* outermost VLAN identifier, 0: untagged */
    const uint8_t *addresses; /* outermost Ethernet addresses: 6 octets of destination, then 6 of
                                   source; in the frame, NULL: there are none */
};

/* Start of every decode: no VLAN, no addresses. They are kept from the outermost frame
 * when a packet is decoded layer by layer. */
void link_init(struct link *link);

/* Strip all headers of a frame with this link type. */
enum link_status link_decode(int link_type, struct bytes frame, struct link *link);

/* Strip the headers from one of the protocols above on. */
enum link_status link_decode_protocol(uint32_t protocol, struct bytes data, struct link *link);

/* True when a header of this protocol is stripped; IP's own is the end, not one of them. */
bool link_has_protocol(uint32_t protocol);

/* The place of a link type in the table, 0 to link_type_count() - 1; -1: it is not read. */
int link_type_index(int link_type);
int link_type_count(void);

/* The link type at a place of the table. */
int link_type_at(int index);

#endif
