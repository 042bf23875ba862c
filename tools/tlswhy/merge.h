/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge.h -- add up summaries of runs. */
#ifndef TLSWHY_TOOLS_MERGE_H
#define TLSWHY_TOOLS_MERGE_H

#include "tools/tlswhy/options.h"

/* Read the summaries in the files of the options, one a line, and write their sum where --output
 * says. The result is an exit status. */
int merge_run(const struct options *options);

#endif
