/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input.h -- the octets of a file, a pipe or memory, decompressed where needed.
 *
 * gzip and Zstandard are recognised by their first octets, never by name. A
 * read returns what is there, so packets that trickle out of a pipe are not
 * held back.
 */
#ifndef TLSWHY_CAPTURE_INPUT_H
#define TLSWHY_CAPTURE_INPUT_H

#include "dissect/bytes.h"

enum {
    INPUT_ERROR_MAX = 256, /* octets of an error text and its NUL */
    INPUT_MAGIC_LEN = 6    /* octets that tell whether a file is compressed, and how */
};

struct input;

/* Whether a file that begins with these octets is compressed, also in ways that are not read. */
bool input_begins_compressed(struct bytes begin);

/* Open the file at path, "-" being standard input. NULL on error, with the reason in error. */
struct input *input_open(const char *path, char error[INPUT_ERROR_MAX]);

/* Read from memory, which the caller keeps alive. */
struct input *input_of_bytes(struct bytes octets, char error[INPUT_ERROR_MAX]);

void input_close(struct input *input); /* NULL is harmless */

enum input_status {
    INPUT_DATA,      /* *count octets, at least one, were read */
    INPUT_END,       /* there are no more */
    INPUT_TRUNCATED, /* likewise, but compressed data ends before its end mark */
    INPUT_FAILED     /* see input_error */
};

/* Read at most size (> 0) octets into buffer. Blocks until there is at least one, or until a signal
 * comes, which is the end of the input. */
enum input_status input_read(struct input *input, uint8_t *buffer, size_t size, size_t *count);

/* Why input_read failed; empty before. */
const char *input_error(const struct input *input);

/* True when the path names a file that can be opened again and begins with the same octets:
 * no pipe, no terminal. */
bool input_is_regular(const struct input *input);

/* True when what is read is not what lies on disk, but decompressed from it. */
bool input_is_compressed(const struct input *input);

/* For progress: octets read of the file as it lies on disk, and its size (0: unknown). */
uint64_t input_position(const struct input *input);
uint64_t input_size(const struct input *input);

#endif
