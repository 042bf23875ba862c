/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics_certificates.h -- when the certificates of servers end, as metrics. */
#ifndef TLSWHY_TOOLS_METRICS_CERTIFICATES_H
#define TLSWHY_TOOLS_METRICS_CERTIFICATES_H

#include <stdio.h>

#include "analyze/inventory.h"

enum { METRICS_CERTIFICATES_MAX = 500 /* series: those that end first; the others are counted */ };

/* Write them, and how many were left out; nothing else may use the inventory meanwhile. */
void metrics_certificates(FILE *out, const struct inventory *inventory);

#endif
