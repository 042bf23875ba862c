/* SPDX-License-Identifier: GPL-2.0-or-later */
/* finding.h -- other things that are wrong or worth knowing, which did not decide the outcome. */
#ifndef TLSWHY_ANALYZE_FINDING_H
#define TLSWHY_ANALYZE_FINDING_H

#include "analyze/verdict.h"

/* Add the findings of any outcome to *verdict. */
void finding_add_all(const struct facts *facts, struct verdict *verdict);

/* Whether findings of this identifier are about a side that left an established handshake at once,
 * without data. */
bool finding_is_departure(const char *id);

/* Whether findings of this identifier are about the server, whoever its client is; others are about
 * the client, or about the capture. */
bool finding_is_of_server(const char *id);

#endif
