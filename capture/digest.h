/* SPDX-License-Identifier: GPL-2.0-or-later */
/* digest.h -- SHA-1 and SHA-256 (FIPS 180-4), which identifiers are made of.
 *
 * Each event has one of both, of a message that fits in one block. Processors that have
 * instructions for it need a fifth of the time that wolfCrypt takes, which was a sixth of the
 * event; all else is wolfCrypt's. Names, not secrets, are made with it.
 */
#ifndef TLSWHY_CAPTURE_DIGEST_H
#define TLSWHY_CAPTURE_DIGEST_H

#include "dissect/bytes.h"

enum { DIGEST_SHA1_SIZE = 20, DIGEST_SHA256_SIZE = 32 };

/* Write the digest of a message, of less than 2^32 octets. False, and nothing known of digest, when
 * wolfCrypt fails. */
MUST_USE bool digest_sha1(struct bytes message, uint8_t digest[DIGEST_SHA1_SIZE]);
MUST_USE bool digest_sha256(struct bytes message, uint8_t digest[DIGEST_SHA256_SIZE]);

#endif
