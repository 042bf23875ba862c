/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/state_codec.h"

#include "analyze/der.h"
#include "capture/packet.h"
#include "tests/support/suite.h"

typedef void walk_function(struct state_codec *codec, int64_t *time);

/* Whether a time that somebody wrote is taken as it is. */
static bool is_taken(walk_function *walk, int64_t time)
{
    uint8_t octets[sizeof(time)];
    struct state_codec writer = {.out = octets};
    struct state_codec reader = {.is_reading = true, .in = bytes_of(octets, sizeof(octets))};
    int64_t written = time;
    int64_t read = -1;

    walk(&writer, &written);
    CU_ASSERT_EQUAL(written, time);
    walk(&reader, &read);
    CU_ASSERT_EQUAL(reader.in.len, 0);
    if (reader.fault == NULL)
        CU_ASSERT_EQUAL(read, time);
    return reader.fault == NULL;
}

static void times_are_those_that_packets_can_have(void)
{
    CU_ASSERT_TRUE(is_taken(state_codec_time_ns, 0));
    CU_ASSERT_TRUE(is_taken(state_codec_time_ns, PACKET_TIME_MAX_NS));
    CU_ASSERT_FALSE(is_taken(state_codec_time_ns, PACKET_TIME_MAX_NS + 1));
    CU_ASSERT_FALSE(is_taken(state_codec_time_ns, INT64_MAX));
    CU_ASSERT_FALSE(is_taken(state_codec_time_ns, -1));
    CU_ASSERT_FALSE(is_taken(state_codec_time_ns, INT64_MIN));
}

static void seconds_are_those_that_dates_can_have(void)
{
    CU_ASSERT_TRUE(is_taken(state_codec_seconds, DER_TIME_MIN));
    CU_ASSERT_TRUE(is_taken(state_codec_seconds, -1));
    CU_ASSERT_TRUE(is_taken(state_codec_seconds, DER_TIME_MAX));
    CU_ASSERT_FALSE(is_taken(state_codec_seconds, DER_TIME_MIN - 1));
    CU_ASSERT_FALSE(is_taken(state_codec_seconds, DER_TIME_MAX + 1));
    CU_ASSERT_FALSE(is_taken(state_codec_seconds, INT64_MIN));
    CU_ASSERT_FALSE(is_taken(state_codec_seconds, INT64_MAX));
}

/* The fault of a text that somebody put into a state; NULL: it is taken. */
static const char *fault_of(const char *text)
{
    uint8_t octets[1 + UINT8_MAX];
    char read[64] = "";
    struct state_codec reader = {.is_reading = true, .in = bytes_of(octets, 1 + strlen(text))};

    octets[0] = (uint8_t)strlen(text);
    memcpy(octets + 1, text, strlen(text));
    state_codec_text(&reader, read, sizeof(read));
    if (reader.fault == NULL)
        CU_ASSERT_STRING_EQUAL(read, text);
    return reader.fault;
}

static void names_can_be_shown_anywhere(void)
{
    static const char *const wrong[] = {
        "a\nb",          "a\x7f",    "a\xc2\x9b", /* control characters */
        "a\xe2\x80\xae",                          /* one that turns the direction of the text */
        "a\xff",         "\xc0\xaf", "a\xe2\x80", "\xed\xa0\x80", /* no UTF-8 */
    };

    CU_ASSERT_PTR_NULL(fault_of(""));
    CU_ASSERT_PTR_NULL(fault_of("www.example.com"));
    CU_ASSERT_PTR_NULL(fault_of("CN=B\xc3\xbcro \\x0a, \"quoted\"..."));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT_STRING_EQUAL(fault_of(wrong[i]), "a name is not printable UTF-8");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"times are those that packets can have", times_are_those_that_packets_can_have},
        {"seconds are those that dates can have", seconds_are_those_that_dates_can_have},
        {"names can be shown anywhere", names_can_be_shown_anywhere},
        CU_TEST_INFO_NULL,
    };

    return suite_run("state_codec", tests);
}
