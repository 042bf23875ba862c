/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/authority_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    enum authority_place place;
} rows[] = {
    {"root", AUTHORITY_PLACE_ROOT},
    {"rootca", AUTHORITY_PLACE_ROOT},
    {"inter", AUTHORITY_PLACE_INTERMEDIATE},
    {"intermediate", AUTHORITY_PLACE_INTERMEDIATE},
    {"issuing", AUTHORITY_PLACE_INTERMEDIATE},
    {"sub", AUTHORITY_PLACE_INTERMEDIATE},
    {"subca", AUTHORITY_PLACE_INTERMEDIATE},
    {"subordinate", AUTHORITY_PLACE_INTERMEDIATE},
};

static bool is_capital(char character)
{
    return character >= 'A' && character <= 'Z';
}

static bool is_small(char character)
{
    return character >= 'a' && character <= 'z';
}

/* Octets of the word at the front of text: letters of ASCII, up to a capital behind a small one. */
static size_t word_length(const char *text)
{
    size_t length = 0;

    while (is_small(text[length])
           || (is_capital(text[length]) && (length == 0 || !is_small(text[length - 1]))))
        length++;
    return length;
}

static enum authority_place place_of_word(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strlen(rows[i].word) == length && strncasecmp(word, rows[i].word, length) == 0)
            return rows[i].place;
    return AUTHORITY_PLACE_UNSAID;
}

enum authority_place authority_place_of(const char *common_name)
{
    enum authority_place said = AUTHORITY_PLACE_UNSAID;

    while (*common_name != '\0') {
        const size_t length = word_length(common_name);
        const enum authority_place place = place_of_word(common_name, length);

        if (place != AUTHORITY_PLACE_UNSAID && said != AUTHORITY_PLACE_UNSAID && place != said)
            return AUTHORITY_PLACE_UNSAID;
        said = place != AUTHORITY_PLACE_UNSAID ? place : said;
        common_name += length > 0 ? length : 1;
    }
    return said;
}
