/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/record.h"
#include "tests/support/wire.h"

/* A stream of three records: handshake, an empty application_data, an alert. */
static const char stream_hex[] = "16 0301 0005 0102030405" /* type, version, length, fragment */
                                 "17 0303 0000"
                                 "15 0303 0002 0228";

static void records_are_cut_off_one_after_the_other(void)
{
    struct guard guard = guard_new();
    struct bytes stream = guard_hex(&guard, stream_hex);
    struct record record;
    size_t need = 0;

    CU_ASSERT_EQUAL(record_next(&stream, &record, &need), RECORD_OK);
    CU_ASSERT_EQUAL(record.type, TLS_CONTENT_HANDSHAKE);
    CU_ASSERT_EQUAL(record.version, TLS_VERSION_1_0);
    CU_ASSERT_EQUAL(record.fragment.len, 5);
    CU_ASSERT_EQUAL(record.fragment.data[4], 5);
    CU_ASSERT_EQUAL(record_next(&stream, &record, &need), RECORD_OK);
    CU_ASSERT_EQUAL(record.type, TLS_CONTENT_APPLICATION_DATA);
    CU_ASSERT_EQUAL(record.fragment.len, 0);
    CU_ASSERT_EQUAL(record_next(&stream, &record, &need), RECORD_OK);
    CU_ASSERT_EQUAL(record.type, TLS_CONTENT_ALERT);
    CU_ASSERT_EQUAL(record.fragment.data[1], TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_EQUAL(need, 0);
    CU_ASSERT_EQUAL(record_next(&stream, &record, &need), RECORD_PARTIAL);
    CU_ASSERT_EQUAL(need, TLS_RECORD_HEADER_LENGTH);
    guard_free(&guard);
}

/* Every prefix of a record is a partial one, asks for more than it has, and changes nothing. */
static void a_prefix_of_a_record_is_partial(void)
{
    struct guard guard = guard_new();
    uint8_t whole[] = {0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5};

    for (size_t length = 0; length < sizeof whole; length++) {
        struct bytes stream = guard_copy(&guard, whole, length);
        const struct bytes before = stream;
        struct record record = {.type = 99};
        size_t need = 0;

        CU_ASSERT_EQUAL(record_next(&stream, &record, &need), RECORD_PARTIAL);
        CU_ASSERT_EQUAL(need, length < 5 ? 5 : sizeof whole);
        CU_ASSERT_EQUAL(stream.data, before.data);
        CU_ASSERT_EQUAL(stream.len, before.len);
        CU_ASSERT_EQUAL(record.type, 99);
    }
    guard_free(&guard);
}

/* Delivering octet by octet, never fewer than what is asked for, gives the same records. */
static void what_is_needed_is_enough(void)
{
    struct guard guard = guard_new();
    struct bytes whole = guard_hex(&guard, stream_hex);
    size_t at = 0;
    size_t have = 0;
    size_t records = 0;

    while (at < whole.len) {
        struct bytes stream = bytes_of(whole.data + at, have);
        struct record record;
        size_t need = 0;
        enum record_status status = record_next(&stream, &record, &need);

        if (status == RECORD_OK) {
            at += have - stream.len;
            have = 0;
            records++;
            continue;
        }
        CU_ASSERT_EQUAL_FATAL(status, RECORD_PARTIAL);
        CU_ASSERT_TRUE_FATAL(need > have && need <= RECORD_MAX);
        have = need;
        CU_ASSERT_TRUE_FATAL(at + have <= whole.len);
    }
    CU_ASSERT_EQUAL(records, 3);
    guard_free(&guard);
}

static void only_tls_types_and_versions_are_records(void)
{
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned minor = 0; minor < 256; minor++) {
            uint8_t octets[] = {(uint8_t)first, 3, (uint8_t)minor, 0, 0};
            struct bytes stream = bytes_of(octets, sizeof octets);
            struct record record;
            size_t need = 0;
            bool is_tls = first >= 20 && first <= 24 && minor <= 4;

            CU_ASSERT_EQUAL(record_next(&stream, &record, &need),
                            is_tls ? RECORD_OK : RECORD_ALIEN);
        }
    }
}

static void what_cannot_be_tls_is_alien_at_its_first_wrong_octet(void)
{
    static const char *const alien[] = {"47",    "00",    "13",       "19",
                                        "16 02", "16 04", "16 03 05", "16 03 7f"};
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(alien) / sizeof(alien[0]); i++) {
        struct bytes stream = guard_hex(&guard, alien[i]);
        size_t length = stream.len;
        struct record record = {.type = 99};
        size_t need = 77;

        CU_ASSERT_EQUAL(record_next(&stream, &record, &need), RECORD_ALIEN);
        CU_ASSERT_EQUAL(stream.len, length);
        CU_ASSERT_EQUAL(record.type, 99);
        CU_ASSERT_EQUAL(need, 77);
    }
    guard_free(&guard);
}

/* record_begins() is the short way: where record_next() finds the whole header of a record, of
 * whatever length. */
static void a_record_begins_with_its_whole_header(void)
{
    static const char *const streams[] = {
        "",           "16",           "16 0301 00",        "16 0301 0000",      "16 0301 0005 01",
        "17 0304 00", "17 0304 ffff", "14 0300 0001 01",   "18 0303 4801",      "19 0303 0001 00",
        "13 03 0300", "16 0305 0000", "16 0200 0001 0000", "16 0400 0001 0000", "80 2e01 0002 00"};
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        struct bytes stream = guard_hex(&guard, streams[i]);
        struct bytes rest = stream;
        struct record record;
        size_t need = 0;
        bool is_alien = record_next(&rest, &record, &need) == RECORD_ALIEN;

        CU_ASSERT_EQUAL(record_begins(stream), !is_alien && stream.len >= TLS_RECORD_HEADER_LENGTH);
    }
    guard_free(&guard);
}

/* A record of this length, header included, filled with zeros. */
static enum record_status next_of_length(const struct guard *guard, size_t length, bool is_whole,
                                         struct record *record, size_t *need)
{
    static uint8_t octets[RECORD_MAX];
    struct bytes stream;

    octets[0] = TLS_CONTENT_APPLICATION_DATA;
    octets[1] = octets[2] = 3;
    octets[3] = (uint8_t)(length >> 8);
    octets[4] = (uint8_t)length;
    stream = guard_copy(guard, octets, is_whole ? TLS_RECORD_HEADER_LENGTH + length : 5);
    return record_next(&stream, record, need);
}

static void the_longest_legal_record_is_taken(void)
{
    struct guard guard = guard_new();
    struct record record;
    size_t need = 0;

    CU_ASSERT_EQUAL(next_of_length(&guard, TLS_CIPHERTEXT_MAX, true, &record, &need), RECORD_OK);
    CU_ASSERT_EQUAL(record.fragment.len, 16384 + 2048);
    CU_ASSERT_EQUAL(next_of_length(&guard, TLS_CIPHERTEXT_MAX, false, &record, &need),
                    RECORD_PARTIAL);
    CU_ASSERT_EQUAL(need, RECORD_MAX);
    guard_free(&guard);
}

static void a_longer_record_is_named_and_not_waited_for(void)
{
    struct guard guard = guard_new();
    struct record record;
    size_t need = 0;

    CU_ASSERT_EQUAL(next_of_length(&guard, TLS_CIPHERTEXT_MAX + 1, false, &record, &need),
                    RECORD_OVERSIZED);
    CU_ASSERT_EQUAL(record.type, TLS_CONTENT_APPLICATION_DATA);
    CU_ASSERT_EQUAL(record.version, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(record.fragment.len, 0);
    CU_ASSERT_EQUAL(need, RECORD_MAX + 1);
    CU_ASSERT_EQUAL(next_of_length(&guard, 0xffff, false, &record, &need), RECORD_OVERSIZED);
    CU_ASSERT_EQUAL(need, 5 + 0xffff);
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"records are cut off one after the other", records_are_cut_off_one_after_the_other},
        {"a prefix of a record is partial", a_prefix_of_a_record_is_partial},
        {"what is needed is enough", what_is_needed_is_enough},
        {"only TLS types and versions are records", only_tls_types_and_versions_are_records},
        {"what cannot be TLS is alien at its first wrong octet",
         what_cannot_be_tls_is_alien_at_its_first_wrong_octet},
        {"a record begins with its whole header", a_record_begins_with_its_whole_header},
        {"the longest legal record is taken", the_longest_legal_record_is_taken},
        {"a longer record is named and not waited for",
         a_longer_record_is_named_and_not_waited_for},
        CU_TEST_INFO_NULL,
    };

    return suite_run("record", tests);
}
