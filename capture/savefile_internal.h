/* SPDX-License-Identifier: GPL-2.0-or-later */
/* savefile_internal.h -- what the two formats share: the buffer and the byte order. */
#ifndef TLSWHY_CAPTURE_SAVEFILE_INTERNAL_H
#define TLSWHY_CAPTURE_SAVEFILE_INTERNAL_H

#include "capture/savefile.h"

/* An interface of a pcapng section; a pcap file has one. Time is counted in ticks: 10 to the
 * power of digits a second, or, if is_binary, 2 to the power of digits. */
struct savefile_interface {
    int link_type;
    uint32_t snaplen; /* 0: no limit */
    bool is_binary;
    uint8_t digits;
    uint64_t ns_per_tick; /* decimal with at most 9 digits: exact; else 0 */
    int64_t offset_s;     /* to add to the time */
    uint64_t dropped_interface;
    uint64_t dropped_kernel;
};

struct savefile {
    struct input *input;
    uint8_t *buffer;       /* SAVEFILE_BUFFER octets */
    struct bytes ready;    /* in buffer, not yet consumed */
    uint64_t offset;       /* of ready in the file */
    bool is_little_endian; /* the numbers are */
    enum savefile_status (*next)(struct savefile *savefile, struct raw_packet *packet);
    size_t (*at_hand)(struct savefile *savefile, struct raw_packet *packets, size_t max);
    enum input_status input_status;
    uint8_t record_header_len; /* pcap */
    uint16_t version_minor;    /* pcap */
    uint32_t block_length;     /* pcapng: of the block being read */
    uint32_t block_rest;       /* pcapng: its octets not yet consumed */
    struct savefile_interface *interfaces;
    uint32_t interface_count;
    uint32_t interface_room;
    int64_t last_time_ns; /* pcapng: for packets without a time */
    bool is_leaping;      /* the packet before leapt, see SAVEFILE_LEAP_NS */
    int64_t believed_ns;  /* the time that it was given, or had */
    struct savefile_counters counters;
    char reason[SAVEFILE_REASON_MAX];
};

/* Read on until count octets (at most the buffer) are in ready, which may move. */
enum savefile_status savefile_fill(struct savefile *savefile, size_t count);

/* Have count octets (at most the buffer) in ready. SAVEFILE_PACKET: they are there. */
static inline enum savefile_status savefile_need(struct savefile *savefile, size_t count)
{
    return savefile->ready.len >= count ? SAVEFILE_PACKET : savefile_fill(savefile, count);
}

/* Drop count octets, which need not be in the buffer. SAVEFILE_PACKET: done. */
enum savefile_status savefile_discard(struct savefile *savefile, uint64_t count);

/* Take count octets that savefile_need has provided. */
static inline struct bytes savefile_take(struct savefile *savefile, size_t count)
{
    struct bytes taken = {0};

    if (bytes_take(&savefile->ready, count, &taken))
        savefile->offset += count;
    return taken;
}

/* Note what is wrong at this offset. Returns SAVEFILE_ERROR. */
enum savefile_status savefile_fail(struct savefile *savefile, uint64_t offset, const char *format,
                                   ...) __attribute__((format(printf, 3, 4)));

/* The packet at hand has so many octets, more than PACKET_OCTETS_MAX. SAVEFILE_PACKET: it was
 * counted, for the caller to step over. SAVEFILE_ERROR: no packet has so many. */
enum savefile_status savefile_too_long(struct savefile *savefile, uint32_t captured);

/* Numbers in the byte order of the file; 0 when the octets are not there. */
static inline uint16_t savefile_u16(const struct savefile *savefile, struct bytes *in)
{
    uint16_t value = 0;

    if (!bytes_u16(in, &value))
        return 0;
    return savefile->is_little_endian ? __builtin_bswap16(value) : value;
}

static inline uint32_t savefile_ordered_u32(bool is_little_endian, struct bytes *in)
{
    uint32_t value = 0;

    if (!bytes_u32(in, &value))
        return 0;
    return is_little_endian ? __builtin_bswap32(value) : value;
}

static inline uint32_t savefile_u32(const struct savefile *savefile, struct bytes *in)
{
    return savefile_ordered_u32(savefile->is_little_endian, in);
}

/* seconds and nanoseconds as one, within the limits of a packet's time. */
int64_t savefile_time(int64_t seconds, int64_t ns);

/* One more interface, zeroed. NULL: memory is short, or SAVEFILE_INTERFACES_MAX is reached. */
struct savefile_interface *savefile_add_interface(struct savefile *savefile);

/* Read the file header (pcap) or the first section header (pcapng). SAVEFILE_PACKET: done. */
enum savefile_status savefile_start_pcap(struct savefile *savefile);
enum savefile_status savefile_start_pcapng(struct savefile *savefile);

#endif
