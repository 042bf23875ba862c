/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/config.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/option_value.h"

#define BLANKS          " \t\r\v\f"
#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* which some editors put first */

struct config_reader {
    const char *path;
    unsigned line; /* from 1 */
    const struct option_row *(*find)(const char *name);
    struct options *options;
    const struct option_row *given[CONFIG_OPTIONS_MAX]; /* those that may not be given again */
    size_t given_count;
    size_t settings;
};

/* Keep a copy that lives as long as the options: they borrow their values. NULL: no memory. */
static const char *keep(const struct config_reader *reading, const struct option_row *row,
                        const char *value)
{
    size_t size = strlen(value) + 1;
    struct setting *setting = malloc(sizeof(*setting) + size);

    if (setting == NULL)
        return NULL;
    setting->row = row;
    setting->path = reading->path;
    setting->line = reading->line;
    memcpy(setting->value, value, size);
    setting->next = reading->options->settings;
    reading->options->settings = setting;
    return setting->value;
}

static bool is_meant(const struct setting *setting, const char *name, const char *value)
{
    return setting->row != NULL && strcmp(setting->row->name, name) == 0
           && (value == NULL || setting->value == value);
}

bool config_blame(const struct options *options, const char *name, const char *value)
{
    const struct setting *setting = options->settings;

    while (setting != NULL && !is_meant(setting, name, value))
        setting = setting->next;
    if (setting != NULL)
        (void)complain("%s: line %u: '%s' is set here", setting->path, setting->line, name);
    return false;
}

void config_forget(const struct options *options, const struct option_row *row)
{
    if (row->effect.is_list)
        return;
    for (struct setting *setting = options->settings; setting != NULL; setting = setting->next)
        if (setting->row == row)
            setting->row = NULL;
}

/* Say what is wrong with the option of this line. */
static bool refuse(const struct config_reader *reading, const char *name, const char *reason)
{
    return complain("%s: line %u: '%s' %s", reading->path, reading->line, name, reason);
}

/* One file serves live capture and captures: what the latter do not need is no mistake in it. */
static bool use(struct config_reader *reading, const struct option_row *row, const char *value)
{
    option_row_note(row, reading->options, FOR_LIVE);
    return option_row_apply(row, reading->options, value)
           || refuse(reading, row->name, "is set here");
}

static bool apply_flag(struct config_reader *reading, const struct option_row *row,
                       const char *value)
{
    if (strcmp(value, "yes") == 0)
        return use(reading, row, NULL);
    return strcmp(value, "no") == 0 || refuse(reading, row->name, "is neither yes nor no");
}

/* What says what to do, not how. */
static bool is_for_command_line(const struct option_row *row)
{
    static const char *const names[] = {"read", "explain", "config", "check-config"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(row->name, names[i]) == 0)
            return true;
    return row->effect.kind == OPTION_MODE;
}

/* Keep in mind that this option was given. False when it was before: who reads the file sees one of
 * the two. */
static bool is_first(struct config_reader *reading, const struct option_row *row)
{
    if (row->effect.is_list)
        return true;
    for (size_t i = 0; i < reading->given_count; i++)
        if (reading->given[i] == row)
            return false;
    reading->given[reading->given_count++] = row;
    return true;
}

static bool apply(struct config_reader *reading, const char *name, const char *value)
{
    const struct option_row *row = reading->find(name);

    if (row == NULL)
        return refuse(reading, name, "is no option");
    if (is_for_command_line(row))
        return refuse(reading, name, "makes sense on the command line only");
    if (!is_first(reading, row))
        return refuse(reading, name, "is given twice");
    if (value[0] == '\0')
        return refuse(reading, name, "has no value");
    reading->settings++;
    value = keep(reading, row, value);
    if (value == NULL)
        return complain_memory();
    return option_row_argument(row) == no_argument ? apply_flag(reading, row, value)
                                                   : use(reading, row, value);
}

/* Without the blanks at both ends. */
static char *trim(char *text)
{
    size_t length;

    text += strspn(text, BLANKS);
    length = strlen(text);
    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        length--;
    text[length] = '\0';
    return text;
}

/* What is behind a blank and "#" or ";" is a remark. */
static void cut_remark(char *text)
{
    for (char *mark = strpbrk(text, "#;"); mark != NULL; mark = strpbrk(mark + 1, "#;")) {
        if (mark == text || strchr(BLANKS, mark[-1]) == NULL)
            continue;
        *mark = '\0';
        return;
    }
}

static bool take_line(struct config_reader *reading, char *line)
{
    char *name = trim(line);
    char *value = strchr(name, '=');

    if (name[0] == '\0' || name[0] == '#' || name[0] == ';')
        return true;
    if (name[0] == '[')
        return complain("%s: line %u: sections such as %s have no meaning here", reading->path,
                        reading->line, name);
    if (value == NULL || value == name)
        return complain("%s: line %u: not of the form name = value", reading->path, reading->line);
    *value++ = '\0';
    cut_remark(value);
    return apply(reading, trim(name), trim(value));
}

static bool take_lines(struct config_reader *reading, char *text)
{
    char *line;

    if (strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
        text += strlen(BYTE_ORDER_MARK);
    while ((line = strsep(&text, "\n")) != NULL) {
        reading->line++;
        if (!take_line(reading, line))
            return false;
    }
    return true;
}

bool config_read(const char *path, const struct option_row *(*find)(const char *name),
                 struct options *options, size_t *settings)
{
    struct config_reader reading = {.path = path, .find = find, .options = options};
    char *text;
    bool is_good;

    if (!option_value_file(path, CONFIG_FILE_MAX, &text, &options->is_unread))
        return false;
    is_good = take_lines(&reading, text);
    free(text);
    *settings = reading.settings;
    return is_good;
}
