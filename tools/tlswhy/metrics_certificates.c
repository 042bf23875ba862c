/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/metrics_certificates.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyze/chain_problem.h"
#include "analyze/summary.h"
#include "tools/tlswhy/metrics_text.h"

enum { LABEL_SIZE = 256 /* octets of a label's value and its NUL */ };

static void write_certificate(FILE *out, const struct inventory_entry *entry)
{
    char name[LABEL_SIZE];
    char server[LABEL_SIZE];
    struct text name_text = text_begin(name, sizeof(name));
    struct text server_text = text_begin(server, sizeof(server));

    chain_problem_add_name(&name_text, entry->certificate);
    summary_add_endpoint(&server_text, &entry->endpoint[SIDE_SERVER]);
    fputs("tlswhy_certificate_not_after_seconds{name=\"", out);
    metrics_text_label(out, name);
    fputs("\",server=\"", out);
    metrics_text_label(out, server);
    fprintf(out, "\",sha256=\"%02x%02x%02x%02x\"} %" PRId64 "\n", entry->key.sha256[0],
            entry->key.sha256[1], entry->key.sha256[2], entry->key.sha256[3],
            entry->certificate->not_after);
}

static size_t write_entries(FILE *out, const struct inventory *inventory)
{
    const struct inventory_entry **entries = inventory_entries(inventory);
    size_t count = entries != NULL ? inventory_count(inventory) : 0;
    size_t written = 0;
    size_t left_out = 0;

    for (size_t i = 0; i < count; i++) {
        if (entries[i]->key.role != INVENTORY_SERVER || !entries[i]->certificate->has_validity)
            continue;
        if (written == METRICS_CERTIFICATES_MAX) {
            left_out++;
            continue;
        }
        write_certificate(out, entries[i]);
        written++;
    }
    free(entries);
    return left_out;
}

void metrics_certificates(FILE *out, const struct inventory *inventory)
{
    size_t left_out;

    metrics_text_head(out, "tlswhy_certificate_not_after_seconds", "gauge",
                      "End of a server certificate that was seen, in seconds since 1970");
    left_out = write_entries(out, inventory);
    metrics_text_value(out, "tlswhy_certificates_left_out", "gauge",
                       "Server certificates that end later than those that are listed", left_out);
}
