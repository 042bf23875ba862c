/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan.h -- whether there is one of a kind among octets, sixteen at a time: texts and lists in
 * which there is none, as in most, are looked through without a branch for each. */
#ifndef TLSWHY_ANALYZE_SCAN_H
#define TLSWHY_ANALYZE_SCAN_H

#include <stdbool.h>
#include <string.h>

#include "dissect/bytes.h"

enum { SCAN_OCTETS = 16 };

/* Octets that are looked at together. */
typedef uint8_t scan_octets __attribute__((vector_size(SCAN_OCTETS)));

/* Says which of them are of a kind: those are not zero in the result. */
typedef scan_octets scan_find(scan_octets octets);

/* Whether find says so of any. What is left after whole groups is read with what comes before it,
 * so that a kind of several octets is found in an even number of these. Fewer than sixteen are
 * followed by the first one again. */
ALWAYS_INLINE bool scan_has(struct bytes octets, scan_find *find)
{
    scan_octets group;
    scan_octets found = {0};
    uint64_t halves[2];
    size_t at = 0;

    if (octets.len == 0)
        return false;
    if (octets.len < SCAN_OCTETS) {
        memset(&group, octets.data[0], SCAN_OCTETS);
        memcpy(&group, octets.data, octets.len);
        found = find(group);
    } else {
        for (; octets.len - at > SCAN_OCTETS; at += SCAN_OCTETS) {
            memcpy(&group, octets.data + at, SCAN_OCTETS);
            found |= find(group);
        }
        memcpy(&group, octets.data + octets.len - SCAN_OCTETS, SCAN_OCTETS);
        found |= find(group);
    }
    memcpy(halves, &found, sizeof(halves));
    return (halves[0] | halves[1]) != 0;
}

#endif
