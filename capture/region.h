/* SPDX-License-Identifier: GPL-2.0-or-later */
/* region.h -- memory for tables in which packets hit anywhere.
 *
 * It comes from the system as it is touched, in pages as large as the system gives: with pages of
 * the usual size the processor looks for the address of nearly each entry in tables of its own, and
 * the system is called for each new page. A region may be as large as the table can become.
 */
#ifndef TLSWHY_CAPTURE_REGION_H
#define TLSWHY_CAPTURE_REGION_H

#include <stddef.h>

/* Zeroed memory of octets (> 0), aligned to a page. NULL when the system has not that much. */
void *region_new(size_t octets);

/* The same for a table of which little is ever touched, here and there: in pages of the usual size,
 * for in large ones all of it would be there. */
void *region_new_sparse(size_t octets);

/* Give either back; NULL is harmless. octets as in region_new. */
void region_free(void *region, size_t octets);

/* Have the heap of the C library in large pages too, as far as it grows in an analysis with usual
 * limits. To be called once, by a program that is over when its files are read, before it starts
 * threads: from then on no heap gives back what is free at its end, up to some 70 MiB. */
void region_widen_heap(void);

#endif
