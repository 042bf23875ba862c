/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_report.h -- incidents as text for people. */
#ifndef TLSWHY_ANALYZE_INCIDENT_REPORT_H
#define TLSWHY_ANALYZE_INCIDENT_REPORT_H

#include "analyze/incident.h"
#include "analyze/layout.h"

enum {
    INCIDENTS_SHOWN = 50 /* the others are counted: nobody reads more */
};

/* Write the incidents, those with most failures first; nothing when there are none. end_ns is the
 * time of the input's last packet. */
void incidents_write(const struct layout *layout, const struct incidents *incidents,
                     int64_t end_ns);

#endif
