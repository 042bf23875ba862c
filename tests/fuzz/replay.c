/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_<name> DIRECTORY [STEP [LEARNED]] -- replay a corpus without libFuzzer.
 *
 * Every file is given to the target whole and cut at every length below PREFIXES_MAX that STEP
 * (default 1) divides, each time in memory of exactly its size, so that a sanitizer sees the first
 * octet read too far. LEARNED holds more inputs, each a line of hexadecimal digits: what fuzzing
 * learned, with nothing left in it that could be cut, which is given whole only.
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

/* The octets that a line of digits stands for, written over it. False for what is none. */
static bool read_digits(char *line, size_t length, size_t *size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        const char *digit = memchr(digits, line[i], sizeof(digits) - 1);

        if (digit == NULL)
            return false;
        line[i / 2] = (char)((i % 2 == 0 ? 0 : (uint8_t)line[i / 2] << 4) | (digit - digits));
    }
    *size = length / 2;
    return length % 2 == 0;
}

/* Returns how many there were, 0 when one could not be read. */
static unsigned replay_learned(const char *path)
{
    FILE *file = fopen(path, "r");
    unsigned inputs = 0;
    char *line = NULL;
    size_t room = 0, size;
    ssize_t length;

    must(file != NULL);
    while ((length = getline(&line, &room, file)) > 0) {
        if (!read_digits(line, (size_t)length - 1, &size)) {
            fprintf(stderr, "%s: line %u is not hexadecimal\n", path, inputs + 1);
            inputs = 0;
            break;
        }
        run((const uint8_t *)line, size);
        inputs++;
    }
    free(line);
    fclose(file);
    return inputs;
}

int main(int argc, char **argv)
{
    char path[4096];
    unsigned files = 0, learned = 0;
    bool is_good = true;
    DIR *directory = argc >= 2 && argc <= 4 ? opendir(argv[1]) : NULL;
    size_t step = argc >= 3 ? strtoul(argv[2], NULL, 10) : 1;

    if (directory == NULL || step == 0) {
        fprintf(stderr, "usage: %s DIRECTORY [STEP [LEARNED]]\n", argv[0]);
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
    if (argc == 4) {
        learned = replay_learned(argv[3]);
        is_good = learned > 0 && is_good;
    }
    printf("%u inputs replayed, %u of them learned\n", files + learned, learned);
    return is_good && files > 0 ? 0 : 1;
}
