/* SPDX-License-Identifier: GPL-2.0-or-later */
/* analysis.h -- captures in, verdicts out: the parts wired together. */
#ifndef TLSWHY_TOOLS_ANALYSIS_H
#define TLSWHY_TOOLS_ANALYSIS_H

#include "tools/tlswhy/options.h"

/* Analyse what the options name, and write what they ask for. Returns the exit status; what went
 * wrong was written to standard error. */
int analysis_run(const struct options *options);

#endif
