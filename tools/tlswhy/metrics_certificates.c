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

static bool is_told(const struct inventory_entry *entry)
{
    return entry->key.role == INVENTORY_SERVER && entry->certificate->has_validity;
}

/* Those whose end is told, to the front, in their order. Returns how many. */
static size_t select_told(const struct inventory_entry **entries, size_t count)
{
    size_t told = 0;

    for (size_t i = 0; i < count; i++)
        if (is_told(entries[i]))
            entries[told++] = entries[i];
    return told;
}

static size_t count_expired(const struct inventory_entry *const *entries, size_t count,
                            int64_t now_s)
{
    size_t expired = 0;

    while (expired < count && entries[expired]->certificate->not_after <= now_s)
        expired++;
    return expired;
}

/* Of entries in the order of their ends. An inventory forgets nothing, so those that ended long ago
 * can be many, and must not take the place of those that are about to end. */
static size_t first_shown(size_t expired, size_t count)
{
    const size_t others = count - expired;
    const size_t room = others < METRICS_CERTIFICATES_MAX - METRICS_EXPIRED_MAX
                            ? METRICS_CERTIFICATES_MAX - others
                            : METRICS_EXPIRED_MAX;

    return expired > room ? expired - room : 0;
}

static size_t write_entries(FILE *out, const struct inventory *inventory, int64_t now_s)
{
    const struct inventory_entry **entries = inventory_entries(inventory);
    size_t count, first;
    size_t shown = 0;

    if (entries == NULL)
        return 0;
    count = select_told(entries, inventory_count(inventory));
    first = first_shown(count_expired(entries, count, now_s), count);
    for (size_t i = first; i < count && shown < METRICS_CERTIFICATES_MAX; i++, shown++)
        write_certificate(out, entries[i]);
    free(entries);
    return count - shown;
}

void metrics_certificates(FILE *out, const struct inventory *inventory, int64_t now_s)
{
    size_t left_out;

    metrics_text_head(out, "tlswhy_certificate_not_after_seconds", "gauge",
                      "End of a server certificate that was seen, in seconds since 1970");
    left_out = write_entries(out, inventory, now_s);
    metrics_text_value(out, "tlswhy_certificates_left_out", "gauge",
                       "Server certificates that end later, or ended earlier, than those listed",
                       left_out);
}
