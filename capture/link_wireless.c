/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link_internal.h"

enum {
    /* IEEE 802.11 section 9.2.4.1, the two octets of the frame control */
    FRAME_VERSION_TYPE = 0x0f,
    FRAME_DATA = 0x08, /* of version 0 */
    FRAME_NO_DATA = 0x40,
    FRAME_QOS = 0x80,
    FRAME_TO_AND_FROM_DS = 0x03,
    FRAME_MORE_FRAGMENTS = 0x04,
    FRAME_PROTECTED = 0x40,
    FRAME_HIGH_THROUGHPUT = 0x80, /* with FRAME_QOS: a control field of four octets more */

    FRAME_BEFORE_SEQUENCE = 20, /* duration and three addresses */
    FRAME_ADDRESS = 6,
    FRAME_FRAGMENT = 0x0f, /* of the sequence control's first octet */
    QOS_A_MSDU = 0x80,     /* an A-MSDU, of the QoS control's first octet */
    CIPHER_HEADER = 8,     /* of TKIP, CCMP and GCMP */

    RADIOTAP_LEN_MIN = 8,
    RADIOTAP_TIME = 0x00000001,
    RADIOTAP_FLAGS = 0x00000002,
    RADIOTAP_PADDED = 0x20,
    RADIOTAP_DAMAGED = 0x40,

    PPI_LEN_MIN = 8,
    PPI_COMMON = 2,
    PPI_DAMAGED = 0x000c, /* wrong checksum, or an error of the physical layer */

    PRISM_LEN_MIN = 8
};

#define RADIOTAP_MORE 0x80000000U /* another such word follows */
#define AVS_VERSION   0x80211000U /* with the version in the last four bits */

/* LLC and SNAP of no organization begin here. */
static bool begins_in_clear(struct bytes in)
{
    static const uint8_t clear[] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};
    struct bytes start;

    return bytes_take(&in, sizeof(clear), &start)
           && bytes_equal(start, bytes_of(clear, sizeof(clear)));
}

/* Some drivers decrypt a frame, but leave the bit that says protected, and perhaps the cipher's
 * header. What reads in clear is no accident: of ciphertexts, one in 2^48 begins so. */
static bool open_decrypted(struct bytes *in)
{
    struct bytes behind_header = *in;

    if (begins_in_clear(*in))
        return true;
    if (!bytes_skip(&behind_header, CIPHER_HEADER) || !begins_in_clear(behind_header))
        return false;
    *in = behind_header;
    return true;
}

/* IEEE 802.11 section 9.3.2.1. Only data frames carry IP; one with a fragment, or with several
 * packets (A-MSDU), is not read. is_padded: the header is, to a multiple of four octets. The
 * checksum at the end is cut off by the IP length. */
static enum link_status read_frame(struct bytes *in, bool is_padded, uint32_t *next)
{
    size_t all = in->len;
    uint8_t kind;
    uint8_t flags;
    uint8_t sequence;
    uint8_t qos = 0;

    if (!bytes_u8(in, &kind) || !bytes_u8(in, &flags))
        return LINK_SHORT;
    if ((kind & FRAME_VERSION_TYPE) != FRAME_DATA || (kind & FRAME_NO_DATA) != 0)
        return LINK_OTHER;
    if (!bytes_skip(in, FRAME_BEFORE_SEQUENCE) || !bytes_u8(in, &sequence) || !bytes_skip(in, 1))
        return LINK_SHORT;
    if ((flags & FRAME_TO_AND_FROM_DS) == FRAME_TO_AND_FROM_DS && !bytes_skip(in, FRAME_ADDRESS))
        return LINK_SHORT;
    if ((kind & FRAME_QOS) != 0
        && (!bytes_u8(in, &qos) || !bytes_skip(in, (flags & FRAME_HIGH_THROUGHPUT) != 0 ? 5 : 1)))
        return LINK_SHORT;
    if (is_padded && !bytes_skip(in, (in->len - all) & 3))
        return LINK_SHORT;
    if ((flags & FRAME_MORE_FRAGMENTS) != 0 || (sequence & FRAME_FRAGMENT) != 0
        || (qos & QOS_A_MSDU) != 0 || ((flags & FRAME_PROTECTED) != 0 && !open_decrypted(in)))
        return LINK_UNSUPPORTED;
    *next = LINK_PROTOCOL_LLC;
    return LINK_IP;
}

enum link_status link_wireless_frame(struct bytes *in, struct link *link, uint32_t *next)
{
    (void)link;
    return read_frame(in, false, next);
}

/* The flags of radiotap.org: behind the words that say which fields there are, and the time, which
 * begins at a multiple of eight octets. 0: there are none. */
static uint8_t radiotap_flags(struct bytes header)
{
    size_t all = header.len;
    uint32_t present;
    uint32_t more;
    uint8_t flags;

    if (!bytes_skip(&header, 4) || !link_little_u32(&header, &present))
        return 0;
    more = present;
    while ((more & RADIOTAP_MORE) != 0)
        if (!link_little_u32(&header, &more))
            return 0;
    if ((present & RADIOTAP_TIME) != 0 && !bytes_skip(&header, ((header.len - all) & 7) + 8))
        return 0;
    return (present & RADIOTAP_FLAGS) != 0 && bytes_u8(&header, &flags) ? flags : 0;
}

/* radiotap.org: version 0, an octet of padding, the length of all. A frame that came damaged is
 * none that the receiver took. */
enum link_status link_wireless_radiotap(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes begin = *in;
    struct bytes header;
    uint16_t version;
    uint16_t length;
    uint8_t flags;

    (void)link;
    if (!bytes_u16(&begin, &version) || !link_little_u16(&begin, &length))
        return LINK_SHORT;
    if (version >> 8 != 0)
        return LINK_UNSUPPORTED;
    if (length < RADIOTAP_LEN_MIN)
        return LINK_MALFORMED;
    if (!bytes_take(in, length, &header))
        return LINK_SHORT;
    flags = radiotap_flags(header);
    if ((flags & RADIOTAP_DAMAGED) != 0)
        return LINK_UNSUPPORTED;
    return read_frame(in, (flags & RADIOTAP_PADDED) != 0, next);
}

/* The header of Prism chips: a code and the length of all, in the byte order of the capturing
 * machine; in its place may be the one of AVS: its version and the length, highest octet first. */
enum link_status link_wireless_prism(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes begin = *in;
    uint32_t code;
    uint32_t length;

    (void)link;
    if (!bytes_u32(&begin, &code) || !bytes_u32(&begin, &length))
        return LINK_SHORT;
    if (code >> 4 != AVS_VERSION >> 4 && code > 0xffff)
        length = __builtin_bswap32(length);
    if (length < PRISM_LEN_MIN)
        return LINK_MALFORMED;
    return bytes_skip(in, length) ? read_frame(in, false, next) : LINK_SHORT;
}

/* True when the first field of a header of PPI tells of a frame that came damaged. */
static bool is_ppi_damaged(struct bytes fields)
{
    uint16_t type;
    uint16_t length;
    uint16_t flags;

    return link_little_u16(&fields, &type) && link_little_u16(&fields, &length)
           && type == PPI_COMMON && bytes_skip(&fields, 8) && link_little_u16(&fields, &flags)
           && (flags & PPI_DAMAGED) != 0;
}

/* Per-Packet Information: version 0, flags, the length of all, the link type within, fields. */
enum link_status link_wireless_ppi(struct bytes *in, struct link *link, uint32_t *next)
{
    struct bytes begin = *in;
    struct bytes header;
    uint16_t version;
    uint16_t length;
    uint32_t link_type;

    (void)link;
    if (!bytes_u16(&begin, &version) || !link_little_u16(&begin, &length)
        || !link_little_u32(&begin, &link_type))
        return LINK_SHORT;
    if (version >> 8 != 0)
        return LINK_UNSUPPORTED;
    if (length < PPI_LEN_MIN)
        return LINK_MALFORMED;
    if (!bytes_take(in, length, &header) || !bytes_skip(&header, PPI_LEN_MIN))
        return LINK_SHORT;
    return is_ppi_damaged(header) ? LINK_UNSUPPORTED : link_frame_within(link_type, next);
}
