/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of options: what is taken is within its bounds.
 *
 * The first octet of the input chooses the kind of value; the rest is its text.
 */
#include <string.h>

#include "tests/fuzz/line.h"
#include "tools/tlswhy/option_value.h"

enum { TEXT_MAX = 4096, NUMBERS_MAX = 8 };

static void check_numbers(const uint16_t *numbers, size_t count, uint16_t most)
{
    must(count <= NUMBERS_MAX);
    for (size_t i = 0; i < count; i++)
        must(numbers[i] >= 1 && numbers[i] <= most);
}

static void read_number(const char *value)
{
    uint64_t number;

    if (option_value_number("--number", value, 0, 1000, &number))
        must(number <= 1000);
}

static void read_size(const char *value)
{
    uint64_t octets;

    if (option_value_size("--size", value, OPTION_MEMORY_MIN, OPTION_MEMORY_MAX, &octets))
        must(octets >= OPTION_MEMORY_MIN && octets <= OPTION_MEMORY_MAX);
}

static void read_ports(const char *value)
{
    uint16_t ports[NUMBERS_MAX];
    size_t count = 0;

    if (option_value_ports("--ports", value, ports, NUMBERS_MAX, &count))
        check_numbers(ports, count, UINT16_MAX);
}

static void read_days(const char *value)
{
    uint16_t days[NUMBERS_MAX];
    size_t count = 0;

    if (option_value_days("--days", value, days, NUMBERS_MAX, &count))
        check_numbers(days, count, 3650);
}

static void read_networks(const char *value)
{
    struct event_network networks[NUMBERS_MAX];
    size_t count = 0;

    if (!option_value_networks("--networks", value, networks, NUMBERS_MAX, &count))
        return;
    must(count >= 1 && count <= NUMBERS_MAX);
    for (size_t i = 0; i < count; i++)
        must(networks[i].bits <= 128
             && (networks[i].bits >= 96 || !address_is_ipv4(&networks[i].address)));
}

static void read_when(const char *value)
{
    enum when when;

    if (option_value_when("--when", value, &when))
        must(strcmp(value, "auto") == 0 || strcmp(value, "always") == 0
             || strcmp(value, "never") == 0);
}

static void read_text(const char *value)
{
    if (option_value_text("--text", value))
        line_check_text(bytes_of(value, strlen(value)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const char *) = {read_number, read_size, read_ports,   read_days,
                                                    read_when,   read_text, read_networks};
    struct bytes in = bytes_of(data, size);
    char value[TEXT_MAX + 1];
    uint8_t choice;

    if (!bytes_u8(&in, &choice) || in.len > TEXT_MAX)
        return 0;
    memcpy(value, in.data, in.len);
    value[in.len] = '\0';
    readers[choice % (sizeof(readers) / sizeof(readers[0]))](value);
    return 0;
}
