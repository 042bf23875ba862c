/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/config.h"

#include "tlswhy_config.h"
#include "tools/tlswhy/complain.h"

#if HAVE_INIH

#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const struct option_row *(*find)(const char *name);
    struct options *options;
    bool is_complained; /* the reason was written already */
};

/* A copy that lives as long as the options: they borrow their values. */
static const char *keep(struct options *options, const char *value)
{
    size_t size = strlen(value) + 1;
    struct kept_text *kept = malloc(sizeof(*kept) + size);

    if (kept == NULL)
        return NULL;
    memcpy(kept->text, value, size);
    kept->next = options->kept;
    options->kept = kept;
    return kept->text;
}

/* One file serves live capture and captures: what the latter do not need is no mistake in it. */
static bool use(struct reading *reading, const struct option_row *row, const char *value)
{
    option_row_note(row, reading->options, FOR_LIVE);
    return option_row_apply(row, reading->options, value);
}

static bool apply_flag(struct reading *reading, const struct option_row *row, const char *value)
{
    if (strcmp(value, "yes") == 0)
        return use(reading, row, NULL);
    return strcmp(value, "no") == 0 || complain("%s: '%s' is neither yes nor no", row->name, value);
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

static bool apply(struct reading *reading, const char *name, const char *value)
{
    const struct option_row *row = reading->find(name);

    if (row == NULL)
        return complain("no option is called '%s'", name);
    if (is_for_command_line(row))
        return complain("'%s' makes sense on the command line only", name);
    if (option_row_argument(row) == no_argument)
        return apply_flag(reading, row, value);
    value = keep(reading->options, value);
    return value != NULL ? use(reading, row, value) : complain_memory();
}

/* What inih calls for each line: 0 is an error. */
static int take_line(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;

    if (reading->is_complained) /* inih goes on, and tells of the first fault */
        return 0;
    if (section[0] != '\0')
        reading->is_complained = !complain("sections such as [%s] have no meaning here", section);
    else
        reading->is_complained = !apply(reading, name, value);
    return reading->is_complained ? 0 : 1;
}

bool config_read(const char *path, const struct option_row *(*find)(const char *name),
                 struct options *options)
{
    struct reading reading = {.find = find, .options = options};
    FILE *file = fopen(path, "re");
    int line;

    if (file == NULL)
        return complain("%s: %s", path, strerror(errno));
    line = ini_parse_file(file, take_line, &reading);
    fclose(file);
    if (line == 0)
        return true;
    return complain("%s: line %d%s", path, line,
                    reading.is_complained ? "" : ": not of the form name = value");
}

#else

bool config_read(const char *path, const struct option_row *(*find)(const char *name),
                 struct options *options)
{
    (void)find;
    (void)options;
    return complain("%s: this build reads no configuration (inih)", path);
}

#endif
