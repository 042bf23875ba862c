/* SPDX-License-Identifier: GPL-2.0-or-later */
/* digest_block.h -- digests of short messages by instructions of the processor; private to
 * digest.c. */
#ifndef TLSWHY_CAPTURE_DIGEST_BLOCK_H
#define TLSWHY_CAPTURE_DIGEST_BLOCK_H

#include "capture/digest.h"

enum {
    DIGEST_BLOCK_SIZE = 64,
    /* Octets of a message that is one block with its padding: an octet and its length in bits
     * (FIPS 180-4 section 5.1.1). */
    DIGEST_BLOCK_MESSAGE_MAX = DIGEST_BLOCK_SIZE - 1 - 8
};

/* Write the digest of a message. False, and digest unchanged: it is longer than the above, or this
 * processor, or the compiler that was at hand, has no instructions for it. */
MUST_USE bool digest_block_sha1(struct bytes message, uint8_t digest[DIGEST_SHA1_SIZE]);
MUST_USE bool digest_block_sha256(struct bytes message, uint8_t digest[DIGEST_SHA256_SIZE]);

#endif
