/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/option_row.h"

#include <getopt.h>

#include "tools/tlswhy/option_value.h"

int option_row_argument(const struct option_row *row)
{
    if (row->value == NULL)
        return no_argument;
    return row->effect.kind == OPTION_WHEN ? optional_argument : required_argument;
}

bool option_row_apply(const struct option_row *row, struct options *options, const char *value)
{
    const struct option_effect *effect = &row->effect;
    void *place = (char *)options + effect->place;
    char option[32]; /* as complaints name it */

    snprintf(option, sizeof(option), "--%s", row->name != NULL ? row->name : "");
    switch (effect->kind) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return true;
    case OPTION_TEXT:
        *(const char **)place = value;
        return true;
    case OPTION_NAME:
        *(const char **)place = value;
        return option_value_text(option, value);
    case OPTION_NUMBER:
        return option_value_number(option, value, effect->most, place);
    case OPTION_SIZE:
        return option_value_size(option, value, effect->least, effect->most, place);
    case OPTION_WHEN:
        return option_value_when(option, value, place);
    case OPTION_MODE:
        options->mode = effect->mode;
        return true;
    case OPTION_CALL:
        return effect->apply(options, value);
    }
    return false;
}
