/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *why, int error, const char **reason, int *system_error)
{
    *reason = why;
    *system_error = error;
    return false;
}

/* Read size octets, or as many as there are. */
static bool read_all(int file, uint8_t *data, size_t size, size_t *length)
{
    *length = 0;
    while (*length < size) {
        ssize_t count = read(file, data + *length, size - *length);

        if (count == 0)
            break;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        *length += (size_t)count;
    }
    return true;
}

static bool read_open_file(int file, size_t max, struct bytes *out, const char **reason,
                           int *system_error)
{
    struct stat status;
    uint8_t *data;
    size_t length;

    if (fstat(file, &status) < 0)
        return fail("cannot be read", errno, reason, system_error);
    if (!S_ISREG(status.st_mode))
        return fail("is not a regular file", 0, reason, system_error);
    if ((uint64_t)status.st_size > max)
        return fail("is too large", 0, reason, system_error);
    data = malloc((size_t)status.st_size + 1);
    if (data == NULL)
        return fail("no memory", ENOMEM, reason, system_error);
    if (!read_all(file, data, (size_t)status.st_size, &length)) {
        int error = errno;

        free(data);
        return fail("cannot be read", error, reason, system_error);
    }
    *out = bytes_of(data, length);
    return true;
}

bool file_read(const char *path, size_t max, struct bytes *out, const char **reason,
               int *system_error)
{
    /* Without O_NONBLOCK a FIFO would be waited for. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool done;

    if (file < 0)
        return fail("cannot be opened", errno, reason, system_error);
    done = read_open_file(file, max, out, reason, system_error);
    close(file);
    return done;
}

void file_free(struct bytes contents)
{
    union {
        const uint8_t *octets;
        void *memory;
    } allocated = {.octets = contents.data};

    free(allocated.memory);
}

/* Where text first occurs in in: *in moves to it. False, and *in empty, if it does not. */
static bool move_to(struct bytes *in, const char *text)
{
    const uint8_t *found = NULL;

    if (in->len > 0)
        found = memmem(in->data, in->len, text, strlen(text));
    return bytes_skip(in, found != NULL ? (size_t)(found - in->data) : in->len) && found != NULL;
}

/* Take what stands before text, and text itself. */
static bool take_until(struct bytes *in, const char *text, struct bytes *out)
{
    struct bytes rest = *in;

    if (!move_to(&rest, text) || !bytes_take(in, in->len - rest.len, out))
        return false;
    return bytes_skip(in, strlen(text));
}

enum pem_status pem_next(struct bytes file, struct bytes *in, struct pem_block *out)
{
    static const char begin[] = "-----BEGIN ";
    struct bytes end_label;

    if (!move_to(in, begin))
        return PEM_NONE;
    out->offset = file.len - in->len;
    if (!bytes_skip(in, strlen(begin)) || !take_until(in, "-----", &out->label)
        || !take_until(in, "-----END ", &out->body) || !take_until(in, "-----", &end_label)
        || !bytes_equal(out->label, end_label)) {
        *in = (struct bytes){0};
        return PEM_CUT;
    }
    return PEM_BLOCK;
}

enum { BASE64_BLANK = 0x40, BASE64_PAD = 0x41, BASE64_NONE = 0x42 };

/* The value of a character, or one of the above. */
static uint8_t base64_value(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return (uint8_t)(character - 'A');
    if (character >= 'a' && character <= 'z')
        return (uint8_t)(character - 'a' + 26);
    if (character >= '0' && character <= '9')
        return (uint8_t)(character - '0' + 52);
    if (character == '+')
        return 62;
    if (character == '/')
        return 63;
    if (character == '=')
        return BASE64_PAD;
    return character == '\n' || character == '\r' || character == ' ' || character == '\t'
               ? BASE64_BLANK
               : BASE64_NONE;
}

bool pem_decode(struct bytes body, uint8_t *out, size_t *length)
{
    uint32_t bits = 0;
    unsigned count = 0; /* characters in bits, 0 to 3 */
    unsigned padding = 0;
    size_t written = 0;

    for (size_t i = 0; i < body.len; i++) {
        uint8_t value = base64_value(body.data[i]);

        if (value == BASE64_BLANK)
            continue;
        if (value == BASE64_NONE || (padding > 0 && value != BASE64_PAD))
            return false;
        padding += value == BASE64_PAD;
        bits = bits << 6 | (value & 0x3f);
        if (++count < 4)
            continue;
        out[written++] = (uint8_t)(bits >> 16);
        out[written++] = (uint8_t)(bits >> 8);
        out[written++] = (uint8_t)bits;
        bits = 0;
        count = 0;
    }
    if (count != 0 || padding > 2 || padding > written)
        return false;
    *length = written - padding;
    return true;
}
