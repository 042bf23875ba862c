/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that wait on disk, with a file that a crash has left in any state whatever.
 *
 * The first octet of the input says how many lines are put behind what is there; the rest is the
 * file, or the beginning of one that is otherwise empty.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/event.h"
#include "tests/fuzz/fuzz.h"
#include "tools/tlswhy/spool.h"

enum { SPOOL_MAX = 1 << 16, LINES_MAX = 1 << 14 };

static const char line[] = "{\"a\":1}\n";

static char directory[] = "/dev/shm/tlswhy-fuzz-spool-XXXXXX";
static char path[sizeof(directory) + 256]; /* of the file */

static void remove_all(void)
{
    (void)unlink(path);
    (void)rmdir(directory);
}

/* The directory, and what the file of a sink is called there. */
static void prepare(void)
{
    DIR *entries;

    must(mkdtemp(directory) != NULL);
    spool_close(spool_open(directory, "sink", SPOOL_MAX));
    entries = opendir(directory);
    must(entries != NULL);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.')
            snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
    closedir(entries);
    must(path[0] != '\0' && atexit(remove_all) == 0);
}

static void fill(struct bytes content)
{
    int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    must(file >= 0 && write(file, content.data, content.len) == (ssize_t)content.len);
    close(file);
}

/* Whether the file still has this content and no more. */
static bool is_untouched(struct bytes content)
{
    FILE *file = fopen(path, "re");
    bool is_same = file != NULL;

    for (size_t i = 0; is_same && i < content.len; i++)
        is_same = fgetc(file) == content.data[i];
    is_same = is_same && fgetc(file) == EOF;
    if (file != NULL)
        fclose(file);
    return is_same;
}

/* Take and forget every line. What was waiting comes, in order, and no more. */
static void drain(struct spool *spool, unsigned put)
{
    uint64_t waiting = spool_waiting(spool);
    struct bytes taken;

    must(waiting >= put && waiting <= LINES_MAX + put);
    for (; spool_take(spool, &taken) == SPOOL_LINE; waiting--) {
        must(waiting > 0 && taken.len > 0 && taken.len <= EVENT_LINE_MAX);
        touch(taken);
        if (waiting <= put)
            must(bytes_equal(taken, bytes_of(line, sizeof(line) - 1)));
        spool_release(spool, taken.len);
        free((void *)(uintptr_t)taken.data);
    }
    must(waiting == 0 && spool_waiting(spool) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    struct spool *spool;
    uint8_t lines;
    unsigned put = 0;

    if (path[0] == '\0')
        prepare();
    if (!bytes_u8(&in, &lines))
        return 0;
    fill(in);
    spool = spool_open(directory, "sink", SPOOL_MAX);
    if (spool == NULL) { /* it is no spool */
        must(is_untouched(in));
        return 0;
    }
    for (unsigned i = 0; i < lines % 8u; i++)
        put += spool_put(spool, bytes_of(line, sizeof(line) - 1));
    drain(spool, put);
    must(spool_put(spool, bytes_of(line, sizeof(line) - 1)));
    drain(spool, 1);
    spool_close(spool);
    return 0;
}
