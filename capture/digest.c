/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/digest.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/hash.h>

#include "capture/digest_block.h"

bool digest_sha1(struct bytes message, uint8_t digest[DIGEST_SHA1_SIZE])
{
    return digest_block_sha1(message, digest)
           || wc_ShaHash(message.data, (word32)message.len, digest) == 0;
}

bool digest_sha256(struct bytes message, uint8_t digest[DIGEST_SHA256_SIZE])
{
    return digest_block_sha256(message, digest)
           || wc_Sha256Hash(message.data, (word32)message.len, digest) == 0;
}
