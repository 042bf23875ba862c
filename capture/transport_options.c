/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of TCP headers. */
#include "capture/transport.h"

/* TCP option kinds (RFC 9293 section 3.2, RFC 7323, RFC 2018, RFC 8684). */
enum {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_WINDOW_SCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_MULTIPATH = 30
};

/* Its subtypes in a SYN, the upper four bits of the first octet (RFC 8684 section 3). */
enum { MULTIPATH_SUBTYPE_CAPABLE = 0, MULTIPATH_SUBTYPE_JOIN = 1, MULTIPATH_SUBTYPE_SHIFT = 4 };

/* Size, SACK, timestamps and scale in the order in which Linux, Android among it, writes them.
 * Windows, the BSDs and what Apple makes begin with size and scale, or put the timestamps last. */
#define LINUX_ORDER                                                                                \
    ((uint32_t)OPTION_MSS << 24 | OPTION_SACK_PERMITTED << 16 | TRANSPORT_OPTION_TIMESTAMPS << 8   \
     | OPTION_WINDOW_SCALE)

/* Take the next option; false at the end of the list. */
static bool next_option(struct bytes *options, uint8_t *kind, struct bytes *value)
{
    uint8_t length;

    do {
        if (!bytes_u8(options, kind) || *kind == OPTION_END)
            return false;
    } while (*kind == OPTION_NOP);
    return bytes_u8(options, &length) && length >= 2
           && bytes_take(options, (size_t)length - 2, value);
}

static uint8_t read_multipath(struct bytes value)
{
    uint8_t first;

    if (!bytes_u8(&value, &first))
        return MULTIPATH_NONE;
    switch (first >> MULTIPATH_SUBTYPE_SHIFT) {
    case MULTIPATH_SUBTYPE_CAPABLE:
        return MULTIPATH_CAPABLE;
    case MULTIPATH_SUBTYPE_JOIN:
        return MULTIPATH_JOIN;
    default:
        return MULTIPATH_NONE;
    }
}

void transport_syn_options(struct bytes options, struct syn_options *out)
{
    struct bytes value;
    uint32_t order = 0;
    uint8_t kind;
    uint8_t shift;

    *out = (struct syn_options){.window_scale = -1};
    while (next_option(&options, &kind, &value)) {
        order = order << 8 | kind;
        if (kind == OPTION_MSS && value.len == 2)
            (void)!bytes_u16(&value, &out->mss);
        else if (kind == OPTION_WINDOW_SCALE && bytes_u8(&value, &shift))
            out->window_scale =
                (int8_t)(shift < TRANSPORT_WINDOW_SCALE_MAX ? shift : TRANSPORT_WINDOW_SCALE_MAX);
        else if (kind == OPTION_SACK_PERMITTED)
            out->sack_permitted = true;
        else if (kind == TRANSPORT_OPTION_TIMESTAMPS)
            out->timestamps = true;
        else if (kind == OPTION_MULTIPATH)
            out->multipath = read_multipath(value);
    }
    out->is_in_linux_order = order == LINUX_ORDER;
}

bool transport_sack_option(struct bytes options, struct bytes *blocks)
{
    uint8_t kind;

    while (next_option(&options, &kind, blocks)) {
        if (kind == OPTION_SACK)
            return true;
    }
    return false;
}
