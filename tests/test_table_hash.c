/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/table_hash.h"
#include "tests/support/suite.h"

static const uint64_t secret[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

/* Fill octets of which no two neighbours are equal. */
static void fill(uint8_t octets[TABLE_HASH_OCTETS_MAX])
{
    for (size_t i = 0; i < TABLE_HASH_OCTETS_MAX; i++)
        octets[i] = (uint8_t)(i * 37 + 11);
}

/* The definition, one 32-bit word after the other. */
static uint32_t defined(const struct table_hash *hash, const uint8_t *octets, size_t length)
{
    uint64_t sums[TABLE_HASH_KEYS] = {0};
    uint64_t sum = hash->keys[0];

    for (size_t i = 0; i < length; i++)
        sums[i / 4] |= (uint64_t)octets[i] << 8 * (i % 4);
    for (size_t i = 0; i < TABLE_HASH_KEYS - 1 && 4 * i < length; i += 2)
        sum += (hash->keys[1 + i] + sums[i]) * (hash->keys[2 + i] + sums[i + 1]);
    return (uint32_t)(sum >> 32);
}

static void it_is_the_sum_of_products_of_the_definition(void)
{
    const struct table_hash hash = table_hash_of(secret);
    uint8_t octets[TABLE_HASH_OCTETS_MAX];

    fill(octets);
    for (size_t length = 0; length <= sizeof(octets); length++)
        CU_ASSERT_EQUAL(table_hash(&hash, octets, length), defined(&hash, octets, length));
}

static void every_bit_of_the_input_counts(void)
{
    const struct table_hash hash = table_hash_of(secret);
    uint8_t octets[TABLE_HASH_OCTETS_MAX];
    uint32_t before;

    fill(octets);
    before = table_hash(&hash, octets, sizeof(octets));
    for (unsigned bit = 0; bit < 8 * sizeof(octets); bit++) {
        octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CU_ASSERT_NOT_EQUAL(table_hash(&hash, octets, sizeof(octets)), before);
        octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void another_secret_gives_other_hashes(void)
{
    const uint64_t other[2] = {secret[0], secret[1] ^ 1};
    const struct table_hash first = table_hash_of(secret);
    const struct table_hash second = table_hash_of(other);
    uint8_t octets[TABLE_HASH_OCTETS_MAX];

    fill(octets);
    for (size_t length = 1; length <= sizeof(octets); length++)
        CU_ASSERT_NOT_EQUAL(table_hash(&first, octets, length),
                            table_hash(&second, octets, length));
}

/* Inputs that differ in few bits at either end, as addresses and ports do: the chains of a table
 * with as many places as inputs are no longer than with chance. */
static void near_inputs_spread(void)
{
    enum { PLACES = 4096, CHAIN_MAX = 12 };
    const struct table_hash hash = table_hash_of(secret);
    unsigned low[PLACES] = {0};
    unsigned high[PLACES] = {0};

    for (uint32_t i = 0; i < PLACES; i++) {
        uint32_t key[4] = {0x0a000000, i << 20, 0x0a000001, 443};
        uint32_t value = table_hash(&hash, key, sizeof(key));

        CU_ASSERT_TRUE(++low[value % PLACES] <= CHAIN_MAX);
        CU_ASSERT_TRUE(++high[value / (UINT32_MAX / PLACES + 1)] <= CHAIN_MAX);
    }
}

/* Lengths around those that are taken at once, and each octet of the longest. */
static void long_inputs_differ_wherever_they_do(void)
{
    enum { LONG = 3 * TABLE_HASH_OCTETS_MAX + 5 };
    const struct table_hash hash = table_hash_of(secret);
    uint8_t octets[LONG] = {0};
    uint64_t seen[LONG + 1];

    for (size_t length = 0; length <= LONG; length++) {
        seen[length] = table_hash_long(&hash, secret, bytes_of(octets, length));
        for (size_t shorter = 0; shorter < length; shorter++)
            CU_ASSERT_NOT_EQUAL(seen[shorter], seen[length]);
    }
    for (size_t i = 0; i < LONG; i++) {
        octets[i] ^= 1;
        CU_ASSERT_NOT_EQUAL(table_hash_long(&hash, secret, bytes_of(octets, LONG)), seen[LONG]);
        octets[i] ^= 1;
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"it is the sum of products of the definition",
         it_is_the_sum_of_products_of_the_definition},
        {"every bit of the input counts", every_bit_of_the_input_counts},
        {"another secret gives other hashes", another_secret_gives_other_hashes},
        {"near inputs spread", near_inputs_spread},
        {"long inputs differ wherever they do", long_inputs_differ_wherever_they_do},
        CU_TEST_INFO_NULL,
    };

    return suite_run("table_hash", tests);
}
