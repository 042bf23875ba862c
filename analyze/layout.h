/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.h -- text in columns on a terminal or in a pipe.
 *
 * Columns are counted in characters; a text is clean UTF-8 (text.h). Nothing here reports an error
 * of the stream: its error flag stays set for ferror.
 */
#ifndef TLSWHY_ANALYZE_LAYOUT_H
#define TLSWHY_ANALYZE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analyze/text.h"

enum {
    LAYOUT_WIDTH_DEFAULT = 100, /* where no terminal says otherwise */
    LAYOUT_WIDTH_MIN = 50,      /* narrower, and a line would hold hardly a word */
    LAYOUT_WIDTH_MAX = 120,     /* wider, and the eye does not find the next line */
    LAYOUT_NUMBER_SIZE = 32     /* a number with its separators and NUL */
};

struct layout {
    FILE *out;
    size_t width; /* columns, LAYOUT_WIDTH_MIN at least */
    /* What to write before and after: escape sequences, or "" without colours. */
    const char *strong;
    const char *bad;
    const char *faint;
    const char *plain; /* ends any of them */
};

/* A layout for out; width 0 is the default, others are brought within the limits above. */
struct layout layout_new(FILE *out, size_t width, bool has_color);

/* How many columns a text takes. */
size_t layout_columns(const char *text);

/* Write text and the end of the line; wraps at blanks. The cursor stands at column, lines after
 * the first begin at indent. A word that is too long for a line has one of its own. */
void layout_paragraph(const struct layout *layout, size_t column, size_t indent, const char *text);

/* A number with a comma between groups of three digits. Returns out. */
const char *layout_number(uint64_t number, char out[LAYOUT_NUMBER_SIZE]);

/* Append "1 handshake" or "2,345 handshakes": one is for 1, many for all else. */
void layout_add_count(struct text *text, uint64_t count, const char *one, const char *many);

#endif
