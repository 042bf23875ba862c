/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/input.h"

#include "capture/decompress.h"
#include "tlswhy_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    COMPRESSED_READ = 256 * 1024, /* octets read at once; as fast as it gets */
};

struct input {
    int descriptor; /* -1: memory */
    bool is_regular;
    bool is_interrupted; /* by a signal: it has ended */
    struct bytes memory; /* what is left of it */
    uint8_t magic[INPUT_MAGIC_LEN];
    struct bytes begin; /* octets of magic that are not delivered yet */
    uint64_t position;
    uint64_t size;
    struct decompress *decompress; /* NULL: not compressed */
    uint8_t *compressed;           /* COMPRESSED_READ octets, with decompress only */
    struct bytes pending;          /* in compressed, not yet decompressed */
    bool may_hold; /* the last read filled its buffer: decompress may hold more back */
    char error[INPUT_ERROR_MAX];
};

/* Compressions that are told from their first octets; make: NULL for those that no build reads. */
static const struct {
    const char *name;
    uint8_t magic[INPUT_MAGIC_LEN];
    size_t len;
    struct decompress *(*make)(void);
    bool is_built_in;
} compressions[] = {
    {"gzip", {0x1f, 0x8b}, 2, decompress_new_gzip, HAVE_ZLIB},
    {"Zstandard", {0x28, 0xb5, 0x2f, 0xfd}, 4, decompress_new_zstd, HAVE_ZSTD},
    {"xz", {0xfd, '7', 'z', 'X', 'Z', 0x00}, 6, NULL, false},
    {"bzip2", {'B', 'Z', 'h'}, 3, NULL, false},
    {"LZ4", {0x04, 0x22, 0x4d, 0x18}, 4, NULL, false},
};

/* Octets as they lie in the file. */
static enum input_status read_raw(struct input *input, uint8_t *buffer, size_t size, size_t *count)
{
    ssize_t got;

    if (input->begin.len > 0 || input->descriptor < 0) {
        struct bytes *from = input->begin.len > 0 ? &input->begin : &input->memory;
        struct bytes taken;

        *count = size < from->len ? size : from->len;
        if (*count == 0 || !bytes_take(from, *count, &taken))
            return INPUT_END;
        memcpy(buffer, taken.data, taken.len);
        return INPUT_DATA;
    }
    if (input->is_interrupted)
        return INPUT_END;
    got = read(input->descriptor, buffer, size);
    /* A program that takes signals wants to see them: it is one that ends the input. */
    input->is_interrupted = got < 0 && errno == EINTR;
    if (input->is_interrupted)
        return INPUT_END;
    if (got < 0) {
        snprintf(input->error, sizeof(input->error), "read error: %s", strerror(errno));
        return INPUT_FAILED;
    }
    *count = (size_t)got;
    input->position += *count;
    return got > 0 ? INPUT_DATA : INPUT_END;
}

/* Read the first octets, which stay to be delivered. */
static bool read_magic(struct input *input)
{
    size_t have = 0;

    while (have < INPUT_MAGIC_LEN) {
        size_t count;
        enum input_status status =
            read_raw(input, input->magic + have, INPUT_MAGIC_LEN - have, &count);

        if (status == INPUT_FAILED)
            return false;
        if (status == INPUT_END)
            break;
        have += count;
    }
    input->begin = bytes_of(input->magic, have);
    return true;
}

/* SIZE_MAX: it is none. */
static size_t find_compression(struct bytes begin)
{
    for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
        if (begin.len >= compressions[i].len
            && memcmp(begin.data, compressions[i].magic, compressions[i].len) == 0)
            return i;
    return SIZE_MAX;
}

bool input_begins_compressed(struct bytes begin)
{
    return find_compression(begin) != SIZE_MAX;
}

static bool start_inflating(struct input *input, size_t compression)
{
    bool has_memory;

    if (!compressions[compression].is_built_in) {
        snprintf(
            input->error, sizeof(input->error), "compressed with %s, which %s: decompress it first",
            compressions[compression].name,
            compressions[compression].make != NULL ? "this build does not read" : "is not read");
        return false;
    }
    input->compressed = malloc(COMPRESSED_READ);
    input->decompress = compressions[compression].make();
    has_memory = input->compressed != NULL && input->decompress != NULL;
    if (!has_memory)
        snprintf(input->error, sizeof(input->error), "out of memory");
    return has_memory;
}

static bool detect_compression(struct input *input)
{
    size_t compression;

    if (!read_magic(input))
        return false;
    compression = find_compression(input->begin);
    return compression == SIZE_MAX || start_inflating(input, compression);
}

/* Finish opening; on failure the reason is copied and the input closed. */
static struct input *input_start(struct input *input, char error[INPUT_ERROR_MAX])
{
    if (input->error[0] == '\0' && detect_compression(input))
        return input;
    memcpy(error, input->error, INPUT_ERROR_MAX);
    input_close(input);
    return NULL;
}

static struct input *input_new(char error[INPUT_ERROR_MAX])
{
    struct input *input = calloc(1, sizeof(*input));

    if (input == NULL)
        snprintf(error, INPUT_ERROR_MAX, "out of memory");
    else
        input->descriptor = -1;
    return input;
}

static void open_path(struct input *input, const char *path)
{
    struct stat status;

    input->descriptor =
        strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (input->descriptor < 0 || fstat(input->descriptor, &status) != 0) {
        snprintf(input->error, sizeof(input->error), "cannot open: %s", strerror(errno));
        return;
    }
    if (S_ISDIR(status.st_mode)) {
        snprintf(input->error, sizeof(input->error), "cannot read: it is a directory");
        return;
    }
    input->is_regular = S_ISREG(status.st_mode) && strcmp(path, "-") != 0;
    if (S_ISREG(status.st_mode) && status.st_size > 0)
        input->size = (uint64_t)status.st_size;
}

struct input *input_open(const char *path, char error[INPUT_ERROR_MAX])
{
    struct input *input = input_new(error);

    if (input == NULL)
        return NULL;
    open_path(input, path);
    return input_start(input, error);
}

struct input *input_of_bytes(struct bytes octets, char error[INPUT_ERROR_MAX])
{
    struct input *input = input_new(error);

    if (input == NULL)
        return NULL;
    input->memory = octets;
    input->size = octets.len;
    return input_start(input, error);
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    if (input->descriptor >= 0)
        close(input->descriptor);
    decompress_free(input->decompress);
    free(input->compressed);
    free(input);
}

/* Have compressed octets to inflate. INPUT_TRUNCATED: the file ends within a stream. */
static enum input_status fill_pending(struct input *input)
{
    size_t count;
    enum input_status status;

    if (input->pending.len > 0 || input->may_hold)
        return INPUT_DATA;
    status = read_raw(input, input->compressed, COMPRESSED_READ, &count);
    if (status == INPUT_DATA)
        input->pending = bytes_of(input->compressed, count);
    if (status == INPUT_END && !decompress_is_complete(input->decompress))
        return INPUT_TRUNCATED;
    return status;
}

enum input_status input_read(struct input *input, uint8_t *buffer, size_t size, size_t *count)
{
    if (input->decompress == NULL)
        return read_raw(input, buffer, size, count);
    do {
        enum input_status status = fill_pending(input);

        if (status != INPUT_DATA)
            return status;
        if (!decompress_step(input->decompress, &input->pending, buffer, size, count)) {
            snprintf(input->error, sizeof(input->error), "the compressed data is damaged");
            return INPUT_FAILED;
        }
        input->may_hold = *count == size;
    } while (*count == 0);
    return INPUT_DATA;
}

const char *input_error(const struct input *input)
{
    return input->error;
}

bool input_is_regular(const struct input *input)
{
    return input->is_regular;
}

bool input_is_compressed(const struct input *input)
{
    return input->decompress != NULL;
}

uint64_t input_position(const struct input *input)
{
    return input->position;
}

uint64_t input_size(const struct input *input)
{
    return input->size;
}
