/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/bytes.h"
#include "tests/support/wire.h"

static const uint8_t octets[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09};

static void integers_are_in_network_order(void)
{
    struct bytes in = bytes_of(octets, sizeof octets);
    uint8_t one;
    uint16_t two;
    uint32_t three, four;

    CU_ASSERT_TRUE(bytes_u8(&in, &one));
    CU_ASSERT_EQUAL(one, 0x01);
    CU_ASSERT_TRUE(bytes_u16(&in, &two));
    CU_ASSERT_EQUAL(two, 0x0203);
    CU_ASSERT_TRUE(bytes_u24(&in, &three));
    CU_ASSERT_EQUAL(three, 0x040506);
    CU_ASSERT_EQUAL(in.len, 3);
    in = bytes_of(octets, sizeof octets);
    CU_ASSERT_TRUE(bytes_u32(&in, &four));
    CU_ASSERT_EQUAL(four, 0x01020304);
}

static void an_integer_has_any_width_up_to_eight(void)
{
    for (size_t width = 1; width <= 8; width++) {
        struct bytes in = bytes_of(octets, sizeof octets);
        uint64_t value;
        uint64_t expected = 0;

        for (size_t i = 1; i <= width; i++)
            expected = expected << 8 | i;
        CU_ASSERT_TRUE(bytes_uint(&in, width, &value));
        CU_ASSERT_EQUAL(value, expected);
        CU_ASSERT_EQUAL(in.len, sizeof octets - width);
    }
}

/* Whether every reader refuses in, and leaves it and its output as they were. */
static void check_refused(struct bytes in, size_t width)
{
    const struct bytes before = in;
    struct bytes view = bytes_of(octets, 2);
    uint8_t u8 = 7;
    uint16_t u16 = 7;
    uint32_t u32 = 7;
    uint64_t u64 = 7;

    CU_ASSERT_FALSE(width > 1 ? false : bytes_u8(&in, &u8));
    CU_ASSERT_FALSE(width > 2 ? false : bytes_u16(&in, &u16));
    CU_ASSERT_FALSE(width > 3 ? false : bytes_u24(&in, &u32));
    CU_ASSERT_FALSE(width > 4 ? false : bytes_u32(&in, &u32));
    CU_ASSERT_FALSE(bytes_uint(&in, 8, &u64));
    CU_ASSERT_FALSE(bytes_take(&in, in.len + 1, &view));
    CU_ASSERT_FALSE(bytes_skip(&in, in.len + 1));
    CU_ASSERT_FALSE(bytes_take(&in, SIZE_MAX, &view));
    CU_ASSERT_EQUAL(in.data, before.data);
    CU_ASSERT_EQUAL(in.len, before.len);
    CU_ASSERT_EQUAL(u8 + u16 + u32 + u64, 28);
    CU_ASSERT_EQUAL(view.data, octets);
    CU_ASSERT_EQUAL(view.len, 2);
}

static void a_failed_read_changes_nothing(void)
{
    struct guard guard = guard_new();

    for (size_t length = 0; length < 4; length++)
        check_refused(guard_copy(&guard, octets, length), length + 1);
    guard_free(&guard);
}

static void a_view_of_nothing_is_taken_from_nothing(void)
{
    struct bytes in = {.data = NULL, .len = 0};
    struct bytes view;

    CU_ASSERT_TRUE(bytes_take(&in, 0, &view));
    CU_ASSERT_EQUAL(view.len, 0);
    CU_ASSERT_TRUE(bytes_skip(&in, 0));
}

static void check_vector(struct bytes *in, size_t width, struct bytes wanted)
{
    struct bytes vector;

    CU_ASSERT_TRUE(bytes_vector(in, width, &vector) && bytes_equal(vector, wanted));
}

static void a_vector_is_cut_out_by_its_length(void)
{
    struct guard guard = guard_new();
    struct bytes in = guard_hex(&guard, "02 aabb 0001 cc 000000");

    check_vector(&in, 1, bytes_of("\xaa\xbb", 2));
    check_vector(&in, 2, bytes_of("\xcc", 1));
    check_vector(&in, 3, bytes_of("", 0));
    CU_ASSERT_EQUAL(in.len, 0);
    guard_free(&guard);
}

static void a_vector_longer_than_what_is_left_is_refused(void)
{
    static const char *const cut[] = {"03 aabb", "ff", "0003 aabb", "00", "000003 aabb", ""};
    static const size_t widths[] = {1, 1, 2, 2, 3, 3};
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        struct bytes in = guard_hex(&guard, cut[i]);
        const struct bytes before = in;
        struct bytes vector = bytes_of(octets, 1);

        CU_ASSERT_FALSE(bytes_vector(&in, widths[i], &vector));
        CU_ASSERT_EQUAL(in.data, before.data);
        CU_ASSERT_EQUAL(in.len, before.len);
        CU_ASSERT_EQUAL(vector.data, octets);
    }
    guard_free(&guard);
}

static void views_are_compared_by_their_octets(void)
{
    struct bytes empty = {.data = NULL, .len = 0};

    CU_ASSERT_TRUE(bytes_equal(bytes_of("abc", 3), bytes_of("abcd", 3)));
    CU_ASSERT_FALSE(bytes_equal(bytes_of("abc", 3), bytes_of("abd", 3)));
    CU_ASSERT_FALSE(bytes_equal(bytes_of("abc", 3), bytes_of("abc", 2)));
    CU_ASSERT_TRUE(bytes_equal(empty, bytes_of("x", 0)));
    CU_ASSERT_TRUE(bytes_start_with(bytes_of("HTTP/1.1", 8), "HTTP/"));
    CU_ASSERT_FALSE(bytes_start_with(bytes_of("HTT", 3), "HTTP/"));
    CU_ASSERT_FALSE(bytes_start_with(bytes_of("HTTQ/1", 6), "HTTP/"));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"integers are in network order", integers_are_in_network_order},
        {"an integer has any width up to eight", an_integer_has_any_width_up_to_eight},
        {"a failed read changes nothing", a_failed_read_changes_nothing},
        {"a view of nothing is taken from nothing", a_view_of_nothing_is_taken_from_nothing},
        {"a vector is cut out by its length", a_vector_is_cut_out_by_its_length},
        {"a vector longer than what is left is refused",
         a_vector_longer_than_what_is_left_is_refused},
        {"views are compared by their octets", views_are_compared_by_their_octets},
        CU_TEST_INFO_NULL,
    };

    return suite_run("bytes", tests);
}
