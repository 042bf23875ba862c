/* SPDX-License-Identifier: GPL-2.0-or-later */
/* count_of.h -- how many rows a table has. */
#ifndef TLSWHY_DISSECT_COUNT_OF_H
#define TLSWHY_DISSECT_COUNT_OF_H

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

#endif
