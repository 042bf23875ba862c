/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/utf8.h"

/* How a sequence begins (RFC 3629 section 4): the first octet under the mask has this value;
 * lowest is the smallest code point that needs that many octets. */
static const struct sequence {
    uint8_t mask;
    uint8_t value;
    uint8_t length;
    uint32_t lowest;
} sequences[] = {
    {0x80, 0x00, 1, 0x0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

struct range {
    uint32_t first;
    uint32_t last;
};

static const struct range not_characters[] = {
    {0xd800, 0xdfff}, /* surrogates of UTF-16 */
    {0x110000, UINT32_MAX},
};

/* Unicode categories Cc, Cf, Zl, Zp, Cs and Co, the spaces that look like nothing or like
 * U+0020, and letters without a shape: whatever hides or moves text. */
static const struct range not_printable[] = {
    {0x0000, 0x001f},      /* C0 controls */
    {0x007f, 0x00a0},      /* DEL, C1 controls, NO-BREAK SPACE */
    {0x00ad, 0x00ad},      /* SOFT HYPHEN */
    {0x034f, 0x034f},      /* COMBINING GRAPHEME JOINER */
    {0x0600, 0x0605},      /* Arabic number signs */
    {0x061c, 0x061c},      /* ARABIC LETTER MARK */
    {0x06dd, 0x06dd},      /* ARABIC END OF AYAH */
    {0x070f, 0x070f},      /* SYRIAC ABBREVIATION MARK */
    {0x0890, 0x0891},      /* Arabic pound and piastre marks */
    {0x08e2, 0x08e2},      /* ARABIC DISPUTED END OF AYAH */
    {0x115f, 0x1160},      /* Hangul fillers */
    {0x1680, 0x1680},      /* OGHAM SPACE MARK */
    {0x17b4, 0x17b5},      /* Khmer inherent vowels */
    {0x180b, 0x180f},      /* Mongolian selectors */
    {0x2000, 0x200f},      /* spaces, zero width characters, direction marks */
    {0x2028, 0x202f},      /* separators, direction overrides, NARROW NO-BREAK SPACE */
    {0x205f, 0x206f},      /* invisible operators, direction isolates */
    {0x2800, 0x2800},      /* BRAILLE PATTERN BLANK */
    {0x3000, 0x3000},      /* IDEOGRAPHIC SPACE */
    {0x3164, 0x3164},      /* HANGUL FILLER */
    {0xe000, 0xf8ff},      /* private use */
    {0xfdd0, 0xfdef},      /* noncharacters */
    {0xfe00, 0xfe0f},      /* variation selectors */
    {0xfeff, 0xfeff},      /* ZERO WIDTH NO-BREAK SPACE */
    {0xffa0, 0xffa0},      /* HALFWIDTH HANGUL FILLER */
    {0xfff0, 0xffff},      /* specials, noncharacters */
    {0x110bd, 0x110bd},    /* KAITHI NUMBER SIGN */
    {0x110cd, 0x110cd},    /* KAITHI NUMBER SIGN ABOVE */
    {0x13430, 0x1343f},    /* Egyptian hieroglyph format controls */
    {0x1bca0, 0x1bca3},    /* shorthand format controls */
    {0x1d173, 0x1d17a},    /* musical format controls */
    {0xe0000, UINT32_MAX}, /* tags, variation selectors, private use, beyond Unicode */
};

static bool is_in(const struct range *ranges, size_t count, uint32_t code_point)
{
    for (size_t i = 0; i < count; i++)
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    return false;
}

static const struct sequence *sequence_of(uint8_t first)
{
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
        if ((first & sequences[i].mask) == sequences[i].value)
            return &sequences[i];
    return NULL;
}

size_t utf8_character(struct bytes octets, uint32_t *code_point)
{
    const struct sequence *sequence;
    uint32_t value;
    uint8_t octet;

    if (!bytes_u8(&octets, &octet))
        return 0;
    sequence = sequence_of(octet);
    if (sequence == NULL)
        return 0;
    value = octet & (uint8_t)~sequence->mask;
    for (size_t i = 1; i < sequence->length; i++) {
        if (!bytes_u8(&octets, &octet) || (octet & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (octet & 0x3f);
    }
    if (value < sequence->lowest
        || is_in(not_characters, sizeof(not_characters) / sizeof(not_characters[0]), value))
        return 0;
    *code_point = value;
    return sequence->length;
}

bool utf8_is_valid(struct bytes octets)
{
    return utf8_whole(octets, octets.len) == octets.len;
}

bool utf8_is_printable(uint32_t code_point)
{
    if (code_point >= 0x20 && code_point < 0x7f) /* nearly all there ever is */
        return true;
    return !is_in(not_printable, sizeof(not_printable) / sizeof(not_printable[0]), code_point);
}

bool utf8_is_printable_text(struct bytes octets)
{
    while (octets.len > 0) {
        uint32_t code_point;
        size_t length = utf8_character(octets, &code_point);

        if (length == 0 || !utf8_is_printable(code_point) || !bytes_skip(&octets, length))
            return false;
    }
    return true;
}

size_t utf8_whole(struct bytes octets, size_t max)
{
    size_t whole = 0;
    uint32_t code_point;

    for (;;) {
        size_t length = utf8_character(octets, &code_point);

        if (length == 0 || length > max - whole || !bytes_skip(&octets, length))
            return whole;
        whole += length;
    }
}
