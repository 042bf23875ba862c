/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How files are opened and rotated, also when that fails on the way. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/sink_spec.h"

enum { TIME_LIMIT_SECONDS = 30, KEEP = 3, ATTEMPTS = 4, NOBODY = 65534, PATH_SIZE = 64 };

/* A file in a folder of its own, and its rotated ones. */
struct series {
    char folder[PATH_SIZE];
    char path[2 * PATH_SIZE];
    struct sink_spec spec;
};

static const char *name_of(const struct series *series, unsigned number)
{
    static char name[3 * PATH_SIZE];

    if (number == 0)
        return series->path;
    snprintf(name, sizeof(name), "%s.%u", series->path, number);
    return name;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    CU_ASSERT_FATAL(file != NULL);
    fputs(text, file);
    fclose(file);
}

static bool holds(const char *path, const char *text)
{
    char content[16] = "";
    FILE *file = fopen(path, "r");
    size_t length;

    if (file == NULL)
        return false;
    length = fread(content, 1, sizeof(content) - 1, file);
    fclose(file);
    return length == strlen(text) && strcmp(content, text) == 0;
}

/* In place: a series has paths that point into it. */
static void begin(struct series *series)
{
    *series = (struct series){.folder = "/tmp/tlswhy_series_XXXXXX"};
    CU_ASSERT_FATAL(mkdtemp(series->folder) != NULL);
    snprintf(series->path, sizeof(series->path), "%s/events", series->folder);
    series->spec = sink_spec_of_file(series->path);
}

/* All there can be: the newest says 4, the oldest 1. */
static void fill(const struct series *series)
{
    for (unsigned number = 0; number <= KEEP; number++) {
        const char text[] = {(char)('4' - number), '\n', '\0'};

        write_text(name_of(series, number), text);
    }
}

static void end(const struct series *series)
{
    for (unsigned number = 0; number <= KEEP; number++)
        (void)unlink(name_of(series, number));
    CU_ASSERT_EQUAL(rmdir(series->folder), 0);
}

static int open_by_broker(const struct sink_spec *spec, enum sink_wish wish)
{
    const struct sink_opening opening = {.wish = wish, .keep = KEEP, .is_by_broker = true};
    bool is_new;

    return sink_spec_open(spec, &opening, &is_new);
}

/* 0, or why not. */
static int open_series(const struct series *series, enum sink_wish wish)
{
    int file = open_by_broker(&series->spec, wish);

    if (file < 0)
        return errno;
    close(file);
    return 0;
}

static bool is_rotated_once(const struct series *series)
{
    return holds(name_of(series, 0), "") && holds(name_of(series, 1), "4\n")
           && holds(name_of(series, 2), "3\n") && holds(name_of(series, 3), "2\n");
}

static void a_rotated_series_has_moved_by_one(void)
{
    struct series series;

    begin(&series);
    fill(&series);
    CU_ASSERT_EQUAL(open_series(&series, SINK_ROTATE), 0);
    CU_ASSERT(is_rotated_once(&series));
    end(&series);
}

static void a_rotation_whose_file_cannot_be_opened_is_made_once(void)
{
    struct rlimit before;
    struct rlimit none;
    struct series series;

    begin(&series);
    fill(&series);
    CU_ASSERT_FATAL(getrlimit(RLIMIT_NOFILE, &before) == 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    for (int i = 0; i < ATTEMPTS; i++)
        CU_ASSERT_EQUAL(open_series(&series, SINK_ROTATE), EMFILE);
    setrlimit(RLIMIT_NOFILE, &before);
    CU_ASSERT_EQUAL(open_series(&series, SINK_ROTATE), 0);
    CU_ASSERT(is_rotated_once(&series));
    end(&series);
}

/* Whoever asked did not wait so long, and asks again. */
static void a_rotation_whose_answer_came_too_late_is_made_once(void)
{
    struct series series;

    begin(&series);
    fill(&series);
    for (int i = 0; i < ATTEMPTS; i++)
        CU_ASSERT_EQUAL(open_series(&series, SINK_ROTATE), 0);
    CU_ASSERT(is_rotated_once(&series));
    end(&series);
}

/* In a directory such as /tmp nobody moves what is another's: here only PATH cannot be moved. */
static void a_rotation_that_fails_midway_costs_the_oldest_alone(void)
{
    struct series series;

    if (geteuid() != 0)
        return; /* cannot make files of another */
    begin(&series);
    fill(&series);
    CU_ASSERT_EQUAL(chmod(series.folder, 01777), 0);
    for (unsigned number = 1; number <= KEEP; number++)
        CU_ASSERT_EQUAL(chown(name_of(&series, number), NOBODY, NOBODY), 0);
    CU_ASSERT_FATAL(seteuid(NOBODY) == 0);
    for (int i = 0; i < ATTEMPTS; i++)
        CU_ASSERT_EQUAL(open_series(&series, SINK_ROTATE), EPERM);
    CU_ASSERT_FATAL(seteuid(0) == 0);
    CU_ASSERT(holds(name_of(&series, 0), "4\n"));
    CU_ASSERT(holds(name_of(&series, 2), "3\n"));
    CU_ASSERT(holds(name_of(&series, 3), "2\n"));
    CU_ASSERT_EQUAL(open_series(&series, SINK_ROTATE), 0);
    CU_ASSERT(is_rotated_once(&series));
    end(&series);
}

/* Nothing is added, nor is the end of a line repaired. */
static void a_capture_is_not_written_to(void)
{
    static const char *const begins[] = {"\xd4\xc3\xb2\xa1{x", "\x0a\x0d\x0d\x0a{", "\x1f\x8b\x08",
                                         "\x28\xb5\x2f\xfd\x04"};
    struct series series;

    begin(&series);
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        write_text(series.path, begins[i]);
        CU_ASSERT_EQUAL(open_series(&series, SINK_OPEN), COMPLAIN_CAPTURE);
        CU_ASSERT_TRUE(holds(series.path, begins[i]));
    }
    write_text(series.path, "{}\n");
    CU_ASSERT_EQUAL(open_series(&series, SINK_OPEN), 0);
    end(&series);
}

/* The broker has other files to open; who has the pipe waits for room in it all the same. */
static void a_pipe_that_nobody_reads_is_not_waited_for(void)
{
    struct series series;
    int reader;
    int file;

    begin(&series);
    CU_ASSERT_FATAL(mkfifo(series.path, 0600) == 0);
    alarm(TIME_LIMIT_SECONDS);
    CU_ASSERT_EQUAL(open_series(&series, SINK_OPEN), ENXIO);
    alarm(0);
    reader = open(series.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    file = open_by_broker(&series.spec, SINK_OPEN);
    CU_ASSERT_FATAL(reader >= 0 && file >= 0);
    CU_ASSERT_EQUAL(fcntl(file, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY);
    close(file);
    close(reader);
    end(&series);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a rotated series has moved by one", a_rotated_series_has_moved_by_one},
        {"a rotation whose file cannot be opened is made once",
         a_rotation_whose_file_cannot_be_opened_is_made_once},
        {"a rotation whose answer came too late is made once",
         a_rotation_whose_answer_came_too_late_is_made_once},
        {"a rotation that fails midway costs the oldest alone",
         a_rotation_that_fails_midway_costs_the_oldest_alone},
        {"a capture is not written to", a_capture_is_not_written_to},
        {"a pipe that nobody reads is not waited for", a_pipe_that_nobody_reads_is_not_waited_for},
        CU_TEST_INFO_NULL,
    };

    return suite_run("opening of sinks", tests);
}
