/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/listener.h"
#include "tests/support/suite.h"
#include "tools/tlswhy/spool.h"

enum { MAX = 65536, LINE = 1000 };

/* An empty folder; to be freed. */
static char *new_folder(void)
{
    char *name = strdup("/tmp/tlswhy_spool_XXXXXX");

    CU_ASSERT_FATAL(mkdtemp(name) != NULL);
    return name;
}

/* The path of the only file in a folder. */
static void path_in(const char *folder, char path[512])
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;

    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.')
            snprintf(path, 512, "%s/%s", folder, entry->d_name);
    closedir(directory);
}

static void remove_folder(char *name)
{
    DIR *directory = opendir(name);
    const struct dirent *entry;

    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.')
            CU_ASSERT_EQUAL(unlinkat(dirfd(directory), entry->d_name, 0), 0);
    closedir(directory);
    CU_ASSERT_EQUAL(rmdir(name), 0);
    free(name);
}

static struct bytes line_of(unsigned number, char buffer[LINE])
{
    memset(buffer, 'a' + (int)(number % 26), LINE - 1);
    buffer[LINE - 1] = '\n';
    return bytes_of(buffer, LINE);
}

static void put(struct spool *spool, unsigned from, unsigned to)
{
    char buffer[LINE];

    for (unsigned number = from; number < to; number++)
        CU_ASSERT_FATAL(spool_put(spool, line_of(number, buffer)));
}

static void expect(struct spool *spool, unsigned from, unsigned to, bool is_released)
{
    char buffer[LINE];
    struct bytes line;

    for (unsigned number = from; number < to; number++) {
        CU_ASSERT_EQUAL_FATAL(spool_take(spool, &line), SPOOL_LINE);
        CU_ASSERT(bytes_equal(line, line_of(number, buffer)));
        free((void *)(uintptr_t)line.data);
        if (is_released)
            spool_release(spool, LINE);
    }
}

static void lines_come_out_in_order(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    struct bytes line;

    CU_ASSERT_FATAL(spool != NULL);
    put(spool, 0, 30);
    CU_ASSERT_EQUAL(spool_waiting(spool), 30);
    expect(spool, 0, 30, true);
    CU_ASSERT_EQUAL(spool_take(spool, &line), SPOOL_EMPTY);
    spool_close(spool);
    remove_folder(folder);
}

static void the_ring_goes_round_many_times(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);

    put(spool, 0, 20);
    for (unsigned number = 20; number < 1000; number += 10) {
        put(spool, number, number + 10);
        expect(spool, number - 20, number - 10, true);
    }
    spool_close(spool);
    remove_folder(folder);
}

static void a_full_spool_takes_no_more(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    char buffer[LINE];

    put(spool, 0, MAX / (LINE + 4));
    CU_ASSERT(!spool_put(spool, line_of(0, buffer)));
    expect(spool, 0, 1, false);
    CU_ASSERT(!spool_put(spool, line_of(0, buffer))); /* taken is not released */
    spool_release(spool, LINE);
    CU_ASSERT(spool_put(spool, line_of(0, buffer)));
    spool_close(spool);
    remove_folder(folder);
}

static void what_was_not_released_is_there_after_a_restart(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);

    put(spool, 0, 40);
    expect(spool, 0, 10, true);
    expect(spool, 10, 20, false);
    spool_close(spool);
    spool = spool_open(folder, "a", MAX);
    CU_ASSERT_FATAL(spool != NULL);
    CU_ASSERT_EQUAL(spool_waiting(spool), 30);
    expect(spool, 10, 40, true);
    spool_close(spool);
    remove_folder(folder);
}

static void an_empty_spool_takes_no_room_on_disk(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    struct stat status;
    char path[512];

    put(spool, 0, 40);
    expect(spool, 0, 40, true);
    path_in(folder, path);
    CU_ASSERT_FATAL(stat(path, &status) == 0);
    CU_ASSERT_EQUAL(status.st_size, 4096);
    spool_close(spool);
    remove_folder(folder);
}

static void a_spool_has_one_owner(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    struct spool *other = spool_open(folder, "b", MAX);

    CU_ASSERT_PTR_NOT_NULL(other);
    CU_ASSERT_PTR_NULL(spool_open(folder, "a", MAX));
    spool_close(spool);
    spool_close(other);
    remove_folder(folder);
}

/* Open it, and tell what it said. */
static struct spool *open_listening(const char *folder, char said[LISTENER_SIZE])
{
    struct listener listener = listener_begin();
    struct spool *spool = spool_open(folder, "a", MAX);

    listener_end(&listener, said);
    return spool;
}

/* What is cut off of its path may be what tells it from another. */
static void a_path_that_is_too_long_is_told(void)
{
    char *folder = new_folder();
    char directory[PATH_MAX] = "";
    char said[LISTENER_SIZE];

    snprintf(directory, sizeof(directory), "%s", folder);
    for (size_t at = strlen(directory); at + 8 < sizeof(directory); at += 2)
        memcpy(directory + at, "/.", 2);
    CU_ASSERT_PTR_NULL(open_listening(directory, said));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, ": File name too long\n"));
    remove_folder(folder);
}

/* A length that cannot be: that record and those after it are given up, those before are not. */
static void a_damaged_end_is_given_up(void)
{
    static const uint8_t large[] = {0xff, 0xff, 0xff, 0x7f};
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    char said[LISTENER_SIZE];
    char path[512];
    FILE *file;

    put(spool, 0, 10);
    spool_close(spool);
    path_in(folder, path);
    file = fopen(path, "r+");
    fseek(file, 4096 + 5 * (LINE + 4), SEEK_SET);
    CU_ASSERT_EQUAL(fwrite(large, 1, sizeof(large), file), sizeof(large));
    fclose(file);
    spool = open_listening(folder, said);
    CU_ASSERT_FATAL(spool != NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "a: the end of its spool was damaged"));
    CU_ASSERT_EQUAL(spool_waiting(spool), 5);
    expect(spool, 0, 5, false);
    spool_close(spool);
    remove_folder(folder);
}

/* The end of a file that a crash cut off: what is there in part does not wait for ever. */
static void a_cut_record_is_given_up(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    char path[512];

    put(spool, 0, 10);
    spool_close(spool);
    path_in(folder, path);
    CU_ASSERT_EQUAL(truncate(path, 4096 + 6 * (LINE + 4) - 1), 0);
    spool = spool_open(folder, "a", MAX);
    CU_ASSERT_FATAL(spool != NULL);
    CU_ASSERT_EQUAL(spool_waiting(spool), 5);
    expect(spool, 0, 5, true);
    CU_ASSERT_EQUAL(spool_waiting(spool), 0);
    spool_close(spool);
    remove_folder(folder);
}

/* Somebody cuts the file that is in use: what was taken before is not touched by that, what waits is
 * given up, and what comes then is kept. */
static void what_cannot_be_read_any_more_is_given_up(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    char path[512];
    struct bytes line;

    put(spool, 0, 10);
    expect(spool, 0, 2, false);
    path_in(folder, path);
    CU_ASSERT_EQUAL(truncate(path, 4096 + 5 * (LINE + 4) - 1), 0);
    expect(spool, 2, 4, false);
    CU_ASSERT_EQUAL(spool_take(spool, &line), SPOOL_DAMAGED);
    CU_ASSERT_EQUAL(spool_waiting(spool), 6);
    CU_ASSERT_EQUAL(spool_give_up(spool), 6);
    CU_ASSERT_EQUAL(spool_waiting(spool), 0);
    CU_ASSERT_EQUAL(spool_take(spool, &line), SPOOL_EMPTY);
    put(spool, 20, 30);
    for (int i = 0; i < 4; i++)
        spool_release(spool, LINE);
    expect(spool, 20, 30, true);
    spool_close(spool);
    remove_folder(folder);
}

/* The same where nothing is taken and unreleased. */
static void what_was_put_into_a_cut_file_is_given_up(void)
{
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    char path[512];
    struct bytes line;

    put(spool, 0, 10);
    path_in(folder, path);
    CU_ASSERT_EQUAL(truncate(path, 0), 0);
    put(spool, 10, 11);
    CU_ASSERT_EQUAL(spool_take(spool, &line), SPOOL_DAMAGED);
    CU_ASSERT_EQUAL(spool_give_up(spool), 11);
    put(spool, 20, 30);
    spool_close(spool);
    spool = spool_open(folder, "a", MAX);
    CU_ASSERT_FATAL(spool != NULL);
    expect(spool, 20, 30, true);
    spool_close(spool);
    remove_folder(folder);
}

/* Make a spool with one line, and write over its file. */
static void spoil(const char *folder, long place, const void *octets, size_t length)
{
    struct spool *spool = spool_open(folder, "a", MAX);
    char path[512];
    FILE *file;

    put(spool, 0, 1);
    spool_close(spool);
    path_in(folder, path);
    file = fopen(path, "r+");
    fseek(file, place, SEEK_SET);
    CU_ASSERT_EQUAL(fwrite(octets, 1, length, file), length);
    fclose(file);
}

/* The header says that the ring is too small for anything, that more waits than there is room for,
 * or, since it was not on disk when the system crashed, nothing. */
static void a_damaged_header_is_told_and_does_not_stay(void)
{
    static const uint64_t size_1[] = {1, 0, 1};
    static const uint64_t tail_before_head[] = {MAX, 1, 0};
    static const uint64_t nothing[4] = {0};
    static const struct {
        long place;
        const void *octets;
        size_t length;
    } cases[] = {
        {sizeof(uint64_t), tail_before_head, sizeof(tail_before_head)},
        {0, nothing, sizeof(nothing)},
        {sizeof(uint64_t), size_1, sizeof(size_1)},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *folder = new_folder();
        struct spool *spool;
        char said[LISTENER_SIZE];

        spoil(folder, cases[i].place, cases[i].octets, cases[i].length);
        spool = open_listening(folder, said);
        CU_ASSERT_FATAL(spool != NULL);
        CU_ASSERT_PTR_NOT_NULL(strstr(said, " of its spool was damaged"));
        CU_ASSERT_EQUAL(spool_waiting(spool), 0);
        put(spool, 0, 10);
        expect(spool, 0, 10, true);
        spool_close(spool);
        remove_folder(folder);
    }
}

/* Nor is it touched: it is somebody's file, or the spool of another version. */
static void what_is_no_spool_is_refused(void)
{
    static const char other[] = "tcpmux 1/tcp # TCP port service multiplexer";
    static const struct {
        off_t size;
        size_t length;
    } cases[] = {{4096, sizeof(other)}, {4096, 1}, {8, 8}, {1, 1}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *folder = new_folder();
        char content[sizeof(other)] = "";
        struct stat status;
        char path[512];
        char said[LISTENER_SIZE];
        FILE *file;

        spoil(folder, 0, other, cases[i].length);
        path_in(folder, path);
        CU_ASSERT_EQUAL(truncate(path, cases[i].size), 0);
        CU_ASSERT_PTR_NULL(open_listening(folder, said));
        CU_ASSERT_PTR_NOT_NULL(strstr(said, ".spool: is no spool; remove it to begin anew"));
        CU_ASSERT(stat(path, &status) == 0 && status.st_size == cases[i].size);
        file = fopen(path, "r");
        CU_ASSERT_EQUAL(fread(content, 1, cases[i].length, file), cases[i].length);
        fclose(file);
        CU_ASSERT_EQUAL(memcmp(content, other, cases[i].length), 0);
        remove_folder(folder);
    }
}

static void an_empty_file_becomes_a_spool(void)
{
    char *folder = new_folder();
    struct spool *spool;
    char path[512];
    char said[LISTENER_SIZE];

    spoil(folder, 0, "", 0);
    path_in(folder, path);
    CU_ASSERT_EQUAL(truncate(path, 0), 0);
    spool = open_listening(folder, said);
    CU_ASSERT_FATAL(spool != NULL);
    CU_ASSERT_STRING_EQUAL(said, "");
    put(spool, 0, 1);
    spool_close(spool);
    remove_folder(folder);
}

/* More waits than the ring has room for: what is read would be other lines, or some of them twice. */
static void a_ring_that_is_too_small_for_its_lines_is_given_up(void)
{
    const uint64_t size = UINT64_C(2) * (LINE + 4);
    char *folder = new_folder();
    struct spool *spool = spool_open(folder, "a", MAX);
    char path[512];
    FILE *file;

    put(spool, 0, 10);
    spool_close(spool);
    path_in(folder, path);
    file = fopen(path, "r+");
    fseek(file, sizeof(uint64_t), SEEK_SET); /* the second number of the header */
    CU_ASSERT_EQUAL(fwrite(&size, 1, sizeof(size), file), sizeof(size));
    fclose(file);
    spool = spool_open(folder, "a", MAX);
    CU_ASSERT_FATAL(spool != NULL);
    CU_ASSERT_EQUAL(spool_waiting(spool), 0);
    put(spool, 10, 20);
    expect(spool, 10, 20, true);
    spool_close(spool);
    remove_folder(folder);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"lines come out in order", lines_come_out_in_order},
        {"the ring goes round many times", the_ring_goes_round_many_times},
        {"a full spool takes no more", a_full_spool_takes_no_more},
        {"what was not released is there after a restart",
         what_was_not_released_is_there_after_a_restart},
        {"an empty spool takes no room on disk", an_empty_spool_takes_no_room_on_disk},
        {"a spool has one owner", a_spool_has_one_owner},
        {"a path that is too long is told", a_path_that_is_too_long_is_told},
        {"a damaged end is given up", a_damaged_end_is_given_up},
        {"a cut record is given up", a_cut_record_is_given_up},
        {"what cannot be read any more is given up", what_cannot_be_read_any_more_is_given_up},
        {"what was put into a cut file is given up", what_was_put_into_a_cut_file_is_given_up},
        {"a damaged header is told and does not stay", a_damaged_header_is_told_and_does_not_stay},
        {"what is no spool is refused", what_is_no_spool_is_refused},
        {"an empty file becomes a spool", an_empty_file_becomes_a_spool},
        {"a ring that is too small for its lines is given up",
         a_ring_that_is_too_small_for_its_lines_is_given_up},
        CU_TEST_INFO_NULL,
    };

    return suite_run("spool", tests);
}
