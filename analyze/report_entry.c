/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "analyze/report_parts.h"
#include "dissect/names.h"

enum {
    MARGIN = 2,       /* columns before everything but the first line */
    LABEL_WIDTH = 12, /* columns of a label and the blanks after it */
    INDENT = MARGIN + LABEL_WIDTH,
    LINE_SIZE = 1024 /* octets of one composed line */
};

static const char *const certainty_explained[] = {
    [CAUSE_NO] = "not at all",
    [CAUSE_POSSIBLE] = "possible: the best of several explanations",
    [CAUSE_LIKELY] = "likely: fits clearly better than any other explanation",
    [CAUSE_CERTAIN] = "certain: nothing else explains these packets",
};

static const char *const refusal_explained[] = {
    [REFUSAL_NONE] = "silence",
    [REFUSAL_ALERT] = "with the alert ",
    [REFUSAL_ENCRYPTED_ALERT] = "with an encrypted alert",
    [REFUSAL_FIN] = "by closing the connection",
    [REFUSAL_RST] = "by resetting the connection",
    [REFUSAL_PLAINTEXT] = "by speaking another protocol than TLS",
    [REFUSAL_MALFORMED] = "by sending octets that are not TLS",
};

/* Write the label and leave the cursor at INDENT. */
static void write_label(const struct layout *layout, const char *label)
{
    fprintf(layout->out, "%*s%s%-*s%s", MARGIN, "", layout->faint, LABEL_WIDTH, label,
            layout->plain);
}

static void write_field(const struct layout *layout, const char *label, const char *text)
{
    write_label(layout, label);
    layout_paragraph(layout, INDENT, INDENT, text);
}

/* "no_shared_cipher  192.0.2.1:50000 -> 198.51.100.2:443 (www.example.org)" */
static void write_heading(const struct layout *layout, const struct report_entry *entry)
{
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    summary_add_endpoint(&text, &entry->client);
    text_add(&text, " -> ");
    summary_add_endpoint(&text, &entry->server);
    if (entry->key.name[0] != '\0')
        text_add(&text, " (%s)", entry->key.name);
    fprintf(layout->out, "\n%s%s%s  %s\n", layout->bad, entry->key.cause->id, layout->plain,
            buffer);
    fprintf(layout->out, "%*s%s", MARGIN, "", layout->strong);
    text = text_begin(buffer, sizeof(buffer));
    text_add(&text, "%s.", entry->key.cause->title);
    layout_paragraph(layout, MARGIN, MARGIN, buffer);
    fputs(layout->plain, layout->out);
}

/* "12 times from 3 clients, 2024-05-01 10:00:00.123 to 2024-05-01 10:05:00.456 UTC" */
static void write_when(const struct layout *layout, const struct report_entry *entry)
{
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    if (entry->count > 1)
        text_add(&text, "%s times from %s%zu %s, ", layout_number(entry->count, number),
                 entry->more_clients ? "more than " : "", entry->clients,
                 entry->clients == 1 ? "client" : "clients");
    text_add_time(&text, entry->first_ns);
    if (entry->count > 1) {
        text_add(&text, " to ");
        text_add_time(&text, entry->last_ns);
    }
    text_add(&text, " UTC");
    write_field(layout, entry->count > 1 ? "Seen" : "When", buffer);
}

static void write_ended(const struct layout *layout, const struct report_entry *entry)
{
    const char *party = party_name((enum party)entry->key.by);
    uint8_t refusal = entry->key.refusal;
    char hex[NAMES_HEX_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    if (party != NULL && entry->key.is_consequence) {
        text_add(&text, "the %s", party);
        write_field(layout, "Ended by", buffer);
        return;
    }
    if (party != NULL && refusal != REFUSAL_NONE)
        text_add(&text, "the %s, ", party);
    text_add(&text, "%s", refusal_explained[refusal]);
    if (refusal == REFUSAL_ALERT)
        text_add(&text, "%s(%u)",
                 names_or_hex(hex, sizeof(hex), names_alert(entry->key.alert), entry->key.alert, 2),
                 entry->key.alert);
    if (party != NULL && refusal == REFUSAL_NONE)
        text_add(&text, " of the %s", party);
    write_field(layout, "Ended by", buffer);
}

static size_t packet_columns(const struct evidence *evidence)
{
    uint64_t largest = 1;
    char number[LAYOUT_NUMBER_SIZE];

    for (size_t i = 0; i < evidence->count; i++)
        if (evidence->items[i].at.packet > largest)
            largest = evidence->items[i].at.packet;
    return strlen(layout_number(largest, number));
}

/* "packet 4  +0.012345 s  " of one item. */
static void add_moment(struct text *text, struct moment at, int64_t started_ns, size_t columns)
{
    char number[LAYOUT_NUMBER_SIZE];
    int64_t elapsed_us = (at.time_ns - started_ns) / 1000;

    text_add(text, "packet %*s  %c%" PRId64 ".%06" PRId64 " s  ", (int)columns,
             layout_number(at.packet, number), elapsed_us < 0 ? '-' : '+',
             (elapsed_us < 0 ? -elapsed_us : elapsed_us) / 1000000,
             (elapsed_us < 0 ? -elapsed_us : elapsed_us) % 1000000);
}

/* What is to be said of the item, and where its packet is: "... (packet 3 of b.pcap)", which is
 * then the file that was told. */
static void add_saying(struct text *text, const struct evidence_item *item,
                       const struct origins *origins, const char **told)
{
    char number[LAYOUT_NUMBER_SIZE];
    struct origin origin;

    text_add(text, "%s", item->text);
    if (!moment_seen(item->at) || !origins_find(origins, item->at.packet, &origin))
        return;
    text_add(text, " (packet %s of ", layout_number(origin.packet, number));
    if (origin.path == *told)
        text_add(text, "that file");
    else
        text_add_untrusted(text, bytes_of(origin.path, strlen(origin.path)));
    text_add(text, ")");
    *told = origin.path;
}

static void write_evidence(const struct layout *layout, const struct report_entry *entry,
                           const struct origins *origins)
{
    const struct evidence *evidence = &entry->verdict.evidence;
    size_t columns = packet_columns(evidence);
    const char *told = NULL;

    for (size_t i = 0; i < evidence->count; i++) {
        const struct evidence_item *item = &evidence->items[i];
        char buffer[LINE_SIZE];
        struct text text = text_begin(buffer, sizeof(buffer));
        size_t column;

        if (moment_seen(item->at))
            add_moment(&text, item->at, entry->started_ns, columns);
        write_label(layout, i == 0 ? "Evidence" : "");
        fputs(buffer, layout->out);
        column = INDENT + layout_columns(buffer);
        text = text_begin(buffer, sizeof(buffer));
        add_saying(&text, item, origins, &told);
        layout_paragraph(layout, column, column, buffer);
    }
}

/* "certain: nothing else explains these packets; so 12 of them, the others less" */
static void write_confidence(const struct layout *layout, const struct report_entry *entry)
{
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add(&text, "%s", certainty_explained[entry->verdict.confidence]);
    if (entry->as_sure < entry->count)
        text_add(&text, "; so %s of them, the others less", layout_number(entry->as_sure, number));
    write_field(layout, "How sure", buffer);
}

static void write_alternatives(const struct layout *layout, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->alternative_count; i++) {
        char buffer[LINE_SIZE];
        struct text text = text_begin(buffer, sizeof(buffer));

        text_add(&text, "%s: %s", verdict->alternatives[i]->id, verdict->alternatives[i]->title);
        write_field(layout, i == 0 ? "Or else" : "", buffer);
    }
}

void report_entry_write(const struct layout *layout, const struct report_entry *entry,
                        const struct origins *origins, bool is_explained, bool is_told)
{
    const struct verdict *verdict = &entry->verdict;
    char remedy[REMEDY_SIZE];

    write_heading(layout, entry);
    write_when(layout, entry);
    if (!is_explained)
        write_field(layout, "Why", verdict->cause->explanation);
    write_evidence(layout, entry, origins);
    write_ended(layout, entry);
    write_confidence(layout, entry);
    write_alternatives(layout, verdict);
    for (size_t i = 0; i < verdict->finding_count; i++)
        write_field(layout, i == 0 ? "Noticed" : "", verdict->findings[i].text);
    write_field(layout, "Remedy",
                is_told ? "as above" : remedy_text(verdict->cause->remedy, verdict->way, remedy));
}
