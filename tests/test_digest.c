/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/digest.h"
#include "capture/digest_block.h"
#include "tests/support/wire.h"

#include <wolfssl/options.h>

#include <wolfssl/wolfcrypt/hash.h>

/* FIPS 180-4 as the "Secure Hash Standard Validation System" and its examples have it: nothing,
 * "abc", and two blocks. */
static const struct {
    const char *message;
    uint8_t sha1[DIGEST_SHA1_SIZE];
    uint8_t sha256[DIGEST_SHA256_SIZE];
} vectors[] = {
    {"",
     {0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55,
      0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09},
     {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
      0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
      0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}},
    {"abc",
     {0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
      0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d},
     {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
      0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
      0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad}},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     {0x84, 0x98, 0x3e, 0x44, 0x1c, 0x3b, 0xd2, 0x6e, 0xba, 0xae,
      0x4a, 0xa1, 0xf9, 0x51, 0x29, 0xe5, 0xe5, 0x46, 0x70, 0xf1},
     {0x24, 0x8d, 0x6a, 0x61, 0xd2, 0x06, 0x38, 0xb8, 0xe5, 0xc0, 0x26,
      0x93, 0x0c, 0x3e, 0x60, 0x39, 0xa3, 0x3c, 0xe4, 0x59, 0x64, 0xff,
      0x21, 0x67, 0xf6, 0xec, 0xed, 0xd4, 0x19, 0xdb, 0x06, 0xc1}},
};

static void published_vectors_are_met(void)
{
    uint8_t sha1[DIGEST_SHA1_SIZE];
    uint8_t sha256[DIGEST_SHA256_SIZE];

    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct bytes message = bytes_of(vectors[i].message, strlen(vectors[i].message));

        CU_ASSERT_TRUE(digest_sha1(message, sha1));
        CU_ASSERT_EQUAL(memcmp(sha1, vectors[i].sha1, sizeof(sha1)), 0);
        CU_ASSERT_TRUE(digest_sha256(message, sha256));
        CU_ASSERT_EQUAL(memcmp(sha256, vectors[i].sha256, sizeof(sha256)), 0);
    }
}

/* Messages of all lengths around one block, no two octets of which are the same. */
static void any_length_has_the_digest_of_the_library(void)
{
    uint8_t octets[3 * DIGEST_BLOCK_SIZE];
    uint8_t ours[DIGEST_SHA256_SIZE];
    uint8_t theirs[DIGEST_SHA256_SIZE];

    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)(i + 17);
    for (size_t length = 0; length <= sizeof(octets); length++) {
        struct bytes message = bytes_of(octets, length);

        CU_ASSERT_TRUE(digest_sha1(message, ours));
        CU_ASSERT_EQUAL(wc_ShaHash(octets, (word32)length, theirs), 0);
        CU_ASSERT_EQUAL(memcmp(ours, theirs, DIGEST_SHA1_SIZE), 0);
        CU_ASSERT_TRUE(digest_sha256(message, ours));
        CU_ASSERT_EQUAL(wc_Sha256Hash(octets, (word32)length, theirs), 0);
        CU_ASSERT_EQUAL(memcmp(ours, theirs, DIGEST_SHA256_SIZE), 0);
    }
}

static void a_block_has_no_room_for_more(void)
{
    uint8_t octets[DIGEST_BLOCK_SIZE] = {0};
    uint8_t digest[DIGEST_SHA256_SIZE];

    for (size_t length = DIGEST_BLOCK_MESSAGE_MAX + 1; length <= sizeof(octets); length++) {
        CU_ASSERT_FALSE(digest_block_sha1(bytes_of(octets, length), digest));
        CU_ASSERT_FALSE(digest_block_sha256(bytes_of(octets, length), digest));
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"published vectors are met", published_vectors_are_met},
        {"any length has the digest of the library", any_length_has_the_digest_of_the_library},
        {"a block has no room for more", a_block_has_no_room_for_more},
        CU_TEST_INFO_NULL,
    };

    return suite_run("digest", tests);
}
