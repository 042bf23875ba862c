/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.h -- what every line that tlswhy writes must be, whatever a peer sent. */
#ifndef TLSWHY_TESTS_FUZZ_LINE_H
#define TLSWHY_TESTS_FUZZ_LINE_H

#include <cjson/cJSON.h>

#include "analyze/event.h"
#include "tests/fuzz/fuzz.h"

/* A character of at most four octets by the table of RFC 3629 section 4, and nothing that steers
 * what shows it: controls, line and paragraph separators, changes of the writing direction. */
static inline bool line_is_harmless(uint32_t character)
{
    static const uint32_t harmful[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x200b, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f}, {0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
        if (character >= harmful[i][0] && character <= harmful[i][1])
            return false;
    return character <= 0x10ffff;
}

/* Take one character; a wrong one is a finding. */
static inline uint32_t line_character(struct bytes *text)
{
    static const struct {
        uint8_t mask;
        uint8_t lead;
        unsigned more;
        uint32_t least; /* what takes fewer octets must have fewer */
    } forms[] = {{0x80, 0x00, 0, 0},
                 {0xe0, 0xc0, 1, 0x80},
                 {0xf0, 0xe0, 2, 0x800},
                 {0xf8, 0xf0, 3, 0x10000}};
    uint8_t octet;

    must(bytes_u8(text, &octet));
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        uint32_t character = octet & (uint8_t)~forms[i].mask;

        if ((octet & forms[i].mask) != forms[i].lead)
            continue;
        for (unsigned more = 0; more < forms[i].more; more++) {
            must(bytes_u8(text, &octet) && (octet & 0xc0) == 0x80);
            character = character << 6 | (octet & 0x3f);
        }
        must(character >= forms[i].least);
        return character;
    }
    abort();
}

/* Text for people: harmless characters and newlines. */
static inline void line_check_text(struct bytes text)
{
    while (text.len > 0) {
        uint32_t character = line_character(&text);

        must(character == '\n' || line_is_harmless(character));
    }
}

/* One event: a JSON object, a newline, nothing else. The result is to be freed. */
static inline cJSON *line_check_event(struct bytes line)
{
    const char *end = NULL;
    cJSON *event;

    must(line.len > 1 && line.len <= EVENT_LINE_MAX && line.data[line.len - 1] == '\n');
    line.len--;
    must(memchr(line.data, '\n', line.len) == NULL);
    line_check_text(line);
    event = cJSON_ParseWithLengthOpts((const char *)line.data, line.len, &end, false);
    must(cJSON_IsObject(event) && end == (const char *)line.data + line.len);
    return event;
}

#endif
