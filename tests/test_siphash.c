/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vectors are those that the authors of SipHash publish with their reference
 * implementation: SipHash-2-4 of 0, 1, 2, ... under the key 0, 1, ... 15; and the
 * well-known values of SipHash-1-3 under the key zero. */
#include "capture/siphash.h"
#include "tests/support/suite.h"

static void two_four_gives_the_published_values(void)
{
    static const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    static const uint64_t expected[] = {
        0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
        0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
        0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
        0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
        0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794,
    };
    uint8_t message[sizeof(expected) / sizeof(expected[0])];

    for (size_t i = 0; i < sizeof(message); i++) {
        message[i] = (uint8_t)i;
        CU_ASSERT_EQUAL(siphash_2_4(key, message, i), expected[i]);
    }
}

static void with_128_bits_gives_the_published_values(void)
{
    static const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    static const uint64_t message[] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    static const uint64_t expected[][2] = {
        {0xe6a825ba047f81a3, 0x930255c71472f66d},
        {0x61f55862baa9623b, 0xb49714f364e2830f},
        {0xbb54b067caa4e26e, 0x77052385bf1533fd},
    };

    for (size_t count = 0; count < sizeof(expected) / sizeof(expected[0]); count++) {
        uint64_t result[2];

        siphash_128(key, message, count, result);
        CU_ASSERT_EQUAL(result[0], expected[count][0]);
        CU_ASSERT_EQUAL(result[1], expected[count][1]);
    }
}

static void one_three_gives_the_published_values(void)
{
    static const uint64_t key[2] = {0, 0};

    CU_ASSERT_EQUAL(siphash_1_3(key, "", 0), 0xd1fba762150c532c);
    CU_ASSERT_EQUAL(siphash_1_3(key, NULL, 0), 0xd1fba762150c532c);
    CU_ASSERT_EQUAL(siphash_1_3(key, "siphash", 7), 0x8264ceeccb16bcbe);
}

static void every_bit_of_key_and_message_counts(void)
{
    uint64_t key[2] = {1, 2};
    uint8_t message[12] = {0};
    uint64_t before = siphash_1_3(key, message, sizeof(message));

    for (unsigned bit = 0; bit < 8 * sizeof(message); bit++) {
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CU_ASSERT_NOT_EQUAL(siphash_1_3(key, message, sizeof(message)), before);
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (unsigned bit = 0; bit < 128; bit++) {
        key[bit / 64] ^= UINT64_C(1) << bit % 64;
        CU_ASSERT_NOT_EQUAL(siphash_1_3(key, message, sizeof(message)), before);
        key[bit / 64] ^= UINT64_C(1) << bit % 64;
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"SipHash-2-4 gives the published values", two_four_gives_the_published_values},
        {"SipHash-2-4 with 128 bits gives the published values",
         with_128_bits_gives_the_published_values},
        {"SipHash-1-3 gives the published values", one_three_gives_the_published_values},
        {"every bit of key and message counts", every_bit_of_key_and_message_counts},
        CU_TEST_INFO_NULL,
    };

    return suite_run("siphash", tests);
}
