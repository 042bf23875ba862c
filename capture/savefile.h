/* SPDX-License-Identifier: GPL-2.0-or-later */
/* savefile.h -- read pcap and pcapng (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).
 *
 * pcap in microseconds and nanoseconds, in both byte orders, also with the
 * longer record headers that Kuznetzov's patch of libpcap wrote. pcapng with
 * any number of sections, each in its byte order, and interfaces, each with
 * its own link type and resolution of time; libpcap refuses the latter, and
 * its reader copies more than this one, which is why the files are read here.
 *
 * Packets are views into one buffer that is filled with large reads.
 */
#ifndef TLSWHY_CAPTURE_SAVEFILE_H
#define TLSWHY_CAPTURE_SAVEFILE_H

#include "capture/input.h"
#include "capture/packet.h"
#include "capture/time_unit.h"

enum {
    SAVEFILE_READ = 256 * 1024, /* octets read at once: larger reads fall out of the cache */
    SAVEFILE_SKIP_MAX = 16 * 1024 * 1024, /* a packet longer than PACKET_OCTETS_MAX is skipped up
                                             to this length; beyond, the length is damaged */
    SAVEFILE_INTERFACES_MAX = 4096,       /* of one section: far more than a machine has */
    SAVEFILE_DESCRIPTION_MAX = 64 * 1024, /* octets of a pcapng block that describes an interface
                                             or its statistics */
    SAVEFILE_MAGIC_LEN =
        INPUT_MAGIC_LEN, /* octets that tell what a file is, or how it is compressed */
    SAVEFILE_REASON_MAX = 320
};

enum savefile_status {
    SAVEFILE_PACKET,    /* *packet is set */
    SAVEFILE_END,       /* the file ends where it should */
    SAVEFILE_TRUNCATED, /* it ends within a packet or block: everything before was delivered */
    SAVEFILE_ERROR      /* it is not readable from here on */
};

struct savefile_counters {
    uint64_t packets;
    uint64_t skipped;           /* packets longer than PACKET_OCTETS_MAX */
    uint64_t skipped_offset;    /* where the first of them is */
    uint64_t not_packets;       /* what Wireshark numbers as well: entries of a journal and custom
                                   blocks of pcapng */
    uint64_t leaps;             /* packets whose time was not believed, see SAVEFILE_LEAP_NS */
    uint64_t leap_offset;       /* where the first of them ends */
    uint64_t dropped_interface; /* lost by the interfaces, as the file says itself (pcapng) */
    uint64_t dropped_kernel;    /* lost by the system, likewise */
};

/* Whether a file that begins with these octets, SAVEFILE_MAGIC_LEN of them if there are so many, is
 * a capture, of whatever format, or may be one under its compression. */
bool savefile_begins_capture(struct bytes begin);

struct savefile;

/* Read the header. Takes over input, also on error. On error the result is NULL and the
 * reason, with its offset, in reason. */
struct savefile *savefile_new(struct input *input, char reason[SAVEFILE_REASON_MAX]);
void savefile_free(struct savefile *savefile); /* NULL is harmless */

/* A packet this long after the one before it: no capture pauses for a year, so one of both has a
 * wrong time. Linux around 4.4 gave answers to SYNs on the loopback interface twice the time of
 * day, and such a packet must not make every connection before it look over. */
#define SAVEFILE_LEAP_NS (SECOND_NS * 365 * 86400)

/* The next packet; number is left alone. One that leaps ahead (SAVEFILE_LEAP_NS) has the time of
 * the packet before it; when the next one leaps as well, it is believed. The packet is valid
 * until the next call. After any other status than SAVEFILE_PACKET, there is no further call. */
enum savefile_status savefile_next(struct savefile *savefile, struct raw_packet *packet);

/* The next packets, at most max, that lie in the buffer as a whole; the packets before them then
 * stay valid for as long as they do. Returns how many; with 0 it is for savefile_next to read
 * on. */
size_t savefile_at_hand(struct savefile *savefile, struct raw_packet *packets, size_t max);

/* After SAVEFILE_TRUNCATED or SAVEFILE_ERROR: what is wrong, and at which offset of the
 * (decompressed) file. */
const char *savefile_reason(const struct savefile *savefile);

/* What is to be said behind an offset in this file: empty when it is not compressed. */
const char *savefile_offset_note(const struct savefile *savefile);

const struct savefile_counters *savefile_counters(const struct savefile *savefile);
const struct input *savefile_input(const struct savefile *savefile);

#endif
