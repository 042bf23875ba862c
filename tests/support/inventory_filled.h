/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inventory_filled.h -- an inventory at its limits, for the tests of what is beyond them. */
#ifndef TLSWHY_TESTS_SUPPORT_INVENTORY_FILLED_H
#define TLSWHY_TESTS_SUPPORT_INVENTORY_FILLED_H

#include "analyze/inventory.h"

/* To free with inventory_free: the certificate of www.example.test was seen at so many ports, the
 * first of which is 1000. Ends the test program when it cannot do its work. */
struct inventory *inventory_filled(unsigned servers);

/* Add the certificate of this file of tests/certificates, seen at so many ports from first_port on. */
void inventory_fill(struct inventory *inventory, const char *file, unsigned first_port,
                    unsigned servers);

#endif
