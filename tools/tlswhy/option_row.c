/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/option_row.h"

#include <getopt.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/config.h"
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

    if (row->name != NULL)
        snprintf(option, sizeof(option), "--%s", row->name);
    else
        snprintf(option, sizeof(option), "-%c", row->letter);
    switch (effect->kind) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return true;
    case OPTION_TEXT:
        *(const char **)place = value;
        return value[0] != '\0' || complain("%s: the value is empty", option);
    case OPTION_NAME:
        *(const char **)place = value;
        return option_value_text(option, value);
    case OPTION_NUMBER:
        return option_value_number(option, value, 0, effect->most, place);
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

void option_row_note(const struct option_row *row, struct options *options, unsigned runs)
{
    for (size_t run = 0; run < RUN_KINDS; run++)
        if ((runs & ~row->runs & 1U << run) != 0 && options->unfit[run] == NULL)
            options->unfit[run] = row;
}

/* What to say of an option that an analysis has no use for. */
static const char *describe_runs(unsigned runs)
{
    static const struct {
        unsigned runs;
        const char *text;
    } kinds[] = {
        {FOR_LIVE, "is for live capture: -i says of which interface"},
        {FOR_SINKS, "is for live capture and for events with --sink"},
        {FOR_CAPTURES, "is for captures, not for live capture"},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].runs == runs)
            return kinds[i].text;
    return "is not for an analysis";
}

bool option_row_check(const struct options *options, enum run_kind run)
{
    const struct option_row *row = options->unfit[run];
    const char letter[] = {row != NULL ? row->letter : '\0', '\0'};
    const char *text;

    if (row == NULL)
        return true;
    text = describe_runs(row->runs);
    if (run == RUN_MERGE)
        text = "is not for --merge";
    if (run == RUN_TELL)
        text = "is not for --causes and --explain";
    if (row->name == NULL)
        return complain_usage("-%s %s", letter, text);
    (void)complain("--%s %s", row->name, text);
    (void)config_blame(options, row->name, NULL);
    complain_hint();
    return false;
}
