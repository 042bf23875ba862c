/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics.h -- the statistics in the text format of Prometheus (exposition format 0.0.4).
 *
 * Labels have values of a bounded number: workers, causes, sinks, and the certificates that end
 * first.
 */
#ifndef TLSWHY_TOOLS_METRICS_H
#define TLSWHY_TOOLS_METRICS_H

#include <stdio.h>

#include "tools/tlswhy/service_parts.h"

/* Write all metrics. From any thread. */
void metrics_write(FILE *out, const struct service *service);

#endif
