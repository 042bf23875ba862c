/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/fetch.h"
#include "capture/savefile_internal.h"
#include "capture/time_unit.h"

#include <inttypes.h>

enum {
    FILE_HEADER_LEN = 24,
    RECORD_HEADER_LEN = 16,
    RECORD_HEADER_MODIFIED_LEN = 24, /* interface, protocol and packet type behind the lengths */
    LINK_TYPE_MASK = 0x03ffffff,     /* the bits above tell of a frame check sequence */
    VERSION_MINOR_UNORDERED = 3,     /* of version 2: the last one with lengths in any order */
    AHEAD = 2048,                    /* octets: some records */
    AHEAD_OCTETS = 320               /* about one record, of a handshake */
};

#define NS_PER_TICK_MAX INT64_C(1000) /* microseconds */

#define MAGIC_NANOSECONDS UINT32_C(0xa1b23c4d)
#define MAGIC_MODIFIED    UINT32_C(0xa1b2cd34)

struct record {
    uint32_t seconds;
    uint32_t fraction;
    uint32_t captured;
    uint32_t original;
};

/* Before version 2.3 the two lengths of a record stood the other way round, in 2.3 either
 * way: the captured length is the smaller one. */
static void order_lengths(uint16_t version_minor, struct record *record)
{
    uint32_t captured = record->captured;

    if (version_minor > VERSION_MINOR_UNORDERED || captured <= record->original)
        return;
    record->captured = record->original;
    record->original = captured;
}

static inline void read_numbers(bool is_little_endian, struct bytes header, struct record *record)
{
    record->seconds = savefile_ordered_u32(is_little_endian, &header);
    record->fraction = savefile_ordered_u32(is_little_endian, &header);
    record->captured = savefile_ordered_u32(is_little_endian, &header);
    record->original = savefile_ordered_u32(is_little_endian, &header);
}

static enum savefile_status read_header(struct savefile *savefile, struct record *record)
{
    enum savefile_status status = savefile_need(savefile, savefile->record_header_len);

    if (status != SAVEFILE_PACKET)
        return status;
    read_numbers(savefile->is_little_endian, savefile->ready, record);
    order_lengths(savefile->version_minor, record);
    return SAVEFILE_PACKET;
}

/* Step over a record that is longer than a packet can be. SAVEFILE_PACKET: done. */
static enum savefile_status skip_record(struct savefile *savefile, uint32_t captured)
{
    enum savefile_status status = savefile_too_long(savefile, captured);

    if (status != SAVEFILE_PACKET)
        return status;
    return savefile_discard(savefile, (uint64_t)savefile->record_header_len + captured);
}

/* All but the octets of the packet. */
static inline void describe(const struct savefile_interface *interface, const struct record *record,
                            struct raw_packet *packet)
{
    _Static_assert(UINT32_MAX * SECOND_NS + UINT32_MAX * NS_PER_TICK_MAX <= PACKET_TIME_MAX_NS,
                   "no time is too late");
    packet->time_ns =
        record->seconds * SECOND_NS + record->fraction * (int64_t)interface->ns_per_tick;
    packet->original_length =
        record->original > record->captured ? record->original : record->captured;
    packet->link_type = interface->link_type;
}

/* Take a record that lies in the buffer as a whole. */
static void take_record(struct savefile *savefile, const struct record *record,
                        struct raw_packet *packet)
{
    (void)savefile_take(savefile, savefile->record_header_len);
    packet->data = savefile_take(savefile, record->captured);
    describe(&savefile->interfaces[0], record, packet);
    savefile->counters.packets++;
}

/* Of the records that nearly all files have. Where one begins, the one before it says, and a
 * processor would wait for each: what comes is fetched, wherever the records begin in it. */
static size_t records_at_hand(struct savefile *savefile, struct raw_packet *packets, size_t max)
{
    const struct savefile_interface interface = savefile->interfaces[0];
    const bool is_little_endian = savefile->is_little_endian;
    struct bytes ready = savefile->ready;
    struct bytes rest = ready;
    struct bytes header;
    size_t count = 0;

    while (count < max && bytes_take(&rest, RECORD_HEADER_LEN, &header)) {
        struct record record;

        if (rest.len >= AHEAD + AHEAD_OCTETS)
            fetch(rest.data + AHEAD, AHEAD_OCTETS);
        read_numbers(is_little_endian, header, &record);
        if (record.captured > PACKET_OCTETS_MAX
            || !bytes_take(&rest, record.captured, &packets[count].data))
            break;
        describe(&interface, &record, &packets[count++]);
        ready = rest;
    }
    savefile->offset += savefile->ready.len - ready.len;
    savefile->ready = ready;
    savefile->counters.packets += count;
    return count;
}

/* Of all others: each has to be looked at by itself. */
static size_t none_at_hand(struct savefile *savefile, struct raw_packet *packets, size_t max)
{
    (void)savefile;
    (void)packets;
    (void)max;
    return 0;
}

static enum savefile_status next_record(struct savefile *savefile, struct raw_packet *packet)
{
    struct record record;
    enum savefile_status status = read_header(savefile, &record);

    while (status == SAVEFILE_PACKET && record.captured > PACKET_OCTETS_MAX) {
        status = skip_record(savefile, record.captured);
        if (status == SAVEFILE_PACKET)
            status = read_header(savefile, &record);
    }
    if (status == SAVEFILE_PACKET)
        status = savefile_need(savefile, savefile->record_header_len + (size_t)record.captured);
    if (status == SAVEFILE_PACKET)
        take_record(savefile, &record, packet);
    return status;
}

enum savefile_status savefile_start_pcap(struct savefile *savefile)
{
    struct savefile_interface *interface = savefile_add_interface(savefile);
    enum savefile_status status = savefile_need(savefile, FILE_HEADER_LEN);
    struct bytes header;
    uint32_t magic;
    uint16_t version_major;

    if (interface == NULL)
        return savefile_fail(savefile, 0, "out of memory");
    if (status != SAVEFILE_PACKET)
        return status;
    header = savefile_take(savefile, FILE_HEADER_LEN);
    magic = savefile_u32(savefile, &header);
    version_major = savefile_u16(savefile, &header);
    savefile->version_minor = savefile_u16(savefile, &header);
    if (version_major != 2)
        return savefile_fail(savefile, 4, "pcap version %" PRIu16 " is not known", version_major);
    if (!bytes_skip(&header, 12)) /* time zone, accuracy, snaplen */
        return savefile_fail(savefile, 8, "no header");
    interface->link_type = (int)(savefile_u32(savefile, &header) & LINK_TYPE_MASK);
    interface->ns_per_tick = magic == MAGIC_NANOSECONDS ? 1 : NS_PER_TICK_MAX;
    savefile->record_header_len =
        magic == MAGIC_MODIFIED ? RECORD_HEADER_MODIFIED_LEN : RECORD_HEADER_LEN;
    savefile->next = next_record;
    savefile->at_hand =
        magic == MAGIC_MODIFIED || savefile->version_minor <= VERSION_MINOR_UNORDERED
            ? none_at_hand
            : records_at_hand;
    return SAVEFILE_PACKET;
}
