/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/report_parts.h"

enum {
    MARGIN = 2,
    SERVER_COLUMNS = 46, /* "198.51.100.2:443 (www.example.org)" as a rule */
    FILTER_SIZE = 256,   /* of what is shown of one */
    LINE_SIZE = 1024
};

static uint64_t tls_connections(const struct report *report)
{
    return report->outcomes[OUTCOME_ESTABLISHED] + report->outcomes[OUTCOME_FAILED]
           + report->outcomes[OUTCOME_INCOMPLETE];
}

/* Of a live capture the system counts only what it passes on. */
static void add_no_match(struct text *text, const struct report_totals *totals)
{
    char buffer[FILTER_SIZE];
    struct text filter = text_begin(buffer, sizeof(buffer));

    text_add_untrusted(&filter, bytes_of(totals->filter, strlen(totals->filter)));
    text_add(text, "No packet matches the filter \"%s\"", buffer);
    if (totals->source->rejected > 0) {
        text_add_string(text, ", of ");
        layout_add_count(text, totals->source->rejected, "that was read", "that were read");
    }
    text_add_string(text, ".");
    if (strstr(totals->filter, "vlan") == NULL)
        text_add(text,
                 "\nOf packets with a VLAN tag a filter sees what follows the tag only behind "
                 "the word vlan: \"vlan and (%s)\".",
                 buffer);
}

/* Why there is nothing to say. */
static void add_nothing(struct text *text, const struct report_totals *totals)
{
    if (totals->packets->packets == 0 && totals->filter != NULL) {
        add_no_match(text, totals);
        return;
    }
    if (totals->packets->packets == 0) {
        text_add(text, "The input holds no packets.");
        return;
    }
    text_add(text, "No TLS handshake was seen in ");
    layout_add_count(text, totals->packets->packets, "packet", "packets");
    text_add(text, " and ");
    layout_add_count(text, totals->connections->opened, "TCP connection", "TCP connections");
    text_add(text, ".");
}

static void add_success(struct text *text, const struct report *report)
{
    text_add(text, "No TLS handshake failed: ");
    layout_add_count(text, report->outcomes[OUTCOME_ESTABLISHED], "was established",
                     "were established");
    if (report->outcomes[OUTCOME_INCOMPLETE] > 0) {
        text_add(text, ", ");
        layout_add_count(text, report->outcomes[OUTCOME_INCOMPLETE], "is incomplete in the capture",
                         "are incomplete in the capture");
    }
    text_add(text, ".");
}

void report_write_answer(const struct report *report, const struct report_totals *totals)
{
    const struct layout *layout = &report->layout;
    bool is_failed = report->outcomes[OUTCOME_FAILED] > 0;
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    if (is_failed) {
        text_add(&text, "%s of ", layout_number(report->outcomes[OUTCOME_FAILED], number));
        layout_add_count(&text, tls_connections(report), "TLS handshake failed.",
                         "TLS handshakes failed.");
    } else if (tls_connections(report) > 0) {
        add_success(&text, report);
    } else {
        add_nothing(&text, totals);
    }
    fprintf(layout->out, "%s%s%s\n", is_failed ? layout->bad : layout->strong, buffer,
            layout->plain);
}

static void write_title(const struct layout *layout, const char *title)
{
    fprintf(layout->out, "\n%s%s%s\n", layout->strong, title, layout->plain);
}

static int compare_causes(const void *a, const void *b)
{
    const struct report_cause *left = a;
    const struct report_cause *right = b;

    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return strcmp(left->cause->id, right->cause->id);
}

static void write_causes(const struct report *report)
{
    const struct layout *layout = &report->layout;
    struct report_cause causes[REPORT_CAUSES_MAX];
    size_t count = report->cause_count;
    size_t widest = 0;

    memcpy(causes, report->causes, sizeof(causes));
    qsort(causes, count, sizeof(causes[0]), compare_causes);
    while (count > 0 && causes[count - 1].count == 0) /* all of them have another cause by now */
        count--;
    for (size_t i = 0; i < count; i++)
        if (strlen(causes[i].cause->id) > widest)
            widest = strlen(causes[i].cause->id);
    write_title(layout, "Failures by cause");
    for (size_t i = 0; i < count; i++) {
        char number[LAYOUT_NUMBER_SIZE];
        size_t indent = MARGIN + 7 + 2 + widest + 2;

        fprintf(layout->out, "%*s%7s  %-*s  ", MARGIN, "", layout_number(causes[i].count, number),
                (int)widest, causes[i].cause->id);
        layout_paragraph(layout, indent, indent, causes[i].cause->title);
    }
}

/* Most failures first, then in the order of addresses. */
static int compare_servers(const void *a, const void *b)
{
    const struct report_server *left = *(struct report_server *const *)a;
    const struct report_server *right = *(struct report_server *const *)b;
    uint64_t left_failed = left->outcomes[OUTCOME_FAILED];
    uint64_t right_failed = right->outcomes[OUTCOME_FAILED];

    if (left_failed != right_failed)
        return left_failed > right_failed ? -1 : 1;
    return report_server_compare(left, right);
}

void report_server_name(struct text *text, const struct report_server *server)
{
    const struct endpoint endpoint = {.address = server->address, .port = server->port};

    summary_add_endpoint(text, &endpoint);
    if (server->details != NULL && server->details->name[0] != '\0')
        text_add(text, " (%s%s)", server->details->name, server->more_names ? " and others" : "");
}

static void write_server(const struct layout *layout, const struct report_server *server)
{
    uint64_t all = server->outcomes[OUTCOME_ESTABLISHED] + server->outcomes[OUTCOME_FAILED]
                   + server->outcomes[OUTCOME_INCOMPLETE];
    char failed[LAYOUT_NUMBER_SIZE];
    char total[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    report_server_name(&text, server);
    fprintf(layout->out, "%*s%7s of %s  %s\n", MARGIN, "",
            layout_number(server->outcomes[OUTCOME_FAILED], failed), layout_number(all, total),
            buffer);
}

static void write_servers(const struct report *report)
{
    struct report_server **servers = report_servers(report, compare_servers);
    char number[LAYOUT_NUMBER_SIZE];
    size_t failing = 0;

    if (servers == NULL)
        return;
    write_title(&report->layout, "Failures by server");
    for (size_t i = 0; i < report->server_count; i++) {
        if (servers[i]->outcomes[OUTCOME_FAILED] == 0)
            break;
        if (failing++ < REPORT_SERVERS_SHOWN)
            write_server(&report->layout, servers[i]);
    }
    free(servers);
    if (failing > REPORT_SERVERS_SHOWN)
        fprintf(report->layout.out, "%*sand %s more servers with failures\n", MARGIN, "",
                layout_number(failing - REPORT_SERVERS_SHOWN, number));
    if (report->servers_left_out > 0)
        fprintf(report->layout.out, "%*s%s connections to yet other servers are not counted here\n",
                MARGIN, "", layout_number(report->servers_left_out, number));
}

void report_write_summary(const struct report *report)
{
    /* One kind of failure has told it all already. */
    if (report->entry_count < 2)
        return;
    write_causes(report);
    write_servers(report);
}
