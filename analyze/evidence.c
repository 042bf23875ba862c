/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/evidence.h"

#include <stdarg.h>

struct text evidence_begin(struct evidence *evidence, const char *fact, struct moment at)
{
    struct evidence_item *item;

    if (evidence->count >= EVIDENCE_MAX)
        return text_begin(evidence->left_out, sizeof(evidence->left_out));
    item = &evidence->items[evidence->count++];
    item->fact = fact;
    item->at = at;
    return text_begin(item->text, sizeof(item->text));
}

void evidence_add(struct evidence *evidence, const char *fact, struct moment at, const char *format,
                  ...)
{
    struct text text = evidence_begin(evidence, fact, at);
    va_list arguments;

    va_start(arguments, format);
    text_add_list(&text, format, arguments);
    va_end(arguments);
}
