/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/source.h"

#include "capture/filter.h"
#include "capture/link.h"
#include "capture/savefile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct file {
    const char *path;
    size_t place;              /* among the operands */
    struct savefile *savefile; /* NULL: not open */
    struct raw_packet head;    /* the next packet; number: of it and what was skipped before it */
    bool has_head;
    int64_t first_ns;
    uint64_t size; /* on disk, 0: unknown */
    uint64_t delivered;
    uint64_t unsupported; /* packets of link types that are not read */
    int last_link_type;   /* the last one that was found readable, -1: none */
    int reported[SOURCE_LINK_REPORTS_MAX];
    int reported_count;
};

struct source {
    struct source_options options;
    struct filter *filter;
    struct source_counters counters;
    struct file *files; /* sorted by first_ns */
    size_t file_count;  /* those that have packets */
    size_t waiting;     /* the first of files not yet begun */
    struct file *open[SOURCE_OPEN_MAX];
    size_t open_count;
    struct file *current;     /* whose head was delivered last */
    const struct file *noted; /* the last one in options.origins */
    uint64_t frames;          /* come by so far, whether or not they were delivered */
    uint64_t done;            /* octets of finished files */
    uint64_t total;
    bool total_known;
};

static void report(const struct source *source, const char *path, enum source_trouble trouble,
                   const char *text)
{
    struct source_report out = {.trouble = trouble, .path = path, .text = text};

    if (source->options.report != NULL)
        source->options.report(source->options.report_context, &out);
}

static bool file_open(struct source *source, struct file *file)
{
    char reason[SAVEFILE_REASON_MAX];
    struct input *input = input_open(file->path, reason);

    if (input != NULL) {
        file->size = input_size(input);
        file->savefile = savefile_new(input, reason);
    }
    if (file->savefile != NULL)
        return true;
    source->counters.files_unreadable++;
    report(source, file->path, SOURCE_UNREADABLE, reason);
    return false;
}

static void report_leaps(const struct source *source, const struct file *file,
                         const struct savefile_counters *counters)
{
    char text[192];

    if (counters->leaps == 0)
        return;
    snprintf(text, sizeof(text),
             "%" PRIu64 " packet%s more than a year later than the one before, and taken to have "
             "its time; the first ends at offset %" PRIu64 "%s",
             counters->leaps, counters->leaps == 1 ? "" : "s", counters->leap_offset,
             savefile_offset_note(file->savefile));
    report(source, file->path, SOURCE_SKIPPED, text);
}

/* Add up what the file's own counters say, and close it. */
static void file_close(struct source *source, struct file *file)
{
    const struct savefile_counters *counters = savefile_counters(file->savefile);
    char text[160];

    if (counters->skipped > 0) {
        snprintf(text, sizeof(text),
                 "%" PRIu64 " packets longer than %d octets, the first at offset %" PRIu64 "%s",
                 counters->skipped, PACKET_OCTETS_MAX, counters->skipped_offset,
                 savefile_offset_note(file->savefile));
        report(source, file->path, SOURCE_SKIPPED, text);
    }
    report_leaps(source, file, counters);
    source->counters.too_long += counters->skipped;
    source->counters.dropped_interface += counters->dropped_interface;
    source->counters.dropped_kernel += counters->dropped_kernel;
    source->done += input_position(savefile_input(file->savefile));
    savefile_free(file->savefile);
    file->savefile = NULL;
}

/* The file gave its last packet. */
static void file_finish(struct source *source, struct file *file, enum savefile_status status)
{
    struct source_counters *counters = &source->counters;
    bool is_unreadable =
        file->delivered == 0 && (status == SAVEFILE_ERROR || file->unsupported > 0);

    if (status == SAVEFILE_TRUNCATED) {
        counters->files_cut_off++;
        report(source, file->path, SOURCE_CUT_OFF, savefile_reason(file->savefile));
    } else if (status == SAVEFILE_ERROR) {
        counters->files_damaged++;
        report(source, file->path, SOURCE_UNREADABLE, savefile_reason(file->savefile));
    }
    if (is_unreadable)
        counters->files_unreadable++;
    file_close(source, file);
}

/* What the file has had so far of what Wireshark gives a number. */
static uint64_t frames_of(const struct file *file)
{
    const struct savefile_counters *counters = savefile_counters(file->savefile);

    return counters->packets + counters->skipped + counters->not_packets;
}

/* Read the file's next packet into head. False: it has no more, and is closed. */
static bool file_read(struct source *source, struct file *file)
{
    uint64_t before = frames_of(file);
    enum savefile_status status = savefile_next(file->savefile, &file->head);

    file->has_head = status == SAVEFILE_PACKET;
    if (file->has_head)
        file->head.number = frames_of(file) - before;
    else
        file_finish(source, file, status);
    return file->has_head;
}

static void report_link_type(const struct source *source, struct file *file, int link_type,
                             const char *reason)
{
    const char *name = filter_link_type_name(link_type);
    char text[FILTER_ERROR_MAX + 128];

    for (int i = 0; i < file->reported_count; i++)
        if (file->reported[i] == link_type)
            return;
    if (file->reported_count == SOURCE_LINK_REPORTS_MAX)
        return;
    file->reported[file->reported_count++] = link_type;
    snprintf(text, sizeof(text), "packets of link type %d (%s): %s", link_type,
             name != NULL ? name : "unknown", reason);
    report(source, file->path, SOURCE_SKIPPED, text);
}

/* True when packets of this link type can be read, and filtered if there is a filter. */
__attribute__((cold, noinline)) static bool judge_link_type(const struct source *source,
                                                            struct file *file, int link_type)
{
    char reason[FILTER_ERROR_MAX] = "this link type is not supported";

    if (link_type_index(link_type) >= 0
        && (source->filter == NULL || filter_suits(source->filter, link_type, reason))) {
        file->last_link_type = link_type;
        return true;
    }
    report_link_type(source, file, link_type, reason);
    return false;
}

/* Likewise, if the packet is not of the link type that was found readable last; counts those that
 * cannot. */
static inline bool has_readable_link(struct source *source, struct file *file, int link_type)
{
    if (link_type == file->last_link_type || judge_link_type(source, file, link_type))
        return true;
    source->counters.link_unsupported++;
    file->unsupported++;
    return false;
}

/* Decide whether a packet of the file is to be delivered. */
static inline bool passes(struct source *source, struct file *file, const struct raw_packet *packet)
{
    if (!has_readable_link(source, file, packet->link_type))
        return false;
    file->delivered++;
    if (source->filter == NULL || filter_match(source->filter, packet))
        return true;
    source->counters.rejected++;
    return false;
}

/* Open the file, learn the time of its first packet, and close it again if that can be
 * undone. False: it has no packets. */
static bool file_peek(struct source *source, struct file *file, bool is_only)
{
    if (!file_open(source, file))
        return false;
    source->total += file->size;
    source->total_known = source->total_known && file->size > 0;
    if (!file_read(source, file))
        return false;
    file->first_ns = file->head.time_ns;
    if (!is_only && input_is_regular(savefile_input(file->savefile))) {
        savefile_free(file->savefile);
        file->savefile = NULL;
        file->has_head = false;
    }
    return true;
}

static int compare_files(const void *left, const void *right)
{
    const struct file *a = left;
    const struct file *b = right;

    if (a->first_ns != b->first_ns)
        return a->first_ns < b->first_ns ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static bool open_files(struct source *source)
{
    size_t count = source->options.path_count;

    source->files = calloc(count > 0 ? count : 1, sizeof(*source->files));
    if (source->files == NULL)
        return false;
    source->counters.files = count;
    source->total_known = true;
    for (size_t i = 0; i < count; i++) {
        struct file *file = &source->files[source->file_count];

        *file = (struct file){.path = source->options.paths[i], .place = i, .last_link_type = -1};
        if (file_peek(source, file, count == 1))
            source->file_count++;
    }
    qsort(source->files, source->file_count, sizeof(*source->files), compare_files);
    return true;
}

struct source *source_new(const struct source_options *options, char error[SOURCE_ERROR_MAX])
{
    struct source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        snprintf(error, SOURCE_ERROR_MAX, "out of memory");
        return NULL;
    }
    source->options = *options;
    if (options->filter != NULL) {
        source->filter = filter_new(options->filter, error);
        if (source->filter == NULL) {
            source_free(source);
            return NULL;
        }
    }
    if (open_files(source))
        return source;
    snprintf(error, SOURCE_ERROR_MAX, "out of memory");
    source_free(source);
    return NULL;
}

void source_free(struct source *source)
{
    if (source == NULL)
        return;
    for (size_t i = 0; i < source->file_count; i++)
        savefile_free(source->files[i].savefile);
    filter_free(source->filter);
    free(source->files);
    free(source);
}

/* Begin with the next file. */
static void begin_file(struct source *source)
{
    struct file *file = &source->files[source->waiting++];

    if (file->savefile == NULL && !file_open(source, file))
        return;
    source->open[source->open_count++] = file;
}

/* Have a head in every open file. */
static void load_open_files(struct source *source)
{
    size_t i = 0;

    while (i < source->open_count) {
        struct file *file = source->open[i];

        if (file->has_head || file_read(source, file))
            i++;
        else
            source->open[i] = source->open[--source->open_count];
    }
}

/* The open file with the earliest packet; the file that began first if several are. */
static struct file *earliest(const struct source *source)
{
    struct file *best = source->open_count > 0 ? source->open[0] : NULL;

    for (size_t i = 1; i < source->open_count; i++) {
        struct file *file = source->open[i];

        if (file->head.time_ns < best->head.time_ns
            || (file->head.time_ns == best->head.time_ns && file < best))
            best = file;
    }
    return best;
}

/* True when the next file begins by the time of the packet that would be delivered. */
static bool next_file_is_due(const struct source *source, int64_t time_ns)
{
    if (source->waiting == source->file_count || source->open_count == SOURCE_OPEN_MAX)
        return false;
    return source->files[source->waiting].first_ns <= time_ns;
}

/* The open file that has the next packet, NULL when there is none. */
static struct file *next_file(struct source *source)
{
    struct file *file;

    for (;;) {
        load_open_files(source);
        file = earliest(source);
        if (!next_file_is_due(source, file != NULL ? file->head.time_ns : INT64_MAX))
            return file;
        begin_file(source);
    }
}

/* Another file goes on, with its head. */
static inline void note_origin(struct source *source, const struct file *file)
{
    if (source->options.origins == NULL || file == source->noted)
        return;
    origins_note(source->options.origins, source->frames, file->path, frames_of(file));
    source->noted = file;
}

/* The next packet, whichever file has it. The ones before it are valid no more. */
static enum source_status next_packet(struct source *source, struct raw_packet *packet)
{
    int budget = SOURCE_REJECTED_MAX;
    struct file *file;

    if (source->current != NULL)
        source->current->has_head = false;
    source->current = NULL;
    while ((file = next_file(source)) != NULL) {
        source->frames += file->head.number;
        note_origin(source, file);
        if (passes(source, file, &file->head)) {
            *packet = file->head;
            packet->number = source->frames;
            source->counters.packets++;
            source->current = file;
            return SOURCE_PACKET;
        }
        file->has_head = false;
        if (--budget == 0)
            return SOURCE_IDLE;
    }
    return source->counters.files > 0 && source->counters.files_unreadable == source->counters.files
               ? SOURCE_FAILED
               : SOURCE_END;
}

/* More packets of the only open file, while those before them stay valid: 0 when there are none, or
 * when another file has the next one. While other files wait, it is one at a time. */
static size_t read_at_hand(struct source *source, struct raw_packet *packets, size_t max)
{
    if (source->open_count != 1 || source->current == NULL)
        return 0;
    return savefile_at_hand(source->current->savefile, packets,
                            source->waiting < source->file_count ? 1 : max);
}

/* Number those at the front of which nothing is to be decided: nobody filters, no file waits, and
 * their link type was found readable. Returns how many. */
static size_t admit_alike(struct source *source, struct raw_packet *packets, size_t count)
{
    struct file *file = source->current;
    uint64_t before = source->frames;
    size_t admitted = 0;

    if (source->filter != NULL || source->waiting < source->file_count)
        return 0;
    while (admitted < count && packets[admitted].link_type == file->last_link_type) {
        packets[admitted].number = before + admitted + 1;
        admitted++;
    }
    source->frames += admitted;
    source->counters.packets += admitted;
    file->delivered += admitted;
    return admitted;
}

/* Number those that are to be delivered, and close up the gaps of the others. Returns how many. */
static size_t admit(struct source *source, struct raw_packet *packets, size_t count)
{
    struct file *file = source->current;
    size_t admitted = admit_alike(source, packets, count);

    for (size_t i = admitted; i < count; i++) {
        if (next_file_is_due(source, packets[i].time_ns)) { /* it is the only one */
            file->head = packets[i];
            file->head.number = 1;
            source->current = NULL;
            return admitted;
        }
        source->frames++;
        if (!passes(source, file, &packets[i]))
            continue;
        if (i != admitted)
            packets[admitted] = packets[i];
        packets[admitted++].number = source->frames;
        source->counters.packets++;
    }
    return admitted;
}

enum source_status source_read(struct source *source, struct raw_packet *packets, size_t max,
                               size_t *count)
{
    enum source_status status = next_packet(source, packets);
    size_t at_hand;

    *count = status == SOURCE_PACKET ? 1 : 0;
    if (status != SOURCE_PACKET)
        return status;
    while (*count < max && (at_hand = read_at_hand(source, &packets[*count], max - *count)) > 0)
        *count += admit(source, &packets[*count], at_hand);
    return SOURCE_PACKET;
}

const struct source_counters *source_counters(const struct source *source)
{
    return &source->counters;
}

void source_progress(const struct source *source, uint64_t *done, uint64_t *total)
{
    *done = source->done;
    for (size_t i = 0; i < source->open_count; i++)
        *done += input_position(savefile_input(source->open[i]->savefile));
    *total = source->total_known ? source->total : 0;
}
