/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apart.h -- no file is written that the same run reads, none by two, and no capture.
 *
 * A capture is evidence that cannot be made again, also where a slip such as "-o *.pcap" names one
 * that is not read, and two writers of one file write over each other. Files are told apart by what
 * they are, not by what they are called: links are followed, also to what is not there yet. Devices
 * and pipes may be both; a spool refuses what is none by itself.
 */
#ifndef TLSWHY_TOOLS_APART_H
#define TLSWHY_TOOLS_APART_H

#include "tools/tlswhy/options.h"

/* Whether all that is written is apart from the other files of these options. Nothing is changed;
 * of a run over captures, what is to be written is opened to see whether it is one. Live root might
 * open what somebody else put there: a file is looked at when it is opened to be written to, see
 * sink_spec_open, and a state before it is taken for one. False after a complaint. */
bool apart_check(const struct options *options);

/* Whether a sum of summaries is written to no capture. It may take the place of one of them, which
 * are read by then. False after a complaint. */
bool apart_check_merge(const struct options *options);

#endif
