/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exchange.h -- what is known of the sides of a connection, when they turn out to be the other way
 * round. */
#ifndef TLSWHY_CAPTURE_EXCHANGE_H
#define TLSWHY_CAPTURE_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

/* Let the two elements of an array, of so many octets each, change places. */
static inline void exchange_sides(void *pair, size_t size)
{
    uint8_t *octets = pair;

    for (size_t i = 0; i < size; i++) {
        uint8_t first = octets[i];

        octets[i] = octets[size + i];
        octets[size + i] = first;
    }
}

#endif
