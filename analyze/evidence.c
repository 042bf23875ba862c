/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/evidence.h"

#include <stdarg.h>

#include "analyze/text.h"

void evidence_add(struct evidence *evidence, const char *fact, struct moment at, const char *format,
                  ...)
{
    struct evidence_item *item;
    struct text text;
    va_list arguments;

    if (evidence->count >= EVIDENCE_MAX)
        return;
    item = &evidence->items[evidence->count++];
    item->fact = fact;
    item->at = at;
    text = text_begin(item->text, sizeof(item->text));
    va_start(arguments, format);
    text_add_list(&text, format, arguments);
    va_end(arguments);
}
