/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/savefile_internal.h"

#include <inttypes.h>

enum {
    FILE_HEADER_LEN = 24,
    RECORD_HEADER_LEN = 16,
    RECORD_HEADER_MODIFIED_LEN = 24, /* interface, protocol and packet type behind the lengths */
    LINK_TYPE_MASK = 0x03ffffff      /* the bits above tell of a frame check sequence */
};

#define NS_PER_S        INT64_C(1000000000)
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

    if (version_minor > 3 || captured <= record->original)
        return;
    record->captured = record->original;
    record->original = captured;
}

/* Read the header of a record at the front of ready, which has its octets. */
static inline void peek_header(const struct savefile *savefile, struct bytes ready,
                               struct record *record)
{
    struct bytes in = {.data = ready.data, .len = RECORD_HEADER_LEN};

    record->seconds = savefile_u32(savefile, &in);
    record->fraction = savefile_u32(savefile, &in);
    record->captured = savefile_u32(savefile, &in);
    record->original = savefile_u32(savefile, &in);
    order_lengths(savefile->version_minor, record);
}

static enum savefile_status read_header(struct savefile *savefile, struct record *record)
{
    enum savefile_status status = savefile_need(savefile, savefile->record_header_len);

    if (status == SAVEFILE_PACKET)
        peek_header(savefile, savefile->ready, record);
    return status;
}

/* Step over a record that is longer than a packet can be. SAVEFILE_PACKET: done. */
static enum savefile_status skip_record(struct savefile *savefile, uint32_t captured)
{
    if (captured > SAVEFILE_SKIP_MAX)
        return savefile_fail(savefile, savefile->offset,
                             "a packet of %" PRIu32 " octets: the file is damaged", captured);
    if (savefile->counters.skipped++ == 0)
        savefile->counters.skipped_offset = savefile->offset;
    return savefile_discard(savefile, (uint64_t)savefile->record_header_len + captured);
}

/* All but the octets of the packet. */
static inline void describe(const struct savefile_interface *interface, const struct record *record,
                            struct raw_packet *packet)
{
    _Static_assert(UINT32_MAX * NS_PER_S + UINT32_MAX * NS_PER_TICK_MAX <= PACKET_TIME_MAX_NS,
                   "no time is too late");
    packet->time_ns =
        record->seconds * NS_PER_S + record->fraction * (int64_t)interface->ns_per_tick;
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

static size_t records_at_hand(struct savefile *savefile, struct raw_packet *packets, size_t max)
{
    const struct savefile_interface interface = savefile->interfaces[0];
    const size_t header_len = savefile->record_header_len;
    struct bytes ready = savefile->ready;
    size_t count;

    for (count = 0; count < max && ready.len >= header_len; count++) {
        struct record record;

        peek_header(savefile, ready, &record);
        if (record.captured > PACKET_OCTETS_MAX || record.captured > ready.len - header_len)
            break;
        if (!bytes_skip(&ready, header_len)
            || !bytes_take(&ready, record.captured, &packets[count].data))
            break;
        describe(&interface, &record, &packets[count]);
    }
    savefile->offset += savefile->ready.len - ready.len;
    savefile->ready = ready;
    savefile->counters.packets += count;
    return count;
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
    savefile->at_hand = records_at_hand;
    return SAVEFILE_PACKET;
}
