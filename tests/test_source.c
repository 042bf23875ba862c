/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link.h"
#include "capture/source.h"
#include "tests/support/capture_file.h"
#include "tests/support/frames.h"
#include "tests/support/wire.h"

#include <stdio.h>
#include <unistd.h>

#define MAGIC_MICROSECONDS 0xa1b2c3d4
#define MAGIC_MODIFIED     0xa1b2cd34

enum { FILES_MAX = 4, REPORTS_MAX = 8, ORDER_MAX = 64, READ_MAX = 3 };

/* Capture files on disk, and what a source made of them. */
struct bench {
    struct capture_file file;
    struct frame frame;
    char directory[64];
    char paths[FILES_MAX][96];
    const char *operands[FILES_MAX];
    size_t file_count;
    char reports[REPORTS_MAX][600];
    enum source_trouble troubles[REPORTS_MAX];
    size_t report_count;
    char order[ORDER_MAX]; /* the last octet of each packet */
    uint64_t numbers[ORDER_MAX];
    struct source_counters counters;
    enum source_status end;
    struct origins *origins;
    size_t most_read; /* packets in one go */
};

static struct bench *bench_new(void)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    if (bench == NULL)
        abort();
    snprintf(bench->directory, sizeof(bench->directory), "/tmp/test_source_XXXXXX");
    bench->origins = origins_new();
    if (mkdtemp(bench->directory) == NULL || bench->origins == NULL)
        abort();
    return bench;
}

static void bench_free(struct bench *bench)
{
    for (size_t i = 0; i < bench->file_count; i++)
        unlink(bench->paths[i]);
    rmdir(bench->directory);
    origins_free(bench->origins);
    free(bench);
}

/* Write the octets of bench->file to disk, as one more operand. */
static void save(struct bench *bench)
{
    char *path = bench->paths[bench->file_count];
    FILE *out;

    snprintf(path, sizeof(bench->paths[0]), "%s/%zu.pcap", bench->directory, bench->file_count);
    bench->operands[bench->file_count++] = path;
    out = fopen(path, "wb");
    if (out == NULL || fwrite(bench->file.octets, 1, bench->file.len, out) != bench->file.len)
        abort();
    fclose(out);
}

/* A UDP packet from one port to another whose last octet is the mark. */
static void build(struct bench *bench, uint16_t port, char mark)
{
    char payload[2] = {mark, '\0'};

    frame_start(&bench->frame, payload);
    frame_udp(&bench->frame, 1000, port);
    frame_ipv4(&bench->frame, 17);
    frame_ethernet(&bench->frame, ETHERTYPE_IPV4);
}

static void record(struct bench *bench, uint32_t seconds, uint16_t port, char mark)
{
    build(bench, port, mark);
    file_record(&bench->file, seconds, 0, frame_octets(&bench->frame), (uint32_t)bench->frame.len);
}

/* Likewise, with four octets before the frame. */
static void record_tagged(struct bench *bench, uint32_t seconds, uint16_t port, char mark)
{
    build(bench, port, mark);
    frame_number(&bench->frame, 0x20000001, 4);
    file_record(&bench->file, seconds, 0, frame_octets(&bench->frame), (uint32_t)bench->frame.len);
}

static void start_file(struct bench *bench, uint32_t link_type)
{
    file_start(&bench->file, true);
    file_pcap(&bench->file, MAGIC_MICROSECONDS, link_type);
}

/* A file with one packet a second for each mark. */
static void save_marks(struct bench *bench, uint32_t seconds, uint32_t step, const char *marks)
{
    start_file(bench, LINKTYPE_ETHERNET);
    for (size_t i = 0; marks[i] != '\0'; i++)
        record(bench, seconds + (uint32_t)i * step, 443, marks[i]);
    save(bench);
}

static void take_report(void *context, const struct source_report *report)
{
    struct bench *bench = context;

    if (bench->report_count == REPORTS_MAX)
        abort();
    bench->troubles[bench->report_count] = report->trouble;
    snprintf(bench->reports[bench->report_count++], sizeof(bench->reports[0]), "%s", report->text);
}

/* Read everything. */
static void run(struct bench *bench, const char *filter)
{
    struct source_options options = {
        .paths = bench->operands,
        .path_count = bench->file_count,
        .filter = filter,
        .report = take_report,
        .report_context = bench,
        .origins = bench->origins,
    };
    char error[SOURCE_ERROR_MAX];
    struct source *source = source_new(&options, error);
    struct raw_packet packets[READ_MAX];
    uint64_t done, total;
    size_t count = 0;
    size_t read;

    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    while ((bench->end = source_read(source, packets, READ_MAX, &read)) <= SOURCE_IDLE) {
        CU_ASSERT_EQUAL(read > 0, bench->end == SOURCE_PACKET);
        if (count + read > ORDER_MAX - 1)
            abort();
        for (size_t i = 0; i < read; i++) {
            bench->numbers[count] = packets[i].number;
            bench->order[count++] = (char)packets[i].data.data[packets[i].data.len - 1];
        }
        if (read > bench->most_read)
            bench->most_read = read;
    }
    bench->counters = *source_counters(source);
    source_progress(source, &done, &total);
    CU_ASSERT_TRUE(done <= total || total == 0);
    source_free(source);
}

/* The numbers of the packets as digits. */
static void check_numbers(const struct bench *bench, const char *numbers)
{
    CU_ASSERT_EQUAL_FATAL(strlen(bench->order), strlen(numbers));
    for (size_t i = 0; numbers[i] != '\0'; i++)
        CU_ASSERT_EQUAL(bench->numbers[i], (uint64_t)(numbers[i] - '0'));
}

/* The file of each packet and its number there. */
static void check_origins(const struct bench *bench, const char *expected)
{
    char text[256] = "";

    for (size_t i = 0; bench->order[i] != '\0'; i++) {
        size_t length = strlen(text);
        struct origin origin = {0};
        size_t file = 0;

        CU_ASSERT_TRUE_FATAL(origins_find(bench->origins, bench->numbers[i], &origin));
        while (file < bench->file_count && bench->operands[file] != origin.path)
            file++;
        snprintf(&text[length], sizeof(text) - length, "%zu %u, ", file, (unsigned)origin.packet);
    }
    CU_ASSERT_STRING_EQUAL(text, expected);
}

static void one_file_is_read(void)
{
    struct bench *bench = bench_new();

    save_marks(bench, 10, 1, "abc");
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "abc");
    check_numbers(bench, "123");
    CU_ASSERT_EQUAL(bench->end, SOURCE_END);
    CU_ASSERT_EQUAL(bench->report_count, 0);
    CU_ASSERT_EQUAL(bench->counters.packets, 3);
    CU_ASSERT_EQUAL(bench->most_read, 3);
    bench_free(bench);
}

/* Write a record whose two lengths, which differ, stand the other way round, or whose header is
 * longer. */
static void odd_record(struct bench *bench, bool is_swapped, bool is_modified, char mark)
{
    struct capture_file *file = &bench->file;

    file_number(file, 1, 4);
    file_number(file, 0, 4);
    file_number(file, is_swapped ? 3 : 2, 4);
    file_number(file, is_swapped ? 2 : 3, 4);
    if (is_modified)
        file_number(file, 0, 8);
    file_number(file, (uint8_t)mark, 1);
    file_number(file, (uint8_t)mark, 1);
}

/* Whichever records a pcap file has, those read at once are the ones that it holds. */
static void odd_records_are_read(void)
{
    static const struct {
        uint32_t magic;
        uint8_t version_minor; /* up to 3 the lengths stand in either order */
        bool is_swapped;
    } cases[] = {{MAGIC_MICROSECONDS, 4, false},
                 {MAGIC_MICROSECONDS, 3, true},
                 {MAGIC_MICROSECONDS, 2, false},
                 {MAGIC_MODIFIED, 4, false}};

    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        struct bench *bench = bench_new();

        file_start(&bench->file, false);
        file_pcap(&bench->file, cases[c].magic, LINKTYPE_ETHERNET);
        bench->file.octets[7] = cases[c].version_minor;
        for (const char *mark = "abcd"; *mark != '\0'; mark++)
            odd_record(bench, cases[c].is_swapped, cases[c].magic == MAGIC_MODIFIED, *mark);
        save(bench);
        run(bench, NULL);
        CU_ASSERT_EQUAL(bench->end, SOURCE_END);
        CU_ASSERT_STRING_EQUAL(bench->order, "abcd");
        bench_free(bench);
    }
}

static void a_series_is_read_in_order_of_time(void)
{
    struct bench *bench = bench_new();

    save_marks(bench, 20, 1, "def");
    save_marks(bench, 30, 1, "ghi");
    save_marks(bench, 10, 1, "abc");
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "abcdefghi");
    bench_free(bench);
}

static void overlapping_files_are_merged_by_time(void)
{
    struct bench *bench = bench_new();

    save_marks(bench, 11, 2, "bdf");
    save_marks(bench, 10, 2, "aceg");
    save_marks(bench, 13, 10, "DZ"); /* at the same time as d, which was given first */
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "abcdDefgZ");
    check_numbers(bench, "123456789");
    bench_free(bench);
}

/* A single packet in the far future, and two of them. */
static void leaps_of_time_are_told(void)
{
    static const char *const marks[] = {"a!b", "a!b!c"};
    static const char *const count[] = {"1 packet", "2 packets"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        struct bench *bench = bench_new();
        char expected[256];

        start_file(bench, LINKTYPE_ETHERNET);
        for (const char *mark = marks[i]; *mark != '\0'; mark++)
            record(bench, *mark == '!' ? 2000000000 : 1000000000, 443, *mark);
        save(bench);
        run(bench, NULL);
        snprintf(expected, sizeof(expected),
                 "%s more than a year later than the one before, and taken to have its time; the "
                 "first ends at offset %zu",
                 count[i], 24 + 2 * (16 + bench->frame.len));
        CU_ASSERT_STRING_EQUAL(bench->order, marks[i]);
        CU_ASSERT_EQUAL_FATAL(bench->report_count, 1);
        CU_ASSERT_EQUAL(bench->troubles[0], SOURCE_SKIPPED);
        CU_ASSERT_STRING_EQUAL(bench->reports[0], expected);
        bench_free(bench);
    }
}

/* Within a file the order is its own, even where its clock went back. */
static void a_file_keeps_its_order(void)
{
    struct bench *bench = bench_new();

    start_file(bench, LINKTYPE_ETHERNET);
    record(bench, 20, 443, 'a');
    record(bench, 10, 443, 'b');
    record(bench, 21, 443, 'c');
    save(bench);
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "abc");
    bench_free(bench);
}

static void a_filter_selects(void)
{
    struct bench *bench = bench_new();

    start_file(bench, LINKTYPE_ETHERNET);
    record(bench, 1, 443, 'a');
    record(bench, 2, 53, 'b');
    record(bench, 3, 443, 'c');
    save(bench);
    run(bench, "udp port 443");
    CU_ASSERT_STRING_EQUAL(bench->order, "ac");
    CU_ASSERT_EQUAL(bench->counters.rejected, 1);
    bench_free(bench);
}

/* What is rejected is in the file all the same, also where nothing else is at hand. */
static void a_filter_leaves_the_numbers_alone(void)
{
    struct bench *bench = bench_new();

    start_file(bench, LINKTYPE_ETHERNET);
    for (const char *mark = "-a--b-c-d"; *mark != '\0'; mark++)
        record(bench, 1, *mark == '-' ? 53 : 443, *mark);
    save(bench);
    run(bench, "udp port 443");
    CU_ASSERT_STRING_EQUAL(bench->order, "abcd");
    check_numbers(bench, "2579");
    CU_ASSERT_EQUAL(bench->counters.packets, 4);
    bench_free(bench);
}

/* As in the file that mergecap makes: by time, and only then selected. */
static void a_filter_leaves_the_numbers_of_merged_files_alone(void)
{
    struct bench *bench = bench_new();

    start_file(bench, LINKTYPE_ETHERNET);
    record(bench, 10, 443, 'a');
    record(bench, 12, 53, '-');
    record(bench, 14, 443, 'd');
    save(bench);
    start_file(bench, LINKTYPE_ETHERNET);
    record(bench, 11, 443, 'b');
    record(bench, 13, 443, 'c');
    record(bench, 15, 53, '-');
    save(bench);
    start_file(bench, LINKTYPE_ETHERNET);
    record(bench, 20, 53, '-');
    record(bench, 21, 443, 'e');
    save(bench);
    run(bench, "udp port 443");
    CU_ASSERT_STRING_EQUAL(bench->order, "abcde");
    check_numbers(bench, "12458");
    check_origins(bench, "0 1, 1 1, 1 2, 0 3, 2 2, ");
    bench_free(bench);
}

static void what_else_wireshark_numbers_is_counted(void)
{
    struct bench *bench = bench_new();
    static const uint32_t types[] = {9, 0xbad, 0x40000bad, 10};

    file_start(&bench->file, true);
    file_section(&bench->file);
    file_interface(&bench->file, LINKTYPE_ETHERNET, 6, 0);
    file_packet(&bench->file, 0, 1, bytes_of("a", 1), 1);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        file_block_start(&bench->file, types[i]);
        file_number(&bench->file, 32473, 4); /* RFC 5612 */
        file_block_end(&bench->file);
    }
    file_packet(&bench->file, 0, 1, bytes_of("b", 1), 1);
    save(bench);
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "ab");
    check_numbers(bench, "15");
    check_origins(bench, "0 1, 0 5, ");
    bench_free(bench);
}

static void a_filter_that_rejects_much_lets_the_caller_breathe(void)
{
    struct bench *bench = bench_new();
    struct source_options options = {
        .paths = bench->operands, .path_count = 1, .filter = "udp port 443"};
    char error[SOURCE_ERROR_MAX];
    struct source *source;
    struct raw_packet packet;
    size_t count;

    file_start(&bench->file, true);
    file_pcap(&bench->file, MAGIC_MICROSECONDS, LINKTYPE_RAW);
    while (bench->file.len < SOURCE_REJECTED_MAX * 16 - 1024)
        file_record(&bench->file, 1, 0, bytes_of(NULL, 0), 0);
    save(bench);
    source = source_new(&options, error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    CU_ASSERT_EQUAL(source_read(source, &packet, 1, &count), SOURCE_END);
    source_free(source);
    for (int i = 0; i < 128; i++)
        file_record(&bench->file, 1, 0, bytes_of(NULL, 0), 0);
    unlink(bench->paths[0]);
    bench->file_count = 0;
    save(bench);
    source = source_new(&options, error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    CU_ASSERT_EQUAL(source_read(source, &packet, 1, &count), SOURCE_IDLE);
    CU_ASSERT_EQUAL(source_read(source, &packet, 1, &count), SOURCE_END);
    source_free(source);
    bench_free(bench);
}

static void a_filter_that_makes_no_sense_is_told(void)
{
    struct source_options options = {.filter = "port nonsense or"};
    char error[SOURCE_ERROR_MAX] = "";

    CU_ASSERT_PTR_NULL(source_new(&options, error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error, "filter \"port nonsense or\": "));
}

static void one_bad_file_does_not_stop_the_others(void)
{
    struct bench *bench = bench_new();

    save_marks(bench, 10, 1, "ab");
    bench->file.len = 0;
    file_put(&bench->file, "no capture", 10);
    save(bench);
    save_marks(bench, 20, 1, "cd");
    bench->operands[bench->file_count] = "/nonexistent/capture.pcap";
    bench->file_count++;
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "abcd");
    CU_ASSERT_EQUAL(bench->end, SOURCE_END);
    CU_ASSERT_EQUAL(bench->counters.files_unreadable, 2);
    CU_ASSERT_EQUAL_FATAL(bench->report_count, 2);
    CU_ASSERT_STRING_EQUAL(bench->reports[0], "at offset 0: neither pcap nor pcapng");
    CU_ASSERT_STRING_EQUAL(bench->reports[1], "cannot open: No such file or directory");
    bench_free(bench);
}

static void nothing_to_read_is_a_failure(void)
{
    struct bench *bench = bench_new();

    bench->file.len = 0;
    save(bench);
    run(bench, NULL);
    CU_ASSERT_EQUAL(bench->end, SOURCE_FAILED);
    CU_ASSERT_EQUAL(bench->troubles[0], SOURCE_UNREADABLE);
    bench_free(bench);
}

static void a_file_without_packets_is_no_failure(void)
{
    struct bench *bench = bench_new();

    save_marks(bench, 1, 1, "");
    run(bench, NULL);
    CU_ASSERT_EQUAL(bench->end, SOURCE_END);
    CU_ASSERT_EQUAL(bench->report_count, 0);
    bench_free(bench);
}

static void a_file_cut_off_is_read_to_the_cut(void)
{
    struct bench *bench = bench_new();

    start_file(bench, LINKTYPE_ETHERNET);
    record(bench, 1, 443, 'a');
    record(bench, 2, 443, 'b');
    bench->file.len -= 5;
    save(bench);
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "a");
    CU_ASSERT_EQUAL(bench->end, SOURCE_END);
    CU_ASSERT_EQUAL(bench->counters.files_cut_off, 1);
    CU_ASSERT_EQUAL_FATAL(bench->report_count, 1);
    CU_ASSERT_EQUAL(bench->troubles[0], SOURCE_CUT_OFF);
    CU_ASSERT_STRING_EQUAL(bench->reports[0], "at offset 83: the file is cut off here");
    bench_free(bench);
}

/* Tags of switches, before a frame: libpcap looks for IP behind none. */
static void a_filter_finds_what_libpcap_does_not(void)
{
    static const struct {
        const char *filter;
        const char *order;
        enum source_status end;
    } cases[] = {
        {"udp port 443", "a", SOURCE_END},
        {"ip", "ab", SOURCE_END},
        {"vlan", "", SOURCE_FAILED},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench *bench = bench_new();

        start_file(bench, LINKTYPE_DSA_TAG_BRCM_PREPEND);
        record_tagged(bench, 1, 443, 'a');
        record_tagged(bench, 2, 444, 'b');
        save(bench);
        run(bench, cases[i].filter);
        CU_ASSERT_STRING_EQUAL(bench->order, cases[i].order);
        CU_ASSERT_EQUAL(bench->end, cases[i].end);
        CU_ASSERT_EQUAL(bench->report_count, cases[i].end == SOURCE_FAILED ? 1 : 0);
        bench_free(bench);
    }
}

static void an_unknown_link_type_is_named_once(void)
{
    struct bench *bench = bench_new();

    start_file(bench, 107);
    record(bench, 1, 443, 'a');
    record(bench, 2, 443, 'b');
    save(bench);
    run(bench, NULL);
    CU_ASSERT_STRING_EQUAL(bench->order, "");
    CU_ASSERT_EQUAL(bench->end, SOURCE_FAILED);
    CU_ASSERT_EQUAL(bench->counters.link_unsupported, 2);
    CU_ASSERT_EQUAL_FATAL(bench->report_count, 1);
    CU_ASSERT_STRING_EQUAL(bench->reports[0],
                           "packets of link type 107 (FRELAY): this link type is not supported");
    bench_free(bench);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"one file is read", one_file_is_read},
        {"odd records are read", odd_records_are_read},
        {"a series is read in order of time", a_series_is_read_in_order_of_time},
        {"overlapping files are merged by time", overlapping_files_are_merged_by_time},
        {"leaps of time are told", leaps_of_time_are_told},
        {"a file keeps its order", a_file_keeps_its_order},
        {"a filter selects", a_filter_selects},
        {"a filter leaves the numbers alone", a_filter_leaves_the_numbers_alone},
        {"a filter leaves the numbers of merged files alone",
         a_filter_leaves_the_numbers_of_merged_files_alone},
        {"what else Wireshark numbers is counted", what_else_wireshark_numbers_is_counted},
        {"a filter that rejects much lets the caller breathe",
         a_filter_that_rejects_much_lets_the_caller_breathe},
        {"a filter that makes no sense is told", a_filter_that_makes_no_sense_is_told},
        {"one bad file does not stop the others", one_bad_file_does_not_stop_the_others},
        {"nothing to read is a failure", nothing_to_read_is_a_failure},
        {"a file without packets is no failure", a_file_without_packets_is_no_failure},
        {"a file cut off is read to the cut", a_file_cut_off_is_read_to_the_cut},
        {"a filter finds what libpcap does not", a_filter_finds_what_libpcap_does_not},
        {"an unknown link type is named once", an_unknown_link_type_is_named_once},
        CU_TEST_INFO_NULL,
    };

    return suite_run("source", tests);
}
