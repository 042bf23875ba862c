/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/savefile.h"
#include "tests/support/capture_file.h"
#include "tests/support/wire.h"
#include "tlswhy_config.h"

#if HAVE_ZLIB
#define ZLIB_CONST
#include <zlib.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#define MAGIC_MICROSECONDS 0xa1b2c3d4
#define MAGIC_NANOSECONDS  0xa1b23c4d
#define MAGIC_MODIFIED     0xa1b2cd34

#define FIRST  bytes_of("first packet", 12)
#define SECOND bytes_of("the second packet", 17)

/* A reader of octets in memory. */
static struct savefile *open_octets(struct bytes octets, char reason[SAVEFILE_REASON_MAX])
{
    struct input *input = input_of_bytes(octets, reason);

    return input != NULL ? savefile_new(input, reason) : NULL;
}

static struct savefile *open_file(const struct capture_file *file)
{
    char reason[SAVEFILE_REASON_MAX] = "";
    struct savefile *savefile = open_octets(file_octets(file), reason);

    CU_ASSERT_STRING_EQUAL(reason, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(savefile);
    return savefile;
}

static struct capture_file *file_new(bool is_little_endian)
{
    struct capture_file *file = malloc(sizeof(*file));

    if (file == NULL)
        abort();
    file_start(file, is_little_endian);
    return file;
}

static void check_packet(struct savefile *savefile, int64_t time_ns, struct bytes data,
                         uint32_t original, int link_type)
{
    struct raw_packet packet;

    CU_ASSERT_EQUAL_FATAL(savefile_next(savefile, &packet), SAVEFILE_PACKET);
    CU_ASSERT_EQUAL(packet.time_ns, time_ns);
    CU_ASSERT_TRUE(bytes_equal(packet.data, data));
    CU_ASSERT_EQUAL(packet.original_length, original);
    CU_ASSERT_EQUAL(packet.link_type, link_type);
}

static void check_end(struct savefile *savefile, enum savefile_status status)
{
    struct raw_packet packet;

    CU_ASSERT_EQUAL(savefile_next(savefile, &packet), status);
    savefile_free(savefile);
}

static void pcap_is_read_in_every_form(void)
{
    static const struct {
        uint32_t magic;
        int64_t fraction_ns;
        bool is_modified;
    } cases[] = {
        {MAGIC_MICROSECONDS, 5000, false},
        {MAGIC_NANOSECONDS, 5, false},
        {MAGIC_MODIFIED, 5000, true},
    };

    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct capture_file *file = file_new(i % 2 == 0);
        size_t c = i / 2;
        struct savefile *savefile;

        file_pcap(file, cases[c].magic, 0x14000001); /* with a frame check sequence */
        file_record(file, 1700000000, 5, bytes_of(NULL, 0), 60);
        if (cases[c].is_modified)
            file_number(file, 0, 8);
        savefile = open_file(file);
        check_packet(savefile, 1700000000000000000 + cases[c].fraction_ns, bytes_of(NULL, 0), 60,
                     1);
        check_end(savefile, SAVEFILE_END);
        free(file);
    }
}

static void build_pcap(struct capture_file *file)
{
    file_pcap(file, MAGIC_MICROSECONDS, 1);
    file_record(file, 10, 1, FIRST, 12);
    file_record(file, 11, 2, SECOND, 1500);
}

static void build_pcapng(struct capture_file *file)
{
    file_section(file);
    file_interface(file, 1, 6, 0);
    file_packet(file, 0, 10000001, FIRST, 12);
    file_packet(file, 0, 11000002, SECOND, 1500);
}

static void packets_are_read_in_order(void)
{
    for (int form = 0; form < 4; form++) {
        struct capture_file *file = file_new(form % 2 == 0);
        struct savefile *savefile;

        if (form < 2)
            build_pcap(file);
        else
            build_pcapng(file);
        savefile = open_file(file);
        check_packet(savefile, 10000001000, FIRST, 12, 1);
        check_packet(savefile, 11000002000, SECOND, 1500, 1);
        CU_ASSERT_EQUAL(savefile_counters(savefile)->packets, 2);
        check_end(savefile, SAVEFILE_END);
        free(file);
    }
}

/* Every prefix gives the whole packets that it holds, then says that it is cut, except where a
 * packet just ends. */
static void check_cuts(struct capture_file *file)
{
    struct guard guard = guard_new();
    char reason[SAVEFILE_REASON_MAX];
    int ends = 0;

    for (size_t len = 0; len < file->len; len++) {
        struct savefile *savefile = open_octets(guard_copy(&guard, file->octets, len), reason);
        enum savefile_status status = SAVEFILE_PACKET;
        struct raw_packet packet;
        int packets = 0;

        if (savefile == NULL)
            continue;
        while ((status = savefile_next(savefile, &packet)) == SAVEFILE_PACKET)
            packets++;
        CU_ASSERT_TRUE(status == SAVEFILE_END || status == SAVEFILE_TRUNCATED);
        CU_ASSERT_TRUE(packets <= 2);
        ends += status == SAVEFILE_END;
        if (status == SAVEFILE_TRUNCATED)
            CU_ASSERT_PTR_NOT_NULL(strstr(savefile_reason(savefile), "cut off"));
        savefile_free(savefile);
    }
    /* After the header (pcapng: after the section and the interface) and after one packet. */
    CU_ASSERT_EQUAL(ends, file->octets[0] == 0x0a ? 3 : 2);
    guard_free(&guard);
}

static void a_cut_file_is_read_to_the_cut(void)
{
    struct capture_file *file = file_new(true);

    build_pcap(file);
    check_cuts(file);
    file_start(file, false);
    build_pcapng(file);
    check_cuts(file);
    free(file);
}

static void sections_and_interfaces_keep_their_own_form(void)
{
    struct capture_file *file = file_new(true);
    struct savefile *savefile;

    file_section(file);
    file_interface(file, 1, 6, 0);
    file_interface(file, 276, 9, 100);
    file_packet(file, 1, 7, FIRST, 12);
    file_packet(file, 0, 7, SECOND, 17);
    file->is_little_endian = false;
    file_section(file);
    file_interface(file, 101, 3, 0);
    file_packet(file, 0, 7, FIRST, 12);
    savefile = open_file(file);
    check_packet(savefile, 100000000007, FIRST, 12, 276);
    check_packet(savefile, 7000, SECOND, 17, 1);
    check_packet(savefile, 7000000, FIRST, 12, 101);
    check_end(savefile, SAVEFILE_END);
    free(file);
}

static void other_blocks_are_stepped_over(void)
{
    static const uint32_t types[] = {4, 9, 10, 0xbad, 0x40000bad, 0x7fffffff};
    struct capture_file *file = file_new(true);
    struct savefile *savefile;

    file_section(file);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        file_block_start(file, types[i]);
        file_number(file, 0x0a0d0d0a, 4);
        file_block_end(file);
    }
    file_interface(file, 1, 6, 0);
    file_packet(file, 0, 1, FIRST, 12);
    savefile = open_file(file);
    check_packet(savefile, 1000, FIRST, 12, 1);
    check_end(savefile, SAVEFILE_END);
    free(file);
}

static void old_and_simple_packet_blocks_are_read(void)
{
    struct capture_file *file = file_new(false);
    struct savefile *savefile;

    file_section(file);
    file_interface(file, 1, 6, 0);
    file_block_start(file, 2);
    file_number(file, 0, 2);
    file_number(file, 0xffff, 2);
    file_number(file, 0, 4);
    file_number(file, 3, 4);
    file_number(file, 12, 4);
    file_number(file, 90, 4);
    file_put(file, FIRST.data, 12);
    file_block_end(file);
    file_block_start(file, 3);
    file_number(file, 17, 4);
    file_put(file, SECOND.data, 17);
    file_block_end(file);
    savefile = open_file(file);
    check_packet(savefile, 3000, FIRST, 90, 1);
    check_packet(savefile, 3000, SECOND, 17, 1); /* it has no time: that of the one before */
    check_end(savefile, SAVEFILE_END);
    free(file);
}

static void times_are_converted_without_overflow(void)
{
    static const struct {
        uint8_t resolution;
        int64_t offset_s;
        uint64_t ticks;
        int64_t time_ns;
    } cases[] = {
        {0, 0, 5, 5000000000},
        {6, 0, 1700000000123456, 1700000000123456000},
        {9, 0, 1700000000123456789, 1700000000123456789},
        {9, -1700000000, 1700000000123456789, 123456789},
        {12, 0, 1234567890123456, 1234567890123},
        {19, 0, UINT64_MAX, 1844674407},
        {0x80, 0, 7, 7000000000},
        {0x80 | 10, 0, 1024 + 512, 1500000000},
        {0x80 | 32, 0, UINT64_C(0x0000000180000000), 1500000000},
        {0x80 | 63, 0, UINT64_C(0xc000000000000000), 1500000000},
        {6, 0, INT64_MAX, PACKET_TIME_MAX_NS},
        {0, 0, INT64_MAX, PACKET_TIME_MAX_NS},
        {6, 0, UINT64_MAX - 5, 0},
        {6, INT64_MAX, 1, PACKET_TIME_MAX_NS},
        {6, INT64_MIN, 1, 0},
        {9, -10, 5, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct capture_file *file = file_new(i % 2 == 0);
        struct savefile *savefile;

        file_section(file);
        file_interface(file, 1, cases[i].resolution, cases[i].offset_s);
        file_packet(file, 0, cases[i].ticks, FIRST, 12);
        savefile = open_file(file);
        check_packet(savefile, cases[i].time_ns, FIRST, 12, 1);
        check_end(savefile, SAVEFILE_END);
        free(file);
    }
}

static void record_at(struct capture_file *file, uint32_t seconds)
{
    file_record(file, seconds, 0, FIRST, 12);
}

/* A packet alone with its time has the one before; two that agree are believed; one without a time
 * says nothing of others. */
static void a_leap_of_time_wants_a_second_packet(void)
{
    static const uint32_t given[] = {0, 1400000000, 2800000000, 1400000000, 2800000000, 2800000000};
    static const uint32_t read[] = {0, 1400000000, 1400000000, 1400000000, 1400000000, 2800000000};
    struct capture_file *file = file_new(true);
    struct raw_packet packets[8];
    struct savefile *savefile;

    file_pcap(file, MAGIC_MICROSECONDS, 1);
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
        record_at(file, given[i]);
    savefile = open_file(file);
    for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
        check_packet(savefile, INT64_C(1000000000) * read[i], FIRST, 12, 1);
    CU_ASSERT_EQUAL(savefile_counters(savefile)->leaps, 2);
    CU_ASSERT_EQUAL(savefile_counters(savefile)->leap_offset, 24 + 3 * (16 + 12));
    check_end(savefile, SAVEFILE_END);
    savefile = open_file(file); /* the same of all at once */
    CU_ASSERT_EQUAL(savefile_next(savefile, packets), SAVEFILE_PACKET);
    CU_ASSERT_EQUAL_FATAL(savefile_at_hand(savefile, packets + 1, 7), 5);
    for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
        CU_ASSERT_EQUAL(packets[i].time_ns, INT64_C(1000000000) * read[i]);
    CU_ASSERT_EQUAL(savefile_counters(savefile)->leap_offset, 24 + 3 * (16 + 12));
    check_end(savefile, SAVEFILE_END);
    free(file);
}

static void drops_are_told(void)
{
    struct capture_file *file = file_new(true);
    struct savefile *savefile;

    file_section(file);
    file_interface(file, 1, 6, 0);
    for (uint64_t i = 1; i <= 2; i++) { /* totals, so the later block counts */
        file_block_start(file, 5);
        file_number(file, 0, 4);
        file_number(file, 0, 8);
        file_option(file, 5, 10 * i, 8);
        file_option(file, 7, 100 * i, 8);
        file_option(file, 0, 0, 0);
        file_block_end(file);
    }
    savefile = open_file(file);
    {
        struct raw_packet packet;

        CU_ASSERT_EQUAL(savefile_next(savefile, &packet), SAVEFILE_END);
    }
    CU_ASSERT_EQUAL(savefile_counters(savefile)->dropped_interface, 20);
    CU_ASSERT_EQUAL(savefile_counters(savefile)->dropped_kernel, 200);
    savefile_free(savefile);
    free(file);
}

static void a_packet_too_long_is_stepped_over(void)
{
    struct capture_file *file = file_new(true);
    uint8_t *octets = calloc(1, PACKET_OCTETS_MAX + 1);
    struct savefile *savefile;

    if (octets == NULL)
        abort();
    file_pcap(file, MAGIC_MICROSECONDS, 1);
    file_record(file, 1, 0, bytes_of(octets, PACKET_OCTETS_MAX), PACKET_OCTETS_MAX);
    file_record(file, 2, 0, bytes_of(octets, PACKET_OCTETS_MAX + 1), PACKET_OCTETS_MAX + 1);
    file_record(file, 3, 0, FIRST, 12);
    savefile = open_file(file);
    check_packet(savefile, 1000000000, bytes_of(octets, PACKET_OCTETS_MAX), PACKET_OCTETS_MAX, 1);
    check_packet(savefile, 3000000000, FIRST, 12, 1);
    CU_ASSERT_EQUAL(savefile_counters(savefile)->skipped, 1);
    CU_ASSERT_EQUAL(savefile_counters(savefile)->skipped_offset, 24 + 16 + PACKET_OCTETS_MAX);
    check_end(savefile, SAVEFILE_END);
    file_start(file, false);
    file_section(file);
    file_interface(file, 1, 6, 0);
    file_packet(file, 0, 1, bytes_of(octets, PACKET_OCTETS_MAX + 1), PACKET_OCTETS_MAX + 1);
    file_packet(file, 0, 2, FIRST, 12);
    savefile = open_file(file);
    check_packet(savefile, 2000, FIRST, 12, 1);
    CU_ASSERT_EQUAL(savefile_counters(savefile)->skipped, 1);
    check_end(savefile, SAVEFILE_END);
    free(octets);
    free(file);
}

/* Replace the 32-bit number at offset of a file with two packets, and read it. */
static void check_damage(void (*build)(struct capture_file *file), size_t offset, uint32_t value,
                         int packets, const char *reason)
{
    struct capture_file *file = file_new(true);
    struct savefile *savefile;
    struct raw_packet packet;
    size_t len;

    build(file);
    len = file->len;
    file->len = offset;
    file_number(file, value, 4);
    file->len = len;
    savefile = open_file(file);
    for (int i = 0; i < packets; i++)
        CU_ASSERT_EQUAL(savefile_next(savefile, &packet), SAVEFILE_PACKET);
    CU_ASSERT_EQUAL(savefile_next(savefile, &packet), SAVEFILE_ERROR);
    CU_ASSERT_STRING_EQUAL(savefile_reason(savefile), reason);
    savefile_free(savefile);
    free(file);
}

static void damage_is_told_with_its_offset(void)
{
    /* pcap: the second record is at 24 + 16 + 12; pcapng: the first packet's block is at
     * 28 + 44, the second's 44 octets further on. */
    check_damage(build_pcap, 52 + 8, 0x70000000, 1,
                 "at offset 52: a packet of 1879048192 octets: the file is damaged");
    check_damage(build_pcapng, 116 + 4, 7, 1,
                 "at offset 116: a pcapng block of 7 octets: the file is damaged");
    check_damage(build_pcapng, 116 + 4, 12, 1,
                 "at offset 124: a pcapng block of 12 octets is too short");
    check_damage(build_pcapng, 112, 40, 1,
                 "at offset 112: the two lengths of a pcapng block differ");
    check_damage(build_pcapng, 116 + 8, 5, 1,
                 "at offset 144: a packet of interface 5, which is not described");
}

static void what_is_no_capture_is_told(void)
{
    static const struct {
        const char *octets;
        size_t len;
        const char *reason;
    } cases[] = {
        {"", 0, "it is empty"},
        {"\xa1\xb2", 2, "at offset 0: neither pcap nor pcapng"},
        {"#!/bin/sh\n", 10, "at offset 0: neither pcap nor pcapng"},
        {"snoop\0\0\0\0\0\0\x02", 12, "at offset 0: a snoop file, not pcap or pcapng"},
        {"\xa1\xb2\xc3\xd4\0\x02\0\x04", 8, "at offset 0: the file is cut off within its header"},
        {"\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\x01", 14,
         "at offset 0: the file is cut off within its header"},
        {"BZh91AY", 7, "compressed with bzip2, which is not read: decompress it first"},
        {"\xfd"
         "7zXZ\0",
         6, "compressed with xz, which is not read: decompress it first"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char reason[SAVEFILE_REASON_MAX] = "";

        CU_ASSERT_PTR_NULL(open_octets(bytes_of(cases[i].octets, cases[i].len), reason));
        CU_ASSERT_STRING_EQUAL(reason, cases[i].reason);
    }
}

#if HAVE_ZLIB || HAVE_ZSTD

/* Many packets that compress well: little input holds much output. */
static void build_long(struct capture_file *file)
{
    file_pcap(file, MAGIC_MICROSECONDS, 1);
    for (uint32_t i = 0; i < 10000; i++)
        file_record(file, i, 0, SECOND, 17);
}

/* The compressed octets give what the file holds; without their last ones, a part of it. */
static void check_compressed(struct bytes compressed, int packets)
{
    char reason[SAVEFILE_REASON_MAX] = "";
    struct savefile *savefile = open_octets(compressed, reason);

    CU_ASSERT_PTR_NOT_NULL_FATAL(savefile);
    for (int i = 0; i < packets; i++)
        check_packet(savefile, i * INT64_C(1000000000), SECOND, 17, 1);
    check_end(savefile, SAVEFILE_END);
    compressed.len -= 20;
    savefile = open_octets(compressed, reason);
    CU_ASSERT_PTR_NOT_NULL_FATAL(savefile);
    for (int i = 0; i < packets / 2; i++)
        check_packet(savefile, i * INT64_C(1000000000), SECOND, 17, 1);
    for (;;) {
        struct raw_packet packet;
        enum savefile_status status = savefile_next(savefile, &packet);

        if (status != SAVEFILE_PACKET) {
            CU_ASSERT_EQUAL(status, SAVEFILE_TRUNCATED);
            CU_ASSERT_PTR_NOT_NULL(
                strstr(savefile_reason(savefile), " of the decompressed data: "));
            break;
        }
    }
    savefile_free(savefile);
    compressed.len = 20;
    CU_ASSERT_PTR_NULL(open_octets(compressed, reason));
    CU_ASSERT_STRING_EQUAL(
        reason, "at offset 0 of the decompressed data: the file is cut off within its header");
}

#endif
#if HAVE_ZLIB

/* One gzip member of these octets, appended to out at *len. */
static void compress_member(struct bytes octets, uint8_t *out, size_t size, size_t *len)
{
    z_stream stream = {0};

    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    stream.next_in = octets.data;
    stream.avail_in = (uInt)octets.len;
    stream.next_out = out + *len;
    stream.avail_out = (uInt)(size - *len);
    CU_ASSERT_EQUAL(deflate(&stream, Z_FINISH), Z_STREAM_END);
    *len = size - stream.avail_out;
    deflateEnd(&stream);
}

static void gzip_is_read_in_several_members(void)
{
    struct capture_file *file = file_new(true);
    uint8_t *compressed = malloc(CAPTURE_FILE_MAX);
    struct bytes octets;
    struct bytes half = {0};
    size_t len = 0;

    if (compressed == NULL)
        abort();
    build_long(file);
    octets = file_octets(file);
    CU_ASSERT_TRUE(bytes_take(&octets, octets.len * 3 / 4, &half));
    compress_member(half, compressed, CAPTURE_FILE_MAX, &len);
    compress_member(octets, compressed, CAPTURE_FILE_MAX, &len);
    check_compressed(bytes_of(compressed, len), 10000);
    free(compressed);
    free(file);
}

static void damaged_gzip_is_an_error(void)
{
    struct capture_file *file = file_new(true);
    uint8_t compressed[4096];
    char reason[SAVEFILE_REASON_MAX] = "";
    size_t len = 0;

    build_pcap(file);
    compress_member(file_octets(file), compressed, sizeof(compressed), &len);
    memset(compressed + 10, 0xff, 8);
    CU_ASSERT_PTR_NULL(open_octets(bytes_of(compressed, len), reason));
    CU_ASSERT_STRING_EQUAL(reason,
                           "at offset 0 of the decompressed data: the compressed data is damaged");
    free(file);
}

#endif
#if HAVE_ZSTD

static void zstandard_is_read(void)
{
    struct capture_file *file = file_new(true);
    uint8_t *compressed = malloc(CAPTURE_FILE_MAX);
    struct bytes octets;
    struct bytes half = {0};
    size_t len;

    if (compressed == NULL)
        abort();
    build_long(file);
    octets = file_octets(file);
    CU_ASSERT_TRUE(bytes_take(&octets, octets.len * 3 / 4, &half));
    len = ZSTD_compress(compressed, CAPTURE_FILE_MAX, half.data, half.len, 1);
    len += ZSTD_compress(compressed + len, CAPTURE_FILE_MAX - len, octets.data, octets.len, 1);
    check_compressed(bytes_of(compressed, len), 10000);
    free(compressed);
    free(file);
}

#endif

int main(void)
{
    static CU_TestInfo tests[] = {
        {"pcap is read in every form", pcap_is_read_in_every_form},
        {"packets are read in order", packets_are_read_in_order},
        {"a cut file is read to the cut", a_cut_file_is_read_to_the_cut},
        {"sections and interfaces keep their own form",
         sections_and_interfaces_keep_their_own_form},
        {"other blocks are stepped over", other_blocks_are_stepped_over},
        {"old and simple packet blocks are read", old_and_simple_packet_blocks_are_read},
        {"times are converted without overflow", times_are_converted_without_overflow},
        {"a leap of time wants a second packet", a_leap_of_time_wants_a_second_packet},
        {"drops are told", drops_are_told},
        {"a packet too long is stepped over", a_packet_too_long_is_stepped_over},
        {"damage is told with its offset", damage_is_told_with_its_offset},
        {"what is no capture is told", what_is_no_capture_is_told},
#if HAVE_ZLIB
        {"gzip is read in several members", gzip_is_read_in_several_members},
        {"damaged gzip is an error", damaged_gzip_is_an_error},
#endif
#if HAVE_ZSTD
        {"Zstandard is read", zstandard_is_read},
#endif
        CU_TEST_INFO_NULL,
    };

    return suite_run("savefile", tests);
}
