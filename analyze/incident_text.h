/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_text.h -- an incident in words. */
#ifndef TLSWHY_ANALYZE_INCIDENT_TEXT_H
#define TLSWHY_ANALYZE_INCIDENT_TEXT_H

#include "analyze/incident.h"
#include "analyze/text.h"

enum { INCIDENT_TEXT_SIZE = 640 }; /* of one sentence, NUL included */

/* Append where it is: "198.51.100.2:443 (www.example.org)", "192.0.2.1 at 5 servers". */
void incident_add_place(struct text *text, const struct incident *incident);

/* Append how often and since when: "12 failures from 5 clients since 2024-05-01 02:00:07.000 UTC,
 * the last at ...". */
void incident_add_extent(struct text *text, const struct incident *incident);

/* Append what else is known of its beginning, its end and who else succeeded, as sentences. */
void incident_add_onset(struct text *text, const struct incident *incident, int64_t end_ns);

#endif
