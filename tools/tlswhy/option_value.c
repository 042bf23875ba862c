/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/option_value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/inventory.h"
#include "analyze/utf8.h"
#include "tools/tlswhy/complain.h"

static const char ADDRESS_DEFAULT[] = "127.0.0.1";

enum { ADDRESS_SIZE = 64 /* of a numeric one, brackets and scope included */ };

/* Read decimal digits from the front of *text. False when there are none, or too many. */
static bool take_number(const char **text, uint64_t *out)
{
    char *end;

    if (!isdigit((unsigned char)**text)) /* strtoull would take blanks and signs */
        return false;
    errno = 0;
    *out = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

static bool is_number(const char *value, uint64_t min, uint64_t max, uint64_t *out)
{
    return take_number(&value, out) && *value == '\0' && *out >= min && *out <= max;
}

bool option_value_number(const char *option, const char *value, uint64_t min, uint64_t max,
                         uint64_t *out)
{
    return is_number(value, min, max, out)
           || complain("%s: '%s' is not a number from %" PRIu64 " to %" PRIu64, option, value, min,
                       max);
}

bool option_value_number_or(const char *option, const char *value, const char *word, uint64_t max,
                            uint64_t *out)
{
    *out = 0;
    return strcmp(value, word) == 0 || is_number(value, 0, max, out)
           || complain("%s: '%s' is neither %s nor a number from 0 to %" PRIu64, option, value,
                       word, max);
}

static const char size_suffixes[] = "KMG"; /* each 1024 of the one before */

enum { SIZE_SUFFIXES = sizeof(size_suffixes) - 1, SIZE_TEXT_SIZE = 24 };

/* As one would give it: with the largest suffix that leaves a whole number. */
static const char *describe_size(uint64_t octets, char text[SIZE_TEXT_SIZE])
{
    size_t count = 0;

    while (count < SIZE_SUFFIXES && octets > 0 && octets % 1024 == 0) {
        octets /= 1024;
        count++;
    }
    snprintf(text, SIZE_TEXT_SIZE, "%" PRIu64 "%.*s", octets, count > 0 ? 1 : 0,
             count > 0 ? size_suffixes + count - 1 : "");
    return text;
}

bool option_value_size(const char *option, const char *value, uint64_t min, uint64_t max,
                       uint64_t *out)
{
    const char *rest = value;
    const char *suffix;
    char least[SIZE_TEXT_SIZE];
    char most[SIZE_TEXT_SIZE];
    uint64_t unit = 1;
    uint64_t number;

    if (!take_number(&rest, &number))
        return complain("%s: '%s' is not a size such as 512M", option, value);
    suffix = *rest != '\0' ? strchr(size_suffixes, toupper((unsigned char)*rest)) : NULL;
    if (suffix != NULL) {
        unit <<= 10 * (suffix - size_suffixes + 1);
        rest++;
    }
    if (*rest != '\0')
        return complain("%s: '%s' is not a size such as 512M", option, value);
    if (number > max / unit || number * unit < min)
        return complain("%s: %s is outside of %s to %s", option, value, describe_size(min, least),
                        describe_size(max, most));
    *out = number * unit;
    return true;
}

/* What the numbers of a list are, and how one looks. */
struct list_kind {
    const char *many;
    const char *example;
    uint64_t least;
    uint64_t most;
};

static bool take_list(const char *option, const char *value, const struct list_kind *kind,
                      uint16_t *numbers, size_t max, size_t *count)
{
    const char *rest = value;

    for (;;) {
        uint64_t number;

        if (!take_number(&rest, &number) || number < kind->least || number > kind->most)
            return complain("%s: '%s' is not a list of %s such as %s", option, value, kind->many,
                            kind->example);
        if (*count == max)
            return complain("%s: more than %zu %s", option, max, kind->many);
        numbers[(*count)++] = (uint16_t)number;
        if (*rest == '\0')
            return true;
        if (*rest++ != ',')
            return complain("%s: '%s' is not a list of %s such as %s", option, value, kind->many,
                            kind->example);
    }
}

bool option_value_ports(const char *option, const char *value, uint16_t *ports, size_t max,
                        size_t *count)
{
    static const struct list_kind kind = {"ports", "8443,9443", 1, UINT16_MAX};

    return take_list(option, value, &kind, ports, max, count);
}

bool option_value_days(const char *option, const char *value, uint16_t *days, size_t max,
                       size_t *count)
{
    static const struct list_kind kind = {"days", "30,14,7,1", 1, INVENTORY_LEVEL_DAYS_MAX};

    return take_list(option, value, &kind, days, max, count);
}

bool option_value_processors(const char *option, const char *value, uint16_t *processors,
                             size_t max, size_t *count)
{
    static const struct list_kind kind = {"processors", "0,2,4", 0, CPU_SETSIZE - 1};

    return take_list(option, value, &kind, processors, max, count);
}

/* "192.0.2.0/24" or "2001:db8::1", alone. */
static bool parse_network(char *text, struct event_network *out)
{
    char *slash = strchr(text, '/');
    const char *digits = slash != NULL ? slash + 1 : "";
    unsigned family_bits = strchr(text, ':') != NULL ? 128 : 32;
    uint64_t bits;

    *out = (struct event_network){0};
    if (slash != NULL)
        *slash = '\0';
    if (!address_parse(text, &out->address))
        return false;
    bits = family_bits;
    if (slash != NULL && (!take_number(&digits, &bits) || *digits != '\0' || bits > family_bits))
        return false;
    out->bits = (uint8_t)(128 - family_bits + bits);
    return true;
}

bool option_value_networks(const char *option, const char *value, struct event_network *networks,
                           size_t max, size_t *count)
{
    enum { TEXT_SIZE = ADDRESS_TEXT_MAX + 4 };

    for (;;) {
        size_t length = strcspn(value, ",");
        char text[TEXT_SIZE];

        snprintf(text, sizeof(text), "%.*s", (int)(length < TEXT_SIZE ? length : TEXT_SIZE), value);
        if (*count == max)
            return complain("%s: at most %zu networks", option, max);
        if (length >= TEXT_SIZE || !parse_network(text, &networks[*count]))
            return complain("%s: '%s' is no list of networks such as 192.0.2.0/24,2001:db8::/32",
                            option, value);
        (*count)++;
        if (value[length] == '\0')
            return true;
        value += length + 1;
    }
}

bool option_value_when(const char *option, const char *value, enum when *out)
{
    static const char *const names[] = {
        [WHEN_AUTO] = "auto",
        [WHEN_ALWAYS] = "always",
        [WHEN_NEVER] = "never",
    };

    if (value == NULL)
        value = names[WHEN_ALWAYS];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(value, names[i]) == 0) {
            *out = (enum when)i;
            return true;
        }
    }
    return complain("%s: '%s' is neither auto, always nor never", option, value);
}

bool option_value_text(const char *option, const char *value)
{
    if (value[0] == '\0')
        return complain("%s: the value is empty", option);
    return utf8_is_printable_text(bytes_of(value, strlen(value)))
           || complain("%s: the value is not printable UTF-8", option);
}

bool option_value_file(const char *path, size_t max, char **out, bool *is_unread)
{
    FILE *file = fopen(path, "re");
    char *content;
    size_t length;
    int error;

    *is_unread = true;
    if (file == NULL)
        return complain("%s: %s", path, strerror(errno));
    content = malloc(max + 1);
    if (content == NULL) {
        fclose(file);
        return complain_memory();
    }
    length = fread(content, 1, max + 1, file);
    *is_unread = ferror(file) != 0;
    error = errno;
    fclose(file);
    if (!*is_unread && length <= max && memchr(content, '\0', length) == NULL) {
        content[length] = '\0';
        *out = content;
        return true;
    }
    free(content);
    if (*is_unread)
        return complain("%s: %s", path, strerror(error));
    return length > max ? complain("%s: more than %zu octets", path, max)
                        : complain("%s: no text: there is a zero octet in it", path);
}

/* Take "ADDRESS:PORT" apart. */
static bool split(const char *where, char address[ADDRESS_SIZE], const char **port)
{
    const char *colon = strrchr(where, ':');
    size_t length = colon != NULL ? (size_t)(colon - where) : 0;

    *port = colon != NULL ? colon + 1 : where;
    if (colon == NULL) {
        memcpy(address, ADDRESS_DEFAULT, sizeof(ADDRESS_DEFAULT));
        return true;
    }
    if (length >= 2 && where[0] == '[' && where[length - 1] == ']') {
        where++;
        length -= 2;
    }
    if (length >= ADDRESS_SIZE)
        return false;
    memcpy(address, where, length);
    address[length] = '\0';
    return true;
}

bool option_value_listen(const char *option, const char *value, struct addrinfo **out)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    char address[ADDRESS_SIZE];
    const char *port;
    uint64_t number;
    bool is_short = split(value, address, &port);

    if (!option_value_number(option, port, 0, UINT16_MAX, &number))
        return false;
    return (is_short && getaddrinfo(address, port, &hints, out) == 0)
           || complain("%s: '%s' is not an address and port such as 127.0.0.1:9117", option, value);
}
