/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/savefile_internal.h"

#include "capture/time_unit.h"

#include <inttypes.h>

#define BLOCK_SECTION    UINT32_C(0x0a0d0d0a) /* the same in both byte orders */
#define BYTE_ORDER_MAGIC UINT32_C(0x1a2b3c4d)

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET_OLD = 2,
    BLOCK_PACKET_SIMPLE = 3,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,
    BLOCK_JOURNAL = 9, /* an entry of the systemd journal */
    BLOCK_CUSTOM = 0xbad,
    BLOCK_CUSTOM_NOT_COPIED = 0x40000bad,

    BLOCK_HEADER_LEN = 8,
    BLOCK_TRAILER_LEN = 4,
    SECTION_BODY_LEN = 16,
    INTERFACE_BODY_LEN = 8,
    STATISTICS_BODY_LEN = 12,
    PACKET_BODY_LEN = 20,
    PACKET_SIMPLE_BODY_LEN = 4,

    OPTION_END = 0,
    OPTION_TIME_RESOLUTION = 9,
    OPTION_TIME_OFFSET = 14,
    OPTION_DROPPED_INTERFACE = 5, /* of statistics */
    OPTION_DROPPED_KERNEL = 7,    /* likewise */

    DECIMAL_DIGITS_EXACT = 9, /* nanoseconds */
    DECIMAL_DIGITS_MAX = 19,  /* 10 to this power fits 64 bits */
    BINARY_DIGITS_MAX = 63
};

/* What the three kinds of packet blocks say about their packet. */
struct block_packet {
    uint32_t interface;
    bool has_time;
    uint64_t ticks;
    uint32_t captured;
    uint32_t original;
};

/* Take the next len octets of the block's body, which must be there. */
static enum savefile_status take_body(struct savefile *savefile, size_t len, struct bytes *body)
{
    enum savefile_status status;

    if (savefile->block_rest < len + BLOCK_TRAILER_LEN)
        return savefile_fail(savefile, savefile->offset,
                             "a pcapng block of %" PRIu32 " octets is too short",
                             savefile->block_length);
    status = savefile_need(savefile, len);
    if (status == SAVEFILE_END)
        return savefile_discard(savefile, len);
    if (status != SAVEFILE_PACKET)
        return status;
    *body = savefile_take(savefile, len);
    savefile->block_rest -= (uint32_t)len;
    return SAVEFILE_PACKET;
}

/* Step over what is left of the block; its length stands at the end again. */
static enum savefile_status finish_block(struct savefile *savefile)
{
    enum savefile_status status;
    struct bytes trailer;
    uint64_t offset;

    if (savefile->block_rest == 0)
        return SAVEFILE_PACKET;
    status = savefile_discard(savefile, savefile->block_rest - BLOCK_TRAILER_LEN);
    if (status == SAVEFILE_PACKET)
        status = savefile_need(savefile, BLOCK_TRAILER_LEN);
    if (status == SAVEFILE_END)
        return savefile_discard(savefile, BLOCK_TRAILER_LEN);
    if (status != SAVEFILE_PACKET)
        return status;
    offset = savefile->offset;
    trailer = savefile_take(savefile, BLOCK_TRAILER_LEN);
    savefile->block_rest = 0;
    if (savefile_u32(savefile, &trailer) != savefile->block_length)
        return savefile_fail(savefile, offset, "the two lengths of a pcapng block differ");
    return SAVEFILE_PACKET;
}

/* Read type and length of the next block. A section's byte order is known only with its body. */
static enum savefile_status start_block(struct savefile *savefile, uint32_t *type)
{
    enum savefile_status status = savefile_need(savefile, BLOCK_HEADER_LEN + BLOCK_TRAILER_LEN);
    struct bytes in = savefile->ready;

    if (status != SAVEFILE_PACKET)
        return status;
    *type = savefile_u32(savefile, &in);
    savefile->block_length = savefile_u32(savefile, &in);
    if (*type == BLOCK_SECTION) {
        uint32_t magic = savefile_u32(savefile, &in);

        if (magic == __builtin_bswap32(BYTE_ORDER_MAGIC)) {
            savefile->is_little_endian = !savefile->is_little_endian;
            savefile->block_length = __builtin_bswap32(savefile->block_length);
        } else if (magic != BYTE_ORDER_MAGIC) {
            return savefile_fail(savefile, savefile->offset, "a pcapng section without magic");
        }
    }
    if (savefile->block_length < BLOCK_HEADER_LEN + BLOCK_TRAILER_LEN
        || savefile->block_length % 4 != 0)
        return savefile_fail(savefile, savefile->offset,
                             "a pcapng block of %" PRIu32 " octets: the file is damaged",
                             savefile->block_length);
    (void)savefile_take(savefile, BLOCK_HEADER_LEN);
    savefile->block_rest = savefile->block_length - BLOCK_HEADER_LEN;
    return SAVEFILE_PACKET;
}

static enum savefile_status read_section(struct savefile *savefile)
{
    uint64_t offset = savefile->offset;
    struct bytes body = {0};
    enum savefile_status status = take_body(savefile, SECTION_BODY_LEN, &body);
    uint16_t version;

    if (status != SAVEFILE_PACKET)
        return status;
    (void)savefile_u32(savefile, &body);
    version = savefile_u16(savefile, &body);
    if (version != 1)
        return savefile_fail(savefile, offset, "pcapng version %" PRIu16 " is not known", version);
    savefile->interface_count = 0;
    return SAVEFILE_PACKET;
}

/* Take the next option. False: there are no more. */
static bool next_option(const struct savefile *savefile, struct bytes *in, uint16_t *code,
                        struct bytes *value)
{
    uint16_t length;
    size_t padding;

    if (in->len < 4)
        return false;
    *code = savefile_u16(savefile, in);
    length = savefile_u16(savefile, in);
    padding = (4 - (size_t)length % 4) % 4;
    if (*code == OPTION_END || !bytes_take(in, length, value))
        return false;
    return bytes_skip(in, padding < in->len ? padding : in->len);
}

static uint64_t option_u64(const struct savefile *savefile, struct bytes value)
{
    uint64_t first = savefile_u32(savefile, &value);
    uint64_t second = savefile_u32(savefile, &value);

    return savefile->is_little_endian ? second << 32 | first : first << 32 | second;
}

/* Take what describes an interface or its statistics, as much as is reasonable. */
static enum savefile_status take_description(struct savefile *savefile, size_t at_least,
                                             struct bytes *body)
{
    size_t len = savefile->block_rest - BLOCK_TRAILER_LEN;

    if (len > SAVEFILE_DESCRIPTION_MAX)
        len = SAVEFILE_DESCRIPTION_MAX;
    return take_body(savefile, len > at_least ? len : at_least, body);
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* The highest bit tells whether the rest is a power of 2 or of 10. */
static bool set_resolution(struct savefile_interface *interface, uint8_t resolution)
{
    interface->is_binary = (resolution & 0x80) != 0;
    interface->digits = resolution & 0x7f;
    interface->ns_per_tick = 0;
    if (interface->is_binary)
        return interface->digits <= BINARY_DIGITS_MAX;
    if (interface->digits <= DECIMAL_DIGITS_EXACT)
        interface->ns_per_tick = power_of_ten(DECIMAL_DIGITS_EXACT - (unsigned)interface->digits);
    return interface->digits <= DECIMAL_DIGITS_MAX;
}

static enum savefile_status read_interface(struct savefile *savefile)
{
    uint64_t offset = savefile->offset;
    struct bytes body = {0};
    enum savefile_status status = take_description(savefile, INTERFACE_BODY_LEN, &body);
    struct savefile_interface *interface;
    struct bytes value;
    uint16_t code;

    if (status != SAVEFILE_PACKET)
        return status;
    interface = savefile_add_interface(savefile);
    if (interface == NULL)
        return savefile_fail(savefile, offset, "more than %d interfaces, or out of memory",
                             SAVEFILE_INTERFACES_MAX);
    (void)set_resolution(interface, 6); /* microseconds unless an option says otherwise */
    interface->link_type = savefile_u16(savefile, &body);
    (void)savefile_u16(savefile, &body);
    interface->snaplen = savefile_u32(savefile, &body);
    while (next_option(savefile, &body, &code, &value)) {
        if (code == OPTION_TIME_RESOLUTION && value.len == 1
            && !set_resolution(interface, value.data[0]))
            return savefile_fail(savefile, offset, "a resolution of time beyond 64 bits");
        if (code == OPTION_TIME_OFFSET && value.len == 8)
            interface->offset_s = (int64_t)option_u64(savefile, value);
    }
    return SAVEFILE_PACKET;
}

/* Statistics count from the start of the capture: only what came since the last ones is new. */
static void count_drops(uint64_t *known, uint64_t told, uint64_t *total)
{
    if (told > *known) {
        *total += told - *known;
        *known = told;
    }
}

static enum savefile_status read_statistics(struct savefile *savefile)
{
    struct bytes body = {0};
    enum savefile_status status = take_description(savefile, STATISTICS_BODY_LEN, &body);
    struct savefile_interface *interface;
    struct bytes value;
    uint32_t id;
    uint16_t code;

    if (status != SAVEFILE_PACKET)
        return status;
    id = savefile_u32(savefile, &body);
    if (id >= savefile->interface_count || !bytes_skip(&body, 8))
        return SAVEFILE_PACKET;
    interface = &savefile->interfaces[id];
    while (next_option(savefile, &body, &code, &value)) {
        if (code == OPTION_DROPPED_INTERFACE && value.len == 8)
            count_drops(&interface->dropped_interface, option_u64(savefile, value),
                        &savefile->counters.dropped_interface);
        if (code == OPTION_DROPPED_KERNEL && value.len == 8)
            count_drops(&interface->dropped_kernel, option_u64(savefile, value),
                        &savefile->counters.dropped_kernel);
    }
    return SAVEFILE_PACKET;
}

/* The nanoseconds of a fraction of a second, below ticks_per_s. */
static uint64_t binary_fraction_ns(uint64_t fraction, unsigned digits)
{
    const unsigned exact = 33; /* 2^33 * 10^9 fits 64 bits */

    if (digits > exact) {
        fraction >>= digits - exact;
        digits = exact;
    }
    return fraction * (uint64_t)SECOND_NS >> digits;
}

static uint64_t fraction_ns(const struct savefile_interface *interface, uint64_t fraction)
{
    if (interface->is_binary)
        return binary_fraction_ns(fraction, interface->digits);
    if (interface->ns_per_tick != 0)
        return fraction * interface->ns_per_tick;
    return fraction / power_of_ten((unsigned)interface->digits - DECIMAL_DIGITS_EXACT);
}

/* Of any interface: seconds and their fraction, each for itself. */
static int64_t split_ticks_to_ns(const struct savefile_interface *interface, uint64_t ticks)
{
    const uint64_t per_second =
        interface->is_binary ? UINT64_C(1) << interface->digits : power_of_ten(interface->digits);
    const uint64_t whole = ticks / per_second;
    int64_t seconds;

    if (whole > INT64_MAX || __builtin_add_overflow((int64_t)whole, interface->offset_s, &seconds))
        return interface->offset_s < 0 ? 0 : PACKET_TIME_MAX_NS;
    return savefile_time(seconds, (int64_t)fraction_ns(interface, ticks % per_second));
}

/* Nearly all ticks are whole nanoseconds since 1970. */
static int64_t ticks_to_ns(const struct savefile_interface *interface, uint64_t ticks)
{
    if (interface->ns_per_tick == 0)
        return split_ticks_to_ns(interface, ticks);
    if (interface->offset_s == 0 && ticks <= (uint64_t)PACKET_TIME_MAX_NS / interface->ns_per_tick)
        return (int64_t)(ticks * interface->ns_per_tick);
    /* Not the year 2262 or later, but a time before 1970, in two's complement. */
    if (ticks > INT64_MAX)
        return 0;
    return split_ticks_to_ns(interface, ticks);
}

static enum savefile_status read_packet_body(struct savefile *savefile, bool is_old,
                                             struct block_packet *out)
{
    struct bytes body = {0};
    enum savefile_status status = take_body(savefile, PACKET_BODY_LEN, &body);

    if (status != SAVEFILE_PACKET)
        return status;
    if (is_old) {
        out->interface = savefile_u16(savefile, &body);
        (void)savefile_u16(savefile, &body); /* drops: statistics tell them too */
    } else {
        out->interface = savefile_u32(savefile, &body);
    }
    out->has_time = true;
    out->ticks = (uint64_t)savefile_u32(savefile, &body) << 32;
    out->ticks |= savefile_u32(savefile, &body);
    out->captured = savefile_u32(savefile, &body);
    out->original = savefile_u32(savefile, &body);
    return SAVEFILE_PACKET;
}

/* No time and no captured length: the first interface's snaplen tells. */
static enum savefile_status read_simple_body(struct savefile *savefile, struct block_packet *out)
{
    struct bytes body = {0};
    enum savefile_status status = take_body(savefile, PACKET_SIMPLE_BODY_LEN, &body);
    uint32_t snaplen = savefile->interface_count > 0 ? savefile->interfaces[0].snaplen : 0;

    if (status != SAVEFILE_PACKET)
        return status;
    *out = (struct block_packet){.original = savefile_u32(savefile, &body)};
    out->captured = snaplen != 0 && snaplen < out->original ? snaplen : out->original;
    if (out->captured > savefile->block_rest - BLOCK_TRAILER_LEN)
        out->captured = savefile->block_rest - BLOCK_TRAILER_LEN;
    return SAVEFILE_PACKET;
}

/* Set *packet from the block whose fixed fields were read, and *is_packet, unless it is longer than
 * a packet can be. */
static enum savefile_status deliver(struct savefile *savefile, const struct block_packet *block,
                                    struct raw_packet *packet, bool *is_packet)
{
    const struct savefile_interface *interface;
    enum savefile_status status;

    if (block->interface >= savefile->interface_count)
        return savefile_fail(savefile, savefile->offset,
                             "a packet of interface %" PRIu32 ", which is not described",
                             block->interface);
    if (block->captured > PACKET_OCTETS_MAX)
        return savefile_too_long(savefile, block->captured);
    status = take_body(savefile, block->captured, &packet->data);
    if (status != SAVEFILE_PACKET)
        return status;
    interface = &savefile->interfaces[block->interface];
    packet->original_length = block->original > block->captured ? block->original : block->captured;
    if (block->has_time)
        savefile->last_time_ns = ticks_to_ns(interface, block->ticks);
    packet->time_ns = savefile->last_time_ns;
    packet->link_type = interface->link_type;
    savefile->counters.packets++;
    *is_packet = true;
    return SAVEFILE_PACKET;
}

/* A block with a packet: *is_packet tells whether one was delivered. */
static enum savefile_status read_packet(struct savefile *savefile, uint32_t type,
                                        struct raw_packet *packet, bool *is_packet)
{
    struct block_packet block;
    enum savefile_status status =
        type == BLOCK_PACKET_SIMPLE ? read_simple_body(savefile, &block)
                                    : read_packet_body(savefile, type == BLOCK_PACKET_OLD, &block);

    if (status != SAVEFILE_PACKET)
        return status;
    return deliver(savefile, &block, packet, is_packet);
}

static enum savefile_status read_block(struct savefile *savefile, uint32_t type,
                                       struct raw_packet *packet, bool *is_packet)
{
    switch (type) {
    case BLOCK_PACKET:
    case BLOCK_PACKET_OLD:
    case BLOCK_PACKET_SIMPLE:
        return read_packet(savefile, type, packet, is_packet);
    case BLOCK_SECTION:
        return read_section(savefile);
    case BLOCK_INTERFACE:
        return read_interface(savefile);
    case BLOCK_STATISTICS:
        return read_statistics(savefile);
    case BLOCK_JOURNAL:
    case BLOCK_CUSTOM:
    case BLOCK_CUSTOM_NOT_COPIED:
        savefile->counters.not_packets++;
        return SAVEFILE_PACKET;
    default:
        return SAVEFILE_PACKET; /* names, secrets and the like: stepped over */
    }
}

/* The rest of a packet's block is stepped over before the next one: the packet lies in the
 * buffer until then. */
static enum savefile_status next_block(struct savefile *savefile, struct raw_packet *packet)
{
    bool is_packet = false;
    enum savefile_status status = SAVEFILE_PACKET;

    while (status == SAVEFILE_PACKET && !is_packet) {
        uint32_t type = 0;

        status = finish_block(savefile);
        if (status == SAVEFILE_PACKET)
            status = start_block(savefile, &type);
        if (status == SAVEFILE_PACKET)
            status = read_block(savefile, type, packet, &is_packet);
    }
    return status;
}

/* Step over the rest of the current block in *in. False: it is not there, or not as it should
 * be. */
static bool skip_rest(const struct savefile *savefile, struct bytes *in)
{
    if (savefile->block_rest == 0)
        return true;
    return bytes_skip(in, savefile->block_rest - BLOCK_TRAILER_LEN) && in->len >= BLOCK_TRAILER_LEN
           && savefile_u32(savefile, in) == savefile->block_length;
}

/* Checks what reading an enhanced packet block checks; any other block is not looked at. */
static bool is_at_hand(const struct savefile *savefile)
{
    struct bytes in = savefile->ready;
    size_t whole;
    uint32_t type;
    uint32_t length;
    uint32_t interface;
    uint32_t captured;

    if (!skip_rest(savefile, &in))
        return false;
    whole = in.len;
    type = savefile_u32(savefile, &in);
    length = savefile_u32(savefile, &in);
    interface = savefile_u32(savefile, &in);
    if (type != BLOCK_PACKET || interface >= savefile->interface_count || !bytes_skip(&in, 8))
        return false;
    captured = savefile_u32(savefile, &in);
    return length <= whole && length % 4 == 0 && captured <= PACKET_OCTETS_MAX
           && length >= captured + BLOCK_HEADER_LEN + PACKET_BODY_LEN + BLOCK_TRAILER_LEN;
}

static size_t blocks_at_hand(struct savefile *savefile, struct raw_packet *packets, size_t max)
{
    size_t count = 0;

    while (count < max && is_at_hand(savefile)
           && next_block(savefile, &packets[count]) == SAVEFILE_PACKET)
        count++;
    return count;
}

enum savefile_status savefile_start_pcapng(struct savefile *savefile)
{
    uint32_t type;
    enum savefile_status status = start_block(savefile, &type);

    savefile->next = next_block;
    savefile->at_hand = blocks_at_hand;
    return status == SAVEFILE_PACKET ? read_section(savefile) : status;
}
