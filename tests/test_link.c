/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/filter.h"
#include "capture/link.h"
#include "tests/support/wire.h"

#include <stdio.h>

#define MACS "02 00 00 00 00 0d 02 00 00 00 00 05 "
#define IPV4 "45 00 00 1c 00 00 00 00 40 06 00 00 c0 00 02 01 c6 33 64 02 01 02 03 04 05 06 07 08"
#define IPV6                                                                                       \
    "60 00 00 00 00 00 3b 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 "                     \
    "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02"
#define ZERO_4  "00 00 00 00 "
#define ZERO_16 ZERO_4 ZERO_4 ZERO_4 ZERO_4
#define ZERO_52 ZERO_16 ZERO_16 ZERO_16 ZERO_4
#define WIFI    "00 00 02 00 00 00 00 05 02 00 00 00 00 07 02 00 00 00 00 0d " /* up to the sequence */
#define SNAP    "aa aa 03 00 00 00 08 00"
#define SNAP6   "aa aa 03 00 00 00 86 dd"

/* Frames that end in an IP packet. */
static const struct {
    int link_type;
    uint8_t ip_version;
    uint16_t vlan_id;
    const char *header;
} carriers[] = {
    {LINKTYPE_ETHERNET, 4, 0, MACS "08 00"},
    {LINKTYPE_ETHERNET, 6, 0, MACS "86 dd"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "00 24 aa aa 03 00 00 00 08 00 # LLC and SNAP\n"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "00 1f 06 06 03 # LLC\n"},
    {LINKTYPE_ETHERNET, 4, 42, MACS "81 00 20 2a 08 00"},
    {LINKTYPE_ETHERNET, 6, 42, MACS "88 a8 00 2a 81 00 00 07 86 dd"},
    {LINKTYPE_ETHERNET, 4, 1, MACS "91 00 00 01 91 00 00 02 81 00 00 03 08 00"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 64 11 00 00 01 00 1e 00 21 # PPPoE\n"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 64 11 00 00 01 00 1d 21 # with a short protocol\n"},
    {LINKTYPE_ETHERNET, 6, 9, MACS "81 00 00 09 88 64 11 00 00 01 00 2a 00 57"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 47 00 01 00 40 00 01 01 40 # two labels\n"},
    {LINKTYPE_ETHERNET, 6, 0, MACS "88 48 00 01 01 40"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 47 00 01 01 40 00 00 00 00 " MACS "08 00 # control word\n"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 47 00 01 01 40 " MACS "08 00 # without\n"},
    {LINKTYPE_ETHERNET, 4, 5, MACS "88 a8 00 05 88 e7 00 00 00 2a " MACS "08 00 # 802.1ah\n"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 e5 00 00 00 00 00 01 08 00 # MACsec\n"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 e5 20 00 00 00 00 01 00 01 02 03 04 05 06 07 08 00"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "89 09 01 01 00 01 00 02 08 00 # Cisco's metadata\n"},
    {LINKTYPE_NULL, 4, 0, "02 00 00 00"},
    {LINKTYPE_NULL, 4, 0, "00 00 00 02"},
    {LINKTYPE_NULL, 6, 0, "1e 00 00 00"},
    {LINKTYPE_LOOP, 6, 0, "00 00 00 18"},
    {LINKTYPE_PPP, 4, 0, "00 21"},
    {LINKTYPE_PPP, 6, 0, "ff 03 00 57"},
    {LINKTYPE_PPP, 4, 0, "ff 03 02 81 00 01 01 40"},
    {LINKTYPE_PPP_HDLC, 4, 0, "ff 03 00 21"},
    {LINKTYPE_PPP_HDLC, 4, 0, "0f 00 08 00"},
    {LINKTYPE_C_HDLC, 6, 0, "8f 00 86 dd"},
    {LINKTYPE_PPP_ETHER, 4, 0, "11 00 00 01 00 1e 00 21"},
    {LINKTYPE_PPP_WITH_DIR, 4, 0, "00 ff 03 00 21"},
    {LINKTYPE_PPP_WITH_DIR, 4, 0, "01 00 21"},
    {LINKTYPE_PPP_PPPD, 4, 0, "01 03 00 21"},
    {LINKTYPE_RAW, 4, 0, ""},
    {LINKTYPE_RAW, 6, 0, ""},
    {LINKTYPE_RAW_12, 4, 0, ""},
    {LINKTYPE_RAW_14, 6, 0, ""},
    {LINKTYPE_IPV4, 4, 0, ""},
    {LINKTYPE_IPV6, 6, 0, ""},
    {LINKTYPE_LINUX_SLL, 4, 0, "00 00 00 01 00 06 02 00 00 00 00 05 00 00 08 00"},
    {LINKTYPE_LINUX_SLL, 6, 3, "00 00 00 01 00 06 02 00 00 00 00 05 00 00 81 00 00 03 86 dd"},
    {LINKTYPE_LINUX_SLL2, 4, 0, "08 00 00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 05 00 00"},
    {LINKTYPE_NFLOG, 4, 0, "02 00 00 00 05 00 0a 00 61 00 00 00 20 00 09 00"},
    {LINKTYPE_NFLOG, 4, 0, "02 00 00 00 00 05 00 0a 61 00 00 00 00 20 00 09"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "da da 00 00 40 00 00 01 08 00 # Marvell's tag\n"},
    {LINKTYPE_ETHERNET, 6, 5, MACS "da da 00 00 40 00 00 01 81 00 00 05 86 dd"},
    {LINKTYPE_ETHERNET, 4, 7, MACS "89 26 00 05 00 00 81 00 00 07 08 00 # VN-tag\n"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "43 05 40 0f 32 01 02 00 00 00 00 07 " MACS "08 00 # batman\n"},
    {LINKTYPE_ETHERNET, 6, 0,
     MACS "43 05 42 0f 32 01 02 00 00 00 00 07 02 00 00 00 00 08 01 00 " MACS "86 dd"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "89 4f 0f c6 01 01 " ZERO_4 ZERO_16 "# NSH\n"},
    {LINKTYPE_ETHERNET, 6, 0, MACS "89 4f 0f c2 02 03 " ZERO_4 MACS "86 dd"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "89 4f 0f c2 02 04 " ZERO_4 "0f c2 02 01 " ZERO_4 "# twice\n"},
    {LINKTYPE_ETHERNET, 4, 0, MACS "88 3e 40 00 00 00 # WCCP 2, alternative bucket\n"},
    {LINKTYPE_ETHERNET, 6, 0, MACS "88 3e # WCCP 1\n"},
    {LINKTYPE_PKTAP, 4, 0,
     "6c 00 00 00 01 00 00 00 01 00 00 00 " ZERO_52 ZERO_16 ZERO_16 "00 00 "
     "00 00 00 00 00 00 00 00 00 00 " MACS "08 00"},
    {LINKTYPE_PKTAP, 6, 0, "0c 00 00 00 01 00 00 00 00 00 00 00 1e 00 00 00"},
    {LINKTYPE_USER_2, 4, 0, "10 00 00 00 01 00 00 00 0c 00 00 00 00 00 00 00"},
    {LINKTYPE_PFLOG, 4, 0, "3d 02 00 00 " ZERO_52 "00 00 00 00 00 00 00 00 # 61 of 64\n"},
    {LINKTYPE_PFLOG, 6, 0, "45 1c 00 00 " ZERO_52 ZERO_16 "# 69 of 72, FreeBSD 14\n"},
    {LINKTYPE_PFLOG, 6, 0,
     "64 18 00 00 " ZERO_52 ZERO_16 ZERO_16 "00 00 00 00 "
     "00 00 00 00 00 00 00 00 # OpenBSD\n"},
    {LINKTYPE_PFLOG, 6, 0, "30 02 00 00 " ZERO_16 ZERO_16 "00 00 00 00 00 00 00 00 00 00 00 00"},
    {LINKTYPE_ENC, 4, 0, "02 00 00 00 00 00 10 01 03 00 00 00"},
    {LINKTYPE_ENC, 6, 0, "00 00 00 18 00 00 10 01 00 00 00 03"},
    {LINKTYPE_IEEE802_11, 4, 0, "08 01 " WIFI "10 00 " SNAP},
    {LINKTYPE_IEEE802_11, 6, 0, "88 02 " WIFI "10 00 00 00 " SNAP6 " # with QoS\n"},
    {LINKTYPE_IEEE802_11, 4, 0, "88 83 " WIFI "10 00 02 00 00 00 00 08 05 00 00 00 00 00 " SNAP},
    {LINKTYPE_IEEE802_11, 4, 0, "88 41 " WIFI "10 00 00 00 " SNAP " # decrypted\n"},
    {LINKTYPE_IEEE802_11, 6, 0, "88 41 " WIFI "10 00 00 00 01 02 00 20 03 04 05 06 " SNAP6},
    {LINKTYPE_IEEE802_11, 4, 6, "08 01 " WIFI "10 00 aa aa 03 00 00 00 81 00 00 06 08 00"},
    {LINKTYPE_IEEE802_11_RADIOTAP, 4, 0, "00 00 08 00 00 00 00 00 08 01 " WIFI "10 00 " SNAP},
    {LINKTYPE_IEEE802_11_RADIOTAP, 4, 0, "00 00 09 00 02 00 00 00 10 08 01 " WIFI "10 00 " SNAP},
    {LINKTYPE_IEEE802_11_RADIOTAP, 6, 0,
     "00 00 19 00 03 00 00 80 00 00 00 00 00 00 00 00 "
     "01 02 03 04 05 06 07 08 20 88 01 " WIFI "10 00 00 00 00 00 " SNAP6 " # padded\n"},
    {LINKTYPE_IEEE802_11_PRISM, 4, 0,
     "44 00 00 00 0c 00 00 00 00 00 00 00 08 01 " WIFI "10 00 " SNAP},
    {LINKTYPE_IEEE802_11_PRISM, 4, 0,
     "00 00 00 44 00 00 00 0c 00 00 00 00 08 01 " WIFI "10 00 " SNAP},
    {LINKTYPE_IEEE802_11_PRISM, 4, 0,
     "80 21 10 01 00 00 00 0c 00 00 00 00 08 01 " WIFI "10 00 " SNAP},
    {LINKTYPE_IEEE802_11_AVS, 6, 0, "80 21 10 02 00 00 00 08 08 01 " WIFI "10 00 " SNAP6},
    {LINKTYPE_PPI, 4, 0, "00 00 08 00 69 00 00 00 08 01 " WIFI "10 00 " SNAP},
    {LINKTYPE_PPI, 6, 0,
     "00 00 18 00 01 00 00 00 02 00 14 00 01 02 03 04 05 06 07 08 01 00 00 00 " MACS "86 dd"},
    {LINKTYPE_IPOIB, 4, 0, ZERO_16 ZERO_16 "00 00 00 00 00 00 00 00 08 00 00 00"},
    {LINKTYPE_DSA_TAG_DSA, 4, 0, MACS "40 00 00 01 08 00"},
    {LINKTYPE_DSA_TAG_EDSA, 4, 0, MACS "da da 00 00 40 00 00 01 08 00"},
    {LINKTYPE_DSA_TAG_BRCM, 6, 0, MACS "20 00 00 01 86 dd"},
    {LINKTYPE_DSA_TAG_BRCM_PREPEND, 4, 0, "20 00 00 01 " MACS "08 00"},
};

enum { CARRIERS = sizeof(carriers) / sizeof(carriers[0]) };

static struct bytes carrier_frame(const struct guard *guard, size_t i)
{
    char hex[1024];

    snprintf(hex, sizeof(hex), "%s %s", carriers[i].header,
             carriers[i].ip_version == 4 ? IPV4 : IPV6);
    return guard_hex(guard, hex);
}

/* The outermost addresses of a frame, NULL: it has none. */
static const uint8_t *carrier_addresses(size_t i, struct bytes frame)
{
    const char *header = carriers[i].header;
    const char *addresses = strstr(header, MACS);

    return addresses != NULL ? frame.data + (addresses - header) / 3 : NULL;
}

static enum link_status decode_hex(int link_type, const char *hex, struct link *link)
{
    struct guard guard = guard_new();
    enum link_status status;

    link_init(link);
    status = link_decode(link_type, guard_hex(&guard, hex), link);
    guard_free(&guard);
    return status;
}

static void every_carrier_leads_to_ip(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < CARRIERS; i++) {
        struct bytes frame = carrier_frame(&guard, i);
        struct link link;

        link_init(&link);
        CU_ASSERT_EQUAL_FATAL(link_decode(carriers[i].link_type, frame, &link), LINK_IP);
        CU_ASSERT_EQUAL(link.ip_version, carriers[i].ip_version);
        CU_ASSERT_EQUAL(link.vlan_id, carriers[i].vlan_id);
        CU_ASSERT_EQUAL(link.payload.len, carriers[i].ip_version == 4 ? 28 : 40);
        CU_ASSERT_PTR_EQUAL(link.addresses, carrier_addresses(i, frame));
    }
    guard_free(&guard);
}

/* Without the IP packet nothing is found; with a part of it at most what is there. */
static void no_prefix_leads_beyond_its_end(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < CARRIERS; i++) {
        size_t whole = carrier_frame(&guard, i).len;
        size_t header = whole - (carriers[i].ip_version == 4 ? 28 : 40);

        for (size_t len = 0; len < whole; len++) {
            struct bytes frame = guard_copy(&guard, carrier_frame(&guard, i).data, len);
            struct link link;
            enum link_status status;

            link_init(&link);
            status = link_decode(carriers[i].link_type, frame, &link);
            CU_ASSERT_TRUE(status != LINK_IP || len > header);
            CU_ASSERT_TRUE(status != LINK_IP || link.payload.len <= len - header);
        }
    }
    guard_free(&guard);
}

static void what_is_not_ip_is_told_apart(void)
{
    static const struct {
        int link_type;
        enum link_status status;
        const char *frame;
    } cases[] = {
        {LINKTYPE_ETHERNET, LINK_OTHER, MACS "08 06 00 01 # ARP\n"},
        {LINKTYPE_ETHERNET, LINK_OTHER, MACS "00 03 42 42 03 # spanning tree\n"},
        {LINKTYPE_ETHERNET, LINK_OTHER, MACS "88 47 00 01 01 40 10 00 00 00 # MPLS echo\n"},
        {LINKTYPE_ETHERNET, LINK_OTHER, MACS "88 64 11 00 00 01 00 02 c0 21 # PPP LCP\n"},
        {LINKTYPE_ETHERNET, LINK_OTHER, MACS "88 64 11 09 00 00 00 02 01 01 # PPPoE discovery\n"},
        {LINKTYPE_ETHERNET, LINK_MALFORMED, MACS "88 64 21 00 00 01 00 02 00 21 45"},
        {LINKTYPE_ETHERNET, LINK_MALFORMED, MACS "08 00 " IPV6},
        {LINKTYPE_ETHERNET, LINK_MALFORMED, MACS "86 dd " IPV4},
        {LINKTYPE_ETHERNET, LINK_MALFORMED, MACS "08 00 00"},
        {LINKTYPE_ETHERNET, LINK_UNSUPPORTED, MACS "88 e5 0c 00 00 00 00 01 # MACsec, encrypted\n"},
        {LINKTYPE_NULL, LINK_OTHER, "00 00 00 07"},
        {LINKTYPE_NFLOG, LINK_MALFORMED, "02 00 00 00 03 00 0a 00 61 00 00 00"},
        {LINKTYPE_ETHERNET, LINK_OTHER,
         MACS "43 05 00 0f 32 00 # batman, no frame to one station\n"},
        {LINKTYPE_ETHERNET, LINK_UNSUPPORTED,
         MACS "43 05 41 0f 32 00 02 00 00 00 00 07 # fragment\n"},
        {LINKTYPE_ETHERNET, LINK_UNSUPPORTED, MACS "43 05 40 0e 32 00 02 00 00 00 00 07 " IPV4},
        {LINKTYPE_ETHERNET, LINK_MALFORMED, MACS "89 4f 0f c1 01 01 " ZERO_4 IPV4},
        {LINKTYPE_ETHERNET, LINK_UNSUPPORTED, MACS "89 4f 4f c2 02 01 " ZERO_4 IPV4},
        {LINKTYPE_ETHERNET, LINK_OTHER, MACS "89 4f 2f c2 02 01 " ZERO_4 IPV4 " # maintenance\n"},
        {LINKTYPE_ETHERNET, LINK_OTHER, MACS "89 4f 0f c2 02 fe " ZERO_4 IPV4},
        {LINKTYPE_PKTAP, LINK_UNSUPPORTED,
         "0c 00 00 00 02 00 00 00 0c 00 00 00 " IPV4 " # dropped\n"},
        {LINKTYPE_PKTAP, LINK_UNSUPPORTED, "0c 00 00 00 01 00 00 00 93 00 00 00 " IPV4},
        {LINKTYPE_PKTAP, LINK_UNSUPPORTED, "0c 00 00 00 01 00 00 00 0c 00 00 80 " IPV4},
        {LINKTYPE_PKTAP, LINK_MALFORMED, "0b 00 00 00 01 00 00 00 0c 00 00 00 " IPV4},
        {LINKTYPE_PKTAP, LINK_SHORT, "ff ff ff ff 01 00 00 00 0c 00 00 00 " IPV4},
        {LINKTYPE_PFLOG, LINK_MALFORMED, "00 02 00 00 " IPV4},
        {LINKTYPE_PFLOG, LINK_SHORT, "ff 02 00 00 " IPV4},
        {LINKTYPE_PFLOG, LINK_OTHER, "3d 00 00 00 " ZERO_52 "00 00 00 00 00 00 00 00 " IPV4},
        {LINKTYPE_ENC, LINK_OTHER, "00 00 00 00 00 00 10 01 00 00 00 03 " IPV4},
        {LINKTYPE_IEEE802_11, LINK_OTHER, "80 00 " WIFI "10 00 # beacon\n"},
        {LINKTYPE_IEEE802_11, LINK_OTHER, "d4 00 00 00 02 00 00 00 00 0d # acknowledgment\n"},
        {LINKTYPE_IEEE802_11, LINK_OTHER, "48 11 " WIFI "10 00 # no data\n"},
        {LINKTYPE_IEEE802_11, LINK_UNSUPPORTED, "08 05 " WIFI "10 00 " SNAP " " IPV4 " # more\n"},
        {LINKTYPE_IEEE802_11, LINK_UNSUPPORTED, "08 01 " WIFI "11 00 " SNAP " " IPV4},
        {LINKTYPE_IEEE802_11, LINK_UNSUPPORTED, "88 01 " WIFI "10 00 80 00 " MACS "00 24 " SNAP},
        {LINKTYPE_IEEE802_11, LINK_UNSUPPORTED,
         "88 41 " WIFI "10 00 00 00 01 02 00 20 03 04 05 06 9f 3c 11 58 03 42 " IPV4
         " # encrypted\n"},
        {LINKTYPE_IEEE802_11_RADIOTAP, LINK_UNSUPPORTED,
         "00 00 09 00 02 00 00 00 50 08 01 " WIFI "10 00 " SNAP " " IPV4 " # damaged\n"},
        {LINKTYPE_IEEE802_11_RADIOTAP, LINK_UNSUPPORTED, "01 00 08 00 00 00 00 00 08 01 " WIFI},
        {LINKTYPE_IEEE802_11_RADIOTAP, LINK_MALFORMED, "00 00 07 00 00 00 00 00 08 01 " WIFI},
        {LINKTYPE_IEEE802_11_RADIOTAP, LINK_SHORT, "00 00 ff ff 00 00 00 80 08 01 " WIFI},
        {LINKTYPE_IEEE802_11_PRISM, LINK_MALFORMED, "44 00 00 00 07 00 00 00 08 01 " WIFI},
        {LINKTYPE_IEEE802_11_PRISM, LINK_SHORT, "44 00 00 00 ff ff ff ff 08 01 " WIFI},
        {LINKTYPE_PPI, LINK_UNSUPPORTED,
         "00 00 18 00 69 00 00 00 02 00 14 00 " ZERO_4 ZERO_4 "05 00 00 00 08 01 " WIFI},
        {LINKTYPE_PPI, LINK_UNSUPPORTED, "00 00 08 00 93 00 00 00 " IPV4},
        {LINKTYPE_PPI, LINK_MALFORMED, "00 00 07 00 65 00 00 00 " IPV4},
        {147, LINK_UNSUPPORTED, IPV4},
    };
    struct link link;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(decode_hex(cases[i].link_type, cases[i].frame, &link), cases[i].status);
}

/* A frame of first, count times middle, and last. */
static enum link_status decode_stack(int link_type, const char *first, const char *middle,
                                     int count, const char *last)
{
    struct link link;
    char hex[2048];
    size_t len = (size_t)snprintf(hex, sizeof(hex), "%s ", first);

    for (int i = 0; i < count; i++)
        len += (size_t)snprintf(hex + len, sizeof(hex) - len, "%s ", middle);
    snprintf(hex + len, sizeof(hex) - len, "%s", last);
    return decode_hex(link_type, hex, &link);
}

static void stacks_are_bounded(void)
{
    CU_ASSERT_EQUAL(decode_stack(LINKTYPE_ETHERNET, MACS "81 00", "00 01 81 00",
                                 LINK_HEADERS_MAX - 1, "00 01 08 00 " IPV4),
                    LINK_IP);
    CU_ASSERT_EQUAL(decode_stack(LINKTYPE_ETHERNET, MACS "81 00", "00 01 81 00",
                                 LINK_HEADERS_MAX + 1, "00 01 08 00 " IPV4),
                    LINK_UNSUPPORTED);
    CU_ASSERT_EQUAL(decode_stack(LINKTYPE_ETHERNET, MACS "88 47", "00 01 00 40",
                                 LINK_LABELS_MAX - 1, "00 01 01 40 " IPV4),
                    LINK_IP);
    CU_ASSERT_EQUAL(decode_stack(LINKTYPE_ETHERNET, MACS "88 47", "00 01 00 40", LINK_LABELS_MAX,
                                 "00 01 01 40 " IPV4),
                    LINK_UNSUPPORTED);
    CU_ASSERT_EQUAL(decode_stack(LINKTYPE_PPI, "00 00 08 00 65 00 00 00", "", 0, IPV4), LINK_IP);
    CU_ASSERT_EQUAL(decode_stack(LINKTYPE_PPI, "", "00 00 08 00 c0 00 00 00", LINK_HEADERS_MAX + 2,
                                 "00 00 08 00 65 00 00 00 " IPV4),
                    LINK_UNSUPPORTED);
}

static void every_link_type_is_found_at_its_place(void)
{
    for (int i = 0; i < link_type_count(); i++)
        CU_ASSERT_EQUAL(link_type_index(link_type_at(i)), i);
    CU_ASSERT_EQUAL(link_type_index(147), -1);
    CU_ASSERT_STRING_EQUAL(filter_link_type_name(LINKTYPE_RAW), "RAW");
    CU_ASSERT_STRING_EQUAL(filter_link_type_name(LINKTYPE_ETHERNET), "EN10MB");
    CU_ASSERT_STRING_EQUAL(filter_link_type_name(LINKTYPE_USER_2), "PKTAP");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"every carrier leads to IP", every_carrier_leads_to_ip},
        {"no prefix leads beyond its end", no_prefix_leads_beyond_its_end},
        {"what is not IP is told apart", what_is_not_ip_is_told_apart},
        {"stacks are bounded", stacks_are_bounded},
        {"every link type is found at its place", every_link_type_is_found_at_its_place},
        CU_TEST_INFO_NULL,
    };

    return suite_run("link", tests);
}
