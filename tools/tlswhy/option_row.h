/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_row.h -- one option: what it is called, what it does, and what --help says of it. */
#ifndef TLSWHY_TOOLS_OPTION_ROW_H
#define TLSWHY_TOOLS_OPTION_ROW_H

#include "tools/tlswhy/options.h"

/* What an option does with its value, which is NULL when it takes none. False after a complaint. */
typedef bool option_apply(struct options *options, const char *value);

struct option_row {
    const char *name;  /* NULL: only the letter */
    char letter;       /* 0: only the name */
    int has_value;     /* no_argument, required_argument, optional_argument */
    const char *value; /* what the value is */
    option_apply *apply;
    const char *help;
};

/* service_options.c: those for live capture, in the order of --help. */
enum { SERVICE_OPTION_COUNT = 13 };

extern const struct option_row service_option_rows[SERVICE_OPTION_COUNT];

/* feed_options.c: those for where events go. */
enum { FEED_OPTION_COUNT = 9 };

extern const struct option_row feed_option_rows[FEED_OPTION_COUNT];

#endif
