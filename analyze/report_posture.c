/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/finding.h"
#include "analyze/report_parts.h"

enum { MARGIN = 2, INDENT = 6, COUNT_WIDTH = 18, LINE_SIZE = 512 };

/* One thing that was noticed of a server. */
struct posture_item {
    const char *id;
    uint64_t count;
    char text[EVIDENCE_TEXT_MAX]; /* of the first time */
};

struct report_posture {
    size_t count;
    struct posture_item items[REPORT_POSTURE_MAX];
    uint64_t left_out; /* findings of yet other kinds */
};

static void add_finding(struct report_posture *posture, const struct finding *finding)
{
    size_t i = 0;

    while (i < posture->count && strcmp(posture->items[i].id, finding->id) != 0)
        i++;
    if (i == REPORT_POSTURE_MAX) {
        posture->left_out++;
        return;
    }
    if (i == posture->count) {
        posture->items[i].id = finding->id;
        memcpy(posture->items[i].text, finding->text, sizeof(finding->text));
        posture->count++;
    }
    posture->items[i].count++;
}

static struct report_posture *posture_of(const struct report_server *server)
{
    return server->details != NULL ? server->details->posture : NULL;
}

/* NULL: no memory. */
static struct report_posture *posture_to_add(struct report_server *server)
{
    struct report_server_details *details = report_server_detail(server);

    if (details == NULL)
        return NULL;
    if (details->posture == NULL)
        details->posture = calloc(1, sizeof(*details->posture));
    return details->posture;
}

void report_posture_add(struct report_server *server, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const char *id = verdict->findings[i].id;
        struct report_posture *posture;

        if (!finding_is_of_server(id) && !finding_is_departure(id))
            continue;
        posture = posture_to_add(server);
        if (posture == NULL)
            return; /* a line less: what failed is told all the same */
        add_finding(posture, &verdict->findings[i]);
    }
}

/* Most kinds of trouble first, then in the order of addresses. */
static int compare_servers(const void *a, const void *b)
{
    const struct report_server *left = *(struct report_server *const *)a;
    const struct report_server *right = *(struct report_server *const *)b;
    size_t left_count = posture_of(left) != NULL ? posture_of(left)->count : 0;
    size_t right_count = posture_of(right) != NULL ? posture_of(right)->count : 0;

    if (left_count != right_count)
        return left_count > right_count ? -1 : 1;
    return report_server_compare(left, right);
}

/* Who left first, then what may be why: most frequent first. */
static int compare_items(const void *a, const void *b)
{
    const struct posture_item *left = a;
    const struct posture_item *right = b;
    bool left_departs = finding_is_departure(left->id);

    if (left_departs != finding_is_departure(right->id))
        return left_departs ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return strcmp(left->id, right->id);
}

/* "    3 of 5  short_key: the certificate has a short key: RSA of 1024 bits" */
static void write_item(const struct layout *layout, const struct posture_item *item, uint64_t all)
{
    char counts[LAYOUT_NUMBER_SIZE * 2];
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(counts, sizeof(counts));

    text_add(&text, "%s of ", layout_number(item->count, number));
    text_add(&text, "%s", layout_number(all, number));
    fprintf(layout->out, "%*s%-*s", INDENT, "", COUNT_WIDTH - INDENT, counts);
    text = text_begin(buffer, sizeof(buffer));
    text_add(&text, "%s: %s", item->id, item->text);
    layout_paragraph(layout, COUNT_WIDTH, COUNT_WIDTH, buffer);
}

static void write_server(const struct layout *layout, const struct report_server *server,
                         struct report_posture *posture)
{
    uint64_t all = server->outcomes[OUTCOME_ESTABLISHED] + server->outcomes[OUTCOME_FAILED]
                   + server->outcomes[OUTCOME_INCOMPLETE];
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    report_server_name(&text, server);
    fprintf(layout->out, "%*s%s\n", MARGIN, "", buffer);
    qsort(posture->items, posture->count, sizeof(posture->items[0]), compare_items);
    for (size_t i = 0; i < posture->count; i++)
        write_item(layout, &posture->items[i], all);
    if (posture->left_out > 0)
        fprintf(layout->out, "%*sand %s findings of other kinds\n", INDENT, "",
                layout_number(posture->left_out, number));
}

void report_write_posture(const struct report *report)
{
    struct report_server **servers = report_servers(report, compare_servers);
    const struct layout *layout = &report->layout;
    char number[LAYOUT_NUMBER_SIZE];
    size_t noticed = 0;

    while (servers != NULL && noticed < report->server_count
           && posture_of(servers[noticed]) != NULL)
        noticed++;
    if (noticed > 0)
        fprintf(layout->out, "\n%s%s%s\n", layout->strong,
                report->options.all ? "Noticed at servers, whether handshakes failed or not"
                                    : "Established, but of no use",
                layout->plain);
    for (size_t i = 0; i < noticed && i < REPORT_SERVERS_SHOWN; i++) {
        struct report_posture *posture = posture_of(servers[i]);

        if (posture != NULL)
            write_server(layout, servers[i], posture);
    }
    free(servers);
    if (noticed > REPORT_SERVERS_SHOWN)
        fprintf(layout->out, "%*sand %s more servers\n", MARGIN, "",
                layout_number(noticed - REPORT_SERVERS_SHOWN, number));
}
