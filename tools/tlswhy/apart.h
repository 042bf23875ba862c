/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apart.h -- no file is written that the same run reads or that is a capture, and none by two.
 *
 * A capture is evidence that cannot be made again, also where a slip such as "-o *.pcap" names one
 * that is not read, and two writers of one file write over each other. Files are told apart by what
 * they are, not by what they are called: links are followed, also to what is not there yet. Devices
 * and pipes may be both; a spool refuses what is none by itself.
 */
#ifndef TLSWHY_TOOLS_APART_H
#define TLSWHY_TOOLS_APART_H

#include "tools/tlswhy/options.h"

/* Whether all that is written is apart from the other files of these options. It only looks at
 * them. False after a complaint. */
bool apart_check(const struct options *options);

#endif
