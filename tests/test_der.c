/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/der.h"
#include "tests/support/wire.h"

static bool take_time_whole(struct bytes in)
{
    int64_t seconds;

    return der_take_time(&in, &seconds) && in.len == 0;
}

/* The time in text, as an element of this tag; INT64_MIN: refused. */
static int64_t time_of(uint8_t tag, const char *text)
{
    size_t length = strlen(text);
    uint8_t element[64] = {tag, (uint8_t)length};
    struct bytes in;
    int64_t seconds;

    for (size_t i = 0; i < length; i++)
        element[2 + i] = (uint8_t)text[i];
    in = bytes_of(element, 2 + length);
    return der_take_time(&in, &seconds) ? seconds : INT64_MIN;
}

static void lengths_have_up_to_four_octets(void)
{
    static const struct {
        const char *hex;
        bool is_good;
        size_t length;
    } cases[] = {
        {"04 00", true, 0},
        {"04 01 aa", true, 1},
        {"04 81 01 aa", true, 1},
        {"04 82 0001 aa", true, 1},
        {"04 84 00000001 aa", true, 1},
        {"04 85 0000000001 aa", false, 0}, /* more than four */
        {"04 80 aa 0000", false, 0},       /* indefinite */
        {"04 84 ffffffff aa", false, 0},   /* longer than there is */
        {"04 02 aa", false, 0},
        {"1f 81 01 aa", false, 0}, /* a tag of several octets */
        {"04", false, 0},
        {"", false, 0},
    };
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes in = guard_hex(&guard, cases[i].hex);
        struct bytes before = in;
        struct bytes contents = bytes_of("x", 1);
        uint8_t tag = 0;

        CU_ASSERT_EQUAL(der_next(&in, &tag, &contents), cases[i].is_good);
        CU_ASSERT_EQUAL(in.len, cases[i].is_good ? 0 : before.len);
        CU_ASSERT_EQUAL(contents.len, cases[i].is_good ? cases[i].length : 1);
    }
    guard_free(&guard);
}

static void a_tag_is_demanded_or_optional(void)
{
    struct guard guard = guard_new();
    struct bytes in = guard_hex(&guard, "02 01 05 30 02 0500");
    struct bytes contents;

    CU_ASSERT_FALSE(der_take(&in, DER_OCTET_STRING, &contents));
    CU_ASSERT_EQUAL(in.len, 7);
    CU_ASSERT_FALSE(der_take_optional(&in, DER_OID, &contents));
    CU_ASSERT_EQUAL(contents.len, 0);
    CU_ASSERT_TRUE(der_take_optional(&in, DER_INTEGER, &contents));
    CU_ASSERT_EQUAL(contents.data[0], 5);
    CU_ASSERT_TRUE(der_take(&in, DER_SEQUENCE, &contents));
    CU_ASSERT_EQUAL(contents.len, 2);
    CU_ASSERT_EQUAL(in.len, 0);
    CU_ASSERT_FALSE(der_skip(&in, DER_SEQUENCE));
    guard_free(&guard);
}

static void times_are_those_of_the_profile(void)
{
    CU_ASSERT_EQUAL(time_of(DER_UTC_TIME, "700101000000Z"), 0);
    CU_ASSERT_EQUAL(time_of(DER_UTC_TIME, "491231235959Z"), INT64_C(2524607999));
    CU_ASSERT_EQUAL(time_of(DER_UTC_TIME, "500101000000Z"), INT64_C(-631152000));
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "20380119031408Z"), INT64_C(2147483648));
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "99991231235959Z"), DER_TIME_MAX);
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "99981231235960Z"), INT64_C(253370764800));
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "00000101000000Z"), DER_TIME_MIN);
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "20000229120000Z"), INT64_C(951825600));
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "21000301000000Z"), INT64_C(4107542400));
}

static void other_times_are_refused(void)
{
    static const char *const wrong[] = {
        "2001010000Z",                        /* without seconds */
        "200101000000",                       /* without zone */
        "200101000000+0100",                  /* another zone */
        "200101000000ZZ",    "201301000000Z", /* month 13 */
        "200001000000Z",                      /* month 0 */
        "210229000000Z",                      /* no leap year */
        "200100000000Z",                      /* day 0 */
        "200101240000Z",                      /* hour 24 */
        "200101006000Z",                      /* minute 60 */
        "200101000061Z",                      /* second 61 */
        "20010100000 Z",     "",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT_EQUAL(time_of(DER_UTC_TIME, wrong[i]), INT64_MIN);
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "20200101000000.5Z"), INT64_MIN);
    CU_ASSERT_EQUAL(time_of(DER_GENERALIZED_TIME, "99991231235960Z"), INT64_MIN); /* year 10000 */
    CU_ASSERT_EQUAL(time_of(DER_OCTET_STRING, "200101000000Z"), INT64_MIN);
    check_prefixes("17 0d 3230303130313030303030305a", take_time_whole, SIZE_MAX);
}

static void elements_are_counted(void)
{
    struct guard guard = guard_new();
    size_t count = 7;

    CU_ASSERT_TRUE(der_count(guard_hex(&guard, "0500 020105 3000"), &count));
    CU_ASSERT_EQUAL(count, 3);
    CU_ASSERT_TRUE(der_count((struct bytes){0}, &count));
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_FALSE(der_count(guard_hex(&guard, "0500 0205"), &count));
    guard_free(&guard);
}

static void a_magnitude_has_no_zeros_in_front(void)
{
    struct guard guard = guard_new();

    CU_ASSERT_EQUAL(der_magnitude(guard_hex(&guard, "00 00 80 00")).len, 2);
    CU_ASSERT_EQUAL(der_magnitude(guard_hex(&guard, "00")).len, 0);
    CU_ASSERT_EQUAL(der_magnitude((struct bytes){0}).len, 0);
    guard_free(&guard);
}

static void a_boolean_has_one_octet(void)
{
    struct guard guard = guard_new();
    struct bytes in = guard_hex(&guard, "0101ff 010100 0102ffff");
    bool value = false;

    CU_ASSERT_TRUE(der_take_boolean(&in, &value));
    CU_ASSERT_TRUE(value);
    CU_ASSERT_TRUE(der_take_boolean(&in, &value));
    CU_ASSERT_FALSE(value);
    CU_ASSERT_FALSE(der_take_boolean(&in, &value));
    CU_ASSERT_EQUAL(in.len, 4);
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"lengths have up to four octets", lengths_have_up_to_four_octets},
        {"a tag is demanded or optional", a_tag_is_demanded_or_optional},
        {"times are those of the profile", times_are_those_of_the_profile},
        {"other times are refused", other_times_are_refused},
        {"elements are counted", elements_are_counted},
        {"a magnitude has no zeros in front", a_magnitude_has_no_zeros_in_front},
        {"a boolean has one octet", a_boolean_has_one_octet},
        CU_TEST_INFO_NULL,
    };

    return suite_run("der", tests);
}
