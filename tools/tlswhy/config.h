/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config.h -- a file with options: one "name = value" a line, the names of the long options.
 *
 * An option without a value is "name = yes"; "no" leaves it out. One that may be given again is
 * written again. Lines that begin with "#" or ";" are comments. Read by inih, which is optional.
 */
#ifndef TLSWHY_TOOLS_CONFIG_H
#define TLSWHY_TOOLS_CONFIG_H

#include "tools/tlswhy/option_row.h"

/* Take over what the file says, with find to find an option. False after a complaint that names
 * file and line. Values live as long as *options. */
bool config_read(const char *path, const struct option_row *(*find)(const char *name),
                 struct options *options);

#endif
