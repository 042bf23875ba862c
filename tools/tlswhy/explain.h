/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.h -- --explain, --causes and --version. */
#ifndef TLSWHY_TOOLS_EXPLAIN_H
#define TLSWHY_TOOLS_EXPLAIN_H

#include "analyze/layout.h"

/* Write all that is known of a cause. False, and nothing written, when there is none of this
 * identifier. */
bool explain_cause(const struct layout *layout, const char *id);

/* Write one line for each cause, by layer. */
void explain_causes(const struct layout *layout);

/* Write the version, and what it was built with. */
void explain_version(FILE *out);

#endif
