/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/packet.h"
#include "tests/support/wire.h"

#include <arpa/inet.h>

/* What inet_ntop says, of addresses with zeros in all places. */
static void addresses_are_shown_as_others_do(void)
{
    uint32_t state = 1;

    for (int i = 0; i < 20000; i++) {
        struct address address;
        struct address_text made;
        char text[ADDRESS_TEXT_MAX];
        char expected[ADDRESS_TEXT_MAX];

        for (size_t at = 0; at < sizeof(address.octets); at++) {
            state = state * 1664525 + 1013904223;
            address.octets[at] = (state >> 30) != 0 ? 0 : (uint8_t)(state >> 22);
        }
        if (i % 4 == 0) /* groups without a zero in them too */
            memset(address.octets + i % 14, 0xfe - i % 3, 3);
        if (address_is_ipv4(&address))
            continue;
        inet_ntop(AF_INET6, address.octets, expected, sizeof(expected));
        CU_ASSERT_STRING_EQUAL(address_format(&address, text), expected);
        address_text_make(&made, &address);
        CU_ASSERT_STRING_EQUAL(made.text, expected);
        CU_ASSERT_EQUAL(made.length, strlen(expected));
    }
}

static void every_octet_of_an_ipv4_address_is_shown(void)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        for (size_t at = 12; at < 16; at++) {
            struct address address = {.octets = {[10] = 0xff, 0xff, 1, 22, 133, 4}};
            struct address_text made;
            char text[ADDRESS_TEXT_MAX];
            char expected[ADDRESS_TEXT_MAX];

            address.octets[at] = (uint8_t)octet;
            inet_ntop(AF_INET, address.octets + 12, expected, sizeof(expected));
            CU_ASSERT_STRING_EQUAL(address_format(&address, text), expected);
            address_text_make(&made, &address);
            CU_ASSERT_STRING_EQUAL(made.text, expected);
            CU_ASSERT_EQUAL(made.length, strlen(expected));
        }
    }
}

static void an_address_is_read_back(void)
{
    static const char *const texts[] = {"192.0.2.1", "2001:db8::1", "::"};
    static const char *const others[] = {"", "192.0.2", "192.0.2.1:443", "::1::", "host"};
    struct address address;
    char text[ADDRESS_TEXT_MAX];

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        CU_ASSERT_TRUE(address_parse(texts[i], &address));
        CU_ASSERT_STRING_EQUAL(address_format(&address, text), texts[i]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        CU_ASSERT_FALSE(address_parse(others[i], &address));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"addresses are shown as others do", addresses_are_shown_as_others_do},
        {"every octet of an IPv4 address is shown", every_octet_of_an_ipv4_address_is_shown},
        {"an address is read back", an_address_is_read_back},
        CU_TEST_INFO_NULL,
    };

    return suite_run("address", tests);
}
