/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary_reader.h -- read back what run_summary_write wrote, whoever had it in his hands since. */
#ifndef TLSWHY_TOOLS_SUMMARY_READER_H
#define TLSWHY_TOOLS_SUMMARY_READER_H

#include "tools/tlswhy/run_summary.h"

/* Add the summary in one line to another one. NULL, or what is wrong with it, for people and valid
 * for ever: then nothing can be done with *sum but to release it. */
const char *summary_read(struct bytes line, struct run_summary *sum);

#endif
