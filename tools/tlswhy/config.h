/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config.h -- a file with options: one "name = value" a line, the names of the long options.
 *
 * An option without a value is "name = yes"; "no" leaves it out. One that makes a list may be given
 * again, no other. Lines that begin with "#" or ";" are comments, and so is what follows a value
 * behind a blank and one of them. Blanks around names and values mean nothing. There are no
 * sections.
 */
#ifndef TLSWHY_TOOLS_CONFIG_H
#define TLSWHY_TOOLS_CONFIG_H

#include "tools/tlswhy/option_row.h"

enum {
    CONFIG_FILE_MAX = 1 << 20, /* octets of the file */
    CONFIG_OPTIONS_MAX = 128   /* different options in one file: more than there are */
};

/* Take over what the file says, with find to find an option. *settings becomes how many lines of it
 * set something. False after a complaint that names file, line and reason. Values live as long as
 * *options. */
bool config_read(const char *path, const struct option_row *(*find)(const char *name),
                 struct options *options, size_t *settings);

/* Say which line of which file set this option, which was said to be wrong: of a list the one whose
 * value the options borrow as this, else, with NULL, the last one. Nothing is said when no file
 * did. Returns false. */
bool config_blame(const struct options *options, const char *name, const char *value);

/* The command line gave this option anew: what files say of it counts no more, unless it makes a
 * list. */
void config_forget(const struct options *options, const struct option_row *row);

#endif
