/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/savefile_internal.h"

#include "capture/time_unit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    /* The rest of one read, the longest packet with its header, and room for another read. */
    SAVEFILE_BUFFER = PACKET_OCTETS_MAX + 1024 + SAVEFILE_READ,
    MAGIC_LEN = 4
};

const char *savefile_offset_note(const struct savefile *savefile)
{
    return input_is_compressed(savefile->input) ? " of the decompressed data" : "";
}

enum savefile_status savefile_fail(struct savefile *savefile, uint64_t offset, const char *format,
                                   ...)
{
    va_list arguments;
    int len = snprintf(savefile->reason, sizeof(savefile->reason),
                       "at offset %" PRIu64 "%s: ", offset, savefile_offset_note(savefile));

    va_start(arguments, format);
    vsnprintf(savefile->reason + len, sizeof(savefile->reason) - (size_t)len, format, arguments);
    va_end(arguments);
    return SAVEFILE_ERROR;
}

/* No more octets come, and some are wanted: is it the end, a cut, or an error? */
static enum savefile_status no_more(struct savefile *savefile)
{
    if (savefile->input_status == INPUT_FAILED)
        return savefile_fail(savefile, savefile->offset, "%s", input_error(savefile->input));
    if (savefile->input_status == INPUT_END && savefile->ready.len == 0)
        return SAVEFILE_END;
    (void)savefile_fail(savefile, savefile->offset, "the file is cut off here");
    return SAVEFILE_TRUNCATED;
}

/* Read on behind ready, which moves to the front of the buffer. */
static void fill(struct savefile *savefile, size_t want)
{
    size_t len = savefile->ready.len;
    size_t count;

    if (len > 0)
        memmove(savefile->buffer, savefile->ready.data, len);
    while (len < want) {
        savefile->input_status =
            input_read(savefile->input, savefile->buffer + len, SAVEFILE_READ, &count);
        if (savefile->input_status != INPUT_DATA)
            break;
        len += count;
    }
    savefile->ready = bytes_of(savefile->buffer, len);
}

enum savefile_status savefile_fill(struct savefile *savefile, size_t count)
{
    fill(savefile, count);
    return savefile->ready.len >= count ? SAVEFILE_PACKET : no_more(savefile);
}

enum savefile_status savefile_discard(struct savefile *savefile, uint64_t count)
{
    while (count > 0) {
        enum savefile_status status = savefile_need(savefile, 1);
        size_t step = savefile->ready.len < count ? savefile->ready.len : (size_t)count;

        if (status == SAVEFILE_END) {
            (void)savefile_fail(savefile, savefile->offset, "the file is cut off here");
            return SAVEFILE_TRUNCATED;
        }
        if (status != SAVEFILE_PACKET)
            return status;
        (void)savefile_take(savefile, step);
        count -= step;
    }
    return SAVEFILE_PACKET;
}

enum savefile_status savefile_too_long(struct savefile *savefile, uint32_t captured)
{
    if (captured > SAVEFILE_SKIP_MAX)
        return savefile_fail(savefile, savefile->offset,
                             "a packet of %" PRIu32 " octets: the file is damaged", captured);
    if (savefile->counters.skipped++ == 0)
        savefile->counters.skipped_offset = savefile->offset;
    return SAVEFILE_PACKET;
}

int64_t savefile_time(int64_t seconds, int64_t ns)
{
    int64_t time_ns;

    if (__builtin_mul_overflow(seconds, SECOND_NS, &time_ns)
        || __builtin_add_overflow(time_ns, ns, &time_ns))
        return seconds < 0 ? 0 : PACKET_TIME_MAX_NS;
    if (time_ns < 0)
        return 0;
    return time_ns < PACKET_TIME_MAX_NS ? time_ns : PACKET_TIME_MAX_NS;
}

struct savefile_interface *savefile_add_interface(struct savefile *savefile)
{
    struct savefile_interface *interface;

    if (savefile->interface_count == savefile->interface_room) {
        uint32_t room = savefile->interface_room == 0 ? 1 : savefile->interface_room * 2;

        if (room > SAVEFILE_INTERFACES_MAX)
            return NULL;
        interface = realloc(savefile->interfaces, room * sizeof(*interface));
        if (interface == NULL)
            return NULL;
        savefile->interfaces = interface;
        savefile->interface_room = room;
    }
    interface = &savefile->interfaces[savefile->interface_count++];
    *interface = (struct savefile_interface){0};
    return interface;
}

/* Formats told by their first four octets. */
static const struct {
    uint8_t magic[MAGIC_LEN];
    bool is_little_endian;
    enum savefile_status (*start)(struct savefile *savefile);
    const char *name; /* of those that are not read */
} formats[] = {
    {{0xa1, 0xb2, 0xc3, 0xd4}, false, savefile_start_pcap, NULL},
    {{0xd4, 0xc3, 0xb2, 0xa1}, true, savefile_start_pcap, NULL},
    {{0xa1, 0xb2, 0x3c, 0x4d}, false, savefile_start_pcap, NULL},
    {{0x4d, 0x3c, 0xb2, 0xa1}, true, savefile_start_pcap, NULL},
    {{0xa1, 0xb2, 0xcd, 0x34}, false, savefile_start_pcap, NULL},
    {{0x34, 0xcd, 0xb2, 0xa1}, true, savefile_start_pcap, NULL},
    {{0x0a, 0x0d, 0x0d, 0x0a}, false, savefile_start_pcapng, NULL},
    {{'s', 'n', 'o', 'o'}, false, NULL, "snoop"},
    {{'G', 'M', 'B', 'U'}, false, NULL, "Microsoft Network Monitor"},
    {{'R', 'T', 'S', 'S'}, false, NULL, "Microsoft Network Monitor"},
};

bool savefile_begins_capture(struct bytes begin)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (begin.len >= MAGIC_LEN && memcmp(begin.data, formats[i].magic, MAGIC_LEN) == 0)
            return true;
    return input_begins_compressed(begin);
}

/* There is nothing that an offset could tell of. */
static enum savefile_status fail_empty(struct savefile *savefile)
{
    snprintf(savefile->reason, sizeof(savefile->reason), "it is empty");
    return SAVEFILE_ERROR;
}

/* Read what all begins with, or say why that cannot be. */
static enum savefile_status start(struct savefile *savefile)
{
    enum savefile_status status = savefile_need(savefile, MAGIC_LEN);

    if (status == SAVEFILE_END)
        return fail_empty(savefile);
    /* What is left of a compressed file may give nothing that tells what it is. */
    if (status == SAVEFILE_ERROR
        || (status == SAVEFILE_TRUNCATED && savefile->input_status == INPUT_TRUNCATED))
        return status;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (status != SAVEFILE_PACKET
            || memcmp(savefile->ready.data, formats[i].magic, MAGIC_LEN) != 0)
            continue;
        if (formats[i].start == NULL)
            return savefile_fail(savefile, 0, "a %s file, not pcap or pcapng", formats[i].name);
        savefile->is_little_endian = formats[i].is_little_endian;
        return formats[i].start(savefile);
    }
    return savefile_fail(savefile, 0, "neither pcap nor pcapng");
}

static enum savefile_status start_whole(struct savefile *savefile)
{
    enum savefile_status status = start(savefile);

    return status == SAVEFILE_TRUNCATED
               ? savefile_fail(savefile, 0, "the file is cut off within its header")
               : status;
}

struct savefile *savefile_new(struct input *input, char reason[SAVEFILE_REASON_MAX])
{
    struct savefile *savefile = calloc(1, sizeof(*savefile));

    if (savefile == NULL) {
        input_close(input);
        snprintf(reason, SAVEFILE_REASON_MAX, "out of memory");
        return NULL;
    }
    savefile->input = input;
    savefile->input_status = INPUT_DATA;
    savefile->buffer = malloc(SAVEFILE_BUFFER);
    if (savefile->buffer == NULL)
        (void)savefile_fail(savefile, 0, "out of memory");
    else if (start_whole(savefile) == SAVEFILE_PACKET)
        return savefile;
    memcpy(reason, savefile->reason, SAVEFILE_REASON_MAX);
    savefile_free(savefile);
    return NULL;
}

void savefile_free(struct savefile *savefile)
{
    if (savefile == NULL)
        return;
    input_close(savefile->input);
    free(savefile->interfaces);
    free(savefile->buffer);
    free(savefile);
}

/* The packets behind it are taken already. */
__attribute__((cold)) static void correct_leap(struct savefile *savefile, struct raw_packet *packet)
{
    const uint8_t *end = packet->data.data + packet->data.len;

    packet->time_ns = savefile->believed_ns;
    if (savefile->counters.leaps++ == 0)
        savefile->counters.leap_offset = savefile->offset - (uint64_t)(savefile->ready.data - end);
}

/* A time of 0 is that of a packet without one. */
static void believe_time(struct savefile *savefile, struct raw_packet *packet)
{
    bool leaps = savefile->believed_ns > 0 && !savefile->is_leaping
                 && packet->time_ns - savefile->believed_ns > SAVEFILE_LEAP_NS;

    savefile->is_leaping = leaps;
    if (leaps)
        correct_leap(savefile, packet);
    else
        savefile->believed_ns = packet->time_ns;
}

/* Likewise those at the front that do not leap. Returns how many. */
static size_t believe_times(struct savefile *savefile, const struct raw_packet *packets,
                            size_t count)
{
    int64_t believed_ns = savefile->believed_ns;
    size_t i;

    if (savefile->is_leaping)
        return 0;
    for (i = 0; i < count && packets[i].time_ns - believed_ns <= SAVEFILE_LEAP_NS; i++)
        believed_ns = packets[i].time_ns;
    savefile->believed_ns = believed_ns;
    return i;
}

enum savefile_status savefile_next(struct savefile *savefile, struct raw_packet *packet)
{
    enum savefile_status status = savefile->next(savefile, packet);

    if (status == SAVEFILE_PACKET)
        believe_time(savefile, packet);
    return status;
}

size_t savefile_at_hand(struct savefile *savefile, struct raw_packet *packets, size_t max)
{
    size_t count = savefile->at_hand(savefile, packets, max);

    for (size_t i = believe_times(savefile, packets, count); i < count; i++)
        believe_time(savefile, &packets[i]);
    return count;
}

const char *savefile_reason(const struct savefile *savefile)
{
    return savefile->reason;
}

const struct savefile_counters *savefile_counters(const struct savefile *savefile)
{
    return &savefile->counters;
}

const struct input *savefile_input(const struct savefile *savefile)
{
    return savefile->input;
}
