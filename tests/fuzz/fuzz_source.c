/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two capture files as one input in order of time, through a filter.
 *
 * The first octet of the input chooses the filter, the next two are the length of the first file;
 * the rest is the second.
 */
#include <string.h>

#include "capture/source.h"
#include "tests/fuzz/scratch.h"

enum { FILES = 2, BATCH = 8, CALLS_MAX = 4096 /* a compressed file may hold very many packets */ };

static const char *const filters[] = {NULL,      "tcp port 443", "ip6",
                                      "not tcp", "vlan",         "ether host 1:2:3:4:5:6"};

struct play {
    uint64_t cut_off;
    uint64_t unreadable;
    uint64_t last; /* number of a packet */
    uint64_t packets;
};

static void take_report(void *context, const struct source_report *report)
{
    struct play *play = context;

    must(report->path != NULL && strchr(report->text, '\n') == NULL);
    play->cut_off += report->trouble == SOURCE_CUT_OFF;
    play->unreadable += report->trouble == SOURCE_UNREADABLE;
}

static void check_packet(struct play *play, const struct raw_packet *packet)
{
    must(packet->number > play->last);
    play->last = packet->number;
    play->packets++;
    must(packet->data.len <= packet->original_length && packet->data.len <= PACKET_OCTETS_MAX);
    must(packet->time_ns >= 0 && packet->time_ns <= PACKET_TIME_MAX_NS);
    touch(packet->data);
}

static void read_all(struct source *source, struct play *play)
{
    const struct source_counters *counters = source_counters(source);
    enum source_status status = SOURCE_IDLE;
    uint64_t done;
    uint64_t total;

    for (int i = 0; i < CALLS_MAX && status < SOURCE_END; i++) {
        struct raw_packet packets[BATCH];
        size_t count;

        status = source_read(source, packets, BATCH, &count);
        must(count <= BATCH && (count > 0) == (status == SOURCE_PACKET));
        for (size_t packet = 0; packet < count; packet++)
            check_packet(play, &packets[packet]);
    }
    source_progress(source, &done, &total);
    must(total == 0 || done <= total);
    must(counters->packets == play->packets && counters->files == FILES);
    must(counters->files_cut_off == play->cut_off);
    must(counters->files_damaged <= play->unreadable && counters->files_unreadable <= FILES);
    must(status != SOURCE_FAILED || counters->files_unreadable == FILES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char names[FILES][SCRATCH_PATH_SIZE];
    char error[SOURCE_ERROR_MAX];
    const char *const paths[FILES] = {names[0], names[1]};
    struct play play = {.last = 0};
    struct source_options options = {
        .paths = paths, .path_count = FILES, .report = take_report, .report_context = &play};
    struct bytes in = bytes_of(data, size);
    struct bytes first;
    struct source *source;
    uint16_t length;
    uint8_t choice;
    int files[FILES];

    if (!bytes_u8(&in, &choice) || !bytes_u16(&in, &length)
        || !bytes_take(&in, length < in.len ? length : in.len, &first))
        return 0;
    files[0] = scratch_open(first, names[0]);
    files[1] = scratch_open(in, names[1]);
    options.filter = filters[choice % (sizeof(filters) / sizeof(filters[0]))];
    source = source_new(&options, error);
    must(source != NULL);
    read_all(source, &play);
    source_free(source);
    for (size_t i = 0; i < FILES; i++)
        close(files[i]);
    return 0;
}
