/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what hellos of one kind are recognised: the types of their extensions, the code points in
 * their lists. */
#include "dissect/extension.h"
#include "tests/support/wire.h"

#include <stdio.h>

static void types_are_told_apart_whatever_their_order(void)
{
    static const char *const same[] = {
        "0017 0000   abcd 0001 cc   ff01 0001 00   000b 0002 0100",
        "5a5a 0000   ff01 0001 00   000b 0002 0100   abcd 0000   0017 0000   0a0a 0000",
    };
    static const char *const others[] = {
        "0017 0000   abcd 0001 cc   ff01 0001 00",
        "0017 0000   abce 0000   ff00 0000   000b 0002 0100", /* of the same sum */
        "0017 0000   ff01 0001 00   000b 0002 0100",
    };
    struct guard guard = guard_new();
    struct hello_extensions first, out;

    CU_ASSERT_TRUE(extensions_parse(guard_hex(&guard, same[0]), EXTENSION_IN_CLIENT_HELLO, &first));
    CU_ASSERT_EQUAL(first.low_types, 1 << 0x17 | 1 << 0x0b);
    CU_ASSERT_TRUE(extensions_parse(guard_hex(&guard, same[1]), EXTENSION_IN_CLIENT_HELLO, &out));
    CU_ASSERT_EQUAL(out.low_types, first.low_types);
    CU_ASSERT_EQUAL(out.high_types, first.high_types);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        CU_ASSERT_TRUE(
            extensions_parse(guard_hex(&guard, others[i]), EXTENSION_IN_CLIENT_HELLO, &out));
        CU_ASSERT_TRUE(out.low_types != first.low_types || out.high_types != first.high_types);
    }
    guard_free(&guard);
}

static void lists_are_recognised_by_their_numbers(void)
{
    static const struct {
        const char *list;
        bool is_like_first;
    } rows[] = {
        {"1a1a 1301 1302 1303 c02b c02f", true},
        {"fafa 1301 1302 1303 c02b c02f", true}, /* another value of GREASE */
        {"1301 1a1a 1302 1303 c02b c02f", false},
        {"1a1a 1301 1302 1303 c02f c02b", false},
        {"1302 1301 1a1a 1303 c02b c02f", false},
        {"1a1a 1301 1302 1303 c02b c02f 0000", false},
        {"1a1a 1301 1302 1303 c02b", false},
        {"1afa 1301 1302 1303 c02b c02f", false}, /* no GREASE */
        {"1b1b 1301 1302 1303 c02b c02f", false},
        {"1a1a 1301 1302 1303 c02b 4a4a", false},
        {"", false},
    };
    struct guard guard = guard_new();
    uint64_t first = list_u16_number(guard_hex(&guard, rows[0].list));

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(list_u16_number(guard_hex(&guard, rows[i].list)) == first,
                        rows[i].is_like_first);
    for (unsigned i = 0; i < 16; i++) {
        char hex[64];

        snprintf(hex, sizeof hex, "1a1a 1301 1302 1303 c02b %xa%xa", i, i);
        CU_ASSERT_EQUAL(list_u16_number(guard_hex(&guard, hex)),
                        list_u16_number(guard_hex(&guard, rows[9].list)));
    }
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"types are told apart whatever their order", types_are_told_apart_whatever_their_order},
        {"lists are recognised by their numbers", lists_are_recognised_by_their_numbers},
        CU_TEST_INFO_NULL,
    };

    return suite_run("offer_kind", tests);
}
