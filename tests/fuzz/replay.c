/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_<name> DIRECTORY [STEP] -- replay a corpus without libFuzzer.
 *
 * Every file is given to the target whole and cut at every length below PREFIXES_MAX that STEP
 * (default 1) divides, each time in memory of exactly its size, so that a sanitizer sees the first
 * octet read too far.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum {
    INPUT_MAX = 1 << 20,
    PREFIXES_MAX = 4096 /* all of a hello, and bounded time for a long capture */
};

static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    must(copy != NULL);
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_with_prefixes(const uint8_t *data, size_t size, size_t step)
{
    for (size_t length = 0; length < size && length < PREFIXES_MAX; length += step)
        run(data, length);
    run(data, size);
}

static bool replay_file(const char *path, size_t step)
{
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        return false;
    }
    size_t size = fread(data, 1, sizeof data, file);
    bool is_read = !ferror(file) && feof(file);
    fclose(file);
    if (is_read)
        run_with_prefixes(data, size, step);
    else
        fprintf(stderr, "%s: cannot be read, or longer than %d octets\n", path, INPUT_MAX);
    return is_read;
}

int main(int argc, char **argv)
{
    char path[4096];
    unsigned files = 0;
    bool is_good = true;
    DIR *directory = argc == 2 || argc == 3 ? opendir(argv[1]) : NULL;
    size_t step = argc == 3 ? strtoul(argv[2], NULL, 10) : 1;

    if (directory == NULL || step == 0) {
        fprintf(stderr, "usage: %s DIRECTORY [STEP]\n", argv[0]);
        return 2;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        is_good = replay_file(path, step) && is_good;
        files++;
    }
    closedir(directory);
    printf("%u inputs replayed\n", files);
    return is_good && files > 0 ? 0 : 1;
}
