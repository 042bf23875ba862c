/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/text.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyze/digits.h"
#include "analyze/utf8.h"
#include "tests/support/wire.h"

#define NANOSECONDS INT64_C(1000000000)
#define HOUR        (INT64_C(3600) * NANOSECONDS)

/* A view of a string literal, which may hold NUL octets. */
#define OCTETS(literal) bytes_of(literal, sizeof(literal) - 1)

static const char *untrusted(char *buffer, size_t size, struct bytes octets)
{
    struct text text = text_begin(buffer, size);

    text_add_untrusted(&text, octets);
    return buffer;
}

static void text_grows_by_appending(void)
{
    char buffer[32];
    struct text text = text_begin(buffer, sizeof(buffer));

    CU_ASSERT_STRING_EQUAL(buffer, "");
    text_add(&text, "%s(%d)", "protocol_version", 70);
    text_add(&text, ", fatal");
    CU_ASSERT_STRING_EQUAL(buffer, "protocol_version(70), fatal");
    CU_ASSERT_EQUAL(text.length, strlen(buffer));
    CU_ASSERT_FALSE(text.cut);
}

static void text_that_is_just_full_is_not_cut(void)
{
    char buffer[8];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add(&text, "1234567");
    CU_ASSERT_STRING_EQUAL(buffer, "1234567");
    CU_ASSERT_FALSE(text.cut);
    text_add(&text, "8");
    CU_ASSERT_STRING_EQUAL(buffer, "1234...");
    CU_ASSERT_TRUE(text.cut);
    text_add(&text, "9");
    text_add_untrusted(&text, OCTETS("0"));
    CU_ASSERT_STRING_EQUAL(buffer, "1234...");
    CU_ASSERT_EQUAL(text.length, 7);
}

static void text_is_never_cut_within_a_character(void)
{
    /* Each character is three octets: whatever the size, only whole ones may be left. */
    for (size_t size = 4; size < 24; size++) {
        char buffer[24];
        struct text text = text_begin(buffer, size);

        text_add(&text, "%s", "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac");
        CU_ASSERT_TRUE(strlen(buffer) < size);
        CU_ASSERT_TRUE(utf8_is_valid(bytes_of(buffer, strlen(buffer))));
        CU_ASSERT_EQUAL((strlen(buffer) - (text.cut ? 3 : 0)) % 3, 0);
    }
}

static void the_smallest_text_holds_the_ellipsis(void)
{
    char buffer[4];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add(&text, "abcd");
    CU_ASSERT_STRING_EQUAL(buffer, "...");
}

static void untrusted_octets_are_made_safe(void)
{
    const struct {
        struct bytes octets;
        const char *shown;
    } cases[] = {
        {OCTETS("www.example.org"), "www.example.org"},
        {OCTETS("b\xc3\xbc"
                "cher.example"),
         "b\xc3\xbc"
         "cher.example"},
        {OCTETS("a\0b\nc\x7f"), "a\\x00b\\x0ac\\x7f"},
        {OCTETS("\x1b[31mred"), "\\x1b[31mred"},
        {OCTETS("\\x41"), "\\x5cx41"},
        {OCTETS("\xff\xfe"), "\\xff\\xfe"},
        {OCTETS("cut \xe2\x82"), "cut \\xe2\\x82"},
        {OCTETS("\xe2\x80\xae"
                "gro.elpmaxe"),
         "\\xe2\\x80\\xaegro.elpmaxe"}, /* RIGHT-TO-LEFT OVERRIDE */
        {OCTETS("\xef\xbb\xbfx"), "\\xef\\xbb\\xbfx"},
        {OCTETS("\xc2\x85"), "\\xc2\\x85"}, /* NEXT LINE */
        {OCTETS("\"'<&"), "\"'<&"},
        {OCTETS(""), ""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buffer[128];

        CU_ASSERT_STRING_EQUAL(untrusted(buffer, sizeof(buffer), cases[i].octets), cases[i].shown);
    }
}

static void whatever_the_octets_the_text_is_printable(void)
{
    for (unsigned int first = 0; first < 256; first++) {
        for (unsigned int second = 0; second < 256; second++) {
            const uint8_t octets[4] = {(uint8_t)first, (uint8_t)second, 0x80, 0xbf};
            char buffer[64];
            struct bytes shown;
            uint32_t code_point;

            untrusted(buffer, sizeof(buffer), bytes_of(octets, sizeof(octets)));
            shown = bytes_of(buffer, strlen(buffer));
            while (shown.len > 0) {
                size_t length = utf8_character(shown, &code_point);

                CU_ASSERT_FATAL(length > 0 && utf8_is_printable(code_point));
                CU_ASSERT_FATAL(bytes_skip(&shown, length));
            }
        }
    }
}

static void utf8_takes_what_rfc_3629_allows_and_nothing_else(void)
{
    const struct {
        struct bytes octets;
        size_t length;
        uint32_t code_point;
    } cases[] = {
        {OCTETS("\x00"), 1, 0x00},
        {OCTETS("A"), 1, 'A'},
        {OCTETS("\xc2\x80"), 2, 0x80},
        {OCTETS("\xdf\xbf"), 2, 0x7ff},
        {OCTETS("\xe0\xa0\x80"), 3, 0x800},
        {OCTETS("\xef\xbf\xbd"), 3, 0xfffd},
        {OCTETS("\xf0\x90\x80\x80"), 4, 0x10000},
        {OCTETS("\xf4\x8f\xbf\xbf"), 4, 0x10ffff},
        {OCTETS(""), 0, 0},
        {OCTETS("\x80"), 0, 0},             /* a continuation alone */
        {OCTETS("\xc0\x80"), 0, 0},         /* overlong */
        {OCTETS("\xc1\xbf"), 0, 0},         /* overlong */
        {OCTETS("\xe0\x9f\xbf"), 0, 0},     /* overlong */
        {OCTETS("\xf0\x8f\xbf\xbf"), 0, 0}, /* overlong */
        {OCTETS("\xed\xa0\x80"), 0, 0},     /* surrogate */
        {OCTETS("\xed\xbf\xbf"), 0, 0},     /* surrogate */
        {OCTETS("\xf4\x90\x80\x80"), 0, 0}, /* above U+10FFFF */
        {OCTETS("\xf8\x88\x80\x80\x80"), 0, 0},
        {OCTETS("\xe2\x82"), 0, 0}, /* cut */
        {OCTETS("\xe2\x28\xa1"), 0, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t code_point = 0;

        CU_ASSERT_EQUAL(utf8_character(cases[i].octets, &code_point), cases[i].length);
        CU_ASSERT_EQUAL(code_point, cases[i].code_point);
    }
}

static void utf8_whole_stops_at_the_limit_and_at_what_is_invalid(void)
{
    CU_ASSERT_EQUAL(utf8_whole(OCTETS("a\u20ac"), 4), 4);
    CU_ASSERT_EQUAL(utf8_whole(OCTETS("a\u20ac"), 3), 1);
    CU_ASSERT_EQUAL(utf8_whole(OCTETS("a\u20ac"), 0), 0);
    CU_ASSERT_EQUAL(utf8_whole(OCTETS("ab\xff"), 10), 2);
    CU_ASSERT_TRUE(utf8_is_valid(OCTETS("")));
    CU_ASSERT_FALSE(utf8_is_valid(OCTETS("ab\xff")));
}

static const char *version_name(uint16_t value)
{
    if (value == 0x0303)
        return "TLS 1.2";
    return value == 0x0304 ? "TLS 1.3" : NULL;
}

static const char *names(char buffer[128], struct bytes list, size_t max)
{
    struct text text = text_begin(buffer, 128);

    text_add_names(&text, list, version_name, max);
    return buffer;
}

static void names_of_a_list_are_read_without_grease(void)
{
    char buffer[128];

    CU_ASSERT_STRING_EQUAL(names(buffer, OCTETS("\x1a\x1a\x03\x04\x03\x03"), 8),
                           "TLS 1.3, TLS 1.2");
    CU_ASSERT_STRING_EQUAL(names(buffer, OCTETS("\x03\x04\x7f\x1c"), 8), "TLS 1.3, 0x7f1c");
    CU_ASSERT_STRING_EQUAL(names(buffer, OCTETS("\x0a\x0a"), 8), "");
    CU_ASSERT_STRING_EQUAL(names(buffer, OCTETS("\x03\x04\x03\x03\x00\x01\x2a\x2a"), 2),
                           "TLS 1.3, TLS 1.2 and 1 more");
}

static void durations_have_a_unit_that_people_use(void)
{
    static const struct {
        int64_t duration_ns;
        const char *shown;
    } cases[] = {
        {0, "0.0 ms"},
        {1, "below 0.1 ms"},
        {99999, "below 0.1 ms"},
        {100000, "0.1 ms"},
        {450000, "0.5 ms"},
        {449999, "0.4 ms"},
        {949999, "0.9 ms"},
        {9960000, "9.960 ms"},
        {9900000, "9.9 ms"},
        {12000000, "12 ms"},
        {999000000, "999 ms"},
        {3200 * (NANOSECONDS / 1000), "3.2 s"},
        {4940 * (NANOSECONDS / 1000), "4.9 s"},
        {4996282 * (NANOSECONDS / 1000000), "4.996 s"}, /* a rule may ask for 5 seconds */
        {120 * NANOSECONDS - 1, "119.999 s"},
        {90 * NANOSECONDS, "90.0 s"},
        {300 * NANOSECONDS, "5 min"},
        {3 * HOUR, "3 h"},
        {72 * HOUR, "3 days"},
        {-12000000, "-12 ms"},
        {INT64_MAX, "106751 days"},
        {INT64_MIN, "-106751 days"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buffer[32];
        struct text text = text_begin(buffer, sizeof(buffer));

        text_add_duration(&text, cases[i].duration_ns);
        CU_ASSERT_STRING_EQUAL(buffer, cases[i].shown);
    }
}

static void seconds_may_be_more_than_nanoseconds_can_hold(void)
{
    static const struct {
        int64_t seconds;
        const char *shown;
    } cases[] = {
        {3, "3.0 s"},
        {-3, "-3.0 s"},
        {INT64_C(9223372036), "106751 days"},
        {INT64_C(9223459200), "106753 days"},
        {INT64_C(-9223459200), "-106753 days"},
        {INT64_C(315569519999), "3652424 days"},
        {INT64_MIN, "-106751991167300 days"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buffer[32];
        struct text text = text_begin(buffer, sizeof(buffer));

        text_add_seconds(&text, cases[i].seconds);
        CU_ASSERT_STRING_EQUAL(buffer, cases[i].shown);
    }
}

static void times_are_utc_to_the_nanosecond(void)
{
    static const struct {
        int64_t time_ns;
        const char *timestamp;
        const char *time;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000000Z", "1970-01-01 00:00:00.000"},
        {INT64_C(1714557600123456789), "2024-05-01T10:00:00.123456789Z", "2024-05-01 10:00:00.123"},
        {INT64_C(1714557600999999999), "2024-05-01T10:00:00.999999999Z", "2024-05-01 10:00:00.999"},
        {INT64_C(1714557601000000000), "2024-05-01T10:00:01.000000000Z", "2024-05-01 10:00:01.000"},
        {-1, "1969-12-31T23:59:59.999999999Z", "1969-12-31 23:59:59.999"},
        {-1000000000, "1969-12-31T23:59:59.000000000Z", "1969-12-31 23:59:59.000"},
        {INT64_MAX, "2262-04-11T23:47:16.854775807Z", "2262-04-11 23:47:16.854"},
        {INT64_MIN, "1677-09-21T00:12:43.145224192Z", "1677-09-21 00:12:43.145"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char stamp[TEXT_TIMESTAMP_LENGTH];
        char buffer[40];
        struct text text = text_begin(buffer, sizeof(buffer));

        text_put_timestamp(stamp, cases[i].time_ns);
        CU_ASSERT_NSTRING_EQUAL(stamp, cases[i].timestamp, sizeof(stamp));
        CU_ASSERT_EQUAL(strlen(cases[i].timestamp), sizeof(stamp));
        text_add_time(&text, cases[i].time_ns);
        CU_ASSERT_STRING_EQUAL(buffer, cases[i].time);
        for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
            text_put_timestamp_near(stamp, cases[i].time_ns, cases[j].timestamp, cases[j].time_ns);
            CU_ASSERT_NSTRING_EQUAL(stamp, cases[i].timestamp, sizeof(stamp));
        }
    }
}

static void check_number(uint64_t number)
{
    char expected[32];
    char digits[DIGITS_MAX];
    size_t length = (size_t)snprintf(expected, sizeof(expected), "%" PRIu64, number);

    CU_ASSERT_EQUAL_FATAL(digits_put(digits, number), length);
    CU_ASSERT_NSTRING_EQUAL(digits, expected, length);
}

/* What printf says, of all that most events have, and of numbers of each length and of both sides
 * of each power of ten and of two. */
static void digits_are_those_of_printf(void)
{
    uint64_t power = 1;

    for (uint64_t number = 0; number <= UINT16_MAX; number++)
        check_number(number);
    for (int i = 0; i < 3 * 64 + 3 * 20; i++) {
        check_number(power + (uint64_t)(i % 3) - 1);
        if (i % 3 == 2)
            power = i == 3 * 64 - 1 ? 1 : power * (i < 3 * 64 ? 2 : 10);
    }
}

static bool stands_for_itself(uint8_t octet)
{
    return octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\';
}

/* Every octet, in every place of texts of all lengths around one and two groups that are looked at
 * together. */
static void what_stands_for_itself_is_plain(void)
{
    enum { LONGEST = 35 };
    size_t wrong = 0;

    CU_ASSERT_TRUE(text_is_plain((struct bytes){0}));
    for (unsigned octet = 0; octet < 256; octet++) {
        for (size_t length = 1; length <= LONGEST; length++) {
            for (size_t at = 0; at < length; at++) {
                uint8_t octets[LONGEST];

                memset(octets, octet % 2 == 0 ? ' ' : '~', sizeof(octets));
                octets[at] = (uint8_t)octet;
                wrong += text_is_plain(bytes_of(octets, length)) != stands_for_itself(octets[at]);
            }
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void every_octet_has_its_two_hexadecimal_digits(void)
{
    for (unsigned i = 0; i < 256; i++) {
        const uint8_t octets[4] = {(uint8_t)i, (uint8_t)(255 - i), (uint8_t)(i ^ 0x5a), 0xa9};
        char expected[16];
        char digits[8];

        snprintf(expected, sizeof(expected), "%02x%02x%02xa9", i, 255 - i, i ^ 0x5a);
        digits_put_hex(digits, octets, DIGITS_GAP_LOWER);
        CU_ASSERT_NSTRING_EQUAL(digits, expected, sizeof(digits));
        snprintf(expected, sizeof(expected), "%02X%02X%02XA9", i, 255 - i, i ^ 0x5a);
        digits_put_hex(digits, octets, DIGITS_GAP_UPPER);
        CU_ASSERT_NSTRING_EQUAL(digits, expected, sizeof(digits));
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"text grows by appending", text_grows_by_appending},
        {"text that is just full is not cut", text_that_is_just_full_is_not_cut},
        {"text is never cut within a character", text_is_never_cut_within_a_character},
        {"the smallest text holds the ellipsis", the_smallest_text_holds_the_ellipsis},
        {"untrusted octets are made safe", untrusted_octets_are_made_safe},
        {"whatever the octets, the text is printable", whatever_the_octets_the_text_is_printable},
        {"UTF-8 is what RFC 3629 allows", utf8_takes_what_rfc_3629_allows_and_nothing_else},
        {"whole characters up to a limit", utf8_whole_stops_at_the_limit_and_at_what_is_invalid},
        {"names of a list are read without GREASE", names_of_a_list_are_read_without_grease},
        {"durations have a unit that people use", durations_have_a_unit_that_people_use},
        {"seconds may be more than nanoseconds can hold",
         seconds_may_be_more_than_nanoseconds_can_hold},
        {"times are UTC, to the nanosecond", times_are_utc_to_the_nanosecond},
        {"digits are those of printf", digits_are_those_of_printf},
        {"what stands for itself is plain", what_stands_for_itself_is_plain},
        {"every octet has its two hexadecimal digits", every_octet_has_its_two_hexadecimal_digits},
        CU_TEST_INFO_NULL,
    };

    return suite_run("text", tests);
}
