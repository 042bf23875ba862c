/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inventory_table.h -- the inventory of certificates as a table for people. */
#ifndef TLSWHY_ANALYZE_INVENTORY_TABLE_H
#define TLSWHY_ANALYZE_INVENTORY_TABLE_H

#include "analyze/inventory.h"
#include "analyze/layout.h"

/* Write all entries as of a time in nanoseconds, which is said. Long names are clipped, ending
 * in "...", to make lines that fit most terminals, if is_clipped. Returns false, with nothing
 * written, when memory is short. */
bool inventory_table_write(const struct layout *layout, const struct inventory *inventory,
                           bool is_clipped, int64_t at_ns);

#endif
