/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file.h -- read a whole file of bounded size, and the PEM blocks in it (RFC 7468). */
#ifndef TLSWHY_ANALYZE_FILE_H
#define TLSWHY_ANALYZE_FILE_H

#include "dissect/bytes.h"

/* Read the file at path. On success *out is its contents, for file_free(). False, and
 * *reason (static) and *system_error (errno, 0: none) set, if it cannot be read, is no regular
 * file, or has more than max octets. */
MUST_USE bool file_read(const char *path, size_t max, struct bytes *out, const char **reason,
                        int *system_error);

/* The same of a file that is open; it stays open. */
MUST_USE bool file_read_descriptor(int file, size_t max, struct bytes *out, const char **reason,
                                   int *system_error);

/* Give the contents of a file back. */
void file_free(struct bytes contents);

struct pem_block {
    struct bytes label; /* "CERTIFICATE" */
    struct bytes body;  /* base64 and blanks; headers of RFC 1421 are not left out */
    size_t offset;      /* of "-----BEGIN" in the file */
};

enum pem_status {
    PEM_BLOCK, /* *out is set, *in moved past the block */
    PEM_NONE,  /* no further block begins */
    PEM_CUT    /* a block begins at out->offset and does not end; *in is empty */
};

/* Find the next block. in is what is left of file. Text between blocks is passed over. */
enum pem_status pem_next(struct bytes file, struct bytes *in, struct pem_block *out);

/* Decode a block's body into out, which has room for body.len / 4 * 3 + 3 octets; *length is how
 * many it became. False if it is not base64. */
MUST_USE bool pem_decode(struct bytes body, uint8_t *out, size_t *length);

#endif
