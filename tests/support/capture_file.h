/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture_file.h -- write pcap and pcapng into memory, in either byte order. */
#ifndef TLSWHY_TESTS_SUPPORT_CAPTURE_FILE_H
#define TLSWHY_TESTS_SUPPORT_CAPTURE_FILE_H

#include "dissect/bytes.h"

#include <stdlib.h>

enum { CAPTURE_FILE_MAX = 2 * 1024 * 1024 };

struct capture_file {
    bool is_little_endian;
    size_t len;
    size_t block; /* where the pcapng block being written begins */
    uint8_t octets[CAPTURE_FILE_MAX];
};

static inline void file_start(struct capture_file *file, bool is_little_endian)
{
    file->is_little_endian = is_little_endian;
    file->len = 0;
}

static inline struct bytes file_octets(const struct capture_file *file)
{
    return bytes_of(file->octets, file->len);
}

static inline void file_put(struct capture_file *file, const void *octets, size_t len)
{
    if (len > CAPTURE_FILE_MAX - file->len)
        abort();
    if (len > 0)
        memcpy(file->octets + file->len, octets, len);
    file->len += len;
}

/* A number of width octets in the byte order of the file. */
static inline void file_number(struct capture_file *file, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        size_t shift = 8 * (file->is_little_endian ? i : width - 1 - i);
        uint8_t octet = (uint8_t)(value >> shift);

        file_put(file, &octet, 1);
    }
}

static inline void file_pcap(struct capture_file *file, uint32_t magic, uint32_t link_type)
{
    file_number(file, magic, 4);
    file_number(file, 2, 2);
    file_number(file, 4, 2);
    file_number(file, 0, 8);
    file_number(file, 65535, 4);
    file_number(file, link_type, 4);
}

static inline void file_record(struct capture_file *file, uint32_t seconds, uint32_t fraction,
                               struct bytes packet, uint32_t original)
{
    file_number(file, seconds, 4);
    file_number(file, fraction, 4);
    file_number(file, packet.len, 4);
    file_number(file, original, 4);
    file_put(file, packet.data, packet.len);
}

static inline void file_block_start(struct capture_file *file, uint32_t type)
{
    file->block = file->len;
    file_number(file, type, 4);
    file_number(file, 0, 4);
}

/* Pad the block and write its length at both ends. */
static inline void file_block_end(struct capture_file *file)
{
    size_t end;

    while ((file->len - file->block) % 4 != 0)
        file_number(file, 0, 1);
    file_number(file, file->len - file->block + 4, 4);
    end = file->len;
    file->len = file->block + 4;
    file_number(file, end - file->block, 4);
    file->len = end;
}

static inline void file_option(struct capture_file *file, uint16_t code, uint64_t value,
                               uint16_t width)
{
    file_number(file, code, 2);
    file_number(file, width, 2);
    file_number(file, value, width);
    while ((file->len - file->block) % 4 != 0)
        file_number(file, 0, 1);
}

static inline void file_section(struct capture_file *file)
{
    file_block_start(file, 0x0a0d0d0a);
    file_number(file, 0x1a2b3c4d, 4);
    file_number(file, 1, 2);
    file_number(file, 0, 2);
    file_number(file, UINT64_MAX, 8);
    file_block_end(file);
}

/* An interface whose times have this if_tsresol and if_tsoffset. */
static inline void file_interface(struct capture_file *file, uint16_t link_type, uint8_t resolution,
                                  int64_t offset_s)
{
    file_block_start(file, 1);
    file_number(file, link_type, 2);
    file_number(file, 0, 2);
    file_number(file, 0, 4);
    file_option(file, 9, resolution, 1);
    file_option(file, 14, (uint64_t)offset_s, 8);
    file_option(file, 0, 0, 0);
    file_block_end(file);
}

static inline void file_packet(struct capture_file *file, uint32_t interface, uint64_t ticks,
                               struct bytes packet, uint32_t original)
{
    file_block_start(file, 6);
    file_number(file, interface, 4);
    file_number(file, ticks >> 32, 4);
    file_number(file, ticks & UINT32_MAX, 4);
    file_number(file, packet.len, 4);
    file_number(file, original, 4);
    file_put(file, packet.data, packet.len);
    file_block_end(file);
}

#endif
