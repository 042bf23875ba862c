/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/layout.h"

#include <inttypes.h>
#include <string.h>

struct layout layout_new(FILE *out, size_t width, bool has_color)
{
    if (width == 0)
        width = LAYOUT_WIDTH_DEFAULT;
    if (width < LAYOUT_WIDTH_MIN)
        width = LAYOUT_WIDTH_MIN;
    if (width > LAYOUT_WIDTH_MAX)
        width = LAYOUT_WIDTH_MAX;
    return (struct layout){
        .out = out,
        .width = width,
        .strong = has_color ? "\033[1m" : "",
        .bad = has_color ? "\033[1;31m" : "",
        .faint = has_color ? "\033[2m" : "",
        .plain = has_color ? "\033[0m" : "",
    };
}

/* Every octet of UTF-8 but a continuation begins a character. */
static size_t columns_of(const char *text, size_t length)
{
    size_t columns = 0;

    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

size_t layout_columns(const char *text)
{
    return columns_of(text, strlen(text));
}

void layout_paragraph(const struct layout *layout, size_t column, size_t indent, const char *text)
{
    bool is_first = true; /* word of its line */

    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        size_t columns = columns_of(text, length);

        if (!is_first && column + 1 + columns > layout->width) {
            fprintf(layout->out, "\n%*s", (int)indent, "");
            column = indent;
            is_first = true;
        }
        if (!is_first)
            fputc(' ', layout->out);
        fwrite(text, 1, length, layout->out);
        column += columns + (is_first ? 0 : 1);
        is_first = false;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', layout->out);
}

const char *layout_number(uint64_t number, char out[LAYOUT_NUMBER_SIZE])
{
    char digits[LAYOUT_NUMBER_SIZE];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    size_t used = 0;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

void layout_add_count(struct text *text, uint64_t count, const char *one, const char *many)
{
    char number[LAYOUT_NUMBER_SIZE];

    text_add(text, "%s %s", layout_number(count, number), count == 1 ? one : many);
}
