/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evidence.h -- the facts that a verdict rests on, each with the packet that shows it. */
#ifndef TLSWHY_ANALYZE_EVIDENCE_H
#define TLSWHY_ANALYZE_EVIDENCE_H

#include "capture/packet.h"

enum {
    EVIDENCE_MAX = 12,      /* more would bury the answer */
    EVIDENCE_TEXT_MAX = 320 /* octets of one line, NUL included; longer ones end in "..." */
};

struct evidence_item {
    const char *fact;             /* identifier, lower_snake_case, a string constant */
    struct moment at;             /* not seen (packet 0) for what did not happen */
    char text[EVIDENCE_TEXT_MAX]; /* valid UTF-8 without control characters */
};

struct evidence {
    size_t count;
    struct evidence_item items[EVIDENCE_MAX];
};

/* Add one fact; the text is printf-formatted from constants, numbers and already
 * escaped text (text.h) only. Dropped when EVIDENCE_MAX are there. */
__attribute__((format(printf, 4, 5))) void evidence_add(struct evidence *evidence, const char *fact,
                                                        struct moment at, const char *format, ...);

#endif
