/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/packet.h"

enum { IPV6_GROUPS = 8 };

_Static_assert(ADDRESS_TEXT_MAX > IPV6_GROUPS * 5 - 1, "eight groups, seven colons and NUL");

/* As inet_ntop does, which goes through printf, for each group of an address. A digit that is not
 * shown is written over: nobody could foretell which ones are. */
static void format_ipv4(const uint8_t octets[4], char *out)
{
    for (size_t i = 0; i < 4; i++) {
        uint8_t octet = octets[i];

        *out = (char)('0' + octet / 100);
        out += octet >= 100;
        *out = (char)('0' + octet / 10 % 10);
        out += octet >= 10;
        *out++ = (char)('0' + octet % 10);
        *out++ = '.';
    }
    out[-1] = '\0';
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
static void format_ipv6(const uint8_t octets[16], char *out)
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
        if (i == 6 && zeros.begin == 0 && zeros.count == 6) {
            format_ipv4(octets + 12, out);
            return;
        }
        out = put_group(out, groups[i]);
    }
    *out = '\0';
}

const char *address_format(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
    if (address_is_ipv4(address))
        format_ipv4(address->octets + 12, text);
    else
        format_ipv6(address->octets, text);
    return text;
}
