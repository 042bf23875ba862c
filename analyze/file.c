/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/bytes_free.h"

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

bool file_read_descriptor(int file, size_t max, struct bytes *out, const char **reason,
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
    done = file_read_descriptor(file, max, out, reason, system_error);
    close(file);
    return done;
}

void file_free(struct bytes contents)
{
    bytes_free(contents);
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

/* What a character is: a digit with its value in the lower six bits, or one of the others. */
enum { BASE64_NONE = 0, BASE64_BLANK = 1, BASE64_PAD = 2, BASE64_DIGIT = 0x80 };

/* By its ASCII code (RFC 4648 section 4). */
static const uint8_t base64_characters[UINT8_MAX + 1] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xbe, 0x00, 0x00, 0x00, 0xbf,
    0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00,
    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e,
    0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8,
    0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0, 0xb1, 0xb2, 0xb3, 0x00, 0x00, 0x00, 0x00, 0x00};

static void write_24(uint8_t *out, uint32_t bits)
{
    out[0] = (uint8_t)(bits >> 16);
    out[1] = (uint8_t)(bits >> 8);
    out[2] = (uint8_t)bits;
}

/* Take four characters if they are digits, as nearly all are. */
static bool decode_four(struct bytes *body, uint8_t *out)
{
    struct bytes rest = *body;
    struct bytes four;
    uint32_t first, second, third, fourth;

    if (!bytes_take(&rest, 4, &four))
        return false;
    first = base64_characters[four.data[0]];
    second = base64_characters[four.data[1]];
    third = base64_characters[four.data[2]];
    fourth = base64_characters[four.data[3]];
    if ((first & second & third & fourth & BASE64_DIGIT) == 0)
        return false;
    *body = rest;
    write_24(out,
             (first & 0x3f) << 18 | (second & 0x3f) << 12 | (third & 0x3f) << 6 | (fourth & 0x3f));
    return true;
}

bool pem_decode(struct bytes body, uint8_t *out, size_t *length)
{
    uint32_t bits = 0;
    unsigned count = 0; /* characters in bits, 0 to 3 */
    unsigned padding = 0;
    size_t written = 0;

    while (body.len > 0) {
        uint8_t value;

        if (count + padding == 0 && decode_four(&body, out + written)) {
            written += 3;
            continue;
        }
        if (!bytes_u8(&body, &value))
            break;
        value = base64_characters[value];
        if (value == BASE64_BLANK)
            continue;
        if (value == BASE64_NONE || (padding > 0 && value != BASE64_PAD))
            return false;
        padding += value == BASE64_PAD;
        bits = bits << 6 | (value == BASE64_PAD ? 0 : value & 0x3fu);
        if (++count < 4)
            continue;
        write_24(out + written, bits);
        written += 3;
        bits = 0;
        count = 0;
    }
    if (count != 0 || padding > 2 || padding > written)
        return false;
    *length = written - padding;
    return true;
}
