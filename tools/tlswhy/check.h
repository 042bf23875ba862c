/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.h -- what can be said of the options before anything is opened that leaves a trace. */
#ifndef TLSWHY_TOOLS_CHECK_H
#define TLSWHY_TOOLS_CHECK_H

#include "tools/tlswhy/options.h"
#include "tools/tlswhy/privileges.h"

/* What any analysis is asked before it opens a file: a filter that suits no link type at all is
 * refused, for which of them there are is known only later, and so is a file that would be both
 * read and written. False after a complaint. */
bool check_analysis(const struct options *options);

/* The same, the user, the processors and the kind of timestamps of a service, as it starts with
 * them; *identity is set when they are good. False after a complaint. */
bool check_service(const struct options *options, struct identity *identity);

/* --check-config: these, and whether trust store, revocation lists and the directories of the state
 * and the spools can be used, by who will use them. No interface, no receiver and no file of events
 * is opened or made. Returns the exit status, after a complaint. */
int check_config(const struct options *options);

#endif
