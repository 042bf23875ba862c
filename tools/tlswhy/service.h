/* SPDX-License-Identifier: GPL-2.0-or-later */
/* service.h -- live capture: interfaces in, verdicts out, until a signal says stop.
 *
 * SIGINT and SIGTERM judge what is open, write what is queued, and end with status 0 within
 * SERVICE_STOP_MS; a second one ends at once. SIGHUP opens the output anew and reloads trust store
 * and revocation lists. SIGUSR1 prints the statistics.
 */
#ifndef TLSWHY_TOOLS_SERVICE_H
#define TLSWHY_TOOLS_SERVICE_H

#include "tools/tlswhy/options.h"

enum {
    SERVICE_STOP_MS = 5000, /* for an orderly end */
    SERVICE_HANG_MS = 10000 /* without a sign of life, a worker is taken to hang */
};

/* Capture what the options name. Returns the exit status; what went wrong was written to standard
 * error. */
int service_run(const struct options *options);

#endif
