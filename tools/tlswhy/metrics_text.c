/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/metrics_text.h"

#include <inttypes.h>

void metrics_text_head(FILE *out, const char *metric, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

void metrics_text_value(FILE *out, const char *metric, const char *type, const char *help,
                        uint64_t value)
{
    metrics_text_head(out, metric, type, help);
    fprintf(out, "%s %" PRIu64 "\n", metric, value);
}

void metrics_text_label(FILE *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            fputc('\\', out);
        fputc(*value == '\n' ? ' ' : *value, out);
    }
}
