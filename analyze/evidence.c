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

static bool evidence_has(const struct evidence *evidence, const struct evidence_item *item)
{
    for (size_t i = 0; i < evidence->count; i++)
        if (strcmp(evidence->items[i].fact, item->fact) == 0
            && evidence->items[i].at.packet == item->at.packet)
            return true;
    return false;
}

void evidence_merge(struct evidence *evidence, const struct evidence *more)
{
    for (size_t i = 0; i < more->count && evidence->count < EVIDENCE_MAX; i++)
        if (!evidence_has(evidence, &more->items[i]))
            evidence->items[evidence->count++] = more->items[i];
}
