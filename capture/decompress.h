/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decompress.h -- streaming decompression with the libraries that the build found. */
#ifndef TLSWHY_CAPTURE_DECOMPRESS_H
#define TLSWHY_CAPTURE_DECOMPRESS_H

#include "dissect/bytes.h"

struct decompress;

/* A decompressor of gzip (RFC 1952, several members as one stream) or Zstandard (RFC 8878,
 * several frames). NULL when memory is short, or the build has no library for it. */
struct decompress *decompress_new_gzip(void);
struct decompress *decompress_new_zstd(void);
void decompress_free(struct decompress *decompress); /* NULL is harmless */

/* Take compressed octets off *in and write at most size octets. False: the data is damaged.
 * *count below size: no more comes without more input. */
MUST_USE bool decompress_step(struct decompress *decompress, struct bytes *in, uint8_t *out,
                              size_t size, size_t *count);

/* True when no octet is missing: the last stream has ended. */
bool decompress_is_complete(const struct decompress *decompress);

#endif
