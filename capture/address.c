/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/address.h"

#include <arpa/inet.h>

enum { IPV6_GROUPS = 8 };

_Static_assert(ADDRESS_TEXT_MAX > IPV6_GROUPS * 5 - 1, "eight groups, seven colons and NUL");

/* As inet_ntop does, which goes through printf, for each group of an address. Digits and dot of an
 * octet are written at once, the first one lowest, but for zeros before it; returns the end.
 * Division by 100 and by 10 is multiplication, exact for an octet. */
static char *format_ipv4(const uint8_t octets[4], char *out)
{
    for (size_t i = 0; i < 4; i++) {
        uint32_t octet = octets[i];
        uint32_t hundreds = octet * 41 >> 12;
        uint32_t tens = (octet - 100 * hundreds) * 103 >> 10;
        uint32_t ones = octet - 100 * hundreds - 10 * tens;
        uint32_t skipped = (uint32_t)(octet < 100) + (octet < 10);
        uint32_t written = hundreds | tens << 8 | ones << 16 | (uint32_t)('.' - '0') << 24;

        written = (written + '0' * UINT32_C(0x01010101)) >> 8 * skipped;
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++)
            out[j] = (char)(written >> 8 * j);
        out += 4 - skipped;
    }
    out[-1] = '\0';
    return out - 1;
}

/* A run of groups that are zero. */
struct zeros {
    size_t begin;
    size_t count;
};

/* The longest one, the first of those: what "::" stands for, unless it is one group alone. */
static struct zeros find_zeros(const uint16_t groups[IPV6_GROUPS])
{
    struct zeros longest = {0};
    struct zeros run = {0};

    for (size_t i = 0; i < IPV6_GROUPS; i++) {
        if (groups[i] != 0) {
            run = (struct zeros){.begin = i + 1};
            continue;
        }
        run.count++;
        if (run.count > longest.count)
            longest = run;
    }
    return longest.count > 1 ? longest : (struct zeros){.begin = IPV6_GROUPS};
}

static char *put_group(char *out, uint16_t group)
{
    static const char digits[] = "0123456789abcdef";
    bool is_leading = true;

    for (int shift = 12; shift >= 0; shift -= 4) {
        is_leading = is_leading && group >> shift == 0 && shift > 0;
        if (!is_leading)
            *out++ = digits[group >> shift & 0xf];
    }
    return out;
}

/* RFC 5952 section 4; what ends in an IPv4 address after zeros alone by section 5. */
static char *format_ipv6(const uint8_t octets[16], char *out)
{
    uint16_t groups[IPV6_GROUPS];
    struct zeros zeros;

    for (size_t i = 0; i < IPV6_GROUPS; i++)
        groups[i] = (uint16_t)(octets[2 * i] << 8 | octets[2 * i + 1]);
    zeros = find_zeros(groups);
    for (size_t i = 0; i < IPV6_GROUPS; i++) {
        if (i >= zeros.begin && i < zeros.begin + zeros.count) {
            if (i == zeros.begin || i == IPV6_GROUPS - 1)
                *out++ = ':';
            continue;
        }
        if (i > 0)
            *out++ = ':';
        if (i == 6 && zeros.begin == 0 && zeros.count == 6)
            return format_ipv4(octets + 12, out);
        out = put_group(out, groups[i]);
    }
    *out = '\0';
    return out;
}

/* Write the text; returns its end. */
static char *format(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
    return address_is_ipv4(address) ? format_ipv4(address->octets + 12, text)
                                    : format_ipv6(address->octets, text);
}

const char *address_format(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
    (void)format(address, text);
    return text;
}

void address_text_make(struct address_text *text, const struct address *address)
{
    text->length = (size_t)(format(address, text->text) - text->text);
}

bool address_parse(const char *text, struct address *address)
{
    uint8_t ipv4[4];

    if (inet_pton(AF_INET, text, ipv4) != 1)
        return inet_pton(AF_INET6, text, address->octets) == 1;
    address_map_ipv4(address, ipv4);
    return true;
}
