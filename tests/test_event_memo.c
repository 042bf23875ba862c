/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a writer remembers of earlier events saves work, and nothing else: an event is the same
 * as from a writer that has seen none. */
#include "analyze/event.h"
#include "analyze/event_parts.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

/* Lists and extensions of a client's hello: all that an event or a fingerprint tells of, GREASE in
 * each, and one extension that nobody tells the content of. */
static const uint8_t whole_suites[] = {0x0a, 0x0a, 0x13, 0x01, 0x13, 0x02, 0xc0, 0x2b,
                                       0xc0, 0x2f, 0xfe, 0xdc, 0x00, 0x2f, 0x00, 0x0a};
static const uint8_t whole_extensions[] = {
    0x1a, 0x1a, 0, 0,                                               /* GREASE */
    0,    0,    0, 8,  0, 6,    0,    0,    3,    'a',  '.',  'b',  /* server_name */
    0,    10,   0, 8,  0, 6,    0x2a, 0x2a, 0x00, 0x1d, 0x00, 0x17, /* supported_groups */
    0,    11,   0, 2,  1, 0,                                        /* ec_point_formats */
    0,    13,   0, 8,  0, 6,    0x3a, 0x3a, 0x04, 0x03, 0x08, 0x04, /* signature_algorithms */
    0,    16,   0, 5,  0, 3,    2,    'h',  '2',                    /* ALPN */
    0,    43,   0, 7,  6, 0x4a, 0x4a, 0x03, 0x04, 0x03, 0x03,       /* supported_versions */
    0,    51,   0, 13, 0, 11,   0x5a, 0x5a, 0,    1,    0,    0x00,
    0x1d, 0,    2, 1,  2,                /* key_share */
    0,    35,   0, 4,  9, 9,    9,    9, /* session_ticket */
};

struct hello {
    struct sample sample;
    uint8_t suites[sizeof(whole_suites)];
    uint8_t extensions[sizeof(whole_extensions)];
    struct event_writer *writer; /* that remembers */
};

static const struct event_options options = {.observer_name = "edge"};

static void begin(struct hello *hello)
{
    memset(hello, 0, sizeof(*hello));
    sample_failed(&hello->sample);
    memcpy(hello->suites, whole_suites, sizeof(whole_suites));
    memcpy(hello->extensions, whole_extensions, sizeof(whole_extensions));
    hello->writer = event_writer_new(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(hello->writer);
}

static void read_hello(struct hello *hello)
{
    struct facts *facts = &hello->sample.facts;

    facts->client_hello.cipher_suites = bytes_of(hello->suites, sizeof(hello->suites));
    facts->client_hello.extensions = bytes_of(hello->extensions, sizeof(hello->extensions));
    CU_ASSERT(extensions_parse(facts->client_hello.extensions, EXTENSION_IN_CLIENT_HELLO,
                               &facts->client_extensions)
              || facts->client_hello.extensions.len > 0);
}

/* The writer that remembers writes what one that does not would. */
static void compare(struct hello *hello)
{
    struct event_writer *fresh = event_writer_new(&options);
    struct bytes expected = {0};
    struct bytes line = {0};

    CU_ASSERT_PTR_NOT_NULL_FATAL(fresh);
    read_hello(hello);
    for (int i = 0; i < 2; i++) { /* what is new, and what is remembered */
        CU_ASSERT_TRUE_FATAL(event_write(fresh, &hello->sample.verdict, &expected));
        CU_ASSERT_TRUE_FATAL(event_write(hello->writer, &hello->sample.verdict, &line));
        CU_ASSERT_EQUAL_FATAL(line.len, expected.len);
        CU_ASSERT_EQUAL(memcmp(line.data, expected.data, line.len), 0);
    }
    event_writer_free(fresh);
}

static void key_of(struct hello *hello, struct memo_key *key)
{
    read_hello(hello);
    event_hello_key(key, &hello->sample.facts);
}

static void change_each(struct hello *hello, uint8_t *octets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t before = octets[i];

        for (unsigned change = 1; change < 256; change <<= 1) {
            octets[i] = before ^ (uint8_t)change;
            compare(hello);
        }
        octets[i] = before;
        compare(hello);
    }
}

static void hellos_that_differ_in_a_bit_are_told_apart(void)
{
    struct hello hello;

    begin(&hello);
    change_each(&hello, hello.suites, sizeof(hello.suites));
    change_each(&hello, hello.extensions, sizeof(hello.extensions));
    event_writer_free(hello.writer);
}

/* Change each GREASE of a list, which is at an even offset, to another one; returns how many
 * there were. */
static size_t draw_anew(uint8_t *octets, size_t count)
{
    size_t drawn = 0;

    for (size_t i = 0; i + 1 < count; i++) {
        if (!tls_is_grease((uint16_t)(octets[i] << 8 | octets[i + 1])))
            continue;
        octets[i] = octets[i + 1] = (uint8_t)(octets[i] + 0x60);
        drawn++;
        i++;
    }
    return drawn;
}

static void hellos_that_differ_in_grease_alone_have_one_key(void)
{
    struct hello hello;
    struct memo_key first;
    struct memo_key second;

    begin(&hello);
    key_of(&hello, &first);
    CU_ASSERT_EQUAL(draw_anew(hello.suites, sizeof(hello.suites)), 1);
    CU_ASSERT_EQUAL(draw_anew(hello.extensions, sizeof(hello.extensions)), 5);
    key_of(&hello, &second);
    CU_ASSERT_EQUAL_FATAL(first.length, second.length);
    CU_ASSERT_EQUAL(memcmp(first.octets, second.octets, first.length), 0);
    CU_ASSERT_EQUAL(first.hash, second.hash);
    compare(&hello);
    hello.suites[2] ^= 1;
    key_of(&hello, &second);
    CU_ASSERT_NOT_EQUAL(memcmp(first.octets, second.octets, first.length), 0);
    event_writer_free(hello.writer);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"hellos that differ in a bit are told apart", hellos_that_differ_in_a_bit_are_told_apart},
        {"hellos that differ in GREASE alone have one key",
         hellos_that_differ_in_grease_alone_have_one_key},
        CU_TEST_INFO_NULL,
    };

    return suite_run("event_memo", tests);
}
