/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics_text.h -- lines of the text format of Prometheus (exposition format 0.0.4). */
#ifndef TLSWHY_TOOLS_METRICS_TEXT_H
#define TLSWHY_TOOLS_METRICS_TEXT_H

#include <stdint.h>
#include <stdio.h>

/* What comes before the series of a metric; type is "counter" or "gauge". */
void metrics_text_head(FILE *out, const char *metric, const char *type, const char *help);

/* A metric of one series without labels, with its head. */
void metrics_text_value(FILE *out, const char *metric, const char *type, const char *help,
                        uint64_t value);

/* A label's value: what is printable as text.h makes it, with quotes and backslashes escaped as
 * the format wants. */
void metrics_text_label(FILE *out, const char *value);

#endif
