/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evidence.h -- the facts that a verdict rests on, each with the packet that shows it. */
#ifndef TLSWHY_ANALYZE_EVIDENCE_H
#define TLSWHY_ANALYZE_EVIDENCE_H

#include "analyze/text.h"
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
    char left_out[EVIDENCE_TEXT_MAX]; /* where a text goes that finds no room */
};

/* Add one fact, and begin its text, which is written with text_add and the like while *evidence is
 * there. Dropped when EVIDENCE_MAX are there. */
struct text evidence_begin(struct evidence *evidence, const char *fact, struct moment at);

/* Add one fact whose text is printf-formatted from constants, numbers and already escaped text
 * (text.h) only. Dropped likewise. */
__attribute__((format(printf, 4, 5))) void evidence_add(struct evidence *evidence, const char *fact,
                                                        struct moment at, const char *format, ...);

#endif
