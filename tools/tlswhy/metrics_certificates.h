/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics_certificates.h -- when the certificates of servers end, as metrics. */
#ifndef TLSWHY_TOOLS_METRICS_CERTIFICATES_H
#define TLSWHY_TOOLS_METRICS_CERTIFICATES_H

#include <stdio.h>

#include "analyze/inventory.h"

enum {
    METRICS_CERTIFICATES_MAX = 500,                    /* series; the others are counted */
    METRICS_EXPIRED_MAX = METRICS_CERTIFICATES_MAX / 2 /* of them; more where others leave room */
};

/* Write those that end next, and those that ended last, as of now_s in seconds since 1970, and how
 * many were left out; nothing else may use the inventory meanwhile. */
void metrics_certificates(FILE *out, const struct inventory *inventory, int64_t now_s);

#endif
