/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tlswhy/apart.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/output.h"
#include "tools/tlswhy/summary_reader.h"

enum { READ_OCTETS = 65536 };

struct merge {
    struct run_summary sum;
    const char *name; /* of the input that is read */
    char *line;       /* what was read and is no whole line */
    size_t length;
    size_t size;
    size_t lines;
};

static bool grow(struct merge *merge)
{
    size_t size = merge->size > 0 ? 2 * merge->size : (size_t)2 * READ_OCTETS;
    char *line;

    if (merge->size - merge->length >= READ_OCTETS)
        return true;
    if (size > RUN_SUMMARY_LINE_MAX)
        return complain("%s: too long for a summary", merge->name);
    line = realloc(merge->line, size);
    if (line == NULL)
        return complain_memory();
    merge->line = line;
    merge->size = size;
    return true;
}

static bool add_line(struct merge *merge, size_t begin, size_t length)
{
    const char *error = summary_read(bytes_of(merge->line + begin, length), &merge->sum);

    merge->lines++;
    return error == NULL || complain("%s: line %zu: %s", merge->name, merge->lines, error);
}

/* Every line that is whole; what is left of one moves to the front. */
static bool add_lines(struct merge *merge, size_t looked_at)
{
    const char *newline = memchr(merge->line + looked_at, '\n', merge->length - looked_at);
    size_t begin = 0;

    while (newline != NULL) {
        size_t end = (size_t)(newline - merge->line);

        if (!add_line(merge, begin, end - begin))
            return false;
        begin = end + 1;
        newline = memchr(merge->line + begin, '\n', merge->length - begin);
    }
    memmove(merge->line, merge->line + begin, merge->length - begin);
    merge->length -= begin;
    return true;
}

static bool read_lines(struct merge *merge, FILE *file)
{
    merge->length = 0;
    merge->lines = 0;
    while (grow(merge)) {
        size_t count = fread(merge->line + merge->length, 1, READ_OCTETS, file);

        merge->length += count;
        if (ferror(file) != 0)
            return complain("%s: %s", merge->name, strerror(errno));
        if (!add_lines(merge, merge->length - count))
            return false;
        if (count == 0)
            return (merge->lines > 0 && merge->length == 0)
                   || complain("%s: %s", merge->name,
                               merge->length > 0 ? "the last line has no end" : "holds no summary");
    }
    return false;
}

static bool add_file(struct merge *merge, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    bool is_added;

    merge->name = is_stdin ? "standard input" : path;
    if (file == NULL)
        return complain("%s: %s", path, strerror(errno));
    is_added = read_lines(merge, file);
    if (!is_stdin)
        fclose(file);
    return is_added;
}

static bool add_files(struct merge *merge, const struct options *options)
{
    for (size_t i = 0; i < options->path_count; i++)
        if (!add_file(merge, options->paths[i]))
            return false;
    return true;
}

static bool write_sum(const struct merge *merge, const struct options *options)
{
    struct output output;
    bool is_written;

    if (!output_open(&output, options->output))
        return false;
    is_written = output_empty(&output)
                 && (run_summary_write(&merge->sum, output.file) != RUN_SUMMARY_NO_MEMORY
                     || complain_memory());
    return output_close(&output) && is_written;
}

int merge_run(const struct options *options)
{
    /* The sum has every row of its parts. */
    const struct tally_limits unlimited = {.rows_max = SIZE_MAX, .memory_max = SIZE_MAX};
    struct merge merge = {0};
    bool is_done;

    if (!apart_check_merge(options))
        return EXIT_USAGE;
    is_done = run_summary_begin(&merge.sum, &unlimited) && add_files(&merge, options)
              && write_sum(&merge, options);
    run_summary_release(&merge.sum);
    free(merge.line);
    return is_done ? EXIT_ANALYSED : EXIT_COULD_NOT;
}
