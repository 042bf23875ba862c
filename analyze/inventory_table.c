/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/inventory_table.h"

#include <stdlib.h>

#include "analyze/chain_problem.h"
#include "analyze/summary.h"

enum {
    CELL_SIZE = 520, /* octets of one cell: two texts of a certificate */
    CLIPPED = 30,    /* octets of a name that is clipped, NUL counted */
    GAP = 2          /* columns between columns */
};

enum column {
    COLUMN_NAME,
    COLUMN_SERVER,
    COLUMN_ISSUER,
    COLUMN_UNTIL,
    COLUMN_DAYS,
    COLUMN_KEY,
    COLUMN_CHAIN,
    COLUMN_PROBLEMS, /* the last one: as wide as it is */
    COLUMNS
};

struct table {
    const struct layout *layout;
    const struct inventory *inventory;
    bool is_clipped;
    int64_t at_ns;
    size_t width[COLUMNS];
};

static void add_name(struct text *text, const struct inventory_news *news)
{
    chain_problem_add_name(text, news->entry->certificate);
}

static void add_server(struct text *text, const struct inventory_news *news)
{
    char address[ADDRESS_TEXT_MAX];

    /* A client's port is another one each time. */
    if (news->entry->key.role == INVENTORY_CLIENT)
        text_add(text, "%s", address_format(&news->entry->endpoint[SIDE_CLIENT].address, address));
    else
        summary_add_endpoint(text, &news->entry->endpoint[SIDE_SERVER]);
}

static void add_issuer(struct text *text, const struct inventory_news *news)
{
    const struct certificate *certificate = news->entry->certificate;

    if (certificate->reading == CERTIFICATE_UNREADABLE)
        text_add(text, "-");
    else if (certificate->self_issued)
        text_add(text, "itself");
    else
        text_add(text, "%s",
                 certificate->issuer_common_name[0] != '\0' ? certificate->issuer_common_name
                                                            : certificate->issuer);
}

/* The day is enough: "2027-10-22". */
static void add_until(struct text *text, const struct inventory_news *news)
{
    char buffer[32];
    struct text date = text_begin(buffer, sizeof(buffer));

    if (news->expiry == EXPIRY_UNKNOWN) {
        text_add(text, "-");
        return;
    }
    text_add_date(&date, news->entry->certificate->not_after);
    text_add(text, "%.10s", buffer);
}

/* Whole days, also of those since the end, as verdicts tell them. */
static void add_days(struct text *text, const struct inventory_news *news)
{
    long long days = inventory_days_left(news->entry->certificate, news->at_ns);

    if (news->expiry == EXPIRY_UNKNOWN)
        text_add(text, "-");
    else if (days == -1)
        text_add(text, "<0");
    else
        text_add(text, "%lld", days < 0 ? days + 1 : days);
}

static void add_key(struct text *text, const struct inventory_news *news)
{
    const struct certificate *certificate = news->entry->certificate;

    if (certificate->reading == CERTIFICATE_UNREADABLE) {
        text_add(text, "-");
        return;
    }
    text_add(text, "%s", certificate->key_name);
    if (certificate->key == KEY_RSA || certificate->key == KEY_RSA_PSS
        || certificate->key == KEY_DSA)
        text_add(text, " %u", certificate->key_bits);
}

static void add_chain(struct text *text, const struct inventory_news *news)
{
    static const char *const ends[] = {
        [CHAIN_END_EMPTY] = "unreadable",         [CHAIN_END_ANCHORED] = "complete",
        [CHAIN_END_SELF_SIGNED] = "self-signed",  [CHAIN_END_UNTRUSTED_ROOT] = "private root",
        [CHAIN_END_ISSUER_MISSING] = "no issuer", [CHAIN_END_UNKNOWN] = "unknown",
    };

    text_add(text, "%s", news->entry->key.role == INVENTORY_ISSUER ? "-" : ends[news->entry->end]);
}

static void add_problems(struct text *text, const struct inventory_news *news)
{
    bool is_any = false;

    if (news->expiry == EXPIRY_NEAR) {
        text_add(text, "ends within %u %s", news->level, news->level == 1 ? "day" : "days");
        is_any = true;
    }
    for (size_t i = 0; i < chain_problem_count; i++) {
        if ((news->entry->problems >> i & 1) == 0)
            continue;
        text_add(text, "%s%s", is_any ? ", " : "", chain_problems[i].id);
        is_any = true;
    }
    if (!is_any)
        text_add(text, "-");
}

static const struct column_row {
    const char *title;
    bool is_clipped; /* when there is too little room */
    bool is_number;
    void (*add)(struct text *text, const struct inventory_news *news);
} column_rows[COLUMNS] = {
    [COLUMN_NAME] = {"Name", true, false, add_name},
    [COLUMN_SERVER] = {"Server", false, false, add_server},
    [COLUMN_ISSUER] = {"Issuer", true, false, add_issuer},
    [COLUMN_UNTIL] = {"Until", false, false, add_until},
    [COLUMN_DAYS] = {"Days", false, true, add_days},
    [COLUMN_KEY] = {"Key", false, false, add_key},
    [COLUMN_CHAIN] = {"Chain", false, false, add_chain},
    [COLUMN_PROBLEMS] = {"Problems", false, false, add_problems},
};

static const char *cell_of(const struct table *table, const struct inventory_news *news,
                           enum column column, char out[CELL_SIZE])
{
    const struct column_row *row = &column_rows[column];
    bool is_clipped = table->is_clipped && row->is_clipped;
    struct text text = text_begin(out, is_clipped ? CLIPPED : CELL_SIZE);

    row->add(&text, news);
    return out;
}

static void write_cell(const struct table *table, enum column column, const char *text)
{
    FILE *out = table->layout->out;
    size_t columns = layout_columns(text);
    int padding = columns < table->width[column] ? (int)(table->width[column] - columns) : 0;

    if (column == COLUMN_PROBLEMS)
        fprintf(out, "%s\n", text);
    else if (column_rows[column].is_number)
        fprintf(out, "%*s%s%*s", padding, "", text, GAP, "");
    else
        fprintf(out, "%s%*s", text, padding + GAP, "");
}

static void write_titles(const struct table *table, enum inventory_role role)
{
    static const char *const titles[] = {
        [INVENTORY_SERVER] = "Certificates of servers",
        [INVENTORY_CLIENT] = "Certificates of clients",
        [INVENTORY_ISSUER] = "Certificates of issuers that were sent",
    };
    const struct layout *layout = table->layout;

    fprintf(layout->out, "\n%s%s%s\n%s", layout->strong, titles[role], layout->plain,
            layout->faint);
    for (enum column column = 0; column < COLUMNS; column++) {
        bool is_client = column == COLUMN_SERVER && role == INVENTORY_CLIENT;

        write_cell(table, column, is_client ? "Client" : column_rows[column].title);
    }
    fputs(layout->plain, layout->out);
}

static void write_row(const struct table *table, const struct inventory_entry *entry)
{
    struct inventory_news news = inventory_news_of(table->inventory, entry, table->at_ns);
    const struct layout *layout = table->layout;
    bool is_bad = news.expiry == EXPIRY_NEAR || news.expiry == EXPIRY_PAST;
    char cell[CELL_SIZE];

    for (enum column column = 0; column < COLUMNS; column++) {
        fputs(is_bad && column == COLUMN_DAYS ? layout->bad : "", layout->out);
        write_cell(table, column, cell_of(table, &news, column, cell));
        fputs(is_bad && column == COLUMN_DAYS ? layout->plain : "", layout->out);
    }
}

static void measure(struct table *table, const struct inventory_entry **entries, size_t count)
{
    for (enum column column = 0; column < COLUMN_PROBLEMS; column++)
        table->width[column] = layout_columns(column_rows[column].title);
    for (size_t i = 0; i < count; i++) {
        struct inventory_news news = inventory_news_of(table->inventory, entries[i], table->at_ns);

        for (enum column column = 0; column < COLUMN_PROBLEMS; column++) {
            char cell[CELL_SIZE];
            size_t columns = layout_columns(cell_of(table, &news, column, cell));

            if (columns > table->width[column])
                table->width[column] = columns;
        }
    }
}

/* "3 certificates as of 2026-11-21 02:00:00.000 UTC, the time of the last packet." */
static void write_answer(const struct table *table)
{
    const struct layout *layout = table->layout;
    size_t count = inventory_count(table->inventory);
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[128];
    struct text text = text_begin(buffer, sizeof(buffer));

    if (count == 0)
        text_add(&text, "No certificate was seen in clear");
    else
        text_add(&text, "%s %s", layout_number(count, number),
                 count == 1 ? "certificate" : "certificates");
    if (count > 0) {
        text_add(&text, " as of ");
        text_add_time(&text, table->at_ns);
        text_add(&text, " UTC, the time of the last packet");
    }
    fprintf(layout->out, "%s%s.%s\n", layout->strong, buffer, layout->plain);
}

/* What the table cannot show. */
static void write_not_shown(const struct table *table)
{
    uint64_t left_out = inventory_left_out(table->inventory);
    uint64_t hidden = inventory_hidden(table->inventory);
    FILE *out = table->layout->out;
    char number[LAYOUT_NUMBER_SIZE];

    if (left_out + hidden > 0)
        fputc('\n', out);
    if (hidden > 0)
        fprintf(out, "%s %s of TLS 1.3 hid the certificates.\n", layout_number(hidden, number),
                hidden == 1 ? "handshake" : "handshakes");
    if (left_out > 0)
        fprintf(out, "Certificates for which there was no room were seen %s times.\n",
                layout_number(left_out, number));
}

bool inventory_table_write(const struct layout *layout, const struct inventory *inventory,
                           bool is_clipped, int64_t at_ns)
{
    const struct inventory_entry **entries = inventory_entries(inventory);
    struct table table = {
        .layout = layout, .inventory = inventory, .is_clipped = is_clipped, .at_ns = at_ns};

    if (entries == NULL)
        return false;
    measure(&table, entries, inventory_count(inventory));
    write_answer(&table);
    for (size_t i = 0; i < inventory_count(inventory); i++) {
        if (i == 0 || entries[i]->key.role != entries[i - 1]->key.role)
            write_titles(&table, (enum inventory_role)entries[i]->key.role);
        write_row(&table, entries[i]);
    }
    write_not_shown(&table);
    free(entries);
    return true;
}
