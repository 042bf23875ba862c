/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop.h -- SIGINT and SIGTERM end the input, not the program: what was read is reported. */
#ifndef TLSWHY_TOOLS_STOP_H
#define TLSWHY_TOOLS_STOP_H

#include <stdbool.h>

/* Take over the two signals; a second one of them kills, as usual. A broken pipe becomes an
 * error of write(2). */
void stop_prepare(void);

/* Whether one of them came. */
bool stop_requested(void);

#endif
