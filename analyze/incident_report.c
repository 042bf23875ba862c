/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident_report.h"

#include <stdlib.h>

#include "analyze/incident_text.h"

enum { MARGIN = 2 };

/* Most failures first, then in the order of time. */
static int compare(const void *a, const void *b)
{
    const struct incident *left = *(struct incident *const *)a;
    const struct incident *right = *(struct incident *const *)b;

    if (left->failures != right->failures)
        return left->failures > right->failures ? -1 : 1;
    if (left->first_ns != right->first_ns)
        return left->first_ns < right->first_ns ? -1 : 1;
    return memcmp(left->key, right->key, INCIDENT_CAUSE_KEY + KNOWLEDGE_ADDRESS_KEY);
}

static void write_paragraph(const struct layout *layout, const struct text *text)
{
    static const size_t margin = (size_t)2 * MARGIN;

    fprintf(layout->out, "%*s", (int)margin, "");
    layout_paragraph(layout, margin, margin, text->data);
}

static void write_incident(const struct layout *layout, const struct incident *incident,
                           int64_t end_ns)
{
    char buffer[INCIDENT_TEXT_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    incident_add_place(&text, incident);
    fprintf(layout->out, "%*s%s%s%s  %s\n", MARGIN, "", layout->bad, incident->cause->id,
            layout->plain, buffer);
    text = text_begin(buffer, sizeof(buffer));
    incident_add_extent(&text, incident);
    text_add(&text, ". ");
    incident_add_onset(&text, incident, end_ns);
    write_paragraph(layout, &text);
}

void incidents_write(const struct layout *layout, const struct incidents *incidents, int64_t end_ns)
{
    size_t count;
    struct incident **list = incidents_list(incidents, &count);
    char number[LAYOUT_NUMBER_SIZE];

    if (list == NULL || count == 0) {
        free(list);
        return;
    }
    qsort(list, count, sizeof(struct incident *), compare);
    fprintf(layout->out, "\n%sIncidents%s\n", layout->strong, layout->plain);
    for (size_t i = 0; i < count && i < INCIDENTS_SHOWN; i++)
        write_incident(layout, list[i], end_ns);
    if (count > INCIDENTS_SHOWN)
        fprintf(layout->out, "%*sand %s more\n", MARGIN, "",
                layout_number(count - INCIDENTS_SHOWN, number));
    free(list);
}
